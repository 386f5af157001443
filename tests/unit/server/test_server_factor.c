/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Second factors, the own sessions, and where tokens may be used from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "scores/cidr.h"
#include "scores/second_factor.h"
#include "support/served.h"

#define PASSWORD "correct horse"
#define FACTOR "/api/v1/session/second-factor"
#define CONFIG "session: {plain_cookie: true}\nproxies: [127.0.0.1]\n"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, CONFIG);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", PASSWORD);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* The code that a telephone with this secret shows so many steps from now. */
static const char *code_of(const char *text, int steps)
{
    static char code[8];
    char *secret = NULL;
    size_t length = 0;

    assert_int_equal(oath_base32_decode(text, strlen(text), &secret, &length), OATH_OK);
    assert_int_equal(oath_totp_generate(secret, length, (time_t)(served.now_ms / 1000 + 30 * steps),
                                        30, 0, 6, code),
                     OATH_OK);
    free(secret);
    return code;
}

static int asks(const char *method, const char *path, const char *body)
{
    struct reply reply = served_as(&served, method, path, body);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static int confirm(const char *code)
{
    char body[64];

    snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
    return asks("POST", FACTOR "/confirm", body);
}

/* Begins and confirms; the secret as text. */
static void set_factor(char text[CQA_FACTOR_TEXT_SIZE])
{
    struct reply reply = served_as(&served, "POST", FACTOR, "{\"password\":\"" PASSWORD "\"}");

    assert_int_equal(reply.status, 200);
    snprintf(text, CQA_FACTOR_TEXT_SIZE, "%s", served_text(reply.json, "secret"));
    reply_finish(&reply);
    assert_int_equal(confirm(code_of(text, 0)), 204);
}

/* A log-in with a code (NULL: without); its status, and the problem's type. */
static int log_in(const char *name, const char *code, char *type, size_t size)
{
    char body[160];

    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"" PASSWORD "\"%s%s%s}", name,
             code ? ",\"code\":\"" : "", code ? code : "", code ? "\"" : "");
    struct reply reply =
        served_ask(&served, "POST", "/api/v1/session", "Content-Type: application/json\r\n", body);
    const int status = reply.status;
    if (type != NULL)
        snprintf(type, size, "%s", served_text(reply.json, "type"));
    reply_finish(&reply);
    return status;
}

static void a_log_in_needs_the_code(void **state)
{
    char text[CQA_FACTOR_TEXT_SIZE];
    char type[64];

    (void)state;
    set_factor(text);
    assert_int_equal(strlen(text), 32);
    assert_int_equal(log_in("ann", NULL, type, sizeof type), 401);
    assert_non_null(strstr(type, "second-factor"));
    served.now_ms += 60000;
    assert_int_equal(log_in("ann", "000000", type, sizeof type), 401);
    assert_null(strstr(type, "second-factor"));
    assert_int_equal(log_in("ann", code_of(text, 0), NULL, 0), 200);
}

/* Whoever looked over a shoulder has a code that is worth nothing, whatever it was used for. */
static void a_code_is_taken_once(void **state)
{
    char text[CQA_FACTOR_TEXT_SIZE];
    char code[8];

    (void)state;
    set_factor(text);
    assert_int_equal(log_in("ann", code_of(text, 0), NULL, 0), 401); /* confirmed with it */
    strcpy(code, code_of(text, 1));
    assert_int_equal(log_in("ann", code, NULL, 0), 200); /* a telephone's clock may be ahead */
    assert_int_equal(log_in("ann", code, NULL, 0), 401);
    assert_int_equal(log_in("ann", code_of(text, 0), NULL, 0), 401); /* nor one of before */
    served.now_ms += 90000;
    assert_int_equal(log_in("ann", code_of(text, -2), NULL, 0), 401);
    assert_int_equal(log_in("ann", code_of(text, 2), NULL, 0), 401);
    assert_int_equal(log_in("ann", code_of(text, -1), NULL, 0), 200);
}

static void codes_are_not_guessed(void **state)
{
    char text[CQA_FACTOR_TEXT_SIZE];

    (void)state;
    set_factor(text);
    served.now_ms += 60000;
    for (int i = 0; i < 5; i++)
        assert_int_equal(log_in("ann", "12345", NULL, 0), 401);
    assert_int_equal(log_in("ann", code_of(text, 0), NULL, 0), 429);
}

static void a_factor_is_confirmed_before_it_counts(void **state)
{
    (void)state;
    assert_int_equal(asks("POST", FACTOR, "{\"password\":\"wrong\"}"), 409);
    struct reply reply = served_as(&served, "POST", FACTOR, "{\"password\":\"" PASSWORD "\"}");
    assert_int_equal(reply.status, 200);
    char text[CQA_FACTOR_TEXT_SIZE];
    snprintf(text, sizeof text, "%s", served_text(reply.json, "secret"));
    assert_non_null(strstr(served_text(reply.json, "uri"), "otpauth://totp/callqa:ann?secret="));
    const json_t *rows = json_object_get(reply.json, "qr");
    assert_in_range(json_array_size(rows), 21, 177);
    assert_int_equal(json_string_length(json_array_get(rows, 0)), json_array_size(rows));
    /* a finder in three corners */
    assert_memory_equal(json_string_value(json_array_get(rows, 0)), "1111111", 7);
    assert_memory_equal(json_string_value(json_array_get(rows, 3)), "1011101", 7);
    reply_finish(&reply);
    assert_int_equal(log_in("ann", NULL, NULL, 0), 200);
    assert_int_equal(confirm("000000"), 409);
    assert_int_equal(confirm(code_of(text, 0)), 204);
    assert_int_equal(log_in("ann", NULL, NULL, 0), 401);
    assert_int_equal(asks("POST", FACTOR, "{\"password\":\"" PASSWORD "\"}"), 409); /* has one */
}

static void it_is_taken_away_with_both(void **state)
{
    char text[CQA_FACTOR_TEXT_SIZE];
    char body[128];

    (void)state;
    set_factor(text);
    served.now_ms += 60000;
    assert_int_equal(asks("POST", FACTOR "/off", "{\"password\":\"x\",\"code\":\"000000\"}"), 409);
    snprintf(body, sizeof body, "{\"password\":\"" PASSWORD "\",\"code\":\"%s\"}",
             code_of(text, 0));
    assert_int_equal(asks("POST", FACTOR "/off", body), 204);
    assert_int_equal(log_in("ann", NULL, NULL, 0), 200);
    assert_int_equal(asks("POST", FACTOR "/off", body), 404);
}

/* What is in the store is of no use without the key beside it. */
static void secrets_are_sealed(void **state)
{
    struct cqa_error error = {0};
    char text[CQA_FACTOR_TEXT_SIZE];
    char command[160];

    (void)state;
    set_factor(text);
    served_user(&served, "bob", "auditor", NULL);
    served_sql(&served, "INSERT INTO second_factors SELECT id, (SELECT secret FROM second_factors),"
                        " 1, 1, 0 FROM users WHERE name = 'bob'");
    served.now_ms += 60000;
    assert_int_equal(log_in("bob", code_of(text, 0), NULL, 0), 422); /* ann's is not bob's */
    served_restart(&served);
    snprintf(command, sizeof command, "grep -qa %s %s/scores.db", text, served.folder);
    assert_int_not_equal(system(command), 0); /* NOLINT(cert-env33-c) */
    assert_int_equal(cqa_factor_take(served.scores, "bob", &error), CQA_OK);
    assert_int_equal(cqa_factor_take(served.scores, "bob", &error), CQA_E_NOTFOUND);
    assert_int_equal(log_in("bob", NULL, NULL, 0), 200);
}

static void the_command_line_gives_one(void **state)
{
    struct cqa_error error = {0};
    char text[CQA_FACTOR_TEXT_SIZE];

    (void)state;
    assert_int_equal(cqa_factor_give(served.scores, "nobody", text, &error), CQA_E_NOTFOUND);
    assert_int_equal(cqa_factor_give(served.scores, "ann", text, &error), CQA_OK);
    assert_int_equal(asks("GET", "/api/v1/session", NULL), 401); /* its sessions ended */
    assert_int_equal(log_in("ann", NULL, NULL, 0), 401);
    assert_int_equal(log_in("ann", code_of(text, 0), NULL, 0), 200);
}

static void a_role_that_needs_one_does_nothing_before(void **state)
{
    char text[CQA_FACTOR_TEXT_SIZE];

    (void)state;
    served_stop(&served);
    served_start(&served, CONFIG "second_factor: [admin, auditor]\n");
    served_user(&served, "lea", "lead", NULL);
    served_login(&served, "lea", PASSWORD);
    assert_int_equal(asks("GET", "/api/v1/flags", NULL), 200);
    served_user(&served, "ann", "auditor", NULL);
    served_login(&served, "ann", PASSWORD);
    struct reply reply = served_as(&served, "GET", "/api/v1/session", NULL);
    assert_string_equal(served_text(reply.json, "second_factor"), "required");
    reply_finish(&reply);
    assert_int_equal(asks("GET", "/api/v1/flags", NULL), 403);
    set_factor(text);
    assert_int_equal(asks("GET", "/api/v1/flags", NULL), 200);
    reply = served_as(&served, "GET", "/api/v1/session", NULL);
    assert_string_equal(served_text(reply.json, "second_factor"), "on");
    reply_finish(&reply);
    reply = served_get(&served, served.lead, "/api/v1/flags"); /* a program has none */
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

/* ---- sessions */

static void sessions_are_seen_and_ended_by_their_owner(void **state)
{
    char path[96];
    char first[sizeof served.session];

    (void)state;
    strcpy(first, served.session);
    served.now_ms += 1000;
    served_login(&served, "ann", PASSWORD);
    struct reply reply = served_as(&served, "GET", "/api/v1/session/list", NULL);
    assert_int_equal(json_array_size(json_object_get(reply.json, "sessions")), 2);
    assert_string_equal(served_text(reply.json, "sessions.0.current"), "true");
    assert_string_equal(served_text(reply.json, "sessions.1.current"), "false");
    assert_string_equal(served_text(reply.json, "sessions.1.address"), "127.0.0.1");
    snprintf(path, sizeof path, "/api/v1/session/list/%s",
             served_text(reply.json, "sessions.1.session"));
    assert_null(strstr(first, path + strlen("/api/v1/session/list/")));
    reply_finish(&reply);
    served_user(&served, "bob", "auditor", NULL);
    char own[sizeof served.session];
    strcpy(own, served.session);
    served_login(&served, "bob", PASSWORD);
    assert_int_equal(asks("DELETE", path, NULL), 404); /* not somebody else's */
    strcpy(served.session, own);
    assert_int_equal(asks("DELETE", path, NULL), 204);
    assert_int_equal(asks("DELETE", path, NULL), 404);
    assert_int_equal(asks("GET", "/api/v1/session", NULL), 200);
    strcpy(served.session, first);
    assert_int_equal(asks("GET", "/api/v1/session", NULL), 401);
}

/* ---- where tokens come from */

static void ranges_of_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *range, *address;
        int holds;
    } pairs[] = {{"10.1.0.0/16", "10.1.255.1", 1},      {"10.1.0.0/16", "10.2.0.1", 0},
                 {"10.1.2.3", "10.1.2.3", 1},           {"10.1.2.3", "10.1.2.4", 0},
                 {"0.0.0.0/0", "192.0.2.1", 1},         {"0.0.0.0/0", "2001:db8::1", 0},
                 {"2001:db8::/32", "2001:db8:1::1", 1}, {"2001:db8::/32", "2001:db9::1", 0},
                 {"10.1.0.0/16", "::ffff:10.1.2.3", 1}, {"::/0", "10.1.2.3", 1},
                 {"10.1.0.0/16", "nonsense", 0},        {"nonsense", "10.1.0.1", 0}};
    static const char *const bad[] = {
        "",     "10.1.0.0/33",    "10.1.0.0/-1",  "10.1.0.0/", "10.1.0.0/x", "10.1.0.1/16",
        "10.1", "2001:db8::1/32", "10.1.0.0/16 ", NULL};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (cqa_cidr_holds(pairs[i].range, pairs[i].address) != pairs[i].holds)
            fail_msg("%s and %s", pairs[i].range, pairs[i].address);
    for (size_t i = 0; bad[i] != NULL; i++)
        if (cqa_cidr_is_good(bad[i]))
            fail_msg("%s", bad[i]);
    assert_true(cqa_cidr_is_good("10.1.0.0/16"));
    assert_true(cqa_cidr_is_good("2001:db8::/32"));
}

static int status_from(const char *token, const char *address)
{
    char headers[256];

    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\nX-Forwarded-For: %s\r\n", token,
             address);
    struct reply reply = served_ask(&served, "GET", "/api/v1/calls", headers, NULL);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

static void a_token_is_for_its_addresses(void **state)
{
    static const char *const addresses[] = {"10.1.0.0/16", "2001:db8::/32"};
    const struct cqa_token_new far = {.name = "far",
                                      .role = CQA_ACCOUNT_RECORDER,
                                      .site = "",
                                      .addresses = addresses,
                                      .address_count = 2};
    char token[CQA_TOKEN_SIZE];
    struct cqa_error error = {0};

    (void)state;
    served_user(&served, "root", "admin", NULL);
    served_login(&served, "root", PASSWORD);
    assert_int_equal(cqa_token_add(served.scores, &far, token, &error), CQA_OK);
    assert_int_equal(status_from(token, "10.1.2.3"), 200);
    assert_int_equal(status_from(token, "2001:db8::7"), 200);
    assert_int_equal(status_from(token, "10.2.0.1"), 401);
    assert_int_equal(status_from(served.recorder, "10.2.0.1"), 200);
    struct reply reply = served_as(&served, "GET", "/api/v1/tokens", NULL);
    assert_string_equal(served_text(reply.json, "tokens.2.addresses.0"), "10.1.0.0/16");
    reply_finish(&reply);
    assert_int_equal(asks("POST", "/api/v1/tokens",
                          "{\"name\":\"x\",\"role\":\"recorder\",\"addresses\":[\"10.1.0.1/16\"]}"),
                     422);
    assert_int_equal(
        asks("POST", "/api/v1/tokens", "{\"name\":\"x\",\"role\":\"recorder\",\"addresses\":[1]}"),
        422);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_log_in_needs_the_code),
        TEST(a_code_is_taken_once),
        TEST(codes_are_not_guessed),
        TEST(a_factor_is_confirmed_before_it_counts),
        TEST(it_is_taken_away_with_both),
        TEST(secrets_are_sealed),
        TEST(the_command_line_gives_one),
        TEST(a_role_that_needs_one_does_nothing_before),
        TEST(sessions_are_seen_and_ended_by_their_owner),
        cmocka_unit_test(ranges_of_addresses),
        TEST(a_token_is_for_its_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
