/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_NOTIFIER_H
#define CQA_SERVER_NOTIFIER_H

#include "base/clock.h"
#include "http/counters.h"
#include "scores/notices.h"

/*
 * The thread that sends notices: to each receiver one at a time, again and again until a 2xx says
 * that it has it, under the same webhook-id. A receiver in trouble is waited for as the daemon
 * waits for its server (post/circuit.h); one that answers 410 gets nothing more until the server is
 * started anew.
 */
struct cqa_notifier;

/* Reads the secrets, gives up what waits for receivers that are configured no more, and starts.
 * Everything is borrowed until cqa_notifier_stop. `*out` is NULL where there are no receivers. */
enum cqa_status cqa_notifier_start(struct cqa_notifier **out,
                                   const struct cqa_notice_config *config,
                                   struct cqa_scores *scores, const struct cqa_clock *clock,
                                   struct cqa_counters *counters,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* A request under way is broken off: it is sent again later. */
void cqa_notifier_stop(struct cqa_notifier *notifier);

#endif
