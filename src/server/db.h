/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_DB_H
#define CQA_SERVER_DB_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include "base/error.h"

/*
 * One SQLite connection with its prepared statements. Included only by the store_*.c files.
 * A connection belongs to one thread at a time.
 */
struct cqa_db;

enum cqa_db_mode { CQA_DB_WRITER, CQA_DB_READER };

/* Owned, free with cqa_db_close. The writer makes the file (mode 0600), a reader only reads. */
enum cqa_status cqa_db_open(struct cqa_db **out, const char *path, enum cqa_db_mode mode,
                            struct cqa_error *error) CQA_MUST_CHECK;
void cqa_db_close(struct cqa_db *db);

/*
 * SQL has in_shift(ms, SHIFT): 1 when the moment falls into the const struct cqa_shift that is
 * bound with sqlite3_bind_pointer under this type, else 0; 0 for a null moment.
 */
#define CQA_DB_SHIFT "cqa_shift"

/*
 * Prepares `sql` (a string of static lifetime: the statement is kept and found again by its
 * address), and binds by `format`, one letter an argument: i int64_t, t text (NULL: null), b const
 * void * and int size, d double, o const int64_t * (NULL: null). The statement is borrowed;
 * cqa_db_end it before it is prepared again.
 */
enum cqa_status cqa_db_start(struct cqa_db *db, sqlite3_stmt **out, struct cqa_error *error,
                             const char *sql, const char *format, ...) CQA_MUST_CHECK;

enum cqa_status cqa_db_start_va(struct cqa_db *db, sqlite3_stmt **out, struct cqa_error *error,
                                const char *sql, const char *format,
                                va_list *arguments) CQA_MUST_CHECK;

/* As cqa_db_start for SQL put together at run time; the statement is owned, free with
 * sqlite3_finalize. */
enum cqa_status cqa_db_prepare(struct cqa_db *db, sqlite3_stmt **out, struct cqa_error *error,
                               const char *sql) CQA_MUST_CHECK;

/* CQA_OK: a row is there. CQA_E_NOTFOUND: no more. Else what went wrong, in `error`. */
enum cqa_status cqa_db_step(struct cqa_db *db, sqlite3_stmt *statement,
                            struct cqa_error *error) CQA_MUST_CHECK;
void cqa_db_end(sqlite3_stmt *statement);

/* Starts, steps to the end and ends a statement without rows. */
enum cqa_status cqa_db_run(struct cqa_db *db, struct cqa_error *error, const char *sql,
                           const char *format, ...) CQA_MUST_CHECK;

/* Several statements without arguments. */
enum cqa_status cqa_db_script(struct cqa_db *db, const char *sql,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* The first column of the first row; CQA_E_NOTFOUND when there is none. */
enum cqa_status cqa_db_value(struct cqa_db *db, int64_t *out, struct cqa_error *error,
                             const char *sql, const char *format, ...) CQA_MUST_CHECK;

int64_t cqa_db_last_id(struct cqa_db *db);
int64_t cqa_db_changes(struct cqa_db *db); /* rows that the last statement touched */

/* A text column, "" where it is null. Borrowed until the next step. */
const char *cqa_db_text(sqlite3_stmt *statement, int column);

#endif
