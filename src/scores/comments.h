/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_COMMENTS_H
#define CQA_SCORES_COMMENTS_H

#include "scores/accounts.h"

/* Remarks on a call, at a second of it or on the whole (`position_ms` NULL). They are not changed
 * or removed. The caller has made sure that the asker may see the call. */
enum cqa_status cqa_comment_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                int64_t call, const int64_t *position_ms, const char *text,
                                struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_comment_row {
    int64_t id, at_ms;
    const int64_t *position_ms;
    const char *by, *text;
};
enum cqa_status cqa_comment_list(struct cqa_scores *scores, int64_t call,
                                 void (*visit)(void *context, const struct cqa_comment_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
