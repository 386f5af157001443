/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sql/sql.h"
#include "support/served.h"

/* Results that wait: what they show, what counts when, and what people decided meanwhile. */

#define NEW_ANALYZER "\"analyzer\": {\"rules\": 2}, \"conversation_ms\": [0, 75417]"
#define INTERRUPTION                                                                               \
    "{\"rule\": \"interruption\", \"points\": 2, \"event\": 2, \"start_ms\": 25310, \"end_ms\":"   \
    " 27990, \"text\": {\"en\": \"interruption\", \"zh\": \"抢话\"}, \"severity\": \"major\"}"
#define NOTE                                                                                       \
    "{\"rule\": \"dead-air\", \"points\": 0, \"event\": 1, \"start_ms\": 12040, \"end_ms\":"       \
    " 24100, \"text\": {\"en\": \"silence\", \"zh\": \"静默\"}, \"severity\": \"note\","         \
    " \"ground\": {\"id\": \"not_recorded\", \"text\": {\"en\": \"the recorder wrote nothing\","   \
    " \"zh\": \"录音系统未写入\"}}}"

/* The dead air of served_result is a note now: 2 points come back. */
static const char better[] =
    "{" NEW_ANALYZER ", \"score\": {\"total\": 98, \"deductions\": [" NOTE ", " INTERRUPTION "]}}";

static struct served served;

static char second[sizeof served.session]; /* of another lead */

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served.now_ms = 1765000000000; /* in December: November can be closed */
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "max", "lead", NULL);
    served_login(&served, "max", "correct horse");
    memcpy(second, served.session, sizeof second);
    served_login(&served, "lea", "correct horse");
    served_put(&served, "1", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* Posts served_result as a preview; the answer's status. */
static int post_preview(const char *call_id, const char *key, const char *changes)
{
    char *result = served_result(call_id, changes);
    const size_t size = strlen(result) + 64;
    char *body = malloc(size);

    assert_non_null(body);
    snprintf(body, size, "{\"schema\":\"callqa.preview/1\",\"result\":%s}", result);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", key, body);
    const int status = reply.status;
    reply_finish(&reply);
    free(result);
    free(body);
    return status;
}

static int post_result(const char *call_id, const char *key, const char *changes)
{
    char *body = served_result(call_id, changes);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", key, body);
    const int status = reply.status;

    reply_finish(&reply);
    free(body);
    return status;
}

/* What the answer to GET holds at `path`. */
static void shows(const char *url, const char *path, const char *expected)
{
    struct reply reply = served_as(&served, "GET", url, NULL);

    if (reply.status != 200)
        fail_msg("%s: %d %s", url, reply.status, reply.body);
    const char *text = served_text(reply.json, path);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\": %s", url, path, text, expected, reply.body);
    reply_finish(&reply);
}

static void tells(const char *url, const char *body, const char *path, const char *expected)
{
    struct reply reply = served_confirmed(&served, second, served_as(&served, "POST", url, body));

    if (reply.status / 100 != 2)
        fail_msg("%s: %d %s", url, reply.status, reply.body);
    assert_string_equal(served_text(reply.json, path), expected);
    reply_finish(&reply);
}

static int asks(const char *url, const char *body)
{
    struct reply reply = served_confirmed(&served, second, served_as(&served, "POST", url, body));
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

#define ALL "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\"}"
#define CALL "/api/v1/calls/1"
#define PREVIEWS "/api/v1/previews"
#define ACCEPT "/api/v1/previews/accept"
#define CHANGES "/api/v1/score-changes?call=1"

static void a_preview_counts_nothing_until_it_is_accepted(void **state)
{
    (void)state;
    assert_int_equal(post_preview("1", "p1", better), 202);
    assert_int_equal(post_preview("1", "p1", better), 202);
    shows(CALL, "score.total", "96");
    shows(PREVIEWS, "calls", "1");
    shows(PREVIEWS, "groups.0.month", "2025-11");
    shows(PREVIEWS, "groups.0.person", "8001");
    shows(PREVIEWS, "groups.0.gained", "2");
    shows(PREVIEWS, "groups.0.lost", "0");
    shows(PREVIEWS, "groups.0.changed", "1");
    shows(PREVIEWS, "most_changed.0.before", "96");
    shows(PREVIEWS, "most_changed.0.after", "98");
    shows(PREVIEWS, "most_changed.0.changes.0.change", "noted");
    shows(PREVIEWS, "most_changed.0.changes.0.rule", "dead-air");
    shows(PREVIEWS, "most_changed.0.changes.0.end_ms", "24100");
    shows(PREVIEWS, "most_changed.0.changes.0.ground", "not_recorded");
    shows(PREVIEWS, "most_changed.0.changes.0.reason.zh", "录音系统未写入");
    shows(PREVIEWS "?from=2025-12-01", "calls", "0");
    shows(CHANGES, "changes.0", "absent");

    tells(ACCEPT, ALL, "accepted", "1");
    shows(CALL, "score.total", "98");
    shows(CALL, "analyzer.rules", "2");
    shows(PREVIEWS, "calls", "0");
    shows(CHANGES, "changes.0.change", "noted");
    shows(CHANGES, "changes.0.points_before", "2");
    shows(CHANGES, "changes.0.points_after", "0");
    shows(CHANGES, "changes.0.reason.en", "the recorder wrote nothing");
    shows(CHANGES, "changes.0.revision", "2");
    shows("/api/v1/score-changes?person=8001&from=2025-11-01&to=2025-11-30", "changes.0.id", "1");
    shows("/api/v1/score-changes?person=8002", "changes.0", "absent");
    /* the recorder sends it to count, later: it does already */
    assert_int_equal(post_result("1", "later", better), 200);
    shows(CALL, "score.total", "98");
    shows(CHANGES, "changes.1", "absent");
}

static void what_is_accepted_is_in_the_audit_log(void **state)
{
    (void)state;
    assert_int_equal(post_preview("1", "p1", better), 202);
    tells(ACCEPT, ALL, "accepted", "1");
    served_user(&served, "root", "admin", NULL);
    served_login(&served, "root", "correct horse");
    struct reply reply = served_as(&served, "GET", "/api/v1/audit", NULL);
    assert_non_null(strstr(reply.body, "points.given_back"));
    assert_non_null(
        strstr(reply.body, "2 to 0 points: the recorder wrote nothing / 录音系统未写入"));
    assert_non_null(strstr(reply.body, "preview.accept"));
    reply_finish(&reply);
}

static void an_ordinary_revision_tells_its_changes_too(void **state)
{
    (void)state;
    assert_int_equal(post_result("1", "new", better), 200);
    shows(CALL, "score.total", "98");
    shows(CHANGES, "changes.0.ground", "not_recorded");
}

static void a_discarded_one_is_gone(void **state)
{
    (void)state;
    assert_int_equal(post_preview("1", "p1", better), 202);
    tells("/api/v1/previews/discard", "{\"calls\":[1]}", "discarded", "1");
    shows(PREVIEWS, "calls", "0");
    shows(CALL, "score.total", "96");
    tells(ACCEPT, ALL, "accepted", "0");
    tells("/api/v1/previews/discard", "{\"calls\":[1, 7]}", "discarded", "0");
}

static void a_closed_period_takes_nothing(void **state)
{
    (void)state;
    served_put(&served, "2", "{\"call\": {\"started_at\": \"2025-12-02T10:00:00+08:00\"}}");
    assert_int_equal(asks("/api/v1/periods", "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\","
                                             "\"ignore_open\":true,\"note\":\"x\"}"),
                     201);
    assert_int_equal(post_preview("1", "p1", better), 202);
    assert_int_equal(post_preview("2", "p2",
                                  "{\"call\": {\"started_at\": \"2025-12-02T10:00:00+08:00\"},"
                                  " \"score\": {\"total\": 98, \"deductions\": [" INTERRUPTION
                                  "]}}"),
                     202);
    shows(PREVIEWS, "groups.1.closed", "true");
    shows(PREVIEWS, "groups.1.gained", "2");
    shows(PREVIEWS, "groups.0.closed", "false");
    struct reply reply =
        served_as(&served, "POST", ACCEPT, "{\"from\":\"2025-11-01\",\"to\":\"2025-12-31\"}");
    assert_string_equal(served_text(reply.json, "accepted"), "1");
    assert_string_equal(served_text(reply.json, "closed"), "1");
    reply_finish(&reply);
    tells(ACCEPT, "{\"calls\":[1]}", "closed", "1");
    shows(CALL, "score.total", "96");
    shows("/api/v1/calls/2", "score.total", "98");
    shows(CHANGES, "changes.0", "absent");
    /* neither by an ordinary post, nor by one that claims another day */
    assert_int_equal(post_result("1", "r1", better), 202);
    assert_int_equal(post_result("1", "r2",
                                 "{\"call\": {\"started_at\": \"2025-12-20T10:00:00+08:00\"},"
                                 " \"score\": {\"total\": 98, \"deductions\": [" INTERRUPTION
                                 "]}}"),
                     202);
    shows(CALL, "score.total", "96");
    shows(PREVIEWS, "most_changed.0.kept", "closed");
}

static void decide(int64_t flag, const char *body)
{
    char url[96];

    snprintf(url, sizeof url, "/api/v1/flags/%lld/decision", (long long)flag);
    assert_int_equal(asks(url, body), 200);
}

#define CLOSE "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"ignore_open\":true,\"note\":\"x\"}"

/* A call that was never heard of waits like any other: no recorder is refused for coming late. */
static void a_new_call_of_a_closed_period_waits(void **state)
{
    (void)state;
    assert_int_equal(asks("/api/v1/periods", CLOSE), 201);
    assert_int_equal(post_result("late", "l1", NULL), 202);
    assert_int_equal(post_result("late", "l1", NULL), 202);
    shows(PREVIEWS, "calls", "1");
    shows(PREVIEWS, "most_changed.0.kept", "closed");
    shows(PREVIEWS, "most_changed.0.number", "null");
    shows(PREVIEWS, "most_changed.0.person", "8001");
    shows(PREVIEWS, "most_changed.0.after", "96");
    shows("/api/v1/calls?limit=500", "calls.1", "absent");
    tells(ACCEPT, ALL, "closed", "1");
    struct reply waiting = served_as(&served, "GET", PREVIEWS, NULL);
    char one[64];
    snprintf(one, sizeof one, "{\"waiting\":[%s]}",
             served_text(waiting.json, "most_changed.0.waiting"));
    reply_finish(&waiting);
    tells(ACCEPT, one, "closed", "1");
    /* the newer one takes its place */
    assert_int_equal(post_result("late", "l2", better), 202);
    shows(PREVIEWS, "calls", "1");
    shows(PREVIEWS, "most_changed.0.after", "98");

    shows("/api/v1/periods", "periods.0.from", "2025-11-01");
    shows("/api/v1/periods", "periods.0.to", "2025-11-30");
    shows("/api/v1/periods", "periods.0.closed_by", "lea");
    assert_int_equal(asks("/api/v1/periods/7/open", "{\"note\":\"y\"}"), 404);
    assert_int_equal(asks("/api/v1/periods/1/open", "{}"), 422);
    tells("/api/v1/periods/1/open", "{\"note\":\"a mistake\"}", "waiting", "1");
    shows("/api/v1/periods", "periods.0", "absent");
    shows("/api/v1/calls?limit=500", "calls.1", "absent"); /* opened again, and not yet accepted */
    shows(PREVIEWS, "most_changed.0.closed", "false");
    tells(ACCEPT, ALL, "accepted", "1");
    shows("/api/v1/calls/late", "score.total", "98");
    shows(PREVIEWS, "calls", "0");
}

/* What waited and was replaced leaves nothing but its count: it does not come back when its
 * recorder, which had no answer, sends it once more. */
static void what_was_replaced_while_it_waited_stays_so(void **state)
{
    static const char counted[] = "{\"generation\": {\"store\": \"a1\", \"number\": 2}}";

    (void)state;
    assert_int_equal(asks("/api/v1/periods", CLOSE), 201);
    assert_int_equal(post_result("late", "l1", counted), 202);
    assert_int_equal(post_result("late", "l2", better), 202);
    assert_int_equal(asks("/api/v1/periods/1/open", "{\"note\":\"a mistake\"}"), 200);
    tells(ACCEPT, ALL, "accepted", "1");
    assert_int_equal(post_result("late", "l1", counted), 200);
    shows("/api/v1/calls/late", "score.total", "98");
    /* Of a store that was copied, another result has the same number. */
    assert_int_equal(post_result("late", "l3", counted), 200);
    shows("/api/v1/calls/late", "score.total", "96");
}

/* Nor does it come into a closed period by another day, out of it by none, or at all by a failure.
 */
static void no_claim_of_a_day_moves_a_closed_number(void **state)
{
    static const char failure[] =
        "{\"schema\":\"callqa.failure/1\",\"recording\":{\"path\":\"/var/spool/a.wav\"},"
        "\"call\":{\"id\":\"1\",\"source\":\"freepbx\"},\"reason\":\"empty\",\"text\":\"x\"}";

    (void)state;
    served_put(&served, "2", "{\"call\": {\"started_at\": \"2025-12-02T10:00:00+08:00\"}}");
    served_put(&served, "3", "{\"call\": {\"started_at\": null}}");
    assert_int_equal(asks("/api/v1/periods", CLOSE), 201);
    assert_int_equal(post_result("1", "n",
                                 "{\"call\": {\"started_at\": null}, \"score\":"
                                 " {\"total\": 100, \"deductions\": []}}"),
                     202);
    assert_int_equal(post_result("2", "m", NULL), 202); /* of December, and now of November */
    assert_int_equal(post_result("3", "o", NULL), 202); /* of no day, and now of November */
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", "f", failure);
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    shows("/api/v1/calls?from=2025-11-01&to=2025-11-30", "calls.0.score.total", "96");
    shows("/api/v1/calls?from=2025-11-01&to=2025-11-30", "calls.1", "absent");
    shows("/api/v1/calls/2", "call.started_at", "2025-12-02T10:00:00+08:00");
    shows("/api/v1/calls/3", "call.started_at", "null");
    tells(ACCEPT, "{\"calls\":[1, 2, 3]}", "closed", "3");
    tells("/api/v1/periods/1/open", "{\"note\":\"x\"}", "waiting", "3");
    tells(ACCEPT, "{\"calls\":[2, 3]}", "accepted", "2");
    shows("/api/v1/calls?from=2025-11-01&to=2025-11-30", "calls.2.call.id", "3");
}

static void calls_without_a_day_are_asked_about(void **state)
{
    (void)state;
    served_put(&served, "2", "{\"call\": {\"started_at\": null}}");
    shows("/api/v1/periods", "calls_without_day", "1");
    tells("/api/v1/periods", CLOSE, "calls_without_day", "1");
    shows("/api/v1/calls?without_day=1", "calls.0.call.id", "2");
    shows("/api/v1/calls?without_day=1", "calls.1", "absent");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls?without_day=2", NULL);
    assert_int_equal(reply.status, 400);
    reply_finish(&reply);
}

/* What was counted between does not hide what a recorder said last. */
static void what_waits_is_over_when_the_old_comes_again(void **state)
{
    (void)state;
    assert_int_equal(asks("/api/v1/periods", CLOSE), 201);
    assert_int_equal(post_result("1", "b", better), 202);
    shows(PREVIEWS, "calls", "1");
    assert_int_equal(post_result("1", "a", NULL), 200); /* put back */
    shows(PREVIEWS, "calls", "0");
    assert_int_equal(post_result("1", "b", better), 202); /* and replaced again, under its key */
    shows(PREVIEWS, "calls", "1");
    tells("/api/v1/periods/1/open", "{\"note\":\"x\"}", "waiting", "1");
    tells(ACCEPT, ALL, "accepted", "1");
    shows(CALL, "score.total", "98");
}

static void a_confirmed_flag_that_goes_waits_for_a_person(void **state)
{
    (void)state;
    assert_int_equal(post_preview("1", "p1", better), 202);
    shows(PREVIEWS, "most_changed.0.for_a_person", "false");
    decide(1, "{\"state\":\"confirmed\"}");
    shows(PREVIEWS, "most_changed.0.for_a_person", "true");
    shows(PREVIEWS, "groups.0.for_a_person", "1");
    tells(ACCEPT, ALL, "for_a_person", "1");
    shows(CALL, "score.total", "96");
    shows(CALL, "score.deductions.0.decision.state", "confirmed");
    /* an ordinary post does not do it either */
    assert_int_equal(post_result("1", "r1", better), 202);
    shows(CALL, "score.total", "96");
    shows(PREVIEWS, "most_changed.0.kept", "decided");
    /* by name it does */
    tells(ACCEPT, "{\"calls\":[1]}", "accepted", "1");
    shows(CALL, "score.total", "98");
    shows(CHANGES, "changes.0.change", "noted");
}

static void an_overturned_flag_is_not_given_back_twice(void **state)
{
    (void)state;
    decide(1, "{\"state\":\"overturned\",\"reason\":\"parked\"}");
    shows(CALL, "score.decided_total", "98");
    assert_int_equal(post_preview("1", "p1", better), 202);
    shows(PREVIEWS, "groups.0.gained", "0");
    shows(PREVIEWS, "groups.0.for_a_person", "0");
    tells(ACCEPT, ALL, "accepted", "1");
    shows(CALL, "score.total", "98");
    shows(CHANGES, "changes.0", "absent");
}

static void a_decision_stands_where_its_flag_moves(void **state)
{
    (void)state;
    decide(2, "{\"state\":\"overturned\",\"reason\":\"asked to\"}");
    decide(1, "{\"state\":\"confirmed\"}");
    assert_int_equal(
        post_result("1", "moved",
                    "{\"events\": [{\"id\": 1, \"type\": \"silence\", \"start_ms\": 12060,"
                    " \"end_ms\": 24120, \"cause\": \"unexplained\", \"confidence\": 0.98},"
                    " {\"id\": 2, \"type\": \"overtalk\", \"start_ms\": 25290, \"end_ms\": 27970,"
                    " \"by\": \"agent\", \"kind\": \"interruption\", \"confidence\": 0.93}],"
                    " \"score\": {\"total\": 95, \"deductions\": ["
                    "{\"rule\": \"dead-air\", \"points\": 2, \"event\": 1, \"start_ms\": 12060,"
                    " \"end_ms\": 24120, \"text\": {\"en\": \"s\", \"zh\": \"静\"}},"
                    "{\"rule\": \"interruption\", \"points\": 3, \"event\": 2, \"start_ms\": 25290,"
                    " \"end_ms\": 27970, \"text\": {\"en\": \"s\", \"zh\": \"静\"}}]}}"),
        200);
    shows(CALL, "score.deductions.0.decision.state", "confirmed");
    shows(CALL, "score.deductions.1.decision.state", "overturned");
    shows(CALL, "score.decided_total", "98");
}

#define SPAN(id, start, end)                                                                       \
    "{\"id\": " #id ", \"type\": \"silence\", \"start_ms\": " #start ", \"end_ms\": " #end         \
    ", \"cause\": \"unexplained\", \"confidence\": 0.98}"
#define DEAD_AIR(id, start, end)                                                                   \
    "{\"rule\": \"dead-air\", \"points\": 2, \"event\": " #id ", \"start_ms\": " #start            \
    ", \"end_ms\": " #end ", \"text\": {\"en\": \"s\", \"zh\": \"静\"}, \"severity\": \"minor\"}"
#define REVISION(total, events, deductions)                                                        \
    "{\"events\": [" events "], \"score\": {\"total\": " #total ", \"deductions\": [" deductions   \
    "]}}"

/* The dead air of 12.04 to 24.1 s was given back; what is new is none of what was decided. */
static void a_flag_that_was_given_back_and_comes_elsewhere_waits(void **state)
{
    (void)state;
    decide(1, "{\"state\":\"overturned\",\"reason\":\"parked\"}");
    assert_int_equal(post_result("1", "elsewhere",
                                 REVISION(98, SPAN(1, 30000, 42000), DEAD_AIR(1, 30000, 42000))),
                     202);
    shows(PREVIEWS, "most_changed.0.for_a_person", "true");
    shows(PREVIEWS, "most_changed.0.kept", "decided");
    shows(CALL, "score.decided_total", "98");
    /* where it only went away nothing is left to look at */
    assert_int_equal(post_result("1", "gone", REVISION(100, "", "")), 200);
    shows(CALL, "score.total", "100");
    shows(PREVIEWS, "calls", "0");
    /* and what was decided is not forgotten when it comes back */
    assert_int_equal(
        post_result("1", "back", REVISION(98, SPAN(1, 12300, 24000), DEAD_AIR(1, 12300, 24000))),
        200);
    shows(CALL, "score.deductions.0.decision.state", "overturned");
    shows(CALL, "score.decided_total", "100");
}

static void one_flag_that_becomes_two_waits(void **state)
{
    (void)state;
    decide(1, "{\"state\":\"overturned\",\"reason\":\"parked\"}");
    assert_int_equal(
        post_result("1", "split",
                    REVISION(96, SPAN(1, 12040, 17000) ", " SPAN(2, 18000, 24100),
                             DEAD_AIR(1, 12040, 17000) ", " DEAD_AIR(2, 18000, 24100))),
        202);
    shows(PREVIEWS, "most_changed.0.for_a_person", "true");
    shows(CALL, "score.decided_total", "98");
    tells(ACCEPT, "{\"calls\":[1]}", "accepted", "1");
    shows(CALL, "score.deductions.1.rule", "dead-air");
}

static void two_decisions_that_become_one_flag_wait(void **state)
{
    (void)state;
    assert_int_equal(
        post_result("1", "two",
                    REVISION(96, SPAN(1, 12040, 17000) ", " SPAN(2, 18000, 24100),
                             DEAD_AIR(1, 12040, 17000) ", " DEAD_AIR(2, 18000, 24100))),
        200);
    decide(3, "{\"state\":\"confirmed\"}");
    decide(4, "{\"state\":\"overturned\",\"reason\":\"parked\"}");
    shows(CALL, "score.decided_total", "98");
    assert_int_equal(
        post_result("1", "one", REVISION(98, SPAN(1, 12040, 24100), DEAD_AIR(1, 12040, 24100))),
        202);
    shows(CALL, "score.decided_total", "98");
    shows(PREVIEWS, "most_changed.0.for_a_person", "true");
}

/* Dead air costs 7 points, and nothing else costs anything. */
static int rescore(void)
{
    static const char rubric[] =
        "name: strict\nversion: \"9\"\ntitle: {en: Strict, zh: 严格}\nbase: 100\nfloor: 0\nrules:\n"
        "  - id: dead-air\n    title: {en: Dead air, zh: 静默}\n    severity: minor\n"
        "    text: {en: silence, zh: 静默}\n    on: silence\n    points:\n      each: 7\n";
    json_t *wish =
        json_pack("{s:s, s:s, s:s}", "rubric", rubric, "from", "2025-11-01", "to", "2025-11-30");
    char *body = json_dumps(wish, 0);
    const int status = asks("/api/v1/rescore", body);

    json_decref(wish);
    free(body);
    return status;
}

/* A re-scored call stays so when what it was made of is sent once more; what is new counts. */
static void a_retry_does_not_undo_a_re_scoring(void **state)
{
    (void)state;
    assert_int_equal(
        post_result("1", "a", REVISION(98, SPAN(1, 12040, 24100), DEAD_AIR(1, 12040, 24100))), 200);
    assert_int_equal(rescore(), 200);
    shows(CALL, "score.total", "93");
    assert_int_equal(
        post_result("1", "a", REVISION(98, SPAN(1, 12040, 24100), DEAD_AIR(1, 12040, 24100))), 200);
    shows(CALL, "score.total", "93");
    assert_int_equal(post_result("1", "b", REVISION(100, "", "")), 200);
    shows(CALL, "score.total", "100");
}

/* What a recorder posted goes on waiting for its person when the call is scored anew meanwhile. */
static void a_re_scoring_does_not_drop_what_waits(void **state)
{
    (void)state;
    decide(1, "{\"state\":\"confirmed\"}");
    assert_int_equal(post_result("1", "b", REVISION(100, "", "")), 202);
    assert_int_equal(rescore(), 200);
    shows(CALL, "score.rubric", "strict");
    shows(CALL, "score.deductions.0.decision.state", "confirmed");
    shows(PREVIEWS, "calls", "1");
    shows(PREVIEWS, "most_changed.0.after", "100");
    tells(ACCEPT, "{\"calls\":[1]}", "accepted", "1");
    shows(CALL, "score.total", "100");
}

static void objected_and_gone_is_answered(void **state)
{
    struct cqa_error error = {0};
    const struct cqa_user_new zhang = {
        .name = "zhang", .role = CQA_ACCOUNT_AGENT, .person = "8001", .password = "correct horse"};

    (void)state;
    assert_int_equal(cqa_user_put(served.scores, &zhang, &error), CQA_OK);
    served_login(&served, "zhang", "correct horse");
    assert_int_equal(asks("/api/v1/flags/1/objection", "{\"text\":\"not so\"}"), 201);
    served_login(&served, "lea", "correct horse");
    assert_int_equal(post_result("1", "b", REVISION(100, "", "")), 202); /* an answer is owed */
    shows(PREVIEWS, "most_changed.0.for_a_person", "true");
    tells(ACCEPT, "{\"calls\":[1]}", "accepted", "1");
    assert_int_equal(asks("/api/v1/objections/1/answer",
                          "{\"state\":\"overturned\",\"reason\":\"it was not there\"}"),
                     204);
    shows("/api/v1/objections", "objections.0.outcome", "accepted");
    shows(CALL, "score.total", "100");
    /* it comes back: what was answered stands */
    assert_int_equal(
        post_result("1", "c", REVISION(98, SPAN(1, 12000, 24000), DEAD_AIR(1, 12000, 24000))), 200);
    shows(CALL, "score.deductions.0.decision.state", "overturned");
    shows(CALL, "score.decided_total", "100");
}

/* The store as the version before generations left it. */
static void age(void)
{
    static const char *const steps[] = {
        "DROP TABLE missed",
        "DROP TABLE clip_holds",
        "DROP TABLE clips_erased",
        "ALTER TABLE decisions DROP COLUMN code",
        "DROP TABLE round_leasts",
        "DROP TABLE import_columns",
        "DROP TABLE import_names",
        "DROP INDEX calls_by_audio",
        "DROP INDEX calls_by_file",
        "DROP INDEX calls_by_stem",
        "DROP INDEX calls_by_first",
        "DROP INDEX calls_unjudged",
        "ALTER TABLE calls DROP COLUMN stem",
        "ALTER TABLE calls DROP COLUMN name",
        "ALTER TABLE calls DROP COLUMN file_sha256",
        "ALTER TABLE calls DROP COLUMN unjudged",
        "ALTER TABLE calls DROP COLUMN copy_of",
        "ALTER TABLE calls DROP COLUMN call_of",
        "CREATE TABLE old(call INTEGER PRIMARY KEY REFERENCES calls(id), kept INTEGER NOT NULL,"
        " recorder TEXT NOT NULL, site TEXT NOT NULL, key TEXT NOT NULL, received_ms INTEGER NOT"
        " NULL, after_c INTEGER, needs_person INTEGER NOT NULL, stale INTEGER NOT NULL DEFAULT 0,"
        " body TEXT NOT NULL)",
        "INSERT INTO old SELECT call, kept, recorder, site, key, received_ms, after_c,"
        " needs_person, stale, body FROM previews",
        "DROP TABLE previews",
        "ALTER TABLE old RENAME TO previews",
        "DROP TABLE generations",
        "ALTER TABLE calls DROP COLUMN posted",
        "ALTER TABLE failures DROP COLUMN store",
        "ALTER TABLE failures DROP COLUMN generation",
        "PRAGMA user_version = 10",
    };
    struct cqa_error error = {0};
    struct cqa_sql *sql = NULL;
    char path[128];

    served_age(&served);
    snprintf(path, sizeof path, "%s/scores.db", served.folder);
    const struct cqa_sql_place place = {.driver = &cqa_sql_sqlite, .path = path};
    assert_int_equal(cqa_sql_open(&place, &sql, &error), CQA_OK);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct cqa_sql_statement statement = {.text = steps[i], .types = ""};
        if (cqa_sql_do(sql, &error, &statement) != CQA_OK)
            fail_msg("%s: %s", steps[i], cqa_english(&error.message));
    }
    cqa_sql_close(sql);
}

static void what_waited_before_an_upgrade_waits_after_it(void **state)
{
    (void)state;
    if (!served_is_sqlite())
        skip(); /* nothing was there before */
    served_put(&served, "2", REVISION(98, SPAN(1, 12040, 24100), DEAD_AIR(1, 12040, 24100)));
    assert_int_equal(rescore(), 200);
    assert_int_equal(post_preview("1", "p1", better), 202);
    age();
    served_restart(&served);
    served_login(&served, "lea", "correct horse");
    shows(PREVIEWS, "calls", "1");
    shows(PREVIEWS, "most_changed.0.number", "1");
    shows(PREVIEWS, "most_changed.0.changes.0.rule", "dead-air");
    /* what was scored anew before is still known to be */
    served_put(&served, "2", REVISION(98, SPAN(1, 12040, 24100), DEAD_AIR(1, 12040, 24100)));
    shows("/api/v1/calls/2", "score.total", "93");
    tells(ACCEPT, "{\"calls\":[1]}", "accepted", "1");
    shows(CALL, "score.total", "98");
}

static void who_may_and_what_is_refused(void **state)
{
    (void)state;
    assert_int_equal(post_preview("unknown", "p1", better), 409);
    assert_int_equal(post_preview("1", "p2", NULL), 200); /* as it stands: nothing to look at */
    shows(PREVIEWS, "calls", "0");
    assert_int_equal(asks(ACCEPT, "{\"calls\":[]}"), 422);
    assert_int_equal(asks(ACCEPT, "{\"calls\":[\"1\"]}"), 422);
    assert_int_equal(asks(ACCEPT, "{\"from\":\"2025-11-01\"}"), 422);
    assert_int_equal(post_preview("1", "p3", better), 202);
    struct reply reply =
        served_post(&served, served.lead, ACCEPT, "application/json", NULL, "{\"calls\":[1]}");
    assert_int_equal(reply.status, 409); /* a token is nobody */
    reply_finish(&reply);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    assert_int_equal(asks(ACCEPT, ALL), 403);
    served_user(&served, "max", "lead", "east");
    served_login(&served, "max", "correct horse");
    shows(PREVIEWS, "calls", "0"); /* of no team of his */
    tells(ACCEPT, "{\"calls\":[1]}", "accepted", "0");
    shows("/api/v1/score-changes", "changes.0", "absent");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_preview_counts_nothing_until_it_is_accepted),
        TEST(what_is_accepted_is_in_the_audit_log),
        TEST(an_ordinary_revision_tells_its_changes_too),
        TEST(a_discarded_one_is_gone),
        TEST(a_closed_period_takes_nothing),
        TEST(a_new_call_of_a_closed_period_waits),
        TEST(what_was_replaced_while_it_waited_stays_so),
        TEST(no_claim_of_a_day_moves_a_closed_number),
        TEST(calls_without_a_day_are_asked_about),
        TEST(what_waits_is_over_when_the_old_comes_again),
        TEST(a_flag_that_was_given_back_and_comes_elsewhere_waits),
        TEST(one_flag_that_becomes_two_waits),
        TEST(two_decisions_that_become_one_flag_wait),
        TEST(a_retry_does_not_undo_a_re_scoring),
        TEST(a_re_scoring_does_not_drop_what_waits),
        TEST(objected_and_gone_is_answered),
        TEST(what_waited_before_an_upgrade_waits_after_it),
        TEST(a_confirmed_flag_that_goes_waits_for_a_person),
        TEST(an_overturned_flag_is_not_given_back_twice),
        TEST(a_decision_stands_where_its_flag_moves),
        TEST(who_may_and_what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
