/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Months, quarters, half-years and years as texts. */
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
    assert_before("2025H2", "2025H1");
    assert_before("2025H1", "2024H2");
    assert_before("2025", "2024");
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
    cqa_period_days("2025H1", &from, &to);
    assert_int_equal(from, 20250101);
    assert_int_equal(to, 20250631);
    cqa_period_days("2025H2", &from, &to);
    assert_int_equal(from, 20250701);
    cqa_period_days("2025", &from, &to);
    assert_int_equal(from, 20250101);
    assert_int_equal(to, 20251231);
}

/* Of "2025-11" the quarter, half-year and year; a year stays one when its month is asked for. */
static void periods_lie_in_each_other(void **state)
{
    static const char *const wholes[] = {"2025-11", "2025Q4", "2025H2", "2025"};
    static const int counts[] = {12, 4, 2, 1};
    char text[CQA_PERIOD_SIZE];

    (void)state;
    for (int kind = 0; kind < CQA_PERIOD_COUNT; kind++) {
        cqa_period_of((enum cqa_period)kind, "2025-11", text);
        assert_string_equal(text, wholes[kind]);
        cqa_period_of((enum cqa_period)kind, "2025", text);
        assert_string_equal(text, "2025");
        assert_int_equal(cqa_period_kind(wholes[kind]), kind);
        assert_int_equal(cqa_period_part_count("2025", (enum cqa_period)kind), counts[kind]);
        assert_true(cqa_period_holds(wholes[kind], "2025-11-30"));
        assert_true(cqa_period_holds("2025", wholes[kind]));
        assert_int_equal(cqa_period_holds("2025-11", wholes[kind]), kind == 0);
    }
    assert_int_equal(cqa_period_part_count("2025-11", CQA_PERIOD_QUARTERLY), 0);
    cqa_period_part("2025H2", CQA_PERIOD_QUARTERLY, 0, text);
    assert_string_equal(text, "2025Q3");
    cqa_period_part("2025H2", CQA_PERIOD_MONTHLY, 5, text);
    assert_string_equal(text, "2025-12");
    assert_false(cqa_period_holds("2025H1", "2025Q3"));
    assert_false(cqa_period_holds("2025H2", "2025-06"));
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
    assert_false(cqa_period_valid("202"));
    assert_false(cqa_period_valid("2025H3"));
    assert_false(cqa_period_valid("2025H"));
    assert_false(cqa_period_valid("2025-1"));
}

static void a_text_names_periods(void **state)
{
    static const struct {
        const char *text, *first, *second; /* NULL: no more */
    } table[] = {
        {"2025年10月客服绩效考核表", "2025-10", NULL},
        {"客服部10月份绩效", "2025-10", NULL},
        {"11月绩效(12月发放)", "2025-11", "2025-12"},
        {"1-11月", "2025-11", NULL},
        {"202510绩效", "2025-10", NULL},
        {"2025.9 / 2025Q3", "2025-09", "2025Q3"},
        {"2024年度", "2024", NULL},
        /* days, and numbers that are none of time */
        {"制表日期:2025年12月3日", NULL, NULL},
        {"2025.10.26-2025.11.25", NULL, NULL},
        {"20251203 10:11", NULL, NULL},
        {"满3个月, 8001, 8001-12, 13月, 12025年", NULL, NULL},
        {"", NULL, NULL},
    };
    char text[CQA_PERIOD_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *rest = cqa_period_next(table[i].text, "2025-11", text);
        assert_int_equal(rest != NULL, table[i].first != NULL);
        if (rest == NULL)
            continue;
        assert_string_equal(text, table[i].first);
        rest = cqa_period_next(rest, "2025-11", text);
        assert_int_equal(rest != NULL, table[i].second != NULL);
        if (rest != NULL)
            assert_string_equal(text, table[i].second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_period_before_crosses_the_year),
        cmocka_unit_test(days_of_a_period),
        cmocka_unit_test(periods_hold_their_months),
        cmocka_unit_test(periods_lie_in_each_other),
        cmocka_unit_test(a_text_names_periods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
