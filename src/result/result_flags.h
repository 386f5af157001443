/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RESULT_RESULT_FLAGS_H
#define CQA_RESULT_RESULT_FLAGS_H

#include "result/result.h"
#include "result/result_field.h"

/* The parts of cqa_result_from_json that deal with what happened and what it cost. `up` is the
 * whole result; the recording's length must have been read before the events, and the events before
 * the score. */
void cqa_result_read_events(struct cqa_field_reader *reader, const struct cqa_field *up,
                            struct cqa_result *result);
void cqa_result_read_score(struct cqa_field_reader *reader, const struct cqa_field *up,
                           struct cqa_result *result);

#endif
