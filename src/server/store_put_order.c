/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which outcome of a recording is the latest: by the count of the store that made it, else by when
 * it came (docs/decisions/0093-generations.md). */
#include <string.h>
#include "server/put.h"

CQA_SQL_STATEMENT(counted_of, "it", 1,
                  "SELECT number FROM generations WHERE call = ?1 AND store = ?2");
CQA_SQL_STATEMENT(counted_of_waiting, "tttt", 1,
                  "SELECT generation FROM previews WHERE site = ?1 AND source = ?2 AND call_id = ?3"
                  " AND store = ?4");

enum cqa_status cqa_put_is_late(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_known *known,
                                int *late, struct cqa_error *error)
{
    int64_t number = 0;
    enum cqa_status status = CQA_OK;

    *late = 0;
    if (item->store == NULL)
        return CQA_OK;
    status = known->id != 0
                 ? cqa_sql_number(db, &number, error, &counted_of, known->id, item->store)
                 : cqa_sql_number(db, &number, error, &counted_of_waiting, poster->site,
                                  item->source, item->call_id, item->store);
    /* The same one again under its key is a repetition, whatever came meanwhile; under another key
     * it is of a store that was copied and counts the same numbers once more. */
    *late = number > item->generation || (number == item->generation && known->has_key);
    return status;
}

CQA_SQL_STATEMENT(count_generation, "iti", 0,
                  "INSERT INTO generations(call, store, number) VALUES(?1, ?2, ?3)"
                  " ON CONFLICT(call, store) DO UPDATE SET number = max(number, excluded.number)");

enum cqa_status cqa_put_count(struct cqa_sql *db, int64_t call, const struct cqa_item *item,
                              struct cqa_error *error)
{
    return item->store == NULL
               ? CQA_OK
               : cqa_sql_do(db, error, &count_generation, call, item->store, item->generation);
}

/* ---- failures */

CQA_SQL_STATEMENT(resolve_failures, "ittti", 0,
                  "UPDATE failures SET resolved_ms = ?1 WHERE site = ?2 AND path = ?3"
                  " AND resolved_ms IS NULL"
                  " AND (store IS NULL OR ?4 IS NULL OR store <> ?4 OR generation < ?5)");

enum cqa_status cqa_put_resolve(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, int64_t now_ms,
                                struct cqa_error *error)
{
    return cqa_sql_do(db, error, &resolve_failures, now_ms, poster->site, item->path, item->store,
                      item->generation);
}

/* The failure of the same recording that is there. */
struct before {
    int exists;
    int is_later; /* or the same, by its store's count */
};

CQA_SQL_STATEMENT(failure_of, "ttti", 1,
                  "SELECT coalesce(store = ?3 AND generation >= ?4, 0) FROM failures"
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

CQA_SQL_STATEMENT(count_later, "tttti", 1,
                  "SELECT (SELECT count(*) FROM calls c JOIN generations g ON g.call = c.id WHERE"
                  "  c.site = ?1 AND c.source = ?2 AND c.call_id = ?3 AND g.store = ?4"
                  "  AND g.number > ?5)"
                  " + (SELECT count(*) FROM previews p WHERE p.site = ?1 AND p.source = ?2"
                  "  AND p.call_id = ?3 AND p.store = ?4 AND p.generation > ?5)");

/* A result that was made after it is here already. */
static enum cqa_status is_over(struct cqa_sql *db, const struct cqa_poster *poster,
                               const struct cqa_item *item, int *over, struct cqa_error *error)
{
    int64_t count = 0;
    enum cqa_status status = CQA_OK;

    if (item->store != NULL && item->call_id != NULL)
        status = cqa_sql_number(db, &count, error, &count_later, poster->site, item->source,
                                item->call_id, item->store, item->generation);
    *over = count > 0;
    return status;
}

CQA_SQL_STATEMENT(
    upsert_failure, "tttttttitoo", 0,
    "INSERT INTO failures(site, path, source, call_id, recorder, reason, body, first_ms, last_ms,"
    " store, generation, resolved_ms)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11) ON CONFLICT(site, path) DO UPDATE"
    " SET reason = excluded.reason, body = excluded.body, recorder = excluded.recorder,"
    " first_ms = CASE WHEN resolved_ms IS NULL THEN first_ms ELSE excluded.first_ms END,"
    " last_ms = excluded.last_ms, store = excluded.store, generation = excluded.generation,"
    " resolved_ms = excluded.resolved_ms");

/* A recording has one row: its last failure, open until a later result comes. */
enum cqa_status cqa_put_failure(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, int64_t now_ms, enum cqa_put *outcome,
                                struct cqa_error *error)
{
    struct before before = {0};
    int over = 0;
    enum cqa_status status = read_before(db, poster, item, &before, error);

    if (status == CQA_OK && !before.is_later)
        status = is_over(db, poster, item, &over, error);
    if (status != CQA_OK)
        return status;
    *outcome = over ? CQA_PUT_OUTDATED : before.exists ? CQA_PUT_UNCHANGED : CQA_PUT_STORED;
    if (before.is_later || (over && before.exists))
        return CQA_OK;
    return cqa_sql_do(db, error, &upsert_failure, poster->site, item->path, item->source,
                      item->call_id, poster->recorder, item->reason, item->body, now_ms,
                      item->store, item->store != NULL ? &item->generation : NULL,
                      over ? &now_ms : NULL);
}
