/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_PERSONS_CALLS_H
#define CQA_ROUNDS_PERSONS_CALLS_H

#include "rounds/load_calls.h"

/* Calls of a period by person: those that came since tallies were kept, or one person's. {0} is
 * empty; finish frees. */
struct cqa_persons_calls {
    struct cqa_calls calls;
    const struct cqa_scored_call **sorted; /* by person, each one's by number */
    size_t next;                           /* behind those that were asked for */
};

enum cqa_status cqa_persons_calls_load(struct cqa_scores *scores, const struct cqa_scheme *scheme,
                                       const char *period, struct cqa_whose_calls whose,
                                       const struct cqa_going *going, struct cqa_persons_calls *out,
                                       struct cqa_error *error) CQA_MUST_CHECK;

/* Those of one person ("": of nobody), and how many; persons are asked for in order of bytes. */
const struct cqa_scored_call *const *cqa_persons_calls_of(struct cqa_persons_calls *calls,
                                                          const char *person, size_t *count);
void cqa_persons_calls_finish(struct cqa_persons_calls *calls);

#endif
