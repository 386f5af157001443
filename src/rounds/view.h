/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_VIEW_H
#define CQA_ROUNDS_VIEW_H

#include "appraisal/input.h"
#include "scores/rounds/kept.h"

/*
 * What a reader sees of an outcome, made of its facts when it is looked at, whether the round is
 * open or closed: JSON, appended. Of a round that was closed before facts were kept it is the text
 * that this reader got then. Failures stay in the buffer.
 */

/* An object; with the trace where `whole` is asked for and the outcome has it. */
void cqa_view_sheet(const struct cqa_outcome_sheet *sheet, enum cqa_reader reader, int whole,
                    struct cqa_buffer *out);

/* An object: who, why, and the faults that the reader may know of. */
void cqa_view_left_out(const struct cqa_outcome_left_out *left, enum cqa_reader reader,
                       struct cqa_buffer *out);

/* A list. */
void cqa_view_lines(const struct cqa_appraisal_outcome *outcome, enum cqa_reader reader,
                    struct cqa_buffer *out);

/* ---- the facts of who has no sheet: why, and their faults as codes with arguments */

enum cqa_left_out_why { CQA_LEFT_OUT_POST, CQA_LEFT_OUT_FAULTY, CQA_LEFT_OUT_ABSENT };

/* `is_private`: whom pay is not for does not read the fault of this index. */
void cqa_left_out_facts(enum cqa_left_out_why why, const char *agent,
                        const struct cqa_faults *faults,
                        int (*is_private)(const void *context, const struct cqa_fault *fault),
                        const void *context, struct cqa_buffer *out);

#endif
