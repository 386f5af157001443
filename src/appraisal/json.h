/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_JSON_H
#define CQA_APPRAISAL_JSON_H

#include "appraisal/rational.h"
#include "base/buffer.h"
#include "base/message.h"
#include "base/text.h"

/* JSON written by hand: points and money go from fraction to text without a binary float between.
 * Failures stay in the buffer. */
void cqa_json_put(struct cqa_buffer *out, const char *text);  /* as it is */
void cqa_json_text(struct cqa_buffer *out, const char *text); /* a string; NULL is null */
void cqa_json_points(struct cqa_buffer *out, struct cqa_rational number); /* two places, or null */

/* ,"key":… of each kind. A value has ,"key_exact" beside it where two places are not all of it: a
 * band may turn on the rest. */
void cqa_json_value(struct cqa_buffer *out, const char *key, struct cqa_rational number);
void cqa_json_member(struct cqa_buffer *out, const char *key, const char *text);
void cqa_json_said(struct cqa_buffer *out, const char *key,
                   const struct cqa_message *message);             /* and ,"key_zh" */
void cqa_json_names(struct cqa_buffer *out, struct cqa_text text); /* {"en":…,"zh":…} */

#endif
