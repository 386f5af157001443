/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "scores/people.h"
#include "scores/store_internal.h"

/* ---- sums */

/* Of a day's calls, or of one person's on a day: the index calls_sums has them side by side. What
 * is open is asked for by the day. */
#define DAY_SUMS                                                                                   \
    " count(*) AS calls, count(c.score_c) AS scored, sum(c.measurable) AS measurable,"             \
    " coalesce(sum(c.score_c), 0) AS score_c, min(c.score_c) AS least_c,"                          \
    " sum(c.flag_count) AS flags, sum(c.open_count) AS open_count,"                                \
    " sum(c.duration_ms) AS duration_ms, coalesce(sum(c.talk_agent_ms), 0) AS talk_agent_ms,"      \
    " coalesce(sum(c.talk_customer_ms), 0) AS talk_customer_ms,"                                   \
    " coalesce(sum(c.silence_ms), 0) AS silence_ms, coalesce(sum(c.hold_ms), 0) AS hold_ms,"       \
    " coalesce(sum(c.overtalk_ms), 0) AS overtalk_ms,"                                             \
    " coalesce(sum(c.response_ms), 0) AS response_ms, count(c.response_ms) AS responses"
#define SUMS                                                                                       \
    " sum(s.calls), sum(s.scored), sum(s.measurable), sum(s.score_c),"                             \
    " coalesce(min(s.least_c), 0), sum(s.flags),"                                                  \
    " sum(CASE WHEN " CQA_DAY_IS_CLOSED(                                                           \
        "s.day") " THEN 0 ELSE s.open_count END),"                                                 \
                 " sum(s.duration_ms), sum(s.talk_agent_ms), sum(s.talk_customer_ms), "            \
                 "sum(s.silence_ms),"                                                              \
                 " sum(s.hold_ms), sum(s.overtalk_ms), sum(s.response_ms), sum(s.responses)"

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

    struct cqa_sql *db = cqa_list_take(scores, &list, error);
    if (db == NULL)
        return list.status;
    cqa_query_add(&query, "SELECT" SUMS ", s.person, max(s.team) FROM (SELECT" DAY_SUMS
                          ", c.day AS day, c.person AS person, max(c.team) AS team FROM calls c");
    cqa_query_index(&query, db, scope->person ? "calls_by_person" : "calls_sums");
    cqa_query_add(&query, " WHERE c.person IS NOT NULL");
    add_days(&query, "c.day", day_from, day_to);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(&query, " GROUP BY c.day, c.person) s GROUP BY s.person"
                          " ORDER BY sum(s.scored) = 0,"
                          " sum(s.score_c) * 1.0 / nullif(sum(s.scored), 0), s.person"
                          " LIMIT 5000");
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

    struct cqa_sql *db = cqa_list_take(scores, &list, error);
    if (db == NULL)
        return list.status;
    cqa_query_add(&query,
                  "SELECT s.day," SUMS " FROM (SELECT" DAY_SUMS ", c.day AS day FROM calls c");
    cqa_query_index(&query, db,
                    person || scope->person ? "calls_by_person"
                    : team                  ? "calls_by_team"
                                            : "calls_sums");
    cqa_query_add(&query, " WHERE 1 = 1");
    if (person != NULL)
        cqa_query_text(&query, " AND c.person = ?", person);
    if (team != NULL)
        cqa_query_text(&query, " AND c.team = ?", team);
    add_days(&query, "c.day", day_from, day_to);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(&query, " GROUP BY c.day) s GROUP BY s.day ORDER BY s.day LIMIT 1000");
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

    struct cqa_sql *db = cqa_list_take(scores, &list, error);
    if (db == NULL)
        return list.status;
    cqa_query_add(&query,
                  "SELECT s.rule, sum(s.flags),"
                  " sum(CASE WHEN " CQA_DAY_IS_CLOSED(
                      "s.day") " THEN 0 ELSE s.open_count END),"
                               " sum(s.confirmed), sum(s.overturned), sum(s.changed),"
                               " (SELECT title_en FROM rubric_rules q WHERE q.rule = s.rule"
                               "  ORDER BY learned_ms DESC LIMIT 1),"
                               " (SELECT title_zh FROM rubric_rules q WHERE q.rule = s.rule"
                               "  ORDER BY learned_ms DESC LIMIT 1) FROM (SELECT f.day AS day, "
                               "f.rule AS rule,"
                               " count(*) AS flags, count(*) FILTER (WHERE f.state = 0"
                               "  AND (f.points_c > 0 OR f.automatic_fail <> 0)) AS open_count,"
                               " count(*) FILTER (WHERE f.state = 1) AS confirmed,"
                               " count(*) FILTER (WHERE f.state = 2) AS overturned,"
                               " count(*) FILTER (WHERE f.state = 3) AS changed FROM flags f");
    cqa_query_index(&query, db, "flags_agreed");
    cqa_query_add(&query, " WHERE f.current = 1 AND f.author IS NULL");
    add_days(&query, "f.day", day_from, day_to);
    cqa_query_scope(&query, "f", scope);
    cqa_query_add(&query, " GROUP BY f.day, f.rule) s GROUP BY s.rule ORDER BY s.rule");
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
