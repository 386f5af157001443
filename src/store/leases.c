/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "store/recordings.h"
#include "store/rows.h"
#include "store/sql.h"

/* From ready to the end of the analysis. */

enum {
    DEATHS_MAX = 3,
    PAUSE_FIRST_MS = 5000,
    PAUSE_MAX_MS = 600000,
};

/* ---- claiming */

/* Ids of up to `limit` ready recordings, by the order given. */
static enum cqa_status choose(struct cqa_store *store, const struct cqa_claim *claim,
                              const char *sql, size_t limit, int64_t now_ms, int64_t *ids,
                              size_t *count, struct cqa_error *error)
{
    char first[CQA_UNDER_SIZE];
    char last[CQA_UNDER_SIZE];
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_rows_under(claim->under, first, last, error);

    if (status == CQA_OK)
        status =
            cqa_sql_query(store, &statement, error, sql, "iippiii", now_ms, claim->since_ns, first,
                          last, (int64_t)limit, claim->until_ns, (int64_t)(claim->only_apart != 0));
    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        ids[(*count)++] = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static enum cqa_status take(struct cqa_store *store, const int64_t *ids, size_t count,
                            int64_t now_ms, struct cqa_arena *arena, struct cqa_recording *out,
                            struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "UPDATE recordings SET state = 'leased', owner = ?1, attempts = attempts + 1,"
                      " changed_ms = ?2 WHERE id = ?3 RETURNING " CQA_RECORDING_COLUMNS,
                      "iii", store->owner, now_ms, (int64_t)0);

    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = cqa_sql_rebind(store, statement, error, "iii", store->owner, now_ms, ids[i]);
        if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
            status = cqa_rows_recording(statement, arena, &out[i], error);
        if (status == CQA_OK)
            status = cqa_sql_finish(store, statement, error);
    }
    sqlite3_finalize(statement);
    return status;
}

/* A recording whose header stays open: waited for long enough, it is read as it is. */
static enum cqa_status end_waiting(struct cqa_store *store, const struct cqa_claim *claim,
                                   int64_t now_ms, struct cqa_error *error)
{
    if (claim->unfinished_ms == 0)
        return CQA_OK;
    return cqa_sql_do(store, error,
                      "UPDATE recordings SET state = 'ready', not_before_ms = 0, changed_ms = ?1"
                      " WHERE state = 'settling' AND min(revised_ms, mtime_ns / 1000000) <= ?2",
                      "ii", now_ms, now_ms - claim->unfinished_ms);
}

enum cqa_status cqa_recordings_claim(struct cqa_store *store, const struct cqa_claim *claim,
                                     int64_t now_ms, struct cqa_arena *arena,
                                     struct cqa_recording *out, size_t *count,
                                     struct cqa_error *error)
{
    /* A pause that reaches further than any of ours was written by a clock that has been put back
     * since. */
#define READY(index, order)                                                                        \
    "SELECT id FROM recordings INDEXED BY " index " WHERE state = 'ready'"                         \
    " AND not_before_ms NOT BETWEEN ?1 + 1 AND ?1 + 3600000 AND mtime_ns >= ?2"                    \
    " AND path >= ?3 AND path < ?4 AND (?6 = 0 OR mtime_ns < ?6)"                                  \
    " AND (NOT ?7 OR asked = 'apart') ORDER BY attempts, mtime_ns" order " LIMIT ?5"
    int64_t *ids = cqa_arena_alloc(arena, (claim->limit + 1) * sizeof *ids);
    size_t chosen = 0;

    *count = 0;
    if (ids == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a claim");
    enum cqa_status status = cqa_sql_begin(store, error);
    if (status != CQA_OK)
        return status;
    status = cqa_store_reclaim(store, now_ms, error);
    if (status == CQA_OK)
        status = end_waiting(store, claim, now_ms, error);
    /* Half of the newest, half of the oldest: neither waits for the other to be done. What was
     * chosen first is taken before the second choice, which therefore cannot meet it again. */
    const size_t newest = (claim->limit + (store->turn++ & 1)) / 2;
    if (status == CQA_OK)
        status = choose(store, claim, READY("recordings_newest", " DESC"), newest, now_ms, ids,
                        &chosen, error);
    if (status == CQA_OK)
        status = take(store, ids, chosen, now_ms, arena, out, error);
    const size_t taken = chosen;
    if (status == CQA_OK)
        status = choose(store, claim, READY("recordings_oldest", ""), claim->limit - taken, now_ms,
                        ids, &chosen, error);
    if (status == CQA_OK)
        status = take(store, ids + taken, chosen - taken, now_ms, arena, out + taken, error);
    status = cqa_sql_end(store, status, error);
    if (status == CQA_OK)
        *count = chosen;
    return status;
#undef READY
}

enum cqa_status cqa_recordings_release(struct cqa_store *store, int64_t id, int64_t now_ms,
                                       struct cqa_error *error)
{
    return cqa_sql_do(
        store, error,
        "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready' END,"
        " owner = NULL, attempts = max(attempts - 1, 0), changed_ms = ?1"
        " WHERE owner = ?2 AND (id = ?3 OR ?3 = 0)",
        "iii", now_ms, store->owner, id);
}

enum cqa_status cqa_recordings_held(struct cqa_store *store, int64_t id, int64_t size_bytes,
                                    int64_t mtime_ns, int *same, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_query(store, &statement, error,
                                           "SELECT size_bytes = ? AND mtime_ns = ? FROM recordings"
                                           " WHERE id = ? AND owner = ?",
                                           "iiii", size_bytes, mtime_ns, id, store->owner);

    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        *same = sqlite3_column_int(statement, 0);
    else if (status == CQA_OK)
        status = cqa_fail(error, CQA_E_REFUSED, "the recording is not claimed by this process");
    sqlite3_finalize(statement);
    return status;
}

/* ---- failing */

/* How a recording stands when it has failed. */
struct standing {
    int attempts;
    int deaths;
    int gone;
    int64_t last_change_ms;
    int has_result; /* it was asked for again, and has a result of this very file */
};

static enum cqa_status read_standing(struct cqa_store *store, int64_t id, struct standing *out,
                                     struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT attempts, deaths, gone, min(revised_ms, mtime_ns / 1000000),"
                      " asked <> 'not' AND EXISTS (SELECT 1 FROM results AS r WHERE"
                      "  r.recording_id = c.id AND r.size_bytes = c.size_bytes"
                      "  AND r.mtime_ns = c.mtime_ns) FROM recordings AS c WHERE id = ?",
                      "i", id);

    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error)) {
        out->attempts = sqlite3_column_int(statement, 0);
        out->deaths = sqlite3_column_int(statement, 1);
        out->gone = sqlite3_column_int(statement, 2);
        out->last_change_ms = sqlite3_column_int64(statement, 3);
        out->has_result = sqlite3_column_int(statement, 4);
    }
    sqlite3_finalize(statement);
    return status;
}

static int is_one_of(const char *reason, const char *const *reasons)
{
    for (; *reasons != NULL; reasons++)
        if (strcmp(*reasons, reason) == 0)
            return 1;
    return 0;
}

/* What is to become of it; `*pause_ms` when it is to be tried again. */
static enum cqa_recording_state judge(const struct cqa_failed *failed, struct standing *standing,
                                      int64_t now_ms, int64_t *pause_ms)
{
    static const char *const deadly[] = {CQA_FAILURE_CRASHED, CQA_FAILURE_TIMED_OUT, NULL};
    static const char *const passing[] = {CQA_FAILURE_UNREADABLE, CQA_FAILURE_CHANGED,
                                          CQA_FAILURE_INTERNAL, NULL};
    const int doublings = standing->attempts > 8 ? 7 : standing->attempts - 1;

    *pause_ms = (int64_t)PAUSE_FIRST_MS << (doublings < 0 ? 0 : doublings);
    if (*pause_ms > PAUSE_MAX_MS)
        *pause_ms = PAUSE_MAX_MS;
    if (is_one_of(failed->reason, deadly))
        return ++standing->deaths < DEATHS_MAX ? CQA_RECORDING_READY : CQA_RECORDING_FAILED;
    if (is_one_of(failed->reason, passing))
        return standing->gone ? CQA_RECORDING_VANISHED : CQA_RECORDING_READY;
    if (strcmp(failed->reason, CQA_FAILURE_UNFINISHED) == 0 &&
        now_ms - standing->last_change_ms < failed->unfinished_ms)
        return standing->gone ? CQA_RECORDING_VANISHED : CQA_RECORDING_SETTLING;
    return CQA_RECORDING_FAILED;
}

/* What was to be looked at again and cannot be read is as it was before somebody asked. */
static enum cqa_status take_back(struct cqa_store *store, int64_t id, int64_t now_ms,
                                 struct cqa_error *error)
{
    return cqa_sql_do(store, error,
                      "UPDATE recordings SET state = 'scored', asked = 'not', owner = NULL,"
                      " reason = NULL, text = NULL, changed_ms = ? WHERE id = ?",
                      "ii", now_ms, id);
}

static enum cqa_status end_attempt(struct cqa_store *store, const struct cqa_failed *failed,
                                   int64_t now_ms, enum cqa_recording_state *state,
                                   struct cqa_error *error)
{
    struct standing standing = {0};
    int64_t pause_ms = 0;
    int same = 0;
    enum cqa_status status =
        cqa_recordings_held(store, failed->id, failed->size_bytes, failed->mtime_ns, &same, error);

    if (status == CQA_OK)
        status = read_standing(store, failed->id, &standing, error);
    if (status != CQA_OK)
        return status;
    *state = CQA_RECORDING_READY;
    if (same)
        *state = judge(failed, &standing, now_ms, &pause_ms);
    if (*state == CQA_RECORDING_FAILED && standing.has_result) {
        *state = CQA_RECORDING_SCORED;
        return take_back(store, failed->id, now_ms, error);
    }
    status =
        cqa_sql_do(store, error,
                   "UPDATE recordings SET state = ?, owner = NULL, deaths = ?,"
                   " not_before_ms = ?, reason = ?, text = ?, analyzer = ?, changed_ms = ?"
                   " WHERE id = ?",
                   "tiitttii", cqa_recording_state_words[*state], (int64_t)standing.deaths,
                   *state == CQA_RECORDING_READY && same ? now_ms + pause_ms : (int64_t)0,
                   same ? failed->reason : NULL, same ? failed->text : NULL,
                   *state == CQA_RECORDING_FAILED ? failed->analyzer : NULL, now_ms, failed->id);
    /* What had been scored before this revision is no longer what lies there. */
    if (status == CQA_OK && *state == CQA_RECORDING_FAILED)
        status =
            cqa_sql_do(store, error, "DELETE FROM results WHERE recording_id = ?", "i", failed->id);
    if (status == CQA_OK && *state == CQA_RECORDING_FAILED && failed->body != NULL)
        status = cqa_deliveries_put(store, failed->id, failed->key, failed->body,
                                    failed->body_length, now_ms, error);
    return status;
}

enum cqa_status cqa_recordings_fail(struct cqa_store *store, const struct cqa_failed *failed,
                                    int64_t now_ms, enum cqa_recording_state *state,
                                    struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = end_attempt(store, failed, now_ms, state, error);
    return cqa_sql_end(store, status, error);
}
