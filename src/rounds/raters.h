/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_RATERS_H
#define CQA_ROUNDS_RATERS_H

#include "appraisal/names.h"
#include "appraisal/scheme.h"
#include "scores/rounds/inputs.h"
#include "scores/rounds/members.h"
#include "scores/rounds/ratings.h"

/* Who rates whom in a round, and who has. {0} is empty; finish frees. */
struct cqa_raters {
    struct cqa_arena arena;
    struct cqa_scheme *scheme;
    struct cqa_members members;
    struct cqa_rows rows;
    struct cqa_faults faults;
    struct cqa_names agents; /* those who are appraised: of the roster, or named by the input */
    struct cqa_names given;  /* "agent, indicator" that have a value, and with ", rater" */
    struct cqa_lead {
        const char *person;
        const char *team; /* NULL: every team */
    } * leads;
    size_t lead_count;
};

enum cqa_status cqa_raters_load(struct cqa_scores *scores, const struct cqa_round *round,
                                struct cqa_raters *out, struct cqa_error *error) CQA_MUST_CHECK;
void cqa_raters_finish(struct cqa_raters *raters);

/* NULL: no team, or not known. */
const char *cqa_raters_team(const struct cqa_raters *raters, const char *agent);

/* Is the person one of the many who rate the agent in this way, by the roster and its leads? */
int cqa_raters_among(const struct cqa_raters *raters, const char *person, const char *agent,
                     enum cqa_rated_by kind);

/* May `who` rate `agent` in this way? Nobody is the supervisor of themselves. */
int cqa_raters_may(const struct cqa_raters *raters, const struct cqa_identity *who,
                   const char *agent, enum cqa_rated_by kind);

/* Has the indicator of the agent a value (`rater` NULL), or one of this rater? */
int cqa_raters_given(const struct cqa_raters *raters, const char *agent, const char *indicator,
                     const char *rater);

/* How many ratings are `who`'s to give and are not given. */
size_t cqa_raters_mine(const struct cqa_raters *raters, const struct cqa_identity *who);

/* The same of all rounds that are not closed. */
enum cqa_status cqa_ratings_waiting(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t *out, struct cqa_error *error) CQA_MUST_CHECK;

/* Of what `who` may see: everything that is still to be rated, as a JSON list. */
void cqa_raters_due_json(const struct cqa_raters *raters, const struct cqa_identity *who,
                         struct cqa_buffer *out);

#endif
