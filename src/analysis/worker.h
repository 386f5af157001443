/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_WORKER_H
#define CQA_ANALYSIS_WORKER_H

#include <stddef.h>
#include <stdint.h>
#include "analysis/clips.h"
#include "analysis/engine.h"
#include "recorder/call.h"
#include "result/result.h"

/*
 * Worker processes that decode and analyse (docs/decisions/0001). The parent keeps no audio code
 * running on foreign bytes: it sends an open file, and reads back a result that it checks. Each
 * worker does one recording and ends; another takes its place, and has nothing of what it had
 * (docs/decisions/0074). A recording whose worker dies or takes too long gets the outcome.
 */
struct cqa_workers;

struct cqa_workers_config {
    int count;            /* processes, 1..256 */
    int64_t timeout_ms;   /* for one recording, wall clock; 0: 10 minutes */
    int64_t memory_bytes; /* address space of a worker; 0: 1 GiB */
};

/* The second file of a call that has one for each party. */
struct cqa_job_other {
    int fd;
    const char *name;
    struct cqa_align_order align;
};

/* One recording for a worker. Strings are copied; descriptors are duplicated into the worker, the
 * caller closes its own. */
struct cqa_job {
    uint64_t id;      /* the caller's */
    int fd;           /* open for reading */
    const char *name; /* for raw formats' endings and messages */
    struct cqa_call_lines lines;
    const struct cqa_job_other *other;  /* NULL: one file */
    const struct cqa_clip_order *clips; /* NULL: analyse; else cut these clips instead */
};

/* What became of one. `result` is NULL on failure and for clips; otherwise owned by the receiver
 * (cqa_result_finish and free), as are `clips`, packed (cqa_buffer_finish). */
struct cqa_outcome {
    uint64_t id;
    struct cqa_result *result;
    struct cqa_buffer clips;
    struct cqa_failure failure;
};

/* Starts the workers. The engine must outlive the pool. */
enum cqa_status cqa_workers_create(struct cqa_workers **out, const struct cqa_engine *engine,
                                   const struct cqa_workers_config *config,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* How many more jobs would start at once. */
int cqa_workers_idle(const struct cqa_workers *workers);

/* Starts a job on an idle worker; CQA_E_BUSY when there is none. */
enum cqa_status cqa_workers_submit(struct cqa_workers *workers, const struct cqa_job *job,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* An epoll descriptor that is readable when cqa_workers_take has something, for an outer event
 * loop. */
int cqa_workers_fd(const struct cqa_workers *workers);

/* Waits up to `timeout_ms` (0: not at all, -1: without end) for one outcome. 1: `outcome` filled;
 * 0: none. Enforces the time limit of jobs, so call it at least
 * once a second while jobs run. */
int cqa_workers_take(struct cqa_workers *workers, int timeout_ms, struct cqa_outcome *outcome);

/* Gives up every running job without an outcome (they stay in the caller's queue), ends all
 * workers. NULL is fine. */
void cqa_workers_destroy(struct cqa_workers *workers);

#endif
