/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each scheme of models/schemes on an example worked by hand, with its edges. Points are compared
 * as printed. */
#include "unit/appraisal/appraised.h"

/*
 * S1: 25 % each. Li: 80 × 25 % = 20, 90 × 25 % = 22.5, 120 % of the plan counts as 100 → 25, 85.5 ×
 * 25 % = 21.375. 20 + 22.5 + 25 + 21.375 = 88.875, half away from zero 88.88. Rated by everyone:
 * 90, 80 and own 85: (90 + 80 + 85) ÷ 3 = 85.
 */
static void s1_four_aspects(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "four-aspects",
             "agent,indicator,value,rater,post\n"
             "Li,attitude,80,,文员\nLi,ability,90,,\nLi,performance,120,,\nLi,diligence,85.5,,\n"
             "Li,peer_rating,90,Wang,\nLi,peer_rating,80,Zhao,\nLi,peer_rating,85,Li,\n"
             "Hot,attitude,80,,hotline\nHot,ability,90,,hotline\nHot,performance,100,,hotline\n"
             "Hot,diligence,85,,hotline\n");
    assert_total(&it, "Li", "88.88");
    assert_item(&it, "Li", "attitude", "20.00");
    assert_item(&it, "Li", "performance", "25.00");
    assert_item(&it, "Li", "diligence", "21.38");
    assert_figure(&it, "Li", "peer_rating", "85.00");
    assert_assumes(&it, "Li", "items.total", 1);
    assert_null(find_sheet(&it, "Hot"));
    assert_int_equal(it.appraisal.left_out_count, 1);
    assert_false(it.appraisal.left_out[0].is_fault);
    assert_no_faults(&it);
    finish(&it);
}

/*
 * S2: 30 % self, 70 % supervisor.
 * A: 100 × 0.3 + 90 × 0.7 = 93: 优秀, 3. Pay of 5000: 3500 + 1500 × 3 = 8000.
 * B: 89.9 × 0.3 + 90 × 0.7 = 89.97: 良好, 2 (it prints as 89.97, and 90 it is not).
 * C: 90 and 90 = 90: 优秀. D: 80: 良好. E: 70: 合格, 1. F: 69.99: 不合格, 0: 3500 + 1500 × 0 = 3500
 * of 5000.
 */
static void s2_grades_and_pay(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "grades-310",
             "agent,self_score,supervisor_score,wage\nA,100,90,5000\nB,89.9,90,\nC,90,90,\nD,80,80,"
             "\nE,70,70,\n"
             "F,69.99,69.99,5000\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "93.00");
    assert_item(&it, "A", "self_score", "30.00");
    assert_item(&it, "A", "supervisor_score", "63.00");
    assert_grade(&it, "A", "优秀");
    assert_number(sheet_of(&it, "A")->coefficient, "3.00", "A's coefficient");
    assert_number(sheet_of(&it, "A")->pay, "8000.00", "A's pay");
    assert_item(&it, "A", "post_wage", "3500.00");
    assert_item(&it, "A", "performance_wage", "4500.00");
    assert_total(&it, "B", "89.97");
    assert_grade(&it, "B", "良好");
    assert_number(sheet_of(&it, "B")->coefficient, "2.00", "B's coefficient");
    assert_number(sheet_of(&it, "B")->pay, "null", "pay of an unknown wage");
    assert_grade(&it, "C", "优秀");
    assert_grade(&it, "D", "良好");
    assert_grade(&it, "E", "合格");
    assert_number(sheet_of(&it, "E")->coefficient, "1.00", "E's coefficient");
    assert_grade(&it, "F", "不合格");
    assert_number(sheet_of(&it, "F")->pay, "3500.00", "F's pay");
    assert_assumes(&it, "A", "grades.合格", 0);
    assert_assumes(&it, "E", "grades.合格", 1);
    assert_null(sheet_of(&it, "A")->grade_distribution); /* six people, the scheme asks for ten */
    assert_true(has_note(&it, "no forced distribution: 6 agents"));
    finish(&it);
}

/* `people` agents with totals 99, 98, …, or `scores` as given; how many have each grade by
 * distribution. */
static void distribute(struct appraised *it, size_t people, const int *scores, const char *least)
{
    char csv[4000] = "agent,self_score,supervisor_score\n";

    for (size_t i = 0; i < people; i++) {
        const int score = scores ? scores[i] : 99 - (int)i;
        snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "p%zu,%d,%d\n", i + 1, score, score);
    }
    appraise_text(it, changed(scheme_text("grades-310"), "group_at_least: 10", least), csv,
                  strlen(csv));
    assert_no_faults(it);
}

static void assert_places(const struct appraised *it, const char *expected)
{
    static const char *const grades[] = {"优秀", "良好", "合格", "不合格"};
    char text[40] = "";

    for (size_t g = 0; g < 4; g++) {
        size_t count = 0;
        for (size_t i = 0; i < it->appraisal.sheet_count; i++)
            count += strcmp(it->appraisal.sheets[i].grade_distribution->id, grades[g]) == 0;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%zu", g ? "/" : "", count);
    }
    assert_string_equal(text, expected);
}

/*
 * 10/30/50/10 % of n, whole parts first, then the largest remainders, equal ones to the better
 * grade: n   shares              whole    remainders         places 1   0.1 0.3 0.5 0.1     0 0 0 0
 * .1 .3 .5 .1        0/0/1/0 3   0.3 0.9 1.5 0.3     0 0 1 0  .3 .9 .5 .3        0/1/2/0 4
 * 0.4 1.2 2.0 0.4     0 1 2 0  .4 .2 .0 .4        1/1/2/0 5   0.5 1.5 2.5 0.5     0 1 2 0  .5 .5 .5
 * .5        1/2/2/0 6   0.6 1.8 3.0 0.6     0 1 3 0  .6 .8 .0 .6        1/2/3/0 7   0.7 2.1 3.5 0.7
 * 0 2 3 0  .7 .1 .5 .7        1/2/3/1 10   1   3   5   1       1 3 5 1                     1/3/5/1
 */
static void s2_quotas_of_small_groups(void **state)
{
    static const struct {
        size_t people;
        const char *places;
    } table[] = {{1, "0/0/1/0"}, {3, "0/1/2/0"}, {4, "1/1/2/0"}, {5, "1/2/2/0"},
                 {6, "1/2/3/0"}, {7, "1/2/3/1"}, {10, "1/3/5/1"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {0};
        distribute(&it, table[i].people, NULL, "group_at_least: 1");
        assert_places(&it, table[i].places);
        assert_assumes(&it, "p1", "distribution", 1);
        finish(&it);
    }
}

/* Ten people, cuts after ranks 1, 4, 9. Tied scores share the better grade, later cuts stay where
 * they are. */
static void s2_ties_at_a_cut(void **state)
{
    static const int first_two[] = {99, 99, 97, 96, 95, 94, 93, 92, 91, 90};
    static const int across_the_second[] = {99, 98, 97, 96, 96, 96, 93, 92, 91, 90};
    static const int last_two[] = {99, 98, 97, 96, 95, 94, 93, 92, 91, 91};
    static const int all[] = {90, 90, 90, 90, 90, 90, 90, 90, 90, 90};
    struct appraised it = {0};

    (void)state;
    /* Both firsts are 优秀; ranks 3 and 4 are 良好 still. */
    distribute(&it, 10, first_two, "group_at_least: 10");
    assert_places(&it, "2/2/5/1");
    assert_int_equal(sheet_of(&it, "p2")->rank, 1);
    assert_int_equal(sheet_of(&it, "p3")->rank, 3);
    finish(&it);
    /* Ranks 4, 5, 6 are tied: all 良好; ranks 7 to 9 are 合格. */
    distribute(&it, 10, across_the_second, "group_at_least: 10");
    assert_places(&it, "1/5/3/1");
    finish(&it);
    /* Ranks 9 and 10 are tied: nobody is 不合格. */
    distribute(&it, 10, last_two, "group_at_least: 10");
    assert_places(&it, "1/3/6/0");
    finish(&it);
    /* All equal: all 优秀. */
    distribute(&it, 10, all, "group_at_least: 10");
    assert_places(&it, "10/0/0/0");
    assert_int_equal(sheet_of(&it, "p10")->rank, 1);
    finish(&it);
}

/* pay_by: distribution. p10 has 90, which is 优秀 by score, but the last of ten: 不合格,
 * coefficient 0. */
static void s2_pay_by_distribution(void **state)
{
    char csv[2000] = "agent,self_score,supervisor_score,wage\n";
    struct appraised it = {0};

    (void)state;
    for (int i = 1; i <= 10; i++)
        snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "p%d,%d,%d,1000\n", i, 100 - i,
                 100 - i);
    appraise_text(&it, changed(scheme_text("grades-310"), "pay_by: score", "pay_by: distribution"),
                  csv, strlen(csv));
    assert_grade(&it, "p10", "优秀");
    assert_string_equal(sheet_of(&it, "p10")->grade_distribution->id, "不合格");
    assert_number(sheet_of(&it, "p10")->coefficient, "0.00", "coefficient");
    assert_number(sheet_of(&it, "p10")->pay, "700.00", "pay");
    assert_number(sheet_of(&it, "p1")->pay, "1600.00", "pay"); /* 700 + 300 × 3 */
    finish(&it);
}

/* p10's wage is mistyped: with nine left p9 would be last in p10's stead, with a coefficient of 0.
 * Nobody's place, coefficient or pay by it is given; the total is. A row that is nobody's, or left
 * out by rule, changes nothing. */
static void s2_one_error_moves_nobody(void **state)
{
    static const char *const lasts[] = {"p10,90,90,x\n", "p10,90,90,1000\n合计,9,9,9\n"};

    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        char csv[2000] = "agent,self_score,supervisor_score,wage\n";
        struct appraised it = {0};
        for (int i = 1; i <= 9; i++)
            snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "p%d,%d,%d,1000\n", i, 100 - i,
                     100 - i);
        strcat(csv, lasts[whole]);
        appraise_text(&it,
                      changed(scheme_text("grades-310"), "pay_by: score", "pay_by: distribution"),
                      csv, strlen(csv));
        const struct cqa_sheet *sheet = sheet_of(&it, "p9");
        assert_total(&it, "p9", "91.00");
        assert_int_equal(sheet->preliminary, !whole);
        assert_int_equal(sheet->rank, whole ? 9 : 0);
        assert_int_equal(sheet->grade_distribution != NULL, whole);
        assert_int_equal(cqa_rational_valid(sheet->coefficient), whole);
        assert_int_equal(cqa_rational_valid(sheet->pay), whole);
        finish(&it);
    }
}

/* S3: one agent with these three; wrong orders 3 and QA 100 give 30 each. */
static void one_2013(const char *calls, const char *wrong, const char *qa, const char *kpi,
                     const char *cpi, const char *points)
{
    char csv[200];
    struct appraised it = {0};

    snprintf(csv, sizeof csv, "agent,calls_handled,wrong_orders,recording_qa\nA,%s,%s,%s\n", calls,
             wrong, qa);
    appraise(&it, "agent-2013", csv);
    assert_no_faults(&it);
    assert_item(&it, "A", "calls_handled", kpi);
    assert_item(&it, "A", "wrong_orders", cpi);
    assert_item(&it, "A", "recording_qa", points);
    finish(&it);
}

/*
 * S3, whole-volume tiers: all calls at the rate of the tier reached.
 * 2000 × 0.40 = 800; 2001 × 0.50 = 1000.5; 2300 × 0.50 = 1150; 2301 × 0.55 = 1265.55; 2500 × 0.55 =
 * 1375; 2501 × 0.60 = 1500.6; 2800 × 0.60 = 1680; 2801 × 0.65 = 1820.65; 3000 × 0.65 = 1950; 3001 ×
 * 0.70 = 2100.7.
 */
static void s3_tiers(void **state)
{
    static const char *const table[][2] = {
        {"0", "0.00"},       {"2000", "800.00"},  {"2001", "1000.50"}, {"2300", "1150.00"},
        {"2301", "1265.55"}, {"2500", "1375.00"}, {"2501", "1500.60"}, {"2800", "1680.00"},
        {"2801", "1820.65"}, {"3000", "1950.00"}, {"3001", "2100.70"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        one_2013(table[i][0], "3", "100", table[i][1], "30.00", "30.00");
}

static void s3_wrong_orders(void **state)
{
    static const char *const table[][2] = {{"0", "30.00"}, {"3", "30.00"},  {"4", "28.00"},
                                           {"5", "27.50"}, {"6", "26.40"},  {"7", "25.80"},
                                           {"8", "25.20"}, {"9", "23.70"},  {"10", "23.00"},
                                           {"11", "0.00"}, {"9999", "0.00"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        one_2013("2000", table[i][0], "100", "800.00", table[i][1], "30.00");
}

/* The mean is rounded to a whole number first, half away from zero: 94.4 → 94 (24 points), 94.5 →
 * 95 (27). */
static void s3_recording_qa(void **state)
{
    static const char *const table[][2] = {{"100", "30.00"},   {"99", "30.00"},   {"98.5", "30.00"},
                                           {"98.49", "27.00"}, {"95", "27.00"},   {"94.6", "27.00"},
                                           {"94.5", "27.00"},  {"94.4", "24.00"}, {"90", "24.00"},
                                           {"89.5", "24.00"},  {"89", "20.00"},   {"85", "20.00"},
                                           {"84", "15.00"},    {"80", "15.00"},   {"79.5", "15.00"},
                                           {"79.49", "0.00"},  {"0", "0.00"}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        one_2013("2000", "3", table[i][0], "800.00", "30.00", table[i][1]);
}

/* 2300 calls, 4 wrong orders, QA 94.6: 1150 + 28 + 27 = 1205. Not for the back office. */
static void s3_total(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013",
             "agent,post,calls_handled,wrong_orders,recording_qa\nA,前台坐席,2300,4,94.6\nB,Front-"
             "Desk,2300,4,94.6\n"
             "C,后台,2300,4,94.6\n");
    assert_total(&it, "A", "1205.00");
    assert_total(&it, "B", "1205.00");
    assert_grade(&it, "A", "none");
    assert_null(find_sheet(&it, "C"));
    assert_assumes(&it, "A", "items.recording_qa", 1); /* the 95–98 band's 3 */
    finish(&it);
}

/*
 * S4. Mixed: 90 × 20 % + 96 × 30 % + 88 × 10 % + 70 × 10 % + 100 × 5 % + 80 × 5 % + 100 × 10 % + 95
 * × 10 % = 18 + 28.8 + 8.8 + 7 + 5 + 4 + 10 + 9.5 = 91.1: 良好. All eight alike give that number
 * itself: 95.01 is 优秀, 95 is 良好, 90 is 合格, 85 is 不合格.
 */
static void s4_hundred_points(void **state)
{
    static const struct {
        const char *score, *grade, *coefficient;
    } table[] = {{"100", "优秀", "1.10"},   {"95.01", "优秀", "1.10"}, {"95", "良好", "1.00"},
                 {"90.01", "良好", "1.00"}, {"90", "合格", "0.90"},    {"85.01", "合格", "0.90"},
                 {"85", "不合格", "0.80"},  {"0", "不合格", "0.80"}};
    static const char head[] =
        "agent,performance,quality,business,utilization,attendance,reporting_timeliness,"
        "discipline,supervisor_score\n";
    char csv[600];
    struct appraised it = {0};

    (void)state;
    snprintf(csv, sizeof csv, "%sA,90,96,88,70,100,80,100,95\n", head);
    appraise(&it, "hundred-points", csv);
    assert_no_faults(&it);
    assert_total(&it, "A", "91.10");
    assert_item(&it, "A", "quality", "28.80");
    assert_grade(&it, "A", "良好");
    finish(&it);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *s = table[i].score;
        snprintf(csv, sizeof csv, "%sA,%s,%s,%s,%s,%s,%s,%s,%s\n", head, s, s, s, s, s, s, s, s);
        appraise(&it, "hundred-points", csv);
        assert_grade(&it, "A", table[i].grade);
        assert_number(sheet_of(&it, "A")->coefficient, table[i].coefficient, s);
        finish(&it);
    }
}

/*
 * S5. A: (18 + 17 + 16) ÷ 3 = 17; call quality 1 + 0 + 2 + 0 + 1 + 0 = 4 → −2; conduct 1 → −0.5; 17
 * − 2.5 = 14.5. B: (1 + 1 + 2) ÷ 3 = 1.33…; 10 violations → −5; below 0, so 0.
 */
static void s5_courier(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "courier",
             "agent,initiative,action,effectiveness,tone,shirking,idle_chat,no_mute_when_"
             "consulting,late_reply,"
             "no_agent_id,conduct,complaints\n"
             "A,18,17,16,1,0,2,0,1,0,1,3\nB,1,1,2,10,0,0,0,0,0,0,\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "14.50");
    assert_item(&it, "A", "efficiency", "17.00");
    assert_item(&it, "A", "call_quality", "-2.00");
    assert_item(&it, "A", "work_conduct", "-0.50");
    assert_figure(&it, "A", "complaints", "3.00"); /* shown, not counted */
    assert_item(&it, "B", "efficiency", "1.33");
    assert_total(&it, "B", "0.00");
    finish(&it);
}

/* S6: (5000 − 500) ÷ 5000 × 100 = 90 %. */
static void s6_net_volume(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "net-volume",
             "agent,calls_handled,complaints,call_target\nA,5000,500,5000\nB,100,250,300\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "90.00");
    assert_item(&it, "A", "net_calls", "4500.00");
    assert_total(&it, "B", "-50.00"); /* (100 − 250) ÷ 300 */
    finish(&it);
}

/*
 * S7. 未来衣橱: 650 ÷ 3 = 216.67, 500000 ÷ 3 = 166666.67, 3 × 8000 ÷ 500000 = 4.8 %.
 * 衣衣风尚: 600 ÷ 5 = 120, 350000 ÷ 5 = 70000, 5 × 9000 ÷ 350000 = 12.857… %.
 */
static void s7_units(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "unit-comparison",
             "subject,agents,daily_inquiries,wage,monthly_sales\n未来衣橱,3,650,8000,500000\n"
             "衣衣风尚,5,600,9000,\"350,000\"\n");
    assert_no_faults(&it);
    assert_item(&it, "未来衣橱", "inquiries_per_agent", "216.67");
    assert_item(&it, "未来衣橱", "sales_per_agent", "166666.67");
    assert_item(&it, "未来衣橱", "wage_ratio", "4.80");
    assert_item(&it, "衣衣风尚", "inquiries_per_agent", "120.00");
    assert_item(&it, "衣衣风尚", "sales_per_agent", "70000.00");
    assert_item(&it, "衣衣风尚", "wage_ratio", "12.86");
    assert_number(sheet_of(&it, "未来衣橱")->total, "null", "total");
    assert_assumes(&it, "未来衣橱", "indicators.wage", 1);
    finish(&it);
}

/*
 * S8: 8 + 9 + 7.5 + 8 + 6 + 9 + 10 + 9 + 8 + 7 = 81.5. Two raters of one aspect: (8 + 9) ÷ 2 = 8.5
 * for the supervisor's own sheet: 8.5 + 9 × 9 = 89.5, with records; without them a supervisor has
 * no sheet, an agent has.
 */
static void s8_ten_aspects(void **state)
{
    static const char nine[] =
        "%1$s,resolution,9,,%2$s\n%1$s,satisfaction,9,,%2$s\n%1$s,returns,9,,%2$s\n"
        "%1$s,follow_up,9,,%2$s\n%1$s,product_knowledge,9,,%2$s\n%1$s,communication,9,,%2$s\n"
        "%1$s,teamwork,9,,%2$s\n%1$s,error_handling,9,,%2$s\n%1$s,learning,9,,%2$s\n";
    char csv[4000];
    struct appraised it = {0};

    (void)state;
    appraise(&it, "ecommerce-after-sales",
             "agent,response,resolution,satisfaction,returns,follow_up,product_knowledge,"
             "communication,teamwork,"
             "error_handling,learning\nA,8,9,7.5,8,6,9,10,9,8,7\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "81.50");
    finish(&it);
    strcpy(
        csv,
        "agent,indicator,value,rater,post\nM,response,8,boss,manager\nM,response,9,other,manager\n"
        "M,records,7,boss,manager\nN,response,8,boss,manager\n");
    snprintf(csv + strlen(csv), sizeof csv - strlen(csv), nine, "M", "manager");
    snprintf(csv + strlen(csv), sizeof csv - strlen(csv), nine, "N", "manager");
    appraise(&it, "ecommerce-after-sales", csv);
    assert_total(&it, "M", "89.50");
    assert_figure(&it, "M", "records", "7.00");
    assert_null(find_sheet(&it, "N"));
    assert_fault(&it, "in.csv", 5, 12, "\"records\"");
    finish(&it);
}

/*
 * S9: 10 % of 90 = 9, 10 % of 80 = 8, 10 % of 70 = 7; 15 % of 90 = 13.5, 10 % of 80 = 8, 5 % of 100
 * = 5; 10 % of 95 = 9.5, 5 % of 60 = 3, 5 % of 70 = 3.5; 5 % of 80 = 4, 5 % of 90 = 4.5: 75 of
 * 90, 83.33 %.
 */
static void s9_out_of_ninety(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "after-sales-weights",
             "agent,resolution,norms,repair_accuracy,feedback,resolution_time,survey,completion,"
             "utilization,"
             "response_time,training,knowledge\nA,90,80,70,90,80,100,95,60,70,80,90\n"
             "B,100,100,100,100,100,100,100,100,100,100,100\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "75.00");
    assert_item(&it, "A", "percent", "83.33");
    assert_item(&it, "A", "feedback", "13.50");
    assert_total(&it, "B", "90.00");
    assert_item(&it, "B", "percent", "100.00");
    assert_assumes(&it, "A", "items.total", 1);
    finish(&it);
}

/* S10. A stands on every threshold: 9 passed, 合格. B is one step beyond in two of them, and not
 * polite: 6, 不合格. */
static void s10_thresholds(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(
        &it, "after-sales-thresholds",
        "agent,answer_s,written_reply_s,first_contact_resolution,resolution_24h,satisfaction_voice,"
        "satisfaction_written,attitude,knowledge,teamwork\n"
        "A,30,3600,80%,95,4.5,4.0,pass,合格,1\nB,30.01,3600,80,94.99,4.5,4,不合格,yes,1\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "9.00");
    assert_grade(&it, "A", "合格");
    assert_total(&it, "B", "6.00");
    assert_grade(&it, "B", "不合格");
    assert_item(&it, "B", "answer_s", "0.00");
    assert_item(&it, "B", "resolution_24h", "0.00");
    assert_item(&it, "B", "attitude", "0.00");
    assert_item(&it, "B", "written_reply_s", "1.00");
    finish(&it);
}

/* S11, one value each: satisfaction, complaints, cost, notice, conduct, archive days, info days. */
static void one_post_kpi(const char *values, const char *const expected[6], const char *total)
{
    static const char *const ids[] = {"satisfaction",     "complaints_handled_pct",
                                      "cost_rate_pct",    "quality_notice_delay_days",
                                      "conduct_rate_pct", "archive"};
    char csv[600];
    struct appraised it = {0};

    snprintf(csv, sizeof csv,
             "agent,satisfaction,complaints_handled_pct,cost_rate_pct,quality_notice_delay_days,"
             "conduct_rate_pct,"
             "archive_delay_days,info_delay_days\nA,%s\n",
             values);
    appraise(&it, "post-kpi", csv);
    assert_no_faults(&it);
    for (size_t i = 0; i < 6; i++)
        assert_item(&it, "A", ids[i], expected[i]);
    assert_total(&it, "A", total);
    finish(&it);
}

/*
 * On target: (90 − 60) × 2.5 = 75; 100 − 2 × 5 = 90; 5 % → 100; 0 days → 100; 95 % → 100;
 * 100 × 60 % + 100 × 40 % = 100: 565 ÷ 6 = 94.17.
 * Above: 100 → 100; 100 % → 100; 4 % → 100 + 5 = 105; 2 days → 90; 96 % → 102; 1 day 95 × 60 % + 2
 * days 90 × 40 % = 93: 590 ÷ 6 = 98.33. At the ends: 60 → 0; 40 % → 100 − 120 → 0; 20 % → 100 − 150
 * → 0; 21 days → 0; 60 % → 100 − 140 → 0; 0: 0. Ceilings: 61 → 2.5; 0 % cost → 100 + 25 → 120; 100
 * % conduct → 110: (2.5 + 100 + 120 + 100 + 110 + 100) ÷ 6 = 88.75.
 */
static void s11_lines(void **state)
{
    static const char *const target[] = {"75.00", "90.00", "100.00", "100.00", "100.00", "100.00"};
    static const char *const above[] = {"100.00", "100.00", "105.00", "90.00", "102.00", "93.00"};
    static const char *const ends[] = {"0.00", "0.00", "0.00", "0.00", "0.00", "0.00"};
    static const char *const ceilings[] = {"2.50",   "100.00", "120.00",
                                           "100.00", "110.00", "100.00"};

    (void)state;
    one_post_kpi("90,95,5,0,95,0,0", target, "94.17");
    one_post_kpi("100,100,4,2,96,1,2", above, "98.33");
    one_post_kpi("60,40,20,21,60,30,30", ends, "0.00");
    one_post_kpi("61,100,0,0,100,0,0", ceilings, "88.75");
}

/*
 * S11 from months: cost 0, 10, 30 % are 120 (25 above 100, cut), 50 and 0 (−150, cut): (120 + 50 +
 * 0) ÷ 3 = 56.67. The mean of the inputs, 13.33 %, would have given 16.67: the lines are averaged,
 * not what goes into them. Others: 100, 100, 100, 100 (100 % → 110 each month), archive 100: (100 +
 * 100 + 56.67 + 100 + 110 + 100) ÷ 6 = 94.44.
 */
static void s11_months(void **state)
{
    struct appraised it = {0};
    char csv[2000] =
        "agent,indicator,value,period\nA,satisfaction,100,2025Q4\nA,archive_delay_days,0,2025Q4\n"
        "A,info_delay_days,0,2025Q4\n";
    static const char *const costs[] = {"0", "10", "30"};

    (void)state;
    for (int month = 10; month <= 12; month++)
        snprintf(csv + strlen(csv), sizeof csv - strlen(csv),
                 "A,complaints_handled_pct,100,2025-%1$d\nA,cost_rate_pct,%2$s,2025-%1$d\n"
                 "A,quality_notice_delay_days,0,2025-%1$d\nA,conduct_rate_pct,100,2025-%1$d\n",
                 month, costs[month - 10]);
    appraise(&it, "post-kpi", csv);
    assert_no_faults(&it);
    assert_item(&it, "A", "cost_rate_pct", "56.67");
    assert_item(&it, "A", "conduct_rate_pct", "110.00");
    assert_total(&it, "A", "94.44");
    finish(&it);
}

/* A month short of one indicator, and a month of another quarter, are named. */
static void s11_months_that_do_not_fit(void **state)
{
    static const char rest[] =
        "A,satisfaction,100,\nA,archive_delay_days,0,\nA,info_delay_days,0,\n"
        "A,quality_notice_delay_days,0,2025-10\nA,quality_notice_delay_days,0,2025-11\n"
        "A,conduct_rate_pct,95,2025-10\nA,conduct_rate_pct,95,2025-11\n"
        "A,complaints_handled_pct,100,2025-10\nA,complaints_handled_pct,100,2025-11\n";
    char csv[2000];
    struct appraised it = {0};

    (void)state;
    snprintf(csv, sizeof csv, "agent,indicator,value,period\nA,cost_rate_pct,5,2025-10\n%s", rest);
    appraise(&it, "post-kpi", csv);
    assert_fault(&it, "in.csv", 2, 17, "\"cost_rate_pct\" is missing for 2025-11");
    finish(&it);
    snprintf(
        csv, sizeof csv,
        "agent,indicator,value,period\nA,cost_rate_pct,5,2025-10\nA,cost_rate_pct,5,2026-01\n%s",
        rest);
    appraise(&it, "post-kpi", csv);
    assert_fault(&it, "in.csv", 3, 19, "the row is of 2026-01, and most of the import of 2025Q4");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
}

/*
 * S12. A: 18 + 19 + 20, attendance 20 − 0, typing 20 × 45 ÷ 60 = 15: 92; complaint −5, caused −8,
 * off task −20, missed duty −5; praise 2 × 5 = 10, named 3 × 1 = 3, outstanding 10, growth 20: 92 −
 * 38 + 43 = 97: 中级, 500. Yuan: 500 − 100 − 200 + 200 (no absence) + 0 = 400. B: 20 × 5 = 100, +
 * 20 growth = 120: 特级, 1000; 1000 + 200 + team 500 = 1700. C: 0 + 0 + 0, three absences 20 − 30 =
 * −10, no typing: −10: 底级; 300; + 100 attendance pay = 400.
 */
static const char levels_head[] =
    "agent,quality,execution,complaints_free,absences,typing_cpm,complaints,"
    "caused_complaint_points,off_task,missed_duty,praise,named_reviews,outstanding,"
    "review_growth,team_bonus\n";

static void s12_levels(void **state)
{
    char csv[1000];
    struct appraised it = {0};

    (void)state;
    snprintf(csv, sizeof csv,
             "%sA,18,19,20,0,45,1,8,1,1,2,3,yes,是,\nB,20,20,20,0,75,0,0,0,0,0,0,0,1,500\n"
             "C,0,0,0,3,0,0,0,0,0,0,0,0,0,\n",
             levels_head);
    appraise(&it, "levels", csv);
    assert_no_faults(&it);
    assert_item(&it, "A", "typing", "15.00");
    assert_item(&it, "A", "off_task", "-20.00");
    assert_item(&it, "A", "complaints", "-5.00");
    assert_item(&it, "A", "caused_complaint_points", "-8.00");
    assert_total(&it, "A", "97.00");
    assert_grade(&it, "A", "中级");
    assert_number(sheet_of(&it, "A")->bonus, "500.00", "A's bonus");
    assert_item(&it, "A", "off_task_fine", "-100.00");
    assert_item(&it, "A", "missed_duty_fine", "-200.00");
    assert_item(&it, "A", "attendance_pay", "200.00");
    assert_number(sheet_of(&it, "A")->pay, "400.00", "A's extras");
    assert_total(&it, "B", "120.00");
    assert_grade(&it, "B", "特级");
    assert_number(sheet_of(&it, "B")->pay, "1700.00", "B's extras");
    assert_item(&it, "C", "attendance", "-10.00");
    assert_total(&it, "C", "-10.00");
    assert_grade(&it, "C", "底级");
    assert_number(sheet_of(&it, "C")->pay, "400.00", "C's extras");
    finish(&it);
}

/* The levels' edges: 60 + praise in fives, from five items of 20 less what is wanted. */
static void s12_edges(void **state)
{
    static const struct {
        const char *quality, *praise, *grade, *bonus;
    } table[] = {{"20", "4", "特级", "1000.00"},   /* 100 + 20 = 120 */
                 {"19.99", "4", "高级", "800.00"}, /* 119.99 */
                 {"20", "0", "高级", "800.00"},    /* 100 */
                 {"19.99", "0", "中级", "500.00"}, /* 99.99 */
                 {"0", "0", "中级", "500.00"}};    /* 80 */
    char csv[600];
    struct appraised it = {0};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(csv, sizeof csv, "%sA,%s,20,20,0,60,0,0,0,0,%s,0,0,0,\n", levels_head,
                 table[i].quality, table[i].praise);
        appraise(&it, "levels", csv);
        assert_grade(&it, "A", table[i].grade);
        assert_number(sheet_of(&it, "A")->bonus, table[i].bonus, "bonus");
        finish(&it);
    }
    /* 60 is 初级: 0 + 20 + 20 + 20 − 0 + 0 typing; 59.99 is 底级. */
    snprintf(csv, sizeof csv,
             "%sA,0,20,20,0,0,0,0,0,0,0,0,0,0,\nB,0,19.99,20,0,0,0,0,0,0,0,0,0,0,\n", levels_head);
    appraise(&it, "levels", csv);
    assert_grade(&it, "A", "初级");
    assert_number(sheet_of(&it, "A")->bonus, "400.00", "bonus");
    assert_grade(&it, "B", "底级");
    assert_number(sheet_of(&it, "B")->bonus, "300.00", "bonus");
    finish(&it);
}

/* bonus_by: rank. Totals 100, 90, 90, 70, 49: 1000, 800 shared by the tied, the fourth 300, and
 * under 50 300. */
static void s12_bonus_by_rank(void **state)
{
    char csv[1000];
    struct appraised it = {0};

    (void)state;
    snprintf(csv, sizeof csv,
             "%sA,20,20,20,0,60,0,0,0,0,0,0,0,0,\nB,10,20,20,0,60,0,0,0,0,0,0,0,0,\nC,20,10,20,0,"
             "60,0,0,0,0,0,0,0,0,\n"
             "D,0,10,20,0,60,0,0,0,0,0,0,0,0,\nE,0,0,9,0,60,0,0,0,0,0,0,0,0,\n",
             levels_head);
    appraise_text(&it, changed(scheme_text("levels"), "bonus_by: level", "bonus_by: rank"), csv,
                  strlen(csv));
    assert_no_faults(&it);
    assert_number(sheet_of(&it, "A")->bonus, "1000.00", "A");
    assert_number(sheet_of(&it, "B")->bonus, "800.00", "B");
    assert_number(sheet_of(&it, "C")->bonus, "800.00", "C");
    assert_number(sheet_of(&it, "D")->bonus, "300.00", "D");
    assert_total(&it, "E", "49.00");
    assert_number(sheet_of(&it, "E")->bonus, "300.00", "E");
    assert_assumes(&it, "D", "rank_bonus", 1);
    assert_assumes(&it, "A", "rank_bonus", 0);
    finish(&it);
    /* E's cell is wrong: nobody has a place, and none a bonus by it. */
    snprintf(csv, sizeof csv, "%sA,20,20,20,0,60,0,0,0,0,0,0,0,0,\nE,0,0,x,0,60,0,0,0,0,0,0,0,0,\n",
             levels_head);
    appraise_text(&it, changed(scheme_text("levels"), "bonus_by: level", "bonus_by: rank"), csv,
                  strlen(csv));
    assert_total(&it, "A", "100.00");
    assert_int_equal(sheet_of(&it, "A")->rank, 0);
    assert_false(cqa_rational_valid(sheet_of(&it, "A")->bonus));
    finish(&it);
    /* Alone and first, but under half of 100: 300 whatever else. */
    snprintf(csv, sizeof csv, "%sE,0,0,9.99,0,60,0,0,0,0,0,0,0,0,\n", levels_head);
    appraise_text(&it, changed(scheme_text("levels"), "bonus_by: level", "bonus_by: rank"), csv,
                  strlen(csv));
    assert_int_equal(sheet_of(&it, "E")->rank, 1);
    assert_number(sheet_of(&it, "E")->bonus, "300.00", "E");
    finish(&it);
}

/*
 * S13. KPI 90 × 40 % + 80 × 20 % + 70 × 20 % + 100 × 20 % = 36 + 16 + 14 + 20 = 86.
 * Ability 80 × 30 % + 90 × 20 % + 90 × 20 % + 80 × 15 % + 60 × 15 % = 24 + 18 + 18 + 12 + 9 = 81.
 * Attitude 100 × 30 % + 90 × 20 % + 80 × 25 % + 70 × 15 % + 60 × 10 % = 30 + 18 + 20 + 10.5 + 6
 * = 84.5. Total 86 × 70 % + 81 × 15 % + 84.5 × 15 % = 60.2 + 12.15 + 12.675 = 85.025, half away
 * from zero 85.03.
 */
static void s13_service_centre(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "service-centre",
             "agent,service_quality,feedback_forms,quality_reports,key_accounts,professional,"
             "interpersonal,"
             "communication,expression,coordination,responsibility,initiative,learning,teamwork,"
             "diligence\n"
             "A,90,80,70,100,80,90,90,80,60,100,90,80,70,60\n");
    assert_no_faults(&it);
    assert_item(&it, "A", "kpi", "86.00");
    assert_item(&it, "A", "ability", "81.00");
    assert_item(&it, "A", "attitude", "84.50");
    assert_item(&it, "A", "service_quality", "36.00");
    assert_total(&it, "A", "85.03");
    assert_assumes(&it, "A", "indicators.professional", 1);
    finish(&it);
}

/* S14. A on every edge, handle time one second lower: 8 × 12.5 = 100. B fails all but two: 25. */
static void s14_eight(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "eight-indicators",
             "agent,first_response_s,first_contact_resolution,satisfaction,knowledge_tests,handle_"
             "time_s,"
             "handle_time_before_s,communication,teamwork,learning\n"
             "A,30,90,95,100,299,300,80,80,80\nB,30.5,89.9,94.99,99,300,300,79.99,80,100\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "100.00");
    assert_total(&it, "B", "25.00");
    assert_item(&it, "B", "handle_time_s", "0.00"); /* 300 is not lower than 300 */
    assert_item(&it, "B", "teamwork", "12.50");
    finish(&it);
}

/* Where the document offers two, the switch takes the other: 优秀 2 in place of 3, 良好 1.5 in
 * place of 2; 合格 stays 1. 8000: 5600 + 2400 × 2 = 10400; 7000: 4900 + 2100 × 1.5 = 8050; 6000:
 * 4200 + 1800 = 6000. */
static void s2_other_coefficients(void **state)
{
    static const char csv[] = "agent,self_score,supervisor_score,wage\na,95,95,8000\n"
                              "b,85,85,7000\nc,75,75,6000\n";
    struct appraised it = {0};

    (void)state;
    appraise(&it, "grades-310", csv);
    assert_number(sheet_of(&it, "a")->pay, "12800.00", "3");
    assert_number(sheet_of(&it, "b")->pay, "9100.00", "2");
    assert_assumes(&it, "a", "grades.优秀", 1);
    assert_assumes(&it, "b", "grades.良好", 1);
    finish(&it);
    appraise_text(&it,
                  changed(scheme_text("grades-310"), "coefficients: first", "coefficients: other"),
                  csv, sizeof csv - 1);
    assert_number(sheet_of(&it, "a")->pay, "10400.00", "2");
    assert_number(sheet_of(&it, "b")->pay, "8050.00", "1.5");
    assert_number(sheet_of(&it, "c")->pay, "6000.00", "1");
    finish(&it);
}

/* Each gap of a document that a number stands on is said on the sheet. */
static void gaps_are_said(void **state)
{
    static const struct {
        const char *scheme;
        const char *csv;
        const char *where[3];
    } table[] = {
        {"agent-2013",
         "agent,calls_handled,wrong_orders,recording_qa\na,2000,3,99\n",
         {"scheme.cpi"}},
        {"hundred-points",
         "agent,performance,quality,business,utilization,attendance,reporting_timeliness,"
         "discipline,supervisor_score\na,90,90,90,90,90,90,90,90\n",
         {"scheme.bonus", "indicators.quality", "indicators.utilization"}},
        {"after-sales-weights",
         "agent,resolution,norms,repair_accuracy,feedback,resolution_time,survey,completion,"
         "utilization,response_time,training,knowledge\na,90,90,90,90,90,90,90,90,90,90,90\n",
         {"scheme.period"}},
        {"levels",
         "agent,quality,execution,complaints_free,absences,typing_cpm,complaints,"
         "caused_complaint_points,off_task,praise,named_reviews,outstanding,review_growth\n"
         "a,20,20,20,0,90,0,0,0,0,0,no,yes\n",
         {"scheme.bonus_by", "indicators.typing_cpm", "indicators.review_growth"}},
        {"eight-indicators",
         "agent,first_response_s,first_contact_resolution,satisfaction,knowledge_tests,"
         "handle_time_s,handle_time_before_s,communication,teamwork,learning\n"
         "a,20,95,96,100,60,70,80,90,90\n",
         {"indicators.teamwork"}},
        {"after-sales-thresholds",
         "agent,answer_s,written_reply_s,first_contact_resolution,resolution_24h,"
         "satisfaction_voice,satisfaction_written,attitude,knowledge,teamwork\n"
         "a,20,600,85,96,4.8,4.5,yes,yes,yes\n",
         {"grades.合格"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {0};
        appraise(&it, table[i].scheme, table[i].csv);
        assert_no_faults(&it);
        for (int k = 0; k < 3 && table[i].where[k] != NULL; k++)
            assert_assumes(&it, "a", table[i].where[k], 1);
        finish(&it);
    }
}

/* Only the post that has the duty must say how often it was missed. */
static void s12_a_duty_of_one_post(void **state)
{
    static const char head[] =
        "agent,post,quality,execution,complaints_free,absences,typing_cpm,complaints,"
        "caused_complaint_points,off_task,praise,named_reviews,outstanding,review_growth\n"
        "a,查表岗位,20,20,20,0,60,0,0,0,0,0,no,no\nb,客服,20,20,20,0,60,0,0,0,0,0,no,no\n";
    struct appraised it = {0};

    (void)state;
    appraise(&it, "levels", head);
    assert_fault(&it, "in.csv", 2, 8,
                 "\"missed_duty\" (Missed duty, 未按时充值（查表岗位）) is missing");
    assert_total(&it, "b", "100.00");
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s1_four_aspects),
        cmocka_unit_test(s2_grades_and_pay),
        cmocka_unit_test(s2_quotas_of_small_groups),
        cmocka_unit_test(s2_ties_at_a_cut),
        cmocka_unit_test(s2_pay_by_distribution),
        cmocka_unit_test(s2_one_error_moves_nobody),
        cmocka_unit_test(s3_tiers),
        cmocka_unit_test(s3_wrong_orders),
        cmocka_unit_test(s3_recording_qa),
        cmocka_unit_test(s3_total),
        cmocka_unit_test(s4_hundred_points),
        cmocka_unit_test(s5_courier),
        cmocka_unit_test(s6_net_volume),
        cmocka_unit_test(s7_units),
        cmocka_unit_test(s8_ten_aspects),
        cmocka_unit_test(s9_out_of_ninety),
        cmocka_unit_test(s10_thresholds),
        cmocka_unit_test(s11_lines),
        cmocka_unit_test(s11_months),
        cmocka_unit_test(s11_months_that_do_not_fit),
        cmocka_unit_test(s12_levels),
        cmocka_unit_test(s12_edges),
        cmocka_unit_test(s12_bonus_by_rank),
        cmocka_unit_test(s13_service_centre),
        cmocka_unit_test(s14_eight),
        cmocka_unit_test(s2_other_coefficients),
        cmocka_unit_test(gaps_are_said),
        cmocka_unit_test(s12_a_duty_of_one_post),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
