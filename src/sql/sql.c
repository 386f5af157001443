/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sql/sql.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "sql/driver.h"

enum { WAIT_MS = 10000 };

/* ---- connections */

static void sleep_really(void *context, int ms)
{
    const struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};

    (void)context;
    (void)nanosleep(&pause, NULL);
}

static struct cqa_sql *make(const struct cqa_sql_place *place)
{
    struct cqa_sql *sql = calloc(1, sizeof *sql);

    if (sql == NULL)
        return NULL;
    sql->driver = place->driver;
    if (place->turn != NULL)
        sql->turn = *place->turn;
    sql->sleep_ms = place->sleep_ms == NULL ? sleep_really : place->sleep_ms;
    sql->sleep_context = place->sleep_context;
    sql->wait_ms = (place->wait_ms == 0 ? WAIT_MS : place->wait_ms) / CQA_SQL_TRIES;
    sql->jitter = (uint32_t)getpid() * 2654435761u | 1;
    return sql;
}

enum cqa_status cqa_sql_open(const struct cqa_sql_place *place, struct cqa_sql **out,
                             struct cqa_error *error)
{
    char password[CQA_SQL_PASSWORD_MAX + 1];
    struct cqa_sql *sql = NULL;
    enum cqa_status status = cqa_sql_password(place->password_file, password, error);

    if (status != CQA_OK)
        return status;
    sql = make(place);
    status = sql == NULL ? cqa_fail(error, CQA_E_NOMEM, "no memory for a database")
                         : place->driver->open(sql, place, password, error);
    explicit_bzero(password, sizeof password);
    if (status == CQA_OK)
        *out = sql;
    else
        cqa_sql_close(sql);
    return status;
}

void cqa_sql_set_wait(struct cqa_sql *sql, int wait_ms)
{
    sql->wait_ms = wait_ms / CQA_SQL_TRIES;
}

void cqa_sql_close(struct cqa_sql *sql)
{
    if (sql == NULL)
        return;
    for (size_t i = 0; i < CQA_SQL_KEPT_MAX; i++)
        if (sql->kept[i].statement != NULL)
            sql->driver->finish(sql->kept[i].prepared);
    sql->driver->close(sql);
    free(sql);
}

/* ---- what drivers have in common */

enum cqa_status cqa_sql_broken(struct cqa_error *error)
{
    if (error != NULL)
        error->sys_errno = EIO;
    return CQA_E_IO;
}

enum cqa_status cqa_sql_held(struct cqa_sql *sql, struct cqa_error *error)
{
    sql->trouble = CQA_SQL_PASSING;
    return cqa_fail(error, CQA_E_BUSY, "the database is held by others");
}

enum cqa_status cqa_sql_full(struct cqa_sql *sql, struct cqa_error *error)
{
    sql->trouble = CQA_SQL_LASTING;
    (void)cqa_fail(error, CQA_E_IO, "no room on the disk of the database");
    if (error != NULL)
        error->sys_errno = ENOSPC;
    return CQA_E_IO;
}

void cqa_sql_numeral(const char *text, struct cqa_sql_value *out)
{
    char *end = NULL;

    errno = 0;
    *out = (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = strtoll(text, &end, 10)};
    if (*end != '\0' || errno != 0)
        *out = (struct cqa_sql_value){.kind = CQA_SQL_DOUBLE, .real = strtod(text, NULL)};
}

/* ---- preparing */

static enum cqa_status misfit(const struct cqa_sql_statement *statement, int placeholders,
                              int columns, struct cqa_error *error)
{
    return cqa_fail(error, CQA_E_BADDATA,
                    "a statement has %d placeholders and %d columns, and says %d and %d: %.60s",
                    placeholders, columns, (int)strlen(statement->types), statement->columns,
                    statement->text);
}

static enum cqa_status prepare(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                               struct cqa_sql_rows *rows, struct cqa_error *error)
{
    int placeholders = 0;
    int columns = 0;

    *rows = (struct cqa_sql_rows){.sql = sql, .statement = statement};
    enum cqa_status status =
        sql->driver->prepare(sql, statement, &rows->prepared, &placeholders, &columns, error);
    if (status == CQA_OK &&
        (placeholders != (int)strlen(statement->types) || columns != statement->columns)) {
        sql->driver->finish(rows->prepared);
        status = misfit(statement, placeholders, columns, error);
    }
    if (status != CQA_OK)
        *rows = (struct cqa_sql_rows){0};
    return status;
}

/* The place for the statement at this address: its own, or the free one that follows. */
static struct cqa_sql_rows *place_of(struct cqa_sql *sql, const struct cqa_sql_statement *statement)
{
    size_t at = ((uintptr_t)statement >> 3) * 2654435761u % CQA_SQL_KEPT_MAX;

    for (size_t i = 0; i < CQA_SQL_KEPT_MAX; i++, at = (at + 1) % CQA_SQL_KEPT_MAX)
        if (sql->kept[at].statement == statement || sql->kept[at].statement == NULL)
            return &sql->kept[at];
    return NULL;
}

static struct cqa_sql_rows *prepare_loose(struct cqa_sql *sql,
                                          const struct cqa_sql_statement *statement,
                                          struct cqa_error *error)
{
    struct cqa_sql_rows *rows = calloc(1, sizeof *rows);

    if (rows == NULL) {
        (void)cqa_fail(error, CQA_E_NOMEM, "no memory for a statement");
        return NULL;
    }
    if (prepare(sql, statement, rows, error) != CQA_OK) {
        free(rows);
        return NULL;
    }
    rows->loose = 1;
    return rows;
}

/* One that is kept and whose rows are just being read is prepared once more. NULL: `error` says. */
static struct cqa_sql_rows *take(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *rows = statement->kept ? place_of(sql, statement) : NULL;

    if (rows == NULL || rows->in_use)
        rows = prepare_loose(sql, statement, error);
    else if (rows->statement == NULL && prepare(sql, statement, rows, error) != CQA_OK)
        rows = NULL;
    if (rows != NULL)
        rows->in_use = 1;
    return rows;
}

/* ---- binding */

static struct cqa_sql_value text_of(const char *text, enum cqa_sql_kind kind)
{
    if (text == NULL)
        return (struct cqa_sql_value){0};
    return (struct cqa_sql_value){.kind = kind, .bytes = text, .size = strlen(text)};
}

static struct cqa_sql_value read_one(char type, va_list *arguments)
{
    struct cqa_sql_value value = {0};
    const int64_t *integer = NULL;

    switch (type) {
    case 'i':
        return (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = va_arg(*arguments, int64_t)};
    case 'o':
        integer = va_arg(*arguments, const int64_t *);
        if (integer != NULL)
            value = (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = *integer};
        return value;
    case 'd':
        return (struct cqa_sql_value){.kind = CQA_SQL_DOUBLE, .real = va_arg(*arguments, double)};
    case 't':
        return text_of(va_arg(*arguments, const char *), CQA_SQL_TEXT);
    case 'p':
        return text_of(va_arg(*arguments, const char *), CQA_SQL_BLOB);
    default:
        assert(type == 'b');
        value.bytes = va_arg(*arguments, const void *);
        value.size = va_arg(*arguments, size_t);
        value.kind = value.bytes == NULL ? CQA_SQL_NULL : CQA_SQL_BLOB;
        return value;
    }
}

static int collect(const struct cqa_sql_statement *statement, va_list *arguments,
                   struct cqa_sql_value values[CQA_SQL_PARAMETERS_MAX])
{
    int count = 0;

    for (; statement->types[count] != '\0'; count++) {
        assert(count < CQA_SQL_PARAMETERS_MAX);
        values[count] = read_one(statement->types[count], arguments);
    }
    return count;
}

/* ---- rows */

/* `*lost`: the connection is gone, and nothing hangs on it: another try gets a new one. */
static enum cqa_status start_once(struct cqa_sql *sql, struct cqa_sql_rows **out, int *lost,
                                  struct cqa_error *error,
                                  const struct cqa_sql_statement *statement,
                                  const struct cqa_sql_value *values, int count)
{
    struct cqa_sql_rows *rows = take(sql, statement, error);
    enum cqa_status status = error->status;

    *out = NULL;
    *lost = 0;
    if (rows != NULL)
        status = sql->driver->run(sql, rows->prepared, values, count, error);
    if (rows != NULL && status == CQA_OK) {
        *out = rows;
        return CQA_OK;
    }
    *lost = sql->depth == 0 && sql->trouble == CQA_SQL_LOST && sql->driver->comes_back;
    (void)cqa_sql_noted(sql, status, error);
    cqa_sql_end(rows);
    return status;
}

/* A connection that lay idle while the server was started anew shows it only when it is used. */
enum cqa_status cqa_sql_start_values(struct cqa_sql *sql, struct cqa_sql_rows **out,
                                     struct cqa_error *error,
                                     const struct cqa_sql_statement *statement,
                                     const struct cqa_sql_value *values, int count)
{
    struct cqa_error local = {0};
    int lost = 0;
    enum cqa_status status = start_once(sql, out, &lost, &local, statement, values, count);

    if (lost) {
        local = (struct cqa_error){0};
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): rows that are freed do not lie in `sql`
        status = start_once(sql, out, &lost, &local, statement, values, count);
    }
    if (status != CQA_OK && error != NULL)
        *error = local;
    return status;
}

enum cqa_status cqa_sql_start_va(struct cqa_sql *sql, struct cqa_sql_rows **rows,
                                 struct cqa_error *error, const struct cqa_sql_statement *statement,
                                 va_list *arguments)
{
    struct cqa_sql_value values[CQA_SQL_PARAMETERS_MAX];
    const int count = collect(statement, arguments, values);

    return cqa_sql_start_values(sql, rows, error, statement, values, count);
}

enum cqa_status cqa_sql_start(struct cqa_sql *sql, struct cqa_sql_rows **rows,
                              struct cqa_error *error, const struct cqa_sql_statement *statement,
                              ...)
{
    va_list arguments;

    va_start(arguments, statement);
    const enum cqa_status status = cqa_sql_start_va(sql, rows, error, statement, &arguments);
    va_end(arguments);
    return status;
}

int cqa_sql_next(struct cqa_sql_rows *rows, enum cqa_status *status, struct cqa_error *error)
{
    assert(rows != NULL);
    *status = rows->sql->driver->step(rows->sql, rows->prepared, error);
    if (*status == CQA_OK)
        return 1;
    if (*status == CQA_E_NOTFOUND)
        *status = CQA_OK;
    (void)cqa_sql_noted(rows->sql, *status, error);
    return 0;
}

void cqa_sql_end(struct cqa_sql_rows *rows)
{
    if (rows == NULL)
        return;
    if (rows->loose) {
        rows->sql->driver->finish(rows->prepared);
        free(rows);
        return;
    }
    rows->sql->driver->reset(rows->prepared);
    rows->in_use = 0;
}

/* ---- columns */

static struct cqa_sql_value value_of(const struct cqa_sql_rows *rows, int column)
{
    struct cqa_sql_value value = {0};

    assert(column >= 0 && column < rows->statement->columns);
    rows->sql->driver->column(rows->prepared, column, &value);
    return value;
}

int cqa_sql_is_null(const struct cqa_sql_rows *rows, int column)
{
    return value_of(rows, column).kind == CQA_SQL_NULL;
}

int64_t cqa_sql_int(const struct cqa_sql_rows *rows, int column)
{
    const struct cqa_sql_value value = value_of(rows, column);

    return value.kind == CQA_SQL_DOUBLE ? (int64_t)value.real : value.integer;
}

double cqa_sql_double(const struct cqa_sql_rows *rows, int column)
{
    const struct cqa_sql_value value = value_of(rows, column);

    return value.kind == CQA_SQL_INT ? (double)value.integer : value.real;
}

size_t cqa_sql_size(const struct cqa_sql_rows *rows, int column)
{
    return value_of(rows, column).size;
}

const char *cqa_sql_text(const struct cqa_sql_rows *rows, int column)
{
    const struct cqa_sql_value value = value_of(rows, column);

    return value.kind == CQA_SQL_TEXT ? value.bytes : NULL;
}

const void *cqa_sql_bytes(const struct cqa_sql_rows *rows, int column)
{
    return value_of(rows, column).bytes;
}

const char *cqa_sql_copy(const struct cqa_sql_rows *rows, int column, struct cqa_arena *arena)
{
    const struct cqa_sql_value value = value_of(rows, column);

    if (value.kind != CQA_SQL_TEXT && value.kind != CQA_SQL_BLOB)
        return NULL;
    return cqa_arena_bytes(arena, value.bytes == NULL ? "" : value.bytes, value.size);
}

int cqa_sql_word(const struct cqa_sql_rows *rows, int column, const char *const *words)
{
    const char *text = cqa_sql_text(rows, column);

    for (int i = 0; text != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

/* ---- whole statements */

enum cqa_status cqa_sql_do_values(struct cqa_sql *sql, struct cqa_error *error,
                                  const struct cqa_sql_statement *statement,
                                  const struct cqa_sql_value *values, int count)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start_values(sql, &rows, error, statement, values, count);

    while (status == CQA_OK && cqa_sql_next(rows, &status, error))
        continue;
    if (status == CQA_OK)
        sql->changes = sql->driver->changes(sql);
    cqa_sql_end(rows);
    return status;
}

struct doing {
    const struct cqa_sql_statement *statement;
    const struct cqa_sql_value *values;
    int count;
};

static enum cqa_status do_it(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct doing *doing = context;

    return cqa_sql_do_values(sql, error, doing->statement, doing->values, doing->count);
}

enum cqa_status cqa_sql_do(struct cqa_sql *sql, struct cqa_error *error,
                           const struct cqa_sql_statement *statement, ...)
{
    struct cqa_sql_value values[CQA_SQL_PARAMETERS_MAX];
    va_list arguments;

    va_start(arguments, statement);
    struct doing doing = {statement, values, collect(statement, &arguments, values)};
    va_end(arguments);
    if (sql->depth > 0)
        return do_it(sql, &doing, error);
    return cqa_sql_transaction(sql, CQA_SQL_WRITE, do_it, &doing, error);
}

static enum cqa_status post(struct cqa_sql *sql, struct cqa_error *error,
                            const struct cqa_sql_statement *statement,
                            const struct cqa_sql_value *values, int count)
{
    struct cqa_error local = {0};
    struct cqa_sql_rows *rows = take(sql, statement, &local);
    enum cqa_status status = local.status;

    if (rows != NULL)
        status = sql->driver->post(sql, rows->prepared, values, count, &local);
    (void)cqa_sql_noted(sql, status, &local);
    cqa_sql_end(rows);
    if (status != CQA_OK && error != NULL)
        *error = local;
    return status;
}

enum cqa_status cqa_sql_post(struct cqa_sql *sql, struct cqa_error *error,
                             const struct cqa_sql_statement *statement, ...)
{
    struct cqa_sql_value values[CQA_SQL_PARAMETERS_MAX];
    va_list arguments;

    assert(sql->depth > 0 && statement->kept && statement->columns == 0);
    va_start(arguments, statement);
    const int count = collect(statement, &arguments, values);
    va_end(arguments);
    return sql->driver->post != NULL ? post(sql, error, statement, values, count)
                                     : cqa_sql_do_values(sql, error, statement, values, count);
}

int64_t cqa_sql_changes(const struct cqa_sql *sql)
{
    return sql->changes;
}

enum cqa_status cqa_sql_number(struct cqa_sql *sql, int64_t *out, struct cqa_error *error,
                               const struct cqa_sql_statement *statement, ...)
{
    struct cqa_sql_value values[CQA_SQL_PARAMETERS_MAX];
    struct cqa_sql_rows *rows = NULL;
    va_list arguments;

    va_start(arguments, statement);
    const int count = collect(statement, &arguments, values);
    va_end(arguments);
    enum cqa_status status = cqa_sql_start_values(sql, &rows, error, statement, values, count);
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        *out = cqa_sql_int(rows, 0);
        /* To its end: only there SQLite tells that a row points at nothing. */
        while (cqa_sql_next(rows, &status, error))
            continue;
    }
    cqa_sql_end(rows);
    return status;
}

int cqa_sql_takes_indexes(const struct cqa_sql *sql)
{
    return sql->driver->takes_indexes;
}

enum cqa_status cqa_sql_check(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                              struct cqa_error *error)
{
    struct cqa_sql_rows rows = {0};
    const enum cqa_status status = prepare(sql, statement, &rows, error);

    if (status == CQA_OK)
        sql->driver->finish(rows.prepared);
    return status;
}
