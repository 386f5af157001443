/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scores/search.h"
#include "scores/store_internal.h"

enum { CALL_COLUMN_COUNT = 17 };
static const char call_columns[] =
    "SELECT c.id, c.revision, c.received_ms, c.source, c.person, c.team, c.recorder, c.path, "
    "r.body,"
    " c.decided_c, c.flag_count, c.open_count, c.started_ms, c.score_c, c.site,"
    " " CQA_DAY_IS_CLOSED(
        "c.day") ", EXISTS(SELECT 1 FROM samples s WHERE s.call = c.id AND s.done_ms IS NOT NULL)"
                 " FROM calls c JOIN revisions r ON r.call = c.id AND r.revision = c.revision";

static int show_row(struct cqa_sql_rows *row, enum cqa_call_order order,
                    int (*visit)(void *context, const struct cqa_call_row *row), void *context)
{
    const int64_t decided_c = cqa_sql_int(row, 9);
    const struct cqa_call_row call = {
        .id = cqa_sql_int(row, 0),
        .order_value = order == CQA_CALLS_NEWEST  ? cqa_sql_int(row, 12)
                       : order == CQA_CALLS_WORST ? cqa_sql_int(row, 13)
                                                  : 0,
        .revision = cqa_sql_int(row, 1),
        .received_ms = cqa_sql_int(row, 2),
        .site = cqa_row_text(row, 14),
        .source = cqa_row_text(row, 3),
        .person = cqa_sql_text(row, 4),
        .team = cqa_sql_text(row, 5),
        .recorder = cqa_row_text(row, 6),
        .path = cqa_row_text(row, 7),
        .body = cqa_row_text(row, 8),
        .decided_c = cqa_sql_is_null(row, 9) ? NULL : &decided_c,
        .flag_count = cqa_sql_int(row, 10),
        .open_count = cqa_sql_int(row, 11),
        .is_closed = (int)cqa_sql_int(row, 15),
        .is_heard = (int)cqa_sql_int(row, 16),
    };

    return visit(context, &call);
}

static void add_filter(struct cqa_query *query, struct cqa_sql *db,
                       const struct cqa_call_filter *filter)
{
    /* With a sign before it no index of days is walked along. */
    static const char *const day_from[] = {" AND c.day >= ?", " AND +c.day >= ?"};
    static const char *const day_to[] = {" AND c.day <= ?", " AND +c.day <= ?"};

    if (filter->call != NULL) {
        cqa_query_text(query, " AND (c.call_id = ?", filter->call);
        cqa_query_text(query, " OR c.call_of = ?)", filter->call);
    }
    cqa_search_add(query, "c", &filter->search, 1);
    if (filter->agent != NULL)
        cqa_query_text(query, " AND c.agent = ?", filter->agent);
    if (filter->person != NULL)
        cqa_query_text(query, " AND c.person = ?", filter->person);
    if (filter->without_person)
        cqa_query_add(query, " AND c.person IS NULL");
    if (filter->team != NULL)
        cqa_query_text(query, " AND c.team = ?", filter->team);
    if (filter->queue != NULL)
        cqa_query_text(query, " AND c.queue = ?", filter->queue);
    if (filter->source != NULL)
        cqa_query_text(query, " AND c.source = ?", filter->source);
    if (filter->day_from != 0)
        cqa_query_number(query, day_from[filter->is_after_few], filter->day_from);
    if (filter->day_to != 0)
        cqa_query_number(query, day_to[filter->is_after_few], filter->day_to);
    if (filter->without_day)
        cqa_query_add(query, " AND c.day IS NULL");
    cqa_query_shift(query, db, "c.started_ms", filter->shift);
    if (filter->score_below_c != NULL)
        cqa_query_number(query, " AND c.score_c < ?", *filter->score_below_c);
    if (filter->score_above_c != NULL)
        cqa_query_number(query, " AND c.score_c > ?", *filter->score_above_c);
    if (filter->rubric != NULL)
        cqa_query_text(query, " AND c.rubric = ?", filter->rubric);
    if (filter->rubric_version != NULL)
        cqa_query_text(query, " AND c.rubric_version = ?", filter->rubric_version);
    if (filter->rule == NULL && filter->severity_least < 0)
        return;
    cqa_query_add(query, " AND EXISTS(SELECT 1 FROM flags f WHERE f.call = c.id AND f.current = 1");
    if (filter->rule != NULL)
        cqa_query_text(query, " AND f.rule = ?", filter->rule);
    if (filter->severity_least >= 0)
        cqa_query_number(query, " AND f.severity >= ?", filter->severity_least);
    cqa_query_add(query, ")");
}

/* Keyset paging: what was seen is never shown twice, whatever arrives meanwhile. */
static void add_order(struct cqa_query *query, const struct cqa_call_filter *filter)
{
    switch (filter->order) {
    case CQA_CALLS_NEWEST:
        cqa_query_add(query, " AND c.started_ms IS NOT NULL");
        if (filter->has_after) {
            cqa_query_number(query, " AND (c.started_ms, c.id) < (?", filter->after_value);
            cqa_query_number(query, ", ?)", filter->after_id);
        }
        cqa_query_add(query, " ORDER BY c.started_ms DESC, c.id DESC");
        break;
    case CQA_CALLS_WORST:
        cqa_query_add(query, " AND c.score_c IS NOT NULL");
        if (filter->has_after) {
            cqa_query_number(query, " AND (c.score_c, c.id) > (?", filter->after_value);
            cqa_query_number(query, ", ?)", filter->after_id);
        }
        cqa_query_add(query, " ORDER BY c.score_c, c.id");
        break;
    case CQA_CALLS_BY_ARRIVAL:
        if (filter->has_after)
            cqa_query_number(query, " AND c.id > ?", filter->after_id);
        cqa_query_add(query, " ORDER BY c.id");
        break;
    }
    cqa_query_number(query, " LIMIT ?", filter->limit);
}

void cqa_query_calls(struct cqa_query *query, struct cqa_sql *db, const struct cqa_scope *scope,
                     const struct cqa_call_filter *filter)
{
    cqa_query_add(query, " WHERE 1 = 1");
    cqa_query_scope(query, "c", scope);
    add_filter(query, db, filter);
    add_order(query, filter);
}

enum cqa_status cqa_scores_calls(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 const struct cqa_call_filter *filter,
                                 int (*visit)(void *context, const struct cqa_call_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    struct cqa_sql *db = cqa_list_take(scores, &list, error);

    if (db == NULL)
        return list.status;
    cqa_query_add(&query, call_columns);
    cqa_query_calls(&query, db, scope, filter);
    cqa_list_ask(&list, &query, CALL_COLUMN_COUNT, error);
    while (cqa_list_next(&list, error))
        if (show_row(list.row, filter->order, visit, context))
            break;
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_scores_count_calls(struct cqa_scores *scores, const struct cqa_scope *scope,
                                       const struct cqa_call_filter *filter, int64_t *count,
                                       struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    struct cqa_sql *db = cqa_list_take(scores, &list, error);

    if (db == NULL)
        return list.status;
    cqa_query_add(&query, "SELECT count(*) FROM calls c WHERE 1 = 1");
    cqa_query_scope(&query, "c", scope);
    add_filter(&query, db, filter);
    cqa_list_ask(&list, &query, 1, error);
    if (cqa_list_next(&list, error))
        *count = cqa_sql_int(list.row, 0);
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_scores_find_call(struct cqa_scores *scores, const struct cqa_scope *scope,
                                     const char *call_id, const char *source, int64_t *ids,
                                     size_t capacity, size_t *count, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    char *end = NULL;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    *count = 0;
    const int64_t number = call_id[0] == '~' ? strtoll(call_id + 1, &end, 10) : 0;
    if (end != NULL && *end == '\0' && number > 0)
        cqa_query_number(&query,
                         "SELECT c.id FROM calls c WHERE c.id IN"
                         " (SELECT coalesce(k.copy_of, k.id) FROM calls k WHERE k.id = ?)",
                         number);
    else
        cqa_query_text(&query,
                       "SELECT c.id FROM calls c WHERE c.id IN"
                       " (SELECT coalesce(k.copy_of, k.id) FROM calls k WHERE k.call_id = ?)",
                       call_id);
    if (source != NULL)
        cqa_query_text(&query, " AND c.source = ?", source);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(&query, " ORDER BY c.id");
    cqa_list_ask(&list, &query, 1, error);
    while (*count < capacity && cqa_list_next(&list, error))
        ids[(*count)++] = cqa_sql_int(list.row, 0);
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_scores_call(struct cqa_scores *scores, int64_t id,
                                int (*visit)(void *context, const struct cqa_call_row *row),
                                void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query, call_columns);
    cqa_query_number(&query, " WHERE c.id = ?", id);
    cqa_list_ask(&list, &query, CALL_COLUMN_COUNT, error);
    if (cqa_list_first(&list, error))
        show_row(list.row, CQA_CALLS_BY_ARRIVAL, visit, context);
    return cqa_list_end(scores, &list);
}

static struct cqa_failure_row failure_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_failure_row){cqa_sql_int(row, 0), cqa_sql_int(row, 1), cqa_sql_int(row, 2),
                                    cqa_row_text(row, 3), cqa_row_text(row, 4)};
}

enum cqa_status cqa_scores_failures(struct cqa_scores *scores, const struct cqa_scope *scope,
                                    int64_t after_id, int64_t limit,
                                    int (*visit)(void *context, const struct cqa_failure_row *row),
                                    void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_number(&query,
                     "SELECT c.id, c.first_ms, c.last_ms, c.body, c.recorder FROM failures c"
                     " WHERE c.resolved_ms IS NULL AND c.id > ?",
                     after_id);
    if (scope->recorder != NULL)
        cqa_query_text(&query, " AND c.recorder = ?", scope->recorder);
    /* A recording that failed has no agent, and so no team, that one could trust. */
    if (scope->person != NULL || scope->nothing ||
        (scope->teams != NULL && scope->recorder == NULL))
        cqa_query_add(&query, " AND 1 = 0");
    cqa_query_number(&query, " ORDER BY c.id LIMIT ?", limit);
    cqa_list_ask(&list, &query, 5, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_failure_row failure = failure_of(list.row);
        if (visit(context, &failure))
            break;
    }
    return cqa_list_end(scores, &list);
}
