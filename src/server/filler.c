/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/filler.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/log.h"
#include "scores/bases.h"
#include "server/rest.h"

enum { TELL_MS = 60000, RETRY_MS = 10000 };

struct cqa_filler {
    struct cqa_scores *scores;
    const struct cqa_clock *clock;
    pthread_t thread;
    int is_running;
    int stop; /* eventfd */
};

/* How long to wait now; 0: none is left, and nothing is to be waited for. */
static int64_t fill_some(const struct cqa_filler *filler, int64_t *done)
{
    const int64_t begun_ms = cqa_clock_monotonic_ms(filler->clock);
    struct cqa_error error = {0};
    int64_t filled = 0;

    if (cqa_bases_fill(filler->scores, &filled, &error) != CQA_OK) {
        cqa_log(CQA_LOG_WARNING, "results of before: %p", &error.message);
        return RETRY_MS;
    }
    *done += filled;
    return filled > 0 ? cqa_clock_monotonic_ms(filler->clock) - begun_ms + 1 : 0;
}

static void tell(const struct cqa_filler *filler, int64_t done)
{
    struct cqa_error error = {0};
    int64_t left = 0;

    if (cqa_bases_left(filler->scores, &left, &error) == CQA_OK)
        cqa_log(CQA_LOG_NOTICE,
                "what rules need is put beside results of before: %lld done, %lld left",
                (long long)done, (long long)left);
}

static void *run(void *context)
{
    const struct cqa_filler *filler = context;
    int64_t told_ms = cqa_clock_monotonic_ms(filler->clock);
    int64_t done = 0;
    int64_t rest_ms;

    while ((rest_ms = fill_some(filler, &done)) > 0 && cqa_rest(filler->stop, rest_ms)) {
        if (cqa_clock_monotonic_ms(filler->clock) - told_ms < TELL_MS)
            continue;
        told_ms = cqa_clock_monotonic_ms(filler->clock);
        tell(filler, done);
    }
    if (done > 0)
        tell(filler, done);
    return NULL;
}

enum cqa_status cqa_filler_start(struct cqa_filler **out, struct cqa_scores *scores,
                                 const struct cqa_clock *clock, struct cqa_error *error)
{
    struct cqa_filler *filler = calloc(1, sizeof *filler);
    enum cqa_status status = CQA_OK;

    if (filler == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    filler->scores = scores;
    filler->clock = clock;
    filler->stop = eventfd(0, EFD_CLOEXEC);
    if (filler->stop < 0)
        status = cqa_fail_errno(error, "eventfd");
    else if (pthread_create(&filler->thread, NULL, run, filler) == 0)
        filler->is_running = 1;
    else
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK)
        *out = filler;
    else
        cqa_filler_stop(filler);
    return status;
}

void cqa_filler_stop(struct cqa_filler *filler)
{
    if (filler == NULL)
        return;
    if (filler->stop >= 0)
        eventfd_write(filler->stop, 1);
    if (filler->is_running)
        pthread_join(filler->thread, NULL);
    if (filler->stop >= 0)
        close(filler->stop);
    free(filler);
}
