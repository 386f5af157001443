/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_SPAN_H
#define CQA_BASE_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

/* Half-open piece of a recording, milliseconds from its start: start_ms <= t < end_ms. */
struct cqa_span {
    int64_t start_ms;
    int64_t end_ms;
};

/* Growing list of spans in time order. {0} is empty; cqa_spans_finish frees, and takes {0} too. */
struct cqa_spans {
    struct cqa_span *items;
    size_t count;
    size_t capacity;
};

static inline int64_t cqa_earlier_ms(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static inline int64_t cqa_later_ms(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

static inline int64_t cqa_span_length_ms(struct cqa_span span)
{
    return span.end_ms - span.start_ms;
}

/* CQA_E_NOMEM leaves the list as it was. */
enum cqa_status cqa_spans_add(struct cqa_spans *spans, int64_t start_ms,
                              int64_t end_ms) CQA_MUST_CHECK;
void cqa_spans_finish(struct cqa_spans *spans);

/* Joins spans whose gap is shorter than `gap_ms`. Spans must be in time order. */
void cqa_spans_bridge(struct cqa_spans *spans, int64_t gap_ms);

/* Drops spans shorter than `length_ms`. */
void cqa_spans_drop_short(struct cqa_spans *spans, int64_t length_ms);

/* Sum of all lengths. */
int64_t cqa_spans_total_ms(const struct cqa_spans *spans);

/* How much of `window` the spans cover. */
int64_t cqa_spans_within_ms(const struct cqa_spans *spans, struct cqa_span window);

/* Appends to `out` where both cover. `out` must not be one of the two. */
enum cqa_status cqa_spans_intersect(const struct cqa_spans *left, const struct cqa_spans *right,
                                    struct cqa_spans *out) CQA_MUST_CHECK;

/* Appends to `out` the parts of [0, end_ms) that `spans` leaves free. */
enum cqa_status cqa_spans_invert(const struct cqa_spans *spans, int64_t end_ms,
                                 struct cqa_spans *out) CQA_MUST_CHECK;

/* Appends to `out` the union of both, touching spans joined. */
enum cqa_status cqa_spans_unite(const struct cqa_spans *left, const struct cqa_spans *right,
                                struct cqa_spans *out) CQA_MUST_CHECK;

#endif
