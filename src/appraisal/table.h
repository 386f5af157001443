/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_TABLE_H
#define CQA_APPRAISAL_TABLE_H

#include <stddef.h>
#include "appraisal/csv.h"
#include "base/arena.h"
#include "base/error.h"
#include "book/book.h"

/*
 * A table as people keep it, record by record: CSV (csv.h), or a sheet of a workbook, whose cells
 * are read in a child (book/book.h).
 */

/* Where the children are had from that read workbooks, once one is there. */
struct cqa_table_children {
    enum cqa_status (*get)(void *context, struct cqa_children **out, struct cqa_error *error);
    void *context;
};

/* Where to find a table. {0}: no workbooks are read. */
struct cqa_table_source {
    const struct cqa_table_children *children; /* NULL: workbooks are refused */
    const char *sheet;                         /* NULL: the only one with data */
};

struct cqa_table {
    struct cqa_csv csv;
    struct cqa_book book;
    int is_book;
    size_t next;                      /* cell of the book */
    const char *place;                /* for places: the file's name, or FILE:SHEET! (input.h) */
    const struct cqa_csv_cell *cells; /* of the record read last */
    size_t cell_count;
    const char *problem; /* a CQA_N of the record read last, with its place; NULL: none */
    size_t problem_line;
    size_t problem_column;
    int is_cut; /* an open quote swallowed all that follows */
    struct cqa_csv_cell *own;
    size_t capacity;
};

/* `name` is borrowed, or copied into `arena`, and so is `place`. CQA_E_BADDATA, CQA_E_LIMIT,
 * CQA_E_NOTFOUND: no table that can be read, in words. Where several sheets have data and none is
 * named: CQA_E_REFUSED, with the sheets in `book`. Finish `table` whatever comes back. */
enum cqa_status cqa_table_init(struct cqa_table *table, const struct cqa_table_source *source,
                               const char *bytes, size_t length, const char *name,
                               struct cqa_arena *arena, struct cqa_error *error) CQA_MUST_CHECK;

/* The next record that is not blank; 0 at the end. */
int cqa_table_next(struct cqa_table *table);

void cqa_table_finish(struct cqa_table *table);

/* The file's bytes, at most CQA_TABLE_BYTES_MAX; owned: cqa_buffer_finish. */
enum cqa_status cqa_table_load(const char *path, struct cqa_buffer *out,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
