/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_WORK_SLOW_H
#define CQA_WORK_SLOW_H

#include "base/error.h"

/*
 * Where passwords are hashed: 64 MiB and most of a tenth of a second each, so one at a time, in a
 * thread of its own, while the connection is suspended. The threads that serve everybody else never
 * wait for it. The queue is short, and one address has but a part of it (docs/decisions/0152).
 */
struct cqa_slow;

struct cqa_slow_job {
    const char *address;          /* whose it is */
    void (*start)(void *context); /* called when it is taken, before anything is worked on */
    void (*work)(void *context);  /* called in the other thread */
    void *context;
};

/* Owned, stop with cqa_slow_stop. */
enum cqa_status cqa_slow_start(struct cqa_slow **out, struct cqa_error *error) CQA_MUST_CHECK;

/* Takes no more, and returns when what was taken is done. NULL is nothing. */
void cqa_slow_stop(struct cqa_slow *slow);
void cqa_slow_free(struct cqa_slow *slow);

/* 0: there is no room, for anybody or for this address, and nothing was called. */
int cqa_slow_take(struct cqa_slow *slow, const struct cqa_slow_job *job);

#endif
