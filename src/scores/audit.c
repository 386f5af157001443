/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/store_internal.h"

enum { HASH_SIZE = 32 };

static void hash_number(crypto_generichash_state *state, int64_t number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
}

/* Length first, so that no two rows spell the same bytes. */
static void hash_text(crypto_generichash_state *state, const char *text)
{
    hash_number(state, (int64_t)strlen(text));
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text));
}

static void hash_row(const unsigned char before[HASH_SIZE], const struct cqa_audit_row *row,
                     unsigned char out[HASH_SIZE])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, HASH_SIZE);
    crypto_generichash_update(&state, before, HASH_SIZE);
    hash_number(&state, row->id);
    hash_number(&state, row->at_ms);
    hash_text(&state, row->actor);
    hash_text(&state, row->action);
    hash_text(&state, row->object);
    hash_text(&state, row->detail);
    crypto_generichash_final(&state, out, HASH_SIZE);
}

CQA_SQL_STATEMENT(newest_row, "", 2, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1");

static enum cqa_status last_row(struct cqa_sql *db, int64_t *id, unsigned char hash[HASH_SIZE],
                                struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &newest_row);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK && cqa_sql_size(row, 1) == HASH_SIZE) {
        *id = cqa_sql_int(row, 0);
        memcpy(hash, cqa_sql_bytes(row, 1), HASH_SIZE);
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

CQA_SQL_STATEMENT(insert_row, "iittttb", 0,
                  "INSERT INTO audit(id, at_ms, actor, action, object, detail, hash)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");

enum cqa_status cqa_audit_add(struct cqa_scores *scores, struct cqa_sql *db, const char *actor,
                              const char *action, const char *object, const char *detail,
                              struct cqa_error *error)
{
    unsigned char before[HASH_SIZE] = {0};
    unsigned char hash[HASH_SIZE];
    struct cqa_audit_row row = {0, cqa_scores_now_ms(scores), actor, action, object, detail};
    const enum cqa_status status = last_row(db, &row.id, before, error);

    if (status != CQA_OK)
        return status;
    row.id++;
    hash_row(before, &row, hash);
    return cqa_sql_do(db, error, &insert_row, row.id, row.at_ms, actor, action, object, detail,
                      hash, (size_t)HASH_SIZE);
}

struct adding {
    struct cqa_scores *scores;
    const char *actor, *action, *object, *detail;
};

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct adding *it = context;

    return cqa_audit_add(it->scores, db, it->actor, it->action, it->object, it->detail, error);
}

enum cqa_status cqa_audit_write(struct cqa_scores *scores, const char *actor, const char *action,
                                const char *object, const char *detail, struct cqa_error *error)
{
    struct adding adding = {scores, actor, action, object, detail};

    return cqa_scores_write(scores, add, &adding, error);
}
static struct cqa_audit_row row_of(struct cqa_sql_rows *statement)
{
    return (struct cqa_audit_row){cqa_sql_int(statement, 0),  cqa_sql_int(statement, 1),
                                  cqa_row_text(statement, 2), cqa_row_text(statement, 3),
                                  cqa_row_text(statement, 4), cqa_row_text(statement, 5)};
}

CQA_SQL_STATEMENT(rows_after, "ii", 7,
                  "SELECT id, at_ms, actor, action, object, detail, hash FROM audit WHERE id > ?1"
                  " ORDER BY id LIMIT ?2");

static enum cqa_status select_rows(struct cqa_sql *db, struct cqa_sql_rows **statement,
                                   int64_t after_id, int64_t limit, struct cqa_error *error)
{
    return cqa_sql_start(db, statement, error, &rows_after, after_id, limit);
}

enum cqa_status cqa_audit_list(struct cqa_scores *scores, int64_t after_id, int64_t limit,
                               int (*visit)(void *context, const struct cqa_audit_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_sql *db;
    struct cqa_sql_rows *statement = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = select_rows(db, &statement, after_id, limit, error);
    if (status == CQA_OK) {
        while (cqa_sql_next(statement, &status, error)) {
            const struct cqa_audit_row row = row_of(statement);
            if (visit(context, &row))
                break;
        }
        cqa_sql_end(statement);
    }
    cqa_scores_give(scores, db);
    return status;
}

static enum cqa_status check_row(struct cqa_sql_rows *statement, int64_t expected_id,
                                 unsigned char hash[HASH_SIZE], struct cqa_error *error)
{
    const struct cqa_audit_row row = row_of(statement);
    unsigned char computed[HASH_SIZE];

    if (row.id != expected_id)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld is missing", (long long)expected_id);
    hash_row(hash, &row, computed);
    if (cqa_sql_size(statement, 6) != HASH_SIZE ||
        memcmp(cqa_sql_bytes(statement, 6), computed, HASH_SIZE) != 0)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld was changed", (long long)row.id);
    memcpy(hash, computed, HASH_SIZE);
    return CQA_OK;
}

enum cqa_status cqa_audit_verify(struct cqa_scores *scores, int64_t *count,
                                 char head[CQA_AUDIT_HEAD_SIZE], struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE] = {0};
    struct cqa_sql *db;
    struct cqa_sql_rows *statement = NULL;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    *count = 0;
    status = select_rows(db, &statement, 0, INT64_MAX, error);
    if (status == CQA_OK) {
        while (cqa_sql_next(statement, &status, error)) {
            status = check_row(statement, *count + 1, hash, error);
            if (status != CQA_OK)
                break;
            ++*count;
        }
        cqa_sql_end(statement);
    }
    cqa_scores_give(scores, db);
    sodium_bin2hex(head, CQA_AUDIT_HEAD_SIZE, hash, sizeof hash);
    return status;
}
