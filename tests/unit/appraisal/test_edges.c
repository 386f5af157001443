/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where numbers go wrong though the arithmetic is right: months, rows that are nobody, spellings,
 * cases that add up, posts that are left out, fractions under a percent sign. */
#include "unit/appraisal/appraised.h"

#define FRONT "agent,calls_handled,wrong_orders,recording_qa\n"

/* A result of a call that begins at `moment`; one deduction, decided as `decision` says. */
static const char *call_of(const char *moment, const char *rubric, int total, const char *decision)
{
    static char lines[4][900];
    static int next;
    char *line = lines[next++ % 4];

    snprintf(
        line, sizeof lines[0],
        "{\"schema\":\"callqa.result/"
        "1\",\"recording\":{\"duration_ms\":90000},\"call\":{\"id\":\"c%d\","
        "\"agent\":\"A\",\"started_at\":\"%s\",\"source\":\"x\"},\"measurable\":{\"speech\":\"ok\"}"
        ","
        "\"measures\":{\"ring_ms\":5000,\"queue_wait_ms\":25000},\"score\":{\"rubric\":\"%s\","
        "\"rubric_version\":\"2\",\"total\":%d,\"deductions\":[{\"rule\":\"tone\",\"points\":1,"
        "\"start_ms\":1,\"end_ms\":2,\"decision\":%s}]}}\n",
        next, moment, rubric, total, decision);
    return line;
}

static const char *joined(const char *first, const char *second)
{
    static char text[2000];

    snprintf(text, sizeof text, "%s%s", first, second);
    return text;
}

/* ---- persons */

static void assert_left_out(const struct appraised *it, const char *agent, int is_fault)
{
    for (size_t i = 0; i < it->appraisal.left_out_count; i++)
        if (strcmp(it->appraisal.left_out[i].agent, agent) == 0) {
            assert_int_equal(it->appraisal.left_out[i].is_fault, is_fault);
            return;
        }
    fail_msg("\"%s\" is not named as left out", agent);
}

/* Ten agents in a forced distribution: eleven or twelve would move the cut. The row of sums is out
 * of every range besides, which is nobody's fault. */
static void rows_about_the_others_are_nobody(void **state)
{
    static const char *const words[] = {"合计",        "平均",
                                        "总计：",      "小 计",
                                        "平均分",      "本月合计（10人）",
                                        "Average",     "TOTAL",
                                        "Grand Total", "满分",
                                        "目标值",      "最高",
                                        "最低分",      "标准差",
                                        "本月累计",    "去年同期",
                                        "共3人",       "共十二名",
                                        "10人",        "示例",
                                        "例：张三",    "示例（请删除）",
                                        "权重",        "环比",
                                        "Std. Dev.",   "Standard deviation",
                                        "Target",      "Full marks",
                                        "Last year",   "3 people",
                                        "Example",     "Highest",
                                        "YTD",         "∑",
                                        "在职人数",    "占比"};

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char csv[2000] = "agent,self_score,supervisor_score,wage\n";
        struct appraised it = {0};
        for (int k = 1; k <= 10; k++)
            snprintf(csv + strlen(csv), 60, "p%d,%d,%d,5000\n", k, 100 - k, 100 - k);
        snprintf(csv + strlen(csv), 80, "%s,945,945,x\n", words[i]);
        appraise(&it, "grades-310", csv);
        assert_no_faults(&it);
        assert_int_equal(it.appraisal.sheet_count, 10);
        assert_string_equal(sheet_of(&it, "p10")->grade_distribution->id, "不合格");
        assert_string_equal(sheet_of(&it, "p9")->grade_distribution->id, "合格");
        assert_int_equal(it.appraisal.left_out_count, 1);
        assert_int_equal(it.appraisal.left_out[0].is_fault, 0);
        finish(&it);
    }
}

/* 800 + 30 + 30 = 860, whoever types the number. */
static void one_person_has_one_spelling(void **state)
{
    static const char *const spelled[] = {"8001",
                                          "8001.0",
                                          "8001.00",
                                          "８００１",
                                          "'8001",
                                          "’8001",
                                          "“8001”",
                                          "\xE2\x80\x8B"
                                          "8001",
                                          "8001\xEF\xBB\xBF",
                                          "\xC2\xA0"
                                          "8001 "};

    (void)state;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        char csv[300];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, FRONT "%s,2000,3,100\n", spelled[i]);
        appraise(&it, "agent-2013", csv);
        assert_no_faults(&it);
        assert_total(&it, "8001", "860.00");
        finish(&it);
    }
}

static void names_keep_what_is_theirs(void **state)
{
    static const char *const names[] = {"A-01", "O'Neil", "8E12", "张 伟",  "1.5",
                                        "平安", "Max",    "Min",  "高最",   "例外",
                                        "共三", "本月生", "人杰", "计划明", "张栠"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char csv[300];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, FRONT "%s,2000,3,100\n", names[i]);
        appraise(&it, "agent-2013", csv);
        assert_total(&it, names[i], "860.00");
        finish(&it);
    }
}

static void doubtful_numbers_are_asked_about(void **state)
{
    static const char *const spelled[] = {"8.001E+03", "1.38001E+10", "\"8,001\""};

    (void)state;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        char csv[300];
        struct appraised it = {0};
        snprintf(csv, sizeof csv, FRONT "%s,2000,3,100\nB,2000,3,100\n", spelled[i]);
        appraise(&it, "agent-2013", csv);
        assert_fault(&it, "in.csv", 2, 1, "digits may be lost");
        assert_int_equal(it.appraisal.sheet_count, 1);
        assert_total(&it, "B", "860.00");
        finish(&it);
    }
}

static void two_spellings_are_asked_about(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", FRONT "A01,2000,3,100\na01,2000,3,100\nB,2000,3,100\n");
    assert_fault(&it, "in.csv", 2, 5, "\"A01\" is also written \"a01\" (line 3)");
    assert_fault(&it, "in.csv", 3, 5, "\"a01\" is also written \"A01\" (line 2)");
    assert_int_equal(it.appraisal.sheet_count, 1);
    finish(&it);
}

/* A zero that a spreadsheet took: one person, or two. */
static void zeros_in_front_are_asked_about(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", FRONT "0801,2000,3,100\n801,2000,3,100\nB,2000,3,100\n");
    assert_fault(&it, "in.csv", 2, 6, "\"0801\" is also written \"801\" (line 3)");
    assert_fault(&it, "in.csv", 3, 5, "\"801\" is also written \"0801\" (line 2)");
    assert_int_equal(it.appraisal.sheet_count, 1);
    finish(&it);
    it.seats = "person,extension\n0801,1\n801,2\nB,3\n"; /* two, as the roster says */
    appraise(&it, "agent-2013", FRONT "0801,2000,3,100\n801,2000,3,100\nB,2000,3,100\n");
    assert_no_faults(&it);
    assert_int_equal(it.appraisal.sheet_count, 3);
    finish(&it);
    appraise(&it, "agent-2013", FRONT "A-01,2000,3,100\nA-1,2000,3,100\n");
    assert_no_faults(&it);
    finish(&it);
}

/* Who is a person, the roster says: 目标 is one, and 801 is 0801's. */
static void the_roster_says_who_is_a_person(void **state)
{
    static const char seats[] = "person,extension\n0801,1\n最高,2\n";
    static const char csv[] = FRONT "801,2000,3,100\n最高,2000,3,100\n满分,9,9,9\nC,2000,3,100\n";
    struct appraised it = {0};
    struct cqa_problems problems = {0};
    struct cqa_error error = {0};
    const struct cqa_import_how how = {.roster = &it.roster, .asks_about_strangers = 1};
    char *text = scheme_text("agent-2013");

    (void)state;
    it.scheme = scheme_of(text, strlen(text), &problems);
    free(text);
    assert_int_equal(
        cqa_roster_read(NULL, seats, sizeof seats - 1, "r", &it.roster, &it.faults, &error),
        CQA_OK);
    assert_int_equal(cqa_rows_read(it.scheme, &how, csv, sizeof csv - 1, "in.csv", &it.rows,
                                   &it.faults, NULL, &error),
                     CQA_OK);
    assert_int_equal(it.faults.count, 2);
    assert_fault(&it, "in.csv", 2, 1, "the roster does not know this name; it has \"0801\"");
    assert_fault(&it, "in.csv", 5, 1, "\"C\": the roster does not know this name; allowed: a name");
    const struct cqa_appraisal_input input = {
        .scheme = it.scheme, .rows = &it.rows, .roster = &it.roster};
    assert_int_equal(cqa_appraise(&input, &it.faults, &it.appraisal, &error), CQA_OK);
    assert_int_equal(it.appraisal.sheet_count, 1);
    assert_total(&it, "最高", "860.00");
    assert_left_out(&it, "满分", 0);
    finish(&it);
}

static void the_same_in_two_widths_is_twice(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", FRONT "８００１,2000,3,100\n8001,2000,3,100\n");
    assert_fault(&it, "in.csv", 3, 6, "given twice, first in line 2");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
}

static void a_name_beside_the_number_is_shown(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", "工号,姓名,话务总量,错单量,录音质检\n8001,张三,2000,3,100\n");
    assert_total(&it, "8001", "860.00");
    assert_string_equal(sheet_of(&it, "8001")->name, "张三");
    finish(&it);
    appraise(&it, "agent-2013",
             "工号,姓名,指标,数值\n8001,张三,话务总量,2000\n8001,李四,错单量,3\n");
    assert_fault(&it, "in.csv", 3, 6, "two names: \"李四\" and (line 2) \"张三\"");
    finish(&it);
}

/* ---- posts */

static void posts_are_left_out_in_any_spelling(void **state)
{
    static const char *const posts[] = {
        "热线座席", "热线客服",      "热线座席（白班）", "客服热线座席", "热线 座席",
        "回访专员", "Hotline-Agent", "ＨＯＴＬＩＮＥ",   "Call back",    "call-back"};

    (void)state;
    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
        char csv[300];
        struct appraised it = {0};
        snprintf(csv, sizeof csv,
                 "agent,post,attitude,ability,performance,diligence\nA,%s,80,80,80,80\n"
                 "B,文员,80,80,80,80\n",
                 posts[i]);
        appraise(&it, "four-aspects", csv);
        assert_no_faults(&it);
        assert_left_out(&it, "A", 0);
        assert_total(&it, "B", "80.00");
        finish(&it);
    }
}

static void a_blank_post_is_asked_about(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "four-aspects",
             "agent,post,attitude,ability,performance,diligence\nA,,80,80,80,80\n"
             "B,文员,80,80,80,80\n");
    assert_fault(&it, "in.csv", 2, 4, "no post is given");
    assert_left_out(&it, "A", 1);
    finish(&it);
    /* where no posts are known at all, whoever made the list has chosen */
    appraise(&it, "four-aspects", "agent,attitude,ability,performance,diligence\nA,80,80,80,80\n");
    assert_total(&it, "A", "80.00");
    finish(&it);
}

/* ---- values */

#define TEN                                                                                                                   \
    "工号,首次解决率,24小时内解决率,电话/在线响应时间,短信/邮件回复时间,电话/在线满意度," \
    "短信/邮件满意度,服务态度,知识掌握程度,团队合作\n"

/* 0.85 says that the column may be fractions: 1 is asked about with it. */
static void a_fraction_under_percent_is_asked_about(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "after-sales-thresholds",
             TEN "8001,0.85,95,20,600,5,5,1,1,1\n8002,85%,96％,20,600,5,5,1,1,1\n"
                 "8003,0.85%,95,20,600,5,5,1,1,1\n8004,1,0,20,600,5,5,1,1,1\n");
    assert_fault(&it, "in.csv", 2, 6, "may be 0.85 % or 85 %; allowed: \"85%\" or \"0.85%\"");
    assert_fault(&it, "in.csv", 5, 6, "may be 1 % or 100 %; allowed: \"100%\" or \"1%\"");
    assert_int_equal(it.appraisal.sheet_count, 2);
    assert_figure(&it, "8002", "first_contact_resolution", "85.00");
    assert_figure(&it, "8003", "first_contact_resolution", "0.85");
    finish(&it);
}

static const char goals[] =
    "scheme: s\nversion: \"1\"\nnames: {en: a, zh: b}\nsource: here\nperiod: monthly\nindicators:\n"
    "  - {id: goal_1, names: {en: Goal 1, zh: 目标一}, unit: \"%\", range: [0, 150], need: "
    "required}\n"
    "  - {id: goal_2, names: {en: Goal 2, zh: 目标二}, unit: \"%\", range: [0, 150], need: "
    "required}\n"
    "items:\n  - {id: t, names: {en: T, zh: T}, type: sum, plus: [goal_1, goal_2]}\ntotal: t\n";

#define SHARES(heading, a, b, c)                                                                   \
    "agent," heading ",goal_2\nA," a ",100%\nB," b ",100%\nC," c ",100%\n"

/* Goals that are done to 105, 100 and 150 per cent, as a spreadsheet without a format has them. */
static void shares_are_asked_about_by_the_column(void **state)
{
    static const struct {
        const char *csv;
        const char *asked;  /* those of A, B, C */
        const char *figure; /* of A; NULL: asked about */
    } table[] = {
        {SHARES("goal_1", "1.05", "1", "1.5"), "ABC", NULL},
        {SHARES("目标一(%)", "1.05", "1", "1.5"), "ABC", NULL},
        {SHARES("goal_1", "0.95", "1", "1.5"), "ABC", NULL},
        {SHARES("goal_1", "1.05", "1", "95"), "AB", NULL},
        {SHARES("goal_1", "0", "1", "1.5"), "BC", "0.00"},
        {SHARES("goal_1", "105%", "1.5", "98"), "B", "105.00"},
        {SHARES("goal_1", "105", "100", "98"), "", "105.00"},
        {SHARES("goal_1", "1.5", "3.2", "5.1"), "", "1.50"},
        {SHARES("goal_1", "1.05%", "1%", "1.5%"), "", "1.05"},
        {SHARES("goal_1(fraction)", "1.05", "1", "1.5"), "", "105.00"},
        {SHARES("目标一（小数）", "1.05", "100%", "1.5"), "", "105.00"},
        {SHARES("目标一（百分值）", "1.05", "1", "1.5"), "", "1.05"},
        {SHARES("goal_1", "1.05", "1", "1.5") "合计,3.55,300%\n", "ABC", NULL},
        {"agent,indicator,value\nA,goal_1,1.05\nA,goal_2,90\nB,goal_1,1\nB,goal_2,90\n"
         "C,goal_1,95%\nC,goal_2,90\n",
         "AB", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {0};
        appraise_text(&it, strdup(goals), table[i].csv, strlen(table[i].csv));
        for (const char *agent = "ABC"; *agent != '\0'; agent++) {
            const char name[2] = {*agent, '\0'};
            if ((find_sheet(&it, name) == NULL) != (strchr(table[i].asked, *agent) != NULL))
                fail_msg("%s of %s", name, table[i].csv);
        }
        if (table[i].figure != NULL)
            assert_figure(&it, "A", "goal_1", table[i].figure);
        finish(&it);
    }
}

/* What is counted in times, in days: nobody is computed from it. */
static void another_unit_is_an_error(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "agent-2013", "工号,话务总量(通),错单量(次),录音质检\n8001,2000,3,100\n");
    assert_fault(
        &it, "in.csv", 1, 12,
        "the column \"错单量(次)\" is in another unit; allowed: none, or one of these: orders, 单");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
    appraise(&it, "agent-2013", FRONT "A,2000,3天,100\nB,2000,3单,100\n");
    assert_fault(&it, "in.csv", 2, 8, "\"3天\" of \"wrong_orders\" is in another unit");
    assert_total(&it, "B", "860.00");
    finish(&it);
}

/* 20 s and 10 minutes, and yes, in the ways that people type them. */
static void times_and_ticks_are_read_as_typed(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "after-sales-thresholds",
             TEN "a,85,95,00:00:20,0:10:00,5,5,Y,√,1\nb,85,95,20秒,10分钟,5,5,是,对,✓\n"
                 "c,85,95,20 s,10分0秒,5,5,yes,y,通过\nd,85,95,0分20秒,0.5小时,5,5,N,×,否\n"
                 "e,85,95,20:10,5秒10分,5,5,1,1,1\n");
    for (const char *agent = "abc"; *agent != '\0'; agent++) {
        const char name[2] = {*agent, '\0'};
        assert_figure(&it, name, "answer_s", "20.00");
        assert_figure(&it, name, "written_reply_s", "600.00");
        assert_figure(&it, name, "knowledge", "1.00");
    }
    assert_figure(&it, "d", "written_reply_s", "1800.00");
    assert_figure(&it, "d", "teamwork", "0.00");
    assert_fault(&it, "in.csv", 6, 9, "\"20:10\"");
    assert_fault(&it, "in.csv", 6, 15, "\"5秒10分\"");
    finish(&it);
}

/* Two complaints of 15 and 10 cost 25; two raters of 15 and 10 would be 12.5. */
static void cases_add_up(void **state)
{
    struct appraised it = {0};

    (void)state;
    appraise(&it, "levels",
             "agent,indicator,value,rater\na,caused_complaint_points,15,case1\n"
             "a,caused_complaint_points,10,case2\na,quality,20,\na,execution,20,\n"
             "a,complaints_free,20,\na,absences,0,\na,typing_cpm,60,\na,complaints,0,\n"
             "a,off_task,0,\na,missed_duty,0,\na,praise,0,\na,named_reviews,0,\n"
             "a,outstanding,0,\na,review_growth,0,\n");
    assert_item(&it, "a", "caused_complaint_points", "-25.00");
    assert_total(&it, "a", "75.00");
    finish(&it);
}

static void files_that_are_none_say_what_they_are(void **state)
{
    struct cqa_error error = {0};
    struct appraised it = {0};
    struct cqa_problems problems = {0};
    char *text = scheme_text("agent-2013");

    (void)state;
    it.scheme = scheme_of(text, strlen(text), &problems);
    free(text);
    assert_int_equal(cqa_rows_read(it.scheme, NULL, "PK\x03\x04\x14\x00", 6, "in.csv", &it.rows,
                                   &it.faults, NULL, &error),
                     CQA_E_BADDATA);
    assert_non_null(strstr(cqa_english(&error.message), "workbook"));
    finish(&it);
    appraise(&it, "agent-2013", FRONT);
    assert_fault(&it, "in.csv", 1, 1, "no row under it");
    finish(&it);
}

/* ---- calls */

static void a_flag_changed_to_nothing_costs_nothing(void **state)
{
    static const struct {
        const char *decision;
        const char *total;
    } table[] = {
        {"{\"state\":\"confirmed\",\"points\":1}", "14.50"},
        {"{\"state\":\"changed\",\"points\":0.5}", "14.50"},
        {"{\"state\":\"changed\",\"points\":0}", "15.00"},
        {"{\"state\":\"overturned\",\"points\":0}", "15.00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct appraised it = {
            .results = call_of("2025-11-20T10:00:00+08:00", "courier", 99, table[i].decision)};
        appraise(&it, "courier", "agent,initiative,action,effectiveness,conduct\nA,15,15,15,0\n");
        assert_total(&it, "A", table[i].total);
        finish(&it);
    }
}

/* No line of four-aspects takes recordings: an undecided flag in one is nothing to it. */
static void recordings_that_no_line_takes_are_not_shown(void **state)
{
    struct appraised it = {.results = call_of("2025-11-20T10:00:00+08:00", "courier", 99, "null")};
    struct cqa_buffer out = {.limit = 1 << 20};

    (void)state;
    appraise(&it, "four-aspects", "agent,attitude,ability,performance,diligence\nA,80,80,80,80\n");
    assert_no_faults(&it);
    assert_total(&it, "A", "80.00");
    assert_int_equal(sheet_of(&it, "A")->undecided, 0);
    assert_int_equal(it.appraisal.note_count, 0);
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "A"), &out), CQA_OK);
    assert_non_null(strstr(out.text, "\"costs\":[]"));
    assert_null(strstr(out.text, "courier"));
    cqa_buffer_finish(&out);
    finish(&it);
    it.results = call_of("2025-11-20T10:00:00+08:00", "courier", 99, "null");
    appraise(&it, "courier", "agent,initiative,action,effectiveness,conduct\nA,15,15,15,0\n");
    assert_int_equal(sheet_of(&it, "A")->undecided, 1);
    finish(&it);
}

/* 90 and 40: of November 90 (89–85: 20… 90: 23), never their mean of 65. */
static void another_month_is_not_averaged_in(void **state)
{
    struct appraised it = {0};
    const char *two = joined(call_of("2025-11-20T10:00:00+08:00", "standard", 100, "null"),
                             call_of("2025-10-20T10:00:00+08:00", "standard", 40, "null"));

    (void)state;
    it.results = two; /* the import says which month it is */
    appraise(&it, "agent-2013", "agent,period,calls_handled,wrong_orders\nA,2025-11,2000,3\n");
    assert_figure(&it, "A", "recording_qa", "100.00");
    assert_true(has_note(&it, "calls outside 2025-11 or of unknown time: 1"));
    finish(&it);
    it.results = two; /* nobody says */
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\nB,2000,3\n");
    assert_fault(&it, "results.jsonl", 2, 1, "of 2025-11 and of 2025-10");
    assert_fault(&it, "in.csv", 2, 3, "the results are of more than one period");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
}

static void rubrics_do_not_mix(void **state)
{
    struct appraised it = {0};

    (void)state;
    it.results = joined(call_of("2025-11-20T10:00:00+08:00", "standard", 100, "null"),
                        call_of("2025-11-21T10:00:00+08:00", "strict", 40, "null"));
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\n");
    assert_fault(&it, "in.csv", 2, 3, "\"standard\" with calls scored by \"strict\"");
    assert_int_equal(it.appraisal.sheet_count, 0);
    finish(&it);
}

static void a_sheet_names_its_rubric(void **state)
{
    struct appraised it = {.results =
                               call_of("2025-11-20T10:00:00+08:00", "standard", 100, "null")};
    struct cqa_buffer json = {.limit = 1 << 20};

    (void)state;
    appraise(&it, "agent-2013", "agent,calls_handled,wrong_orders\nA,2000,3\n");
    assert_int_equal(cqa_sheet_to_json(&it.appraisal, sheet_of(&it, "A"), &json), CQA_OK);
    assert_non_null(
        strstr(json.text, "\"rubrics\":[{\"rubric\":\"standard\",\"version\":\"2\",\"calls\":1}]"));
    cqa_buffer_finish(&json);
    finish(&it);
}

/* 90 s, of which 5 rang and 25 were the queue's: 60 of 600 logged in are 10 %. */
static void the_queue_is_no_talk(void **state)
{
    struct appraised it = {.results =
                               call_of("2025-11-20T10:00:00+08:00", "standard", 100, "null")};

    (void)state;
    appraise(&it, "hundred-points",
             "agent,performance,business,attendance,reporting_timeliness,discipline,supervisor_"
             "score,logged_in_s\nA,100,100,100,100,100,100,600\n");
    assert_figure(&it, "A", "utilization", "10.00");
    finish(&it);
}

/* Coverage is of the calls that were handled, or it is not known. */
static void recorded_is_not_handled(void **state)
{
    struct appraised it = {.results =
                               call_of("2025-11-20T10:00:00+08:00", "standard", 100, "null")};

    (void)state;
    appraise(&it, "hundred-points",
             "agent,performance,business,attendance,reporting_timeliness,discipline,supervisor_"
             "score,logged_in_s\nA,100,100,100,100,100,100,600\n");
    const struct cqa_sheet *sheet = sheet_of(&it, "A");
    const int quality = cqa_scheme_indicator(it.scheme, "quality");
    assert_false(sheet->figures[quality].measured->has_coverage);
    assert_int_equal(sheet->figures[quality].measured->recorded, 1);
    finish(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_about_the_others_are_nobody),
        cmocka_unit_test(one_person_has_one_spelling),
        cmocka_unit_test(names_keep_what_is_theirs),
        cmocka_unit_test(doubtful_numbers_are_asked_about),
        cmocka_unit_test(two_spellings_are_asked_about),
        cmocka_unit_test(zeros_in_front_are_asked_about),
        cmocka_unit_test(the_roster_says_who_is_a_person),
        cmocka_unit_test(the_same_in_two_widths_is_twice),
        cmocka_unit_test(a_name_beside_the_number_is_shown),
        cmocka_unit_test(posts_are_left_out_in_any_spelling),
        cmocka_unit_test(a_blank_post_is_asked_about),
        cmocka_unit_test(a_fraction_under_percent_is_asked_about),
        cmocka_unit_test(another_unit_is_an_error),
        cmocka_unit_test(shares_are_asked_about_by_the_column),
        cmocka_unit_test(times_and_ticks_are_read_as_typed),
        cmocka_unit_test(cases_add_up),
        cmocka_unit_test(files_that_are_none_say_what_they_are),
        cmocka_unit_test(a_flag_changed_to_nothing_costs_nothing),
        cmocka_unit_test(recordings_that_no_line_takes_are_not_shown),
        cmocka_unit_test(another_month_is_not_averaged_in),
        cmocka_unit_test(rubrics_do_not_mix),
        cmocka_unit_test(a_sheet_names_its_rubric),
        cmocka_unit_test(the_queue_is_no_talk),
        cmocka_unit_test(recorded_is_not_handled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
