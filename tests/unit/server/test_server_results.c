/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "base/catalogue.h"
#include "support/served.h"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static int post_status(const char *key, const char *body)
{
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", key, body);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static size_t call_count(void)
{
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls?limit=500");
    const size_t count = json_array_size(json_object_get(reply.json, "calls"));

    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    return count;
}

static void assert_call(const char *id, const char *path, const char *expected)
{
    char url[256];

    snprintf(url, sizeof url, "/api/v1/calls/%s", id);
    struct reply reply = served_get(&served, served.lead, url);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, path), expected);
    reply_finish(&reply);
}

static void result_comes_back_as_it_was_posted(void **state)
{
    (void)state;
    char *body = served_result("1763604902.17", NULL);

    assert_int_equal(post_status("k1", body), 201);
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls");
    json_t *sent = json_loads(body, 0, NULL);
    assert_true(json_equal(json_array_get(json_object_get(reply.json, "calls"), 0), sent));
    assert_string_equal(served_text(reply.json, "next"), "null");
    json_decref(sent);
    reply_finish(&reply);
    free(body);
}

static void storing_twice_is_once(void **state)
{
    (void)state;
    char *body = served_result("1", NULL);

    assert_int_equal(post_status("k1", body), 201);
    assert_int_equal(post_status("k1", body), 200);
    assert_int_equal(post_status("another-key", body), 200);
    served_restart(&served);
    assert_int_equal(post_status("k1", body), 200);
    assert_int_equal(call_count(), 1);
    free(body);
}

static void new_content_replaces(void **state)
{
    (void)state;
    char *first = served_result("1", NULL);
    char *second =
        served_result("1", "{\"score\": {\"rubric_version\": \"2\", \"base\": 100, \"total\": 100,"
                           " \"deductions\": []}}");

    assert_int_equal(post_status("k1", first), 201);
    assert_int_equal(post_status("k2", second), 200);
    assert_int_equal(call_count(), 1);
    assert_call("1", "score.total", "100");
    /* the first comes again, and nobody says that it is an old one: it is what counts now */
    assert_int_equal(post_status("k1", first), 200);
    assert_call("1", "score.total", "96");
    assert_int_equal(post_status("k1", first), 200);
    assert_call("1", "score.total", "96");
    assert_int_equal(post_status("k2", second), 200);
    assert_call("1", "score.total", "100");
    assert_int_equal(call_count(), 1);
    free(first);
    free(second);
}

/* ---- generations: the order in which a recorder made what it posts */

#define FULL "{\"score\": {\"total\": 100, \"deductions\": []}}"

/* Posts call 1 with a generation of the store (NULL: none); the answer's status. */
static int post_counted(const char *key, const char *changes, const char *store, int number)
{
    char *result = served_result("1", changes);
    const size_t size = strlen(result) + 128;
    char *body = malloc(size);

    assert_non_null(body);
    if (store != NULL)
        snprintf(body, size, "{\"generation\":{\"store\":\"%s\",\"number\":%d},%s", store, number,
                 result + 1);
    const int status = post_status(key, store != NULL ? body : result);
    free(body);
    free(result);
    return status;
}

static int post_failed(const char *store, int number)
{
    char body[512];

    snprintf(body, sizeof body,
             "{\"schema\":\"callqa.failure/1\",\"generation\":{\"store\":\"%s\",\"number\":%d},"
             "\"recording\":{\"path\":\"/var/spool/a.wav\"},\"call\":{\"id\":\"1\",\"source\":"
             "\"freepbx\"},\"reason\":\"empty\",\"text\":\"no audio\"}",
             store, number);
    return post_status(NULL, body);
}

static void assert_open_failures(size_t count)
{
    struct reply reply = served_get(&served, served.lead, "/api/v1/failures");

    assert_int_equal(json_array_size(json_object_get(reply.json, "failures")), count);
    reply_finish(&reply);
}

static void a_file_that_is_put_back_counts_again(void **state)
{
    (void)state;
    assert_int_equal(post_counted("a", FULL, "s", 10), 201);
    assert_int_equal(post_counted("b", NULL, "s", 11), 200);
    assert_call("1", "score.total", "96");
    assert_int_equal(post_counted("a", FULL, "s", 12), 200);
    assert_call("1", "score.total", "100");
    assert_call("1", "generation.number", "12");
    /* late retries of what is over */
    assert_int_equal(post_counted("b", NULL, "s", 11), 200);
    assert_int_equal(post_counted("a", FULL, "s", 10), 200);
    assert_int_equal(post_counted("c", "{\"score\": {\"total\": 50}}", "s", 9), 200);
    assert_call("1", "score.total", "100");
    assert_int_equal(post_counted("c", "{\"score\": {\"total\": 50}}", "s", 9), 200);
    assert_int_equal(call_count(), 1);
    struct reply reply = served_get(&served, served.recorder, "/metrics");
    assert_non_null(strstr(reply.body, "callqa_results_total{outcome=\"outdated\"} 3\n"));
    reply_finish(&reply);
}

/* A store that was lost counts from the beginning; its first word is later than all of the old. */
static void a_store_that_begins_anew_is_heard(void **state)
{
    (void)state;
    assert_int_equal(post_counted("a", FULL, "old", 1000), 201);
    assert_int_equal(post_counted("b", NULL, "new", 1), 200);
    assert_call("1", "score.total", "96");
    assert_int_equal(post_counted("a", FULL, "old", 999), 200); /* what it had counted stays over */
    assert_call("1", "score.total", "96");
    assert_int_equal(post_counted("a", FULL, NULL, 0), 200); /* nobody's count: when it comes */
    assert_call("1", "score.total", "100");
    assert_int_equal(post_counted("b", NULL, "new", 1), 200); /* sent once more: no news */
    assert_call("1", "score.total", "100");
    /* a store that was copied counts the same numbers once more, of other things */
    assert_int_equal(post_counted("d", "{\"score\": {\"total\": 50}}", "new", 1), 200);
    assert_call("1", "score.total", "50");
}

/* A recording without a result tells no team: whoever sees some teams only does not see it. */
static void failures_are_of_no_team(void **state)
{
    (void)state;
    assert_int_equal(post_failed("s", 11), 201);
    assert_open_failures(1);
    served_user(&served, "ann", "auditor", "east");
    served_login(&served, "ann", "correct horse");
    struct reply reply = served_as(&served, "GET", "/api/v1/failures", NULL);
    assert_int_equal(json_array_size(json_object_get(reply.json, "failures")), 0);
    reply_finish(&reply);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", "correct horse");
    reply = served_as(&served, "GET", "/api/v1/failures", NULL);
    assert_int_equal(json_array_size(json_object_get(reply.json, "failures")), 1);
    reply_finish(&reply);
}

static void a_failure_has_its_place_among_results(void **state)
{
    (void)state;
    assert_int_equal(post_counted("a", FULL, "s", 10), 201);
    assert_int_equal(post_failed("s", 11), 201);
    assert_open_failures(1);
    assert_call("1", "score.total", "100");                  /* it stays what it was */
    assert_int_equal(post_counted("a", FULL, "s", 10), 200); /* late */
    assert_open_failures(1);
    assert_int_equal(post_counted("a", FULL, "s", 12),
                     200); /* restored: the same key and content */
    assert_open_failures(0);
    assert_int_equal(post_failed("s", 11), 200); /* late */
    assert_open_failures(0);
    assert_int_equal(post_failed("s", 13), 200); /* truncated again, in the same way */
    assert_open_failures(1);
    assert_int_equal(post_counted("b", NULL, "s", 14), 200);
    assert_open_failures(0);
    assert_call("1", "score.total", "96");
}

/* The failure that a result made later has overtaken was never news. */
static void a_failure_that_comes_late_is_over(void **state)
{
    (void)state;
    assert_int_equal(post_counted("a", FULL, "s", 10), 201);
    assert_int_equal(post_failed("s", 9), 200);
    assert_open_failures(0);
    assert_int_equal(post_failed("other", 1), 200);
    assert_open_failures(1);
}

static void a_generation_is_checked(void **state)
{
    (void)state;
    assert_int_equal(post_counted("a", "{\"generation\": 5}", NULL, 0), 422);
    assert_int_equal(post_counted("a", "{\"generation\": {\"store\": \"s\"}}", NULL, 0), 422);
    assert_int_equal(
        post_counted("a", "{\"generation\": {\"store\": \"\", \"number\": 1}}", NULL, 0), 422);
    assert_int_equal(post_counted("a", FULL, "s", 0), 422);
    assert_int_equal(post_failed("s", 0), 422);
    assert_int_equal(post_counted("a", FULL, "s", 1), 201);
}

static void equal_content_under_two_ids_is_two_calls(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    served_put(&served, "2", NULL);
    assert_int_equal(call_count(), 2);
}

static void key_with_other_content_is_refused(void **state)
{
    (void)state;
    char *first = served_result("1", NULL);
    char *second = served_result("2", NULL);

    assert_int_equal(post_status("k1", first), 201);
    assert_int_equal(post_status("k1", second), 422);
    assert_int_equal(call_count(), 1);
    free(first);
    free(second);
}

static void another_recorder_does_not_overwrite(void **state)
{
    (void)state;
    char other[CQA_TOKEN_SIZE];
    char sited[CQA_TOKEN_SIZE];
    struct cqa_error error;
    char *first = served_result("1", NULL);
    char *second = served_result(
        "1", "{\"recording\": {\"sha256\":"
             "\"0000000000000000000000000000000000000000000000000000000000000bbb\"}}");

    assert_int_equal(cqa_token_add(served.scores,
                                   &(struct cqa_token_new){
                                       .name = "pbx2", .role = CQA_ACCOUNT_RECORDER, .site = ""},
                                   other, &error),
                     CQA_OK);
    assert_int_equal(
        cqa_token_add(
            served.scores,
            &(struct cqa_token_new){.name = "pbx3", .role = CQA_ACCOUNT_RECORDER, .site = "east"},
            sited, &error),
        CQA_OK);
    assert_int_equal(post_status("k1", first), 201);
    struct reply reply =
        served_post(&served, other, "/api/v1/results", "application/json", "k2", second);
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
    reply = served_post(&served, sited, "/api/v1/results", "application/json", "k2", second);
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    assert_int_equal(call_count(), 2);
    reply = served_get(&served, other, "/api/v1/calls");
    assert_int_equal(json_array_size(json_object_get(reply.json, "calls")), 0);
    reply_finish(&reply);
    reply = served_get(&served, sited, "/api/v1/calls");
    assert_int_equal(json_array_size(json_object_get(reply.json, "calls")), 1);
    reply_finish(&reply);
    free(first);
    free(second);
}

static void recorder_cannot_decide(void **state)
{
    (void)state;
    char *body = served_result("1", "{\"score\": {\"decided_total\": 12}}");

    post_status("k1", body);
    assert_call("1", "score.decided_total", "null");
    free(body);
}

static char *result_with_digits(const char *digits)
{
    char events[256];

    snprintf(events, sizeof events,
             "{\"events\": [{\"id\": 1, \"type\": \"dtmf\", \"start_ms\": 500, \"end_ms\": 1000, "
             "\"side\": \"customer\", \"digits\": \"%s\", \"confidence\": 1}], \"score\": null}",
             digits);
    return served_result("1", events);
}

/* From a recorder that was told to show them, and later to mask them. */
static void keyed_digits_are_masked_as_they_come(void **state)
{
    (void)state;
    char *shown = result_with_digits("4711#*A+");
    char *masked = result_with_digits("*******+");

    assert_int_equal(post_status("k1", shown), 201);
    assert_call("1", "events.0.digits", "*******+");
    assert_int_equal(post_status("k1", masked), 200);
    struct reply reply = served_get(&served, served.lead, "/api/v1/export/calls.jsonl");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"*******+\""));
    reply_finish(&reply);
    free(shown);
    free(masked);
}

static void lines_are_answered_one_by_one(void **state)
{
    (void)state;
    struct cqa_buffer lines = {.limit = 1 << 20};
    char *good = served_result("1", NULL);
    char *second = served_result("2", NULL);
    char *bad = served_result("3", "{\"recording\": {\"duration_ms\": -1}}");

    cqa_buffer_print(&lines, "{\"key\":\"k1\",\"result\":%s}\n\n{\"key\":\"k2\",\"result\":%s}\r\n",
                     good, second);
    cqa_buffer_print(&lines, "{\"key\":\"k3\",\"result\":%s}\nnonsense\n{\"key\":\"k4\"}\n", bad);
    cqa_buffer_print(
        &lines,
        "{\"key\":\"k5\",\"result\":{\"schema\":\"callqa.failure/1\",\"recording\":"
        "{\"path\":\"/x/y.wav\"},\"call\":{\"id\":\"9\",\"source\":\"freepbx\"},"
        "\"reason\":\"truncated\",\"text\":\"cut off\"}}\n{\"key\":\"k1\",\"result\":%s}",
        good);
    struct reply reply = served_post(&served, served.recorder, "/api/v1/results",
                                     "application/x-ndjson", NULL, lines.text);
    static const struct {
        const char *key;
        int status;
        int has_error;
    } expected[] = {{"k1", 201, 0}, {"k2", 201, 0}, {"k3", 422, 1}, {"null", 422, 1},
                    {"k4", 422, 1}, {"k5", 201, 0}, {"k1", 200, 0}};
    assert_int_equal(reply.status, 200);
    assert_int_equal(json_array_size(reply.json), 7);
    for (size_t i = 0; i < 7; i++) {
        const json_t *item = json_array_get(reply.json, i);
        assert_string_equal(served_text(item, "key"), expected[i].key);
        assert_int_equal(json_integer_value(json_object_get(item, "status")), expected[i].status);
        assert_int_equal(json_is_string(json_object_get(item, "error")), expected[i].has_error);
    }
    assert_int_equal(call_count(), 2);
    reply_finish(&reply);
    free(good);
    free(second);
    free(bad);
    cqa_buffer_finish(&lines);
}

/* PostgreSQL has no room in an index for all that a path may have: that costs that result alone. */
static void what_a_store_does_not_take_costs_no_other(void **state)
{
    (void)state;
    char path[4000];
    uint32_t chance = 4711;
    struct cqa_buffer lines = {.limit = 1 << 20};

    path[0] = '/';
    for (size_t i = 1; i < sizeof path - 1; i++) { /* so that it cannot be packed */
        chance = chance * 1103515245u + 12345u;
        path[i] = (char)('a' + (chance >> 16) % 26);
    }
    path[sizeof path - 1] = '\0';
    for (int i = 0; i < 3; i++) {
        char id[2] = {(char)('1' + i), '\0'};
        char *plain = served_result(id, NULL);
        json_t *result = json_loads(plain, 0, NULL);
        if (i == 1)
            json_object_set_new(json_object_get(result, "recording"), "path", json_string(path));
        char *body = json_dumps(result, JSON_COMPACT);
        cqa_buffer_print(&lines, "{\"key\":\"k%d\",\"result\":%s}\n", i, body);
        json_decref(result);
        free(body);
        free(plain);
    }
    struct reply reply = served_post(&served, served.recorder, "/api/v1/results",
                                     "application/x-ndjson", NULL, lines.text);
    assert_int_equal(reply.status, 200);
    for (size_t i = 0; i < 3; i++) {
        const json_t *item = json_array_get(reply.json, i);
        const int is_taken = i != 1 || served_is_sqlite();
        assert_int_equal(json_integer_value(json_object_get(item, "status")), is_taken ? 201 : 422);
        if (!is_taken)
            assert_string_equal(served_text(item, "code"),
                                "a-value-is-too-large-for-the-database-sqlstate");
    }
    assert_int_equal(call_count(), served_is_sqlite() ? 3 : 2);
    reply_finish(&reply);
    cqa_buffer_finish(&lines);
}

/* It would be stored, and no answer could say so. */
static void key_that_is_no_text_is_refused(void **state)
{
    (void)state;
    char *body = served_result("1", NULL);

    assert_int_equal(post_status("k\xe9\xff", body), 400);
    assert_int_equal(call_count(), 0);
    assert_int_equal(post_status("k\xc3\xa9", body), 201);
    free(body);
}

static int post_recording(const char *id, const char *key, char name, const char *part)
{
    char changes[256];

    snprintf(changes, sizeof changes,
             "{\"recording\":{\"path\":\"/var/spool/%c.wav\",\"sha256\":\"%064x\"%s%s%s}}", name,
             (unsigned)name, part != NULL ? ",\"part\":\"" : "", part != NULL ? part : "",
             part != NULL ? "\"" : "");
    char *body = served_result(id, changes);
    const int status = post_status(key, body);
    free(body);
    return status;
}

/* Its facts came late: until then a path was all that named it. Who asks for its call, or holds it,
 * finds it, and a call has a name once. */
static void what_gets_its_name_is_of_its_call(void **state)
{
    (void)state;
    assert_int_equal(post_recording("/var/spool/a.wav", "k1", 'a', NULL), 201);
    assert_int_equal(post_recording("c5", "k2", 'a', "2"), 200);
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls?call=c5");
    assert_int_equal(json_array_size(json_object_get(reply.json, "calls")), 1);
    reply_finish(&reply);
    assert_int_equal(post_recording("/var/spool/b.wav", "k3", 'b', NULL), 201);
    served_sql(&served, "UPDATE calls SET call_of = NULL"); /* as it was named once */
    assert_int_equal(post_recording("c5", "k4", 'b', "2"), 200);
    assert_int_equal(call_count(), 2);
}

/* The one failure in Chinese. */
static void assert_said(const char *chinese)
{
    struct reply reply = served_get(&served, served.lead, "/api/v1/failures");

    assert_string_equal(served_text(reply.json, "failures.0.text_zh"), chinese);
    reply_finish(&reply);
}

static void failure_is_listed_until_a_result_comes(void **state)
{
    static const char failure[] =
        "{\"schema\":\"callqa.failure/1\",\"recording\":{\"path\":\"/var/spool/a.wav\"},"
        "\"call\":{\"id\":\"1\",\"source\":\"freepbx\"},\"reason\":\"unfinished\",\"text\":"
        "\"WAV header without lengths: still being written\"";
    char told[1000];

    (void)state;
    /* as recorders of before: what is English stays so, whatever its words are */
    (void)snprintf(told, sizeof told, "%s}", failure);
    assert_int_equal(post_status(NULL, told), 201);
    assert_int_equal(post_status("f1", told), 200);
    assert_said("absent");
    /* what is no message of ours is none */
    (void)snprintf(told, sizeof told, "%s,\"code\":\"frames\",\"arguments\":[\"many\"]}", failure);
    assert_int_equal(post_status(NULL, told), 200);
    assert_said("absent");
    (void)snprintf(told, sizeof told, "%s,\"code\":\"%s\",\"arguments\":[\"WAV\"]}", failure,
                   cqa_catalogue_code("%s header without lengths: still being written"));
    assert_int_equal(post_status(NULL, told), 200);
    assert_said("WAV 文件头没有长度：仍在写入");
    struct reply reply = served_get(&served, served.lead, "/api/v1/failures");
    assert_int_equal(json_array_size(json_object_get(reply.json, "failures")), 1);
    assert_string_equal(served_text(reply.json, "failures.0.reason"), "unfinished");
    assert_string_equal(served_text(reply.json, "failures.0.text"),
                        "WAV header without lengths: still being written");
    reply_finish(&reply);
    served_put(&served, "1", NULL);
    reply = served_get(&served, served.lead, "/api/v1/failures");
    assert_int_equal(json_array_size(json_object_get(reply.json, "failures")), 0);
    reply_finish(&reply);
}

static void bad_bodies_are_refused_and_leave_nothing(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "{\"recording\": {\"path\": 5}}",
        "{\"recording\": {\"sha256\": \"xyz\"}}",
        "{\"recording\": {\"duration_ms\": 1e300}}",
        "{\"call\": {\"started_at\": \"yesterday\"}}",
        "{\"score\": {\"total\": \"many\"}}",
        "{\"score\": {\"deductions\": [{\"rule\": \"x\", \"points\": -1, \"event\": 1, "
        "\"start_ms\": 0,"
        " \"end_ms\": 5, \"text\": {\"en\": \"\", \"zh\": \"\"}}]}}",
        "{\"score\": {\"deductions\": [{\"rule\": \"x\", \"points\": 1, \"event\": 77, "
        "\"start_ms\": 0,"
        " \"end_ms\": 5, \"text\": {\"en\": \"\", \"zh\": \"\"}}]}}",
        "{\"events\": {}}",
        "{\"schema\": \"callqa.result/2\"}",
    };

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char *body = served_result("1", changes[i]);
        struct reply reply =
            served_post(&served, served.recorder, "/api/v1/results", "application/json", "k", body);
        if (reply.status != 422)
            fail_msg("%s: %d %s", changes[i], reply.status, reply.body);
        assert_non_null(strstr(reply.head, "application/problem+json"));
        assert_true(strlen(served_text(reply.json, "detail")) > 5);
        reply_finish(&reply);
        free(body);
    }
    assert_int_equal(post_status("k", "{"), 422);
    assert_int_equal(post_status("k", "[]"), 422);
    assert_int_equal(post_status("k", ""), 422);
    assert_int_equal(post_status("k", "{\"a\":1,\"a\":2}"), 422);
    assert_int_equal(call_count(), 0);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    struct cqa_buffer deep = {.limit = 1 << 20};

    for (int i = 0; i < 100000; i++)
        cqa_buffer_add(&deep, "[", 1);
    assert_int_equal(post_status("k", deep.text), 422);
    cqa_buffer_finish(&deep);
}

static void headers_are_checked(void **state)
{
    (void)state;
    char *body = served_result("1", NULL);

    assert_int_equal(post_status(NULL, body), 400);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "text/plain", "k", body);
    assert_int_equal(reply.status, 415);
    reply_finish(&reply);
    reply = served_post(&served, served.lead, "/api/v1/results", "application/json", "k", body);
    assert_int_equal(reply.status, 403);
    reply_finish(&reply);
    reply = served_post(&served, "cqa_wrong", "/api/v1/results", "application/json", "k", body);
    assert_int_equal(reply.status, 401);
    assert_non_null(strstr(reply.head, "WWW-Authenticate: Bearer"));
    reply_finish(&reply);
    assert_int_equal(call_count(), 0);
    free(body);
}

static void body_over_the_limit_is_refused(void **state)
{
    (void)state;
    struct served small;
    served_start(&small, "body_bytes_max: 2000\n");
    char *body = served_result("1", NULL);

    assert_true(strlen(body) > 2000 - 800);
    char *large = malloc(100000);
    memset(large, ' ', 99999);
    large[99999] = '\0';
    struct reply reply =
        served_post(&small, small.recorder, "/api/v1/results", "application/json", "k", large);
    assert_int_equal(reply.status, 413);
    reply_finish(&reply);
    /* without announcing its length */
    char headers[256];
    snprintf(headers, sizeof headers,
             "Authorization: Bearer %s\r\nContent-Type: application/json\r\nTransfer-Encoding: "
             "chunked\r\n",
             small.recorder);
    struct cqa_buffer chunked = {.limit = 1 << 20};
    cqa_buffer_print(&chunked,
                     "POST /api/v1/results HTTP/1.1\r\nHost: a\r\nConnection: "
                     "close\r\n%s\r\n%zx\r\n%s\r\n0\r\n\r\n",
                     headers, strlen(large), large);
    reply = served_send(&small, chunked.text, chunked.length);
    assert_int_equal(reply.status, 413);
    reply_finish(&reply);
    cqa_buffer_finish(&chunked);
    free(large);
    free(body);
    served_stop(&small);
}

enum { POSTERS = 4, EACH = 30 };

/* Each posts the same thirty calls, starting elsewhere, and reads between. */
static void *post_all(void *context)
{
    const int first = *(const int *)context;
    char id[16];

    for (int i = 0; i < EACH; i++) {
        snprintf(id, sizeof id, "c%d", (first + i) % EACH);
        served_put(&served, id, NULL);
        struct reply reply = served_get(&served, served.lead, "/api/v1/calls?limit=5&sort=newest");
        reply_finish(&reply);
    }
    return NULL;
}

static void many_at_once_store_each_call_once(void **state)
{
    (void)state;
    pthread_t threads[POSTERS];
    int firsts[POSTERS];

    for (int i = 0; i < POSTERS; i++) {
        firsts[i] = i * EACH / POSTERS;
        assert_int_equal(pthread_create(&threads[i], NULL, post_all, &firsts[i]), 0);
    }
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(call_count(), EACH);
    struct reply reply = served_get(&served, served.recorder, "/metrics");
    assert_non_null(strstr(reply.body, "callqa_results_total{outcome=\"stored\"} 30\n"));
    assert_non_null(strstr(reply.body, "callqa_results_total{outcome=\"unchanged\"} 90\n"));
    reply_finish(&reply);
}

/* A result of a later analyzer: every word of it that there is a list of is none of ours. */
static const char later_words[] =
    "{\"recording\": {\"layout\": \"surround\", \"copies\": [\"/mnt/b.wav\"]},"
    " \"call\": {\"direction\": \"sideways\", \"facts\": {\"agent\": \"guess\"}},"
    " \"measurable\": {\"level\": \"doubtful\","
    " \"reasons\": [{\"id\": \"sunspots\", \"what\": \"rhythm\", \"text\": {\"en\": \"the sun\","
    " \"zh\": \"太阳\"}}], \"spans\": [{\"what\": \"rhythm\", \"state\": \"blurred\","
    " \"start_ms\": 0, \"end_ms\": 900, \"reason\": \"sunspots\", \"confidence\": 0.7},"
    " {\"what\": \"silence\", \"state\": \"blurred\", \"start_ms\": 12000, \"end_ms\": 24200,"
    " \"reason\": \"sunspots\"}]},"
    " \"conversation_ms\": [812, 60000],"
    " \"channels\": [{\"index\": 0, \"role\": \"robot\", \"speech_ms\": [[812, 3370]],"
    " \"active_level_dbfs\": null, \"noise_dbfs\": null, \"clipped_ms\": 0, \"leak_db\": null,"
    " \"leak_delay_ms\": null}],"
    " \"events\": [{\"id\": 1, \"type\": \"sneeze\", \"start_ms\": 9000, \"end_ms\": 9900,"
    " \"confidence\": 0.9, \"nostril\": \"left\"},"
    " {\"id\": 2, \"type\": \"silence\", \"start_ms\": 12040, \"end_ms\": 24100,"
    " \"cause\": \"eclipse\", \"confidence\": 0.98},"
    " {\"id\": 3, \"type\": \"overtalk\", \"start_ms\": 25000, \"end_ms\": 26000, \"by\": "
    "\"robot\","
    " \"kind\": \"duet\", \"confidence\": 0.98},"
    " {\"id\": 4, \"type\": \"hold\", \"start_ms\": 30000, \"end_ms\": 40000, \"side\": \"both\","
    " \"kind\": \"logged\", \"phase\": \"encore\", \"confirmed_by\": \"cdr\", \"confidence\": 1}],"
    " \"score\": {\"total\": 98, \"deductions\": [{\"rule\": \"dead-air\", \"points\": 2,"
    " \"event\": 2, \"start_ms\": 12040, \"end_ms\": 24100, \"text\": {\"en\": \"a\", \"zh\": "
    "\"b\"},"
    " \"decision\": null, \"severity\": \"grave\"}, {\"rule\": \"manners\", \"points\": 0,"
    " \"event\": 1, \"start_ms\": 9000, \"end_ms\": 9900, \"text\": {\"en\": \"a\", \"zh\": \"b\"},"
    " \"decision\": null, \"ground\": {\"id\": \"sunspots\", \"text\": {\"en\": \"the sun\","
    " \"zh\": \"太阳\"}}}]},"
    " \"analyzer\": {\"version\": \"9.0\", \"models\": null, \"rules\": 9}}";

static void words_of_a_later_analyzer_are_stored_as_they_are(void **state)
{
    (void)state;
    char *body = served_result("1", later_words);

    assert_int_equal(post_status("k", body), 201);
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls/1");
    json_t *sent = json_loads(body, 0, NULL);
    assert_true(json_equal(reply.json, sent));
    json_decref(sent);
    reply_finish(&reply);
    free(body);
}

/* `part` of it spelled otherwise. */
static void assert_refused(const char *part, const char *otherwise)
{
    char changes[sizeof later_words + 2048];
    const char *at = strstr(later_words, part);

    assert_non_null(at);
    snprintf(changes, sizeof changes, "%.*s%s%s", (int)(at - later_words), later_words, otherwise,
             at + strlen(part));
    char *body = served_result("1", changes);
    const int status = post_status("k", body);
    if (status != 422)
        fail_msg("%s: %d", otherwise, status);
    free(body);
}

static void unknown_words_must_be_words_in_their_places(void **state)
{
    static const char *const spoilt[][2] = {
        {"\"type\": \"sneeze\"", "\"type\": 5"},
        {"\"type\": \"sneeze\"", "\"type\": \"\""},
        {"\"type\": \"sneeze\", ", ""},
        {"\"end_ms\": 9900, \"conf", "\"end_ms\": 8000, \"conf"},
        {"\"id\": 1, \"type\"", "\"id\": 7, \"type\""},
        {"\"cause\": \"eclipse\"", "\"cause\": null"},
        {"\"cause\": \"eclipse\", ", ""},
        {"\"kind\": \"logged\"", "\"kind\": null"},
        {"\"kind\": \"duet\"", "\"kind\": [\"duet\"]"},
        {"\"kind\": \"duet\"", "\"kind\": \"music\""},
        {"\"layout\": \"surround\"", "\"layout\": null"},
        {"\"role\": \"robot\"", "\"role\": 3"},
        {"\"level\": \"doubtful\"", "\"level\": {}"},
        {"\"what\": \"rhythm\", \"state\"", "\"what\": null, \"state\""},
        {"\"end_ms\": 900,", "\"end_ms\": 0,"},
        {"\"end_ms\": 24200,", "\"end_ms\": 99999999,"},
        {"[812, 60000]", "[60000, 812]"},
        {"\"severity\": \"grave\"", "\"severity\": 1"},
        {"\"event\": 2,", "\"event\": 9,"},
        {"{\"id\": \"sunspots\", \"text\": {\"en\": \"the sun\",",
         "{\"text\": {\"en\": \"the sun\","},
    };
    char word[1100] = "\"type\": \"";

    (void)state;
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++)
        assert_refused(spoilt[i][0], spoilt[i][1]);
    memset(word + strlen(word), 'x', 1040);
    strcat(word, "\"");
    assert_refused("\"type\": \"sneeze\"", word);
    assert_int_equal(call_count(), 0);
}

static void revoked_token_stops(void **state)
{
    (void)state;
    struct cqa_error error;
    char *body = served_result("1", NULL);

    assert_int_equal(cqa_token_revoke(served.scores, "pbx1", &error), CQA_OK);
    assert_int_equal(post_status("k", body), 401);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(result_comes_back_as_it_was_posted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(storing_twice_is_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(new_content_replaces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_put_back_counts_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_begins_anew_is_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_are_of_no_team, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_has_its_place_among_results, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_that_comes_late_is_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_generation_is_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_content_under_two_ids_is_two_calls, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(key_with_other_content_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_recorder_does_not_overwrite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(recorder_cannot_decide, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keyed_digits_are_masked_as_they_come, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_are_answered_one_by_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failure_is_listed_until_a_result_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_bodies_are_refused_and_leave_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headers_are_checked, set_up, tear_down),
        cmocka_unit_test(body_over_the_limit_is_refused),
        cmocka_unit_test_setup_teardown(many_at_once_store_each_call_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_store_does_not_take_costs_no_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(key_that_is_no_text_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_gets_its_name_is_of_its_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_of_a_later_analyzer_are_stored_as_they_are, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(unknown_words_must_be_words_in_their_places, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(revoked_token_stops, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
