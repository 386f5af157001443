/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_OUTCOME_H
#define CQA_ROUNDS_OUTCOME_H

#include "scores/rounds/kept.h"

/*
 * What a round came to, as facts of which rounds/view.h shows what a reader may see: computed from
 * the store while it is open, read back as they were kept once it is closed.
 */

/* Whose sheets are wanted whole, besides an agent's name. */
extern const char cqa_outcome_everyone[];

/* Whatever the round's stage asks for. `whole_of`: NULL, an agent, or cqa_outcome_everyone.
 * `going` (work.h) is told how far it is: of its calls, which are most of what there is to do. */
struct cqa_going;
enum cqa_status cqa_outcome_get(struct cqa_scores *scores, const struct cqa_round *round,
                                const char *whole_of, const struct cqa_going *going,
                                struct cqa_appraisal_outcome *out,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* The same with nobody in it but the agent, whole where that is wished for. */
enum cqa_status cqa_outcome_get_agent(struct cqa_scores *scores, const struct cqa_round *round,
                                      const char *agent, int whole, const struct cqa_going *going,
                                      struct cqa_appraisal_outcome *out,
                                      struct cqa_error *error) CQA_MUST_CHECK;
void cqa_outcome_finish(struct cqa_appraisal_outcome *outcome);

/* NULL: no sheet. */
const struct cqa_outcome_sheet *cqa_outcome_sheet_of(const struct cqa_appraisal_outcome *outcome,
                                                     const char *agent);
const struct cqa_outcome_left_out *
cqa_outcome_left_out_of(const struct cqa_appraisal_outcome *outcome, const char *agent);

#endif
