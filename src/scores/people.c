/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "scores/people.h"
#include "scores/store_internal.h"

/* ---- sums */

#define OPEN_FLAGS                                                                                 \
    "sum(CASE WHEN c.open_count > 0 AND " CQA_DAY_IS_CLOSED(                                       \
        "c.day") " THEN 0 ELSE c.open_count END)"
#define SUMS                                                                                       \
    " count(*), count(c.score_c), sum(c.measurable), coalesce(sum(c.score_c), 0),"                 \
    " coalesce(min(c.score_c), 0), sum(c.flag_count), " OPEN_FLAGS ", sum(c.duration_ms),"         \
    " coalesce(sum(c.talk_agent_ms), 0), coalesce(sum(c.talk_customer_ms), 0),"                    \
    " coalesce(sum(c.silence_ms), 0), coalesce(sum(c.hold_ms), 0), coalesce(sum(c.overtalk_ms), "  \
    "0),"                                                                                          \
    " coalesce(sum(c.response_ms), 0), count(c.response_ms)"

static struct cqa_person_row sums_of(const struct cqa_sql_rows *row, int at)
{
    int64_t values[15];

    for (int i = 0; i < 15; i++)
        values[i] = cqa_sql_int(row, at + i);
    return (struct cqa_person_row){.calls = values[0],
                                   .scored = values[1],
                                   .measurable = values[2],
                                   .score_sum_c = values[3],
                                   .score_least_c = values[4],
                                   .flags = values[5],
                                   .open_flags = values[6],
                                   .duration_ms = values[7],
                                   .talk_agent_ms = values[8],
                                   .talk_customer_ms = values[9],
                                   .silence_ms = values[10],
                                   .hold_ms = values[11],
                                   .overtalk_ms = values[12],
                                   .response_sum_ms = values[13],
                                   .response_count = values[14]};
}

static void add_days(struct cqa_query *query, const char *column, int64_t day_from, int64_t day_to)
{
    char sql[48];

    snprintf(sql, sizeof sql, " AND %s >= ?", column);
    cqa_query_number(query, sql, day_from);
    snprintf(sql, sizeof sql, " AND %s <= ?", column);
    cqa_query_number(query, sql, day_to ? day_to : 99991231);
}

static struct cqa_person_row person_of(const struct cqa_sql_rows *row)
{
    struct cqa_person_row person = sums_of(row, 0);

    person.person = cqa_row_text(row, 15);
    person.team = cqa_sql_text(row, 16);
    return person;
}

enum cqa_status cqa_people_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                int64_t day_from, int64_t day_to,
                                void (*visit)(void *context, const struct cqa_person_row *row),
                                void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query,
                  "SELECT" SUMS ", c.person, max(c.team) FROM calls c WHERE c.person IS NOT NULL");
    add_days(&query, "c.day", day_from, day_to);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(
        &query,
        " GROUP BY c.person ORDER BY avg(c.score_c) IS NULL, avg(c.score_c), c.person LIMIT 5000");
    cqa_list_ask(&list, &query, 17, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_person_row person = person_of(list.row);
        visit(context, &person);
    }
    return cqa_list_end(scores, &list);
}

static struct cqa_day_row day_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_day_row){cqa_sql_int(row, 0), sums_of(row, 1)};
}

enum cqa_status cqa_people_days(struct cqa_scores *scores, const struct cqa_scope *scope,
                                const char *person, const char *team, int64_t day_from,
                                int64_t day_to,
                                void (*visit)(void *context, const struct cqa_day_row *row),
                                void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query, "SELECT c.day," SUMS " FROM calls c WHERE 1 = 1");
    if (person != NULL)
        cqa_query_text(&query, " AND c.person = ?", person);
    if (team != NULL)
        cqa_query_text(&query, " AND c.team = ?", team);
    add_days(&query, "c.day", day_from, day_to);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(&query, " GROUP BY c.day ORDER BY c.day LIMIT 1000");
    cqa_list_ask(&list, &query, 16, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_day_row day = day_of(list.row);
        visit(context, &day);
    }
    return cqa_list_end(scores, &list);
}

static struct cqa_rule_row rule_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_rule_row){cqa_row_text(row, 0), cqa_sql_int(row, 1), cqa_sql_int(row, 2),
                                 cqa_sql_int(row, 3),  cqa_sql_int(row, 4), cqa_sql_int(row, 5),
                                 cqa_sql_text(row, 6), cqa_sql_text(row, 7)};
}

enum cqa_status cqa_rules_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                               int64_t day_from, int64_t day_to,
                               void (*visit)(void *context, const struct cqa_rule_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(
        &query,
        "SELECT f.rule, count(*),"
        " count(*) FILTER (WHERE f.state = 0"
        "  AND (f.points_c > 0 OR f.automatic_fail <> 0)"
        "  AND NOT " CQA_DAY_IS_CLOSED(
            "f.day") "),"
                     " count(*) FILTER (WHERE f.state = 1), count(*) FILTER (WHERE f.state = 2),"
                     " count(*) FILTER (WHERE f.state = 3),"
                     " (SELECT title_en FROM rubric_rules q WHERE q.rule = f.rule"
                     "  ORDER BY learned_ms DESC LIMIT 1),"
                     " (SELECT title_zh FROM rubric_rules q WHERE q.rule = f.rule"
                     "  ORDER BY learned_ms DESC LIMIT 1) FROM flags f WHERE f.current = 1 AND "
                     "f.author IS NULL");
    add_days(&query, "f.day", day_from, day_to);
    cqa_query_scope(&query, "f", scope);
    cqa_query_add(&query, " GROUP BY f.rule ORDER BY f.rule");
    cqa_list_ask(&list, &query, 8, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_rule_row rule = rule_of(list.row);
        visit(context, &rule);
    }
    return cqa_list_end(scores, &list);
}

static struct cqa_reason_row reason_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_reason_row){cqa_row_text(row, 0), cqa_sql_text(row, 1), cqa_sql_int(row, 2),
                                   cqa_sql_text(row, 3), cqa_sql_text(row, 4)};
}

enum cqa_status cqa_reasons_used(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 int64_t day_from, int64_t day_to,
                                 void (*visit)(void *context, const struct cqa_reason_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_add(&query, "SELECT f.rule, d.code, count(*),"
                          " (SELECT title_en FROM rubric_rules q WHERE q.rule = f.rule"
                          "  ORDER BY learned_ms DESC LIMIT 1),"
                          " (SELECT title_zh FROM rubric_rules q WHERE q.rule = f.rule"
                          "  ORDER BY learned_ms DESC LIMIT 1) FROM flags f"
                          " JOIN decisions d ON d.id = f.decision"
                          " WHERE f.current = 1 AND f.author IS NULL AND f.state IN (2, 3)");
    add_days(&query, "f.day", day_from, day_to);
    cqa_query_scope(&query, "f", scope);
    cqa_query_add(&query, " GROUP BY f.rule, d.code ORDER BY f.rule, d.code NULLS FIRST");
    cqa_list_ask(&list, &query, 5, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_reason_row reason = reason_of(list.row);
        visit(context, &reason);
    }
    return cqa_list_end(scores, &list);
}
