/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who reads something and hangs up is computed for no longer; who only has no more to say, and
 * waits for the answer, gets it (RFC 9112, 9.6; docs/decisions/0228). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "http/serve.h"
#include "support/served.h"

enum { STEPS = 800, STEP_US = 2000, WAIT_US = 20000, WAITS = 300 };

static struct served served;
static struct cqa_http *http;
static atomic_int begun, ended, steps;

/* Computes until it is done, or until nobody wants it. */
static void compute(struct cqa_request *request)
{
    int step = 0;

    atomic_store(&begun, 1);
    while (step < STEPS && cqa_request_goes_on(request, step, STEPS)) {
        usleep(STEP_US);
        step++;
    }
    atomic_store(&steps, step);
    cqa_reply_problem(request, step == STEPS ? 418 : 409, "done", "%d steps", step);
    atomic_store(&ended, 1);
}

static int everybody(struct cqa_request *request, const struct cqa_route *route)
{
    (void)request;
    (void)route;
    return 1;
}

static enum cqa_route_lane aside(const struct cqa_route *route)
{
    (void)route;
    return CQA_ROUTE_SUMS;
}

static int never(struct cqa_request *request, const struct cqa_route *route)
{
    (void)request;
    (void)route;
    return 0;
}

static const struct cqa_route lines[] = {
    {"GET", "/long", 0, CQA_REACH_ANYBODY, CQA_BODY_NONE, compute},
    {"POST", "/long", 0, CQA_REACH_ANYBODY, CQA_BODY_SMALL, compute},
};
static const struct cqa_routes routes = {.lines = lines,
                                         .count = sizeof lines / sizeof *lines,
                                         .hold = everybody,
                                         .lane = aside,
                                         .keeps = never};

static int set_up(void **state)
{
    static struct cqa_counters counters;
    struct cqa_error error = {0};

    (void)state;
    served_start(&served, "");
    const struct cqa_http_order order = {.config = &served.config,
                                         .scores = served.scores,
                                         .clock = &served.clock,
                                         .routes = &routes,
                                         .counters = &counters,
                                         .socket = -1};
    atomic_store(&begun, 0);
    atomic_store(&ended, 0);
    return cqa_http_start(&http, &order, &error) != CQA_OK;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_http_stop(http);
    served_stop(&served);
    return 0;
}

static void wait_for(atomic_int *what)
{
    for (int i = 0; i < WAITS && !atomic_load(what); i++)
        usleep(WAIT_US);
    assert_int_equal(atomic_load(what), 1);
}

/* A connection on which that was asked for, and has begun. */
static int ask(const char *line)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)cqa_http_port(http)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char head[200];
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    const int length =
        snprintf(head, sizeof head, "%s\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", line);
    assert_int_equal(write(fd, head, (size_t)length), length);
    wait_for(&begun);
    return fd;
}

/* All that comes, until the other side has no more to say, too. */
static const char *read_all(int fd)
{
    static char text[4000];
    size_t length = 0;
    ssize_t count = 1;

    while (count > 0 && length < sizeof text - 1) {
        count = read(fd, text + length, sizeof text - 1 - length);
        length += count > 0 ? (size_t)count : 0;
    }
    text[length] = '\0';
    return text;
}

static void who_hung_up_is_computed_for_no_longer(void **state)
{
    (void)state;
    close(ask("GET /long HTTP/1.1"));
    wait_for(&ended);
    assert_in_range(atomic_load(&steps), 0, STEPS - 1);
}

static void who_has_no_more_to_say_is_answered(void **state)
{
    (void)state;
    const int fd = ask("GET /long HTTP/1.1");

    shutdown(fd, SHUT_WR);
    const char *text = read_all(fd);
    assert_non_null(strstr(text, "HTTP/1.1 418 "));
    assert_int_equal(atomic_load(&steps), STEPS);
    close(fd);
}

/* Who had no more to say, and then goes, is not waited for either. */
static void who_hangs_up_later_is_computed_for_no_longer(void **state)
{
    (void)state;
    const int fd = ask("GET /long HTTP/1.1");

    shutdown(fd, SHUT_WR);
    usleep(STEP_US * STEPS / 4);
    close(fd);
    wait_for(&ended);
    assert_in_range(atomic_load(&steps), 0, STEPS - 1);
}

/* HTTP/1.0 knows no answer before the answer: nothing but that comes. */
static void an_old_client_is_answered_once(void **state)
{
    (void)state;
    const int fd = ask("GET /long HTTP/1.0");

    shutdown(fd, SHUT_WR);
    const char *text = read_all(fd);
    assert_ptr_equal(strstr(text, " 418 "), text + strlen("HTTP/1.x"));
    assert_null(strstr(text, " 102 "));
    close(fd);
}

static void what_changes_something_goes_on(void **state)
{
    (void)state;
    close(ask("POST /long HTTP/1.1"));
    wait_for(&ended);
    assert_int_equal(atomic_load(&steps), STEPS);
}

int main(void)
{
#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SERVED(who_hung_up_is_computed_for_no_longer),
        SERVED(who_has_no_more_to_say_is_answered),
        SERVED(who_hangs_up_later_is_computed_for_no_longer),
        SERVED(an_old_client_is_answered_once),
        SERVED(what_changes_something_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
