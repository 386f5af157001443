/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/comments.h"
#include "scores/store_internal.h"

enum { TEXT_BYTES_MAX = 4000 };

CQA_SQL_STATEMENT(
    insert_comment, "iiiot", 0,
    "INSERT INTO comments(call, user, at_ms, position_ms, text) VALUES(?1, ?2, ?3, ?4, ?5)");

struct comment_new {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    int64_t call;
    const int64_t *position_ms;
    const char *text;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct comment_new *it = context;
    char object[32];
    const enum cqa_status status =
        cqa_sql_do(db, error, &insert_comment, it->call, it->who->user,
                   cqa_scores_now_ms(it->scores), it->position_ms, it->text);

    snprintf(object, sizeof object, "call %lld", (long long)it->call);
    return status == CQA_OK
               ? cqa_audit_add(it->scores, db, it->who->name, "comment", object, "", error)
               : status;
}

enum cqa_status cqa_comment_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                int64_t call, const int64_t *position_ms, const char *text,
                                struct cqa_error *error)
{
    struct comment_new comment = {scores, who, call, position_ms, text};

    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a comment needs a person's name: log in instead of using a token");
    if (text[strspn(text, " \t\n")] == '\0' || strlen(text) > TEXT_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "text: must have 1 to %d bytes", TEXT_BYTES_MAX);
    return cqa_scores_write(scores, add, &comment, error);
}

CQA_SQL_STATEMENT(list_comments, "i", 5,
                  "SELECT c.id, c.at_ms, c.position_ms, u.name, c.text FROM comments c"
                  " JOIN users u ON u.id = c.user WHERE c.call = ?1 ORDER BY c.id");

enum cqa_status cqa_comment_list(struct cqa_scores *scores, int64_t call,
                                 void (*visit)(void *context, const struct cqa_comment_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_comments, call);
    while (cqa_list_next(&list, error)) {
        const int64_t position_ms = cqa_sql_int(list.row, 2);
        const struct cqa_comment_row comment = {cqa_sql_int(list.row, 0), cqa_sql_int(list.row, 1),
                                                cqa_sql_is_null(list.row, 2) ? NULL : &position_ms,
                                                cqa_row_text(list.row, 3),
                                                cqa_row_text(list.row, 4)};
        visit(context, &comment);
    }
    return cqa_list_end(scores, &list);
}
