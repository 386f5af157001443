/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_SCHEME_JSON_H
#define CQA_APPRAISAL_SCHEME_JSON_H

#include "appraisal/scheme.h"
#include "base/buffer.h"

/* A scheme described for a reader. All append to `out`, whose failure is checked at the end. */

/* An object: names, period, posts, indicators, assumptions; with `whole` also lines and grades. */
void cqa_scheme_to_json(const struct cqa_scheme *scheme, int whole, struct cqa_buffer *out);

/* The list of a sheet's lines; those of pay each in an object under the name `for_pay`, NULL: as
 * the others. */
void cqa_scheme_put_lines(const struct cqa_scheme *scheme, const char *for_pay,
                          struct cqa_buffer *out);

#endif
