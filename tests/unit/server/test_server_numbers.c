/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Customers' numbers with stars, and finding calls by part of a name, an extension or a number. */
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

#define NUMBER "13800138000"
#define STARS "138******00"
#define PATH "/rec/in-8001-" NUMBER "-20251120-101502.wav"
#define HIDDEN "/rec/in-8001-" STARS "-20251120-101502.wav"

static int start(const char *config)
{
    served_start(&served, config);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "ann", "auditor", NULL);
    served_user(&served, "hana", "hr", NULL);
    served_user(&served, "zhang", "agent", NULL);
    served_roster(&served, "lea",
                  "person,extension,team,post,from,to\n张三,8001,east,agent,,\n"
                  "zhang,8002,east,agent,,\nlv_100%,8003,east,agent,,\n");
    served_put(&served, "1",
               "{\"call\": {\"customer\": \"" NUMBER "\"}, \"recording\": {\"path\": \"" PATH
               "\"}}");
    served_put(&served, "2",
               "{\"call\": {\"customer\": \"02166668888\", \"agent\": \"8002\"},"
               " \"recording\": {\"path\": \"/rec/two.wav\"}}");
    served_put(&served, "3", "{\"call\": {\"customer\": null, \"agent\": \"8003\"}}");
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    return start(NULL);
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static void shows(const char *url, const char *path, const char *expected)
{
    struct reply reply = served_as(&served, "GET", url, NULL);

    assert_int_equal(reply.status, 200);
    assert_string_equal(served_text(reply.json, path), expected);
    reply_finish(&reply);
}

static void has(const char *url, const char *text, int expected)
{
    struct reply reply = served_as(&served, "GET", url, NULL);

    assert_int_equal(reply.status, 200);
    if ((strstr(reply.body, text) != NULL) != expected)
        fail_msg("%s in %s: %d", text, reply.body, !expected);
    reply_finish(&reply);
}

/* How many calls a search finds. */
static size_t found(const char *search)
{
    char url[512];

    snprintf(url, sizeof url, "/api/v1/calls?search=%s", search);
    struct reply reply = served_as(&served, "GET", url, NULL);
    assert_int_equal(reply.status, 200);
    const size_t count = json_array_size(json_object_get(reply.json, "calls"));
    assert_int_equal(json_array_size(json_object_get(reply.json, "whose")), count);
    reply_finish(&reply);
    return count;
}

static int log_in(const char *name)
{
    served_login(&served, name, "correct horse");
    return 1;
}

static void who_need_not_see_a_number_sees_stars(void **state)
{
    static const char *const urls[] = {"/api/v1/calls", "/api/v1/calls/1", "/api/v1/calls/~1"};

    (void)state;
    log_in("lea");
    shows("/api/v1/session", "numbers", "full");
    shows("/api/v1/calls/1", "call.customer", NUMBER);
    shows("/api/v1/calls/1", "recording.path", PATH);
    log_in("ann");
    shows("/api/v1/session", "numbers", "on_request");
    shows("/api/v1/calls/1", "call.customer", STARS);
    shows("/api/v1/calls/1", "recording.path", HIDDEN);
    static const char *const masked[] = {"ann", "hana"};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; log_in(masked[i]) && k < 3; k++) {
            has(urls[k], STARS, 1);
            has(urls[k], NUMBER, 0);
        }
    log_in("zhang");
    shows("/api/v1/calls/2", "call.customer", "021******88");
    struct reply reply = served_get(&served, served.recorder, "/api/v1/calls/1");
    assert_string_equal(served_text(reply.json, "call.customer"), NUMBER); /* its own */
    reply_finish(&reply);
}

static void exports_have_stars_for_whom_the_page_has(void **state)
{
    (void)state;
    static const char *const files[] = {"/api/v1/export/calls.csv", "/api/v1/export/calls.jsonl"};
    for (size_t i = 0; i < 2; i++) {
        log_in("hana");
        has(files[i], STARS, 1);
        has(files[i], HIDDEN, 1);
        has(files[i], NUMBER, 0);
        log_in("lea");
        has(files[i], PATH, 1);
    }
}

/* What a failure tells in words names the file, too. */
static void a_failure_tells_no_number(void **state)
{
    static const char failure[] =
        "{\"schema\":\"callqa.failure/1\",\"recording\":{\"path\":\"" PATH "\"},"
        "\"call\":null,\"reason\":\"truncated\",\"text\":\"cannot open " PATH "\","
        "\"code\":\"none-of-ours\",\"arguments\":[\"in-" NUMBER ".wav\"]}";
    (void)state;
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", "f", failure);
    assert_int_equal(reply.status, 201);
    reply_finish(&reply);
    served_login(&served, "ann", "correct horse");
    shows("/api/v1/failures", "failures.0.text", "cannot open " HIDDEN);
    has("/api/v1/failures", NUMBER, 0);
    served_login(&served, "lea", "correct horse");
    shows("/api/v1/failures", "failures.0.text", "cannot open " PATH);
}

/* Ids that are paths tell the number as well. */
static void ids_that_are_names_of_files_have_stars(void **state)
{
    (void)state;
    served_put(&served, "/rec/out-8001-" NUMBER "-20251121-111213.wav",
               "{\"call\": {\"customer\": \"" NUMBER "\"}, \"recording\": {\"path\":"
               " \"/rec/out-8001-" NUMBER "-20251121-111213.wav\", \"sha256\":"
               " \"00000000000000000000000000000000000000000000000000000000000000ff\"}}");
    log_in("ann");
    has("/api/v1/flags", "\"/rec/out-8001-" STARS "-20251121-111213.wav\"", 1);
    has("/api/v1/flags", NUMBER, 0);
    log_in("lea");
    has("/api/v1/flags", NUMBER, 1);
}

static int show(const char *name, const char *call, char *number)
{
    char url[64];

    snprintf(url, sizeof url, "/api/v1/calls/%s/customer", call);
    log_in(name);
    struct reply reply = served_as(&served, "POST", url, "");
    const int status = reply.status;
    snprintf(number, 256, "%s", served_text(reply.json, "number"));
    reply_finish(&reply);
    return status;
}

static void one_number_is_shown_and_noted(void **state)
{
    char number[256];

    (void)state;
    served_user(&served, "root", "admin", NULL);
    assert_int_equal(show("hana", "1", number), 403);
    assert_int_equal(show("zhang", "2", number), 403);
    log_in("root");
    has("/api/v1/audit", "number.show", 0);
    assert_int_equal(show("ann", "1", number), 200);
    assert_string_equal(number, NUMBER);
    log_in("root");
    has("/api/v1/audit", "\"action\":\"number.show\",\"object\":\"call 1\"", 1);
    log_in("ann");
    has("/api/v1/calls/1", NUMBER, 0); /* this once */
}

static void the_site_says_who(void **state)
{
    char number[256];

    (void)state;
    served_stop(&served);
    start("customer_numbers: {masked_for: [agent, lead], shown_on_request: [agent]}\n");
    log_in("ann");
    shows("/api/v1/calls/1", "call.customer", NUMBER);
    log_in("lea");
    shows("/api/v1/session", "numbers", "masked");
    shows("/api/v1/calls/1", "call.customer", STARS);
    assert_int_equal(show("lea", "1", number), 403);
    assert_int_equal(show("zhang", "2", number), 200);
    assert_string_equal(number, "02166668888");
    assert_int_equal(show("zhang", "1", number), 404); /* somebody else's */
}

static void calls_are_found_by_parts(void **state)
{
    (void)state;
    log_in("lea");
    assert_int_equal(found("%E4%B8%89"), 1); /* 三 */
    assert_int_equal(found("zhangsan"), 1);
    assert_int_equal(found("ZS"), 1);
    assert_int_equal(found("zhs"), 1);
    assert_int_equal(found("800"), 3);
    assert_int_equal(found("8002"), 1);
    assert_int_equal(found("lv_1"), 1);
    assert_int_equal(found("lvx1"), 0); /* no sign stands for another */
    assert_int_equal(found("100%25"), 1);
    assert_int_equal(found("%25"), 1);
    assert_int_equal(found("0013"), 1);
    assert_int_equal(found("nobody"), 0);
    shows("/api/v1/calls?search=zs", "whose.0.person", "张三");
    shows("/api/v1/calls?search=zs", "whose.0.number", "1");
    struct reply reply = served_as(&served, "GET", "/api/v1/calls?search=", NULL);
    assert_int_equal(reply.status, 400);
    reply_finish(&reply);
    shows("/api/v1/flags/count?search=zs", "flags", "2");
    shows("/api/v1/flags/count?search=0013", "flags", "0"); /* by names alone */
}

/* A digit more a time would tell it. */
static void a_starred_number_is_found_whole_alone(void **state)
{
    (void)state;
    log_in("ann");
    assert_int_equal(found("0013"), 0);
    assert_int_equal(found("1380013800"), 0);
    assert_int_equal(found("138%25"), 0);
    assert_int_equal(found(NUMBER), 1);
    assert_int_equal(found("zs"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_need_not_see_a_number_sees_stars, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exports_have_stars_for_whom_the_page_has, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(ids_that_are_names_of_files_have_stars, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_tells_no_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_number_is_shown_and_noted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_site_says_who, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_are_found_by_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_starred_number_is_found_whole_alone, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
