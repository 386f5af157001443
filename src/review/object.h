/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_OBJECT_H
#define CQA_REVIEW_OBJECT_H

#include "scores/flags.h"

/* Objections; each step is one transaction. The rules are review/may.h's. */

/* CQA_E_REFUSED: not the agent's own call, too late, or objected to before. `days` counts from the
 * decision on the flag, or from the call's arrival while there is none. */
enum cqa_status cqa_review_object(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const char *text, int64_t days, int64_t *objection,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Settles it with the verdict on its flag: OVERTURNED or CHANGED accepts, CONFIRMED rejects. One
 * that was settled is settled anew where `again` says so, else CQA_E_REFUSED. */
enum cqa_status cqa_review_settle(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t objection, const struct cqa_flag_verdict *verdict,
                                  int again, struct cqa_error *error) CQA_MUST_CHECK;

#endif
