/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "book/parts.h"

struct merging {
    struct cqa_book_sheet_cells *cells;
    size_t own_count; /* of cells that the sheet itself has */
    size_t last_row, last_column;
    struct cqa_book_fault *fault;
};

static int compare_places(const struct cqa_book_cell_head *a, const struct cqa_book_cell_head *b)
{
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

static int by_place(const void *left, const void *right)
{
    const struct cqa_book_kept_cell *a = left;
    const struct cqa_book_kept_cell *b = right;
    const int order = compare_places(&a->head, &b->head);

    /* The sheet's own before what a merged area would put there. */
    return order != 0 ? order : (a->head.merged == 1) - (b->head.merged == 1);
}

static struct cqa_book_kept_cell *find(const struct merging *merging, size_t row, size_t column)
{
    const struct cqa_book_kept_cell wanted = {
        .head = {.row = (uint32_t)row, .column = (uint16_t)column}};
    size_t low = 0;
    size_t high = merging->own_count;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (compare_places(&merging->cells->cells[middle].head, &wanted.head) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < merging->own_count &&
                   compare_places(&merging->cells->cells[low].head, &wanted.head) == 0
               ? &merging->cells->cells[low]
               : NULL;
}

static int add_copy(struct merging *merging, struct cqa_book_kept_cell first, size_t row,
                    size_t column)
{
    struct cqa_book_sheet_cells *cells = merging->cells;

    if (cells->count == CQA_BOOK_CELLS_MAX)
        return cqa_book_fault_at(merging->fault, CQA_BOOK_TOO_MANY_CELLS, row, column);
    if (cells->count == cells->capacity) {
        void *grown = realloc(cells->cells, cells->capacity * 2 * sizeof *cells->cells);
        if (grown == NULL)
            return cqa_book_fault(merging->fault, CQA_BOOK_NO_MEMORY);
        cells->cells = grown;
        cells->capacity *= 2;
    }
    first.head.row = (uint32_t)row;
    first.head.column = (uint16_t)column;
    first.head.merged = 1;
    cells->cells[cells->count++] = first;
    return 1;
}

/* Down to the last row that has something: a column that is merged to its end is no million
 * cells. */
static int merge_area(struct merging *merging, const struct cqa_book_area *area)
{
    struct cqa_book_kept_cell *first = find(merging, area->row, area->column);

    if (first == NULL)
        return 1;
    first->head.merged = 2;
    const struct cqa_book_kept_cell copy = *first;
    for (size_t row = area->row; row <= area->last_row && row <= merging->last_row; row++)
        for (size_t column = area->column;
             column <= area->last_column && column <= merging->last_column; column++)
            if ((row != area->row || column != area->column) &&
                !add_copy(merging, copy, row, column))
                return 0;
    return 1;
}

int cqa_book_merge(struct cqa_book_sheet_cells *cells, const struct cqa_book_area *areas,
                   size_t count, struct cqa_book_fault *fault)
{
    struct merging merging = {.cells = cells, .own_count = cells->count, .fault = fault};
    size_t kept = 0;

    if (count == 0 || cells->count == 0)
        return 1;
    for (size_t i = 0; i < cells->count; i++)
        if (cells->cells[i].head.column > merging.last_column)
            merging.last_column = cells->cells[i].head.column;
    merging.last_row = cells->cells[cells->count - 1].head.row;
    for (size_t i = 0; i < count; i++)
        if (!merge_area(&merging, &areas[i]))
            return 0;
    qsort(cells->cells, cells->count, sizeof *cells->cells, by_place);
    for (size_t i = 0; i < cells->count; i++)
        if (kept == 0 || compare_places(&cells->cells[kept - 1].head, &cells->cells[i].head) != 0)
            cells->cells[kept++] = cells->cells[i];
    cells->count = kept;
    return 1;
}
