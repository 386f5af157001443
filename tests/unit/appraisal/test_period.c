/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Months and quarters as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "appraisal/period.h"

static void assert_before(const char *period, const char *before)
{
    char text[CQA_PERIOD_SIZE];

    cqa_period_before(period, text);
    assert_string_equal(text, before);
    assert_true(cqa_period_valid(text));
}

static void the_period_before_crosses_the_year(void **state)
{
    (void)state;
    assert_before("2025-11", "2025-10");
    assert_before("2025-10", "2025-09");
    assert_before("2025-01", "2024-12");
    assert_before("2025Q4", "2025Q3");
    assert_before("2025Q1", "2024Q4");
    assert_before("0000-01", "9999-12");
}

static void days_of_a_period(void **state)
{
    (void)state;
    int64_t from;
    int64_t to;

    cqa_period_days("2025-02", &from, &to);
    assert_int_equal(from, 20250201);
    assert_int_equal(to, 20250231);
    cqa_period_days("2025Q4", &from, &to);
    assert_int_equal(from, 20251001);
    assert_int_equal(to, 20251231);
}

static void periods_hold_their_months(void **state)
{
    (void)state;
    assert_true(cqa_period_holds("2025Q4", "2025-10"));
    assert_true(cqa_period_holds("2025Q4", "2025-12-31T23:59:59"));
    assert_false(cqa_period_holds("2025Q4", "2025-09-30T23:59:59"));
    assert_false(cqa_period_holds("2025-11", "2024-11-01T00:00:00"));
    assert_false(cqa_period_valid("2025-13"));
    assert_false(cqa_period_valid("2025Q5"));
    assert_false(cqa_period_valid(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_period_before_crosses_the_year),
        cmocka_unit_test(days_of_a_period),
        cmocka_unit_test(periods_hold_their_months),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
