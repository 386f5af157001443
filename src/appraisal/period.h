/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_PERIOD_H
#define CQA_APPRAISAL_PERIOD_H

#include <stdint.h>

/* Periods as texts: a month "2025-11", a quarter "2025Q4". All but cqa_period_valid need one. */

int cqa_period_valid(const char *text);

/* Does the moment "2025-11-20T…", or the month "2025-11", lie in the period? */
int cqa_period_holds(const char *period, const char *moment);

/* '1' to '4', of "2025-11…". */
char cqa_period_quarter(const char *month);

/* First and last day, yyyymmdd; the last may be one that no calendar has: 20250931. */
void cqa_period_days(const char *period, int64_t *day_from, int64_t *day_to);

/* The period before: "2025-10" of "2025-11", "2025Q3" of "2025Q4". */
enum { CQA_PERIOD_SIZE = 8 };
void cqa_period_before(const char *period, char out[CQA_PERIOD_SIZE]);

/* The period of this scheme that holds `period`: the month itself, or its quarter. A quarter stays
 * one. */
void cqa_period_of_scheme(int is_quarterly, const char *period, char out[CQA_PERIOD_SIZE]);

/* The month of quarter `period` ("2025Q4"), `index` 0 to 2. */
void cqa_period_month(const char *period, int index, char out[CQA_PERIOD_SIZE]);

/* The period that people write as 2025年11月, 2025/11, 202511, 2025-11-01 (a day names its month),
 * 2025年第4季度, 2025-Q4; 0: it is none, or may be several, as 11月. */
int cqa_period_read(const char *text, char out[CQA_PERIOD_SIZE]);

#endif
