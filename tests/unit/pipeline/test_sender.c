/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sender with a real store, real requests, and a clock that the test turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include "pipeline/sender.h"
#include "store/refused.h"
#include "support/http_script.h"
#include "unit/store/fixture.h"

static const int64_t HOUR_MS = 3600000;

static int64_t wall_now_ms, monotonic_now_ms;

static int64_t wall_ms(void *context)
{
    (void)context;
    return wall_now_ms;
}

static int64_t monotonic_ms(void *context)
{
    (void)context;
    return monotonic_now_ms;
}

static const struct cqa_clock turned = {wall_ms, monotonic_ms, NULL};

/* A store with one delivery, "k1", and a sender to a server with these replies. */
struct bench {
    struct fixture *fixture;
    struct http_script *script;
    struct cqa_config config;
    struct cqa_sender *sender;
    char url[64];
};

static void begin(struct bench *bench, struct fixture *fixture, const char *const *replies)
{
    struct cqa_recording claimed;
    int kept = 0;

    wall_now_ms = INT64_C(1790000000000);
    monotonic_now_ms = 1000000;
    (void)add_file(fixture, "/m/a.wav", "a", 10, 100, 1);
    assert_int_equal(claim(fixture, 1, 1, &claimed), 1);
    struct cqa_finished finished = finished_of(&claimed);
    finished.key = "k1";
    CHECK(fixture, cqa_results_put(fixture->store, &finished, 1, &kept, &fixture->error));
    *bench = (struct bench){.fixture = fixture, .script = http_script_start(replies)};
    (void)snprintf(bench->url, sizeof bench->url, "http://127.0.0.1:%d/r",
                   http_script_port(bench->script));
    bench->config = (struct cqa_config){.posts = 1, .batch = 100, .post = {.url = bench->url}};
    CHECK(fixture, cqa_sender_create(&bench->sender, &bench->config, fixture->store, &turned,
                                     &fixture->error));
}

static void end(struct bench *bench)
{
    cqa_sender_destroy(bench->sender);
    http_script_stop(bench->script);
}

/* Steps, with the clock standing still, until the request under way has come to its end. */
static void exchange(struct bench *bench)
{
    struct pollfd fd = {.fd = cqa_sender_fd(bench->sender), .events = POLLIN};

    assert_true(cqa_sender_step(bench->sender) >= 0);
    assert_true(cqa_sender_status(bench->sender).busy);
    for (int i = 0; i < 100 && cqa_sender_status(bench->sender).busy; i++) {
        (void)poll(&fd, 1, 100);
        assert_true(cqa_sender_step(bench->sender) >= 0);
    }
}

static void pass(int64_t monotonic, int64_t wall)
{
    monotonic_now_ms += monotonic;
    wall_now_ms += wall;
}

#define GOOD "[{\"key\":\"k1\",\"status\":201}]"
#define BUSY "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"

static void test_sent_is_struck(void **state)
{
    const char *const replies[] = {GOOD, NULL};
    struct bench bench;

    begin(&bench, *state, replies);
    exchange(&bench);
    assert_int_equal(cqa_sender_status(bench.sender).delivered, 1);
    assert_int_equal(counts(bench.fixture).deliveries[CQA_DELIVERY_ACKED], 1);
    end(&bench);
}

/* What waits, waits by the monotonic clock: an hour put back is no hour's silence. */
static void test_a_clock_put_back_makes_nothing_wait(void **state)
{
    const char *const replies[] = {BUSY, GOOD, NULL};
    struct bench bench;

    begin(&bench, *state, replies);
    exchange(&bench);
    assert_int_equal(cqa_sender_status(bench.sender).delivered, 0);
    pass(3000, 3000 - HOUR_MS);
    exchange(&bench);
    assert_int_equal(cqa_sender_status(bench.sender).delivered, 1);
    end(&bench);
}

/* The control: without a jump, and before its time, it is not sent. */
static void test_what_failed_waits(void **state)
{
    const char *const replies[] = {BUSY, GOOD, NULL};
    struct bench bench;

    begin(&bench, *state, replies);
    exchange(&bench);
    assert_true(cqa_sender_step(bench.sender) > 0);
    pass(900, 900); /* a second behind the circuit at least */
    assert_true(cqa_sender_step(bench.sender) > 0);
    assert_false(cqa_sender_status(bench.sender).busy);
    pass(3000, 3000);
    exchange(&bench);
    assert_int_equal(cqa_sender_status(bench.sender).delivered, 1);
    end(&bench);
}

/* Whom a person asks for it does not wait for the server's own wish; what was asked once is not
 * done twice. */
static void test_a_call_is_heard_at_once(void **state)
{
    const char *const replies[] = {
        "HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n", GOOD, NULL};
    struct bench bench;

    begin(&bench, *state, replies);
    exchange(&bench);
    pass(20000, 20000);
    assert_true(cqa_sender_step(bench.sender) > 2000);
    assert_false(cqa_sender_status(bench.sender).busy);
    for (int call = 0; call < 2; call++) {
        CHECK(bench.fixture, cqa_owed_hurry(bench.fixture->store, &bench.fixture->error));
        CHECK(bench.fixture, cqa_owed_call(bench.fixture->store, &bench.fixture->error));
        exchange(&bench);
        pass(20000, 20000);
        assert_true(cqa_sender_step(bench.sender) > 0);
        assert_false(cqa_sender_status(bench.sender).busy);
    }
    assert_int_equal(cqa_sender_status(bench.sender).delivered, 1);
    end(&bench);
}

/* A request whose end nobody tells comes to one all the same. */
static void test_every_request_ends(void **state)
{
    const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n[", GOOD, NULL};
    struct bench bench;

    begin(&bench, *state, replies);
    bench.config.post.timeout_ms = 0;
    assert_true(cqa_sender_step(bench.sender) >= 0);
    assert_true(cqa_sender_status(bench.sender).busy);
    pass(34000, 34000);
    (void)cqa_sender_step(bench.sender);
    assert_true(cqa_sender_status(bench.sender).busy);
    pass(2000, 2000);
    (void)cqa_sender_step(bench.sender);
    assert_false(cqa_sender_status(bench.sender).busy);
    assert_non_null(cqa_sender_status(bench.sender).trouble);
    pass(3000, 3000);
    exchange(&bench);
    assert_int_equal(cqa_sender_status(bench.sender).delivered, 1);
    end(&bench);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_sent_is_struck),     TEST(test_a_clock_put_back_makes_nothing_wait),
        TEST(test_what_failed_waits),  TEST(test_a_call_is_heard_at_once),
        TEST(test_every_request_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
