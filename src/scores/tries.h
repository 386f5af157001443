/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_TRIES_H
#define CQA_SCORES_TRIES_H

#include <stddef.h>
#include "scores/store.h"

/*
 * Slows down guessing, on all servers of the store together: after so many failed tries under one
 * key (a name from an address, an address) the next must wait.
 */
struct cqa_tries_key {
    const char *text;
    int free_tries; /* that may fail */
};

/* How long a try that counts under each of these keys must still wait; 0: not at all. */
enum cqa_status cqa_tries_wait(struct cqa_scores *scores, const struct cqa_tries_key *keys,
                               size_t count, int64_t *wait_ms,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Counts one that failed under each. */
enum cqa_status cqa_tries_failed(struct cqa_scores *scores, const struct cqa_tries_key *keys,
                                 size_t count, struct cqa_error *error) CQA_MUST_CHECK;

/* Forgets those under this key. */
enum cqa_status cqa_tries_succeeded(struct cqa_scores *scores, const char *key,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
