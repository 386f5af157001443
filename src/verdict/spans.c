/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where nothing, or only part, can be measured: what the lines did, as spans of each aspect. */
#include "track/still.h"
#include "verdict/verdict.h"

static const struct {
    float step_sure;        /* confidence that the channels are out of step */
    float doubt_sure;       /* confidence of what is left in doubt */
    float noisy_db;         /* a voice that stands less out of its noise may not be heard */
    float silence_in_noise; /* least confidence of a silence there, on two channels, or where nobody
                               is heard at all, */
    float silence;          /* and anywhere */
    int64_t after_hold_ms;  /* the edge of a hold may be off by so much */
    float still_share;      /* least part of a mute hold in which both lines stand still */
} limits = {
    .step_sure = 0.95f,        /* 98 of 102 shifted calls, none as drawn (situations.py shift) */
    .doubt_sure = 0.6f,        /* by hand */
    .noisy_db = 18,            /* simulated calls; 0161 */
    .silence_in_noise = 0.75f, /* under it they are silence no more often than not; 0161 */
    .silence = 0.3f,           /* the same */
    .after_hold_ms = 500,      /* by hand */
    .still_share = 0.9f,       /* by hand */
};

/* A bit an aspect. */
enum {
    SPEECH = 1u << CQA_ASPECT_SPEECH,
    SILENCE = 1u << CQA_ASPECT_SILENCE,
    OVERTALK = 1u << CQA_ASPECT_OVERTALK,
    HOLD = 1u << CQA_ASPECT_HOLD,
    LEVEL = 1u << CQA_ASPECT_LEVEL,
};

/* What an event of the lines takes away while it lasts. */
struct taking {
    enum cqa_event_type type;
    enum cqa_ground_reason reason;
    unsigned aspects;
};

static const struct taking takings[] = {
    {CQA_EVENT_NOT_RECORDED, CQA_GROUND_NOT_RECORDED, SPEECH | SILENCE | OVERTALK | HOLD | LEVEL},
    {CQA_EVENT_LINE_LOST, CQA_GROUND_LINE_LOST, SILENCE | OVERTALK | HOLD},
    {CQA_EVENT_LINE_IDLE, CQA_GROUND_LINE_IDLE, SILENCE | OVERTALK},
};

static const struct taking *taking_of(const struct cqa_event *event)
{
    for (size_t i = 0; i < sizeof takings / sizeof takings[0]; i++)
        if (takings[i].type == event->type)
            return &takings[i];
    return NULL;
}

static int has_reason(const struct cqa_measurable *measurable, const char *id, enum cqa_aspect what)
{
    for (size_t i = 0; i < measurable->reason_count; i++)
        if (measurable->reasons[i].id == id && measurable->reasons[i].what == what)
            return 1;
    return 0;
}

enum cqa_status cqa_verdict_take(struct cqa_measurable *measurable, struct cqa_span span,
                                 unsigned aspects, enum cqa_quality state,
                                 enum cqa_ground_reason reason, float confidence)
{
    const char *id = cqa_ground_ids[reason];
    enum cqa_status status = CQA_OK;

    for (int a = 0; a < CQA_ASPECT_COUNT && status == CQA_OK; a++) {
        const enum cqa_aspect what = (enum cqa_aspect)a;
        if (!(aspects & 1u << a) || cqa_span_length_ms(span) <= 0)
            continue;
        if (!has_reason(measurable, id, what))
            cqa_verdict_lower(measurable, what, CQA_QUALITY_OK, id, cqa_ground_texts[reason]);
        status =
            cqa_measurable_add(measurable, &(struct cqa_unmeasured){what, state, span.start_ms,
                                                                    span.end_ms, id, confidence});
    }
    return status;
}

/*
 * Both lines stand still all through a mute hold: on a customer's line that is gated nobody can
 * tell whether the agent pressed mute while the customer listened, or the recorder was paused.
 */
static int is_ambiguous(const struct cqa_scene *scene, const struct cqa_event *event)
{
    const size_t first = cqa_border_at(event->start_ms);
    const size_t last = cqa_border_at(event->end_ms);
    size_t still = 0;

    if (scene->mono || event->type != CQA_EVENT_HOLD || event->kind != CQA_KIND_MUTE)
        return 0;
    for (size_t t = first; t < last && t < scene->tracks->count; t++)
        still += scene->tracks->channel[0].still[t] != CQA_STILL_NOT &&
                 scene->tracks->channel[1].still[t] != CQA_STILL_NOT;
    return (float)still >= limits.still_share * (float)(last - first);
}

/* Somebody may be so soft on one of the lines that nobody hears it there. */
static int is_noisy(const struct cqa_channel_sound sound[2])
{
    return sound[0].active_level_dbfs - sound[0].noise_dbfs < limits.noisy_db || /* NaN: no */
           sound[1].active_level_dbfs - sound[1].noise_dbfs < limits.noisy_db;
}

/* Silence that sounds like voices or music to the classifier is one as often as not. Where not a
 * word is heard all along, whoever speaks may be what is not heard. */
static int is_doubtful(const struct cqa_scene *scene, const struct cqa_channel_sound sound[2],
                       const struct cqa_event *event)
{
    const int strict = cqa_scene_nobody_speaks(scene) || (!scene->mono && is_noisy(sound));
    const float least = strict ? limits.silence_in_noise : limits.silence;

    return event->type == CQA_EVENT_SILENCE && event->confidence < least;
}

/*
 * Music on hold has passages that are not heard, and pauses between two pieces. As long as nobody
 * has spoken, nobody can tell whether whoever waits still waits, or the agent is back and silent.
 */
static int follows_hold(const struct cqa_scene *scene, const struct cqa_event *event)
{
    for (size_t i = 0; i < scene->events.count && event->type == CQA_EVENT_SILENCE; i++) {
        const struct cqa_event *hold = &scene->events.items[i];
        if (hold->type == CQA_EVENT_HOLD &&
            (hold->kind == CQA_KIND_MUSIC || hold->kind == CQA_KIND_ANNOUNCEMENT) &&
            event->start_ms >= hold->end_ms &&
            event->start_ms < hold->end_ms + limits.after_hold_ms)
            return 1;
    }
    return 0;
}

/* What cannot be measured for most of the call cannot be measured. */
static void lower_by_spans(const struct cqa_scene *scene, struct cqa_measurable *measurable)
{
    for (int a = 0; a < CQA_ASPECT_COUNT; a++) {
        const enum cqa_quality state =
            cqa_ground_state(measurable, (enum cqa_aspect)a, scene->duration_ms);
        if (measurable->aspect[a] < state)
            measurable->aspect[a] = state;
    }
}

/* What this event takes away, or leaves in doubt. */
static enum cqa_status take_by_event(const struct cqa_scene *scene,
                                     const struct cqa_channel_sound sound[2],
                                     const struct cqa_event *event,
                                     struct cqa_measurable *measurable)
{
    const struct cqa_span span = {event->start_ms, event->end_ms};
    const struct taking *taking = taking_of(event);

    if (taking != NULL)
        return cqa_verdict_take(measurable, span, taking->aspects, CQA_QUALITY_NOT_MEASURABLE,
                                taking->reason, event->confidence);
    if (is_ambiguous(scene, event))
        return cqa_verdict_take(measurable, span, HOLD | SILENCE, CQA_QUALITY_DEGRADED,
                                CQA_GROUND_NOT_RECORDED, limits.doubt_sure);
    if (follows_hold(scene, event))
        return cqa_verdict_take(measurable, span, SILENCE, CQA_QUALITY_DEGRADED,
                                CQA_GROUND_AFTER_HOLD, limits.doubt_sure);
    if (is_doubtful(scene, sound, event))
        return cqa_verdict_take(measurable, span, SILENCE, CQA_QUALITY_DEGRADED, CQA_GROUND_NOISE,
                                limits.doubt_sure);
    return CQA_OK;
}

enum cqa_status cqa_verdict_find_spans(const struct cqa_scene *scene,
                                       const struct cqa_channel_sound sound[2],
                                       struct cqa_measurable *measurable)
{
    enum cqa_status status = CQA_OK;
    int out_of_step = 0;

    for (size_t i = 0; i < scene->events.count && status == CQA_OK; i++)
        status = take_by_event(scene, sound, &scene->events.items[i], measurable);
    if (status == CQA_OK)
        status = cqa_verdict_find_step(scene, &out_of_step);
    if (status == CQA_OK && out_of_step)
        status = cqa_verdict_take(measurable, (struct cqa_span){0, scene->duration_ms},
                                  SILENCE | OVERTALK, CQA_QUALITY_NOT_MEASURABLE,
                                  CQA_GROUND_OUT_OF_STEP, limits.step_sure);
    lower_by_spans(scene, measurable);
    return status;
}
