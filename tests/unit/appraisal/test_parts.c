/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Months of a quarter: what does not say its month is asked about, never taken for all of them. The
 * arithmetic stands in the comments. */
#include "unit/appraisal/appraised.h"

#define HEAD(period)                                                                               \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: " period              \
    "\nindicators:\n"
#define QUARTERLY                                                                                   \
    HEAD("quarterly")                                                                               \
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required, period: monthly}\n" \
    "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 9999], need: optional, default: 0}\n" \
    "items:\n"                                                                                      \
    "  - {id: low, names: {en: Low, zh: 最低}, type: parts, of: qa, by: lowest}\n"                \
    "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [low, sold]}\ntotal: total\n"

static void appraise_of(struct appraised *it, const char *scheme, const char *csv)
{
    char *text = calloc(1, strlen(scheme) + 1);

    assert_non_null(text);
    appraise_text(it, strcpy(text, scheme), csv, strlen(csv));
}

/* The only row of a, and one of b's three: 90 would be the quarter's. */
static void a_blank_month_is_asked_about(void **state)
{
    struct appraised it = {.period = "2025Q4"};

    (void)state;
    appraise_of(&it, QUARTERLY,
                "agent,period,qa,sold\na,,90,\nb,2025-10,80,\nb,,70,\nb,2025-12,60,\n"
                "c,2025-10,80,\nc,2025-11,70,\nc,2025-12,60,\nc,,,5\nd,2025Q4,90,\n");
    assert_fault(&it, "in.csv", 2, 3,
                 "\"qa\" does not say of which part of the period it is; allowed: such as 2025-11, "
                 "or 2025Q4 for all of it");
    assert_fault(&it, "in.csv", 4, 3, "\"qa\" does not say of which part");
    assert_null(find_sheet(&it, "a"));
    assert_null(find_sheet(&it, "b"));
    assert_total(&it, "c", "65.00"); /* 60 + 5: what has no months needs none */
    assert_total(&it, "d", "90.00"); /* all of it was said */
    finish(&it);
    appraise_of(&it, QUARTERLY,
                "agent,indicator,value,period\na,qa,90,\nb,qa,80,2025-10\nb,qa,70,2025-11\n"
                "b,qa,60,2025-12\n");
    assert_fault(&it, "in.csv", 2, 9, "\"qa\" does not say of which part");
    assert_null(find_sheet(&it, "a"));
    assert_total(&it, "b", "60.00");
    finish(&it);
}

/* A table that has no periods at all is of what is appraised. */
static void a_table_without_months_is_of_the_period(void **state)
{
    struct appraised it = {.period = "2025Q4"};

    (void)state;
    appraise_of(&it, QUARTERLY, "agent,qa\na,90\n");
    assert_no_faults(&it);
    assert_total(&it, "a", "90.00");
    finish(&it);
}

#define MONTHLY                                                                                    \
    HEAD("monthly")                                                                                \
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required}\n"                 \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [qa]}\ntotal: total\n"

static void others_that_name_a_month_ask_for_it(void **state)
{
    struct appraised it = {.period = "2025-11"};

    (void)state;
    appraise_of(&it, MONTHLY, "agent,period,qa\na,2025-11,90\nb,,80\n合计,,170\n");
    assert_total(&it, "a", "90.00");
    assert_null(find_sheet(&it, "b"));
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "in.csv", 3, 4,
                 "\"qa\" does not say of which period it is, as other rows do; allowed: such as "
                 "2025-11");
    finish(&it);
    appraise_of(&it, MONTHLY, "agent,period,qa\na,,90\nb,,80\n");
    assert_no_faults(&it);
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blank_month_is_asked_about),
        cmocka_unit_test(a_table_without_months_is_of_the_period),
        cmocka_unit_test(others_that_name_a_month_ask_for_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
