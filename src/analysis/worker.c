/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/worker.h"

#include <stdlib.h>
#include <string.h>
#include "analysis/answer.h"
#include "analysis/roles.h"
#include "child/pool.h"

enum { DEFAULT_TIMEOUT_MS = 10 * 60 * 1000 };
static const int64_t DEFAULT_MEMORY_BYTES = INT64_C(1) << 30;

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON,
    {CQA_FRAME_RESULT, 2, CQA_RESULT_BYTES_MAX},
    {CQA_FRAME_CLIPS, 0, CQA_FRAME_BODY_MAX},
    {CQA_FRAME_FAILURE, 3, CQA_FAILURE_BYTES_MAX},
};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

struct cqa_workers {
    struct cqa_pool *pool;
};

enum cqa_status cqa_workers_create(struct cqa_workers **out, const struct cqa_engine *engine,
                                   const struct cqa_workers_config *config, struct cqa_error *error)
{
    const int64_t timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : DEFAULT_TIMEOUT_MS;
    const struct cqa_pool_config pool = {.count = config->count,
                                         .timeout_ms = timeout_ms,
                                         .child = {.role = CQA_ROLE_WORKER,
                                                   .memory_bytes = config->memory_bytes > 0
                                                                       ? config->memory_bytes
                                                                       : DEFAULT_MEMORY_BYTES,
                                                   .processor_s = timeout_ms / 1000 + 1},
                                         .rules = RULES,
                                         .rule_count = RULE_COUNT};
    struct cqa_workers *workers = calloc(1, sizeof *workers);

    if (workers == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    const enum cqa_status status =
        cqa_pool_create(&workers->pool, cqa_engine_children(engine), &pool, error);
    if (status != CQA_OK) {
        free(workers);
        return status;
    }
    *out = workers;
    return CQA_OK;
}

void cqa_workers_destroy(struct cqa_workers *workers)
{
    if (workers == NULL)
        return;
    cqa_pool_destroy(workers->pool);
    free(workers);
}

int cqa_workers_idle(const struct cqa_workers *workers)
{
    return cqa_pool_idle(workers->pool);
}

int cqa_workers_fd(const struct cqa_workers *workers)
{
    return cqa_pool_fd(workers->pool);
}

enum cqa_status cqa_workers_submit(struct cqa_workers *workers, const struct cqa_job *job,
                                   struct cqa_error *error)
{
    const struct cqa_job_other *other = job->other;
    const struct cqa_frame_files files = {other != NULL ? 2 : 1,
                                          {job->fd, other != NULL ? other->fd : -1}};
    const char *const second = other != NULL ? other->name : NULL;
    struct cqa_job_order order = {.lines = job->lines};
    struct iovec parts[CQA_FRAME_ORDER_PARTS];
    size_t count;

    if (other != NULL)
        order.align = other->align;
    if (job->clips != NULL)
        count = cqa_role_parts(job->clips, sizeof *job->clips, job->name, second, parts);
    else
        count = cqa_role_parts(&order, sizeof order, job->name, second, parts);
    return cqa_pool_submit(workers->pool, job->id,
                           job->clips != NULL ? CQA_FRAME_CUT : CQA_FRAME_JOB, parts, count, &files,
                           error);
}

/* 0: that is no answer to such an order. */
static int read_answer(const struct cqa_frame *answer, uint32_t order, struct cqa_outcome *out)
{
    if (answer->kind == CQA_FRAME_FAILURE)
        return cqa_answer_failure(answer->body, answer->length, &out->failure);
    if (answer->kind == CQA_FRAME_CLIPS)
        return order == CQA_FRAME_CUT &&
               cqa_answer_clips(answer->body, answer->length, &out->clips);
    if (order != CQA_FRAME_JOB)
        return 0;
    out->result = cqa_answer_result(answer->body, answer->length, &out->failure);
    return 1;
}

int cqa_workers_take(struct cqa_workers *workers, int timeout_ms, struct cqa_outcome *outcome)
{
    struct cqa_pool_outcome end;

    if (!cqa_pool_take(workers->pool, timeout_ms, &end))
        return 0;
    *outcome = (struct cqa_outcome){.id = end.id};
    if (end.end == CQA_POOL_DIED)
        cqa_answer_explain_death(&outcome->failure, end.wait_status);
    else if (end.end == CQA_POOL_OVERDUE)
        cqa_failure_set(&outcome->failure, CQA_FAILURE_TIMED_OUT,
                        "the analysis took longer than the limit");
    else if (end.end == CQA_POOL_REFUSED || !read_answer(&end.answer, end.order, outcome))
        cqa_failure_set(&outcome->failure, CQA_FAILURE_CRASHED,
                        "the analysing process answered nonsense");
    return 1;
}
