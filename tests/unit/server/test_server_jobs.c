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
#include "scores/jobs.h"
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
    reply = look("GET", id, "x"); /* no number, and so no job */
    assert_int_equal(reply.status, 404);
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
    reply = served_ask(&served, "HEAD", "/api/v1/export/calls.csv", headers, NULL);
    assert_int_equal(reply.status, 200); /* asks for nothing to be done */
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

/* What ended its server each time is refused with the reason, and who asked may ask for others. */
static void what_ended_its_server_is_not_begun_for_ever(void **state)
{
    (void)state;
    put_job("state, tries, taken_by, taken_ms", "1, 2, 'a server that is gone', 1");
    const int64_t good = newest();
    assert_string_equal(end_of(good), "done"); /* the third time */
    put_job("state, tries, taken_by, taken_ms", "1, 3, 'a server that is gone', 1");
    const int64_t bad = newest();
    assert_string_equal(end_of(bad), "done");
    struct reply reply = look("GET", good, "");
    assert_string_equal(served_text(reply.json, "status"), "200");
    reply_finish(&reply);
    reply = look("GET", bad, "/result");
    assert_int_equal(reply.status, 500);
    assert_non_null(strstr(reply.head, "Content-Type: application/problem+json"));
    assert_string_equal(served_text(reply.json, "type"), "urn:callqa:problem:job");
    assert_non_null(strstr(served_text(reply.json, "detail"), "it was begun 3 times"));
    assert_non_null(strstr(served_text(reply.json, "detail_zh"), "已开始 3 次"));
    reply_finish(&reply);
    assert_string_equal(end_of(ask("GET", "/api/v1/export/calls.csv", NULL)), "done");
}

/* A server that is stopped leaves what it has under way, and that is none of its faults. */
static void what_is_left_is_no_try(void **state)
{
    struct cqa_arena arena = {0};
    struct cqa_job_row job;
    struct cqa_error error;

    (void)state;
    cqa_server_stop(served.server);
    served.server = NULL;
    put_job("state", "0");
    for (int i = 0; i < 2 * CQA_JOB_TRIES; i++) {
        assert_int_equal(cqa_job_take(served.scores, &arena, &job, &error), CQA_OK);
        assert_int_equal(job.tries, 0);
        assert_int_equal(cqa_job_leave(served.scores, job.id, 0, &error), CQA_OK);
    }
    cqa_arena_finish(&arena);
    served_restart(&served);
    assert_string_equal(end_of(newest()), "done");
}

static void expect_status(int64_t id, const char *status)
{
    assert_string_equal(end_of(id), "done");
    struct reply reply = look("GET", id, "");
    assert_string_equal(served_text(reply.json, "status"), status);
    reply_finish(&reply);
}

/* A store that is away for a moment is no answer; one that stays away is. */
static void what_the_store_could_not_answer_is_tried_again(void **state)
{
    (void)state;
    served_sql(&served, "ALTER TABLE revisions RENAME TO away");
    const int64_t id = ask("GET", "/api/v1/export/calls.csv", NULL);
    usleep(500000); /* it is begun at once, and a second lies between two tries */
    served_sql(&served, "ALTER TABLE away RENAME TO revisions");
    expect_status(id, "200");
    served_sql(&served, "ALTER TABLE revisions RENAME TO away");
    expect_status(ask("GET", "/api/v1/export/calls.csv", NULL), "503");
    served_sql(&served, "ALTER TABLE away RENAME TO revisions");
}

/* An answer that the store does not take would keep its job under way, and all others of the same
 * person waiting, for as long as the server lives. */
static void an_answer_that_cannot_be_stored_is_told(void **state)
{
    (void)state;
    served_sql(&served,
               served_is_sqlite()
                   ? "CREATE TRIGGER full BEFORE UPDATE ON jobs WHEN NEW.status = 200 BEGIN"
                     " SELECT RAISE(ABORT, 'it is too large'); END"
                   : "ALTER TABLE jobs ADD CHECK (status IS NULL OR status <> 200)");
    const int64_t id = ask("GET", "/api/v1/export/calls.csv", NULL);
    expect_status(id, "500");
    struct reply reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 500);
    assert_string_equal(served_text(reply.json, "type"), "urn:callqa:problem:job");
    assert_string_equal(served_text(reply.json, "detail"), "its answer cannot be stored");
    reply_finish(&reply);
    expect_status(ask("GET", "/api/v1/export/calls.csv?frm=2025-11-01", NULL), "400");
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

static void expect_state(struct reply reply, int status, const char *job_state)
{
    assert_int_equal(reply.status, status);
    assert_string_equal(served_text(reply.json, "state"), job_state);
    reply_finish(&reply);
}

/* Called off just when it ended: what it came to is told, and its answer stays. */
static void called_off_too_late_it_is_what_it_came_to(void **state)
{
    (void)state;
    const int64_t id = ask("GET", "/api/v1/export/calls.csv", NULL);
    assert_string_equal(end_of(id), "done");
    for (int i = 0; i < 2; i++)
        expect_state(look("POST", id, "/stop"), 200, "done");
    struct reply reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    hold(1);
    const int64_t waiting = ask("GET", "/api/v1/export/calls.csv", NULL);
    for (int i = 0; i < 2; i++)
        expect_state(look("POST", waiting, "/stop"), 200, "stopped");
    reply = look("POST", waiting + 1, "/stop");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
    served_login(&served, "max", "correct horse");
    reply = look("POST", id, "/stop");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
}

/* One that has not heard of it has done all of it. */
static void what_did_not_hear_of_it_is_done(void **state)
{
    static const char *const states[] = {"done", "stopped"};
    struct cqa_error error;

    (void)state;
    for (int broke_off = 0; broke_off < 2; broke_off++) {
        hold(1);
        const int64_t id = newest();
        const struct cqa_job_reply reply = {
            .status = 200, .type = "text/csv", .body = "a", .length = 1, .broke_off = broke_off};
        expect_state(look("POST", id, "/stop"), 200, "works");
        assert_int_equal(cqa_job_end(served.scores, id, &reply, &error), CQA_OK);
        expect_state(look("GET", id, ""), 200, states[broke_off]);
    }
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

/* What a lead was answered is not read by the agent that the lead has become. */
static void who_loses_rights_loses_the_answers_that_they_gave(void **state)
{
    (void)state;
    const int64_t id = ask("GET", "/api/v1/export/calls.csv", NULL);
    assert_string_equal(end_of(id), "done");
    hold(1);                                    /* and one is under way */
    served_user(&served, "max", "agent", NULL); /* somebody else's change drops nothing */
    struct reply reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    served_user(&served, "lea", "agent", NULL);
    served_login(&served, "lea", "correct horse");
    reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 404);
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/jobs", NULL);
    assert_string_equal(served_text(reply.json, "jobs.0"), "absent");
    reply_finish(&reply);
}

/* Who confirms a new password is shown it once; it is kept nowhere. */
static void a_secret_is_answered_at_once(void **state)
{
    char path[64];
    char headers[sizeof served.session + 64];

    (void)state;
    served_user(&served, "root", "admin", NULL);
    served_login(&served, "root", "correct horse");
    struct reply reply = served_as(&served, "PUT", "/api/v1/users/eve", "{\"role\":\"auditor\"}");
    assert_int_equal(reply.status, 202);
    snprintf(path, sizeof path, "/api/v1/asked/%s/confirm", served_text(reply.json, "asked"));
    reply_finish(&reply);
    served_login(&served, "lea", "correct horse");
    snprintf(headers, sizeof headers, "%sPrefer: respond-async\r\n", served.session);
    reply = served_ask(&served, "POST", path, headers, "{}");
    assert_int_equal(reply.status, 200);
    assert_string_not_equal(served_text(reply.json, "password"), "absent");
    reply_finish(&reply);
    reply = served_as(&served, "GET", "/api/v1/jobs", NULL);
    assert_string_equal(served_text(reply.json, "jobs.0"), "absent");
    reply_finish(&reply);
}

/* Else whoever asks for exports all day fills the disk of everybody. */
static void answers_of_one_have_a_size(void **state)
{
    char values[96];

    (void)state;
    (void)snprintf(values, sizeof values, "2, 9000000000000000, %s%d%s",
                   served_is_sqlite() ? "zeroblob(" : "convert_to(repeat('0', ",
                   CQA_JOB_BYTES_OF_ONE, served_is_sqlite() ? ")" : "), 'UTF8')");
    put_job("state, ended_ms", "2, 9000000000000000");
    const int64_t small = newest();
    put_job("state, ended_ms, reply", values);
    const int64_t large = newest();
    const int64_t id = ask("GET", "/api/v1/export/calls.csv", NULL);
    assert_string_equal(end_of(id), "done");
    const int64_t gone[] = {small, large};
    for (size_t i = 0; i < 2; i++) {
        struct reply reply = look("GET", gone[i], "");
        assert_int_equal(reply.status, 404);
        reply_finish(&reply);
    }
    struct reply reply = look("GET", id, "/result");
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_answers_what_its_request_would_have, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_comes_with_its_name_and_its_query, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nobody_sees_anothers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(quick_requests_and_tokens_are_answered_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_server_left_is_done_by_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_ended_its_server_is_not_begun_for_ever, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_left_is_no_try, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_store_could_not_answer_is_tried_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_that_cannot_be_stored_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_survives_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(called_off_it_ends_and_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(called_off_too_late_it_is_what_it_came_to, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_did_not_hear_of_it_is_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(there_are_not_too_many_of_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_no_longer_anybody_gets_nothing_done, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_loses_rights_loses_the_answers_that_they_gave, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_secret_is_answered_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_of_one_have_a_size, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
