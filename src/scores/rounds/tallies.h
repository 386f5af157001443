/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_TALLIES_H
#define CQA_SCORES_ROUNDS_TALLIES_H

#include <stddef.h>
#include <stdint.h>
#include "scores/store.h"

/*
 * Tallies (appraisal/tally.h) as texts, kept beside what they are made from: the database takes one
 * away in the transaction that changes any of that (docs/decisions/0211). Who makes one claims it
 * first, so that what changes meanwhile takes the claim away, and it is not kept.
 */

/* Whose tallies. */
struct cqa_tallies_of {
    const char *made_by; /* scheme and program, by content */
    const char *scheme, *period;
    int64_t day_from, day_to; /* of the period */
};

/* Visits those that are kept, by person; "": of calls of nobody. Texts are borrowed. */
enum cqa_status cqa_tallies_list(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 void (*visit)(void *context, const char *person,
                                               const char *tally),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Visits those who have calls in the period, and none that is kept. */
enum cqa_status cqa_tallies_missing(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                    void (*visit)(void *context, const char *person), void *context,
                                    struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_CLAIM_SIZE = 33 };

/* Claims these in one transaction; `claim` is how. Of other schemes' files and programs those of
 * the round go. */
enum cqa_status cqa_tallies_claim(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                  const char *const *persons, size_t count,
                                  char claim[CQA_CLAIM_SIZE],
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Keeps those whose claim is still there. */
enum cqa_status cqa_tallies_keep(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 const char *claim, const char *const *persons,
                                 const char *const *tallies, size_t count,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
