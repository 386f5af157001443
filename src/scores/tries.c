/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/tries.h"

#include "scores/store_internal.h"

enum { SLOTS = 65536, WAIT_MS = 15000, WAIT_MS_MAX = 900000 };

/* Keys that share a slot share its waits: with 65536 slots that is rare, the table stays bounded,
 * and nobody reads out of it what a stranger typed as a name. */
static int64_t slot_of(const char *key)
{
    uint64_t hash = 1469598103934665603u; /* FNV-1a */

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    return (int64_t)(hash % SLOTS);
}

/* Doubles with each failure past the free ones, to a quarter of an hour. */
static int64_t wait_after(int64_t failures, int free_tries)
{
    int64_t wait_ms = WAIT_MS;

    for (int64_t i = free_tries; i < failures && wait_ms < WAIT_MS_MAX; i++)
        wait_ms *= 2;
    return wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX;
}

CQA_SQL_STATEMENT(tries_of, "i", 2, "SELECT failures, last_ms FROM login_tries WHERE slot = ?1");

/* Both 0 where none failed. */
static enum cqa_status read_tries(struct cqa_sql *db, const char *key, int64_t *failures,
                                  int64_t *last_ms, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &tries_of, slot_of(key));

    *failures = 0;
    *last_ms = 0;
    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        *failures = cqa_sql_int(row, 0);
        *last_ms = cqa_sql_int(row, 1);
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_tries_wait(struct cqa_scores *scores, const struct cqa_tries_key *keys,
                               size_t count, int64_t *wait_ms, struct cqa_error *error)
{
    const int64_t now_ms = cqa_scores_now_ms(scores);
    struct cqa_sql *db;
    int64_t failures;
    int64_t last_ms;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    *wait_ms = 0;
    if (status != CQA_OK)
        return status;
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = read_tries(db, keys[i].text, &failures, &last_ms, error);
        const int64_t left_ms = last_ms + wait_after(failures, keys[i].free_tries) - now_ms;
        if (failures >= keys[i].free_tries && left_ms > *wait_ms)
            *wait_ms = left_ms;
    }
    cqa_scores_give(scores, db);
    return status;
}

CQA_SQL_STATEMENT(add_try, "iii", 0,
                  "INSERT INTO login_tries(slot, failures, last_ms) VALUES(?1, 1, ?2)"
                  " ON CONFLICT(slot) DO UPDATE SET failures = CASE"
                  "  WHEN login_tries.last_ms < ?3 THEN 1 ELSE login_tries.failures + 1 END,"
                  " last_ms = excluded.last_ms");

struct failing {
    const struct cqa_tries_key *keys;
    size_t count;
    int64_t now_ms;
};

static enum cqa_status write_failed(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct failing *it = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status = cqa_sql_do(db, error, &add_try, slot_of(it->keys[i].text), it->now_ms,
                            it->now_ms - WAIT_MS_MAX);
    return status;
}

enum cqa_status cqa_tries_failed(struct cqa_scores *scores, const struct cqa_tries_key *keys,
                                 size_t count, struct cqa_error *error)
{
    struct failing failing = {keys, count, cqa_scores_now_ms(scores)};

    return cqa_scores_write(scores, write_failed, &failing, error);
}

CQA_SQL_STATEMENT(drop_tries, "i", 0, "DELETE FROM login_tries WHERE slot = ?1");

static enum cqa_status drop(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const char *key = context;

    return cqa_sql_do(db, error, &drop_tries, slot_of(key));
}

/* Most had none: a log-in does not wait for one more write. */
enum cqa_status cqa_tries_succeeded(struct cqa_scores *scores, const char *key,
                                    struct cqa_error *error)
{
    struct cqa_sql *db;
    int64_t failures;
    int64_t last_ms;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = read_tries(db, key, &failures, &last_ms, error);
    cqa_scores_give(scores, db);
    return status == CQA_OK && failures > 0 ? cqa_scores_write(scores, drop, (void *)key, error)
                                            : status;
}
