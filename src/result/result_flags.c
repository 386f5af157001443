/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/result_flags.h"

#include <math.h>

static const double POINTS_MAX = 1e6;

/* [start, end) inside the recording; `empty` spans are taken where asked. */
static void read_times(struct cqa_field_reader *reader, const struct cqa_field *field,
                       int64_t duration_ms, int may_be_empty, int64_t *start_ms, int64_t *end_ms)
{
    *start_ms = cqa_field_whole(reader, field, "start_ms", 0, duration_ms);
    *end_ms = cqa_field_whole(reader, field, "end_ms", 0, duration_ms);
    if (*end_ms < *start_ms || (*end_ms == *start_ms && !may_be_empty))
        cqa_field_fail(reader, field, CQA_E_BADDATA, "end_ms must be after start_ms");
}

static int is_kind_of(enum cqa_event_type type, enum cqa_event_kind kind)
{
    const int is_overtalk = kind >= CQA_KIND_BACKCHANNEL && kind <= CQA_KIND_OTHER;

    return kind == CQA_KIND_NONE || is_overtalk == (type == CQA_EVENT_OVERTALK);
}

static void read_kind(struct cqa_field_reader *reader, const struct cqa_field *field,
                      struct cqa_event *out)
{
    const struct cqa_field kind = cqa_field_of(field, "kind");

    out->kind =
        (enum cqa_event_kind)cqa_field_word_or_none(reader, field, "kind", cqa_event_kind_words);
    if (!is_kind_of(out->type, out->kind))
        cqa_field_fail(reader, &kind, CQA_E_BADDATA, "\"%s\" is no kind of %s",
                       cqa_event_kind_words[out->kind], cqa_event_type_words[out->type]);
}

static void read_details(struct cqa_field_reader *reader, const struct cqa_field *field,
                         struct cqa_event *out)
{
    if (out->type == CQA_EVENT_SILENCE) {
        out->cause = (enum cqa_event_cause)cqa_field_required_word(reader, field, "cause",
                                                                   cqa_event_cause_words);
        return;
    }
    if (out->type == CQA_EVENT_OVERTALK) {
        out->by = (enum cqa_party)cqa_field_word_or_none(reader, field, "by", cqa_party_words);
        read_kind(reader, field, out);
        return;
    }
    out->side = (enum cqa_party)cqa_field_word_or_none(reader, field, "side", cqa_party_words);
    if (out->type == CQA_EVENT_HOLD) {
        const struct cqa_field kind = cqa_field_of(field, "kind");
        read_kind(reader, field, out);
        if (cqa_field_is_null(&kind))
            cqa_field_fail(reader, &kind, CQA_E_BADDATA, "must not be null");
        out->phase = (enum cqa_event_phase)cqa_field_word_or_none(reader, field, "phase",
                                                                  cqa_event_phase_words);
        const struct cqa_field confirmed = cqa_field_of(field, "confirmed_by");
        out->confirmed = !cqa_field_is_null(&confirmed) && confirmed.json != NULL;
    }
    if (out->type == CQA_EVENT_DTMF)
        cqa_field_copy(reader, field, "digits", out->digits, sizeof out->digits);
}

static const char *const *known_event_fields(enum cqa_event_type type)
{
    static const char *const silence[] = {"id",         "type",  "start_ms", "end_ms",
                                          "confidence", "cause", NULL};
    static const char *const overtalk[] = {"id",         "type", "start_ms", "end_ms",
                                           "confidence", "by",   "kind",     NULL};
    static const char *const hold[] = {"id",   "type", "start_ms", "end_ms",       "confidence",
                                       "kind", "side", "phase",    "confirmed_by", NULL};
    static const char *const dtmf[] = {"id",         "type", "start_ms", "end_ms",
                                       "confidence", "side", "digits",   NULL};
    static const char *const others[] = {"id",         "type", "start_ms", "end_ms",
                                         "confidence", "side", NULL};

    switch (type) {
    case CQA_EVENT_SILENCE:
        return silence;
    case CQA_EVENT_OVERTALK:
        return overtalk;
    case CQA_EVENT_HOLD:
        return hold;
    case CQA_EVENT_DTMF:
        return dtmf;
    default:
        return others;
    }
}

void cqa_result_read_events(struct cqa_field_reader *reader, const struct cqa_field *up,
                            struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "events");
    const size_t count = cqa_field_list(reader, &field, CQA_FIELD_EVENTS_MAX);
    int64_t before_ms = 0;

    reader->event_count = count;
    for (size_t i = 0; i < count && reader->status == CQA_OK; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        struct cqa_event event = {0};
        if (!json_is_object(item.json)) {
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "must be an object");
            return;
        }
        const int type =
            cqa_field_word(reader, &item, "type", CQA_FIELD_REQUIRED, cqa_event_type_words);
        event.type = type < 0 ? CQA_EVENT_TYPE_COUNT : (enum cqa_event_type)type;
        if (!cqa_field_object(reader, &item, known_event_fields(event.type)))
            return;
        event.id = (int)cqa_field_whole(reader, &item, "id", (int64_t)i + 1, (int64_t)i + 1);
        read_times(reader, &item, result->recording.duration_ms, 0, &event.start_ms, &event.end_ms);
        if (event.start_ms < before_ms)
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "starts before the event before it");
        before_ms = event.start_ms;
        if (type >= 0)
            read_details(reader, &item, &event);
        event.confidence =
            (float)cqa_field_number(reader, &item, "confidence", CQA_FIELD_REQUIRED, 0, 1);
        if (type >= 0 && !cqa_events_add(&result->events, &event))
            cqa_field_fail(reader, &item, CQA_E_NOMEM, "out of memory");
    }
}

static void read_decision(struct cqa_field_reader *reader, const struct cqa_field *up,
                          struct cqa_result *result)
{
    static const char *const known[] = {"state", "points", "by", "at", "reason", NULL};
    const struct cqa_field field = cqa_field_of(up, "decision");

    if (cqa_field_is_null(&field))
        result->undecided_count++;
    else
        cqa_field_object(reader, &field, known);
}

/* The sentence of a reason that nobody explained is null on both sides. */
static struct cqa_text read_sentence(struct cqa_field_reader *reader, const struct cqa_field *up)
{
    static const char *const known[] = {"en", "zh", NULL};
    const struct cqa_field field = cqa_field_of(up, "text");
    struct cqa_text text = {NULL, NULL};

    if (cqa_field_object(reader, &field, known)) {
        text.en =
            cqa_field_string(reader, &field, "en", CQA_FIELD_OR_NULL, CQA_FIELD_TEXT_BYTES_MAX);
        text.zh =
            cqa_field_string(reader, &field, "zh", CQA_FIELD_OR_NULL, CQA_FIELD_TEXT_BYTES_MAX);
    }
    return text;
}

static void read_ground(struct cqa_field_reader *reader, const struct cqa_field *up,
                        struct cqa_deduction *out)
{
    static const char *const known[] = {"id", "text", NULL};
    const struct cqa_field field = cqa_field_of(up, "ground");

    if (field.json == NULL || json_is_null(field.json) || !cqa_field_object(reader, &field, known))
        return;
    out->ground =
        cqa_field_string(reader, &field, "id", CQA_FIELD_REQUIRED, CQA_FIELD_NAME_BYTES_MAX);
    out->ground_text = read_sentence(reader, &field);
}

static void read_deduction(struct cqa_field_reader *reader, const struct cqa_field *field,
                           const struct cqa_result *result, struct cqa_deduction *out)
{
    static const char *const known[] = {"rule",           "points", "event",    "start_ms",
                                        "end_ms",         "text",   "decision", "severity",
                                        "automatic_fail", "ground", NULL};
    static const char *const severities[] = {"note", "minor", "major", "critical", NULL};

    if (!cqa_field_object(reader, field, known))
        return;
    out->rule =
        cqa_field_string(reader, field, "rule", CQA_FIELD_REQUIRED, CQA_FIELD_NAME_BYTES_MAX);
    out->points = cqa_field_number(reader, field, "points", CQA_FIELD_REQUIRED, 0, POINTS_MAX);
    const struct cqa_field event = cqa_field_of(field, "event");
    if (event.json == NULL)
        cqa_field_fail(reader, &event, CQA_E_BADDATA, "is missing");
    if (!json_is_null(event.json))
        out->event = (int)cqa_field_whole(reader, field, "event", 1, (int64_t)reader->event_count);
    read_times(reader, field, result->recording.duration_ms, 1, &out->start_ms, &out->end_ms);
    out->text = cqa_field_text(reader, field);
    const int severity = cqa_field_word(reader, field, "severity", CQA_FIELD_OPTIONAL, severities);
    const int usual = out->points > 0 ? 1 : 0;
    out->severity = severities[severity < 0 ? usual : severity];
    out->automatic_fail = cqa_field_bool(reader, field, "automatic_fail", CQA_FIELD_OPTIONAL);
    read_ground(reader, field, out);
}

static void read_deductions(struct cqa_field_reader *reader, const struct cqa_field *up,
                            struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "deductions");
    const size_t count = cqa_field_list(reader, &field, CQA_FIELD_EVENTS_MAX);
    struct cqa_deduction *items = cqa_arena_alloc(reader->arena, (count + 1) * sizeof *items);

    if (items == NULL) {
        cqa_field_fail(reader, &field, CQA_E_NOMEM, "out of memory");
        return;
    }
    for (size_t i = 0; i < count && reader->status == CQA_OK; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        read_deduction(reader, &item, result, &items[i]);
        read_decision(reader, &item, result);
    }
    result->score.deductions = items;
    result->score.deduction_count = count;
}

void cqa_result_read_score(struct cqa_field_reader *reader, const struct cqa_field *up,
                           struct cqa_result *result)
{
    static const char *const known[] = {"rubric",        "rubric_version", "base",      "total",
                                        "decided_total", "deductions",     "exception", NULL};
    const struct cqa_field field = cqa_field_of(up, "score");
    struct cqa_score *out = &result->score;

    if (field.json != NULL && json_is_null(field.json))
        return;
    if (!cqa_field_object(reader, &field, known))
        return;
    out->rubric =
        cqa_field_string(reader, &field, "rubric", CQA_FIELD_REQUIRED, CQA_FIELD_NAME_BYTES_MAX);
    out->version = cqa_field_string(reader, &field, "rubric_version", CQA_FIELD_REQUIRED,
                                    CQA_FIELD_NAME_BYTES_MAX);
    out->base = cqa_field_number(reader, &field, "base", CQA_FIELD_REQUIRED, 0, POINTS_MAX);
    out->total = cqa_field_number(reader, &field, "total", CQA_FIELD_REQUIRED, -POINTS_MAX,
                                  isnan(out->base) ? POINTS_MAX : out->base);
    result->decided_total = cqa_field_number(reader, &field, "decided_total", CQA_FIELD_OPTIONAL,
                                             -POINTS_MAX, POINTS_MAX);
    result->decided = !isnan(result->decided_total);
    read_deductions(reader, &field, result);
    out->exception =
        cqa_field_string(reader, &field, "exception", CQA_FIELD_OPTIONAL, CQA_FIELD_NAME_BYTES_MAX);
    out->excepted = out->exception != NULL;
    result->scored = 1;
}
