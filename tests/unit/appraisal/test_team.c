/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looks at others: the team's mean and coefficient, quotas by team, ties; and raters of whom
 * the lowest and the highest are left out. The arithmetic stands in the comments. */
#include "unit/appraisal/appraised.h"

#define HEAD                                                                                       \
    "scheme: t\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: "                    \
    "monthly\nindicators:\n"                                                                       \
    "  - {id: score, names: {en: Score, zh: 得分}, range: [0, 100], need: required%s}\n"         \
    "  - {id: base, names: {en: Base, zh: 基数}, range: [0, 100000], need: optional}\n"          \
    "items:\n  - {id: total, names: {en: T, zh: 总}, type: value, of: score}\n"

#define TEAM_PAY                                                                                    \
    "  - {id: team, names: {en: Team, zh: 班组}, type: team_mean, of: total}\n"                   \
    "  - {id: team_coefficient, names: {en: C, zh: 班组系数}, type: bands, of: team, rows: "    \
    "[{below: 80, points: 0.9}, {from: 80, below: 90, points: 1}, {from: 90, points: 1.1}]}\n"      \
    "total: total\n"                                                                                \
    "grades:\n"                                                                                     \
    "  - {grade: A, names: {en: A, zh: A}, from: 90, coefficient: 1.2}\n"                           \
    "  - {grade: B, names: {en: B, zh: B}, below: 90, coefficient: 1}\n"                            \
    "pay:\n  total: pay\n  items:\n"                                                                \
    "    - {id: personal, names: {en: P, zh: 个人}, type: value, of: base, times: coefficient}\n" \
    "    - {id: pay, names: {en: Pay, zh: 奖金}, type: product, of: [personal, "                  \
    "team_coefficient]}\n"

static void appraise_of(struct appraised *it, const char *rest, const char *more, const char *csv)
{
    char *text = calloc(1, strlen(HEAD) + strlen(rest) + strlen(more) + 1);

    assert_non_null(text);
    sprintf(text, HEAD, more);
    appraise_text(it, strcat(text, rest), csv, strlen(csv));
}

#define SEATS                                                                                      \
    "person,extension,team,post,from,to\na,1,east,,,\nb,2,east,,,\nc,3,east,,,\nd,4,west,,,\n"     \
    "e,5,west,,,\n"

/*
 * East: 96, 90 and 84: mean 270 ÷ 3 = 90, coefficient 1.1. West: 70 and 88: 158 ÷ 2 = 79, 0.9.
 * a: 3000 × 1.2 × 1.1 = 3960; c: 3000 × 1 × 1.1 = 3300; e: 2000 × 1 × 0.9 = 1800.
 */
static void team_coefficient_times_personal(void **state)
{
    struct appraised it = {.seats = SEATS, .period = "2025-11"};

    (void)state;
    appraise_of(&it, TEAM_PAY, "",
                "agent,score,base\na,96,3000\nb,90,3000\nc,84,3000\nd,70,2000\ne,88,2000\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "team", "90.00");
    assert_item(&it, "d", "team", "79.00");
    assert_number(sheet_of(&it, "a")->pay, "3960.00", "a's pay");
    assert_number(sheet_of(&it, "b")->pay, "3960.00", "b's pay");
    assert_number(sheet_of(&it, "c")->pay, "3300.00", "c's pay");
    assert_number(sheet_of(&it, "d")->pay, "1800.00", "d's pay");
    assert_number(sheet_of(&it, "e")->pay, "1800.00", "e's pay");
    assert_string_equal(sheet_of(&it, "a")->points[1].how, "270 ÷ 3");
    finish(&it);
}

/* b's cell is wrong: east has no mean and no pay that hangs on it until it is mended; west is
 * whole. With b's 90 the mean of east is 270 ÷ 3, and a has 3960 as ever. */
static void a_team_that_is_not_whole(void **state)
{
    struct appraised it = {.seats = SEATS, .period = "2025-11"};

    (void)state;
    appraise_of(&it, TEAM_PAY, "",
                "agent,score,base\na,96,3000\nb,900,3000\nc,84,3000\nd,70,2000\ne,88,2000\n");
    assert_int_equal(sheet_of(&it, "a")->preliminary, 1);
    assert_false(cqa_rational_valid(sheet_of(&it, "a")->points[1].value));
    assert_false(cqa_rational_valid(sheet_of(&it, "a")->pay));
    for (size_t i = 0; i < it.scheme->line_count; i++)
        if (it.scheme->lines[i].pay)
            assert_true(!cqa_rational_valid(sheet_of(&it, "a")->lines[i].value) ||
                        strcmp(it.scheme->lines[i].id, "personal") == 0);
    assert_total(&it, "a", "96.00");
    assert_true(has_note(&it, "preliminary sheets: 2"));
    assert_int_equal(sheet_of(&it, "d")->preliminary, 0);
    assert_item(&it, "d", "team", "79.00");
    assert_number(sheet_of(&it, "e")->pay, "1800.00", "e's pay");
    finish(&it);
}

/* A team of one is its own mean; who is in no team is asked about, and may be of any. */
static void who_is_in_no_team(void **state)
{
    struct appraised it = {.seats = SEATS, .period = "2025-11"};

    (void)state;
    appraise_of(&it, TEAM_PAY, "", "agent,score,base\nd,70,2000\n");
    assert_item(&it, "d", "team", "70.00");
    finish(&it);
    it.seats = SEATS;
    it.period = "2025-11";
    appraise_of(&it, TEAM_PAY, "", "agent,score,base\nd,70,2000\nf,88,2000\n");
    assert_fault(&it, "in.csv", 3, 3,
                 "\"team\" is a mean of the team, and the roster names no team");
    assert_int_equal(sheet_of(&it, "d")->preliminary, 1);
    finish(&it);
}

/* The team is that of the last seat within the period: a moved from west to east on the 10th, and
 * back in December; c left on 31 October. */
static void movers_belong_to_their_last_team(void **state)
{
    struct appraised it = {
        .seats = "person,extension,team,post,from,to\na,1,west,,2025-01-01,2025-11-09\n"
                 "a,2,east,,2025-11-10,2025-11-30\na,1,west,,2025-12-01,\nb,3,east,,,\n"
                 "c,4,east,,,2025-10-31\nc,5,west,,2025-11-01,\n",
        .period = "2025-11"};

    (void)state;
    appraise_of(&it, TEAM_PAY, "", "agent,score,base\na,96,3000\nb,90,3000\nc,60,1000\n");
    assert_item(&it, "a", "team", "93.00");
    assert_item(&it, "b", "team", "93.00");
    assert_item(&it, "c", "team", "60.00");
    finish(&it);
}

#define QUOTAS(by)                                                                                 \
    "total: total\ngrades:\n"                                                                      \
    "  - {grade: A, names: {en: A, zh: A}, from: 90, quota: 20}\n"                                 \
    "  - {grade: B, names: {en: B, zh: B}, from: 60, below: 90, quota: 70}\n"                      \
    "  - {grade: C, names: {en: C, zh: C}, below: 60, quota: 10}\n"                                \
    "distribution: {group_at_least: 1" by "}\n"

/*
 * 20/70/10 % of 1 to 12, largest remainders, equal ones to the better grade:
 *  1: 0.2/0.7/0.1 → 0/1/0    2: 0.4/1.4/0.2 → 1/1/0     3: 0.6/2.1/0.3 → 1/2/0
 *  4: 0.8/2.8/0.4 → 1/3/0    5: 1/3.5/0.5 → 1/4/0       6: 1.2/4.2/0.6 → 1/4/1
 *  7: 1.4/4.9/0.7 → 1/5/1    8: 1.6/5.6/0.8 → 2/5/1     9: 1.8/6.3/0.9 → 2/6/1
 * 10: 2/7/1                 11: 2.2/7.7/1.1 → 2/8/1    12: 2.4/8.4/1.2 → 3/8/1
 */
static void quotas_of_one_to_twelve(void **state)
{
    static const size_t places[13][3] = {{0},       {0, 1, 0}, {1, 1, 0}, {1, 2, 0}, {1, 3, 0},
                                         {1, 4, 0}, {1, 4, 1}, {1, 5, 1}, {2, 5, 1}, {2, 6, 1},
                                         {2, 7, 1}, {2, 8, 1}, {3, 8, 1}};

    (void)state;
    for (int people = 1; people <= 12; people++) {
        struct appraised it = {0};
        char csv[400] = "agent,score\n";
        size_t found[3] = {0};
        for (int i = 0; i < people; i++)
            sprintf(csv + strlen(csv), "p%d,%d\n", i, 99 - i);
        appraise_of(&it, QUOTAS(""), "", csv);
        for (int i = 0; i < people; i++)
            found[it.appraisal.sheets[i].grade_distribution->id[0] - 'A']++;
        for (int grade = 0; grade < 3; grade++)
            if (found[grade] != places[people][grade])
                fail_msg("%d people: %zu in the grade %c, not %zu", people, found[grade],
                         'A' + grade, places[people][grade]);
        finish(&it);
    }
}

/*
 * East has 5 (1/4/0), west 3 (1/2/0). Over all 8 it would be 2/5/1: the second best of all, 95, is
 * only second of east. In west the two of 70 tie for rank 1 and share the better grade.
 */
static void quotas_by_team(void **state)
{
    struct appraised it = {
        .seats = "person,extension,team,post,from,to\na,1,east,,,\nb,2,east,,,\nc,3,east,,,\n"
                 "d,4,east,,,\ne,5,east,,,\nf,6,west,,,\ng,7,west,,,\nh,8,west,,,\n",
        .period = "2025-11"};
    static const struct {
        const char *agent;
        size_t rank;
        size_t tied;
        const char *grade;
    } table[] = {{"a", 1, 1, "A"}, {"b", 2, 1, "B"}, {"c", 3, 1, "B"}, {"d", 4, 1, "B"},
                 {"e", 5, 1, "B"}, {"f", 1, 2, "A"}, {"g", 1, 2, "A"}, {"h", 3, 1, "B"}};

    (void)state;
    appraise_of(&it, QUOTAS(", by: team"), "",
                "agent,score\na,99\nb,95\nc,80\nd,75\ne,61\nf,70\ng,70\nh,50\n");
    assert_no_faults(&it);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct cqa_sheet *sheet = sheet_of(&it, table[i].agent);
        assert_int_equal(sheet->rank, table[i].rank);
        assert_int_equal(sheet->tied, table[i].tied);
        assert_string_equal(sheet->grade_distribution->id, table[i].grade);
    }
    assert_int_equal(sheet_of(&it, "h")->ranked, 3);
    finish(&it);
}

/* Who is in no team has no place; a team that is too small has none to give. */
static void quotas_need_a_team(void **state)
{
    struct appraised it = {.seats = SEATS, .period = "2025-11"};
    char *text = calloc(1, 4000);

    (void)state;
    sprintf(text, HEAD QUOTAS(", by: team"), "");
    text = changed(text, "group_at_least: 1", "group_at_least: 3");
    const char csv[] = "agent,score\na,99\nb,95\nc,80\nd,75\nx,61\n";
    appraise_text(&it, text, csv, sizeof csv - 1);
    assert_fault(&it, "in.csv", 6, 3, "the distribution is by team, and the roster names no team");
    assert_true(has_note(&it, "no forced distribution in the team \"west\": 1 agents"));
    assert_null(sheet_of(&it, "d")->grade_distribution);
    assert_null(sheet_of(&it, "a")->grade_distribution); /* x may be of east */
    assert_int_equal(sheet_of(&it, "a")->preliminary, 1);
    finish(&it);
}

/*
 * 去掉一个最高分和一个最低分: 60, 80, 90, 100 → (80 + 90) ÷ 2 = 85. Of two equal lowest one goes:
 * 70, 70, 80 →
 * 70. Two raters keep both: (60 + 100) ÷ 2 = 80. With counts: 60, 80 × 3, 100 → 80.
 */
static void trimmed_means(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_of(&it, "total: total\n", ", rows: trimmed",
                "agent,indicator,value,count,rater\na,score,60,1,r1\na,score,80,1,r2\n"
                "a,score,100,1,r3\na,score,90,1,r4\nb,score,70,1,r1\nb,score,70,1,r2\n"
                "b,score,80,1,r3\nc,score,60,1,r1\nc,score,100,1,r2\n"
                "d,score,60,1,r1\nd,score,80,3,r2\nd,score,100,1,r3\n"
                "e,score,77,1,r1\n");
    assert_no_faults(&it);
    assert_total(&it, "a", "85.00");
    assert_total(&it, "b", "70.00");
    assert_total(&it, "c", "80.00");
    assert_total(&it, "d", "80.00");
    assert_total(&it, "e", "77.00");
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(team_coefficient_times_personal),
        cmocka_unit_test(a_team_that_is_not_whole),
        cmocka_unit_test(who_is_in_no_team),
        cmocka_unit_test(movers_belong_to_their_last_team),
        cmocka_unit_test(quotas_of_one_to_twelve),
        cmocka_unit_test(quotas_by_team),
        cmocka_unit_test(quotas_need_a_team),
        cmocka_unit_test(trimmed_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
