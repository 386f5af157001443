/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>
#include "server/audit.h"
#include "server/store_internal.h"

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

static enum cqa_status last_row(struct cqa_db *db, int64_t *id, unsigned char hash[HASH_SIZE],
                                struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status =
        cqa_db_start(db, &row, error, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", "");

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK && sqlite3_column_bytes(row, 1) == HASH_SIZE) {
        *id = sqlite3_column_int64(row, 0);
        memcpy(hash, sqlite3_column_blob(row, 1), HASH_SIZE);
    }
    cqa_db_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

enum cqa_status cqa_audit_add(struct cqa_scores *scores, struct cqa_db *db, const char *actor,
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
    return cqa_db_run(db, error,
                      "INSERT INTO audit(id, at_ms, actor, action, object, detail, hash)"
                      " VALUES(?, ?, ?, ?, ?, ?, ?)",
                      "iittttb", row.id, row.at_ms, actor, action, object, detail, hash, HASH_SIZE);
}

enum cqa_status cqa_audit_write(struct cqa_scores *scores, const char *actor, const char *action,
                                const char *object, const char *detail, struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = cqa_scores_begin(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_audit_add(scores, db, actor, action, object, detail, error);
    return cqa_scores_end(scores, status, error);
}

static struct cqa_audit_row row_of(sqlite3_stmt *statement)
{
    return (struct cqa_audit_row){
        sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
        cqa_db_text(statement, 2),          cqa_db_text(statement, 3),
        cqa_db_text(statement, 4),          cqa_db_text(statement, 5)};
}

static enum cqa_status select_rows(struct cqa_db *db, sqlite3_stmt **statement, int64_t after_id,
                                   int64_t limit, struct cqa_error *error)
{
    return cqa_db_start(
        db, statement, error,
        "SELECT id, at_ms, actor, action, object, detail, hash FROM audit WHERE id > ?"
        " ORDER BY id LIMIT ?",
        "ii", after_id, limit);
}

enum cqa_status cqa_audit_list(struct cqa_scores *scores, int64_t after_id, int64_t limit,
                               int (*visit)(void *context, const struct cqa_audit_row *row),
                               void *context, struct cqa_error *error)
{
    struct cqa_db *db;
    sqlite3_stmt *statement;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = select_rows(db, &statement, after_id, limit, error);
    if (status == CQA_OK) {
        while ((status = cqa_db_step(db, statement, error)) == CQA_OK) {
            const struct cqa_audit_row row = row_of(statement);
            if (visit(context, &row))
                break;
        }
        cqa_db_end(statement);
    }
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

static enum cqa_status check_row(sqlite3_stmt *statement, int64_t expected_id,
                                 unsigned char hash[HASH_SIZE], struct cqa_error *error)
{
    const struct cqa_audit_row row = row_of(statement);
    unsigned char computed[HASH_SIZE];

    if (row.id != expected_id)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld is missing", (long long)expected_id);
    hash_row(hash, &row, computed);
    if (sqlite3_column_bytes(statement, 6) != HASH_SIZE ||
        memcmp(sqlite3_column_blob(statement, 6), computed, HASH_SIZE) != 0)
        return cqa_fail(error, CQA_E_BADDATA, "audit row %lld was changed", (long long)row.id);
    memcpy(hash, computed, HASH_SIZE);
    return CQA_OK;
}

enum cqa_status cqa_audit_verify(struct cqa_scores *scores, int64_t *count,
                                 char head[CQA_AUDIT_HEAD_SIZE], struct cqa_error *error)
{
    unsigned char hash[HASH_SIZE] = {0};
    struct cqa_db *db;
    sqlite3_stmt *statement;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    *count = 0;
    status = select_rows(db, &statement, 0, INT64_MAX, error);
    if (status == CQA_OK) {
        while ((status = cqa_db_step(db, statement, error)) == CQA_OK) {
            status = check_row(statement, *count + 1, hash, error);
            if (status != CQA_OK)
                break;
            ++*count;
        }
        cqa_db_end(statement);
    }
    cqa_scores_give(scores, db);
    sodium_bin2hex(head, CQA_AUDIT_HEAD_SIZE, hash, sizeof hash);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}
