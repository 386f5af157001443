/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_CLIPS_H
#define CQA_PIPELINE_CLIPS_H

#include "analysis/clips.h"
#include "pipeline/config.h"
#include "result/result.h"

/* What of a scored recording is sent along as evidence: docs/decisions/0061-evidence-clips.md. */

/* Fills `order` with the seconds around each flag. 0: nothing is to be cut: it is not wished, the
 * queue is private or unknown, or there are no flags. */
int cqa_clips_plan(const struct cqa_clips_config *config, const struct cqa_result *result,
                   struct cqa_clip_order *order);

/*
 * Writes to `body` the result that is sent: `json` with the clips in a field "clips". Only clips
 * that were ordered, as they were ordered. CQA_E_LIMIT: the two together are more than a server
 * takes; CQA_E_BADDATA: other clips than ordered.
 */
enum cqa_status cqa_clips_attach(const struct cqa_buffer *json, const struct cqa_clip_order *order,
                                 const struct cqa_buffer *clips, struct cqa_buffer *body,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
