/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real workers with the real engine; crashes are made by killing them, hangs by a time limit that
 * nothing meets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analysis/worker.h"
#include "support/recording.h"

static struct cqa_engine *engine;

static int set_up(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1);
    if (cqa_engine_create(&engine, CQA_ZYGOTE_FORKED, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_engine_destroy(engine);
    return 0;
}

/* Process ids of a process's children. */
static size_t children_of(pid_t parent, pid_t *out, size_t capacity)
{
    char path[64];
    size_t count = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (count < capacity && fscanf(file, "%d", &out[count]) == 1)
        count++;
    fclose(file);
    return count;
}

/* The workers, which are the zygote's. */
static size_t children(pid_t *out, size_t capacity)
{
    pid_t zygote = 0;

    assert_int_equal(children_of(getpid(), &zygote, 1), 1);
    return children_of(zygote, out, capacity);
}

/* The dead are buried within milliseconds, but nobody waits for that. */
static void expect_no_worker(void)
{
    pid_t pids[4];

    for (int i = 0; i < 500 && children(pids, 4) > 0; i++)
        usleep(10000);
    assert_int_equal(children(pids, 4), 0);
}

static struct cqa_workers *make(struct cqa_workers_config config)
{
    struct cqa_workers *workers = NULL;
    struct cqa_error error = {0};

    expect_no_worker();
    if (cqa_workers_create(&workers, engine, &config, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    assert_int_equal(cqa_workers_idle(workers), config.count);
    return workers;
}

static int tone(double seconds)
{
    return recording_of_tone(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, seconds);
}

static void submit(struct cqa_workers *workers, uint64_t id, int fd)
{
    const struct cqa_job job = {.id = id, .fd = fd, .name = "call.wav"};
    struct cqa_error error = {0};

    if (cqa_workers_submit(workers, &job, &error) != CQA_OK)
        fail_msg("%s", cqa_english(&error.message));
    close(fd);
}

/* The next outcome, however long it takes. */
static struct cqa_outcome take(struct cqa_workers *workers)
{
    struct cqa_outcome outcome;

    for (int i = 0; i < 600; i++)
        if (cqa_workers_take(workers, 100, &outcome))
            return outcome;
    fail_msg("no outcome");
    return outcome;
}

static void drop(struct cqa_outcome *outcome)
{
    if (outcome->result != NULL)
        cqa_result_finish(outcome->result);
    free(outcome->result);
}

static void test_facts_come_back(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 2});
    int seen[4] = {0};

    (void)state;
    submit(workers, 0, tone(3));
    submit(workers, 1, tone(5));
    assert_int_equal(cqa_workers_idle(workers), 0);
    const struct cqa_job third = {.id = 2, .fd = STDIN_FILENO, .name = "x"};
    assert_int_equal(cqa_workers_submit(workers, &third, NULL), CQA_E_BUSY);
    for (uint64_t next = 2; next < 6; next++) {
        struct cqa_outcome outcome = take(workers);
        assert_non_null(outcome.result);
        assert_in_range(outcome.id, 0, 3);
        seen[outcome.id]++;
        assert_int_equal(outcome.result->recording.duration_ms, outcome.id == 1 ? 5000 : 3000);
        assert_int_equal(strlen(outcome.result->recording.sha256), 64);
        assert_int_equal(outcome.result->channel_count, 2);
        drop(&outcome);
        if (next < 4)
            submit(workers, next, tone(3));
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(seen[i], 1);
    cqa_workers_destroy(workers);
}

static void test_failures_come_back_with_their_reason(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 1});

    (void)state;
    submit(workers, 7, recording_of_bytes("no audio at all, only text", 26));
    struct cqa_outcome outcome = take(workers);
    assert_int_equal(outcome.id, 7);
    assert_null(outcome.result);
    assert_string_equal(outcome.failure.reason, CQA_FAILURE_NOT_AUDIO);
    assert_true(cqa_english(&outcome.failure.message)[0] != '\0');
    submit(workers, 8, tone(3)); /* the worker lives on */
    outcome = take(workers);
    assert_non_null(outcome.result);
    drop(&outcome);
    cqa_workers_destroy(workers);
}

static void test_a_worker_that_dies_costs_one_recording(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 1});
    pid_t pids[4];

    (void)state;
    assert_int_equal(children(pids, 4), 1);
    assert_int_equal(kill(pids[0], SIGSTOP),
                     0); /* so that it is sure to hold the job when it dies */
    submit(workers, 1, tone(3));
    assert_int_equal(kill(pids[0], SIGSEGV), 0);
    assert_int_equal(kill(pids[0], SIGCONT), 0);
    struct cqa_outcome outcome = take(workers);
    assert_int_equal(outcome.id, 1);
    assert_null(outcome.result);
    assert_string_equal(outcome.failure.reason, CQA_FAILURE_CRASHED);
    while (cqa_workers_idle(workers) == 0) /* the next one is getting ready */
        assert_false(cqa_workers_take(workers, 10, &outcome));
    submit(workers, 2, tone(3));
    outcome = take(workers);
    assert_int_equal(outcome.id, 2);
    assert_non_null(outcome.result);
    drop(&outcome);
    cqa_workers_destroy(workers);
    expect_no_worker();
}

static void test_a_worker_killed_from_outside_is_not_the_recordings_fault(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 1});
    pid_t pids[4];

    (void)state;
    assert_int_equal(children(pids, 4), 1);
    kill(pids[0], SIGSTOP);
    submit(workers, 1, tone(3));
    kill(pids[0], SIGKILL); /* as the kernel does when memory runs out */
    struct cqa_outcome outcome = take(workers);
    assert_string_equal(outcome.failure.reason, CQA_FAILURE_INTERNAL);
    cqa_workers_destroy(workers);
}

static void test_a_worker_that_hangs_is_given_up(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 1, .timeout_ms = 200});
    pid_t pids[4];

    (void)state;
    assert_int_equal(children(pids, 4), 1);
    kill(pids[0], SIGSTOP);
    submit(workers, 5, tone(3));
    struct cqa_outcome outcome = take(workers);
    assert_int_equal(outcome.id, 5);
    assert_null(outcome.result);
    assert_string_equal(outcome.failure.reason, CQA_FAILURE_TIMED_OUT);
    cqa_workers_destroy(workers);
}

static void test_an_idle_worker_that_dies_is_replaced(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 2});
    struct cqa_outcome outcome;
    pid_t before[4];
    pid_t after[4];

    (void)state;
    assert_int_equal(children(before, 4), 2);
    kill(before[0], SIGKILL);
    do {
        assert_false(cqa_workers_take(workers, 10, &outcome));
    } while (children(after, 4) != 2 || after[0] == before[0] || after[1] == before[0] ||
             cqa_workers_idle(workers) != 2);
    submit(workers, 1, tone(3));
    submit(workers, 2, tone(3));
    for (int i = 0; i < 2; i++) {
        outcome = take(workers);
        assert_non_null(outcome.result);
        drop(&outcome);
    }
    cqa_workers_destroy(workers);
}

static void test_ending_leaves_no_process(void **state)
{
    struct cqa_workers *workers = make((struct cqa_workers_config){.count = 3});

    (void)state;
    submit(workers, 1, tone(60));
    cqa_workers_destroy(workers);
    expect_no_worker();
    cqa_workers_destroy(NULL);
}

int main(int argc, char **argv)
{
    cqa_engine_enter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts_come_back),
        cmocka_unit_test(test_failures_come_back_with_their_reason),
        cmocka_unit_test(test_a_worker_that_dies_costs_one_recording),
        cmocka_unit_test(test_a_worker_killed_from_outside_is_not_the_recordings_fault),
        cmocka_unit_test(test_a_worker_that_hangs_is_given_up),
        cmocka_unit_test(test_an_idle_worker_that_dies_is_replaced),
        cmocka_unit_test(test_ending_leaves_no_process),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
