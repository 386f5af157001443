/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_INPUT_H
#define CQA_APPRAISAL_INPUT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "appraisal/rational.h"
#include "base/arena.h"
#include "base/error.h"

/* Where a value came from: a cell of a file, or (file NULL) the page. A sheet of a workbook is a
 * file "FILE:SHEET!", whose columns are counted in cells: it goes on with the cell's name. */
struct cqa_place {
    const char *file;
    size_t line;   /* from 1; 0: the file as a whole */
    size_t column; /* from 1, in characters */
};
int cqa_place_in_sheet(struct cqa_place at);

/* "november.csv:3:17", "november.xlsx:Sheet1!C7", in `out`, cut. */
const char *cqa_place_text(struct cqa_place at, char *out, size_t size);

/*
 * Something wrong with the input. Nothing is computed for `agent`; NULL: it belongs to no one
 * agent. `about` is the id of the indicator that it is about: who may not see that indicator may
 * not see the fault, which may quote its value. NULL: about none; cqa_about_unknown: it was written
 * down before this was kept, and may be about any.
 */
struct cqa_fault {
    const char *agent;
    const char *about;
    struct cqa_place at;
    const struct cqa_message *message; /* of the size that it needs; NULL: it found no memory */
};
extern const char cqa_about_unknown[];

/* {0} is empty; finish frees. `lost` counts what found no memory, so that a bad input never passes
 * for good. */
struct cqa_faults {
    struct cqa_arena arena;
    struct cqa_fault *items;
    size_t count;
    size_t capacity;
    size_t lost;
};

/* Copies `agent` and the message; `about`, an id of the scheme, and `at.file` are borrowed. */
void cqa_faults_add(struct cqa_faults *faults, const char *agent, struct cqa_place at,
                    const char *format, ...) CQA_MESSAGE(4, 5);
void cqa_faults_add_about(struct cqa_faults *faults, const char *agent, const char *about,
                          struct cqa_place at, const char *format, ...) CQA_MESSAGE(5, 6);

void cqa_faults_add_va(struct cqa_faults *faults, const char *agent, const char *about,
                       struct cqa_place at, const char *format, va_list *arguments);

/* What it says; never NULL. */
const struct cqa_message *cqa_fault_message(const struct cqa_fault *fault);

/* One that was written down before; copied whole, but for `at.file`. */
void cqa_faults_add_known(struct cqa_faults *faults, const struct cqa_fault *fault);

/* Of faults in the order of their places: whether one before says the same of the same place. What
 * is wrong with a heading is so for all whose values stand under it; it is shown once. */
int cqa_fault_is_retold(const struct cqa_faults *faults, size_t index);
/* How many are shown: those that are not retold. */
size_t cqa_faults_told(const struct cqa_faults *faults);

/* Each as "PLACE: text", a line, in the order of files and lines; of one file alone,
 * `what` (a CQA_N) is said in the language in place of its name. */
void cqa_faults_put(struct cqa_faults *faults, const char *what, enum cqa_language language,
                    struct cqa_buffer *out);
void cqa_faults_print(struct cqa_faults *faults, enum cqa_language language, FILE *out);
void cqa_faults_finish(struct cqa_faults *faults);

/* One value of one indicator for one agent (or unit), as imported or entered. Strings are borrowed.
 */
struct cqa_row {
    const char *agent;
    const char *written;       /* the name that somebody said means the agent; NULL: it is theirs */
    const char *indicator;     /* id, or its name in either language */
    const char *rater;         /* NULL: none said */
    const char *name;          /* of the agent, beside a number; NULL: none said */
    const char *post;          /* NULL: none said */
    const char *period;        /* "2025-11", "2025Q4"; NULL: the one that is appraised */
    struct cqa_rational value; /* none: a fault was found in it, or */
    int is_withdrawn;          /* the value that was there counts no longer, and none does */
    struct cqa_rational count; /* its weight among the rows of other raters */
    struct cqa_place at;       /* of the value */
    struct cqa_place agent_at; /* line 0: not known; so are the next three */
    struct cqa_place post_at;
    struct cqa_place name_at;
    struct cqa_place period_at;
    int is_under_heading; /* `at` is that of a heading that is no indicator's */
    int64_t import; /* number of the import, or of the rating, in a store; 0: from a file alone */
    int64_t rating;
};

/* {0} is empty; finish frees. The strings of imported rows live in `arena`. */
struct cqa_rows {
    struct cqa_arena arena;
    struct cqa_row *items;
    size_t count;
    size_t capacity;
};

enum cqa_status cqa_rows_add(struct cqa_rows *rows, const struct cqa_row *row) CQA_MUST_CHECK;
void cqa_rows_finish(struct cqa_rows *rows);

#endif
