/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SETTINGS_SHIFT_H
#define CQA_SETTINGS_SHIFT_H

#include <stdint.h>
#include "base/arena.h"
#include "base/buffer.h"
#include "base/yaml.h"
#include "recorder/zone.h"

enum { CQA_SHIFTS_MAX = 24 };

/* A named part of the day by the site's clocks: minutes after midnight, half-open. One that ends
 * before it begins goes past midnight. */
struct cqa_shift {
    const char *name;
    int from_minute; /* 0 to 1439 */
    int to_minute;   /* 0 to 1440, other than from_minute */
    const struct cqa_zone *zone;
};

/*
 * A condition of SQL: true where the integer `column`, ms since 1970, falls into the shift; not
 * true where it is null. It is right for moments from `from_ms` to `until_ms`, at most the years
 * 1900 to 2100; the shorter they are, the shorter is the text.
 */
void cqa_shift_write(const struct cqa_shift *shift, const char *column, int64_t from_ms,
                     int64_t until_ms, struct cqa_buffer *out);

/* Reads the list under "shifts" of `root` into `shifts`; names live in `arena`. Returns how many
 * there are. What is wrong is added to `problems`. */
size_t cqa_shifts_read(const struct cqa_yaml_node *root, const struct cqa_zone *zone,
                       struct cqa_arena *arena, struct cqa_shift shifts[CQA_SHIFTS_MAX],
                       struct cqa_problems *problems);

enum { CQA_SHIFT_TIME_SIZE = 8 };

/* "22:00" */
void cqa_shift_time(int minute, char out[CQA_SHIFT_TIME_SIZE]);

#endif
