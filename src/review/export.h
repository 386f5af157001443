/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_EXPORT_H
#define CQA_REVIEW_EXPORT_H

#include "base/buffer.h"
#include "scores/store.h"

/*
 * Adds one call as callqa.result/1 with `score.decided_total` and each deduction's `decision`
 * filled in; flags added by hand are deductions with "manual": true. A call that nobody has decided
 * on is its stored text as it is.
 */
enum cqa_status cqa_export_result(struct cqa_scores *scores, const struct cqa_call_row *row,
                                  struct cqa_buffer *out, struct cqa_error *error) CQA_MUST_CHECK;

#endif
