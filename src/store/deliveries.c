/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/deliveries.h"

#include <stdio.h>
#include <string.h>
#include "store/parts.h"

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
    const char *const all[] = {parts->source,         parts->call_id,  parts->sha256,
                               parts->rubric_version, parts->analyzer, parts->facts};
    const size_t count = parts->facts == NULL ? 5 : 6;
    uint64_t hashes[2] = {0xcbf29ce484222325, 0x84222325cbf29ce4};
    int plain = 1;

    for (size_t i = 0; i < count; i++) {
        plain &= is_plain(all[i]);
        hashes[0] = hashed(hashes[0], all[i]);
        hashes[1] = hashed(hashes[1] ^ hashes[0] >> 7, all[i]);
    }
    const int length =
        snprintf(out, CQA_DELIVERY_KEY_SIZE, "%s|%s|%s|%s|%s%s%s", all[0], all[1], all[2], all[3],
                 all[4], count > 5 ? "|" : "", count > 5 ? all[5] : "");
    if (plain && length > 0 && length < CQA_DELIVERY_KEY_SIZE)
        return;
    /* The content's hash stays whole: it alone tells most of them apart. */
    (void)snprintf(out, CQA_DELIVERY_KEY_SIZE, "h1|%016llx%016llx|%.64s",
                   (unsigned long long)hashes[0], (unsigned long long)hashes[1],
                   is_plain(parts->sha256) ? parts->sha256 : "");
}

/* ---- putting */

/*
 * A server that knows no generations takes a key once: what comes under it later is for it a
 * repetition, which changes nothing. So a result that comes again after another (a file put back, a
 * rubric taken back) needs a key of its own, or the other would go on counting there. It is the key
 * and a number behind it.
 */
enum { NUMBER_SIZE = 12, GENERATION_BYTES_MAX = 160 };

/* What lies elsewhere now is told of under the same key: the server looks for it where it lay. A
 * recording that has said nothing yet may hold what another held before it was written anew. */
CQA_SQL_STATEMENT(find_last, "it", 4,
                  "SELECT d.key, d.state IN ('acked', 'in_flight')"
                  "  AND NOT (SELECT stale FROM recordings WHERE id = ?1),"
                  " (SELECT max(id) FROM deliveries),"
                  " EXISTS (SELECT 1 FROM deliveries WHERE key = ?2) FROM (SELECT 1)"
                  " LEFT JOIN deliveries AS d"
                  "  ON d.id = (SELECT max(id) FROM deliveries WHERE recording_id = ?1)");
CQA_SQL_STATEMENT(supersede, "ii", 0,
                  "UPDATE deliveries SET state = 'superseded', body = NULL, changed_ms = ?1"
                  " WHERE recording_id = ?2 AND state IN ('pending', 'quarantined')");
CQA_SQL_STATEMENT(free_key, "t", 0, "UPDATE deliveries SET key = NULL WHERE key = ?1");
CQA_SQL_STATEMENT(insert, "itbi", 0,
                  "INSERT INTO deliveries (recording_id, key, body, made_ms, changed_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?4)");

/* How much of a key a number can follow. */
static size_t base_length(const char *key)
{
    const size_t length = strlen(key);
    const size_t most = CQA_DELIVERY_KEY_SIZE - NUMBER_SIZE;

    return length < most ? length : most;
}

/* Is it this key, with a number or without? */
static int has_key(const char *used, const char *key)
{
    const size_t length = base_length(key);

    if (strcmp(used, key) == 0)
        return 1;
    if (strncmp(used, key, length) != 0 || used[length] != '|' || used[length + 1] == '\0')
        return 0;
    return used[length + 1 + strspn(used + length + 1, "0123456789")] == '\0';
}

/* How the last delivery of a recording stands to one that is to be made. */
struct last {
    char key[CQA_DELIVERY_KEY_SIZE]; /* to be used */
    int is_owed;                     /* it is this very one, done or on its way */
};

static void compare_last(const struct cqa_sql_rows *rows, const char *key, struct last *out)
{
    const char *used = cqa_sql_text(rows, 0);

    if (used != NULL && has_key(used, key)) {
        (void)snprintf(out->key, sizeof out->key, "%s", used);
        out->is_owed = cqa_sql_int(rows, 1) != 0;
    } else if (cqa_sql_int(rows, 3) != 0) {
        (void)snprintf(out->key, sizeof out->key, "%.*s|%d", (int)base_length(key), key,
                       (int)cqa_sql_int(rows, 2) + 1);
    }
}

static enum cqa_status read_last(struct cqa_sql *sql, int64_t recording_id, const char *key,
                                 struct last *out, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &find_last, recording_id, key);

    *out = (struct last){0};
    (void)snprintf(out->key, sizeof out->key, "%s", key);
    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        compare_last(rows, key, out);
    cqa_sql_end(rows);
    return status;
}

enum cqa_status cqa_deliveries_renew(struct cqa_sql *sql, int64_t recording_id, const char *key,
                                     const char *body, size_t body_length, int64_t now_ms,
                                     struct cqa_error *error)
{
    struct cqa_buffer stamped = {.limit = body_length + GENERATION_BYTES_MAX};
    enum cqa_status status = cqa_sql_do(sql, error, &supersede, now_ms, recording_id);

    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &free_key, key);
    if (status == CQA_OK)
        status = cqa_generation_add(sql, recording_id, body, body_length, now_ms, &stamped, error);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &insert, recording_id, key, (const void *)stamped.text,
                            stamped.length, now_ms);
    cqa_buffer_finish(&stamped);
    return status;
}

enum cqa_status cqa_deliveries_put(struct cqa_sql *sql, int64_t recording_id, const char *key,
                                   const char *body, size_t body_length, int64_t now_ms,
                                   struct cqa_error *error)
{
    struct last last;
    const enum cqa_status status = read_last(sql, recording_id, key, &last, error);

    return status != CQA_OK || last.is_owed
               ? status
               : cqa_deliveries_renew(sql, recording_id, last.key, body, body_length, now_ms,
                                      error);
}

/* ---- claiming */

/*
 * Two lanes, each with an index that has its order, so that a claim costs the same however many
 * wait: what is due goes by its age (next_ms is 0), what was put aside by its time. What had to
 * wait for a time gets into the first lane when that has come.
 */
CQA_SQL_STATEMENT(let_in, "i", 0,
                  "UPDATE deliveries INDEXED BY deliveries_due SET next_ms = 0"
                  " WHERE state = 'pending' AND aside = 0 AND next_ms BETWEEN 1 AND ?1");
#define IS_FREE                                                                                    \
    " AND NOT EXISTS (SELECT 1 FROM deliveries AS f WHERE f.recording_id = d.recording_id"         \
    "  AND f.state = 'in_flight')"
#define DUE                                                                                        \
    "SELECT id FROM deliveries AS d INDEXED BY deliveries_due"                                     \
    " WHERE state = 'pending' AND aside = 0 AND next_ms = 0" IS_FREE " ORDER BY id"
CQA_SQL_STATEMENT(newest_due, "i", 1, DUE " DESC LIMIT ?1");
CQA_SQL_STATEMENT(oldest_due, "i", 1, DUE " LIMIT ?1");
CQA_SQL_STATEMENT(first_aside, "i", 1,
                  "SELECT id FROM deliveries AS d INDEXED BY deliveries_aside"
                  " WHERE state = 'pending' AND aside > 0 AND next_ms <= ?1" IS_FREE
                  " ORDER BY next_ms LIMIT 1");
CQA_SQL_STATEMENT(take_one, "iii", 10,
                  "UPDATE deliveries SET state = 'in_flight', owner = ?1,"
                  " attempts = attempts + 1, changed_ms = ?2 WHERE id = ?3"
                  " RETURNING id, recording_id, key, attempts, made_ms, http_status, text, body,"
                  " aside, (SELECT path FROM recordings WHERE id = recording_id)");

static enum cqa_status read_row(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                struct cqa_delivery *out, struct cqa_error *error)
{
    *out = (struct cqa_delivery){
        .id = cqa_sql_int(rows, 0),
        .recording_id = cqa_sql_int(rows, 1),
        .key = cqa_sql_copy(rows, 2, arena),
        .attempts = (int)cqa_sql_int(rows, 3),
        .made_ms = cqa_sql_int(rows, 4),
        .http_status = (int)cqa_sql_int(rows, 5),
        .text = cqa_sql_copy(rows, 6, arena),
        .body = cqa_sql_copy(rows, 7, arena),
        .body_length = cqa_sql_size(rows, 7),
        .aside = (int)cqa_sql_int(rows, 8),
        .path = cqa_sql_copy(rows, 9, arena),
    };
    return out->body == NULL || out->key == NULL || out->path == NULL
               ? cqa_fail(error, CQA_E_NOMEM, "no memory for a delivery")
               : CQA_OK;
}

struct claiming {
    struct cqa_store *store;
    enum cqa_lane lane;
    size_t limit, newest; /* of them the newest */
    int64_t now_ms;
    struct cqa_arena *arena;
    int64_t *ids;
    struct cqa_delivery *out;
    size_t count;
};

static enum cqa_status take(const struct claiming *claiming, int64_t id, struct cqa_delivery *out,
                            struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(claiming->store->sql, &rows, error, &take_one,
                                           claiming->store->owner, claiming->now_ms, id);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        status = read_row(rows, claiming->arena, out, error);
    cqa_sql_end(rows);
    return status;
}

/* Chooses and takes: what was taken is no choice for the next. `value` is the statement's own. */
static enum cqa_status take_some(struct claiming *claiming, const struct cqa_sql_statement *which,
                                 int64_t value, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    size_t chosen = 0;
    enum cqa_status status = cqa_sql_start(claiming->store->sql, &rows, error, which, value);

    while (status == CQA_OK && cqa_sql_next(rows, &status, error))
        claiming->ids[chosen++] = cqa_sql_int(rows, 0);
    cqa_sql_end(rows);
    for (size_t i = 0; status == CQA_OK && i < chosen; i++)
        status = take(claiming, claiming->ids[i], &claiming->out[claiming->count++], error);
    return status;
}

static enum cqa_status take_due(struct claiming *claiming, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(claiming->store->sql, error, &let_in, claiming->now_ms);

    if (status == CQA_OK)
        status = take_some(claiming, &newest_due, (int64_t)claiming->newest, error);
    if (status == CQA_OK)
        status =
            take_some(claiming, &oldest_due, (int64_t)(claiming->limit - claiming->count), error);
    return status;
}

static enum cqa_status claim(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct claiming *claiming = context;
    enum cqa_status status = cqa_store_reclaim(claiming->store, claiming->now_ms, error);

    (void)sql;
    claiming->count = 0;
    if (status != CQA_OK)
        return status;
    return claiming->lane == CQA_LANE_DUE
               ? take_due(claiming, error)
               : take_some(claiming, &first_aside, claiming->now_ms, error);
}

enum cqa_status cqa_deliveries_claim(struct cqa_store *store, enum cqa_lane lane, size_t limit,
                                     int64_t now_ms, struct cqa_arena *arena,
                                     struct cqa_delivery *out, size_t *count,
                                     struct cqa_error *error)
{
    struct claiming claiming = {.store = store,
                                .lane = lane,
                                .limit = limit,
                                .newest = (limit + !(store->turn & 1)) / 2,
                                .now_ms = now_ms,
                                .arena = arena,
                                .ids = cqa_arena_alloc(arena, (limit + 1) * sizeof(int64_t)),
                                .out = out};

    *count = 0;
    if (claiming.ids == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a claim");
    store->turn += lane == CQA_LANE_DUE; /* the other lane takes none of the turns */
    const enum cqa_status status = cqa_store_send(store, claim, &claiming, error);
    if (status == CQA_OK)
        *count = claiming.count;
    return status;
}

/* ---- ends */

CQA_SQL_STATEMENT(end_acked, "iii", 0,
                  "UPDATE deliveries SET state = 'acked', owner = NULL, body = NULL,"
                  " text = NULL, changed_ms = ?1 WHERE id = ?2 AND owner = ?3");
#define HAS_NEWER                                                                                  \
    "EXISTS (SELECT 1 FROM deliveries AS n WHERE"                                                  \
    "  n.recording_id = deliveries.recording_id AND n.id > deliveries.id)"
CQA_SQL_STATEMENT(end_quarantined, "ittiii", 0,
                  "UPDATE deliveries SET owner = NULL, http_status = ?1, text = ?2,"
                  " refused_by = ?3, changed_ms = ?4,"
                  " body = CASE WHEN " HAS_NEWER " THEN NULL ELSE body END,"
                  " state = CASE WHEN " HAS_NEWER " THEN 'superseded' ELSE 'quarantined' END"
                  " WHERE id = ?5 AND owner = ?6");
/* An older one that comes back after a newer was made has nothing to say any more. */
CQA_SQL_STATEMENT(give_back, "itiiii", 0,
                  "UPDATE deliveries SET owner = NULL, http_status = ?1, text = ?2, next_ms = ?3,"
                  " attempts = attempts - ?4,"
                  " body = CASE WHEN " HAS_NEWER " THEN NULL ELSE body END,"
                  " state = CASE WHEN " HAS_NEWER " THEN 'superseded' ELSE 'pending' END"
                  " WHERE owner = ?5 AND (id = ?6 OR ?6 = 0)");
/* After it was given back: 10 s after the first refusal of it alone, twice as long after each, an
 * hour at most. */
CQA_SQL_STATEMENT(set_aside, "iii", 0,
                  "UPDATE deliveries SET next_ms = ?1 + CASE WHEN ?2 THEN 0"
                  "  ELSE min(3600000, 10000 << min(aside, 9)) END, aside = aside + 1"
                  " WHERE id = ?3 AND state = 'pending'");
struct ending {
    struct cqa_store *store;
    const int64_t *ids;
    size_t count;
    int64_t now_ms; /* to be tried again: when */
    int http_status;
    const char *text;
    enum cqa_aside aside;
};

/* Of an UPDATE of one claimed row. */
static enum cqa_status one_row(const struct cqa_sql *sql, enum cqa_status status,
                               struct cqa_error *error)
{
    if (status == CQA_OK && cqa_sql_changes(sql) != 1)
        return cqa_fail(error, CQA_E_REFUSED, "a delivery is not claimed by this process");
    return status;
}

static enum cqa_status ack(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct ending *ending = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < ending->count; i++)
        status = one_row(sql,
                         cqa_sql_do(sql, error, &end_acked, ending->now_ms, ending->ids[i],
                                    ending->store->owner),
                         error);
    return status;
}

enum cqa_status cqa_deliveries_acked(struct cqa_store *store, const int64_t *ids, size_t count,
                                     int64_t now_ms, struct cqa_error *error)
{
    struct ending ending = {.store = store, .ids = ids, .count = count, .now_ms = now_ms};

    return cqa_store_send(store, ack, &ending, error);
}

static enum cqa_status retry_one(const struct ending *ending, int64_t id, struct cqa_error *error)
{
    struct cqa_sql *sql = ending->store->sql;
    enum cqa_status status =
        one_row(sql,
                cqa_sql_do(sql, error, &give_back, (int64_t)ending->http_status, ending->text,
                           ending->now_ms, (int64_t)0, ending->store->owner, id),
                error);

    if (status == CQA_OK && ending->aside != CQA_ASIDE_NOT)
        status = cqa_sql_do(sql, error, &set_aside, ending->now_ms,
                            (int64_t)(ending->aside == CQA_ASIDE_AT_ONCE), id);
    return status;
}

static enum cqa_status retry(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct ending *ending = context;
    enum cqa_status status = CQA_OK;

    (void)sql;
    for (size_t i = 0; status == CQA_OK && i < ending->count; i++)
        status = retry_one(ending, ending->ids[i], error);
    return status;
}

enum cqa_status cqa_deliveries_retry(struct cqa_store *store, const int64_t *ids, size_t count,
                                     const struct cqa_retry *how, struct cqa_error *error)
{
    struct ending ending = {.store = store,
                            .ids = ids,
                            .count = count,
                            .now_ms = how->at_ms,
                            .http_status = how->http_status,
                            .text = how->text,
                            .aside = how->aside};

    return cqa_store_send(store, retry, &ending, error);
}

static enum cqa_status release(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct cqa_store *store = context;

    return cqa_sql_do(sql, error, &give_back, (int64_t)0, (const char *)NULL, (int64_t)0,
                      (int64_t)1, store->owner, (int64_t)0);
}

enum cqa_status cqa_deliveries_release(struct cqa_store *store, struct cqa_error *error)
{
    return cqa_store_send(store, release, store, error);
}

struct refusing {
    struct cqa_store *store;
    int64_t id, now_ms;
    const struct cqa_refusal *refusal;
};

static enum cqa_status quarantine(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct refusing *refusing = context;
    const struct cqa_refusal *refusal = refusing->refusal;

    return one_row(sql,
                   cqa_sql_do(sql, error, &end_quarantined, (int64_t)refusal->http_status,
                              refusal->text, refusal->by, refusing->now_ms, refusing->id,
                              refusing->store->owner),
                   error);
}

enum cqa_status cqa_deliveries_quarantine(struct cqa_store *store, int64_t id,
                                          const struct cqa_refusal *refusal, int64_t now_ms,
                                          struct cqa_error *error)
{
    struct refusing refusing = {store, id, now_ms, refusal};

    return cqa_store_send(store, quarantine, &refusing, error);
}

/* ---- looking */

#define FIRST(lane) "(SELECT max(min(next_ms), 1) FROM deliveries INDEXED BY deliveries_" lane
CQA_SQL_STATEMENT(
    first_due, "", 1,
    "SELECT ifnull(min(d, a), ifnull(d, ifnull(a, 0))) FROM (SELECT" FIRST(
        "due") " WHERE state = 'pending' AND aside = 0) AS d," FIRST("aside") " WHERE state = "
                                                                              "'pending' AND aside "
                                                                              "> 0) AS a)");

enum cqa_status cqa_deliveries_next(struct cqa_store *store, int64_t *at_ms,
                                    struct cqa_error *error)
{
    *at_ms = 0;
    return cqa_sql_number(store->sql, at_ms, error, &first_due);
}
