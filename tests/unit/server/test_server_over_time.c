/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appraisal over HTTP: what goes from period to period, whom names mean from import to import, who
 * rates whom from all sides. The arithmetic stands in the comments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "scores/evidence.h"
#include "support/desk.h"

/* ---- schemes of their own */

static char folder[] = "/tmp/callqa-schemes-XXXXXX";

#define HEAD(id, period)                                                                           \
    "scheme: " id "\nversion: \"1\"\nnames: {en: T, zh: 测}\nsource: own\nperiod: " period         \
    "\nindicators:\n"
#define TOTAL(parts)                                                                               \
    "items:\n  - {id: total, names: {en: Total, zh: 总}, type: sum, plus: [" parts "]}\n"          \
    "total: total\n"

/* Half of what the month before gave goes on; beside it stands what was sold in the year so far. */
static const char carry[] = HEAD(
    "carry",
    "monthly") "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 1000], need: required}\n"
               "  - {id: before, names: {en: Before, zh: 上月}, range: [0, 1000], need: optional, "
               "default: 0,"
               " carried: {of: total, from: before}}\n"
               "  - {id: so_far, names: {en: So far, zh: 本年}, range: [0, 9999], need: optional, "
               "default: 0,"
               " carried: {of: sold, from: year, by: sum}}\n"
               "items:\n"
               "  - {id: half, names: {en: Half, zh: 半}, type: value, of: before, percent: 50}\n"
               "  - {id: year, names: {en: Year, zh: 年}, type: sum, plus: [sold, so_far]}\n"
               "  - {id: total, names: {en: Total, zh: 总}, type: sum, plus: [sold, half]}\ntotal: "
               "total\n";
static const char simple[] = HEAD(
    "simple",
    "monthly") "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 1000], need: required}\n"
               "  - {id: kept, names: {en: Kept, zh: 留存}, range: [0, 1000], need: optional, "
               "default: 0}\n" TOTAL("sold, kept");
static const char sides[] =
    HEAD("sides", "half_yearly") "  - {id: colleagues, names: {en: C, zh: 同事}, range: [0, 100], "
                                 "need: required, rated_by: "
                                 "colleagues}\n"
                                 "  - {id: led, names: {en: L, zh: 下属}, range: [0, 100], need: "
                                 "optional, default: 0, "
                                 "rated_by: subordinates}\n" TOTAL("colleagues, led");
static const char own[] = HEAD(
    "own", "monthly") "  - {id: own, names: {en: Own, zh: 自评}, range: [0, 100], need: required, "
                      "rated_by: self}\n" TOTAL("own");
static const char yearly[] =
    HEAD("yearly",
         "yearly") "  - {id: sold, names: {en: Sold, zh: 销量}, range: [0, 1000], need: required}\n"
                   "  - {id: qa, names: {en: QA, zh: 质检}, range: [0, 100], need: required, "
                   "period: monthly}\n" TOTAL("sold, qa");

static void write_scheme(const char *name, const char *text)
{
    char path[64];

    snprintf(path, sizeof path, "%s/schemes/%s.yaml", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_schemes(void **state)
{
    char path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/schemes", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_scheme("carry", carry);
    write_scheme("simple", simple);
    write_scheme("sides", sides);
    write_scheme("yearly", yearly);
    write_scheme("own", own);
    return setenv("CALLQA_MODELS", folder, 1);
}

static int remove_schemes(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* ---- over periods */

static void sign(const char *name, const char *round, const char *agent, const char *as_what)
{
    char path[256];
    char body[64];

    snprintf(path, sizeof path, "%s/sheets/%s/signatures", round, agent);
    snprintf(body, sizeof body, "{\"as\":\"%s\"}", as_what);
    assert_int_equal(tried(name, "POST", path, body), 201);
}

static void close_round(const char *round)
{
    static const char *const people[] = {"zhang", "li"};

    move(round, "interview");
    move(round, "objections");
    for (int i = 0; i < 2; i++) {
        sign(people[i], round, people[i], "appraised");
        sign("lea", round, people[i], "supervisor");
        sign("hana", round, people[i], "hr");
    }
    assert_int_equal(tried("hana", "POST", under(round, "/close"),
                           "{\"place\":\"room 2\",\"ignore_left_out\":true,\"note\":\"new here\"}"),
                     200);
}

/*
 * October: zhang sold 100, li 60; nothing came before. November: zhang 40, half of 100 is 50: 90,
 * and 140 in the year; li 30 + 30 = 60, 90 in the year; wang, who is new, 10 and 10. Corrected,
 * zhang's October is 120: 40 + 60 = 100, and 160.
 */
static void closed_months_go_on_into_the_next(void **state)
{
    (void)state;
    seat_people();
    const char *october = open_round_of("carry", "2025-10");
    const char *november = open_round_of("carry", "2025-11");

    import(october, "agent,sold\nzhang,100\nli,60\n");
    import(november, "agent,sold\nzhang,40\nli,30\nwang,10\n");
    /* October may still change, and counts for nothing yet: nobody's November is guessed at */
    hides("hana", under(november, "/results"), "\"total\"");
    shows("hana", under(november, "/results"),
          "\\\"before\\\" is carried over, and no sheets of 2025-10 are at hand");
    close_round(october);
    shows("hana", under(november, "/results"), "\"agent\":\"zhang\",\"total\":90.00");
    shows("hana", under(november, "/results"), "\"agent\":\"li\",\"total\":60.00");
    /* wang was there in October, and has no sheet of it: forgotten, until the roster says otherwise
     */
    hides("hana", under(november, "/results"), "\"agent\":\"wang\",\"total\"");
    shows("hana", under(november, "/results"),
          "agent \\\"wang\\\": \\\"before\\\" is carried over, and no sheet of 2025-10 is at hand");
    struct reply seats = upload("hana", "PUT", "/api/v1/roster",
                                "person,extension,team,post,from,to\n"
                                "zhang,8001,east,前台坐席,,\nli,8002,east,前台坐席,,\n"
                                "wang,8003,west,前台坐席,2025-11-03,\n");
    assert_int_equal(seats.status, 200);
    reply_finish(&seats);
    shows("hana", under(november, "/results"), "\"agent\":\"wang\",\"total\":10.00");
    shows("hana", under(november, "/sheets/zhang"), "\"year\":140.00");
    shows("hana", under(november, "/sheets/li"), "\"year\":90.00");
    shows("hana", under(november, "/sheets/wang"), "\"year\":10.00");
    /* where it came from is said */
    shows("zhang", under(november, "/sheets/zhang"), "\"origin\":\"carried\"");
    shows("zhang", under(november, "/sheets/zhang"), "\"period\":\"2025-10\"");
    /* a correction counts once it is closed */
    struct reply reply =
        as("hana", "POST", under(october, "/corrections"), "{\"reason\":\"orders of a friend\"}");
    assert_int_equal(reply.status, 201);
    char corrected[64];
    snprintf(corrected, sizeof corrected, "/api/v1/appraisals/%s",
             served_text(reply.json, "appraisal"));
    reply_finish(&reply);
    import(corrected, "agent,sold\nzhang,120\n");
    shows("hana", under(november, "/results"), "\"agent\":\"zhang\",\"total\":90.00");
    close_round(corrected);
    shows("hana", under(november, "/results"), "\"agent\":\"zhang\",\"total\":100.00");
    shows("hana", under(november, "/sheets/zhang"), "\"year\":160.00");
    /* a round that was closed before kept texts: it tells the same */
    let_closed_rounds_change();
    served_sql(&served,
               "UPDATE kept_sheets SET facts = NULL, trace = NULL,"
               " full_hr = '{\"agent\":\"zhang\",\"scheme\":\"carry\",\"total\":200.00,"
               "\"trace\":[{\"indicator\":\"sold\",\"value\":7.00}]}' WHERE agent = 'zhang'");
    assert_int_equal(
        tried("hana", "POST", under(november, "/least"), "{\"note\":\"looked again\"}"), 200);
    shows("hana", under(november, "/results"), "\"agent\":\"zhang\",\"total\":140.00");
}

/* A month, a quarter and a year are not each other; a year is read as people write it. */
static void a_year_is_appraised_as_one(void **state)
{
    char csv[800] = "agent,indicator,value,period\nzhang,sold,100,2025年度\n";

    (void)state;
    assert_int_equal(tried("hana", "POST", "/api/v1/appraisals",
                           "{\"scheme\":\"yearly\",\"period\":\"2025-11\"}"),
                     422);
    const char *round = open_round_of("yearly", "2025");
    for (int month = 1; month <= 12; month++)
        snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "zhang,qa,%d,2025-%02d\n",
                 month == 12 ? 40 : 100, month);
    import(round, csv);
    /* (11 × 100 + 40) ÷ 12 = 95; 195 */
    shows("hana", under(round, "/results"), "\"total\":195.00");
    struct reply reply = upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"),
                                "agent,sold,period\nli,5,2025-11\n");
    assert_has(&reply, "counts for a year");
    reply_finish(&reply);
}

/* ---- whom a name means, said anew */

static void answer(const char *round, const char *written, const char *person)
{
    char body[128];

    snprintf(body, sizeof body, "{\"names\":{\"%s\":\"%s\"}}", written, person);
    assert_int_equal(tried("hana", "PUT", under(round, "/import-answers"), body), 200);
}

static void rows_follow_whom_their_name_means(void **state)
{
    (void)state;
    const char *round = open_round("simple");
    const char *other = open_round_of("simple", "2025-12");

    answer(round, "xiaoli", "li");
    import(round, "agent,sold,kept\nxiaoli,50,7\nzhang,5,\n");
    import(other, "agent,sold\nxiaoli,20\n");
    shows("hana", under(round, "/results"), "\"agent\":\"li\",\"total\":57.00");
    /* it was wang all the time: in every open round */
    answer(round, "xiaoli", "wang");
    shows("hana", under(round, "/results"), "\"agent\":\"wang\",\"total\":57.00");
    hides("hana", under(round, "/results"), "\"agent\":\"li\"");
    shows("hana", under(other, "/results"), "\"agent\":\"wang\",\"total\":20.00");
    shows("root", "/api/v1/audit?limit=100",
          "name \\\"xiaoli\\\": is wang, 3 imported values follow, 0 of them clash");
    /* the row that follows says still where it stood */
    shows("hana", under(round, "/sheets/wang"), "november.csv:2");
    /* it is a person of its own, then nobody */
    answer(round, "xiaoli", "xiaoli");
    shows("hana", under(round, "/results"), "\"agent\":\"xiaoli\",\"total\":57.00");
    answer(round, "xiaoli", "");
    hides("hana", under(round, "/results"), "xiaoli");
    hides("hana", under(round, "/results"), "\"agent\":\"wang\"");
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":5.00");
}

/* A person of the roster is nobody in no table: what they have stays theirs. */
static void nobody_of_the_roster_is_nobody(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("simple");
    const char *other = open_round_of("simple", "2025-12");

    answer(round, "xiaoli", "li");
    import(round, "agent,sold,kept\nxiaoli,50,7\nzhang,5,\n");
    import(other, "agent,sold\nxiaoli,20\n");
    struct reply reply =
        as("hana", "PUT", under(round, "/import-answers"), "{\"names\":{\"zhang\":\"\"}}");
    assert_int_equal(reply.status, 422);
    assert_has(&reply, "\\\"zhang\\\" is a person of the roster of 2025-11, and not nobody");
    assert_has(&reply, "坐席花名册");
    reply_finish(&reply);
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":5.00");
    /* what an answer moves is said, of each open round */
    reply = as("hana", "PUT", under(round, "/import-answers"), "{\"names\":{\"xiaoli\":\"wang\"}}");
    assert_int_equal(reply.status, 200);
    assert_has(&reply, "\"period\":\"2025-11\",\"from\":\"li\",\"to\":\"wang\",\"rows\":2}");
    assert_has(&reply, "\"period\":\"2025-12\",\"from\":\"li\",\"to\":\"wang\",\"rows\":1}");
    reply_finish(&reply);
    reply = as("hana", "PUT", under(round, "/import-answers"), "{\"names\":{\"xiaoli\":\"\"}}");
    assert_has(&reply, "\"from\":\"wang\",\"to\":null,\"rows\":2}");
    reply_finish(&reply);
}

/* 60 typed and 90 imported are one self-rating: 60, and not 75 of two. */
static void a_typed_self_rating_counts(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("own");

    import(round, "agent,own\nzhang,90\nli,70\n");
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":90.00");
    assert_int_equal(tried("zhang", "POST", under(round, "/ratings"),
                           "{\"ratings\":[{\"agent\":\"zhang\",\"indicator\":\"own\",\"value\":"
                           "\"60\"}]}"),
                     200);
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":60.00");
    shows("hana", under(round, "/results"), "\"agent\":\"li\",\"total\":70.00");
}

/* Rows go to the database sixteen at a time: 37 are two times that and five. */
static void many_rows_are_each_their_own(void **state)
{
    enum { MANY = 37 };
    char csv[2000];
    char wanted[80];

    (void)state;
    const char *round = open_round("simple");
    for (int times = 1; times <= 2; times++) {
        strcpy(csv, "agent,sold\n");
        for (int i = 0; i < MANY; i++)
            snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "p%02d,%d\n", i, i * times);
        struct reply reply = upload("hana", "POST", under(round, "/imports?file=x.csv"), csv);
        assert_int_equal(reply.status, 201);
        /* the second time 0 stays 0, and the others are replaced */
        assert_string_equal(served_text(reply.json, "changed"), times == 1 ? "0" : "36");
        reply_finish(&reply);
        reply = as("hana", "GET", under(round, "/results"), NULL);
        for (int i = 0; i < MANY; i++) {
            snprintf(wanted, sizeof wanted, "\"agent\":\"p%02d\",\"total\":%d.00", i, i * times);
            assert_has(&reply, wanted);
        }
        reply_finish(&reply);
    }
    shows("hana", under(round, "/imports/2"), "\"value\":\"72\"");
    shows("hana", under(round, "/imports/1"), "\"state\":\"replaced\"");
}

/* Both have the value: nothing is computed for wang until somebody imports what is right. */
static void rows_that_would_count_twice_are_asked_about(void **state)
{
    (void)state;
    const char *round = open_round("simple");

    answer(round, "xiaoli", "li");
    import(round, "agent,sold\nxiaoli,50\nwang,5\n");
    answer(round, "xiaoli", "wang");
    hides("hana", under(round, "/results"), "\"total\":55.00");
    hides("hana", under(round, "/results"), "\"agent\":\"wang\",\"total\"");
    shows("hana", under(round, "/results"),
          "\\\"sold\\\" is given twice, as \\\"xiaoli\\\" and in line 3");
    shows("hana", under(round, "/results"), "“sold”给出了两次");
    import(round, "agent,sold\nwang,55\n");
    shows("hana", under(round, "/results"), "\"agent\":\"wang\",\"total\":55.00");
}

/* What was wrong under a name is wrong with whom it means: its optional value is not forgotten. */
static void faults_follow_whom_their_name_means(void **state)
{
    (void)state;
    const char *round = open_round("simple");

    import(round, "agent,sold,kept\nwang,5,\nwangwang,,many\n");
    shows("hana", under(round, "/results"), "\"agent\":\"wang\",\"total\":5.00");
    answer(round, "wangwang", "wang");
    hides("hana", under(round, "/results"), "\"agent\":\"wang\",\"total\":5.00");
    hides("hana", under(round, "/readiness"), "\"agent\":\"wangwang\"");
    import(round, "agent,sold,kept\nwang,5,\nwangwang,,3\n");
    shows("hana", under(round, "/results"), "\"agent\":\"wang\",\"total\":8.00");
}

/* An erased agent's answers are asked about anew; those of others stay, as do those under a hold.
 */
static void erasing_an_agent_reaches_the_answers(void **state)
{
    const struct cqa_about li = {CQA_ABOUT_AGENT, "li"};
    const struct cqa_about number = {CQA_ABOUT_AGENT, "8001"};
    struct cqa_evidence_erasure done;
    struct cqa_error error = {0};

    (void)state;
    seat_people();
    const char *round = open_round("simple");
    static const char table[] = "agent,sold\nxiaoli,50\nlaowang,5\n";
    answer(round, "xiaoli", "li");
    answer(round, "laowang", "wang");
    import(round, table);
    assert_int_equal(cqa_evidence_hold(served.scores, &li, "a dispute", &error), CQA_OK);
    assert_int_equal(cqa_evidence_erase(served.scores, &li, 0, &done, &error), CQA_OK);
    assert_int_equal(done.names, 0);
    assert_int_equal(cqa_evidence_lift(served.scores, &li, &error), CQA_OK);
    assert_int_equal(cqa_evidence_erase(served.scores, &li, 1, &done, &error), CQA_OK);
    assert_int_equal(done.names, 1);
    assert_int_equal(cqa_evidence_erase(served.scores, &number, 0, &done, &error), CQA_OK);
    assert_int_equal(done.names, 0);
    struct reply reply =
        upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"), table);
    assert_has_not(&reply, "\"asked\":true");
    reply_finish(&reply);
    assert_int_equal(cqa_evidence_erase(served.scores, &li, 0, &done, &error), CQA_OK);
    assert_int_equal(done.names, 1);
    reply = upload("hana", "POST", under(round, "/imports?file=x.csv&preview=1"), table);
    assert_has(&reply, "\"written\":\"xiaoli\",\"person\":null,\"beside\":null,\"asked\":true");
    assert_has(&reply,
               "\"written\":\"laowang\",\"person\":\"wang\",\"beside\":null,\"asked\":false");
    reply_finish(&reply);
}

/* ---- from all sides */

static int rate(const char *name, const char *round, const char *agent, const char *indicator,
                const char *value)
{
    char body[256];

    snprintf(body, sizeof body,
             "{\"ratings\":[{\"agent\":\"%s\",\"indicator\":\"%s\",\"value\":\"%s\"}]}", agent,
             indicator, value);
    return tried(name, "POST", under(round, "/ratings"), body);
}

static void seat_leads_too(void)
{
    assert_int_equal(uploaded("hana", "PUT", "/api/v1/roster",
                              "person,extension,team,post,from,to\nzhang,8001,east,agent,,\n"
                              "li,8002,east,agent,,\nwang,8003,west,agent,,\n"
                              "lea,8009,east,lead,,\nwei,8010,west,lead,,\n"),
                     200);
}

/* Colleagues are the others of the team, without its lead; the lead is rated by those led, who stay
 * without a name towards her. */
static void colleagues_and_those_led_rate(void **state)
{
    (void)state;
    seat_leads_too();
    const char *round = open_round_of("sides", "2025H2");

    assert_int_equal(rate("li", round, "zhang", "colleagues", "80"), 200);
    assert_int_equal(rate("zhang", round, "zhang", "colleagues", "100"), 403);
    assert_int_equal(rate("wang", round, "zhang", "colleagues", "100"), 403);
    assert_int_equal(rate("lea", round, "zhang", "colleagues", "100"), 403);
    assert_int_equal(rate("zhang", round, "lea", "led", "60"), 200);
    assert_int_equal(rate("li", round, "lea", "led", "90"), 200);
    assert_int_equal(rate("wang", round, "lea", "led", "0"), 403);
    assert_int_equal(rate("lea", round, "lea", "led", "100"), 403);
    assert_int_equal(rate("zhang", round, "li", "led", "0"), 403);
    assert_int_equal(rate("zhang", round, "lea", "colleagues", "70"), 200);
    /* 70 + (60 + 90) ÷ 2 = 145 */
    shows("hana", under(round, "/results"), "\"agent\":\"lea\",\"total\":145.00");
    shows("hana", under(round, "/sheets/lea"), "\"rater\":\"li\"");
    hides("lea", under(round, "/sheets/lea"), "\"rater\":\"li\"");
    hides("lea", under(round, "/ratings"),
          "\"indicator\":\"led\",\"kind\":\"subordinates\",\"rater\"");
    shows("hana", under(round, "/ratings"),
          "\"indicator\":\"led\",\"kind\":\"subordinates\",\"rater\"");
    hides("zhang", under(round, "/sheets/zhang"), "\"rater\":\"li\"");
    shows("lea", under(round, "/sheets/zhang"), "\"rater\":\"li\"");
    /* what is still due: of wei by wang, of nobody by those who lead nobody */
    shows("wang", under(round, "/ratings"),
          "\"agent\":\"wei\",\"team\":\"west\",\"indicator\":\"led\"");
    hides("hana", under(round, "/ratings"),
          "\"agent\":\"wang\",\"team\":\"west\",\"indicator\":\"led\"");
}

/* A rating of somebody whom the roster does not know any more is nobody's until somebody says. */
static void ratings_of_nobody_are_asked_about(void **state)
{
    (void)state;
    seat_leads_too();
    const char *round = open_round_of("sides", "2025H2");

    assert_int_equal(rate("li", round, "zhang", "colleagues", "80"), 200);
    shows("hana", under(round, "/results"), "\"agent\":\"zhang\",\"total\":80.00");
    assert_int_equal(uploaded("hana", "PUT", "/api/v1/roster",
                              "person,extension,team,post,from,to\nzhangsan,8001,east,agent,,\n"
                              "li,8002,east,agent,,\nlea,8009,east,lead,,\n"),
                     200);
    hides("hana", under(round, "/results"), "\"total\":80.00");
    shows("hana", under(round, "/results"),
          "agent \\\"zhang\\\": there are ratings, and the roster does not know this name");
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(closed_months_go_on_into_the_next),
        WITH_DESK(a_year_is_appraised_as_one),
        WITH_DESK(rows_follow_whom_their_name_means),
        WITH_DESK(nobody_of_the_roster_is_nobody),
        WITH_DESK(a_typed_self_rating_counts),
        WITH_DESK(many_rows_are_each_their_own),
        WITH_DESK(rows_that_would_count_twice_are_asked_about),
        WITH_DESK(faults_follow_whom_their_name_means),
        WITH_DESK(erasing_an_agent_reaches_the_answers),
        WITH_DESK(colleagues_and_those_led_rate),
        WITH_DESK(ratings_of_nobody_are_asked_about),
    };

    return cmocka_run_group_tests(tests, make_schemes, remove_schemes);
}
