/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_LOAD_CALLS_H
#define CQA_ROUNDS_LOAD_CALLS_H

#include "appraisal/calls.h"
#include "rounds/going.h"
#include "scores/store.h"

/* Whose calls. */
struct cqa_whose_calls {
    int is_of_one;      /* 0: everybody's, and nobody's */
    const char *person; /* "": those of nobody */
    int64_t since;      /* only those behind this number, which are few; 0: all */
    int64_t newest;     /* with since: the last number that there is */
};

/* The period's calls from the store, with what people decided and heard. Status and faults as of
 * cqa_calls_add. */
enum cqa_status cqa_load_calls(struct cqa_scores *scores, const struct cqa_scheme *scheme,
                               const char *period, struct cqa_whose_calls whose,
                               const struct cqa_going *going, struct cqa_calls *calls,
                               struct cqa_faults *faults, struct cqa_error *error) CQA_MUST_CHECK;

#endif
