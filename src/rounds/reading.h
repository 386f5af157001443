/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_READING_H
#define CQA_ROUNDS_READING_H

#include "appraisal/import.h"
#include "appraisal/scheme.h"
#include "scores/rounds/answers.h"
#include "scores/rounds/members.h"
#include "scores/rounds/rounds.h"

/* A file of indicators, read with what was answered before, held against the roster, and sifted.
 * {0} is empty; finish frees. */
struct cqa_reading {
    struct cqa_rows all;
    struct cqa_rows good;     /* of agents without a fault; indicators are ids */
    struct cqa_faults faults; /* everything that is wrong, in the order of the file */
    const char **left_out;    /* agents with faults, each once */
    size_t left_out_count;
    size_t agents; /* in `good` */
    struct cqa_import_report report;
    struct cqa_members members; /* by the roster of the period */
    unsigned char *is_asked;    /* of each of the report's names: somebody has to say who it is */
    struct cqa_answer_list names, columns;
    int asks_for_sheet; /* somebody has to say which: nothing was read */
};

struct cqa_reading_wish {
    const char *file;
    const char *period; /* of rows that name none: the round's, or a part of it; NULL: not said */
    const char *sheet;  /* NULL: the only one with data */
    const char *bytes;
    size_t length;
    struct cqa_children *children; /* where workbooks are read */
};

/* CQA_E_BADDATA, CQA_E_LIMIT, CQA_E_NOTFOUND: the bytes are no table that can be read. */
enum cqa_status cqa_reading_parse(struct cqa_scores *scores, const struct cqa_scheme *scheme,
                                  const struct cqa_round *round,
                                  const struct cqa_reading_wish *wish, struct cqa_reading *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_reading_finish(struct cqa_reading *reading);

/* ---- asked.c: names that nobody knows, or that are written in two ways */

/* Adds a fault for each name of the report that the roster does not know, and marks what is to be
 * asked. */
enum cqa_status cqa_reading_ask(struct cqa_reading *reading, const struct cqa_scheme *scheme,
                                const struct cqa_round *round) CQA_MUST_CHECK;

/* What was read and what is asked, as members of an object that is begun: ",\"columns\":[…],…". */
void cqa_reading_json(const struct cqa_reading *reading, struct cqa_buffer *out);

#endif
