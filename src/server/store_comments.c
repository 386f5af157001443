/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "server/audit.h"
#include "server/comments.h"
#include "server/store_internal.h"

enum { TEXT_BYTES_MAX = 4000 };

enum cqa_status cqa_comment_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                int64_t call, const int64_t *position_ms, const char *text,
                                struct cqa_error *error)
{
    char object[32];
    struct cqa_db *db;

    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a comment needs a person's name: log in instead of using a token");
    if (text[strspn(text, " \t\n")] == '\0' || strlen(text) > TEXT_BYTES_MAX)
        return cqa_fail(error, CQA_E_BADDATA, "text: must have 1 to %d bytes", TEXT_BYTES_MAX);
    enum cqa_status status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_db_run(
        db, error,
        "INSERT INTO comments(call, user, at_ms, position_ms, text) VALUES(?, ?, ?, ?, ?)", "iiiot",
        call, who->user, cqa_scores_now_ms(scores), position_ms, text);
    snprintf(object, sizeof object, "call %lld", (long long)call);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "comment", object, "", error);
    return cqa_scores_end(scores, status, error);
}

enum cqa_status cqa_comment_list(struct cqa_scores *scores, int64_t call,
                                 void (*visit)(void *context, const struct cqa_comment_row *row),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   "SELECT c.id, c.at_ms, c.position_ms, u.name, c.text FROM comments c"
                   " JOIN users u ON u.id = c.user WHERE c.call = ? ORDER BY c.id",
                   "i", call);
    while (cqa_list_next(&list, error)) {
        const int64_t position_ms = sqlite3_column_int64(list.row, 2);
        const struct cqa_comment_row comment = {
            sqlite3_column_int64(list.row, 0), sqlite3_column_int64(list.row, 1),
            sqlite3_column_type(list.row, 2) == SQLITE_NULL ? NULL : &position_ms,
            cqa_db_text(list.row, 3), cqa_db_text(list.row, 4)};
        visit(context, &comment);
    }
    return cqa_list_end(scores, &list);
}
