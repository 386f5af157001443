/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waiting results would change, by month, team and person; and what has changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "scores/put/previews.h"
#include "scores/when.h"

enum { CALLS_MAX = 50000, LISTED = 100, LISTED_MAX = 1000, CHANGES_MAX = 200 };

/* One waiting result, as it was read. */
struct entry {
    int64_t waiting, call, day, changes, received_ms;
    char *call_id, *person, *team; /* owned; person and team may be NULL */
    int closed, needs_person;
    int has_before, has_after;
    int64_t before_c, after_c;
    enum cqa_preview_kept kept;
};

struct reading {
    struct entry *entries;
    size_t count, capacity;
    int is_cut_off;
    int failed; /* no memory */
};

static int64_t change_of(const struct entry *entry)
{
    return entry->has_before && entry->has_after ? entry->after_c - entry->before_c : 0;
}

static int copy(const char *from, char **to)
{
    *to = from ? strdup(from) : NULL;
    return (*to != NULL) == (from != NULL);
}

static int add_entry(void *context, const struct cqa_preview_row *row)
{
    struct reading *reading = context;

    if (reading->count == CALLS_MAX) {
        reading->is_cut_off = 1;
        return 1;
    }
    if (reading->count == reading->capacity) {
        const size_t capacity = reading->capacity ? 2 * reading->capacity : 256;
        struct entry *grown = realloc(reading->entries, capacity * sizeof *grown);
        if (grown == NULL) {
            reading->failed = 1;
            return 1;
        }
        reading->entries = grown;
        reading->capacity = capacity;
    }
    struct entry *entry = &reading->entries[reading->count++];
    *entry = (struct entry){.waiting = row->waiting,
                            .call = row->call,
                            .day = row->day,
                            .changes = row->changes,
                            .received_ms = row->received_ms,
                            .closed = row->closed,
                            .needs_person = row->needs_person,
                            .has_before = row->before_c != NULL,
                            .has_after = row->after_c != NULL,
                            .before_c = row->before_c ? *row->before_c : 0,
                            .after_c = row->after_c ? *row->after_c : 0,
                            .kept = row->kept};
    reading->failed = !copy(row->call_id, &entry->call_id) || !copy(row->person, &entry->person) ||
                      !copy(row->team, &entry->team);
    return reading->failed;
}

static void finish_reading(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        free(reading->entries[i].call_id);
        free(reading->entries[i].person);
        free(reading->entries[i].team);
    }
    free(reading->entries);
}

/* What the filter finds, refreshed; 0 with a problem given. Finish it whatever comes back. */
static int read_all(struct cqa_request *request, const struct cqa_preview_filter *filter,
                    struct reading *reading)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_previews_list(cqa_request_scores(request), &scope, filter, add_entry, reading, &error);

    if (status == CQA_OK && !reading->failed)
        return 1;
    if (status == CQA_OK)
        cqa_reply_problem(request, 503, "memory", "out of memory");
    else
        cqa_reply_error(request, status, &error);
    return 0;
}

/* ---- sums by month, team and person; what is closed apart */

static int compare_text(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "");
}

static int compare_group(const struct entry *left, const struct entry *right)
{
    if (left->day / 100 != right->day / 100)
        return left->day / 100 > right->day / 100 ? -1 : 1;
    if (left->closed != right->closed)
        return left->closed - right->closed;
    const int team = compare_text(left->team, right->team);
    return team != 0 ? team : compare_text(left->person, right->person);
}

static int by_group(const void *left, const void *right)
{
    return compare_group(left, right);
}

static json_t *group_json(const struct entry *entries, size_t count)
{
    char month[CQA_DAY_SIZE] = "";
    int64_t gained_c = 0;
    int64_t lost_c = 0;
    int64_t changed = 0;
    int64_t for_a_person = 0;

    for (size_t i = 0; i < count; i++) {
        const int64_t change_c = change_of(&entries[i]);
        gained_c += change_c > 0 ? change_c : 0;
        lost_c += change_c < 0 ? -change_c : 0;
        changed += change_c != 0 || entries[i].changes > 0 || entries[i].call == 0;
        for_a_person += entries[i].needs_person;
    }
    if (entries->day != 0)
        snprintf(month, sizeof month, "%04d-%02d", (int)(entries->day / 10000),
                 (int)(entries->day / 100 % 100));
    return json_pack("{s:s?, s:b, s:s?, s:s?, s:I, s:I, s:o, s:o, s:I}", "month",
                     month[0] ? month : NULL, "closed", entries->closed, "team", entries->team,
                     "person", entries->person, "calls", (json_int_t)count, "changed",
                     (json_int_t)changed, "gained", cqa_points_json(gained_c), "lost",
                     cqa_points_json(lost_c), "for_a_person", (json_int_t)for_a_person);
}

static json_t *groups_json(struct reading *reading)
{
    json_t *list = json_array();
    size_t first = 0;

    if (reading->count > 0)
        qsort(reading->entries, reading->count, sizeof *reading->entries, by_group);
    for (size_t i = 1; i <= reading->count; i++)
        if (i == reading->count ||
            compare_group(&reading->entries[first], &reading->entries[i]) != 0) {
            json_array_append_new(list, group_json(&reading->entries[first], i - first));
            first = i;
        }
    return list;
}

/* ---- the calls that change most, with each change */

/* What a person must look at first, calls that do not count at all yet, then by how much the score
 * moves. */
static int by_weight(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    const int64_t weights[2] = {llabs(change_of(a)), llabs(change_of(b))};

    if (a->needs_person != b->needs_person)
        return b->needs_person - a->needs_person;
    if ((a->call == 0) != (b->call == 0))
        return (b->call == 0) - (a->call == 0);
    if (weights[0] != weights[1])
        return weights[0] > weights[1] ? -1 : 1;
    if (a->changes != b->changes)
        return a->changes > b->changes ? -1 : 1;
    return (a->waiting > b->waiting) - (a->waiting < b->waiting);
}

static json_t *change_json(const struct cqa_change_row *row)
{
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:s?, s:o}", "change", cqa_change_words[row->kind],
        "rule", row->rule, "title", cqa_title_json(row->title_en, row->title_zh), "points_before",
        cqa_points_json(row->before_c), "points_after", cqa_points_json(row->after_c), "start_ms",
        (json_int_t)row->start_ms, "end_ms", (json_int_t)row->end_ms, "ground", row->ground,
        "reason", cqa_title_json(row->reason_en, row->reason_zh));
}

static int add_change(void *context, const struct cqa_change_row *row)
{
    return json_array_append_new(context, change_json(row)) != 0;
}

static json_t *day_json(int64_t day)
{
    char text[CQA_DAY_SIZE];

    if (day == 0)
        return json_null();
    cqa_when_write_day(day, text);
    return json_string(text);
}

static json_t *entry_json(const struct entry *entry, json_t *changes)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(entry->received_ms, at);
    return json_pack(
        "{s:I, s:o, s:s, s:o, s:s?, s:s?, s:b, s:b, s:s, s:s, s:o, s:o, s:o}", "waiting",
        (json_int_t)entry->waiting, "number",
        entry->call != 0 ? json_integer(entry->call) : json_null(), "id", entry->call_id, "day",
        day_json(entry->day), "person", entry->person, "team", entry->team, "closed", entry->closed,
        "for_a_person", entry->needs_person, "kept", cqa_preview_words[entry->kept], "received_at",
        at, "before", entry->has_before ? cqa_points_json(entry->before_c) : json_null(), "after",
        entry->has_after ? cqa_points_json(entry->after_c) : json_null(), "changes", changes);
}

static enum cqa_status calls_json(struct cqa_request *request, struct reading *reading,
                                  int64_t limit, json_t *list, struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    enum cqa_status status = CQA_OK;

    if (reading->count > 0)
        qsort(reading->entries, reading->count, sizeof *reading->entries, by_weight);
    for (size_t i = 0; status == CQA_OK && i < reading->count && (int64_t)i < limit; i++) {
        const struct entry *entry = &reading->entries[i];
        const struct cqa_change_filter filter = {
            .call = entry->call, .is_preview = 1, .limit = CHANGES_MAX};
        json_t *changes = json_array();
        if (entry->changes == 0 && change_of(entry) == 0 && !entry->needs_person &&
            entry->call != 0) {
            json_decref(changes); /* from here on nothing changes */
            break;
        }
        if (entry->call != 0)
            status = cqa_score_changes_list(cqa_request_scores(request), &scope, &filter,
                                            add_change, changes, error);
        json_array_append_new(list, entry_json(entry, changes));
    }
    return status;
}

static int read_filter(struct cqa_request *request, struct cqa_preview_filter *filter)
{
    return cqa_query_day(request, "from", &filter->day_from) &&
           cqa_query_day(request, "to", &filter->day_to) &&
           cqa_query_word(request, "team", &filter->team) &&
           cqa_query_word(request, "person", &filter->person);
}

void cqa_get_previews(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", "team", "person", "limit", NULL};
    struct cqa_preview_filter filter = {0};
    struct reading reading = {0};
    struct cqa_error error = {0};
    int64_t limit = 0;

    if (!cqa_query_only(request, known) || !read_filter(request, &filter) ||
        !cqa_query_limit(request, LISTED, LISTED_MAX, &limit))
        return;
    if (read_all(request, &filter, &reading)) {
        json_t *groups = groups_json(&reading);
        json_t *list = json_array();
        const enum cqa_status status = calls_json(request, &reading, limit, list, &error);
        if (status == CQA_OK) {
            cqa_reply_json(request, 200,
                           json_pack("{s:I, s:b, s:o, s:o}", "calls", (json_int_t)reading.count,
                                     "cut_off", reading.is_cut_off, "groups", groups,
                                     "most_changed", list));
        } else {
            json_decref(groups);
            json_decref(list);
            cqa_reply_error(request, status, &error);
        }
    }
    finish_reading(&reading);
}

/* ---- what has come to pass */

static int add_past_change(void *context, const struct cqa_change_row *row)
{
    char at[CQA_WHEN_SIZE];
    json_t *change = change_json(row);

    cqa_when_write(row->at_ms, at);
    json_object_set_new(change, "call", json_integer(row->call));
    json_object_set_new(change, "id", json_string(row->call_id));
    json_object_set_new(change, "day", day_json(row->day));
    json_object_set_new(change, "person", row->person ? json_string(row->person) : json_null());
    json_object_set_new(change, "team", row->team ? json_string(row->team) : json_null());
    json_object_set_new(change, "revision", json_integer(row->revision));
    json_object_set_new(change, "at", json_string(at));
    return json_array_append_new(context, change) != 0;
}

void cqa_get_score_changes(struct cqa_request *request)
{
    static const char *const known[] = {"call", "from", "to", "person", "team", "limit", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_change_filter filter = {0};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known) ||
        !cqa_query_whole(request, "call", 1, INT64_MAX, &filter.call) ||
        !cqa_query_day(request, "from", &filter.day_from) ||
        !cqa_query_day(request, "to", &filter.day_to) ||
        !cqa_query_word(request, "person", &filter.person) ||
        !cqa_query_word(request, "team", &filter.team) ||
        !cqa_query_limit(request, LISTED, LISTED_MAX, &filter.limit))
        return;
    json_t *list = json_array();
    const enum cqa_status status = cqa_score_changes_list(cqa_request_scores(request), &scope,
                                                          &filter, add_past_change, list, &error);
    cqa_reply_list(request, "changes", list, status, &error);
}
