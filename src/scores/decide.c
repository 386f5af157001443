/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/decide.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "scores/audit.h"
#include "scores/flags_internal.h"
#include "scores/notices.h"

/* CQA_E_NOTFOUND unless the scope allows the call. A flag that is gone counts nothing, but who
 * objected to it gets an answer, which stands where the flag comes back. */
static enum cqa_status read_target(struct cqa_sql *db, const struct cqa_scope *scope,
                                   const char *where, int64_t id, struct cqa_flag_target *target,
                                   struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(
        &query,
        "SELECT c.id, f.points_c, coalesce(c.base_c, 10000), coalesce(c.day, 0), c.duration_ms,"
        " f.state, c.person, coalesce(s.id, 0), c.rubric, c.rubric_version, f.rule,"
        " coalesce((SELECT o.id FROM objections o WHERE o.flag = f.id AND o.outcome = 0), 0),"
        " (SELECT u.name FROM decisions d JOIN users u ON u.id = d.user WHERE d.id = f.decision),"
        " coalesce(s.decided_ms, 0), (SELECT u.name FROM users u WHERE u.id = s.decided_by)"
        " FROM calls c LEFT JOIN flags f ON "
        "f.call = c.id AND (f.current = 1 OR EXISTS(SELECT 1 FROM objections o WHERE o.flag = f.id"
        " AND o.outcome = 0))"
        " LEFT JOIN objections s ON s.flag = f.id AND s.outcome IN (1, 2)");
    cqa_query_number(&query, where, id);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(&query, " LIMIT 1");
    enum cqa_status status = cqa_query_start(&query, db, 15, &row, error);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *target = (struct cqa_flag_target){.call = cqa_sql_int(row, 0),
                                           .points_c = cqa_sql_int(row, 1),
                                           .base_c = cqa_sql_int(row, 2),
                                           .day = cqa_sql_int(row, 3),
                                           .duration_ms = cqa_sql_int(row, 4),
                                           .state = (int)cqa_sql_int(row, 5),
                                           .objection = cqa_sql_int(row, 11),
                                           .settled = cqa_sql_int(row, 7),
                                           .settled_ms = cqa_sql_int(row, 13)};
        snprintf(target->person, sizeof target->person, "%s", cqa_row_text(row, 6));
        snprintf(target->rubric, sizeof target->rubric, "%s", cqa_row_text(row, 8));
        snprintf(target->rubric_version, sizeof target->rubric_version, "%s", cqa_row_text(row, 9));
        snprintf(target->rule, sizeof target->rule, "%s", cqa_row_text(row, 10));
        snprintf(target->decided_by, sizeof target->decided_by, "%s", cqa_row_text(row, 12));
        snprintf(target->settled_by, sizeof target->settled_by, "%s", cqa_row_text(row, 14));
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no such flag or call that you may see");
    return status;
}

enum cqa_status cqa_target_of_flag(struct cqa_sql *db, const struct cqa_scope *scope, int64_t flag,
                                   struct cqa_flag_target *out, struct cqa_error *error)
{
    return read_target(db, scope, " WHERE f.id = ?", flag, out, error);
}

enum cqa_status cqa_target_of_call(struct cqa_sql *db, const struct cqa_scope *scope, int64_t call,
                                   struct cqa_flag_target *out, struct cqa_error *error)
{
    const enum cqa_status status = read_target(db, scope, " WHERE c.id = ?", call, out, error);

    out->objection = out->settled = 0; /* to one of its flags */
    return status;
}

CQA_SQL_STATEMENT(count_closed, "i", 1,
                  "SELECT count(*) FROM periods WHERE from_day <= ?1 AND ?1 < to_day");

enum cqa_status cqa_day_is_closed(struct cqa_sql *db, int64_t day, int *out,
                                  struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status = cqa_sql_number(db, &count, error, &count_closed, day);

    *out = count > 0;
    return status;
}

CQA_SQL_STATEMENT(limits_of_rule, "ttt", 4,
                  "SELECT range_least_c, range_most_c, cap_c, automatic_fail FROM rubric_rules"
                  " WHERE rubric = ?1 AND version = ?2 AND rule = ?3");

enum cqa_status cqa_limits_read(struct cqa_sql *db, struct cqa_flag_target *target,
                                struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &limits_of_rule, target->rubric,
                                           target->rubric_version, target->rule);

    target->limits = (struct cqa_rule_limits){.most_c = target->base_c, .cap_c = CQA_NO_CAP};
    if (status == CQA_OK && cqa_sql_next(row, &status, error))
        target->limits = (struct cqa_rule_limits){
            1, cqa_sql_int(row, 0), cqa_sql_int(row, 1),
            cqa_sql_is_null(row, 2) ? CQA_NO_CAP : cqa_sql_int(row, 2), (int)cqa_sql_int(row, 3)};
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(made_before, "it", 6,
                  "SELECT flag, call, points_c, state, reason, code FROM decisions"
                  " WHERE user = ?1 AND request = ?2");

enum cqa_status cqa_decision_made(struct cqa_sql *db, const struct cqa_identity *who,
                                  const struct cqa_flag_verdict *verdict,
                                  struct cqa_decision_made *out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &made_before, who->user, verdict->request);

    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *out = (struct cqa_decision_made){cqa_sql_int(row, 0), cqa_sql_int(row, 1),
                                          cqa_sql_int(row, 2),
                                          (enum cqa_flag_state)cqa_sql_int(row, 3),
                                          cqa_same_text(cqa_row_text(row, 4), verdict->reason) &&
                                              cqa_same_text(cqa_row_text(row, 5), verdict->code)};
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(insert_decision, "iiiiiittt", 1,
                  "INSERT INTO decisions(flag, call, user, at_ms, state, points_c, reason, code,"
                  " request) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id");
CQA_SQL_STATEMENT(set_decided, "ioii", 0,
                  "UPDATE flags SET state = ?1, decided_c = ?2, decision = ?3 WHERE id = ?4");

enum cqa_status cqa_decision_write(struct cqa_scores *scores, struct cqa_sql *db,
                                   const struct cqa_identity *who, int64_t flag,
                                   const struct cqa_flag_verdict *verdict,
                                   const struct cqa_flag_target *target,
                                   const struct cqa_verdict_cost *cost, struct cqa_error *error)
{
    char object[32];
    char detail[CQA_REASON_BYTES_MAX + 128];
    int64_t decision = 0;
    enum cqa_status status =
        cqa_sql_number(db, &decision, error, &insert_decision, flag, target->call, who->user,
                       cqa_scores_now_ms(scores), (int64_t)verdict->state, cost->said_c,
                       verdict->reason, verdict->code, verdict->request);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_decided, (int64_t)verdict->state,
                            verdict->state == CQA_FLAG_OPEN ? NULL : &cost->cost_c, decision, flag);
    if (status == CQA_OK)
        status = cqa_scores_refresh_totals(db, target->call, error);
    if (status == CQA_OK)
        status = cqa_notice_add(scores, db,
                                &(struct cqa_notice){CQA_NOTICE_DECISION_MADE, target->call, flag,
                                                     0, cqa_flag_state_words[verdict->state]},
                                error);
    snprintf(object, sizeof object, "flag %lld", (long long)flag);
    snprintf(detail, sizeof detail, "%s to %s, %g points: %s%s%s",
             cqa_flag_state_words[target->state], cqa_flag_state_words[verdict->state],
             (double)cost->said_c / 100, verdict->code ? verdict->code : "",
             verdict->code && verdict->reason ? ": " : "", verdict->reason ? verdict->reason : "");
    return status == CQA_OK
               ? cqa_audit_add(scores, db, who->name, "decision", object, detail, error)
               : status;
}

CQA_SQL_STATEMENT(
    insert_flag, "itiiiiiit", 1,
    "INSERT INTO flags(call, current, rule, severity, points_c, confidence, start_ms, end_ms,"
    " automatic_fail, author, note, day, started_ms, person, team, agent, queue)"
    " SELECT ?1, 1, ?2, ?3, ?4, 1000, ?5, ?6, ?7, ?8, ?9, coalesce(day, 0), "
    "coalesce(started_ms, 0),"
    " person, team, agent, queue FROM calls WHERE id = ?1 RETURNING id");

enum cqa_status cqa_flag_write(struct cqa_sql *db, const struct cqa_identity *who, int64_t call,
                               const struct cqa_manual_flag *manual, int fails, int64_t *flag,
                               struct cqa_error *error)
{
    return cqa_sql_number(db, flag, error, &insert_flag, call, manual->rule,
                          (int64_t)manual->severity, manual->points_c, manual->start_ms,
                          manual->end_ms, (int64_t)fails, who->user, manual->note);
}

CQA_SQL_STATEMENT(list_decisions, "i", 10,
                  "SELECT d.flag, d.at_ms, d.points_c, f.rule, u.name, d.reason, d.state,"
                  " q.title_en, q.title_zh, d.code FROM decisions d JOIN flags f ON f.id = d.flag"
                  " JOIN calls c ON c.id = d.call JOIN users u ON u.id = d.user" CQA_RULE_JOIN
                  " WHERE d.call = ?1 ORDER BY d.id");

static struct cqa_decision_row decision_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_decision_row){cqa_sql_int(row, 0),  cqa_sql_int(row, 1),
                                     cqa_sql_int(row, 2),  cqa_row_text(row, 3),
                                     cqa_row_text(row, 4), cqa_sql_text(row, 5),
                                     cqa_sql_text(row, 9), (enum cqa_flag_state)cqa_sql_int(row, 6),
                                     cqa_sql_text(row, 7), cqa_sql_text(row, 8)};
}

enum cqa_status cqa_scores_decisions(struct cqa_scores *scores, int64_t call,
                                     void (*visit)(void *context,
                                                   const struct cqa_decision_row *row),
                                     void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_decisions, call);
    while (cqa_list_next(&list, error)) {
        const struct cqa_decision_row decision = decision_of(list.row);
        visit(context, &decision);
    }
    return cqa_list_end(scores, &list);
}
