/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_DECIDED_H
#define CQA_SCORES_DECIDED_H

#include <stddef.h>
#include <stdint.h>
#include "rubric/total.h"

/* What a person said about a flag. The numbers are stored. */
enum cqa_flag_state {
    CQA_FLAG_OPEN,
    CQA_FLAG_CONFIRMED,
    CQA_FLAG_OVERTURNED,
    CQA_FLAG_CHANGED,
    CQA_FLAG_STATE_COUNT
};
extern const char *const cqa_flag_state_words[CQA_FLAG_STATE_COUNT + 1];

/* What a person's word makes of one flag. */
struct cqa_flag_word {
    int64_t call, event; /* event 0: of the whole call */
    enum cqa_flag_state state;
    const char *rule;
    int64_t points_c; /* that stand, in hundredths */
    int fails;        /* it fails the call */
    int is_by_hand;   /* a person added it */
};

/* Sums over a call's current flags, in hundredths of a point. */
struct cqa_flag_sums {
    struct cqa_total_limits limits; /* of the call's rubric; base_c always */
    int has_limits;                 /* else the rubric is not known here: base_c alone is */
    int64_t total_c;                /* as the analyzer computed it */
    int64_t computed_c;             /* points of the analyzer's flags */
    int64_t standing_c; /* points that stand after decisions, flags added by hand included, those
                           of each rule within its cap */
    int fails;          /* the analyzer failed the call by a rule */
    int fails_still;    /* a flag that fails the call stands, whoever made it */
};

/* A current flag of a call, as far as it counts. */
struct cqa_counted_flag {
    const char *rule;
    int64_t cap_c;    /* the rule's, or CQA_NO_CAP */
    int64_t points_c; /* as it was found, or added */
    int64_t stands_c; /* after decisions */
    int fails, fails_still;
    int is_by_hand;
    int is_decided; /* or added by hand */
    int is_open;    /* it costs something, and nobody has decided */
};

/* Adds all flags of a call to the sums, those of each rule within its cap. */
void cqa_sum_flags(const struct cqa_counted_flag *flags, size_t count, struct cqa_flag_sums *sums);

/*
 * The call's total after decisions. The analyzer's total is the ground: what decisions take back is
 * added to it, what they add is taken off, never above the base; the rubric's cap, floor and
 * automatic fail bind what people say as they bind what the analyzer finds. Where the rubric is not
 * known, a total that stood at a floor (or was failed) is that floor, else it is 0. A cap is not
 * opened again by overturning one of a rule's flags: an overturned flag never costs points
 * elsewhere (decisions 0021, 0150).
 */
int64_t cqa_decided_total(const struct cqa_flag_sums *sums);

#endif
