/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_CLOCK_H
#define CQA_BASE_CLOCK_H

#include <stdint.h>

/*
 * Time is handed in where it decides something, so that tests need not sleep: the wall clock where
 * dates count, the monotonic one where durations do. tests/lint/clocks.sh keeps direct calls out
 * (docs/decisions/0084-clocks-are-handed-in.md).
 */
struct cqa_clock {
    int64_t (*wall_ms)(void *context);      /* since 1970-01-01 UTC */
    int64_t (*monotonic_ms)(void *context); /* for delays; unrelated to the wall clock */
    void *context;
};

/* The machine's own clock. */
extern const struct cqa_clock cqa_clock_system;

static inline int64_t cqa_clock_wall_ms(const struct cqa_clock *clock)
{
    return clock->wall_ms(clock->context);
}

static inline int64_t cqa_clock_monotonic_ms(const struct cqa_clock *clock)
{
    return clock->monotonic_ms(clock->context);
}

/* Returns when `clock` has gone on by `delay_ms` or more. Sleeps for real meanwhile. */
void cqa_clock_wait(const struct cqa_clock *clock, int64_t delay_ms);

#endif
