/*
 * A party's own speech, by the contract's definition. It is found twice: on the classes alone, for
 * the search for holds; and then with what the holds tell: on a line that plays hold music no voice
 * is the party's, and elsewhere a voice "over music" is a party with music in the room.
 */
#include "event/scene.h"

enum { BRIDGE_MS = 300, SHORTEST_MS = 100 };

/* Without what the line carries as hold music, and without keys and other signalling, which the
 * classes may take for a voice. */
static enum cqa_status outside_sounds(const struct cqa_scene *scene, int c,
                                      const struct cqa_spans *voices, struct cqa_spans *out)
{
    struct cqa_spans sounds = {0};
    struct cqa_spans free_time = {0};
    enum cqa_status status = cqa_spans_unite(&scene->heard[c], &scene->tones.sounding[c], &sounds);

    if (status == CQA_OK)
        status = cqa_spans_invert(&sounds, scene->duration_ms, &free_time);
    if (status == CQA_OK)
        status = cqa_spans_intersect(voices, &free_time, out);
    cqa_spans_finish(&sounds);
    cqa_spans_finish(&free_time);
    return status;
}

enum cqa_status cqa_scene_find_speech(struct cqa_scene *scene)
{
    for (int c = 0; c < scene->tracks->channel_count; c++) {
        struct cqa_spans voices = {0};
        const unsigned classes = 1u << CQA_CLASS_SPEECH | 1u << CQA_CLASS_ANNOUNCEMENT;
        enum cqa_status status = cqa_tracks_spans(scene->tracks, c, classes, &voices);
        cqa_spans_finish(&scene->speech[c]);
        if (status == CQA_OK)
            status = outside_sounds(scene, c, &voices, &scene->speech[c]);
        cqa_spans_finish(&voices);
        if (status != CQA_OK)
            return status;
        cqa_spans_bridge(&scene->speech[c], BRIDGE_MS);
        cqa_spans_drop_short(&scene->speech[c], SHORTEST_MS);
    }
    return CQA_OK;
}
