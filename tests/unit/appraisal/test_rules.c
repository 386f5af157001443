/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounded points, the parts of a period, no better grade, and who is not distributed. The
 * arithmetic stands in the comments. */
#include "unit/appraisal/appraised.h"

static void appraise_of(struct appraised *it, const char *scheme, const char *csv)
{
    char *text = calloc(1, strlen(scheme) + 1);

    assert_non_null(text);
    appraise_text(it, strcpy(text, scheme), csv, strlen(csv));
}

static void assert_problem(const char *scheme, const char *piece)
{
    struct cqa_problems problems = {0};
    struct cqa_scheme *loaded = scheme_of(scheme, strlen(scheme), &problems);
    int found = 0;

    for (size_t i = 0; i < problems.count; i++)
        found |= strstr(cqa_english(problems.items[i].message), piece) != NULL;
    if (!found) {
        cqa_problems_print(&problems, "scheme", CQA_ENGLISH, stderr);
        fail_msg("no problem …%s…", piece);
    }
    cqa_scheme_destroy(loaded);
    cqa_problems_finish(&problems);
}

#define HEAD(period)                                                                               \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: " period              \
    "\nindicators:\n"
#define A_AND_B                                                                                    \
    "  - {id: a, names: {en: A, zh: 甲}, range: [-1000, 1000], need: required}\n"                 \
    "  - {id: b, names: {en: B, zh: 乙}, range: [-1000, 1000], need: optional, default: 0}\n"

/* ---- rounding: half away from zero, once, after floor and ceiling */

static void points_are_rounded_last(void **state)
{
    static const struct {
        const char *item;
        const char *row;
        const char *total;
    } table[] = {
        {"value, of: a, round: 0", "2.5", "3.00"},                /* half away from zero */
        {"value, of: a, round: 0", "-2.5", "-3.00"},              /* also below it */
        {"value, of: a, round: 0", "2.4999", "2.00"},             /* below the half */
        {"value, of: a, round: 1", "69.95", "70.00"},             /* 69.95 is 70.0 */
        {"value, of: a, round: 1", "69.949", "69.90"},            /* 69.949 is 69.9 */
        {"value, of: a, round: 2", "0.005", "0.01"},              /* half a cent */
        {"value, of: a, percent: 33, round: 1", "10", "3.30"},    /* 3.3 needs none */
        {"value, of: a, ceiling: 9.96, round: 1", "99", "10.00"}, /* 9.96, then 10.0 */
        {"value, of: a, floor: 0.04, round: 1", "-5", "0.00"},    /* 0.04, then 0.0 */
        {"ratio, of: a, over: 3, round: 2", "100", "33.33"},      /* 100 ÷ 3 */
        {"ratio, of: a, over: 3, round: 0", "200", "67.00"},      /* 66.67 */
        {"product, of: [a, 1.15], round: 0", "10", "12.00"},      /* 11.5 */
        {"sum, plus: [a, b], round: 0", "0.25,0.25", "1.00"},     /* 0.5, not 0 + 0 */
        {"mean, of: [a, b], round: 0", "1,2", "2.00"},            /* 1.5 */
        {"linear, of: a, target: 10, points: 5, per_unit_above: 0.3, round: 0", "15",
         "7.00"},                                         /* 6.5 */
        {"max, of: [a, b], round: 0", "0.4,0.5", "1.00"}, /* 0.5 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char scheme[900];
        char csv[100];
        struct appraised it = {0};
        snprintf(scheme, sizeof scheme,
                 HEAD("monthly") A_AND_B
                 "items:\n  - {id: total, names: {en: T, zh: 总}, type: %s}\ntotal: total\n",
                 table[i].item);
        snprintf(csv, sizeof csv, "agent,a%s\nx,%s\n", strchr(table[i].row, ',') ? ",b" : "",
                 table[i].row);
        appraise_of(&it, scheme, csv);
        assert_no_faults(&it);
        assert_number(sheet_of(&it, "x")->total, table[i].total, table[i].item);
        finish(&it);
    }
}

/* What is rounded is what later items, bands and grades see: 69.95 is 70.0, and a pass. The mean of
 * the team is rounded too: (1 + 2 + 2) ÷ 3 = 1.67 is 2. */
static void later_items_see_what_was_rounded(void **state)
{
    struct appraised it = {.seats = "person,extension,team,post,from,to\nx,1,e,d,,\ny,2,e,d,,\n"
                                    "z,3,e,d,,\n"};

    (void)state;
    appraise_of(
        &it,
        HEAD("monthly") A_AND_B
        "items:\n  - {id: r, names: {en: R, zh: 舍}, type: value, of: a, round: 1}\n"
        "  - {id: pass, names: {en: P, zh: 过}, type: threshold, of: r, at_least: 70, pass: 5, "
        "fail: 1}\n"
        "  - {id: mean, names: {en: M, zh: 均}, type: team_mean, of: b, round: 0}\n"
        "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [pass, mean]}\ntotal: total\n",
        "agent,a,b\nx,69.95,1\ny,69.94,2\nz,70,2\n");
    assert_no_faults(&it);
    assert_total(&it, "x", "7.00");
    assert_total(&it, "y", "3.00");
    assert_item(&it, "z", "mean", "2.00");
    finish(&it);
}

/* ---- the parts of a period */

#define MONTHS(scheme_period, own)                                                                 \
    HEAD(scheme_period)                                                                            \
    "  - {id: a, names: {en: A, zh: 甲}, range: [0, 1000], need: required, period: " own "}\n"     \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: parts, of: a, %s}\ntotal: total\n"

static void parts_of_a_period(void **state)
{
    static const char three[] = "agent,a,period\nx,10,2025-10\nx,40,2025-11\nx,25,2025-12\n";
    static const char whole[] = "agent,a,period\nx,30,2025Q4\n";
    static const struct {
        const char *how;
        const char *csv;
        const char *total;
    } table[] = {
        {"by: mean", three, "25.00"}, /* 75 ÷ 3 */
        {"by: sum", three, "75.00"},  /* 10 + 40 + 25 */
        {"by: lowest", three, "10.00"},
        {"by: highest", three, "40.00"},
        {"by: count, below: 25", three, "1.00"},    /* 10 */
        {"by: count, at_most: 25", three, "2.00"},  /* 10, 25 */
        {"by: count, at_least: 25", three, "2.00"}, /* 40, 25 */
        {"by: count, above: 40", three, "0.00"},
        {"by: sum, ceiling: 60", three, "60.00"},
        {"by: mean", whole, "30.00"}, /* one value for all */
        {"by: sum", whole, "30.00"},  /* is the sum */
        {"by: lowest", whole, "30.00"},
        {"by: count, at_least: 30", whole, "3.00"}, /* and that of each month */
        {"by: count, above: 30", whole, "0.00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char scheme[900];
        struct appraised it = {.period = "2025Q4"};
        snprintf(scheme, sizeof scheme, MONTHS("quarterly", "monthly"), table[i].how);
        appraise_of(&it, scheme, table[i].csv);
        assert_no_faults(&it);
        assert_number(sheet_of(&it, "x")->total, table[i].total, table[i].how);
        finish(&it);
    }
}

/* Four quarters of a year: 1 + 2 + 3 + 4 = 10; two of the three of somebody who came in April. */
static void quarters_of_a_year(void **state)
{
    char scheme[900];
    struct appraised it = {.period = "2025",
                           .seats = "person,extension,team,post,from,to\nx,1,e,d,,\n"
                                    "y,2,e,d,2025-04-01,\n"};

    (void)state;
    snprintf(scheme, sizeof scheme, MONTHS("yearly", "quarterly"), "by: sum");
    appraise_of(&it, scheme,
                "agent,a,period\nx,1,2025Q1\nx,2,2025Q2\nx,3,2025Q3\nx,4,2025Q4\n"
                "y,2,2025Q2\ny,3,2025Q3\ny,4,2025Q4\n");
    assert_no_faults(&it);
    assert_total(&it, "x", "10.00");
    assert_total(&it, "y", "9.00");
    finish(&it);
    it = (struct appraised){.period = "2025"};
    appraise_of(&it, scheme, "agent,a,period\nx,1,2025Q1\nx,2,2025Q2\nx,3,2025Q3\n");
    assert_fault(&it, "in.csv", 2, 3, "given for 3 of the 4 parts of 2025; 2025Q4 is missing");
    finish(&it);
}

/* ---- grades */

#define GRADED(more)                                                                               \
    HEAD("monthly")                                                                                \
    A_AND_B                                                                                        \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: value, of: a}\ntotal: "                \
    "total\ngrades:\n"                                                                             \
    "  - {grade: A, names: {en: A, zh: A}, from: 90, coefficient: 3, quota: 20}\n"                 \
    "  - {grade: B, names: {en: B, zh: B}, from: 60, below: 90, coefficient: 2, quota: 60}\n"      \
    "  - {grade: C, names: {en: C, zh: C}, below: 60, coefficient: 1, quota: 20}\n"                \
    "distribution: {group_at_least: 5" more

static const char *distributed(const struct appraised *it, const char *agent)
{
    const struct cqa_grade *grade = sheet_of(it, agent)->grade_distribution;

    return grade ? grade->id : "none";
}

/* Five people: 1, 3 and 1 places. p1 is the first and has 2 errors: no better than B, in both; with
 * 5 C. Nobody moves into the place. */
static void nobody_is_better_than_an_error_allows(void **state)
{
    static const char limits[] =
        GRADED("}\npay_by: distribution\nno_better:\n"
               "  - {grade: B, of: b, at_least: 1, reason: {en: an error, zh: 差错}}\n"
               "  - {grade: C, of: b, at_least: 5, reason: {en: many errors, zh: 多次差错}}\n");
    static const struct {
        const char *errors, *by_score, *by_place, *coefficient;
    } table[] = {
        {"0", "A", "A", "3.00"}, {"1", "B", "B", "2.00"}, {"2", "B", "B", "2.00"},
        {"4", "B", "B", "2.00"}, {"5", "C", "C", "1.00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char csv[200];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, "agent,a,b\np1,95,%s\np2,94,0\np3,80,0\np4,70,0\np5,50,9\n",
                 table[i].errors);
        appraise_of(&it, limits, csv);
        assert_no_faults(&it);
        assert_grade(&it, "p1", table[i].by_score);
        assert_string_equal(distributed(&it, "p1"), table[i].by_place);
        assert_number(sheet_of(&it, "p1")->coefficient, table[i].coefficient, table[i].errors);
        assert_int_equal(sheet_of(&it, "p1")->rank, 1);
        assert_string_equal(distributed(&it, "p2"), "B");
        assert_grade(&it, "p5", "C"); /* no worse than it is */
        assert_int_equal(sheet_of(&it, "p1")->limit != NULL, i > 0);
        assert_null(sheet_of(&it, "p2")->limit);
        finish(&it);
    }
}

/* The sheet says what the score alone gives, and what kept it from that. */
static void the_sheet_says_what_kept_it_back(void **state)
{
    static const char limits[] = GRADED(
        "}\nno_better: [{grade: C, of: b, at_least: 1, reason: {en: an error, zh: 差错}}]\n");
    struct cqa_buffer json = {.limit = 100000};
    struct cqa_buffer text = {.limit = 100000};
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, limits, "agent,a,b\nx,95,1\ny,70,0\n");
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "x"), &json), CQA_OK);
    assert_non_null(strstr(json.text, "\"by\":\"score\",\"grade\":\"C\""));
    assert_non_null(strstr(json.text, "\"scored\":\"A\",\"band\":{\"low_open\":false,\"high_open\":"
                                      "false,\"low\":90.00,\"high\":null}"));
    assert_non_null(strstr(json.text, "\"no_better\":{\"grade\":\"C\",\"of\":\"b\",\"reason\":{"
                                      "\"en\":\"an error\",\"zh\":\"差错\"}}"));
    json.length = 0;
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "y"), &json), CQA_OK);
    assert_non_null(strstr(json.text, "\"scored\":\"B\""));
    assert_null(strstr(json.text, "no_better"));
    assert_int_equal(cqa_sheet_to_text(&it.appraisal, sheet_of(&it, "x"), CQA_CHINESE, &text),
                     CQA_OK);
    assert_non_null(strstr(text.text, "不得评为更高等级：差错"));
    cqa_buffer_finish(&json);
    cqa_buffer_finish(&text);
    finish(&it);
}

/* Who was away for more than 10 days stays outside: the others are 5, or too few. */
static void who_was_away_is_not_distributed(void **state)
{
    static const char except[] = GRADED(", except: {of: b, above: 10}}\npay_by: distribution\n");
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, except, "agent,a,b\nx,99,11\np1,95,10\np2,94,0\np3,80,0\np4,70,0\np5,65,0\n");
    assert_no_faults(&it);
    assert_grade(&it, "x", "A");
    assert_string_equal(distributed(&it, "x"), "none");
    assert_int_equal(sheet_of(&it, "x")->rank, 0);
    assert_number(sheet_of(&it, "x")->coefficient, "3.00", "x"); /* by its score */
    assert_string_equal(distributed(&it, "p1"), "A");            /* 10 is not more than 10 */
    assert_int_equal(sheet_of(&it, "p1")->rank, 1);
    assert_int_equal(sheet_of(&it, "p1")->ranked, 5);
    assert_string_equal(distributed(&it, "p2"), "B");
    assert_string_equal(distributed(&it, "p5"), "C");
    finish(&it);
    it = (struct appraised){0};
    appraise_of(&it, except, "agent,a,b\nx,99,11\np1,95,0\np2,94,0\np3,80,0\np4,70,0\n");
    assert_string_equal(distributed(&it, "p1"), "none");
    assert_true(has_note(&it, "no forced distribution: 4 agents"));
    finish(&it);
}

/* A bonus by rank is for those who have one: the first two of those who are ranked. */
static void who_has_no_rank_has_the_others_bonus(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_of(&it,
                GRADED(", except: {of: b, above: 10}}\nbonus_by: rank\nrank_bonus: {amounts: [800, "
                       "500], others: 30}\n"),
                "agent,a,b\nx,99,11\np1,95,0\np2,94,0\np3,80,0\n");
    assert_no_faults(&it);
    assert_number(sheet_of(&it, "x")->bonus, "30.00", "x");
    assert_number(sheet_of(&it, "p1")->bonus, "800.00", "p1");
    assert_number(sheet_of(&it, "p2")->bonus, "500.00", "p2");
    assert_number(sheet_of(&it, "p3")->bonus, "30.00", "p3");
    finish(&it);
}

static void what_cannot_be_is_named(void **state)
{
    char scheme[900];

    (void)state;
    snprintf(scheme, sizeof scheme, MONTHS("monthly", "monthly"), "by: sum");
    assert_problem(scheme, "a \"period\" that is shorter than the scheme's");
    snprintf(scheme, sizeof scheme, MONTHS("quarterly", "monthly"), "by: count");
    assert_problem(scheme, "\"by: count\" has one of");
    snprintf(scheme, sizeof scheme, MONTHS("quarterly", "monthly"), "by: sum, below: 3");
    assert_problem(scheme, "the others have none");
    snprintf(scheme, sizeof scheme, MONTHS("quarterly", "monthly"), "by: most");
    assert_problem(scheme, "is not one of: mean, sum, lowest, highest, count");
    snprintf(scheme, sizeof scheme, MONTHS("quarterly", "yearly"), "by: sum");
    assert_problem(scheme, "the indicator's period is longer than the scheme's");
    assert_problem(
        GRADED("}\nno_better: [{grade: D, of: b, at_least: 1, reason: {en: x, zh: x}}]\n"),
        "\"D\" is no grade");
    assert_problem(GRADED("}\nno_better: [{grade: C, of: b, reason: {en: x, zh: x}}]\n"),
                   "must have one of at_least, at_most, above, below, with a number");
    assert_problem(GRADED(", except: {of: c, above: 1}}\n"), "\"c\" is neither an indicator");
    assert_problem(GRADED(", except: {of: b, above: a}}\n"), "with a number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_rounded_last),
        cmocka_unit_test(later_items_see_what_was_rounded),
        cmocka_unit_test(parts_of_a_period),
        cmocka_unit_test(quarters_of_a_year),
        cmocka_unit_test(nobody_is_better_than_an_error_allows),
        cmocka_unit_test(the_sheet_says_what_kept_it_back),
        cmocka_unit_test(who_was_away_is_not_distributed),
        cmocka_unit_test(who_has_no_rank_has_the_others_bonus),
        cmocka_unit_test(what_cannot_be_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
