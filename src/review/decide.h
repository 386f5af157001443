/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_DECIDE_H
#define CQA_REVIEW_DECIDE_H

#include "scores/flags.h"

/* Decisions; each is one transaction with its audit row and the call's new total. The rules are
 * review/may.h's. */

/* CQA_E_NOTFOUND: no such flag within the scope; CQA_E_REFUSED: it may not be decided (now, or by
 * this person); CQA_E_BADDATA: the verdict makes no sense. `*call` gets the flag's call. */
enum cqa_status cqa_review_decide(struct cqa_scores *scores, const struct cqa_identity *who,
                                  int64_t flag, const struct cqa_flag_verdict *verdict,
                                  int64_t *call, struct cqa_error *error) CQA_MUST_CHECK;

/* The same inside the caller's transaction. */
struct cqa_sql;
enum cqa_status cqa_review_decide_within(struct cqa_scores *scores, struct cqa_sql *db,
                                         const struct cqa_identity *who, int64_t flag,
                                         const struct cqa_flag_verdict *verdict, int64_t *call,
                                         struct cqa_error *error) CQA_MUST_CHECK;

/* Adds a flag by hand to a call; `*flag` gets its number. */
enum cqa_status cqa_review_add_flag(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t call, const struct cqa_manual_flag *manual,
                                    int64_t *flag, struct cqa_error *error) CQA_MUST_CHECK;

#endif
