/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "store/recordings.h"
#include "store/sql.h"

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

/* ---- schema */

static enum cqa_status read_version(struct cqa_store *store, int *version, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_query(store, &statement, error, "PRAGMA user_version", "");

    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        *version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static enum cqa_status run_script(struct cqa_store *store, const char *script,
                                  struct cqa_error *error)
{
    const int code = sqlite3_exec(store->db, script, NULL, NULL, NULL);

    return code == SQLITE_OK ? CQA_OK : cqa_sql_fail(store, code, error);
}

/* Under the write lock, so that two that start at once do not both do it. */
static enum cqa_status migrate(struct cqa_store *store, struct cqa_error *error)
{
    char pragma[64];
    int version = 0;
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = read_version(store, &version, error);
    if (status == CQA_OK && version > cqa_store_schema_count)
        status = cqa_fail(error, CQA_E_REFUSED,
                          "the store has schema %d, written by a newer version of this program; "
                          "this one knows up to %d",
                          version, cqa_store_schema_count);
    for (int next = version; status == CQA_OK && next < cqa_store_schema_count; next++) {
        status = run_script(store, cqa_store_schemas[next], error);
        (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", next + 1);
        if (status == CQA_OK)
            status = run_script(store, pragma, error);
    }
    return cqa_sql_end(store, status, error);
}

/* ---- owners */

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
static enum cqa_status register_owner(struct cqa_store *store, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status =
        cqa_sql_do(store, error, "INSERT INTO owners (pid) VALUES (?)", "i", (int64_t)getpid());
    store->owner = sqlite3_last_insert_rowid(store->db);
    if (status == CQA_OK && lock_owner(store, store->owner, F_SETLK) != 0)
        status = cqa_fail_errno(error, "locking the store");
    return cqa_sql_end(store, status, error);
}

static enum cqa_status free_held(struct cqa_store *store, int64_t owner, int64_t now_ms,
                                 struct cqa_error *error)
{
    /* An end of the whole program is no death of the recording, but one that brings it down every
     * time must not be tried at once again. */
    enum cqa_status status =
        cqa_sql_do(store, error,
                   "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready' END,"
                   " owner = NULL, abandoned = abandoned + 1, changed_ms = ?1,"
                   " not_before_ms = CASE WHEN abandoned < 2 THEN 0"
                   "   ELSE ?1 + min(30000, 1000 << min(abandoned - 2, 5)) END"
                   " WHERE owner = ?2",
                   "ii", now_ms, owner);
    if (status == CQA_OK)
        status = cqa_sql_do(store, error,
                            "UPDATE deliveries SET owner = NULL, changed_ms = ?1,"
                            " body = CASE WHEN later THEN NULL ELSE body END,"
                            " state = CASE WHEN later THEN 'superseded' ELSE 'pending' END"
                            " FROM (SELECT d.id AS held, EXISTS (SELECT 1 FROM deliveries AS n"
                            "   WHERE n.recording_id = d.recording_id AND n.id > d.id) AS later"
                            "   FROM deliveries AS d WHERE d.owner = ?2)"
                            " WHERE id = held",
                            "ii", now_ms, owner);
    if (status == CQA_OK)
        status = cqa_sql_do(store, error, "DELETE FROM owners WHERE id = ?", "i", owner);
    return status;
}

enum cqa_status cqa_store_reclaim(struct cqa_store *store, int64_t now_ms, struct cqa_error *error)
{
    enum { AT_ONCE = 64 };
    int64_t dead[AT_ONCE];
    size_t count = 0;
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_query(
        store, &statement, error, "SELECT id FROM owners WHERE id <> ?", "i", store->owner);

    while (status == CQA_OK && count < AT_ONCE && cqa_sql_row(store, statement, &status, error)) {
        const int64_t owner = sqlite3_column_int64(statement, 0);
        const int lives = lock_owner(store, owner, F_GETLK);
        if (lives < 0)
            status = cqa_fail_errno(error, "asking for a lock on the store");
        else if (!lives)
            dead[count++] = owner;
    }
    sqlite3_finalize(statement);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = free_held(store, dead[i], now_ms, error);
    return status;
}

/* ---- open and close */

static enum cqa_status open_files(struct cqa_store *store, const char *state_dir,
                                  struct cqa_error *error)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/callqa.lock", state_dir) >= (int)sizeof path)
        return cqa_fail(error, CQA_E_LIMIT, "the path of state_dir is too long");
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_fd < 0)
        return cqa_fail_errno(error, "%s", path);
    (void)snprintf(path, sizeof path, "%s/callqa.db", state_dir);
    /* Made here, so that it is readable by nobody else from its first moment on. */
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return cqa_fail_errno(error, "%s", path);
    (void)close(fd);
    const int code = sqlite3_open_v2(path, &store->db,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                         SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE,
                                     NULL);
    return code == SQLITE_OK ? CQA_OK : cqa_sql_fail(store, code, error);
}

static enum cqa_status configure(struct cqa_store *store, struct cqa_error *error)
{
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, CQA_STORE_BUSY_MS);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return run_script(store,
                      "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;"
                      "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL;"
                      "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
                      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
                      error);
}

enum cqa_status cqa_store_open(const char *state_dir, struct cqa_store **out,
                               struct cqa_error *error)
{
    struct cqa_store *store = calloc(1, sizeof *store);
    enum cqa_status status = refuse_network(state_dir, error);

    if (store == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the store");
    store->lock_fd = -1;
    if (status == CQA_OK)
        status = open_files(store, state_dir, error);
    if (status == CQA_OK)
        status = configure(store, error);
    if (status == CQA_OK)
        status = migrate(store, error);
    if (status == CQA_OK)
        status = register_owner(store, error);
    if (status != CQA_OK) {
        store->owner = 0;
        cqa_store_close(store);
        return cqa_fail_within(error, "%s", state_dir);
    }
    *out = store;
    return CQA_OK;
}

void cqa_store_close(struct cqa_store *store)
{
    if (store == NULL)
        return;
    /* The end of the lock frees what is held; that is done by whoever claims next. */
    if (store->db != NULL)
        (void)sqlite3_close(store->db);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    free(store);
}

enum cqa_status cqa_store_check(struct cqa_store *store, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error, "PRAGMA integrity_check(1)", "");

    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error)) {
        const char *said = (const char *)sqlite3_column_text(statement, 0);
        if (said == NULL || strcmp(said, "ok") != 0)
            status = cqa_fail(error, CQA_E_BADDATA, "the store is damaged: %.200s",
                              said == NULL ? "" : said);
    }
    sqlite3_finalize(statement);
    return status;
}

/* ---- counts */

static enum cqa_status count_states(struct cqa_store *store, const char *sql,
                                    const char *const *words, int64_t *out, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_query(store, &statement, error, sql, "");

    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error)) {
        const int state = cqa_sql_word(statement, 0, words);
        if (state >= 0)
            out[state] = sqlite3_column_int64(statement, 1);
    }
    sqlite3_finalize(statement);
    return status;
}

static enum cqa_status read_number(struct cqa_store *store, const char *sql, int64_t *out,
                                   struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_query(store, &statement, error, sql, "");

    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_store_counts(struct cqa_store *store, struct cqa_counts *out,
                                 struct cqa_error *error)
{
    *out = (struct cqa_counts){0};
    /* One read transaction, so that the numbers belong together. */
    enum cqa_status status = cqa_sql_do(store, error, "BEGIN", "");
    if (status != CQA_OK)
        return status;
    status = count_states(store, "SELECT state, count(*) FROM recordings GROUP BY state",
                          cqa_recording_state_words, out->recordings, error);
    if (status == CQA_OK)
        status = count_states(store, "SELECT state, count(*) FROM deliveries GROUP BY state",
                              cqa_delivery_state_words, out->deliveries, error);
    if (status == CQA_OK)
        status = read_number(store,
                             "SELECT min(discovered_ms) FROM recordings"
                             " WHERE state IN ('ready', 'leased', 'settling')",
                             &out->oldest_waiting_ms, error);
    if (status == CQA_OK)
        status = read_number(store,
                             "SELECT min(made_ms) FROM deliveries"
                             " WHERE state IN ('pending', 'in_flight')",
                             &out->oldest_unsent_ms, error);
    return cqa_sql_end(store, status, error);
}

/* ---- forgetting */

enum cqa_status cqa_store_forget(struct cqa_store *store, int64_t before_ms, size_t limit,
                                 int64_t now_ms, size_t *count, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_do(
        store, error,
        "CREATE TEMP TABLE due AS SELECT id, gone FROM recordings AS r WHERE changed_ms < ?"
        " AND state IN ('scored', 'failed', 'excluded', 'vanished')"
        " AND NOT (state = 'excluded' AND reason = 'expired' AND NOT gone)"
        " AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.recording_id = r.id"
        "   AND d.state IN ('pending', 'in_flight', 'quarantined')) LIMIT ?",
        "ii", before_ms, (int64_t)limit);
    if (status == CQA_OK)
        status = cqa_sql_do(
            store, error, "DELETE FROM deliveries WHERE recording_id IN (SELECT id FROM due)", "");
    if (status == CQA_OK)
        status = cqa_sql_do(store, error,
                            "DELETE FROM results WHERE recording_id IN (SELECT id FROM due)", "");
    if (status == CQA_OK)
        status = cqa_sql_do(store, error,
                            "DELETE FROM previews WHERE recording_id IN (SELECT id FROM due)", "");
    if (status == CQA_OK)
        status = cqa_sql_do(
            store, error, "DELETE FROM recordings WHERE id IN (SELECT id FROM due WHERE gone)", "");
    if (status == CQA_OK)
        status = cqa_sql_do(store, error,
                            "UPDATE recordings SET state = 'excluded', reason = 'expired',"
                            " text = NULL, analyzer = NULL, changed_ms = ?"
                            " WHERE id IN (SELECT id FROM due)",
                            "i", now_ms);
    int64_t due = 0;
    if (status == CQA_OK)
        status = read_number(store, "SELECT count(*) FROM due", &due, error);
    if (status == CQA_OK)
        status = cqa_sql_do(store, error, "DROP TABLE temp.due", "");
    *count = (size_t)due;
    return cqa_sql_end(store, status, error);
}
