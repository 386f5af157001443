/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_DAY_H
#define CQA_REPORT_DAY_H

#include <stddef.h>
#include <stdint.h>
#include "base/buffer.h"
#include "report/format.h"
#include "report/stretch.h"

/* Inside report/: the page of many calls (html*.c), of which only sums are kept. */

/* X(symbol, English, Chinese) */
#define CQA_DAY_WORDS(X)                                                                           \
    X(TITLE, "What was deducted, and what was only noted", "扣分与提示")                           \
    X(CALLS, "calls", "通话")                                                                      \
    X(WITH_DEDUCTIONS, "calls with deductions", "有扣分的通话")                                    \
    X(DEDUCTIONS, "deductions", "扣分项")                                                          \
    X(POINTS, "points", "扣分")                                                                    \
    X(NOTES, "notes over 10 s", "10秒以上的提示")                                                  \
    X(NOT_BORNE, "of these not borne by the recording", "其中录音不足以判定")                      \
    X(STRETCHES, "other stretches over 10 s that nobody is judged on", "其他10秒以上不评判的时段") \
    X(UNREADABLE, "recordings that could not be read", "无法读取的录音")                           \
    X(MORE, "and more", "等")                                                                      \
    X(TIME, "time", "时长")                                                                        \
    X(NOTHING, "Nothing to check.", "没有需要核查的内容。")                                        \
    X(EXPLAIN, "Hatched seconds are not judged. Each link opens the recording at its seconds.",    \
      "斜线部分不评判。每个链接从对应的秒数播放录音。")                                            \
    X(LISTEN, "listen", "收听")

#define CQA_DAY_SYMBOL(symbol, ...) CQA_DAY_##symbol,
enum cqa_day_word { CQA_DAY_WORDS(CQA_DAY_SYMBOL) CQA_DAY_WORD_COUNT };
#undef CQA_DAY_SYMBOL

enum { CQA_DAY_ROWS_MAX = 128, CQA_DAY_FAILURES_BYTES = 64 << 20 };

struct cqa_day_rule {
    char id[80];
    size_t charged;
    double points;
    size_t notes; /* all of them, however short */
    size_t not_borne;
};

struct cqa_day_reason {
    char id[80];
    char text[400]; /* in the report's language */
    size_t calls;
    int64_t sum_ms;
    size_t last_call; /* that was counted, from 1 */
};

struct cqa_day {
    size_t calls_charged;
    double points;
    size_t notes; /* listed */
    size_t not_borne;
    size_t stretches; /* listed events that no rule noted */
    struct cqa_day_rule rules[CQA_DAY_ROWS_MAX];
    size_t rule_count;
    struct cqa_day_reason reasons[CQA_DAY_ROWS_MAX];
    size_t reason_count;
    char rubric[160];
    char analyzer[160];
    struct cqa_buffer failures; /* list items */
    size_t failure_count;
};

const char *cqa_day_word(enum cqa_day_word word, int zh);

/* What one call adds. */
void cqa_day_add(struct cqa_day *day, const struct cqa_result *result,
                 const struct cqa_stretches *stretches, int zh, size_t number);

/* What the page lists of a call: a deduction that costs points or is longer than 10 s, or an event
 * of that length that nobody may be charged for and no rule noted (`deduction` NULL). */
struct cqa_day_item {
    int64_t start_ms;
    int64_t end_ms;
    const struct cqa_deduction *deduction;
    size_t number;                 /* of the deduction in its call, from 1 */
    const struct cqa_event *event; /* or NULL */
};

/* Items by start, owned, free with free(); NULL when memory ran out. */
struct cqa_day_item *cqa_day_items(const struct cqa_result *result, size_t *count);

/* The address of a recording's seconds: below `folder` (absolute, NULL: none) from there, else of
 * the file. Any byte of a name is allowed. */
void cqa_html_link(const char *path, const char *folder, int64_t start_ms, int64_t end_ms,
                   struct cqa_buffer *out);

#endif
