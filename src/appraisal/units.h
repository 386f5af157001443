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

/* The words that stand behind a number of this indicator, "次, 起, 例", in `out`, cut. */
void cqa_unit_words(const struct cqa_indicator *indicator, char *out, size_t size);

/* Is it one of points, as a bare number is? */
int cqa_unit_is_points(const struct cqa_indicator *indicator);

/* The one spelling of a scheme's `unit`, by which money and shares are known: CNY for 元, % for
 * 百分比; any other as it is. NULL: 万元 and the like, which no sheet could show. */
const char *cqa_unit_of_scheme(const char *unit);

/* How shares of an indicator in % are written: 85, or as a spreadsheet holds them, 0.85. The sign
 * in a heading says neither: it stands over both. */
enum cqa_shares { CQA_SHARES_UNSAID, CQA_SHARES_PERCENT, CQA_SHARES_FRACTION };
extern const char *const cqa_shares_words[]; /* NULL, "percent", "fraction" */

/* What the unit of a heading says of it: 百分值, 小数, percent, fraction. */
enum cqa_shares cqa_unit_shares(const char *word);

/* The unit at the end of a heading, "奖惩(元)", "完成率%": 1, its `word`, and how many bytes of
 * `heading` stand before it. `heading` is plain (cqa_spell_plain). */
enum { CQA_UNIT_SIZE = 32 };
int cqa_unit_split(const char *heading, size_t *base, char word[CQA_UNIT_SIZE]);

#endif
