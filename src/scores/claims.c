/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "scores/claims.h"
#include "scores/flags_internal.h"

/* ---- taking */

CQA_SQL_STATEMENT(
    take_claim, "iiii", 0,
    "INSERT INTO claims(flag, user, until_ms, at_ms) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(flag) DO UPDATE SET"
    " until_ms = CASE WHEN claims.user = ?2 THEN max(claims.until_ms, ?3) ELSE ?3 END,"
    " given_by = CASE WHEN claims.user = ?2 THEN claims.given_by END, user = ?2, at_ms = ?4"
    " WHERE claims.user = ?2 OR claims.until_ms <= ?4");
CQA_SQL_STATEMENT(read_claim, "i", 3,
                  "SELECT k.user, k.until_ms, u.name FROM claims k JOIN users u ON u.id = k.user"
                  " WHERE k.flag = ?1");

/* Whether it waits for a decision that the asker may make. */
static enum cqa_status is_open(struct cqa_sql *db, const struct cqa_identity *who, int64_t flag,
                               int *out, struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_number(
        &query, "SELECT 1 FROM flags f WHERE f.current = 1 AND f.state = 0 AND f.id = ?", flag);
    cqa_query_scope(&query, "f", &scope);
    if (who->person != NULL)
        cqa_query_text(&query, " AND f.person IS DISTINCT FROM ?", who->person);
    enum cqa_status status = cqa_query_start(&query, db, 1, &row, error);
    *out = status == CQA_OK && cqa_sql_next(row, &status, error);
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

static enum cqa_status take_one(struct cqa_sql *db, const struct cqa_identity *who, int64_t now_ms,
                                struct cqa_claimed *claim, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    int open = 0;
    enum cqa_status status = is_open(db, who, claim->flag, &open, error);

    *claim = (struct cqa_claimed){.flag = claim->flag};
    if (status != CQA_OK || !open)
        return status;
    status =
        cqa_sql_do(db, error, &take_claim, claim->flag, who->user, now_ms + CQA_CLAIM_MS, now_ms);
    if (status == CQA_OK)
        status = cqa_sql_start(db, &row, error, &read_claim, claim->flag);
    if (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        claim->is_own = cqa_sql_int(row, 0) == who->user;
        claim->until_ms = cqa_sql_int(row, 1);
        snprintf(claim->by, sizeof claim->by, "%s", cqa_row_text(row, 2));
    }
    cqa_sql_end(row);
    return status;
}

struct taking {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    struct cqa_claimed *claims;
    size_t count;
};

static enum cqa_status take(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct taking *it = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status = take_one(db, it->who, cqa_scores_now_ms(it->scores), &it->claims[i], error);
    return status;
}

enum cqa_status cqa_claims_take(struct cqa_scores *scores, const struct cqa_identity *who,
                                struct cqa_claimed *claims, size_t count, struct cqa_error *error)
{
    if (who->user == 0)
        return cqa_fail(error, CQA_E_REFUSED,
                        "a claim needs a person's name: log in instead of using a token");
    return cqa_scores_write(scores, take, &(struct taking){scores, who, claims, count}, error);
}

/* ---- whose it is, for whoever decides */

enum cqa_status cqa_claims_check(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_identity *who, int64_t flag,
                                 struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    if (who->role == CQA_ACCOUNT_LEAD)
        return CQA_OK;
    cqa_query_number(&query,
                     "SELECT u.name FROM claims k JOIN users u ON u.id = k.user JOIN flags f ON"
                     " f.id = k.flag AND f.state = 0 WHERE k.flag = ?",
                     flag);
    cqa_query_number(&query, " AND k.user <> ?", who->user);
    cqa_query_number(&query, " AND k.until_ms > ?", cqa_scores_now_ms(scores));
    cqa_query_scope(&query, "f", &scope);
    enum cqa_status status = cqa_query_start(&query, db, 1, &row, error);
    if (status == CQA_OK && cqa_sql_next(row, &status, error))
        status = cqa_fail(error, CQA_E_REFUSED, "%s has this flag now", cqa_row_text(row, 0));
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

CQA_SQL_STATEMENT(end_claim, "i", 0, "DELETE FROM claims WHERE flag = ?1 AND given_by IS NULL");

enum cqa_status cqa_claims_end(struct cqa_sql *db, int64_t flag, struct cqa_error *error)
{
    return cqa_sql_do(db, error, &end_claim, flag);
}

/* ---- what lies with whom */

enum cqa_status cqa_claims_sums(struct cqa_scores *scores, const struct cqa_scope *scope,
                                int64_t user,
                                int (*visit)(void *context, const struct cqa_claim_sum *sum),
                                void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql *db;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    cqa_query_number(
        &query,
        "SELECT u.name, count(k.given_by), count(k.given_by) FILTER (WHERE f.state <> 0),"
        " count(*) FILTER (WHERE k.given_by IS NULL),"
        " coalesce(max(k.until_ms) FILTER (WHERE k.given_by IS NOT NULL), 0)"
        " FROM claims k JOIN users u ON u.id = k.user"
        " JOIN flags f ON f.id = k.flag AND f.current = 1 WHERE k.until_ms > ?",
        cqa_scores_now_ms(scores));
    if (user != 0)
        cqa_query_number(&query, " AND k.user = ?", user);
    cqa_query_scope(&query, "f", scope);
    cqa_query_add(&query, " GROUP BY u.name ORDER BY u.name");
    status = cqa_query_start(&query, db, 5, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        const struct cqa_claim_sum sum = {cqa_row_text(row, 0), cqa_sql_int(row, 1),
                                          cqa_sql_int(row, 2), cqa_sql_int(row, 3),
                                          cqa_sql_int(row, 4)};
        if (visit(context, &sum))
            break;
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status;
}
