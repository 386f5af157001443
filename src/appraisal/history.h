/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_HISTORY_H
#define CQA_APPRAISAL_HISTORY_H

#include <stddef.h>
#include "appraisal/input.h"
#include "appraisal/names.h"
#include "appraisal/period.h"
#include "appraisal/scheme.h"

/* What earlier sheets of a scheme gave, as far as it carries anything over (`carried`). */
struct cqa_past {
    const char *period;
    size_t indicator;   /* that carries it */
    struct cqa_row row; /* without a value where the sheet has none of it */
    size_t next;        /* of the same agent, plus 1; 0: the last */
};

/* {0} is empty; finish frees. */
struct cqa_history {
    struct cqa_arena arena;
    struct cqa_names agents;
    size_t *first; /* of each agent, plus 1 */
    struct cqa_past *items;
    size_t count, capacity, agent_capacity;
    char oldest[CQA_PERIOD_SIZE]; /* of the sheets, or of what is known to have been; "": none */
    int begins;                   /* somebody knows that there are no sheets before `oldest` */
};

/* Takes one sheet, JSON as of cqa_sheet_to_json with its trace; of two of one agent and period the
 * later counts. `at.file` and `period` (NULL: the sheet says it) are borrowed. What is no such
 * sheet is a fault; CQA_E_NOMEM only. */
enum cqa_status cqa_history_add(struct cqa_history *history, const struct cqa_scheme *scheme,
                                const char *json, size_t length, const char *period,
                                struct cqa_place at, struct cqa_faults *faults) CQA_MUST_CHECK;

/* A sheet of `period` is to be expected, whether it is at hand or not. */
void cqa_history_expect(struct cqa_history *history, const char *period);

/* Takes a file of sheets, one a line. `path` must outlive history and faults. */
enum cqa_status cqa_history_import(struct cqa_history *history, const struct cqa_scheme *scheme,
                                   const char *path, struct cqa_faults *faults,
                                   struct cqa_error *error) CQA_MUST_CHECK;
void cqa_history_finish(struct cqa_history *history);

/* Does the scheme carry anything over? */
int cqa_scheme_carries(const struct cqa_scheme *scheme);

/* The first period whose sheets matter to those of `period`. */
void cqa_history_oldest(const struct cqa_scheme *scheme, const char *period,
                        char out[CQA_PERIOD_SIZE]);

#endif
