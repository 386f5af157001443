/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A round is computed once for all who wait for it, each of whom is told how far it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <pthread.h>
#include "rounds/work.h"
#include "support/desk.h"

enum { CALLS = 3 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* Somebody who asks for the round. `told` is counted under the lock. */
struct asking {
    struct cqa_round round;
    struct asking *other; /* who is waited for until they have been told; NULL: nobody */
    int told;
    int64_t done, total;
    int is_unwanted; /* says so when told */
    struct cqa_work_shared *work;
    enum cqa_status status;
    pthread_t thread;
};

static int goes_on(void *context, int64_t done, int64_t total)
{
    struct asking *asking = context;

    pthread_mutex_lock(&lock);
    asking->told++;
    asking->done = done;
    asking->total = total;
    pthread_cond_broadcast(&changed);
    while (asking->other != NULL && asking->other->told == 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return !asking->is_unwanted;
}

static void *take(void *context)
{
    struct asking *asking = context;
    const struct cqa_going going = {goes_on, asking};
    struct cqa_error error = {0};

    asking->status = cqa_work_take(served.scores, &asking->round, CQA_WORK_FROM_CALLS, &going,
                                   &asking->work, &error);
    return NULL;
}

static void wait_until_told(struct asking *asking)
{
    pthread_mutex_lock(&lock);
    while (asking->told == 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* One computes, and stands still until the other has been told. */
static void both_ask(struct asking *first, struct asking *second)
{
    first->other = second;
    assert_int_equal(pthread_create(&first->thread, NULL, take, first), 0);
    wait_until_told(first);
    assert_int_equal(pthread_create(&second->thread, NULL, take, second), 0);
    assert_int_equal(pthread_join(first->thread, NULL), 0);
    assert_int_equal(pthread_join(second->thread, NULL), 0);
}

static struct asking asking_for(int64_t number, struct cqa_arena *arena)
{
    struct asking asking = {.told = 0};
    struct cqa_error error = {0};

    assert_int_equal(cqa_round_read(served.scores, number, arena, &asking.round, &error), CQA_OK);
    return asking;
}

static void open_with_calls(void)
{
    seat_people();
    open_round("agent-2013");
    for (int i = 0; i < CALLS; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "c%d", i);
        served_put(&served, id, NULL);
    }
}

static void who_asks_meanwhile_waits_for_the_same(void **state)
{
    struct cqa_arena arena = {0};

    (void)state;
    open_with_calls();
    struct asking first = asking_for(1, &arena);
    struct asking second = asking_for(1, &arena);
    both_ask(&first, &second);
    assert_int_equal(first.status, CQA_OK);
    assert_int_equal(second.status, CQA_OK);
    assert_ptr_equal(first.work, second.work);
    assert_int_equal(first.total, CALLS);
    assert_true(first.told >= CALLS);
    assert_true(second.told < first.told); /* it has not computed */
    cqa_work_give(served.scores, first.work);
    cqa_work_give(served.scores, second.work);
    cqa_arena_finish(&arena);
}

static void who_waits_computes_what_was_called_off(void **state)
{
    struct cqa_arena arena = {0};

    (void)state;
    open_with_calls();
    struct asking first = asking_for(1, &arena);
    struct asking second = asking_for(1, &arena);
    first.is_unwanted = 1;
    both_ask(&first, &second);
    assert_int_equal(first.status, CQA_E_REFUSED);
    assert_null(first.work);
    assert_int_equal(second.status, CQA_OK);
    assert_true(second.told > CALLS);
    assert_int_equal(second.total, CALLS);
    cqa_work_give(served.scores, second.work);
    cqa_arena_finish(&arena);
}

static void who_no_longer_waits_leaves_the_other_to_it(void **state)
{
    struct cqa_arena arena = {0};

    (void)state;
    open_with_calls();
    struct asking first = asking_for(1, &arena);
    struct asking second = asking_for(1, &arena);
    second.is_unwanted = 1;
    both_ask(&first, &second);
    assert_int_equal(first.status, CQA_OK);
    assert_int_equal(second.status, CQA_E_REFUSED);
    assert_null(second.work);
    cqa_work_give(served.scores, first.work);
    cqa_arena_finish(&arena);
}

int main(void)
{
#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DESK(who_asks_meanwhile_waits_for_the_same),
        WITH_DESK(who_waits_computes_what_was_called_off),
        WITH_DESK(who_no_longer_waits_leaves_the_other_to_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
