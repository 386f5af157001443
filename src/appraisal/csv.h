/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_CSV_H
#define CQA_APPRAISAL_CSV_H

#include <stddef.h>
#include "base/error.h"

/*
 * Comma-separated values (RFC 4180) as spreadsheets write them: quotes, line ends of any kind, a
 * first line "sep=;", semicolons or tabs for commas, blank lines, ="text" around what must stay
 * text.
 */
struct cqa_csv_cell {
    char *text;         /* unquoted and trimmed; lives in the reader's text */
    size_t line;        /* from 1 */
    size_t column;      /* from 1, in characters; of a sheet its column */
    const char *lacks;  /* why its text is no value: a CQA_N; NULL: it is one */
    int is_merged;      /* of a sheet: shares an area with others, and its text */
    int is_merged_copy; /* and is not the first of them */
};

enum { CQA_TABLE_BYTES_MAX = 256 << 20 }; /* of a file */

struct cqa_csv {
    char *text; /* owned, UTF-8 */
    char *at;
    size_t line;
    size_t column;
    char delimiter;
    struct cqa_csv_cell *cells; /* of the record read last */
    size_t cell_count;
    size_t capacity;
    const char *problem; /* a CQA_N of the record read last, with its place; NULL: none */
    size_t problem_line;
    size_t problem_column;
};

/* Takes `length` bytes of UTF-8, UTF-16 with BOM, or GB18030. CQA_E_BADDATA when they are none of
 * these. `csv` is filled, finish it whatever comes back. */
enum cqa_status cqa_csv_init(struct cqa_csv *csv, const char *bytes, size_t length,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* The next record that is not blank, in `cells`; 1, or 0 at the end. A record with a problem has
 * its cells so far. */
int cqa_csv_next(struct cqa_csv *csv);

void cqa_csv_finish(struct cqa_csv *csv);

/* Without what is blank around it, or ="…"; in place. */
char *cqa_csv_trim(char *text);

#endif
