/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/db.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "server/shift.h"

enum { STATEMENTS_MAX = 256 }; /* a power of two, well above the number of queries in store_*.c */

struct cached {
    const char *sql;
    sqlite3_stmt *statement;
};

struct cqa_db {
    sqlite3 *handle;
    struct cached cache[STATEMENTS_MAX];
};

static enum cqa_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return CQA_E_BUSY;
    case SQLITE_NOMEM:
        return CQA_E_NOMEM;
    case SQLITE_CONSTRAINT:
        return CQA_E_BADDATA;
    case SQLITE_TOOBIG:
        return CQA_E_LIMIT;
    default:
        return CQA_E_IO;
    }
}

static enum cqa_status fail(struct cqa_db *db, int code, struct cqa_error *error)
{
    return cqa_fail(error, status_of(code), "database: %s (%d)",
                    db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code),
                    db->handle ? sqlite3_extended_errcode(db->handle) : code);
}

/* WAL with FULL: an answered write survives power loss. Readers never checkpoint (decision 0020).
 */
static const char *pragmas(enum cqa_db_mode mode)
{
    if (mode == CQA_DB_WRITER)
        return "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
               "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-65536;"
               "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=268435456;"
               "PRAGMA temp_store=MEMORY;";
    return "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA trusted_schema=OFF;"
           "PRAGMA cache_size=-32768; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;";
}

static void in_shift(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct cqa_shift *shift = sqlite3_value_pointer(values[1], CQA_DB_SHIFT);

    (void)count;
    sqlite3_result_int(context, shift != NULL && sqlite3_value_type(values[0]) != SQLITE_NULL &&
                                    cqa_shift_holds(shift, sqlite3_value_int64(values[0])));
}

enum cqa_status cqa_db_open(struct cqa_db **out, const char *path, enum cqa_db_mode mode,
                            struct cqa_error *error)
{
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (mode == CQA_DB_WRITER ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                             : SQLITE_OPEN_READWRITE);
    struct cqa_db *db = calloc(1, sizeof *db);

    if (db == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(db->handle, 10000);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db->handle, pragmas(mode), NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code =
            sqlite3_create_function_v2(db->handle, "in_shift", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                       NULL, in_shift, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        fail(db, code, error);
        cqa_db_close(db);
        return cqa_fail_within(error, "%s", path);
    }
    *out = db;
    return CQA_OK;
}

void cqa_db_close(struct cqa_db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(db->cache[i].statement);
    sqlite3_close_v2(db->handle);
    free(db);
}

enum cqa_status cqa_db_prepare(struct cqa_db *db, sqlite3_stmt **out, struct cqa_error *error,
                               const char *sql)
{
    const int code = sqlite3_prepare_v2(db->handle, sql, -1, out, NULL);

    return code == SQLITE_OK ? CQA_OK : fail(db, code, error);
}

/* The place in the cache for the text at this address: its own, or the free one that follows. */
static struct cached *place(struct cqa_db *db, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) * 2654435761u % STATEMENTS_MAX;

    for (size_t i = 0; i < STATEMENTS_MAX; i++, at = (at + 1) % STATEMENTS_MAX)
        if (db->cache[at].sql == sql || db->cache[at].sql == NULL)
            return &db->cache[at];
    return NULL;
}

static int bind_one(sqlite3_stmt *statement, int index, char letter, va_list *arguments)
{
    switch (letter) {
    case 'i':
        return sqlite3_bind_int64(statement, index, va_arg(*arguments, int64_t));
    case 't':
        return sqlite3_bind_text(statement, index, va_arg(*arguments, const char *), -1,
                                 SQLITE_TRANSIENT);
    case 'd':
        return sqlite3_bind_double(statement, index, va_arg(*arguments, double));
    case 'b': {
        const void *bytes = va_arg(*arguments, const void *);
        return sqlite3_bind_blob(statement, index, bytes, va_arg(*arguments, int),
                                 SQLITE_TRANSIENT);
    }
    case 'o': {
        const int64_t *value = va_arg(*arguments, const int64_t *);
        return value ? sqlite3_bind_int64(statement, index, *value)
                     : sqlite3_bind_null(statement, index);
    }
    default:
        return SQLITE_MISUSE;
    }
}

enum cqa_status cqa_db_start_va(struct cqa_db *db, sqlite3_stmt **out, struct cqa_error *error,
                                const char *sql, const char *format, va_list *arguments)
{
    struct cached *slot = place(db, sql);

    if (slot == NULL)
        return cqa_fail(error, CQA_E_LIMIT, "database: too many prepared statements");
    if (slot->sql == NULL) {
        const int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                            &slot->statement, NULL);
        if (code != SQLITE_OK)
            return fail(db, code, error);
        slot->sql = sql;
    }
    for (int i = 0; format[i] != '\0'; i++) {
        const int code = bind_one(slot->statement, i + 1, format[i], arguments);
        if (code != SQLITE_OK) {
            cqa_db_end(slot->statement);
            return fail(db, code, error);
        }
    }
    *out = slot->statement;
    return CQA_OK;
}

enum cqa_status cqa_db_start(struct cqa_db *db, sqlite3_stmt **out, struct cqa_error *error,
                             const char *sql, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const enum cqa_status status = cqa_db_start_va(db, out, error, sql, format, &arguments);
    va_end(arguments);
    return status;
}

enum cqa_status cqa_db_step(struct cqa_db *db, sqlite3_stmt *statement, struct cqa_error *error)
{
    const int code = sqlite3_step(statement);

    if (code == SQLITE_ROW)
        return CQA_OK;
    return code == SQLITE_DONE ? CQA_E_NOTFOUND : fail(db, code, error);
}

void cqa_db_end(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

enum cqa_status cqa_db_run(struct cqa_db *db, struct cqa_error *error, const char *sql,
                           const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;

    va_start(arguments, format);
    enum cqa_status status = cqa_db_start_va(db, &statement, error, sql, format, &arguments);
    va_end(arguments);
    if (status != CQA_OK)
        return status;
    do
        status = cqa_db_step(db, statement, error);
    while (status == CQA_OK);
    cqa_db_end(statement);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

enum cqa_status cqa_db_script(struct cqa_db *db, const char *sql, struct cqa_error *error)
{
    const int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? CQA_OK : fail(db, code, error);
}

enum cqa_status cqa_db_value(struct cqa_db *db, int64_t *out, struct cqa_error *error,
                             const char *sql, const char *format, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list arguments;

    va_start(arguments, format);
    enum cqa_status status = cqa_db_start_va(db, &statement, error, sql, format, &arguments);
    va_end(arguments);
    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, statement, error);
    if (status == CQA_OK)
        *out = sqlite3_column_int64(statement, 0);
    cqa_db_end(statement);
    return status;
}

int64_t cqa_db_last_id(struct cqa_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int64_t cqa_db_changes(struct cqa_db *db)
{
    return sqlite3_changes64(db->handle);
}

const char *cqa_db_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text ? (const char *)text : "";
}
