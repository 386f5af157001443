/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/slow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 16, ROOM_PER_ADDRESS = 4, ADDRESS_SIZE = 48 };

struct waiting {
    struct cqa_slow_job job;
    char address[ADDRESS_SIZE];
};

struct cqa_slow {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct waiting queue[ROOM]; /* a ring */
    size_t first, count;
    int is_ending;
};

/* The next one, or 0 at the end; it keeps its place in the queue while it is worked on. */
static int wait_for_one(struct cqa_slow *slow, struct cqa_slow_job *out)
{
    pthread_mutex_lock(&slow->lock);
    while (slow->count == 0 && !slow->is_ending)
        pthread_cond_wait(&slow->changed, &slow->lock);
    const int found = slow->count > 0;
    if (found)
        *out = slow->queue[slow->first].job;
    pthread_mutex_unlock(&slow->lock);
    return found;
}

static void *work(void *context)
{
    struct cqa_slow *slow = context;
    struct cqa_slow_job job;

    while (wait_for_one(slow, &job)) {
        job.work(job.context);
        pthread_mutex_lock(&slow->lock);
        slow->first = (slow->first + 1) % ROOM;
        slow->count--;
        pthread_mutex_unlock(&slow->lock);
    }
    return NULL;
}

enum cqa_status cqa_slow_start(struct cqa_slow **out, struct cqa_error *error)
{
    struct cqa_slow *slow = calloc(1, sizeof *slow);

    if (slow == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    pthread_mutex_init(&slow->lock, NULL);
    pthread_cond_init(&slow->changed, NULL);
    if (pthread_create(&slow->thread, NULL, work, slow) != 0) {
        free(slow);
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    *out = slow;
    return CQA_OK;
}

void cqa_slow_stop(struct cqa_slow *slow)
{
    if (slow == NULL)
        return;
    pthread_mutex_lock(&slow->lock);
    slow->is_ending = 1;
    pthread_cond_signal(&slow->changed);
    pthread_mutex_unlock(&slow->lock);
    pthread_join(slow->thread, NULL);
}

void cqa_slow_free(struct cqa_slow *slow)
{
    if (slow == NULL)
        return;
    pthread_cond_destroy(&slow->changed);
    pthread_mutex_destroy(&slow->lock);
    free(slow);
}

static int has_room(const struct cqa_slow *slow, const char *address)
{
    size_t same = 0;

    for (size_t i = 0; i < slow->count; i++)
        same += strcmp(slow->queue[(slow->first + i) % ROOM].address, address) == 0;
    return !slow->is_ending && slow->count < ROOM && same < ROOM_PER_ADDRESS;
}

int cqa_slow_take(struct cqa_slow *slow, const struct cqa_slow_job *job)
{
    pthread_mutex_lock(&slow->lock);
    const int takes = has_room(slow, job->address);
    if (takes) {
        struct waiting *place = &slow->queue[(slow->first + slow->count) % ROOM];
        place->job = *job;
        snprintf(place->address, ADDRESS_SIZE, "%s", job->address);
        job->start(job->context);
        slow->count++;
        pthread_cond_signal(&slow->changed);
    }
    pthread_mutex_unlock(&slow->lock);
    return takes;
}
