/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is appraised, and beside whom: posts, the roster, raters, and rows that are nobody. The
 * arithmetic stands in the comments. */
#include "unit/appraisal/appraised.h"

/* Three are graded by places: 20 % of 3 is one A, at coefficient 2. */
#define RANKED                                                                                     \
    "scheme: s\nversion: \"1\"\nnames: {en: S, zh: 简}\nsource: own\nperiod: monthly\n"           \
    "applies_to: {posts: [坐席]}\nindicators:\n"                                                 \
    "  - {id: p, names: {en: P, zh: 得分}, range: [0, 100], need: required}\n"                   \
    "  - {id: q, names: {en: Q, zh: 出勤}, range: [0, 100], need: optional, default: 0}\n"       \
    "items:\n  - {id: total, names: {en: T, zh: 总分}, type: sum, plus: [p, q]}\ntotal: total\n" \
    "grades:\n  - {grade: A, names: {en: A, zh: A}, from: 90, coefficient: 2, quota: 20}\n"        \
    "  - {grade: B, names: {en: B, zh: B}, below: 90, coefficient: 1, quota: 80}\n"                \
    "distribution: {group_at_least: 3, by: all}\npay_by: distribution\n"

static void appraise_of(struct appraised *it, const char *scheme, const char *csv)
{
    char *text = calloc(1, strlen(scheme) + 1);

    assert_non_null(text);
    appraise_text(it, strcpy(text, scheme), csv, strlen(csv));
}

#define OTHERS "乙,坐席,92,\n丙,坐席,80,\n丁,坐席,79,\n"

/* 甲 may be of the scheme: whichever row comes first, nobody has a place until somebody says. */
static void two_posts_hold_up_the_others_in_either_order(void **state)
{
    static const char *const rows[] = {"甲,客户关怀,95,\n甲,坐席,,5\n",
                                       "甲,坐席,95,\n甲,客户关怀,,5\n"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        char csv[400];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, "姓名,岗位,得分,出勤\n%s%s", rows[i], OTHERS);
        appraise_of(&it, RANKED, csv);
        assert_fault(&it, "in.csv", 3, 3, "is in two posts");
        assert_int_equal(it.appraisal.sheet_count, 3);
        assert_int_equal(sheet_of(&it, "乙")->preliminary, 1);
        assert_null(sheet_of(&it, "乙")->grade_distribution);
        assert_number(sheet_of(&it, "乙")->coefficient, "null", "coefficient");
        finish(&it);
    }
}

#define SEATS "person,extension,team,post,from,to\n乙,1,e,坐席,,\n丙,2,e,坐席,,\n丁,3,e,坐席,,\n"

/* Of the roster and the scheme's post, without a row: one A of four is not one A of three. */
static void whom_the_roster_has_is_waited_for(void **state)
{
    struct appraised it = {.period = "2025-11",
                           .awaits_roster = 1,
                           .seats = SEATS "戊,4,e,坐席,,\n戊,5,e,坐席,2025-11-20,\n己,6,e,班长,,\n"
                                          "庚,7,e,坐席,,2025-10-31\n"};

    (void)state;
    appraise_of(&it, RANKED, "姓名,岗位,得分,出勤\n" OTHERS);
    assert_int_equal(it.faults.count, 1);
    assert_fault(
        &it, "roster.csv", 5, 1,
        "\"戊\": the roster has them as \"坐席\", and no row of the indicators names them");
    assert_int_equal(it.appraisal.left_out_count, 1);
    assert_string_equal(it.appraisal.left_out[0].agent, "戊");
    assert_int_equal(sheet_of(&it, "乙")->preliminary, 1);
    assert_null(sheet_of(&it, "乙")->grade_distribution);
    finish(&it);
    it = (struct appraised){.period = "2025-11", .awaits_roster = 1, .seats = SEATS};
    appraise_of(&it, RANKED, "姓名,岗位,得分,出勤\n" OTHERS);
    assert_no_faults(&it);
    assert_number(sheet_of(&it, "乙")->coefficient, "2.00", "coefficient");
    finish(&it);
}

/* The post decides whether the scheme is for them: neither the file nor the roster is guessed at.
 */
static void a_post_that_contradicts_the_rosters_is_asked_about(void **state)
{
    struct appraised it = {.period = "2025-11",
                           .seats = SEATS "甲,4,e,坐席,,\n戊,5,e,坐席,,2025-11-10\n"
                                          "戊,5,e,班长,2025-11-11,\n"};

    (void)state;
    appraise_of(&it, RANKED,
                "姓名,得分,岗位\n乙,92,坐席\n丙,80,坐 席\n丁,79,坐席\n甲,95,班长\n戊,70,坐席\n");
    assert_int_equal(it.faults.count, 1);
    assert_fault(&it, "in.csv", 5, 6,
                 "\"甲\": the post is \"班长\" here, and \"坐席\" in the roster");
    assert_null(find_sheet(&it, "甲"));
    assert_int_equal(sheet_of(&it, "乙")->preliminary, 1);
    assert_total(&it, "戊", "70.00"); /* in both posts, one after the other */
    finish(&it);
}

#define QUARTERLY                                                                                   \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: quarterly\n"          \
    "applies_to: {posts: [坐席]}\nindicators:\n"                                                  \
    "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required, period: monthly}\n" \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: parts, of: qa, by: mean}\n"             \
    "total: total\n"

/* 乙 came in November: (80 + 70) ÷ 2 = 75. 丙 came then too, and has an October all the same; 丁
 * was 班长 in October. */
static void months_without_a_post_are_asked_about(void **state)
{
    struct appraised it = {.period = "2025Q4",
                           .seats = "person,extension,team,post,from,to\n"
                                    "乙,1,e,坐席,2025-11-01,\n丙,2,e,坐席,2025-11-01,\n"
                                    "丁,3,e,班长,,2025-10-31\n丁,3,e,坐席,2025-11-01,\n"
                                    "戊,4,e,班长,,2025-10-31\n戊,4,e,坐席,2025-11-01,\n"};

    (void)state;
    appraise_of(&it, QUARTERLY,
                "姓名,月份,质检\n乙,2025-11,80\n乙,2025-12,70\n丙,2025-10,0\n丙,2025-11,80\n"
                "丙,2025-12,70\n丁,2025-10,0\n丁,2025-11,80\n丁,2025-12,70\n"
                "戊,2025-11,80\n戊,2025-12,70\n");
    assert_int_equal(it.faults.count, 2);
    assert_fault(&it, "in.csv", 4, 11,
                 "\"丙\": \"质检\" is given for 2025-10, when the roster has the agent nowhere");
    assert_fault(&it, "in.csv", 7, 11, "\"丁\": \"质检\" is given for 2025-10, when the roster");
    assert_total(&it, "乙", "75.00");
    assert_total(&it, "戊", "75.00");
    assert_null(find_sheet(&it, "丙"));
    assert_null(find_sheet(&it, "丁"));
    finish(&it);
}

#define RATED                                                                                      \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: monthly\n"           \
    "indicators:\n"                                                                                \
    "  - {id: own, names: {en: Own, zh: 自评}, range: [0, 100], need: optional, default: 0, "    \
    "rated_by: self}\n"                                                                            \
    "  - {id: peer, names: {en: Peer, zh: 互评}, range: [0, 100], need: optional, default: 0, "  \
    "rated_by: colleagues}\n"                                                                      \
    "  - {id: boss, names: {en: Boss, zh: 上级}, range: [0, 100], need: optional, default: 0, "  \
    "rated_by: supervisor}\n"                                                                      \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [own, peer, boss]}\n"       \
    "total: total\n"

/* What the page refuses to be typed is not taken from a table either. a: (80 + 60) ÷ 2 + 90 = 160.
 */
static void raters_of_a_table_are_asked_about(void **state)
{
    struct appraised it = {.period = "2025-11",
                           .seats = "person,extension,team,post,from,to\na,1,e,x,,\nb,2,e,x,,\n"
                                    "c,3,e,x,,\nd,4,e,x,,\ne,5,e,x,,\n"};

    (void)state;
    appraise_of(&it, RATED,
                "agent,indicator,value,rater\na,peer,80,b\na,peer,60,c\na,boss,90,Chief\n"
                "b,peer,100,b\nc,peer,100,Zed\nd,peer,100,a\nd,peer,90,A\ne,own,100,a\n");
    assert_total(&it, "a", "160.00");
    assert_fault(&it, "in.csv", 5, 8, "\"peer\" is rated by others, and not by oneself");
    assert_fault(&it, "in.csv", 6, 8,
                 "\"peer\" is rated by \"Zed\", whom the roster does not know");
    assert_fault(&it, "in.csv", 8, 8, "rated by \"A\" and by \"a\" (line 7): one spelling");
    assert_fault(&it, "in.csv", 9, 7, "\"own\" is rated by oneself, and not by \"a\"");
    assert_int_equal(it.appraisal.sheet_count, 1);
    finish(&it);
}

#define PLAIN                                                                                      \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: monthly\n"           \
    "indicators:\n  - {id: p, names: {en: P, zh: 得分}, range: [0, 100], need: required}\n"      \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: sum, plus: [p]}\ntotal: total\n"

/* Signatures and remarks under a table are named once, whatever columns they reach into. */
static void what_stands_under_a_table_is_nobody(void **state)
{
    static const char csv[] = "序号,姓名,得分\n1,张三,90\n制表人：李四,,审核：王五\n"
                              ",审 批：赵六,\n,复核：,5\n负责人签字：,,\n,说明：得分按月,\n备注,,\n"
                              "2,孙七,80\n";
    struct appraised it = {0};
    struct cqa_problems problems = {0};
    struct cqa_import_report report = {0};
    struct cqa_error error = {0};
    static const char *const texts[] = {"制表人：李四", "审 批：赵六",    "复核：",
                                        "负责人签字：", "说明：得分按月", "备注"};

    (void)state;
    it.scheme = scheme_of(PLAIN, strlen(PLAIN), &problems);
    assert_non_null(it.scheme);
    assert_int_equal(cqa_rows_read(it.scheme, NULL, csv, strlen(csv), "in.csv", &it.rows,
                                   &it.faults, &report, &error),
                     CQA_OK);
    assert_no_faults(&it);
    assert_int_equal(it.rows.count, 2);
    assert_int_equal(report.left_out_count, sizeof texts / sizeof *texts);
    for (size_t i = 0; i < report.left_out_count; i++) {
        assert_string_equal(report.left_out[i].text, texts[i]);
        assert_string_equal(report.left_out[i].why, "a line about the table, not a person");
    }
    cqa_import_report_finish(&report);
    finish(&it);
}

static void words_of_statistics_are_nobody(void **state)
{
    static const char *const words[] = {"均分", "总分", "全员",       "全体",       "部门",  "A组",
                                        "三组", "排名", "10月",       "25年四季度", "—",     "/",
                                        "0",    "……",   "2025年11月", "第四季度",   "12月份"};
    static const char *const names[] = {"张月", "安琪", "0801", "202511",
                                        "年华", "部荣", "Q4",   "A"};

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char csv[200];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, "姓名,得分\n张三,90\n%s,80\n", words[i]);
        appraise_of(&it, PLAIN, csv);
        assert_no_faults(&it);
        if (it.appraisal.sheet_count != 1)
            fail_msg("%s is a person", words[i]);
        finish(&it);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char csv[200];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, "姓名,得分\n张三,90\n%s,80\n", names[i]);
        appraise_of(&it, PLAIN, csv);
        assert_total(&it, names[i], "80.00");
        finish(&it);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_posts_hold_up_the_others_in_either_order),
        cmocka_unit_test(whom_the_roster_has_is_waited_for),
        cmocka_unit_test(a_post_that_contradicts_the_rosters_is_asked_about),
        cmocka_unit_test(months_without_a_post_are_asked_about),
        cmocka_unit_test(raters_of_a_table_are_asked_about),
        cmocka_unit_test(what_stands_under_a_table_is_nobody),
        cmocka_unit_test(words_of_statistics_are_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
