/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with the recording itself: clipping, a side that was not recorded, a call heard on
 * one side only. */
#include "event/scene.h"

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

/* Stretches with enough of it: a few tops far apart are none, however long they lie apart. */
static enum cqa_status add_clipping(struct cqa_scene *scene, int c, const struct cqa_spans *clipped)
{
    const struct cqa_faults_limits *limits = &cqa_scene_limits(scene)->faults;
    const struct cqa_event event = {.type = CQA_EVENT_CLIPPING,
                                    .side = cqa_scene_party(scene, c),
                                    .confidence = limits->clip_sure};
    struct cqa_spans stretches = {0};
    struct cqa_spans kept = {0};
    enum cqa_status status = cqa_spans_unite(clipped, clipped, &stretches);

    cqa_spans_bridge(&stretches, limits->clip_bridge_ms);
    for (size_t i = 0; status == CQA_OK && i < stretches.count; i++)
        if (cqa_spans_within_ms(clipped, stretches.items[i]) >= limits->clip_shortest_ms)
            status = cqa_spans_add(&kept, stretches.items[i].start_ms, stretches.items[i].end_ms);
    if (status == CQA_OK)
        status = add_spans(scene, &kept, event);
    cqa_spans_finish(&kept);
    cqa_spans_finish(&stretches);
    return status;
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
    if (status == CQA_OK)
        status = add_clipping(scene, c, &clipped);
    cqa_spans_finish(&clipped);
    return status;
}

static enum cqa_status find_not_recorded(struct cqa_scene *scene)
{
    return add_spans(scene, &scene->lines.not_recorded,
                     (struct cqa_event){.type = CQA_EVENT_NOT_RECORDED,
                                        .confidence = cqa_scene_limits(scene)->faults.still_sure});
}

/* The customer's line alone idle; the agent's would be a mute hold. */
static enum cqa_status find_idle_lines(struct cqa_scene *scene)
{
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < 2 && status == CQA_OK && !scene->mono; c++)
        if (c != scene->agent || scene->roles_unknown)
            status = add_spans(
                scene, &scene->lines.idle[c],
                (struct cqa_event){.type = CQA_EVENT_LINE_IDLE,
                                   .side = cqa_scene_party(scene, c),
                                   .confidence = cqa_scene_limits(scene)->faults.line_sure});
    return status;
}

static enum cqa_status find_lost_lines(struct cqa_scene *scene)
{
    for (int c = 0; c < 2 && !scene->mono; c++) {
        const struct cqa_event event = {.type = CQA_EVENT_LINE_LOST,
                                        .start_ms = scene->lines.lost_ms[c],
                                        .end_ms = scene->duration_ms,
                                        .side = cqa_scene_party(scene, c),
                                        .confidence = cqa_scene_limits(scene)->faults.line_sure};
        if (event.start_ms < event.end_ms && !cqa_events_add(&scene->events, &event))
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

static enum cqa_status find_one_way(struct cqa_scene *scene)
{
    const struct cqa_faults_limits *limits = &cqa_scene_limits(scene)->faults;

    if (scene->mono || scene->duration_ms < limits->one_way_ms)
        return CQA_OK;
    for (int c = 0; c < 2; c++) {
        if (scene->speech[c].count > 0 ||
            cqa_spans_total_ms(&scene->speech[1 - c]) < limits->one_way_speech_ms)
            continue;
        const struct cqa_event event = {.type = CQA_EVENT_ONE_WAY,
                                        .start_ms = 0,
                                        .end_ms = scene->duration_ms,
                                        .side = cqa_scene_party(scene, c),
                                        .confidence = limits->one_way_sure};
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
