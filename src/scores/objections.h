/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_OBJECTIONS_H
#define CQA_SCORES_OBJECTIONS_H

#include "scores/accounts.h"
#include "scores/flags.h"

/* CQA_E_REFUSED: not the agent's own call, too late, or objected to before. `days` counts from the
 * decision on the flag, or from the call's arrival while there is none. */
enum cqa_status cqa_objection_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const char *text, int64_t days, int64_t *objection,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Settles it with the verdict on its flag, in one transaction: OVERTURNED or CHANGED accepts,
 * CONFIRMED rejects. */
enum cqa_status cqa_objection_settle(struct cqa_scores *scores, const struct cqa_identity *who,
                                     int64_t objection, const struct cqa_flag_verdict *verdict,
                                     struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_objection_row {
    int64_t id, flag, call, at_ms, decided_ms;
    const char *call_id, *rule, *person, *by, *text, *decided_by, *answer;
    const char *title_en, *title_zh; /* of the rule; NULL: not known */
    int64_t range_least_c, range_most_c;
    enum cqa_objection_outcome outcome;
};

/* Behind `after_id`, in order. `outcome` -1: any. */
enum cqa_status cqa_objection_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                   int outcome, int64_t after_id, int64_t limit,
                                   int (*visit)(void *context, const struct cqa_objection_row *row),
                                   void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
