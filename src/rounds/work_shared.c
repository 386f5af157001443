/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "rounds/hashes.h"
#include "rounds/outcome.h"
#include "rounds/work.h"
#include "scores/store_internal.h"

/* The work of the round that was last looked at, in the store's slot: by whoever looks again until
 * the store has been told something, or the scheme's file is another (docs/decisions/0147). */
struct cqa_work_shared {
    struct cqa_work work;
    int64_t round;
    enum cqa_work_from from;
    struct cqa_kept_mark mark;
    char scheme[CQA_HASH_TEXT];
    int users; /* the slot is one of them */
};

static void give(struct cqa_scores_slot *slot, struct cqa_work_shared *shared)
{
    pthread_mutex_lock(&slot->lock);
    const int left = --shared->users;
    pthread_mutex_unlock(&slot->lock);
    if (left > 0)
        return;
    cqa_work_finish(&shared->work);
    free(shared);
}

static void finish(struct cqa_scores_slot *slot, void *thing)
{
    give(slot, thing);
}

/* One more user of what is in the slot; NULL: it is not what is asked for. */
static struct cqa_work_shared *find(struct cqa_scores_slot *slot,
                                    const struct cqa_work_shared *wanted)
{
    pthread_mutex_lock(&slot->lock);
    struct cqa_work_shared *shared = slot->thing;
    if (shared != NULL && (shared->round != wanted->round || shared->from < wanted->from ||
                           shared->mark.audited != wanted->mark.audited ||
                           shared->mark.revised != wanted->mark.revised ||
                           strcmp(shared->scheme, wanted->scheme) != 0))
        shared = NULL;
    if (shared != NULL)
        shared->users++;
    pthread_mutex_unlock(&slot->lock);
    return shared;
}

static void put(struct cqa_scores_slot *slot, struct cqa_work_shared *shared)
{
    shared->users = 2;
    pthread_mutex_lock(&slot->lock);
    struct cqa_work_shared *before = slot->thing;
    slot->thing = shared;
    slot->finish = finish;
    pthread_mutex_unlock(&slot->lock);
    if (before != NULL)
        give(slot, before);
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
                              enum cqa_work_from from, struct cqa_work_shared **out,
                              struct cqa_error *error)
{
    struct cqa_scores_slot *slot = cqa_scores_slot(scores);
    struct cqa_work_shared wanted = {.from = from};
    enum cqa_status status = note(scores, round, &wanted, error);

    *out = NULL;
    if (status != CQA_OK)
        return status;
    *out = find(slot, &wanted);
    if (*out != NULL)
        return CQA_OK;
    struct cqa_work_shared *shared = malloc(sizeof *shared);
    if (shared == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    *shared = wanted;
    status = cqa_work_run(scores, round, from, &shared->work, error);
    if (status != CQA_OK) {
        cqa_work_finish(&shared->work);
        free(shared);
        return status;
    }
    put(slot, shared);
    *out = shared;
    return CQA_OK;
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
