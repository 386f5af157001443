/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WORK_QUEUE_H
#define CQA_WORK_QUEUE_H

#include <stddef.h>
#include "base/error.h"

/*
 * Threads that do what takes long, one kind of work each, so that those that serve everybody never
 * wait for it. The queue is bounded and shared by turns: whoever has much to be done gets its next
 * job done after the first one of everybody else, and has a part of the places and of the threads
 * (docs/decisions/0152, 0179).
 */
struct cqa_queue;

struct cqa_queue_plan {
    size_t threads;           /* 1 to CQA_QUEUE_THREADS_MAX */
    size_t threads_per_owner; /* that one may have at a time */
    size_t room;              /* jobs, waiting and under way; up to CQA_QUEUE_ROOM_MAX */
    size_t room_per_owner;
};
enum { CQA_QUEUE_THREADS_MAX = 8, CQA_QUEUE_ROOM_MAX = 128, CQA_QUEUE_OWNER_SIZE = 64 };

struct cqa_queue_job {
    const char *owner;             /* whose it is; copied, cut to CQA_QUEUE_OWNER_SIZE */
    void (*start)(void *context);  /* called when it is taken, before anything is worked on */
    void (*work)(void *context);   /* called in another thread */
    void (*refuse)(void *context); /* instead of `work`, likewise: the end came before its turn */
    void *context;
};

/* Owned, stop with cqa_queue_stop and free with cqa_queue_free. */
enum cqa_status cqa_queue_start(struct cqa_queue **out, const struct cqa_queue_plan *plan,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Takes no more, refuses what waits, and returns when what is under way is done. NULL is nothing.
 */
void cqa_queue_stop(struct cqa_queue *queue);
void cqa_queue_free(struct cqa_queue *queue);

/* 0: there is no room, for anybody or for this owner, and nothing was called. Any thread. */
int cqa_queue_take(struct cqa_queue *queue, const struct cqa_queue_job *job);

#endif
