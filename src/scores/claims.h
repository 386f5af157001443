/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_CLAIMS_H
#define CQA_SCORES_CLAIMS_H

#include "scores/flags.h"

/*
 * Whose an undecided flag is for now, so that no two hear the same one: taken by whoever works
 * through the queue, for CQA_CLAIM_MS from the last time that they were at it, or handed out by a
 * lead for days. It ends by itself; nobody has to give anything back.
 */

enum { CQA_CLAIM_MS = 5 * 60 * 1000, CQA_CLAIMS_MAX = 50 };

/* `by` is "" where nobody has it: it is decided, gone, or not the asker's to decide. */
struct cqa_claimed {
    int64_t flag, until_ms;
    int is_own;
    char by[96];
};

/* Takes what of `claims` (their `flag` is set, up to CQA_CLAIMS_MAX) is nobody's, renews what is
 * the asker's own, and fills in whose each is now. */
enum cqa_status cqa_claims_take(struct cqa_scores *scores, const struct cqa_identity *who,
                                struct cqa_claimed *claims, size_t count,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* What goes to the same person: each flag by itself, those of a team, those of a rule. */
enum cqa_claim_by { CQA_CLAIM_BY_TURN, CQA_CLAIM_BY_TEAM, CQA_CLAIM_BY_RULE, CQA_CLAIM_BY_COUNT };
extern const char *const cqa_claim_by_words[CQA_CLAIM_BY_COUNT + 1];

enum { CQA_CLAIM_AUDITORS_MAX = 32, CQA_CLAIM_DAYS_MAX = 31 };

struct cqa_hand_out {
    struct cqa_flag_filter filter; /* of which undecided flags; place and limit do not matter */
    enum cqa_claim_by by;
    const char *auditors[CQA_CLAIM_AUDITORS_MAX];
    size_t auditor_count;
    int64_t days;  /* that it lasts */
    int takes_all; /* also what is somebody's already */
};

/* Hands out undecided flags, as evenly as `by` lets it; nobody gets what they may not see, or their
 * own calls. `given[i]` gets how many went to auditors[i], `*left` how many to nobody.
 * CQA_E_BADDATA: one of them may not decide. */
enum cqa_status cqa_claims_hand_out(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_hand_out *plan, int64_t *given, int64_t *left,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* What lies with one person now. */
struct cqa_claim_sum {
    const char *auditor;
    int64_t handed_out, decided; /* of what was handed out, and of that what is decided */
    int64_t taken;               /* by themselves: what they are at */
    int64_t until_ms;            /* the last end of what was handed out; 0: nothing was */
};

/* By name. `user`: that person's alone; 0: everybody's. */
enum cqa_status cqa_claims_sums(struct cqa_scores *scores, const struct cqa_scope *scope,
                                int64_t user,
                                int (*visit)(void *context, const struct cqa_claim_sum *sum),
                                void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
