/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_DAEMON_SENDING_H
#define CQA_DAEMON_SENDING_H

#include <stdint.h>
#include <sys/types.h>
#include "base/clock.h"
#include "daemon/sender_process.h"
#include "pipeline/pipeline.h"

/*
 * The sender as a process of its own (docs/decisions/0099-sender-apart.md): this very program,
 * executed anew, with the store opened by itself. It alone reads token and secrets. Neither a
 * folder nor an analysis that hangs holds it up; where it hangs itself, or ends, it is started
 * again.
 */

/* From the daemon's side. */
struct cqa_sending {
    const char *path; /* of the configuration, borrowed */
    const struct cqa_clock *clock;
    int wanted; /* there is somewhere to send to, and no end in sight */
    pid_t pid;  /* 0: it does not run */
    int socket; /* -1: it does not run */
    int killed; /* because it hung */
    int64_t started_ms, heard_ms, start_at_ms;
    int64_t pause_ms;             /* before the next start */
    struct cqa_sending_news news; /* its last word */
    uint64_t delivered, refused;  /* by those before it */
    struct cqa_message trouble;   /* made of the news */
};

struct cqa_sending cqa_sending_begin(const char *path, const struct cqa_clock *clock);

/* Starts, hears and watches it, as needed; call it when the socket is readable and when the time
 * has come. Never waits. `wanted`: whether the configuration posts. Milliseconds until the next
 * call. */
int64_t cqa_sending_turn(struct cqa_sending *sending, int wanted);

/* It is to read the configuration again: the one that runs ends, another follows at once. */
void cqa_sending_renew(struct cqa_sending *sending);

/* It is to come to an end, with the request under way. */
void cqa_sending_wind_down(struct cqa_sending *sending);

/* Ends it for sure. */
void cqa_sending_end(struct cqa_sending *sending);

/* Adds what it does to the pipeline's status. `status->trouble` borrows. */
void cqa_sending_tell(struct cqa_sending *sending, struct cqa_pipeline_status *status);

#endif
