/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "pipeline/believed.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
static const int64_t start_ms = INT64_C(1790000000000);

struct clocks {
    int64_t wall_ms, monotonic_ms;
    struct cqa_believed believed;
};

static struct clocks begin(void)
{
    struct clocks clocks = {.wall_ms = start_ms, .monotonic_ms = 5000};

    clocks.believed = cqa_believed_begin(0, clocks.wall_ms, clocks.monotonic_ms);
    return clocks;
}

/* Time goes by, looked at each minute. By how much the clock was said to be set. */
static int64_t pass(struct clocks *clocks, int64_t ms)
{
    int64_t set_ms = 0;

    for (int64_t end_ms = clocks->monotonic_ms + ms; clocks->monotonic_ms < end_ms;) {
        clocks->wall_ms += 60000;
        clocks->monotonic_ms += 60000;
        set_ms += cqa_believed_look(&clocks->believed, clocks->wall_ms, clocks->monotonic_ms);
    }
    return set_ms;
}

static int64_t now(const struct clocks *clocks)
{
    return cqa_believed_now(&clocks->believed, clocks->wall_ms);
}

static void test_goes_with_the_clock(void **state)
{
    struct clocks clocks = begin();

    (void)state;
    assert_int_equal(pass(&clocks, 3 * DAY_MS), 0);
    assert_int_equal(now(&clocks), clocks.wall_ms);
}

static void test_ten_years_ahead_and_back(void **state)
{
    struct clocks clocks = begin();

    (void)state;
    clocks.wall_ms += 3650 * DAY_MS;
    assert_int_equal(pass(&clocks, 60000), 3650 * DAY_MS);
    assert_true(now(&clocks) < start_ms + DAY_MS);
    assert_int_equal(pass(&clocks, 30 * DAY_MS), 0); /* said once */
    assert_true(now(&clocks) <= start_ms + 11 * 31 * DAY_MS);
    clocks.wall_ms -= 3650 * DAY_MS;
    assert_int_equal(pass(&clocks, 60000), -3650 * DAY_MS);
    assert_int_equal(now(&clocks), clocks.wall_ms);
}

/* Across restarts, too: each goes on from what the one before believed. */
static void test_restarts_do_not_help_a_wrong_clock(void **state)
{
    struct clocks clocks = begin();

    (void)state;
    clocks.wall_ms += 3650 * DAY_MS;
    for (int i = 0; i < 100; i++) {
        (void)pass(&clocks, 60000);
        clocks.monotonic_ms = 100;
        clocks.believed = cqa_believed_begin(now(&clocks), clocks.wall_ms, clocks.monotonic_ms);
        assert_int_equal(clocks.believed.jumped_ms, 100);
    }
    assert_true(now(&clocks) < start_ms + DAY_MS);
}

static void test_a_machine_that_was_off_is_believed(void **state)
{
    const int64_t last_ms = start_ms - 20 * DAY_MS;
    struct clocks clocks = begin();

    (void)state;
    clocks.believed = cqa_believed_begin(last_ms, clocks.wall_ms, clocks.monotonic_ms);
    assert_int_equal(now(&clocks), clocks.wall_ms); /* three weeks: at once */
    clocks.believed = cqa_believed_begin(start_ms - 90 * DAY_MS, clocks.wall_ms, 5000);
    assert_int_equal(now(&clocks), start_ms - 90 * DAY_MS);
    (void)pass(&clocks, 10 * DAY_MS); /* three months: in ten days */
    assert_int_equal(now(&clocks), clocks.wall_ms);
}

static void test_one_hour_back(void **state)
{
    struct clocks clocks = begin();

    (void)state;
    clocks.wall_ms -= 3600000;
    assert_int_equal(pass(&clocks, 60000), -3600000);
    assert_int_equal(now(&clocks), clocks.wall_ms);
}

/* A clock that is steered, a little each time, is not set. */
static void test_slow_steering_is_no_jump(void **state)
{
    struct clocks clocks = begin();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        clocks.wall_ms += 30;
        assert_int_equal(pass(&clocks, 60000), 0);
    }
    assert_int_equal(now(&clocks), clocks.wall_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_with_the_clock),
        cmocka_unit_test(test_ten_years_ahead_and_back),
        cmocka_unit_test(test_restarts_do_not_help_a_wrong_clock),
        cmocka_unit_test(test_a_machine_that_was_off_is_believed),
        cmocka_unit_test(test_one_hour_back),
        cmocka_unit_test(test_slow_steering_is_no_jump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
