/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REVIEW_RESCORE_H
#define CQA_REVIEW_RESCORE_H

#include "base/buffer.h"
#include "result/result.h"
#include "rubric/rubric.h"

/* What another rubric makes of a stored result: from its events, never from audio. */
struct cqa_rescored {
    int was_scored;
    int64_t before_c, after_c; /* totals */
    struct cqa_buffer body;    /* the result with the new score, decisions null; finish it */
};

/* Called for each deduction: `after` 0 of the stored score, 1 of the new one. */
typedef void cqa_rescore_visit(void *context, const char *rule, int after, double points);

/* What a rubric looks at in a stored result; everything is borrowed from it. */
struct cqa_rubric_input cqa_rescore_input(const struct cqa_result *result);

/* CQA_E_BADDATA when the stored text can't be read. `visit` may be NULL; `with_body` 0 leaves
 * `body` empty. */
enum cqa_status cqa_rescore(const struct cqa_rubric *rubric, const char *body, int with_body,
                            cqa_rescore_visit *visit, void *context, struct cqa_rescored *out,
                            struct cqa_error *error) CQA_MUST_CHECK;

#endif
