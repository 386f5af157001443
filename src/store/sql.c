/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sql.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum cqa_status cqa_sql_fail(const struct cqa_store *store, int code, struct cqa_error *error)
{
    const char *said = store->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(store->db);
    enum cqa_status status = CQA_E_IO;

    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return cqa_fail(error, CQA_E_BUSY, "the store is held by another process");
    case SQLITE_NOMEM:
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the store");
    case SQLITE_FULL:
        status = cqa_fail(error, CQA_E_IO, "no room on the disk of the store");
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return cqa_fail(error, CQA_E_BADDATA, "the store is damaged: %s", said);
    default:
        status = cqa_fail(error, CQA_E_IO, "the store: %s", said);
    }
    if (error != NULL)
        error->sys_errno = (code & 0xff) == SQLITE_FULL ? ENOSPC : EIO;
    return status;
}

static int bind_one(sqlite3_stmt *statement, int index, char type, va_list *values)
{
    const char *text;

    switch (type) {
    case 'i':
        return sqlite3_bind_int64(statement, index, va_arg(*values, int64_t));
    case 't':
        return sqlite3_bind_text(statement, index, va_arg(*values, const char *), -1,
                                 SQLITE_STATIC);
    case 'p':
        text = va_arg(*values, const char *);
        return sqlite3_bind_blob(statement, index, text, (int)strlen(text), SQLITE_STATIC);
    default:
        assert(type == 'b');
        text = va_arg(*values, const void *);
        return sqlite3_bind_blob64(statement, index, text, va_arg(*values, size_t), SQLITE_STATIC);
    }
}

static int bind_all(sqlite3_stmt *statement, const char *types, va_list *values)
{
    assert(sqlite3_bind_parameter_count(statement) == (int)strlen(types));
    for (int i = 0; types[i] != '\0'; i++) {
        const int code = bind_one(statement, i + 1, types[i], values);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

static enum cqa_status query(struct cqa_store *store, sqlite3_stmt **out, struct cqa_error *error,
                             const char *sql, const char *types, va_list *values)
{
    int code = sqlite3_prepare_v2(store->db, sql, -1, out, NULL);

    if (code == SQLITE_OK)
        code = bind_all(*out, types, values);
    if (code == SQLITE_OK)
        return CQA_OK;
    const enum cqa_status status = cqa_sql_fail(store, code, error);
    sqlite3_finalize(*out);
    *out = NULL;
    return status;
}

enum cqa_status cqa_sql_query(struct cqa_store *store, sqlite3_stmt **out, struct cqa_error *error,
                              const char *sql, const char *types, ...)
{
    va_list values;

    va_start(values, types);
    const enum cqa_status status = query(store, out, error, sql, types, &values);
    va_end(values);
    return status;
}

enum cqa_status cqa_sql_rebind(struct cqa_store *store, sqlite3_stmt *statement,
                               struct cqa_error *error, const char *types, ...)
{
    va_list values;

    (void)sqlite3_reset(statement);
    va_start(values, types);
    const int code = bind_all(statement, types, &values);
    va_end(values);
    return code == SQLITE_OK ? CQA_OK : cqa_sql_fail(store, code, error);
}

int cqa_sql_row(struct cqa_store *store, sqlite3_stmt *statement, enum cqa_status *status,
                struct cqa_error *error)
{
    const int code = sqlite3_step(statement);

    *status = CQA_OK;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        *status = cqa_sql_fail(store, sqlite3_extended_errcode(store->db), error);
    return code == SQLITE_ROW;
}

enum cqa_status cqa_sql_finish(struct cqa_store *store, sqlite3_stmt *statement,
                               struct cqa_error *error)
{
    enum cqa_status status;

    while (cqa_sql_row(store, statement, &status, error))
        continue;
    return status;
}

/*
 * SQLite only asks again and again for its write lock: who lets go and takes it back at once would
 * starve the others. So whoever wants to write waits for its turn first, and keeps that until it
 * has the write lock; who wrote last then stands behind who waits. CQA_E_BUSY as SQLite's own.
 */
static enum cqa_status await_turn(const struct cqa_store *store, struct cqa_error *error)
{
    const struct timespec pause = {0, 1000000};
    struct flock turn = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};

    for (int waited_ms = 0; waited_ms < CQA_STORE_BUSY_MS; waited_ms++) {
        if (fcntl(store->lock_fd, F_SETLK, &turn) == 0)
            return CQA_OK;
        if (errno != EAGAIN && errno != EACCES)
            return cqa_fail_errno(error, "locking the store");
        (void)nanosleep(&pause, NULL);
    }
    return cqa_sql_fail(store, SQLITE_BUSY, error);
}

static void end_turn(const struct cqa_store *store)
{
    struct flock turn = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};

    (void)fcntl(store->lock_fd, F_SETLK, &turn);
}

enum cqa_status cqa_sql_do(struct cqa_store *store, struct cqa_error *error, const char *sql,
                           const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list values;

    va_start(values, types);
    enum cqa_status status = query(store, &statement, error, sql, types, &values);
    va_end(values);
    if (status != CQA_OK)
        return status;
    const int locks = sqlite3_get_autocommit(store->db) && !sqlite3_stmt_readonly(statement);
    if (locks)
        status = await_turn(store, error);
    if (status == CQA_OK) {
        status = cqa_sql_finish(store, statement, error);
        if (locks)
            end_turn(store);
    }
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_sql_begin(struct cqa_store *store, struct cqa_error *error)
{
    return cqa_sql_do(store, error, "BEGIN IMMEDIATE", "");
}

enum cqa_status cqa_sql_end(struct cqa_store *store, enum cqa_status status,
                            struct cqa_error *error)
{
    if (status == CQA_OK)
        status = cqa_sql_do(store, error, "COMMIT", "");
    /* SQLite has rolled back by itself after some errors (disk full); a second time would be an
     * error of its own. */
    if (status != CQA_OK && !sqlite3_get_autocommit(store->db)) {
        const enum cqa_status back = cqa_sql_do(store, NULL, "ROLLBACK", "");
        (void)back;
    }
    return status;
}

const char *cqa_sql_text(sqlite3_stmt *statement, int column, struct cqa_arena *arena)
{
    const void *bytes = sqlite3_column_blob(statement, column);

    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return NULL;
    return cqa_arena_bytes(arena, bytes == NULL ? "" : bytes,
                           (size_t)sqlite3_column_bytes(statement, column));
}

int cqa_sql_word(sqlite3_stmt *statement, int column, const char *const *words)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    for (int i = 0; text != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}
