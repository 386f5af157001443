/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_IMPORTER_H
#define CQA_APPRAISAL_IMPORTER_H

/* One file on its way in; for the files of this folder that read it. */

#include "appraisal/heading.h"
#include "appraisal/import.h"
#include "appraisal/spelling.h"

enum {
    CQA_HEAD_ROWS = 20,           /* a heading stands within these */
    CQA_IMPORT_COLUMNS_MAX = 1000 /* that anybody's table may have */
};

struct cqa_import_record {
    const struct cqa_csv_cell *cells;
    size_t cell_count;
    const char *problem; /* a CQA_N, with its place; NULL: none */
    size_t problem_line, problem_column;
    int is_cut;
};

/* A value under %, or of 100 points, without a unit and small enough to be a fraction: 0.85, 1. */
struct cqa_share {
    size_t row;    /* in `rows` */
    size_t column; /* its place */
    const char *text;
    struct cqa_rational value;
};

/* What a file has under one such indicator. */
struct cqa_share_column {
    struct cqa_rational largest; /* of those without the sign; 0: there is none */
    int has_fraction;            /* one is between 0 and 1 */
};

struct cqa_importer {
    const struct cqa_scheme *scheme;
    const struct cqa_import_how *how;
    struct cqa_table table;
    struct cqa_rows *rows;
    struct cqa_faults *faults;
    struct cqa_import_report *report;
    struct cqa_import_record record;               /* read last */
    struct cqa_import_record ahead[CQA_HEAD_ROWS]; /* read while the heading was looked for */
    size_t ahead_count, ahead_next;
    size_t head_at;   /* the heading's row, in `ahead`: titles stand before it */
    int is_elsewhere; /* what follows stands under other headings, and is not read */
    size_t columns[CQA_HEADING_WORDS]; /* index of the cell plus 1; 0: there is none */
    const char **heads;                /* wide: the indicator of each cell, NULL elsewhere */
    struct cqa_rational *factors;      /* of each cell */
    enum cqa_shares *shares;           /* of each cell, as its heading says */
    struct cqa_place *head_places;     /* of each heading */
    size_t head_count;
    size_t first_row;               /* of this file, in `rows` */
    struct cqa_names met;           /* held against the roster */
    struct cqa_names beside;        /* whose names beside them were */
    int is_about_others;            /* the row that is read */
    struct cqa_share *small_shares; /* owned */
    size_t small_count, small_capacity;
    struct cqa_share_column *share_columns; /* of each indicator */
};

struct cqa_place cqa_import_place(const struct cqa_importer *importer,
                                  const struct cqa_csv_cell *cell);
int cqa_import_is_long(const struct cqa_importer *importer);

/* The record's cell of this column, and its text; NULL: it is empty, or there is none. */
const struct cqa_csv_cell *cqa_import_cell(const struct cqa_importer *importer,
                                           enum cqa_column column);
const char *cqa_import_text(struct cqa_importer *importer, enum cqa_column column);

/* The next record; 0 at the end. */
int cqa_import_next(struct cqa_importer *importer);

/* Finds the heading and says what its columns are. `*good` 0: there is none that can be used,
 * faults say why. */
enum cqa_status cqa_import_head(struct cqa_importer *importer, int *good) CQA_MUST_CHECK;

/* 0: titles or the sheet's name say another period than the one that is appraised, a fault says
 * so, and nothing in the table can be taken for the period's. */
int cqa_import_titles_fit(const struct cqa_importer *importer);

extern const char cqa_import_about_others[]; /* why a row of sums is left out */

/* ---- import_persons.c, import_values.c */

/* Whom the row's name means, by what was said before, and what has to be asked about it. `*is_out`:
 * nobody, and the row is left out. */
enum cqa_status cqa_import_person(struct cqa_importer *importer, struct cqa_row *row,
                                  enum cqa_spelled *spelled, int *is_out) CQA_MUST_CHECK;

/* The record's values, each as a row: `row` says whose they are. */
enum cqa_status cqa_import_values(struct cqa_importer *importer,
                                  struct cqa_row *row) CQA_MUST_CHECK;

/* ---- import_parts.c: a month that is not said may be any, or all of them */

/* The row has no value then, and a fault: its indicator has parts, and it says none of them. */
void cqa_import_ask_for_part(struct cqa_importer *importer, const struct cqa_indicator *indicator,
                             struct cqa_row *row);
/* The same of rows beside others of their indicator that say it. Once the file was read. */
enum cqa_status cqa_import_ask_for_periods(struct cqa_importer *importer) CQA_MUST_CHECK;

/* ---- shares.c: 0.85 may be 85 %. What may be is known once the file was read. */

/* Can a fraction stand for a hundredfold of it: is it in %, or points of 0 to 100? */
int cqa_import_may_be_shares(const struct cqa_indicator *indicator);
/* A value of such an indicator, as typed; it is the next row's. */
enum cqa_status cqa_import_share(struct cqa_importer *importer,
                                 const struct cqa_indicator *indicator,
                                 const struct cqa_csv_cell *cell,
                                 struct cqa_rational value) CQA_MUST_CHECK;
/* Asks about those that may be fractions: their rows have no value then. */
void cqa_import_ask_about_shares(struct cqa_importer *importer);

/* ---- the report: nothing happens where there is none */

enum cqa_status cqa_import_report_columns(struct cqa_importer *importer, const char *const *texts,
                                          const struct cqa_heading *read,
                                          const char *const *recalled) CQA_MUST_CHECK;
/* What stands under the columns in this record. */
enum cqa_status cqa_import_report_samples(struct cqa_importer *importer) CQA_MUST_CHECK;
enum cqa_status cqa_import_report_name(struct cqa_importer *importer, const char *written,
                                       const char *person, int is_recalled,
                                       const char *beside) CQA_MUST_CHECK;
enum cqa_status cqa_import_report_left_out(struct cqa_importer *importer,
                                           const struct cqa_csv_cell *cell,
                                           const char *why) CQA_MUST_CHECK;
enum cqa_status cqa_import_report_note(struct cqa_importer *importer,
                                       const struct cqa_message *note) CQA_MUST_CHECK;
/* The sheets of a workbook, and what cannot be seen in this one. */
enum cqa_status cqa_import_report_book(struct cqa_importer *importer) CQA_MUST_CHECK;

#endif
