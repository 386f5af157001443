/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_WHATIF_H
#define CQA_REVIEW_WHATIF_H

#include "result/result.h"
#include "rubric/rubric.h"
#include "scores/decided.h"

/*
 * What a rule would find were one of its thresholds another: the events of stored results, scored
 * again under variants of their rubric. Never from audio.
 */

/* A decision that people took on a flag of the rule. */
struct cqa_reviewed {
    int64_t call, event;
    enum cqa_flag_state state;
};

/* One variant, and what it comes to. */
struct cqa_whatif_row {
    double value;
    struct cqa_rubric *rubric;              /* with the threshold set */
    int64_t flags, costing;                 /* of the rule; and those that cost points */
    int64_t reviewed[CQA_FLAG_STATE_COUNT]; /* flags by what people decided; OPEN: nothing yet */
    int64_t calls_changed;                  /* whose total is not the first row's */
    int64_t total_sum_c;
};

/*
 * Adds one result to every row; the first is what the others are compared with. `reviewed` holds
 * the decisions on flags of the rule in all calls, sorted by call, then event. CQA_E_NOMEM only.
 */
enum cqa_status cqa_whatif_add(struct cqa_whatif_row *rows, size_t count, const char *rule,
                               const struct cqa_result *result, int64_t call,
                               const struct cqa_reviewed *reviewed, size_t reviewed_count,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
