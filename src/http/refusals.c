/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/refusals.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

enum {
    SLOTS = 256,
    MINUTE_MS = 60000,
    ADDRESS_SIZE = INET6_ADDRSTRLEN,
    ROWS_MAX = 4096 /* that wait for whoever writes: more than come in a minute */
};

/* One address and its minute; the last slot is of all that found none of their own. */
struct slot {
    char address[ADDRESS_SIZE];
    int64_t since_ms; /* 0: nobody's */
    int written;
    int64_t untold;
};

struct row {
    struct row *next;
    enum cqa_audit_kind kind;
    char address[ADDRESS_SIZE];
    char object[160];
    char detail[64];
    char actor[]; /* as long as it is */
};

struct cqa_refusals {
    struct cqa_scores *scores;
    pthread_t writer;
    int has_writer;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct slot slots[SLOTS + 1];
    struct row *first, **end; /* not written yet */
    int row_count, is_ending;
};

/* ---- the thread that writes */

static void write_row(struct cqa_refusals *refusals, const struct row *row)
{
    const struct cqa_audit_asker asker = {row->kind, row->address};
    struct cqa_error error = {0};

    cqa_audit_works_for(&asker);
    if (cqa_audit_write(refusals->scores, row->actor, "request.refused", row->object, row->detail,
                        &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "audit: %p", &error.message);
    cqa_audit_works_for(NULL);
}

/* Under the lock; NULL: it ends, and all is written. */
static struct row *wait_for_row(struct cqa_refusals *refusals)
{
    while (refusals->first == NULL && !refusals->is_ending)
        (void)pthread_cond_wait(&refusals->changed, &refusals->lock);
    struct row *row = refusals->first;
    if (row != NULL) {
        refusals->first = row->next;
        refusals->row_count--;
    }
    if (refusals->first == NULL)
        refusals->end = &refusals->first;
    return row;
}

static void *write_rows(void *context)
{
    struct cqa_refusals *refusals = context;
    struct row *row;

    (void)pthread_mutex_lock(&refusals->lock);
    while ((row = wait_for_row(refusals)) != NULL) {
        (void)pthread_mutex_unlock(&refusals->lock);
        write_row(refusals, row);
        free(row);
        (void)pthread_mutex_lock(&refusals->lock);
    }
    (void)pthread_mutex_unlock(&refusals->lock);
    return NULL;
}

struct cqa_refusals *cqa_refusals_create(struct cqa_scores *scores)
{
    struct cqa_refusals *refusals = calloc(1, sizeof *refusals);

    if (refusals == NULL)
        return NULL;
    (void)pthread_mutex_init(&refusals->lock, NULL);
    (void)pthread_cond_init(&refusals->changed, NULL);
    refusals->scores = scores;
    refusals->end = &refusals->first;
    refusals->has_writer = pthread_create(&refusals->writer, NULL, write_rows, refusals) == 0;
    if (refusals->has_writer)
        return refusals;
    cqa_refusals_destroy(refusals);
    return NULL;
}

/* ---- under the lock */

static void add_row(struct cqa_refusals *refusals, const struct cqa_audit_asker *asker,
                    const char *actor, const char *object, const char *detail)
{
    const size_t size = strlen(actor) + 1;
    struct row *row = malloc(sizeof *row + size);

    if (row == NULL)
        return;
    row->next = NULL;
    row->kind = asker->kind;
    (void)snprintf(row->address, sizeof row->address, "%s", asker->address);
    (void)snprintf(row->object, sizeof row->object, "%s", object);
    (void)snprintf(row->detail, sizeof row->detail, "%s", detail);
    memcpy(row->actor, actor, size);
    *refusals->end = row;
    refusals->end = &row->next;
    refusals->row_count++;
    (void)pthread_cond_signal(&refusals->changed);
}

static void tell(struct cqa_refusals *refusals, const struct slot *slot)
{
    const struct cqa_audit_asker asker = {CQA_AUDIT_SYSTEM, slot->address};
    char detail[64];

    if (slot->untold == 0)
        return;
    (void)snprintf(detail, sizeof detail, "%lld more within a minute", (long long)slot->untold);
    add_row(refusals, &asker, "callqa-server", "", detail);
}

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
    if (slot->written < CQA_REFUSALS_A_MINUTE && refusals->row_count < ROWS_MAX) {
        slot->written++;
        return 1;
    }
    slot->untold++;
    return 0;
}

/* Tells all minutes that are over. */
static void tell_over(struct cqa_refusals *refusals, int64_t now_ms)
{
    struct slot over;

    while (take_over(refusals, now_ms, &over))
        tell(refusals, &over);
}

/* ---- calls */

void cqa_refusals_note(struct cqa_refusals *refusals, int64_t now_ms,
                       const struct cqa_audit_asker *asker, const char *actor, const char *object,
                       const char *detail)
{
    (void)pthread_mutex_lock(&refusals->lock);
    tell_over(refusals, now_ms);
    if (count(refusals, asker->address, now_ms))
        add_row(refusals, asker, actor, object, detail);
    (void)pthread_mutex_unlock(&refusals->lock);
}

void cqa_refusals_destroy(struct cqa_refusals *refusals)
{
    if (refusals == NULL)
        return;
    (void)pthread_mutex_lock(&refusals->lock);
    tell_over(refusals, INT64_MAX);
    refusals->is_ending = 1;
    (void)pthread_cond_signal(&refusals->changed);
    (void)pthread_mutex_unlock(&refusals->lock);
    if (refusals->has_writer)
        (void)pthread_join(refusals->writer, NULL);
    (void)pthread_cond_destroy(&refusals->changed);
    (void)pthread_mutex_destroy(&refusals->lock);
    free(refusals);
}
