/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sheets of a workbook share: their list, the texts, the formats of numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "book/parts.h"

enum { FORMAT_BYTES = 256, FORMATS_MAX = 4096 };

struct reader {
    struct cqa_book_tables *tables;
    struct cqa_book_fault *fault;
    int in_text, in_phonetic, in_styles, is_struck;
    struct {
        long number;
        const char *format;
    } * formats; /* those that the workbook spells out */
    size_t format_count;
};

static int number_of(const struct cqa_book_attributes *attributes, const char *name, long *out)
{
    char text[24];
    char *end;

    if (!cqa_book_attribute(attributes, name, text, sizeof text))
        return 0;
    *out = strtol(text, &end, 10);
    return end != text && *end == '\0' && *out >= 0;
}

static int ignore_end(void *context, const char *name)
{
    (void)context;
    (void)name;
    return 1;
}

/* ---- xl/workbook.xml: the sheets */

static int begin_workbook(void *context, const char *name,
                          const struct cqa_book_attributes *attributes)
{
    struct reader *reader = context;
    struct cqa_book_tables *tables = reader->tables;
    char state[16];

    if (strcmp(name, "workbookPr") == 0)
        tables->is_1904 = cqa_book_attribute_is_true(attributes, "date1904");
    if (strcmp(name, "sheet") != 0)
        return 1;
    if (tables->sheet_count == CQA_BOOK_SHEETS_MAX)
        return cqa_book_fault(reader->fault, CQA_BOOK_TOO_MANY_SHEETS);
    struct cqa_book_listed_sheet *sheet = &tables->sheets[tables->sheet_count++];
    cqa_book_attribute(attributes, "name", sheet->name, sizeof sheet->name);
    cqa_book_attribute(attributes, "id", sheet->id, sizeof sheet->id);
    cqa_book_attribute(attributes, "state", state, sizeof state);
    sheet->is_hidden = strcmp(state, "hidden") == 0 || strcmp(state, "veryHidden") == 0;
    return 1;
}

/* "worksheets/sheet1.xml" beside xl/workbook.xml, or "/xl/worksheets/sheet1.xml". A part is looked
 * for in the archive alone, wherever its name would lead. */
static void place_part(struct cqa_book_listed_sheet *sheet, const char *target)
{
    snprintf(sheet->part, sizeof sheet->part, "%s%s", target[0] == '/' ? "" : "xl/",
             target[0] == '/' ? target + 1 : target);
}

static int begin_relations(void *context, const char *name,
                           const struct cqa_book_attributes *attributes)
{
    struct reader *reader = context;
    char id[64];
    char target[200];

    if (strcmp(name, "Relationship") != 0)
        return 1;
    cqa_book_attribute(attributes, "Id", id, sizeof id);
    cqa_book_attribute(attributes, "Target", target, sizeof target);
    for (size_t i = 0; i < reader->tables->sheet_count; i++)
        if (strcmp(reader->tables->sheets[i].id, id) == 0)
            place_part(&reader->tables->sheets[i], target);
    return 1;
}

/* ---- xl/sharedStrings.xml: texts, with what says how to pronounce them left out */

static int end_string(struct reader *reader)
{
    struct cqa_book_tables *tables = reader->tables;

    cqa_buffer_add(&tables->strings, "", 1);
    if (tables->strings.failed)
        return cqa_book_fault(reader->fault, CQA_BOOK_TEXT_TOO_LONG);
    return 1;
}

static int begin_string(struct reader *reader)
{
    struct cqa_book_tables *tables = reader->tables;

    if (tables->string_count == tables->string_capacity) {
        const size_t capacity = tables->string_capacity ? tables->string_capacity * 2 : 256;
        size_t *places = realloc(tables->string_at, capacity * sizeof *places);
        if (places == NULL)
            return cqa_book_fault(reader->fault, CQA_BOOK_NO_MEMORY);
        tables->string_at = places;
        tables->string_capacity = capacity;
    }
    tables->string_at[tables->string_count++] = tables->strings.length;
    return 1;
}

static int text_shared(void *context, const char *bytes, size_t length)
{
    struct reader *reader = context;
    struct cqa_book_tables *tables = reader->tables;

    if (!reader->in_text || tables->string_count == 0)
        return 1;
    cqa_buffer_add(&tables->strings, bytes, length);
    if (tables->strings.failed ||
        tables->strings.length - tables->string_at[tables->string_count - 1] > CQA_BOOK_CELL_MAX)
        return cqa_book_fault(reader->fault, CQA_BOOK_TEXT_TOO_LONG);
    return 1;
}

/* Before and behind what is struck through. */
static int mark_struck(struct reader *reader)
{
    return reader->is_struck ? text_shared(reader, CQA_BOOK_STRUCK, strlen(CQA_BOOK_STRUCK)) : 1;
}

static int begin_shared(void *context, const char *name,
                        const struct cqa_book_attributes *attributes)
{
    struct reader *reader = context;

    if (strcmp(name, "si") == 0)
        return begin_string(reader);
    if (strcmp(name, "rPh") == 0)
        reader->in_phonetic = 1;
    else if (strcmp(name, "strike") == 0)
        reader->is_struck = cqa_book_is_struck(attributes);
    else if (strcmp(name, "t") == 0)
        reader->in_text = !reader->in_phonetic;
    return strcmp(name, "t") == 0 ? mark_struck(reader) : 1;
}

static int end_shared(void *context, const char *name)
{
    struct reader *reader = context;

    if (strcmp(name, "rPh") == 0)
        reader->in_phonetic = 0;
    else if (strcmp(name, "r") == 0)
        reader->is_struck = 0;
    else if (strcmp(name, "si") == 0)
        return end_string(reader);
    if (strcmp(name, "t") != 0)
        return 1;
    const int status = mark_struck(reader);
    reader->in_text = 0;
    return status;
}

/* ---- xl/styles.xml: formats of numbers */

static int add_format(struct reader *reader, const struct cqa_book_attributes *attributes)
{
    char code[FORMAT_BYTES];
    long number;

    if (!number_of(attributes, "numFmtId", &number) || reader->format_count == FORMATS_MAX)
        return 1;
    cqa_book_attribute(attributes, "formatCode", code, sizeof code);
    const char *format = cqa_arena_string(&reader->tables->arena, code);
    if (format == NULL)
        return cqa_book_fault(reader->fault, CQA_BOOK_NO_MEMORY);
    reader->formats[reader->format_count].number = number;
    reader->formats[reader->format_count++].format = format;
    return 1;
}

static int add_style(struct reader *reader, const struct cqa_book_attributes *attributes)
{
    struct cqa_book_tables *tables = reader->tables;
    long number = 0;

    if (tables->style_count == CQA_BOOK_STYLES_MAX)
        return cqa_book_fault(reader->fault, CQA_BOOK_TOO_MANY_STYLES);
    (void)number_of(attributes, "numFmtId", &number);
    const char *format = cqa_book_known_format(number);
    for (size_t i = 0; i < reader->format_count; i++)
        if (reader->formats[i].number == number)
            format = reader->formats[i].format;
    tables->style_formats[tables->style_count++] = format;
    return 1;
}

static int begin_styles(void *context, const char *name,
                        const struct cqa_book_attributes *attributes)
{
    struct reader *reader = context;

    if (strcmp(name, "numFmt") == 0)
        return add_format(reader, attributes);
    if (strcmp(name, "cellXfs") == 0)
        reader->in_styles = 1;
    else if (strcmp(name, "xf") == 0 && reader->in_styles)
        return add_style(reader, attributes);
    return 1;
}

static int end_styles(void *context, const char *name)
{
    struct reader *reader = context;

    if (strcmp(name, "cellXfs") == 0)
        reader->in_styles = 0;
    return 1;
}

/* ---- all of them */

static int read_all(struct cqa_book_package *package, struct reader *reader)
{
    const struct cqa_book_listener workbook = {begin_workbook, NULL, ignore_end, reader,
                                               reader->fault};
    const struct cqa_book_listener relations = {begin_relations, NULL, ignore_end, reader,
                                                reader->fault};
    const struct cqa_book_listener shared = {begin_shared, text_shared, end_shared, reader,
                                             reader->fault};
    const struct cqa_book_listener styles = {begin_styles, NULL, end_styles, reader, reader->fault};

    if (!cqa_book_has_part(package, "xl/workbook.xml"))
        return cqa_book_fault(reader->fault, CQA_BOOK_NOT_XLSX);
    return cqa_book_read_part(package, "xl/workbook.xml", &workbook) &&
           cqa_book_read_part(package, "xl/_rels/workbook.xml.rels", &relations) &&
           (!cqa_book_has_part(package, "xl/styles.xml") ||
            cqa_book_read_part(package, "xl/styles.xml", &styles)) &&
           (!cqa_book_has_part(package, "xl/sharedStrings.xml") ||
            cqa_book_read_part(package, "xl/sharedStrings.xml", &shared));
}

int cqa_book_tables_read(struct cqa_book_package *package, struct cqa_book_tables *out,
                         struct cqa_book_fault *fault)
{
    struct reader reader = {.tables = out, .fault = fault};

    *out = (struct cqa_book_tables){.strings = {.limit = CQA_BOOK_TEXT_MAX}};
    out->sheets = cqa_arena_alloc(&out->arena, CQA_BOOK_SHEETS_MAX * sizeof *out->sheets);
    out->style_formats =
        cqa_arena_alloc(&out->arena, CQA_BOOK_STYLES_MAX * sizeof *out->style_formats);
    reader.formats = cqa_arena_alloc(&out->arena, FORMATS_MAX * sizeof *reader.formats);
    if (out->sheets == NULL || out->style_formats == NULL || reader.formats == NULL)
        return cqa_book_fault(fault, CQA_BOOK_NO_MEMORY);
    return read_all(package, &reader);
}
