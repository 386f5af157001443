/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_RESCORE_H
#define CQA_REVIEW_RESCORE_H

#include "result/item.h"
#include "result/result.h"
#include "rubric/rubric.h"

/*
 * What another rubric makes of a stored result, from its events, never from audio: the item with
 * the new score, decisions null, as if it had been posted under `key`. Finish it whatever comes
 * back. CQA_E_BADDATA when the stored text can't be read.
 */
enum cqa_status cqa_rescore(const struct cqa_rubric *rubric, const char *body, const char *key,
                            struct cqa_item *out, struct cqa_error *error) CQA_MUST_CHECK;

/* Of the same the score alone (cqa_item_take_score), and no text. Finish it whatever comes back.
 * CQA_E_NOMEM only. */
enum cqa_status cqa_rescore_score(const struct cqa_rubric *rubric,
                                  const struct cqa_rubric_input *input, struct cqa_item *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

#endif
