/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "scores/audit.h"
#include "scores/rubrics.h"
#include "support/served.h"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* The flags of a list as "call/rule/state " in order. */
static const char *flags(const char *query)
{
    static char text[4096];
    char url[512];
    const json_t *flag;
    size_t index;

    snprintf(url, sizeof url, "/api/v1/flags?%s", query);
    struct reply reply = served_as(&served, "GET", url, NULL);
    text[0] = '\0';
    if (reply.status != 200)
        snprintf(text, sizeof text, "%d", reply.status);
    json_array_foreach(json_object_get(reply.json, "flags"), index, flag)
    {
        strcat(text, served_text(flag, "call.id"));
        strcat(text, "/");
        strcat(text, served_text(flag, "rule"));
        strcat(text, " ");
    }
    reply_finish(&reply);
    return text;
}

static int64_t flag_number(const char *call, int index)
{
    char url[128];
    char path[64];

    snprintf(url, sizeof url, "/api/v1/calls/%s/flags", call);
    struct reply reply = served_as(&served, "GET", url, NULL);
    assert_int_equal(reply.status, 200);
    snprintf(path, sizeof path, "flags.%d.flag", index);
    const int64_t number = atoll(served_text(reply.json, path));
    reply_finish(&reply);
    return number;
}

static int decide(int64_t flag, const char *json)
{
    char url[128];

    snprintf(url, sizeof url, "/api/v1/flags/%lld/decision", (long long)flag);
    struct reply reply = served_as(&served, "POST", url, json);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

static void assert_call(const char *path, const char *expected)
{
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls/1");

    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, path), expected);
    reply_finish(&reply);
}

static void totals_follow_decisions(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    const int64_t first = flag_number("1", 0);
    const int64_t second = flag_number("1", 1);

    assert_call("score.decided_total", "null");
    assert_int_equal(decide(first, "{\"state\":\"confirmed\"}"), 200);
    assert_call("score.decided_total", "96");
    assert_call("score.deductions.0.decision.state", "confirmed");
    assert_call("score.deductions.0.decision.by", "ann");
    assert_call("score.deductions.1.decision", "null");
    assert_int_equal(
        decide(second, "{\"state\":\"overturned\",\"reason\":\"customer asked to wait\"}"), 200);
    assert_call("score.decided_total", "98");
    assert_call("score.deductions.1.decision.points", "0");
    assert_call("score.deductions.1.decision.reason", "customer asked to wait");
    assert_call("score.deductions.1.points", "2");
    assert_call("score.total", "96");
    assert_int_equal(decide(first, "{\"state\":\"changed\",\"points\":0.5,\"reason\":\"short\"}"),
                     200);
    assert_call("score.decided_total", "99.5");
    assert_int_equal(decide(first, "{\"state\":\"open\",\"reason\":\"by mistake\"}"), 200);
    assert_call("score.decided_total", "98");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/1/flags", NULL);
    assert_int_equal(json_array_size(json_object_get(reply.json, "decisions")), 4);
    reply_finish(&reply);
}

/* The same under a name of the request. */
static int decide_named(int64_t flag, const char *name, const char *json)
{
    char url[128];
    char headers[1024];

    snprintf(url, sizeof url, "/api/v1/flags/%lld/decision", (long long)flag);
    snprintf(headers, sizeof headers, "%sContent-Type: application/json\r\nIdempotency-Key: %s\r\n",
             served.session, name);
    struct reply reply = served_ask(&served, "POST", url, headers, json);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

static size_t decisions(void)
{
    struct reply reply = served_as(&served, "GET", "/api/v1/calls/1/flags", NULL);
    const size_t count = json_array_size(json_object_get(reply.json, "decisions"));

    reply_finish(&reply);
    return count;
}

/* Its answer may have been lost: the same request comes again, and is no conflict with itself. */
static void a_decision_that_is_sent_again_counts_once(void **state)
{
    static const char half[] =
        "{\"state\":\"changed\",\"points\":0.5,\"reason\":\"short\",\"was\":\"open\"}";
    static const char more[] =
        "{\"state\":\"changed\",\"points\":0.6,\"reason\":\"short\",\"was\":\"open\"}";
    static const char open[] = "{\"state\":\"open\",\"reason\":\"heard again\"}";

    (void)state;
    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);
    assert_int_equal(decide_named(flag, "r-1", half), 200);
    assert_int_equal(decide_named(flag, "r-1", half), 200);
    assert_int_equal(decisions(), 1);
    assert_int_equal(decide_named(flag, "r-2", half), 409); /* another one is not that one */
    /* nor is one of the same name that says something else, or of another flag */
    assert_int_equal(decide_named(flag, "r-1", more), 409);
    assert_int_equal(decide_named(flag_number("1", 1), "r-1", half), 409);
    /* decided otherwise since: what comes late changes nothing */
    assert_int_equal(decide_named(flag, "r-3", open), 200);
    assert_int_equal(decide_named(flag, "r-1", half), 200);
    assert_int_equal(decisions(), 2);
    assert_call("score.decided_total", "null");
    /* names are each person's own */
    served_user(&served, "bob", "auditor", NULL);
    served_login(&served, "bob", "correct horse");
    assert_int_equal(decide_named(flag, "r-1", half), 200);
    assert_int_equal(decisions(), 3);
    assert_int_equal(decide_named(flag,
                                  "00000000000000000000000000000000000000000000000000000000000000"
                                  "000",
                                  open),
                     400);
}

static void assert_refused(int64_t flag, const char *json, const char *en, const char *zh)
{
    char url[128];

    snprintf(url, sizeof url, "/api/v1/flags/%lld/decision", (long long)flag);
    struct reply reply = served_as(&served, "POST", url, json);
    assert_string_equal(served_text(reply.json, "detail"), en);
    assert_string_equal(served_text(reply.json, "detail_zh"), zh);
    reply_finish(&reply);
}

static void refusals_are_said_in_both_languages(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);

    assert_refused(flag, "{\"state\":\"overturned\"}", "reason: must be given", "理由：必填");
    assert_refused(flag, "{\"state\":\"changed\",\"points\":101,\"reason\":\"x\"}",
                   "points: rule dead-air allows 0 to 5 (rubric standard version 2)",
                   "分值：规则 dead-air 允许 0 至 5（评分标准 standard 版本 2）");
    assert_refused(flag, "{\"state\":\"confirmed\",\"was\":\"overturned\"}",
                   "nobody has decided yet: the flag is open now", "此标记尚无结论，现为“待复核”");
    assert_int_equal(decide(flag, "{\"state\":\"confirmed\"}"), 200);
    assert_refused(flag, "{\"state\":\"confirmed\",\"was\":\"open\"}",
                   "ann has decided meanwhile: the flag is confirmed now",
                   "ann刚刚复核了此标记，现为“成立”");
}

/* Whoever reads why has it in the own language: it is no sentence of whoever undid it. */
static void an_undoing_is_kept_by_its_code(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);

    assert_int_equal(decide(flag, "{\"state\":\"confirmed\"}"), 200);
    assert_int_equal(decide(flag, "{\"state\":\"open\",\"reason_code\":\"undone\"}"), 200);
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls/1/flags");
    assert_string_equal(served_text(reply.json, "decisions.1.reason_code"), "undone");
    assert_string_equal(served_text(reply.json, "decisions.1.reason"), "null");
    reply_finish(&reply);
}

static void reasons_are_kept_by_their_code(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);

    assert_refused(flag, "{\"state\":\"overturned\",\"reason_code\":\"weather\"}",
                   "reason_code: not one of the site's list", "reason_code：不在本站的理由列表中");
    assert_int_equal(decide(flag, "{\"state\":\"overturned\",\"reason_code\":\"fault\"}"), 200);
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls/1/flags");
    assert_string_equal(served_text(reply.json, "flags.0.reason_code"), "fault");
    assert_string_equal(served_text(reply.json, "decisions.0.reason_code"), "fault");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/reasons?from=2025-11-01&to=2025-11-30", NULL);
    assert_string_equal(served_text(reply.json, "reasons.2.code"), "fault");
    assert_string_equal(served_text(reply.json, "used.0.rule"), "dead-air");
    assert_string_equal(served_text(reply.json, "used.0.code"), "fault");
    assert_string_equal(served_text(reply.json, "used.0.flags"), "1");
    assert_int_equal(json_array_size(json_object_get(reply.json, "used")), 1);
    reply_finish(&reply);
}

/* How many the filters leave. */
static int64_t counted(const char *query)
{
    char url[256];

    snprintf(url, sizeof url, "/api/v1/flags/count?%s", query);
    struct reply reply = served_as(&served, "GET", url, NULL);
    const int64_t count = reply.status == 200 ? atoll(served_text(reply.json, "flags")) : -1;
    reply_finish(&reply);
    return count;
}

/* Undecided and costing points, here as in every sum; what costs nothing is a note. */
static void open_means_the_same_everywhere(void **state)
{
    (void)state;
    served_put(&served, "1",
               "{\"score\": {\"total\": 98, \"deductions\": ["
               "{\"rule\": \"dead-air\", \"points\": 2, \"event\": 1, \"start_ms\": 12040,"
               " \"end_ms\": 24100, \"text\": {\"en\": \"s\", \"zh\": \"静\"}},"
               "{\"rule\": \"late-greeting\", \"points\": 0, \"event\": null, \"start_ms\": 0,"
               " \"end_ms\": 900, \"text\": {\"en\": \"g\", \"zh\": \"问\"},"
               " \"severity\": \"note\"}]}}");
    assert_string_equal(flags(""), "1/dead-air ");
    assert_string_equal(flags("state=note"), "1/late-greeting ");
    assert_int_equal(counted(""), 1);
    assert_int_equal(counted("state=note"), 1);
    assert_int_equal(counted("state=any"), 2);
    assert_int_equal(counted("state=lost"), -1);
    struct reply reply = served_as(&served, "GET", "/api/v1/people", NULL);
    assert_string_equal(served_text(reply.json, "people.0.open_flags"), "1");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/rules", NULL);
    assert_string_equal(served_text(reply.json, "rules.0.open"), "1");
    assert_string_equal(served_text(reply.json, "rules.1.open"), "0");
    reply_finish(&reply);
    assert_int_equal(decide(flag_number("1", 0), "{\"state\":\"confirmed\"}"), 200);
    assert_int_equal(counted(""), 0);
    assert_int_equal(counted("state=decided"), 1);
}

static void wrong_decisions_are_refused(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);

    assert_int_equal(decide(flag, "{\"state\":\"overturned\"}"), 422);
    assert_int_equal(decide(flag, "{\"state\":\"overturned\",\"reason\":\"  \"}"), 422);
    assert_int_equal(decide(flag, "{\"state\":\"changed\",\"reason\":\"x\"}"), 422);
    assert_int_equal(decide(flag, "{\"state\":\"changed\",\"points\":-1,\"reason\":\"x\"}"), 422);
    assert_int_equal(decide(flag, "{\"state\":\"changed\",\"points\":101,\"reason\":\"x\"}"), 422);
    assert_int_equal(decide(flag, "{\"state\":\"changed\",\"points\":0.125,\"reason\":\"x\"}"),
                     422);
    assert_int_equal(decide(flag, "{\"state\":\"fine\"}"), 422);
    assert_int_equal(decide(flag, "{\"state\":\"confirmed\",\"colour\":1}"), 422);
    assert_int_equal(decide(flag, "[]"), 400);
    assert_int_equal(decide(999, "{\"state\":\"confirmed\"}"), 404);
    assert_int_equal(decide(flag, "{\"state\":\"confirmed\",\"was\":\"overturned\"}"), 409);
    assert_int_equal(decide(flag, "{\"state\":\"confirmed\",\"was\":\"open\"}"), 200);
    assert_call("score.decided_total", "96");
    /* a token has no person behind it */
    struct reply reply = served_post(&served, served.lead, "/api/v1/flags/1/decision",
                                     "application/json", NULL, "{\"state\":\"confirmed\"}");
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
    /* nobody decides on their own calls */
    served_user(&served, "8001", "auditor", NULL);
    served_login(&served, "8001", "correct horse");
    assert_int_equal(decide(flag, "{\"state\":\"overturned\",\"reason\":\"me\"}"), 409);
    /* nor on another team's */
    served_user(&served, "bob", "auditor", "east");
    served_login(&served, "bob", "correct horse");
    assert_int_equal(decide(flag, "{\"state\":\"overturned\",\"reason\":\"x\"}"), 404);
    served_user(&served, "sue", "agent", NULL);
    served_login(&served, "sue", "correct horse");
    assert_int_equal(decide(flag, "{\"state\":\"overturned\",\"reason\":\"x\"}"), 403);
    assert_call("score.decided_total", "96");
}

/* ---- what bounds what people say */

static const char bounded_rubric[] =
    "name: bounded\nversion: \"1\"\ntitle: {en: Bounded, zh: 有限}\nbase: 100\nfloor: 60\ncap: 35\n"
    "rules:\n"
    "  - id: dead-air\n    title: {en: D, zh: 静}\n    text: {en: \"{start}\", zh: \"{start}\"}\n"
    "    severity: major\n    on: silence\n    points: {each: 2}\n    cap: 6\n"
    "    range: {least: 0, most: 5}\n"
    "  - id: interruption\n    title: {en: I, zh: 抢}\n    text: {en: \"{start}\", zh: "
    "\"{start}\"}\n"
    "    severity: minor\n    on: overtalk\n    points: {each: 2}\n"
    "    range: {least: 0, most: 30}\n"
    "  - id: rude\n    title: {en: R, zh: 粗}\n    text: {en: Rude, zh: 粗鲁}\n"
    "    severity: critical\n    manual: true\n    points: {least: 5, most: 20}\n"
    "  - id: insult\n    title: {en: V, zh: 辱}\n    text: {en: Insult, zh: 辱骂}\n"
    "    severity: critical\n    manual: true\n    automatic_fail: true\n"
    "    points: {least: 0, most: 40}\n";

static void put_bounded(const char *total, const char *fails)
{
    char changes[512];
    struct cqa_problems problems = {0};
    struct cqa_error error;
    struct cqa_rubric *rubric = cqa_rubric_parse(bounded_rubric, strlen(bounded_rubric), &problems);

    assert_non_null(rubric);
    assert_int_equal(cqa_rubric_keep(served.scores, "test", rubric, bounded_rubric, 1, &error),
                     CQA_OK);
    cqa_rubric_destroy(rubric);
    snprintf(
        changes, sizeof changes,
        "{\"score\": {\"rubric\": \"bounded\", \"rubric_version\": \"1\", \"total\": %s,"
        " \"deductions\": [{\"rule\": \"dead-air\", \"points\": 2, \"event\": 1,"
        " \"start_ms\": 12040, \"end_ms\": 24100, \"text\": {\"en\": \"a\", \"zh\": \"b\"},"
        " \"automatic_fail\": %s}, {\"rule\": \"interruption\", \"points\": 2, \"event\": 2,"
        " \"start_ms\": 30500, \"end_ms\": 33000, \"text\": {\"en\": \"a\", \"zh\": \"b\"}}]}}",
        total, fails);
    served_put(&served, "1", changes);
}

static int add_by_hand(const char *rule, const char *points)
{
    char json[256];

    snprintf(json, sizeof json,
             "{\"rule\":\"%s\",\"points\":%s,\"start_ms\":1000,\"end_ms\":2000,\"note\":\"heard\"}",
             rule, points);
    struct reply reply = served_as(&served, "POST", "/api/v1/calls/1/flags", json);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

/* The rule's cap is 6, the rubric's 35, its floor 60. */
static void caps_bind_what_people_add(void **state)
{
    (void)state;
    put_bounded("96", "false");
    assert_int_equal(add_by_hand("dead-air", "5"), 201);
    assert_call("score.decided_total", "92"); /* 2 and 4 of the 5: the rule's cap */
    assert_call("score.deductions.2.points", "5");
    assert_call("score.deductions.2.decision.points", "4");
    assert_int_equal(add_by_hand("dead-air", "5"), 201);
    assert_call("score.decided_total", "92");
    assert_call("score.deductions.3.decision.points", "0");
    assert_int_equal(add_by_hand("rude", "20"), 201);
    assert_call("score.decided_total", "72");
    assert_int_equal(add_by_hand("rude", "20"), 201);
    assert_call("score.decided_total", "65"); /* the rubric's cap of all */
    /* changed by hand as well; and what was given back is not spent elsewhere */
    const int64_t second = flag_number("1", 1);
    assert_int_equal(decide(second, "{\"state\":\"changed\",\"points\":30,\"reason\":\"long\"}"),
                     200);
    assert_call("score.decided_total", "65");
    assert_int_equal(decide(flag_number("1", 0), "{\"state\":\"overturned\",\"reason\":\"x\"}"),
                     200);
    assert_call("score.decided_total", "67");
}

/* Without a cap of all: 96 less 20 thrice is under the floor. */
static void a_floor_binds_what_people_add(void **state)
{
    (void)state;
    char text[sizeof bounded_rubric];
    char *cap;
    struct cqa_problems problems = {0};
    struct cqa_error error;

    put_bounded("96", "false");
    strcpy(text, bounded_rubric);
    cap = strstr(text, "cap: 35\n");
    memmove(cap, cap + 8, strlen(cap + 8) + 1);
    struct cqa_rubric *rubric = cqa_rubric_parse(text, strlen(text), &problems);
    assert_non_null(rubric);
    assert_int_equal(cqa_rubric_keep(served.scores, "test", rubric, text, 1, &error), CQA_OK);
    cqa_rubric_destroy(rubric);
    for (int i = 0; i < 3; i++)
        assert_int_equal(add_by_hand("rude", "20"), 201);
    assert_call("score.decided_total", "60");
}

static void a_veto_by_hand_fails_the_call(void **state)
{
    (void)state;
    put_bounded("96", "false");
    assert_int_equal(add_by_hand("insult", "0"), 201);
    assert_call("score.decided_total", "60");
    assert_call("score.deductions.2.automatic_fail", "true");
    assert_int_equal(decide(flag_number("1", 2), "{\"state\":\"overturned\",\"reason\":\"x\"}"),
                     200);
    assert_call("score.decided_total", "96");
}

static void a_veto_changed_to_nothing_costs_nothing(void **state)
{
    (void)state;
    put_bounded("60", "true");
    const int64_t veto = flag_number("1", 0);

    assert_int_equal(decide(veto, "{\"state\":\"confirmed\"}"), 200);
    assert_call("score.decided_total", "60");
    assert_int_equal(decide(veto, "{\"state\":\"changed\",\"points\":0,\"reason\":\"no\"}"), 200);
    assert_call("score.decided_total", "98");
}

/* What a server of before wrote, 60 points by hand off 96, under a floor of 60. */
static void totals_of_before_are_bounded(void **state)
{
    (void)state;
    if (!served_is_sqlite())
        skip(); /* there was none */
    put_bounded("96", "false");
    for (int i = 0; i < 2; i++)
        assert_int_equal(add_by_hand("rude", "20"), 201);
    assert_call("score.decided_total", "65");
    served_sql(&served, "UPDATE calls SET decided_c = 3600, score_c = 3600 WHERE id = 1");
    served_age(&served);
    served_restart(&served);
    assert_call("score.decided_total", "65");
}

static void only_rules_of_the_rubric_are_added(void **state)
{
    (void)state;
    put_bounded("96", "false");
    assert_int_equal(add_by_hand("rude", "4"), 422);
    assert_int_equal(add_by_hand("rude", "21"), 422);
    assert_int_equal(add_by_hand("made-up", "1"), 422);
    served_put(&served, "2", "{\"score\": {\"rubric\": \"unknown\", \"rubric_version\": \"1\"}}");
    struct reply reply = served_as(&served, "POST", "/api/v1/calls/2/flags",
                                   "{\"rule\":\"dead-air\",\"points\":1,\"start_ms\":0,"
                                   "\"end_ms\":1,\"note\":\"x\"}");
    assert_int_equal(reply.status, 422);
    assert_string_equal(served_text(reply.json, "detail"),
                        "rule: rubric unknown version 1, as the server knows it, has no rule "
                        "dead-air");
    reply_finish(&reply);
    assert_call("score.decided_total", "null");
}

static void flags_by_hand_count(void **state)
{
    (void)state;
    put_bounded("96", "false");
    static const char manual[] =
        "{\"rule\":\"rude\",\"points\":5,\"severity\":\"critical\",\"start_ms\":1000,"
        "\"end_ms\":2000,\"note\":\"shouts\"}";
    struct reply reply = served_as(&served, "POST", "/api/v1/calls/1/flags", manual);
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    assert_call("score.decided_total", "91");
    assert_call("score.deductions.2.rule", "rude");
    assert_call("score.deductions.2.manual", "true");
    assert_call("score.deductions.2.decision.state", "confirmed");
    static const char *const wrong[] = {
        "{\"rule\":\"rude\",\"points\":5,\"start_ms\":1000,\"end_ms\":2000}",
        "{\"rule\":\"RUDE !\",\"points\":5,\"start_ms\":1000,\"end_ms\":2000,\"note\":\"x\"}",
        "{\"rule\":\"rude\",\"points\":5,\"start_ms\":3000,\"end_ms\":2000,\"note\":\"x\"}",
        "{\"rule\":\"rude\",\"points\":5,\"start_ms\":0,\"end_ms\":99999999,\"note\":\"x\"}",
        "{\"rule\":\"rude\",\"points\":500,\"start_ms\":0,\"end_ms\":1,\"note\":\"x\"}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        reply = served_as(&served, "POST", "/api/v1/calls/1/flags", wrong[i]);
        assert_int_equal(reply.status, 422);
        reply_finish(&reply);
    }
    assert_call("score.decided_total", "91");
}

static void decisions_outlive_revisions(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);

    assert_int_equal(decide(flag, "{\"state\":\"overturned\",\"reason\":\"x\"}"), 200);
    /* the second deduction moves; the first is found again, now behind another */
    served_put(&served, "1",
               "{\"score\": {\"rubric_version\": \"2\", \"total\": 95, \"deductions\": ["
               "{\"rule\": \"late-greeting\", \"points\": 3, \"event\": null, \"start_ms\": 0, "
               "\"end_ms\": 5000,"
               " \"text\": {\"en\": \"a\", \"zh\": \"b\"}},"
               "{\"rule\": \"dead-air\", \"points\": 2, \"event\": 1, \"start_ms\": 12040, "
               "\"end_ms\": 24100,"
               " \"text\": {\"en\": \"a\", \"zh\": \"b\"}}]}}");
    assert_call("score.total", "95");
    assert_call("score.decided_total", "97");
    assert_call("score.deductions.0.decision", "null");
    assert_call("score.deductions.1.decision.state", "overturned");
    assert_string_equal(flags("state=any&sort=newest"), "1/late-greeting 1/dead-air ");
    assert_string_equal(flags(""), "1/late-greeting ");
}

static void put_three(void)
{
    served_put(&served, "a", "{\"call\": {\"started_at\": \"2025-11-20T10:00:00+08:00\"}}");
    served_put(&served, "b",
               "{\"call\": {\"agent\": \"8002\", \"queue\": \"support\", \"started_at\":"
               " \"2025-11-21T10:00:00+08:00\"}}");
    served_put(&served, "c",
               "{\"call\": {\"started_at\": null}, \"score\": {\"total\": 93, \"deductions\": ["
               "{\"rule\": \"dead-air\", \"points\": 7, \"event\": 1, \"start_ms\": 12040,"
               " \"end_ms\": 24100, \"text\": {\"en\": \"s\", \"zh\": \"静\"},"
               " \"severity\": \"critical\"}]}}");
}

static void queue_sorts_and_filters(void **state)
{
    (void)state;
    put_three();
    assert_string_equal(flags(""),
                        "c/dead-air b/interruption a/interruption b/dead-air a/dead-air ");
    assert_string_equal(flags("sort=points"),
                        "c/dead-air b/interruption b/dead-air a/interruption a/dead-air ");
    assert_string_equal(flags("sort=confidence"),
                        "b/dead-air a/dead-air c/dead-air b/interruption a/interruption ");
    assert_string_equal(flags("sort=newest"),
                        "b/interruption b/dead-air a/interruption a/dead-air c/dead-air ");
    assert_string_equal(flags("rule=interruption"), "b/interruption a/interruption ");
    assert_string_equal(flags("rule=interruption&from=2025-11-20&to=2025-11-20"),
                        "a/interruption ");
    assert_string_equal(flags("from=2025-11-21&to=2025-11-22"), "b/interruption b/dead-air ");
    assert_string_equal(flags("person=8002"), "b/interruption b/dead-air ");
    assert_string_equal(flags("queue=support&sort=newest"), "b/interruption b/dead-air ");
    assert_string_equal(flags("severity=critical"), "c/dead-air ");
    assert_string_equal(flags("confidence=0.95&severity=minor"),
                        "c/dead-air b/dead-air a/dead-air ");
    assert_string_equal(flags("team=east&from=2025-11-01&to=2025-11-30"), "");
    assert_string_equal(flags("sort=loudest"), "400");
    assert_string_equal(flags("state=lost"), "400");
    struct reply reply = served_as(&served, "GET", "/api/v1/flags?limit=1", NULL);
    assert_string_equal(served_text(reply.json, "flags.0.text.zh"), "静");
    assert_string_equal(served_text(reply.json, "flags.0.call.total"), "93");
    reply_finish(&reply);
    decide(flag_number("a", 0), "{\"state\":\"confirmed\"}");
    assert_string_equal(flags("state=confirmed"), "a/dead-air ");
    assert_string_equal(flags("state=decided&from=2025-11-20&to=2025-11-20"), "a/dead-air ");
    assert_string_equal(flags("state=open&rule=dead-air"), "c/dead-air b/dead-air ");
}

static void pages_meet(void **state)
{
    (void)state;
    static const char *const sorts[] = {"worst", "points", "confidence", "newest"};

    put_three();
    for (size_t i = 0; i < 4; i++) {
        char whole[512];
        char parts[512] = "";
        char query[512];
        char cursor[128] = "";
        snprintf(query, sizeof query, "state=any&sort=%s", sorts[i]);
        snprintf(whole, sizeof whole, "%s", flags(query));
        do {
            snprintf(query, sizeof query, "state=any&limit=2&sort=%s%s%s", sorts[i],
                     cursor[0] ? "&cursor=" : "", cursor);
            strcat(parts, flags(query));
            char url[600];
            snprintf(url, sizeof url, "/api/v1/flags?%s", query);
            struct reply reply = served_as(&served, "GET", url, NULL);
            snprintf(cursor, sizeof cursor, "%s", served_text(reply.json, "next"));
            reply_finish(&reply);
        } while (strcmp(cursor, "null") != 0);
        assert_string_equal(parts, whole);
    }
}

static void every_decision_is_audited(void **state)
{
    (void)state;
    struct cqa_error error;
    int64_t before;
    int64_t after;
    char head[CQA_AUDIT_HEAD_SIZE];

    served_put(&served, "1", NULL);
    const int64_t flag = flag_number("1", 0);
    assert_int_equal(cqa_audit_verify(served.scores, NULL, &before, head, &error), CQA_OK);
    decide(flag, "{\"state\":\"confirmed\"}");
    decide(flag, "{\"state\":\"overturned\"}"); /* refused */
    assert_int_equal(cqa_audit_verify(served.scores, NULL, &after, head, &error), CQA_OK);
    assert_int_equal(after, before + 1);
}

/* A silence of which the recording bears nothing, noted, beside a deduction. */
static const char noted[] =
    "{\"conversation_ms\": [812, 75000],"
    " \"measurable\": {\"reasons\": [{\"id\": \"not_recorded\", \"what\": \"silence\","
    " \"text\": {\"en\": \"nothing\", \"zh\": \"无\"}}], \"spans\": [{\"what\": \"silence\","
    " \"state\": \"not_measurable\", \"start_ms\": 12000, \"end_ms\": 24100,"
    " \"reason\": \"not_recorded\", \"confidence\": 0.97}]},"
    " \"score\": {\"total\": 98, \"deductions\": ["
    " {\"rule\": \"dead-air\", \"points\": 0, \"event\": 1, \"start_ms\": 12040, \"end_ms\": 24100,"
    " \"text\": {\"en\": \"silence\", \"zh\": \"静默\"}, \"decision\": null, \"severity\": "
    "\"note\","
    " \"ground\": {\"id\": \"not_recorded\", \"text\": {\"en\": \"nothing was written\","
    " \"zh\": \"未写入\"}}},"
    " {\"rule\": \"interruption\", \"points\": 2, \"event\": 2, \"start_ms\": 25310,"
    " \"end_ms\": 27990, \"text\": {\"en\": \"cut in\", \"zh\": \"抢话\"}, \"decision\": null,"
    " \"severity\": \"major\", \"ground\": null}]}, \"analyzer\": {\"rules\": 2}}";

static void notes_tell_their_ground_and_cost_nothing(void **state)
{
    (void)state;
    served_put(&served, "1", noted);
    struct reply reply = served_as(&served, "GET", "/api/v1/flags?state=any", NULL);
    assert_string_equal(served_text(reply.json, "flags.0.rule"), "interruption");
    assert_string_equal(served_text(reply.json, "flags.0.ground"), "null");
    assert_string_equal(served_text(reply.json, "flags.1.ground.id"), "not_recorded");
    assert_string_equal(served_text(reply.json, "flags.1.ground.text.en"), "nothing was written");
    assert_string_equal(served_text(reply.json, "flags.1.ground.text.zh"), "未写入");
    assert_string_equal(served_text(reply.json, "flags.1.severity"), "note");
    reply_finish(&reply);

    const int64_t note = flag_number("1", 0);
    assert_int_equal(decide(note, "{\"state\":\"confirmed\"}"), 200);
    assert_call("score.decided_total", "98");
    assert_call("score.deductions.0.ground.id", "not_recorded");
    assert_int_equal(decide(note, "{\"state\":\"overturned\",\"reason\":\"no\"}"), 200);
    assert_call("score.decided_total", "98");
    assert_int_equal(decide(flag_number("1", 1), "{\"state\":\"overturned\",\"reason\":\"no\"}"),
                     200);
    assert_call("score.decided_total", "100");
    assert_call("conversation_ms.1", "75000");
    assert_call("measurable.spans.0.reason", "not_recorded");
    assert_call("analyzer.rules", "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(totals_follow_decisions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_are_said_in_both_languages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_decision_that_is_sent_again_counts_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_undoing_is_kept_by_its_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reasons_are_kept_by_their_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(open_means_the_same_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_decisions_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flags_by_hand_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(caps_bind_what_people_add, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_floor_binds_what_people_add, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_veto_by_hand_fails_the_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_veto_changed_to_nothing_costs_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(totals_of_before_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_rules_of_the_rubric_are_added, set_up, tear_down),
        cmocka_unit_test_setup_teardown(decisions_outlive_revisions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(queue_sorts_and_filters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_meet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notes_tell_their_ground_and_cost_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_decision_is_audited, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
