/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/result.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "result/result_field.h"
#include "result/result_flags.h"

/* What no honest result exceeds. The limit of values keeps jansson's tree within some hundred
 * megabytes; a span is three of them, an event or a deduction some ten. */
enum {
    BYTES_MAX = 64 << 20,
    SPANS_MAX = 1000000,
    VALUES_MAX = 3 * SPANS_MAX + 25 * CQA_FIELD_EVENTS_MAX,
    COPIES_MAX = 100000,
    PATH_BYTES_MAX = 16384, /* PATH_MAX of bytes, each written as \xNN */
};
static const int64_t DURATION_MS_MAX = INT64_C(31) * 24 * 3600 * 1000;
static const int64_t GENERATION_MAX = INT64_C(1) << 53; /* what every reader of JSON can count to */
static const double LEVEL_DB_MAX = 400;                 /* either way: beyond 64-bit samples */

/* Where else it lies; absent: nowhere. */
static void read_copies(struct cqa_field_reader *reader, const struct cqa_field *up,
                        struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "copies");
    const size_t count = field.json == NULL ? 0 : cqa_field_list(reader, &field, COPIES_MAX);

    const char **paths = count == 0 ? NULL : cqa_arena_alloc(reader->arena, count * sizeof *paths);

    result->copies = paths;
    for (size_t i = 0; paths != NULL && i < count; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        const char *path = json_string_value(item.json);
        if (path == NULL || strlen(path) > PATH_BYTES_MAX)
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "must be a path");
        else
            paths[result->copy_count++] = cqa_arena_string(reader->arena, path);
    }
}

static void read_sha256(struct cqa_field_reader *reader, const struct cqa_field *up, char out[65])
{
    const struct cqa_field field = cqa_field_of(up, "sha256");

    cqa_field_copy(reader, up, "sha256", out, 65);
    if (strlen(out) != 64 || strspn(out, "0123456789abcdef") != 64)
        cqa_field_fail(reader, &field, CQA_E_BADDATA, "must be 64 lower-case hex digits");
}

/* 0 where it is absent. */
static double optional_number(struct cqa_field_reader *reader, const struct cqa_field *up,
                              const char *name, double least, double most)
{
    const double value = cqa_field_number(reader, up, name, CQA_FIELD_OPTIONAL, least, most);

    return isnan(value) ? 0 : value;
}

/* "" where it is absent. */
static void optional_copy(struct cqa_field_reader *reader, const struct cqa_field *up,
                          const char *name, char *out, size_t size)
{
    const char *text = cqa_field_string(reader, up, name, CQA_FIELD_OPTIONAL, size - 1);

    snprintf(out, size, "%s", text != NULL ? text : "");
}

/* Of a leg only path, hash, role and place are everybody's; the rest is ours. */
static void read_leg(struct cqa_field_reader *reader, const struct cqa_field *field,
                     struct cqa_result *result, int i)
{
    static const char *const known[] = {"path",      "sha256",      "role",        "offset_ms",
                                        "drift_ppm", "bytes",       "container",   "encoding",
                                        "rate_hz",   "duration_ms", "file_sha256", NULL};
    struct cqa_leg_facts *facts = &result->recording.leg[i];
    struct cqa_leg_place *place = &result->recording.legs.leg[i];

    if (!cqa_field_object(reader, field, known))
        return;
    result->leg_path[i] =
        cqa_field_string(reader, field, "path", CQA_FIELD_OR_NULL, PATH_BYTES_MAX);
    read_sha256(reader, field, facts->sha256);
    result->leg_file_sha256[i] =
        cqa_field_string(reader, field, "file_sha256", CQA_FIELD_OPTIONAL, 64);
    (void)cqa_field_word(reader, field, "role", CQA_FIELD_OR_NULL, cqa_role_words);
    place->offset_ms = cqa_field_whole(reader, field, "offset_ms", 0, CQA_LEG_OFFSET_MS_MAX);
    place->drift_ppm =
        optional_number(reader, field, "drift_ppm", -CQA_LEG_DRIFT_PPM_MAX, CQA_LEG_DRIFT_PPM_MAX);
    facts->bytes = (uint64_t)optional_number(reader, field, "bytes", 0, 1e15);
    optional_copy(reader, field, "container", facts->container, sizeof facts->container);
    optional_copy(reader, field, "encoding", facts->encoding, sizeof facts->encoding);
    facts->rate_hz = (int)optional_number(reader, field, "rate_hz", 0, 1000000);
    facts->duration_ms =
        (int64_t)optional_number(reader, field, "duration_ms", 0, (double)DURATION_MS_MAX);
}

/* Absent: one file. */
static void read_legs(struct cqa_field_reader *reader, const struct cqa_field *up,
                      struct cqa_result *result)
{
    const struct cqa_field field = cqa_field_of(up, "legs");
    const size_t count = field.json != NULL ? cqa_field_list(reader, &field, CQA_LEGS) : 0;

    if (field.json != NULL && count != CQA_LEGS)
        cqa_field_fail(reader, &field, CQA_E_BADDATA, "a call has two legs");
    for (size_t i = 0; i < count && count == CQA_LEGS; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        read_leg(reader, &item, result, (int)i);
        result->recording.legs.joined = 1;
    }
}

static void read_recording(struct cqa_field_reader *reader, const struct cqa_field *up,
                           struct cqa_result *result)
{
    static const char *const known[] = {
        "path",        "sha256", "bytes", "container", "encoding", "rate_hz",     "channels",
        "duration_ms", "layout", "legs",  "copies",    "part",     "file_sha256", NULL};
    const struct cqa_field field = cqa_field_of(up, "recording");
    struct cqa_audio_facts *out = &result->recording;

    if (!cqa_field_object(reader, &field, known))
        return;
    result->path = cqa_field_string(reader, &field, "path", CQA_FIELD_OR_NULL, PATH_BYTES_MAX);
    read_sha256(reader, &field, out->sha256);
    out->bytes = (uint64_t)cqa_field_whole(reader, &field, "bytes", 0, INT64_MAX);
    cqa_field_copy(reader, &field, "container", out->container, sizeof out->container);
    cqa_field_copy(reader, &field, "encoding", out->encoding, sizeof out->encoding);
    read_copies(reader, &field, result);
    result->file_sha256 = cqa_field_string(reader, &field, "file_sha256", CQA_FIELD_OPTIONAL, 64);
    result->part = cqa_field_string(reader, &field, "part", CQA_FIELD_OPTIONAL, 64);
    out->rate_hz = (int)cqa_field_whole(reader, &field, "rate_hz", 1, 1000000);
    out->channels = (int)cqa_field_whole(reader, &field, "channels", 1, 2);
    out->duration_ms = cqa_field_whole(reader, &field, "duration_ms", 0, DURATION_MS_MAX);
    const int layout =
        cqa_field_word(reader, &field, "layout", CQA_FIELD_REQUIRED, cqa_layout_words);
    const int usual = out->channels == 1 ? CQA_LAYOUT_MONO : CQA_LAYOUT_STEREO;
    out->layout = (enum cqa_layout)(layout < 0 ? usual : layout);
    if (out->layout != CQA_LAYOUT_LEG && (out->channels == 1) != (out->layout == CQA_LAYOUT_MONO))
        cqa_field_fail(reader, &field, CQA_E_BADDATA, "channels do not suit the layout");
    read_legs(reader, &field, result);
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

/* A source that we do not know says nothing. */
static enum cqa_fact_source source_of(const char *word)
{
    for (int i = 1; word != NULL && i < CQA_FACT_SOURCE_COUNT; i++)
        if (strcmp(word, cqa_fact_source_words[i]) == 0)
            return (enum cqa_fact_source)i;
    return CQA_FACT_NONE;
}

static void read_sources(struct cqa_field_reader *reader, const struct cqa_field *up,
                         struct cqa_call *out)
{
    const struct cqa_field field = cqa_field_of(up, "facts");

    if (field.json == NULL || !cqa_field_object(reader, &field, cqa_call_field_words))
        return;
    for (int i = 0; i < CQA_CALL_FIELD_COUNT; i++) {
        const char *name = cqa_call_field_words[i];
        out->from[i] = source_of(json_string_value(json_object_get(field.json, name)));
    }
}

/* The i-th of the pair of words or values; NULL for null. */
static const char *one_of_pair(struct cqa_field_reader *reader, const struct cqa_field *up,
                               const char *name, size_t i)
{
    const struct cqa_field pair = cqa_field_of(up, name);
    const char *text = json_string_value(json_array_get(pair.json, i));

    return text == NULL ? NULL : cqa_arena_string(reader->arena, text);
}

static void read_doubts(struct cqa_field_reader *reader, const struct cqa_field *up,
                        struct cqa_call *out)
{
    static const char *const known[] = {"field", "values", "from", NULL};
    const struct cqa_field field = cqa_field_of(up, "doubts");
    const size_t count =
        field.json != NULL ? cqa_field_list(reader, &field, CQA_CALL_DOUBTS_MAX) : 0;

    for (size_t i = 0; i < count; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        if (!cqa_field_object(reader, &item, known))
            return;
        const int which =
            cqa_field_word(reader, &item, "field", CQA_FIELD_REQUIRED, cqa_call_field_words);
        if (which >= 0)
            cqa_call_doubt(out, (enum cqa_call_field)which, one_of_pair(reader, &item, "values", 0),
                           source_of(one_of_pair(reader, &item, "from", 0)),
                           one_of_pair(reader, &item, "values", 1),
                           source_of(one_of_pair(reader, &item, "from", 1)));
    }
}

static void read_call(struct cqa_field_reader *reader, const struct cqa_field *up,
                      struct cqa_result *result)
{
    static const char *const known[] = {"id",          "agent",      "customer", "queue",
                                        "direction",   "started_at", "source",   "facts",
                                        "answered_at", "doubts",     NULL};
    static const char *const directions[] = {"in", "out", "internal", NULL};
    const struct cqa_field field = cqa_field_of(up, "call");
    struct cqa_call *out = &result->call;

    if (!cqa_field_object(reader, &field, known))
        return;
    const enum cqa_field_need need = CQA_FIELD_OR_NULL;
    out->id = cqa_field_string(reader, &field, "id", need, CQA_FIELD_NAME_BYTES_MAX);
    out->agent = cqa_field_string(reader, &field, "agent", need, CQA_FIELD_NAME_BYTES_MAX);
    out->customer = cqa_field_string(reader, &field, "customer", need, CQA_FIELD_NAME_BYTES_MAX);
    out->queue = cqa_field_string(reader, &field, "queue", need, CQA_FIELD_NAME_BYTES_MAX);
    const int direction = cqa_field_word(reader, &field, "direction", need, directions);
    out->direction = direction < 0 ? NULL : directions[direction];
    out->started_at = cqa_field_string(reader, &field, "started_at", need, 64);
    const struct cqa_field started_at = cqa_field_of(&field, "started_at");
    if (out->started_at != NULL && !is_time(out->started_at))
        cqa_field_fail(reader, &started_at, CQA_E_BADDATA,
                       "must be a time such as 2025-11-20T10:15:02+08:00");
    out->answered_at = cqa_field_string(reader, &field, "answered_at", CQA_FIELD_OPTIONAL, 64);
    const struct cqa_field answered_at = cqa_field_of(&field, "answered_at");
    if (out->answered_at != NULL && !is_time(out->answered_at))
        cqa_field_fail(reader, &answered_at, CQA_E_BADDATA,
                       "must be a time such as 2025-11-20T10:15:02+08:00");
    out->source = cqa_field_string(reader, &field, "source", need, CQA_FIELD_NAME_BYTES_MAX);
    read_sources(reader, &field, out);
    read_doubts(reader, &field, out);
}

/* A state that we do not know bears nothing. */
static enum cqa_quality read_quality(struct cqa_field_reader *reader, const struct cqa_field *up,
                                     const char *name)
{
    const int state = cqa_field_word(reader, up, name, CQA_FIELD_REQUIRED, cqa_quality_words);

    return state < 0 ? CQA_QUALITY_NOT_MEASURABLE : (enum cqa_quality)state;
}

static void read_unmeasured(struct cqa_field_reader *reader, const struct cqa_field *up,
                            int64_t duration_ms, struct cqa_measurable *out)
{
    static const char *const known[] = {"what",   "state",      "start_ms", "end_ms",
                                        "reason", "confidence", NULL};
    const struct cqa_field field = cqa_field_of(up, "spans");
    const size_t count = field.json != NULL ? cqa_field_list(reader, &field, SPANS_MAX) : 0;

    for (size_t i = 0; i < count && reader->status == CQA_OK; i++) {
        const struct cqa_field item = cqa_field_item(&field, i);
        if (!cqa_field_object(reader, &item, known))
            return;
        const double confidence =
            cqa_field_number(reader, &item, "confidence", CQA_FIELD_OPTIONAL, 0, 1);
        const int what =
            cqa_field_word(reader, &item, "what", CQA_FIELD_REQUIRED, cqa_aspect_words);
        const struct cqa_unmeasured span = {
            .what = (enum cqa_aspect)what,
            .state = read_quality(reader, &item, "state"),
            .start_ms = cqa_field_whole(reader, &item, "start_ms", 0, duration_ms),
            .end_ms = cqa_field_whole(reader, &item, "end_ms", 0, duration_ms),
            .reason = cqa_field_string(reader, &item, "reason", CQA_FIELD_REQUIRED,
                                       CQA_FIELD_NAME_BYTES_MAX),
            .confidence = isnan(confidence) ? 0.0f : (float)confidence};
        if (span.end_ms <= span.start_ms)
            cqa_field_fail(reader, &item, CQA_E_BADDATA, "end_ms must be after start_ms");
        else if (what >= 0 && cqa_measurable_add(out, &span) != CQA_OK)
            cqa_field_fail(reader, &item, CQA_E_NOMEM, "out of memory");
    }
}

static void read_measurable(struct cqa_field_reader *reader, const struct cqa_field *up,
                            int64_t duration_ms, struct cqa_measurable *out)
{
    const char *known[CQA_ASPECT_COUNT + 4] = {"reasons", "spans",
                                               "conversation_confidence"}; /* NULL at the end */
    static const char *const known_reason[] = {"id", "what", "text", NULL};
    const struct cqa_field field = cqa_field_of(up, "measurable");

    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        known[3 + i] = cqa_aspect_words[i];
    if (!cqa_field_object(reader, &field, known))
        return;
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        out->aspect[i] = read_quality(reader, &field, cqa_aspect_words[i]);
    const struct cqa_field reasons = cqa_field_of(&field, "reasons");
    const size_t count = cqa_field_list(reader, &reasons, CQA_REASONS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct cqa_field item = cqa_field_item(&reasons, i);
        struct cqa_reason *reason = &out->reasons[out->reason_count];
        if (!cqa_field_object(reader, &item, known_reason))
            return;
        reason->id =
            cqa_field_string(reader, &item, "id", CQA_FIELD_REQUIRED, CQA_FIELD_NAME_BYTES_MAX);
        const int what =
            cqa_field_word(reader, &item, "what", CQA_FIELD_REQUIRED, cqa_aspect_words);
        reason->what = (enum cqa_aspect)what;
        reason->text = cqa_field_text(reader, &item);
        out->reason_count += what >= 0;
    }
    read_unmeasured(reader, &field, duration_ms, out);
}

/* Absent: an old result. Null: nobody talked with anybody. */
static void read_conversation(struct cqa_field_reader *reader, const struct cqa_field *up,
                              int64_t duration_ms, struct cqa_conversation *out)
{
    const struct cqa_field field = cqa_field_of(up, "conversation_ms");

    out->known = field.json != NULL;
    out->talked = out->known && !json_is_null(field.json);
    if (!out->talked)
        return;
    json_t *start = json_array_get(field.json, 0);
    json_t *end = json_array_get(field.json, 1);
    const struct cqa_field measurable = cqa_field_of(up, "measurable");
    const double confidence =
        cqa_field_number(reader, &measurable, "conversation_confidence", CQA_FIELD_OPTIONAL, 0, 1);
    out->confidence = isnan(confidence) ? 0.0f : (float)confidence;
    out->start_ms = json_integer_value(start);
    out->end_ms = json_integer_value(end);
    if (json_array_size(field.json) != 2 || !json_is_integer(start) || !json_is_integer(end) ||
        out->start_ms < 0 || out->end_ms < out->start_ms || out->end_ms > duration_ms)
        cqa_field_fail(reader, &field, CQA_E_BADDATA,
                       "must be [start_ms, end_ms] inside the recording, or null");
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
    const int role = cqa_field_word(reader, field, "role", need, cqa_role_words);
    out->role = role < 0 ? CQA_ROLE_UNKNOWN : (enum cqa_role)role;
    read_spans(reader, field, duration_ms, &out->speech);
    out->active_level_dbfs =
        cqa_field_number(reader, field, "active_level_dbfs", need, -LEVEL_DB_MAX, LEVEL_DB_MAX);
    out->noise_dbfs =
        cqa_field_number(reader, field, "noise_dbfs", need, -LEVEL_DB_MAX, LEVEL_DB_MAX);
    out->clipped_ms = cqa_field_number(reader, field, "clipped_ms", need, 0, (double)duration_ms);
    out->leak_db = cqa_field_number(reader, field, "leak_db", need, -LEVEL_DB_MAX, LEVEL_DB_MAX);
    out->leak_delay_ms = cqa_field_number(reader, field, "leak_delay_ms", need, -60000, 60000);
}

/* Stereo: an agent's and a customer's channel, or two of which nobody can tell. A leg: its
 * party's. Else one of both. */
static int roles_suit(const struct cqa_result *result)
{
    const struct cqa_channel_result *channels = result->channels;

    if (result->recording.layout == CQA_LAYOUT_LEG)
        return result->channel_count == 1;
    if (result->recording.layout != CQA_LAYOUT_STEREO)
        return result->channel_count == 1 && channels[0].role == CQA_ROLE_MIXED;
    if (result->channel_count != 2 || channels[0].index == channels[1].index)
        return 0;
    return channels[0].role != channels[1].role && channels[0].role != CQA_ROLE_MIXED
               ? channels[1].role != CQA_ROLE_MIXED
               : channels[0].role == CQA_ROLE_UNKNOWN && channels[1].role == CQA_ROLE_UNKNOWN;
}

static int has_unknown_role(const struct cqa_result *result)
{
    for (int i = 0; i < result->channel_count; i++)
        if (result->channels[i].role == CQA_ROLE_UNKNOWN)
            return 1;
    return 0;
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
            result->call.lines.agent_channel = result->channels[i].index;
    }
    result->channel_count = (int)count;
    if (!roles_suit(result) && !(reader->foreign && has_unknown_role(result)))
        cqa_field_fail(reader, &field, CQA_E_BADDATA,
                       "must be an agent's and a customer's (stereo), or one mixed");
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

static void read_analyzer(struct cqa_field_reader *reader, const struct cqa_field *up,
                          struct cqa_result *result)
{
    static const char *const known[] = {"version", "models", "rules", NULL};
    const struct cqa_field field = cqa_field_of(up, "analyzer");

    if (!cqa_field_object(reader, &field, known))
        return;
    cqa_field_copy(reader, &field, "version", result->version, sizeof result->version);
    const char *models =
        cqa_field_string(reader, &field, "models", CQA_FIELD_OR_NULL, sizeof result->models - 1);
    snprintf(result->models, sizeof result->models, "%s", models != NULL ? models : "");
    const double rules = cqa_field_number(reader, &field, "rules", CQA_FIELD_OPTIONAL, 0, 1000);
    result->rules = isnan(rules) ? 0 : (int)rules;
}

static void read_generation(struct cqa_field_reader *reader, const struct cqa_field *up,
                            struct cqa_generation *out)
{
    static const char *const known[] = {"store", "recording", "number", NULL};
    const struct cqa_field field = cqa_field_of(up, "generation");

    if (cqa_field_is_null(&field) || !cqa_field_object(reader, &field, known))
        return;
    cqa_field_copy(reader, &field, "store", out->store, sizeof out->store);
    const struct cqa_field recording = cqa_field_of(&field, "recording");
    if (!cqa_field_is_null(&recording))
        out->recording = cqa_field_whole(reader, &field, "recording", 0, GENERATION_MAX);
    out->number = cqa_field_whole(reader, &field, "number", 1, GENERATION_MAX);
}

static void read_result(struct cqa_field_reader *reader, const struct cqa_field *root,
                        struct cqa_result *result)
{
    static const char *const known[] = {"schema",   "recording",       "call",       "measurable",
                                        "channels", "events",          "measures",   "score",
                                        "analyzer", "conversation_ms", "generation", NULL};
    static const char *const schemas[] = {"callqa.result/1", NULL};

    if (!cqa_field_object(reader, root, known))
        return;
    const struct cqa_field schema = cqa_field_of(root, "schema");
    if (cqa_field_word(reader, root, "schema", CQA_FIELD_REQUIRED, schemas) < 0)
        cqa_field_fail(reader, &schema, CQA_E_BADDATA, "must be %s", schemas[0]);
    read_recording(reader, root, result);
    read_call(reader, root, result);
    read_measurable(reader, root, result->recording.duration_ms, &result->measurable);
    read_conversation(reader, root, result->recording.duration_ms,
                      &result->measurable.conversation);
    read_channels(reader, root, result);
    cqa_result_read_events(reader, root, result);
    read_measures(reader, root, &result->measures);
    cqa_result_read_score(reader, root, result);
    read_analyzer(reader, root, result);
    read_generation(reader, root, &result->generation);
    if (result->scored && (result->path == NULL || result->call.id == NULL))
        cqa_field_fail(reader, root, CQA_E_BADDATA,
                       "recording.path and call.id must be given once there is a score");
}

enum cqa_status cqa_result_from_value(struct json_t *value, enum cqa_result_reading reading,
                                      struct cqa_result *result, struct cqa_error *error)
{
    struct cqa_field_reader reader = {.arena = &result->arena,
                                      .error = error,
                                      .strict = reading == CQA_RESULT_EXACT,
                                      .foreign = reading == CQA_RESULT_FOREIGN};
    const struct cqa_field root = {NULL, NULL, 0, value};

    *result = (struct cqa_result){0};
    read_result(&reader, &root, result);
    return reader.status;
}

/* At least as many as there are values outside strings: what a parser's memory follows, whatever
 * the bytes say. */
static size_t count_values(const char *text, size_t length)
{
    size_t count = 0;
    int quoted = 0;

    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{' || text[i] == ','))
            count++;
    }
    return count;
}

enum cqa_status cqa_result_from_json(const char *text, size_t length,
                                     enum cqa_result_reading reading, struct cqa_result *result,
                                     struct cqa_error *error)
{
    json_error_t parse_error;

    *result = (struct cqa_result){0};
    if (length > BYTES_MAX || count_values(text, length) > VALUES_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "result: larger than a recording can need");
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &parse_error);
    if (root == NULL) {
        char shown[160];
        cqa_escape_control(parse_error.text, shown, sizeof shown);
        return cqa_fail(error, CQA_E_BADDATA, "result: not JSON: line %d column %d: %s",
                        parse_error.line, parse_error.column, shown);
    }
    const enum cqa_status status = cqa_result_from_value(root, reading, result, error);
    json_decref(root);
    return status;
}
