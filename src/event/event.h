#ifndef CQA_EVENT_EVENT_H
#define CQA_EVENT_EVENT_H

#include <stddef.h>
#include <stdint.h>

/* What happened in a call, when, and whose doing it was. Words are the contract's; the tables in
 * event.c spell them. */
enum cqa_event_type {
    CQA_EVENT_SILENCE,
    CQA_EVENT_OVERTALK,
    CQA_EVENT_HOLD,
    CQA_EVENT_RINGBACK,
    CQA_EVENT_BUSY,
    CQA_EVENT_SIT,
    CQA_EVENT_FAX,
    CQA_EVENT_DTMF,
    CQA_EVENT_ONE_WAY,
    CQA_EVENT_CLIPPING,
    CQA_EVENT_NOT_RECORDED,
    CQA_EVENT_TYPE_COUNT
};

/* Why a silence: NONE for other types. */
enum cqa_event_cause {
    CQA_CAUSE_NONE,
    CQA_CAUSE_UNEXPLAINED,
    CQA_CAUSE_AGENT_MUTED,
    CQA_CAUSE_INITIAL,
    CQA_CAUSE_FINAL,
    CQA_CAUSE_NOT_RECORDED,
    CQA_CAUSE_COUNT
};

/* Of overtalk (first three) and hold (last four). */
enum cqa_event_kind {
    CQA_KIND_NONE,
    CQA_KIND_BACKCHANNEL,
    CQA_KIND_INTERRUPTION,
    CQA_KIND_OTHER,
    CQA_KIND_MUSIC,
    CQA_KIND_BEEP,
    CQA_KIND_MUTE,
    CQA_KIND_ANNOUNCEMENT,
    CQA_KIND_COUNT
};

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
    enum cqa_party side;        /* hold, tones, clipping, one_way: the channel that carries it */
    enum cqa_event_phase phase; /* hold */
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

/* Sorts by start (then type) and numbers from 1. */
void cqa_events_number(struct cqa_events *events);

/* NULL-ended tables of words, indexed by the enums above; the NONE entries are "". */
extern const char *const cqa_event_type_words[CQA_EVENT_TYPE_COUNT + 1];
extern const char *const cqa_event_cause_words[CQA_CAUSE_COUNT + 1];
extern const char *const cqa_event_kind_words[CQA_KIND_COUNT + 1];
extern const char *const cqa_party_words[CQA_PARTY_COUNT + 1];
extern const char *const cqa_event_phase_words[CQA_PHASE_COUNT + 1];

#endif
