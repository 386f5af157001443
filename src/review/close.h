/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_CLOSE_H
#define CQA_REVIEW_CLOSE_H

#include "scores/periods.h"

/* Closes days, in one transaction. CQA_E_REFUSED while flags or objections are open, unless
 * `ignore_open` (a named decision, audited), or when the days overlap a closed period;
 * CQA_E_BADDATA: they are not over on `today`. `note` may be NULL. */
enum cqa_status cqa_review_close(struct cqa_scores *scores, const struct cqa_identity *who,
                                 int64_t today, int64_t day_from, int64_t day_to, int ignore_open,
                                 const char *note, struct cqa_period_open *out,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
