/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_POST_CIRCUIT_H
#define CQA_POST_CIRCUIT_H

#include <stddef.h>
#include <stdint.h>
#include "post/post.h"

/*
 * When to send next, and how much: what the daemon has learned about its server. Pure; {0} is a
 * server in good health.
 *
 * Passing trouble waits a random time below 1 s, 2 s, 4 s … 15 min (full jitter, so that a fleet
 * does not come back in step), never less than the server asked for, and never gives up. Where a
 * person must act the circuit opens: one item a minute probes. So it does when more than ten items
 * in a row are refused, because then it is the server that is wrong, and nothing more is given up
 * until it has taken something.
 */
struct cqa_circuit {
    int failures;     /* requests in a row that came to nothing */
    int64_t until_ms; /* monotonic: nothing is sent before */
    int open;         /* a person must act: probing */
    int refused;      /* items in a row that were refused for good */
    size_t alone;     /* how many items are still to be sent one at a time */
};

/* How long to wait from now; 0: send. */
int64_t cqa_circuit_wait_ms(const struct cqa_circuit *circuit, int64_t now_ms);

/* How many items the next request may carry, of at most `most`. */
size_t cqa_circuit_batch(const struct cqa_circuit *circuit, size_t most);

/* What becomes of one item, in the order of the reply: NEVER may turn into LATER. */
enum cqa_verdict cqa_circuit_item(struct cqa_circuit *circuit, enum cqa_verdict verdict);

/* After the items: learns from the reply as a whole. `random` is any 64 random bits. */
void cqa_circuit_reply(struct cqa_circuit *circuit, const struct cqa_reply *reply, int64_t now_ms,
                       uint64_t random);

#endif
