/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/logged.h"

#include <string.h>
#include "verdict/ground.h"

enum {
    HOLD_MS_MIN = 5000, /* as of holds that are heard */
    CLOCKS_MS = 2000, /* the exchange's clock against the recording's start, which is often told in
                         whole seconds */
};

/* Takes back what an earlier call did. */
static void undo(struct cqa_result *result)
{
    const char *reason = cqa_ground_ids[CQA_GROUND_LOGGED];
    struct cqa_measurable *measurable = &result->measurable;
    size_t kept = 0;

    for (size_t i = 0; i < result->events.count; i++) {
        struct cqa_event *event = &result->events.items[i];
        event->confirmed = 0;
        if (event->kind != CQA_KIND_LOGGED)
            result->events.items[kept++] = *event;
    }
    result->events.count = kept;
    kept = 0;
    for (size_t i = 0; i < measurable->span_count; i++)
        if (strcmp(measurable->spans[i].reason, reason) != 0)
            measurable->spans[kept++] = measurable->spans[i];
    measurable->span_count = kept;
    kept = 0;
    for (size_t i = 0; i < measurable->reason_count; i++)
        if (strcmp(measurable->reasons[i].id, reason) != 0)
            measurable->reasons[kept++] = measurable->reasons[i];
    measurable->reason_count = kept;
}

static int64_t overlap_ms(struct cqa_span a, int64_t start_ms, int64_t end_ms)
{
    const int64_t start = a.start_ms > start_ms ? a.start_ms : start_ms;
    const int64_t end = a.end_ms < end_ms ? a.end_ms : end_ms;

    return end > start ? end - start : 0;
}

/* Marks the holds that were heard in these seconds; whether there are any. */
static int confirm(struct cqa_result *result, struct cqa_span logged)
{
    const struct cqa_span wide = {logged.start_ms - CLOCKS_MS, logged.end_ms + CLOCKS_MS};
    int heard = 0;

    for (size_t i = 0; i < result->events.count; i++) {
        struct cqa_event *event = &result->events.items[i];
        const int64_t both_ms = overlap_ms(wide, event->start_ms, event->end_ms);
        if (event->type == CQA_EVENT_HOLD && 2 * both_ms > event->end_ms - event->start_ms)
            event->confirmed = heard = 1;
    }
    return heard;
}

static void add_reason(struct cqa_measurable *measurable, enum cqa_aspect what)
{
    if (measurable->reason_count < CQA_REASONS_MAX)
        measurable->reasons[measurable->reason_count++] =
            (struct cqa_reason){.id = cqa_ground_ids[CQA_GROUND_LOGGED],
                                .what = what,
                                .text = cqa_ground_texts[CQA_GROUND_LOGGED]};
}

/* Nobody is charged for what was found in seconds in which the line was parked. */
static enum cqa_status excuse(struct cqa_result *result, struct cqa_span span)
{
    static const enum cqa_aspect aspects[] = {CQA_ASPECT_SILENCE, CQA_ASPECT_OVERTALK};

    for (size_t i = 0; i < sizeof aspects / sizeof *aspects; i++) {
        const struct cqa_unmeasured unmeasured = {.what = aspects[i],
                                                  .state = CQA_QUALITY_NOT_MEASURABLE,
                                                  .start_ms = span.start_ms,
                                                  .end_ms = span.end_ms,
                                                  .reason = cqa_ground_ids[CQA_GROUND_LOGGED],
                                                  .confidence = 1};
        if (cqa_measurable_add(&result->measurable, &unmeasured) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

static enum cqa_status add_hold(struct cqa_result *result, struct cqa_span span)
{
    const struct cqa_conversation *talk = &result->measurable.conversation;
    const struct cqa_event event = {
        .type = CQA_EVENT_HOLD,
        .start_ms = span.start_ms,
        .end_ms = span.end_ms,
        .kind = CQA_KIND_LOGGED,
        .phase = talk->talked && span.start_ms < talk->start_ms ? CQA_PHASE_QUEUE : CQA_PHASE_TALK,
        .confidence = 1};

    return cqa_events_add(&result->events, &event) ? excuse(result, span) : CQA_E_NOMEM;
}

static enum cqa_status apply_one(struct cqa_result *result, const struct cqa_logged_hold *hold,
                                 int *added)
{
    const int64_t duration_ms = result->recording.duration_ms;
    struct cqa_span span = {hold->start_ms - result->call.begun_ms,
                            hold->end_ms - result->call.begun_ms};

    span.start_ms = span.start_ms < 0 ? 0 : span.start_ms;
    span.end_ms = span.end_ms > duration_ms ? duration_ms : span.end_ms;
    if (span.end_ms <= span.start_ms || confirm(result, span) ||
        span.end_ms - span.start_ms < HOLD_MS_MIN)
        return CQA_OK;
    *added = 1;
    return add_hold(result, span);
}

enum cqa_status cqa_logged_apply(struct cqa_result *result)
{
    enum cqa_status status = CQA_OK;
    int added = 0;

    undo(result);
    for (size_t i = 0; status == CQA_OK && i < result->call.hold_count; i++)
        if (result->call.begun_ms > 0)
            status = apply_one(result, &result->call.holds[i], &added);
    if (added) {
        add_reason(&result->measurable, CQA_ASPECT_SILENCE);
        add_reason(&result->measurable, CQA_ASPECT_OVERTALK);
    }
    cqa_events_number(&result->events);
    return status;
}
