/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_DECIDED_H
#define CQA_SERVER_DECIDED_H

#include <stdint.h>

/* What a person said about a flag. The numbers are stored. */
enum cqa_flag_state {
    CQA_FLAG_OPEN,
    CQA_FLAG_CONFIRMED,
    CQA_FLAG_OVERTURNED,
    CQA_FLAG_CHANGED,
    CQA_FLAG_STATE_COUNT
};
extern const char *const cqa_flag_state_words[CQA_FLAG_STATE_COUNT + 1];

/* Sums over a call's current flags, in hundredths of a point. */
struct cqa_flag_sums {
    int64_t base_c;          /* the rubric's start */
    int64_t total_c;         /* as the analyzer computed it */
    int64_t computed_c;      /* points of the analyzer's flags */
    int64_t standing_c;      /* points that stand after decisions, flags added by hand included */
    int automatic_fail;      /* the analyzer failed the call by a rule */
    int automatic_fail_open; /* and such a flag still stands */
};

/*
 * The call's total after decisions. The analyzer's total is the ground: what decisions take back is
 * added to it, what they add is taken off, never above the base. A total that stood at the rubric's
 * floor (or was failed) is that floor. A cap that the rubric applied to a rule is not opened again
 * by overturning one of its flags: an overturned flag never costs points elsewhere (decision 0021).
 */
int64_t cqa_decided_total(const struct cqa_flag_sums *sums);

#endif
