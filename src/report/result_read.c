#include "report/result.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "report/result_field.h"

/* What no honest result exceeds. The containers' limit keeps jansson's tree within some hundred
 * megabytes. */
enum {
    BYTES_MAX = 64 << 20,
    SPANS_MAX = 1000000,
    EVENTS_MAX = 100000,
    CONTAINERS_MAX = SPANS_MAX + 4 * EVENTS_MAX,
    PATH_BYTES_MAX = 16384, /* PATH_MAX of bytes, each written as \xNN */
    NAME_BYTES_MAX = 1024,
    TEXT_BYTES_MAX = 4096,
};
static const int64_t DURATION_MS_MAX = INT64_C(31) * 24 * 3600 * 1000;
static const double LEVEL_DB_MAX = 400; /* either way: beyond 64-bit samples */
static const double POINTS_MAX = 1e6;

/* A known word of an enum, or 0 for null: the NONE of those enums that have one. */
static int word_or_none(struct cqa_field_reader *reader, const struct cqa_field *up,
                        const char *name, const char *const *words)
{
    const int index = cqa_field_word(reader, up, name, CQA_FIELD_OR_NULL, words);

    return index < 0 ? 0 : index;
}

static int required_word(struct cqa_field_reader *reader, const struct cqa_field *up,
                         const char *name, const char *const *words)
{
    const int index = cqa_field_word(reader, up, name, CQA_FIELD_REQUIRED, words);

    return index < 0 ? 0 : index;
}

static void copy_string(struct cqa_field_reader *reader, const struct cqa_field *up,
                        const char *name, char *out, size_t size)
{
    const char *text = cqa_field_string(reader, up, name, CQA_FIELD_REQUIRED, size - 1);

    snprintf(out, size, "%s", text != NULL ? text : "");
}

static struct cqa_text read_text(struct cqa_field_reader *reader, const struct cqa_field *up)
{
    static const char *const known[] = {"en", "zh", NULL};
    const struct cqa_field field = cqa_field_of(up, "text");
    struct cqa_text text = {"", ""};

    if (cqa_field_object(reader, &field, known)) {
        text.en = cqa_field_string(reader, &field, "en", CQA_FIELD_REQUIRED, TEXT_BYTES_MAX);
        text.zh = cqa_field_string(reader, &field, "zh", CQA_FIELD_REQUIRED, TEXT_BYTES_MAX);
    }
    return text;
}

/* [start, end) inside the recording; `empty` spans are taken where asked. */
static void read_times(struct cqa_field_reader *reader, const struct cqa_field *field,
                       int64_t duration_ms, int may_be_empty, int64_t *start_ms, int64_t *end_ms)
{
    *start_ms = cqa_field_whole(reader, field, "start_ms", 0, duration_ms);
    *end_ms = cqa_field_whole(reader, field, "end_ms", 0, duration_ms);
    if (*end_ms < *start_ms || (*end_ms == *start_ms && !may_be_empty))
        cqa_field_fail(reader, field, CQA_E_BADDATA, "end_ms must be after start_ms");
}

static void read_recording(struct cqa_field_reader *reader, const struct cqa_field *up,
                           struct cqa_result *result)
{
    static const char *const known[] = {"path",     "sha256",  "bytes",    "container",
                                        "encoding", "rate_hz", "channels", "duration_ms",
                                        "layout",   NULL};
    const struct cqa_field field = cqa_field_of(up, "recording");
    struct cqa_recording *out = &result->recording;

    if (!cqa_field_object(reader, &field, known))
        return;
    result->path = cqa_field_string(reader, &field, "path", CQA_FIELD_OR_NULL, PATH_BYTES_MAX);
    copy_string(reader, &field, "sha256", out->sha256, sizeof out->sha256);
    const struct cqa_field sha256 = cqa_field_of(&field, "sha256");
    if (strlen(out->sha256) != 64 || strspn(out->sha256, "0123456789abcdef") != 64)
        cqa_field_fail(reader, &sha256, CQA_E_BADDATA, "must be 64 lower-case hex digits");
    out->bytes = (uint64_t)cqa_field_whole(reader, &field, "bytes", 0, INT64_MAX);
    copy_string(reader, &field, "container", out->container, sizeof out->container);
    copy_string(reader, &field, "encoding", out->encoding, sizeof out->encoding);
    out->rate_hz = (int)cqa_field_whole(reader, &field, "rate_hz", 1, 1000000);
    out->channels = (int)cqa_field_whole(reader, &field, "channels", 1, 2);
    out->duration_ms = cqa_field_whole(reader, &field, "duration_ms", 0, DURATION_MS_MAX);
    out->layout = (enum cqa_layout)required_word(reader, &field, "layout", cqa_layout_words);
    if ((out->channels == 1) != (out->layout == CQA_LAYOUT_MONO))
        cqa_field_fail(reader, &field, CQA_E_BADDATA, "channels do not suit the layout");
}

static int two_digits(const char *text, int least, int most)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return 0;
    const int value = (text[0] - '0') * 10 + text[1] - '0';
    return value >= least && value <= most;
}

/* ISO 8601 date and time with offset: "2025-11-20T10:15:02+08:00", fractions of a second and Z too.
 */
static int is_time(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    const char *rest = text + sizeof shape - 1;

    for (size_t i = 0; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return 0;
    if (!two_digits(text + 5, 1, 12) || !two_digits(text + 8, 1, 31) ||
        !two_digits(text + 11, 0, 23) || !two_digits(text + 14, 0, 59) ||
        !two_digits(text + 17, 0, 60))
        return 0;
    if (rest[0] == '.' && strspn(rest + 1, "0123456789") > 0)
        rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") == 0)
        return 1;
    return (rest[0] == '+' || rest[0] == '-') && two_digits(rest + 1, 0, 23) && rest[3] == ':' &&
           two_digits(rest + 4, 0, 59) && rest[6] == '\0';
}

static void read_call(struct cqa_field_reader *reader, const struct cqa_field *up,
                      struct cqa_result *result)
{
    static const char *const known[] = {"id",        "agent",      "customer", "queue",
                                        "direction", "started_at", "source",   NULL};
    static const char *const directions[] = {"in", "out", "internal", NULL};
    const struct cqa_field field = cqa_field_of(up, "call");
    struct cqa_call *out = &result->call;

    if (!cqa_field_object(reader, &field, known))
        return;
    const enum cqa_field_need need = CQA_FIELD_OR_NULL;
    out->id = cqa_field_string(reader, &field, "id", need, NAME_BYTES_MAX);
    out->agent = cqa_field_string(reader, &field, "agent", need, NAME_BYTES_MAX);
    out->customer = cqa_field_string(reader, &field, "customer", need, NAME_BYTES_MAX);
    out->queue = cqa_field_string(reader, &field, "queue", need, NAME_BYTES_MAX);
    const int direction = cqa_field_word(reader, &field, "direction", need, directions);
    out->direction = direction < 0 ? NULL : directions[direction];
    out->started_at = cqa_field_string(reader, &field, "started_at", need, 64);
    const struct cqa_field started_at = cqa_field_of(&field, "started_at");
    if (out->started_at != NULL && !is_time(out->started_at))
        cqa_field_fail(reader, &started_at, CQA_E_BADDATA,
                       "must be a time such as 2025-11-20T10:15:02+08:00");
    out->source = cqa_field_string(reader, &field, "source", need, NAME_BYTES_MAX);
}

static void read_measurable(struct cqa_field_reader *reader, const struct cqa_field *up,
                            struct cqa_measurable *out)
{
    static const char *const known[] = {"speech", "silence", "overtalk", "hold",
                                        "level",  "reasons", NULL};
    static const char *const known_reason[] = {"id", "what", "text", NULL};
    const struct cqa_field field = cqa_field_of(up, "measurable");

    if (!cqa_field_object(reader, &field, known))
        return;
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        out->aspect[i] =
            (enum cqa_quality)required_word(reader, &field, cqa_aspect_words[i], cqa_quality_words);
    const struct cqa_field reasons = cqa_field_of(&field, "reasons");
    const size_t count = cqa_field_list(reader, &reasons, CQA_REASONS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct cqa_field item = cqa_field_item(&reasons, i);
        struct cqa_reason *reason = &out->reasons[i];
        if (!cqa_field_object(reader, &item, known_reason))
            return;
        reason->id = cqa_field_string(reader, &item, "id", CQA_FIELD_REQUIRED, NAME_BYTES_MAX);
        reason->what = (enum cqa_aspect)required_word(reader, &item, "what", cqa_aspect_words);
        reason->text = read_text(reader, &item);
    }
    out->reason_count = count;
}

/* Only pairs of whole numbers, in time order, apart or touching, inside the recording. */
static void read_spans(struct cqa_field_reader *reader, const struct cqa_field *up,
                       int64_t duration_ms, struct cqa_spans *out)
{
    const struct cqa_field field = cqa_field_of(up, "speech_ms");
    const size_t count = cqa_field_list(reader, &field, SPANS_MAX);
    int64_t before_ms = 0;

    for (size_t i = 0; i < count; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        json_t *start = json_array_get(item.json, 0);
        json_t *end = json_array_get(item.json, 1);
        if (json_array_size(item.json) != 2 || !json_is_integer(start) || !json_is_integer(end)) {
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "must be [start_ms, end_ms]");
            return;
        }
        const int64_t start_ms = json_integer_value(start);
        const int64_t end_ms = json_integer_value(end);
        if (start_ms < before_ms || end_ms <= start_ms || end_ms > duration_ms) {
            cqa_field_fail(reader, &item, CQA_E_BADDATA,
                           "[%lld, %lld) is empty, out of order or outside the recording",
                           (long long)start_ms, (long long)end_ms);
            return;
        }
        before_ms = end_ms;
        if (cqa_spans_add(out, start_ms, end_ms) != CQA_OK) {
            cqa_field_fail(reader, &item, CQA_E_NOMEM, "out of memory");
            return;
        }
    }
}

static void read_channel(struct cqa_field_reader *reader, const struct cqa_field *field,
                         int64_t duration_ms, struct cqa_channel_result *out)
{
    static const char *const known[] = {
        "index",   "role",          "speech_ms", "active_level_dbfs", "noise_dbfs", "clipped_ms",
        "leak_db", "leak_delay_ms", NULL};
    const enum cqa_field_need need = CQA_FIELD_OR_NULL;

    if (!cqa_field_object(reader, field, known))
        return;
    out->index = (int)cqa_field_whole(reader, field, "index", 0, 1);
    out->role = (enum cqa_role)required_word(reader, field, "role", cqa_role_words);
    read_spans(reader, field, duration_ms, &out->speech);
    out->active_level_dbfs =
        cqa_field_number(reader, field, "active_level_dbfs", need, -LEVEL_DB_MAX, LEVEL_DB_MAX);
    out->noise_dbfs =
        cqa_field_number(reader, field, "noise_dbfs", need, -LEVEL_DB_MAX, LEVEL_DB_MAX);
    out->clipped_ms = cqa_field_number(reader, field, "clipped_ms", need, 0, (double)duration_ms);
    out->leak_db = cqa_field_number(reader, field, "leak_db", need, -LEVEL_DB_MAX, LEVEL_DB_MAX);
    out->leak_delay_ms = cqa_field_number(reader, field, "leak_delay_ms", need, -60000, 60000);
}

/* Stereo: an agent's and a customer's channel. Else one of both. */
static int roles_suit(const struct cqa_result *result)
{
    const struct cqa_channel_result *channels = result->channels;

    if (result->recording.layout != CQA_LAYOUT_STEREO)
        return result->channel_count == 1 && channels[0].role == CQA_ROLE_MIXED;
    return result->channel_count == 2 && channels[0].index != channels[1].index &&
           channels[0].role != channels[1].role && channels[0].role != CQA_ROLE_MIXED &&
           channels[1].role != CQA_ROLE_MIXED;
}

static void read_channels(struct cqa_field_reader *reader, const struct cqa_field *up,
                          struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "channels");
    const size_t count = cqa_field_list(reader, &field, 2);

    for (size_t i = 0; i < count; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        read_channel(reader, &item, result->recording.duration_ms, &result->channels[i]);
        if (result->channels[i].role == CQA_ROLE_AGENT)
            result->call.agent_channel = result->channels[i].index;
    }
    result->channel_count = (int)count;
    if (!roles_suit(result))
        cqa_field_fail(reader, &field, CQA_E_BADDATA,
                       "must be an agent's and a customer's (stereo), or one mixed");
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

    out->kind = (enum cqa_event_kind)word_or_none(reader, field, "kind", cqa_event_kind_words);
    if (!is_kind_of(out->type, out->kind))
        cqa_field_fail(reader, &kind, CQA_E_BADDATA, "\"%s\" is no kind of %s",
                       cqa_event_kind_words[out->kind], cqa_event_type_words[out->type]);
}

static void read_details(struct cqa_field_reader *reader, const struct cqa_field *field,
                         struct cqa_event *out)
{
    if (out->type == CQA_EVENT_SILENCE) {
        out->cause =
            (enum cqa_event_cause)required_word(reader, field, "cause", cqa_event_cause_words);
        return;
    }
    if (out->type == CQA_EVENT_OVERTALK) {
        out->by = (enum cqa_party)word_or_none(reader, field, "by", cqa_party_words);
        read_kind(reader, field, out);
        return;
    }
    out->side = (enum cqa_party)word_or_none(reader, field, "side", cqa_party_words);
    if (out->type == CQA_EVENT_HOLD) {
        const struct cqa_field kind = cqa_field_of(field, "kind");
        read_kind(reader, field, out);
        if (out->kind == CQA_KIND_NONE)
            cqa_field_fail(reader, &kind, CQA_E_BADDATA, "must not be null");
        out->phase =
            (enum cqa_event_phase)word_or_none(reader, field, "phase", cqa_event_phase_words);
    }
    if (out->type == CQA_EVENT_DTMF)
        copy_string(reader, field, "digits", out->digits, sizeof out->digits);
}

static const char *const *known_event_fields(enum cqa_event_type type)
{
    static const char *const silence[] = {"id",         "type",  "start_ms", "end_ms",
                                          "confidence", "cause", NULL};
    static const char *const overtalk[] = {"id",         "type", "start_ms", "end_ms",
                                           "confidence", "by",   "kind",     NULL};
    static const char *const hold[] = {"id",   "type", "start_ms", "end_ms", "confidence",
                                       "kind", "side", "phase",    NULL};
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

static void read_events(struct cqa_field_reader *reader, const struct cqa_field *up,
                        struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "events");
    const size_t count = cqa_field_list(reader, &field, EVENTS_MAX);
    int64_t before_ms = 0;

    for (size_t i = 0; i < count && reader->status == CQA_OK; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        struct cqa_event event = {0};
        if (!json_is_object(item.json)) {
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "must be an object");
            return;
        }
        event.type =
            (enum cqa_event_type)required_word(reader, &item, "type", cqa_event_type_words);
        if (!cqa_field_object(reader, &item, known_event_fields(event.type)))
            return;
        event.id = (int)cqa_field_whole(reader, &item, "id", (int64_t)i + 1, (int64_t)i + 1);
        read_times(reader, &item, result->recording.duration_ms, 0, &event.start_ms, &event.end_ms);
        if (event.start_ms < before_ms)
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "starts before the event before it");
        before_ms = event.start_ms;
        read_details(reader, &item, &event);
        event.confidence =
            (float)cqa_field_number(reader, &item, "confidence", CQA_FIELD_REQUIRED, 0, 1);
        if (!cqa_events_add(&result->events, &event))
            cqa_field_fail(reader, &item, CQA_E_NOMEM, "out of memory");
    }
}

static void measure_range(const char *unit, double *least, double *most)
{
    static const struct {
        const char *unit;
        double least;
        double most;
    } ranges[] = {{"ms", -1e9, 1e12}, {"ratio", 0, 1},     {"", 0, 1e9},
                  {"1/min", 0, 1e6},  {"1/s", 0, 1e6},     {"Hz", 0, 1e6},
                  {"st", -1e3, 1e3},  {"dBFS", -400, 400}, {"dB", -400, 400}};

    *least = -1e12;
    *most = 1e12;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (strcmp(unit, ranges[i].unit) == 0) {
            *least = ranges[i].least;
            *most = ranges[i].most;
        }
    }
}

/* Measures come and go with versions: one that is absent was not measured. */
static void read_measures(struct cqa_field_reader *reader, const struct cqa_field *up,
                          struct cqa_measures *out)
{
    const char *known[CQA_MEASURE_COUNT + 1] = {NULL};
    const struct cqa_field field = cqa_field_of(up, "measures");

    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        known[i] = cqa_measure_infos[i].name;
        out->value[i] = NAN;
    }
    if (!cqa_field_object(reader, &field, known))
        return;
    for (int i = 0; i < CQA_MEASURE_COUNT; i++) {
        double least;
        double most;
        measure_range(cqa_measure_infos[i].unit, &least, &most);
        out->value[i] = cqa_field_number(reader, &field, known[i], CQA_FIELD_OPTIONAL, least, most);
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

static void read_deduction(struct cqa_field_reader *reader, const struct cqa_field *field,
                           const struct cqa_result *result, struct cqa_deduction *out)
{
    static const char *const known[] = {"rule", "points",   "event",    "start_ms",       "end_ms",
                                        "text", "decision", "severity", "automatic_fail", NULL};
    static const char *const severities[] = {"note", "minor", "major", "critical", NULL};

    if (!cqa_field_object(reader, field, known))
        return;
    out->rule = cqa_field_string(reader, field, "rule", CQA_FIELD_REQUIRED, NAME_BYTES_MAX);
    out->points = cqa_field_number(reader, field, "points", CQA_FIELD_REQUIRED, 0, POINTS_MAX);
    const struct cqa_field event = cqa_field_of(field, "event");
    if (event.json == NULL)
        cqa_field_fail(reader, &event, CQA_E_BADDATA, "is missing");
    if (!json_is_null(event.json))
        out->event = (int)cqa_field_whole(reader, field, "event", 1, (int64_t)result->events.count);
    read_times(reader, field, result->recording.duration_ms, 1, &out->start_ms, &out->end_ms);
    out->text = read_text(reader, field);
    const int severity = cqa_field_word(reader, field, "severity", CQA_FIELD_OPTIONAL, severities);
    out->severity = severities[severity < 0 ? 1 : severity];
    out->automatic_fail = cqa_field_bool(reader, field, "automatic_fail", CQA_FIELD_OPTIONAL);
}

static void read_deductions(struct cqa_field_reader *reader, const struct cqa_field *up,
                            struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "deductions");
    const size_t count = cqa_field_list(reader, &field, EVENTS_MAX);
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

static void read_score(struct cqa_field_reader *reader, const struct cqa_field *up,
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
    out->rubric = cqa_field_string(reader, &field, "rubric", CQA_FIELD_REQUIRED, NAME_BYTES_MAX);
    out->version =
        cqa_field_string(reader, &field, "rubric_version", CQA_FIELD_REQUIRED, NAME_BYTES_MAX);
    out->base = cqa_field_number(reader, &field, "base", CQA_FIELD_REQUIRED, 0, POINTS_MAX);
    out->total = cqa_field_number(reader, &field, "total", CQA_FIELD_REQUIRED, -POINTS_MAX,
                                  isnan(out->base) ? POINTS_MAX : out->base);
    result->decided_total = cqa_field_number(reader, &field, "decided_total", CQA_FIELD_OPTIONAL,
                                             -POINTS_MAX, POINTS_MAX);
    result->decided = !isnan(result->decided_total);
    read_deductions(reader, &field, result);
    out->exception =
        cqa_field_string(reader, &field, "exception", CQA_FIELD_OPTIONAL, NAME_BYTES_MAX);
    out->excepted = out->exception != NULL;
    result->scored = 1;
}

static void read_analyzer(struct cqa_field_reader *reader, const struct cqa_field *up,
                          struct cqa_result *result)
{
    static const char *const known[] = {"version", "models", NULL};
    const struct cqa_field field = cqa_field_of(up, "analyzer");

    if (!cqa_field_object(reader, &field, known))
        return;
    copy_string(reader, &field, "version", result->version, sizeof result->version);
    const char *models =
        cqa_field_string(reader, &field, "models", CQA_FIELD_OR_NULL, sizeof result->models - 1);
    snprintf(result->models, sizeof result->models, "%s", models != NULL ? models : "");
}

static void read_result(struct cqa_field_reader *reader, const struct cqa_field *root,
                        struct cqa_result *result)
{
    static const char *const known[] = {"schema", "recording", "call",  "measurable", "channels",
                                        "events", "measures",  "score", "analyzer",   NULL};
    static const char *const schemas[] = {"callqa.result/1", NULL};

    if (!cqa_field_object(reader, root, known))
        return;
    cqa_field_word(reader, root, "schema", CQA_FIELD_REQUIRED, schemas);
    read_recording(reader, root, result);
    read_call(reader, root, result);
    read_measurable(reader, root, &result->measurable);
    read_channels(reader, root, result);
    read_events(reader, root, result);
    read_measures(reader, root, &result->measures);
    read_score(reader, root, result);
    read_analyzer(reader, root, result);
    if (result->scored && (result->path == NULL || result->call.id == NULL))
        cqa_field_fail(reader, root, CQA_E_BADDATA,
                       "recording.path and call.id must be given once there is a score");
}

/* Objects and lists outside strings: what a parser's memory follows, whatever the bytes say. */
static size_t count_containers(const char *text, size_t length)
{
    size_t count = 0;
    int quoted = 0;

    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{'))
            count++;
    }
    return count;
}

enum cqa_status cqa_result_from_json(const char *text, size_t length, int strict,
                                     struct cqa_result *result, struct cqa_error *error)
{
    struct cqa_field_reader reader = {&result->arena, error, CQA_OK, strict};
    json_error_t parse_error;

    *result = (struct cqa_result){0};
    if (length > BYTES_MAX || count_containers(text, length) > CONTAINERS_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "result: larger than a recording can need");
    const struct cqa_field root = {NULL, NULL, 0,
                                   json_loadb(text, length, JSON_REJECT_DUPLICATES, &parse_error)};
    if (root.json == NULL) {
        char shown[160];
        cqa_escape_control(parse_error.text, shown, sizeof shown);
        return cqa_fail(error, CQA_E_BADDATA, "result: not JSON: line %d column %d: %s",
                        parse_error.line, parse_error.column, shown);
    }
    read_result(&reader, &root, result);
    json_decref(root.json);
    return reader.status;
}
