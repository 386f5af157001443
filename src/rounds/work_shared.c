/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "rounds/hashes.h"
#include "rounds/outcome.h"
#include "rounds/work.h"
#include "scores/store_internal.h"

/*
 * The work of the round that was last looked at, in the store's slot: by whoever looks again until
 * the store has been told something, or the scheme's file is another (docs/decisions/0147). It is
 * there from its beginning: whoever looks meanwhile waits for it, and is told how far it is.
 */
enum state { UNDER_WAY, DONE, FAILED };

struct cqa_work_shared {
    struct cqa_work work;
    int64_t round;
    enum cqa_work_from from;
    struct cqa_kept_mark mark;
    char scheme[CQA_HASH_TEXT];
    int users; /* the slot is one of them */
    /* the rest under the slot's lock */
    enum state state;
    int64_t done, total;
    pthread_cond_t went_on;
};

enum { STEP = 32 }; /* whoever waits hears of every so many calls, or people */

static void give(struct cqa_scores_slot *slot, struct cqa_work_shared *shared)
{
    pthread_mutex_lock(&slot->lock);
    const int left = --shared->users;
    pthread_mutex_unlock(&slot->lock);
    if (left > 0)
        return;
    cqa_work_finish(&shared->work);
    pthread_cond_destroy(&shared->went_on);
    free(shared);
}

static void finish(struct cqa_scores_slot *slot, void *thing)
{
    give(slot, thing);
}

/* One more user of what is in the slot; NULL: it is not what is asked for. The slot is locked. */
static struct cqa_work_shared *find(struct cqa_scores_slot *slot,
                                    const struct cqa_work_shared *wanted)
{
    struct cqa_work_shared *shared = slot->thing;

    if (shared != NULL &&
        (shared->state == FAILED || shared->round != wanted->round || shared->from < wanted->from ||
         shared->mark.audited != wanted->mark.audited ||
         shared->mark.revised != wanted->mark.revised ||
         strcmp(shared->scheme, wanted->scheme) != 0))
        shared = NULL;
    if (shared != NULL)
        shared->users++;
    return shared;
}

/* A work to begin, in the slot in place of what was there; NULL: out of memory. */
static struct cqa_work_shared *put(struct cqa_scores_slot *slot,
                                   const struct cqa_work_shared *wanted,
                                   struct cqa_work_shared **before)
{
    struct cqa_work_shared *shared = malloc(sizeof *shared);

    if (shared == NULL)
        return NULL;
    *shared = *wanted;
    shared->users = 2;
    pthread_cond_init(&shared->went_on, NULL);
    *before = slot->thing;
    slot->thing = shared;
    slot->finish = finish;
    return shared;
}

/* That of before or one to begin, which then is UNDER_WAY. */
static struct cqa_work_shared *find_or_put(struct cqa_scores_slot *slot,
                                           const struct cqa_work_shared *wanted, int *is_new)
{
    struct cqa_work_shared *before = NULL;

    pthread_mutex_lock(&slot->lock);
    struct cqa_work_shared *shared = find(slot, wanted);
    *is_new = shared == NULL;
    if (shared == NULL)
        shared = put(slot, wanted, &before);
    pthread_mutex_unlock(&slot->lock);
    if (before != NULL)
        give(slot, before);
    return shared;
}

/* ---- one computes */

struct computing {
    struct cqa_scores_slot *slot;
    struct cqa_work_shared *shared;
    const struct cqa_going *going;
};

static int tell(void *context, int64_t done, int64_t total)
{
    const struct computing *computing = context;
    struct cqa_error unwanted;

    pthread_mutex_lock(&computing->slot->lock);
    computing->shared->done = done;
    computing->shared->total = total;
    if (done % STEP == 0)
        pthread_cond_broadcast(&computing->shared->went_on);
    pthread_mutex_unlock(&computing->slot->lock);
    return cqa_going_check(computing->going, done, total, &unwanted) == CQA_OK;
}

static enum cqa_status compute(struct cqa_scores *scores, const struct cqa_round *round,
                               const struct cqa_going *going, struct cqa_work_shared *shared,
                               struct cqa_error *error)
{
    struct cqa_scores_slot *slot = cqa_scores_slot(scores);
    struct computing computing = {slot, shared, going};
    const struct cqa_going told = {tell, &computing};
    const enum cqa_status status =
        cqa_work_run(scores, round, shared->from, &told, &shared->work, error);

    pthread_mutex_lock(&slot->lock);
    shared->state = status == CQA_OK ? DONE : FAILED;
    pthread_cond_broadcast(&shared->went_on);
    pthread_mutex_unlock(&slot->lock);
    return status;
}

/* ---- others wait */

/* CQA_E_BUSY: it came to nothing. */
static enum cqa_status wait_for(struct cqa_scores_slot *slot, const struct cqa_going *going,
                                struct cqa_work_shared *shared, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    pthread_mutex_lock(&slot->lock);
    while (status == CQA_OK && shared->state == UNDER_WAY) {
        const int64_t done = shared->done;
        const int64_t total = shared->total;
        pthread_mutex_unlock(&slot->lock);
        status = cqa_going_check(going, done, total, error);
        pthread_mutex_lock(&slot->lock);
        if (status == CQA_OK && shared->state == UNDER_WAY)
            pthread_cond_wait(&shared->went_on, &slot->lock);
    }
    if (status == CQA_OK && shared->state == FAILED)
        status = CQA_E_BUSY;
    pthread_mutex_unlock(&slot->lock);
    return status;
}

/* What the round stands on is noted before it is read: what comes in meanwhile makes it old. */
static enum cqa_status note(struct cqa_scores *scores, const struct cqa_round *round,
                            struct cqa_work_shared *wanted, struct cqa_error *error)
{
    struct cqa_hashes hashes;

    cqa_hashes_load(&hashes, round->scheme);
    memcpy(wanted->scheme, hashes.scheme, sizeof wanted->scheme);
    wanted->round = round->id;
    return cqa_kept_mark(scores, &wanted->mark, error);
}

enum cqa_status cqa_work_take(struct cqa_scores *scores, const struct cqa_round *round,
                              enum cqa_work_from from, const struct cqa_going *going,
                              struct cqa_work_shared **out, struct cqa_error *error)
{
    struct cqa_scores_slot *slot = cqa_scores_slot(scores);
    struct cqa_work_shared wanted = {.from = from};
    enum cqa_status status = note(scores, round, &wanted, error);

    *out = NULL;
    if (status != CQA_OK)
        return status;
    do {
        int is_new = 0;
        *out = find_or_put(slot, &wanted, &is_new);
        if (*out == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
        status = is_new ? compute(scores, round, going, *out, error)
                        : wait_for(slot, going, *out, error);
        if (status == CQA_OK)
            return CQA_OK;
        give(slot, *out);
        *out = NULL;
        if (is_new)
            return status;
    } while (status == CQA_E_BUSY);
    return status;
}

const struct cqa_work *cqa_work_of(const struct cqa_work_shared *shared)
{
    return &shared->work;
}

void cqa_work_give(struct cqa_scores *scores, struct cqa_work_shared *shared)
{
    if (shared != NULL)
        give(cqa_scores_slot(scores), shared);
}
