/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>
#include "sql/driver.h"

/* Other people's tables (call detail records of a telephone system): nothing here can write. */

enum { TIMEOUT_S = 10, BINARY_CHARSET = 63 };

struct cell {
    enum cqa_sql_kind kind;
    int64_t integer;
    double real;
    unsigned long size;
    my_bool is_null;
    my_bool is_unsigned;
    my_bool is_decimal;
    char *bytes; /* of the row, NUL-terminated; in the arena */
};

struct prepared {
    MYSQL_STMT *statement;
    int order[CQA_SQL_PARAMETERS_MAX]; /* which number stands at each placeholder */
    int count;
    int columns;
    struct cell *cells;
    MYSQL_BIND *results;
    struct cqa_arena row;
};

/* ---- failures */

/* The server's words may quote values: only those about names are passed on. */
static int quotes_no_value(unsigned code)
{
    switch (code) {
    case ER_BAD_FIELD_ERROR:
    case ER_NO_SUCH_TABLE:
    case ER_BAD_DB_ERROR:
    case ER_PARSE_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
        return 1;
    default:
        return 0;
    }
}

static enum cqa_status status_of(unsigned code)
{
    switch (code) {
    case CR_OUT_OF_MEMORY:
        return CQA_E_NOMEM;
    case ER_DATA_OUT_OF_RANGE:
        return CQA_E_LIMIT;
    case ER_ACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_BAD_DB_ERROR:
    case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
        return CQA_E_REFUSED;
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case ER_CON_COUNT_ERROR:
    case ER_SERVER_SHUTDOWN:
    case ER_CONNECTION_KILLED:
        return CQA_E_BUSY;
    default:
        return CQA_E_IO;
    }
}

static enum cqa_status failed(struct cqa_sql *sql, unsigned code, const char *said,
                              struct cqa_error *error)
{
    const enum cqa_status status = status_of(code);

    sql->trouble = status == CQA_E_BUSY ? CQA_SQL_LOST : CQA_SQL_LASTING;
    if (code == ER_LOCK_DEADLOCK || code == ER_LOCK_WAIT_TIMEOUT)
        return cqa_sql_held(sql, error);
    if (status == CQA_E_BUSY)
        return cqa_fail(error, status, "the database server does not answer (%u)", code);
    (void)cqa_fail(error, status, "the database: %.180s (%u)",
                   quotes_no_value(code) ? said : "it refused", code);
    return status == CQA_E_IO ? cqa_sql_broken(error) : status;
}

static enum cqa_status connection_failed(struct cqa_sql *sql, struct cqa_error *error)
{
    return failed(sql, mysql_errno(sql->handle), mysql_error(sql->handle), error);
}

static enum cqa_status statement_failed(struct cqa_sql *sql, MYSQL_STMT *statement,
                                        struct cqa_error *error)
{
    return failed(sql, mysql_stmt_errno(statement), mysql_stmt_error(statement), error);
}

/* ---- connection */

static enum cqa_status script(struct cqa_sql *sql, const char *text, struct cqa_error *error)
{
    return mysql_query(sql->handle, text) == 0 ? CQA_OK : connection_failed(sql, error);
}

/* The server could ask for any file of ours otherwise. */
static void set_options(MYSQL *connection, const struct cqa_sql_place *place)
{
    const unsigned timeout = TIMEOUT_S;
    const unsigned never = 0;
    const my_bool yes = 1;

    (void)mysql_optionsv(connection, MYSQL_OPT_LOCAL_INFILE, &never);
    (void)mysql_optionsv(connection, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
    (void)mysql_optionsv(connection, MYSQL_OPT_READ_TIMEOUT, &timeout);
    (void)mysql_optionsv(connection, MYSQL_OPT_WRITE_TIMEOUT, &timeout);
    (void)mysql_optionsv(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (place->ca_file != NULL) {
        (void)mysql_optionsv(connection, MYSQL_OPT_SSL_CA, place->ca_file);
        (void)mysql_optionsv(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
    }
}

/* Quotes as the standard has them, so that SQL is written once; and nothing that writes. */
static enum cqa_status configure(struct cqa_sql *sql, struct cqa_error *error)
{
    const enum cqa_status status = script(sql,
                                          "SET SESSION sql_mode = CONCAT(@@sql_mode,"
                                          " ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT')",
                                          error);

    return status == CQA_OK ? script(sql, "SET SESSION TRANSACTION READ ONLY", error) : status;
}

static enum cqa_status open_mariadb(struct cqa_sql *sql, const struct cqa_sql_place *place,
                                    const char *password, struct cqa_error *error)
{
    const int by_socket = place->host != NULL && place->host[0] == '/';

    sql->handle = mysql_init(NULL);
    if (sql->handle == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a database");
    set_options(sql->handle, place);
    if (mysql_real_connect(sql->handle, by_socket ? NULL : place->host, place->user,
                           *password == '\0' ? NULL : password, place->database,
                           (unsigned)place->port, by_socket ? place->host : NULL, 0) == NULL)
        return connection_failed(sql, error);
    return configure(sql, error);
}

static void close_mariadb(struct cqa_sql *sql)
{
    if (sql->handle != NULL)
        mysql_close(sql->handle);
}

/* ---- statements */

static void finish(void *given)
{
    struct prepared *prepared = given;

    if (prepared->statement != NULL)
        (void)mysql_stmt_close(prepared->statement);
    cqa_arena_finish(&prepared->row);
    free(prepared->cells);
    free(prepared->results);
    free(prepared);
}

/* Where a column's value is to be put. Texts and blobs are fetched when their length is known. */
static void expect(struct cell *cell, MYSQL_BIND *result, const MYSQL_FIELD *field)
{
    *result = (MYSQL_BIND){.length = &cell->size, .is_null = &cell->is_null};
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        cell->kind = CQA_SQL_INT;
        cell->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
        result->buffer_type = MYSQL_TYPE_LONGLONG;
        result->is_unsigned = cell->is_unsigned;
        result->buffer = &cell->integer;
        return;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
        cell->kind = CQA_SQL_DOUBLE;
        result->buffer_type = MYSQL_TYPE_DOUBLE;
        result->buffer = &cell->real;
        return;
    default:
        cell->kind = field->charsetnr == BINARY_CHARSET && IS_BLOB(field->flags) ? CQA_SQL_BLOB
                                                                                 : CQA_SQL_TEXT;
        if (field->charsetnr == BINARY_CHARSET &&
            (field->type == MYSQL_TYPE_STRING || field->type == MYSQL_TYPE_VAR_STRING))
            cell->kind = CQA_SQL_BLOB;
        cell->is_decimal =
            field->type == MYSQL_TYPE_DECIMAL || field->type == MYSQL_TYPE_NEWDECIMAL;
        result->buffer_type = cell->kind == CQA_SQL_BLOB ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
    }
}

static enum cqa_status expect_all(struct cqa_sql *sql, struct prepared *prepared,
                                  struct cqa_error *error)
{
    MYSQL_RES *shape = mysql_stmt_result_metadata(prepared->statement);
    const size_t columns = (size_t)prepared->columns;

    if (shape == NULL)
        return columns == 0 ? CQA_OK : statement_failed(sql, prepared->statement, error);
    prepared->cells = calloc(columns, sizeof *prepared->cells);
    prepared->results = calloc(columns, sizeof *prepared->results);
    if (prepared->cells == NULL || prepared->results == NULL) {
        mysql_free_result(shape);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a statement");
    }
    for (size_t i = 0; i < columns; i++)
        expect(&prepared->cells[i], &prepared->results[i],
               mysql_fetch_field_direct(shape, (unsigned)i));
    mysql_free_result(shape);
    return CQA_OK;
}

static int highest_of(const struct prepared *prepared)
{
    int highest = 0;

    for (int i = 0; i < prepared->count; i++)
        if (prepared->order[i] > highest)
            highest = prepared->order[i];
    return highest;
}

static enum cqa_status make(struct cqa_sql *sql, struct prepared *prepared, const char *text,
                            struct cqa_error *error)
{
    prepared->statement = mysql_stmt_init(sql->handle);
    if (prepared->statement == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a statement");
    if (mysql_stmt_prepare(prepared->statement, text, strlen(text)) != 0)
        return statement_failed(sql, prepared->statement, error);
    prepared->columns = (int)mysql_stmt_field_count(prepared->statement);
    return expect_all(sql, prepared, error);
}

static enum cqa_status prepare(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                               void **out, int *placeholders, int *columns, struct cqa_error *error)
{
    struct cqa_error local = {0};
    struct prepared *prepared = calloc(1, sizeof *prepared);

    sql->trouble = CQA_SQL_LASTING;
    if (prepared == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a statement");
    char *text = cqa_sql_translate(statement->text, 0, prepared->order, &prepared->count, &local);
    const enum cqa_status status = text == NULL ? local.status : make(sql, prepared, text, &local);
    free(text);
    if (status != CQA_OK) {
        finish(prepared);
        if (error != NULL)
            *error = local;
        return status;
    }
    *out = prepared;
    *placeholders = highest_of(prepared);
    *columns = prepared->columns;
    return CQA_OK;
}

static void bind(MYSQL_BIND *parameter, const struct cqa_sql_value *value)
{
    *parameter = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_NULL};
    switch (value->kind) {
    case CQA_SQL_INT:
        parameter->buffer_type = MYSQL_TYPE_LONGLONG;
        parameter->buffer = (void *)&value->integer;
        break;
    case CQA_SQL_DOUBLE:
        parameter->buffer_type = MYSQL_TYPE_DOUBLE;
        parameter->buffer = (void *)&value->real;
        break;
    case CQA_SQL_TEXT:
    case CQA_SQL_BLOB:
        parameter->buffer_type =
            value->kind == CQA_SQL_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_LONG_BLOB;
        parameter->buffer = (void *)value->bytes;
        parameter->buffer_length = value->size;
        break;
    default:
        break;
    }
}

/* The rows are brought over at once, so that another statement can run while they are read. */
static enum cqa_status run(struct cqa_sql *sql, void *given, const struct cqa_sql_value *values,
                           int count, struct cqa_error *error)
{
    struct prepared *prepared = given;
    MYSQL_BIND parameters[CQA_SQL_PARAMETERS_MAX];

    (void)count;
    for (int i = 0; i < prepared->count; i++)
        bind(&parameters[i], &values[prepared->order[i] - 1]);
    if ((prepared->count > 0 && mysql_stmt_bind_param(prepared->statement, parameters) != 0) ||
        mysql_stmt_execute(prepared->statement) != 0 ||
        (prepared->columns > 0 &&
         (mysql_stmt_bind_result(prepared->statement, prepared->results) != 0 ||
          mysql_stmt_store_result(prepared->statement) != 0)))
        return statement_failed(sql, prepared->statement, error);
    return CQA_OK;
}

/* ---- rows */

static enum cqa_status fetch_bytes(struct cqa_sql *sql, struct prepared *prepared, int index,
                                   struct cqa_error *error)
{
    struct cell *cell = &prepared->cells[index];
    MYSQL_BIND whole = prepared->results[index];

    cell->bytes = cqa_arena_alloc(&prepared->row, cell->size + 1);
    if (cell->bytes == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a row");
    whole.buffer = cell->bytes;
    whole.buffer_length = cell->size;
    if (cell->size > 0 &&
        mysql_stmt_fetch_column(prepared->statement, &whole, (unsigned)index, 0) != 0)
        return statement_failed(sql, prepared->statement, error);
    return CQA_OK;
}

static enum cqa_status read_row(struct cqa_sql *sql, struct prepared *prepared,
                                struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (int i = 0; status == CQA_OK && i < prepared->columns; i++) {
        const struct cell *cell = &prepared->cells[i];
        if (cell->is_null)
            continue;
        if (cell->kind == CQA_SQL_TEXT || cell->kind == CQA_SQL_BLOB)
            status = fetch_bytes(sql, prepared, i, error);
        else if (cell->is_unsigned && cell->integer < 0)
            status = cqa_fail(error, CQA_E_LIMIT, "the database: a number above 2^63 - 1");
    }
    return status;
}

static enum cqa_status step(struct cqa_sql *sql, void *given, struct cqa_error *error)
{
    struct prepared *prepared = given;

    sql->trouble = CQA_SQL_LASTING;
    cqa_arena_finish(&prepared->row);
    if (prepared->columns == 0)
        return CQA_E_NOTFOUND;
    const int code = mysql_stmt_fetch(prepared->statement);
    if (code == MYSQL_NO_DATA)
        return CQA_E_NOTFOUND;
    if (code != 0 && code != MYSQL_DATA_TRUNCATED)
        return statement_failed(sql, prepared->statement, error);
    return read_row(sql, prepared, error);
}

static void column(void *given, int index, struct cqa_sql_value *out)
{
    const struct prepared *prepared = given;
    const struct cell *cell = &prepared->cells[index];

    *out = (struct cqa_sql_value){0};
    if (cell->is_null)
        return;
    out->kind = cell->kind;
    if (cell->is_decimal)
        cqa_sql_numeral(cell->bytes, out);
    else if (cell->kind == CQA_SQL_INT)
        out->integer = cell->integer;
    else if (cell->kind == CQA_SQL_DOUBLE)
        out->real = cell->real;
    else {
        out->bytes = cell->bytes;
        out->size = cell->size;
    }
}

static void reset(void *given)
{
    struct prepared *prepared = given;

    (void)mysql_stmt_free_result(prepared->statement);
    cqa_arena_finish(&prepared->row);
}

static int64_t changes(struct cqa_sql *sql)
{
    (void)sql;
    return 0;
}

/* ---- transactions */

static enum cqa_status read_only(struct cqa_sql *sql, struct cqa_error *error)
{
    sql->trouble = CQA_SQL_LASTING;
    return cqa_fail(error, CQA_E_REFUSED, "this database is only read");
}

static enum cqa_status begin(struct cqa_sql *sql, enum cqa_sql_begin how, struct cqa_error *error)
{
    if (how != CQA_SQL_BEGIN_READ)
        return read_only(sql, error);
    return script(sql, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", error);
}

static enum cqa_status commit(struct cqa_sql *sql, struct cqa_error *error)
{
    return script(sql, "COMMIT", error);
}

static void rollback(struct cqa_sql *sql)
{
    (void)mysql_query(sql->handle, "ROLLBACK");
}

static enum cqa_status no_script(struct cqa_sql *sql, const char *text, struct cqa_error *error)
{
    (void)text;
    return read_only(sql, error);
}

static enum cqa_status no_version(struct cqa_sql *sql, int set, int *version,
                                  struct cqa_error *error)
{
    (void)set;
    (void)version;
    return read_only(sql, error);
}

const struct cqa_sql_driver cqa_sql_mariadb = {
    .open = open_mariadb,
    .close = close_mariadb,
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
    .script = no_script,
    .version = no_version,
};
