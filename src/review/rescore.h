/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_RESCORE_H
#define CQA_REVIEW_RESCORE_H

#include "result/item.h"
#include "result/result.h"
#include "rubric/rubric.h"

/* What a rubric looks at in a stored result; everything is borrowed from it. */
struct cqa_rubric_input cqa_rescore_input(const struct cqa_result *result);

/*
 * What another rubric makes of a stored result, from its events, never from audio: the item with
 * the new score, decisions null, as if it had been posted under `key`. Where `only_score` is set it
 * has the score alone (cqa_item_take_score), and no text, if that is not the score that it has
 * already. Finish it whatever comes back. CQA_E_BADDATA when the stored text can't be read.
 */
enum cqa_status cqa_rescore(const struct cqa_rubric *rubric, const char *body, const char *key,
                            int only_score, struct cqa_item *out,
                            struct cqa_error *error) CQA_MUST_CHECK;

#endif
