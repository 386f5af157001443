/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_WHEN_H
#define CQA_SCORES_WHEN_H

#include <stdint.h>

enum { CQA_WHEN_SIZE = 32, CQA_DAY_SIZE = 16 };

/* "2025-11-20T02:15:02.000Z" of milliseconds since 1970. */
void cqa_when_write(int64_t ms, char out[CQA_WHEN_SIZE]);

/* 20251120 as "2025-11-20". */
void cqa_when_write_day(int64_t day, char out[CQA_DAY_SIZE]);

/* "2025-11-20" as 20251120; 0: no such date. */
int64_t cqa_when_read_day(const char *text);

/* The day (20251120) that the zone's clocks show at `ms`. */
struct cqa_zone;
int64_t cqa_when_local_day(const struct cqa_zone *zone, int64_t ms);

/* The first and last day of the calendar month before that of `day`. */
void cqa_when_month_before(int64_t day, int64_t *first, int64_t *last);

#endif
