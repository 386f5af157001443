/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headings, units and periods as people type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "appraisal/heading.h"
#include "appraisal/period.h"
#include "appraisal/units.h"
#include "appraisal/values.h"
#include "support/scheme.h"

static const char text[] =
    "scheme: s\nversion: \"1\"\nnames: {en: a, zh: b}\nsource: here\nperiod: monthly\nindicators:\n"
    "  - {id: score, names: {en: Attendance score, zh: 考勤得分}, range: [0, 100], need: "
    "required}\n"
    "  - {id: late, names: {en: Late, zh: 迟到}, unit: times, range: [0, 100], need: required}\n"
    "  - {id: reward, names: {en: Reward, zh: 奖惩}, unit: CNY, range: [-9000, 900000], need: "
    "required}\n"
    "  - {id: done, names: {en: Done, zh: 完成率}, unit: \"%\", range: [0, 100], need: required}\n"
    "  - {id: wait, names: {en: Wait, zh: 等待}, unit: s, range: [0, 9000], need: required}\n"
    "items:\n"
    "  - {id: t, names: {en: T, zh: T}, type: sum, plus: [score, late, reward, done, wait]}\n"
    "total: t\n";

static struct cqa_scheme *open_scheme(void)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *scheme = scheme_of(text, sizeof text - 1, &problems);

    assert_non_null(scheme);
    cqa_problems_finish(&problems);
    return scheme;
}

static void headings_have_units(void **state)
{
    static const struct {
        const char *text, *taken;
        int times;
    } table[] = {
        {"考勤得分", "score", 1},
        {"考勤 得分", "score", 1},
        {"考勤\n得分（分）", "score", 1},
        {"迟到(次)", "late", 1},
        {"迟到（万次）", NULL, 1},
        {"迟到(天)", NULL, 1},
        {"迟到(人)", NULL, 1},
        {"迟到(小时)", NULL, 1},
        {"迟到(起)", "late", 1},
        {"完成率(小数)", "done", 100},
        {"完成率(百分值)", "done", 1},
        {"奖惩(元)", "reward", 1},
        {"奖惩（万元）", "reward", 10000},
        {"奖惩【千元】", "reward", 1000},
        {"奖惩(%)", NULL, 1},
        {"完成率%", "done", 1},
        {"完成率（％）", "done", 1},
        {"完成率(元)", NULL, 1},
        {"等待(分钟)", "wait", 60},
        {"等待(秒)", "wait", 1},
        {"工号", "agent", 1},
        {"工号（必填）", "agent", 1},
        {"姓名", "name", 1},
        {"序号", "", 1},
        {"备注", "", 1},
        {"ATTENDANCE SCORE", "score", 1},
        {"满意度", NULL, 1},
        {"", NULL, 1},
        {"(元)", NULL, 1},
        {"得分", "value", 1},
    };
    struct cqa_scheme *scheme = open_scheme();

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct cqa_heading heading = cqa_heading_read(scheme, table[i].text);
        const char *taken = cqa_heading_word(scheme, &heading);
        if ((taken == NULL) != (table[i].taken == NULL) ||
            (taken != NULL && strcmp(taken, table[i].taken) != 0))
            fail_msg("%s is %s", table[i].text, taken ? taken : "unknown");
        assert_int_equal(cqa_rational_compare(heading.factor, cqa_rational_whole(table[i].times)),
                         0);
    }
    cqa_scheme_destroy(scheme);
}

static void values_have_units(void **state)
{
    static const struct {
        const char *indicator, *text;
        int times;         /* of the heading */
        const char *value; /* NULL: it is none */
    } table[] = {
        {"reward", "350.5", 1, "350.5"},
        {"reward", "0.035", 10000, "350"},
        {"reward", "1.2万", 1, "12000"},
        {"reward", "350元", 10000, "350"},
        {"reward", "-¥100", 1, "-100"},
        {"reward", "￥1,200.00", 1, "1200"},
        {"reward", "85%", 1, NULL},
        {"reward", "3次", 1, NULL},
        {"late", "3次", 1, "3"},
        {"late", "3 人", 1, NULL},
        {"late", "3天", 1, NULL},
        {"late", "3单", 1, NULL},
        {"late", "3 times", 1, "3"},
        {"score", "3分", 1, "3"},
        {"score", "3天", 1, NULL},
        {"done", "0.85", 100, "85"},
        {"done", "85%", 100, "85"},
        {"reward", "(50)", 1, "-50"},
        {"reward", "（¥1,050.5）", 1, "-1050.5"},
        {"reward", "(-50)", 1, NULL},
        {"reward", "()", 1, NULL},
        {"reward", "RMB 5", 1, "5"},
        {"reward", "-RMB5", 1, "-5"},
        {"reward", "(0.5)", 10000, "-5000"},
        {"done", "85%", 1, "85"},
        {"done", "85元", 1, NULL},
        {"wait", "1.5", 60, "90"},
        {"wait", "00:01:30", 60, "90"},
        {"wait", "1分30秒", 60, "90"},
        {"score", "九十", 1, NULL},
    };
    struct cqa_scheme *scheme = open_scheme();

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const int index = cqa_scheme_indicator(scheme, table[i].indicator);
        struct cqa_rational value;
        char got[CQA_RATIONAL_TEXT];
        const int good = cqa_value_read(&scheme->indicators[index], table[i].text,
                                        cqa_rational_whole(table[i].times), &value);
        if (good != (table[i].value != NULL) ||
            (good && strcmp(cqa_rational_exact(value, got), table[i].value) != 0))
            fail_msg("%s of %s is %s", table[i].text, table[i].indicator, good ? got : "nothing");
    }
    cqa_scheme_destroy(scheme);
}

/* Each word of a kind is another thing: what fits is taken by no other. */
static void counting_words_stand_for_their_own_alone(void **state)
{
    static const struct {
        const char *unit; /* of the scheme; NULL: a bare number */
        const char *fit, *other;
    } table[] = {
        {"times", "次 起 例 times 万", "天 人 单 通 小时 分 元 %"},
        {"days", "天 日 days", "次 人 单 通 小时 分"},
        {"people", "人 名", "次 天 单 通 个 小时"},
        {"calls", "通 个", "次 天 人 单 小时"},
        {"orders", "单 笔 件 个", "次 天 人 通 小时"},
        {"characters/min", "字/分 字/分钟 个/分", "次 天 人 个 分"},
        {"s", "秒 分钟 小时", "次 天 万"},
        {"单", "单 orders", "次 天"},
        {"stars", "stars", "次 天 人 单 分"},
        {NULL, "分 points", "次 天 人 单 通"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int fits = 0; fits < 2; fits++) {
            const struct cqa_indicator indicator = {.unit = table[i].unit};
            char words[100];
            char *rest = words;
            struct cqa_rational factor;
            strcpy(words, fits ? table[i].fit : table[i].other);
            for (const char *word; (word = strtok_r(rest, " ", &rest)) != NULL;)
                if (cqa_unit_factor(&indicator, word, &factor) != fits)
                    fail_msg("%s of %s is %s", word, table[i].unit ? table[i].unit : "points",
                             fits ? "refused" : "taken");
        }
}

static void money_of_a_scheme_is_known_by_any_name(void **state)
{
    static const char *const table[][2] = {{"元", "CNY"},      {"RMB", "CNY"}, {"CNY", "CNY"},
                                           {"百分比", "%"},    {"次", "次"},   {"s", "s"},
                                           {"stars", "stars"}, {"万元", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *got = cqa_unit_of_scheme(table[i][0]);
        assert_int_equal(got == NULL, table[i][1] == NULL);
        if (got != NULL)
            assert_string_equal(got, table[i][1]);
    }
}

static void periods_have_one_spelling(void **state)
{
    static const char *const table[][2] = {
        {"2025-11", "2025-11"},
        {"2025年11月", "2025-11"},
        {"2025年1月份", "2025-01"},
        {"2025/1", "2025-01"},
        {"202511", "2025-11"},
        {"2025-11-01", "2025-11"},
        {"2025.11.30", "2025-11"},
        {"２０２５年１１月", "2025-11"},
        {"2025Q4", "2025Q4"},
        {"2025-Q4", "2025Q4"},
        {"2025年第4季度", "2025Q4"},
        {"2025年四季度", "2025Q4"},
        {"2025年11月1日", "2025-11"},
        {"11月", NULL},
        {"2025年", "2025"},
        {"2025年度", "2025"},
        {"2025年全年", "2025"},
        {"2025", "2025"},
        {"2025年上半年", "2025H1"},
        {"2025H2", "2025H2"},
        {"2025-h2", "2025H2"},
        {"2025H3", NULL},
        {"上半年", NULL},
        {"2025-13", NULL},
        {"2025-00", NULL},
        {"2025Q5", NULL},
        {"11/12/2025", NULL},
        {"2025-11-32", NULL},
        {"20251101", NULL},
        {"", NULL},
        {"2025年第4", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char period[CQA_PERIOD_SIZE] = "";
        const int good = cqa_period_read(table[i][0], period);
        if (good != (table[i][1] != NULL) || (good && strcmp(period, table[i][1]) != 0))
            fail_msg("%s is %s", table[i][0], good ? period : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_have_units),
        cmocka_unit_test(values_have_units),
        cmocka_unit_test(counting_words_stand_for_their_own_alone),
        cmocka_unit_test(money_of_a_scheme_is_known_by_any_name),
        cmocka_unit_test(periods_have_one_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
