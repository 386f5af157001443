/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/legs.h"

#include <stdio.h>
#include <string.h>
#include "store/parts.h"
#include "store/rows.h"

CQA_SQL_STATEMENT(find_legs, "tttti", CQA_RECORDING_COLUMN_COUNT,
                  "SELECT " CQA_RECORDING_COLUMNS " FROM recordings WHERE source = ?1"
                  " AND (call_id = ?2 OR (call_id > ?3 AND call_id < ?4))"
                  " ORDER BY gone, id LIMIT ?5");
CQA_SQL_STATEMENT(content_of, "i", 1,
                  "SELECT file_sha256 FROM recordings WHERE id = ?1"
                  " AND state = 'excluded'");
CQA_SQL_STATEMENT(lend, "iii", 0,
                  "UPDATE recordings SET state = 'excluded', reason = '" CQA_LEG_LENT "',"
                  " owner = NULL, changed_ms = ?1 WHERE id = ?2"
                  " AND (state <> 'leased' OR owner = ?3) AND state <> 'vanished'");
CQA_SQL_STATEMENT(withdraw, "ii", 0,
                  "UPDATE deliveries SET state = 'superseded', body = NULL, changed_ms = ?1"
                  " WHERE recording_id = ?2 AND state IN ('pending', 'quarantined')"
                  " AND EXISTS (SELECT 1 FROM recordings AS c WHERE c.id = ?2"
                  "  AND c.reason IS '" CQA_LEG_LENT "')");
CQA_SQL_STATEMENT(drop_result, "i", 0,
                  "DELETE FROM results WHERE recording_id = ?1"
                  " AND json_extract(json, '$.recording.layout') = 'leg'"
                  " AND EXISTS (SELECT 1 FROM recordings AS c WHERE c.id = ?1"
                  "  AND c.reason IS '" CQA_LEG_LENT "')");
/* What the server got of it by itself comes to nothing there: should the same be said of it once
 * more, it is news (store/deliveries.c). */
CQA_SQL_STATEMENT(end_said, "ii", 0,
                  "INSERT INTO deliveries (recording_id, state, made_ms, changed_ms)"
                  " SELECT d.recording_id, 'superseded', ?1, ?1 FROM deliveries AS d"
                  " WHERE d.id = (SELECT max(id) FROM deliveries WHERE recording_id = ?2)"
                  " AND d.key IS NOT NULL AND d.state IN ('acked', 'in_flight')"
                  " AND EXISTS (SELECT 1 FROM recordings AS c WHERE c.id = ?2"
                  "  AND c.reason IS '" CQA_LEG_LENT "')");
CQA_SQL_STATEMENT(mark_stale, "i", 0, "UPDATE recordings SET stale = 1 WHERE id = ?1");
CQA_SQL_STATEMENT(give, "tii", 0,
                  "UPDATE recordings SET state = 'excluded', reason = '" CQA_LEG_LENT "',"
                  " owner = NULL, asked = 'not', text = NULL, file_sha256 = ?1, changed_ms = ?2"
                  " WHERE id = ?3");
CQA_SQL_STATEMENT(
    requeue_main, "ii", 0,
    "UPDATE recordings SET state = 'ready', asked = 'again', attempts = 0, deaths = 0,"
    " abandoned = 0, not_before_ms = 0, reason = NULL, text = NULL, changed_ms = ?1"
    " WHERE id = ?2 AND state IN ('scored', 'failed', 'excluded')");
CQA_SQL_STATEMENT(part_leg, "ii", 0,
                  "UPDATE recordings SET state = 'ready', reason = '" CQA_LEG_APART "',"
                  " not_before_ms = 0, changed_ms = ?1 WHERE id = ?2 AND (state = 'ready'"
                  "  OR (state = 'excluded' AND reason = '" CQA_LEG_LENT "'))");
#define IS_LENT_TO                                                                                 \
    "state = 'excluded' AND reason = '" CQA_LEG_LENT "' AND (source, call) ="                      \
    " (SELECT source, call FROM recordings WHERE id = ?2)"
CQA_SQL_STATEMENT(release, "ii", 0,
                  "UPDATE recordings SET state = 'ready', reason = '" CQA_LEG_APART "',"
                  " not_before_ms = 0, changed_ms = ?1 WHERE " IS_LENT_TO);
/* A file that is not there is tried with its other when it comes back. */
CQA_SQL_STATEMENT(release_gone, "ii", 0,
                  "UPDATE recordings SET state = 'vanished', reason = NULL, changed_ms = ?1"
                  " WHERE gone AND state = 'ready' AND reason = '" CQA_LEG_APART "'"
                  " AND (source, call) = (SELECT source, call FROM recordings WHERE id = ?2)");
/* Of one of which the server has something. */
CQA_SQL_STATEMENT(count_owed, "i", 1,
                  "SELECT count(*) FROM deliveries AS d WHERE d.recording_id = ?1"
                  " AND d.state IN ('pending', 'in_flight') AND EXISTS"
                  " (SELECT 1 FROM deliveries AS f WHERE f.recording_id = ?1 AND f.id < d.id"
                  "  AND f.state = 'acked')");
CQA_SQL_STATEMENT(wait_for_leg, "iiii", 0,
                  "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready' END,"
                  " owner = NULL, attempts = max(attempts - 1, 0), not_before_ms = ?1,"
                  " changed_ms = ?2 WHERE id = ?3 AND owner = ?4");
CQA_SQL_STATEMENT(wake_leg, "i", 0,
                  "UPDATE recordings SET not_before_ms = 0 WHERE id = ?1 AND state = 'ready'");

enum cqa_status cqa_legs_find(struct cqa_store *store, const char *source, const char *call_id,
                              struct cqa_arena *arena, struct cqa_recording *out, size_t capacity,
                              size_t *count, struct cqa_error *error)
{
    const size_t size = strlen(call_id) + 2;
    char *first = cqa_arena_alloc(arena, size);
    char *last = cqa_arena_alloc(arena, size);
    struct cqa_sql_rows *rows = NULL;
    struct cqa_recording beyond;

    *count = 0;
    if (first == NULL || last == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a call id");
    (void)snprintf(first, size, "%s#", call_id);
    (void)snprintf(last, size, "%s$", call_id); /* the character behind '#' */
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &find_legs, source, call_id,
                                           first, last, (int64_t)capacity + 1);
    while (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        status = cqa_rows_recording(rows, arena, *count < capacity ? &out[*count] : &beyond, error);
        (*count)++;
    }
    cqa_sql_end(rows);
    return status;
}

enum cqa_status cqa_legs_content(struct cqa_store *store, int64_t id, struct cqa_arena *arena,
                                 const char **sha256, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &content_of, id);

    *sha256 = NULL;
    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        *sha256 = cqa_sql_copy(rows, 0, arena);
    cqa_sql_end(rows);
    return status;
}

struct turn {
    int64_t id;
    int64_t other;
    int64_t until_ms;
    int64_t now_ms;
    int64_t owner;
};

/* What was said of a lent one by itself; a server that has it learns of it by the call's result. */
static enum cqa_status take_back(struct cqa_sql *sql, int64_t id, int64_t now_ms,
                                 struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &withdraw, now_ms, id);

    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &end_said, now_ms, id);
    return status == CQA_OK ? cqa_sql_do(sql, error, &drop_result, id) : status;
}

enum cqa_status cqa_legs_give(struct cqa_sql *sql, int64_t id, const char *sha256, int64_t of,
                              int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &give, sha256, now_ms, id);

    if (status == CQA_OK)
        status = take_back(sql, id, now_ms, error);
    return status == CQA_OK ? cqa_sql_do(sql, error, &mark_stale, of) : status;
}

static enum cqa_status do_lend(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct turn *turn = context;
    enum cqa_status status = cqa_sql_do(sql, error, &lend, turn->now_ms, turn->id, turn->owner);

    if (status == CQA_OK)
        status = take_back(sql, turn->id, turn->now_ms, error);
    if (status == CQA_OK && turn->other != 0)
        status = cqa_sql_do(sql, error, &requeue_main, turn->now_ms, turn->other);
    return status;
}

enum cqa_status cqa_legs_lend(struct cqa_store *store, int64_t id, int64_t requeue, int64_t now_ms,
                              struct cqa_error *error)
{
    struct turn turn = {.id = id, .other = requeue, .now_ms = now_ms, .owner = store->owner};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, do_lend, &turn, error);
}

enum cqa_status cqa_legs_again(struct cqa_sql *sql, int64_t id, int64_t now_ms,
                               struct cqa_error *error)
{
    return cqa_sql_do(sql, error, &requeue_main, now_ms, id);
}

enum cqa_status cqa_legs_release(struct cqa_sql *sql, int64_t id, int64_t now_ms,
                                 struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_do(sql, error, &release, now_ms, id);

    return status == CQA_OK ? cqa_sql_do(sql, error, &release_gone, now_ms, id) : status;
}

enum cqa_status cqa_legs_owe(struct cqa_store *store, int64_t id, int *owes,
                             struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status = cqa_sql_number(store->sql, &count, error, &count_owed, id);

    *owes = count > 0;
    return status;
}

enum cqa_status cqa_legs_part(struct cqa_store *store, int64_t id, int64_t now_ms,
                              struct cqa_error *error)
{
    return cqa_sql_do(store->sql, error, &part_leg, now_ms, id);
}

static enum cqa_status do_wait(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct turn *turn = context;
    enum cqa_status status =
        cqa_sql_do(sql, error, &wait_for_leg, turn->until_ms, turn->now_ms, turn->id, turn->owner);

    if (status == CQA_OK && turn->other != 0)
        status = cqa_sql_do(sql, error, &wake_leg, turn->other);
    return status;
}

enum cqa_status cqa_legs_wait(struct cqa_store *store, int64_t id, int64_t until_ms, int64_t wake,
                              int64_t now_ms, struct cqa_error *error)
{
    struct turn turn = {
        .id = id, .other = wake, .until_ms = until_ms, .now_ms = now_ms, .owner = store->owner};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, do_wait, &turn, error);
}
