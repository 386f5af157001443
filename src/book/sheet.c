/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of one sheet. */
#include <stdlib.h>
#include <string.h>
#include "book/parts.h"

enum { KIND_BYTES = 16, RAW_BYTES = 64 };

struct reader {
    const struct cqa_book_tables *tables;
    struct cqa_book_sheet_cells *out;
    struct cqa_book_fault *fault;
    int only_look; /* the first cell with something in it is enough */
    int is_found;
    size_t row, column;
    char kind[KIND_BYTES]; /* of the cell: "s", "str", "inlineStr", "b", "e", "d", "n" or "" */
    size_t style;
    int has_formula, has_value, in_value, in_text, in_phonetic, is_struck;
    struct cqa_buffer value; /* what <v> or <t> say */
    struct cqa_book_area areas[CQA_BOOK_MERGES_MAX];
    size_t area_count;
};

int cqa_book_read_reference(const char *text, char end, size_t *row, size_t *column)
{
    *row = *column = 0;
    for (text += *text == '$'; *text >= 'A' && *text <= 'Z' && *column < 1000000; text++)
        *column = *column * 26 + (size_t)(*text - 'A') + 1;
    for (text += *text == '$'; *text >= '0' && *text <= '9' && *row < 100000000; text++)
        *row = *row * 10 + (size_t)(*text - '0');
    return *row > 0 && *column > 0 && *text == end;
}

static int number_of(const struct cqa_book_attributes *attributes, const char *name, size_t *out)
{
    char text[16];
    char *end;

    if (!cqa_book_attribute(attributes, name, text, sizeof text) || text[0] < '0' || text[0] > '9')
        return 0;
    *out = strtoul(text, &end, 10);
    return *end == '\0';
}

/* ---- what a cell says */

static int add_cell(struct reader *reader, const char *text, enum cqa_cell_problem problem)
{
    struct cqa_book_sheet_cells *out = reader->out;

    reader->is_found = 1;
    if (reader->only_look)
        return 0;
    if (out->count == CQA_BOOK_CELLS_MAX)
        return cqa_book_fault_at(reader->fault, CQA_BOOK_TOO_MANY_CELLS, reader->row,
                                 reader->column);
    if (out->count == out->capacity) {
        const size_t capacity = out->capacity ? out->capacity * 2 : 1024;
        void *cells = realloc(out->cells, capacity * sizeof *out->cells);
        if (cells == NULL)
            return cqa_book_fault(reader->fault, CQA_BOOK_NO_MEMORY);
        out->cells = cells;
        out->capacity = capacity;
    }
    out->cells[out->count].at = (uint32_t)out->text.length;
    out->cells[out->count++].head = (struct cqa_book_cell_head){
        (uint32_t)reader->row, (uint16_t)reader->column, (uint8_t)problem, 0};
    cqa_buffer_add(&out->text, text, strlen(text) + 1);
    return !out->text.failed ||
           cqa_book_fault_at(reader->fault, CQA_BOOK_TEXT_TOO_LONG, reader->row, reader->column);
}

static int add_number(struct reader *reader, const char *raw)
{
    char shown[CQA_BOOK_NUMBER_SIZE];
    const char *format = reader->style < reader->tables->style_count
                             ? reader->tables->style_formats[reader->style]
                             : NULL;
    int rounded;

    if (!cqa_book_show(raw, format, reader->tables->is_1904, shown, &rounded))
        return cqa_book_fault_at(reader->fault, CQA_BOOK_BAD_CELL, reader->row, reader->column);
    if (rounded && reader->out->unseen.rounded++ == 0) {
        reader->out->unseen.rounded_row = reader->row;
        reader->out->unseen.rounded_column = reader->column;
    }
    return add_cell(reader, shown, CQA_CELL_FINE);
}

static int add_shared(struct reader *reader, const char *raw)
{
    const struct cqa_book_tables *tables = reader->tables;
    char *end;
    const unsigned long index = strtoul(raw, &end, 10);

    if (end == raw || *end != '\0' || *raw == '-' || index >= tables->string_count)
        return cqa_book_fault_at(reader->fault, CQA_BOOK_BAD_CELL, reader->row, reader->column);
    const char *text = tables->strings.text + tables->string_at[index];
    return text[0] == '\0' || add_cell(reader, text, CQA_CELL_FINE);
}

/* "2025-11-20T00:00:00" is a day. */
static int add_iso(struct reader *reader, char *raw)
{
    const size_t length = strlen(raw);

    if (length > 10 && raw[10] == 'T' && strspn(raw + 11, "0:.Z") == length - 11)
        raw[10] = '\0';
    return add_cell(reader, raw, CQA_CELL_FINE);
}

static int end_cell(struct reader *reader)
{
    cqa_buffer_add(&reader->value, "", 1);
    if (reader->value.failed)
        return cqa_book_fault_at(reader->fault, CQA_BOOK_TEXT_TOO_LONG, reader->row,
                                 reader->column);
    char *raw = reader->value.text;
    const int is_text = strcmp(reader->kind, "str") == 0 || strcmp(reader->kind, "inlineStr") == 0;

    if (raw[0] == '\0' && reader->has_formula && !(is_text && reader->has_value))
        return add_cell(reader, "", CQA_CELL_UNCOMPUTED);
    if (raw[0] == '\0')
        return 1;
    if (is_text)
        return add_cell(reader, raw, CQA_CELL_FINE);
    if (strcmp(reader->kind, "s") == 0)
        return add_shared(reader, raw);
    if (strcmp(reader->kind, "b") == 0)
        return add_cell(reader, raw[0] == '1' || raw[0] == 't' ? "TRUE" : "FALSE", CQA_CELL_FINE);
    if (strcmp(reader->kind, "e") == 0)
        return add_cell(reader, raw, CQA_CELL_ERROR);
    if (strcmp(reader->kind, "d") == 0)
        return add_iso(reader, raw);
    return add_number(reader, raw);
}

/* ---- elements */

static int begin_row(struct reader *reader, const struct cqa_book_attributes *attributes)
{
    size_t row;

    reader->column = 0;
    if (!number_of(attributes, "r", &row))
        row = reader->row + 1;
    if (row <= reader->row && !(reader->row == 0 && row > 0))
        return cqa_book_fault_at(reader->fault, CQA_BOOK_BAD_CELL, row, 1);
    reader->row = row;
    if (row > CQA_BOOK_ROWS_MAX)
        return cqa_book_fault_at(reader->fault, CQA_BOOK_TOO_MANY_ROWS, CQA_BOOK_ROWS_MAX, 1);
    if (cqa_book_attribute_is_true(attributes, "hidden") && reader->out->unseen.rows++ == 0)
        reader->out->unseen.first_row = row;
    return 1;
}

static int begin_cell(struct reader *reader, const struct cqa_book_attributes *attributes)
{
    char reference[24];
    size_t row = reader->row;
    size_t column = reader->column + 1;

    if (cqa_book_attribute(attributes, "r", reference, sizeof reference) &&
        (!cqa_book_read_reference(reference, '\0', &row, &column) || row != reader->row ||
         column <= reader->column))
        return cqa_book_fault_at(reader->fault, CQA_BOOK_BAD_CELL, reader->row, reader->column + 1);
    reader->column = column;
    if (!cqa_book_attribute(attributes, "t", reader->kind, sizeof reader->kind))
        reader->kind[0] = '\0';
    if (!number_of(attributes, "s", &reader->style))
        reader->style = 0;
    reader->has_formula = reader->has_value = reader->in_value = reader->in_text = 0;
    reader->value.length = 0;
    return 1;
}

static void begin_column(struct reader *reader, const struct cqa_book_attributes *attributes)
{
    size_t first, last;
    struct cqa_book_unseen *unseen = &reader->out->unseen;

    if (!cqa_book_attribute_is_true(attributes, "hidden") ||
        !number_of(attributes, "min", &first) || !number_of(attributes, "max", &last) ||
        last < first)
        return;
    if (last > CQA_BOOK_COLUMNS_MAX)
        last = CQA_BOOK_COLUMNS_MAX;
    if (first > last)
        return;
    if (unseen->columns == 0)
        unseen->first_column = first;
    unseen->columns += last - first + 1;
}

static int begin_merge(struct reader *reader, const struct cqa_book_attributes *attributes)
{
    char text[48];
    size_t row, column, last_row, last_column;

    cqa_book_attribute(attributes, "ref", text, sizeof text);
    const char *colon = strchr(text, ':');
    if (colon == NULL || !cqa_book_read_reference(text, ':', &row, &column) ||
        !cqa_book_read_reference(colon + 1, '\0', &last_row, &last_column))
        return 1;
    if (reader->area_count == CQA_BOOK_MERGES_MAX)
        return cqa_book_fault(reader->fault, CQA_BOOK_TOO_MANY_MERGES);
    reader->areas[reader->area_count++] = (struct cqa_book_area){
        (uint32_t)row, (uint32_t)column, (uint32_t)last_row, (uint32_t)last_column};
    return 1;
}

static void mark_struck(struct reader *reader)
{
    if (reader->is_struck && reader->in_text)
        cqa_buffer_add(&reader->value, CQA_BOOK_STRUCK, strlen(CQA_BOOK_STRUCK));
}

static int begin(void *context, const char *name, const struct cqa_book_attributes *attributes)
{
    struct reader *reader = context;

    if (strcmp(name, "c") == 0)
        return begin_cell(reader, attributes);
    if (strcmp(name, "row") == 0)
        return begin_row(reader, attributes);
    if (strcmp(name, "mergeCell") == 0)
        return begin_merge(reader, attributes);
    if (strcmp(name, "col") == 0)
        begin_column(reader, attributes);
    else if (strcmp(name, "f") == 0)
        reader->has_formula = 1;
    else if (strcmp(name, "v") == 0)
        reader->in_value = reader->has_value = 1;
    else if (strcmp(name, "rPh") == 0)
        reader->in_phonetic = 1;
    else if (strcmp(name, "strike") == 0)
        reader->is_struck = cqa_book_is_struck(attributes);
    else if (strcmp(name, "t") == 0) {
        reader->in_text = !reader->in_phonetic && strcmp(reader->kind, "inlineStr") == 0;
        mark_struck(reader);
    }
    return 1;
}

static int text(void *context, const char *bytes, size_t length)
{
    struct reader *reader = context;

    if (!reader->in_value && !reader->in_text)
        return 1;
    cqa_buffer_add(&reader->value, bytes, length);
    return 1;
}

static int end(void *context, const char *name)
{
    struct reader *reader = context;

    if (strcmp(name, "v") == 0)
        reader->in_value = 0;
    else if (strcmp(name, "t") == 0) {
        mark_struck(reader);
        reader->in_text = 0;
    } else if (strcmp(name, "r") == 0)
        reader->is_struck = 0;
    else if (strcmp(name, "rPh") == 0)
        reader->in_phonetic = 0;
    else if (strcmp(name, "c") == 0) {
        if (reader->column > CQA_BOOK_COLUMNS_MAX &&
            (reader->value.length > 0 || reader->has_formula))
            return cqa_book_fault_at(reader->fault, CQA_BOOK_TOO_MANY_COLUMNS, reader->row,
                                     reader->column);
        return end_cell(reader);
    } else if (strcmp(name, "sheetData") == 0 && reader->only_look) {
        return 0;
    }
    return 1;
}

/* ---- one sheet */

static int read_sheet(struct cqa_book_package *package, struct reader *reader, size_t sheet)
{
    const struct cqa_book_listener listener = {begin, text, end, reader, reader->fault};

    return cqa_book_read_part(package, reader->tables->sheets[sheet].part, &listener);
}

static struct reader *make_reader(const struct cqa_book_tables *tables,
                                  struct cqa_book_sheet_cells *out, struct cqa_book_fault *fault)
{
    struct reader *reader = calloc(1, sizeof *reader);

    *out = (struct cqa_book_sheet_cells){.text = {.limit = CQA_BOOK_TEXT_MAX}};
    if (reader == NULL) {
        cqa_book_fault(fault, CQA_BOOK_NO_MEMORY);
        return NULL;
    }
    reader->tables = tables;
    reader->out = out;
    reader->fault = fault;
    reader->value.limit = CQA_BOOK_CELL_MAX;
    return reader;
}

static void free_reader(struct reader *reader)
{
    cqa_buffer_finish(&reader->value);
    free(reader);
}

int cqa_book_sheet_has_data(struct cqa_book_package *package, const struct cqa_book_tables *tables,
                            size_t sheet, int *has_data, struct cqa_book_fault *fault)
{
    struct cqa_book_sheet_cells none;
    struct reader *reader = make_reader(tables, &none, fault);

    *has_data = 0;
    if (reader == NULL)
        return 0;
    reader->only_look = 1;
    const int good = read_sheet(package, reader, sheet);
    *has_data = reader->is_found;
    free_reader(reader);
    return good;
}

int cqa_book_sheet_read(struct cqa_book_package *package, const struct cqa_book_tables *tables,
                        size_t sheet, struct cqa_book_sheet_cells *out,
                        struct cqa_book_fault *fault)
{
    struct reader *reader = make_reader(tables, out, fault);

    if (reader == NULL)
        return 0;
    const int good = read_sheet(package, reader, sheet) &&
                     cqa_book_merge(out, reader->areas, reader->area_count, fault);
    free_reader(reader);
    return good;
}
