/* Where nothing, or only part, can be measured: what the lines did, as spans of each aspect. */
#include "verdict/verdict.h"

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

static int has_reason(const struct cqa_measurable *measurable, const char *id,
                      enum cqa_aspect what)
{
    for (size_t i = 0; i < measurable->reason_count; i++)
        if (measurable->reasons[i].id == id && measurable->reasons[i].what == what)
            return 1;
    return 0;
}

enum cqa_status cqa_verdict_take(struct cqa_measurable *measurable, struct cqa_span span,
                                 unsigned aspects, enum cqa_ground_reason reason, float confidence)
{
    const char *id = cqa_ground_ids[reason];
    enum cqa_status status = CQA_OK;

    for (int a = 0; a < CQA_ASPECT_COUNT && status == CQA_OK; a++) {
        const enum cqa_aspect what = (enum cqa_aspect)a;
        if (!(aspects & 1u << a) || cqa_span_length_ms(span) <= 0)
            continue;
        if (!has_reason(measurable, id, what))
            cqa_verdict_lower(measurable, what, CQA_QUALITY_OK, id, cqa_ground_texts[reason]);
        status = cqa_measurable_add(measurable,
                                    &(struct cqa_unmeasured){what, CQA_QUALITY_NOT_MEASURABLE,
                                                             span.start_ms, span.end_ms, id,
                                                             confidence});
    }
    return status;
}

/* What cannot be measured for most of the call cannot be measured. */
static void lower_by_spans(const struct cqa_scene *scene, struct cqa_measurable *measurable)
{
    for (int a = 0; a < CQA_ASPECT_COUNT; a++)
        if (cqa_ground_is_by_span(measurable, (enum cqa_aspect)a, scene->duration_ms))
            measurable->aspect[a] = CQA_QUALITY_NOT_MEASURABLE;
}

enum cqa_status cqa_verdict_find_spans(const struct cqa_scene *scene,
                                       struct cqa_measurable *measurable)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < scene->events.count && status == CQA_OK; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        const struct taking *taking = taking_of(event);
        if (taking != NULL)
            status = cqa_verdict_take(measurable,
                                      (struct cqa_span){event->start_ms, event->end_ms},
                                      taking->aspects, taking->reason, event->confidence);
    }
    lower_by_spans(scene, measurable);
    return status;
}
