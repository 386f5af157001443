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
static char root[512]; /* headers of the admin's session, */
static char lea[512];  /* and of a lead's who is for everyone */

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "root", "admin", NULL);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "est", "lead", "east");
    served_login(&served, "lea", "correct horse");
    memcpy(lea, served.session, sizeof lea);
    served_login(&served, "root", "correct horse");
    memcpy(root, served.session, sizeof root);
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

static int ask_as(const char *headers, const char *method, const char *path, const char *json,
                  const char *value, char text[512])
{
    memcpy(served.session, headers, sizeof served.session);
    return ask(method, path, json, value, text);
}

static char number[512]; /* of what was asked for last */

static int confirm_as(const char *headers, const char *value, char text[512])
{
    char path[600];

    snprintf(path, sizeof path, "/api/v1/asked/%s/confirm", number);
    return ask_as(headers, "POST", path, "{}", value, text);
}

/* Asked for by the admin, confirmed by the lead, who is shown the password. */
static void put_user(const char *name, const char *json, char password[512])
{
    char path[96];

    snprintf(path, sizeof path, "/api/v1/users/%s", name);
    assert_int_equal(ask_as(root, "PUT", path, json, "asked", number), 202);
    assert_int_equal(confirm_as(lea, "password", password), 200);
    memcpy(served.session, root, sizeof served.session);
}

static int change(const char *old_password, const char *new_password)
{
    char json[600];

    snprintf(json, sizeof json, "{\"old\":\"%s\",\"new\":\"%s\"}", old_password, new_password);
    return ask("POST", "/api/v1/session/password", json, "", NULL);
}

static void an_account_is_made_changed_and_disabled(void **state)
{
    char password[512];

    (void)state;
    put_user("eve", "{\"role\":\"auditor\",\"person\":\"eva\",\"teams\":[\"east\",\"west\"]}",
             password);
    assert_int_equal(strlen(password), 19);
    assert_answer("/api/v1/users", "users.1.name", "eve");
    assert_answer("/api/v1/users", "users.1.person", "eva");
    assert_answer("/api/v1/users", "users.1.teams.1", "west");
    assert_answer("/api/v1/users", "users.1.one_time_until", "2025-11-27T02:15:02.000Z");
    assert_answer("/api/v1/users", "users.0.teams.0", "east");
    assert_answer("/api/v1/users", "users.0.one_time_until", "null");
    served_login(&served, "eve", password);
    assert_int_equal(change(password, "a long one"), 204);
    put_user("eve", "{\"role\":\"hr\"}", password);
    assert_string_equal(password, "null"); /* it stays */
    assert_answer("/api/v1/users", "users.1.role", "hr");
    assert_answer("/api/v1/users", "users.1.teams.0", "absent");
    assert_int_equal(try_log_in("eve", "a long one"), 200);
    assert_int_equal(ask("POST", "/api/v1/users/eve/disable", "", "", NULL), 204);
    assert_int_equal(try_log_in("eve", "a long one"), 401);
    assert_int_equal(ask("POST", "/api/v1/users/eve/disable", "", "", NULL), 404);
    assert_logged("user:root", "second.ask", "request 1");
    assert_logged("user:lea", "second.confirm", "request 1");
    assert_logged("user:lea", "user.put", "eve");
    assert_logged("user:root", "user.disable", "eve");
}

/* An admin hears nothing, and so gives nobody, themself included, what lets them hear. */
static void nobody_gives_rights_alone(void **state)
{
    static const struct {
        const char *method, *path, *json;
    } wishes[] = {
        {"PUT", "/api/v1/users/lea", "{\"role\":\"lead\",\"reset\":true}"}, /* a lead's password */
        {"PUT", "/api/v1/users/ear", "{\"role\":\"lead\"}"}, /* an account that hears */
        {"PUT", "/api/v1/users/ear", "{\"role\":\"agent\",\"person\":\"zhang\"}"},
        {"PUT", "/api/v1/users/hand", "{\"role\":\"admin\"}"}, /* a second pair of eyes */
        {"PUT", "/api/v1/users/est", "{\"role\":\"lead\",\"teams\":[]}"},
        {"POST", "/api/v1/tokens", "{\"name\":\"pbx9\",\"role\":\"recorder\"}"},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        assert_int_equal(
            ask_as(root, wishes[i].method, wishes[i].path, wishes[i].json, "asked", number), 202);
        assert_int_equal(confirm_as(root, "", NULL), 409);
        assert_int_equal(ask("POST", "/api/v1/asked/1/confirm?preview=1", "{}", "", NULL), 400);
    }
    assert_answer("/api/v1/users", "users.3", "absent");
    assert_answer("/api/v1/users", "users.0.teams.0", "east");
    assert_answer("/api/v1/tokens", "tokens.2", "absent");
    assert_int_equal(try_log_in("lea", "correct horse"), 200);
    /* nor after a day, with everybody else out of the way */
    assert_int_equal(ask("POST", "/api/v1/users/lea/disable", "", "", NULL), 204);
    served.now_ms += (int64_t)30 * 24 * 3600 * 1000;
    served_login(&served, "root", "correct horse");
    memcpy(root, served.session, sizeof root);
    assert_int_equal(confirm_as(root, "", NULL), 409);
    /* and nobody confirms what is about themself */
    served_login(&served, "est", "correct horse");
    assert_int_equal(ask("POST", "/api/v1/asked/5/confirm", "{}", "", NULL), 403);
    assert_int_equal(ask_as(root, "GET", "/api/v1/asked", NULL, "asked.0.why.en", text), 200);
    assert_string_equal(text, "account lea with a new password: lead, every team, person lea");
}

static void nobody_confirms_what_is_about_themself(void **state)
{
    (void)state;
    assert_int_equal(ask_as(root, "PUT", "/api/v1/users/lea", "{\"role\":\"admin\",\"reset\":true}",
                            "asked", number),
                     202);
    assert_int_equal(confirm_as(lea, "", NULL), 409);
    assert_answer("/api/v1/asked", "asked.0.path", "/api/v1/users/lea"); /* it waits on */
    served_user(&served, "hal", "hr", NULL);
    served_login(&served, "hal", "correct horse");
    assert_answer("/api/v1/asked", "asked.0.by", "root");
    served_sql(&served, "UPDATE users SET disabled_ms = 1 WHERE name = 'root'");
    assert_answer("/api/v1/asked", "asked.0",
                  "absent"); /* nor does what nobody asks for any more */
    assert_int_equal(confirm_as(served.session, "", NULL), 404);
}

/* What others have seen lets its owner set another password, and does nothing else. */
static void a_password_that_was_given_is_changed_first(void **state)
{
    char password[512];
    char code[512];

    (void)state;
    put_user("eve", "{\"role\":\"lead\"}", password);
    served_login(&served, "eve", password);
    assert_answer("/api/v1/session", "one_time_password", "true");
    assert_int_equal(ask("GET", "/api/v1/calls", NULL, "type", code), 403);
    assert_string_equal(code, "urn:callqa:problem:one-time-password");
    assert_int_equal(ask("POST", "/api/v1/session/second-factor", "{\"password\":\"x\"}", "", NULL),
                     403);
    assert_int_equal(change(password, password), 422);
    assert_int_equal(change(password, "a long one"), 204);
    assert_answer("/api/v1/session", "one_time_password", "false");
    assert_int_equal(ask("GET", "/api/v1/calls", NULL, "", NULL), 200);
    put_user("eve", "{\"role\":\"lead\",\"reset\":true}", password);
    assert_int_equal(try_log_in("eve", "a long one"), 401);
    assert_int_equal(try_log_in("eve", password), 200);
    served.now_ms += CQA_PASSWORD_ONCE_MS + 1;
    assert_int_equal(try_log_in("eve", password), 401);
}

static void bad_accounts_are_refused(void **state)
{
    static const struct {
        const char *path, *json;
        int status;
    } cases[] = {
        {"/api/v1/users/new", "{\"role\":\"lead\",\"password\":\"of the admin\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"recorder\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"lead\",\"reset\":\"true\"}", 422},
        {"/api/v1/users/new", "{\"role\":\"lead\",\"teams\":[1]}", 422},
        {"/api/v1/users/n%20w", "{\"role\":\"lead\"}", 422},
        {"/api/v1/users/root", "{\"role\":\"lead\"}", 409}, /* the own rights */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int status = ask("PUT", cases[i].path, cases[i].json, "", NULL);
        if (status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].path, cases[i].json, status);
    }
    assert_int_equal(ask("POST", "/api/v1/users/root/disable", "", "", NULL), 409);
    assert_answer("/api/v1/users", "users.3", "absent");
    assert_answer("/api/v1/asked", "asked.0", "absent");
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

static void make_token(const char *json, char token[512])
{
    assert_int_equal(ask_as(root, "POST", "/api/v1/tokens", json, "asked", number), 202);
    assert_int_equal(confirm_as(lea, "token", token), 201);
    memcpy(served.session, root, sizeof served.session);
}

static void a_token_ends(void **state)
{
    (void)state;
    char token[512];

    make_token("{\"name\":\"pbx9\",\"role\":\"recorder\",\"days\":2}", token);
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
                 {"50mm3rR3g3n", 422},     {"geheim-Geheim1", 422},  {"kurz & gut", 422},
                 {"sommerregenzeit", 204}, {"nicht so kurz", 204}};
    char path[64] = "/tmp/callqa-common-XXXXXX";
    char config[160];

    (void)state;
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "sommerregen\ngeheim\n", 19), 19);
    close(fd);
    served_stop(&served);
    snprintf(config, sizeof config,
             "session: {plain_cookie: true}\npasswords: {least: 11, common: %s}\n", path);
    served_start(&served, config);
    served_user(&served, "new.person", "agent", NULL);
    served_login(&served, "new.person", "correct horse");
    const char *old = "correct horse";
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const int status = change(old, tries[i].password);
        if (status != tries[i].status)
            fail_msg("%s: %d", tries[i].password, status);
        old = status == 204 ? tries[i].password : old;
    }
    assert_int_equal(unlink(path), 0); /* then nothing is set without it */
    assert_int_equal(change(old, "auch nicht so kurz"), 503);
}

static void passwords_that_are_tried_first_are_refused(void **state)
{
    (void)state;
    served_user(&served, "new.person", "agent", NULL);
    served_login(&served, "new.person", "correct horse");
    assert_int_equal(change("correct horse", "Passw0rd!"), 422);
    assert_int_equal(change("correct horse", "newPerson1"), 422);
    /* eight characters, however many bytes; and no rule on kinds of them */
    assert_int_equal(change("correct horse", "窗外的雨还没停"), 422);
    assert_int_equal(change("correct horse", "窗外的雨还没有停"), 204);
}

static void a_token_is_shown_once_and_revoked(void **state)
{
    char token[512];

    (void)state;
    make_token("{\"name\":\"pbx9\",\"role\":\"recorder\",\"site\":\"east\"}", token);
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
    assert_logged("user:lea", "token.add", "pbx9");
    assert_logged("user:root", "token.revoke", "pbx9");
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
    assert_int_equal(change("correct horse", "correct horse"), 422);
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
        cmocka_unit_test_setup_teardown(nobody_gives_rights_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_confirms_what_is_about_themself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_password_that_was_given_is_changed_first, set_up,
                                        tear_down),
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
