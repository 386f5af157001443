/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_STRETCH_H
#define CQA_REPORT_STRETCH_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "result/result.h"

/*
 * What a stretch of a call is that bears no verdict, and how it is shown.
 * X(symbol, letter of the picture in characters, colour of its lines 0xRRGGBB, whether these lean
 * forward, English, Chinese)
 */
#define CQA_STRETCHES(X)                                                                           \
    X(OUTSIDE, '-', 0xB8C0CA, 0, "outside the conversation", "对话之外")                           \
    X(DEGRADED, '~', 0xB8C0CA, 1, "degraded", "受影响")                                            \
    X(NOT_MEASURABLE, '/', 0x7B8794, 1, "not measurable", "无法测量")

#define CQA_STRETCH_SYMBOL(symbol, ...) CQA_STRETCH_##symbol,
enum cqa_stretch_kind { CQA_STRETCHES(CQA_STRETCH_SYMBOL) CQA_STRETCH_COUNT };
#undef CQA_STRETCH_SYMBOL

struct cqa_stretch_look {
    char letter;
    uint32_t color;
    int leans_forward;
    struct cqa_text text;
};
extern const struct cqa_stretch_look cqa_stretch_looks[CQA_STRETCH_COUNT];

/* Strings are static or the result's. */
struct cqa_stretch {
    enum cqa_stretch_kind kind;
    int64_t start_ms;
    int64_t end_ms;
    unsigned aspects; /* 1 << each aspect that is touched; 0 outside the conversation: all */
    const char *reason;
    struct cqa_text text;
    float confidence; /* 0: not told */
};

struct cqa_stretches {
    struct cqa_stretch *items; /* by start */
    size_t count;
};

/* What of the call bears no verdict: outside the conversation, from a second on, and the spans that
 * could not be measured, those of several aspects at the same seconds as one. CQA_E_NOMEM. Finish
 * it whatever comes back. */
enum cqa_status cqa_stretches_find(const struct cqa_result *result,
                                   struct cqa_stretches *stretches) CQA_MUST_CHECK;
void cqa_stretches_finish(struct cqa_stretches *stretches);

/* Whether the reason is told with the seconds at which it holds, not as one of the whole call. */
int cqa_reason_has_span(const struct cqa_measurable *measurable, const struct cqa_reason *reason);

/* The state of the call that the reason explains. */
enum cqa_stretch_kind cqa_reason_kind(const struct cqa_measurable *measurable,
                                      const struct cqa_reason *reason);

/* "silence, hold"; "" outside the conversation. */
void cqa_stretch_aspects(const struct cqa_stretch *stretch, int zh, char *out, size_t size);

/* "silence, hold: the recorder wrote nothing here (97 %)". */
void cqa_stretch_sentence(const struct cqa_stretch *stretch, int zh, char *out, size_t size);

#endif
