/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEASURE_MEASURE_H
#define CQA_MEASURE_MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/text.h"
#include "event/event.h"

/* What can be measured on this recording at all. */
enum cqa_quality {
    CQA_QUALITY_OK,
    CQA_QUALITY_DEGRADED,
    CQA_QUALITY_NOT_MEASURABLE,
    CQA_QUALITY_COUNT
};
extern const char *const cqa_quality_words[CQA_QUALITY_COUNT + 1];

enum cqa_aspect {
    CQA_ASPECT_SPEECH,
    CQA_ASPECT_SILENCE,
    CQA_ASPECT_OVERTALK,
    CQA_ASPECT_HOLD,
    CQA_ASPECT_LEVEL,
    CQA_ASPECT_COUNT
};
extern const char *const cqa_aspect_words[CQA_ASPECT_COUNT + 1];

/* What a deduction for an event of this type stands on. */
extern const enum cqa_aspect cqa_event_aspects[CQA_EVENT_TYPE_COUNT];

enum { CQA_REASONS_MAX = 24 };

/* Why an aspect is not "ok". `id` and the texts are static, or borrowed from the arena they were
 * read into. */
struct cqa_reason {
    const char *id;
    enum cqa_aspect what;
    struct cqa_text text;
};

/* Where an aspect is not "ok", and how sure that is, 0..1. `reason` is the id of one of the
 * reasons. */
struct cqa_unmeasured {
    enum cqa_aspect what;
    enum cqa_quality state;
    int64_t start_ms;
    int64_t end_ms;
    const char *reason;
    float confidence;
};

/* From when both parties have been heard to the last word of whichever falls silent first. */
struct cqa_conversation {
    int known;  /* 0: an old result, in which all counts as inside */
    int talked; /* 0: nobody talked with anybody, and nothing is inside */
    int64_t start_ms;
    int64_t end_ms;
    float confidence;
};

/* What the recording bears: of the call as a whole, and where. {0} bears everything; finish frees
 * the spans. */
struct cqa_measurable {
    enum cqa_quality aspect[CQA_ASPECT_COUNT]; /* what holds for most of the call */
    struct cqa_reason reasons[CQA_REASONS_MAX];
    size_t reason_count;
    struct cqa_unmeasured *spans; /* by start */
    size_t span_count;
    struct cqa_conversation conversation;
    int leg; /* one party's line only */
};

/* Puts the span where it belongs in time. CQA_E_NOMEM leaves the list as it was. */
enum cqa_status cqa_measurable_add(struct cqa_measurable *measurable,
                                   const struct cqa_unmeasured *span) CQA_MUST_CHECK;
void cqa_measurable_finish(struct cqa_measurable *measurable);

/*
 * Named numbers of one call. X(symbol, name, unit, aspect it stands on, English, Chinese).
 * A name ends in its unit where it has one. `ratio` is 0..1.
 */
#define CQA_MEASURES(X)                                                                            \
    X(DURATION, "duration_ms", "ms", SPEECH, "length of the recording", "录音时长")                \
    X(TALK_AGENT, "talk_agent_ms", "ms", SPEECH, "agent's speech", "坐席讲话时长")                 \
    X(TALK_CUSTOMER, "talk_customer_ms", "ms", SPEECH, "customer's speech", "客户讲话时长")        \
    X(TALK_UNION, "talk_union_ms", "ms", SPEECH, "anyone's speech", "任一方讲话时长")              \
    X(TALK_SHARE_CALL, "agent_talk_share_of_call", "ratio", SPEECH, "agent's speech of the call",  \
      "坐席讲话占通话比")                                                                          \
    X(TALK_SHARE_TALK, "agent_talk_share_of_talk", "ratio", SPEECH,                                \
      "agent's speech of all speech", "坐席讲话占双方讲话比")                                      \
    X(SILENCE_TOTAL, "silence_total_ms", "ms", SILENCE, "silences of 3 s or more", "静默总时长")   \
    X(SILENCE_COUNT, "silence_count", "", SILENCE, "number of silences", "静默次数")               \
    X(SILENCE_LONGEST, "silence_longest_ms", "ms", SILENCE, "longest silence", "最长静默")         \
    X(SILENCE_SHARE, "silence_share", "ratio", SILENCE, "silence of the call", "静默占比")         \
    X(OVERTALK_TOTAL, "overtalk_total_ms", "ms", OVERTALK, "both speaking", "同时讲话总时长")      \
    X(OVERTALK_COUNT, "overtalk_count", "", OVERTALK, "number of overtalks", "同时讲话次数")       \
    X(OVERTALK_SHARE, "overtalk_ratio", "ratio", OVERTALK, "overtalk of the call", "同时讲话占比") \
    X(INTERRUPTIONS_AGENT, "interruptions_agent_count", "", OVERTALK,                              \
      "interruptions by the agent", "坐席抢话次数")                                                \
    X(INTERRUPTIONS_CUSTOMER, "interruptions_customer_count", "", OVERTALK,                        \
      "interruptions by the customer", "客户抢话次数")                                             \
    X(BACKCHANNELS_AGENT, "backchannels_agent_count", "", OVERTALK, "agent's backchannels",        \
      "坐席附和次数")                                                                              \
    X(BACKCHANNELS_CUSTOMER, "backchannels_customer_count", "", OVERTALK,                          \
      "customer's backchannels", "客户附和次数")                                                   \
    X(HOLD_TOTAL, "hold_total_ms", "ms", HOLD, "time on hold", "保持总时长")                       \
    X(HOLD_COUNT, "hold_count", "", HOLD, "number of holds", "保持次数")                           \
    X(HOLD_LONGEST, "hold_longest_ms", "ms", HOLD, "longest hold", "最长保持")                     \
    X(QUEUE_WAIT, "queue_wait_ms", "ms", HOLD, "hold before the agent's first speech",             \
      "坐席接通前等待")                                                                            \
    X(RING, "ring_ms", "ms", HOLD, "ringback", "回铃时长")                                         \
    X(GREETING_DELAY, "greeting_delay_ms", "ms", SPEECH,                                           \
      "from the answer to the agent's first speech", "开场白延迟")                                 \
    X(RESPONSE_AGENT_MEDIAN, "response_agent_median_ms", "ms", SPEECH,                             \
      "agent's response time, median", "坐席响应时间中位数")                                       \
    X(RESPONSE_AGENT_P90, "response_agent_p90_ms", "ms", SPEECH,                                   \
      "agent's response time, 90th percentile", "坐席响应时间P90")                                 \
    X(RESPONSE_CUSTOMER_MEDIAN, "response_customer_median_ms", "ms", SPEECH,                       \
      "customer's response time, median", "客户响应时间中位数")                                    \
    X(RESPONSE_CUSTOMER_P90, "response_customer_p90_ms", "ms", SPEECH,                             \
      "customer's response time, 90th percentile", "客户响应时间P90")                              \
    X(STREAK_AGENT, "longest_monologue_agent_ms", "ms", SPEECH, "agent's longest monologue",       \
      "坐席最长独白")                                                                              \
    X(STREAK_CUSTOMER, "longest_monologue_customer_ms", "ms", SPEECH,                              \
      "customer's longest monologue", "客户最长独白")                                              \
    X(SWITCHES, "speaker_switches_per_minute", "1/min", SPEECH, "changes of speaker a minute",     \
      "每分钟话轮转换")                                                                            \
    X(RATE_AGENT, "syllable_rate_agent", "1/s", SPEECH, "agent's syllables a second of speech",    \
      "坐席语速（音节/秒）")                                                                       \
    X(RATE_CUSTOMER, "syllable_rate_customer", "1/s", SPEECH,                                      \
      "customer's syllables a second of speech", "客户语速（音节/秒）")                            \
    X(PITCH_AGENT, "pitch_agent_median_hz", "Hz", LEVEL, "agent's pitch, median",                  \
      "坐席基频中位数")                                                                            \
    X(PITCH_CUSTOMER, "pitch_customer_median_hz", "Hz", LEVEL, "customer's pitch, median",         \
      "客户基频中位数")                                                                            \
    X(PITCH_RANGE_AGENT, "pitch_agent_range_semitones", "st", LEVEL,                               \
      "agent's pitch, 10th to 90th percentile", "坐席基频范围")                                    \
    X(PITCH_RANGE_CUSTOMER, "pitch_customer_range_semitones", "st", LEVEL,                         \
      "customer's pitch, 10th to 90th percentile", "客户基频范围")                                 \
    X(LEVEL_AGENT, "level_agent_dbfs", "dBFS", LEVEL, "agent's active level", "坐席语音电平")      \
    X(LEVEL_CUSTOMER, "level_customer_dbfs", "dBFS", LEVEL, "customer's active level",             \
      "客户语音电平")                                                                              \
    X(RAISED_AGENT, "raised_voice_agent_ms", "ms", LEVEL,                                          \
      "agent's voice raised over the own norm", "坐席提高嗓门时长")                                \
    X(RAISED_CUSTOMER, "raised_voice_customer_ms", "ms", LEVEL,                                    \
      "customer's voice raised over the own norm", "客户提高嗓门时长")                             \
    X(SNR_AGENT, "snr_agent_db", "dB", LEVEL, "agent's speech over noise", "坐席信噪比")           \
    X(SNR_CUSTOMER, "snr_customer_db", "dB", LEVEL, "customer's speech over noise", "客户信噪比")  \
    X(CLIPPED_AGENT, "clipped_agent_ms", "ms", LEVEL, "agent's clipped audio", "坐席削波时长")     \
    X(CLIPPED_CUSTOMER, "clipped_customer_ms", "ms", LEVEL, "customer's clipped audio",            \
      "客户削波时长")                                                                              \
    X(NOT_RECORDED, "not_recorded_ms", "ms", SILENCE, "not recorded", "未录音时长")                \
    X(ONE_WAY, "one_way_ms", "ms", SPEECH, "only one party heard", "单通时长")                     \
    X(LEVEL_RANGE_AGENT, "level_agent_range_db", "dB", LEVEL,                                      \
      "agent's level, 10th to 90th percentile", "坐席语音电平范围")                                \
    X(LEVEL_RANGE_CUSTOMER, "level_customer_range_db", "dB", LEVEL,                                \
      "customer's level, 10th to 90th percentile", "客户语音电平范围")                             \
    X(NOISE_AGENT, "noise_agent_dbfs", "dBFS", LEVEL, "noise on the agent's line", "坐席线路噪声") \
    X(NOISE_CUSTOMER, "noise_customer_dbfs", "dBFS", LEVEL, "noise on the customer's line",        \
      "客户线路噪声")

#define CQA_MEASURE_SYMBOL(symbol, ...) CQA_MEASURE_##symbol,
enum cqa_measure_id { CQA_MEASURES(CQA_MEASURE_SYMBOL) CQA_MEASURE_COUNT };
#undef CQA_MEASURE_SYMBOL

struct cqa_measure_info {
    const char *name;
    const char *unit;
    enum cqa_aspect aspect;
    struct cqa_text text;
};
extern const struct cqa_measure_info cqa_measure_infos[CQA_MEASURE_COUNT];

/* A value is NaN where it could not be measured; JSON says null. */
struct cqa_measures {
    double value[CQA_MEASURE_COUNT];
};

/* The id of a name, or CQA_MEASURE_COUNT. */
enum cqa_measure_id cqa_measure_find(const char *name);

#endif
