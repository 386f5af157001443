/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_VALUES_H
#define CQA_APPRAISAL_VALUES_H

#include "appraisal/indicator.h"

/* Cells to numbers. */

/* "12,345.6", in full width too; with `percent` a sign of it may stand behind. */
int cqa_value_number(const char *text, int percent, struct cqa_rational *out);

/* A cell as this indicator may have it: number, word, time. A bare number is times `factor`, the
 * heading's unit; one with its own unit is not. 0: it is none of these. */
int cqa_value_read(const struct cqa_indicator *indicator, const char *text,
                   struct cqa_rational factor, struct cqa_rational *out);

#endif
