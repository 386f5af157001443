/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_WORKER_H
#define CQA_SERVER_WORKER_H

#include "base/clock.h"
#include "http/serve.h"
#include "scores/store.h"

/* Does what was kept to be done beside requests (scores/jobs.h), in threads of its own, of each
 * person one at a time. `kept` is an eventfd: written to, it looks at once, and else every two
 * seconds for what other servers kept or left. All borrowed until it is stopped. Owned, free with
 * cqa_worker_stop. */
struct cqa_worker;

enum cqa_status cqa_worker_start(struct cqa_worker **out, struct cqa_scores *scores,
                                 const struct cqa_clock *clock, struct cqa_http *http, int kept,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* What is under way is left for the next that looks, as soon as it asks whether it is wanted. NULL
 * is nothing. */
void cqa_worker_stop(struct cqa_worker *worker);

#endif
