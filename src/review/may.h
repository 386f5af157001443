/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_MAY_H
#define CQA_REVIEW_MAY_H

#include "scores/decide.h"
#include "scores/objections.h"
#include "scores/periods.h"

/*
 * Who may decide, object and close, and what makes sense as a decision: rules over rows and who
 * asks. Pure: what they need of the store is handed in. CQA_E_REFUSED: not so, or not by them;
 * CQA_E_BADDATA: it makes no sense; `error` says why.
 */

/* `is_closed`: the period of the call is. */
enum cqa_status cqa_may_decide(const struct cqa_identity *who, const struct cqa_flag_target *target,
                               int is_closed, struct cqa_error *error) CQA_MUST_CHECK;

enum cqa_status cqa_may_say(const struct cqa_flag_verdict *verdict,
                            const struct cqa_flag_target *target,
                            struct cqa_error *error) CQA_MUST_CHECK;

/* What a verdict says that the flag costs, hundredths. */
int64_t cqa_verdict_says(const struct cqa_flag_verdict *verdict, int64_t points_c);

/* What it costs, of which `room_c` is left under the caps: these cut from what comes last, which is
 * the verdict. A flag that fails its call needs no points for it. */
struct cqa_verdict_cost cqa_verdict_costs(const struct cqa_flag_target *target, int64_t said_c,
                                          int64_t room_c);

/* A flag added by hand: only rules of the call's own rubric say what they may cost. */
enum cqa_status cqa_may_add(const struct cqa_manual_flag *manual,
                            const struct cqa_flag_target *target,
                            struct cqa_error *error) CQA_MUST_CHECK;

/* A request that was heard before is done already, where it says the same; CQA_E_REFUSED: its name
 * was another decision's. */
enum cqa_status cqa_may_repeat(const struct cqa_flag_verdict *verdict, int64_t flag,
                               const struct cqa_decision_made *made,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* `days` to object from the decision, or from the call's arrival. */
enum cqa_status cqa_may_object(const struct cqa_identity *who, const struct cqa_objected *objected,
                               const char *text, int64_t days, int64_t now_ms,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* An answer to an objection is a decision with a reason. */
enum cqa_status cqa_may_answer(const struct cqa_flag_verdict *verdict,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* One that was settled takes another answer only as that: `again`. */
enum cqa_status cqa_may_answer_now(const struct cqa_objection_found *found, int again,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Days, yyyymmdd, that are to be closed together. */
enum cqa_status cqa_may_close_days(int64_t today, int64_t day_from, int64_t day_to,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* `overlapping`: closed periods that share a day. `ignore_open`: a named decision. */
enum cqa_status cqa_may_close(const struct cqa_period_open *open, int64_t overlapping,
                              int ignore_open, struct cqa_error *error) CQA_MUST_CHECK;

#endif
