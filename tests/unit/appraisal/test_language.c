/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What schemes of other houses need to say: products, extremes, a choice, whole steps, marginal
 * tiers, weights from data, lines that do not apply, words for numbers. The arithmetic stands in
 * the comments. */
#include "unit/appraisal/appraised.h"

#define HEAD                                                                                       \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: "                    \
    "monthly\nindicators:\n"

static void appraise_of(struct appraised *it, const char *scheme, const char *csv)
{
    char *text = calloc(1, strlen(scheme) + 1);

    assert_non_null(text);
    appraise_text(it, strcpy(text, scheme), csv, strlen(csv));
}

/* The first problem of a scheme; all of them are printed where it is another. */
static void assert_problem(const char *scheme, const char *piece)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *loaded = scheme_of(scheme, strlen(scheme), &problems);
    int found = 0;

    assert_null(loaded);
    for (size_t i = 0; i < problems.count; i++)
        found |= strstr(cqa_english(problems.items[i].message), piece) != NULL;
    if (!found) {
        cqa_problems_print(&problems, "scheme", CQA_ENGLISH, stderr);
        fail_msg("no problem …%s…", piece);
    }
    cqa_problems_finish(&problems);
}

#define TWO                                                                                        \
    "  - {id: a, names: {en: A, zh: 甲}, range: [0, 1000], need: required}\n"                     \
    "  - {id: b, names: {en: B, zh: 乙}, range: [0, 1000], need: optional}\n"
#define ITEMS(item) HEAD TWO "items:\n  - {id: total, names: {en: T, zh: 总}, type: " item "}\n"

static void items_of_several(void **state)
{
    static const struct {
        const char *item;
        const char *row;
        const char *total; /* "–": there is none */
    } table[] = {
        {"product, of: [a, b]", "3,7", "21.00"},
        {"product, of: [a, 0.5, b]", "3,7", "10.50"}, /* 3 × 0.5 × 7 */
        {"min, of: [a, b]", "3,7", "3.00"},
        {"max, of: [a, b]", "3,7", "7.00"},
        {"max, of: [a, 5]", "3,7", "5.00"},
        {"min, of: [a, b, 2]", "3,7", "2.00"},
        {"if, of: a, at_least: 3, then: b, else: 9", "3,7", "7.00"},
        {"if, of: a, above: 3, then: b, else: 9", "3,7", "9.00"},
        {"if, of: a, at_most: b, then: a, else: b", "8,7", "7.00"}, /* the lesser */
        {"ratio, of: a, over: b, over_zero: 100", "3,0", "100.00"}, /* nothing was asked for */
        {"ratio, of: a, over: b, over_zero: 0", "0,0", "0.00"},     /* 0 ÷ 0 has an answer */
        {"ratio, of: a, over: b, times: 100, over_zero: 0", "3,4", "75.00"},
        /* whole steps: 4.5 − 4.32 = 0.18 is one whole 0.1; 0.2 are two; 4.5 and above cost nothing
         */
        {"linear, of: a, target: 4.5, points: 10, per_unit_below: -1, step: 0.1", "4.32,", "9.00"},
        {"linear, of: a, target: 4.5, points: 10, per_unit_below: -1, step: 0.1", "4.3,", "8.00"},
        {"linear, of: a, target: 4.5, points: 10, per_unit_below: -1, step: 0.1", "4.5,", "10.00"},
        {"linear, of: a, target: 4.5, points: 10, per_unit_below: -1, step: 0.1", "4.99,", "10.00"},
        /* 每满 3 次加 2: 10 are three times three */
        {"linear, of: a, target: 0, points: 0, per_unit_above: 2, step: 3", "10,", "6.00"},
        /* 10 of 0.05, then 10 of 0.07, then 0.10: 10×0.05 = 0.5; 15: 0.5 + 0.35; 25: 0.5+0.7+0.5 */
        {"bands, of: a, marginal: true, rows: [{to: 10, rate: 0.05}, {above: 10, to: 20, rate: "
         "0.07}, {above: 20, rate: 0.1}]",
         "10,", "0.50"},
        {"bands, of: a, marginal: true, rows: [{to: 10, rate: 0.05}, {above: 10, to: 20, rate: "
         "0.07}, {above: 20, rate: 0.1}]",
         "15,", "0.85"},
        {"bands, of: a, marginal: true, rows: [{to: 10, rate: 0.05}, {above: 10, to: 20, rate: "
         "0.07}, {above: 20, rate: 0.1}]",
         "25,", "1.70"},
        {"bands, of: a, marginal: true, rows: [{to: 10, rate: 0.05}, {above: 10, to: 20, rate: "
         "0.07}, {above: 20, rate: 0.1}]",
         "0,", "0.00"},
        {"weighted, absent: share, parts: [{of: a, weight: 40}, {of: b, weight: 60}]", "80,90",
         "86.00"}, /* 32 + 54 */
        {"weighted, absent: share, parts: [{of: a, weight: 40}, {of: b, weight: 60}]", "80,",
         "80.00"}, /* a alone has all 100 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char scheme[2000];
        char csv[100];
        struct appraised it = {0};
        snprintf(scheme, sizeof scheme, ITEMS("%s") "total: total\n", table[i].item);
        snprintf(csv, sizeof csv, "agent,a,b\nx,%s\n", table[i].row);
        if (strstr(table[i].item, "share") == NULL) { /* b is required then */
            char *at = strstr(scheme, "need: optional");
            memcpy(at, strstr(table[i].row, ",")[1] == '\0' ? "need: optional" : "need: required",
                   14);
        }
        appraise_of(&it, scheme, csv);
        assert_no_faults(&it);
        assert_total(&it, "x", table[i].total);
        finish(&it);
    }
}

/* A critical error: nobody is 优秀 (90 and above), whatever the other points. */
static void a_gate_holds_a_grade_back(void **state)
{
    static const char scheme[] = HEAD
        "  - {id: qa, names: {en: Q, zh: 质}, range: [0, 100], need: required}\n"
        "  - {id: critical, names: {en: C, zh: 重}, range: [0, 100], whole: true, need: required}\n"
        "items:\n"
        "  - {id: most, names: {en: M, zh: 顶}, type: if, of: critical, at_least: 1, then: 89, "
        "else: 100}\n"
        "  - {id: total, names: {en: T, zh: 总}, type: min, of: [qa, most]}\n"
        "total: total\ngrades:\n"
        "  - {grade: 优秀, names: {en: e, zh: 优秀}, from: 90}\n"
        "  - {grade: 良好, names: {en: g, zh: 良好}, below: 90}\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, scheme, "agent,qa,critical\na,97,0\nb,97,1\nc,60,2\n");
    assert_total(&it, "a", "97.00");
    assert_grade(&it, "a", "优秀");
    assert_total(&it, "b", "89.00");
    assert_grade(&it, "b", "良好");
    assert_total(&it, "c", "60.00");
    finish(&it);
}

/* Goals by agreement: each person's weights come with the figures.
 * a: 110 × 60 % + 90 × 40 % = 102. b: 100 × 30 % + 50 × 70 % = 65. c: weights of 90: asked about.
 */
static void weights_come_with_the_figures(void **state)
{
    static const char scheme[] =
        HEAD "  - {id: goal1, names: {en: G1, zh: 目标1}, range: [0, 150], unit: \"%\", need: "
             "required}\n"
             "  - {id: weight1, names: {en: W1, zh: 权重1}, range: [0, 100], need: required}\n"
             "  - {id: goal2, names: {en: G2, zh: 目标2}, range: [0, 150], unit: \"%\", need: "
             "required}\n"
             "  - {id: weight2, names: {en: W2, zh: 权重2}, range: [0, 100], need: required}\n"
             "  - {id: level, names: {en: L, zh: 职级}, range: [1, 2], values: {P1: 1, P2: 1.2}, "
             "need: required}\n"
             "items:\n"
             "  - {id: goals, names: {en: G, zh: 目标}, type: weighted, parts: [{of: goal1, "
             "weight: weight1}, {of: goal2, weight: weight2}]}\n"
             "  - {id: total, names: {en: T, zh: 总}, type: product, of: [goals, level]}\n"
             "total: total\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, scheme,
                "agent,目标1,权重1,目标2,权重2,职级\na,110,60,90,40,P1\nb,100,30,50,70,ｐ２\n"
                "c,100,50,50,40,P1\nd,100,50,50,50,P3\n");
    assert_total(&it, "a", "102.00");
    assert_total(&it, "b", "78.00"); /* 65 × 1.2 */
    assert_fault(&it, "in.csv", 4, 3, "the weights of \"goals\" sum to 90; allowed: 100");
    assert_fault(&it, "in.csv", 5, 16, "\"P3\" of \"职级\" is unknown; allowed: P1, P2");
    finish(&it);
}

/* 360 degrees: who has no subordinates is rated by the others, in their proportion.
 * a: 90×10 + 80×20 + 85×50 + 70×20 = 81.5. b: (90×10 + 80×20 + 85×50) ÷ 80 = 84.375. */
static void who_has_no_subordinates_is_rated_by_the_others(void **state)
{
    static const char scheme[] = HEAD
        "  - {id: self, names: {en: S, zh: 自评}, range: [0, 100], need: required}\n"
        "  - {id: peer, names: {en: P, zh: 同级}, range: [0, 100], need: required}\n"
        "  - {id: boss, names: {en: B, zh: 上级}, range: [0, 100], need: required}\n"
        "  - {id: sub, names: {en: U, zh: 下级}, range: [0, 100], need: optional}\n"
        "items:\n"
        "  - {id: total, names: {en: T, zh: 总}, type: weighted, absent: share, parts: [{of: self, "
        "weight: 10}, {of: peer, weight: 20}, {of: boss, weight: 50}, {of: sub, weight: 20}]}\n"
        "total: total\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, scheme, "agent,self,peer,boss,sub\na,90,80,85,70\nb,90,80,85,\n");
    assert_total(&it, "a", "81.50");
    assert_total(&it, "b", "84.38");
    assert_item(&it, "b", "boss", "53.13"); /* 85 × 62.5 % */
    assert_item(&it, "b", "self", "11.25"); /* 90 × 12.5 % */
    finish(&it);
}

/* Bank: base × personal × team × days ÷ work days; a critical error is a D.
 * a: A, 3000 × 1.2 × 1.1 = 3960. b: critical: D, 0. c: 88: B, 3000 × 1 × 0.9 × 11 ÷ 22 = 1350. */
static void pay_is_a_product(void **state)
{
    static const char scheme[] = HEAD
        "  - {id: score, names: {en: S, zh: 得分}, range: [0, 100], need: required}\n"
        "  - {id: critical, names: {en: C, zh: 重}, range: [0, 100], whole: true, need: required}\n"
        "  - {id: team, names: {en: K, zh: 班组系数}, range: [0.5, 1.5], need: required}\n"
        "  - {id: base, names: {en: B, zh: 基数}, range: [0, 100000], unit: CNY, need: required}\n"
        "  - {id: work_days, names: {en: W, zh: 应出勤}, range: [1, 31], need: required}\n"
        "  - {id: days, names: {en: D, zh: 实出勤}, range: [0, 31], need: required}\n"
        "items:\n"
        "  - {id: total, names: {en: T, zh: 总}, type: if, of: critical, at_least: 1, then: 0, "
        "else: score}\n"
        "total: total\ngrades:\n"
        "  - {grade: A, names: {en: A, zh: A}, from: 95, coefficient: 1.2}\n"
        "  - {grade: B, names: {en: B, zh: B}, from: 70, below: 95, coefficient: 1}\n"
        "  - {grade: D, names: {en: D, zh: D}, below: 70, coefficient: 0}\n"
        "pay:\n  total: pay\n  items:\n"
        "    - {id: personal, names: {en: P, zh: 个人}, type: value, of: base, times: "
        "coefficient}\n"
        "    - {id: share, names: {en: H, zh: 出勤比}, type: ratio, of: days, over: work_days}\n"
        "    - {id: pay, names: {en: Y, zh: 奖金}, type: product, of: [personal, team, share]}\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, scheme,
                "agent,score,critical,team,base,work_days,days\na,96,0,1.1,3000,22,22\n"
                "b,96,1,1.1,3000,22,22\nc,88,0,0.9,3000,22,11\n");
    assert_number(sheet_of(&it, "a")->pay, "3960.00", "a's pay");
    assert_number(sheet_of(&it, "b")->pay, "0.00", "b's pay");
    assert_number(sheet_of(&it, "c")->pay, "1350.00", "c's pay");
    finish(&it);
}

/* Telesales: 5 % to 10 000, 7 % to 20 000, 10 % above, of sales less refunds; × 1.5 from 120 % of
 * the quota, × 0.8 under 80 %; never less than the guarantee. a: 25 000: 500 + 700 + 500 = 1700;
 * 125 %: × 1.5 = 2550; guarantee 3000. b: 9000 − 1000 = 8000: 400; 45 %: × 0.8 = 320; guarantee
 * 300: 320. c: 60 000 − 5000 = 55 000: 500 + 700 + 3500 = 4700; 300 %: × 1.5 = 7050. */
static void commission_in_marginal_tiers(void **state)
{
    static const char scheme[] = HEAD
        "  - {id: sales, names: {en: S, zh: 成交额}, range: [0, 10000000], need: required}\n"
        "  - {id: quota, names: {en: Q, zh: 任务额}, range: [1, 10000000], need: required}\n"
        "  - {id: refunds, names: {en: R, zh: 退款}, range: [0, 10000000], need: required}\n"
        "  - {id: guarantee, names: {en: G, zh: 保底}, range: [0, 100000], need: required}\n"
        "items:\n"
        "  - {id: net, names: {en: N, zh: 净额}, type: sum, plus: [sales], minus: [refunds], "
        "floor: 0}\n"
        "  - {id: commission, names: {en: C, zh: 提成}, type: bands, of: net, marginal: true, "
        "rows: [{to: 10000, rate: 0.05}, {above: 10000, to: 20000, rate: 0.07}, {above: 20000, "
        "rate: 0.1}]}\n"
        "  - {id: attainment, names: {en: A, zh: 完成率}, type: ratio, of: sales, over: quota, "
        "times: 100}\n"
        "  - {id: factor, names: {en: F, zh: 系数}, type: bands, of: attainment, rows: [{below: "
        "80, points: 0.8}, {from: 80, below: 120, points: 1}, {from: 120, points: 1.5}]}\n"
        "  - {id: earned, names: {en: E, zh: 所得}, type: product, of: [commission, factor]}\n"
        "  - {id: total, names: {en: T, zh: 应发}, type: max, of: [earned, guarantee]}\n"
        "total: total\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, scheme,
                "agent,sales,quota,refunds,guarantee\na,25000,20000,0,3000\nb,9000,20000,1000,300\n"
                "c,60000,20000,5000,3000\n");
    assert_item(&it, "a", "earned", "2550.00");
    assert_total(&it, "a", "3000.00");
    assert_total(&it, "b", "320.00");
    assert_total(&it, "c", "7050.00");
    finish(&it);
}

/* Customers per paying one: who sold nothing has no ticket, which is 0 points and no error. */
static void a_quotient_has_an_answer_at_zero(void **state)
{
    static const char scheme[] =
        HEAD "  - {id: sales, names: {en: S, zh: 销售额}, range: [0, 10000000], need: required}\n"
             "  - {id: paid, names: {en: P, zh: 付款人数}, range: [0, 10000], whole: true, need: "
             "required}\n"
             "items:\n"
             "  - {id: ticket, names: {en: K, zh: 客单价}, type: ratio, of: sales, over: paid, "
             "over_zero: 0}\n"
             "  - {id: total, names: {en: T, zh: 总}, type: bands, of: ticket, rows: [{from: 250, "
             "points: 100}, {below: 250, points: 0}]}\n"
             "total: total\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, scheme, "agent,sales,paid\na,100000,400\nb,89999,390\nc,0,0\n");
    assert_total(&it, "a", "100.00"); /* 250 */
    assert_total(&it, "b", "0.00");   /* 230.77 */
    assert_total(&it, "c", "0.00");
    finish(&it);
}

static void contradictions_are_named(void **state)
{
    (void)state;
    assert_problem(ITEMS("ratio, of: a, over: a") "total: total\n", "\"over\" may be 0");
    assert_problem(ITEMS("product, of: [a]") "total: total\n", "two or more");
    assert_problem(ITEMS("if, of: a, then: 1, else: 0") "total: total\n", "has one of: at_least");
    assert_problem(ITEMS("if, of: a, above: 1, then: 1") "total: total\n", "\"else\" is missing");
    assert_problem(ITEMS("product, of: [a, b]") "total: total\n", "hangs on an optional indicator");
    assert_problem(ITEMS("linear, of: a, target: 1, points: 1, step: 0") "total: total\n",
                   "\"step\" must be above 0");
    assert_problem(ITEMS("bands, of: a, marginal: true, rows: [{to: 5, points: 3}, {above: 5, "
                         "rate: 1}]") "total: total\n",
                   "gives a \"rate\"");
    assert_problem(ITEMS("weighted, absent: share, parts: [{of: b, weight: 100}]") "total: total\n",
                   "hangs on an optional indicator");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_of_several),
        cmocka_unit_test(a_gate_holds_a_grade_back),
        cmocka_unit_test(weights_come_with_the_figures),
        cmocka_unit_test(who_has_no_subordinates_is_rated_by_the_others),
        cmocka_unit_test(pay_is_a_product),
        cmocka_unit_test(commission_in_marginal_tiers),
        cmocka_unit_test(a_quotient_has_an_answer_at_zero),
        cmocka_unit_test(contradictions_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
