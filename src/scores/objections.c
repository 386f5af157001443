/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/objections.h"

#include <stdio.h>
#include "scores/audit.h"
#include "scores/notices.h"
#include "scores/store_internal.h"

/* CQA_E_NOTFOUND unless the flag is of a call that the asker may see. */
enum cqa_status cqa_objected_read(struct cqa_sql *db, const struct cqa_scope *scope, int64_t flag,
                                  struct cqa_objected *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(
        &query,
        "SELECT c.id, max(coalesce(d.at_ms, 0), c.updated_ms),"
        " EXISTS(SELECT 1 FROM objections o WHERE o.flag = f.id),"
        " " CQA_DAY_IS_CLOSED(
            "c.day") " FROM flags f"
                     " JOIN calls c ON c.id = f.call LEFT JOIN decisions d ON d.id = f.decision");
    cqa_query_number(&query, " WHERE f.current = 1 AND f.id = ?", flag);
    cqa_query_scope(&query, "c", scope);
    enum cqa_status status = cqa_query_start(&query, db, 4, &row, error);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *out = (struct cqa_objected){cqa_sql_int(row, 0), cqa_sql_int(row, 1),
                                     (int)cqa_sql_int(row, 2), (int)cqa_sql_int(row, 3)};
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "no such flag among your calls")
               : status;
}

CQA_SQL_STATEMENT(insert_objection, "iiiit", 1,
                  "INSERT INTO objections(flag, call, user, at_ms, text) VALUES(?1, ?2, ?3, ?4, "
                  "?5) RETURNING id");

enum cqa_status cqa_objection_write(struct cqa_scores *scores, struct cqa_sql *db,
                                    const struct cqa_identity *who, int64_t flag, int64_t call,
                                    const char *text, int64_t *objection, struct cqa_error *error)
{
    char object[32];
    enum cqa_status status = cqa_sql_number(db, objection, error, &insert_objection, flag, call,
                                            who->user, cqa_scores_now_ms(scores), text);

    if (status == CQA_OK)
        status =
            cqa_notice_add(scores, db,
                           &(struct cqa_notice){CQA_NOTICE_OBJECTION_RAISED, call, flag, *objection,
                                                cqa_objection_words[CQA_OBJECTION_OPEN]},
                           error);
    snprintf(object, sizeof object, "flag %lld", (long long)flag);
    return status == CQA_OK ? cqa_audit_add(scores, db, who->name, "objection", object, text, error)
                            : status;
}

CQA_SQL_STATEMENT(find_objection, "i", 4,
                  "SELECT o.flag, o.outcome, coalesce(o.decided_ms, 0), u.name FROM objections o"
                  " LEFT JOIN users u ON u.id = o.decided_by WHERE o.id = ?1");
CQA_SQL_STATEMENT(set_outcome, "iiiti", 0,
                  "UPDATE objections SET outcome = ?1, decided_by = ?2, decided_ms = ?3, "
                  "answer = ?4 WHERE id = ?5");

enum cqa_status cqa_objection_find(struct cqa_sql *db, int64_t objection,
                                   struct cqa_objection_found *out, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &find_objection, objection);

    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *out = (struct cqa_objection_found){cqa_sql_int(row, 0), cqa_sql_int(row, 2),
                                            (enum cqa_objection_outcome)cqa_sql_int(row, 1), ""};
        snprintf(out->decided_by, sizeof out->decided_by, "%s", cqa_row_text(row, 3));
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND ? cqa_fail(error, CQA_E_NOTFOUND, "no objection of this number")
                                    : status;
}

enum cqa_status cqa_objection_answer(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who,
                                     const struct cqa_objection_answered *it,
                                     struct cqa_error *error)
{
    char object[40];
    enum cqa_status status = cqa_sql_do(db, error, &set_outcome, (int64_t)it->outcome, who->user,
                                        cqa_scores_now_ms(scores), it->answer, it->objection);

    if (status == CQA_OK)
        status =
            cqa_notice_add(scores, db,
                           &(struct cqa_notice){CQA_NOTICE_OBJECTION_ANSWERED, it->call, it->flag,
                                                it->objection, cqa_objection_words[it->outcome]},
                           error);
    snprintf(object, sizeof object, "objection %lld", (long long)it->objection);
    return status == CQA_OK
               ? cqa_audit_add(scores, db, who->name, "objection.settle", object, it->answer, error)
               : status;
}

CQA_SQL_STATEMENT(list_unanswered, "ii", 3,
                  "SELECT o.id, o.flag, o.call FROM objections o JOIN calls c ON c.id = o.call"
                  " WHERE o.outcome = 0 AND c.day BETWEEN ?1 AND ?2 ORDER BY o.id");
CQA_SQL_STATEMENT(close_unanswered, "iitii", 0,
                  "UPDATE objections SET outcome = 3, decided_by = ?1, decided_ms = ?2, answer = ?3"
                  " WHERE outcome = 0 AND call IN"
                  " (SELECT id FROM calls WHERE day BETWEEN ?4 AND ?5)");
CQA_SQL_STATEMENT(reopen_closed, "ii", 0,
                  "UPDATE objections SET outcome = 0, decided_by = NULL, decided_ms = NULL,"
                  " answer = NULL WHERE outcome = 3 AND call IN"
                  " (SELECT id FROM calls WHERE day BETWEEN ?1 AND ?2)");

static enum cqa_status tell_closed(struct cqa_scores *scores, struct cqa_sql *db, int64_t day_from,
                                   int64_t day_to, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &list_unanswered, day_from, day_to);

    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        status =
            cqa_notice_add(scores, db,
                           &(struct cqa_notice){CQA_NOTICE_OBJECTION_ANSWERED, cqa_sql_int(row, 2),
                                                cqa_sql_int(row, 1), cqa_sql_int(row, 0),
                                                cqa_objection_words[CQA_OBJECTION_CLOSED]},
                           error);
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_objections_close(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_identity *who, int64_t day_from,
                                     int64_t day_to, const char *note, struct cqa_error *error)
{
    const enum cqa_status status = tell_closed(scores, db, day_from, day_to, error);

    return status == CQA_OK ? cqa_sql_do(db, error, &close_unanswered, who->user,
                                         cqa_scores_now_ms(scores), note, day_from, day_to)
                            : status;
}

enum cqa_status cqa_objections_reopen(struct cqa_sql *db, int64_t day_from, int64_t day_to,
                                      struct cqa_error *error)
{
    return cqa_sql_do(db, error, &reopen_closed, day_from, day_to);
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
                                      .outcome = (enum cqa_objection_outcome)cqa_sql_int(row, 12),
                                      .day = cqa_sql_int(row, 17)};
}

enum cqa_status cqa_objection_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                   int outcome, int64_t after_id, int64_t limit,
                                   int (*visit)(void *context, const struct cqa_objection_row *row),
                                   void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    cqa_query_number(&query,
                     "SELECT o.id, o.flag, o.call, o.at_ms, o.decided_ms, c.call_id, f.rule, "
                     "c.person, u.name, o.text,"
                     " l.name, o.answer, o.outcome, q.title_en, q.title_zh,"
                     " coalesce(q.range_least_c, 0), coalesce(q.range_most_c, c.base_c, 10000),"
                     " coalesce(c.day, 0) "
                     "FROM objections o JOIN flags f ON f.id = o.flag"
                     " JOIN calls c ON c.id = o.call JOIN users u ON u.id = o.user"
                     " LEFT JOIN users l ON l.id = o.decided_by" CQA_RULE_JOIN " WHERE o.id > ?",
                     after_id);
    if (outcome >= 0)
        cqa_query_number(&query, " AND o.outcome = ?", outcome);
    cqa_query_scope(&query, "c", scope);
    cqa_query_number(&query, " ORDER BY o.id LIMIT ?", limit);
    cqa_list_ask(&list, &query, 18, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_objection_row objection = row_of(list.row);
        if (visit(context, &objection))
            break;
    }
    return cqa_list_end(scores, &list);
}
