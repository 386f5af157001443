/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/sql/fixture.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

/* Migrations: together with others, killed between any two system calls, and never backwards. */

#define STEP(n)                                                                                    \
    "CREATE TABLE step" #n " (id INTEGER PRIMARY KEY, text TEXT);"                                 \
    "INSERT INTO step" #n " (id, text) VALUES (1, 'a'); UPDATE done SET steps = steps + 1;"
static const char *const steps[] = {
    "CREATE TABLE done (steps INTEGER NOT NULL); INSERT INTO done VALUES (1);",
    STEP(2),
    STEP(3),
    "ALTER TABLE step2 ADD COLUMN more INTEGER; UPDATE done SET steps = steps + 1;",
    STEP(5),
};
enum { STEPS = sizeof steps / sizeof *steps, OLD = 2 };
static const struct cqa_sql_schema old = {.steps = steps, .count = OLD};
static const struct cqa_sql_schema whole = {.steps = steps, .count = STEPS};

static const struct cqa_sql_statement done = {"SELECT steps FROM done", "", 1, 0};
static const struct cqa_sql_statement look_step5 = {"SELECT text FROM step5", "", 1, 0};
static const struct cqa_sql_statement look_more = {"SELECT more FROM step2", "", 1, 0};

static void test_step_by_step(void **state)
{
    struct fixture *fixture = *state;

    for (int count = 1; count <= STEPS; count++) {
        const struct cqa_sql_schema schema = {.steps = steps, .count = count};
        CHECK(fixture, cqa_sql_migrate(fixture->sql, &schema, &fixture->error));
        assert_int_equal(number(fixture, &done), count);
        CHECK(fixture, cqa_sql_migrate(fixture->sql, &schema, &fixture->error));
        assert_int_equal(number(fixture, &done), count);
    }
}

static void test_a_step_that_fails_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    const struct cqa_sql_schema bad = {.steps =
                                           (const char *const[]){steps[0], steps[1], steps[2],
                                                                 "CREATE TABLE step5 (a INTEGER);"
                                                                 "INSERT INTO nowhere VALUES (1)"},
                                       .count = 4};

    CHECK(fixture, cqa_sql_migrate(fixture->sql, &old, &fixture->error));
    assert_int_not_equal(cqa_sql_migrate(fixture->sql, &bad, &fixture->error), CQA_OK);
    assert_int_equal(number(fixture, &done), OLD);
    CHECK(fixture, cqa_sql_migrate(fixture->sql, &whole, &fixture->error));
    assert_int_equal(number(fixture, &done), STEPS);
}

static void test_never_backwards(void **state)
{
    struct fixture *fixture = *state;

    CHECK(fixture, cqa_sql_migrate(fixture->sql, &whole, &fixture->error));
    assert_int_equal(cqa_sql_migrate(fixture->sql, &old, &fixture->error), CQA_E_REFUSED);
    assert_non_null(strstr(cqa_english(&fixture->error.message), "schema 5"));
    assert_non_null(strstr(cqa_english(&fixture->error.message), "knows up to 2"));
    assert_int_equal(number(fixture, &done), STEPS);
}

/* ---- processes */

/* What a child does: 0 when it went well. */
static int migrate_once(void)
{
    struct cqa_sql_place place = place_of_group();
    struct cqa_sql *sql = NULL;
    struct cqa_error error = {0};

    if (cqa_sql_open(&place, &sql, &error) != CQA_OK ||
        cqa_sql_migrate(sql, &whole, &error) != CQA_OK) {
        (void)fprintf(stderr, "child: %s\n", cqa_english(&error.message));
        return 1;
    }
    cqa_sql_close(sql);
    return 0;
}

static void test_many_at_once(void **state)
{
    enum { CHILDREN = 8 };
    struct fixture *fixture = *state;
    pid_t children[CHILDREN];

    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(migrate_once());
    }
    for (int i = 0; i < CHILDREN; i++) {
        int code = -1;
        assert_int_equal(waitpid(children[i], &code, 0), children[i]);
        assert_int_equal(code, 0);
    }
    assert_int_equal(number(fixture, &done), STEPS);
}

/* Whether the migration is whole (1) or not begun (0); anything else fails. */
static int is_whole(struct fixture *fixture)
{
    struct cqa_sql_place place = fixture->place;

    CHECK(fixture, cqa_sql_open(&place, &fixture->sql, &fixture->error));
    const int64_t count = number(fixture, &done);
    const enum cqa_status five = cqa_sql_check(fixture->sql, &look_step5, &fixture->error);
    const enum cqa_status more = cqa_sql_check(fixture->sql, &look_more, &fixture->error);
    assert_true(count == OLD || count == STEPS);
    assert_int_equal(five == CQA_OK, count == STEPS);
    assert_int_equal(more == CQA_OK, count == STEPS);
    return count == STEPS;
}

static void begin_old(struct fixture *fixture)
{
    cqa_sql_close(fixture->sql);
    fixture->sql = NULL;
    empty(fixture);
    CHECK(fixture, cqa_sql_open(&fixture->place, &fixture->sql, &fixture->error));
    CHECK(fixture, cqa_sql_migrate(fixture->sql, &old, &fixture->error));
    cqa_sql_close(fixture->sql);
    fixture->sql = NULL;
}

static void goes_on(struct fixture *fixture)
{
    CHECK(fixture, cqa_sql_migrate(fixture->sql, &whole, &fixture->error));
    cqa_sql_close(fixture->sql);
    fixture->sql = NULL;
    assert_int_equal(is_whole(fixture), 1);
}

/* Lets the child make `calls` stops at system calls and kills it there; 1 when it ended before. */
static int kill_after(int calls)
{
    int status = 0;
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
            _exit(2);
        _exit(migrate_once());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    for (int i = 0; i <= calls && WIFSTOPPED(status); i++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    if (!WIFSTOPPED(status)) {
        assert_int_equal(status, 0);
        return 1;
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return 0;
}

/* Every second stop is the way back from a call, which has the state of the next way in. Of a
 * server's client, which mostly waits, every third call will do. */
static void test_killed_between_any_two_calls(void **state)
{
    struct fixture *fixture = *state;
    int ended = 0;
    int before = 0;
    int after = 0;

    for (int calls = 1; !ended; calls += on_postgres ? 6 : 2) {
        assert_true(calls < 20000);
        begin_old(fixture);
        ended = kill_after(calls);
        *(is_whole(fixture) ? &after : &before) += 1;
        goes_on(fixture);
    }
    print_message("killed at %d places: %d before, %d after\n", before + after, before, after);
    assert_true(before > 15 && after > 0);
}

static void test_killed_at_random(void **state)
{
    struct fixture *fixture = *state;
    unsigned seed = 1763604902;

    for (int i = 0; i < (on_postgres ? 8 : 25); i++) {
        const struct timespec a_little = {0, rand_r(&seed) % (on_postgres ? 200000000 : 20000000)};
        begin_old(fixture);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(migrate_once());
        assert_int_equal(nanosleep(&a_little, NULL), 0);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        (void)is_whole(fixture);
        goes_on(fixture);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_step_by_step),
        TEST(test_a_step_that_fails_changes_nothing),
        TEST(test_never_backwards),
        TEST(test_many_at_once),
        TEST(test_killed_between_any_two_calls),
        TEST(test_killed_at_random),
    };
    const int on_sqlite = cmocka_run_group_tests_name("sqlite", tests, start_sqlite, end_sqlite);
    return on_sqlite + cmocka_run_group_tests_name("postgres", tests, start_postgres, end_postgres);
}
