/* A party's own speech: the contract's definition on the class track, with edges at the 8 ms of the sub-frames. */
#include "event/scene.h"

enum { BRIDGE_MS = 300, SHORTEST_MS = 100 };

enum cqa_status cqa_scene_find_speech(struct cqa_scene *scene)
{
    for (int c = 0; c < scene->tracks->channel_count; c++) {
        struct cqa_spans *speech = &scene->speech[c];
        if (cqa_tracks_spans(scene->tracks, c, 1u << CQA_CLASS_SPEECH, speech) != CQA_OK)
            return CQA_E_NOMEM;
        for (size_t i = 0; i < speech->count; i++)
            if (speech->items[i].end_ms > scene->duration_ms)
                speech->items[i].end_ms = scene->duration_ms;
        cqa_spans_bridge(speech, BRIDGE_MS);
        cqa_spans_drop_short(speech, SHORTEST_MS);
    }
    return CQA_OK;
}
