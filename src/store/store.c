/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "facts/join.h"
#include "store/mend.h"
#include "store/parts.h"
#include "store/recordings.h"
#include "store/standing.h"

const char *const cqa_asked_words[CQA_ASKED_COUNT + 1] = {"not", "again", "apart", NULL};
const char *const cqa_recording_state_words[CQA_RECORDING_STATE_COUNT + 1] = {
    "ready", "leased", "settling", "scored", "failed", "excluded", "vanished", NULL};
const char *const cqa_delivery_state_words[CQA_DELIVERY_STATE_COUNT + 1] = {
    "pending", "in_flight", "acked", "quarantined", "superseded", NULL};

/* File systems on which another host may write, or whose locks are not the kernel's. */
static enum cqa_status refuse_network(const char *state_dir, struct cqa_error *error)
{
    static const unsigned long magics[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42,
                                           0x65735546, 0x5346414f, 0x00c36400, 0x73757245,
                                           0x0bd00bd0, 0x7461636f, 0x01161970};
    struct statfs status;

    if (statfs(state_dir, &status) != 0)
        return cqa_fail_errno(error, "%s", state_dir);
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (((unsigned long)status.f_type & 0xffffffffUL) == magics[i])
            return cqa_fail(error, CQA_E_REFUSED,
                            "%s is on a network or FUSE file system, where a crash can damage the "
                            "store; state_dir must be on a local disk",
                            state_dir);
    return CQA_OK;
}

/* ---- turns */

/*
 * SQLite only asks again and again for its write lock: who lets go and takes it back at once would
 * starve the others. So whoever wants to write waits for its turn first, and keeps that until it
 * has the write lock; who wrote last then stands behind who waits.
 */
static enum cqa_status take_turn(void *context, int wait_ms, struct cqa_error *error)
{
    const struct cqa_store *store = context;
    const struct timespec pause = {0, 1000000};
    struct flock turn = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};

    for (int waited_ms = 0; waited_ms < wait_ms; waited_ms++) {
        if (fcntl(store->lock_fd, F_SETLK, &turn) == 0)
            return CQA_OK;
        if (errno != EAGAIN && errno != EACCES)
            return cqa_fail_errno(error, "locking the store");
        (void)nanosleep(&pause, NULL);
    }
    return cqa_fail(error, CQA_E_BUSY, "the database is held by others");
}

static void give_turn(void *context)
{
    const struct cqa_store *store = context;
    struct flock turn = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};

    (void)fcntl(store->lock_fd, F_SETLK, &turn);
}

/* ---- owners */

CQA_SQL_STATEMENT(insert_owner, "i", 1, "INSERT INTO owners (pid) VALUES (?1) RETURNING id");
CQA_SQL_STATEMENT(list_owners, "i", 1, "SELECT id FROM owners WHERE id <> ?1");
/* An end of the whole program is no death of the recording, but one that brings it down every time
 * must not be tried at once again. */
CQA_SQL_STATEMENT(free_recordings, "ii", 0,
                  "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready' END,"
                  " reason = CASE WHEN gone THEN '" CQA_VANISHED_UNREAD "' ELSE reason END,"
                  " owner = NULL, abandoned = abandoned + 1, changed_ms = ?1,"
                  " not_before_ms = CASE WHEN abandoned < 2 THEN 0"
                  "   ELSE ?1 + min(30000, 1000 << min(abandoned - 2, 5)) END"
                  " WHERE owner = ?2");
CQA_SQL_STATEMENT(free_deliveries, "ii", 0,
                  "UPDATE deliveries SET owner = NULL, changed_ms = ?1,"
                  " body = CASE WHEN later THEN NULL ELSE body END,"
                  " state = CASE WHEN later THEN 'superseded' ELSE 'pending' END"
                  " FROM (SELECT d.id AS held, EXISTS (SELECT 1 FROM deliveries AS n"
                  "   WHERE n.recording_id = d.recording_id AND n.id > d.id) AS later"
                  "   FROM deliveries AS d WHERE d.owner = ?2)"
                  " WHERE id = held");
CQA_SQL_STATEMENT(delete_owner, "i", 0, "DELETE FROM owners WHERE id = ?1");

static int lock_owner(const struct cqa_store *store, int64_t owner, int command)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)owner, .l_len = 1};

    if (fcntl(store->lock_fd, command, &lock) != 0)
        return -1;
    return command == F_GETLK && lock.l_type != F_UNLCK;
}

/*
 * The lock is a POSIX one: it ends with the process, however that ends, and forked workers do not
 * keep it. It is taken before the row can be seen.
 */
static enum cqa_status register_owner(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct cqa_store *store = context;
    enum cqa_status status =
        cqa_sql_number(sql, &store->owner, error, &insert_owner, (int64_t)getpid());

    if (status == CQA_OK && lock_owner(store, store->owner, F_SETLK) != 0)
        status = cqa_fail_errno(error, "locking the store");
    return status;
}

enum cqa_status cqa_standing_owners(struct cqa_store *store, int64_t *count,
                                    struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &list_owners, store->owner);

    *count = 0;
    while (status == CQA_OK && cqa_sql_next(rows, &status, error))
        *count += lock_owner(store, cqa_sql_int(rows, 0), F_GETLK) > 0;
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status free_held(struct cqa_store *store, int64_t owner, int64_t now_ms,
                                 struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(store->sql, error, &free_recordings, now_ms, owner);

    if (status == CQA_OK)
        status = cqa_sql_do(store->sql, error, &free_deliveries, now_ms, owner);
    if (status == CQA_OK)
        status = cqa_sql_do(store->sql, error, &delete_owner, owner);
    return status;
}

enum cqa_status cqa_store_reclaim(struct cqa_store *store, int64_t now_ms, struct cqa_error *error)
{
    enum { AT_ONCE = 64 };
    int64_t dead[AT_ONCE];
    size_t count = 0;
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &list_owners, store->owner);

    while (status == CQA_OK && count < AT_ONCE && cqa_sql_next(rows, &status, error)) {
        const int64_t owner = cqa_sql_int(rows, 0);
        const int lives = lock_owner(store, owner, F_GETLK);
        if (lives < 0)
            status = cqa_fail_errno(error, "asking for a lock on the store");
        else if (!lives)
            dead[count++] = owner;
    }
    cqa_sql_end(rows);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = free_held(store, dead[i], now_ms, error);
    return status;
}

/* ---- open and close */

int cqa_store_was_made(const char *lock_path)
{
    struct stat facts;

    return lstat(lock_path, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0;
}

/* So that one that is taken away or emptied later is missed. */
static void mark_as_made(const struct cqa_store *store)
{
    struct stat facts;

    if (fstat(store->lock_fd, &facts) == 0 && facts.st_size == 0 &&
        pwrite(store->lock_fd, "made\n", 5, 0) < 0)
        cqa_log(CQA_LOG_WARNING, "the lock of the store: %p", cqa_words_of_errno(errno));
}

static int is_empty(const char *path)
{
    struct stat facts;

    return lstat(path, &facts) == 0 ? S_ISREG(facts.st_mode) && facts.st_size == 0
                                    : errno == ENOENT;
}

enum cqa_status cqa_store_missed(const char *state_dir, struct cqa_error *error)
{
    char path[PATH_MAX];
    char lock[PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/callqa.db", state_dir);
    (void)snprintf(lock, sizeof lock, "%s/callqa.lock", state_dir);
    if (!is_empty(path) || !cqa_store_was_made(lock))
        return CQA_OK;
    return cqa_fail(error, CQA_E_BADDATA,
                    "the store was taken away or emptied: callqad builds a new one from the "
                    "recordings");
}

static enum cqa_status open_files(struct cqa_store *store, const char *state_dir,
                                  struct cqa_error *error)
{
    const struct cqa_sql_turn turn = {.take = take_turn, .give = give_turn, .context = store};
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/callqa.lock", state_dir) >= (int)sizeof path)
        return cqa_fail(error, CQA_E_LIMIT, "the path of state_dir is too long");
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_fd < 0)
        return cqa_fail_errno(error, "%s", path);
    const enum cqa_status status = cqa_store_missed(state_dir, error);
    if (status != CQA_OK)
        return status;
    (void)snprintf(path, sizeof path, "%s/callqa.db", state_dir);
    const struct cqa_sql_place place = {
        .driver = &cqa_sql_sqlite,
        .path = path,
        .setup = "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;"
                 "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;"
                 "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
                 "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
        .turn = &turn,
    };
    return cqa_sql_open(&place, &store->sql, error);
}

/* Which file it is: another may take its place. */
static void note_file(struct cqa_store *store, const char *state_dir)
{
    struct stat facts = {0};

    (void)snprintf(store->path, sizeof store->path, "%s/callqa.db", state_dir);
    if (lstat(store->path, &facts) == 0) {
        store->device = facts.st_dev;
        store->inode = facts.st_ino;
    }
}

enum cqa_status cqa_store_open(const char *state_dir, struct cqa_store **out,
                               struct cqa_error *error)
{
    struct cqa_store *store = calloc(1, sizeof *store);

    if (store == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the store");
    store->lock_fd = -1;
    store->ballast.fd = -1;
    enum cqa_status status = refuse_network(state_dir, error);
    if (status == CQA_OK) {
        cqa_ballast_open(&store->ballast, state_dir);
        status = open_files(store, state_dir, error);
    }
    if (status == CQA_OK)
        status = cqa_sql_migrate(store->sql, &cqa_store_schema, error);
    if (status == CQA_OK)
        status = cqa_store_send(store, register_owner, store, error);
    if (status != CQA_OK) {
        cqa_store_close(store);
        return cqa_fail_within(error, "%s", state_dir);
    }
    note_file(store, state_dir);
    mark_as_made(store);
    *out = store;
    return CQA_OK;
}

int cqa_store_is_current(const struct cqa_store *store)
{
    struct stat facts;

    return lstat(store->path, &facts) == 0 && facts.st_dev == store->device &&
           facts.st_ino == store->inode && facts.st_size > 0;
}

void cqa_store_set_wait(struct cqa_store *store, int wait_ms)
{
    cqa_sql_set_wait(store->sql, wait_ms);
}

void cqa_store_close(struct cqa_store *store)
{
    if (store == NULL)
        return;
    /* The end of the lock frees what is held; that is done by whoever claims next. */
    cqa_sql_close(store->sql);
    cqa_ballast_close(&store->ballast);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    free(store);
}

/* ---- counts */

CQA_SQL_STATEMENT(count_recordings, "", 2, "SELECT state, count(*) FROM recordings GROUP BY state");
CQA_SQL_STATEMENT(count_deliveries, "", 2, "SELECT state, count(*) FROM deliveries GROUP BY state");
CQA_SQL_STATEMENT(first_waiting, "", 1,
                  "SELECT min(discovered_ms) FROM recordings"
                  " WHERE state IN ('ready', 'leased', 'settling')");
CQA_SQL_STATEMENT(first_unsent, "", 1,
                  "SELECT min(made_ms) FROM deliveries WHERE state IN ('pending', 'in_flight')");

CQA_SQL_STATEMENT(count_aside, "", 1,
                  "SELECT count(*) FROM deliveries INDEXED BY deliveries_aside"
                  " WHERE state = 'pending' AND aside > 0");

static enum cqa_status count_states(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                                    const char *const *words, int64_t *out, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, statement);

    while (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        const int state = cqa_sql_word(rows, 0, words);
        if (state >= 0)
            out[state] = cqa_sql_int(rows, 1);
    }
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status count_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct cqa_counts *out = context;

    *out = (struct cqa_counts){0};
    enum cqa_status status =
        count_states(sql, &count_recordings, cqa_recording_state_words, out->recordings, error);
    if (status == CQA_OK)
        status =
            count_states(sql, &count_deliveries, cqa_delivery_state_words, out->deliveries, error);
    if (status == CQA_OK)
        status = cqa_sql_number(sql, &out->oldest_waiting_ms, error, &first_waiting);
    if (status == CQA_OK)
        status = cqa_sql_number(sql, &out->oldest_unsent_ms, error, &first_unsent);
    if (status == CQA_OK)
        status = cqa_sql_number(sql, &out->aside, error, &count_aside);
    return status;
}

enum cqa_status cqa_store_counts(struct cqa_store *store, struct cqa_counts *out,
                                 struct cqa_error *error)
{
    /* One transaction, so that the numbers belong together. */
    return cqa_sql_transaction(store->sql, CQA_SQL_READ, count_all, out, error);
}

/* ---- reading together */

struct together {
    cqa_store_body *body;
    void *context;
};

static enum cqa_status read_together(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct together *together = context;

    (void)sql;
    return together->body(together->context, error);
}

enum cqa_status cqa_store_reading(struct cqa_store *store, cqa_store_body *body, void *context,
                                  struct cqa_error *error)
{
    struct together together = {body, context};

    return cqa_sql_transaction(store->sql, CQA_SQL_READ, read_together, &together, error);
}

/* ---- forgetting */

CQA_SQL_STATEMENT(list_due, "iiii", 2,
                  "SELECT id, gone FROM recordings AS r WHERE NOT held"
                  " AND ((state = 'scored' AND changed_ms < ?1)"
                  "   OR (state = 'failed' AND changed_ms < ?2)"
                  "   OR (state IN ('excluded', 'vanished') AND changed_ms < ?3))"
                  " AND NOT (state = 'excluded' AND reason IN ('expired', 'erased') AND NOT gone)"
                  " AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.recording_id = r.id"
                  "   AND d.state IN ('pending', 'in_flight', 'quarantined')) LIMIT ?4");
CQA_SQL_STATEMENT(delete_deliveries, "i", 0, "DELETE FROM deliveries WHERE recording_id = ?1");
CQA_SQL_STATEMENT(delete_result, "i", 0, "DELETE FROM results WHERE recording_id = ?1");
CQA_SQL_STATEMENT(delete_preview, "i", 0, "DELETE FROM previews WHERE recording_id = ?1");
/* Whatever may have been joined to it. */
CQA_SQL_STATEMENT(delete_facts, "ii", 0,
                  "DELETE FROM facts WHERE id IN (SELECT f.id FROM fact_links AS l JOIN facts AS f"
                  "  ON f.call_id = l.call_id AND f.watch = l.watch WHERE l.recording_id = ?1"
                  " UNION SELECT f.id FROM fact_links AS l JOIN facts AS f"
                  "  ON f.linked_id = l.call_id AND f.watch = l.watch WHERE l.recording_id = ?1"
                  " UNION SELECT f.id FROM fact_links AS l JOIN facts AS f"
                  "  ON f.file IN (l.file, l.call_id) AND f.watch = l.watch"
                  "  WHERE l.recording_id = ?1"
                  " UNION SELECT f.id FROM fact_links AS l JOIN facts AS f"
                  "  ON f.caller = l.caller AND f.watch = l.watch"
                  "  AND f.started_ms BETWEEN l.begun_ms - ?2 AND l.begun_ms + ?2"
                  "  WHERE l.recording_id = ?1)");
CQA_SQL_STATEMENT(delete_link, "i", 0, "DELETE FROM fact_links WHERE recording_id = ?1");
CQA_SQL_STATEMENT(delete_recording, "i", 0, "DELETE FROM recordings WHERE id = ?1");
CQA_SQL_STATEMENT(keep_empty, "tii", 0,
                  "UPDATE recordings SET state = 'excluded', reason = ?1, owner = NULL,"
                  " text = NULL, analyzer = NULL, begun_ms = 0, changed_ms = ?2 WHERE id = ?3");
CQA_SQL_STATEMENT(mark_held, "i", 0, "UPDATE recordings SET held = 1 WHERE id = ?1");

CQA_SQL_STATEMENT(date_anew, "i", 0,
                  "UPDATE recordings SET changed_ms = ?1 WHERE changed_ms > ?1 + 86400000"
                  " AND state IN ('scored', 'failed', 'excluded', 'vanished')");

struct due {
    int64_t id;
    int gone;
};

struct forgetting {
    const struct cqa_retention *retention;
    int64_t now_ms;
    size_t limit, count;
    struct due *due;
};

static enum cqa_status read_due(struct cqa_sql *sql, struct forgetting *forgetting,
                                struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status =
        cqa_sql_start(sql, &rows, error, &list_due, forgetting->retention->scored_ms,
                      forgetting->retention->failed_ms, forgetting->retention->vanished_ms,
                      (int64_t)forgetting->limit);

    forgetting->count = 0;
    while (status == CQA_OK && cqa_sql_next(rows, &status, error))
        forgetting->due[forgetting->count++] =
            (struct due){cqa_sql_int(rows, 0), cqa_sql_int(rows, 1) != 0};
    cqa_sql_end(rows);
    return status;
}

enum cqa_status cqa_store_empty(struct cqa_sql *sql, int64_t id, int gone, const char *reason,
                                int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &delete_deliveries, id);

    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &delete_result, id);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &delete_preview, id);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &delete_facts, id, (int64_t)CQA_JOIN_WITHIN_MS);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &delete_link, id);
    if (status == CQA_OK)
        status = gone ? cqa_sql_do(sql, error, &delete_recording, id)
                      : cqa_sql_do(sql, error, &keep_empty, reason, now_ms, id);
    return status;
}

static enum cqa_status forget_one(struct cqa_sql *sql, const struct due *due, int64_t now_ms,
                                  struct cqa_error *error)
{
    int held = 0;
    const enum cqa_status status = cqa_holds_hold(sql, due->id, &held, error);

    if (status != CQA_OK)
        return status;
    return held ? cqa_sql_do(sql, error, &mark_held, due->id)
                : cqa_store_empty(sql, due->id, due->gone, "expired", now_ms, error);
}

static enum cqa_status forget(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct forgetting *forgetting = context;
    enum cqa_status status = cqa_sql_do(sql, error, &date_anew, forgetting->now_ms);

    if (status == CQA_OK)
        status = read_due(sql, forgetting, error);
    for (size_t i = 0; status == CQA_OK && i < forgetting->count; i++)
        status = forget_one(sql, &forgetting->due[i], forgetting->now_ms, error);
    return status;
}

enum cqa_status cqa_store_forget(struct cqa_store *store, const struct cqa_retention *retention,
                                 size_t limit, int64_t now_ms, size_t *count,
                                 struct cqa_error *error)
{
    struct forgetting forgetting = {.retention = retention,
                                    .now_ms = now_ms,
                                    .limit = limit,
                                    .due = calloc(limit + 1, sizeof(struct due))};

    if (forgetting.due == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a list");
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, forget, &forgetting, error);
    free(forgetting.due);
    *count = status == CQA_OK ? forgetting.count : 0;
    return status;
}
