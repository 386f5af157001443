/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <unistd.h>
#include "scores/audit.h"
#include "settings/config.h"
#include "support/served.h"

static void assert_problems(const char *text, const char *expected)
{
    char path[] = "/tmp/callqa-config-XXXXXX";
    char *printed = NULL;
    size_t size = 0;
    struct cqa_server_config config;
    struct cqa_problems problems = {0};
    const int fd = mkstemp(path);
    FILE *out = open_memstream(&printed, &size);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    assert_int_equal(cqa_server_config_load(&config, path, &problems), expected[0] == '\0');
    cqa_problems_print(&problems, "F", CQA_ENGLISH, out);
    fclose(out);
    assert_string_equal(printed, expected);
    cqa_problems_finish(&problems);
    cqa_server_config_finish(&config);
    unlink(path);
    free(printed);
}

static void config_names_every_problem(void **state)
{
    (void)state;
    assert_problems("listen: 127.0.0.1:8080\nstore: sqlite:/tmp/y.db\naudio:\n  - /var/spool\n",
                    "");
    assert_problems("listen: '[::1]:0'\nstore: sqlite:/tmp/y.db\n", "");
    assert_problems(
        "listen: 127.0.0.1:99999\nstore: mysql://x\naudio:\n  - relative\n",
        "F:1:9: \"127.0.0.1:99999\" is not ADDRESS:PORT; allowed: 127.0.0.1:8080, [::1]:8080, "
        "port 0 to 65535 (0 takes a free one)\n"
        "F:2:8: this is not a store; allowed: sqlite:/ABSOLUTE/PATH or "
        "postgresql://USER@HOST:PORT/DATABASE, without a password (store_password_file)\n"
        "F:4:5: a folder must be an absolute path\n");
    assert_problems(
        "listen: example.org:80\nstore: sqlite:/x\n",
        "F:1:9: \"example.org\" is not a numeric address; allowed: 127.0.0.1, 0.0.0.0, [::1]\n");
    assert_problems(
        "listen: 0.0.0.0:80\nstore: sqlite:/x\nsession:\n  plain_cookie: true\n",
        "F:4:17: plain_cookie is allowed only where \"listen\" is a loopback address\n");
}

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

static enum cqa_status verify(struct cqa_error *error)
{
    int64_t count;
    char head[CQA_AUDIT_HEAD_SIZE];

    return cqa_audit_verify(served.scores, NULL, &count, head, error);
}

static void audit_shows_tampering(void **state)
{
    (void)state;
    struct cqa_error error;

    served_user(&served, "eve", "auditor", NULL); /* rows 1 and 2 are the tokens */
    assert_int_equal(cqa_audit_write(served.scores, "a", "b", "c", "d", &error), CQA_OK);
    assert_int_equal(verify(&error), CQA_OK);
    assert_int_equal(served_try_sql(&served, "UPDATE audit SET actor = 'x' WHERE id = 2"), -1);
    assert_int_equal(served_try_sql(&served, "DELETE FROM audit WHERE id = 2"), -1);
    served_sql(&served, served_is_sqlite() ? "DROP TRIGGER audit_stays"
                                           : "DROP TRIGGER audit_stays ON audit");
    served_sql(&served, "UPDATE audit SET actor = 'x' WHERE id = 2");
    assert_int_equal(verify(&error), CQA_E_BADDATA);
    assert_string_equal(cqa_english(&error.message), "audit row 2 was changed");
    if (served_is_sqlite())
        served_sql(&served, "DROP TRIGGER audit_keeps");
    served_sql(&served, "DELETE FROM audit WHERE id = 2");
    assert_int_equal(verify(&error), CQA_E_BADDATA);
    assert_string_equal(cqa_english(&error.message), "audit row 2 is missing");
}

static void secrets_are_not_in_the_store(void **state)
{
    (void)state;
    char dump[256];
    char command[512];

    served_user(&served, "eve", "auditor", NULL);
    served_login(&served, "eve", "correct horse");
    served_dump(&served, dump, sizeof dump);
    snprintf(command, sizeof command, "%s | grep -aF -e '%s' -e 'correct horse' -e '%.30s'", dump,
             served.recorder, strchr(served.session, '=') + 1);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof command, "%s | grep -aF 'argon2id' >&2", dump);
    assert_int_equal(system(command), 0);
    if (!served_is_sqlite())
        return;
    snprintf(command, sizeof command, "test \"$(stat -c %%a %s/scores.db)\" = 600", served.folder);
    assert_int_equal(system(command), 0);
}

static int try_password(const char *password)
{
    char body[128];

    snprintf(body, sizeof body, "{\"name\":\"eve\",\"password\":\"%s\"}", password);
    struct reply reply =
        served_ask(&served, "POST", "/api/v1/session", "Content-Type: application/json\r\n", body);
    const int status = reply.status;
    reply_finish(&reply);
    return status;
}

static void log_in_is_rate_limited(void **state)
{
    (void)state;
    served_user(&served, "eve", "auditor", NULL);
    for (int i = 0; i < 5; i++)
        assert_int_equal(try_password("wrong password"), 401);
    assert_int_equal(try_password("correct horse"), 429);
    served.now_ms += 60000;
    assert_int_equal(try_password("correct horse"), 200);
}

/* Behind a proxy that is known; `from` is what it says. */
static int set_up_proxy(void **state)
{
    (void)state;
    served_start(&served, "proxies: [127.0.0.1]\n");
    return 0;
}

static int try_from(const char *from, const char *name, const char *password)
{
    char headers[128];
    char body[128];

    snprintf(headers, sizeof headers, "Content-Type: application/json\r\nX-Forwarded-For: %s\r\n",
             from);
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    struct reply reply = served_ask(&served, "POST", "/api/v1/session", headers, body);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static void strangers_elsewhere_keep_nobody_out(void **state)
{
    (void)state;
    served_user(&served, "eve", "auditor", NULL);
    for (int i = 0; i < 6; i++)
        assert_int_equal(try_from("192.0.2.9", "eve", "wrong horse"), i < 5 ? 401 : 429);
    /* whom the proxy heard counts, not whom it was told of */
    assert_int_equal(try_from("198.51.100.1, 192.0.2.9", "eve", "correct horse"), 429);
    assert_int_equal(try_from("198.51.100.1", "eve", "correct horse"), 200);
}

static void one_password_against_many_names_is_slowed(void **state)
{
    (void)state;
    char name[16];

    for (int i = 0; i < 21; i++) {
        snprintf(name, sizeof name, "name%d", i);
        assert_int_equal(try_from("192.0.2.9", name, "wrong horse"), i < 20 ? 401 : 429);
    }
    served_user(&served, "eve", "auditor", NULL);
    assert_int_equal(try_from("192.0.2.8", "eve", "correct horse"), 200);
}

struct counting {
    const char *action, *actor;
    int count;
};

static int count_row(void *context, const struct cqa_audit_row *row)
{
    struct counting *counting = context;

    counting->count +=
        strcmp(row->action, counting->action) == 0 && strcmp(row->actor, counting->actor) == 0;
    return 0;
}

static int rows_of(const char *action, const char *actor)
{
    struct counting counting = {action, actor, 0};
    struct cqa_error error;

    assert_int_equal(cqa_audit_list(served.scores, 0, 1000, count_row, &counting, &error), CQA_OK);
    return counting.count;
}

/* A password typed where the name belongs is not written down for the admin to read. */
static void only_names_of_accounts_are_kept(void **state)
{
    (void)state;
    served_user(&served, "eve", "auditor", NULL);
    try_from("192.0.2.9", "my secret horse", "x");
    try_from("192.0.2.9", "eve", "wrong horse");
    assert_int_equal(rows_of("session.refused", "my secret horse"), 0);
    assert_int_equal(rows_of("session.refused", "?"), 1);
    assert_int_equal(rows_of("session.refused", "user:eve"), 1);
    served_login(&served, "eve", "correct horse");
    struct reply reply = served_as(&served, "DELETE", "/api/v1/session", NULL);
    reply_finish(&reply);
    assert_int_equal(rows_of("session.close", "user:eve"), 1);
}

static int session_status(const char *method)
{
    struct reply reply = served_as(&served, method, "/api/v1/session", NULL);
    const int status = reply.status;

    reply_finish(&reply);
    return status;
}

static void sessions_end(void **state)
{
    (void)state;
    struct cqa_error error;

    served_user(&served, "eve", "auditor", NULL);
    served_login(&served, "eve", "correct horse");
    assert_int_equal(session_status("GET"), 200);
    served.now_ms += served.config.session_idle_ms - 1000;
    assert_int_equal(session_status("GET"), 200);
    served.now_ms += served.config.session_idle_ms - 1000;
    assert_int_equal(session_status("GET"), 200);
    served.now_ms += served.config.session_idle_ms + 1000;
    assert_int_equal(session_status("GET"), 401);
    served_login(&served, "eve", "correct horse");
    assert_int_equal(session_status("DELETE"), 204);
    assert_int_equal(session_status("GET"), 401);
    served_login(&served, "eve", "correct horse");
    assert_int_equal(cqa_user_disable(served.scores, "eve", &error), CQA_OK);
    assert_int_equal(session_status("GET"), 401);
    assert_int_equal(try_password("correct horse"), 401);
}

static void changes_need_the_csrf_token(void **state)
{
    (void)state;
    served_user(&served, "eve", "auditor", NULL);
    served_login(&served, "eve", "correct horse");
    strstr(served.session, "X-CSRF-Token: ")[14] ^= 1;
    assert_int_equal(session_status("GET"), 200);
    assert_int_equal(session_status("DELETE"), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_names_every_problem),
        cmocka_unit_test_setup_teardown(audit_shows_tampering, set_up, tear_down),
        cmocka_unit_test_setup_teardown(secrets_are_not_in_the_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(log_in_is_rate_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_elsewhere_keep_nobody_out, set_up_proxy,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_password_against_many_names_is_slowed, set_up_proxy,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_names_of_accounts_are_kept, set_up_proxy, tear_down),
        cmocka_unit_test_setup_teardown(sessions_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_need_the_csrf_token, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
