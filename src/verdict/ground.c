/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/ground.h"

#include <string.h>

#define ID(symbol, id, en, zh) id,
#define TEXT(symbol, id, en, zh) {en, zh},
const char *const cqa_ground_ids[CQA_GROUND_COUNT + 1] = {CQA_GROUND_REASONS(ID) NULL};
const struct cqa_text cqa_ground_texts[CQA_GROUND_COUNT] = {CQA_GROUND_REASONS(TEXT)};
#undef ID
#undef TEXT

static int64_t overlap_ms(struct cqa_span a, struct cqa_span b)
{
    const int64_t start = a.start_ms > b.start_ms ? a.start_ms : b.start_ms;
    const int64_t end = a.end_ms < b.end_ms ? a.end_ms : b.end_ms;

    return end > start ? end - start : 0;
}

static struct cqa_span span_of(const struct cqa_unmeasured *unmeasured)
{
    return (struct cqa_span){unmeasured->start_ms, unmeasured->end_ms};
}

static int takes_away(const struct cqa_unmeasured *span, enum cqa_aspect what, int with_degraded)
{
    return span->what == what && (span->state == CQA_QUALITY_NOT_MEASURABLE ||
                                  (span->state == CQA_QUALITY_DEGRADED && !with_degraded));
}

/* How much of `window` cannot be measured, and which span takes most of it. */
static int64_t unmeasured_ms(const struct cqa_measurable *measurable, enum cqa_aspect what,
                             struct cqa_span window, int with_degraded,
                             const struct cqa_unmeasured **most)
{
    int64_t reach_ms = window.start_ms;
    int64_t sum_ms = 0;
    int64_t most_ms = 0;

    *most = NULL;
    for (size_t i = 0; i < measurable->span_count; i++) {
        const struct cqa_unmeasured *span = &measurable->spans[i];
        if (!takes_away(span, what, with_degraded))
            continue;
        const int64_t own_ms = overlap_ms(span_of(span), window);
        if (own_ms > most_ms) {
            most_ms = own_ms;
            *most = span;
        }
        const struct cqa_span fresh = {reach_ms, window.end_ms};
        sum_ms += overlap_ms(span_of(span), fresh);
        reach_ms = own_ms > 0 && span->end_ms > reach_ms ? span->end_ms : reach_ms;
    }
    return sum_ms;
}

static struct cqa_ground bears_not(enum cqa_ground_reason reason)
{
    return (struct cqa_ground){0, 0, cqa_ground_ids[reason], cqa_ground_texts[reason]};
}

static struct cqa_ground bears_not_for(const struct cqa_measurable *measurable, const char *reason)
{
    struct cqa_ground ground = {0, 0, reason, {NULL, NULL}};

    for (size_t i = 0; i < measurable->reason_count; i++)
        if (strcmp(measurable->reasons[i].id, reason) == 0)
            ground.text = measurable->reasons[i].text;
    return ground;
}

/* The part of the event that lies in the conversation; a hold that begins inside counts whole. */
static struct cqa_span inside(const struct cqa_conversation *talk, const struct cqa_event *event)
{
    struct cqa_span span = {event->start_ms, event->end_ms};
    const int begins = event->start_ms >= talk->start_ms && event->start_ms <= talk->end_ms;

    if (!talk->known || (event->type == CQA_EVENT_HOLD && begins))
        return span;
    span.start_ms = span.start_ms > talk->start_ms ? span.start_ms : talk->start_ms;
    span.end_ms = span.end_ms < talk->end_ms ? span.end_ms : talk->end_ms;
    span.end_ms = span.end_ms > span.start_ms ? span.end_ms : span.start_ms;
    return span;
}

/* Why nobody can ever be charged for such an event; COUNT for the others. */
static enum cqa_ground_reason own_reason(const struct cqa_event *event)
{
    if (event->cause == CQA_CAUSE_PARKED)
        return CQA_GROUND_PARKED;
    if (event->kind == CQA_KIND_LOGGED)
        return CQA_GROUND_LOGGED;
    switch (event->type) {
    case CQA_EVENT_NOT_RECORDED:
        return CQA_GROUND_NOT_RECORDED;
    case CQA_EVENT_LINE_IDLE:
        return CQA_GROUND_LINE_IDLE;
    case CQA_EVENT_LINE_LOST:
        return CQA_GROUND_LINE_LOST;
    default:
        return CQA_GROUND_COUNT;
    }
}

struct cqa_ground cqa_ground_of_measure(const struct cqa_measurable *measurable,
                                        enum cqa_measure_id measure)
{
    const struct cqa_conversation *talk = &measurable->conversation;

    if (talk->known && !talk->talked)
        return bears_not(CQA_GROUND_NOBODY);
    if (talk->known && measure == CQA_MEASURE_NOT_RECORDED)
        return bears_not(CQA_GROUND_NOT_RECORDED);
    if (talk->known && (measure == CQA_MEASURE_QUEUE_WAIT || measure == CQA_MEASURE_RING))
        return bears_not(CQA_GROUND_BEFORE);
    return (struct cqa_ground){.bears = 1};
}

struct cqa_ground cqa_ground_of_event(const struct cqa_measurable *measurable,
                                      const struct cqa_event *event, int with_degraded)
{
    const struct cqa_conversation *talk = &measurable->conversation;
    const struct cqa_span whole = {event->start_ms, event->end_ms};
    const int64_t length_ms = cqa_span_length_ms(whole);
    const enum cqa_aspect what = cqa_event_aspects[event->type];
    const struct cqa_unmeasured *most;

    if (talk->known && !talk->talked)
        return bears_not(CQA_GROUND_NOBODY);
    const struct cqa_span part = inside(talk, event);
    if (2 * cqa_span_length_ms(part) <= length_ms)
        return bears_not(event->start_ms < talk->start_ms ? CQA_GROUND_BEFORE : CQA_GROUND_AFTER);
    const enum cqa_ground_reason own = own_reason(event);
    if (own != CQA_GROUND_COUNT)
        return bears_not(own);
    if (2 * unmeasured_ms(measurable, what, whole, with_degraded, &most) > length_ms)
        return bears_not_for(measurable, most->reason);
    return (struct cqa_ground){.bears = 1,
                               .counted_ms =
                                   cqa_span_length_ms(part) -
                                   unmeasured_ms(measurable, what, part, with_degraded, &most)};
}

enum cqa_quality cqa_ground_state(const struct cqa_measurable *measurable, enum cqa_aspect what,
                                  int64_t duration_ms)
{
    const struct cqa_span whole = {0, duration_ms};
    const struct cqa_unmeasured *most;

    if (2 * unmeasured_ms(measurable, what, whole, 1, &most) > duration_ms)
        return CQA_QUALITY_NOT_MEASURABLE;
    if (2 * unmeasured_ms(measurable, what, whole, 0, &most) > duration_ms)
        return CQA_QUALITY_DEGRADED;
    return CQA_QUALITY_OK;
}
