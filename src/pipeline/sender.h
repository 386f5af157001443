/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_SENDER_H
#define CQA_PIPELINE_SENDER_H

#include <stdint.h>
#include "base/clock.h"
#include "pipeline/config.h"
#include "store/store.h"

/*
 * From the store to the server, and what it said back into the store. It waits for nothing but its
 * own request: neither for folders nor for analysis. callqad runs it in a process of its own,
 * `callqa sweep` as a part of its pipeline.
 */
struct cqa_sender;

/* `store` and `config` (with its `posts`) are borrowed. Reads the token. Owned, free with
 * cqa_sender_destroy. */
enum cqa_status cqa_sender_create(struct cqa_sender **out, const struct cqa_config *config,
                                  struct cqa_store *store, const struct cqa_clock *clock,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* A request under way goes with it: it is sent again. Gives back what it holds. NULL is fine. */
void cqa_sender_destroy(struct cqa_sender *sender);

/* A descriptor to wait on for reading. */
int cqa_sender_fd(const struct cqa_sender *sender);

/* Does what can be done now; never blocks on the network. Milliseconds until the next step is due
 * even if nothing is readable; -1: the store is beyond use. */
int64_t cqa_sender_step(struct cqa_sender *sender);

/* Sends nothing new from now on; what is under way comes to its end. */
void cqa_sender_wind_down(struct cqa_sender *sender);

/* There may be something new to send. */
void cqa_sender_wake(struct cqa_sender *sender);

struct cqa_sender_status {
    uint64_t delivered;                /* struck by the server's answer */
    uint64_t kept_back;                /* of them; the server has them and does not count them */
    uint64_t refused;                  /* the server will never take them */
    int busy;                          /* a request, or its answer, is under way */
    int failures;                      /* requests in a row that came to nothing */
    int halted;                        /* the server says that address or token are wrong */
    int64_t idle_ms;                   /* nothing is due for so long; 0: now */
    const struct cqa_message *trouble; /* the last of the server; NULL: none */
};
struct cqa_sender_status cqa_sender_status(const struct cqa_sender *sender);

#endif
