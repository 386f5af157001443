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

/* ---- measured by the month */

#define MEASURED(period)                                                                            \
    HEAD("quarterly")                                                                               \
    "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 9999], need: optional, default: 0}\n" \
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: measured, " period              \
    "measured: {take: score, by: mean}}\nitems:\n"
#define BY_MONTH                                                                                   \
    MEASURED("period: monthly, ")                                                                  \
    "  - {id: low, names: {en: Low, zh: 最低}, type: parts, of: qa, by: lowest}\n"               \
    "  - {id: bad, names: {en: Bad, zh: 不及格}, type: parts, of: qa, by: count, below: 60}\n"  \
    "  - {id: mean, names: {en: Mean, zh: 均}, type: parts, of: qa, by: mean}\n"                  \
    "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [mean]}\ntotal: total\n"
#define AT_ONCE                                                                                    \
    MEASURED("")                                                                                   \
    "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [qa]}\ntotal: total\n"

static void add_call(char *all, const char *id, const char *month, const char *total)
{
    (void)sprintf(all + strlen(all),
                  "{\"schema\":\"callqa.result/1\",\"recording\":{\"duration_ms\":90000},\"call\":"
                  "{\"id\":\"%s\",\"agent\":\"8001\",\"direction\":\"in\",\"started_at\":"
                  "\"%s-20T10:15:02+08:00\",\"source\":\"freepbx\"},\"measurable\":{\"speech\":"
                  "\"ok\"},\"measures\":{},\"score\":{\"rubric\":\"standard\",\"total\":%s,"
                  "\"deductions\":[]}}\n",
                  id, month, total);
}

/* October 40; November 98, 100, 100, 100: 99.5; nothing in December. */
static const char *calls_of_two_months(char *all)
{
    static const char *const november[] = {"98", "100", "100", "100"};
    char id[8] = "n0";

    add_call(all, "o1", "2025-10", "40");
    for (int i = 0; i < 4; i++) {
        id[1] = (char)('0' + i);
        add_call(all, id, "2025-11", november[i]);
    }
    return all;
}

/* The mean of all five calls would be 87.6, and no month below 60. */
static void each_month_is_measured_by_its_own_calls(void **state)
{
    char calls[8000] = "";
    struct appraised it = {.period = "2025Q4", .results = calls_of_two_months(calls)};

    (void)state;
    appraise_of(&it, BY_MONTH, "agent,sold\n8001,1\n");
    assert_null(find_sheet(&it, "8001"));
    assert_fault(&it, "in.csv", 2, 6,
                 "\"qa\" is measured by its parts, and no call of 2025-12 gives it");
    finish(&it);
    /* who left with November has two months: (40 + 99.5) ÷ 2 = 69.75 */
    it = (struct appraised){.period = "2025Q4",
                            .results = calls,
                            .seats = "person,extension,team,post,from,to\n"
                                     "a,8001,e,desk,,2025-11-30\n"};
    appraise_of(&it, BY_MONTH, "agent,sold\na,1\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "low", "40.00");
    assert_item(&it, "a", "bad", "1.00");
    assert_total(&it, "a", "69.75");
    finish(&it);
    /* December with 61.5: (40 + 99.5 + 61.5) ÷ 3 = 67, nobody said which quarter */
    add_call(calls, "d1", "2025-12", "61.5");
    it = (struct appraised){.results = calls};
    appraise_of(&it, BY_MONTH, "agent,sold\n8001,1\n");
    assert_no_faults(&it);
    assert_total(&it, "8001", "67.00");
    finish(&it);
}

/* Measured over the whole quarter, 438 ÷ 5 = 87.6, the sheet says that a month is not in it. */
static void a_month_without_calls_is_said_on_the_sheet(void **state)
{
    char calls[8000] = "";
    struct appraised it = {.period = "2025Q4", .results = calls_of_two_months(calls)};
    struct cqa_buffer out = {.limit = 100000};

    (void)state;
    appraise_of(&it, AT_ONCE, "agent,sold\n8001,1\n");
    assert_total(&it, "8001", "87.60");
    assert_int_equal(cqa_sheet_to_text(&it.appraisal, sheet_of(&it, "8001"), CQA_ENGLISH, &out),
                     CQA_OK);
    assert_non_null(strstr(out.text, "; no call in 2025-12\n"));
    out.length = 0;
    assert_int_equal(cqa_sheet_to_text(&it.appraisal, sheet_of(&it, "8001"), CQA_CHINESE, &out),
                     CQA_OK);
    assert_non_null(strstr(out.text, "；2025-12 没有通话"));
    out.length = 0;
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "8001"), &out), CQA_OK);
    assert_non_null(strstr(out.text, "\"months_without_calls\":\"2025-12\""));
    cqa_buffer_finish(&out);
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blank_month_is_asked_about),
        cmocka_unit_test(a_table_without_months_is_of_the_period),
        cmocka_unit_test(others_that_name_a_month_ask_for_it),
        cmocka_unit_test(each_month_is_measured_by_its_own_calls),
        cmocka_unit_test(a_month_without_calls_is_said_on_the_sheet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
