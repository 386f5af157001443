/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_CHILD_POOL_H
#define CQA_CHILD_POOL_H

#include <stdint.h>
#include "child/child.h"

/*
 * A number of children of one role that wait for jobs. Each does one job and ends; another takes
 * its place when there is more to do. One that dies or takes too long costs its job alone. For one
 * thread.
 */
struct cqa_pool;

struct cqa_pool_config {
    int count;          /* children at a time, 1..256 */
    int64_t timeout_ms; /* for one job, wall clock */
    struct cqa_child_order child;
    const struct cqa_frame_rule *rules; /* what an answer may be, after CQA_FRAME_RULES_COMMON */
    size_t rule_count;
};

enum cqa_pool_end {
    CQA_POOL_ANSWERED,
    CQA_POOL_DIED,    /* see `wait_status` */
    CQA_POOL_REFUSED, /* it said what its table does not allow */
    CQA_POOL_OVERDUE,
};

struct cqa_pool_outcome {
    uint64_t id;
    uint32_t order; /* its kind: not every answer answers it */
    enum cqa_pool_end end;
    int wait_status;
    struct cqa_frame answer; /* the pool's, until its next call */
};

/* Starts the children and waits until each is in its sandbox, so that a system that has none says
 * so at once. `children` must outlive the pool. */
enum cqa_status cqa_pool_create(struct cqa_pool **out, struct cqa_children *children,
                                const struct cqa_pool_config *config,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Gives up every running job without an outcome, ends all children. NULL is fine. */
void cqa_pool_destroy(struct cqa_pool *pool);

/* How many more jobs would start at once. Replaces children that have ended: it is asked where
 * there is more to do. */
int cqa_pool_idle(struct cqa_pool *pool);

/* Orders a job of a child that waits; CQA_E_BUSY when none does. See
 * cqa_frame_order_files. */
enum cqa_status cqa_pool_submit(struct cqa_pool *pool, uint64_t id, uint32_t kind,
                                const struct iovec *parts, size_t part_count,
                                const struct cqa_frame_files *files,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* An epoll descriptor that is readable when cqa_pool_take has something to do. */
int cqa_pool_fd(const struct cqa_pool *pool);

/* Waits up to `timeout_ms` (0: not at all, -1: without end) for one outcome: 1, else 0. Enforces
 * the time limit of jobs and replaces the dead, so call it at least once a second while jobs run.
 */
int cqa_pool_take(struct cqa_pool *pool, int timeout_ms, struct cqa_pool_outcome *outcome);

#endif
