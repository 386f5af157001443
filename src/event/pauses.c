/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/pauses.h"
#include "signal/levels.h"

enum {
    ASIDE_MS = 1000,    /* beside music, where its level tells nothing of the line */
    PAUSE_NEAR_MS = 64, /* from own speech where a pause begins: the voice has died away, */
    PAUSE_FAR_MS = 512, /* and where it ends */
    PAUSE_FRAMES = 20,  /* least, to know the pauses by */
    AS_LOUD = 7,        /* half dB, over the pauses: what is no louder was there all along */
};

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static void add_levels(const struct cqa_scene *scene, int c, struct cqa_span span,
                       struct cqa_levels *levels)
{
    for (size_t t = cqa_frame_at(span.start_ms);
         t < cqa_frame_at(span.end_ms) && t < scene->tracks->count; t++)
        cqa_levels_add(levels, scene->frames->channel[c].level[t]);
}

/* Between the party's words i - 1 and i, or the ends of the call, without the words' own ends; none
 * where it ends before it starts. */
static struct cqa_span pause_before(const struct cqa_scene *scene, const struct cqa_spans *words,
                                    size_t i)
{
    return (struct cqa_span){.start_ms = i > 0 ? words->items[i - 1].end_ms + PAUSE_NEAR_MS : 0,
                             .end_ms = i < words->count ? words->items[i].start_ms - PAUSE_NEAR_MS
                                                        : scene->duration_ms};
}

/* What the line carries just after and before the party's own words, away from `music`. */
static void add_pauses(const struct cqa_scene *scene, int c, struct cqa_span music,
                       struct cqa_levels *levels)
{
    const struct cqa_spans *words = &scene->speech[c];
    const int64_t reach_ms = PAUSE_FAR_MS - PAUSE_NEAR_MS;

    for (size_t i = 0; i <= words->count; i++) {
        const struct cqa_span pause = pause_before(scene, words, i);
        struct cqa_span after = {pause.start_ms, pause.start_ms};
        struct cqa_span before = {pause.end_ms, pause.end_ms};
        if (pause.end_ms <= pause.start_ms ||
            (pause.start_ms < music.end_ms + ASIDE_MS && pause.end_ms > music.start_ms - ASIDE_MS))
            continue;
        if (i > 0)
            after.end_ms = earlier(pause.start_ms + reach_ms, pause.end_ms);
        if (i < words->count)
            before.start_ms = pause.end_ms - earlier(reach_ms, pause.end_ms - after.end_ms);
        add_levels(scene, c, after, levels);
        add_levels(scene, c, before, levels);
    }
}

int cqa_plays_along(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    struct cqa_levels pauses = {0};
    struct cqa_levels music = {0};

    add_pauses(scene, c, span, &pauses);
    add_levels(scene, c, span, &music);
    return pauses.total >= PAUSE_FRAMES &&
           cqa_levels_low(&music, 2) < cqa_levels_low(&pauses, 2) + AS_LOUD;
}
