/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which outcome of a recording is the latest: by the count of the store that made it, else by when
 * it came (docs/decisions/0093-generations.md). */
#include <sodium.h>
#include <string.h>
#include "scores/put/put.h"

/* Also of calls of which nothing counts yet: short, as there is a row for each. */
void cqa_put_hash_call(const struct cqa_poster *poster, const struct cqa_item *item,
                       unsigned char out[CQA_KEY_HASH_SIZE])
{
    const char *const parts[] = {poster->site, item->source, item->call_id};
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, CQA_KEY_HASH_SIZE);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        crypto_generichash_update(&state, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
    crypto_generichash_final(&state, out, CQA_KEY_HASH_SIZE);
}

CQA_SQL_STATEMENT(counted_of, "bt", 1,
                  "SELECT number FROM generations WHERE call = ?1 AND store = ?2");

/* 0: nothing was counted by that store, or nobody counted the item. */
static enum cqa_status read_counted(struct cqa_sql *db, const struct cqa_poster *poster,
                                    const struct cqa_item *item, int64_t *number,
                                    struct cqa_error *error)
{
    unsigned char call[CQA_KEY_HASH_SIZE];

    *number = 0;
    if (item->store == NULL || item->call_id == NULL)
        return CQA_OK;
    cqa_put_hash_call(poster, item, call);
    return cqa_sql_number(db, number, error, &counted_of, call, (size_t)CQA_KEY_HASH_SIZE,
                          item->store);
}

/* The same one again under its key is a repetition, whatever came meanwhile, also where it waited
 * and has left nothing but its count; under another key it is of a store that was copied and counts
 * the same numbers once more. */
CQA_SQL_STATEMENT(late_by, "btibi", 1,
                  "SELECT CASE WHEN number > ?3 OR (number = ?3 AND (?5 = 1 OR key_hash = ?4))"
                  " THEN 1 ELSE 0 END FROM generations WHERE call = ?1 AND store = ?2");

enum cqa_status cqa_put_is_late(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_known *known,
                                int *late, struct cqa_error *error)
{
    unsigned char call[CQA_KEY_HASH_SIZE];
    unsigned char key[CQA_KEY_HASH_SIZE];
    int64_t is_late = 0;

    *late = 0;
    if (item->store == NULL || item->call_id == NULL)
        return CQA_OK;
    cqa_put_hash_call(poster, item, call);
    cqa_put_hash_key(poster, item->key, 0, key);
    const enum cqa_status status =
        cqa_sql_number(db, &is_late, error, &late_by, call, sizeof call, item->store,
                       item->generation, known->id != 0 ? key : NULL,
                       known->id != 0 ? sizeof key : (size_t)0, (int64_t)(known->has_key != 0));
    *late = is_late != 0;
    return status;
}

CQA_SQL_STATEMENT(count_generation, "btib", 0,
                  "INSERT INTO generations(call, store, number, key_hash) VALUES(?1, ?2, ?3, ?4)"
                  " ON CONFLICT(call, store) DO UPDATE SET key_hash = CASE"
                  "  WHEN excluded.number >= generations.number THEN excluded.key_hash"
                  "  ELSE generations.key_hash END,"
                  " number = max(generations.number, excluded.number)");

enum cqa_status cqa_put_count(struct cqa_sql *db, const struct cqa_poster *poster,
                              const struct cqa_item *item, struct cqa_error *error)
{
    unsigned char call[CQA_KEY_HASH_SIZE];
    unsigned char key[CQA_KEY_HASH_SIZE];

    if (item->store == NULL)
        return CQA_OK;
    cqa_put_hash_call(poster, item, call);
    cqa_put_hash_key(poster, item->key, 0, key);
    return cqa_sql_post(db, error, &count_generation, call, sizeof call, item->store,
                        item->generation, key, sizeof key);
}

/* ---- failures */

CQA_SQL_STATEMENT(resolve_failures, "ittti", 0,
                  "UPDATE failures SET resolved_ms = ?1 WHERE site = ?2 AND path = ?3"
                  " AND resolved_ms IS NULL"
                  " AND (store IS NULL OR ?4 IS NULL OR store <> ?4 OR generation < ?5)");

/* Where the same recording lay before it was moved: a count is its store's alone. */
CQA_SQL_STATEMENT(resolve_elsewhere, "itttti", 0,
                  "UPDATE failures SET resolved_ms = ?1 WHERE site = ?2 AND source = ?3"
                  " AND call_id = ?4 AND store = ?5 AND generation < ?6 AND resolved_ms IS NULL");

static enum cqa_status resolve_moved(struct cqa_sql *db, const struct cqa_poster *poster,
                                     const struct cqa_item *item, int64_t now_ms,
                                     struct cqa_error *error)
{
    return item->store == NULL
               ? CQA_OK
               : cqa_sql_post(db, error, &resolve_elsewhere, now_ms, poster->site, item->source,
                              item->call_id, item->store, item->generation);
}

enum cqa_status cqa_put_resolve(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, int64_t now_ms,
                                struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_post(db, error, &resolve_failures, now_ms, poster->site,
                                                item->path, item->store, item->generation);

    return status == CQA_OK ? resolve_moved(db, poster, item, now_ms, error) : status;
}

/* The failure of the same recording that is there. */
struct before {
    int exists;
    int is_later; /* or the same, by its store's count */
};

CQA_SQL_STATEMENT(failure_of, "ttti", 1,
                  "SELECT store IS NOT NULL AND store = ?3 AND generation >= ?4 FROM failures"
                  " WHERE site = ?1 AND path = ?2");

static enum cqa_status read_before(struct cqa_sql *db, const struct cqa_poster *poster,
                                   const struct cqa_item *item, struct before *out,
                                   struct cqa_error *error)
{
    int64_t later = 0;
    const enum cqa_status status = cqa_scores_find(db, &later, error, &failure_of, poster->site,
                                                   item->path, item->store, item->generation);

    out->exists = status == CQA_OK;
    out->is_later = later != 0;
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

CQA_SQL_STATEMENT(
    upsert_failure, "tttttttitoo", 0,
    "INSERT INTO failures(site, path, source, call_id, recorder, reason, body, first_ms, last_ms,"
    " store, generation, resolved_ms)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11) ON CONFLICT(site, path) DO UPDATE"
    " SET reason = excluded.reason, body = excluded.body, recorder = excluded.recorder,"
    " first_ms = CASE WHEN failures.resolved_ms IS NULL THEN failures.first_ms ELSE "
    "excluded.first_ms END,"
    " last_ms = excluded.last_ms, store = excluded.store, generation = excluded.generation,"
    " resolved_ms = excluded.resolved_ms");

/* A recording has one row: its last failure, open until a later result comes. */
enum cqa_status cqa_put_failure(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, int64_t now_ms, enum cqa_put *outcome,
                                struct cqa_error *error)
{
    struct before before = {0};
    int64_t counted = 0;
    enum cqa_status status = read_before(db, poster, item, &before, error);

    if (status == CQA_OK)
        status = read_counted(db, poster, item, &counted, error);
    if (status != CQA_OK)
        return status;
    const int over = counted > item->generation; /* a result that was made after it is here */
    *outcome = over ? CQA_PUT_OUTDATED : before.exists ? CQA_PUT_UNCHANGED : CQA_PUT_STORED;
    if (before.is_later || (over && before.exists))
        return CQA_OK;
    status = resolve_moved(db, poster, item, now_ms, error);
    return status != CQA_OK
               ? status
               : cqa_sql_do(db, error, &upsert_failure, poster->site, item->path, item->source,
                            item->call_id, poster->recorder, item->reason, item->body, now_ms,
                            item->store, item->store != NULL ? &item->generation : NULL,
                            over ? &now_ms : NULL);
}
