/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "store/recordings.h"
#include "store/rows.h"

/* From ready to the end of the analysis. */

enum {
    DEATHS_MAX = 3,
    PAUSE_FIRST_MS = 5000,
    PAUSE_MAX_MS = 600000,
};

/* ---- claiming */

/* A pause that reaches further than any of ours was written by a clock that has been put back
 * since. */
#define READY(index, order)                                                                        \
    "SELECT id FROM recordings INDEXED BY " index " WHERE state = 'ready'"                         \
    " AND not_before_ms NOT BETWEEN ?1 + 1 AND ?1 + 600000 AND " CQA_BEGUN_NS " >= ?2"             \
    " AND path >= ?3 AND path < ?4 AND (?6 = 0 OR " CQA_BEGUN_NS " < ?6)"                          \
    " AND (NOT ?7 OR asked = 'apart')"                                                             \
    " AND (?8 = 0 OR asked <> 'not' OR mtime_ns NOT BETWEEN (?1 - ?8) * 1000000 AND ?1 * 1000000"  \
    "  OR EXISTS (SELECT 1 FROM facts AS f WHERE f.call_id = recordings.call_id))"                 \
    " ORDER BY attempts, mtime_ns" order " LIMIT ?5"
CQA_SQL_STATEMENT(newest_ready, "iippiiii", 1, READY("recordings_newest", " DESC"));
CQA_SQL_STATEMENT(oldest_ready, "iippiiii", 1, READY("recordings_oldest", ""));
CQA_SQL_STATEMENT(take_one, "iii", CQA_RECORDING_COLUMN_COUNT,
                  "UPDATE recordings SET state = 'leased', owner = ?1, attempts = attempts + 1,"
                  " changed_ms = ?2 WHERE id = ?3 RETURNING " CQA_RECORDING_COLUMNS);
CQA_SQL_STATEMENT(end_settling, "ii", 0,
                  "UPDATE recordings SET state = 'ready', not_before_ms = 0, changed_ms = ?1"
                  " WHERE state = 'settling' AND min(revised_ms, mtime_ns / 1000000) <= ?2");
/* A change that lies ahead was dated by a clock that has been put back since: the wait begins now,
 * or it would last until that time comes again. */
CQA_SQL_STATEMENT(begin_settling, "i", 0,
                  "UPDATE recordings SET revised_ms = ?1"
                  " WHERE state = 'settling' AND min(revised_ms, mtime_ns / 1000000) > ?1");

struct claiming {
    struct cqa_store *store;
    const struct cqa_claim *claim;
    struct cqa_under under;
    size_t newest; /* of the claim's limit */
    int64_t now_ms;
    struct cqa_arena *arena;
    int64_t *ids;
    struct cqa_recording *out;
    size_t count;
};

/* Ids of up to `limit` ready recordings, by the order given. */
static enum cqa_status choose(struct claiming *claiming, const struct cqa_sql_statement *which,
                              size_t limit, size_t *chosen, struct cqa_error *error)
{
    const struct cqa_claim *claim = claiming->claim;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status =
        cqa_sql_start(claiming->store->sql, &rows, error, which, claiming->now_ms, claim->since_ns,
                      claiming->under.first, claiming->under.last, (int64_t)limit, claim->until_ns,
                      (int64_t)(claim->only_apart != 0), claim->rest_ms);

    *chosen = 0;
    while (status == CQA_OK && cqa_sql_next(rows, &status, error))
        claiming->ids[(*chosen)++] = cqa_sql_int(rows, 0);
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status take(const struct claiming *claiming, int64_t id, struct cqa_recording *out,
                            struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(claiming->store->sql, &rows, error, &take_one,
                                           claiming->store->owner, claiming->now_ms, id);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        status = cqa_rows_recording(rows, claiming->arena, out, error);
    cqa_sql_end(rows);
    return status;
}

/* Chooses and takes: what was taken is no choice for the next. */
static enum cqa_status take_some(struct claiming *claiming, const struct cqa_sql_statement *which,
                                 size_t limit, struct cqa_error *error)
{
    size_t chosen = 0;
    enum cqa_status status = choose(claiming, which, limit, &chosen, error);

    for (size_t i = 0; status == CQA_OK && i < chosen; i++)
        status = take(claiming, claiming->ids[i], &claiming->out[claiming->count++], error);
    return status;
}

/* A recording whose header stays open: waited for long enough, it is read as it is. */
static enum cqa_status end_waiting(const struct claiming *claiming, struct cqa_error *error)
{
    const int64_t wait_ms = claiming->claim->unfinished_ms;

    if (wait_ms == 0)
        return CQA_OK;
    const enum cqa_status status =
        cqa_sql_do(claiming->store->sql, error, &begin_settling, claiming->now_ms);
    return status != CQA_OK ? status
                            : cqa_sql_do(claiming->store->sql, error, &end_settling,
                                         claiming->now_ms, claiming->now_ms - wait_ms);
}

/* Half of the newest, half of the oldest: neither waits for the other to be done. */
static enum cqa_status claim_some(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct claiming *claiming = context;
    enum cqa_status status = cqa_store_reclaim(claiming->store, claiming->now_ms, error);

    (void)sql;
    claiming->count = 0;
    if (status == CQA_OK)
        status = end_waiting(claiming, error);
    if (status == CQA_OK)
        status = take_some(claiming, &newest_ready, claiming->newest, error);
    if (status == CQA_OK)
        status =
            take_some(claiming, &oldest_ready, claiming->claim->limit - claiming->count, error);
    return status;
}

enum cqa_status cqa_recordings_claim(struct cqa_store *store, const struct cqa_claim *claim,
                                     int64_t now_ms, struct cqa_arena *arena,
                                     struct cqa_recording *out, size_t *count,
                                     struct cqa_error *error)
{
    struct claiming claiming = {.store = store,
                                .claim = claim,
                                .newest = (claim->limit + (store->turn++ & 1)) / 2,
                                .now_ms = now_ms,
                                .arena = arena,
                                .ids = cqa_arena_alloc(arena, (claim->limit + 1) * sizeof(int64_t)),
                                .out = out};

    *count = 0;
    if (claiming.ids == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a claim");
    enum cqa_status status = cqa_rows_under(claim->under, &claiming.under, error);
    if (status == CQA_OK)
        status = cqa_sql_transaction(store->sql, CQA_SQL_WRITE, claim_some, &claiming, error);
    if (status == CQA_OK)
        *count = claiming.count;
    return status;
}

/* ---- holding */

CQA_SQL_STATEMENT(give_back, "iii", 0,
                  "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready' END,"
                  " reason = CASE WHEN gone THEN '" CQA_VANISHED_UNREAD "' ELSE reason END,"
                  " owner = NULL, attempts = max(attempts - 1, 0), changed_ms = ?1"
                  " WHERE owner = ?2 AND (id = ?3 OR ?3 = 0)");
CQA_SQL_STATEMENT(find_held, "iiii", 1,
                  "SELECT size_bytes = ?1 AND mtime_ns = ?2 FROM recordings"
                  " WHERE id = ?3 AND owner = ?4");

enum cqa_status cqa_recordings_release(struct cqa_store *store, int64_t id, int64_t now_ms,
                                       struct cqa_error *error)
{
    return cqa_sql_do(store->sql, error, &give_back, now_ms, store->owner, id);
}

enum cqa_status cqa_recordings_held(struct cqa_store *store, int64_t id, int64_t size_bytes,
                                    int64_t mtime_ns, int *same, struct cqa_error *error)
{
    int64_t found = -1;
    const enum cqa_status status = cqa_sql_number(store->sql, &found, error, &find_held, size_bytes,
                                                  mtime_ns, id, store->owner);

    if (status == CQA_OK && found < 0)
        return cqa_fail(error, CQA_E_REFUSED, "the recording is not claimed by this process");
    *same = found == 1;
    return status;
}

/* ---- failing */

CQA_SQL_STATEMENT(find_standing, "i", 5,
                  "SELECT attempts, deaths, gone, min(revised_ms, mtime_ns / 1000000),"
                  " asked <> 'not' AND EXISTS (SELECT 1 FROM results AS r WHERE"
                  "  r.recording_id = c.id AND r.size_bytes = c.size_bytes"
                  "  AND r.mtime_ns = c.mtime_ns) FROM recordings AS c WHERE id = ?1");
CQA_SQL_STATEMENT(end_as_before, "ii", 0,
                  "UPDATE recordings SET state = 'scored', asked = 'not', owner = NULL,"
                  " reason = NULL, text = NULL, changed_ms = ?1 WHERE id = ?2");
CQA_SQL_STATEMENT(end_failed, "tiitttii", 0,
                  "UPDATE recordings SET state = ?1, owner = NULL, deaths = ?2,"
                  " not_before_ms = ?3, reason = ?4, text = ?5, analyzer = ?6, changed_ms = ?7"
                  " WHERE id = ?8");
CQA_SQL_STATEMENT(drop_result, "i", 0, "DELETE FROM results WHERE recording_id = ?1");

/* How a recording stands when it has failed. */
struct standing {
    int attempts;
    int deaths;
    int gone;
    int64_t last_change_ms;
    int has_result; /* it was asked for again, and has a result of this very file */
};

static enum cqa_status read_standing(struct cqa_sql *sql, int64_t id, struct standing *out,
                                     struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &find_standing, id);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        *out = (struct standing){.attempts = (int)cqa_sql_int(rows, 0),
                                 .deaths = (int)cqa_sql_int(rows, 1),
                                 .gone = (int)cqa_sql_int(rows, 2),
                                 .last_change_ms = cqa_sql_int(rows, 3),
                                 .has_result = (int)cqa_sql_int(rows, 4)};
    cqa_sql_end(rows);
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

struct failing {
    struct cqa_store *store;
    const struct cqa_failed *failed;
    int64_t now_ms;
    enum cqa_recording_state state;
};

/* Writes what was judged; `same` 0: the file is another now, and what was found says nothing. */
static enum cqa_status write_end(const struct failing *failing, const struct standing *standing,
                                 int64_t pause_ms, int same, struct cqa_error *error)
{
    const struct cqa_failed *failed = failing->failed;
    const enum cqa_recording_state state = failing->state;

    return cqa_sql_do(
        failing->store->sql, error, &end_failed, cqa_recording_state_words[state],
        (int64_t)standing->deaths,
        state == CQA_RECORDING_READY && same ? failing->now_ms + pause_ms : (int64_t)0,
        same ? failed->reason : NULL, same ? failed->text : NULL,
        state == CQA_RECORDING_FAILED ? failed->analyzer : NULL, failing->now_ms, failed->id);
}

/* What had been scored before this revision is no longer what lies there. */
static enum cqa_status give_up(const struct failing *failing, struct cqa_error *error)
{
    const struct cqa_failed *failed = failing->failed;
    enum cqa_status status = cqa_sql_do(failing->store->sql, error, &drop_result, failed->id);

    if (status == CQA_OK)
        status = cqa_copies_release(failing->store->sql, failed->id, error);
    if (status == CQA_OK && failed->body != NULL)
        status = cqa_deliveries_put(failing->store->sql, failed->id, failed->key, failed->body,
                                    failed->body_length, failing->now_ms, error);
    return status;
}

static enum cqa_status end_attempt(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct failing *failing = context;
    const struct cqa_failed *failed = failing->failed;
    struct standing standing = {0};
    int64_t pause_ms = 0;
    int same = 0;
    enum cqa_status status = cqa_recordings_held(failing->store, failed->id, failed->size_bytes,
                                                 failed->mtime_ns, &same, error);

    if (status == CQA_OK)
        status = read_standing(sql, failed->id, &standing, error);
    if (status != CQA_OK)
        return status;
    failing->state = CQA_RECORDING_READY;
    if (same)
        failing->state = judge(failed, &standing, failing->now_ms, &pause_ms);
    /* What was to be looked at again and cannot be read is as it was before somebody asked. */
    if (failing->state == CQA_RECORDING_FAILED && standing.has_result) {
        failing->state = CQA_RECORDING_SCORED;
        return cqa_sql_do(sql, error, &end_as_before, failing->now_ms, failed->id);
    }
    status = write_end(failing, &standing, pause_ms, same, error);
    return status == CQA_OK && failing->state == CQA_RECORDING_FAILED ? give_up(failing, error)
                                                                      : status;
}

enum cqa_status cqa_recordings_fail(struct cqa_store *store, const struct cqa_failed *failed,
                                    int64_t now_ms, enum cqa_recording_state *state,
                                    struct cqa_error *error)
{
    struct failing failing = {store, failed, now_ms, CQA_RECORDING_READY};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, end_attempt, &failing, error);

    if (status == CQA_OK)
        *state = failing.state;
    return status;
}
