/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ms(void *context)
{
    (void)context;
    return read_ms(CLOCK_REALTIME);
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return read_ms(CLOCK_MONOTONIC);
}

const struct cqa_clock cqa_clock_system = {wall_ms, monotonic_ms, NULL};

void cqa_clock_wait(const struct cqa_clock *clock, int64_t delay_ms)
{
    const int64_t end_ms = cqa_clock_monotonic_ms(clock) + delay_ms;
    int64_t left_ms = delay_ms;

    while (left_ms > 0) {
        const struct timespec pause = {.tv_sec = left_ms / 1000,
                                       .tv_nsec = left_ms % 1000 * 1000000};
        (void)nanosleep(&pause, NULL);
        left_ms = end_ms - cqa_clock_monotonic_ms(clock);
    }
}
