/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries put together at run time. */
#include <stdio.h>
#include <string.h>
#include "scores/store_internal.h"
#include "settings/shift.h"

enum { QUERY_BYTES_MAX = 65536 };

void cqa_query_add(struct cqa_query *query, const char *sql)
{
    if (query->sql.limit == 0)
        query->sql.limit = QUERY_BYTES_MAX;
    cqa_buffer_add(&query->sql, sql, strlen(sql));
}

/* Adds the text, with the number of the value behind its `?`. */
static void add_value(struct cqa_query *query, const char *sql, char type,
                      const struct cqa_sql_value *value)
{
    const size_t length = strcspn(sql, "?");

    if (query->sql.limit == 0)
        query->sql.limit = QUERY_BYTES_MAX;
    if (query->count == CQA_QUERY_VALUES_MAX) {
        query->sql.failed = 1;
        return;
    }
    query->values[query->count] = *value;
    query->types[query->count++] = type;
    cqa_buffer_print(&query->sql, "%.*s?%d%s", (int)length, sql, query->count, sql + length + 1);
}

void cqa_query_text(struct cqa_query *query, const char *sql, const char *value)
{
    add_value(query, sql, 't',
              &(struct cqa_sql_value){.kind = CQA_SQL_TEXT, .bytes = value, .size = strlen(value)});
}

void cqa_query_number(struct cqa_query *query, const char *sql, int64_t value)
{
    add_value(query, sql, 'i', &(struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = value});
}

void cqa_query_index(struct cqa_query *query, const struct cqa_sql *db, const char *name)
{
    if (!cqa_sql_takes_indexes(db))
        return;
    cqa_query_add(query, " INDEXED BY ");
    cqa_query_add(query, name);
}

CQA_SQL_STATEMENT(
    started_span, "", 2,
    "SELECT (SELECT min(started_ms) FROM calls), (SELECT max(started_ms) FROM calls)");

/* From the first call to the last, and a year on either side for those that come meanwhile. All
 * time when that cannot be read. */
static void read_span(struct cqa_sql *db, int64_t *from_ms, int64_t *until_ms)
{
    static const int64_t year_ms = 366 * INT64_C(86400000);
    struct cqa_sql_rows *row = NULL;

    *from_ms = INT64_MIN;
    *until_ms = INT64_MAX;
    if (cqa_sql_start(db, &row, NULL, &started_span) == CQA_OK &&
        cqa_row_step(row, NULL) == CQA_OK && !cqa_sql_is_null(row, 0)) {
        *from_ms = cqa_sql_int(row, 0) - year_ms;
        *until_ms = cqa_sql_int(row, 1) + year_ms;
    }
    cqa_sql_end(row);
}

void cqa_query_shift(struct cqa_query *query, struct cqa_sql *db, const char *column,
                     const struct cqa_shift *shift)
{
    int64_t from_ms;
    int64_t until_ms;

    if (shift == NULL)
        return;
    read_span(db, &from_ms, &until_ms);
    cqa_query_add(query, " AND ");
    cqa_shift_write(shift, column, from_ms, until_ms, &query->sql);
}

void cqa_query_scope(struct cqa_query *query, const char *alias, const struct cqa_scope *scope)
{
    char sql[64];

    if (strcmp(alias, "c") == 0) /* what was found to be another call counts nothing */
        cqa_query_add(query, " AND c.copy_of IS NULL");
    if (scope->nothing) { /* a bare 0 would leave SQLite no way to walk along a named index */
        snprintf(sql, sizeof sql, " AND +%s.id < 0", alias);
        cqa_query_add(query, sql);
    }
    if (scope->recorder != NULL) {
        snprintf(sql, sizeof sql, " AND %s.recorder = ?", alias);
        cqa_query_text(query, sql, scope->recorder);
    }
    if (scope->person != NULL) {
        snprintf(sql, sizeof sql, " AND %s.person = ?", alias);
        cqa_query_text(query, sql, scope->person);
    }
    if (scope->teams == NULL)
        return;
    snprintf(sql, sizeof sql, " AND %s.team IN (NULL", alias);
    cqa_query_add(query, sql);
    for (size_t i = 0; i < scope->team_count; i++)
        cqa_query_text(query, ", ?", scope->teams[i]);
    cqa_query_add(query, ")");
}

static enum cqa_status check(struct cqa_query *query, int columns, struct cqa_error *error)
{
    if (query->sql.failed)
        return cqa_fail(error, CQA_E_LIMIT, "too many filters");
    query->statement = (struct cqa_sql_statement){
        .text = query->sql.text, .types = query->types, .columns = columns};
    return CQA_OK;
}

enum cqa_status cqa_query_start(struct cqa_query *query, struct cqa_sql *db, int columns,
                                struct cqa_sql_rows **out, struct cqa_error *error)
{
    const enum cqa_status status = check(query, columns, error);

    return status == CQA_OK ? cqa_sql_start_values(db, out, error, &query->statement, query->values,
                                                   query->count)
                            : status;
}

enum cqa_status cqa_query_do(struct cqa_query *query, struct cqa_sql *db, struct cqa_error *error)
{
    const enum cqa_status status = check(query, 0, error);

    return status == CQA_OK
               ? cqa_sql_do_values(db, error, &query->statement, query->values, query->count)
               : status;
}

void cqa_query_finish(struct cqa_query *query)
{
    cqa_buffer_finish(&query->sql);
}
