/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_APPRAISAL_READING_H
#define CQA_SERVER_APPRAISAL_READING_H

#include "appraisal/input.h"
#include "appraisal/scheme.h"
#include "server/appraisal/rounds.h"

/* A CSV file of indicators, read and sifted. {0} is empty; finish frees. */
struct cqa_reading {
    struct cqa_rows all;
    struct cqa_rows good;     /* of agents without a fault; indicators are ids */
    struct cqa_faults faults; /* everything that is wrong, in the order of the file */
    const char **left_out;    /* agents with faults, each once */
    size_t left_out_count;
    size_t agents; /* in `good` */
};

/* `period` NULL, or the month of rows that name none. CQA_E_BADDATA: the bytes are no text. */
enum cqa_status cqa_reading_parse(const struct cqa_scheme *scheme, const struct cqa_round *round,
                                  const char *file, const char *period, const char *bytes,
                                  size_t length, struct cqa_reading *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;
void cqa_reading_finish(struct cqa_reading *reading);

#endif
