/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/copy_tables.h"

#include <stdio.h>
#include <string.h>
#include "scores/store_internal.h"

enum { TEXT_BYTES_MAX = 8192 };

static enum cqa_status no_memory(struct cqa_error *error)
{
    return cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

/* ---- what there is */

static enum cqa_status read_names(struct cqa_sql *sql, struct cqa_copy_tables *out,
                                  struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(&query, "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r'"
                          " AND c.relnamespace = current_schema()::regnamespace"
                          " AND c.relname NOT IN ('cqa_schema', 'cqa_copy', 'tallies', "
                          "'tally_marks') ORDER BY c.oid");
    enum cqa_status status = cqa_query_start(&query, sql, 1, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        if (out->count == CQA_COPY_TABLES_MAX)
            status = cqa_fail(error, CQA_E_LIMIT, "the database has too many tables");
        else
            out->tables[out->count++].name = cqa_sql_copy(row, 0, &out->arena);
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

static enum cqa_status add_column(struct cqa_copy_tables *out, struct cqa_copy_table *table,
                                  const struct cqa_sql_rows *row, struct cqa_error *error)
{
    const char *type = cqa_row_text(row, 1);
    const int at = table->column_count;

    if (at == CQA_COPY_COLUMNS_MAX)
        return cqa_fail(error, CQA_E_LIMIT, "the database has too many tables");
    table->columns[at] = cqa_sql_copy(row, 0, &out->arena);
    table->types[at] = strcmp(type, "bigint") == 0 ? 'i' : strcmp(type, "bytea") == 0 ? 'b' : 't';
    if (cqa_sql_int(row, 2) != 0)
        table->identity = table->columns[at];
    if (cqa_sql_int(row, 3) != 0 && table->key_count < CQA_COPY_KEYS_MAX)
        table->keys[table->key_count++] = at;
    table->column_count++;
    return CQA_OK;
}

/* A table without a primary key is walked through by the number of its rows. */
static enum cqa_status read_columns(struct cqa_sql *sql, struct cqa_copy_tables *out,
                                    struct cqa_copy_table *table, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_text(&query,
                   "SELECT c.column_name, c.data_type, c.is_identity = 'YES',"
                   " EXISTS(SELECT 1 FROM pg_index i JOIN pg_attribute a"
                   "  ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
                   "  WHERE i.indrelid = to_regclass(c.table_name) AND i.indisprimary"
                   "  AND a.attname = c.column_name)"
                   " FROM information_schema.columns c WHERE c.table_schema = current_schema()"
                   " AND c.is_generated = 'NEVER' AND c.table_name = ? ORDER BY ordinal_position",
                   table->name);
    enum cqa_status status = cqa_query_start(&query, sql, 4, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        status = add_column(out, table, row, error);
    cqa_sql_end(row);
    cqa_query_finish(&query);
    for (int i = 0; i < table->column_count && table->key_count == 0; i++)
        if (table->columns[i] == table->identity)
            table->keys[table->key_count++] = i;
    return status;
}

/* ---- what is asked of it */

static void list_columns(const struct cqa_copy_table *table, struct cqa_buffer *out)
{
    for (int i = 0; i < table->column_count; i++)
        cqa_buffer_print(out, "%s\"%s\"", i ? ", " : "", table->columns[i]);
}

static void list_keys(const struct cqa_copy_table *table, const char *behind,
                      struct cqa_buffer *out)
{
    for (int i = 0; i < table->key_count; i++)
        cqa_buffer_print(out, "%s\"%s\"%s", i ? ", " : "", table->columns[table->keys[i]], behind);
}

static void list_places(int count, struct cqa_buffer *out)
{
    for (int i = 1; i <= count; i++)
        cqa_buffer_print(out, "%s?%d", i > 1 ? ", " : "", i);
}

static void write_page(const struct cqa_copy_table *table, int is_next, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "SELECT ");
    list_columns(table, out);
    cqa_buffer_print(out, " FROM %s", table->name);
    if (is_next) {
        cqa_buffer_print(out, " WHERE (");
        list_keys(table, "", out);
        cqa_buffer_print(out, ") > (");
        list_places(table->key_count, out);
        cqa_buffer_print(out, ")");
    }
    cqa_buffer_print(out, " ORDER BY ");
    list_keys(table, "", out);
    cqa_buffer_print(out, " LIMIT %d", CQA_COPY_PAGE);
}

static void write_insert(const struct cqa_copy_table *table, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "INSERT INTO %s(", table->name);
    list_columns(table, out);
    cqa_buffer_print(out, ") VALUES(");
    list_places(table->column_count, out);
    cqa_buffer_print(out, ")");
}

static void write_last(const struct cqa_copy_table *table, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "SELECT ");
    list_keys(table, "", out);
    cqa_buffer_print(out, " FROM %s ORDER BY ", table->name);
    list_keys(table, " DESC", out);
    cqa_buffer_print(out, " LIMIT 1");
}

static enum cqa_status keep(struct cqa_arena *arena, struct cqa_buffer *text, const char *types,
                            int columns, struct cqa_sql_statement *out, struct cqa_error *error)
{
    *out = (struct cqa_sql_statement){.text =
                                          text->failed ? NULL : cqa_arena_string(arena, text->text),
                                      .types = types,
                                      .columns = columns,
                                      .kept = columns == 0};
    cqa_buffer_finish(text);
    return out->text == NULL ? no_memory(error) : CQA_OK;
}

static enum cqa_status write_statements(struct cqa_arena *arena, struct cqa_copy_table *table,
                                        struct cqa_error *error)
{
    struct cqa_buffer first = {.limit = TEXT_BYTES_MAX};
    struct cqa_buffer next = {.limit = TEXT_BYTES_MAX};
    struct cqa_buffer last = {.limit = TEXT_BYTES_MAX};
    struct cqa_buffer insert = {.limit = TEXT_BYTES_MAX};

    for (int i = 0; i < table->key_count; i++)
        table->key_types[i] = table->types[table->keys[i]];
    write_page(table, 0, &first);
    write_page(table, 1, &next);
    write_last(table, &last);
    write_insert(table, &insert);
    enum cqa_status status = keep(arena, &first, "", table->column_count, &table->first, error);
    if (status == CQA_OK)
        status = keep(arena, &next, table->key_types, table->column_count, &table->next, error);
    if (status == CQA_OK)
        status = keep(arena, &last, "", table->key_count, &table->last, error);
    if (status == CQA_OK)
        status = keep(arena, &insert, table->types, 0, &table->insert, error);
    return status;
}

enum cqa_status cqa_copy_tables_read(struct cqa_sql *postgres, struct cqa_copy_tables *out,
                                     struct cqa_error *error)
{
    enum cqa_status status = read_names(postgres, out, error);

    for (int i = 0; status == CQA_OK && i < out->count; i++) {
        struct cqa_copy_table *table = &out->tables[i];
        status = table->name == NULL ? no_memory(error) : read_columns(postgres, out, table, error);
        if (status == CQA_OK)
            status = write_statements(&out->arena, table, error);
    }
    return status;
}
