/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SQL_SQL_H
#define CQA_SQL_SQL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"

/*
 * One way to a database, whichever it is: SQLite, PostgreSQL, and MariaDB for reading other
 * people's tables (docs/decisions/0070-one-sql-layer.md). A connection belongs to one thread at a
 * time.
 *
 * What fails says the same with all of them:
 *   CQA_E_BUSY    held by others, or the server is away: passing
 *   CQA_E_IO      the disk or the server refused; sys_errno is ENOSPC when there is no room, else
 *                 EIO. Also a commit whose outcome is not known (cqa_sql_outcome_unknown).
 *   CQA_E_BADDATA no database or damaged, sys_errno is EIO; or a value that its tables do not take
 *   CQA_E_REFUSED no right to it, or its schema is newer than this program; with EPERM as
 *                 sys_errno a trigger of it says no
 *   CQA_E_LIMIT   a value that is too large
 *   CQA_E_NOMEM
 * No text of an error ever holds a value that was bound, or a password.
 */
struct cqa_sql;
struct cqa_sql_driver;

extern const struct cqa_sql_driver cqa_sql_sqlite;
extern const struct cqa_sql_driver cqa_sql_postgres;
extern const struct cqa_sql_driver cqa_sql_mariadb; /* reads only */

/*
 * Who waits for SQLite's write lock in which order: `take` (CQA_E_BUSY after `wait_ms`) comes
 * before a transaction that writes, `give` when it has the lock, or with `whole` when it has ended.
 */
struct cqa_sql_turn {
    enum cqa_status (*take)(void *context, int wait_ms, struct cqa_error *error);
    void (*give)(void *context);
    void *context;
    int whole;
};

enum {
    CQA_SQL_TRIES = 5,            /* how often a transaction is run before the caller is told */
    CQA_SQL_PARAMETERS_MAX = 192, /* of a statement */
    CQA_SQL_PASSWORD_MAX = 1023   /* bytes */
};

/* Where a database is. Strings are borrowed during cqa_sql_open only; 0 and NULL where they do not
 * matter. */
struct cqa_sql_place {
    const struct cqa_sql_driver *driver;
    const char *path;  /* SQLite: the file; made with mode 0600 where it lacks */
    const char *setup; /* SQLite: statements (PRAGMA ...) after opening */
    int looks;         /* SQLite: makes no file, and takes one that cannot be written to */
    const char *host;  /* a name or address; "/...": PostgreSQL the folder of the socket,
                          MariaDB the socket */
    int port;          /* 0: the usual one */
    const char *user;
    const char *database;
    const char *password_file;       /* its first line; refused when everybody may read it */
    const char *ca_file;             /* then only a server with a certificate by it is talked to */
    int wait_ms;                     /* for locks, over all tries; 0: 10 s */
    const struct cqa_sql_turn *turn; /* SQLite; copied */
    int64_t writers; /* PostgreSQL: transactions that write go one after the other, whoever has the
                        same number here; 0: side by side, and may be run again */
    void (*sleep_ms)(void *context, int ms); /* between tries; NULL: the machine's own */
    void *sleep_context;
};

/* Owned, free with cqa_sql_close. CQA_E_BUSY: the server is away; CQA_E_REFUSED: it lets us not in.
 */
enum cqa_status cqa_sql_open(const struct cqa_sql_place *place, struct cqa_sql **out,
                             struct cqa_error *error) CQA_MUST_CHECK;
void cqa_sql_close(struct cqa_sql *sql);

/* How long it waits for locks from the next transaction on, as `wait_ms` of the place. */
void cqa_sql_set_wait(struct cqa_sql *sql, int wait_ms);

/* ---- statements */

/*
 * One statement, written once: placeholders are ?1, ?2 ... (a number may come again). `types` has
 * a letter for each number, which tells what is handed over:
 *   i int64_t   o const int64_t * (NULL: null)   d double   t const char * (NULL: null)
 *   p const char *, as a blob: a path   b const void * and size_t (NULL: null)
 * Ids of new rows come back by RETURNING.
 */
struct cqa_sql_statement {
    const char *text;
    const char *types;
    int columns; /* of a row; 0: no rows */
    int kept;    /* lives as long as the program: stays prepared */
};

/* The one way to declare a statement: so a test finds and prepares each
 * (tests/support/statements.h).
 */
#define CQA_SQL_STATEMENT(name, types, columns, text)                                              \
    static const struct cqa_sql_statement name = {text, types, columns, 1};                        \
    static const struct cqa_sql_statement *const name##_listed                                     \
        __attribute__((section("cqa_sql_statements"), used)) = &(name)

struct cqa_sql_rows;

enum cqa_sql_kind {
    CQA_SQL_NULL,
    CQA_SQL_INT,
    CQA_SQL_DOUBLE,
    CQA_SQL_TEXT,
    CQA_SQL_BLOB,
};

/* What is bound, or a column. */
struct cqa_sql_value {
    enum cqa_sql_kind kind;
    int64_t integer;
    double real;
    const char *bytes; /* a text ends with NUL */
    size_t size;
};

/*
 * Starts a statement; what is handed over is borrowed until cqa_sql_end. Outside a transaction for
 * reading only, and tried once more where the connection was lost. `*rows` is to be ended by
 * cqa_sql_end, also when the start fails (NULL then).
 */
enum cqa_status cqa_sql_start(struct cqa_sql *sql, struct cqa_sql_rows **rows,
                              struct cqa_error *error, const struct cqa_sql_statement *statement,
                              ...) CQA_MUST_CHECK;
enum cqa_status cqa_sql_start_va(struct cqa_sql *sql, struct cqa_sql_rows **rows,
                                 struct cqa_error *error, const struct cqa_sql_statement *statement,
                                 va_list *arguments) CQA_MUST_CHECK;

/*
 * As cqa_sql_start, with the values in an array: for a statement that was put together at run time.
 * That one is not `kept`, and lives until cqa_sql_end; `count` is the length of its `types`.
 */
enum cqa_status cqa_sql_start_values(struct cqa_sql *sql, struct cqa_sql_rows **out,
                                     struct cqa_error *error,
                                     const struct cqa_sql_statement *statement,
                                     const struct cqa_sql_value *values, int count) CQA_MUST_CHECK;

/* The next row: 1 there is one; 0 none, and `*status` says whether that is the end or a failure. */
int cqa_sql_next(struct cqa_sql_rows *rows, enum cqa_status *status,
                 struct cqa_error *error) CQA_MUST_CHECK;
void cqa_sql_end(struct cqa_sql_rows *rows); /* NULL is fine */

/* Columns of the row, from 0. Null is 0, 0 and NULL; a number of the other kind is converted. */
int cqa_sql_is_null(const struct cqa_sql_rows *rows, int column);
int64_t cqa_sql_int(const struct cqa_sql_rows *rows, int column);
double cqa_sql_double(const struct cqa_sql_rows *rows, int column);
size_t cqa_sql_size(const struct cqa_sql_rows *rows, int column); /* bytes of a text or blob */

/* A text, NUL-terminated; borrowed until the next row. */
const char *cqa_sql_text(const struct cqa_sql_rows *rows, int column);

/* The bytes of a text or blob, cqa_sql_size of them; borrowed until the next row. */
const void *cqa_sql_bytes(const struct cqa_sql_rows *rows, int column);

/* A text or blob copied, NUL-terminated; NULL for null or out of memory. */
const char *cqa_sql_copy(const struct cqa_sql_rows *rows, int column, struct cqa_arena *arena);

/* Index of the column's text in the list, which NULL ends; -1 when it is none of them. */
int cqa_sql_word(const struct cqa_sql_rows *rows, int column, const char *const *words);

/* Runs a statement to its end. A transaction of its own where there is none. */
enum cqa_status cqa_sql_do(struct cqa_sql *sql, struct cqa_error *error,
                           const struct cqa_sql_statement *statement, ...) CQA_MUST_CHECK;
int64_t cqa_sql_changes(const struct cqa_sql *sql); /* rows that the last cqa_sql_do touched */

/*
 * As cqa_sql_do, of a statement that is `kept` and has no rows, inside a transaction only, and
 * nobody waits for its outcome: a database that is far away gets it with what is asked next. So
 * what fails here may be told by any later call, at the latest by the end of the transaction, which
 * it takes back as all that fails does. For what can fail only as the whole transaction may.
 */
enum cqa_status cqa_sql_post(struct cqa_sql *sql, struct cqa_error *error,
                             const struct cqa_sql_statement *statement, ...) CQA_MUST_CHECK;

/* As cqa_sql_do, with the values in an array (cqa_sql_start_values); inside a transaction only. */
enum cqa_status cqa_sql_do_values(struct cqa_sql *sql, struct cqa_error *error,
                                  const struct cqa_sql_statement *statement,
                                  const struct cqa_sql_value *values, int count) CQA_MUST_CHECK;

/* The first column of the first row, a number; `*out` stays when there is no row. */
enum cqa_status cqa_sql_number(struct cqa_sql *sql, int64_t *out, struct cqa_error *error,
                               const struct cqa_sql_statement *statement, ...) CQA_MUST_CHECK;

/* 1 where a query names the index that it is to walk along (INDEXED BY of SQLite). */
int cqa_sql_takes_indexes(const struct cqa_sql *sql);

/* Whether the database takes the statement, with as many placeholders and columns as it says. */
enum cqa_status cqa_sql_check(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* ---- transactions */

enum cqa_sql_mode {
    CQA_SQL_READ,  /* what is read belongs together */
    CQA_SQL_WRITE, /* as if no other ran at the same time */
};

/* May be run again from its beginning, after all that it did was taken back: it must set whatever
 * it hands out anew each time. Anything but CQA_OK rolls back. */
typedef enum cqa_status cqa_sql_body(struct cqa_sql *sql, void *context, struct cqa_error *error);

/*
 * Runs `body` and commits. After conflicts with others (and after the connection was lost before
 * the commit) it is run again, CQA_SQL_TRIES times in all, then CQA_E_BUSY. A statement that failed
 * inside rolls back even where the body goes on. Inside another transaction it is a part of that
 * one: what fails here takes back the whole.
 */
enum cqa_status cqa_sql_transaction(struct cqa_sql *sql, enum cqa_sql_mode mode, cqa_sql_body *body,
                                    void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* 1 when the last transaction failed with its commit under way: it may or may not have taken place,
 * and must not simply be run again. */
int cqa_sql_outcome_unknown(const struct cqa_sql *sql);

/* ---- schemas */

/* Numbered steps; the database knows how many it has. A released step is never changed. */
struct cqa_sql_schema {
    const char *const *steps; /* each some statements without placeholders */
    int count;
    int first; /* the number that a database has after the first of them; 0: 1 */
};

/* The number of the last step. */
int cqa_sql_schema_number(const struct cqa_sql_schema *schema);

/*
 * Applies the steps that lack, all in one transaction and under a lock: whenever it is stopped, the
 * database is wholly before or wholly after. CQA_E_REFUSED: it has more steps than this program
 * knows.
 */
enum cqa_status cqa_sql_migrate(struct cqa_sql *sql, const struct cqa_sql_schema *schema,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
