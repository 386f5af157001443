/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 65536, WAIT_MS = 15000, WAIT_MS_MAX = 900000 };

/* Keys that share a slot share its waits: with 65536 slots that is rare, and memory stays bounded.
 */
struct slot {
    int failures;
    int64_t last_ms;
};

struct cqa_limiter {
    pthread_mutex_t lock;
    struct slot slots[SLOTS];
};

struct cqa_limiter *cqa_limiter_create(void)
{
    struct cqa_limiter *limiter = calloc(1, sizeof *limiter);

    if (limiter != NULL)
        pthread_mutex_init(&limiter->lock, NULL);
    return limiter;
}

void cqa_limiter_destroy(struct cqa_limiter *limiter)
{
    if (limiter == NULL)
        return;
    pthread_mutex_destroy(&limiter->lock);
    free(limiter);
}

static struct slot *slot_of(struct cqa_limiter *limiter, const char *key)
{
    uint64_t hash = 1469598103934665603u; /* FNV-1a */

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    return &limiter->slots[hash % SLOTS];
}

/* Doubles with each failure past the free ones, to a quarter of an hour. */
static int64_t wait_after(int failures, int free_tries)
{
    int64_t wait_ms = WAIT_MS;

    for (int i = free_tries; i < failures && wait_ms < WAIT_MS_MAX; i++)
        wait_ms *= 2;
    return wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX;
}

int64_t cqa_limiter_wait_ms(struct cqa_limiter *limiter, const char *key, int free_tries,
                            int64_t now_ms)
{
    int64_t left_ms = 0;

    pthread_mutex_lock(&limiter->lock);
    const struct slot *slot = slot_of(limiter, key);
    if (slot->failures >= free_tries)
        left_ms = slot->last_ms + wait_after(slot->failures, free_tries) - now_ms;
    pthread_mutex_unlock(&limiter->lock);
    return left_ms > 0 ? left_ms : 0;
}

void cqa_limiter_failed(struct cqa_limiter *limiter, const char *key, int64_t now_ms)
{
    pthread_mutex_lock(&limiter->lock);
    struct slot *slot = slot_of(limiter, key);
    if (now_ms - slot->last_ms > WAIT_MS_MAX)
        slot->failures = 0;
    slot->failures++;
    slot->last_ms = now_ms;
    pthread_mutex_unlock(&limiter->lock);
}

void cqa_limiter_succeeded(struct cqa_limiter *limiter, const char *key)
{
    pthread_mutex_lock(&limiter->lock);
    *slot_of(limiter, key) = (struct slot){0};
    pthread_mutex_unlock(&limiter->lock);
}
