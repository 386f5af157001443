/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "analysis/answer.h"
#include "analysis/frame.h"
#include "base/clock.h"
#include "base/log.h"

enum {
    DEFAULT_TIMEOUT_MS = 10 * 60 * 1000,
    START_MS_MAX = 30 * 1000, /* from fork to READY, on a machine under load */
    RESPAWN_MS = 1000,        /* between two attempts that came to nothing */
};
static const int64_t DEFAULT_MEMORY_BYTES = INT64_C(1) << 30;

enum state {
    ABSENT,   /* no process: the next is forked at due_ms */
    STARTING, /* forked, not yet READY; given up at due_ms */
    IDLE,
    BUSY, /* given up at due_ms */
};

struct worker {
    enum state state;
    pid_t pid;
    int socket;
    int64_t due_ms; /* monotonic */
    uint64_t job_id;
    int is_cutting;       /* clips, else analysing */
    struct cqa_buffer in; /* what has arrived of the current frame */
};

struct cqa_workers {
    const struct cqa_engine *engine;
    struct cqa_workers_config config;
    int epoll;
    struct worker *items;
};

static int64_t now_ms(void)
{
    return cqa_clock_monotonic_ms(&cqa_clock_system);
}

/* --- life and death of one worker --- */

static enum cqa_status spawn(struct cqa_workers *workers, struct worker *worker,
                             struct cqa_error *error)
{
    const pid_t parent = getpid();
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = worker};
    int pair[2];

    worker->due_ms = now_ms() + RESPAWN_MS;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return cqa_fail_errno(error, "cannot make a worker's socket");
    if (epoll_ctl(workers->epoll, EPOLL_CTL_ADD, pair[0], &event) != 0) {
        (void)cqa_fail_errno(error, "cannot watch a worker");
        goto fail;
    }
    worker->pid = fork();
    if (worker->pid == 0)
        cqa_worker_live(workers->engine, pair[1], parent, workers->config.memory_bytes);
    if (worker->pid < 0) {
        (void)cqa_fail_errno(error, "cannot start a worker");
        goto fail;
    }
    close(pair[1]);
    worker->socket = pair[0];
    worker->state = STARTING;
    worker->due_ms = now_ms() + START_MS_MAX;
    return CQA_OK;
fail:
    close(pair[0]);
    close(pair[1]);
    return error->status;
}

/* Ends the process for sure and returns its wait status: its own cause of death when it was dying
 * already. */
static int bury(struct cqa_workers *workers, struct worker *worker)
{
    int status = 0;

    /* By hand: a sibling that is just being forked holds a copy of the socket, which would keep it
     * watched. */
    epoll_ctl(workers->epoll, EPOLL_CTL_DEL, worker->socket, NULL);
    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(worker->socket);
    cqa_buffer_finish(&worker->in);
    worker->in = (struct cqa_buffer){.limit = sizeof(struct cqa_frame_head) + CQA_FRAME_BODY_MAX};
    worker->state = ABSENT;
    worker->pid = 0;
    worker->due_ms = now_ms();
    return status;
}

/* Forks what is missing and due; what cannot be forked now is tried again later. */
static void fill_ranks(struct cqa_workers *workers)
{
    struct cqa_error error = {0};

    for (int i = 0; i < workers->config.count; i++) {
        struct worker *worker = &workers->items[i];
        if (worker->state == ABSENT && worker->due_ms <= now_ms() &&
            spawn(workers, worker, &error) != CQA_OK)
            cqa_log(CQA_LOG_WARNING, "worker: %s", error.text);
    }
}

/* --- what arrives --- */

/* The worker is beyond use. Returns whether its job has an outcome now. `reason` NULL: ask its wait
 * status. */
static int end_worker(struct cqa_workers *workers, struct worker *worker, const char *reason,
                      const char *text, struct cqa_outcome *outcome)
{
    const enum state before = worker->state;
    const int status = bury(workers, worker);

    if (before == STARTING) {
        worker->due_ms = now_ms() + RESPAWN_MS;
        cqa_log(CQA_LOG_WARNING, "worker: %s", text != NULL ? text : "died while it started");
    }
    if (before != BUSY)
        return 0;
    *outcome = (struct cqa_outcome){.id = worker->job_id};
    if (reason != NULL)
        cqa_failure_set(&outcome->failure, reason, "%s", text);
    else
        cqa_answer_explain_death(&outcome->failure, status);
    return 1;
}

/* One whole frame. 1: the job has its outcome. 0: none. -1: not what the protocol allows. */
static int take_frame(struct worker *worker, uint32_t kind, const char *body, size_t length,
                      struct cqa_outcome *outcome)
{
    if (worker->state == STARTING && kind == CQA_FRAME_READY && length == 0) {
        worker->state = IDLE;
        return 0;
    }
    if (worker->state == STARTING && kind == CQA_FRAME_BROKEN) {
        cqa_log(CQA_LOG_ERROR, "worker: %.*s", (int)(length < 200 ? length : 200), body);
        return -1;
    }
    if (worker->state != BUSY)
        return -1;
    *outcome = (struct cqa_outcome){.id = worker->job_id};
    if (kind == CQA_FRAME_CLIPS && worker->is_cutting) {
        if (!cqa_answer_clips(body, length, &outcome->clips))
            return -1;
    } else if (kind == CQA_FRAME_RESULT && !worker->is_cutting)
        outcome->result = cqa_answer_result(body, length, &outcome->failure);
    else if (kind != CQA_FRAME_FAILURE || !cqa_answer_failure(body, length, &outcome->failure))
        return -1;
    worker->state = IDLE;
    return 1;
}

/* The head of what has arrived, once it has; -1 when it is no head. */
static int have_head(const struct cqa_buffer *in, struct cqa_frame_head *head)
{
    if (in->length < sizeof *head)
        return 0;
    memcpy(head, in->text, sizeof *head);
    return head->magic == CQA_FRAME_MAGIC && head->length <= CQA_FRAME_BODY_MAX ? 1 : -1;
}

/* Takes what the socket has, up to the end of one frame. 1: outcome, 0: none, -1: the worker is
 * beyond use. */
static int receive(struct worker *worker, struct cqa_outcome *outcome)
{
    char piece[64 << 10];
    struct cqa_frame_head head;

    for (;;) {
        const int headed = have_head(&worker->in, &head);
        if (headed < 0)
            return -1;
        const size_t whole = sizeof head + (headed ? head.length : 0);
        if (headed && worker->in.length == whole) {
            const int taken =
                take_frame(worker, head.kind, worker->in.text + sizeof head, head.length, outcome);
            cqa_buffer_finish(&worker->in);
            worker->in = (struct cqa_buffer){.limit = worker->in.limit};
            return taken;
        }
        const size_t missing = whole - worker->in.length;
        const ssize_t got = recv(worker->socket, piece,
                                 missing < sizeof piece ? missing : sizeof piece, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (got <= 0 || cqa_buffer_add(&worker->in, piece, (size_t)got) != CQA_OK)
            return -1;
    }
}

/* --- the pool --- */

static int take_overdue(struct cqa_workers *workers, struct cqa_outcome *outcome)
{
    for (int i = 0; i < workers->config.count; i++) {
        struct worker *worker = &workers->items[i];
        if ((worker->state == BUSY || worker->state == STARTING) && worker->due_ms <= now_ms() &&
            end_worker(workers, worker, CQA_FAILURE_TIMED_OUT,
                       "the analysis took longer than the limit", outcome))
            return 1;
    }
    return 0;
}

/* How long epoll may sleep: until the caller's end or the next thing that is due, whichever comes
 * first. */
static int sleep_ms(const struct cqa_workers *workers, int64_t end_ms)
{
    int64_t next_ms = end_ms;

    for (int i = 0; i < workers->config.count; i++) {
        const struct worker *worker = &workers->items[i];
        if (worker->state != IDLE && (next_ms < 0 || worker->due_ms < next_ms))
            next_ms = worker->due_ms;
    }
    if (next_ms < 0)
        return -1;
    const int64_t left_ms = next_ms - now_ms();
    return left_ms <= 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
}

int cqa_workers_take(struct cqa_workers *workers, int timeout_ms, struct cqa_outcome *outcome)
{
    const int64_t end_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;

    for (;;) {
        struct epoll_event event;
        if (take_overdue(workers, outcome))
            return 1;
        fill_ranks(workers);
        const int ready = epoll_wait(workers->epoll, &event, 1, sleep_ms(workers, end_ms));
        if (ready > 0) {
            struct worker *worker = event.data.ptr;
            const enum state before = worker->state;
            const int taken = receive(worker, outcome);
            if (before == STARTING && worker->state == IDLE)
                return 0;
            if (taken == 1 || (taken < 0 && end_worker(workers, worker, NULL, NULL, outcome))) {
                fill_ranks(workers);
                return 1;
            }
        } else if (end_ms >= 0 && now_ms() >= end_ms) {
            return 0;
        }
    }
}

/* Waits until every worker is in its sandbox, so that a system that cannot sandbox says so at once.
 */
static enum cqa_status await_all(struct cqa_workers *workers, struct cqa_error *error)
{
    const int64_t end_ms = now_ms() + START_MS_MAX;
    struct cqa_outcome outcome;
    struct epoll_event event;

    while (cqa_workers_idle(workers) < workers->config.count) {
        if (now_ms() >= end_ms)
            return cqa_fail(error, CQA_E_BUSY, "a worker process does not start");
        if (epoll_wait(workers->epoll, &event, 1, 1000) > 0 &&
            receive(event.data.ptr, &outcome) < 0)
            return cqa_fail(error, CQA_E_IO,
                            "a worker process cannot enter its sandbox (see the log)");
    }
    return CQA_OK;
}

enum cqa_status cqa_workers_create(struct cqa_workers **out, const struct cqa_engine *engine,
                                   const struct cqa_workers_config *config, struct cqa_error *error)
{
    struct cqa_workers *workers = calloc(1, sizeof *workers);
    enum cqa_status status = CQA_OK;

    if (workers == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    workers->engine = engine;
    workers->config = *config;
    if (workers->config.timeout_ms <= 0)
        workers->config.timeout_ms = DEFAULT_TIMEOUT_MS;
    if (workers->config.memory_bytes <= 0)
        workers->config.memory_bytes = DEFAULT_MEMORY_BYTES;
    workers->items = calloc((size_t)config->count, sizeof *workers->items);
    workers->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (workers->items == NULL || workers->epoll < 0) {
        status = cqa_fail_errno(error, "cannot make the worker pool");
        goto fail;
    }
    for (int i = 0; i < config->count && status == CQA_OK; i++) {
        workers->items[i].in.limit = sizeof(struct cqa_frame_head) + CQA_FRAME_BODY_MAX;
        status = spawn(workers, &workers->items[i], error);
    }
    if (status == CQA_OK)
        status = await_all(workers, error);
    if (status != CQA_OK)
        goto fail;
    *out = workers;
    return CQA_OK;
fail:
    cqa_workers_destroy(workers);
    return status;
}

int cqa_workers_fd(const struct cqa_workers *workers)
{
    return workers->epoll;
}

int cqa_workers_idle(const struct cqa_workers *workers)
{
    int idle = 0;

    for (int i = 0; i < workers->config.count; i++)
        idle += workers->items[i].state == IDLE;
    return idle;
}

/* The budget is set from here, so that a worker that was taken over cannot give itself more. */
static void arm_processor_limit(const struct cqa_workers *workers, pid_t pid)
{
    clockid_t clock;
    struct timespec used = {0};

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return; /* the wall clock still holds it */
    const struct rlimit budget = {.rlim_cur = (rlim_t)used.tv_sec +
                                              (rlim_t)workers->config.timeout_ms / 1000 + 1,
                                  .rlim_max = RLIM_INFINITY};
    prlimit(pid, RLIMIT_CPU, &budget, NULL);
}

/* Head, order, name and file in one message: it fits an idle worker's empty socket, so it goes
 * whole or not at all. */
static int send_job(const struct worker *worker, const struct cqa_job *job)
{
    const size_t order_size = job->clips != NULL ? sizeof *job->clips : 0;
    const size_t name_size = strnlen(job->name, CQA_FRAME_NAME_MAX);
    struct cqa_frame_head head = {.magic = CQA_FRAME_MAGIC,
                                  .kind = job->clips != NULL ? CQA_FRAME_CUT : CQA_FRAME_JOB,
                                  .length = (uint32_t)(order_size + name_size),
                                  .lines = job->lines};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec parts[] = {{&head, sizeof head},
                            {(void *)(uintptr_t)job->clips, order_size},
                            {(void *)(uintptr_t)job->name, name_size}};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 3,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);

    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof job->fd);
    memcpy(CMSG_DATA(part), &job->fd, sizeof job->fd);
    return sendmsg(worker->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
           (ssize_t)(sizeof head + head.length);
}

enum cqa_status cqa_workers_submit(struct cqa_workers *workers, const struct cqa_job *job,
                                   struct cqa_error *error)
{
    for (int i = 0; i < workers->config.count; i++) {
        struct worker *worker = &workers->items[i];
        if (worker->state != IDLE)
            continue;
        if (!send_job(worker, job)) { /* it died in its sleep: take the next one */
            bury(workers, worker);
            continue;
        }
        arm_processor_limit(workers, worker->pid);
        worker->state = BUSY;
        worker->job_id = job->id;
        worker->is_cutting = job->clips != NULL;
        worker->due_ms = now_ms() + workers->config.timeout_ms;
        return CQA_OK;
    }
    return cqa_fail(error, CQA_E_BUSY, "no worker is idle");
}

void cqa_workers_destroy(struct cqa_workers *workers)
{
    if (workers == NULL)
        return;
    for (int i = 0; workers->items != NULL && i < workers->config.count; i++)
        if (workers->items[i].state != ABSENT)
            bury(workers, &workers->items[i]);
    if (workers->epoll >= 0)
        close(workers->epoll);
    free(workers->items);
    free(workers);
}
