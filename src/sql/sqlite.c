/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>
#include "sql/driver.h"

/* ---- failures */

/* A trigger of the schema says no. */
static enum cqa_status refused(const char *said, struct cqa_error *error)
{
    (void)cqa_fail(error, CQA_E_REFUSED, "the database: %s", said);
    if (error != NULL)
        error->sys_errno = EPERM;
    return CQA_E_REFUSED;
}

static enum cqa_status lasting(int code, const char *said, struct cqa_error *error)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the database");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        (void)cqa_fail(error, CQA_E_BADDATA, "the database is damaged: %s", said);
        (void)cqa_sql_broken(error);
        return CQA_E_BADDATA;
    case SQLITE_CONSTRAINT:
        if (code == SQLITE_CONSTRAINT_TRIGGER)
            return refused(said, error);
        /* fall through */
    case SQLITE_MISMATCH:
        return cqa_fail(error, CQA_E_BADDATA, "the database: %s", said);
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
        return cqa_fail(error, CQA_E_LIMIT, "the database: %s", said);
    default:
        (void)cqa_fail(error, CQA_E_IO, "the database: %s (%d)", said, code);
        return cqa_sql_broken(error);
    }
}

static enum cqa_status failed(struct cqa_sql *sql, int code, struct cqa_error *error)
{
    sqlite3 *db = sql->handle;

    sql->trouble = CQA_SQL_LASTING;
    if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
        return cqa_sql_held(sql, error);
    if ((code & 0xff) == SQLITE_FULL)
        return cqa_sql_full(sql, error);
    return lasting(code, db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(db), error);
}

static enum cqa_status checked(struct cqa_sql *sql, int code, struct cqa_error *error)
{
    return code == SQLITE_OK ? CQA_OK : failed(sql, code, error);
}

/* ---- connection */

static enum cqa_status script(struct cqa_sql *sql, const char *text, struct cqa_error *error)
{
    return checked(sql, sqlite3_exec(sql->handle, text, NULL, NULL, NULL), error);
}

/* Made here, so that it is readable by nobody else from its first moment on. One that is there is
 * not opened: closing it again would drop the locks that this process has on it by other
 * connections, and with them the log under their feet. */
static enum cqa_status make_file(const char *path, struct cqa_error *error)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0)
        (void)close(fd);
    else if (errno != EEXIST || faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0)
        return cqa_fail_errno(error, "%s", path);
    return CQA_OK;
}

static enum cqa_status configure(struct cqa_sql *sql, const char *setup, struct cqa_error *error)
{
    (void)sqlite3_extended_result_codes(sql->handle, 1);
    (void)sqlite3_busy_timeout(sql->handle, sql->wait_ms * CQA_SQL_TRIES);
    (void)sqlite3_db_config(sql->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return setup == NULL ? CQA_OK : script(sql, setup, error);
}

/* Nobody asks how much memory it holds, and counting takes a lock for each piece. */
static void count_no_memory(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum cqa_status open_sqlite(struct cqa_sql *sql, const struct cqa_sql_place *place,
                                   const char *password, struct cqa_error *error)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                      SQLITE_OPEN_PRIVATECACHE;
    sqlite3 *db = NULL;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    enum cqa_status status = place->looks ? CQA_OK : make_file(place->path, error);

    (void)password;
    (void)pthread_once(&once, count_no_memory);
    if (status != CQA_OK)
        return status;
    const int code = sqlite3_open_v2(place->path, &db, flags, NULL);
    sql->handle = db;
    status = checked(sql, code, error);
    return status == CQA_OK ? configure(sql, place->setup, error) : status;
}

static void close_sqlite(struct cqa_sql *sql)
{
    (void)sqlite3_close(sql->handle);
}

/* ---- statements */

static enum cqa_status prepare(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                               void **prepared, int *placeholders, int *columns,
                               struct cqa_error *error)
{
    sqlite3_stmt *made = NULL;
    const unsigned flags = statement->kept ? SQLITE_PREPARE_PERSISTENT : 0;
    const int code = sqlite3_prepare_v3(sql->handle, statement->text, -1, flags, &made, NULL);

    if (code != SQLITE_OK)
        return failed(sql, code, error);
    *prepared = made;
    *placeholders = sqlite3_bind_parameter_count(made);
    *columns = sqlite3_column_count(made);
    return CQA_OK;
}

static int bind(sqlite3_stmt *statement, int index, const struct cqa_sql_value *value)
{
    switch (value->kind) {
    case CQA_SQL_INT:
        return sqlite3_bind_int64(statement, index, value->integer);
    case CQA_SQL_DOUBLE:
        return sqlite3_bind_double(statement, index, value->real);
    case CQA_SQL_TEXT:
        return sqlite3_bind_text64(statement, index, value->bytes, value->size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case CQA_SQL_BLOB:
        return sqlite3_bind_blob64(statement, index, value->bytes, value->size, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(statement, index);
    }
}

static enum cqa_status run(struct cqa_sql *sql, void *prepared, const struct cqa_sql_value *values,
                           int count, struct cqa_error *error)
{
    int code = SQLITE_OK;

    for (int i = 0; i < count && code == SQLITE_OK; i++)
        code = bind(prepared, i + 1, &values[i]);
    return checked(sql, code, error);
}

static enum cqa_status step(struct cqa_sql *sql, void *prepared, struct cqa_error *error)
{
    const int code = sqlite3_step(prepared);

    if (code == SQLITE_ROW)
        return CQA_OK;
    return code == SQLITE_DONE ? CQA_E_NOTFOUND : failed(sql, code, error);
}

/* Looked up once: the connection is one thread's (NOMUTEX), so the value stays as it is. */
static void column(void *prepared, int index, struct cqa_sql_value *out)
{
    sqlite3_value *value = sqlite3_column_value(prepared, index);

    *out = (struct cqa_sql_value){0};
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        out->kind = CQA_SQL_INT;
        out->integer = sqlite3_value_int64(value);
        break;
    case SQLITE_FLOAT:
        out->kind = CQA_SQL_DOUBLE;
        out->real = sqlite3_value_double(value);
        break;
    case SQLITE_TEXT:
        out->kind = CQA_SQL_TEXT;
        out->bytes = (const char *)sqlite3_value_text(value);
        break;
    case SQLITE_BLOB:
        out->kind = CQA_SQL_BLOB;
        out->bytes = sqlite3_value_blob(value);
        break;
    default:
        return;
    }
    if (out->bytes != NULL)
        out->size = (size_t)sqlite3_value_bytes(value);
}

static void reset(void *prepared)
{
    (void)sqlite3_reset(prepared);
    (void)sqlite3_clear_bindings(prepared);
}

static void finish(void *prepared)
{
    (void)sqlite3_finalize(prepared);
}

static int64_t changes(struct cqa_sql *sql)
{
    return sqlite3_changes64(sql->handle);
}

/* ---- transactions */

/* Inside a transaction that may be run again, one try waits for its part of the time only. */
static void wait_for(struct cqa_sql *sql, int tries)
{
    (void)sqlite3_busy_timeout(sql->handle, sql->wait_ms * tries);
}

static enum cqa_status begin(struct cqa_sql *sql, enum cqa_sql_begin how, struct cqa_error *error)
{
    wait_for(sql, 1);
    const enum cqa_status status =
        script(sql, how == CQA_SQL_BEGIN_READ ? "BEGIN" : "BEGIN IMMEDIATE", error);
    if (status != CQA_OK)
        wait_for(sql, CQA_SQL_TRIES);
    return status;
}

static enum cqa_status commit(struct cqa_sql *sql, struct cqa_error *error)
{
    const enum cqa_status status = script(sql, "COMMIT", error);

    if (status == CQA_OK)
        wait_for(sql, CQA_SQL_TRIES);
    return status;
}

/* SQLite has rolled back by itself after some errors (disk full); a second time would be an error
 * of its own. */
static void rollback(struct cqa_sql *sql)
{
    if (!sqlite3_get_autocommit(sql->handle))
        (void)sqlite3_exec(sql->handle, "ROLLBACK", NULL, NULL, NULL);
    wait_for(sql, CQA_SQL_TRIES);
}

/* ---- schema */

static enum cqa_status version(struct cqa_sql *sql, int set, int *out, struct cqa_error *error)
{
    static const struct cqa_sql_statement get = {"PRAGMA user_version", "", 1, 0};
    char pragma[64];
    int64_t found = 0;
    enum cqa_status status = CQA_OK;

    if (set >= 0) {
        (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", set);
        status = script(sql, pragma, error);
    }
    if (status == CQA_OK)
        status = cqa_sql_number(sql, &found, error, &get);
    *out = (int)found;
    return status;
}

const struct cqa_sql_driver cqa_sql_sqlite = {
    .open = open_sqlite,
    .close = close_sqlite,
    .prepare = prepare,
    .run = run,
    .step = step,
    .column = column,
    .reset = reset,
    .finish = finish,
    .changes = changes,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .script = script,
    .version = version,
    .takes_indexes = 1,
};
