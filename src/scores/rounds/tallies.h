/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_ROUNDS_TALLIES_H
#define CQA_SCORES_ROUNDS_TALLIES_H

#include <stddef.h>
#include <stdint.h>
#include "scores/store.h"

/*
 * Tallies (appraisal/tally.h) as texts, kept beside what they are made from: the database takes one
 * away in the transaction that changes any of that (docs/decisions/0211). A call that comes in
 * changes none: it is behind the last one that they have counted, and is added (0227). Who makes
 * tallies, or adds to them, claims them first, so that what changes meanwhile takes them away.
 */

/* Whose tallies. */
struct cqa_tallies_of {
    const char *made_by; /* scheme and program, by content */
    const char *scheme, *period;
    int64_t day_from, day_to; /* of the period */
};

/* Up to which call all of them have counted, the newest call that there is, and whether any of them
 * is there. */
struct cqa_tallies_mark {
    int is_known; /* 0: none is kept */
    int64_t upto, newest;
    int any_kept;
};

enum cqa_status cqa_tallies_mark(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 struct cqa_tallies_mark *out,
                                 struct cqa_error *error) CQA_MUST_CHECK;

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

/* Claims all of them, and these who have none, in one transaction; `claim` is how. Of other
 * schemes' files and programs those of the round go. */
enum cqa_status cqa_tallies_claim(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                  const char *const *persons, size_t count,
                                  char claim[CQA_CLAIM_SIZE],
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* What is to be kept: of these persons, whose calls are counted up to one. A tally NULL: of this
 * person nothing is, nor what was. */
struct cqa_tallies_made {
    const char *const *persons, *const *tallies;
    size_t count;
    int64_t upto;
};

/* Keeps those that nothing has changed since they were claimed. */
enum cqa_status cqa_tallies_keep(struct cqa_scores *scores, const struct cqa_tallies_of *of,
                                 const char *claim, const struct cqa_tallies_made *made,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
