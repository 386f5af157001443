/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/history.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/lines.h"

int cqa_scheme_carries(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].carrying != NULL)
            return 1;
    return 0;
}

/* Of the last few periods one more: who has it did not come later. */
static void oldest_of(const struct cqa_carrying *carrying, const char *period,
                      char out[CQA_PERIOD_SIZE])
{
    const int back = carrying->from == CQA_CARRIED_LAST ? carrying->periods + 1 : 1;

    snprintf(out, CQA_PERIOD_SIZE, "%.7s", period);
    for (int i = 0; i < back; i++)
        cqa_period_before(out, out);
    if (carrying->from == CQA_CARRIED_YEAR && strncmp(out, period, 4) == 0)
        snprintf(out, CQA_PERIOD_SIZE, "%.4s", period);
}

void cqa_history_oldest(const struct cqa_scheme *scheme, const char *period,
                        char out[CQA_PERIOD_SIZE])
{
    char oldest[CQA_PERIOD_SIZE];

    snprintf(out, CQA_PERIOD_SIZE, "%.7s", period);
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        if (scheme->indicators[i].carrying == NULL)
            continue;
        oldest_of(scheme->indicators[i].carrying, period, oldest);
        if (strcmp(oldest, out) < 0)
            memcpy(out, oldest, sizeof oldest);
    }
}

/* ---- a sheet's numbers */

/* `key`, exact where it is said so beside it; none when there is none. */
static struct cqa_rational number_of(const json_t *object, const char *key)
{
    char exact_key[64];
    struct cqa_rational number;
    const json_t *value = json_object_get(object, key);

    snprintf(exact_key, sizeof exact_key, "%s_exact", key);
    const char *exact = json_string_value(json_object_get(object, exact_key));
    if (exact != NULL)
        return cqa_rational_read_exact(exact, &number) ? number : cqa_rational_none();
    return json_is_number(value) ? cqa_rational_from_double(json_number_value(value))
                                 : cqa_rational_none();
}

static struct cqa_rational traced(const json_t *sheet, const char *id)
{
    const json_t *trace = json_object_get(sheet, "trace");
    const json_t *entry;
    size_t i;

    if (strcmp(id, "total") == 0)
        return number_of(sheet, "total");
    json_array_foreach(trace, i, entry)
    {
        const char *item = json_string_value(json_object_get(entry, "item"));
        const char *indicator = json_string_value(json_object_get(entry, "indicator"));
        if (item != NULL && strcmp(item, id) == 0)
            return number_of(entry, "points");
        if (indicator != NULL && strcmp(indicator, id) == 0)
            return number_of(entry, "value");
    }
    return cqa_rational_none();
}

/* ---- what is kept of it */

static struct cqa_past *find(const struct cqa_history *history, size_t agent, const char *period,
                             size_t indicator)
{
    for (size_t i = history->first[agent]; i != 0; i = history->items[i - 1].next) {
        struct cqa_past *past = &history->items[i - 1];
        if (past->indicator == indicator && strcmp(past->period, period) == 0)
            return past;
    }
    return NULL;
}

static int grow(struct cqa_history *history)
{
    if (history->count == history->capacity) {
        const size_t capacity = history->capacity ? history->capacity * 2 : 64;
        struct cqa_past *items = realloc(history->items, capacity * sizeof *items);
        if (items == NULL)
            return 0;
        history->items = items;
        history->capacity = capacity;
    }
    if (history->agents.count > history->agent_capacity) {
        const size_t capacity = history->agents.count * 2;
        size_t *first = realloc(history->first, capacity * sizeof *first);
        if (first == NULL)
            return 0;
        memset(first + history->agent_capacity, 0,
               (capacity - history->agent_capacity) * sizeof *first);
        history->first = first;
        history->agent_capacity = capacity;
    }
    return 1;
}

static enum cqa_status keep(struct cqa_history *history, const char *agent, const char *period,
                            size_t indicator, struct cqa_rational value, struct cqa_place at)
{
    size_t index;

    if (cqa_names_add(&history->agents, agent, &index) != CQA_OK || !grow(history))
        return CQA_E_NOMEM;
    struct cqa_past *past = find(history, index, period, indicator);
    if (past == NULL) {
        past = &history->items[history->count++];
        *past = (struct cqa_past){.next = history->first[index]};
        history->first[index] = history->count;
    }
    past->period = period;
    past->indicator = indicator;
    past->row = (struct cqa_row){
        .agent = agent, .period = period, .value = value, .count = cqa_rational_whole(1), .at = at};
    return CQA_OK;
}

void cqa_history_expect(struct cqa_history *history, const char *period)
{
    if (history->oldest[0] == '\0' || strcmp(period, history->oldest) < 0)
        snprintf(history->oldest, sizeof history->oldest, "%.7s", period);
}

/* The sheet is whole and of this very scheme: what it does not have was not there. Else nobody
 * knows. */
static int is_whole(const struct cqa_scheme *scheme, const json_t *sheet)
{
    const char *version = json_string_value(json_object_get(sheet, "scheme_version"));
    const json_t *preliminary = json_object_get(sheet, "preliminary");

    return version != NULL && strcmp(version, scheme->version) == 0 &&
           (preliminary == NULL || json_is_null(preliminary));
}

static enum cqa_status add_sheet(struct cqa_history *history, const struct cqa_scheme *scheme,
                                 const json_t *sheet, const char *said_period, struct cqa_place at)
{
    enum cqa_status status = CQA_OK;
    const char *agent =
        cqa_arena_string(&history->arena, json_string_value(json_object_get(sheet, "agent")));
    const char *period = cqa_arena_string(&history->arena, said_period);

    if (agent == NULL || period == NULL)
        return CQA_E_NOMEM;
    cqa_history_expect(history, period);
    for (size_t i = 0; status == CQA_OK && i < scheme->indicator_count; i++) {
        if (scheme->indicators[i].carrying == NULL)
            continue;
        const struct cqa_rational value = traced(sheet, scheme->indicators[i].carrying->of);
        if (cqa_rational_valid(value) || is_whole(scheme, sheet))
            status = keep(history, agent, period, i, value, at);
    }
    return status;
}

enum cqa_status cqa_history_add(struct cqa_history *history, const struct cqa_scheme *scheme,
                                const char *json, size_t length, const char *period,
                                struct cqa_place at, struct cqa_faults *faults)
{
    json_t *sheet = json_loadb(json, length, 0, NULL);
    const char *id = json_string_value(json_object_get(sheet, "scheme"));
    enum cqa_status status = CQA_OK;

    if (period == NULL)
        period = json_string_value(json_object_get(sheet, "period"));
    if (json_string_value(json_object_get(sheet, "agent")) == NULL || id == NULL ||
        period == NULL || !cqa_period_valid(period))
        cqa_faults_add(faults, NULL, at,
                       "no sheet of an earlier period: allowed is what callqa appraise --format "
                       "jsonl --period writes");
    else if (strcmp(id, scheme->id) != 0)
        cqa_faults_add(faults, NULL, at, "a sheet of the scheme \"%s\"; allowed: \"%s\"", id,
                       scheme->id);
    else
        status = add_sheet(history, scheme, sheet, period, at);
    json_decref(sheet);
    return status;
}

struct reading {
    struct cqa_history *history;
    const struct cqa_scheme *scheme;
    struct cqa_faults *faults;
};

static enum cqa_status take_line(void *context, char *line, size_t length, struct cqa_place at)
{
    const struct reading *reading = context;

    return cqa_history_add(reading->history, reading->scheme, line, length, NULL, at,
                           reading->faults);
}

enum cqa_status cqa_history_import(struct cqa_history *history, const struct cqa_scheme *scheme,
                                   const char *path, struct cqa_faults *faults,
                                   struct cqa_error *error)
{
    struct reading reading = {history, scheme, faults};

    return cqa_lines_each(path, take_line, &reading, error);
}

void cqa_history_finish(struct cqa_history *history)
{
    cqa_names_finish(&history->agents);
    free(history->first);
    free(history->items);
    cqa_arena_finish(&history->arena);
    *history = (struct cqa_history){0};
}
