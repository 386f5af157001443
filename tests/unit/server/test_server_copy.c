/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "scores/audit.h"
#include "scores/copy.h"
#include "support/database.h"
#include "support/served.h"

/* A store on SQLite becomes one on PostgreSQL, also when the copying is killed again and again. */

enum { CALLS = 450, KILLS = 12 };

static struct served served; /* whose store is copied */
static struct database server;
static struct cqa_store_place target;
static char database[32];
static int made;
static int whole_ms; /* that a copy takes */

static int set_up_all(void **state)
{
    (void)state;
    served_start(&served, NULL);
    served_user(&served, "lea", "lead", NULL);
    served_roster(&served, "lea",
                  "person,extension,team,post,from,to\nzhang,8001,,agent,2025-01-01,\n");
    for (int i = 0; i < CALLS; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        served_put(&served, id,
                   i % 3 ? NULL : "{\"call\":{\"customer\":null,\"queue\":\"销售 'q\"}}");
    }
    served_sql(&served, "INSERT INTO clips(call, start_ms, end_ms, sha256, bytes)"
                        " VALUES(1, 0, 1, '', x'00ff27005c'), (2, 0, 1, 'ü', x'')");
    cqa_server_stop(served.server);
    served.server = NULL;
    return database_start_postgres(&server);
}

static int tear_down_all(void **state)
{
    (void)state;
    database_stop(&server);
    served_stop(&served);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(database, sizeof database, "copy%d", ++made);
    target = (struct cqa_store_place){.host = server.host,
                                      .user = DATABASE_USER,
                                      .database = database,
                                      .password_file = server.password_file};
    return database_make(&server, database);
}

static void note(void *context, const char *table, int64_t rows)
{
    if (strcmp(table, "calls") == 0)
        *(int64_t *)context = rows;
}

static enum cqa_status copy(int64_t *calls, struct cqa_error *error)
{
    return cqa_scores_copy(&served.config.store, &target, &served.clock, note, calls, error);
}

static void copies(void)
{
    struct cqa_error error = {0};
    int64_t calls = 0;

    if (copy(&calls, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    assert_int_equal(calls, CALLS);
}

/* What was copied works, and goes on: nothing is numbered twice. */
static void serves(void)
{
    struct cqa_scores *scores = NULL;
    struct cqa_error error = {0};
    char head[CQA_AUDIT_HEAD_SIZE];
    char token[CQA_TOKEN_SIZE];
    int64_t rows = 0;
    const struct cqa_token_new new = {.name = "new", .role = CQA_ACCOUNT_LEAD, .site = ""};

    if (cqa_scores_open(&scores, &target, &served.clock, &error) != CQA_OK ||
        cqa_audit_use_key(scores, served.config.audit_key_file, NULL, CQA_AUDIT_KEY_USED, &error) !=
            CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    assert_int_equal(cqa_audit_verify(scores, NULL, &rows, head, &error), CQA_OK);
    assert_true(rows > 3);
    if (cqa_token_add(scores, &new, token, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    assert_int_equal(cqa_audit_verify(scores, NULL, &rows, head, &error), CQA_OK);
    cqa_scores_close(scores);
}

static void a_store_is_copied(void **state)
{
    struct timespec from;
    struct timespec to;

    (void)state;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    copies();
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    whole_ms = (int)((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
    serves();
}

static enum cqa_status refused(struct cqa_error *error)
{
    int64_t calls = 0;

    return copy(&calls, error);
}

static void one_in_use_is_refused(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    copies();
    assert_int_equal(refused(&error), CQA_E_REFUSED);
    assert_non_null(strstr(cqa_english(&error.message), "in use"));
}

/* 1: it came to its end; 0: it was killed first. */
static int copy_for(int ms)
{
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
    int ended = 0;
    const pid_t child = fork();

    if (child == 0) {
        struct cqa_error error = {0};
        int64_t calls = 0;
        if (copy(&calls, &error) != CQA_OK) {
            (void)fprintf(stderr, "%s\n", cqa_english(&error.message));
            _exit(1);
        }
        _exit(0);
    }
    assert_true(child > 0);
    (void)nanosleep(&wait, NULL);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &ended, 0), child);
    if (!WIFSIGNALED(ended))
        assert_int_equal(ended, 0);
    return !WIFSIGNALED(ended);
}

/* Whether no server may use the target yet. */
static int is_begun(void)
{
    struct cqa_scores *scores = NULL;
    struct cqa_error error = {0};
    const enum cqa_status status = cqa_scores_open(&scores, &target, &served.clock, &error);

    if (status == CQA_OK) {
        cqa_scores_close(scores);
        return 0;
    }
    assert_int_equal(status, CQA_E_REFUSED);
    assert_non_null(strstr(cqa_english(&error.message), "not finished"));
    return 1;
}

static void killed_it_goes_on(void **state)
{
    int is_there = 0;
    int killed = 0;

    (void)state;
    srand(4711);
    for (int ms = whole_ms / 3; !is_there && !is_begun(); ms += whole_ms / 20)
        is_there = copy_for(ms);
    for (; killed < KILLS && !is_there; killed += !is_there)
        is_there = copy_for(rand() % whole_ms) || !is_begun(); /* killed after its end */
    print_message("killed %d times of up to %d ms\n", killed + 1, whole_ms);
    if (!is_there)
        copies();
    serves();
}

/* A row that is other than it was is found, whatever became of it. */
static void what_differs_is_found(void **state)
{
    static const char *const changes[] = {
        "UPDATE revisions SET body = body || ' ' WHERE call = 7",
        "DELETE FROM flags WHERE id = 300",
        "UPDATE clips SET bytes = '\\x01' WHERE call = 2",
        "UPDATE calls SET customer = NULL WHERE id = 2",
    };
    struct cqa_error error = {0};
    int64_t calls = 0;

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        if (i > 0)
            (void)set_up(NULL);
        copies();
        assert_int_equal(database_run(&server, database, "CREATE TABLE cqa_copy(source text)"), 0);
        char sql[300];
        snprintf(sql, sizeof sql, "INSERT INTO cqa_copy VALUES('%s'); %s", served.config.store.path,
                 changes[i]);
        assert_int_equal(database_run(&server, database, sql), 0);
        assert_int_equal(copy(&calls, &error), CQA_E_BADDATA);
        assert_non_null(strstr(cqa_english(&error.message), "not the same"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_store_is_copied, set_up),
        cmocka_unit_test_setup(one_in_use_is_refused, set_up),
        cmocka_unit_test_setup(killed_it_goes_on, set_up),
        cmocka_unit_test_setup(what_differs_is_found, set_up),
    };

    (void)unsetenv("CQA_TEST_STORE");
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
