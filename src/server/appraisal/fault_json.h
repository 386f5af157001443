/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_APPRAISAL_FAULT_JSON_H
#define CQA_SERVER_APPRAISAL_FAULT_JSON_H

#include "appraisal/input.h"
#include "base/buffer.h"

/* An error of the input: an object; all of them: a list. */
void cqa_fault_json(const struct cqa_fault *fault, struct cqa_buffer *out);
/* ,"sheet":…,"file":… of a place's file; null where there is none. */
void cqa_place_json(struct cqa_buffer *out, const char *file);
void cqa_faults_json(const struct cqa_faults *faults, struct cqa_buffer *out);

#endif
