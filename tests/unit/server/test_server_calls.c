/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buffer.h"
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

/* The ids of a list, in order, with a space behind each. */
static const char *ids(const char *query)
{
    static char text[4096];
    char url[512];
    const json_t *call;
    size_t index;

    snprintf(url, sizeof url, "/api/v1/calls?%s", query);
    struct reply reply = served_get(&served, served.lead, url);
    text[0] = '\0';
    if (reply.status != 200)
        snprintf(text, sizeof text, "%d", reply.status);
    json_array_foreach(json_object_get(reply.json, "calls"), index, call)
    {
        strcat(text, served_text(call, "call.id"));
        strcat(text, " ");
    }
    reply_finish(&reply);
    return text;
}

static void put_four(void)
{
    served_put(
        &served, "a",
        "{\"call\": {\"started_at\": \"2025-11-20T23:59:59+08:00\"}, \"score\": {\"total\": 80}}");
    served_put(&served, "b",
               "{\"call\": {\"agent\": \"8002\", \"started_at\": \"2025-11-21T00:00:00+08:00\"},"
               " \"score\": {\"total\": 100, \"deductions\": []}}");
    served_put(
        &served, "c",
        "{\"call\": {\"queue\": \"support\", \"started_at\": \"2025-11-19T10:00:00+08:00\"},"
        " \"score\": {\"total\": 99.5, \"deductions\": [{\"rule\": \"late\", \"points\": 0.5,"
        " \"event\": null, \"start_ms\": 0, \"end_ms\": 900, \"text\": {\"en\": \"l\","
        " \"zh\": \"l\"}, \"severity\": \"critical\"}]}}");
    served_put(&served, "d",
               "{\"call\": {\"agent\": null, \"started_at\": null}, \"score\": null}");
}

static void filters(void **state)
{
    (void)state;
    put_four();
    assert_string_equal(ids(""), "a b c d ");
    assert_string_equal(ids("agent=8002"), "b ");
    assert_string_equal(ids("from=2025-11-20&to=2025-11-20"), "a ");
    assert_string_equal(ids("from=2025-11-20"), "a b ");
    assert_string_equal(ids("to=2025-11-19"), "c ");
    assert_string_equal(ids("score_below=99.5"), "a ");
    assert_string_equal(ids("score_above=99.4"), "b c ");
    assert_string_equal(ids("rule=dead-air"), "a ");
    assert_string_equal(ids("severity=major"), "a c ");
    assert_string_equal(ids("severity=critical"), "c ");
    assert_string_equal(ids("queue=support"), "c ");
    assert_string_equal(ids("agent=8001&rule=late&from=2025-11-19"), "c ");
    assert_string_equal(ids("agent=%e5%bc%a0"), "");
    assert_string_equal(ids("sort=newest"), "b a c ");
    assert_string_equal(ids("sort=worst"), "a c b ");
}

static void wrong_queries_are_refused(void **state)
{
    (void)state;
    assert_string_equal(ids("colour=red"), "400");
    assert_string_equal(ids("limit=0"), "400");
    assert_string_equal(ids("limit=1e3"), "400");
    assert_string_equal(ids("limit=1.5"), "400");
    assert_string_equal(ids("from=2025-02-30x"), "400");
    assert_string_equal(ids("severity=huge"), "400");
    assert_string_equal(ids("cursor=AAAA"), "400");
    assert_string_equal(ids("sort=best"), "400");
    assert_string_equal(ids("score_below=nan"), "400");
}

/* Walks all pages, posting one call before each, and writes the ids seen. */
static void walk(const char *sort, char *text, const char *(*started)(int index))
{
    char url[512];
    char cursor[256] = "";
    int index = 100;

    text[0] = '\0';
    do {
        char id[32];
        char changes[128];
        snprintf(id, sizeof id, "new%d", index);
        snprintf(changes, sizeof changes, "{\"call\": {\"started_at\": \"%s\"}}", started(index++));
        served_put(&served, id, changes);
        snprintf(url, sizeof url, "/api/v1/calls?limit=3&sort=%s%s%s", sort,
                 cursor[0] ? "&cursor=" : "", cursor);
        struct reply reply = served_get(&served, served.lead, url);
        assert_int_equal(reply.status, 200);
        const json_t *call;
        size_t at;
        json_array_foreach(json_object_get(reply.json, "calls"), at, call)
        {
            strcat(text, served_text(call, "call.id"));
            strcat(text, " ");
        }
        snprintf(cursor, sizeof cursor, "%s", served_text(reply.json, "next"));
        reply_finish(&reply);
    } while (strcmp(cursor, "null") != 0 && index < 120);
}

static const char *later(int index)
{
    static char text[64];

    snprintf(text, sizeof text, "2025-12-01T10:%02d:00+08:00", index - 100);
    return text;
}

static void paging_is_stable_under_inserts(void **state)
{
    (void)state;
    char text[4096];

    for (int i = 0; i < 8; i++) {
        char id[8];
        char changes[128];
        snprintf(id, sizeof id, "c%d", i);
        snprintf(changes, sizeof changes,
                 "{\"call\": {\"started_at\": \"2025-11-20T10:%02d:00+08:00\"}}", i);
        served_put(&served, id, changes);
    }
    walk("newest", text, later); /* arrivals in front of the place already left are not seen */
    assert_string_equal(text, "new100 c7 c6 c5 c4 c3 c2 c1 c0 ");
}

static void agent_sees_own_calls_and_auditor_the_team(void **state)
{
    (void)state;
    put_four();
    served_user(&served, "8002", "agent", NULL);
    served_login(&served, "8002", "correct horse");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls", NULL);
    assert_int_equal(json_array_size(json_object_get(reply.json, "calls")), 1);
    assert_string_equal(served_text(reply.json, "calls.0.call.id"), "b");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/calls/a", NULL);
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
    served_user(&served, "eve", "auditor", "east");
    served_login(&served, "eve", "correct horse");
    reply = served_as(&served, "GET", "/api/v1/calls", NULL);
    assert_int_equal(json_array_size(json_object_get(reply.json, "calls")), 0);
    reply_finish(&reply);
}

static void ids_may_hold_anything(void **state)
{
    (void)state;
    served_put(&served, "2025/11/20/呼叫 1.wav", NULL);
    struct reply reply = served_get(&served, served.lead,
                                    "/api/v1/calls/2025%2F11%2F20%2F%E5%91%BC%E5%8F%AB%201.wav");
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "call.id"), "2025/11/20/呼叫 1.wav");
    reply_finish(&reply);
    reply = served_get(&served, served.lead, "/api/v1/calls/%ff");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
    reply = served_get(&served, served.lead, "/api/v1/calls/a%00b");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
}

static void same_id_of_two_sources_needs_the_source(void **state)
{
    (void)state;
    served_put(&served, "1", NULL);
    served_put(&served, "1", "{\"call\": {\"source\": \"oreka\"}}");
    struct reply reply = served_get(&served, served.lead, "/api/v1/calls/1");
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
    reply = served_get(&served, served.lead, "/api/v1/calls/1?source=oreka");
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "call.source"), "oreka");
    reply_finish(&reply);
}

/* What cannot be read, or stands there twice, was ignored once, and the answer was everything. */
static void odd_parameters_are_refused(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "person=%ff",       "person=%d5%c5", "%ff=1",     "person=a&person=b",
        "person=a&person=", "person=%00",    "person=%4", "person",
        "team&person=a",    "person=a&team", "=a"};
    char path[4096];
    size_t used = (size_t)snprintf(path, sizeof path, "/api/v1/calls?");

    served_put(&served, "1", NULL);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char one[128];
        snprintf(one, sizeof one, "/api/v1/calls?%s", queries[i]);
        struct reply reply = served_get(&served, served.lead, one);
        if (reply.status != 400)
            fail_msg("%s: %d", queries[i], reply.status);
        reply_finish(&reply);
    }
    for (int i = 0; i < 700; i++)
        used += (size_t)snprintf(path + used, sizeof path - used, "&%d", i);
    struct reply reply = served_get(&served, served.lead, path);
    assert_int_equal(reply.status, 400);
    reply_finish(&reply);
}

static int status_of(const char *head)
{
    struct reply reply = served_send(&served, head, strlen(head));
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static void heads_that_say_two_things_are_refused(void **state)
{
    (void)state;
    assert_int_equal(
        status_of("GET /api/v1/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200);
    assert_int_equal(status_of("GET /api/v1/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
    assert_int_equal(status_of("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                               "Content-Length: 2\r\n\r\n{}"),
                     400);
    assert_int_equal(status_of("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                     400);
    /* a length that others read, and an end that nobody knows */
    assert_int_equal(status_of("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length : 2\r\n"
                               "\r\n{}"),
                     400);
    assert_int_equal(status_of("POST /api/v1/session HTTP/1.1\r\nHost: a\r\n"
                               "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                     400);
    assert_int_equal(status_of("POST /api/v1/session HTTP/1.1\r\nHost: a\r\n"
                               "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                     400);
    assert_int_equal(status_of("GET /api/v1/health HTTP/1.1\r\n\r\n"), 400);
}

static void assert_head(const char *head, size_t length, int expected)
{
    struct reply reply = served_send(&served, head, length);

    if (reply.status != expected)
        fail_msg("%s: %d", head, reply.status);
    reply_finish(&reply);
}

#define HEAD(text) text, sizeof text - 1

/* Others in front may end a line where the library does not, and the other way round. */
static void torn_heads_are_refused(void **state)
{
    static const struct {
        const char *head;
        size_t length;
        int expected;
    } heads[] = {
        {HEAD("GET /api/v1/health?a HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX:\r\nY:   b \r\n\r\n"), 200},
        {HEAD("GET /api/v1/health HTTP/1.0\r\n\r\n"), 200},
        {HEAD("GET /api/v1/health HTTP/1.0\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.0\r\n\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\nHost: a\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\rHost: a\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\r\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\0\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\0b\r\nX: b\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health\0x HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {HEAD("GET /api/v1/calls?person=a\0b HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"), 400},
        {HEAD("GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\nY: c\r\n\r\n"), 400},
        {HEAD("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\n\r\n{}"), 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        assert_head(heads[i].head, heads[i].length, heads[i].expected);
}

/* In whatever pieces it comes, and whatever was asked before by the same connection. */
static void a_good_head_may_come_in_pieces(void **state)
{
    struct cqa_buffer text = {.limit = 64 << 20};
    char got[16] = "";

    (void)state;
    cqa_buffer_print(&text, "GET /api/v1/health HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 300; i++)
        cqa_buffer_print(&text, "X-%d: %0*d\r\n", i, i % 97 + 1, i);
    cqa_buffer_print(&text, "\r\n");
    const int fd = served_connect(&served);
    for (int round = 0; round < 2; round++)
        for (size_t sent = 0; sent < text.length;) {
            const size_t left = text.length - sent;
            const size_t piece = sent % 40 + 1;
            const ssize_t count =
                send(fd, text.text + sent, piece < left ? piece : left, MSG_NOSIGNAL);
            assert_true(count > 0);
            sent += (size_t)count;
        }
    assert_int_equal(recv(fd, got, 12, MSG_WAITALL), 12);
    assert_string_equal(got, "HTTP/1.1 200");
    close(fd);
    cqa_buffer_finish(&text);
}

/* What the server says at once, without waiting for the end of anything; "": it closes. */
static void answers_at_once(const char *text, size_t length, const char *expected)
{
    char got[16] = "";
    const int fd = served_connect(&served);
    const struct timeval patience = {.tv_sec = 20};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (size_t sent = 0; sent < length;) {
        const ssize_t count = send(fd, text + sent, length - sent, MSG_NOSIGNAL);
        if (count <= 0)
            break;
        sent += (size_t)count;
    }
    const ssize_t count = recv(fd, got, 12, MSG_WAITALL);
    close(fd);
    assert_true(count >= 0 || errno == ECONNRESET); /* not that nothing came */
    assert_string_equal(got, expected);
}

static void floods_are_ended_at_once(void **state)
{
    struct cqa_buffer text;

    (void)state;
    static const char nul[] = "GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX\0Y: b\r\n\r\n";
    answers_at_once(nul, sizeof nul - 1, "HTTP/1.1 400");
    for (int most = 700; most <= 7000; most *= 10) {
        text = (struct cqa_buffer){.limit = 64 << 20};
        cqa_buffer_print(&text, "GET /api/v1/health?a=1");
        for (int i = 0; i < most; i++)
            cqa_buffer_print(&text, "&p%d=1", i);
        cqa_buffer_print(&text, " HTTP/1.1\r\nHost: a\r\n\r\n");
        answers_at_once(text.text, text.length, most == 700 ? "HTTP/1.1 400" : "");
        cqa_buffer_finish(&text);
    }
    text = (struct cqa_buffer){.limit = 64 << 20};
    cqa_buffer_print(&text, "GET /api/v1/health HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 7000; i++)
        cqa_buffer_print(&text, "X%d: 1\r\n", i);
    cqa_buffer_print(&text, "\r\n");
    answers_at_once(text.text, text.length, "HTTP/1.1 431");
    cqa_buffer_finish(&text);
    text = (struct cqa_buffer){.limit = 64 << 20}; /* chunks without an end */
    cqa_buffer_print(&text, "POST /api/v1/session HTTP/1.1\r\nHost: a\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 500; i++)
        cqa_buffer_print(&text, "1000\r\n%04096d\r\n", 0);
    answers_at_once(text.text, text.length, "");
    cqa_buffer_finish(&text);
}

/* A byte now and then: after a minute it has to have been a body's worth. */
static void a_body_that_trickles_is_ended(void **state)
{
    static const char head[] = "POST /api/v1/session HTTP/1.1\r\nHost: a\r\n"
                               "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n";
    char byte;
    const struct timeval patience = {.tv_sec = 20};
    const int fd = served_connect(&served);

    (void)state;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), sizeof head - 1);
    assert_int_equal(send(fd, "{", 1, MSG_NOSIGNAL), 1);
    usleep(300000); /* it has been read: the test's clock stands still */
    served.now_ms += 61000;
    assert_int_equal(send(fd, " ", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    close(fd);
}

static void open_paths(void **state)
{
    (void)state;
    struct reply reply = served_ask(&served, "GET", "/api/v1/health", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, "status"), "ok");
    assert_null(json_object_get(reply.json, "version"));
    reply_finish(&reply);
    /* what strangers need not know */
    reply = served_ask(&served, "GET", "/metrics", NULL, NULL);
    assert_int_equal(reply.status, 401);
    reply_finish(&reply);
    reply = served_ask(&served, "GET", "/api/v1/openapi", NULL, NULL);
    assert_int_equal(reply.status, 401);
    reply_finish(&reply);
    reply = served_get(&served, served.recorder, "/metrics");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "callqa_http_requests_total{status=\"2xx\"} "));
    reply_finish(&reply);
    reply = served_get(&served, served.recorder, "/api/v1/openapi");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "openapi: 3.1"));
    reply_finish(&reply);
    reply = served_ask(&served, "GET", "/api/v1/calls", NULL, NULL);
    assert_int_equal(reply.status, 401);
    assert_non_null(strstr(reply.head, "Content-Security-Policy: default-src 'none'"));
    reply_finish(&reply);
    reply = served_ask(&served, "DELETE", "/api/v1/health", NULL, NULL);
    assert_int_equal(reply.status, 405);
    assert_non_null(strstr(reply.head, "Allow: GET"));
    reply_finish(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(filters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_queries_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paging_is_stable_under_inserts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agent_sees_own_calls_and_auditor_the_team, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(ids_may_hold_anything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(same_id_of_two_sources_needs_the_source, set_up, tear_down),
        cmocka_unit_test_setup_teardown(open_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_parameters_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(heads_that_say_two_things_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(torn_heads_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_good_head_may_come_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(floods_are_ended_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_trickles_is_ended, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
