/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/worker.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/log.h"
#include "http/kept.h"
#include "scores/jobs.h"
#include "server/rest.h"

enum {
    THREADS = 2,
    LOOK_MS = 2000,  /* how long one that another server kept, or left, lies before it is noticed */
    TELL_MS = 1000,  /* between two words of how far it is */
    AGAIN_MS = 1000, /* between two tries to write what became of one, or to do it */
    KEEP_MS = 15000, /* between two words that it is ours, which holds for a minute */
};

struct cqa_worker {
    struct cqa_scores *scores;
    const struct cqa_clock *clock;
    struct cqa_http *http;
    pthread_t threads[THREADS], keeper;
    int started, has_keeper;
    int stop;                /* eventfd */
    int kept;                /* eventfd: a job may have come */
    pthread_mutex_t looking; /* one thread looks, the other waits for it to find something */
    atomic_int is_ending;
    atomic_int under_way;
};

/* A job under way. */
struct doing {
    struct cqa_worker *worker;
    int64_t id, told_ms;
    int is_unwanted;
};

static void complain(const struct cqa_error *error)
{
    cqa_log(CQA_LOG_ERROR, "jobs: %p", &error->message);
}

/* While the store cannot be asked, it goes on. */
static int goes_on(void *context, int64_t done, int64_t total)
{
    struct doing *doing = context;
    struct cqa_worker *worker = doing->worker;
    const int64_t now_ms = cqa_clock_monotonic_ms(worker->clock);
    struct cqa_error error = {0};
    int is_wanted = 1;

    if (atomic_load(&worker->is_ending))
        return 0;
    if (now_ms - doing->told_ms < TELL_MS)
        return !doing->is_unwanted;
    doing->told_ms = now_ms;
    if (cqa_job_tell(worker->scores, doing->id, done, total, &is_wanted, &error) != CQA_OK)
        complain(&error);
    else
        doing->is_unwanted = !is_wanted;
    return !doing->is_unwanted;
}

/* 1: it broke off, since it was called off. */
static int answer(struct cqa_worker *worker, const struct cqa_job_row *job,
                  const struct cqa_identity *who, struct cqa_kept_reply *out)
{
    struct doing doing = {.worker = worker, .id = job->id};
    const struct cqa_kept_doer doer = {goes_on, &doing};
    const struct cqa_job_request *request = &job->request;
    const struct cqa_kept kept = {request->method,  request->path, request->query, request->type,
                                  request->address, request->body, request->length};

    cqa_kept_do(worker->http, &kept, who, &doer, out);
    return doing.is_unwanted;
}

/* The store was away, or memory: that is no answer to keep. */
static int is_for_later(const struct cqa_job_row *job, const struct cqa_kept_reply *reply)
{
    return reply != NULL && reply->status == 503 && job->tries + 1 < CQA_JOB_TRIES;
}

static enum cqa_status settle(struct cqa_worker *worker, const struct cqa_job_row *job,
                              const struct cqa_kept_reply *reply, int broke_off,
                              struct cqa_error *error)
{
    if (reply == NULL || atomic_load(&worker->is_ending))
        return cqa_job_leave(worker->scores, job->id, 0, error);
    if (is_for_later(job, reply))
        return cqa_job_leave(worker->scores, job->id, 1, error);
    const struct cqa_job_reply kept = {.status = reply->status,
                                       .type = reply->type,
                                       .name = reply->name[0] != '\0' ? reply->name : NULL,
                                       .body = reply->body.text,
                                       .length = reply->body.length,
                                       .broke_off = broke_off};
    return cqa_job_end(worker->scores, job->id, &kept, error);
}

/* While the store is away, again: nobody else takes what this server seems to have under way. */
static enum cqa_status settle_at_last(struct cqa_worker *worker, const struct cqa_job_row *job,
                                      const struct cqa_kept_reply *reply, int broke_off)
{
    enum cqa_status status;

    do {
        struct cqa_error error = {0};
        status = settle(worker, job, reply, broke_off, &error);
        if (status != CQA_OK)
            complain(&error);
    } while ((status == CQA_E_BUSY || status == CQA_E_IO) && cqa_rest(worker->stop, AGAIN_MS));
    return status;
}

static void fail(struct cqa_worker *worker, const struct cqa_job_row *job,
                 const struct cqa_message *why)
{
    struct cqa_kept_reply reply;

    cqa_kept_refuse(worker->http, 500, "job", why, &reply);
    (void)settle_at_last(worker, job, &reply, 0);
    cqa_kept_reply_finish(&reply);
}

/* The answer, or NULL where it is left. One that the store does not take, however often, is none.
 */
static void hand_over(struct cqa_worker *worker, const struct cqa_job_row *job,
                      const struct cqa_kept_reply *reply, int broke_off)
{
    if (is_for_later(job, reply))
        (void)cqa_rest(worker->stop, AGAIN_MS);
    const enum cqa_status status = settle_at_last(worker, job, reply, broke_off);
    if (status != CQA_OK && status != CQA_E_BUSY && status != CQA_E_IO)
        fail(worker, job, cqa_words("its answer cannot be stored"));
}

/* It was under way whenever the server was killed or broke off: it is not begun once more. */
static void give_up(struct cqa_worker *worker, const struct cqa_job_row *job)
{
    cqa_log(CQA_LOG_ERROR, "job %lld was begun %d times, and is given up", (long long)job->id,
            CQA_JOB_TRIES);
    fail(worker, job,
         cqa_words("it was begun %d times, and the server ended each time "
                   "before it was done: it is not begun again",
                   CQA_JOB_TRIES));
}

static void do_job(struct cqa_worker *worker, const struct cqa_job_row *job,
                   struct cqa_arena *arena)
{
    struct cqa_kept_reply reply = {.status = 403}; /* whoever asked is no longer anybody */
    struct cqa_identity who = {0};
    struct cqa_error error = {0};
    int broke_off = 0;
    const enum cqa_status status =
        cqa_user_identity(worker->scores, job->user, arena, &who, &error);

    if (status == CQA_OK)
        broke_off = answer(worker, job, &who, &reply);
    else if (status != CQA_E_NOTFOUND)
        complain(&error);
    hand_over(worker, job, status == CQA_OK || status == CQA_E_NOTFOUND ? &reply : NULL, broke_off);
    cqa_kept_reply_finish(&reply);
}

/* 1: one is taken. */
static int take(struct cqa_worker *worker, struct cqa_arena *arena, struct cqa_job_row *job)
{
    struct cqa_error error = {0};
    const enum cqa_status status = cqa_job_take(worker->scores, arena, job, &error);

    if (status != CQA_OK && status != CQA_E_NOTFOUND && status != CQA_E_BUSY)
        complain(&error);
    return status == CQA_OK;
}

/* Until it ends, a job may have come, or the time is over. */
static void wait_for_one(const struct cqa_worker *worker)
{
    struct pollfd ends[] = {{.fd = worker->stop, .events = POLLIN},
                            {.fd = worker->kept, .events = POLLIN}};
    eventfd_t ignored;

    if (poll(ends, 2, LOOK_MS) > 0 && ends[1].revents != 0)
        (void)eventfd_read(worker->kept, &ignored);
}

/* 0: it ends. */
static int find(struct cqa_worker *worker, struct cqa_arena *arena, struct cqa_job_row *job)
{
    int found = 0;

    pthread_mutex_lock(&worker->looking);
    while (!atomic_load(&worker->is_ending) && !(found = take(worker, arena, job)))
        wait_for_one(worker);
    pthread_mutex_unlock(&worker->looking);
    return found;
}

/* When it has ended, the next one of the same person may begin. */
static void *run(void *context)
{
    struct cqa_worker *worker = context;
    struct cqa_arena arena = {0};
    struct cqa_job_row job;

    while (find(worker, &arena, &job)) {
        atomic_fetch_add(&worker->under_way, 1);
        if (job.tries < CQA_JOB_TRIES)
            do_job(worker, &job, &arena);
        else
            give_up(worker, &job);
        atomic_fetch_sub(&worker->under_way, 1);
        cqa_arena_finish(&arena);
        (void)eventfd_write(worker->kept, 1);
    }
    cqa_arena_finish(&arena);
    return NULL;
}

/* Whatever takes long between two words of how far it is. */
static void *keep(void *context)
{
    struct cqa_worker *worker = context;
    struct cqa_error error = {0};

    while (cqa_rest(worker->stop, KEEP_MS))
        if (atomic_load(&worker->under_way) > 0 && cqa_jobs_keep(worker->scores, &error) != CQA_OK)
            complain(&error);
    return NULL;
}

static int start_threads(struct cqa_worker *worker)
{
    while (worker->started < THREADS &&
           pthread_create(&worker->threads[worker->started], NULL, run, worker) == 0)
        worker->started++;
    worker->has_keeper =
        worker->started == THREADS && pthread_create(&worker->keeper, NULL, keep, worker) == 0;
    return worker->has_keeper;
}

enum cqa_status cqa_worker_start(struct cqa_worker **out, struct cqa_scores *scores,
                                 const struct cqa_clock *clock, struct cqa_http *http, int kept,
                                 struct cqa_error *error)
{
    struct cqa_worker *worker = calloc(1, sizeof *worker);
    enum cqa_status status = CQA_OK;

    if (worker == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    worker->scores = scores;
    worker->clock = clock;
    worker->http = http;
    worker->kept = kept;
    pthread_mutex_init(&worker->looking, NULL);
    worker->stop = eventfd(0, EFD_CLOEXEC);
    if (worker->stop < 0)
        status = cqa_fail_errno(error, "eventfd");
    else if (!start_threads(worker))
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK)
        *out = worker;
    else
        cqa_worker_stop(worker);
    return status;
}

void cqa_worker_stop(struct cqa_worker *worker)
{
    if (worker == NULL)
        return;
    atomic_store(&worker->is_ending, 1);
    if (worker->stop >= 0)
        eventfd_write(worker->stop, 1);
    for (int i = 0; i < worker->started; i++)
        pthread_join(worker->threads[i], NULL);
    if (worker->has_keeper)
        pthread_join(worker->keeper, NULL);
    if (worker->stop >= 0)
        close(worker->stop);
    pthread_mutex_destroy(&worker->looking);
    free(worker);
}
