/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool of analysing children, whose answers are drawn: it stands in for analysis/worker.c,
 * which the linker then leaves out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "analysis/worker.h"
#include "sim/world.h"
#include "support/example_result.h"

enum { CHILDREN_MAX = 8 };

struct child {
    int is_busy;
    int64_t due_ms; /* monotonic */
    struct cqa_outcome outcome;
};

struct cqa_workers {
    int epoll;
    int count;
    int64_t timeout_ms;
    struct child items[CHILDREN_MAX];
};

static struct cqa_workers *pool; /* of this life */

const char *cqa_engine_models(const struct cqa_engine *engine)
{
    (void)engine;
    return "sha256:0123456789abcdef";
}

/* No recorder of these lives writes sidecars, which are what else is read in a child. */
struct cqa_children *cqa_engine_children(const struct cqa_engine *engine)
{
    (void)engine;
    return NULL;
}

enum cqa_status cqa_workers_create(struct cqa_workers **out, const struct cqa_engine *engine,
                                   const struct cqa_workers_config *config, struct cqa_error *error)
{
    (void)engine;
    (void)error;
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        abort();
    (*out)->epoll = epoll_create1(EPOLL_CLOEXEC);
    (*out)->count = config->count < CHILDREN_MAX ? config->count : CHILDREN_MAX;
    (*out)->timeout_ms = config->timeout_ms;
    pool = *out;
    return CQA_OK;
}

int cqa_workers_fd(const struct cqa_workers *workers)
{
    return workers->epoll;
}

int cqa_workers_idle(const struct cqa_workers *workers)
{
    int idle = 0;

    for (int i = 0; i < workers->count; i++)
        idle += !workers->items[i].is_busy;
    return idle;
}

/* ---- answers */

/* Each content sounds like no other. */
static void speak(struct cqa_result *result, const struct sim_content *content)
{
    for (int side = 0; side < 2; side++) {
        struct cqa_spans *speech = &result->channels[side].speech;
        speech->count = 0;
        for (int i = 0; i < 64; i++)
            if ((strchr("0123456789abcdef", content->sha256[i])[0] & 3) == side + 1 &&
                cqa_spans_add(speech, i * 1000, i * 1000 + 900) != CQA_OK)
                abort();
    }
}

static struct cqa_result *make_result(const struct sim_content *content)
{
    struct cqa_result *result = calloc(1, sizeof *result);

    if (result == NULL)
        abort();
    example_result(result);
    result->scored = 0;
    result->score = (struct cqa_score){0};
    memcpy(result->recording.sha256, content->sha256, sizeof content->sha256);
    speak(result, content);
    return result;
}

/* What a worker in good health says of the bytes. */
static void judge(int content, struct cqa_outcome *outcome)
{
    const enum sim_kind kind = content < 0 ? SIM_NOISE : sim->contents[content].kind;

    switch (kind) {
    case SIM_CALL:
    case SIM_REFUSED:
        outcome->result = make_result(&sim->contents[content]);
        break;
    case SIM_UNFINISHED:
        cqa_failure_set(&outcome->failure, CQA_FAILURE_UNFINISHED, "the header is not final");
        break;
    case SIM_DEADLY:
        cqa_failure_set(&outcome->failure, CQA_FAILURE_CRASHED, "killed by signal 11");
        break;
    default:
        cqa_failure_set(&outcome->failure, CQA_FAILURE_NOT_AUDIO, "no container that we know");
    }
}

static int read_content(int fd)
{
    char bytes[512];
    const ssize_t length = pread(fd, bytes, sizeof bytes - 1, 0);

    bytes[length > 0 ? length : 0] = '\0';
    return sim_content_of(bytes, length > 0 ? (size_t)length : 0);
}

/* What happens to a worker whatever it reads. 0: nothing. */
static int befall(struct child *child, int64_t timeout_ms, int content)
{
    const int may_die = content >= 0 && sim->contents[content].deaths < 2 &&
                        sim->contents[content].kind == SIM_CALL;

    if (may_die && sim_happens(12)) {
        sim->contents[content].deaths++;
        cqa_failure_set(&child->outcome.failure, CQA_FAILURE_CRASHED, "killed by signal 9");
        return 1;
    }
    if (may_die && sim_happens(16)) {
        sim->contents[content].deaths++;
        child->due_ms = sim->monotonic_ms + timeout_ms;
        cqa_failure_set(&child->outcome.failure, CQA_FAILURE_TIMED_OUT, "took too long");
        return 1;
    }
    if (sim_happens(20)) {
        cqa_failure_set(&child->outcome.failure,
                        sim_draw(2) == 0 ? CQA_FAILURE_UNREADABLE : CQA_FAILURE_INTERNAL,
                        "input/output error");
        return 1;
    }
    return 0;
}

static void begin(struct cqa_workers *workers, struct child *child, const struct cqa_job *job)
{
    const int content = read_content(job->fd);

    child->is_busy = 1;
    child->outcome = (struct cqa_outcome){.id = job->id};
    child->due_ms = sim->monotonic_ms + 1 + (int64_t)sim_draw(3000);
    if (befall(child, workers->timeout_ms, content))
        return;
    if (job->clips != NULL)
        return; /* none fit */
    if (sim->mutation == SIM_STALE_CHILD && sim_file_at(job->name) != NULL &&
        sim_file_at(job->name)->before >= 0)
        judge(sim_file_at(job->name)->before, &child->outcome);
    else
        judge(content, &child->outcome);
}

enum cqa_status cqa_workers_submit(struct cqa_workers *workers, const struct cqa_job *job,
                                   struct cqa_error *error)
{
    if (sim_step("gives %s %s to a worker", job->name,
                 job->clips != NULL ? "again, for clips," : ""))
        sim_die();
    for (int i = 0; i < workers->count; i++) {
        if (workers->items[i].is_busy)
            continue;
        begin(workers, &workers->items[i], job);
        return CQA_OK;
    }
    return cqa_fail(error, CQA_E_BUSY, "no worker is idle");
}

int cqa_workers_take(struct cqa_workers *workers, int timeout_ms, struct cqa_outcome *outcome)
{
    (void)timeout_ms;
    for (int i = 0; i < workers->count; i++) {
        struct child *child = &workers->items[i];
        if (!child->is_busy || child->due_ms > sim->monotonic_ms)
            continue;
        if (sim_step("a worker answers: %s", child->outcome.result != NULL ? "a result"
                                             : child->outcome.failure.reason[0] != '\0'
                                                 ? child->outcome.failure.reason
                                                 : "no clips"))
            sim_die();
        *outcome = child->outcome;
        *child = (struct child){0};
        return 1;
    }
    return 0;
}

int64_t sim_child_due_ms(void)
{
    int64_t due_ms = -1;

    for (int i = 0; pool != NULL && i < pool->count; i++)
        if (pool->items[i].is_busy && (due_ms < 0 || pool->items[i].due_ms < due_ms))
            due_ms = pool->items[i].due_ms;
    return due_ms;
}

void cqa_workers_destroy(struct cqa_workers *workers)
{
    if (workers == NULL)
        return;
    for (int i = 0; i < workers->count; i++)
        if (workers->items[i].outcome.result != NULL) {
            cqa_result_finish(workers->items[i].outcome.result);
            free(workers->items[i].outcome.result);
        }
    close(workers->epoll);
    if (pool == workers)
        pool = NULL;
    free(workers);
}
