/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_CSV_H
#define CQA_API_CSV_H

#include <stdint.h>
#include <stdio.h>

/* Cells of a CSV file (RFC 4180), each with its comma but the first of a line. */
struct cqa_csv_line {
    FILE *out;
    int started; /* the line has a cell */
};

/* A text that spreadsheets would take for a formula gets an apostrophe in front. NULL is an empty
 * cell. */
void cqa_csv_text(struct cqa_csv_line *csv, const char *text);
void cqa_csv_whole(struct cqa_csv_line *csv, int64_t number);
void cqa_csv_points(struct cqa_csv_line *csv, int64_t points_c); /* hundredths */
void cqa_csv_empty(struct cqa_csv_line *csv);
void cqa_csv_end(struct cqa_csv_line *csv); /* of the line */

#endif
