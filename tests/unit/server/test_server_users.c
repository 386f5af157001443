/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "scores/audit.h"
#include "support/served.h"

/* Accounts and tokens over HTTP, as the page keeps them. */

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "root", "admin", NULL);
    served_user(&served, "lea", "lead", "east");
    served_login(&served, "root", "correct horse");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

static int ask(const char *method, const char *path, const char *json, const char *value,
               char text[512])
{
    struct reply reply = served_as(&served, method, path, json);
    const int status = reply.status;

    if (text != NULL)
        snprintf(text, 512, "%s", reply.json ? served_text(reply.json, value) : "no JSON");
    reply_finish(&reply);
    return status;
}

static void assert_answer(const char *path, const char *value, const char *expected)
{
    char text[512];

    assert_int_equal(ask("GET", path, NULL, value, text), 200);
    assert_string_equal(text, expected);
}

static int try_log_in(const char *name, const char *password)
{
    char body[160];

    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    struct reply reply =
        served_ask(&served, "POST", "/api/v1/session", "Content-Type: application/json\r\n", body);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

struct wanted {
    const char *actor, *action, *object;
    int is_found;
};

static int look(void *context, const struct cqa_audit_row *row)
{
    struct wanted *wanted = context;

    wanted->is_found |= strcmp(row->actor, wanted->actor) == 0 &&
                        strcmp(row->action, wanted->action) == 0 &&
                        strcmp(row->object, wanted->object) == 0;
    return 0;
}

static void assert_logged(const char *actor, const char *action, const char *object)
{
    struct wanted wanted = {actor, action, object, 0};
    struct cqa_error error;

    assert_int_equal(cqa_audit_list(served.scores, 0, 1000, look, &wanted, &error), CQA_OK);
    if (!wanted.is_found)
        fail_msg("no row in the audit log: %s %s %s", actor, action, object);
}

static void an_account_is_made_changed_and_disabled(void **state)
{
    (void)state;
    assert_int_equal(ask("PUT", "/api/v1/users/eve",
                         "{\"role\":\"auditor\",\"person\":\"eva\",\"teams\":[\"east\",\"west\"],"
                         "\"password\":\"a long one\"}",
                         "", NULL),
                     204);
    assert_answer("/api/v1/users", "users.0.name", "eve");
    assert_answer("/api/v1/users", "users.0.person", "eva");
    assert_answer("/api/v1/users", "users.0.teams.1", "west");
    assert_answer("/api/v1/users", "users.1.teams.0", "east");
    assert_int_equal(try_log_in("eve", "a long one"), 200);
    assert_int_equal(ask("PUT", "/api/v1/users/eve", "{\"role\":\"hr\"}", "", NULL), 204);
    assert_answer("/api/v1/users", "users.0.role", "hr");
    assert_answer("/api/v1/users", "users.0.teams.0", "absent");
    assert_int_equal(try_log_in("eve", "a long one"), 200); /* the password stayed */
    assert_int_equal(ask("POST", "/api/v1/users/eve/disable", "", "", NULL), 204);
    assert_int_equal(try_log_in("eve", "a long one"), 401);
    assert_int_equal(ask("POST", "/api/v1/users/eve/disable", "", "", NULL), 404);
    assert_logged("user:root", "user.put", "eve");
    assert_logged("user:root", "user.disable", "eve");
}

static void bad_accounts_are_refused(void **state)
{
    static const struct {
        const char *path, *json;
        int status;
    } cases[] = {
        {"/api/v1/users/new", "{\"role\":\"lead\"}", 404}, /* without a password */
        {"/api/v1/users/new", "{\"role\":\"lead\",\"password\":\"short\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"recorder\",\"password\":\"long enough\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"\",\"password\":\"long enough\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"lead\",\"password\":\"long enough\",\"x\":1}", 422},
        {"/api/v1/users/new", "{\"role\":\"lead\",\"password\":\"long enough\",\"teams\":[1]}",
         422},
        {"/api/v1/users/n%20w", "{\"role\":\"lead\",\"password\":\"long enough\"}", 422},
        {"/api/v1/users/root", "{\"role\":\"lead\"}", 409}, /* the own rights */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int status = ask("PUT", cases[i].path, cases[i].json, "", NULL);
        if (status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].path, cases[i].json, status);
    }
    assert_int_equal(ask("POST", "/api/v1/users/root/disable", "", "", NULL), 409);
    assert_answer("/api/v1/users", "users.2", "absent");
    served_login(&served, "lea", "correct horse");
    assert_int_equal(ask("GET", "/api/v1/users", NULL, "", NULL), 403);
    assert_int_equal(ask("PUT", "/api/v1/users/lea", "{\"role\":\"admin\"}", "", NULL), 403);
    assert_int_equal(ask("GET", "/api/v1/tokens", NULL, "", NULL), 403);
}

/* Over HTTP an admin, who hears nothing, makes nothing that does, nor a second of a known name. */
static void an_admin_makes_no_token_that_hears(void **state)
{
    (void)state;
    static const char *const roles[] = {"lead", "auditor", "agent", "hr"};
    char body[96];

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        snprintf(body, sizeof body, "{\"name\":\"ear\",\"role\":\"%s\"}", roles[i]);
        assert_int_equal(ask("POST", "/api/v1/tokens", body, "", NULL), 403);
    }
    assert_int_equal(
        ask("POST", "/api/v1/tokens", "{\"name\":\"pbx1\",\"role\":\"recorder\"}", "", NULL), 409);
    assert_int_equal(ask("GET", "/api/v1/calls", NULL, "", NULL), 403);
}

static void a_token_ends(void **state)
{
    (void)state;
    char token[512];

    assert_int_equal(ask("POST", "/api/v1/tokens",
                         "{\"name\":\"pbx9\",\"role\":\"recorder\",\"days\":2}", "token", token),
                     201);
    served.now_ms += 2 * 24 * 3600 * 1000 - 1;
    struct reply reply = served_get(&served, token, "/api/v1/calls");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    served.now_ms += 1;
    reply = served_get(&served, token, "/api/v1/calls");
    assert_int_equal(reply.status, 401);
    assert_string_equal(served_text(reply.json, "detail"),
                        "unknown, revoked or expired token, or one for other addresses");
    reply_finish(&reply);
}

/* A site's own list, and how long a password has to be. */
static void a_site_says_more_of_passwords(void **state)
{
    static const struct {
        const char *password;
        int status;
    } tries[] = {{"Sommer-Regen!", 422},   {"sommerregen2026", 422}, {"!!Geheim1!!", 422},
                 {"sommerregenzeit", 204}, {"kurz & gut", 422},      {"nicht so kurz", 204}};
    char path[64] = "/tmp/callqa-common-XXXXXX";
    char config[160];
    char body[160];

    (void)state;
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "sommerregen\ngeheim\n", 19), 19);
    close(fd);
    served_stop(&served);
    snprintf(config, sizeof config,
             "session: {plain_cookie: true}\npasswords: {least: 11, common: %s}\n", path);
    served_start(&served, config);
    served_user(&served, "root", "admin", NULL);
    served_login(&served, "root", "correct horse");
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        snprintf(body, sizeof body, "{\"role\":\"agent\",\"password\":\"%s\"}", tries[i].password);
        const int status = ask("PUT", "/api/v1/users/new.person", body, "", NULL);
        if (status != tries[i].status)
            fail_msg("%s: %d", tries[i].password, status);
    }
    assert_int_equal(unlink(path), 0); /* then nothing is set without it */
    assert_int_equal(ask("PUT", "/api/v1/users/new.person",
                         "{\"role\":\"agent\",\"password\":\"nicht so kurz\"}", "", NULL),
                     503);
}

static void passwords_that_are_tried_first_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"password",     "Password2025!", "        ",   "12345678",
                                      "87654321",     "aaaaaaaa",      "19990101",   "13800138000",
                                      "qwerty123",    "abcdefgh",      "zxcvbnm,./", "new.person",
                                      "密码密码密码", "woaini1314520"};
    char body[160];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(body, sizeof body, "{\"role\":\"agent\",\"password\":\"%s\"}", bad[i]);
        if (ask("PUT", "/api/v1/users/new.person", body, "", NULL) != 422)
            fail_msg("%s is taken", bad[i]);
    }
    /* eight characters, however many bytes; and no rule on kinds of them */
    assert_int_equal(ask("PUT", "/api/v1/users/new.person",
                         "{\"role\":\"agent\",\"password\":\"窗外的雨还没停\"}", "", NULL),
                     422);
    assert_int_equal(ask("PUT", "/api/v1/users/new.person",
                         "{\"role\":\"agent\",\"password\":\"窗外的雨还没有停\"}", "", NULL),
                     204);
}

static void a_token_is_shown_once_and_revoked(void **state)
{
    char token[512];

    (void)state;
    assert_int_equal(ask("POST", "/api/v1/tokens",
                         "{\"name\":\"pbx9\",\"role\":\"recorder\",\"site\":\"east\"}", "token",
                         token),
                     201);
    struct reply reply = served_get(&served, token, "/api/v1/calls");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    assert_answer("/api/v1/tokens", "tokens.2.name", "pbx9");
    assert_answer("/api/v1/tokens", "tokens.2.site", "east");
    assert_answer("/api/v1/tokens", "tokens.2.token", "absent");
    assert_answer("/api/v1/tokens", "tokens.2.revoked_at", "null");
    assert_int_equal(ask("POST", "/api/v1/tokens/pbx9/revoke", "", "", NULL), 204);
    reply = served_get(&served, token, "/api/v1/calls");
    assert_int_equal(reply.status, 401);
    reply_finish(&reply);
    assert_int_equal(ask("POST", "/api/v1/tokens/pbx9/revoke", "", "", NULL), 404);
    assert_int_equal(
        ask("POST", "/api/v1/tokens", "{\"name\":\"a b\",\"role\":\"recorder\"}", "", NULL), 422);
    assert_answer("/api/v1/tokens", "tokens.2.expires_at", "2026-11-20T02:15:02.000Z");
    assert_answer("/api/v1/tokens", "tokens.2.last_used_at", "2025-11-20T02:15:02.000Z");
    assert_logged("user:root", "token.add", "pbx9");
    assert_logged("user:root", "token.revoke", "pbx9");
}

static int change(const char *old_password, const char *new_password)
{
    char json[160];

    snprintf(json, sizeof json, "{\"old\":\"%s\",\"new\":\"%s\"}", old_password, new_password);
    return ask("POST", "/api/v1/session/password", json, "", NULL);
}

static void everybody_changes_the_own_password(void **state)
{
    char other[512];

    (void)state;
    served_login(&served, "lea", "correct horse");
    memcpy(other, served.session, sizeof other);
    served_login(&served, "lea", "correct horse");
    assert_int_equal(change("wrong horse", "battery staple"), 409);
    assert_int_equal(change("correct horse", "short"), 422);
    assert_int_equal(change("correct horse", "battery staple"), 204);
    assert_int_equal(ask("GET", "/api/v1/session", NULL, "", NULL), 200); /* this one stays */
    memcpy(served.session, other, sizeof other);
    assert_int_equal(ask("GET", "/api/v1/session", NULL, "", NULL), 401);
    assert_int_equal(try_log_in("lea", "correct horse"), 401);
    assert_int_equal(try_log_in("lea", "battery staple"), 200);
    assert_logged("user:lea", "user.password", "lea");
    struct reply reply = served_post(&served, served.lead, "/api/v1/session/password",
                                     "application/json", NULL, "{\"old\":\"a\",\"new\":\"b\"}");
    assert_int_equal(reply.status, 409); /* a token */
    reply_finish(&reply);
}

static void guessing_the_old_password_is_slowed_down(void **state)
{
    (void)state;
    served_login(&served, "lea", "correct horse");
    for (int i = 0; i < 5; i++)
        assert_int_equal(change("wrong horse", "battery staple"), 409);
    assert_int_equal(change("correct horse", "battery staple"), 429);
}

/* Whether or not the server was started anew meanwhile. */
static void guessing_slows_down(void **state)
{
    int64_t first_ms = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(try_log_in("lea", "wrong horse"), 401);
    assert_int_equal(try_log_in("lea", "correct horse"), 429);
    assert_int_equal(try_log_in("root", "correct horse"), 200);
    served_restart(&served);
    assert_int_equal(try_log_in("lea", "correct horse"), 429);
    for (; try_log_in("lea", "wrong horse") == 429; first_ms += 1000)
        served.now_ms += 1000;
    assert_true(first_ms > 1000);
    served.now_ms += first_ms + 1000; /* the next wait is twice as long */
    assert_int_equal(try_log_in("lea", "correct horse"), 429);
    served.now_ms += first_ms;
    assert_int_equal(try_log_in("lea", "correct horse"), 200);
    assert_int_equal(try_log_in("lea", "wrong horse"), 401); /* forgotten */
    assert_int_equal(try_log_in("lea", "correct horse"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_account_is_made_changed_and_disabled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_accounts_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_is_shown_once_and_revoked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_admin_makes_no_token_that_hears, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_site_says_more_of_passwords, set_up, tear_down),
        cmocka_unit_test_setup_teardown(passwords_that_are_tried_first_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(everybody_changes_the_own_password, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guessing_slows_down, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guessing_the_old_password_is_slowed_down, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
