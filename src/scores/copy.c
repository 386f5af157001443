/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/copy.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "scores/copy_tables.h"
#include "scores/schema.h"
#include "scores/store_internal.h"

enum { HASH_SIZE = crypto_generichash_BYTES };

struct copying {
    const struct cqa_store_place *from, *to;
    struct cqa_sql *source; /* inside a transaction that writes: nobody else does */
    struct cqa_sql *target;
    struct cqa_copy_tables *all;
    cqa_copy_told *told;
    void *context;
};

static struct cqa_sql_value value_of(const struct cqa_sql_rows *row, int column, char type)
{
    struct cqa_sql_value value = {0};

    if (cqa_sql_is_null(row, column))
        return value;
    if (type == 'i')
        return (struct cqa_sql_value){.kind = CQA_SQL_INT, .integer = cqa_sql_int(row, column)};
    value.kind = type == 'b' ? CQA_SQL_BLOB : CQA_SQL_TEXT;
    value.bytes = cqa_sql_bytes(row, column);
    value.size = cqa_sql_size(row, column);
    if (value.bytes == NULL) /* an empty one */
        value.bytes = "";
    return value;
}

/* ---- one batch */

struct batch {
    struct copying *it;
    const struct cqa_copy_table *table;
    int rows;
};

static enum cqa_status insert(struct batch *batch, const struct cqa_sql_rows *row,
                              struct cqa_error *error)
{
    const struct cqa_copy_table *table = batch->table;
    struct cqa_sql_value values[CQA_COPY_COLUMNS_MAX];

    for (int i = 0; i < table->column_count; i++)
        values[i] = value_of(row, i, table->types[i]);
    batch->rows++;
    return cqa_sql_do_values(batch->it->target, error, &table->insert, values, table->column_count);
}

/* What lies behind the last row that the target has. */
static enum cqa_status copy_batch(struct cqa_sql *target, void *context, struct cqa_error *error)
{
    struct batch *batch = context;
    const struct cqa_copy_table *table = batch->table;
    struct cqa_sql_value key[CQA_COPY_KEYS_MAX];
    struct cqa_sql_rows *last = NULL;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(target, &last, error, &table->last);
    int count = 0;

    batch->rows = 0;
    if (status == CQA_OK && cqa_sql_next(last, &status, error))
        for (; count < table->key_count; count++)
            key[count] = value_of(last, count, table->key_types[count]);
    if (status == CQA_OK)
        status = cqa_sql_start_values(batch->it->source, &row, error,
                                      count == 0 ? &table->first : &table->next, key, count);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        status = insert(batch, row, error);
    cqa_sql_end(row);
    cqa_sql_end(last);
    return status;
}

static enum cqa_status copy_table(struct copying *it, const struct cqa_copy_table *table,
                                  struct cqa_error *error)
{
    struct batch batch = {it, table, CQA_COPY_PAGE};
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && batch.rows == CQA_COPY_PAGE)
        status = cqa_sql_transaction(it->target, CQA_SQL_WRITE, copy_batch, &batch, error);
    return status == CQA_OK ? status : cqa_fail_within(error, "%s", table->name);
}

/* ---- whether they are the same */

struct sum {
    crypto_generichash_state state;
    int64_t rows;
};

static void add_row(struct sum *sum, const struct cqa_copy_table *table,
                    const struct cqa_sql_rows *row)
{
    for (int i = 0; i < table->column_count; i++) {
        const struct cqa_sql_value value = value_of(row, i, table->types[i]);
        const int64_t head[] = {value.kind, value.integer, (int64_t)value.size};
        crypto_generichash_update(&sum->state, (const unsigned char *)head, sizeof head);
        crypto_generichash_update(&sum->state, (const unsigned char *)value.bytes, value.size);
    }
    sum->rows++;
}

/* Of the row that was read last, to go on behind it. */
static enum cqa_status keep_key(const struct cqa_copy_table *table, const struct cqa_sql_rows *row,
                                struct cqa_arena *arena, struct cqa_sql_value *key,
                                struct cqa_error *error)
{
    for (int i = 0; i < table->key_count; i++) {
        key[i] = value_of(row, table->keys[i], table->key_types[i]);
        if (key[i].kind == CQA_SQL_INT)
            continue;
        key[i].bytes = cqa_arena_bytes(arena, key[i].bytes, key[i].size);
        if (key[i].bytes == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    return CQA_OK;
}

static enum cqa_status sum_page(struct cqa_sql *sql, const struct cqa_copy_table *table,
                                struct sum *sum, struct cqa_arena *arena, struct cqa_sql_value *key,
                                struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start_values(sql, &row, error, sum->rows == 0 ? &table->first : &table->next, key,
                             sum->rows == 0 ? 0 : table->key_count);

    for (int count = 1; status == CQA_OK && cqa_sql_next(row, &status, error); count++) {
        add_row(sum, table, row);
        if (count == CQA_COPY_PAGE)
            status = keep_key(table, row, arena, key, error);
    }
    cqa_sql_end(row);
    return status;
}

static enum cqa_status sum_table(struct cqa_sql *sql, const struct cqa_copy_table *table,
                                 unsigned char hash[HASH_SIZE], int64_t *rows,
                                 struct cqa_error *error)
{
    struct cqa_sql_value key[CQA_COPY_KEYS_MAX];
    struct cqa_arena arena = {0};
    struct sum sum = {.rows = 0};
    enum cqa_status status = CQA_OK;
    int64_t before = -1;

    crypto_generichash_init(&sum.state, NULL, 0, HASH_SIZE);
    while (status == CQA_OK && sum.rows != before && sum.rows % CQA_COPY_PAGE == 0) {
        before = sum.rows;
        status = sum_page(sql, table, &sum, &arena, key, error);
    }
    cqa_arena_finish(&arena);
    crypto_generichash_final(&sum.state, hash, HASH_SIZE);
    *rows = sum.rows;
    return status;
}

static enum cqa_status compare_table(struct copying *it, const struct cqa_copy_table *table,
                                     struct cqa_error *error)
{
    unsigned char ours[HASH_SIZE];
    unsigned char theirs[HASH_SIZE];
    int64_t count = 0;
    int64_t copied = 0;
    enum cqa_status status = sum_table(it->source, table, ours, &count, error);

    if (status == CQA_OK)
        status = sum_table(it->target, table, theirs, &copied, error);
    if (status == CQA_OK && (count != copied || memcmp(ours, theirs, HASH_SIZE) != 0))
        status = cqa_fail(error, CQA_E_BADDATA,
                          "%s: the copy is not the same: %lld rows of %lld, or other ones",
                          table->name, (long long)copied, (long long)count);
    if (status == CQA_OK)
        it->told(it->context, table->name, count);
    return status;
}

/* ---- begun and ended */

static enum cqa_status run_query(struct cqa_sql *sql, struct cqa_query *query,
                                 struct cqa_error *error)
{
    const enum cqa_status status = cqa_query_do(query, sql, error);

    cqa_query_finish(query);
    return status;
}

/* The source of a copy that was begun; NULL: none was. */
static enum cqa_status read_begun(struct cqa_sql *target, struct cqa_arena *arena,
                                  const char **source, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;
    int64_t is_there = 0;
    enum cqa_status status = cqa_copy_is_begun(target, &is_there, error);

    *source = NULL;
    if (status != CQA_OK || !is_there)
        return status;
    cqa_query_add(&query, "SELECT source FROM cqa_copy");
    status = cqa_query_start(&query, target, 1, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        *source = cqa_sql_copy(row, 0, arena);
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

static enum cqa_status check_empty(struct cqa_sql *target, const struct copying *it,
                                   struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (int i = 0; status == CQA_OK && i < it->all->count; i++) {
        struct cqa_sql_rows *row = NULL;
        status = cqa_sql_start(target, &row, error, &it->all->tables[i].last);
        if (status == CQA_OK && cqa_sql_next(row, &status, error))
            status = cqa_fail(error, CQA_E_REFUSED,
                              "the database %s is in use: a copy is made into an empty one",
                              it->to->database);
        cqa_sql_end(row);
    }
    return status;
}

static enum cqa_status begin(struct cqa_sql *target, void *context, struct cqa_error *error)
{
    const struct copying *it = context;
    struct cqa_arena arena = {0};
    struct cqa_query create = {0};
    struct cqa_query note = {0};
    const char *source = NULL;
    enum cqa_status status = read_begun(target, &arena, &source, error);

    if (status == CQA_OK && source != NULL && strcmp(source, it->from->path) != 0)
        status = cqa_fail(error, CQA_E_REFUSED, "a copy of %s into it was begun", source);
    if (status == CQA_OK && source == NULL) {
        status = check_empty(target, it, error);
        cqa_query_add(&create, "CREATE TABLE cqa_copy(source text NOT NULL)");
        if (status == CQA_OK)
            status = run_query(target, &create, error);
        cqa_query_text(&note, "INSERT INTO cqa_copy VALUES(?)", it->from->path);
        if (status == CQA_OK)
            status = run_query(target, &note, error);
    }
    cqa_query_finish(&create);
    cqa_query_finish(&note);
    cqa_arena_finish(&arena);
    return status;
}

/* From where the database goes on by itself to number rows. */
static enum cqa_status set_number(struct cqa_sql *target, const struct cqa_copy_table *table,
                                  struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;
    char last[192];
    enum cqa_status status = CQA_OK;

    cqa_query_text(&query, "SELECT setval(pg_get_serial_sequence(?,", table->name);
    cqa_query_text(&query, " ?), m.last) FROM (SELECT max(", table->identity);
    (void)snprintf(last, sizeof last, "\"%s\") AS last FROM %s) m WHERE m.last IS NOT NULL",
                   table->identity, table->name);
    cqa_query_add(&query, last);
    status = cqa_query_start(&query, target, 1, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        continue;
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

static enum cqa_status end(struct cqa_sql *target, void *context, struct cqa_error *error)
{
    const struct copying *it = context;
    struct cqa_query drop = {0};
    enum cqa_status status = CQA_OK;

    for (int i = 0; status == CQA_OK && i < it->all->count; i++)
        if (it->all->tables[i].identity != NULL)
            status = set_number(target, &it->all->tables[i], error);
    cqa_query_add(&drop, "DROP TABLE cqa_copy");
    if (status == CQA_OK)
        status = cqa_query_do(&drop, target, error);
    cqa_query_finish(&drop);
    return status;
}

/* Inside a transaction of the source, so that it stays as it is. */
static enum cqa_status copy_all(struct cqa_sql *source, void *context, struct cqa_error *error)
{
    struct copying *it = context;
    enum cqa_status status = cqa_sql_transaction(it->target, CQA_SQL_WRITE, begin, it, error);

    it->source = source;
    for (int i = 0; status == CQA_OK && i < it->all->count; i++)
        status = copy_table(it, &it->all->tables[i], error);
    for (int i = 0; status == CQA_OK && i < it->all->count; i++)
        status = compare_table(it, &it->all->tables[i], error);
    return status == CQA_OK ? cqa_sql_transaction(it->target, CQA_SQL_WRITE, end, it, error)
                            : status;
}

static enum cqa_status open_target(struct copying *it, struct cqa_error *error)
{
    const struct cqa_sql_place place = cqa_scores_sql_place(it->to);
    enum cqa_status status = cqa_sql_open(&place, &it->target, error);

    if (status == CQA_OK)
        status = cqa_sql_migrate(it->target, &cqa_scores_schema_postgres, error);
    if (status == CQA_OK)
        status = cqa_copy_tables_read(it->target, it->all, error);
    return status == CQA_OK ? status : cqa_fail_within(error, "%s", it->to->database);
}

enum cqa_status cqa_scores_copy(const struct cqa_store_place *from,
                                const struct cqa_store_place *to, const struct cqa_clock *clock,
                                cqa_copy_told *told, void *context, struct cqa_error *error)
{
    struct copying it = {.from = from, .to = to, .told = told, .context = context};
    struct cqa_scores *source = NULL;

    it.all = calloc(1, sizeof *it.all);
    if (it.all == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status = open_target(&it, error);
    if (status == CQA_OK)
        status = cqa_scores_open(&source, from, clock, error);
    if (status == CQA_OK)
        status = cqa_scores_write(source, copy_all, &it, error);
    cqa_scores_close(source);
    cqa_sql_close(it.target);
    cqa_arena_finish(&it.all->arena);
    free(it.all);
    return status;
}
