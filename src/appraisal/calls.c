/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/calls.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/lines.h"

const char *const cqa_flag_words[CQA_CALL_FLAG_STATES + 1] = {"undecided", "confirmed",
                                                              "overturned", "changed", NULL};

/* One result on its way in. */
struct reader {
    struct cqa_calls *calls;
    const struct cqa_scheme *scheme;
    struct cqa_scored_call call;
    const char *wrong; /* the field that is not what it should be, NULL: none */
    int no_memory;
};

static const char *copy(struct reader *reader, const char *text)
{
    const char *string = cqa_arena_string(&reader->calls->arena, text);

    if (text != NULL && string == NULL)
        reader->no_memory = 1;
    return string;
}

/* A string field, NULL when absent or null. */
static const char *text_field(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL || json_is_null(value))
        return NULL;
    if (!json_is_string(value))
        reader->wrong = key;
    return copy(reader, json_string_value(value));
}

/* A number field, none when absent or null. */
static struct cqa_rational number_field(struct reader *reader, const json_t *object,
                                        const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL || json_is_null(value))
        return cqa_rational_none();
    if (json_is_integer(value))
        return cqa_rational_whole(json_integer_value(value));
    const struct cqa_rational number = cqa_rational_from_double(json_real_value(value));
    if (!json_is_real(value) || !cqa_rational_valid(number))
        reader->wrong = key;
    return number;
}

static int64_t time_field(struct reader *reader, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (value != NULL && !json_is_integer(value))
        reader->wrong = key;
    return json_integer_value(value);
}

/* ---- flags */

static void read_decision(struct reader *reader, const json_t *decision, struct cqa_flag *flag)
{
    if (decision == NULL || json_is_null(decision))
        return;
    const char *state = json_string_value(json_object_get(decision, "state"));
    for (int i = CQA_CALL_FLAG_CONFIRMED; state != NULL && i < CQA_CALL_FLAG_STATES; i++)
        if (strcmp(state, cqa_flag_words[i]) == 0)
            flag->state = (enum cqa_call_flag_state)i;
    if (flag->state == CQA_CALL_FLAG_UNDECIDED)
        reader->wrong = "decision.state";
    flag->decided_by = text_field(reader, decision, "by");
    flag->decided_at = text_field(reader, decision, "at");
    flag->reason = text_field(reader, decision, "reason");
    flag->reason_code = text_field(reader, decision, "reason_code");
    const struct cqa_rational points = number_field(reader, decision, "points");
    if (cqa_rational_valid(points))
        flag->points = points;
    if (flag->state == CQA_CALL_FLAG_OVERTURNED)
        flag->points = cqa_rational_whole(0);
}

static void read_flags(struct reader *reader, const json_t *list)
{
    const size_t count = json_array_size(list);
    struct cqa_flag *flags = cqa_arena_alloc(&reader->calls->arena, (count + 1) * sizeof *flags);

    if (flags == NULL) {
        reader->no_memory = 1;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(list, i);
        flags[i].rule = text_field(reader, entry, "rule");
        flags[i].points = flags[i].computed = number_field(reader, entry, "points");
        flags[i].start_ms = time_field(reader, entry, "start_ms");
        flags[i].end_ms = time_field(reader, entry, "end_ms");
        flags[i].fails = json_is_true(json_object_get(entry, "automatic_fail"));
        if (flags[i].rule == NULL || !cqa_rational_valid(flags[i].points))
            reader->wrong = "score.deductions";
        read_decision(reader, json_object_get(entry, "decision"), &flags[i]);
    }
    reader->call.flags = flags;
    reader->call.flag_count = count;
}

/* ---- score and measures */

static void read_score(struct reader *reader, const json_t *root)
{
    const json_t *score = json_object_get(root, "score");
    const char *speech =
        json_string_value(json_object_get(json_object_get(root, "measurable"), "speech"));
    struct cqa_scored_call *call = &reader->call;

    call->score = cqa_rational_none();
    call->rubric = text_field(reader, score, "rubric");
    call->rubric_version = text_field(reader, score, "rubric_version");
    read_flags(reader, json_object_get(score, "deductions"));
    if (speech != NULL && strcmp(speech, "not_measurable") == 0) {
        call->left_out = "its audio could not be measured";
        return;
    }
    const char *exception = text_field(reader, score, "exception");
    if (exception != NULL) {
        char why[128];
        snprintf(why, sizeof why, "the rubric does not apply to it (%s)", exception);
        call->left_out = copy(reader, why);
        return;
    }
    call->score = number_field(reader, score, "decided_total");
    call->decided = cqa_rational_valid(call->score);
    if (!call->decided)
        call->score = number_field(reader, score, "total");
    if (!cqa_rational_valid(call->score))
        call->left_out = "it has no score";
}

static struct cqa_rational confirmed_flags(const struct cqa_scored_call *call,
                                           const struct cqa_measuring *measuring)
{
    int64_t found = 0;

    for (size_t i = 0; i < call->flag_count; i++) {
        const struct cqa_flag *flag = &call->flags[i];
        if (flag->state != CQA_CALL_FLAG_CONFIRMED && flag->state != CQA_CALL_FLAG_CHANGED)
            continue;
        /* Changed to nothing: the person who decided took the violation away. */
        if (flag->state == CQA_CALL_FLAG_CHANGED && cqa_rational_sign(flag->points) == 0 &&
            !flag->fails)
            continue;
        for (size_t k = 0; k < measuring->rule_count; k++)
            found += flag->rule != NULL && strcmp(flag->rule, measuring->rules[k]) == 0;
    }
    return cqa_rational_whole(found);
}

/* The recording without what lies before an agent came: ringing, and the queue with its music and
 * announcements. */
static struct cqa_rational connected(struct reader *reader, const json_t *root)
{
    static const char *const waits[] = {"ring_ms", "queue_wait_ms"};
    struct cqa_rational value =
        number_field(reader, json_object_get(root, "recording"), "duration_ms");

    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        const struct cqa_rational wait =
            number_field(reader, json_object_get(root, "measures"), waits[i]);
        if (cqa_rational_valid(wait) && cqa_rational_valid(value))
            value = cqa_rational_subtract(value, wait);
    }
    return cqa_rational_valid(value) && cqa_rational_sign(value) < 0 ? cqa_rational_whole(0)
                                                                     : value;
}

/* A measure by name; the recording's length, and how long one was connected, stand outside the
 * measures. Milliseconds become seconds. */
static struct cqa_rational measure_of(struct reader *reader, const json_t *root, const char *name)
{
    const size_t length = strlen(name);
    struct cqa_rational value = number_field(reader, json_object_get(root, "measures"), name);

    if (strcmp(name, "duration_ms") == 0)
        value = number_field(reader, json_object_get(root, "recording"), name);
    if (strcmp(name, "connected_ms") == 0)
        value = connected(reader, root);
    if (length > 3 && strcmp(name + length - 3, "_ms") == 0)
        value = cqa_rational_divide(value, cqa_rational_whole(1000));
    return value;
}

/* Is `text` the one that is asked for? NULL asks for none in particular. */
static int is_or_any(const char *text, const char *asked)
{
    return asked == NULL || (text != NULL && strcmp(text, asked) == 0);
}

static void read_taken(struct reader *reader, const json_t *root)
{
    const struct cqa_scheme *scheme = reader->scheme;
    struct cqa_scored_call *call = &reader->call;
    call->taken =
        cqa_arena_alloc(&reader->calls->arena, (scheme->indicator_count + 1) * sizeof *call->taken);
    if (call->taken == NULL) {
        reader->no_memory = 1;
        return;
    }
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_measuring *measuring = scheme->indicators[i].measuring;
        call->taken[i] = cqa_rational_none();
        if (measuring == NULL || !is_or_any(call->direction, measuring->direction) ||
            !is_or_any(call->rubric, measuring->rubric))
            continue;
        if (strcmp(measuring->take, "score") == 0)
            call->taken[i] = call->score;
        else if (strcmp(measuring->take, "flags") == 0)
            call->taken[i] = confirmed_flags(call, measuring);
        else
            call->taken[i] = measure_of(reader, root, measuring->take);
        if (measuring->positive && cqa_rational_valid(call->taken[i]) &&
            cqa_rational_sign(call->taken[i]) <= 0)
            call->taken[i] = cqa_rational_none();
    }
}

static void read_call(struct reader *reader, const json_t *root)
{
    const json_t *call = json_object_get(root, "call");
    const char *schema = json_string_value(json_object_get(root, "schema"));

    reader->call.id = text_field(reader, call, "id");
    reader->call.agent = text_field(reader, call, "agent");
    reader->call.direction = text_field(reader, call, "direction");
    reader->call.started_at = text_field(reader, call, "started_at");
    if (reader->call.id == NULL)
        reader->wrong = "call.id";
    if (schema != NULL && strcmp(schema, "callqa.failure/1") == 0) {
        reader->call.score = cqa_rational_none();
        reader->call.left_out = "it could not be read";
        read_taken(reader, NULL);
    } else if (schema != NULL && strcmp(schema, "callqa.result/1") == 0) {
        read_score(reader, root);
        read_taken(reader, root);
        const json_t *analyzer = json_object_get(root, "analyzer");
        reader->call.program = text_field(reader, analyzer, "version");
        reader->call.models = text_field(reader, analyzer, "models");
    } else {
        reader->wrong = "schema";
    }
}

/* ---- the list */

static const char *recording_text(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(root, "recording"), name));

    return text != NULL ? text : "";
}

/* The key that makes two results one recording: its number in a store, or the recorder, the call's
 * id and which recording of it it is. */
static const char *key_of(struct reader *reader, const json_t *root)
{
    const char *source =
        json_string_value(json_object_get(json_object_get(root, "call"), "source"));
    char key[700];

    if (reader->call.number != 0)
        snprintf(key, sizeof key, "%lld", (long long)reader->call.number);
    else
        snprintf(key, sizeof key, "%.200s %.380s#%.64s", source ? source : "", reader->call.id,
                 recording_text(root, "part"));
    return copy(reader, key);
}

/* A second or more that is not idle: equal content then says that it is the same recording. */
static int is_heard(const json_t *root)
{
    const json_t *length = json_object_get(json_object_get(root, "recording"), "duration_ms");
    const json_t *idle = json_object_get(json_object_get(root, "measures"), "not_recorded_ms");

    return json_number_value(length) - json_number_value(idle) >= 1000;
}

enum { ALIASES = 2 };

/* By what else a recording is known whose id is only its path; NULL: by nothing. */
static void aliases_of(struct reader *reader, const json_t *root, const char *out[ALIASES])
{
    const char *path = recording_text(root, "path");
    const char *name = strrchr(path, '/');
    const char *ending = name == NULL ? NULL : strrchr(name + 1, '.');
    const size_t length =
        ending == NULL || ending == name + 1 ? strlen(path) : (size_t)(ending - path);
    char key[4200];

    out[0] = out[1] = NULL;
    if (reader->call.number != 0 || reader->call.id[0] != '/' || name == NULL)
        return;
    snprintf(key, sizeof key, "content %.64s", recording_text(root, "sha256"));
    if (is_heard(root))
        out[0] = copy(reader, key);
    snprintf(key, sizeof key, "stem %.*s", (int)(length < 4096 ? length : 4096), path);
    out[1] = copy(reader, key);
}

/* Which item it is already; the count of items: none. */
static enum cqa_status find_item(struct cqa_calls *calls, const char *key,
                                 const char *const aliases[ALIASES], size_t *index)
{
    size_t alias;

    for (int i = 0; i < ALIASES; i++)
        if (aliases[i] != NULL && cqa_names_find(&calls->aliases, aliases[i], &alias)) {
            *index = calls->alias_items[alias];
            return CQA_OK;
        }
    return cqa_names_add(&calls->ids, key, index);
}

static enum cqa_status keep_aliases(struct cqa_calls *calls, const char *const aliases[ALIASES],
                                    size_t index)
{
    for (int i = 0; i < ALIASES; i++) {
        size_t alias;
        if (aliases[i] == NULL || cqa_names_find(&calls->aliases, aliases[i], &alias))
            continue;
        size_t *items = realloc(calls->alias_items, (calls->aliases.count + 1) * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        calls->alias_items = items;
        if (cqa_names_add(&calls->aliases, aliases[i], &alias) != CQA_OK)
            return CQA_E_NOMEM;
        items[alias] = index;
    }
    return CQA_OK;
}

static enum cqa_status append(struct cqa_calls *calls, const struct cqa_scored_call *call)
{
    if (calls->count == calls->capacity) {
        const size_t capacity = calls->capacity ? calls->capacity * 2 : 256;
        struct cqa_scored_call *items = realloc(calls->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        calls->items = items;
        calls->capacity = capacity;
    }
    calls->items[calls->count++] = *call;
    return CQA_OK;
}

static enum cqa_status keep(struct reader *reader, const json_t *root)
{
    struct cqa_calls *calls = reader->calls;
    const char *key = key_of(reader, root);
    const char *aliases[ALIASES];
    size_t index;

    aliases_of(reader, root, aliases);
    if (reader->no_memory || find_item(calls, key, aliases, &index) != CQA_OK)
        return CQA_E_NOMEM;
    enum cqa_status status = CQA_OK;
    if (index < calls->count) {
        calls->items[index] = reader->call;
        calls->replaced++;
    } else {
        status = append(calls, &reader->call);
    }
    return status == CQA_OK ? keep_aliases(calls, aliases, index) : status;
}

static enum cqa_status add(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                           const char *json, size_t length, const struct cqa_scored_call *known,
                           struct cqa_faults *faults)
{
    json_error_t why;
    json_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &why);
    struct reader reader = {.calls = calls, .scheme = scheme, .call = *known};
    struct cqa_place at = known->at;
    enum cqa_status status = CQA_OK;

    if (root == NULL) {
        at.column = why.column > 0 ? (size_t)why.column : 1;
        cqa_faults_add(faults, NULL, at, "not JSON: %s", why.text);
        calls->broken = at;
        return CQA_OK;
    }
    read_call(&reader, root);
    if (reader.wrong != NULL) {
        /* The agent may be an extension that only the roster knows: then nobody can tell whose call
         * it is. */
        cqa_faults_add(faults, NULL, at,
                       "\"%s\" is missing or not what a callqa.result/1 has there", reader.wrong);
        calls->broken = at;
    } else {
        status = keep(&reader, root);
    }
    json_decref(root);
    return reader.no_memory ? CQA_E_NOMEM : status;
}

enum cqa_status cqa_calls_add(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                              const char *json, size_t length, struct cqa_place at,
                              struct cqa_faults *faults)
{
    const struct cqa_scored_call known = {.at = at};

    return add(calls, scheme, json, length, &known, faults);
}

enum cqa_status cqa_calls_add_known(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                                    const char *json, size_t length, int64_t number,
                                    const char *person, struct cqa_faults *faults)
{
    const struct cqa_scored_call known = {.at = {NULL, (size_t)number, 1},
                                          .number = number,
                                          .person = cqa_arena_string(&calls->arena, person)};

    if (person != NULL && known.person == NULL)
        return CQA_E_NOMEM;
    return add(calls, scheme, json, length, &known, faults);
}

struct reading {
    struct cqa_calls *calls;
    const struct cqa_scheme *scheme;
    struct cqa_faults *faults;
};

static enum cqa_status take_line(void *context, char *line, size_t length, struct cqa_place at)
{
    const struct reading *reading = context;

    if (line[strspn(line, " \t\r\n")] == '\0')
        return CQA_OK;
    return cqa_calls_add(reading->calls, reading->scheme, line, length, at, reading->faults);
}

enum cqa_status cqa_calls_import(struct cqa_calls *calls, const struct cqa_scheme *scheme,
                                 const char *path, struct cqa_faults *faults,
                                 struct cqa_error *error)
{
    struct reading reading = {calls, scheme, faults};

    return cqa_lines_each(path, take_line, &reading, error);
}

void cqa_calls_finish(struct cqa_calls *calls)
{
    free(calls->items);
    cqa_names_finish(&calls->ids);
    cqa_names_finish(&calls->aliases);
    free(calls->alias_items);
    cqa_arena_finish(&calls->arena);
    *calls = (struct cqa_calls){0};
}

size_t cqa_call_undecided(const struct cqa_scored_call *call)
{
    size_t count = 0;

    for (size_t i = 0; !call->closed && i < call->flag_count; i++)
        count += call->flags[i].state == CQA_CALL_FLAG_UNDECIDED &&
                 (cqa_rational_sign(call->flags[i].points) != 0 || call->flags[i].fails);
    return count;
}
