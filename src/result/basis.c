/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/basis.h"

#include <math.h>
#include <string.h>
#include "result/basis_form.h"
#include "rubric/measured.h"

struct cqa_rubric_input cqa_basis_of(const struct cqa_result *result)
{
    return (struct cqa_rubric_input){.events = result->events.items,
                                     .event_count = result->events.count,
                                     .measures = &result->measures,
                                     .measurable = &result->measurable,
                                     .duration_ms = result->recording.duration_ms,
                                     .mono = result->recording.layout != CQA_LAYOUT_STEREO,
                                     .queue = result->call.queue,
                                     .direction = result->call.direction};
}

static void put_number(struct cqa_buffer *out, uint64_t number)
{
    unsigned char bytes[10];
    size_t count = 0;

    for (; number >= 128; number >>= 7)
        bytes[count++] = (unsigned char)(number | 128);
    bytes[count++] = (unsigned char)number;
    cqa_buffer_add(out, bytes, count);
}

static void put_signed(struct cqa_buffer *out, int64_t number)
{
    put_number(out, ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0));
}

/* NULL is as "". */
static void put_text(struct cqa_buffer *out, const char *text)
{
    cqa_buffer_add(out, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

static uint64_t direction_of(const char *word)
{
    static const char *const words[] = {"in", "out", "internal"};

    for (size_t i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return i + 1;
    return 0;
}

static void put_head(struct cqa_buffer *out, const struct cqa_rubric_input *input)
{
    const struct cqa_conversation *talk = &input->measurable->conversation;
    uint64_t head = direction_of(input->direction) << CQA_BASIS_DIRECTION_SHIFT;

    head |= input->mono ? CQA_BASIS_MONO : 0;
    head |= talk->known ? CQA_BASIS_KNOWS_TALK : 0;
    head |= talk->talked ? CQA_BASIS_TALKED : 0;
    head |= input->queue != NULL ? CQA_BASIS_HAS_QUEUE : 0;
    put_signed(out, input->duration_ms);
    put_number(out, head);
    if (input->queue != NULL)
        put_text(out, input->queue);
    if (talk->talked) {
        put_signed(out, talk->start_ms);
        put_signed(out, talk->end_ms - talk->start_ms);
    }
}

static uint64_t reason_of(const struct cqa_measurable *measurable, const char *id)
{
    for (size_t i = 0; i < measurable->reason_count; i++)
        if (strcmp(measurable->reasons[i].id, id) == 0)
            return i + 1;
    return 0;
}

static void put_measurable(struct cqa_buffer *out, const struct cqa_measurable *measurable)
{
    uint64_t aspects = 0;
    int64_t before_ms = 0;

    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        aspects |= (uint64_t)measurable->aspect[i] << (2 * i);
    put_number(out, aspects);
    put_number(out, measurable->reason_count);
    for (size_t i = 0; i < measurable->reason_count; i++) {
        const struct cqa_reason *reason = &measurable->reasons[i];
        put_number(out, reason->what);
        put_text(out, reason->id);
        put_text(out, reason->text.en);
        put_text(out, reason->text.zh);
    }
    put_number(out, measurable->span_count);
    for (size_t i = 0; i < measurable->span_count; i++) {
        const struct cqa_unmeasured *span = &measurable->spans[i];
        const uint64_t reason = reason_of(measurable, span->reason);
        put_number(out, (uint64_t)span->what | (uint64_t)span->state << 3);
        put_signed(out, span->start_ms - before_ms);
        put_signed(out, span->end_ms - span->start_ms);
        put_number(out, reason);
        if (reason == 0)
            put_text(out, span->reason);
        before_ms = span->start_ms;
    }
}

static void put_measures(struct cqa_buffer *out, const struct cqa_measures *measures)
{
    uint64_t count = 0;
    int before = -1;

    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        count += isfinite(measures->value[i]) != 0;
    put_number(out, count);
    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        if (!isfinite(measures->value[i]))
            continue;
        const double scale = cqa_measured_scale((enum cqa_measure_id)i);
        put_number(out, (uint64_t)(i - before - 1));
        put_signed(out, llround(measures->value[i] * scale));
        before = i;
    }
}

/* Others than ours may tell finer ones. */
static void put_confidence(struct cqa_buffer *out, float confidence)
{
    const int hundredths = cqa_measured_confidence(confidence);
    unsigned char bytes[5] = {CQA_BASIS_RAW_CONFIDENCE};
    uint32_t raw;

    if (hundredths >= 0 && (float)(hundredths / 100.0) == confidence) {
        bytes[0] = (unsigned char)hundredths;
        cqa_buffer_add(out, bytes, 1);
        return;
    }
    memcpy(&raw, &confidence, sizeof raw);
    for (int i = 0; i < 4; i++)
        bytes[1 + i] = (unsigned char)(raw >> (8 * i));
    cqa_buffer_add(out, bytes, sizeof bytes);
}

static void put_events(struct cqa_buffer *out, const struct cqa_event *events, size_t count)
{
    int64_t before_ms = 0;
    int id = 0;

    put_number(out, count);
    for (size_t i = 0; i < count; i++) {
        const struct cqa_event *event = &events[i];
        put_number(out, event->type);
        put_signed(out, (int64_t)event->id - id - 1);
        put_signed(out, event->start_ms - before_ms);
        put_signed(out, event->end_ms - event->start_ms);
        put_number(out, (uint64_t)event->cause | (uint64_t)event->kind << CQA_BASIS_KIND_SHIFT |
                            (uint64_t)event->by << CQA_BASIS_BY_SHIFT |
                            (uint64_t)event->side << CQA_BASIS_SIDE_SHIFT |
                            (uint64_t)event->phase << CQA_BASIS_PHASE_SHIFT);
        put_confidence(out, event->confidence);
        before_ms = event->start_ms;
        id = event->id;
    }
}

enum cqa_status cqa_basis_write_none(struct cqa_buffer *out)
{
    static const unsigned char none = CQA_BASIS_NONE;

    return cqa_buffer_add(out, &none, sizeof none);
}

enum cqa_status cqa_basis_write(const struct cqa_rubric_input *input, struct cqa_buffer *out)
{
    struct cqa_buffer form = {.limit = CQA_BASIS_BYTES_MAX};

    put_number(&form, CQA_BASIS_VERSION);
    put_head(&form, input);
    put_measurable(&form, input->measurable);
    put_measures(&form, input->measures);
    put_events(&form, input->events, input->event_count);
    const enum cqa_status status =
        form.failed ? cqa_basis_write_none(out) : cqa_buffer_add(out, form.text, form.length);
    cqa_buffer_finish(&form);
    return status;
}
