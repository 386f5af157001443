/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/flags_internal.h"
#include "scores/notices.h"

enum { TEXT_BYTES_MAX = 2000 };

/* What the call's rubric says of a rule. */
struct limits {
    int are_known;
    int64_t least_c, most_c; /* what a person may give one flag */
    int64_t cap_c;           /* of all its flags together; CQA_NO_CAP */
    int fails;
};

/* What deciding needs to know of a flag and its call. */
struct target {
    int64_t call;
    int64_t points_c, base_c;
    int64_t day, duration_ms;
    int state;
    int has_objection_settled;
    int64_t objection; /* the open one; 0: none */
    char person[256];
    char decided_by[96];
    char rubric[96], rubric_version[64], rule[96];
    struct limits limits; /* of `rule` */
};

/* CQA_E_NOTFOUND unless the scope allows the call. A flag that is gone counts nothing, but who
 * objected to it gets an answer, which stands where the flag comes back. */
static enum cqa_status read_target(struct cqa_sql *db, const struct cqa_scope *scope,
                                   const char *where, int64_t id, struct target *target,
                                   struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(
        &query,
        "SELECT c.id, f.points_c, coalesce(c.base_c, 10000), coalesce(c.day, 0), c.duration_ms,"
        " f.state, c.person, EXISTS(SELECT 1 FROM objections o WHERE o.flag = f.id AND"
        " o.outcome <> 0), c.rubric, c.rubric_version, f.rule,"
        " coalesce((SELECT o.id FROM objections o WHERE o.flag = f.id AND o.outcome = 0), 0),"
        " (SELECT u.name FROM decisions d JOIN users u ON u.id = d.user WHERE d.id = f.decision)"
        " FROM calls c LEFT JOIN flags f ON "
        "f.call = c.id AND (f.current = 1 OR EXISTS(SELECT 1 FROM objections o WHERE o.flag = f.id"
        " AND o.outcome = 0))");
    cqa_query_number(&query, where, id);
    cqa_query_scope(&query, "c", scope);
    cqa_query_add(&query, " LIMIT 1");
    enum cqa_status status = cqa_query_start(&query, db, 13, &row, error);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *target = (struct target){.call = cqa_sql_int(row, 0),
                                  .points_c = cqa_sql_int(row, 1),
                                  .base_c = cqa_sql_int(row, 2),
                                  .day = cqa_sql_int(row, 3),
                                  .duration_ms = cqa_sql_int(row, 4),
                                  .state = (int)cqa_sql_int(row, 5),
                                  .has_objection_settled = (int)cqa_sql_int(row, 7),
                                  .objection = cqa_sql_int(row, 11)};
        snprintf(target->person, sizeof target->person, "%s", cqa_row_text(row, 6));
        snprintf(target->rubric, sizeof target->rubric, "%s", cqa_row_text(row, 8));
        snprintf(target->rubric_version, sizeof target->rubric_version, "%s", cqa_row_text(row, 9));
        snprintf(target->rule, sizeof target->rule, "%s", cqa_row_text(row, 10));
        snprintf(target->decided_by, sizeof target->decided_by, "%s", cqa_row_text(row, 12));
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no such flag or call that you may see");
    return status;
}

CQA_SQL_STATEMENT(count_closed, "i", 1,
                  "SELECT count(*) FROM periods WHERE from_day <= ?1 AND ?1 < to_day");

/* Who may decide on this call, and whether its period still allows it. */
static enum cqa_status check_right(struct cqa_sql *db, const struct cqa_identity *who,
                                   const struct target *target, struct cqa_error *error)
{
    int64_t closed = 0;

    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a decision needs a person's name: log in instead of using a token");
    if (who->person != NULL && strcmp(who->person, target->person) == 0)
        return cqa_fail(error, CQA_E_REFUSED, "nobody decides on their own calls");
    if (target->has_objection_settled && who->role != CQA_ACCOUNT_LEAD)
        return cqa_fail(error, CQA_E_REFUSED,
                        "an objection to this flag was settled: only a lead may change it");
    const enum cqa_status status = cqa_sql_number(db, &closed, error, &count_closed, target->day);
    if (status == CQA_OK && closed > 0)
        return cqa_fail(error, CQA_E_REFUSED, "the period of this call is closed");
    return status;
}

static enum cqa_status check_text(const char *what, const char *text, struct cqa_error *error)
{
    if (text == NULL || text[strspn(text, " \t\n")] == '\0')
        return cqa_fail(error, CQA_E_BADDATA, "%p: must be given", cqa_words_for(what));
    if (strlen(text) > TEXT_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "%p: longer than %d bytes", cqa_words_for(what),
                        TEXT_BYTES_MAX);
    return CQA_OK;
}

CQA_SQL_STATEMENT(limits_of_rule, "ttt", 4,
                  "SELECT range_least_c, range_most_c, cap_c, automatic_fail FROM rubric_rules"
                  " WHERE rubric = ?1 AND version = ?2 AND rule = ?3");

/* Where the call's rubric, or its rule, is not known: what a call has. */
static enum cqa_status read_limits(struct cqa_sql *db, struct target *target,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &limits_of_rule, target->rubric,
                                           target->rubric_version, target->rule);

    target->limits = (struct limits){.most_c = target->base_c, .cap_c = CQA_NO_CAP};
    if (status == CQA_OK && cqa_sql_next(row, &status, error))
        target->limits = (struct limits){1, cqa_sql_int(row, 0), cqa_sql_int(row, 1),
                                         cqa_sql_is_null(row, 2) ? CQA_NO_CAP : cqa_sql_int(row, 2),
                                         (int)cqa_sql_int(row, 3)};
    cqa_sql_end(row);
    return status;
}

/* Points that a person gives lie within what the call's rubric allows for the rule. */
static enum cqa_status check_points(const struct target *target, int64_t points_c,
                                    struct cqa_error *error)
{
    const struct limits *limits = &target->limits;

    if (points_c >= limits->least_c && points_c <= limits->most_c)
        return CQA_OK;
    if (!limits->are_known)
        return cqa_fail(error, CQA_E_BADDATA, "points: allowed are 0 to %g",
                        (double)limits->most_c / 100);
    return cqa_fail(error, CQA_E_BADDATA, "points: rule %s allows %g to %g (rubric %s version %s)",
                    target->rule, (double)limits->least_c / 100, (double)limits->most_c / 100,
                    target->rubric, target->rubric_version);
}

static enum cqa_status check_verdict(const struct cqa_flag_verdict *verdict,
                                     const struct target *target, struct cqa_error *error)
{
    if (verdict->reason != NULL ||
        (verdict->state != CQA_FLAG_CONFIRMED && verdict->code == NULL)) {
        const enum cqa_status status = check_text("reason", verdict->reason, error);
        if (status != CQA_OK)
            return status;
    }
    if (verdict->expected >= 0 && verdict->expected != target->state && target->decided_by[0])
        return cqa_fail(error, CQA_E_REFUSED, "%s has decided meanwhile: the flag is %p now",
                        target->decided_by, cqa_words_for(cqa_flag_state_words[target->state]));
    if (verdict->expected >= 0 && verdict->expected != target->state)
        return cqa_fail(error, CQA_E_REFUSED, "nobody has decided yet: the flag is %p now",
                        cqa_words_for(cqa_flag_state_words[target->state]));
    if (target->objection != 0 && target->objection != verdict->objection)
        return cqa_fail(error, CQA_E_REFUSED,
                        "an objection to this flag waits: read it before deciding");
    return verdict->state == CQA_FLAG_CHANGED ? check_points(target, verdict->points_c, error)
                                              : CQA_OK;
}

static int64_t standing(const struct cqa_flag_verdict *verdict, int64_t points_c)
{
    return verdict->state == CQA_FLAG_OVERTURNED ? 0
           : verdict->state == CQA_FLAG_CHANGED  ? verdict->points_c
                                                 : points_c;
}

/* What the verdict costs: caps cut from what comes last, which is the verdict. A flag that fails
 * its call needs no points for it. */
static enum cqa_status find_cost(struct cqa_sql *db, int64_t flag, const struct target *target,
                                 int64_t said_c, int64_t *cost_c, struct cqa_error *error)
{
    int64_t room_c = 0;
    const enum cqa_status status =
        cqa_scores_room(db, target->call, flag, target->rule, target->limits.cap_c, &room_c, error);

    *cost_c = said_c < room_c || target->limits.fails ? said_c : room_c;
    return status;
}

CQA_SQL_STATEMENT(insert_decision, "iiiiiitt", 1,
                  "INSERT INTO decisions(flag, call, user, at_ms, state, points_c, reason, code) "
                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id");
CQA_SQL_STATEMENT(set_decided, "ioii", 0,
                  "UPDATE flags SET state = ?1, decided_c = ?2, decision = ?3 WHERE id = ?4");

static enum cqa_status write_decision(struct cqa_scores *scores, struct cqa_sql *db,
                                      const struct cqa_identity *who, int64_t flag,
                                      const struct cqa_flag_verdict *verdict,
                                      const struct target *target, struct cqa_error *error)
{
    char object[32];
    char detail[TEXT_BYTES_MAX + 128];
    const int64_t said_c = standing(verdict, target->points_c);
    int64_t cost_c = 0;
    int64_t decision = 0;
    enum cqa_status status = find_cost(db, flag, target, said_c, &cost_c, error);

    if (status == CQA_OK)
        status = cqa_sql_number(db, &decision, error, &insert_decision, flag, target->call,
                                who->user, cqa_scores_now_ms(scores), (int64_t)verdict->state,
                                said_c, verdict->reason, verdict->code);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_decided, (int64_t)verdict->state,
                            verdict->state == CQA_FLAG_OPEN ? NULL : &cost_c, decision, flag);
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
             (double)said_c / 100, verdict->code ? verdict->code : "",
             verdict->code && verdict->reason ? ": " : "", verdict->reason ? verdict->reason : "");
    return status == CQA_OK
               ? cqa_audit_add(scores, db, who->name, "decision", object, detail, error)
               : status;
}

enum cqa_status cqa_scores_decide_within(struct cqa_scores *scores, struct cqa_sql *db,
                                         const struct cqa_identity *who, int64_t flag,
                                         const struct cqa_flag_verdict *verdict, int64_t *call,
                                         struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct target target = {0};
    enum cqa_status status = read_target(db, &scope, " WHERE f.id = ?", flag, &target, error);

    if (status == CQA_OK)
        status = read_limits(db, &target, error);
    if (status == CQA_OK)
        status = check_right(db, who, &target, error);
    if (status == CQA_OK)
        status = check_verdict(verdict, &target, error);
    if (status == CQA_OK)
        status = write_decision(scores, db, who, flag, verdict, &target, error);
    *call = target.call;
    return status;
}

struct deciding {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t flag;
    const struct cqa_flag_verdict *verdict;
    int64_t *call;
};

static enum cqa_status decide(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct deciding *it = context;

    return cqa_scores_decide_within(it->scores, db, it->who, it->flag, it->verdict, it->call,
                                    error);
}

enum cqa_status cqa_scores_decide(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const struct cqa_flag_verdict *verdict,
                                  int64_t *call, struct cqa_error *error)
{
    struct deciding deciding = {scores, who, flag, verdict, call};

    return cqa_scores_write(scores, decide, &deciding, error);
}
static enum cqa_status check_manual(const struct cqa_manual_flag *manual,
                                    const struct target *target, struct cqa_error *error)
{
    if (manual->start_ms < 0 || manual->end_ms < manual->start_ms ||
        manual->end_ms > target->duration_ms)
        return cqa_fail(error, CQA_E_BADDATA,
                        "start_ms, end_ms: must lie in order within the recording (0 to %lld)",
                        (long long)target->duration_ms);
    const enum cqa_status status = check_text("note", manual->note, error);
    return status == CQA_OK ? check_points(target, manual->points_c, error) : status;
}

/* What a person adds is a rule of the call's own rubric: nothing else says what it may cost. */
static enum cqa_status take_rule(struct cqa_sql *db, const char *rule, struct target *target,
                                 struct cqa_error *error)
{
    if (target->rubric[0] == '\0')
        return cqa_fail(error, CQA_E_BADDATA,
                        "the call was not scored: nothing can be added to it");
    snprintf(target->rule, sizeof target->rule, "%s", rule);
    const enum cqa_status status = read_limits(db, target, error);
    if (status == CQA_OK && !target->limits.are_known)
        return cqa_fail(error, CQA_E_BADDATA,
                        "rule: rubric %s version %s, as the server knows it, has no rule %s",
                        target->rubric, target->rubric_version, target->rule);
    return status;
}

CQA_SQL_STATEMENT(
    insert_flag, "itiiiiiit", 1,
    "INSERT INTO flags(call, current, rule, severity, points_c, confidence, start_ms, end_ms,"
    " automatic_fail, author, note, day, started_ms, person, team, agent, queue)"
    " SELECT ?1, 1, ?2, ?3, ?4, 1000, ?5, ?6, ?7, ?8, ?9, coalesce(day, 0), "
    "coalesce(started_ms, 0),"
    " person, team, agent, queue FROM calls WHERE id = ?1 RETURNING id");

static enum cqa_status insert_manual(struct cqa_sql *db, const struct cqa_identity *who,
                                     int64_t call, const struct cqa_manual_flag *manual, int fails,
                                     int64_t *flag, struct cqa_error *error)
{
    return cqa_sql_number(db, flag, error, &insert_flag, call, manual->rule,
                          (int64_t)manual->severity, manual->points_c, manual->start_ms,
                          manual->end_ms, (int64_t)fails, who->user, manual->note);
}

struct flagging {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t call;
    const struct cqa_manual_flag *manual;
    int64_t *flag;
};

/* Who adds a flag has decided on it: it is confirmed from the start, and can be overturned like any
 * other. */
static enum cqa_status add_flag(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct flagging *it = context;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    const struct cqa_flag_verdict verdict = {.state = CQA_FLAG_CONFIRMED,
                                             .reason = it->manual->note};
    struct target target = {0};
    enum cqa_status status = read_target(db, &scope, " WHERE c.id = ?", it->call, &target, error);

    target.has_objection_settled = 0; /* to another flag of the call */
    target.objection = 0;
    if (status == CQA_OK)
        status = check_right(db, it->who, &target, error);
    if (status == CQA_OK)
        status = take_rule(db, it->manual->rule, &target, error);
    if (status == CQA_OK)
        status = check_manual(it->manual, &target, error);
    if (status == CQA_OK)
        status =
            insert_manual(db, it->who, it->call, it->manual, target.limits.fails, it->flag, error);
    if (status != CQA_OK)
        return status;
    target.points_c = it->manual->points_c;
    target.state = CQA_FLAG_OPEN;
    return write_decision(it->scores, db, it->who, *it->flag, &verdict, &target, error);
}

enum cqa_status cqa_scores_add_flag(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t call, const struct cqa_manual_flag *manual,
                                    int64_t *flag, struct cqa_error *error)
{
    struct flagging flagging = {scores, who, call, manual, flag};

    return cqa_scores_write(scores, add_flag, &flagging, error);
}
CQA_SQL_STATEMENT(list_decisions, "i", 10,
                  "SELECT d.flag, d.at_ms, d.points_c, f.rule, u.name, d.reason, d.state,"
                  " q.title_en, q.title_zh, d.code FROM decisions d JOIN flags f ON f.id = d.flag"
                  " JOIN calls c ON c.id = d.call JOIN users u ON u.id = d.user" CQA_RULE_JOIN
                  " WHERE d.call = ?1 ORDER BY d.id");

enum cqa_status cqa_scores_decisions(struct cqa_scores *scores, int64_t call,
                                     void (*visit)(void *context,
                                                   const struct cqa_decision_row *row),
                                     void *context, struct cqa_error *error)
{
    struct cqa_sql *db;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_start(db, &row, error, &list_decisions, call);
    if (status == CQA_OK) {
        while (cqa_sql_next(row, &status, error)) {
            const struct cqa_decision_row decision = {
                cqa_sql_int(row, 0),  cqa_sql_int(row, 1),
                cqa_sql_int(row, 2),  cqa_row_text(row, 3),
                cqa_row_text(row, 4), cqa_sql_text(row, 5),
                cqa_sql_text(row, 9), (enum cqa_flag_state)cqa_sql_int(row, 6),
                cqa_sql_text(row, 7), cqa_sql_text(row, 8)};
            visit(context, &decision);
        }
        cqa_sql_end(row);
    }
    cqa_scores_give(scores, db);
    return status;
}
