/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appraisal over HTTP: schemes, import, ratings, results, sheets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "support/desk.h"

/* ---- schemes */

static void schemes_are_listed_with_what_they_assume(void **state)
{
    (void)state;
    struct reply reply = as("zhang", "GET", "/api/v1/schemes", NULL);
    assert_int_equal(reply.status, 200);
    assert_true(json_array_size(json_object_get(reply.json, "schemes")) >= 16);
    assert_int_equal(json_array_size(json_object_get(reply.json, "broken")), 0);
    assert_has(&reply, "\"scheme\":\"agent-2013\"");
    assert_has(&reply, "\"indicator\":\"wage\"");
    reply_finish(&reply);
    reply = as("ann", "GET", "/api/v1/schemes/grades-310", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "indicators.2.private"), "true");
    assert_string_equal(served_text(reply.json, "indicators.1.rated_by"), "supervisor");
    assert_string_equal(served_text(reply.json, "grades.0.coefficient"), "3");
    assert_string_equal(served_text(reply.json, "lines.3.pay"), "true");
    assert_has(&reply, "pay_by\",\"reason\"");
    reply_finish(&reply);
    assert_int_equal(tried("ann", "GET", "/api/v1/schemes/nowhere", NULL), 404);
    assert_int_equal(tried("ann", "GET", "/api/v1/schemes/..%2F..%2Frubrics%2Fstandard", NULL),
                     404);
}

static void a_scheme_that_cannot_be_used_is_said_in_both_languages(void **state)
{
    static const char scheme[] = "scheme: bad\nversion: \"1\"\ntitle: {en: Bad, zh: 差}\n"
                                 "period: monthly\nindicators: []\nitems: []\n";
    char folder[] = "/tmp/callqa-schemes-XXXXXX";
    char path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/schemes", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    strcat(path, "/bad.yaml");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(scheme, file);
    fclose(file);
    setenv("CALLQA_MODELS", folder, 1);
    struct reply reply = as("zhang", "GET", "/api/v1/schemes", NULL);
    unsetenv("CALLQA_MODELS");
    assert_has(&reply, "the scheme \\\"bad\\\" cannot be used: ");
    assert_has(&reply, "考核方案“bad”无法使用：第 ");
    reply_finish(&reply);
    snprintf(path, sizeof path, "rm -r %s", folder);
    assert_int_equal(system(path), 0);
}

static void a_round_is_opened_once_by_hr(void **state)
{
    (void)state;
    static const char wish[] = "{\"scheme\":\"agent-2013\",\"period\":\"2025-11\"}";

    assert_int_equal(tried("lea", "POST", "/api/v1/appraisals", wish), 403);
    assert_int_equal(tried("hana", "POST", "/api/v1/appraisals",
                           "{\"scheme\":\"agent-2013\",\"period\":\"2025Q4\"}"),
                     422);
    assert_int_equal(tried("hana", "POST", "/api/v1/appraisals",
                           "{\"scheme\":\"post-kpi\",\"period\":\"2025-11\"}"),
                     422);
    assert_int_equal(tried("hana", "POST", "/api/v1/appraisals",
                           "{\"scheme\":\"nothing\",\"period\":\"2025-11\"}"),
                     422);
    assert_int_equal(tried("hana", "POST", "/api/v1/appraisals", wish), 201);
    assert_int_equal(tried("hana", "POST", "/api/v1/appraisals", wish), 409);
    struct reply reply =
        as("zhang", "GET", "/api/v1/appraisals?scheme=agent-2013&stage=open", NULL);
    assert_string_equal(served_text(reply.json, "appraisals.0.period"), "2025-11");
    assert_string_equal(served_text(reply.json, "appraisals.0.opened_by"), "hana");
    reply_finish(&reply);
    shows("zhang", "/api/v1/appraisals?stage=closed", "\"appraisals\":[]");
    shows("root", "/api/v1/audit?limit=100", "appraisal.open");
}

/* ---- import */

static void an_import_takes_what_is_right_and_lists_the_rest(void **state)
{
    (void)state;
    static const char csv[] = "agent,calls_handled,wrong_orders\n"
                              "zhang,2300,4\n"
                              "li,two thousand,3\n"
                              "wang,2000,-1\n";
    char number[32];

    seat_people();
    const char *round = open_round("agent-2013");

    assert_int_equal(uploaded("lea", "POST", under(round, "/imports?file=x.csv"), csv), 403);
    struct reply reply = upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"), csv);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "import"), "null");
    assert_string_equal(served_text(reply.json, "rows"), "2");
    reply_finish(&reply);
    shows("hana", under(round, "/imports"), "\"imports\":[]");
    reply = upload("hana", "POST", under(round, "/imports?file=x.csv"), csv);
    assert_int_equal(reply.status, 201);
    assert_string_equal(served_text(reply.json, "agents"), "1");
    assert_string_equal(served_text(reply.json, "errors.0.agent"), "li");
    assert_string_equal(served_text(reply.json, "errors.0.line"), "3");
    assert_string_equal(served_text(reply.json, "errors.0.column"), "4");
    assert_string_equal(served_text(reply.json, "errors.1.line"), "4");
    assert_string_equal(served_text(reply.json, "errors.1.text_zh"),
                        "坐席“wang”：“错单量”为 -1；允许：0 至 10000");
    assert_string_equal(served_text(reply.json, "left_out.1"), "wang");
    snprintf(number, sizeof number, "/imports/%s", served_text(reply.json, "import"));
    reply_finish(&reply);
    shows("hana", under(round, number), "\"file\":\"x.csv\"");
    /* nothing is computed for those two, and the reason stands where it was found */
    reply = as("hana", "GET", under(round, "/results"), NULL);
    assert_string_equal(served_text(reply.json, "left_out.1.fault"), "true");
    assert_has(&reply, "\"agent\":\"li\",\"file\":\"x.csv\",\"line\":3,\"column\":4");
    reply_finish(&reply);
    reply = upload("hana", "POST", under(round, "/imports?file=y.csv"), "nonsense\n1\n");
    assert_int_equal(reply.status, 422);
    assert_string_equal(served_text(reply.json, "errors.0.line"), "1");
    reply_finish(&reply);
}

static void a_later_import_replaces_and_history_stays(void **state)
{
    (void)state;
    const char *round = open_round("net-volume");

    import(round, "agent,calls_handled,complaints,call_target\nzhang,5000,500,5000\n"
                  "li,oops,1,5000\n");
    shows("hana", under(round, "/results"), "\"total\":90.00");
    import(round, "agent,indicator,value\nzhang,complaints,250\n");
    shows("hana", under(round, "/results"), "\"total\":95.00");
    struct reply reply = as("hana", "GET", under(round, "/changes?agent=zhang"), NULL);
    assert_string_equal(served_text(reply.json, "changes.0.before"), "500");
    assert_string_equal(served_text(reply.json, "changes.0.after"), "250");
    assert_string_equal(served_text(reply.json, "changes.0.import"), "2");
    assert_string_equal(served_text(reply.json, "changes.0.by"), "hana");
    assert_string_equal(served_text(reply.json, "changes.1.agent"), "absent");
    reply_finish(&reply);
    shows("hana", under(round, "/imports/1"), "\"state\":\"replaced\"");
    shows("hana", under(round, "/sheets/zhang"),
          "\"at\":\"november.csv:2\",\"value\":250.00,"
          "\"import\":2");
    /* li's first file was wrong; a right one heals it */
    shows("hana", under(round, "/readiness"), "\"agent\":\"li\"");
    import(round, "agent,calls_handled,complaints,call_target\nli,100,1,100\n");
    shows("hana", under(round, "/results"), "\"total\":99.00");
    hides("hana", under(round, "/readiness"), "\"fault\":true");
}

/* What an import had taken for a person, until somebody says that it is nobody. */
static void an_answer_that_it_is_nobody_takes_the_rows_back(void **state)
{
    (void)state;
    const char *round = open_round("net-volume");

    import(round, "agent,calls_handled,complaints,call_target\nzhang,5000,500,5000\n"
                  "team_x,5000,500,5000\nrow_y,oops,1,5000\n");
    shows("hana", under(round, "/results"), "\"agent\":\"team_x\",\"total\":90.00");
    shows("hana", under(round, "/readiness"), "\"agent\":\"team_x\"");
    assert_int_equal(tried("hana", "PUT", under(round, "/import-answers"),
                           "{\"names\":{\"team_x\":\"\",\"row_y\":\"\"}}"),
                     200);
    hides("hana", under(round, "/results"), "team_x");
    hides("hana", under(round, "/results"), "row_y");
    hides("hana", under(round, "/readiness"), "team_x");
    hides("hana", under(round, "/readiness"), "row_y");
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":90.00");
    shows("root", "/api/v1/audit?limit=100",
          "name \\\"team_x\\\": is nobody, 3 imported values count no longer");
    hides("root", "/api/v1/audit?limit=100", "name \\\"row_y\\\": is nobody");
}

/* A column that may be fractions is asked about, and read as somebody says. */
static void shares_are_read_as_somebody_said(void **state)
{
    static const char table[] = "agent,first_contact_resolution\nzhang,0.95\nli,1\n";

    (void)state;
    const char *round = open_round("after-sales-thresholds");
    struct reply reply =
        upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"), table);
    assert_string_equal(served_text(reply.json, "columns.1.asked"), "true");
    assert_string_equal(served_text(reply.json, "columns.1.shares"), "null");
    assert_string_equal(served_text(reply.json, "errors.1.agent"), "li");
    reply_finish(&reply);
    assert_int_equal(tried("hana", "PUT", under(round, "/import-answers"),
                           "{\"headings\":[\"agent\",\"first_contact_resolution\"],\"columns\":{"
                           "\"first_contact_resolution\":\"first_contact_resolution(fraction)\"}}"),
                     200);
    reply = upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"), table);
    assert_string_equal(served_text(reply.json, "columns.1.asked"), "false");
    assert_string_equal(served_text(reply.json, "columns.1.shares"), "fraction");
    assert_string_equal(served_text(reply.json, "columns.1.taken"), "first_contact_resolution");
    assert_string_equal(served_text(reply.json, "sample.0.value"), "95");
    assert_string_equal(served_text(reply.json, "sample.1.value"), "100");
    reply_finish(&reply);
}

static void a_file_of_a_chinese_spreadsheet_is_read(void **state)
{
    (void)state;
    const char *round = open_round("net-volume");
    /* 坐席,calls_handled,complaints,call_target / 张三, in GB18030 */
    import(round, "\xd7\xf8\xcf\xaf,calls_handled,complaints,call_target\r\n"
                  "\xd5\xc5\xc8\xfd,5000,500,5000\r\n");
    shows("hana", under(round, "/results"), "\"agent\":\"张三\",\"total\":90.00");
    shows("hana", under(round, "/sheets/%E5%BC%A0%E4%B8%89"), "\"agent\":\"张三\"");
}

/* ---- ratings */

static int rate(const char *name, const char *round, const char *agent, const char *indicator,
                const char *value)
{
    char body[256];

    snprintf(body, sizeof body,
             "{\"ratings\":[{\"agent\":\"%s\",\"indicator\":\"%s\",\"value\":\"%s\"}]}", agent,
             indicator, value);
    return tried(name, "POST", under(round, "/ratings"), body);
}

static void each_rates_whom_they_may(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("grades-310");

    assert_int_equal(rate("zhang", round, "zhang", "self_score", "80"), 200);
    assert_int_equal(rate("zhang", round, "li", "self_score", "80"), 403);
    assert_int_equal(rate("zhang", round, "zhang", "supervisor_score", "100"), 403);
    assert_int_equal(rate("lea", round, "zhang", "supervisor_score", "90.5"), 200);
    assert_int_equal(rate("lea", round, "wang", "supervisor_score", "90"), 403);
    assert_int_equal(rate("hana", round, "zhang", "supervisor_score", "90"), 403);
    assert_int_equal(rate("lea", round, "zhang", "supervisor_score", "100.5"), 422);
    assert_int_equal(rate("lea", round, "zhang", "supervisor_score", "good"), 422);
    assert_int_equal(rate("lea", round, "zhang", "wage", "1"), 422);
    /* 0.3 × 80 + 0.7 × 90.5 = 87.35 */
    shows("lea", under(round, "/results"), "\"agent\":\"zhang\",\"total\":87.35");
    shows("lea", under(round, "/sheets/zhang"), "\"rating\":2,\"rater\":\"lea\"");
    assert_int_equal(rate("lea", round, "zhang", "supervisor_score", "91"), 200);
    shows("lea", under(round, "/changes"), "\"before\":\"90.5\",\"after\":\"91\"");
    shows("lea", under(round, "/ratings"),
          "\"agent\":\"li\",\"team\":\"east\",\"indicator\":"
          "\"supervisor_score\"");
    hides("lea", under(round, "/ratings"), "\"agent\":\"wang\"");
    shows("hana", under(round, "/ratings"), "\"raters\":[\"wei\"]");
    hides("zhang", under(round, "/ratings"), "\"mine\":false");
    shows("li", under(round, "/ratings"), "\"indicator\":\"self_score\"");
}

static void nobody_is_their_own_supervisor(void **state)
{
    (void)state;
    assert_int_equal(uploaded("hana", "PUT", "/api/v1/roster",
                              "person,extension,team,post,from,to\nlea,8009,east,lead,,\n"
                              "zhang,8001,east,agent,,\n"),
                     200);
    const char *round = open_round("grades-310");

    assert_int_equal(rate("lea", round, "lea", "self_score", "80"), 200);
    assert_int_equal(rate("lea", round, "lea", "supervisor_score", "100"), 403);
    move(round, "interview");
    shows("hana", under(round, "/ratings"),
          "\"agent\":\"lea\",\"team\":\"east\",\"indicator\":"
          "\"supervisor_score\"");
}

static void peers_rate_each_other_without_their_names(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("four-aspects");

    import(round, "agent,attitude,ability,performance,diligence\nzhang,80,80,120,80\n");
    assert_int_equal(rate("zhang", round, "zhang", "peer_rating", "100"), 200);
    assert_int_equal(rate("li", round, "zhang", "peer_rating", "70"), 200);
    assert_int_equal(rate("wang", round, "zhang", "peer_rating", "70"), 200);
    assert_int_equal(rate("hana", round, "zhang", "peer_rating", "70"), 403);
    /* (100 + 70 + 70) ÷ 3, once for all; 25 % each of 80, 80, 100 (capped), 80 */
    shows("zhang", under(round, "/sheets/zhang"), "\"shown\":{\"peer_rating\":80.00}");
    shows("zhang", under(round, "/sheets/zhang"), "\"total\":85.00");
    hides("zhang", under(round, "/sheets/zhang"), "\"rater\":\"li\"");
    shows("lea", under(round, "/sheets/zhang"), "\"rater\":\"li\"");
    shows("li", under(round, "/ratings"), "\"agent\":\"wang\"");
    hides("li", under(round, "/ratings"), "\"agent\":\"zhang\",\"team\"");
}

/* ---- who sees what */

/* What an older version wrote down says in its words alone what it is about: only who may see pay
 * reads it, as it was written, in both languages. */
static void faults_of_before_are_for_those_who_see_pay(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("grades-310");
    import(round, "agent,self_score,wage\nzhang,90,1\nli,七十,2\n");
    shows("hana", under(round, "/sheets/li"), "七十");
    served_sql(&served, "UPDATE import_faults SET about = '', said = NULL,"
                        " text = 'of before', zh = '以前的'");
    /* what changes behind the server's back is seen with the next thing that it is told */
    assert_int_equal(tried("hana", "POST", under(round, "/least"), "{\"note\":\"looked again\"}"),
                     200);
    hides("lea", under(round, "/sheets/li"), "of before");
    shows("hana", under(round, "/sheets/li"), "of before");
    shows("hana", under(round, "/sheets/li"), "以前的");
}

/* Columns swapped, a row slipped by one: then a wage stands where it is not looked for. */
static void a_wage_in_another_cell_is_for_those_who_see_pay(void **state)
{
    static const char *const files[] = {
        "agent,self_score,wage,supervisor_score\nzhang,90,5000,90\nli,90,85,94593\n",
        "agent,wage,self_score\nzhang,5000,90\nli,,94593\n",
        "agent,self_score,wage\nzhang,90,5000\nli,90;94593\n",
        "agent,indicator,value\nzhang,wage,5000\nli,94593,wage\n",
        "agent,value,indicator\nzhang,5000,wage\nli,wage,94593\n",
        "agent,period,self_score,wage\nzhang,,90,5000\nli,94593,90,80\n",
    };

    (void)state;
    seat_people();
    const char *round = open_round("grades-310");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[] = "0.csv";
        name[0] = (char)('0' + i);
        import_as(round, name, files[i]);
        shows("hana", under(round, "/results"), "94593");
        hides("lea", under(round, "/results"), "94593");
        hides("lea", under(round, "/sheets/li"), "94593");
    }
}

/* Whatever the column is called, and whatever is said of its cells: no lead sees a wage, in nothing
 * that a lead may read of the round, nor in the audit log. */
static void wages_under_ten_headings(void **state)
{
    static const char *const headings[] = {"wage",        "Wage",      " WAGE ", "工资",
                                           "工资（元）",  "ｗａｇｅ",  "工 资",  "工资(元)",
                                           "wage (yuan)", "Wage（元）"};
    static const char *const shown[] = {"",         "/results",   "/sheets/li", "/sheets/zhang",
                                        "/changes", "/readiness", "/ratings",   "/objections"};
    int found = 0;

    (void)state;
    seat_people();
    const char *round = open_round("grades-310");
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        char csv[256];
        char name[] = "0.csv";
        name[0] = (char)('0' + i);
        snprintf(csv, sizeof csv,
                 "agent,self_score,supervisor_score,%s\nzhang,90,90,7654%zu\nli,70,70,9456%zu元x\n",
                 headings[i], i, i);
        import_as(round, name, csv);
        struct reply reply = as("hana", "GET", under(round, "/sheets/li"), NULL);
        found += strstr(reply.body, "9456") != NULL;
        reply_finish(&reply);
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
            hides("lea", under(round, shown[k]), "9456");
            hides("lea", under(round, shown[k]), "7654");
        }
    }
    assert_int_equal(found, sizeof headings / sizeof *headings); /* hr is told of each */
}

static void pay_is_for_hr_and_the_agent(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("grades-310");

    import(round, "agent,self_score,supervisor_score,wage\nzhang,90,90,5000.10\nwang,70,70,4000\n"
                  "li,70,70,-5\n");
    /* 70 % of 5000.10 is 3500.07; 30 % × 3 is 4500.09; together 8000.16 */
    shows("hana", under(round, "/results"),
          "\"pay\":8000.16,\"pay_items\":{\"post_wage\":3500.07,"
          "\"performance_wage\":4500.09");
    shows("zhang", under(round, "/sheets/zhang"), "\"pay\":8000.16");
    shows("lea", under(round, "/results"), "\"total\":90.00");
    hides("lea", under(round, "/results"), "wage");
    hides("lea", under(round, "/sheets/zhang"), "wage");
    hides("lea", under(round, "/sheets/li"), "wage");
    shows("hana", under(round, "/sheets/li"), "wage");
    /* the same column by its name: what a fault is about decides, whatever its words are */
    import(round, "agent,自我评价,主管考核,工资\nzhang,90,90,5000.10\nli,70,70,9456美元\n");
    shows("hana", under(round, "/sheets/li"), "9456美元");
    hides("lea", under(round, "/sheets/li"), "9456");
    hides("lea", under(round, "/results"), "9456");
    shows("lea", under(round, "/sheets/li"), "\"errors\":[]");
    import_as(round, "long.csv",
              "agent,indicator,value,count\nzhang,self_score,90,\nli,self_score,七十,\n"
              "li,工资,4000,9457元\n");
    hides("lea", under(round, "/sheets/li"), "七十");
    shows("hana", under(round, "/sheets/li"), "七十");
    shows("hana", under(round, "/sheets/li"), "9457元");
    hides("lea", under(round, "/sheets/li"), "9457");
    hides("lea", under(round, "/results"), "wang");
    shows("hana", under(round, "/results?team=west"), "wang");
    hides("hana", under(round, "/results?team=west"), "zhang");
    hides("zhang", under(round, "/results"), "wang");
    assert_int_equal(tried("lea", "GET", under(round, "/sheets/wang"), NULL), 404);
    assert_int_equal(tried("zhang", "GET", under(round, "/sheets/li"), NULL), 404);
    assert_int_equal(tried("ann", "GET", under(round, "/results"), NULL), 403);
    assert_int_equal(tried("root", "GET", under(round, "/results"), NULL), 403);
    assert_int_equal(tried("lea", "GET", under(round, "/results.csv"), NULL), 403);
    struct reply reply = as("hana", "GET", under(round, "/results.csv?bom=1"), NULL);
    assert_int_equal(reply.status, 200);
    assert_has(&reply, "\xef\xbb\xbf"
                       "agent,post,total,grade");
    assert_has(&reply, "zhang,前台坐席,90.00,优秀,");
    assert_has(&reply, ",8000.16,");
    reply_finish(&reply);
    shows("root", "/api/v1/audit?limit=200", "appraisal.export");
}

/* ---- what calls give */

static void put_call(const char *id, const char *extension, int total, int small)
{
    char changes[700];

    snprintf(changes, sizeof changes,
             "{\"call\":{\"agent\":\"%s\"},\"score\":{\"total\":%d,\"deductions\":["
             "{\"rule\":\"dead-air\",\"points\":%d,\"event\":1,\"start_ms\":12040,\"end_ms\":24100,"
             "\"text\":{\"en\":\"s\",\"zh\":\"s\"},\"severity\":\"minor\",\"decision\":null},"
             "{\"rule\":\"interruption\",\"points\":%d,\"event\":2,\"start_ms\":25310,"
             "\"end_ms\":27990,\"text\":{\"en\":\"i\",\"zh\":\"i\"},\"severity\":\"major\","
             "\"decision\":null}]}}",
             extension, total, small, 100 - total - small);
    served_put(&served, id, changes);
}

static void one_flag_moves_exactly_its_own_numbers(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");

    /* 96, 94, 94, 94, 94: mean 94.4, rounded 94, band 90–94: 24 of 30. 95–98 is 27. */
    put_call("a", "8001", 96, 1);
    put_call("b", "8001", 94, 1);
    put_call("c", "8001", 94, 2);
    put_call("d", "8001", 94, 2);
    put_call("e", "8001", 94, 2);
    put_call("f", "8002", 100, 0);
    import(round, "agent,calls_handled,wrong_orders\nzhang,2300,4\nli,2000,3\n");
    /* 2300 × 0.50 + 28 + 24 */
    shows("hana", under(round, "/results"),
          "\"agent\":\"zhang\",\"total\":1202.00,\"grade\":null,\"coefficient\":null,\"items\":{"
          "\"calls_handled\":1150.00,\"wrong_orders\":28.00,\"recording_qa\":24.00");
    shows("hana", under(round, "/results"), "\"undecided_flags\":10}");
    shows("hana", under(round, "/results"), "\"agent\":\"li\",\"total\":860.00");
    shows("zhang", under(round, "/sheets/zhang"), "\"value\":94.00,\"unrounded\":94.40");
    shows("zhang", under(round, "/sheets/zhang"),
          "\"costs\":[{\"rule\":\"interruption\",\"points\":20.00,\"flags\":5,\"calls\":[");
    /* flag 1 is call a's dead air, 1 point */
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/1/decision",
                           "{\"state\":\"overturned\",\"reason\":\"the caller searched\"}"),
                     200);
    shows("hana", under(round, "/results"),
          "\"agent\":\"zhang\",\"total\":1205.00,\"grade\":null,\"coefficient\":null,\"items\":{"
          "\"calls_handled\":1150.00,\"wrong_orders\":28.00,\"recording_qa\":27.00");
    shows("hana", under(round, "/results"), "\"agent\":\"li\",\"total\":860.00");
    shows("hana", under(round, "/results"), "\"undecided_flags\":9}");
    shows("zhang", under(round, "/sheets/zhang"), "\"value\":95.00,\"unrounded\":94.60");
    shows("zhang", under(round, "/sheets/zhang"),
          "\"state\":\"overturned\",\"decided_by\":\"lea\"");
    shows("zhang", under(round, "/sheets/zhang"), "\"call\":\"a\",\"number\":1,");
    /* 5 of 2300 calls */
    shows("lea", under(round, "/results"),
          "\"measured\":{\"recording_qa\":{\"calls\":5,\"recorded\":5,\"flagged\":5,\"heard\":1,"
          "\"handled\":2300.00,\"coverage_pct\":0.22,");
}

/* Whatever is told in between, the next look shows it: nothing is shown from before. */
static void what_was_computed_before_is_not_shown_again(void **state)
{
    (void)state;
    seat_people();
    char round[100];
    snprintf(round, sizeof round, "%s", open_round("agent-2013"));
    put_call("a", "8001", 96, 1);
    import(round, "agent,calls_handled,wrong_orders\nzhang,2000,3\n");
    shows("hana", under(round, "/sheets/zhang"), "\"total\":857.00"); /* 800 + 30 + 27 */
    shows("hana", under(round, "/sheets/zhang"), "\"total\":857.00");
    import(round, "agent,calls_handled,wrong_orders\nzhang,2300,3\n");
    shows("hana", under(round, "/sheets/zhang"), "\"total\":1207.00"); /* 1150 + 30 + 27 */
    put_call("b", "8001", 100, 0);                                     /* mean 98 */
    shows("hana", under(round, "/sheets/zhang"), "\"measured\":{\"recording_qa\":{\"calls\":2,");
    put_call("b", "8001", 90, 0); /* the call again, otherwise: mean 93 */
    shows("hana", under(round, "/sheets/zhang"), "\"total\":1204.00");
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/1/decision",
                           "{\"state\":\"changed\",\"points\":0,\"reason\":\"x\"}"),
                     200); /* 97 and 90: 93.5, rounded 94 */
    shows("hana", under(round, "/sheets/zhang"), "\"value\":94.00,\"unrounded\":93.50");
    const char *other = open_round("hundred-points");
    assert_int_equal(tried("hana", "GET", under(other, "/sheets/zhang"), NULL), 200);
    shows("hana", under(round, "/sheets/zhang"), "\"value\":94.00,\"unrounded\":93.50");
}

/* Five of 2300 handled calls are 0.22 %. */
static void a_round_asks_for_coverage(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");

    for (const char *id = "abcde"; *id != '\0'; id++)
        put_call((char[]){*id, '\0'}, "8001", 96, 1);
    import(round, "agent,calls_handled,wrong_orders\nzhang,2300,4\n");
    shows("hana", under(round, ""), "\"least_coverage_pct\":0,\"least_calls\":0");
    assert_int_equal(tried("lea", "POST", under(round, "/least"), "{\"calls\":5,\"note\":\"x\"}"),
                     403);
    assert_int_equal(tried("hana", "POST", under(round, "/least"), "{\"coverage_pct\":1}"), 422);
    assert_int_equal(
        tried("hana", "POST", under(round, "/least"), "{\"coverage_pct\":101,\"note\":\"x\"}"),
        422);
    assert_int_equal(tried("hana", "POST", under(round, "/least"),
                           "{\"coverage_pct\":0.5,\"calls\":5,\"note\":\"agreed\"}"),
                     200);
    shows("hana", under(round, ""), "\"least_coverage_pct\":0.5,\"least_calls\":5");
    shows("hana", under(round, "/results"),
          "\"recording_qa\\\" stands on 5 of 2300 calls handled, 0.22 %; 0.5 % are asked for: "
          "import the value, or measure more calls");
    shows("hana", under(round, "/results"),
          "“录音质检”依据 5 通电话，受理 2300 通，占 0.22 %；要求 0.5 %：");
    hides("hana", under(round, "/results"), "\"total\":");
    assert_int_equal(tried("hana", "POST", under(round, "/least"),
                           "{\"coverage_pct\":0.2,\"note\":\"few recorders yet\"}"),
                     200);
    shows("hana", under(round, "/results"), "\"coverage_least_pct\":0.20,\"least_calls\":0");
    shows("root", "/api/v1/audit?limit=200", "0.5 %, 5 calls: agreed");
}

static void a_person_whom_nothing_names_is_not_forgotten(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");

    import(round, "agent,calls_handled,wrong_orders,recording_qa\nzhang,2300,4,95\n");
    struct reply reply = as("hana", "GET", under(round, "/results"), NULL);
    assert_string_equal(served_text(reply.json, "left_out.0.agent"), "li");
    assert_string_equal(served_text(reply.json, "left_out.0.why.zh"), "没有导入或录入任何数据");
    assert_string_equal(served_text(reply.json, "left_out.1.agent"), "wang");
    reply_finish(&reply);
}

static void units_are_compared_in_a_table(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("unit-comparison");

    import(round, "subject,agents,daily_inquiries,wage,monthly_sales\nshop A,3,650,8000,500000\n"
                  "shop B,2,500,8000,400000\n");
    struct reply reply = as("hana", "GET", under(round, "/results"), NULL);
    assert_has(&reply, "\"agent\":\"shop A\"");
    assert_has(&reply, ":216.67");
    assert_has(&reply, ":166666.67");
    assert_has(&reply, ":4.80");
    assert_int_equal(json_array_size(json_object_get(reply.json, "left_out")), 0);
    reply_finish(&reply);
    hides("lea", under(round, "/results"), "shop A");
}

int main(void)
{
#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DESK(schemes_are_listed_with_what_they_assume),
        WITH_DESK(a_scheme_that_cannot_be_used_is_said_in_both_languages),
        WITH_DESK(a_round_is_opened_once_by_hr),
        WITH_DESK(an_import_takes_what_is_right_and_lists_the_rest),
        WITH_DESK(a_later_import_replaces_and_history_stays),
        WITH_DESK(an_answer_that_it_is_nobody_takes_the_rows_back),
        WITH_DESK(shares_are_read_as_somebody_said),
        WITH_DESK(a_file_of_a_chinese_spreadsheet_is_read),
        WITH_DESK(each_rates_whom_they_may),
        WITH_DESK(nobody_is_their_own_supervisor),
        WITH_DESK(peers_rate_each_other_without_their_names),
        WITH_DESK(faults_of_before_are_for_those_who_see_pay),
        WITH_DESK(a_wage_in_another_cell_is_for_those_who_see_pay),
        WITH_DESK(wages_under_ten_headings),
        WITH_DESK(pay_is_for_hr_and_the_agent),
        WITH_DESK(one_flag_moves_exactly_its_own_numbers),
        WITH_DESK(what_was_computed_before_is_not_shown_again),
        WITH_DESK(a_round_asks_for_coverage),
        WITH_DESK(a_person_whom_nothing_names_is_not_forgotten),
        WITH_DESK(units_are_compared_in_a_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
