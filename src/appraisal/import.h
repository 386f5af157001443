/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_IMPORT_H
#define CQA_APPRAISAL_IMPORT_H

#include "appraisal/input.h"
#include "appraisal/names.h"
#include "appraisal/roster.h"
#include "appraisal/scheme.h"
#include "appraisal/table.h"
#include "appraisal/units.h"

/* A file of indicators: what it says, what was said of it before, and what became of it. */

/* How to read it, besides what it says itself. {0}: nothing more. What the functions return is
 * borrowed, and has to live as long as rows and report. */
struct cqa_import_how {
    struct cqa_table_source source;
    /* What somebody said that these headings are, each as cqa_heading_taken reads it, into
     * `taken`; it stays NULL where nobody did. NULL: nobody ever said anything. */
    enum cqa_status (*recall)(void *context, const char *const *headings, size_t count,
                              const char **taken);
    /* Whom a name means: NULL: nobody has said, "" what is none, and is left out. NULL: as above.
     */
    const char *(*person)(void *context, const char *written);
    /* Whoever it knows is a person, even one called 目标. NULL, or empty: nobody is known. */
    const struct cqa_roster *roster;
    int asks_about_strangers; /* a name that the roster does not know is a fault at its cell */
    const char *period;       /* of rows that name none; NULL: nobody said */
    const char *appraised;    /* the period: 11月 is of its year; NULL: nobody said */
    int may_withdraw;         /* there is something before this: 撤回 in a cell takes it back */
    int asks_for_parts;       /* a table without periods may be of a part of what is appraised */
    void *context;
};

/* ---- what became of it: for whoever looks before anything counts */

enum { CQA_IMPORT_SAMPLES = 3 };
struct cqa_import_column {
    const char *heading;
    const char *taken; /* as cqa_heading_taken reads it; NULL: nobody knows */
    int is_recalled;
    int is_empty; /* nothing stands under it */
    struct cqa_rational factor;
    enum cqa_shares shares;                  /* as the heading, or somebody, says */
    int in_percent;                          /* of an indicator in %: somebody may say it, */
    int is_asked;                            /* and has to: what stands under it may be fractions */
    size_t column;                           /* its place */
    const char *samples[CQA_IMPORT_SAMPLES]; /* "": fewer */
};

struct cqa_import_name {
    const char *written; /* in the one spelling */
    const char *person;  /* whom it means; "" none */
    int is_recalled;
    const char *beside; /* the name in its row; NULL: none */
    size_t line, column;
};

struct cqa_import_left_out {
    size_t line, column;
    const char *text;
    const char *why; /* a CQA_N */
    int is_summary;  /* a row about the others, */
    int is_agent;    /* whose word stands where an agent's name would */
};

/* {0} is empty; finish frees. Strings live in `arena`. */
struct cqa_import_report {
    struct cqa_arena arena;
    const char *place;             /* of the table */
    struct cqa_book_sheet *sheets; /* of a workbook */
    size_t sheet_count;
    int chosen; /* of these; -1: none */
    size_t head_line;
    struct cqa_import_column *columns;
    size_t column_count;
    struct cqa_names written;
    struct cqa_import_name *names;
    size_t name_count, name_capacity;
    struct cqa_import_left_out *left_out;
    size_t left_out_count, left_out_capacity;
    const struct cqa_message **notes;
    size_t note_count, note_capacity;
};
void cqa_import_report_finish(struct cqa_import_report *report);

/*
 * Reads a file of indicators: long (agent,indicator,value[,count][,rater][,post][,period]) or wide
 * (agent, then a column for each indicator), CSV in UTF-8, UTF-16 with BOM or GB18030, or a sheet
 * of a workbook. `name` stands in places, and must outlive rows, faults and report, as the rows
 * must outlive the faults. Wrong cells become faults of their agent; what is right is read. `how`
 * and `report` may be NULL. CQA_E_REFUSED: somebody has to say which sheet. Others: why it could
 * not be read.
 */
enum cqa_status cqa_rows_read(const struct cqa_scheme *scheme, const struct cqa_import_how *how,
                              const char *bytes, size_t length, const char *name,
                              struct cqa_rows *rows, struct cqa_faults *faults,
                              struct cqa_import_report *report,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* The same from a file, which the error names. */
enum cqa_status cqa_rows_import(const struct cqa_scheme *scheme, const struct cqa_import_how *how,
                                const char *path, struct cqa_rows *rows, struct cqa_faults *faults,
                                struct cqa_import_report *report,
                                struct cqa_error *error) CQA_MUST_CHECK;

#endif
