/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum place_state { PLACE_FREE, PLACE_WAITS, PLACE_WORKS };

struct place {
    enum place_state state;
    struct cqa_queue_job job;
    char owner[CQA_QUEUE_OWNER_SIZE];
    uint64_t turn;
    uint64_t number; /* in the order in which they came */
};

struct cqa_queue {
    struct cqa_queue_plan plan;
    pthread_t threads[CQA_QUEUE_THREADS_MAX];
    size_t started;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct place places[CQA_QUEUE_ROOM_MAX];
    uint64_t turn; /* of the job that was begun last */
    uint64_t jobs; /* that came so far */
    int is_ending;
};

static size_t count_of(const struct cqa_queue *queue, const char *owner, enum place_state least)
{
    size_t count = 0;

    for (size_t i = 0; i < queue->plan.room; i++)
        count += queue->places[i].state >= least &&
                 (owner == NULL || strcmp(queue->places[i].owner, owner) == 0);
    return count;
}

/* The one whose turn it is, of an owner who has threads left; NULL: none. */
static struct place *next_of(struct cqa_queue *queue)
{
    struct place *next = NULL;

    for (size_t i = 0; i < queue->plan.room; i++) {
        struct place *place = &queue->places[i];
        const int is_sooner = next == NULL || place->turn < next->turn ||
                              (place->turn == next->turn && place->number < next->number);
        if (place->state == PLACE_WAITS && is_sooner &&
            (queue->is_ending ||
             count_of(queue, place->owner, PLACE_WORKS) < queue->plan.threads_per_owner))
            next = place;
    }
    return next;
}

/* Under the lock, which is left meanwhile. The job keeps its place while it is worked on. */
static void do_one(struct cqa_queue *queue, struct place *place)
{
    const int is_refused = queue->is_ending;

    place->state = PLACE_WORKS;
    queue->turn = place->turn;
    pthread_mutex_unlock(&queue->lock);
    (is_refused ? place->job.refuse : place->job.work)(place->job.context);
    pthread_mutex_lock(&queue->lock);
    place->state = PLACE_FREE;
    pthread_cond_broadcast(&queue->changed); /* the owner's next may begin */
}

static void *work(void *context)
{
    struct cqa_queue *queue = context;

    pthread_mutex_lock(&queue->lock);
    for (;;) {
        struct place *place = next_of(queue);
        if (place != NULL)
            do_one(queue, place);
        else if (queue->is_ending)
            break;
        else
            pthread_cond_wait(&queue->changed, &queue->lock);
    }
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

enum cqa_status cqa_queue_start(struct cqa_queue **out, const struct cqa_queue_plan *plan,
                                struct cqa_error *error)
{
    struct cqa_queue *queue = calloc(1, sizeof *queue);

    assert(plan->threads <= CQA_QUEUE_THREADS_MAX && plan->room <= CQA_QUEUE_ROOM_MAX);
    if (queue == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    queue->plan = *plan;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
    while (queue->started < plan->threads &&
           pthread_create(&queue->threads[queue->started], NULL, work, queue) == 0)
        queue->started++;
    if (queue->started < plan->threads) {
        cqa_queue_stop(queue);
        cqa_queue_free(queue);
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    *out = queue;
    return CQA_OK;
}

void cqa_queue_stop(struct cqa_queue *queue)
{
    if (queue == NULL)
        return;
    pthread_mutex_lock(&queue->lock);
    queue->is_ending = 1;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    for (size_t i = 0; i < queue->started; i++)
        pthread_join(queue->threads[i], NULL);
    queue->started = 0;
}

void cqa_queue_free(struct cqa_queue *queue)
{
    if (queue == NULL)
        return;
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

/* Behind the owner's others, each of which takes a turn; whoever has none comes next. */
static uint64_t turn_for(const struct cqa_queue *queue, const char *owner)
{
    uint64_t turn = queue->turn;

    for (size_t i = 0; i < queue->plan.room; i++) {
        const struct place *place = &queue->places[i];
        if (place->state != PLACE_FREE && strcmp(place->owner, owner) == 0 && place->turn >= turn)
            turn = place->turn + 1;
    }
    return turn;
}

static struct place *free_place(struct cqa_queue *queue, const char *owner)
{
    if (queue->is_ending || count_of(queue, owner, PLACE_WAITS) >= queue->plan.room_per_owner)
        return NULL;
    for (size_t i = 0; i < queue->plan.room; i++)
        if (queue->places[i].state == PLACE_FREE)
            return &queue->places[i];
    return NULL;
}

int cqa_queue_take(struct cqa_queue *queue, const struct cqa_queue_job *job)
{
    char owner[CQA_QUEUE_OWNER_SIZE];

    snprintf(owner, sizeof owner, "%s", job->owner);
    pthread_mutex_lock(&queue->lock);
    struct place *place = free_place(queue, owner);
    if (place != NULL) {
        place->turn = turn_for(queue, owner);
        place->job = *job;
        place->number = ++queue->jobs;
        memcpy(place->owner, owner, sizeof owner);
        job->start(job->context);
        place->state = PLACE_WAITS;
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    return place != NULL;
}
