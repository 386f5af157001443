/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BOOK_BOOK_H
#define CQA_BOOK_BOOK_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "child/child.h"

/*
 * Workbooks (.xlsx, ECMA-376) as Excel, WPS and LibreOffice write them, read in a child of their
 * own (docs/decisions/0141): a workbook comes from somebody else's machine. What comes back are
 * the cells of one sheet as a person sees them there.
 */

/* What is the matter with a cell that has no value to use. */
enum cqa_cell_problem {
    CQA_CELL_FINE,
    CQA_CELL_ERROR,      /* #N/A, #REF!: its text */
    CQA_CELL_UNCOMPUTED, /* a formula whose value nobody has computed */
    CQA_CELL_PROBLEM_COUNT
};

struct cqa_book_cell {
    char *text;    /* UTF-8; a number as its format shows it, "85%", a day as 2025-11-20 */
    size_t row;    /* from 1 */
    size_t column; /* from 1 */
    enum cqa_cell_problem problem;
    int is_merged; /* lies in an area of merged cells, and has the text of the first of them */
    int is_first;  /* is that first one */
};

struct cqa_book_sheet {
    const char *name;
    int is_hidden;
    int has_data;
};

/* What a reader of the sheet cannot see, or sees otherwise than it is kept. */
struct cqa_book_unseen {
    size_t rows, first_row; /* hidden; the first of them */
    size_t columns, first_column;
    size_t rounded, rounded_row, rounded_column; /* numbers that are kept with more digits than
                                                    their format shows; the first of them */
};

/* {0} is empty; finish frees. */
struct cqa_book {
    char *text; /* owned: all strings lie in it */
    struct cqa_book_sheet *sheets;
    size_t sheet_count;
    int chosen;                  /* whose cells these are; -1: several have data, none is named */
    struct cqa_book_cell *cells; /* those with a text or a problem, row by row */
    size_t cell_count;
    struct cqa_book_unseen unseen;
};

/* What bytes are that are no text: what to do is said of those that cannot be read. */
enum cqa_book_kind {
    CQA_BOOK_NONE,      /* not a workbook */
    CQA_BOOK_XLSX,      /* or another ZIP archive */
    CQA_BOOK_XLS,       /* a compound file */
    CQA_BOOK_ENCRYPTED, /* a compound file around an encrypted .xlsx */
    CQA_BOOK_ODS,
    CQA_BOOK_PAGE, /* HTML or XML under a workbook's name */
};
enum cqa_book_kind cqa_book_kind(const char *bytes, size_t length);

/* CQA_E_BADDATA in words for a kind that is not read; CQA_OK for .xlsx and what is none. */
enum cqa_status cqa_book_refuse(enum cqa_book_kind kind, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Reads a sheet of the workbook in `bytes`: `sheet`, or (NULL) the only one that is not hidden and
 * has data. CQA_E_BADDATA: it is none, or damaged; CQA_E_LIMIT: larger than anybody's table, or it
 * takes too long; CQA_E_NOTFOUND: no such sheet. Where a cell is the reason, its sheet and name
 * stand in the message. Finish `out` whatever comes back.
 */
enum cqa_status cqa_book_read(struct cqa_children *children, const char *bytes, size_t length,
                              const char *sheet, struct cqa_book *out,
                              struct cqa_error *error) CQA_MUST_CHECK;
void cqa_book_finish(struct cqa_book *book);

/* "C7" of row 7, column 3. */
enum { CQA_CELL_NAME_SIZE = 32 };
const char *cqa_cell_name(size_t row, size_t column, char out[CQA_CELL_NAME_SIZE]);

#endif
