/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_API_ROUNDS_DISPUTED_JSON_H
#define CQA_API_ROUNDS_DISPUTED_JSON_H

#include "base/buffer.h"
#include "scores/rounds/disputed.h"

/* An object, appended. */
void cqa_disputed_json(const struct cqa_disputed *row, struct cqa_buffer *out);

/* ,"correction_due":[…] as far as `who` may see; `agent` NULL: everyone's. */
enum cqa_status cqa_correction_due_json(struct cqa_scores *scores, const struct cqa_round *round,
                                        const struct cqa_identity *who, const char *agent,
                                        struct cqa_buffer *out,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* ,"open_flag_objections":[…] of one agent. */
enum cqa_status cqa_disputed_open_json(struct cqa_scores *scores, const struct cqa_round *round,
                                       const char *agent, struct cqa_buffer *out,
                                       struct cqa_error *error) CQA_MUST_CHECK;

#endif
