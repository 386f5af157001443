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
 * person must act the circuit opens: one item a minute probes. When different items are refused in
 * a row and none is taken it is the server that is in doubt: nothing is given up, and another item
 * is tried every few seconds, until it takes one.
 */
enum { CQA_REFUSED_MAX = 5 };

enum cqa_circuit_state {
    CQA_CIRCUIT_CLOSED,
    CQA_CIRCUIT_HALTED,  /* address, token or certificate: a person must act */
    CQA_CIRCUIT_REFUSING /* refuses item after item */
};

struct cqa_circuit {
    enum cqa_circuit_state state;
    int failures;                     /* requests in a row that came to nothing */
    int64_t until_ms;                 /* monotonic: nothing is sent before */
    int64_t refused[CQA_REFUSED_MAX]; /* different items refused since one was taken */
    int refused_count;
};

/* How long to wait from now; 0: send. */
int64_t cqa_circuit_wait_ms(const struct cqa_circuit *circuit, int64_t now_ms);

/* How many items the next request may carry, of at most `most`. */
size_t cqa_circuit_batch(const struct cqa_circuit *circuit, size_t most);

/* A person asks for the next request now. What is known of the server stays, and with it how long
 * the pause after that is. */
void cqa_circuit_hurry(struct cqa_circuit *circuit);

/*
 * What becomes of each item of a reply, into `verdicts` (one a receipt): DELIVERED, LATER, ASIDE or
 * NEVER. What was refused while the server is in doubt is ASIDE; then so should be those of
 * `refused` that were given up before.
 */
void cqa_circuit_items(struct cqa_circuit *circuit, const struct cqa_reply *reply,
                       enum cqa_verdict *verdicts);

/* After the items: learns from the reply as a whole. `random` is any 64 random bits. */
void cqa_circuit_reply(struct cqa_circuit *circuit, const struct cqa_reply *reply, int64_t now_ms,
                       uint64_t random);

#endif
