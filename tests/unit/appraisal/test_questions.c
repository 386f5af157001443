/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked about, at which cell, and of whom: it moves nobody else. */
#include "unit/appraisal/appraised.h"

#define SCHEME(more)                                                                                 \
    "scheme: s\nversion: \"1\"\nnames: {en: S, zh: 简}\nsource: own\nperiod: monthly\n"             \
    "indicators:\n"                                                                                  \
    "  - {id: qa, names: {en: QA, zh: 质检得分}, range: [0, 100], need: required" more "}\n"         \
    "  - {id: late, names: {en: Late, zh: 迟到}, unit: times, range: [0, 31], whole: true, need: " \
    "optional, default: 0}\n"                                                                        \
    "items:\n  - {id: total, names: {en: T, zh: 总分}, type: sum, plus: [qa], minus: [late]}\n"    \
    "total: total\n"

static void appraise_of(struct appraised *it, const char *scheme, const char *csv)
{
    char *text = calloc(1, strlen(scheme) + 1);

    strcpy(text, scheme);
    appraise_text(it, text, csv, strlen(csv));
}

static size_t count_said(const struct appraised *it, const char *piece)
{
    size_t count = 0;

    for (size_t i = 0; i < it->faults.count; i++)
        count += strstr(cqa_english(it->faults.items[i].message), piece) != NULL;
    return count;
}

/* One of four is typed into another month, wherever it stands: the others have their sheets. */
static void a_mistyped_month_is_of_one(void **state)
{
    static const char *const rows[] = {
        "工号,月份,质检得分,迟到\n1,2025-01,90,1\n2,2025-11,80,0\n3,2025-11,70,0\n4,2025-11,60,0\n",
        "工号,月份,质检得分,迟到\n2,2025-11,80,0\n3,2025-11,70,0\n4,2025-11,60,0\n1,2025-01,90,"
        "1\n"};
    static const char *const periods[] = {NULL, "2025-11"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const size_t line = i % 2 == 0 ? 2 : 5;
        struct appraised it = {.period = periods[i / 2]};
        appraise_of(&it, SCHEME(""), rows[i % 2]);
        assert_int_equal(it.faults.count, 1);
        assert_fault(&it, "in.csv", line, 3,
                     i < 2 ? "agent \"1\": the row is of 2025-01, and most of the import of 2025-11"
                           : "agent \"1\": the row is of 2025-01, and 2025-11 is appraised");
        assert_null(find_sheet(&it, "1"));
        assert_total(&it, "2", "80.00");
        assert_total(&it, "4", "60.00");
        assert_string_equal(it.appraisal.period, "2025-11");
        finish(&it);
    }
}

/* Half and half: two months are in the file, and nobody said which. */
static void two_months_are_asked_about(void **state)
{
    static const char rows[] = "工号,月份,质检得分\n1,2025-10,90\n2,2025-10,80\n1,2025-11,70\n"
                               "2,2025-11,60\n";
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, SCHEME(""), rows);
    assert_int_equal(it.appraisal.sheet_count, 0);
    assert_fault(&it, "in.csv", 2, 3, "the rows are of several periods, and nobody said which");
    assert_fault(&it, "in.csv", 5, 3, "the rows are of several periods");
    finish(&it);
}

/* The heading is wrong, not each value: it is told once, of all whose values stand under it. */
static void a_heading_is_told_once(void **state)
{
    struct appraised it = {0};
    struct cqa_buffer out = {.limit = 10000};

    (void)state;
    appraise_of(&it, SCHEME(""), "工号,考勤,质检得分\n1,5,90\n2,6,80\n3,,70\n");
    assert_null(find_sheet(&it, "1"));
    assert_null(find_sheet(&it, "2"));
    assert_total(&it, "3", "70.00");
    cqa_faults_put(&it.faults, "in.csv", CQA_CHINESE, &out);
    assert_string_equal(out.text,
                        "in.csv第 1 行第 4 列：列“考勤”不是方案的指标；允许：质检得分、迟到\n");
    cqa_buffer_finish(&out);
    finish(&it);
    /* who has nothing else is missing in the own row */
    appraise_of(&it, SCHEME(""), "工号,考勤\n1,5\n");
    assert_fault(&it, "in.csv", 2, 1, "\"qa\" (QA, 质检得分) is missing");
    finish(&it);
}

/* Of two names the rarer one is where to look, in the cell of the name. */
static void a_mistyped_name_is_told_at_its_cell(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, SCHEME(", rows: mean"),
                "工号,评分人,指标,数值,姓名\n8001,x,质检得分,90,张玮\n8001,y,质检得分,80,张伟\n"
                "8001,z,质检得分,70,张伟\n");
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "in.csv", 2, 16, "two names: \"张玮\" and (line 3) \"张伟\"");
    finish(&it);
}

/* In the words of the sheet, and in Chinese by the indicator's name. */
static void a_range_is_told_by_its_label(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, SCHEME(""), "工号,质检得分\n1,101\n");
    assert_fault(&it, "in.csv", 2, 3, "\"质检得分\" is 101; allowed: 0 to 100");
    finish(&it);
    appraise_of(&it, SCHEME(""), "agent,qa\n1,101\n");
    assert_fault(&it, "in.csv", 2, 3, "\"qa\" is 101; allowed: 0 to 100");
    assert_non_null(strstr(cqa_said(it.faults.items[0].message, CQA_CHINESE), "“质检得分”为 101"));
    finish(&it);
}

/* 0.96 beside 90, or a column of nothing else, may be 96 points; beside 3 points it is what it is.
 */
static void fractions_of_a_hundred_points_are_asked_about(void **state)
{
    static const struct {
        const char *rows;
        size_t asked;
    } table[] = {
        {"a,0.96\nb,92\nc,88\n", 1}, {"a,0.96\nb,1\nc,0.88\nd,0\n", 3},
        {"a,96\nb,92\nc,1\n", 0},    {"a,0.5\nb,3\nc,2\n", 0},
        {"a,0.96分\nb,92\n", 0},     {"a,0.96 points\nb,92\n", 0},
        {"a,1\nb,0\nc,1\n", 0},      {"a,99.96\nb,10.5\n", 0},
    };
    static const char sheet[] = "agent,qa\n";

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char csv[200];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, "%s%s", sheet, table[i].rows);
        appraise_of(&it, SCHEME(""), csv);
        assert_int_equal(count_said(&it, "of 100 points; allowed:"), table[i].asked);
        assert_int_equal(it.faults.count, table[i].asked);
        finish(&it);
        appraise_of(&it, SCHEME(", small: true"), csv);
        assert_no_faults(&it);
        finish(&it);
    }
    struct appraised it = {0};
    appraise_of(&it, SCHEME(""), "agent,qa\na,0.96\nb,92\n");
    assert_fault(&it, "in.csv", 2, 3,
                 "\"0.96\" of \"qa\" may be 96 of 100 points; allowed: \"96\", or \"0.96 points\"");
    assert_total(&it, "b", "92.00");
    finish(&it);
}

/* Two in two teams at once are two who have one name, not one person with the calls of both. */
static void two_of_one_name_are_asked_about(void **state)
{
    struct appraised it = {.period = "2025-11",
                           .seats = "姓名,分机,班组,岗位,from,to\n张伟,8001,一组,坐席,,\n"
                                    "张伟,8002,二组,坐席,,\n李娜,8003,一组,坐席,,2025-11-10\n"
                                    "李娜,8004,二组,坐席,2025-11-11,\n王芳,8005,一组,坐席,,\n"
                                    "王芳,8006,一组,坐席,,\n"};

    (void)state;
    appraise_of(&it, SCHEME(""), "姓名,质检得分\n张伟,90\n李娜,80\n王芳,70\n");
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "roster.csv", 3, 1,
                 "\"张伟\" is in two teams at once: \"二组\" and (line 2)");
    assert_null(find_sheet(&it, "张伟"));
    assert_total(&it, "李娜", "80.00");
    assert_total(&it, "王芳", "70.00");
    finish(&it);
}

/* As the command line reads a table beside a roster. */
static void read_beside(struct appraised *it, const char *seats, const char *rows,
                        const char *period)
{
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};

    it->scheme = scheme_of(SCHEME(""), strlen(SCHEME("")), &problems);
    assert_non_null(it->scheme);
    assert_int_equal(
        cqa_roster_read(NULL, seats, strlen(seats), "roster.csv", &it->roster, &it->faults, &error),
        CQA_OK);
    const struct cqa_import_how how = {
        .roster = &it->roster, .asks_about_strangers = 1, .appraised = period};
    assert_int_equal(cqa_rows_read(it->scheme, &how, rows, strlen(rows), "in.csv", &it->rows,
                                   &it->faults, NULL, &error),
                     CQA_OK);
}

/* The roster has both the number and the name beside it, as two persons; or another name. */
static void a_name_of_somebody_else_is_asked_about(void **state)
{
    struct appraised it = {0};

    (void)state;
    read_beside(&it,
                "person,extension,team,post,from,to\n8001,1,e,desk,,\n李娜,2,e,desk,,\n"
                "8003,3,e,desk,,\n",
                "工号,姓名,质检得分\n8001,李娜,90\n8003,王芳,80\n", NULL);
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "in.csv", 2, 6, "agent \"8001\": the name beside the number is \"李娜\"");
    finish(&it);
    read_beside(&it,
                "工号,姓名,分机,班组,岗位,开始日期,结束日期\n8001,张伟,1,一组,坐席,,\n"
                "8002,李娜,2,一组,坐席,,\n8003,王 芳,3,一组,坐席,,\n",
                "工号,姓名,质检得分\n8001,李娜,90\n8002,李娜,80\n8003,王芳,70\n8003,王芳,70\n",
                NULL);
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "in.csv", 2, 6,
                 "the name beside the number is \"李娜\", and in the roster \"张伟\"");
    finish(&it);
}

/* 11月 is of the year that is appraised, where that is known; 班组 is no figure. */
static void a_month_without_its_year_is_read(void **state)
{
    static const char seats[] = "工号,班组\n1,一组\n2,一组\n";
    static const char rows[] = "班组,工号,月份,质检得分\n一组,1,11月,90\n一组,2,11月份,80\n";
    struct appraised it = {0};

    (void)state;
    read_beside(&it, seats, rows, "2025-11");
    assert_no_faults(&it);
    assert_int_equal(it.rows.count, 2);
    assert_string_equal(it.rows.items[0].period, "2025-11");
    assert_string_equal(it.rows.items[1].period, "2025-11");
    finish(&it);
    appraise_of(&it, SCHEME(""), rows);
    assert_fault(&it, "in.csv", 2, 6, "\"11月\" is no period");
    finish(&it);
}

/* ---- conditions of a scheme that say nothing */

#define JUDGED(more)                                                                               \
    "scheme: s\nversion: \"1\"\nnames: {en: S, zh: 简}\nsource: own\nperiod: monthly\n"           \
    "indicators:\n"                                                                                \
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required}\n"                 \
    "  - {id: away, names: {en: Away, zh: 缺勤}, range: [0, 31], need: optional, default: -1}\n" \
    "items:\n"                                                                                     \
    "  - {id: half, names: {en: H, zh: 半}, type: value, of: qa, percent: 50}\n" more

#define TOTAL(of)                                                                                  \
    "  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [" of "]}\ntotal: total\n"

static void conditions_that_say_nothing_are_named(void **state)
{
    static const struct {
        const char *more;
        size_t line;
        const char *piece; /* NULL: nothing is wrong */
    } table[] = {
        {"  - {id: x, names: {en: X, zh: 某}, type: if, of: qa, at_least: 0, then: 1, else: "
         "0}\n" TOTAL("x"),
         11, "the condition always holds: \"qa\" (line 7) is never less than 0"},
        {"  - {id: x, names: {en: X, zh: 某}, type: if, of: qa, above: 100, then: 1, else: "
         "0}\n" TOTAL("x"),
         11, "the condition never holds: \"qa\" (line 7) is never more than 100"},
        {"  - {id: x, names: {en: X, zh: 某}, type: threshold, of: half, at_most: 50}\n" TOTAL("x"),
         11, "the condition always holds: \"half\" (line 10) is never more than 50"},
        {"  - {id: x, names: {en: X, zh: 某}, type: threshold, of: half, below: 0}\n" TOTAL("x"),
         11, "the condition never holds: \"half\" (line 10) is never less than 0"},
        {"  - {id: x, names: {en: X, zh: 某}, type: if, of: qa, at_least: 100, then: 1, else: "
         "0}\n" TOTAL("x"),
         0, NULL},
        /* who has none of it has its default */
        {"  - {id: x, names: {en: X, zh: 某}, type: if, of: away, below: 0, then: 1, else: "
         "0}\n" TOTAL("x"),
         0, NULL},
        {TOTAL("half") "grades:\n  - {grade: A, names: {en: A, zh: A}, from: 60}\n"
                       "  - {grade: B, names: {en: B, zh: B}, below: 60}\n",
         14, "nothing reaches the row: \"total\" (line 11) is never more than 50"},
        {TOTAL("half") "grades:\n  - {grade: A, names: {en: A, zh: A}, from: 40}\n"
                       "  - {grade: B, names: {en: B, zh: B}, below: 40}\n"
                       "no_better:\n  - {grade: B, of: away, above: 31, reason: {en: r, zh: 由}}\n",
         17, "the condition never holds: \"away\" (line 8) is never more than 31"},
        {TOTAL("half") "grades:\n  - {grade: A, names: {en: A, zh: A}, from: 40, bonus: 9}\n"
                       "  - {grade: B, names: {en: B, zh: B}, below: 40, bonus: 1}\n"
                       "low_bonus: {total_below: 60, bonus: 0}\n",
         16, "the condition always holds: \"total\" (line 11) is never more than 50"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[2000];
        struct cqa_problems problems = {0};
        snprintf(text, sizeof text, JUDGED("%s"), table[i].more);
        struct cqa_scheme *scheme = scheme_of(text, strlen(text), &problems);
        if (problems.count != (table[i].piece != NULL ? 1 : 0))
            cqa_problems_print(&problems, "scheme", CQA_ENGLISH, stderr);
        assert_int_equal(problems.count, table[i].piece != NULL ? 1 : 0);
        if (table[i].piece != NULL) {
            assert_non_null(strstr(cqa_english(problems.items[0].message), table[i].piece));
            assert_int_equal(problems.items[0].line, table[i].line);
        }
        cqa_problems_finish(&problems);
        cqa_scheme_destroy(scheme);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistyped_month_is_of_one),
        cmocka_unit_test(two_months_are_asked_about),
        cmocka_unit_test(a_heading_is_told_once),
        cmocka_unit_test(a_mistyped_name_is_told_at_its_cell),
        cmocka_unit_test(a_range_is_told_by_its_label),
        cmocka_unit_test(fractions_of_a_hundred_points_are_asked_about),
        cmocka_unit_test(two_of_one_name_are_asked_about),
        cmocka_unit_test(a_name_of_somebody_else_is_asked_about),
        cmocka_unit_test(a_month_without_its_year_is_read),
        cmocka_unit_test(conditions_that_say_nothing_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
