/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/span.h"

#include <stdlib.h>

enum cqa_status cqa_spans_add(struct cqa_spans *spans, int64_t start_ms, int64_t end_ms)
{
    if (spans->count == spans->capacity) {
        const size_t capacity = spans->capacity ? spans->capacity * 2 : 16;
        struct cqa_span *items = realloc(spans->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        spans->items = items;
        spans->capacity = capacity;
    }
    spans->items[spans->count++] = (struct cqa_span){start_ms, end_ms};
    return CQA_OK;
}

void cqa_spans_finish(struct cqa_spans *spans)
{
    free(spans->items);
    *spans = (struct cqa_spans){0};
}

void cqa_spans_bridge(struct cqa_spans *spans, int64_t gap_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < spans->count; i++) {
        const struct cqa_span span = spans->items[i];
        if (kept > 0 && span.start_ms - spans->items[kept - 1].end_ms < gap_ms) {
            if (span.end_ms > spans->items[kept - 1].end_ms)
                spans->items[kept - 1].end_ms = span.end_ms;
        } else {
            spans->items[kept++] = span;
        }
    }
    spans->count = kept;
}

void cqa_spans_drop_short(struct cqa_spans *spans, int64_t length_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < spans->count; i++)
        if (cqa_span_length_ms(spans->items[i]) >= length_ms)
            spans->items[kept++] = spans->items[i];
    spans->count = kept;
}

int64_t cqa_spans_total_ms(const struct cqa_spans *spans)
{
    int64_t total = 0;

    for (size_t i = 0; i < spans->count; i++)
        total += cqa_span_length_ms(spans->items[i]);
    return total;
}

static struct cqa_span overlap(struct cqa_span a, struct cqa_span b)
{
    return (struct cqa_span){a.start_ms > b.start_ms ? a.start_ms : b.start_ms,
                             a.end_ms < b.end_ms ? a.end_ms : b.end_ms};
}

int64_t cqa_spans_within_ms(const struct cqa_spans *spans, struct cqa_span window)
{
    int64_t total = 0;

    for (size_t i = 0; i < spans->count && spans->items[i].start_ms < window.end_ms; i++) {
        const int64_t length = cqa_span_length_ms(overlap(spans->items[i], window));
        total += length > 0 ? length : 0;
    }
    return total;
}

enum cqa_status cqa_spans_intersect(const struct cqa_spans *left, const struct cqa_spans *right,
                                    struct cqa_spans *out)
{
    size_t i = 0;
    size_t j = 0;
    enum cqa_status status = CQA_OK;

    while (i < left->count && j < right->count && status == CQA_OK) {
        const struct cqa_span both = overlap(left->items[i], right->items[j]);
        if (both.start_ms < both.end_ms)
            status = cqa_spans_add(out, both.start_ms, both.end_ms);
        if (left->items[i].end_ms < right->items[j].end_ms)
            i++;
        else
            j++;
    }
    return status;
}

enum cqa_status cqa_spans_invert(const struct cqa_spans *spans, int64_t end_ms,
                                 struct cqa_spans *out)
{
    int64_t at = 0;

    for (size_t i = 0; i < spans->count && at < end_ms; i++) {
        const struct cqa_span span = spans->items[i];
        const int64_t until = span.start_ms < end_ms ? span.start_ms : end_ms;
        if (until > at && cqa_spans_add(out, at, until) != CQA_OK)
            return CQA_E_NOMEM;
        at = span.end_ms > at ? span.end_ms : at;
    }
    return at < end_ms ? cqa_spans_add(out, at, end_ms) : CQA_OK;
}

static enum cqa_status append_joined(struct cqa_spans *out, size_t first, struct cqa_span span)
{
    if (out->count > first && span.start_ms <= out->items[out->count - 1].end_ms) {
        if (span.end_ms > out->items[out->count - 1].end_ms)
            out->items[out->count - 1].end_ms = span.end_ms;
        return CQA_OK;
    }
    return cqa_spans_add(out, span.start_ms, span.end_ms);
}

enum cqa_status cqa_spans_unite(const struct cqa_spans *left, const struct cqa_spans *right,
                                struct cqa_spans *out)
{
    const size_t first = out->count;
    size_t i = 0;
    size_t j = 0;
    enum cqa_status status = CQA_OK;

    while ((i < left->count || j < right->count) && status == CQA_OK) {
        const int take_left =
            j == right->count ||
            (i < left->count && left->items[i].start_ms <= right->items[j].start_ms);
        status = append_joined(out, first, take_left ? left->items[i] : right->items[j]);
        if (take_left)
            i++;
        else
            j++;
    }
    return status;
}
