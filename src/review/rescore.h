/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_RESCORE_H
#define CQA_REVIEW_RESCORE_H

#include "base/buffer.h"
#include "result/result.h"
#include "rubric/rubric.h"

/* What a rubric looks at in a stored result; everything is borrowed from it. */
struct cqa_rubric_input cqa_rescore_input(const struct cqa_result *result);

/* What another rubric makes of a stored result, from its events, never from audio: the result with
 * the new score, decisions null; finish `out`. CQA_E_BADDATA when the stored text can't be read. */
enum cqa_status cqa_rescore(const struct cqa_rubric *rubric, const char *body,
                            struct cqa_buffer *out, struct cqa_error *error) CQA_MUST_CHECK;

#endif
