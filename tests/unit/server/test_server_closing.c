/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An appraisal from the interview to its closing, and its correction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "support/desk.h"

static const char here[] = "{\"place\":\"room 2\"}";

static int sign(const char *name, const char *round, const char *agent, const char *json)
{
    char path[256];

    snprintf(path, sizeof path, "%s/sheets/%s/signatures", round, agent);
    return tried(name, "POST", path, json);
}

static void all_sign(const char *round, const char *agent)
{
    assert_int_equal(sign(agent, round, agent, "{\"as\":\"appraised\"}"), 201);
    assert_int_equal(
        sign(strcmp(agent, "wang") == 0 ? "wei" : "lea", round, agent, "{\"as\":\"supervisor\"}"),
        201);
    assert_int_equal(sign("hana", round, agent, "{\"as\":\"hr\"}"), 201);
}

/* The process, step by step, with place, date and person. */
static void stages_go_on_one_by_one(void **state)
{
    (void)state;
    const char *round = open_round("net-volume");

    assert_int_equal(tried("lea", "POST", under(round, "/stage"),
                           "{\"stage\":\"interview\",\"place\":\"room 2\"}"),
                     403);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"), "{\"stage\":\"interview\"}"),
                     422);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"),
                           "{\"stage\":\"objections\",\"place\":\"room 2\"}"),
                     409);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"),
                           "{\"stage\":\"closed\",\"place\":\"room 2\"}"),
                     409);
    assert_int_equal(
        tried("hana", "POST", under(round, "/stage"),
              "{\"stage\":\"interview\",\"place\":\"room 2\",\"date\":\"2025-12-32\"}"),
        422);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"),
                           "{\"stage\":\"interview\",\"place\":\"room 2\",\"date\":\"2025-12-01\","
                           "\"person\":\"Ms Zhao\"}"),
                     200);
    shows("zhang", round,
          "{\"step\":\"interview\",\"stage\":\"interview\",\"agent\":null,\"place\":\"room 2\","
          "\"date\":\"2025-12-01\",\"person\":\"Ms Zhao\",\"note\":null,\"by\":\"hana\"");
    assert_int_equal(
        tried("hana", "POST", under(round, "/stage"), "{\"stage\":\"open\",\"place\":\"room 2\"}"),
        422);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"),
                           "{\"stage\":\"open\",\"place\":\"room 2\",\"note\":\"a file came\"}"),
                     200);
    assert_int_equal(tried("hana", "POST", under(round, "/close"), here), 409);
}

static void steps_of_one_agent_are_theirs(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("net-volume");

    import(round, "agent,calls_handled,complaints,call_target\nzhang,1,0,1\nli,1,0,1\n");
    assert_int_equal(tried("lea", "POST", under(round, "/steps"),
                           "{\"step\":\"feedback\",\"agent\":\"zhang\",\"place\":\"desk 4\","
                           "\"note\":\"two calls heard together\"}"),
                     201);
    assert_int_equal(tried("lea", "POST", under(round, "/steps"),
                           "{\"step\":\"feedback\",\"agent\":\"wang\",\"place\":\"desk 4\"}"),
                     404);
    assert_int_equal(
        tried("lea", "POST", under(round, "/steps"), "{\"step\":\"collect\",\"place\":\"desk 4\"}"),
        403);
    shows("zhang", under(round, "/sheets/zhang"), "two calls heard together");
    hides("li", under(round, "/sheets/li"), "two calls heard together");
    hides("li", round, "two calls heard together");
    shows("hana", round, "two calls heard together");
}

/* A step without a date is of the day that the site's clocks show, not of that in Greenwich. */
static void a_step_is_of_the_sites_day(void **state)
{
    (void)state;
    served_stop(&served);
    served_start(&served, "time_zone: Asia/Shanghai\n");
    served_user(&served, "hana", "hr", NULL);
    served.now_ms = 1763668800000; /* 2025-11-20T20:00Z, in Shanghai 04:00 of the next day */
    served_login(&served, "hana", "correct horse");
    struct reply reply = served_as(&served, "POST", "/api/v1/appraisals",
                                   "{\"scheme\":\"net-volume\",\"period\":\"2025-11\"}");
    assert_int_equal(reply.status, 201);
    assert_string_equal(served_text(reply.json, "steps.0.date"), "2025-11-21");
    reply_finish(&reply);
}

static void a_signature_is_for_the_numbers_it_saw(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("net-volume");

    import(round, "agent,calls_handled,complaints,call_target\nzhang,5000,500,5000\n");
    assert_int_equal(sign("zhang", round, "zhang", "{\"as\":\"appraised\"}"), 409);
    move(round, "interview");
    assert_int_equal(sign("li", round, "zhang", "{\"as\":\"appraised\"}"), 404);
    assert_int_equal(sign("lea", round, "zhang", "{\"as\":\"appraised\"}"), 403);
    assert_int_equal(sign("wei", round, "zhang", "{\"as\":\"supervisor\"}"), 404);
    assert_int_equal(sign("zhang", round, "zhang", "{\"as\":\"supervisor\"}"), 403);
    assert_int_equal(sign("lea", round, "zhang", "{\"as\":\"hr\"}"), 403);
    assert_int_equal(sign("lea", round, "zhang", "{\"as\":\"supervisor\",\"how\":\"paper\"}"), 403);
    all_sign(round, "zhang");
    shows("hana", under(round, "/results"), "\"signed\":[\"appraised\",\"supervisor\",\"hr\"]");
    hides("hana", under(round, "/readiness"), "\"agent\":\"zhang\"");
    import(round, "agent,indicator,value\nzhang,complaints,400\n");
    shows("hana", under(round, "/results"), "\"signed\":[]");
    shows(
        "hana", under(round, "/readiness"),
        "{\"agent\":\"zhang\",\"missing\":[],\"outdated\":[\"appraised\",\"supervisor\",\"hr\"]}");
    shows("zhang", under(round, "/sheets/zhang"), "\"counts\":false");
    /* a refusal is recorded with its reason, by a named person, and counts as known */
    assert_int_equal(sign("lea", round, "zhang", "{\"as\":\"appraised\",\"how\":\"refused\"}"),
                     422);
    assert_int_equal(sign("lea", round, "zhang",
                          "{\"as\":\"appraised\",\"how\":\"refused\",\"note\":\"disagrees\"}"),
                     201);
    shows("hana", under(round, "/readiness"),
          "\"missing\":[],\"outdated\":[\"supervisor\",\"hr\"]");
}

static void an_objection_is_answered_before_closing(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("net-volume");

    import(round, "agent,calls_handled,complaints,call_target\nzhang,5000,500,5000\n"
                  "li,100,0,100\nwang,100,0,100\n");
    move(round, "interview");
    assert_int_equal(
        tried("zhang", "POST", under(round, "/sheets/zhang/objections"), "{\"text\":\"x\"}"), 409);
    move(round, "objections");
    assert_int_equal(
        tried("zhang", "POST", under(round, "/sheets/zhang/objections"), "{\"text\":\" \"}"), 422);
    assert_int_equal(
        tried("li", "POST", under(round, "/sheets/zhang/objections"), "{\"text\":\"x\"}"), 404);
    struct reply reply = as("zhang", "POST", under(round, "/sheets/zhang/objections"),
                            "{\"text\":\"100 of these were not mine\"}");
    assert_int_equal(reply.status, 201);
    assert_string_equal(served_text(reply.json, "objection"), "1");
    assert_string_equal(served_text(reply.json, "outcome"), "open");
    reply_finish(&reply);
    assert_int_equal(
        tried("zhang", "POST", under(round, "/sheets/zhang/objections"), "{\"text\":\"again\"}"),
        409);
    shows("wei", under(round, "/objections"), "\"objections\":[]");
    all_sign(round, "zhang");
    all_sign(round, "li");
    all_sign(round, "wang");
    shows("hana", under(round, "/readiness"), "\"open_objections\":[\"zhang\"]");
    assert_int_equal(tried("hana", "POST", under(round, "/close"), here), 409);
    static const char yes[] = "{\"outcome\":\"accepted\",\"answer\":\"taken off\"}";
    assert_int_equal(tried("wei", "POST", under(round, "/objections/1/answer"), yes), 404);
    assert_int_equal(tried("lea", "POST", under(round, "/objections/1/answer"), yes), 200);
    assert_int_equal(tried("lea", "POST", under(round, "/objections/1/answer"), yes), 409);
    shows("zhang", under(round, "/sheets/zhang"),
          "\"answer\":\"taken off\",\"answered_by\":\"lea\"");
    shows("hana", under(round, "/readiness"), "\"ready\":true");
    assert_int_equal(tried("hana", "POST", under(round, "/close"), here), 200);
}

static void closing_says_what_is_missing(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");

    served_put(&served, "a", NULL);
    import(round, "agent,calls_handled,wrong_orders\nzhang,2000,3\nli,many,3\n");
    move(round, "interview");
    move(round, "objections");
    struct reply reply = as("hana", "POST", under(round, "/close"), here);
    assert_int_equal(reply.status, 409);
    assert_has(&reply, "2 undecided flags, 1 sheets not signed by all three sides, 2 people left "
                       "out");
    assert_has(&reply, "考核尚不能定稿：2 条标记待复核，1 份考核表未经三方签齐，2 人尚无考核表");
    reply_finish(&reply);
    all_sign(round, "zhang");
    static const char ignoring[] =
        "{\"place\":\"room 2\",\"ignore_undecided\":true,\"ignore_left_out\":true%s}";
    char body[256];
    snprintf(body, sizeof body, ignoring, "");
    assert_int_equal(tried("hana", "POST", under(round, "/close"), body), 422);
    snprintf(body, sizeof body, ignoring, ",\"note\":\"first month, a trial\"");
    assert_int_equal(tried("lea", "POST", under(round, "/close"), body), 403);
    assert_int_equal(tried("hana", "POST", under(round, "/close"), body), 200);
    shows("zhang", round, "\"stage\":\"closed\"");
    shows("root", "/api/v1/audit?limit=200",
          "ignored: 2 undecided flags, 2 people left out; first "
          "month, a trial");
}

/* Somebody of the group has an error: the others' places are not known, whoever ignores it. */
static void a_round_does_not_close_on_preliminary_sheets(void **state)
{
    static const char close[] =
        "{\"place\":\"room 2\",\"ignore_left_out\":true,\"note\":\"new here\"}";

    (void)state;
    seat_people();
    const char *round = open_round("grades-310");
    import(round, "agent,self_score,supervisor_score\nzhang,90,90\nli,ninety,90\n");
    shows("hana", under(round, "/results"),
          "\"preliminary\":\"of the group, left out with errors: 1");
    shows("hana", under(round, "/readiness"), "\"preliminary\":1,");
    move(round, "interview");
    move(round, "objections");
    all_sign(round, "zhang");
    struct reply reply = as("hana", "POST", under(round, "/close"), close);
    assert_int_equal(reply.status, 409);
    assert_has(&reply, "the appraisal is not ready: 1 preliminary sheets");
    reply_finish(&reply);
    import(round, "agent,self_score,supervisor_score\nli,80,80\n");
    hides("hana", under(round, "/results"), "left out with errors");
    shows("hana", under(round, "/readiness"), "\"preliminary\":0,");
}

static void a_closed_round_keeps_its_numbers(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");

    served_put(&served, "a", "{\"score\":{\"total\":96}}");
    import(round, "agent,calls_handled,wrong_orders\nzhang,2000,3\n");
    move(round, "interview");
    move(round, "objections");
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/1/decision", "{\"state\":\"confirmed\"}"),
                     200);
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}"),
                     200);
    all_sign(round, "zhang");
    assert_int_equal(tried("hana", "POST", under(round, "/close"),
                           "{\"place\":\"room 2\",\"ignore_left_out\":true,\"note\":\"new here\"}"),
                     200);
    /* 2000 × 0.40 + 30 + 27 */
    shows("hana", under(round, "/results"), "\"total\":857.00");
    /* the decision changes, the closed number does not */
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/1/decision",
                           "{\"state\":\"overturned\",\"reason\":\"heard again\"}"),
                     200);
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/2/decision",
                           "{\"state\":\"overturned\",\"reason\":\"heard again\"}"),
                     200);
    shows("hana", under(round, "/results"), "\"preview\":false");
    shows("hana", under(round, "/results"), "\"total\":857.00");
    shows("hana", under(round, "/results"), "\"signed\":[\"appraised\",\"supervisor\",\"hr\"]");
    shows("zhang", under(round, "/sheets/zhang"), "\"value\":96.00");
    shows("hana", under(round, "/results.csv"), "zhang,前台坐席,857.00,");
    hides("lea", under(round, "/results"), "wang");
    served_restart(&served);
    shows("hana", under(round, "/results"), "\"total\":857.00");
    /* nothing goes into it any more */
    assert_int_equal(uploaded("hana", "POST", under(round, "/imports?file=x.csv"),
                              "agent,indicator,value\nzhang,wrong_orders,9\n"),
                     409);
    assert_int_equal(sign("hana", round, "zhang", "{\"as\":\"hr\"}"), 409);
    assert_int_equal(tried("hana", "POST", under(round, "/stage"),
                           "{\"stage\":\"open\",\"place\":\"x\",\"note\":\"y\"}"),
                     409);
    /* a correction is a new version from the same input */
    assert_int_equal(tried("hana", "POST", under(round, "/corrections"), "{\"reason\":\"\"}"), 422);
    struct reply reply = as("hana", "POST", under(round, "/corrections"),
                            "{\"reason\":\"two flags were overturned\"}");
    assert_int_equal(reply.status, 201);
    assert_string_equal(served_text(reply.json, "appraisal"), "2");
    assert_string_equal(served_text(reply.json, "version"), "2");
    assert_string_equal(served_text(reply.json, "corrects"), "1");
    assert_string_equal(served_text(reply.json, "versions.1.corrected_by"), "2");
    reply_finish(&reply);
    assert_int_equal(tried("hana", "POST", under(round, "/corrections"), "{\"reason\":\"again\"}"),
                     409);
    shows("hana", "/api/v1/appraisals/2/results", "\"total\":860.00");
    shows("hana", "/api/v1/appraisals/2/results", "\"signed\":[]");
    shows("hana", under(round, "/results"), "\"total\":857.00");
}

static const char objecting[] = "{\"text\":\"that was the customer\"}";
static const char spared[] =
    "{\"place\":\"room 2\",\"ignore_left_out\":true,\"note\":\"new here\"}";

/* A round of zhang's, whose two flags are confirmed and whose sheet is signed. */
static const char *round_of_a_flagged_call(void)
{
    seat_people();
    const char *round = open_round("agent-2013");

    served_put(&served, "a", "{\"score\":{\"total\":96}}");
    import(round, "agent,calls_handled,wrong_orders\nzhang,2000,3\n");
    move(round, "interview");
    move(round, "objections");
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/1/decision", "{\"state\":\"confirmed\"}"),
                     200);
    assert_int_equal(tried("lea", "POST", "/api/v1/flags/2/decision", "{\"state\":\"confirmed\"}"),
                     200);
    all_sign(round, "zhang");
    return round;
}

/* What an agent says against a flag is answered before its points become pay. */
static void an_objection_to_a_flag_holds_up_closing(void **state)
{
    (void)state;
    const char *round = round_of_a_flagged_call();

    assert_int_equal(tried("zhang", "POST", "/api/v1/flags/1/objection", objecting), 201);
    shows("hana", under(round, "/readiness"), "\"ready\":false");
    shows("hana", under(round, "/readiness"), "\"open_objections\":[\"zhang\"]");
    shows("lea", under(round, "/readiness"),
          "\"open_flag_objections\":[{\"objection\":1,\"flag\":1,\"call\":1,\"agent\":\"zhang\"");
    hides("wei", under(round, "/readiness"), "zhang");
    shows("zhang", under(round, "/sheets/zhang"), "\"open_flag_objections\":[{\"objection\":1");
    struct reply reply = as("hana", "POST", under(round, "/close"), spared);
    assert_int_equal(reply.status, 409);
    assert_has(&reply, "1 objections without an answer");
    reply_finish(&reply);
    assert_int_equal(tried("lea", "POST", "/api/v1/objections/1/answer",
                           "{\"state\":\"confirmed\",\"reason\":\"heard again\"}"),
                     204);
    shows("hana", under(round, "/readiness"), "\"open_flag_objections\":[]");
    assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
    shows("hana", round, "\"correction_due\":[]");
}

/* Days that were closed over what was open: nobody can decide there, and nothing waits for it. */
static void closed_days_hold_nothing_up(void **state)
{
    (void)state;
    seat_people();
    const char *round = open_round("agent-2013");

    served_put(&served, "a", NULL);
    import(round, "agent,calls_handled,wrong_orders\nzhang,2000,3\n");
    move(round, "interview");
    move(round, "objections");
    assert_int_equal(tried("zhang", "POST", "/api/v1/flags/1/objection", objecting), 201);
    shows("hana", under(round, "/readiness"), "\"undecided_flags\":2");
    served_user(&served, "max", "lead", NULL);
    served.now_ms += (int64_t)30 * 86400000; /* in December */
    served_login(&served, "max", "correct horse");
    struct reply reply =
        served_as(&served, "POST", "/api/v1/periods",
                  "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"ignore_open\":true,"
                  "\"note\":\"a trial\"}");
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    served.now_ms -= (int64_t)30 * 86400000; /* the others' sessions still hold */
    shows("hana", under(round, "/readiness"), "\"undecided_flags\":0");
    shows("hana", under(round, "/readiness"), "\"open_flag_objections\":[]");
    shows("zhang", under(round, "/sheets/zhang"), "\"undecided_flags\":0");
    all_sign(round, "zhang");
    assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
    shows("hana", round, "\"correction_due\":[]");
}

/* What is accepted afterwards does not change the closed number, but somebody has to be told. */
static void an_objection_accepted_after_closing_asks_for_a_correction(void **state)
{
    (void)state;
    const char *round = round_of_a_flagged_call();

    assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
    served.now_ms += 60000;
    assert_int_equal(tried("zhang", "POST", "/api/v1/flags/1/objection", objecting), 201);
    shows("hana", round, "\"correction_due\":[]"); /* it may still be rejected */
    assert_int_equal(tried("lea", "POST", "/api/v1/objections/1/answer",
                           "{\"state\":\"overturned\",\"reason\":\"heard again\"}"),
                     204);
    static const char due[] = "\"correction_due\":[{\"objection\":1,\"flag\":1,\"call\":1,"
                              "\"agent\":\"zhang\"";
    shows("hana", round, due);
    shows("lea", round, due);
    shows("zhang", round, due);
    hides("li", round, "zhang");
    shows("zhang", under(round, "/sheets/zhang"), due);
    assert_int_equal(
        tried("hana", "POST", under(round, "/corrections"), "{\"reason\":\"flag overturned\"}"),
        201);
    shows("hana", round, "\"correction_due\":[]");
}

/* A store of before closed rounds over open objections. */
static void an_objection_open_since_before_closing_asks_for_a_correction(void **state)
{
    (void)state;
    const char *round = round_of_a_flagged_call();

    assert_int_equal(tried("hana", "POST", under(round, "/close"), spared), 200);
    assert_int_equal(tried("zhang", "POST", "/api/v1/flags/1/objection", objecting), 201);
    served_sql(&served, "UPDATE objections SET at_ms = at_ms - 60000");
    shows("zhang", round, "\"correction_due\":[{\"objection\":1,");
    shows("hana", round, "\"outcome\":\"open\"");
}

static void a_sheet_is_held_against_the_period_before(void **state)
{
    (void)state;
    seat_people();
    static const char october[] = "{\"scheme\":\"net-volume\",\"period\":\"2025-10\"}";
    struct reply reply = as("hana", "POST", "/api/v1/appraisals", october);
    char before[64];

    snprintf(before, sizeof before, "/api/v1/appraisals/%s", served_text(reply.json, "appraisal"));
    reply_finish(&reply);
    /* 3000 ÷ 3500 = 85.714… %, shown as 85.71; 90 − 85.71 = 4.29 */
    import(before, "agent,calls_handled,complaints,call_target\nzhang,3000,0,3500\n");
    const char *round = open_round("net-volume");
    import(round, "agent,calls_handled,complaints,call_target\nzhang,5000,500,5000\nli,1,0,1\n");
    shows("zhang", under(round, "/sheets/zhang"),
          "\"period\":\"2025-10\",\"stage\":\"open\",\"total\":85.71,\"total_change\":4.29");
    shows("zhang", under(round, "/sheets/zhang"), "\"items_change\":{");
    shows("li", under(round, "/sheets/li"), "\"before\":null");
}

int main(void)
{
#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DESK(stages_go_on_one_by_one),
        WITH_DESK(steps_of_one_agent_are_theirs),
        WITH_DESK(a_step_is_of_the_sites_day),
        WITH_DESK(a_signature_is_for_the_numbers_it_saw),
        WITH_DESK(an_objection_is_answered_before_closing),
        WITH_DESK(closing_says_what_is_missing),
        WITH_DESK(a_round_does_not_close_on_preliminary_sheets),
        WITH_DESK(a_closed_round_keeps_its_numbers),
        WITH_DESK(an_objection_to_a_flag_holds_up_closing),
        WITH_DESK(closed_days_hold_nothing_up),
        WITH_DESK(an_objection_accepted_after_closing_asks_for_a_correction),
        WITH_DESK(an_objection_open_since_before_closing_asks_for_a_correction),
        WITH_DESK(a_sheet_is_held_against_the_period_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
