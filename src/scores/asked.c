/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "scores/asked.h"
#include "scores/audit.h"
#include "scores/store_internal.h"

static const int64_t alone_ms = 24 * 3600 * 1000;
static const int64_t gone_ms = (int64_t)7 * 24 * 3600 * 1000;

static enum cqa_status audit(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_identity *who, const char *action,
                             const struct cqa_second_request *asked, struct cqa_error *error)
{
    char object[32];
    char detail[400];

    snprintf(object, sizeof object, "request %lld", (long long)asked->id);
    snprintf(detail, sizeof detail, "%.16s %.200s, asked by %.64s", asked->method, asked->path,
             asked->by);
    return cqa_audit_add(scores, db, who->name, action, object, detail, error);
}

/* ---- asking */

CQA_SQL_STATEMENT(insert_asked, "iittttb", 1,
                  "INSERT INTO asked(at_ms, user, method, path, type, why, body)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id");

struct asking {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    struct cqa_second_request *asked;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct asking *it = context;
    struct cqa_second_request *asked = it->asked;
    const enum cqa_status status = cqa_sql_number(
        db, &asked->id, error, &insert_asked, cqa_scores_now_ms(it->scores), it->who->user,
        asked->method, asked->path, asked->type, asked->why, asked->body, asked->length);

    asked->by = it->who->name;
    return status == CQA_OK ? audit(it->scores, db, it->who, "second.ask", asked, error) : status;
}

enum cqa_status cqa_asked_add(struct cqa_scores *scores, const struct cqa_identity *who,
                              struct cqa_second_request *asked, struct cqa_error *error)
{
    return cqa_scores_write(scores, add, &(struct asking){scores, who, asked}, error);
}

/* ---- looking: who has lost the account asks for nothing any more */

#define COLUMNS                                                                                    \
    "SELECT a.id, a.at_ms, a.user, u.name, a.method, a.path, a.type, a.why, a.body"                \
    " FROM asked a JOIN users u ON u.id = a.user WHERE a.state = 0 AND u.disabled_ms IS NULL"
CQA_SQL_STATEMENT(list_asked, "", 9, COLUMNS " ORDER BY a.id");
CQA_SQL_STATEMENT(one_asked, "i", 9, COLUMNS " AND a.id = ?1");

static struct cqa_second_request asked_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_second_request){.id = cqa_sql_int(row, 0),
                                       .at_ms = cqa_sql_int(row, 1),
                                       .user = cqa_sql_int(row, 2),
                                       .by = cqa_row_text(row, 3),
                                       .method = cqa_row_text(row, 4),
                                       .path = cqa_row_text(row, 5),
                                       .type = cqa_row_text(row, 6),
                                       .why = cqa_row_text(row, 7)};
}

enum cqa_status cqa_asked_list(struct cqa_scores *scores,
                               void (*visit)(void *context, const struct cqa_second_request *asked),
                               void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_asked);
    while (cqa_list_next(&list, error)) {
        const struct cqa_second_request asked = asked_of(list.row);
        visit(context, &asked);
    }
    return cqa_list_end(scores, &list);
}

static enum cqa_status copy(const struct cqa_sql_rows *row, struct cqa_arena *arena,
                            struct cqa_second_request *out, struct cqa_error *error)
{
    *out = asked_of(row);
    out->by = cqa_sql_copy(row, 3, arena);
    out->method = cqa_sql_copy(row, 4, arena);
    out->path = cqa_sql_copy(row, 5, arena);
    out->type = cqa_sql_copy(row, 6, arena);
    out->why = cqa_sql_copy(row, 7, arena);
    out->length = cqa_sql_size(row, 8);
    out->body = cqa_arena_bytes(arena, cqa_sql_bytes(row, 8), out->length);
    return out->by != NULL && out->method != NULL && out->path != NULL && out->type != NULL &&
                   out->why != NULL && out->body != NULL
               ? CQA_OK
               : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

enum cqa_status cqa_asked_read(struct cqa_scores *scores, int64_t id, struct cqa_arena *arena,
                               struct cqa_second_request *out, struct cqa_error *error)
{
    struct cqa_list list;
    int is_there = 0;

    cqa_list_start(scores, &list, error, &one_asked, id);
    while (cqa_list_next(&list, error)) {
        is_there = 1;
        list.status = copy(list.row, arena, out, error);
    }
    const enum cqa_status status = cqa_list_end(scores, &list);
    return status == CQA_OK && !is_there
               ? cqa_fail(error, CQA_E_NOTFOUND, "no request of this number waits")
               : status;
}

/* ---- confirming */

/* Who was disabled lately counts as well: else whoever may disable accounts would make themself the
 * only one. */
CQA_SQL_STATEMENT(count_others, "iii", 1,
                  "SELECT count(*) FROM users u WHERE u.id <> ?1"
                  " AND (u.disabled_ms IS NULL OR u.disabled_ms > ?3)"
                  " AND ((?2 >> CAST(u.role AS integer)) & 1) = 1"
                  " AND NOT EXISTS(SELECT 1 FROM user_teams t WHERE t.user = u.id)");
CQA_SQL_STATEMENT(set_state, "iiiii", 0,
                  "UPDATE asked SET state = ?1, done_by = ?2, done_ms = ?3"
                  " WHERE id = ?4 AND state = ?5");

struct confirming {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_second_request *asked;
    struct cqa_seconds seconds;
};

/* Who asked may confirm where nobody else can, and has had a night to think of it. */
static enum cqa_status check_alone(struct cqa_sql *db, const struct confirming *it,
                                   struct cqa_error *error)
{
    int64_t others = 0;
    const enum cqa_status status =
        cqa_sql_number(db, &others, error, &count_others, it->who->user, (int64_t)it->seconds.roles,
                       it->asked->at_ms - gone_ms);

    if (status == CQA_OK && (others > 0 || !it->seconds.alone))
        return cqa_fail(error, CQA_E_REFUSED,
                        "another person confirms what somebody has asked for");
    if (status == CQA_OK && cqa_scores_now_ms(it->scores) - it->asked->at_ms < alone_ms)
        return cqa_fail(error, CQA_E_REFUSED,
                        "nobody else may confirm this, so a day has to pass before you do");
    return status;
}

static enum cqa_status set(struct cqa_scores *scores, struct cqa_sql *db,
                           const struct cqa_identity *who, const struct cqa_second_request *asked,
                           enum cqa_asked_state from, enum cqa_asked_state to, const char *action,
                           struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_do(db, error, &set_state, (int64_t)to, who->user,
                                              cqa_scores_now_ms(scores), asked->id, (int64_t)from);

    if (status == CQA_OK && cqa_sql_changes(db) == 0)
        return cqa_fail(error, CQA_E_REFUSED, "somebody else has answered this request meanwhile");
    return status == CQA_OK ? audit(scores, db, who, action, asked, error) : status;
}

static enum cqa_status confirm(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct confirming *it = context;
    const enum cqa_status status =
        it->asked->user == it->who->user ? check_alone(db, it, error) : CQA_OK;

    return status == CQA_OK ? set(it->scores, db, it->who, it->asked, CQA_ASKED_WAITS,
                                  CQA_ASKED_CONFIRMED, "second.confirm", error)
                            : status;
}

enum cqa_status cqa_asked_confirm(struct cqa_scores *scores, const struct cqa_identity *who,
                                  const struct cqa_second_request *asked,
                                  struct cqa_seconds seconds, struct cqa_error *error)
{
    struct confirming confirming = {scores, who, asked, seconds};

    return cqa_scores_write(scores, confirm, &confirming, error);
}

static enum cqa_status unconfirm(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct confirming *it = context;

    return set(it->scores, db, it->who, it->asked, CQA_ASKED_CONFIRMED, CQA_ASKED_WAITS,
               "second.failed", error);
}

enum cqa_status cqa_asked_unconfirm(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_second_request *asked, struct cqa_error *error)
{
    struct confirming confirming = {scores, who, asked, {0, 0}};

    return cqa_scores_write(scores, unconfirm, &confirming, error);
}

static enum cqa_status withdraw(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct confirming *it = context;

    return set(it->scores, db, it->who, it->asked, CQA_ASKED_WAITS, CQA_ASKED_WITHDRAWN,
               "second.withdraw", error);
}

enum cqa_status cqa_asked_withdraw(struct cqa_scores *scores, const struct cqa_identity *who,
                                   int64_t id, struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_second_request asked;
    struct confirming confirming = {scores, who, &asked, {0, 0}};
    enum cqa_status status = cqa_asked_read(scores, id, &arena, &asked, error);

    if (status == CQA_OK)
        status = cqa_scores_write(scores, withdraw, &confirming, error);
    cqa_arena_finish(&arena);
    return status;
}
