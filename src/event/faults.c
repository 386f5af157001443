/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with the recording itself: clipping, a side that was not recorded, a call heard on
 * one side only. */
#include "event/scene.h"

enum {
    CLIP_SHORTEST_MS = 200,
    CLIP_BRIDGE_MS = 1000,
    ONE_WAY_LEAST_MS = 20000, /* of the call, before a side that never speaks is called dead */
};

/* How often they were right on simulated calls of every condition (docs/accuracy.md). */
static const float still_sure = 0.97f;
static const float line_sure = 0.93f;

static enum cqa_status add_spans(struct cqa_scene *scene, const struct cqa_spans *spans,
                                 struct cqa_event event)
{
    for (size_t i = 0; i < spans->count; i++) {
        event.start_ms = spans->items[i].start_ms;
        event.end_ms = spans->items[i].end_ms < scene->duration_ms ? spans->items[i].end_ms
                                                                   : scene->duration_ms;
        if (!cqa_events_add(&scene->events, &event))
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

int cqa_scene_top(const struct cqa_scene *scene, int c)
{
    int top = 0;

    for (size_t t = 0; t < scene->frames->count; t++)
        top = scene->frames->channel[c].crest[t] > top ? scene->frames->channel[c].crest[t] : top;
    return top;
}

static enum cqa_status find_clipping(struct cqa_scene *scene, int c)
{
    const int top = cqa_scene_top(scene, c);
    struct cqa_spans clipped = {0};
    enum cqa_status status = CQA_OK;

    for (size_t t = 0; t < scene->frames->count && status == CQA_OK; t++)
        if (cqa_scene_clipped(scene, c, top, t))
            status =
                cqa_spans_add(&clipped, (int64_t)t * CQA_FRAME_MS, (int64_t)(t + 1) * CQA_FRAME_MS);
    cqa_spans_bridge(&clipped, CLIP_BRIDGE_MS);
    cqa_spans_drop_short(&clipped, CLIP_SHORTEST_MS);
    if (status == CQA_OK)
        status = add_spans(scene, &clipped,
                           (struct cqa_event){.type = CQA_EVENT_CLIPPING,
                                              .side = cqa_scene_party(scene, c),
                                              .confidence = 0.9f});
    cqa_spans_finish(&clipped);
    return status;
}

static enum cqa_status find_not_recorded(struct cqa_scene *scene)
{
    return add_spans(scene, &scene->lines.not_recorded,
                     (struct cqa_event){.type = CQA_EVENT_NOT_RECORDED, .confidence = still_sure});
}

/* The customer's line alone idle; the agent's would be a mute hold. */
static enum cqa_status find_idle_lines(struct cqa_scene *scene)
{
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < 2 && status == CQA_OK && !scene->mono; c++)
        if (c != scene->agent || scene->roles_unknown)
            status = add_spans(scene, &scene->lines.idle[c],
                               (struct cqa_event){.type = CQA_EVENT_LINE_IDLE,
                                                  .side = cqa_scene_party(scene, c),
                                                  .confidence = line_sure});
    return status;
}

static enum cqa_status find_lost_lines(struct cqa_scene *scene)
{
    for (int c = 0; c < 2 && !scene->mono; c++) {
        const struct cqa_event event = {.type = CQA_EVENT_LINE_LOST,
                                        .start_ms = scene->lines.lost_ms[c],
                                        .end_ms = scene->duration_ms,
                                        .side = cqa_scene_party(scene, c),
                                        .confidence = line_sure};
        if (event.start_ms < event.end_ms && !cqa_events_add(&scene->events, &event))
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

static enum cqa_status find_one_way(struct cqa_scene *scene)
{
    if (scene->mono || scene->duration_ms < ONE_WAY_LEAST_MS)
        return CQA_OK;
    for (int c = 0; c < 2; c++) {
        if (scene->speech[c].count > 0 || cqa_spans_total_ms(&scene->speech[1 - c]) < 5000)
            continue;
        const struct cqa_event event = {.type = CQA_EVENT_ONE_WAY,
                                        .start_ms = 0,
                                        .end_ms = scene->duration_ms,
                                        .side = cqa_scene_party(scene, c),
                                        .confidence = 0.9f};
        if (!cqa_events_add(&scene->events, &event))
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

enum cqa_status cqa_scene_find_faults(struct cqa_scene *scene)
{
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < scene->tracks->channel_count && status == CQA_OK; c++)
        status = find_clipping(scene, c);
    if (status == CQA_OK)
        status = find_not_recorded(scene);
    if (status == CQA_OK)
        status = find_idle_lines(scene);
    if (status == CQA_OK)
        status = find_lost_lines(scene);
    return status == CQA_OK ? find_one_way(scene) : status;
}
