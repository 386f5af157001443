/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that are kept and done beside them: asked for, looked at, called off, done after a
 * restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>
#include "scores/store_internal.h"
#include "support/served.h"

static struct served served;

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", NULL);
    served_user(&served, "max", "lead", NULL);
    served_login(&served, "lea", "correct horse");
    served_put(&served, "1", NULL);
    served_put(&served, "2", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    served_stop(&served);
    return 0;
}

/* The request as a job; its number. */
static int64_t ask(const char *method, const char *path, const char *body)
{
    char headers[sizeof served.session + 64];

    snprintf(headers, sizeof headers, "%sPrefer: respond-async\r\n", served.session);
    struct reply reply = served_ask(&served, method, path, headers, body);
    if (reply.status != 202)
        fail_msg("%d %s", reply.status, reply.body);
    assert_non_null(strstr(reply.head, "Preference-Applied: respond-async"));
    const int64_t id = json_integer_value(json_object_get(reply.json, "job"));
    char place[64];
    snprintf(place, sizeof place, "Location: /api/v1/jobs/%lld", (long long)id);
    assert_non_null(strstr(reply.head, place));
    reply_finish(&reply);
    return id;
}

static struct reply look(const char *method, int64_t id, const char *rest)
{
    char path[64];

    snprintf(path, sizeof path, "/api/v1/jobs/%lld%s", (long long)id, rest);
    return served_as(&served, method, path, NULL);
}

/* Until the job has ended; its state. */
static const char *end_of(int64_t id)
{
    static char state[16];

    alarm(120);
    do {
        struct reply reply = look("GET", id, "");
        assert_int_equal(reply.status, 200);
        snprintf(state, sizeof state, "%s", served_text(reply.json, "state"));
        reply_finish(&reply);
        usleep(10000);
    } while (strcmp(state, "waits") == 0 || strcmp(state, "works") == 0);
    alarm(0);
    return state;
}

static const char wish[] =
    "{\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"rubric\":\"name: strict\\nversion: "
    "'9'\\ntitle: {en: a, zh: b}\\nbase: 100\\nfloor: 0\\nrules:\\n  - id: dead-air\\n"
    "    title: {en: a, zh: b}\\n    severity: minor\\n    text: {en: a, zh: b}\\n"
    "    on: silence\\n    points:\\n      each: 7\\n\"}";

static void a_job_answers_what_its_request_would_have(void **state)
{
    (void)state;
    struct reply here = served_as(&served, "POST", "/api/v1/rescore/preview", wish);
    const int64_t id = ask("POST", "/api/v1/rescore/preview", wish);
    assert_string_equal(end_of(id), "done");
    struct reply reply = look("GET", id, "");
    assert_string_equal(served_text(reply.json, "status"), "200");
    assert_string_equal(served_text(reply.json, "path"), "/api/v1/rescore/preview");
    reply_finish(&reply);
    reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, here.body);
    reply_finish(&reply);
    reply_finish(&here);
}

static void a_file_comes_with_its_name_and_its_query(void **state)
{
    static const char path[] = "/api/v1/export/calls.csv?from=2025-11-01&to=2025-11-30&bom=1";
    (void)state;
    struct reply here = served_as(&served, "GET", path, NULL);
    const int64_t id = ask("GET", path, NULL);
    assert_string_equal(end_of(id), "done");
    struct reply reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Content-Disposition: attachment; filename=\"calls.csv\""));
    assert_non_null(strstr(reply.head, "Content-Type: text/csv"));
    assert_int_equal(reply.length, here.length);
    assert_memory_equal(reply.body, here.body, here.length);
    reply_finish(&reply);
    reply_finish(&here);
    const int64_t wrong = ask("GET", "/api/v1/export/calls.csv?frm=2025-11-01", NULL);
    assert_string_equal(end_of(wrong), "done");
    reply = look("GET", wrong, "/result");
    assert_int_equal(reply.status, 400);
    reply_finish(&reply);
}

static void nobody_sees_anothers(void **state)
{
    (void)state;
    const int64_t id = ask("POST", "/api/v1/rescore/preview", wish);
    assert_string_equal(end_of(id), "done");
    served_login(&served, "max", "correct horse");
    static const char *const rests[] = {"", "/result"};
    for (size_t i = 0; i < 2; i++) {
        struct reply reply = look("GET", id, rests[i]);
        assert_int_equal(reply.status, 404);
        reply_finish(&reply);
    }
    struct reply reply = look("DELETE", id, "");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/jobs", NULL);
    assert_string_equal(served_text(reply.json, "jobs.0"), "absent");
    reply_finish(&reply);
}

static void quick_requests_and_tokens_are_answered_at_once(void **state)
{
    char headers[sizeof served.session + 64];

    (void)state;
    snprintf(headers, sizeof headers, "%sPrefer: respond-async\r\n", served.session);
    struct reply reply = served_ask(&served, "GET", "/api/v1/calls", headers, NULL);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\nPrefer: respond-async\r\n",
             served.lead);
    reply = served_ask(&served, "GET", "/api/v1/export/calls.csv", headers, NULL);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

/* Put as if a server had kept them: it is gone, or has only just begun. */
static void put_job(const char *columns, const char *values)
{
    char sql[1024];

    snprintf(sql, sizeof sql,
             "INSERT INTO jobs(\"user\", address, method, path, query, type, at_ms, body, %s)"
             " SELECT id, '127.0.0.1', 'GET', '/api/v1/export/calls.csv', '', '', 1, '', %s"
             " FROM users WHERE name = 'lea'",
             columns, values);
    served_sql(&served, sql);
}

static int64_t newest(void)
{
    struct reply reply = served_as(&served, "GET", "/api/v1/jobs", NULL);
    const int64_t id = strtoll(served_text(reply.json, "jobs.0.job"), NULL, 10);

    reply_finish(&reply);
    assert_true(id > 0);
    return id;
}

static void what_a_server_left_is_done_by_the_next(void **state)
{
    (void)state;
    put_job("state, taken_by, taken_ms", "1, 'a server that is gone', 1");
    assert_string_equal(end_of(newest()), "done");
    put_job("state, stop, taken_by, taken_ms", "1, 1, 'a server that is gone', 1");
    assert_string_equal(end_of(newest()), "stopped");
}

static void it_survives_a_restart(void **state)
{
    (void)state;
    put_job("state", "0");
    served_restart(&served);
    assert_string_equal(end_of(newest()), "done");
}

/* So many that this server seems to have under way: it takes no other of the same person. */
static void hold(int count)
{
    char sql[1024];

    snprintf(sql, sizeof sql,
             "INSERT INTO jobs(\"user\", address, method, path, query, type, at_ms, body, state,"
             " taken_by, taken_ms) SELECT u.id, '', 'GET', '/', '', '', 1, '', 1, '%s',"
             " 9000000000000000 FROM users u, (SELECT name FROM users UNION ALL SELECT name"
             " FROM users UNION ALL SELECT name FROM users UNION ALL SELECT name FROM users) n"
             " WHERE u.name = 'lea' LIMIT %d",
             cqa_scores_self(served.scores), count);
    served_sql(&served, sql);
}

static void called_off_it_ends_and_is_forgotten(void **state)
{
    (void)state;
    hold(1);
    const int64_t id = ask("POST", "/api/v1/rescore/preview", wish);
    struct reply reply = look("DELETE", id, "");
    assert_int_equal(reply.status, 204);
    reply_finish(&reply);
    assert_string_equal(end_of(id), "stopped");
    reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
    reply = look("DELETE", id, "");
    assert_int_equal(reply.status, 204);
    reply_finish(&reply);
    reply = look("GET", id, "");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
}

static void there_are_not_too_many_of_one(void **state)
{
    char headers[sizeof served.session + 64];

    (void)state;
    hold(8);
    snprintf(headers, sizeof headers, "%sPrefer: respond-async\r\n", served.session);
    struct reply reply = served_ask(&served, "POST", "/api/v1/rescore/preview", headers, wish);
    assert_int_equal(reply.status, 409);
    reply_finish(&reply);
    reply = served_as(&served, "POST", "/api/v1/rescore/preview", wish);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

static void who_is_no_longer_anybody_gets_nothing_done(void **state)
{
    (void)state;
    served_sql(&served, "UPDATE users SET disabled_ms = 1 WHERE name = 'max'");
    served_sql(&served,
               "INSERT INTO jobs(\"user\", address, method, path, query, type, at_ms, body)"
               " SELECT id, '', 'GET', '/api/v1/export/calls.csv', '', '', 1, '' FROM users"
               " WHERE name = 'max'");
    put_job("state", "0"); /* comes after it */
    assert_string_equal(end_of(newest()), "done");
    served_sql(&served, "UPDATE users SET disabled_ms = NULL WHERE name = 'max'");
    served_login(&served, "max", "correct horse");
    const int64_t id = newest();
    assert_string_equal(end_of(id), "done");
    struct reply reply = look("GET", id, "");
    assert_string_equal(served_text(reply.json, "status"), "403");
    reply_finish(&reply);
}

/* Puts lea's account anew: an auditor sees numbers with stars, and no exports. */
static void make_lea_an_auditor(void)
{
    const struct cqa_user_new user = {.name = "lea", .role = CQA_ACCOUNT_AUDITOR};
    struct cqa_error error = {0};

    assert_int_equal(cqa_user_put(served.scores, &user, &error), CQA_OK);
}

static void other_rights_leave_no_answer_of_before(void **state)
{
    (void)state;
    const int64_t done = ask("GET", "/api/v1/export/calls.csv", NULL);
    assert_string_equal(end_of(done), "done");
    hold(1); /* under way */
    const int64_t working = newest();
    const int64_t waiting = ask("GET", "/api/v1/export/calls.csv", NULL);
    make_lea_an_auditor();
    served_login(&served, "lea", "correct horse");
    struct reply reply = look("GET", done, "/result");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
    char sql[128];
    snprintf(sql, sizeof sql, "UPDATE jobs SET taken_by = 'gone', taken_ms = 1 WHERE id = %lld",
             (long long)working);
    served_sql(&served, sql);
    assert_string_equal(end_of(working), "stopped");
    assert_string_equal(end_of(waiting), "done");
    reply = look("GET", waiting, "/result");
    assert_int_equal(reply.status, 403);
    reply_finish(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(other_rights_leave_no_answer_of_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_job_answers_what_its_request_would_have, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_comes_with_its_name_and_its_query, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nobody_sees_anothers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(quick_requests_and_tokens_are_answered_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_server_left_is_done_by_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_survives_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(called_off_it_ends_and_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(there_are_not_too_many_of_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_no_longer_anybody_gets_nothing_done, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
