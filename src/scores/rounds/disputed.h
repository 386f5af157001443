/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_DISPUTED_H
#define CQA_SCORES_ROUNDS_DISPUTED_H

#include "scores/objections.h"
#include "scores/rounds/rounds.h"

/* Objections to flags of the calls that a round is computed from: while one waits, the points under
 * it are not settled; one that was accepted after the closing makes the kept number wrong. */
struct cqa_disputed {
    int64_t objection, flag, call, start_ms;
    const char *agent, *rule;
    const char *kept_team; /* of the kept sheet; NULL: none */
    int is_kept;           /* the round is closed and kept a sheet of the agent */
    enum cqa_objection_outcome outcome;
    int is_due; /* the kept number needs a correction that nobody has opened */
};

/* Whether the closed round needs a correction for an objection to a call of its days, if it takes
 * scores and has kept a sheet of the agent. Pure. */
int cqa_disputed_is_due(const struct cqa_round *round, enum cqa_objection_outcome outcome,
                        int64_t at_ms, int64_t decided_ms);

/* Whether scores of calls count in the round, by its scheme; of a closed one also where that is
 * gone. */
enum cqa_status cqa_disputed_by(const struct cqa_round *round, int *takes_scores,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* All that wait, and all that came out after the closing, in the order they were raised; none where
 * the scheme takes no scores of calls. `agent` NULL: everyone's. Texts are borrowed for the visit.
 */
enum cqa_status cqa_disputed_list(struct cqa_scores *scores, const struct cqa_round *round,
                                  const char *agent,
                                  void (*visit)(void *context, const struct cqa_disputed *row),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
