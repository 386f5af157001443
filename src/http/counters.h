/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_COUNTERS_H
#define CQA_HTTP_COUNTERS_H

#include <stdatomic.h>

enum { CQA_POSTED_OUTCOMES_MAX = 16 };

/* What GET /metrics shows of this process. Any thread adds. */
struct cqa_counters {
    atomic_ullong requests[6];                  /* by first digit of the status; [0] unused */
    atomic_ullong put[CQA_POSTED_OUTCOMES_MAX]; /* by what a posted item came to */
    atomic_ullong refused_items;                /* invalid objects among what was posted */
    atomic_ullong login_failures;
    atomic_ullong notices_sent, notice_failures, notice_receivers_gone;
    atomic_ullong notices_waiting;   /* as they were when last looked at */
    atomic_ullong busy_us;           /* time spent in endpoints */
    atomic_llong rubrics_learned_ms; /* when the folders of rubrics were last looked through */
};

struct cqa_request;
struct cqa_counters *cqa_request_counters(const struct cqa_request *request);

#endif
