/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a child said of a workbook: nothing of it is believed that does not stand here. */
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "book/parts.h"

struct scan {
    char *at;
    char *end;
};

static int take(struct scan *scan, void *out, size_t size)
{
    if ((size_t)(scan->end - scan->at) < size)
        return 0;
    memcpy(out, scan->at, size);
    scan->at += size;
    return 1;
}

/* A text of UTF-8; what is no character to be seen becomes a space, as a line end within a cell. */
static char *take_text(struct scan *scan)
{
    char *text = scan->at;
    char *end = memchr(text, '\0', (size_t)(scan->end - scan->at));
    size_t length;

    if (end == NULL)
        return NULL;
    for (char *at = text; at < end; at += length) {
        length = cqa_utf8_length(at, (size_t)(end - at));
        if (length == 0)
            return NULL;
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    }
    scan->at = end + 1;
    return text;
}

static int take_sheets(struct scan *scan, struct cqa_book *out)
{
    for (size_t i = 0; i < out->sheet_count; i++) {
        struct cqa_book_sheet_head head;
        if (!take(scan, &head, sizeof head) || head.is_hidden > 1 || head.has_data > 1)
            return 0;
        out->sheets[i] = (struct cqa_book_sheet){take_text(scan), head.is_hidden, head.has_data};
        if (out->sheets[i].name == NULL)
            return 0;
    }
    return 1;
}

/* Row by row, each place once. */
static int take_cells(struct scan *scan, struct cqa_book *out)
{
    const struct cqa_book_cell *before = NULL;

    for (size_t i = 0; i < out->cell_count; i++) {
        struct cqa_book_cell_head head;
        struct cqa_book_cell *cell = &out->cells[i];
        if (!take(scan, &head, sizeof head) || head.row == 0 || head.row > CQA_BOOK_ROWS_MAX ||
            head.column == 0 || head.column > CQA_BOOK_COLUMNS_MAX ||
            head.problem >= CQA_CELL_PROBLEM_COUNT || head.merged > 2)
            return 0;
        *cell = (struct cqa_book_cell){take_text(scan),  head.row,
                                       head.column,      (enum cqa_cell_problem)head.problem,
                                       head.merged != 0, head.merged == 2};
        if (cell->text == NULL ||
            (before != NULL && (cell->row < before->row ||
                                (cell->row == before->row && cell->column <= before->column))))
            return 0;
        before = cell;
    }
    return 1;
}

int cqa_book_take_answer(const char *body, size_t length, struct cqa_book *out)
{
    struct cqa_book_answer answer;

    *out = (struct cqa_book){.text = malloc(length + 1)};
    if (out->text == NULL)
        return 0;
    memcpy(out->text, body, length);
    struct scan scan = {out->text, out->text + length};
    if (!take(&scan, &answer, sizeof answer) || answer.sheet_count > CQA_BOOK_SHEETS_MAX ||
        answer.cell_count > CQA_BOOK_CELLS_MAX || answer.chosen < -1 ||
        answer.chosen >= (int32_t)answer.sheet_count)
        return 0;
    out->chosen = answer.chosen;
    out->sheets = calloc(answer.sheet_count + 1U, sizeof *out->sheets);
    out->cells = calloc(answer.cell_count + 1U, sizeof *out->cells);
    if (out->sheets == NULL || out->cells == NULL)
        return 0;
    out->sheet_count = answer.sheet_count;
    out->cell_count = answer.cell_count;
    out->unseen = (struct cqa_book_unseen){
        answer.rows,    answer.first_row,   answer.columns,       answer.first_column,
        answer.rounded, answer.rounded_row, answer.rounded_column};
    return take_sheets(&scan, out) && take_cells(&scan, out) && scan.at == scan.end;
}
