/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "result/basis.h"
#include "result/basis_form.h"
#include "rubric/measured.h"

/* What is read from; whatever lies behind the end is 0, and `failed`. */
struct form {
    const unsigned char *at, *end;
    int failed;
};

static uint64_t number_of(struct form *form)
{
    uint64_t number = 0;

    for (unsigned shift = 0; form->at < form->end && shift < 64; shift += 7) {
        const unsigned char byte = *form->at++;
        number |= (uint64_t)(byte & 127u) << shift;
        if (byte < 128)
            return number;
    }
    form->failed = 1;
    return 0;
}

static int64_t signed_of(struct form *form)
{
    const uint64_t number = number_of(form);

    return (int64_t)(number >> 1 ^ (number & 1u ? UINT64_MAX : 0));
}

/* One below `count`. */
static unsigned choice_of(struct form *form, uint64_t number, unsigned count)
{
    form->failed |= number >= count;
    return number < count ? (unsigned)number : 0;
}

/* Milliseconds that add up to no more than a result may tell of. */
static int64_t ms_of(struct form *form, int64_t after_ms)
{
    static const int64_t most_ms = INT64_C(1) << 53;
    const int64_t ms = signed_of(form);

    if (ms >= -most_ms && ms <= most_ms && after_ms + ms >= -most_ms && after_ms + ms <= most_ms)
        return after_ms + ms;
    form->failed = 1;
    return 0;
}

static const char *text_of(struct form *form)
{
    const char *text = (const char *)form->at;
    const unsigned char *last = memchr(form->at, '\0', (size_t)(form->end - form->at));

    form->failed |= last == NULL;
    form->at = last != NULL ? last + 1 : form->end;
    return last != NULL ? text : "";
}

/* Of items that have a byte each, or more. */
static size_t count_of(struct form *form, uint64_t most)
{
    const uint64_t count = number_of(form);
    const uint64_t left = (uint64_t)(form->end - form->at);

    form->failed |= count > left || count > most;
    return form->failed ? 0 : (size_t)count;
}

/* Room for so many; 0: out of memory. */
static int grow(void *items, size_t size, size_t count, size_t *capacity)
{
    void *old;

    if (count <= *capacity)
        return 1;
    memcpy(&old, items, sizeof old);
    void *grown = realloc(old, count * size);
    if (grown == NULL)
        return 0;
    memcpy(items, &grown, sizeof grown);
    *capacity = count;
    return 1;
}

static void read_head(struct form *form, struct cqa_basis *basis)
{
    static const char *const directions[] = {NULL, "in", "out", "internal"};
    struct cqa_rubric_input *input = &basis->input;
    struct cqa_conversation *talk = &basis->measurable.conversation;

    input->duration_ms = ms_of(form, 0);
    const uint64_t head = number_of(form);
    input->mono = (head & CQA_BASIS_MONO) != 0;
    input->direction = directions[choice_of(form, head >> CQA_BASIS_DIRECTION_SHIFT, 4)];
    input->queue = head & CQA_BASIS_HAS_QUEUE ? text_of(form) : NULL;
    *talk = (struct cqa_conversation){.known = (head & CQA_BASIS_KNOWS_TALK) != 0,
                                      .talked = (head & CQA_BASIS_TALKED) != 0};
    if (talk->talked) {
        talk->start_ms = ms_of(form, 0);
        talk->end_ms = ms_of(form, talk->start_ms);
    }
}

static void read_reasons(struct form *form, struct cqa_measurable *out)
{
    const uint64_t aspects = number_of(form);

    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        out->aspect[i] =
            (enum cqa_quality)choice_of(form, aspects >> (2 * i) & 3u, CQA_QUALITY_COUNT);
    out->reason_count = count_of(form, CQA_REASONS_MAX);
    for (size_t i = 0; i < out->reason_count; i++) {
        struct cqa_reason *reason = &out->reasons[i];
        reason->what = (enum cqa_aspect)choice_of(form, number_of(form), CQA_ASPECT_COUNT);
        reason->id = text_of(form);
        reason->text.en = text_of(form);
        reason->text.zh = text_of(form);
    }
}

static const char *reason_of(struct form *form, const struct cqa_measurable *measurable)
{
    const uint64_t number = number_of(form);

    if (number == 0)
        return text_of(form);
    form->failed |= number > measurable->reason_count;
    return form->failed ? "" : measurable->reasons[number - 1].id;
}

static int read_spans(struct form *form, struct cqa_basis *basis)
{
    struct cqa_measurable *out = &basis->measurable;
    const size_t count = count_of(form, UINT64_MAX);
    int64_t before_ms = 0;

    out->span_count = 0;
    if (!grow(&out->spans, sizeof *out->spans, count, &basis->span_capacity))
        return 0;
    for (; out->span_count < count && !form->failed; out->span_count++) {
        struct cqa_unmeasured *span = &out->spans[out->span_count];
        const uint64_t what = number_of(form);
        *span = (struct cqa_unmeasured){
            .what = (enum cqa_aspect)choice_of(form, what & 7u, CQA_ASPECT_COUNT),
            .state = (enum cqa_quality)choice_of(form, what >> 3, CQA_QUALITY_COUNT)};
        span->start_ms = ms_of(form, before_ms);
        span->end_ms = ms_of(form, span->start_ms);
        span->reason = reason_of(form, out);
        before_ms = span->start_ms;
    }
    return 1;
}

static void read_measures(struct form *form, struct cqa_measures *out)
{
    const size_t count = count_of(form, CQA_MEASURE_COUNT);
    unsigned id = 0;

    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        out->value[i] = NAN;
    for (size_t i = 0; i < count; i++, id++) {
        id += choice_of(form, number_of(form), CQA_MEASURE_COUNT);
        const int64_t steps = signed_of(form);
        if (id >= CQA_MEASURE_COUNT || form->failed) {
            form->failed = 1;
            return;
        }
        out->value[id] = (double)steps / cqa_measured_scale((enum cqa_measure_id)id);
    }
}

static float confidence_of(struct form *form)
{
    uint32_t raw = 0;
    float confidence;

    if (form->at == form->end) {
        form->failed = 1;
        return 0;
    }
    const unsigned char hundredths = *form->at++;
    if (hundredths != CQA_BASIS_RAW_CONFIDENCE)
        return (float)(hundredths / 100.0);
    form->failed |= form->end - form->at < 4;
    for (unsigned i = 0; i < 4 && form->at < form->end; i++)
        raw |= (uint32_t)*form->at++ << (8 * i);
    memcpy(&confidence, &raw, sizeof confidence);
    return confidence;
}

static void read_event(struct form *form, const struct cqa_event *before, struct cqa_event *out)
{
    *out = (struct cqa_event){
        .type = (enum cqa_event_type)choice_of(form, number_of(form), CQA_EVENT_TYPE_COUNT)};
    const int64_t id = ms_of(form, (int64_t)(before != NULL ? before->id : 0) + 1);
    form->failed |= id < 0 || id > INT_MAX;
    out->id = form->failed ? 0 : (int)id;
    out->start_ms = ms_of(form, before != NULL ? before->start_ms : 0);
    out->end_ms = ms_of(form, out->start_ms);
    const uint64_t details = number_of(form);
    out->cause = (enum cqa_event_cause)choice_of(form, details & 15u, CQA_CAUSE_COUNT);
    out->kind =
        (enum cqa_event_kind)choice_of(form, details >> CQA_BASIS_KIND_SHIFT & 15u, CQA_KIND_COUNT);
    out->by = (enum cqa_party)choice_of(form, details >> CQA_BASIS_BY_SHIFT & 3u, CQA_PARTY_COUNT);
    out->side =
        (enum cqa_party)choice_of(form, details >> CQA_BASIS_SIDE_SHIFT & 3u, CQA_PARTY_COUNT);
    out->phase =
        (enum cqa_event_phase)choice_of(form, details >> CQA_BASIS_PHASE_SHIFT, CQA_PHASE_COUNT);
    out->confidence = confidence_of(form);
}

static int read_events(struct form *form, struct cqa_basis *basis)
{
    const size_t count = count_of(form, UINT64_MAX);

    if (!grow(&basis->events, sizeof *basis->events, count, &basis->event_capacity))
        return 0;
    for (size_t i = 0; i < count && !form->failed; i++)
        read_event(form, i > 0 ? &basis->events[i - 1] : NULL, &basis->events[i]);
    basis->input.events = basis->events;
    basis->input.event_count = form->failed ? 0 : count;
    return 1;
}

enum cqa_status cqa_basis_read(struct cqa_basis *basis, const void *bytes, size_t size,
                               struct cqa_error *error)
{
    struct form form = {.at = bytes, .end = (const unsigned char *)bytes + size};

    basis->input =
        (struct cqa_rubric_input){.measures = &basis->measures, .measurable = &basis->measurable};
    if (number_of(&form) != CQA_BASIS_VERSION)
        return cqa_fail(error, CQA_E_BADDATA, "what rules need is of another version");
    read_head(&form, basis);
    read_reasons(&form, &basis->measurable);
    int has_memory = read_spans(&form, basis);
    read_measures(&form, &basis->measures);
    has_memory = has_memory && read_events(&form, basis);
    if (!has_memory)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    return form.failed || form.at != form.end
               ? cqa_fail(error, CQA_E_BADDATA, "what rules need is damaged")
               : CQA_OK;
}

enum cqa_status cqa_basis_read_text(struct cqa_basis *basis, const char *text,
                                    struct cqa_error *error)
{
    cqa_result_finish(&basis->result);
    const enum cqa_status status =
        cqa_result_from_json(text, strlen(text), CQA_RESULT_FOREIGN, &basis->result, error);
    basis->input = cqa_basis_of(&basis->result);
    return status;
}

void cqa_basis_finish(struct cqa_basis *basis)
{
    free(basis->events);
    cqa_result_finish(&basis->result);
    cqa_measurable_finish(&basis->measurable);
    *basis = (struct cqa_basis){0};
}
