/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_WHATIF_H
#define CQA_REVIEW_WHATIF_H

#include "rubric/rubric.h"
#include "scores/decided.h"

/*
 * What a rule would find were one of its thresholds another: the events of stored results, scored
 * again under variants of their rubric. Never from audio. What people said of a flag stands under
 * every variant that has it.
 */

/* One variant, and what it comes to. */
struct cqa_whatif_row {
    double value;
    struct cqa_rubric *rubric;              /* with the threshold set */
    int64_t flags, costing;                 /* of the rule; and those that cost points */
    int64_t reviewed[CQA_FLAG_STATE_COUNT]; /* flags by what people decided; OPEN: nothing yet */
    int64_t calls_changed;                  /* whose total, after decisions, is not the first's */
    int64_t total_sum_c;                    /* of the same */
};

/*
 * Adds one result (result/basis.h) to every row; the first is what the others are compared with.
 * `words` is what people said of the flags of this call. CQA_E_NOMEM only.
 */
enum cqa_status cqa_whatif_add(struct cqa_whatif_row *rows, size_t count, const char *rule,
                               const struct cqa_rubric_input *input,
                               const struct cqa_flag_word *words, size_t word_count,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Those of one call among many that are sorted by call; NULL and 0: none. */
const struct cqa_flag_word *cqa_words_of_call(const struct cqa_flag_word *words, size_t count,
                                              int64_t call, size_t *found);

#endif
