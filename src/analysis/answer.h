/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_ANSWER_H
#define CQA_ANALYSIS_ANSWER_H

#include <stddef.h>
#include "base/buffer.h"
#include "base/failure.h"
#include "result/result.h"

/* What a worker leaves behind, read as the foreign input that it is. */

/* As cqa_failure_write writes it. 0 when it is something else. */
int cqa_answer_failure(const char *body, size_t length, struct cqa_failure *failure);

/* Owned, cqa_result_finish and free; NULL, and `failure` says why, when there is none to be had. */
struct cqa_result *cqa_answer_result(const char *body, size_t length, struct cqa_failure *failure);

/* Copies clips that are packed as they should be into `out`, the caller's to finish; 0 when they
 * are not, or there is no memory. */
int cqa_answer_clips(const char *body, size_t length, struct cqa_buffer *out);

/* What a wait status says of a worker that left no answer. */
void cqa_answer_explain_death(struct cqa_failure *failure, int wait_status);

#endif
