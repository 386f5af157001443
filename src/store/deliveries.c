/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/deliveries.h"

#include <stdio.h>
#include <string.h>
#include "store/sql.h"

/* A time further off than any backoff was written by a clock that has been put back since: due at
 * once. */
enum { AHEAD_MAX_MS = 7200000 };

/* ---- keys */

static int is_plain(const char *part)
{
    for (; *part != '\0'; part++)
        if (*part < 0x20 || *part > 0x7e || *part == '|')
            return 0;
    return 1;
}

static uint64_t hashed(uint64_t hash, const char *part)
{
    for (;; part++) { /* the NUL too, so that "ab","c" is not "a","bc" */
        hash = (hash ^ (unsigned char)*part) * 0x100000001b3;
        if (*part == '\0')
            return hash;
    }
}

void cqa_delivery_key(const struct cqa_delivery_parts *parts, char out[CQA_DELIVERY_KEY_SIZE])
{
    const char *const all[] = {parts->source, parts->call_id, parts->sha256, parts->rubric_version,
                               parts->analyzer};
    uint64_t hashes[2] = {0xcbf29ce484222325, 0x84222325cbf29ce4};
    int plain = 1;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        plain &= is_plain(all[i]);
        hashes[0] = hashed(hashes[0], all[i]);
        hashes[1] = hashed(hashes[1] ^ hashes[0] >> 7, all[i]);
    }
    const int length = snprintf(out, CQA_DELIVERY_KEY_SIZE, "%s|%s|%s|%s|%s", all[0], all[1],
                                all[2], all[3], all[4]);
    if (plain && length > 0 && length < CQA_DELIVERY_KEY_SIZE)
        return;
    /* The content's hash stays whole: it alone tells most of them apart. */
    (void)snprintf(out, CQA_DELIVERY_KEY_SIZE, "h1|%016llx%016llx|%.64s",
                   (unsigned long long)hashes[0], (unsigned long long)hashes[1],
                   is_plain(parts->sha256) ? parts->sha256 : "");
}

/* ---- putting */

/* 1 when the last delivery of the recording has this key and is done or on its way. */
static enum cqa_status is_owed_already(struct cqa_store *store, int64_t recording_id,
                                       const char *key, int *owed, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT key IS ? AND state IN ('acked', 'in_flight') FROM deliveries"
                      " WHERE recording_id = ? ORDER BY id DESC LIMIT 1",
                      "ti", key, recording_id);

    *owed = 0;
    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        *owed = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_deliveries_put(struct cqa_store *store, int64_t recording_id, const char *key,
                                   const char *body, size_t body_length, int64_t now_ms,
                                   struct cqa_error *error)
{
    int owed = 0;
    enum cqa_status status = is_owed_already(store, recording_id, key, &owed, error);

    if (status != CQA_OK || owed)
        return status;
    status = cqa_sql_do(store, error,
                        "UPDATE deliveries SET state = 'superseded', body = NULL, changed_ms = ?"
                        " WHERE recording_id = ? AND state = 'pending'",
                        "ii", now_ms, recording_id);
    /* The same key can come again after another: a rubric that was taken back. */
    if (status == CQA_OK)
        status =
            cqa_sql_do(store, error, "UPDATE deliveries SET key = NULL WHERE key = ?", "t", key);
    if (status == CQA_OK)
        status = cqa_sql_do(store, error,
                            "INSERT INTO deliveries (recording_id, key, body, made_ms, changed_ms)"
                            " VALUES (?1, ?2, ?3, ?4, ?4)",
                            "itbi", recording_id, key, (const void *)body, body_length, now_ms);
    return status;
}

/* ---- claiming */

#define COLUMNS "id, recording_id, key, attempts, made_ms, state, next_ms, http_status, text, body"

static enum cqa_status read_row(sqlite3_stmt *statement, int with_body, struct cqa_arena *arena,
                                struct cqa_delivery *out, struct cqa_error *error)
{
    *out = (struct cqa_delivery){
        .id = sqlite3_column_int64(statement, 0),
        .recording_id = sqlite3_column_int64(statement, 1),
        .key = cqa_sql_text(statement, 2, arena),
        .attempts = sqlite3_column_int(statement, 3),
        .made_ms = sqlite3_column_int64(statement, 4),
        .next_ms = sqlite3_column_int64(statement, 6),
        .http_status = sqlite3_column_int(statement, 7),
        .text = cqa_sql_text(statement, 8, arena),
    };
    const int state = cqa_sql_word(statement, 5, cqa_delivery_state_words);
    if (state < 0)
        return cqa_fail(error, CQA_E_BADDATA, "the store is damaged: a state that is none");
    out->state = (enum cqa_delivery_state)state;
    if (!with_body)
        return CQA_OK;
    out->body = cqa_sql_text(statement, 9, arena);
    out->body_length = (size_t)sqlite3_column_bytes(statement, 9);
    return out->body == NULL || out->key == NULL
               ? cqa_fail(error, CQA_E_NOMEM, "no memory for a delivery")
               : CQA_OK;
}

static enum cqa_status choose(struct cqa_store *store, const char *sql, size_t limit,
                              int64_t now_ms, int64_t *ids, size_t *count, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_query(store, &statement, error, sql, "iii", now_ms,
                                           (int64_t)limit, (int64_t)AHEAD_MAX_MS);

    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        ids[(*count)++] = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static enum cqa_status take(struct cqa_store *store, const int64_t *ids, size_t count,
                            int64_t now_ms, struct cqa_arena *arena, struct cqa_delivery *out,
                            struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "UPDATE deliveries SET state = 'in_flight', owner = ?1,"
                      " attempts = attempts + 1, changed_ms = ?2 WHERE id = ?3 RETURNING " COLUMNS,
                      "iii", store->owner, now_ms, (int64_t)0);

    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = cqa_sql_rebind(store, statement, error, "iii", store->owner, now_ms, ids[i]);
        if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
            status = read_row(statement, 1, arena, &out[i], error);
        if (status == CQA_OK)
            status = cqa_sql_finish(store, statement, error);
    }
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_deliveries_claim(struct cqa_store *store, size_t limit, int64_t now_ms,
                                     struct cqa_arena *arena, struct cqa_delivery *out,
                                     size_t *count, struct cqa_error *error)
{
#define DUE                                                                                        \
    "SELECT id FROM deliveries AS d WHERE state = 'pending'"                                       \
    " AND next_ms NOT BETWEEN ?1 + 1 AND ?1 + ?3"                                                  \
    " AND NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE f.recording_id = d.recording_id"         \
    "  AND f.state = 'in_flight') ORDER BY id"
    int64_t *ids = cqa_arena_alloc(arena, (limit + 1) * sizeof *ids);
    size_t chosen = 0;

    *count = 0;
    if (ids == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a claim");
    enum cqa_status status = cqa_sql_begin(store, error);
    if (status != CQA_OK)
        return status;
    status = cqa_store_reclaim(store, now_ms, error);
    const size_t newest = (limit + (store->turn++ & 1)) / 2;
    if (status == CQA_OK)
        status = choose(store, DUE " DESC LIMIT ?2", newest, now_ms, ids, &chosen, error);
    if (status == CQA_OK)
        status = take(store, ids, chosen, now_ms, arena, out, error);
    const size_t taken = chosen;
    if (status == CQA_OK)
        status = choose(store, DUE " LIMIT ?2", limit - taken, now_ms, ids, &chosen, error);
    if (status == CQA_OK)
        status = take(store, ids + taken, chosen - taken, now_ms, arena, out + taken, error);
    status = cqa_sql_end(store, status, error);
    if (status == CQA_OK)
        *count = chosen;
    return status;
#undef DUE
}

/* ---- ends */

/* Runs an UPDATE of one claimed row that was bound already. */
static enum cqa_status end_one(struct cqa_store *store, sqlite3_stmt *statement,
                               struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_finish(store, statement, error);

    if (status == CQA_OK && sqlite3_changes64(store->db) != 1)
        return cqa_fail(error, CQA_E_REFUSED, "a delivery is not claimed by this process");
    return status;
}

enum cqa_status cqa_deliveries_acked(struct cqa_store *store, const int64_t *ids, size_t count,
                                     int64_t now_ms, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_query(store, &statement, error,
                           "UPDATE deliveries SET state = 'acked', owner = NULL, body = NULL,"
                           " text = NULL, changed_ms = ?1 WHERE id = ?2 AND owner = ?3",
                           "iii", now_ms, (int64_t)0, store->owner);
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = cqa_sql_rebind(store, statement, error, "iii", now_ms, ids[i], store->owner);
        if (status == CQA_OK)
            status = end_one(store, statement, error);
    }
    sqlite3_finalize(statement);
    return cqa_sql_end(store, status, error);
}

/* An older one that comes back after a newer was made has nothing to say any more. */
#define GIVE_BACK                                                                                  \
    "UPDATE deliveries SET owner = NULL, http_status = ?1, text = ?2, next_ms = ?3,"               \
    " attempts = attempts - ?4,"                                                                   \
    " body = CASE WHEN EXISTS (SELECT 1 FROM deliveries AS n WHERE"                                \
    "  n.recording_id = deliveries.recording_id AND n.id > deliveries.id) THEN NULL ELSE body "    \
    "END,"                                                                                         \
    " state = CASE WHEN EXISTS (SELECT 1 FROM deliveries AS n WHERE"                               \
    "  n.recording_id = deliveries.recording_id AND n.id > deliveries.id)"                         \
    "  THEN 'superseded' ELSE 'pending' END"                                                       \
    " WHERE owner = ?5 AND (id = ?6 OR ?6 = 0)"

enum cqa_status cqa_deliveries_retry(struct cqa_store *store, const int64_t *ids, size_t count,
                                     int64_t at_ms, int http_status, const char *text,
                                     struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_query(store, &statement, error, GIVE_BACK, "itiiii", (int64_t)http_status,
                           text, at_ms, (int64_t)0, store->owner, (int64_t)-1);
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = cqa_sql_rebind(store, statement, error, "itiiii", (int64_t)http_status, text,
                                at_ms, (int64_t)0, store->owner, ids[i]);
        if (status == CQA_OK)
            status = end_one(store, statement, error);
    }
    sqlite3_finalize(statement);
    return cqa_sql_end(store, status, error);
}

enum cqa_status cqa_deliveries_release(struct cqa_store *store, struct cqa_error *error)
{
    return cqa_sql_do(store, error, GIVE_BACK, "itiiii", (int64_t)0, (const char *)NULL, (int64_t)0,
                      (int64_t)1, store->owner, (int64_t)0);
}

enum cqa_status cqa_deliveries_quarantine(struct cqa_store *store, int64_t id, int http_status,
                                          const char *text, int64_t now_ms, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "UPDATE deliveries SET state = 'quarantined', owner = NULL, http_status = ?,"
                      " text = ?, changed_ms = ? WHERE id = ? AND owner = ?",
                      "itiii", (int64_t)http_status, text, now_ms, id, store->owner);

    if (status == CQA_OK)
        status = end_one(store, statement, error);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_deliveries_replay(struct cqa_store *store, size_t *count,
                                      struct cqa_error *error)
{
    /* Not those that a newer one has overtaken. */
    const enum cqa_status status = cqa_sql_do(
        store, error,
        "UPDATE deliveries SET state = 'pending', next_ms = 0 WHERE state = 'quarantined'"
        " AND key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries AS n WHERE"
        "  n.recording_id = deliveries.recording_id AND n.id > deliveries.id)",
        "");

    if (status == CQA_OK)
        *count = (size_t)sqlite3_changes64(store->db);
    return status;
}

/* ---- looking */

enum cqa_status cqa_deliveries_next(struct cqa_store *store, int64_t now_ms, int64_t *at_ms,
                                    struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT max(min(next_ms), 1) FROM deliveries WHERE state = 'pending'", "");

    *at_ms = 0;
    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        *at_ms = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    if (*at_ms > now_ms + AHEAD_MAX_MS)
        *at_ms = now_ms;
    return status;
}

enum { PAGE_ROWS = 256 };

static enum cqa_status read_page(struct cqa_store *store, enum cqa_delivery_state state,
                                 int64_t after, struct cqa_arena *arena, struct cqa_delivery *page,
                                 size_t *count, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT " COLUMNS " FROM deliveries WHERE id > ? AND state = ?"
                      " ORDER BY id LIMIT ?",
                      "iti", after, cqa_delivery_state_words[state], (int64_t)PAGE_ROWS);

    *count = 0;
    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        status = read_row(statement, 0, arena, &page[(*count)++], error);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_deliveries_each(struct cqa_store *store, enum cqa_delivery_state state,
                                    cqa_deliveries_visit *visit, void *context,
                                    struct cqa_error *error)
{
    struct cqa_delivery page[PAGE_ROWS];
    size_t count = PAGE_ROWS;
    int64_t after = 0;
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && count == PAGE_ROWS) {
        struct cqa_arena arena = {0};
        status = read_page(store, state, after, &arena, page, &count, error);
        for (size_t i = 0; status == CQA_OK && i < count; i++) {
            after = page[i].id;
            if (!visit(context, &page[i]))
                count = 0;
        }
        cqa_arena_finish(&arena);
    }
    return status;
}
