/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight schemes of other houses (tests/schemes), written with nothing but what the language says;
 * three agents of each worked out by hand in the comments. */
#include "unit/appraisal/appraised.h"

static void appraise_plain(struct appraised *it, const char *name, const char *csv)
{
    char path[300];

    snprintf(path, sizeof path, "../../tests/schemes/%s", name);
    appraise_text(it, scheme_text(path), csv, strlen(csv));
}

static void assert_pay(const struct appraised *it, const char *agent, const char *expected)
{
    assert_number(sheet_of(it, agent)->pay, expected, agent);
}

/*
 * a: handling 170 s: 100 + 10 × 0.1 = 101; 96 × 0.4 + 101 × 0.2 + 100 × 0.1 + 98 × 0.2 + 95 × 0.1
 * = 38.4 + 20.2 + 10 + 19.6 + 9.5 = 97.7: A, 1.2. b: the same with a critical error: 0, D, nothing.
 * Their team: 97.7 ÷ 2 = 48.85, below 80: 0.9. a: 3000 × 1.2 × 0.9 = 3240.
 * c, of another team, joined on the 16th of 30 days: 300 s: 100 − 60, no less than 60; late once:
 * 90; 36 + 12 + 9 + 18 + 9 = 84: C, 0.8; team 84: 1; 3000 × 0.8 × 1 × 15 ÷ 30 = 1200.
 */
static void bank_centre(void **state)
{
    struct appraised it = {.period = "2025-11",
                           .seats =
                               "person,extension,team,post,from,to\na,1,east,综合客服代表,,\n"
                               "b,2,east,综合客服代表,,\nc,3,west,信用卡客服代表,2025-11-16,\n"};

    (void)state;
    appraise_plain(&it, "bank-centre",
                   "agent,qa,calls,aht_s,csat,exam,late,critical,base\n"
                   "a,96,1800,170,98,95,0,0,3000\nb,96,1800,170,98,95,0,1,3000\n"
                   "c,90,1800,300,90,90,1,0,3000\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "weighted", "97.70");
    assert_total(&it, "a", "97.70");
    assert_grade(&it, "a", "A");
    assert_pay(&it, "a", "3240.00");
    assert_total(&it, "b", "0.00");
    assert_grade(&it, "b", "D");
    assert_pay(&it, "b", "0.00");
    assert_total(&it, "c", "84.00");
    assert_grade(&it, "c", "C");
    assert_pay(&it, "c", "1200.00");
    finish(&it);
}

/*
 * a: 110 × 60 % + 90 × 40 % = 102, last quarter 95: + 5 = 107; P1: 4000 × 1.07 = 4280.
 * b: 80 × 50 % + 100 × 50 % = 90, last quarter 92: 90; P2: 6000 × 0.9 = 5400.
 * c: 150 × 100 % = 150, new in October: no progress, at most 120; P1: 4800.
 * d: weights of 60 and 30 are refused.
 */
static void mbo(void **state)
{
#define BEFORE(agent, achieved)                                                                    \
    "{\"agent\":\"" agent "\",\"scheme\":\"mbo\",\"period\":\"2025Q3\",\"trace\":["                \
    "{\"item\":\"achieved\",\"points\":" achieved "}]}\n"
    struct appraised it = {.period = "2025Q4",
                           .earlier = BEFORE("a", "95") BEFORE("b", "92"),
                           .seats =
                               "person,extension,team,post,from,to\na,1,e,desk,,\n"
                               "b,2,e,desk,,\nc,3,e,desk,2025-10-01,\nd,4,e,desk,2025-10-01,\n"};

    (void)state;
    appraise_plain(&it, "mbo",
                   "agent,goal_1,weight_1,goal_2,weight_2,base\na,110,60,90,40,P1\n"
                   "b,80,50,100,50,P2\nc,150,100,0,0,P1\nd,150,60,0,30,P1\n");
    assert_total(&it, "a", "107.00");
    assert_pay(&it, "a", "4280.00");
    assert_total(&it, "b", "90.00");
    assert_pay(&it, "b", "5400.00");
    assert_total(&it, "c", "120.00");
    assert_pay(&it, "c", "4800.00");
    assert_null(find_sheet(&it, "d"));
    assert_fault(&it, "in.csv", 5, 3, "the weights of \"achieved\" sum to 90");
    finish(&it);
}

/*
 * a: 90 × 10 % + 80 × 20 % + 85 × 50 % + 70 × 20 % = 9 + 16 + 42.5 + 14 = 81.5.
 * b, who leads nobody: of 80 %: (9 + 16 + 42.5) ÷ 0.8 = 84.375.
 * c: five peers, 60 and 100 left out: (80 + 85 + 90) ÷ 3 = 85; 10 + 17 + 45 + 16 = 88.
 */
static void r360(void **state)
{
    struct appraised it = {.period = "2025Q4"};

    (void)state;
    appraise_plain(&it, "r360",
                   "agent,indicator,value,rater\na,self_score,90,\na,peer_score,80,\n"
                   "a,boss_score,85,\na,sub_score,70,\nb,self_score,90,\nb,peer_score,80,\n"
                   "b,boss_score,85,\nc,self_score,100,\nc,peer_score,60,p1\nc,peer_score,80,p2\n"
                   "c,peer_score,85,p3\nc,peer_score,90,p4\nc,peer_score,100,p5\n"
                   "c,boss_score,90,\nc,sub_score,80,\n");
    assert_no_faults(&it);
    assert_total(&it, "a", "81.50");
    assert_total(&it, "b", "84.38");
    assert_total(&it, "c", "88.00");
    finish(&it);
}

/*
 * a: 500 + 700 + 5000 × 0.1 = 1700; 125 % of quota: × 1.5 = 2550; the guarantee of 3000 is more.
 * b: 9000 − 1000 = 8000 × 0.05 = 400; 45 %: × 0.8 = 320; 3000.
 * c: 60000 − 5000: 500 + 700 + 35000 × 0.1 = 4700; 300 %: × 1.5 = 7050.
 */
static void telesales(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_plain(&it, "telesales",
                   "agent,sales,quota,refunds,guarantee\na,25000,20000,0,3000\n"
                   "b,9000,20000,1000,3000\nc,60000,20000,5000,3000\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "commission", "1700.00");
    assert_item(&it, "a", "accelerated", "2550.00");
    assert_total(&it, "a", "3000.00");
    assert_item(&it, "b", "accelerated", "320.00");
    assert_total(&it, "b", "3000.00");
    assert_item(&it, "c", "commission", "4700.00");
    assert_total(&it, "c", "7050.00");
    finish(&it);
}

/*
 * a: 100 %, 400 ÷ 800 = 50 %, 100000 ÷ 400 = 250, 790 ÷ 800 = 98.75 %, 30 s, never late: 100; 2000
 * × 1.2. b: 89.999 % is below 90: 70; 390 ÷ 900 = 43.33: 80; 89999 ÷ 390 = 230.77: 80; 860 ÷ 900
 * = 95.56: 80; 36 s: 80; late twice: 80: 21 + 16 + 16 + 16 + 4 + 4 = 77; 2000 × 0.8. c: nothing
 * sold: 0 ÷ 0 spent by each counts as 0; 0 + 0 + 0 + 16 + 4 + 4 = 24; 2000 × 0.5.
 */
static void ecommerce_presales(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise_plain(&it, "ecommerce-presales",
                   "agent,sales,plan,paid,asked,replied,response_s,late,base\n"
                   "a,100000,100000,400,800,790,30,0,2000\nb,89999,100000,390,900,860,36,2,2000\n"
                   "c,0,100000,0,900,860,36,2,2000\n");
    assert_no_faults(&it);
    assert_total(&it, "a", "100.00");
    assert_pay(&it, "a", "2400.00");
    assert_total(&it, "b", "77.00");
    assert_grade(&it, "b", "铜牌");
    assert_pay(&it, "b", "1600.00");
    assert_total(&it, "c", "24.00");
    assert_pay(&it, "c", "1000.00");
    finish(&it);
}

#define RENEWAL_BEFORE(agent, period, attained)                                                    \
    "{\"agent\":\"" agent "\",\"scheme\":\"renewal\",\"period\":\"" period "\",\"trace\":["        \
    "{\"item\":\"attained\",\"points\":" attained "}]}\n"

/*
 * a: 30000 × 3 % + 30000 × 5 % + 20000 × 8 % = 900 + 1500 + 1600 = 4000; renewed 92 %: × 1.2 =
 * 4800; two punches beyond three: − 40; clawed back: − 500; base 3000: 7260. Two poor months
 * before, but 133 % now. b, with a fatal error: 600 × 0.5 = 300; in the second month, from the 16th
 * of 30 days: at least 3500 ÷ 2 = 1750; base 1500: 3250. c: 900 × 0.8 = 720; 59.99 % and 55 %
 * before and 50 % now: base × 0.8 = 2400: 3120. The team: (133.33 + 33.33 + 50) ÷ 3 = 72.22: no
 * prize.
 */
static void renewal(void **state)
{
    struct appraised it = {
        .period = "2025-11",
        .seats = "person,extension,team,post,from,to\na,1,east,电销专员,,\n"
                 "b,2,east,电销专员,2025-11-16,\nc,3,east,电销专员,,\n",
        .earlier = RENEWAL_BEFORE("a", "2025-09", "20") RENEWAL_BEFORE("a", "2025-10", "20")
            RENEWAL_BEFORE("c", "2025-09", "59.99") RENEWAL_BEFORE("c", "2025-10", "55")};

    (void)state;
    appraise_plain(&it, "renewal",
                   "工号,首年保费,任务保费,续保率,致命差错,司龄月数,补卡,退保扣回,底薪\n"
                   "a,80000,60000,92%,0,24,5,500,3000\nb,20000,60000,85%,1,2,0,,3000\n"
                   "c,30000,60000,79.9%,0,12,3,0,3000\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "commission", "4000.00");
    assert_item(&it, "a", "earned", "4800.00");
    assert_item(&it, "a", "punch_fine", "-40.00");
    assert_item(&it, "a", "team", "72.22");
    assert_total(&it, "a", "7260.00");
    assert_item(&it, "b", "earned", "300.00");
    assert_item(&it, "b", "paid", "1750.00");
    assert_total(&it, "b", "3250.00");
    assert_item(&it, "c", "base_paid", "2400.00");
    assert_total(&it, "c", "3120.00");
    finish(&it);
}

/*
 * a: 400 + 250 + 100 = 750 ÷ 150 h = 5: 40; 2 ÷ 400 = 0.5 %: 30; 98 %: 20; (2 + 1) × 2 = 6, at most
 * 5: 95: A; 2001 × 1.3 = 2601.3, in whole yuan 2601. b: 650 ÷ 150: 40 − 10 × 2/3 = 33.33; 1 %: five
 * tenths more: 30 − 10 = 20; 96 %: 16; 69.33, in tenths 69.3; the fourth of ten, 2 + 5 places for A
 * and B: B; away 2 of 22 days: 2000 × 20 ÷ 22 = 1818.18: 1818. c is the first with 96.3 and has a
 * major error: D, nothing; its place for A goes to nobody. x was away for 11 days: A by its score,
 * among nobody: 365 ÷ 60: 40 + 5 × 13/12 = 45.42; 0 %: + 5, at most 33; 20: 98.4; 2600 × 11 ÷ 22.
 */
static void claims(void **state)
{
    struct appraised it = {.period = "2025-11"};

    (void)state;
    appraise_plain(
        &it, "claims",
        "工号,简单件,复杂件,疑难件,出勤工时,抽检件,差错件,时效达成率,重大差错,合理化建议,"
        "客户表扬,请假天数,绩效基数,应出勤天数\n"
        "a,400,100,25,150,400,2,98%,0,2,1,0,2001,22\nb,300,100,25,150,300,3,96%,0,0,0,2,2000,22\n"
        "c,500,100,25,150,0,0,99%,1,0,0,0,2000,22\nd,400,100,25,150,400,4,94%,0,0,0,0,2000,22\n"
        "e,390,100,25,150,400,4,94%,0,0,0,0,2000,22\nf,380,100,25,150,400,4,94%,0,0,0,0,2000,22\n"
        "g,370,100,25,150,400,4,94%,0,0,0,0,2000,22\nh,360,100,25,150,400,4,94%,0,0,0,0,2000,22\n"
        "i,350,100,25,150,400,4,94%,0,0,0,0,2000,22\nj,340,100,25,150,400,4,94%,0,0,0,0,2000,22\n"
        "x,200,50,10,60,200,0,99%,0,0,0,11,2000,22\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "extra", "5.00");
    assert_total(&it, "a", "95.00");
    assert_string_equal(sheet_of(&it, "a")->grade_distribution->id, "A");
    assert_pay(&it, "a", "2601.00");
    assert_item(&it, "b", "quality", "20.00");
    assert_total(&it, "b", "69.30");
    assert_grade(&it, "b", "D");
    assert_string_equal(sheet_of(&it, "b")->grade_distribution->id, "B");
    assert_pay(&it, "b", "1818.00");
    assert_total(&it, "c", "96.30");
    assert_int_equal(sheet_of(&it, "c")->rank, 1);
    assert_grade(&it, "c", "D");
    assert_string_equal(sheet_of(&it, "c")->grade_distribution->id, "D");
    assert_pay(&it, "c", "0.00");
    assert_string_equal(sheet_of(&it, "d")->grade_distribution->id, "B");
    assert_total(&it, "x", "98.40");
    assert_grade(&it, "x", "A");
    assert_null(sheet_of(&it, "x")->grade_distribution);
    assert_int_equal(sheet_of(&it, "x")->rank, 0);
    assert_pay(&it, "x", "1300.00");
    assert_true(has_note(&it, "outside the forced distribution, by the scheme: 1"));
    finish(&it);
}

/*
 * a: (90 + 95 + 100) ÷ 3 = 95 × 60 % = 57; 360 000 of 300 000 = 120 %: 40; never away: 10: 107: 优.
 * b: (100 + 59.9 + 100) ÷ 3 × 60 % = 51.98; 40; 10: 101.98, in tenths 102; a month below 60: 良.
 * c: 55 × 60 % = 33; 10 %: 0; away: 33: 差; 59.9 the quarter before: two poor ones, out.
 */
static void collections(void **state)
{
    struct appraised it = {.period = "2025Q4",
                           .earlier = "{\"agent\":\"c\",\"scheme\":\"collections\",\"period\":"
                                      "\"2025Q3\",\"total\":59.9,\"trace\":[]}\n",
                           .seats = "person,extension,team,post,from,to\na,1,e,desk,2025-10-01,\n"
                                    "b,2,e,desk,2025-10-01,\nc,3,e,desk,,\n"};

    (void)state;
    appraise_plain(&it, "collections",
                   "工号,周期,月度得分,回款额,季度目标,迟到,请假\n"
                   "a,2025-10,90,100000,,,\na,2025-11,95,110000,,,\na,2025-12,100,150000,,,\n"
                   "a,2025Q4,,,300000,0,0\nb,2025-10,100,100000,,,\nb,2025-11,59.9,100000,,,\n"
                   "b,2025-12,100,160000,,,\nb,2025Q4,,,300000,0,0\nc,2025-10,50,10000,,,\n"
                   "c,2025-11,60,10000,,,\nc,2025-12,55,10000,,,\nc,2025Q4,,,300000,1,2\n");
    assert_no_faults(&it);
    assert_item(&it, "a", "sum", "360000.00");
    assert_total(&it, "a", "107.00");
    assert_grade(&it, "a", "优");
    assert_item(&it, "b", "worst", "59.90");
    assert_item(&it, "b", "failed_months", "1.00");
    assert_total(&it, "b", "102.00");
    assert_grade(&it, "b", "良");
    assert_item(&it, "c", "failed_months", "2.00");
    assert_total(&it, "c", "33.00");
    assert_item(&it, "c", "out", "1.00");
    assert_item(&it, "b", "out", "0.00");
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bank_centre),
        cmocka_unit_test(mbo),
        cmocka_unit_test(r360),
        cmocka_unit_test(telesales),
        cmocka_unit_test(ecommerce_presales),
        cmocka_unit_test(renewal),
        cmocka_unit_test(claims),
        cmocka_unit_test(collections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
