/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/served.h"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "root", "admin", NULL);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "zhang", "agent", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* Logs in and asks; the status. `out` may be NULL. */
static int ask(const char *name, const char *method, const char *path, const char *json,
               const char *value, char *out)
{
    served_login(&served, name, "correct horse");
    struct reply reply = served_as(&served, method, path, json);
    const int status = reply.status;
    if (out != NULL)
        strcpy(out, served_text(reply.json, value));
    reply_finish(&reply);
    return status;
}

static int put_roster(const char *csv)
{
    char headers[600];

    served_login(&served, "root", "correct horse");
    char *type = strstr(served.session, "Content-Type: ");
    snprintf(headers, sizeof headers, "%.*sContent-Type: text/csv\r\n",
             (int)(type - served.session), served.session);
    struct reply reply = served_ask(&served, "PUT", "/api/v1/roster", headers, csv);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

static void calls_belong_to_whoever_held_the_extension(void **state)
{
    (void)state;
    char text[256];

    served_put(&served, "morning", "{\"call\": {\"started_at\": \"2025-11-20T09:00:00+08:00\"}}");
    served_put(&served, "evening", "{\"call\": {\"started_at\": \"2025-11-20T18:00:00+08:00\"}}");
    assert_int_equal(ask("zhang", "GET", "/api/v1/calls", NULL, "calls.0.call.id", text), 200);
    assert_string_equal(text, "absent");
    assert_int_equal(put_roster("person,extension,team,post,from,to\n"
                                "zhang,8001,east,agent,2025-11-20T08:00,2025-11-20T16:00\n"
                                "li,8001,west,agent,2025-11-20T16:00,2025-11-20T23:00\n"),
                     200);
    assert_int_equal(ask("zhang", "GET", "/api/v1/calls", NULL, "calls.0.call.id", text), 200);
    assert_string_equal(text, "morning");
    assert_int_equal(ask("zhang", "GET", "/api/v1/calls", NULL, "calls.1.call.id", text), 200);
    assert_string_equal(text, "absent");
    /* posted after the roster */
    served_put(&served, "later", "{\"call\": {\"started_at\": \"2025-11-20T20:00:00+08:00\"}}");
    served_user(&served, "wei", "auditor", "west");
    assert_int_equal(ask("wei", "GET", "/api/v1/calls", NULL, "calls.0.call.id", text), 200);
    assert_string_equal(text, "evening");
    assert_int_equal(ask("wei", "GET", "/api/v1/calls", NULL, "calls.1.call.id", text), 200);
    assert_string_equal(text, "later");
    assert_int_equal(
        ask("wei", "GET", "/api/v1/flags?state=any&team=east", NULL, "flags.0.flag", text), 200);
    assert_string_equal(text, "absent");
}

static void bad_roster_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(
        put_roster("person,extension,team,post,from,to\nzhang,8001,east,agent,2025-11-31,\n"), 422);
    assert_int_equal(put_roster("nonsense"), 422);
    assert_int_equal(ask("zhang", "PUT", "/api/v1/roster", "", NULL, NULL), 403);
}

static void objection_goes_from_agent_to_lead(void **state)
{
    (void)state;
    char number[64];
    char path[128];
    char text[256];

    served_put(&served, "1", NULL);
    served_put(&served, "2", "{\"call\": {\"agent\": \"8002\"}}");
    assert_int_equal(put_roster("person,extension,team,post,from,to\nzhang,8001,east,agent,,\n"),
                     200);
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.flag", number);
    snprintf(path, sizeof path, "/api/v1/flags/%s/objection", number);
    assert_int_equal(ask("zhang", "POST", path, "{\"text\":\" \"}", NULL, NULL), 422);
    assert_int_equal(ask("lea", "POST", path, "{\"text\":\"x\"}", NULL, NULL), 403);
    assert_int_equal(
        ask("zhang", "POST", path, "{\"text\":\"the customer left the phone\"}", NULL, NULL), 201);
    assert_int_equal(ask("zhang", "POST", path, "{\"text\":\"again\"}", NULL, NULL), 409);
    ask("lea", "GET", "/api/v1/calls/2/flags", NULL, "flags.0.flag", number);
    char other[128];
    snprintf(other, sizeof other, "/api/v1/flags/%s/objection", number);
    assert_int_equal(ask("zhang", "POST", other, "{\"text\":\"not my call\"}", NULL, NULL), 404);
    assert_int_equal(
        ask("lea", "GET", "/api/v1/objections?outcome=open", NULL, "objections.0.text", text), 200);
    assert_string_equal(text, "the customer left the phone");
    static const char answer[] = "{\"state\":\"overturned\",\"reason\":\"heard it, right\"}";
    assert_int_equal(ask("zhang", "POST", "/api/v1/objections/1/answer", answer, NULL, NULL), 403);
    assert_int_equal(ask("lea", "POST", "/api/v1/objections/1/answer",
                         "{\"state\":\"open\",\"reason\":\"x\"}", NULL, NULL),
                     422);
    assert_int_equal(ask("lea", "POST", "/api/v1/objections/1/answer", answer, NULL, NULL), 204);
    assert_int_equal(ask("lea", "POST", "/api/v1/objections/1/answer", answer, NULL, NULL), 409);
    ask("zhang", "GET", "/api/v1/objections", NULL, "objections.0.outcome", text);
    assert_string_equal(text, "accepted");
    ask("zhang", "GET", "/api/v1/calls/1", NULL, "score.decided_total", text);
    assert_string_equal(text, "98");
    /* settled: an auditor may not turn it back */
    served_user(&served, "ann", "auditor", NULL);
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.flag", number);
    snprintf(path, sizeof path, "/api/v1/flags/%s/decision", number);
    assert_int_equal(ask("ann", "POST", path, "{\"state\":\"confirmed\"}", NULL, NULL), 409);
}

/* What an agent was told that it is settled changes by another answer to them alone. */
static void a_settled_objection_binds_its_flag(void **state)
{
    (void)state;
    static const char settled_words[] =
        "lea settled the objection to this flag at 2025-11-20T02:00:00.000Z: it changes with a "
        "lead's new answer to the objection alone";
    char number[64];
    char path[128];
    char text[256];

    served.now_ms = 1763604000000;
    served_put(&served, "1", NULL);
    put_roster("person,extension,team,post,from,to\nzhang,8001,east,agent,,\n");
    served_user(&served, "ann", "auditor", NULL);
    served_user(&served, "max", "lead", NULL);
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.flag", number);
    snprintf(path, sizeof path, "/api/v1/flags/%s/objection", number);
    ask("zhang", "POST", path, "{\"text\":\"I was fetching the file\"}", NULL, NULL);
    assert_int_equal(ask("lea", "POST", "/api/v1/objections/1/answer",
                         "{\"state\":\"overturned\",\"reason\":\"so it was\"}", NULL, NULL),
                     204);
    snprintf(path, sizeof path, "/api/v1/flags/%s/decision", number);
    static const char *const tries[] = {
        "{\"state\":\"confirmed\"}", "{\"state\":\"confirmed\",\"objection\":1}",
        "{\"state\":\"open\",\"reason\":\"x\"}",
        "{\"state\":\"changed\",\"points\":1,\"reason\":\"x\",\"was\":\"overturned\"}"};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        assert_int_equal(ask("max", "POST", path, tries[i], "detail", text), 409);
        assert_string_equal(text, settled_words);
        assert_int_equal(ask("ann", "POST", path, tries[i], "detail", text), 409);
        assert_string_equal(text, settled_words);
    }
    assert_int_equal(ask("max", "POST", "/api/v1/objections/1/answer",
                         "{\"state\":\"confirmed\",\"reason\":\"x\"}", "detail", text),
                     409);
    assert_string_equal(text,
                        "lea settled this objection at 2025-11-20T02:00:00.000Z: a new answer "
                        "must say that it is one (again)");
    ask("zhang", "GET", "/api/v1/calls/1", NULL, "score.decided_total", text);
    assert_string_equal(text, "98");
    assert_int_equal(ask("max", "POST", "/api/v1/objections/1/answer",
                         "{\"state\":\"confirmed\",\"reason\":\" \",\"again\":true}", NULL, NULL),
                     422);
    assert_int_equal(ask("max", "POST", "/api/v1/objections/1/answer",
                         "{\"state\":\"confirmed\",\"reason\":\"heard twice\",\"again\":true}",
                         NULL, NULL),
                     204);
    ask("zhang", "GET", "/api/v1/objections", NULL, "objections.0.outcome", text);
    assert_string_equal(text, "rejected");
    ask("zhang", "GET", "/api/v1/objections", NULL, "objections.0.decided_by", text);
    assert_string_equal(text, "max");
    ask("zhang", "GET", "/api/v1/objections", NULL, "objections.0.answer", text);
    assert_string_equal(text, "heard twice");
    ask("zhang", "GET", "/api/v1/calls/1", NULL, "score.decided_total", text);
    assert_string_equal(text, "96");
}

static void objection_has_its_days(void **state)
{
    (void)state;
    char number[64];
    char path[128];

    served_put(&served, "1", NULL);
    assert_int_equal(put_roster("person,extension,team,post,from,to\nzhang,8001,east,agent,,\n"),
                     200);
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.flag", number);
    snprintf(path, sizeof path, "/api/v1/flags/%s/objection", number);
    served.now_ms += (served.config.objection_days * 24 + 1) * 3600000;
    assert_int_equal(ask("zhang", "POST", path, "{\"text\":\"late\"}", NULL, NULL), 409);
}

/* What is closed is paid by: nothing of it is objected to, and nothing that was waits for a lead.
 */
static void closed_days_take_no_objection(void **state)
{
    (void)state;
    static const char objection[] = "{\"text\":\"I was fetching the file\"}";
    char number[64];
    char other[64];
    char path[128];
    char text[256];

    served_put(&served, "1", NULL);
    put_roster("person,extension,team,post,from,to\nzhang,8001,east,agent,,\n");
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.flag", number);
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.1.flag", other);
    snprintf(path, sizeof path, "/api/v1/flags/%s/objection", number);
    assert_int_equal(ask("zhang", "POST", path, objection, NULL, NULL), 201);
    ask("lea", "GET", "/api/v1/waiting", NULL, "objections", text);
    assert_string_equal(text, "1");
    served.now_ms += (int64_t)3 * 86400000;
    assert_int_equal(ask("lea", "POST", "/api/v1/periods",
                         "{\"from\":\"2025-11-20\",\"to\":\"2025-11-20\",\"ignore_open\":true,"
                         "\"note\":\"late\"}",
                         NULL, NULL),
                     201);
    ask("lea", "GET", "/api/v1/waiting", NULL, "objections", text);
    assert_string_equal(text, "0");
    /* whoever objected is told that nobody answers it any more, and why */
    ask("zhang", "GET", "/api/v1/objections", NULL, "objections.0.outcome", text);
    assert_string_equal(text, "closed");
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.objection.answer", text);
    assert_string_equal(text, "late");
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.objection.decided_by", text);
    assert_string_equal(text, "lea");
    ask("lea", "GET", "/api/v1/objections?outcome=open", NULL, "objections.0.text", text);
    assert_string_equal(text, "absent");
    ask("lea", "GET", "/api/v1/objections?outcome=closed", NULL, "objections.0.objection", text);
    assert_string_equal(text, "1");
    ask("zhang", "GET", "/api/v1/calls/1/flags", NULL, "flags.1.objectable_until", text);
    assert_string_equal(text, "null");
    snprintf(path, sizeof path, "/api/v1/flags/%s/objection", other);
    assert_int_equal(ask("zhang", "POST", path, objection, "detail", text), 409);
    assert_string_equal(text, "the period of this call is closed");
    /* opened again, it waits again */
    served_user(&served, "max", "lead", NULL);
    served_login(&served, "max", "correct horse");
    char max[sizeof served.session];
    memcpy(max, served.session, sizeof max);
    served_login(&served, "lea", "correct horse");
    struct reply reply = served_confirmed(
        &served, max,
        served_as(&served, "POST", "/api/v1/periods/1/open", "{\"note\":\"a mistake\"}"));
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    ask("zhang", "GET", "/api/v1/objections", NULL, "objections.0.outcome", text);
    assert_string_equal(text, "open");
    ask("lea", "GET", "/api/v1/waiting", NULL, "objections", text);
    assert_string_equal(text, "1");
}

static void sums_come_from_the_calls(void **state)
{
    (void)state;
    char text[256];

    served_put(&served, "1", NULL);
    served_put(
        &served, "2",
        "{\"call\": {\"started_at\": \"2025-11-21T10:00:00+08:00\"}, \"score\": {\"total\": 100,"
        " \"deductions\": []}}");
    served_put(&served, "3", "{\"call\": {\"agent\": \"8002\"}, \"score\": null}");
    assert_int_equal(ask("lea", "GET", "/api/v1/people", NULL, "people.0.score_mean", text), 200);
    assert_string_equal(text, "98");
    ask("lea", "GET", "/api/v1/people", NULL, "people.0.calls", text);
    assert_string_equal(text, "2");
    ask("lea", "GET", "/api/v1/people", NULL, "people.1.score_mean", text);
    assert_string_equal(text, "null");
    ask("lea", "GET", "/api/v1/people?from=2025-11-21", NULL, "people.0.score_mean", text);
    assert_string_equal(text, "100");
    ask("lea", "GET", "/api/v1/days?person=8001", NULL, "days.1.day", text);
    assert_string_equal(text, "2025-11-21");
    ask("lea", "GET", "/api/v1/rules", NULL, "rules.0.precision", text);
    assert_string_equal(text, "null");
    ask("lea", "GET", "/api/v1/calls/1/flags", NULL, "flags.0.flag", text);
    char path[128];
    snprintf(path, sizeof path, "/api/v1/flags/%s/decision", text);
    ask("lea", "POST", path, "{\"state\":\"overturned\",\"reason\":\"x\"}", NULL, NULL);
    ask("lea", "GET", "/api/v1/rules", NULL, "rules.0.precision", text);
    assert_string_equal(text, "0");
}

static void comments_stay_with_the_call(void **state)
{
    (void)state;
    char text[256];

    served_put(&served, "1", NULL);
    served_put(&served, "2", NULL);
    assert_int_equal(ask("lea", "POST", "/api/v1/calls/1/comments",
                         "{\"text\":\"well done\",\"position_ms\":1200}", "comments.0.position_ms",
                         text),
                     201);
    assert_string_equal(text, "1200");
    assert_int_equal(ask("lea", "POST", "/api/v1/calls/1/comments", "{\"text\":\"all of it\"}",
                         "comments.1.position_ms", text),
                     201);
    assert_string_equal(text, "null");
    assert_int_equal(ask("lea", "POST", "/api/v1/calls/1/comments", "{\"text\":\"\"}", NULL, NULL),
                     422);
    assert_int_equal(ask("lea", "GET", "/api/v1/calls/2/comments", NULL, "comments.0.text", text),
                     200);
    assert_string_equal(text, "absent");
    assert_int_equal(ask("zhang", "GET", "/api/v1/calls/1/comments", NULL, NULL, NULL), 404);
}

/* Of every place that counts what is open: the queue's own count, sums of people, days, rules. */
static void is_open_everywhere(const char *flags)
{
    static const char *const places[][2] = {
        {"/api/v1/flags/count?from=2025-11-01&to=2025-11-30", "flags"},
        {"/api/v1/people?from=2025-11-01&to=2025-11-30", "people.0.open_flags"},
        {"/api/v1/days?from=2025-11-01&to=2025-11-30", "days.0.open_flags"},
        {"/api/v1/rules?from=2025-11-01&to=2025-11-30", "rules.1.open"},
    };
    char text[256];

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        assert_int_equal(ask("lea", "GET", places[i][0], NULL, places[i][1], text), 200);
        if (i == 3)
            assert_true((strcmp(text, "0") == 0) == (strcmp(flags, "0") == 0));
        else
            assert_string_equal(text, flags);
    }
}

static void what_a_closed_day_left_open_waits_for_nobody(void **state)
{
    char text[256];

    (void)state;
    assert_int_equal(put_roster("person,extension,team,post,from,to\n"
                                "zhang,8001,east,agent,2025-01-01,\n"),
                     200);
    served_put(&served, "c1", NULL);
    is_open_everywhere("2");
    served.now_ms += 30 * 86400000LL; /* the month is over */
    assert_int_equal(ask("lea", "POST", "/api/v1/periods",
                         "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"ignore_open\":true,"
                         "\"note\":\"x\"}",
                         NULL, NULL),
                     201);
    is_open_everywhere("0");
    assert_int_equal(ask("lea", "GET", "/api/v1/flags?state=any", NULL, "flags.0.state", text),
                     200); /* it is still there to be looked at */
    assert_string_equal(text, "open");
}

static void page_files_stay_in_their_folder(void **state)
{
    (void)state;
    static const char *const paths[] = {"/web/..%2Froutes.c", "/page/.hidden.js",
                                        "/web/a%2F..%2Fb.js", "/page/../openapi.yaml",
                                        "/web/x/..%2f..%2fopenapi.yaml"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct reply reply = served_ask(&served, "GET", paths[i], NULL, NULL);
        assert_int_equal(reply.status, 404);
        reply_finish(&reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_belong_to_whoever_held_the_extension, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bad_roster_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(objection_goes_from_agent_to_lead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_settled_objection_binds_its_flag, set_up, tear_down),
        cmocka_unit_test_setup_teardown(objection_has_its_days, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closed_days_take_no_objection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_stay_with_the_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_closed_day_left_open_waits_for_nobody, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(page_files_stay_in_their_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sums_come_from_the_calls, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
