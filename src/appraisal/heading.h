/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_HEADING_H
#define CQA_APPRAISAL_HEADING_H

#include <stddef.h>
#include "appraisal/scheme.h"
#include "appraisal/units.h"

/* What the head of a column says: 工号, 考勤得分, 奖惩（元）, 完成率%. */

enum cqa_column {
    CQA_HEADING_AGENT,
    CQA_HEADING_INDICATOR,
    CQA_HEADING_VALUE,
    CQA_HEADING_COUNT,
    CQA_HEADING_RATER,
    CQA_HEADING_POST,
    CQA_HEADING_PERIOD,
    CQA_HEADING_NAME,
    CQA_HEADING_WORDS,    /* how many of them there are */
    CQA_HEADING_VALUES,   /* of one indicator */
    CQA_HEADING_LEFT_OUT, /* 序号, 备注: nothing that counts */
    CQA_HEADING_UNKNOWN
};
extern const char *const cqa_column_words[CQA_HEADING_WORDS + 1]; /* "agent", … */

struct cqa_heading {
    enum cqa_column column;
    int indicator;              /* of VALUES; else CQA_NOWHERE */
    struct cqa_rational factor; /* what its unit makes of a number: 10000 for 万元 */
    enum cqa_shares shares;     /* how it says that shares of an indicator in % are written */
};

/* An indicator goes first: a scheme may have one that is called like another column. */
struct cqa_heading cqa_heading_read(const struct cqa_scheme *scheme, const char *text);

/* The indicator of a heading whose unit it cannot have: 迟到(天), of times; CQA_NOWHERE: it is none
 * such. */
int cqa_heading_in_other_unit(const struct cqa_scheme *scheme, const char *text);

/* The same of a heading that somebody has said is `taken` for: a word of cqa_column_words, an
 * indicator's id (of one in %: "done(fraction)", "done(percent)" too), "" for what is left out.
 * UNKNOWN: it is none of these. */
struct cqa_heading cqa_heading_taken(const struct cqa_scheme *scheme, const char *text,
                                     const char *taken);

/* What cqa_heading_taken reads; NULL: unknown. Borrowed from the scheme. */
const char *cqa_heading_word(const struct cqa_scheme *scheme, const struct cqa_heading *heading);

#endif
