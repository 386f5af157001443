/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child's side: reads one workbook in the sandbox, and says what lies in one of its sheets. */
#include "book/book_child.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "book/parts.h"

void cqa_book_warm(void)
{
    xmlInitParser();
}

static int read_all(int fd, char **out, size_t *length, struct cqa_book_fault *fault)
{
    size_t used = 0;
    ssize_t count = 1;
    char *bytes = malloc(CQA_BOOK_BYTES_MAX + 1);

    if (bytes == NULL)
        return cqa_book_fault(fault, CQA_BOOK_NO_MEMORY);
    while (count > 0 && used <= CQA_BOOK_BYTES_MAX) {
        count = read(fd, bytes + used, CQA_BOOK_BYTES_MAX + 1 - used);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0)
            used += (size_t)count;
    }
    *out = bytes;
    *length = used;
    if (count < 0)
        return cqa_book_fault(fault, CQA_BOOK_UNREADABLE);
    return used <= CQA_BOOK_BYTES_MAX || cqa_book_fault(fault, CQA_BOOK_TOO_LARGE);
}

/* ---- which sheet */

static int look_for_data(struct cqa_book_package *package, const struct cqa_book_tables *tables,
                         int *has_data, struct cqa_book_fault *fault)
{
    for (size_t i = 0; i < tables->sheet_count; i++)
        if (!cqa_book_sheet_has_data(package, tables, i, &has_data[i], fault))
            return 0;
    return 1;
}

/* The one that is named; else the only one that is seen and has data, or -1. */
static int choose(const struct cqa_book_tables *tables, const int *has_data, const char *wanted,
                  int *chosen, struct cqa_book_fault *fault)
{
    size_t seen = 0;
    int any = 0;

    *chosen = -1;
    for (size_t i = 0; i < tables->sheet_count; i++) {
        const int is_it = wanted[0] != '\0' ? strcmp(tables->sheets[i].name, wanted) == 0
                                            : has_data[i] && !tables->sheets[i].is_hidden;
        if (is_it)
            *chosen = seen++ == 0 ? (int)i : -1;
        any |= has_data[i];
    }
    if (wanted[0] != '\0' && seen != 1)
        return cqa_book_fault(fault, CQA_BOOK_NO_SHEET);
    return any || wanted[0] != '\0' || cqa_book_fault(fault, CQA_BOOK_NO_DATA);
}

/* ---- the answer */

static void put_sheets(const struct cqa_book_tables *tables, const int *has_data,
                       struct cqa_buffer *out)
{
    for (size_t i = 0; i < tables->sheet_count; i++) {
        const struct cqa_book_sheet_head head = {(uint8_t)tables->sheets[i].is_hidden,
                                                 (uint8_t)has_data[i]};
        cqa_buffer_add(out, &head, sizeof head);
        cqa_buffer_add(out, tables->sheets[i].name, strlen(tables->sheets[i].name) + 1);
    }
}

static void put_cells(const struct cqa_book_sheet_cells *cells, struct cqa_buffer *out)
{
    for (size_t i = 0; i < cells->count; i++) {
        const char *text = cells->text.text + cells->cells[i].at;
        cqa_buffer_add(out, &cells->cells[i].head, sizeof cells->cells[i].head);
        cqa_buffer_add(out, text, strlen(text) + 1);
    }
}

static struct cqa_book_answer answer_of(const struct cqa_book_tables *tables, int chosen,
                                        const struct cqa_book_sheet_cells *cells)
{
    const struct cqa_book_unseen *unseen = &cells->unseen;

    return (struct cqa_book_answer){.chosen = chosen,
                                    .sheet_count = (uint32_t)tables->sheet_count,
                                    .cell_count = (uint32_t)cells->count,
                                    .rows = (uint32_t)unseen->rows,
                                    .first_row = (uint32_t)unseen->first_row,
                                    .columns = (uint32_t)unseen->columns,
                                    .first_column = (uint32_t)unseen->first_column,
                                    .rounded = (uint32_t)unseen->rounded,
                                    .rounded_row = (uint32_t)unseen->rounded_row,
                                    .rounded_column = (uint32_t)unseen->rounded_column};
}

static int read_tables(struct cqa_book_package *package, const char *wanted,
                       struct cqa_book_tables *tables, struct cqa_book_sheet_cells *cells,
                       struct cqa_buffer *out, struct cqa_book_fault *fault)
{
    static int has_data[CQA_BOOK_SHEETS_MAX];
    int chosen = -1;

    if (!cqa_book_tables_read(package, tables, fault) ||
        !look_for_data(package, tables, has_data, fault) ||
        !choose(tables, has_data, wanted, &chosen, fault) ||
        (chosen >= 0 && !cqa_book_sheet_read(package, tables, (size_t)chosen, cells, fault)))
        return 0;
    const struct cqa_book_answer answer = answer_of(tables, chosen, cells);
    cqa_buffer_add(out, &answer, sizeof answer);
    put_sheets(tables, has_data, out);
    put_cells(cells, out);
    return !out->failed || cqa_book_fault(fault, CQA_BOOK_TOO_MANY_CELLS);
}

int cqa_book_answer(const char *bytes, size_t length, const char *wanted, struct cqa_buffer *out,
                    struct cqa_book_fault *fault)
{
    struct cqa_book_tables tables = {0};
    struct cqa_book_sheet_cells cells = {0};
    struct cqa_book_package *package = cqa_book_package_open(bytes, length, fault);
    const int good = package != NULL && read_tables(package, wanted, &tables, &cells, out, fault);

    cqa_book_package_close(package);
    free(cells.cells);
    cqa_buffer_finish(&cells.text);
    free(tables.string_at);
    cqa_buffer_finish(&tables.strings);
    cqa_arena_finish(&tables.arena);
    return good;
}

void cqa_book_live(void *context)
{
    static char wanted[CQA_BOOK_NAME_MAX + 1];
    struct cqa_buffer answer = {.limit = CQA_BOOK_ANSWER_MAX};
    struct cqa_book_fault fault = {0};
    struct cqa_frame_head head;
    char *bytes = NULL;
    size_t length = 0;
    const int fd = cqa_frame_take_order(&head, wanted, sizeof wanted - 1);

    (void)context;
    if (head.kind != CQA_FRAME_READ_BOOK)
        _exit(1);
    if (read_all(fd, &bytes, &length, &fault) &&
        cqa_book_answer(bytes, length, wanted, &answer, &fault))
        cqa_frame_say(CQA_FRAME_BOOK, answer.text, answer.length);
    else
        cqa_frame_say(CQA_FRAME_BOOK_FAULT, &fault, sizeof fault);
    free(bytes);
    cqa_buffer_finish(&answer);
}
