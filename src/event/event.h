/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_EVENT_H
#define CQA_EVENT_EVENT_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

/*
 * One line a type of event: everything that programs and reports know of it by name. A new detector
 * adds a line here.
 * X(symbol, word of the contract, letter of the picture in characters, its SGR colour, colour of
 * drawn pictures 0xRRGGBB, aspect (measure/measure.h) that a deduction for it stands on, English,
 * Chinese)
 */
#define CQA_EVENT_TYPES(X)                                                                         \
    X(SILENCE, "silence", 'S', "31", 0xE3A008, SILENCE, "silence", "静默")                         \
    X(OVERTALK, "overtalk", 'O', "33", 0xD9480F, OVERTALK, "overtalk", "同时讲话")                 \
    X(HOLD, "hold", 'H', "35", 0x7E57C2, HOLD, "hold", "保持")                                     \
    X(RINGBACK, "ringback", 'R', "36", 0x00838F, HOLD, "ringback", "回铃音")                       \
    X(BUSY, "busy", 'B', "36", 0x00838F, HOLD, "busy tone", "忙音")                                \
    X(SIT, "sit", 'T', "36", 0x00838F, HOLD, "special information tone", "特殊信息音")             \
    X(FAX, "fax", 'F', "36", 0x00838F, HOLD, "fax", "传真")                                        \
    X(DTMF, "dtmf", 'D', "36", 0x00838F, HOLD, "DTMF", "按键")                                     \
    X(ONE_WAY, "one_way", '1', "31", 0xAD1457, SPEECH, "one-way audio", "单通")                    \
    X(CLIPPING, "clipping", 'C', "33", 0xAD1457, LEVEL, "clipping", "削波")                        \
    X(NOT_RECORDED, "not_recorded", 'N', "90", 0x7B8794, SPEECH, "not recorded", "未录音")         \
    X(LINE_IDLE, "line_idle", 'i', "90", 0x7B8794, SPEECH, "line idle", "线路无信号")              \
    X(LINE_LOST, "line_lost", 'L', "90", 0x7B8794, SPEECH, "line lost", "线路中断")                \
    X(LONG_TONE, "long_tone", 't', "36", 0x00838F, HOLD, "long tone", "持续单音")

/* Why a silence: NONE for other types. NOT_RECORDED is of old results only: what was not recorded
 * is an event of its own. X(symbol, word, English, Chinese) */
#define CQA_EVENT_CAUSES(X)                                                                        \
    X(NONE, "", "", "")                                                                            \
    X(UNEXPLAINED, "unexplained", "unexplained", "原因不明")                                       \
    X(AGENT_MUTED, "agent_muted", "agent muted", "坐席按静音")                                     \
    X(INITIAL, "initial", "at the start", "开头")                                                  \
    X(FINAL, "final", "at the end", "结尾")                                                        \
    X(NOT_RECORDED, "not_recorded", "not recorded", "未录音")                                      \
    X(PARKED, "parked", "line parked", "线路停放")

/* Of overtalk (first three) and hold (the others). X(symbol, word, English, Chinese) */
#define CQA_EVENT_KINDS(X)                                                                         \
    X(NONE, "", "", "")                                                                            \
    X(BACKCHANNEL, "backchannel", "backchannel", "附和")                                           \
    X(INTERRUPTION, "interruption", "interruption", "抢话")                                        \
    X(OTHER, "other", "overtalk", "同时讲话")                                                      \
    X(MUSIC, "music", "music", "音乐")                                                             \
    X(BEEP, "beep", "beeps", "提示音")                                                             \
    X(MUTE, "mute", "muted", "静音键")                                                             \
    X(ANNOUNCEMENT, "announcement", "announcement", "语音播报")                                    \
    X(LOGGED, "logged", "logged by the exchange", "交换机记录")

#define CQA_EVENT_TYPE_SYMBOL(symbol, ...) CQA_EVENT_##symbol,
enum cqa_event_type { CQA_EVENT_TYPES(CQA_EVENT_TYPE_SYMBOL) CQA_EVENT_TYPE_COUNT };
#undef CQA_EVENT_TYPE_SYMBOL

#define CQA_EVENT_CAUSE_SYMBOL(symbol, ...) CQA_CAUSE_##symbol,
enum cqa_event_cause { CQA_EVENT_CAUSES(CQA_EVENT_CAUSE_SYMBOL) CQA_CAUSE_COUNT };
#undef CQA_EVENT_CAUSE_SYMBOL

#define CQA_EVENT_KIND_SYMBOL(symbol, ...) CQA_KIND_##symbol,
enum cqa_event_kind { CQA_EVENT_KINDS(CQA_EVENT_KIND_SYMBOL) CQA_KIND_COUNT };
#undef CQA_EVENT_KIND_SYMBOL

/* Of `by` and `side`: a party's channel. On mono nobody can tell: NONE. */
enum cqa_party { CQA_PARTY_NONE, CQA_PARTY_AGENT, CQA_PARTY_CUSTOMER, CQA_PARTY_COUNT };

/* Of hold: before the agent's first speech, or after it. */
enum cqa_event_phase { CQA_PHASE_NONE, CQA_PHASE_QUEUE, CQA_PHASE_TALK, CQA_PHASE_COUNT };

struct cqa_event {
    int id; /* from 1, in time order */
    enum cqa_event_type type;
    int64_t start_ms;
    int64_t end_ms;
    enum cqa_event_cause cause; /* silence */
    enum cqa_event_kind kind;   /* overtalk, hold */
    enum cqa_party by;          /* overtalk: whose turn began later */
    enum cqa_party side;        /* the channel that carries it: hold, tones, faults, lines */
    enum cqa_event_phase phase; /* hold */
    int confirmed;              /* hold: the exchange logged it too */
    float confidence;           /* 0..1 */
    char digits[40];            /* dtmf: the keys, or '*' for each; cut with '+' at the end */
};

/* Growing list in time order. {0} is empty; finish frees. */
struct cqa_events {
    struct cqa_event *items;
    size_t count;
    size_t capacity;
};

/* Appends a copy; 0 when there is no memory. */
int cqa_events_add(struct cqa_events *events, const struct cqa_event *event);
void cqa_events_finish(struct cqa_events *events);

/* Takes out those whose type is a bit of `types` (1 << CQA_EVENT_…), and numbers the rest anew. */
void cqa_events_drop(struct cqa_events *events, unsigned types);

/* Sorts by start (then type) and numbers from 1. */
void cqa_events_number(struct cqa_events *events);

/* NULL-ended tables of words, indexed by the enums above; the NONE entries are "". */
extern const char *const cqa_event_type_words[CQA_EVENT_TYPE_COUNT + 1];
extern const char *const cqa_event_cause_words[CQA_CAUSE_COUNT + 1];
extern const char *const cqa_event_kind_words[CQA_KIND_COUNT + 1];
extern const char *const cqa_party_words[CQA_PARTY_COUNT + 1];
extern const char *const cqa_event_phase_words[CQA_PHASE_COUNT + 1];

/* The rest of the tables' lines. */
struct cqa_event_look {
    char letter;
    const char *sgr;
    uint32_t color;
    struct cqa_text text;
};
extern const struct cqa_event_look cqa_event_looks[CQA_EVENT_TYPE_COUNT];
extern const struct cqa_text cqa_event_cause_texts[CQA_CAUSE_COUNT];
extern const struct cqa_text cqa_event_kind_texts[CQA_KIND_COUNT];

#endif
