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

/* All that wait, and all that came out after the closing, in the order they were raised; none where
 * the scheme takes no scores of calls. `agent` NULL: everyone's. Texts are borrowed for the visit.
 */
enum cqa_status cqa_disputed_list(struct cqa_scores *scores, const struct cqa_round *round,
                                  const char *agent,
                                  void (*visit)(void *context, const struct cqa_disputed *row),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
