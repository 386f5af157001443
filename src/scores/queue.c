/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "scores/flags_internal.h"
#include "scores/search.h"

const char *const cqa_flag_order_words[CQA_FLAG_ORDER_COUNT + 1] = {"worst", "points", "confidence",
                                                                    "newest", NULL};

/* Sort columns of each order, downwards; the flag's number ends every order, so that no two rows
 * tie. */
static const char *const order_keys[CQA_FLAG_ORDER_COUNT][CQA_FLAG_KEYS_MAX] = {
    [CQA_FLAGS_WORST] = {"severity", "points_c", "confidence", "started_ms", "id"},
    [CQA_FLAGS_POINTS] = {"points_c", "started_ms", "id"},
    [CQA_FLAGS_CONFIDENCE] = {"confidence", "started_ms", "id"},
    [CQA_FLAGS_NEWEST] = {"started_ms", "id"},
};

int cqa_flag_key_count(enum cqa_flag_order order)
{
    int count = 0;

    while (count < CQA_FLAG_KEYS_MAX && order_keys[order][count] != NULL)
        count++;
    return count;
}

enum { WIDE_DAYS = 62 };

/* A span of days so wide that walking the sort index finds a page sooner than sorting what is
 * inside. The difference of two yyyymmdd overstates months a little, which does not matter here. */
static int is_wide(const struct cqa_flag_filter *filter)
{
    return filter->day_from == 0 ||
           (filter->day_to != 0 && filter->day_to - filter->day_from > WIDE_DAYS * 100 / 31);
}

/*
 * The index to walk. SQLite's planner has no statistics to know that a person has thousands of
 * flags, a day tens of thousands, and all together millions; we do.
 */
static const char *index_for(const struct cqa_scope *scope, const struct cqa_flag_filter *filter)
{
    static const char *const in_order[CQA_FLAG_ORDER_COUNT] = {
        [CQA_FLAGS_WORST] = "flags_worst",
        [CQA_FLAGS_POINTS] = "flags_by_points",
        [CQA_FLAGS_CONFIDENCE] = "flags_by_confidence",
        [CQA_FLAGS_NEWEST] = "flags_newest",
    };

    if (filter->person != NULL || scope->person != NULL)
        return "flags_by_person";
    if (!is_wide(filter)) {
        if (filter->rule != NULL)
            return "flags_by_rule";
        return filter->team != NULL ? "flags_by_team" : "flags_by_day";
    }
    if (filter->order == CQA_FLAGS_WORST &&
        (filter->state == CQA_FLAG_OPEN || filter->state == CQA_FLAGS_NOTES))
        return "flags_worst_open";
    return in_order[filter->order];
}

static void add_state(struct cqa_query *query, int state)
{
    if (state == CQA_FLAG_OPEN) /* literal: lets a partial index apply */
        cqa_query_add(query, " AND f.state = 0 AND (f.points_c > 0 OR f.automatic_fail <> 0)"
                             " AND NOT " CQA_DAY_IS_CLOSED("f.day"));
    else if (state == CQA_FLAGS_NOTES)
        cqa_query_add(query, " AND f.state = 0 AND f.points_c = 0 AND f.automatic_fail = 0"
                             " AND NOT " CQA_DAY_IS_CLOSED("f.day"));
    else if (state == CQA_FLAGS_DECIDED)
        cqa_query_add(query, " AND f.state > 0");
    else if (state != CQA_FLAGS_ANY)
        cqa_query_number(query, " AND f.state = ?", state);
}

const char *const cqa_flag_claim_words[CQA_CLAIMS_COUNT + 1] = {"any", "own", "free", NULL};

static void add_claim(struct cqa_query *query, const struct cqa_flag_filter *filter, int64_t now_ms)
{
    static const char *const others[CQA_CLAIMS_COUNT] = {
        [CQA_CLAIMS_OWN] = " AND EXISTS(SELECT 1 FROM claims k WHERE k.flag = f.id AND k.user = ?",
        [CQA_CLAIMS_FREE] =
            " AND NOT EXISTS(SELECT 1 FROM claims k WHERE k.flag = f.id AND k.user <> ?",
    };

    if (filter->claim == CQA_CLAIMS_ANY)
        return;
    cqa_query_number(query, others[filter->claim], filter->claimer);
    cqa_query_number(query, " AND k.until_ms > ?)", now_ms);
}

void cqa_flag_filter_add(struct cqa_query *query, struct cqa_sql *db,
                         const struct cqa_flag_filter *filter, int64_t now_ms)
{
    if (filter->rule != NULL)
        cqa_query_text(query, " AND f.rule = ?", filter->rule);
    cqa_search_add(query, "f", &filter->search, 0);
    if (filter->agent != NULL)
        cqa_query_text(query, " AND f.agent = ?", filter->agent);
    if (filter->person != NULL)
        cqa_query_text(query, " AND f.person = ?", filter->person);
    if (filter->team != NULL)
        cqa_query_text(query, " AND f.team = ?", filter->team);
    if (filter->queue != NULL)
        cqa_query_text(query, " AND f.queue = ?", filter->queue);
    if (filter->day_from != 0)
        cqa_query_number(query, " AND f.day >= ?", filter->day_from);
    if (filter->day_to != 0)
        cqa_query_number(query, " AND f.day <= ?", filter->day_to);
    if (filter->shift != NULL)
        cqa_query_add(query, " AND f.started_ms <> 0");
    cqa_query_shift(query, db, "f.started_ms", filter->shift);
    if (filter->severity_least > 0)
        cqa_query_number(query, " AND f.severity >= ?", filter->severity_least);
    if (filter->confidence_least > 0)
        cqa_query_number(query, " AND f.confidence >= ?", filter->confidence_least);
    add_state(query, filter->state);
    add_claim(query, filter, now_ms);
}

static void add_keys(struct cqa_query *query, enum cqa_flag_order order, const char *before,
                     const char *after)
{
    char text[64];

    for (int i = 0; i < cqa_flag_key_count(order); i++) {
        snprintf(text, sizeof text, "%s%s%s%s", i ? ", " : "", before, order_keys[order][i], after);
        cqa_query_add(query, text);
    }
}

static void add_after(struct cqa_query *query, const struct cqa_flag_filter *filter)
{
    if (!filter->has_after)
        return;
    cqa_query_add(query, " AND (");
    add_keys(query, filter->order, "f.", "");
    cqa_query_add(query, ") < (");
    for (int i = 0; i < cqa_flag_key_count(filter->order); i++)
        cqa_query_number(query, i ? ", ?" : "?", filter->after[i]);
    cqa_query_add(query, ")");
}

/* The page's numbers first, from an index alone where it can be; then the texts of those rows only.
 */
static void build(struct cqa_query *query, struct cqa_sql *db, const struct cqa_scope *scope,
                  const struct cqa_flag_filter *filter, int64_t now_ms)
{
    cqa_query_add(
        query, CQA_FLAG_COLUMNS
        ", json_extract(r.body, '$.score.deductions[' || f.ordinal || '].text.en'),"
        " json_extract(r.body, '$.score.deductions[' || f.ordinal || '].text.zh'),"
        " c.call_id, c.source, c.agent, c.person, c.team, c.queue, c.started_at, c.duration_ms,"
        " c.total_c, c.decided_c, f.started_ms,"
        " json_extract(r.body, '$.score.deductions[' || f.ordinal || '].ground.id'),"
        " json_extract(r.body, '$.score.deductions[' || f.ordinal || '].ground.text.en'),"
        " json_extract(r.body, '$.score.deductions[' || f.ordinal || '].ground.text.zh')"
        " FROM (SELECT f.id FROM flags f");
    cqa_query_index(query, db, index_for(scope, filter));
    cqa_query_add(query, " WHERE f.current = 1");
    cqa_query_scope(query, "f", scope);
    cqa_flag_filter_add(query, db, filter, now_ms);
    add_after(query, filter);
    cqa_query_add(query, " ORDER BY ");
    add_keys(query, filter->order, "f.", " DESC");
    cqa_query_number(query, " LIMIT ?", filter->limit);
    cqa_query_add(query,
                  ") s JOIN flags f ON f.id = s.id JOIN calls c ON c.id = f.call"
                  " JOIN revisions r ON r.call = c.id AND r.revision = c.revision" CQA_FLAG_JOINS
                  " ORDER BY ");
    add_keys(query, filter->order, "f.", " DESC");
}

static void fill_keys(struct cqa_queue_row *row, enum cqa_flag_order order, int64_t started_ms)
{
    const int64_t worst[CQA_FLAG_KEYS_MAX] = {row->flag.severity, row->flag.points_c,
                                              row->flag.confidence, started_ms, row->flag.id};
    const int first = order == CQA_FLAGS_WORST        ? 0
                      : order == CQA_FLAGS_POINTS     ? 1
                      : order == CQA_FLAGS_CONFIDENCE ? 2
                                                      : 3;
    int count = 0;

    row->keys[count++] = worst[first];
    for (int i = order == CQA_FLAGS_WORST ? 1 : first < 3 ? 3 : 4; i < CQA_FLAG_KEYS_MAX; i++)
        row->keys[count++] = worst[i];
}

static int show(struct cqa_sql_rows *row, enum cqa_flag_order order, int64_t now_ms,
                int (*visit)(void *context, const struct cqa_queue_row *row), void *context)
{
    enum { FIRST = CQA_FLAG_COLUMN_COUNT };
    const int64_t decided_c = cqa_sql_int(row, FIRST + 11);
    struct cqa_queue_row queued = {
        .flag = cqa_flag_row_of(row, now_ms),
        .text_en = cqa_sql_text(row, FIRST),
        .text_zh = cqa_sql_text(row, FIRST + 1),
        .call_id = cqa_row_text(row, FIRST + 2),
        .source = cqa_row_text(row, FIRST + 3),
        .agent = cqa_sql_text(row, FIRST + 4),
        .person = cqa_sql_text(row, FIRST + 5),
        .team = cqa_sql_text(row, FIRST + 6),
        .queue = cqa_sql_text(row, FIRST + 7),
        .started_at = cqa_sql_text(row, FIRST + 8),
        .duration_ms = cqa_sql_int(row, FIRST + 9),
        .total_c = cqa_sql_int(row, FIRST + 10),
        .decided_c = cqa_sql_is_null(row, FIRST + 11) ? NULL : &decided_c,
        .ground = cqa_sql_text(row, FIRST + 13),
        .ground_en = cqa_sql_text(row, FIRST + 14),
        .ground_zh = cqa_sql_text(row, FIRST + 15),
    };

    fill_keys(&queued, order, cqa_sql_int(row, FIRST + 12));
    return visit(context, &queued);
}

enum cqa_status cqa_scores_queue(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 const struct cqa_flag_filter *filter,
                                 int (*visit)(void *context, const struct cqa_queue_row *row),
                                 void *context, struct cqa_error *error)
{
    const int64_t now_ms = cqa_scores_now_ms(scores);
    struct cqa_query query = {0};
    struct cqa_list list;
    struct cqa_sql *db = cqa_list_take(scores, &list, error);

    if (db == NULL)
        return list.status;
    build(&query, db, scope, filter, now_ms);
    cqa_list_ask(&list, &query, CQA_FLAG_COLUMN_COUNT + 16, error);
    while (cqa_list_next(&list, error))
        if (show(list.row, filter->order, now_ms, visit, context))
            break;
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_scores_queue_count(struct cqa_scores *scores, const struct cqa_scope *scope,
                                       const struct cqa_flag_filter *filter, int64_t most,
                                       int64_t *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    struct cqa_sql *db = cqa_list_take(scores, &list, error);

    if (db == NULL)
        return list.status;
    cqa_query_add(&query, "SELECT count(*) FROM (SELECT 1 FROM flags f");
    cqa_query_index(&query, db, index_for(scope, filter));
    cqa_query_add(&query, " WHERE f.current = 1");
    cqa_query_scope(&query, "f", scope);
    cqa_flag_filter_add(&query, db, filter, cqa_scores_now_ms(scores));
    cqa_query_number(&query, " LIMIT ?) s", most);
    cqa_list_ask(&list, &query, 1, error);
    if (cqa_list_next(&list, error))
        *out = cqa_sql_int(list.row, 0);
    return cqa_list_end(scores, &list);
}
