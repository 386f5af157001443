/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <pthread.h>
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
#include "scores/notices.h"
#include "scores/tries.h"
#include "support/served.h"

/* A store on PostgreSQL, whatever the environment says: shared by servers, away, and not ours. */

static struct served served;
static struct cqa_scores *other; /* as another server opens it */

static struct cqa_scores *open_once_more(void)
{
    struct cqa_scores *scores = NULL;
    struct cqa_error error = {0};

    if (cqa_scores_open(&scores, &served.config.store, &served.clock, &error) != CQA_OK ||
        cqa_audit_use_key(scores, served.config.audit_key_file, NULL, CQA_AUDIT_KEY_USED, &error) !=
            CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return scores;
}

static int set_up(void **state)
{
    (void)state;
    served_start(&served, NULL);
    other = open_once_more();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_scores_close(other);
    served_stop(&served);
    return 0;
}

static int asked(const char *path)
{
    struct reply reply = served_get(&served, served.lead, path);
    const int status = reply.status;

    if (status == 503)
        assert_non_null(strstr(reply.head, "Retry-After: "));
    reply_finish(&reply);
    return status;
}

static int posted(const char *id)
{
    char *body = served_result(id, NULL);
    struct reply reply =
        served_post(&served, served.recorder, "/api/v1/results", "application/json", id, body);
    const int status = reply.status;

    if (status == 503)
        assert_non_null(strstr(reply.head, "Retry-After: "));
    reply_finish(&reply);
    free(body);
    return status;
}

/* ---- several servers */

enum { ROWS = 200 };

static void *write_audit(void *context)
{
    struct cqa_error error = {0};
    intptr_t failed = 0;

    for (int i = 0; i < ROWS; i++)
        failed += cqa_audit_write(context, "a", "b", "c", "d", &error) != CQA_OK;
    return (void *)failed;
}

static void the_audit_log_is_one_chain(void **state)
{
    struct cqa_scores *writers[] = {served.scores, other};
    pthread_t threads[4];
    char head[CQA_AUDIT_HEAD_SIZE];
    struct cqa_error error = {0};
    int64_t before = 0;
    int64_t after = 0;
    void *failed = NULL;

    (void)state;
    assert_int_equal(cqa_audit_verify(other, NULL, &before, head, &error), CQA_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_audit, writers[i % 2]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(cqa_audit_verify(other, NULL, &after, head, &error), CQA_OK);
    assert_int_equal(after - before, 4 * ROWS);
}

static void notices_are_one_servers(void **state)
{
    struct cqa_error error = {0};
    struct cqa_notice_row mine = {0};
    struct cqa_notice_row theirs = {0};

    (void)state;
    served_sql(&served, "INSERT INTO notices(url, event, key, body, made_ms)"
                        " VALUES('u', 'e', 'k1', '{}', 1), ('u', 'e', 'k2', '{}', 2),"
                        " ('v', 'e', 'k3', '{}', 3)");
    assert_int_equal(cqa_notice_next(served.scores, "u", &mine, &error), CQA_OK);
    assert_string_equal(mine.key, "k1");
    assert_int_equal(cqa_notice_next(other, "u", &theirs, &error), CQA_E_NOTFOUND);
    assert_int_equal(cqa_notice_next(other, "v", &theirs, &error), CQA_OK);
    assert_int_equal(cqa_notice_sent(served.scores, &mine, "u", 200, &error), CQA_OK);
    assert_int_equal(cqa_notice_next(other, "u", &theirs, &error), CQA_OK);
    assert_string_equal(theirs.key, "k2");
    assert_int_equal(cqa_notice_failed(other, &theirs, "u", "no", &error), CQA_OK);
    assert_int_equal(cqa_notice_next(served.scores, "u", &mine, &error), CQA_OK);
    assert_string_equal(mine.key, "k2");
    /* a server that was killed meanwhile */
    assert_int_equal(cqa_notice_next(other, "u", &theirs, &error), CQA_E_NOTFOUND);
    served.now_ms += 61000;
    assert_int_equal(cqa_notice_next(other, "u", &theirs, &error), CQA_OK);
    assert_string_equal(theirs.key, "k2");
}

static void wrong_passwords_count_together(void **state)
{
    const struct cqa_tries_key keys[] = {{"eve", 2}, {"from 10.0.0.1", 20}};
    struct cqa_error error = {0};
    int64_t wait_ms = 0;

    (void)state;
    assert_int_equal(cqa_tries_failed(served.scores, keys, 2, &error), CQA_OK);
    assert_int_equal(cqa_tries_failed(other, keys, 2, &error), CQA_OK);
    assert_int_equal(cqa_tries_wait(served.scores, keys, 2, &wait_ms, &error), CQA_OK);
    assert_true(wait_ms > 0);
    assert_int_equal(cqa_tries_wait(other, keys + 1, 1, &wait_ms, &error), CQA_OK);
    assert_int_equal(wait_ms, 0);
}

/* ---- a database that goes */

static void connections_that_were_ended_are_made_anew(void **state)
{
    (void)state;
    assert_int_equal(posted("1"), 201);
    assert_int_equal(asked("/api/v1/calls"), 200);
    for (int i = 0; i < 3; i++) {
        served_sql(&served, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE pid <> pg_backend_pid() AND datname = current_database()");
        assert_int_equal(asked("/api/v1/calls"), 200);
        assert_int_equal(posted("2"), i == 0 ? 201 : 200);
    }
}

static void a_database_that_is_away_is_a_503(void **state)
{
    (void)state;
    assert_int_equal(posted("1"), 201);
    served_halt_database();
    assert_int_equal(asked("/api/v1/calls"), 503);
    assert_int_equal(posted("2"), 503);
    served_go_on_database();
    assert_int_equal(posted("2"), 201);
    assert_int_equal(asked("/api/v1/calls"), 200);
    assert_int_equal(posted("1"), 200);
}

/* ---- one that is not ours */

static void refuses(const struct cqa_store_place *place, enum cqa_status expected,
                    const char *english, const char *chinese)
{
    struct cqa_scores *scores = NULL;
    struct cqa_error error = {0};
    struct cqa_buffer said = {.limit = 1024};

    assert_int_equal(cqa_scores_open(&scores, place, &served.clock, &error), expected);
    if (strstr(cqa_english(&error.message), english) == NULL)
        fail_msg("no \"%s\" in: %s", english, cqa_english(&error.message));
    cqa_message_put(&error.message, CQA_CHINESE, &said);
    if (strstr(said.text, chinese) == NULL)
        fail_msg("no \"%s\" in: %s", chinese, said.text);
    cqa_buffer_finish(&said);
}

static void who_is_let_in_and_who_not(void **state)
{
    struct cqa_store_place place = served.config.store;

    (void)state;
    place.database = "nowhere";
    refuses(&place, CQA_E_REFUSED, "does not let us in", "拒绝登录");
    place = served.config.store;
    place.password_file = NULL;
    refuses(&place, CQA_E_REFUSED, "does not let us in", "拒绝登录");
    place.host = "/nonexistent";
    refuses(&place, CQA_E_BUSY, "does not answer", "没有响应");
}

static void a_schema_of_the_future_is_refused(void **state)
{
    (void)state;
    served_sql(&served, "UPDATE cqa_schema SET steps = 999");
    refuses(&served.config.store, CQA_E_REFUSED, "newer version", "更新");
}

static void what_is_kept_cannot_be_emptied(void **state)
{
    (void)state;
    assert_int_equal(served_try_sql(&served, "TRUNCATE audit"), -1);
    assert_int_equal(served_try_sql(&served, "DELETE FROM audit"), -1);
    assert_int_equal(served_try_sql(&served, "UPDATE audit SET actor = ''"), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_audit_log_is_one_chain),        TEST(notices_are_one_servers),
        TEST(wrong_passwords_count_together),    TEST(connections_that_were_ended_are_made_anew),
        TEST(a_database_that_is_away_is_a_503),  TEST(who_is_let_in_and_who_not),
        TEST(a_schema_of_the_future_is_refused), TEST(what_is_kept_cannot_be_emptied),
    };

    (void)setenv("CQA_TEST_STORE", "postgres", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
