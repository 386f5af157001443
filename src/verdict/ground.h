/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_VERDICT_GROUND_H
#define CQA_VERDICT_GROUND_H

#include "base/span.h"
#include "measure/measure.h"

/*
 * Why nothing is charged for some seconds: the reasons that this folder gives, each with its
 * sentence (docs/measures.md says what an operator can do about it).
 * X(symbol, id, English, Chinese)
 */
#define CQA_GROUND_REASONS(X)                                                                      \
    X(NOT_RECORDED, "not_recorded", "the recorder wrote nothing here", "此处录音系统未写入声音")   \
    X(LINE_LOST, "line_lost", "one party's line is gone from here on", "此后一方线路中断")         \
    X(LINE_IDLE, "line_idle", "one party's line is idle here", "此处一方线路无信号")               \
    X(LEG, "leg", "only one party's line is in this file", "该文件只有一方的声音")                 \
    X(OUT_OF_STEP, "out_of_step", "the two channels are shifted against each other",               \
      "两个声道在时间上错位")                                                                      \
    X(SAME_MIX, "same_mix", "both channels carry the same mix of both parties",                    \
      "两个声道是同一混音")                                                                        \
    X(ROLES_UNKNOWN, "roles_unknown", "nobody can tell which channel is the agent's",              \
      "无法确定哪个声道是坐席")                                                                    \
    X(NOISE, "noise", "speech hardly stands out of the noise", "语音信噪比过低")                   \
    X(PARKED, "parked", "a line was muted, parked or cut, nobody can say by whom",                 \
      "线路被停放、静音或中断，无法判断由谁造成")                                                  \
    X(AFTER_HOLD, "after_hold", "the music had stopped, nobody had spoken: the hold may go on",    \
      "音乐已停但无人开口，保持可能仍在继续")                                                      \
    X(BEFORE, "before_conversation", "before both parties had been heard", "双方都开口之前")       \
    X(AFTER, "after_conversation", "after one party had said its last word",                       \
      "一方说完最后一句话之后")                                                                    \
    X(LOGGED, "logged_hold", "the exchange logged a hold here that the sound does not show",       \
      "交换机在此记录了保持，但声音中听不出")                                                      \
    X(NOBODY, "no_conversation", "nobody talks with anybody in this recording",                    \
      "录音中没有双方对话")                                                                        \
    X(CHARGED, "charged_once", "another rule charges for these very seconds",                      \
      "另一条规则已就这段时间扣分")

#define CQA_GROUND_SYMBOL(symbol, ...) CQA_GROUND_##symbol,
enum cqa_ground_reason { CQA_GROUND_REASONS(CQA_GROUND_SYMBOL) CQA_GROUND_COUNT };
#undef CQA_GROUND_SYMBOL
extern const char *const cqa_ground_ids[CQA_GROUND_COUNT + 1];
extern const struct cqa_text cqa_ground_texts[CQA_GROUND_COUNT];

/* What one event may cost. */
struct cqa_ground {
    int bears;          /* the recording bears a deduction for it */
    int64_t counted_ms; /* of the event: inside the conversation and measurable */
    const char *reason; /* where it does not bear: the id, static or the measurable's; else NULL */
    struct cqa_text text; /* its sentence */
};

/*
 * What the recording bears of an event. Over half of it must lie in the conversation (of a hold the
 * beginning, which counts whole), and no more than half where its kind could not be measured.
 * `with_degraded`: a degraded stretch counts as measured. Pure. Source: the contract, "What a
 * verdict stands on".
 */
struct cqa_ground cqa_ground_of_event(const struct cqa_measurable *measurable,
                                      const struct cqa_event *event, int with_degraded);

/* The same of a number of the call: where nobody talked nothing is borne, and waiting before the
 * talk or what was not recorded is nobody's in particular. */
struct cqa_ground cqa_ground_of_measure(const struct cqa_measurable *measurable,
                                        enum cqa_measure_id measure);

/* To what the aspect is lowered for most of the call by spans; where it is, it is told event by
 * event. */
enum cqa_quality cqa_ground_state(const struct cqa_measurable *measurable, enum cqa_aspect what,
                                  int64_t duration_ms);

#endif
