/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/flags_internal.h"
#include "scores/notices.h"
#include "scores/objections.h"

enum { TEXT_BYTES_MAX = 2000 };
static const int64_t DAY_MS = 86400000;

struct objected {
    int64_t call, since_ms;
    int already;
};

/* CQA_E_NOTFOUND unless the flag is of a call that the asker may see. */
static enum cqa_status read_flag(struct cqa_sql *db, const struct cqa_scope *scope, int64_t flag,
                                 struct objected *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(&query,
                  "SELECT c.id, max(coalesce(d.at_ms, 0), c.updated_ms),"
                  " EXISTS(SELECT 1 FROM objections o WHERE o.flag = f.id) FROM flags f"
                  " JOIN calls c ON c.id = f.call LEFT JOIN decisions d ON d.id = f.decision");
    cqa_query_number(&query, " WHERE f.current = 1 AND f.id = ?", flag);
    cqa_query_scope(&query, "c", scope);
    enum cqa_status status = cqa_query_start(&query, db, 3, &row, error);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *out =
            (struct objected){cqa_sql_int(row, 0), cqa_sql_int(row, 1), (int)cqa_sql_int(row, 2)};
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "no such flag among your calls")
               : status;
}

static enum cqa_status check(const struct cqa_identity *who, const struct objected *objected,
                             const char *text, int64_t days, int64_t now_ms,
                             struct cqa_error *error)
{
    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "an objection needs a person's name: log in instead of using a token");
    if (text[strspn(text, " \t\n")] == '\0' || strlen(text) > TEXT_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "text: must have 1 to %d bytes", TEXT_BYTES_MAX);
    if (objected->already)
        return cqa_fail(error, CQA_E_REFUSED, "there is an objection to this flag already");
    if (now_ms - objected->since_ms > days * DAY_MS)
        return cqa_fail(error, CQA_E_REFUSED, "the %lld days for an objection are over",
                        (long long)days);
    return CQA_OK;
}

CQA_SQL_STATEMENT(insert_objection, "iiiit", 1,
                  "INSERT INTO objections(flag, call, user, at_ms, text) VALUES(?1, ?2, ?3, ?4, "
                  "?5) RETURNING id");

struct objecting {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t flag;
    const char *text;
    int64_t days;
    int64_t *objection;
};

static enum cqa_status object_to(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct objecting *it = context;
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    struct objected objected = {0};
    char object[32];
    const int64_t now_ms = cqa_scores_now_ms(it->scores);
    enum cqa_status status = read_flag(db, &scope, it->flag, &objected, error);

    if (status == CQA_OK)
        status = check(it->who, &objected, it->text, it->days, now_ms, error);
    if (status == CQA_OK)
        status = cqa_sql_number(db, it->objection, error, &insert_objection, it->flag,
                                objected.call, it->who->user, now_ms, it->text);
    if (status == CQA_OK)
        status = cqa_notice_add(it->scores, db,
                                &(struct cqa_notice){CQA_NOTICE_OBJECTION_RAISED, objected.call,
                                                     it->flag, *it->objection,
                                                     cqa_objection_words[CQA_OBJECTION_OPEN]},
                                error);
    snprintf(object, sizeof object, "flag %lld", (long long)it->flag);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->who->name, "objection", object, it->text, error)
               : status;
}

enum cqa_status cqa_objection_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const char *text, int64_t days, int64_t *objection,
                                  struct cqa_error *error)
{
    struct objecting objecting = {scores, who, flag, text, days, objection};

    return cqa_scores_write(scores, object_to, &objecting, error);
}

CQA_SQL_STATEMENT(open_objection, "i", 1,
                  "SELECT flag FROM objections WHERE id = ?1 AND outcome = 0");
CQA_SQL_STATEMENT(set_outcome, "iiiti", 0,
                  "UPDATE objections SET outcome = ?1, decided_by = ?2, decided_ms = ?3, "
                  "answer = ?4 WHERE id = ?5");

static enum cqa_status settle(struct cqa_scores *scores, struct cqa_sql *db,
                              const struct cqa_identity *who, int64_t objection,
                              const struct cqa_flag_verdict *verdict, struct cqa_error *error)
{
    int64_t flag = 0;
    int64_t call = 0;
    struct cqa_flag_verdict seen = *verdict;
    const int outcome =
        verdict->state == CQA_FLAG_CONFIRMED ? CQA_OBJECTION_REJECTED : CQA_OBJECTION_ACCEPTED;
    enum cqa_status status = cqa_scores_find(db, &flag, error, &open_objection, objection);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no open objection of this number");
    seen.objection = objection;
    if (status == CQA_OK)
        status = cqa_scores_decide_within(scores, db, who, flag, &seen, &call, error);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_outcome, (int64_t)outcome, who->user,
                            cqa_scores_now_ms(scores), verdict->reason, objection);
    if (status == CQA_OK)
        status = cqa_notice_add(scores, db,
                                &(struct cqa_notice){CQA_NOTICE_OBJECTION_ANSWERED, call, flag,
                                                     objection, cqa_objection_words[outcome]},
                                error);
    return status;
}

struct settling {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t objection;
    const struct cqa_flag_verdict *verdict;
};

static enum cqa_status settle_and_audit(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct settling *it = context;
    char object[40];
    const enum cqa_status status =
        settle(it->scores, db, it->who, it->objection, it->verdict, error);

    snprintf(object, sizeof object, "objection %lld", (long long)it->objection);
    return status == CQA_OK ? cqa_audit_add(it->scores, db, it->who->name, "objection.settle",
                                            object, it->verdict->reason, error)
                            : status;
}

enum cqa_status cqa_objection_settle(struct cqa_scores *scores, const struct cqa_identity *who,
                                     int64_t objection, const struct cqa_flag_verdict *verdict,
                                     struct cqa_error *error)
{
    struct settling settling = {scores, who, objection, verdict};

    if (verdict->reason == NULL || verdict->state == CQA_FLAG_OPEN)
        return cqa_fail(error, CQA_E_BADDATA,
                        "an objection is answered with confirmed, overturned or changed, and a "
                        "reason");
    return cqa_scores_write(scores, settle_and_audit, &settling, error);
}

static struct cqa_objection_row row_of(struct cqa_sql_rows *row)
{
    return (struct cqa_objection_row){.id = cqa_sql_int(row, 0),
                                      .flag = cqa_sql_int(row, 1),
                                      .call = cqa_sql_int(row, 2),
                                      .at_ms = cqa_sql_int(row, 3),
                                      .decided_ms = cqa_sql_int(row, 4),
                                      .call_id = cqa_row_text(row, 5),
                                      .rule = cqa_row_text(row, 6),
                                      .person = cqa_sql_text(row, 7),
                                      .by = cqa_row_text(row, 8),
                                      .text = cqa_row_text(row, 9),
                                      .decided_by = cqa_sql_text(row, 10),
                                      .answer = cqa_sql_text(row, 11),
                                      .title_en = cqa_sql_text(row, 13),
                                      .title_zh = cqa_sql_text(row, 14),
                                      .range_least_c = cqa_sql_int(row, 15),
                                      .range_most_c = cqa_sql_int(row, 16),
                                      .outcome = (enum cqa_objection_outcome)cqa_sql_int(row, 12)};
}

enum cqa_status cqa_objection_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                   int outcome, int64_t after_id, int64_t limit,
                                   int (*visit)(void *context, const struct cqa_objection_row *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql *db;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_query_number(&query,
                     "SELECT o.id, o.flag, o.call, o.at_ms, o.decided_ms, c.call_id, f.rule, "
                     "c.person, u.name, o.text,"
                     " l.name, o.answer, o.outcome, q.title_en, q.title_zh,"
                     " coalesce(q.range_least_c, 0), coalesce(q.range_most_c, c.base_c, 10000) "
                     "FROM objections o JOIN flags f ON f.id = o.flag"
                     " JOIN calls c ON c.id = o.call JOIN users u ON u.id = o.user"
                     " LEFT JOIN users l ON l.id = o.decided_by" CQA_RULE_JOIN " WHERE o.id > ?",
                     after_id);
    if (outcome >= 0)
        cqa_query_number(&query, " AND o.outcome = ?", outcome);
    cqa_query_scope(&query, "c", scope);
    cqa_query_number(&query, " ORDER BY o.id LIMIT ?", limit);
    status = cqa_query_start(&query, db, 17, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        const struct cqa_objection_row objection = row_of(row);
        if (visit(context, &objection))
            break;
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status;
}
