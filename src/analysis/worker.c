/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "analysis/answer.h"
#include "analysis/roles.h"
#include "base/log.h"
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

/* An order that is under way, for the children with more codecs if it comes to that. */
struct kept {
    int is_used;
    int is_waiting; /* for one of them to be idle */
    uint64_t id;
    uint32_t kind;
    struct cqa_frame_files files; /* our own */
    struct cqa_buffer body;
};

struct cqa_workers {
    const struct cqa_engine *engine;
    struct cqa_pool_config config;
    struct cqa_pool *pool;
    struct cqa_pool *more; /* of the program that is linked to FFmpeg; NULL: not needed yet */
    int epoll;             /* over both */
    struct kept *kept;
    size_t kept_count;
};

static const int64_t MORE_MEMORY_BYTES =
    INT64_C(512) << 20; /* 200 libraries take address space before anything is read */

static enum cqa_status make_pool(struct cqa_workers *workers, struct cqa_children *children,
                                 const struct cqa_pool_config *config, struct cqa_pool **out,
                                 struct cqa_error *error)
{
    enum cqa_status status = cqa_pool_create(out, children, config, error);

    if (status != CQA_OK)
        return status;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = *out};
    if (epoll_ctl(workers->epoll, EPOLL_CTL_ADD, cqa_pool_fd(*out), &event) == 0)
        return CQA_OK;
    status = cqa_fail_errno(error, "cannot watch the workers");
    cqa_pool_destroy(*out);
    *out = NULL;
    return status;
}

enum cqa_status cqa_workers_create(struct cqa_workers **out, const struct cqa_engine *engine,
                                   const struct cqa_workers_config *config, struct cqa_error *error)
{
    const int64_t timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : DEFAULT_TIMEOUT_MS;
    struct cqa_workers *workers = calloc(1, sizeof *workers);

    if (workers == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    workers->config = (struct cqa_pool_config){.count = config->count,
                                               .timeout_ms = timeout_ms,
                                               .child = {.role = CQA_ROLE_WORKER,
                                                         .memory_bytes = config->memory_bytes > 0
                                                                             ? config->memory_bytes
                                                                             : DEFAULT_MEMORY_BYTES,
                                                         .processor_s = timeout_ms / 1000 + 1},
                                               .rules = RULES,
                                               .rule_count = RULE_COUNT};
    workers->engine = engine;
    workers->kept_count = 2 * (size_t)config->count;
    workers->kept = calloc(workers->kept_count, sizeof *workers->kept);
    workers->epoll = epoll_create1(EPOLL_CLOEXEC);
    enum cqa_status status = workers->kept == NULL || workers->epoll < 0
                                 ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                 : make_pool(workers, cqa_engine_children(engine), &workers->config,
                                             &workers->pool, error);
    if (status != CQA_OK) {
        cqa_workers_destroy(workers);
        return status;
    }
    *out = workers;
    return CQA_OK;
}

/* --- orders that are kept --- */

static struct kept *find_kept(const struct cqa_workers *workers, uint64_t id)
{
    for (size_t i = 0; i < workers->kept_count; i++)
        if (workers->kept[i].is_used && workers->kept[i].id == id)
            return &workers->kept[i];
    return NULL;
}

static void forget(struct kept *kept)
{
    if (kept == NULL || !kept->is_used)
        return;
    for (size_t i = 0; i < kept->files.count; i++)
        close(kept->files.fd[i]);
    cqa_buffer_finish(&kept->body);
    *kept = (struct kept){0};
}

/* 0: there are no more descriptors, and none was taken. */
static int duplicate(const struct cqa_frame_files *files, struct cqa_frame_files *out)
{
    for (out->count = 0; out->count < files->count; out->count++) {
        out->fd[out->count] = fcntl(files->fd[out->count], F_DUPFD_CLOEXEC, 0);
        if (out->fd[out->count] >= 0)
            continue;
        while (out->count > 0)
            close(out->fd[--out->count]);
        return 0;
    }
    return 1;
}

/* What cannot be kept is not tried a second time. */
static void keep(struct cqa_workers *workers, uint64_t id, uint32_t kind, const struct iovec *parts,
                 size_t part_count, const struct cqa_frame_files *files)
{
    struct kept kept = {
        .is_used = 1, .id = id, .kind = kind, .body = {.limit = CQA_FRAME_ORDER_MAX}};
    size_t place = 0;

    while (place < workers->kept_count && workers->kept[place].is_used)
        place++;
    if (place == workers->kept_count || !duplicate(files, &kept.files))
        return;
    for (size_t i = 0; i < part_count; i++)
        (void)cqa_buffer_add(&kept.body, parts[i].iov_base, parts[i].iov_len);
    if (kept.body.failed)
        forget(&kept);
    else
        workers->kept[place] = kept;
}

void cqa_workers_destroy(struct cqa_workers *workers)
{
    if (workers == NULL)
        return;
    cqa_pool_destroy(workers->pool);
    cqa_pool_destroy(workers->more);
    for (size_t i = 0; workers->kept != NULL && i < workers->kept_count; i++)
        forget(&workers->kept[i]);
    free(workers->kept);
    if (workers->epoll >= 0)
        close(workers->epoll);
    free(workers);
}

int cqa_workers_idle(const struct cqa_workers *workers)
{
    int idle = cqa_pool_idle(workers->pool);

    for (size_t i = 0; i < workers->kept_count; i++)
        idle -= workers->kept[i].is_waiting;
    return idle > 0 ? idle : 0;
}

int cqa_workers_fd(const struct cqa_workers *workers)
{
    return workers->epoll;
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
        count = cqa_frame_named_parts(job->clips, sizeof *job->clips, job->name, second, parts);
    else
        count = cqa_frame_named_parts(&order, sizeof order, job->name, second, parts);
    const uint32_t kind = job->clips != NULL ? CQA_FRAME_CUT : CQA_FRAME_JOB;
    const enum cqa_status status =
        cqa_pool_submit(workers->pool, job->id, kind, parts, count, &files, error);

    if (status == CQA_OK)
        keep(workers, job->id, kind, parts, count, &files);
    return status;
}

/* --- a second try, by the children with more codecs --- */

static enum cqa_status start_more(struct cqa_workers *workers)
{
    struct cqa_children *children = cqa_engine_more(workers->engine);
    struct cqa_pool_config config = workers->config;
    struct cqa_error error = {0};

    if (workers->more != NULL)
        return CQA_OK;
    if (children == NULL)
        return CQA_E_NOTFOUND;
    config.child.memory_bytes += MORE_MEMORY_BYTES;
    const enum cqa_status status = make_pool(workers, children, &config, &workers->more, &error);
    if (status != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "worker: %p", &error.message);
    return status;
}

static void submit_waiting(struct cqa_workers *workers)
{
    struct cqa_error error;

    for (size_t i = 0; i < workers->kept_count; i++) {
        struct kept *kept = &workers->kept[i];
        const struct iovec part = {kept->body.text, kept->body.length};
        if (kept->is_waiting && cqa_pool_submit(workers->more, kept->id, kept->kind, &part, 1,
                                                &kept->files, &error) == CQA_OK)
            kept->is_waiting = 0;
    }
}

/* 1: the failure is not the last word. */
static int try_again(struct cqa_workers *workers, const struct cqa_outcome *outcome)
{
    struct kept *kept = find_kept(workers, outcome->id);

    if (kept == NULL || strcmp(outcome->failure.reason, CQA_FAILURE_CODEC) != 0 ||
        start_more(workers) != CQA_OK)
        return 0;
    kept->is_waiting = 1;
    submit_waiting(workers);
    return 1;
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

static void take_outcome(struct cqa_pool_outcome *end, struct cqa_outcome *outcome)
{
    *outcome = (struct cqa_outcome){.id = end->id};
    if (end->end == CQA_POOL_DIED)
        cqa_answer_explain_death(&outcome->failure, end->wait_status);
    else if (end->end == CQA_POOL_OVERDUE)
        cqa_failure_set(&outcome->failure, CQA_FAILURE_TIMED_OUT,
                        "the analysis took longer than the limit");
    else if (end->end == CQA_POOL_REFUSED || !read_answer(&end->answer, end->order, outcome))
        cqa_failure_set(&outcome->failure, CQA_FAILURE_CRASHED,
                        "the analysing process answered nonsense");
}

/* 1: one of either pool has its outcome. Never waits. */
static int take_now(struct cqa_workers *workers, struct cqa_outcome *outcome)
{
    struct cqa_pool_outcome end;

    if (workers->more != NULL && cqa_pool_take(workers->more, 0, &end)) {
        take_outcome(&end, outcome);
        forget(find_kept(workers, outcome->id));
        submit_waiting(workers);
        return 1;
    }
    while (cqa_pool_take(workers->pool, 0, &end)) {
        take_outcome(&end, outcome);
        if (try_again(workers, outcome))
            continue;
        forget(find_kept(workers, outcome->id));
        return 1;
    }
    return 0;
}

int cqa_workers_take(struct cqa_workers *workers, int timeout_ms, struct cqa_outcome *outcome)
{
    enum { LIMITS_MS = 500 }; /* how often the time limits are looked at */
    int left_ms = timeout_ms;

    for (;;) {
        struct epoll_event event;
        const int wait_ms = left_ms < 0 || left_ms > LIMITS_MS ? LIMITS_MS : left_ms;
        if (take_now(workers, outcome))
            return 1;
        if (left_ms == 0)
            return 0;
        if (epoll_wait(workers->epoll, &event, 1, wait_ms) <= 0 && left_ms > 0)
            left_ms -= wait_ms;
    }
}
