/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose turn it is, with real threads; a gate holds the first job until all have come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include "work/queue.h"

enum { JOBS = CQA_QUEUE_ROOM_MAX + 12 };

struct log {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int is_open;                /* the gate */
    char done[JOBS * 2 + 1];    /* a letter a job, in the order in which they were done */
    char refused[JOBS * 2 + 1]; /* likewise */
    int under_way, most_under_way;
};

struct task {
    struct log *log;
    char letter;
    int is_started;
};

static struct log log_;
static struct task tasks[JOBS];
static size_t task_count;

static void note(char *list, char letter)
{
    const size_t length = strlen(list);

    list[length] = letter;
    list[length + 1] = '\0';
}

static void start(void *context)
{
    struct task *task = context;

    task->is_started = 1;
}

static void work(void *context)
{
    struct task *task = context;
    struct log *log = task->log;

    assert_true(task->is_started);
    pthread_mutex_lock(&log->lock);
    if (++log->under_way > log->most_under_way)
        log->most_under_way = log->under_way;
    pthread_cond_broadcast(&log->changed);
    while (!log->is_open)
        pthread_cond_wait(&log->changed, &log->lock);
    note(log->done, task->letter);
    log->under_way--;
    pthread_cond_broadcast(&log->changed);
    pthread_mutex_unlock(&log->lock);
}

static void refuse(void *context)
{
    struct task *task = context;

    pthread_mutex_lock(&task->log->lock);
    note(task->log->refused, task->letter);
    pthread_mutex_unlock(&task->log->lock);
}

static struct cqa_queue *begin(size_t threads, size_t threads_per_owner, size_t room,
                               size_t room_per_owner)
{
    const struct cqa_queue_plan plan = {threads, threads_per_owner, room, room_per_owner};
    struct cqa_queue *queue = NULL;
    struct cqa_error error = {0};

    log_ = (struct log){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    task_count = 0;
    assert_int_equal(cqa_queue_start(&queue, &plan, &error), CQA_OK);
    return queue;
}

/* The owner is the letter. */
static int come(struct cqa_queue *queue, char letter)
{
    const char owner[] = {letter, '\0'};
    struct task *task = &tasks[task_count++];

    *task = (struct task){&log_, letter, 0};
    return cqa_queue_take(queue, &(struct cqa_queue_job){owner, start, work, refuse, task});
}

static void wait_for(int under_way)
{
    pthread_mutex_lock(&log_.lock);
    while (log_.under_way < under_way)
        pthread_cond_wait(&log_.changed, &log_.lock);
    pthread_mutex_unlock(&log_.lock);
}

static void *stop(void *queue)
{
    cqa_queue_stop(queue);
    return NULL;
}

/* Waits until so many are under way, then opens the gate and waits until so many are done. */
static void go(int under_way, size_t done)
{
    wait_for(under_way);
    pthread_mutex_lock(&log_.lock);
    log_.is_open = 1;
    pthread_cond_broadcast(&log_.changed);
    while (strlen(log_.done) < done)
        pthread_cond_wait(&log_.changed, &log_.lock);
    pthread_mutex_unlock(&log_.lock);
}

static void end(struct cqa_queue *queue)
{
    cqa_queue_stop(queue);
    cqa_queue_free(queue);
}

static void whoever_has_much_to_do_lets_others_in(void **state)
{
    struct cqa_queue *queue = begin(1, 1, 20, 10);

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(come(queue, 'a'));
    wait_for(1);
    assert_true(come(queue, 'b'));
    assert_true(come(queue, 'b'));
    assert_true(come(queue, 'c'));
    go(1, 8);
    assert_string_equal(log_.done, "abcabaaa");
    end(queue);
}

static void a_full_queue_says_so_and_calls_nothing(void **state)
{
    struct cqa_queue *queue = begin(1, 1, 6, 4);

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_true(come(queue, 'a'));
    assert_false(come(queue, 'a')); /* the owner's part */
    assert_false(tasks[task_count - 1].is_started);
    assert_true(come(queue, 'b'));
    assert_true(come(queue, 'c'));
    assert_false(come(queue, 'd')); /* everybody's */
    go(1, 6);
    end(queue);
    assert_int_equal(strlen(log_.refused), 0);
}

static void nobody_has_all_threads(void **state)
{
    struct cqa_queue *queue = begin(4, 2, 20, 10);

    (void)state;
    for (int i = 0; i < 6; i++)
        assert_true(come(queue, 'a'));
    wait_for(2);
    assert_true(come(queue, 'b')); /* begins, though four of the other wait */
    go(3, 7);
    assert_int_equal(log_.most_under_way, 3);
    end(queue);
}

static void what_waits_at_the_end_is_refused(void **state)
{
    struct cqa_queue *queue = begin(1, 1, CQA_QUEUE_ROOM_MAX, CQA_QUEUE_ROOM_MAX);
    const struct timespec pause = {.tv_nsec =
                                       5000000}; /* all the room lasts for over half a second */
    pthread_t stopper;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(come(queue, 'a'));
    wait_for(1);
    assert_int_equal(pthread_create(&stopper, NULL, stop, queue), 0);
    while (come(queue, 'b')) /* until the end has begun: what came before it waits, too */
        nanosleep(&pause, NULL);
    go(1, 1);
    assert_int_equal(pthread_join(stopper, NULL), 0);
    cqa_queue_free(queue);
    assert_string_equal(log_.done, "a");
    assert_int_equal(strlen(log_.refused), task_count - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_has_much_to_do_lets_others_in),
        cmocka_unit_test(a_full_queue_says_so_and_calls_nothing),
        cmocka_unit_test(nobody_has_all_threads),
        cmocka_unit_test(what_waits_at_the_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
