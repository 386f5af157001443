/* From when both parties have been heard to the last word of whichever falls silent first. */
#include "verdict/verdict.h"

enum { PAUSE_MS = 3000 }; /* that ends what the other party still says */

/* What is said from `end_ms` on, by anybody, without a pause of 3 s. */
static int64_t go_on(const struct cqa_scene *scene, int64_t end_ms)
{
    size_t at[2] = {0, 0};

    for (;;) {
        int64_t next_ms = end_ms;
        for (int c = 0; c < 2; c++) {
            const struct cqa_spans *speech = &scene->speech[c];
            while (at[c] < speech->count && speech->items[at[c]].start_ms - next_ms < PAUSE_MS) {
                const int64_t own_ms = speech->items[at[c]++].end_ms;
                next_ms = own_ms > next_ms ? own_ms : next_ms;
            }
        }
        if (next_ms == end_ms)
            return end_ms;
        end_ms = next_ms;
    }
}

void cqa_verdict_find_conversation(const struct cqa_scene *scene,
                                   struct cqa_conversation *conversation)
{
    const struct cqa_spans *speech = scene->speech;

    *conversation = (struct cqa_conversation){.known = 1, .confidence = 0.9f};
    if (scene->mono) {
        conversation->talked = 1;
        conversation->end_ms = scene->duration_ms;
        return;
    }
    if (speech[0].count == 0 || speech[1].count == 0)
        return;
    conversation->talked = 1;
    const int later = speech[1].items[0].start_ms > speech[0].items[0].start_ms;
    conversation->start_ms = speech[later].items[0].start_ms;
    const int64_t last_ms[2] = {speech[0].items[speech[0].count - 1].end_ms,
                                speech[1].items[speech[1].count - 1].end_ms};
    conversation->end_ms = go_on(scene, last_ms[0] < last_ms[1] ? last_ms[0] : last_ms[1]);
}
