/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/other_voice.h"
#include "event/scene.h"

/* Frames and bursts may reach past the last sample; events do not. */
static void clamp_events(struct cqa_scene *scene)
{
    size_t kept = 0;

    for (size_t i = 0; i < scene->events.count; i++) {
        struct cqa_event event = scene->events.items[i];
        event.start_ms = event.start_ms < 0 ? 0 : event.start_ms;
        event.end_ms = event.end_ms > scene->duration_ms ? scene->duration_ms : event.end_ms;
        if (event.start_ms < event.end_ms)
            scene->events.items[kept++] = event;
    }
    scene->events.count = kept;
}

int cqa_scene_has_keys(const struct cqa_scene *scene, struct cqa_span within, enum cqa_party side)
{
    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if (event->type == CQA_EVENT_DTMF && (side == CQA_PARTY_NONE || event->side == side) &&
            event->start_ms >= within.start_ms && event->end_ms <= within.end_ms)
            return 1;
    }
    return 0;
}

enum cqa_status cqa_scene_play(struct cqa_scene *scene)
{
    enum cqa_status status = cqa_tones_find(scene->plans, scene->frames, scene->tracks,
                                            scene->agent, &scene->tones, &scene->events);

    if (status == CQA_OK)
        status = cqa_scene_find_speech(scene);
    if (status == CQA_OK)
        status = cqa_lines_find(scene, &scene->lines);
    if (status == CQA_OK)
        status = cqa_mute_find(scene, &scene->mute);
    if (status == CQA_OK)
        status = cqa_scene_find_holds(scene);
    scene->holds_known = 1;
    if (status == CQA_OK)
        status = cqa_scene_find_speech(scene);
    if (status == CQA_OK)
        status = cqa_exchange_find(scene, &scene->exchange);
    cqa_scene_set_phases(scene);
    if (status == CQA_OK)
        status = cqa_scene_find_silence(scene);
    if (status == CQA_OK)
        status = cqa_scene_find_overtalk(scene);
    if (status == CQA_OK)
        status = cqa_scene_doubt_other_voices(scene);
    if (status == CQA_OK)
        status = cqa_scene_find_faults(scene);
    if (status == CQA_OK)
        status = cqa_scene_find_long_tones(scene);
    clamp_events(scene);
    cqa_events_number(&scene->events);
    return status;
}

void cqa_scene_finish(struct cqa_scene *scene)
{
    cqa_tones_finish(&scene->tones);
    cqa_spans_finish(&scene->speech[0]);
    cqa_spans_finish(&scene->speech[1]);
    cqa_spans_finish(&scene->asides[0]);
    cqa_spans_finish(&scene->asides[1]);
    cqa_exchange_finish(&scene->exchange);
    cqa_lines_finish(&scene->lines);
    cqa_mute_finish(&scene->mute);
    cqa_spans_finish(&scene->holds);
    cqa_spans_finish(&scene->heard[0]);
    cqa_spans_finish(&scene->heard[1]);
    cqa_events_finish(&scene->events);
}
