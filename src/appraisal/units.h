/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_UNITS_H
#define CQA_APPRAISAL_UNITS_H

#include <stddef.h>
#include "appraisal/indicator.h"

/* Units as people write them behind a heading or a number: 元, 万元, 次, 人, %, 分钟. */

/* What a number in `word` ("万元") is to be multiplied with to be in the indicator's unit. 0: that
 * word is no unit of it. */
int cqa_unit_factor(const struct cqa_indicator *indicator, const char *word,
                    struct cqa_rational *factor);

/* The unit at the end of a heading, "奖惩(元)", "完成率%": 1, its `word`, and how many bytes of
 * `heading` stand before it. `heading` is plain (cqa_spell_plain). */
enum { CQA_UNIT_SIZE = 32 };
int cqa_unit_split(const char *heading, size_t *base, char word[CQA_UNIT_SIZE]);

#endif
