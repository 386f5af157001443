/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_WORDS_H
#define CQA_REPORT_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "event/event.h"
#include "result/result.h"

/* What reports and pictures say in both languages. X(symbol, English, Chinese) */
#define CQA_WORDS(X)                                                                               \
    X(AGENT, "agent", "坐席")                                                                      \
    X(CUSTOMER, "customer", "客户")                                                                \
    X(MIXED, "both parties", "双方混音")                                                           \
    X(UNKNOWN_PARTY, "unknown party", "未知一方")                                                  \
    X(EVENTS, "events", "事件")                                                                    \
    X(EVENT_LIST, "Events", "事件")                                                                \
    X(DEDUCTED, "deducted", "扣分")                                                                \
    X(CALL, "call", "通话")                                                                        \
    X(QUEUE, "queue", "队列")                                                                      \
    X(SCORE, "Score", "得分")                                                                      \
    X(NOT_SCORED, "not scored", "未评分")                                                          \
    X(RUBRIC, "rubric", "评分标准")                                                                \
    X(NOT_APPLIED, "the rubric does not apply to this call", "本通话不适用该评分标准")             \
    X(NO_DEDUCTION, "no deduction", "无扣分")                                                      \
    X(NOTE, "note", "提示")                                                                        \
    X(CAPPED, "0, cap", "0，封顶")                                                                 \
    X(POINTS, "points", "分值")                                                                    \
    X(FROM_TO, "from – to", "起止")                                                                \
    X(LENGTH, "length", "时长")                                                                    \
    X(CONFIDENCE, "confidence", "置信度")                                                          \
    X(RULE, "rule", "规则")                                                                        \
    X(WHAT, "what happened", "说明")                                                               \
    X(STEREO, "stereo", "双声道")                                                                  \
    X(MONO, "mono", "单声道")                                                                      \
    X(DUAL_MONO, "dual mono", "双声道内容相同")                                                    \
    X(LEG, "one party's line", "单方录音")                                                         \
    X(FAIL, "fails the call", "一票否决")                                                          \
    X(DEDUCTIONS, "Deductions", "扣分项")                                                          \
    X(MEASURABLE, "What the recording does not bear", "录音不足以判定之处")                        \
    X(WHOLE_CALL, "whole call", "整通")                                                            \
    X(NOT_JUDGED, "not judged", "不评判")                                                          \
    X(COSTS_NOTHING, "costs nothing", "不扣分")                                                    \
    X(COLON, ": ", "：")                                                                           \
    X(COMMA, ", ", "，")                                                                           \
    X(AND, ", ", "、")                                                                             \
    X(ALL_MEASURABLE, "Everything could be measured.", "各项均可测量。")                           \
    X(SPEECH, "speech", "语音")                                                                    \
    X(LEVEL, "level", "电平")                                                                      \
    X(IN_QUEUE, "in the queue", "排队中")                                                          \
    X(TALK_SHARE, "share of talk", "讲话占比")                                                     \
    X(RESPONSE, "response time, median", "响应时间中位数")                                         \
    X(MONOLOGUE, "longest monologue", "最长独白")                                                  \
    X(INTERRUPTIONS, "interruptions", "抢话次数")                                                  \
    X(BACKCHANNELS, "backchannels", "附和次数")                                                    \
    X(LEVEL_DBFS, "active level, dBFS", "语音电平 dBFS")                                           \
    X(NOISE_DBFS, "noise, dBFS", "噪声 dBFS")                                                      \
    X(GREETING, "greeting after", "开场白延迟")                                                    \
    X(LONGEST, "longest", "最长")                                                                  \
    X(MORE_EVENTS, "more events", "个其他事件")                                                    \
    X(RECORDING, "Recording", "录音")                                                              \
    X(ANALYZER, "Analyzer", "分析程序")                                                            \
    X(MODELS, "models", "模型")                                                                    \
    X(LEGEND, "Legend", "图例")                                                                    \
    X(INCOMING, "incoming", "呼入")                                                                \
    X(OUTGOING, "outgoing", "呼出")                                                                \
    X(INTERNAL, "internal", "内部")                                                                \
    X(CALLS, "calls", "通电话")                                                                    \
    X(MEAN_SCORE, "mean score", "平均得分")                                                        \
    X(SECONDS, "s", "秒")

#define CQA_WORD_SYMBOL(symbol, ...) CQA_WORD_##symbol,
enum cqa_word { CQA_WORDS(CQA_WORD_SYMBOL) CQA_WORD_COUNT };
#undef CQA_WORD_SYMBOL

const char *cqa_word(enum cqa_word word, int zh);

/* The side of `text` in the language asked for; the other where that one is missing, "" without
 * any. */
const char *cqa_text_in(struct cqa_text text, int zh);

const char *cqa_role_word(enum cqa_role role, int zh);
const char *cqa_party_word(enum cqa_party party, int zh); /* "" for none */
const char *cqa_aspect_word(enum cqa_aspect aspect, int zh);
const char *cqa_event_type_word(enum cqa_event_type type, int zh);

/* How pictures show an event: as its type, but for kinds of overtalk that have a letter of their
 * own. */
struct cqa_event_look cqa_event_mark(const struct cqa_event *event);

/* Why nothing is charged for an event of that type or cause, whatever rule looks at it; NULL where
 * a rule may charge. */
const struct cqa_text *cqa_event_ground(const struct cqa_event *event);
const char *cqa_layout_word(enum cqa_layout layout, int zh);

/* "−2"; "note"; or "0, cap" where the rubric allows no more points. `out` holds 32 bytes or more.
 */
void cqa_cost_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size);

/* "costs nothing: a line was parked", of a deduction with a ground. */
void cqa_ground_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size);

/* The rule's sentence; where the recording does not bear it, why it costs nothing; whether it fails
 * the call. Cut at a whole character. */
void cqa_deduction_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size);

/* "silence, unexplained", "interruption by agent", "hold, music". Cut at a whole character. */
void cqa_event_label(const struct cqa_event *event, int zh, char *out, size_t size);

/* Time as m:ss, or h:mm:ss from one hour on; cut, not rounded. `out` holds 16 bytes or more. */
void cqa_clock_text(int64_t time_ms, char *out, size_t size);

/* A length in seconds, cut (as rubrics cut it) to a tenth: "12.0". */
void cqa_length_text(int64_t length_ms, char *out, size_t size);

/* Points without trailing zeros: "2", "0.5", and at most two places. */
void cqa_points_text(double points, char *out, size_t size);

#endif
