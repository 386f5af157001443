/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/refusals.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

enum { SLOTS = 256, MINUTE_MS = 60000, ADDRESS_SIZE = INET6_ADDRSTRLEN };

/* One address and its minute; the last slot is of all that found none of their own. */
struct slot {
    char address[ADDRESS_SIZE];
    int64_t since_ms; /* 0: nobody's */
    int written;
    int64_t untold;
};

struct cqa_refusals {
    pthread_mutex_t lock;
    struct cqa_scores *scores;
    struct slot slots[SLOTS + 1];
};

struct cqa_refusals *cqa_refusals_create(struct cqa_scores *scores)
{
    struct cqa_refusals *refusals = calloc(1, sizeof *refusals);

    if (refusals == NULL)
        return NULL;
    (void)pthread_mutex_init(&refusals->lock, NULL);
    refusals->scores = scores;
    return refusals;
}

static void write_row(struct cqa_refusals *refusals, const struct cqa_audit_asker *asker,
                      const char *actor, const char *object, const char *detail)
{
    struct cqa_error error = {0};

    cqa_audit_works_for(asker);
    if (cqa_audit_write(refusals->scores, actor, "request.refused", object, detail, &error) !=
        CQA_OK)
        cqa_log(CQA_LOG_WARNING, "audit: %p", &error.message);
    cqa_audit_works_for(NULL);
}

static void tell(struct cqa_refusals *refusals, const struct slot *slot)
{
    const struct cqa_audit_asker asker = {CQA_AUDIT_SYSTEM, slot->address};
    char detail[64];

    if (slot->untold == 0)
        return;
    (void)snprintf(detail, sizeof detail, "%lld more within a minute", (long long)slot->untold);
    write_row(refusals, &asker, "callqa-server", "", detail);
}

/* ---- under the lock */

/* Takes the first minute that is over out of the table; 0: none is. */
static int take_over(struct cqa_refusals *refusals, int64_t now_ms, struct slot *out)
{
    for (size_t i = 0; i <= SLOTS; i++) {
        struct slot *slot = &refusals->slots[i];
        if (slot->since_ms == 0 || now_ms - slot->since_ms < MINUTE_MS)
            continue;
        *out = *slot;
        *slot = (struct slot){.since_ms = 0};
        return 1;
    }
    return 0;
}

static struct slot *slot_of(struct cqa_refusals *refusals, const char *address)
{
    struct slot *unused = &refusals->slots[SLOTS];

    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &refusals->slots[i];
        if (slot->since_ms != 0 && strcmp(slot->address, address) == 0)
            return slot;
        if (slot->since_ms == 0)
            unused = slot;
    }
    return unused;
}

/* Whether this one is to be written. */
static int count(struct cqa_refusals *refusals, const char *address, int64_t now_ms)
{
    struct slot *slot = slot_of(refusals, address);

    if (slot->since_ms == 0) {
        slot->since_ms = now_ms;
        if (slot != &refusals->slots[SLOTS])
            (void)snprintf(slot->address, ADDRESS_SIZE, "%s", address);
    }
    if (slot->written < CQA_REFUSALS_A_MINUTE) {
        slot->written++;
        return 1;
    }
    slot->untold++;
    return 0;
}

/* ---- calls */

/* Tells all minutes that are over. */
static void tell_over(struct cqa_refusals *refusals, int64_t now_ms)
{
    struct slot over;
    int found;

    do {
        (void)pthread_mutex_lock(&refusals->lock);
        found = take_over(refusals, now_ms, &over);
        (void)pthread_mutex_unlock(&refusals->lock);
        if (found)
            tell(refusals, &over);
    } while (found);
}

void cqa_refusals_note(struct cqa_refusals *refusals, int64_t now_ms,
                       const struct cqa_audit_asker *asker, const char *actor, const char *object,
                       const char *detail)
{
    tell_over(refusals, now_ms);
    (void)pthread_mutex_lock(&refusals->lock);
    const int is_written = count(refusals, asker->address, now_ms);
    (void)pthread_mutex_unlock(&refusals->lock);
    if (is_written)
        write_row(refusals, asker, actor, object, detail);
}

void cqa_refusals_destroy(struct cqa_refusals *refusals)
{
    if (refusals == NULL)
        return;
    tell_over(refusals, INT64_MAX);
    (void)pthread_mutex_destroy(&refusals->lock);
    free(refusals);
}
