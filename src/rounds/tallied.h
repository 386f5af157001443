/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_TALLIED_H
#define CQA_ROUNDS_TALLIED_H

#include "appraisal/names.h"
#include "appraisal/tally.h"
#include "base/arena.h"
#include "rounds/going.h"
#include "rounds/hashes.h"
#include "scores/rounds/rounds.h"
#include "scores/rounds/tallies.h"

/*
 * Everybody's tallies of a round: those that are kept, with what came in since added to them, the
 * others made anew of their own calls, and kept (docs/decisions/0211, 0227). In three steps: what
 * is to be written is claimed; what counts is read, all of one moment; what was made is kept.
 */

enum { CQA_MADE_BY_SIZE = CQA_HASH_TEXT + 128 };

/* {0} is empty; finish frees. */
struct cqa_tallied {
    struct cqa_arena arena;
    struct cqa_known_tally *items;
    size_t count, capacity;
    char made_by[CQA_MADE_BY_SIZE]; /* "": the scheme's file cannot be read; nothing is kept */
    char claim[CQA_CLAIM_SIZE];     /* "": nothing was claimed */
    int64_t upto;                   /* all calls up to this one are counted */
    struct cqa_names missing;       /* who has calls, and no tally that was kept */
    int asks_for_claim;             /* of those: nothing is loaded before they are claimed */
    int is_last_claim;              /* what is missing is made, whether it can be kept or not */
    struct cqa_names made;          /* whose were made here, "": nobody's */
    const char **texts;             /* of those; NULL: it cannot be kept */
    int needs_calls;                /* something is odd, and is computed from the calls alone */
};

/* What came in, and who is missing, once a load has found them. Nothing that fails here keeps
 * anybody from computing. */
void cqa_tallied_claim(struct cqa_tallied *tallied, struct cqa_scores *scores,
                       const struct cqa_round *round);

/* Begins anew where it was begun before. With `asks_for_claim` it has only looked who is missing:
 * who looks once more, after a claim, has all. */
enum cqa_status cqa_tallied_load(struct cqa_tallied *tallied, struct cqa_scores *scores,
                                 const struct cqa_round *round, const struct cqa_scheme *scheme,
                                 const struct cqa_going *going,
                                 struct cqa_error *error) CQA_MUST_CHECK;
void cqa_tallied_keep(struct cqa_tallied *tallied, struct cqa_scores *scores,
                      const struct cqa_round *round);
void cqa_tallied_finish(struct cqa_tallied *tallied);

#endif
