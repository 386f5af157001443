/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zygotes and children that are real processes; this program is executed again for some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "child/child.h"
#include "child/pool.h"

enum { ECHO = CQA_FRAME_OF_ROLE, LIE, HANG, SPIN, LEAVE, SAID };

static const struct cqa_frame_rule RULES[] = {CQA_FRAME_RULES_COMMON, {SAID, 1, 255}};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };
static int calls; /* carries over from job to job where a child takes two */

static void live(void *context)
{
    char body[256];
    char text[255];
    struct cqa_frame_head head;
    const int fd = cqa_frame_take_order(&head, body, sizeof body);

    (void)context;
    if (head.kind == LIE)
        cqa_frame_say(UINT32_MAX, "x", 1);
    if (head.kind == HANG)
        for (;;)
            nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    for (volatile unsigned i = 0; head.kind == SPIN; i++)
        continue;
    if (head.kind == LEAVE)
        _exit(7);
    snprintf(text, sizeof text, "%s %d %d", body, ++calls, fd >= 0);
    cqa_frame_say(SAID, text, strlen(text));
}

/* What the zygote sees of the environment. */
static enum cqa_status prepare(void **context, char *name, size_t size, struct cqa_error *error)
{
    (void)context;
    (void)error;
    snprintf(name, size, "%s %s", getenv("CQA_TEST_SECRET") != NULL ? "knows" : "ignorant",
             getenv("TZ") != NULL ? getenv("TZ") : "nowhere");
    return CQA_OK;
}

static enum cqa_status prepare_nothing(void **context, char *name, size_t size,
                                       struct cqa_error *error)
{
    (void)context;
    (void)name;
    (void)size;
    return cqa_fail(error, CQA_E_NOTFOUND, "no model at all");
}

static const struct cqa_child_role roles[] = {{"talk", prepare, NULL, live}};
static const struct cqa_child_role broken[] = {{"talk", prepare_nothing, NULL, live}};

static struct cqa_children *make(enum cqa_zygote_start how)
{
    struct cqa_children *children = NULL;
    struct cqa_error error = {0};

    if (cqa_children_create(&children, roles, 1, how, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return children;
}

static size_t processes_of(pid_t parent, pid_t *out, size_t capacity)
{
    char path[64];
    size_t count = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    while (file != NULL && count < capacity && fscanf(file, "%d", &out[count]) == 1)
        count++;
    if (file != NULL)
        fclose(file);
    return count;
}

static pid_t zygote_of(pid_t parent)
{
    pid_t zygote = 0;

    assert_int_equal(processes_of(parent, &zygote, 1), 1);
    return zygote;
}

/* Waits for a process to go, whoever buries it. */
static int has_gone(pid_t pid)
{
    for (int i = 0; i < 500; i++) {
        char path[64];
        char state = 'X';
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *file = fopen(path, "r");
        if (file == NULL || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            state = 'X';
        if (file != NULL)
            fclose(file);
        if (state == 'X' || state == 'Z')
            return 1;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return 0;
}

static struct cqa_pool *make_pool(struct cqa_children *children, int count, int64_t timeout_ms,
                                  int64_t processor_s)
{
    const struct cqa_pool_config config = {.count = count,
                                           .timeout_ms = timeout_ms,
                                           .child = {"talk", INT64_C(256) << 20, processor_s},
                                           .rules = RULES,
                                           .rule_count = RULE_COUNT};
    struct cqa_pool *pool = NULL;
    struct cqa_error error = {0};

    if (cqa_pool_create(&pool, children, &config, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return pool;
}

static struct cqa_pool_outcome do_job(struct cqa_pool *pool, uint32_t kind, const char *word)
{
    const struct iovec part = {(void *)(uintptr_t)word, strlen(word)};
    struct cqa_pool_outcome outcome = {0};
    struct cqa_error error = {0};
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (cqa_pool_submit(pool, 42, kind, &part, 1, &(struct cqa_frame_files){1, {fd, -1}}, &error) !=
        CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    close(fd);
    assert_true(cqa_pool_take(pool, 60000, &outcome));
    assert_int_equal(outcome.id, 42);
    assert_int_equal(outcome.order, kind);
    return outcome;
}

static void expect_echo(struct cqa_pool *pool, const char *word)
{
    char wanted[64];
    const struct cqa_pool_outcome outcome = do_job(pool, ECHO, word);

    snprintf(wanted, sizeof wanted, "%s 1 1", word);
    assert_int_equal(outcome.end, CQA_POOL_ANSWERED);
    assert_string_equal(outcome.answer.body, wanted);
}

static void test_one_job_each(void **state)
{
    struct cqa_children *children = make(CQA_ZYGOTE_FORKED);
    struct cqa_pool *pool = make_pool(children, 1, 60000, 0);

    (void)state;
    for (int i = 0; i < 20; i++)
        expect_echo(pool, "hello"); /* always the first call of its process */
    cqa_pool_destroy(pool);
    pid_t left;
    for (int i = 0; i < 100 && processes_of(zygote_of(getpid()), &left, 1) > 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(processes_of(zygote_of(getpid()), &left, 1), 0); /* no zombie either */
    cqa_children_destroy(children);
    assert_int_equal(processes_of(getpid(), &left, 1), 0);
}

static void test_children_that_misbehave(void **state)
{
    struct cqa_children *children = make(CQA_ZYGOTE_FORKED);
    struct cqa_pool *pool = make_pool(children, 1, 60000, 0);

    (void)state;
    assert_int_equal(do_job(pool, LIE, "x").end, CQA_POOL_REFUSED);
    const struct cqa_pool_outcome left = do_job(pool, LEAVE, "x");
    assert_int_equal(left.end, CQA_POOL_DIED);
    assert_true(WIFEXITED(left.wait_status));
    assert_int_equal(WEXITSTATUS(left.wait_status), 7);
    cqa_pool_destroy(pool);
    pool = make_pool(children, 1, 200, 0);
    assert_int_equal(do_job(pool, HANG, "x").end, CQA_POOL_OVERDUE);
    cqa_pool_destroy(pool);
    pool = make_pool(children, 1, 60000, 1);
    const struct cqa_pool_outcome spun = do_job(pool, SPIN, "x");
    assert_int_equal(spun.end, CQA_POOL_DIED);
    assert_true(WIFSIGNALED(spun.wait_status));
    assert_int_equal(WTERMSIG(spun.wait_status), SIGXCPU);
    expect_echo(pool, "still here");
    cqa_pool_destroy(pool);
    cqa_children_destroy(children);
}

static void test_an_executed_zygote_knows_no_secret(void **state)
{
    (void)state;
    setenv("CQA_TEST_SECRET", "0123456789abcdef", 1);
    setenv("TZ", "Asia/Shanghai", 1);
    struct cqa_children *children = make(CQA_ZYGOTE_EXECUTED);
    assert_string_equal(cqa_children_name(children), "ignorant Asia/Shanghai");
    struct cqa_pool *pool = make_pool(children, 2, 60000, 0);
    expect_echo(pool, "hello");
    cqa_pool_destroy(pool);
    cqa_children_destroy(children);
    unsetenv("CQA_TEST_SECRET");
}

static void test_a_zygote_that_dies_is_replaced(void **state)
{
    setenv("TZ", "Asia/Shanghai", 1);
    struct cqa_children *children = make(CQA_ZYGOTE_EXECUTED);
    struct cqa_pool *pool = make_pool(children, 2, 60000, 0);
    struct cqa_pool_outcome none;
    pid_t workers[2];
    const pid_t before = zygote_of(getpid());

    (void)state;
    assert_int_equal(processes_of(before, workers, 2), 2);
    kill(before, SIGKILL);
    assert_true(has_gone(workers[0])); /* children die with it */
    assert_true(has_gone(workers[1]));
    assert_false(cqa_pool_take(pool, 100, &none));
    expect_echo(pool, "again");
    assert_int_not_equal(zygote_of(getpid()), before);
    cqa_pool_destroy(pool);
    cqa_children_destroy(children);
}

/* Nobody waits for one that stands still longer than for a slow one, and the end does not at all.
 */
static void test_a_zygote_that_stands_still_is_replaced(void **state)
{
    enum { SOON_MS = 8000 };
    struct cqa_children *children = make(CQA_ZYGOTE_EXECUTED);
    const struct cqa_child_order order = {"talk", INT64_C(256) << 20, 0};
    struct cqa_child child;
    struct cqa_error error = {0};
    const pid_t before = zygote_of(getpid());
    const int64_t begun_ms = cqa_clock_monotonic_ms(&cqa_clock_system);

    (void)state;
    kill(before, SIGSTOP);
    assert_int_equal(cqa_child_start(children, &order, RULES, RULE_COUNT, &child, &error), CQA_OK);
    assert_in_range(cqa_clock_monotonic_ms(&cqa_clock_system) - begun_ms, 1, SOON_MS);
    assert_int_not_equal(zygote_of(getpid()), before);
    kill(zygote_of(getpid()), SIGSTOP);
    assert_int_equal(cqa_child_end(children, &child), SIGKILL);
    cqa_children_destroy(children);
    assert_in_range(cqa_clock_monotonic_ms(&cqa_clock_system) - begun_ms, 1, 2 * SOON_MS);
}

static void test_the_end_does_not_wait_for_a_zygote_that_stands_still(void **state)
{
    struct cqa_children *children = make(CQA_ZYGOTE_EXECUTED);
    struct cqa_pool *pool = make_pool(children, 2, 60000, 0);
    pid_t workers[2];
    pid_t left;
    const pid_t zygote = zygote_of(getpid());
    const int64_t begun_ms = cqa_clock_monotonic_ms(&cqa_clock_system);

    (void)state;
    assert_int_equal(processes_of(zygote, workers, 2), 2);
    kill(zygote, SIGSTOP);
    cqa_pool_destroy(pool);
    cqa_children_destroy(children);
    assert_in_range(cqa_clock_monotonic_ms(&cqa_clock_system) - begun_ms, 0, 3000);
    assert_int_equal(processes_of(getpid(), &left, 1), 0);
    assert_true(has_gone(workers[0]));
    assert_true(has_gone(workers[1]));
}

/* Another zygote would load other models than the first: results must not change silently. */
static void test_a_zygote_that_differs_is_refused(void **state)
{
    setenv("TZ", "Asia/Shanghai", 1);
    struct cqa_children *children = make(CQA_ZYGOTE_EXECUTED);
    const struct cqa_child_order order = {"talk", INT64_C(256) << 20, 0};
    struct cqa_child child;
    struct cqa_error error = {0};

    (void)state;
    kill(zygote_of(getpid()), SIGKILL);
    setenv("TZ", "UTC", 1);
    assert_int_equal(cqa_child_start(children, &order, RULES, RULE_COUNT, &child, &error),
                     CQA_E_REFUSED);
    assert_non_null(strstr(cqa_english(&error.message), "restart"));
    cqa_children_destroy(children);
}

static void test_everything_goes_with_the_parent(void **state)
{
    pid_t workers[2];
    int ready[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        struct cqa_pool *pool = make_pool(make(CQA_ZYGOTE_EXECUTED), 2, 60000, 0);
        _exit(pool == NULL || write(ready[1], "x", 1) != 1 || pause() == 0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    const pid_t zygote = zygote_of(parent);
    assert_int_equal(processes_of(zygote, workers, 2), 2);
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_true(has_gone(zygote));
    assert_true(has_gone(workers[0]));
    assert_true(has_gone(workers[1]));
    close(ready[0]);
    close(ready[1]);
}

static void test_what_cannot_be_prepared(void **state)
{
    struct cqa_children *children = NULL;
    struct cqa_error error = {0};
    pid_t left;

    (void)state;
    assert_int_equal(cqa_children_create(&children, broken, 1, CQA_ZYGOTE_FORKED, &error),
                     CQA_E_NOTFOUND);
    assert_string_equal(cqa_english(&error.message), "no model at all");
    assert_null(children);
    assert_int_equal(processes_of(getpid(), &left, 1), 0);
}

static void test_no_such_role(void **state)
{
    struct cqa_children *children = make(CQA_ZYGOTE_FORKED);
    const struct cqa_child_order order = {"nobody", INT64_C(256) << 20, 0};
    struct cqa_child child;
    struct cqa_error error = {0};

    (void)state;
    assert_int_equal(cqa_child_start(children, &order, RULES, RULE_COUNT, &child, &error),
                     CQA_E_BADDATA);
    cqa_children_destroy(children);
}

int main(int argc, char **argv)
{
    cqa_zygote_enter(argc, argv, roles, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_job_each),
        cmocka_unit_test(test_children_that_misbehave),
        cmocka_unit_test(test_an_executed_zygote_knows_no_secret),
        cmocka_unit_test(test_a_zygote_that_dies_is_replaced),
        cmocka_unit_test(test_a_zygote_that_stands_still_is_replaced),
        cmocka_unit_test(test_the_end_does_not_wait_for_a_zygote_that_stands_still),
        cmocka_unit_test(test_a_zygote_that_differs_is_refused),
        cmocka_unit_test(test_everything_goes_with_the_parent),
        cmocka_unit_test(test_what_cannot_be_prepared),
        cmocka_unit_test(test_no_such_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
