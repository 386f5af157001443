/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_RATINGS_H
#define CQA_SCORES_ROUNDS_RATINGS_H

#include <stddef.h>
#include <stdint.h>
#include "appraisal/indicator.h"
#include "scores/accounts.h"
#include "scores/rounds/rounds.h"

/* A rating that a person gives through the own log-in. Who may was checked before. */
struct cqa_rating {
    const char *agent;
    const char *indicator; /* id */
    enum cqa_rated_by kind;
    const char *value; /* exact */
};

/* All or none; the same person's earlier ones stay as history. CQA_E_REFUSED: the round is closed.
 */
enum cqa_status cqa_ratings_put(struct cqa_scores *scores, const struct cqa_identity *who,
                                const struct cqa_round *round, const struct cqa_rating *ratings,
                                size_t count, struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_rating_row {
    struct cqa_rating what;
    int64_t id, at_ms;
    const char *rater; /* the person, as in the roster */
};

/* Those that count now, in the order given. Texts are borrowed for the visit. */
enum cqa_status cqa_ratings_list(struct cqa_scores *scores, const struct cqa_round *round,
                                 void (*visit)(void *context, const struct cqa_rating_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* The persons who may rate as supervisors: leads in force, each with a team, or NULL for every
 * team. */
enum cqa_status cqa_ratings_leads(struct cqa_scores *scores,
                                  void (*visit)(void *context, const char *person,
                                                const char *team),
                                  void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
