/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "server/audit.h"
#include "server/flags_internal.h"
#include "server/notices.h"
#include "server/objections.h"

const char *const cqa_objection_words[CQA_OBJECTION_OUTCOME_COUNT + 1] = {"open", "accepted",
                                                                          "rejected", NULL};

enum { TEXT_BYTES_MAX = 2000 };
static const int64_t DAY_MS = 86400000;

struct objected {
    int64_t call, since_ms;
    int already;
};

/* CQA_E_NOTFOUND unless the flag is of a call that the asker may see. */
static enum cqa_status read_flag(struct cqa_db *db, const struct cqa_scope *scope, int64_t flag,
                                 struct objected *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    sqlite3_stmt *row = NULL;

    cqa_query_add(&query,
                  "SELECT c.id, max(coalesce(d.at_ms, 0), c.updated_ms),"
                  " EXISTS(SELECT 1 FROM objections o WHERE o.flag = f.id) FROM flags f"
                  " JOIN calls c ON c.id = f.call LEFT JOIN decisions d ON d.id = f.decision");
    cqa_query_number(&query, " WHERE f.current = 1 AND f.id = ?", flag);
    cqa_query_scope(&query, "c", scope);
    enum cqa_status status = cqa_query_start(&query, db, &row, error);
    if (status == CQA_OK)
        status = cqa_db_step(db, row, error);
    if (status == CQA_OK)
        *out = (struct objected){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                 sqlite3_column_int(row, 2)};
    sqlite3_finalize(row);
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

enum cqa_status cqa_objection_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const char *text, int64_t days, int64_t *objection,
                                  struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct objected objected = {0};
    char object[32];
    struct cqa_db *db;
    const int64_t now_ms = cqa_scores_now_ms(scores);
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = read_flag(db, &scope, flag, &objected, error);
    if (status == CQA_OK)
        status = check(who, &objected, text, days, now_ms, error);
    if (status == CQA_OK)
        status = cqa_db_run(
            db, error,
            "INSERT INTO objections(flag, call, user, at_ms, text) VALUES(?, ?, ?, ?, ?)", "iiiit",
            flag, objected.call, who->user, now_ms, text);
    *objection = cqa_db_last_id(db);
    if (status == CQA_OK)
        status = cqa_notice_add(scores, db,
                                &(struct cqa_notice){CQA_NOTICE_OBJECTION_RAISED, objected.call,
                                                     flag, *objection,
                                                     cqa_objection_words[CQA_OBJECTION_OPEN]},
                                error);
    snprintf(object, sizeof object, "flag %lld", (long long)flag);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "objection", object, text, error);
    return cqa_scores_end(scores, status, error);
}

static enum cqa_status settle(struct cqa_scores *scores, struct cqa_db *db,
                              const struct cqa_identity *who, int64_t objection,
                              const struct cqa_flag_verdict *verdict, struct cqa_error *error)
{
    int64_t flag = 0;
    int64_t call = 0;
    const int outcome =
        verdict->state == CQA_FLAG_CONFIRMED ? CQA_OBJECTION_REJECTED : CQA_OBJECTION_ACCEPTED;
    enum cqa_status status =
        cqa_db_value(db, &flag, error, "SELECT flag FROM objections WHERE id = ? AND outcome = 0",
                     "i", objection);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "no open objection of this number");
    if (status == CQA_OK)
        status = cqa_scores_decide_within(scores, db, who, flag, verdict, &call, error);
    if (status == CQA_OK)
        status = cqa_db_run(db, error,
                            "UPDATE objections SET outcome = ?, decided_by = ?, decided_ms = ?, "
                            "answer = ? WHERE id = ?",
                            "iiiti", (int64_t)outcome, who->user, cqa_scores_now_ms(scores),
                            verdict->reason, objection);
    if (status == CQA_OK)
        status = cqa_notice_add(scores, db,
                                &(struct cqa_notice){CQA_NOTICE_OBJECTION_ANSWERED, call, flag,
                                                     objection, cqa_objection_words[outcome]},
                                error);
    return status;
}

enum cqa_status cqa_objection_settle(struct cqa_scores *scores, const struct cqa_identity *who,
                                     int64_t objection, const struct cqa_flag_verdict *verdict,
                                     struct cqa_error *error)
{
    char object[40];
    struct cqa_db *db;

    if (verdict->reason == NULL || verdict->state == CQA_FLAG_OPEN)
        return cqa_fail(error, CQA_E_BADDATA,
                        "an objection is answered with confirmed, overturned or changed, and a "
                        "reason");
    enum cqa_status status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = settle(scores, db, who, objection, verdict, error);
    snprintf(object, sizeof object, "objection %lld", (long long)objection);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "objection.settle", object, verdict->reason,
                               error);
    return cqa_scores_end(scores, status, error);
}

static struct cqa_objection_row row_of(sqlite3_stmt *row)
{
    return (struct cqa_objection_row){.id = sqlite3_column_int64(row, 0),
                                      .flag = sqlite3_column_int64(row, 1),
                                      .call = sqlite3_column_int64(row, 2),
                                      .at_ms = sqlite3_column_int64(row, 3),
                                      .decided_ms = sqlite3_column_int64(row, 4),
                                      .call_id = cqa_db_text(row, 5),
                                      .rule = cqa_db_text(row, 6),
                                      .person = (const char *)sqlite3_column_text(row, 7),
                                      .by = cqa_db_text(row, 8),
                                      .text = cqa_db_text(row, 9),
                                      .decided_by = (const char *)sqlite3_column_text(row, 10),
                                      .answer = (const char *)sqlite3_column_text(row, 11),
                                      .title_en = (const char *)sqlite3_column_text(row, 13),
                                      .title_zh = (const char *)sqlite3_column_text(row, 14),
                                      .range_least_c = sqlite3_column_int64(row, 15),
                                      .range_most_c = sqlite3_column_int64(row, 16),
                                      .outcome =
                                          (enum cqa_objection_outcome)sqlite3_column_int(row, 12)};
}

enum cqa_status cqa_objection_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                   int outcome, int64_t after_id, int64_t limit,
                                   int (*visit)(void *context, const struct cqa_objection_row *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_db *db;
    sqlite3_stmt *row = NULL;
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
    status = cqa_query_start(&query, db, &row, error);
    while (status == CQA_OK && (status = cqa_db_step(db, row, error)) == CQA_OK) {
        const struct cqa_objection_row objection = row_of(row);
        if (visit(context, &objection))
            break;
    }
    sqlite3_finalize(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}
