/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"

enum { LIST_BYTES = 400 };

enum cqa_status cqa_table_load(const char *path, struct cqa_buffer *out, struct cqa_error *error)
{
    char piece[65536];
    size_t count;
    enum cqa_status status = CQA_OK;
    FILE *file = fopen(path, "re");

    *out = (struct cqa_buffer){.limit = CQA_TABLE_BYTES_MAX};
    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while ((count = fread(piece, 1, sizeof piece, file)) > 0 &&
           cqa_buffer_add(out, piece, count) == CQA_OK)
        ;
    if (ferror(file))
        status = cqa_fail_errno(error, "%s", path);
    else if (out->failed)
        status =
            cqa_fail(error, CQA_E_LIMIT, "%s: larger than %d MiB", path, CQA_TABLE_BYTES_MAX >> 20);
    fclose(file);
    return status;
}

/* ---- workbooks */

/* Several sheets, or hidden ones alone: somebody has to say which. */
static enum cqa_status ask_for_sheet(const struct cqa_book *book, struct cqa_error *error)
{
    char list[LIST_BYTES] = "";
    size_t used = 0;

    for (size_t i = 0; i < book->sheet_count && used < sizeof list; i++)
        if (book->sheets[i].has_data)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "",
                                     book->sheets[i].name);
    return cqa_fail(error, CQA_E_REFUSED,
                    "several sheets have data, or a hidden one alone: say which; allowed: %s",
                    list);
}

static enum cqa_status open_book(struct cqa_table *table, const struct cqa_table_source *source,
                                 const char *bytes, size_t length, const char *name,
                                 struct cqa_arena *arena, struct cqa_error *error)
{
    struct cqa_children *children = NULL;

    if (source == NULL || source->children == NULL)
        return cqa_fail(error, CQA_E_BADDATA,
                        "a workbook is not taken here: save the sheet as CSV UTF-8");
    enum cqa_status status = source->children->get(source->children->context, &children, error);
    if (status == CQA_OK)
        status = cqa_book_read(children, bytes, length, source->sheet, &table->book, error);
    if (status != CQA_OK)
        return status;
    if (table->book.chosen < 0)
        return ask_for_sheet(&table->book, error);
    const char *sheet = table->book.sheets[table->book.chosen].name;
    const size_t size = strlen(name) + strlen(sheet) + 3;
    char *place = cqa_arena_alloc(arena, size);
    if (place == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    snprintf(place, size, "%s:%s!", name, sheet);
    table->place = place;
    table->is_book = 1;
    return CQA_OK;
}

enum cqa_status cqa_table_init(struct cqa_table *table, const struct cqa_table_source *source,
                               const char *bytes, size_t length, const char *name,
                               struct cqa_arena *arena, struct cqa_error *error)
{
    const enum cqa_book_kind kind = cqa_book_kind(bytes, length);
    const enum cqa_status status = cqa_book_refuse(kind, error);

    *table = (struct cqa_table){.place = name};
    if (status != CQA_OK)
        return status;
    if (kind == CQA_BOOK_XLSX)
        return open_book(table, source, bytes, length, name, arena, error);
    if (source != NULL && source->sheet != NULL)
        return cqa_fail(error, CQA_E_NOTFOUND, "no sheet \"%s\": this is no workbook",
                        source->sheet);
    return cqa_csv_init(&table->csv, bytes, length, error);
}

/* ---- records of a sheet */

static int make_room(struct cqa_table *table, size_t count)
{
    if (count <= table->capacity)
        return 1;
    struct cqa_csv_cell *cells = realloc(table->own, count * sizeof *cells);
    if (cells == NULL)
        return 0;
    table->own = cells;
    table->capacity = count;
    return 1;
}

static const char *why_without(const struct cqa_book_cell *cell)
{
    if (cell->problem == CQA_CELL_ERROR)
        return CQA_N("the cell shows an error; mend its formula, or type the value");
    if (cell->problem == CQA_CELL_UNCOMPUTED)
        return CQA_N("a formula whose value was never computed: open the workbook, and save it");
    return NULL;
}

/* Cells that the sheet does not have are empty ones. */
static void fill(struct cqa_table *table, size_t from, size_t count, size_t row)
{
    static char nothing[] = "";
    static char formula[] = "=";

    for (size_t i = 0; i < count; i++)
        table->own[i] = (struct cqa_csv_cell){.text = nothing, .line = row, .column = i + 1};
    for (size_t i = from; i < table->next; i++) {
        const struct cqa_book_cell *cell = &table->book.cells[i];
        struct cqa_csv_cell *to = &table->own[cell->column - 1];
        to->text = cell->problem == CQA_CELL_UNCOMPUTED ? formula : cqa_csv_trim(cell->text);
        to->lacks = why_without(cell);
        to->is_merged = cell->is_merged;
        to->is_merged_copy = cell->is_merged && !cell->is_first;
    }
}

static int is_blank(const struct cqa_table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        if (table->cells[i].text[0] != '\0')
            return 0;
    return 1;
}

static int next_of_book(struct cqa_table *table)
{
    const struct cqa_book *book = &table->book;

    while (table->next < book->cell_count) {
        const size_t from = table->next;
        const size_t row = book->cells[from].row;
        while (table->next < book->cell_count && book->cells[table->next].row == row)
            table->next++;
        const size_t count = book->cells[table->next - 1].column;
        table->problem = make_room(table, count) ? NULL : CQA_N("out of memory");
        table->problem_line = row;
        table->problem_column = 1;
        table->cells = table->own;
        table->cell_count = table->problem == NULL ? count : 0;
        if (table->problem == NULL)
            fill(table, from, count, row);
        if (table->problem != NULL || !is_blank(table))
            return 1;
    }
    return 0;
}

int cqa_table_next(struct cqa_table *table)
{
    if (table->is_book)
        return next_of_book(table);
    if (!cqa_csv_next(&table->csv))
        return 0;
    table->cells = table->csv.cells;
    table->cell_count = table->csv.cell_count;
    table->problem = table->csv.problem;
    table->problem_line = table->csv.problem_line;
    table->problem_column = table->csv.problem_column;
    table->is_cut = table->problem != NULL && *table->csv.at == '\0';
    return 1;
}

void cqa_table_finish(struct cqa_table *table)
{
    cqa_csv_finish(&table->csv);
    cqa_book_finish(&table->book);
    free(table->own);
    *table = (struct cqa_table){0};
}
