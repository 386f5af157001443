/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_REFUSED_H
#define CQA_STORE_REFUSED_H

#include "store/store.h"

/* What is owed to the server and not there: the list of it, and how it gets another chance. */

struct cqa_owed {
    int64_t id;
    enum cqa_delivery_state state; /* pending, in_flight or quarantined */
    const char *key;
    const char *path;
    const char *call_id;
    const char *text; /* what the last attempt said; NULL: there was none */
    int aside;        /* how often it was put aside */
    int attempts;
    int http_status;
    int64_t made_ms;
    int64_t next_ms; /* not before; 0 or past: due */
};
typedef int cqa_owed_visit(void *context, const struct cqa_owed *owed); /* 0: stop */

/* Visits what waits and what was refused, in the order in which it was made. */
enum cqa_status cqa_owed_each(struct cqa_store *store, cqa_owed_visit *visit, void *context,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* What waits for a time is due at once: after a start, a jump of the clock, or when somebody asks.
 */
enum cqa_status cqa_owed_hurry(struct cqa_store *store, struct cqa_error *error) CQA_MUST_CHECK;

/*
 * A person's call to whoever sends from this store, in whatever process, that it tries at once even
 * a server that it gives a pause. It is heard where cqa_owed_called gives another number than
 * before; nothing is written that needs room. CQA_E_IO: it could not be made.
 */
enum cqa_status cqa_owed_call(struct cqa_store *store, struct cqa_error *error) CQA_MUST_CHECK;
int64_t cqa_owed_called(const struct cqa_store *store);

/*
 * What was refused is to be tried again, each by itself. `by`: only what other versions than these
 * did not agree on ("RECORDER/SERVER"; ending in "/": of the recorder alone); NULL: all. `*count`:
 * how many.
 */
enum cqa_status cqa_refused_again(struct cqa_store *store, const char *by, int64_t *count,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* The same of single ones, where they are refused. */
enum cqa_status cqa_refused_reopen(struct cqa_store *store, const int64_t *ids, size_t count,
                                   struct cqa_error *error) CQA_MUST_CHECK;

#endif
