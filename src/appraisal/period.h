/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_PERIOD_H
#define CQA_APPRAISAL_PERIOD_H

#include <stdint.h>

/* Periods as texts: a month "2025-11", a quarter "2025Q4", a half-year "2025H2", a year "2025".
 * All but cqa_period_valid need one. */

/* Each is a part of those that follow. */
enum cqa_period {
    CQA_PERIOD_MONTHLY,
    CQA_PERIOD_QUARTERLY,
    CQA_PERIOD_HALF_YEARLY,
    CQA_PERIOD_YEARLY,
    CQA_PERIOD_COUNT
};
extern const char *const cqa_period_words[CQA_PERIOD_COUNT + 1]; /* "monthly", … */
extern const char *const cqa_period_examples[CQA_PERIOD_COUNT];  /* "2025-11", … */
const char *cqa_period_named(enum cqa_period kind);              /* a CQA_N: "a month", … */

int cqa_period_valid(const char *text);
enum cqa_period cqa_period_kind(const char *period);

/* Does the moment "2025-11-20T…", or a period such as the month "2025-11", lie in the period? */
int cqa_period_holds(const char *period, const char *moment);

/* First and last day, yyyymmdd; the last may be one that no calendar has: 20250931. */
void cqa_period_days(const char *period, int64_t *day_from, int64_t *day_to);

/* The period before: "2025-10" of "2025-11", "2025Q3" of "2025Q4". */
enum { CQA_PERIOD_SIZE = 8 };
void cqa_period_before(const char *period, char out[CQA_PERIOD_SIZE]);

/* The period of this kind that holds `period`: the year of a month. One that is longer than the
 * kind stays as it is. */
void cqa_period_of(enum cqa_period kind, const char *period, char out[CQA_PERIOD_SIZE]);

/* How many periods of this kind a period has, and each of them, `index` from 0: the months of
 * "2025Q4". 0: it is longer itself. */
int cqa_period_part_count(const char *period, enum cqa_period kind);
void cqa_period_part(const char *period, enum cqa_period kind, int index,
                     char out[CQA_PERIOD_SIZE]);

/* The period that people write as 2025年11月, 2025/11, 202511, 2025-11-01 (a day names its month),
 * 2025年第4季度, 2025-Q4, 2025年下半年, 2025年; 0: it is none, or may be several, as 11月. */
int cqa_period_read(const char *text, char out[CQA_PERIOD_SIZE]);
/* The same where it is known what is appraised: 11月 is of its year. `whole` NULL: it is not. */
int cqa_period_read_within(const char *text, const char *whole, char out[CQA_PERIOD_SIZE]);

#endif
