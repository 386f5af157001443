/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "child/pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

enum {
    START_MS_MAX = 30 * 1000, /* from fork to READY, on a machine under load */
    RESPAWN_MS = 1000,        /* between two attempts that came to nothing */
};

struct seat {
    struct cqa_child child; /* pid 0: nobody sits here; the next comes at due_ms */
    int is_ready;           /* it has said so */
    int is_busy;            /* given up at due_ms */
    int64_t due_ms;         /* monotonic */
    uint64_t job_id;
    uint32_t order;
};

struct cqa_pool {
    struct cqa_children *children;
    struct cqa_pool_config config;
    int epoll;
    struct seat *seats;
    struct cqa_frame_reader taken; /* holds the answer that was handed out last */
};

static int64_t now_ms(void)
{
    return cqa_clock_monotonic_ms(&cqa_clock_system);
}

static int is_idle(const struct seat *seat)
{
    return seat->child.pid != 0 && !seat->is_busy;
}

/* --- life and death of one child --- */

/* While it waits only its end is news: that it is ready must not wake anybody. */
static int watch(const struct cqa_pool *pool, struct seat *seat, int how, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLRDHUP, .data.ptr = seat};

    return epoll_ctl(pool->epoll, how, seat->child.socket, &event) == 0;
}

/* Takes the child from its seat; how it ended is asked for, or not (NULL). */
static void unseat(struct cqa_pool *pool, struct seat *seat, int *wait_status)
{
    const int64_t pause_ms = seat->is_ready ? 0 : RESPAWN_MS;

    (void)epoll_ctl(pool->epoll, EPOLL_CTL_DEL, seat->child.socket, NULL);
    if (wait_status != NULL)
        *wait_status = cqa_child_end(pool->children, &seat->child);
    else
        cqa_child_dismiss(pool->children, &seat->child);
    *seat = (struct seat){.due_ms = now_ms() + pause_ms};
}

static enum cqa_status fill(struct cqa_pool *pool, struct seat *seat, struct cqa_error *error)
{
    *seat = (struct seat){.due_ms = now_ms() + RESPAWN_MS};
    enum cqa_status status =
        cqa_child_start(pool->children, &pool->config.child, pool->config.rules,
                        pool->config.rule_count, &seat->child, error);
    if (status == CQA_OK && !watch(pool, seat, EPOLL_CTL_ADD, 0)) {
        status = cqa_fail_errno(error, "cannot watch a worker");
        unseat(pool, seat, NULL);
    }
    return status;
}

/* What cannot be started now is tried again later. */
static void fill_all(struct cqa_pool *pool)
{
    struct cqa_error error = {0};

    for (int i = 0; i < pool->config.count; i++) {
        struct seat *seat = &pool->seats[i];
        if (seat->child.pid == 0 && seat->due_ms <= now_ms() && fill(pool, seat, &error) != CQA_OK)
            cqa_log(CQA_LOG_WARNING, "worker: %p", &error.message);
    }
}

/* --- what a child says --- */

/* Hands on how a job ended, where there was one. */
static int end_job(struct cqa_pool *pool, struct seat *seat, enum cqa_pool_end end,
                   struct cqa_pool_outcome *outcome)
{
    const int was_busy = seat->is_busy;

    *outcome = (struct cqa_pool_outcome){.id = seat->job_id, .order = seat->order, .end = end};
    if (!seat->is_ready)
        cqa_log(CQA_LOG_WARNING, "worker: ended while it started");
    unseat(pool, seat, &outcome->wait_status);
    return was_busy;
}

/* The answer outlives the child, whose end nobody waits for. */
static int end_well(struct cqa_pool *pool, struct seat *seat, const struct cqa_frame *answer,
                    struct cqa_pool_outcome *outcome)
{
    *outcome = (struct cqa_pool_outcome){
        .id = seat->job_id, .order = seat->order, .end = CQA_POOL_ANSWERED, .answer = *answer};
    cqa_frame_finish(&pool->taken);
    pool->taken = seat->child.reader;
    seat->child.reader.in = (struct cqa_buffer){0};
    unseat(pool, seat, NULL);
    return 1;
}

/* 1: the seat's job has its outcome. */
static int hear(struct cqa_pool *pool, struct seat *seat, struct cqa_pool_outcome *outcome)
{
    struct cqa_frame frame = {0};

    for (;;) {
        switch (cqa_frame_receive(&seat->child.reader, seat->child.socket, &frame)) {
        case CQA_FRAME_PARTIAL:
            return 0;
        case CQA_FRAME_ENDED:
            return end_job(pool, seat, CQA_POOL_DIED, outcome);
        case CQA_FRAME_REFUSED:
            return end_job(pool, seat, CQA_POOL_REFUSED, outcome);
        case CQA_FRAME_WHOLE:
            break;
        }
        if (frame.kind == CQA_FRAME_BROKEN && !seat->is_ready)
            cqa_log(CQA_LOG_ERROR, "worker: %.*s", (int)frame.length, frame.body);
        else if (frame.kind >= CQA_FRAME_OF_ROLE && seat->is_ready && seat->is_busy)
            return end_well(pool, seat, &frame, outcome);
        else if (frame.kind != CQA_FRAME_READY || seat->is_ready)
            return end_job(pool, seat, CQA_POOL_REFUSED, outcome);
        seat->is_ready |= frame.kind == CQA_FRAME_READY;
        cqa_frame_next(&seat->child.reader);
    }
}

/* --- the pool --- */

static int take_overdue(struct cqa_pool *pool, struct cqa_pool_outcome *outcome)
{
    for (int i = 0; i < pool->config.count; i++) {
        struct seat *seat = &pool->seats[i];
        if (seat->is_busy && seat->due_ms <= now_ms())
            return end_job(pool, seat, CQA_POOL_OVERDUE, outcome);
    }
    return 0;
}

/* How long epoll may sleep: until the caller's end or the next thing that is due, whichever comes
 * first. */
static int sleep_ms(const struct cqa_pool *pool, int64_t end_ms)
{
    int64_t next_ms = end_ms;

    for (int i = 0; i < pool->config.count; i++) {
        const struct seat *seat = &pool->seats[i];
        if (!is_idle(seat) && (next_ms < 0 || seat->due_ms < next_ms))
            next_ms = seat->due_ms;
    }
    if (next_ms < 0)
        return -1;
    const int64_t left_ms = next_ms - now_ms();
    return left_ms <= 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
}

int cqa_pool_take(struct cqa_pool *pool, int timeout_ms, struct cqa_pool_outcome *outcome)
{
    const int64_t end_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;

    for (;;) {
        struct epoll_event event;
        int taken = take_overdue(pool, outcome);
        if (taken)
            return 1;
        fill_all(pool);
        const int ready = epoll_wait(pool->epoll, &event, 1, sleep_ms(pool, end_ms));
        if (ready > 0)
            taken = hear(pool, event.data.ptr, outcome);
        if (taken || (ready <= 0 && end_ms >= 0 && now_ms() >= end_ms))
            return taken;
    }
}

/* Until each is in its sandbox. */
static enum cqa_status await_all(struct cqa_pool *pool, struct cqa_error *error)
{
    const int64_t due_ms = now_ms() + START_MS_MAX;

    for (int i = 0; i < pool->config.count; i++) {
        struct seat *seat = &pool->seats[i];
        struct cqa_frame frame = {0};
        const enum cqa_frame_state state =
            cqa_frame_await(&seat->child.reader, seat->child.socket, due_ms, &frame);
        if (state == CQA_FRAME_PARTIAL)
            return cqa_fail(error, CQA_E_BUSY, "a worker process does not start");
        if (state == CQA_FRAME_WHOLE && frame.kind == CQA_FRAME_BROKEN)
            return cqa_fail(error, CQA_E_IO, "a worker process cannot enter its sandbox: %.*s",
                            (int)frame.length, frame.body);
        if (state != CQA_FRAME_WHOLE || frame.kind != CQA_FRAME_READY)
            return cqa_fail(error, CQA_E_IO, "a worker process cannot enter its sandbox");
        seat->is_ready = 1;
        cqa_frame_next(&seat->child.reader);
    }
    return CQA_OK;
}

enum cqa_status cqa_pool_create(struct cqa_pool **out, struct cqa_children *children,
                                const struct cqa_pool_config *config, struct cqa_error *error)
{
    struct cqa_pool *pool = calloc(1, sizeof *pool);
    enum cqa_status status = CQA_OK;

    if (pool == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    pool->children = children;
    pool->config = *config;
    pool->seats = calloc((size_t)config->count, sizeof *pool->seats);
    pool->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (pool->seats == NULL || pool->epoll < 0) {
        cqa_pool_destroy(pool);
        return cqa_fail(error, CQA_E_NOMEM, "cannot make the worker pool");
    }
    for (int i = 0; i < config->count && status == CQA_OK; i++)
        status = fill(pool, &pool->seats[i], error);
    if (status == CQA_OK)
        status = await_all(pool, error);
    if (status != CQA_OK) {
        cqa_pool_destroy(pool);
        return status;
    }
    *out = pool;
    return CQA_OK;
}

void cqa_pool_destroy(struct cqa_pool *pool)
{
    if (pool == NULL)
        return;
    for (int i = 0; pool->seats != NULL && i < pool->config.count; i++)
        if (pool->seats[i].child.pid != 0)
            unseat(pool, &pool->seats[i], NULL);
    if (pool->epoll >= 0)
        close(pool->epoll);
    cqa_frame_finish(&pool->taken);
    free(pool->seats);
    free(pool);
}

int cqa_pool_fd(const struct cqa_pool *pool)
{
    return pool->epoll;
}

int cqa_pool_idle(struct cqa_pool *pool)
{
    int idle = 0;

    fill_all(pool);
    for (int i = 0; i < pool->config.count; i++)
        idle += is_idle(&pool->seats[i]);
    return idle;
}

/* Before the order goes out, what lies in the socket is taken: it would wake the caller for
 * nothing. 0: the child has died in its sleep. */
static int order(struct cqa_pool *pool, struct seat *seat, uint32_t kind, const struct iovec *parts,
                 size_t part_count, const struct cqa_frame_files *files)
{
    struct cqa_pool_outcome none;

    (void)hear(pool, seat, &none);
    return seat->child.pid != 0 && watch(pool, seat, EPOLL_CTL_MOD, EPOLLIN) &&
           cqa_frame_order_files(seat->child.socket, kind, parts, part_count, files);
}

enum cqa_status cqa_pool_submit(struct cqa_pool *pool, uint64_t id, uint32_t kind,
                                const struct iovec *parts, size_t part_count,
                                const struct cqa_frame_files *files, struct cqa_error *error)
{
    fill_all(pool);
    for (int i = 0; i < pool->config.count; i++) {
        struct seat *seat = &pool->seats[i];
        if (!is_idle(seat))
            continue;
        if (!order(pool, seat, kind, parts, part_count, files)) { /* take the next one */
            if (seat->child.pid != 0)
                unseat(pool, seat, NULL);
            continue;
        }
        seat->is_busy = 1;
        seat->job_id = id;
        seat->order = kind;
        seat->due_ms = now_ms() + pool->config.timeout_ms;
        return CQA_OK;
    }
    return cqa_fail(error, CQA_E_BUSY, "no worker is idle");
}
