/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_FAULT_JSON_H
#define CQA_ROUNDS_FAULT_JSON_H

#include "appraisal/input.h"
#include "base/buffer.h"

/* An error of the input: an object; all of them: a list. */
void cqa_fault_json(const struct cqa_fault *fault, struct cqa_buffer *out);
/* ,"file":…,"sheet":… of what was imported; no sheet (null) of a CSV file. */
void cqa_place_json(struct cqa_buffer *out, const char *file);
void cqa_faults_json(const struct cqa_faults *faults, struct cqa_buffer *out);

#endif
