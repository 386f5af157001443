/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_CALL_H
#define CQA_RECORDER_CALL_H

#include <stddef.h>
#include <stdint.h>
#include "base/raw.h"

/* Whose line a file holds, where it holds one. */
enum cqa_leg {
    CQA_LEG_NONE, /* both parties' lines, as far as anybody knows */
    CQA_LEG_AGENT,
    CQA_LEG_CUSTOMER,
    CQA_LEG_SOMEBODY, /* one party's, nobody knows whose */
    CQA_LEG_COUNT
};

/* What is known of when the two files of a call began. */
enum cqa_starts {
    CQA_STARTS_UNKNOWN,
    CQA_STARTS_TOGETHER, /* the recorder begins and ends both at once */
    CQA_STARTS_TOLD,     /* their first samples, to the millisecond */
    CQA_STARTS_WRITTEN,  /* their last ones */
    CQA_STARTS_COUNT
};

/* The same of two files. */
struct cqa_align_order {
    enum cqa_starts starts;
    int64_t later_ms; /* TOLD: how much later the second began; WRITTEN: ended; may be negative */
};

/* What the recorder says of the sound itself. */
struct cqa_call_lines {
    int agent_channel;    /* 0 or 1: which channel of a stereo file is the agent's */
    int starts_at_answer; /* the recording begins when the call is answered */
    int roles_unknown;    /* which channel is the agent's depends on a direction nobody gave */
    enum cqa_leg leg;
    struct cqa_raw raw; /* of files without a header */
    /* From the recording's start to the agent's or the called party's answer, as the exchange
     * logged it, never too early; 0: not known. */
    int64_t answer_ms;
};

/* Where a fact about a call came from. */
enum cqa_fact_source {
    CQA_FACT_NONE,
    CQA_FACT_NAME,
    CQA_FACT_SIDECAR,
    CQA_FACT_CDR,
    CQA_FACT_QUEUE_LOG,
    CQA_FACT_ROSTER,
    CQA_FACT_PROFILE,
    CQA_FACT_SOURCE_COUNT
};
extern const char *const cqa_fact_source_words[CQA_FACT_SOURCE_COUNT + 1]; /* NONE is "" */

/* What facts tell. ROLES (which channel is the agent's) has a source only, ID no source. */
enum cqa_call_field {
    CQA_CALL_ID,
    CQA_CALL_AGENT,
    CQA_CALL_CUSTOMER,
    CQA_CALL_QUEUE,
    CQA_CALL_DIRECTION,
    CQA_CALL_STARTED_AT,
    CQA_CALL_ANSWERED_AT,
    CQA_CALL_ROLES,
    CQA_CALL_FIELD_COUNT
};
extern const char *const cqa_call_field_words[CQA_CALL_FIELD_COUNT + 1];

/* Two facts that do not agree. The first value is the one taken, unless the call has none. */
struct cqa_call_doubt {
    enum cqa_call_field field;
    const char *values[2];
    enum cqa_fact_source from[2];
};
enum { CQA_CALL_DOUBTS_MAX = 6 };

/* A hold that the exchange logged; milliseconds since 1970, UTC. */
struct cqa_logged_hold {
    int64_t start_ms, end_ms;
};

/*
 * Who called whom, as the recorder's names and sidecars tell. Strings are borrowed from the arena
 * that the reader was given; NULL where the source does not say.
 */
struct cqa_call {
    const char *id; /* never NULL once identified */
    const char *agent;
    const char *customer;
    const char *queue;
    const char *direction;   /* "in", "out", "internal" */
    const char *started_at;  /* ISO 8601 with offset, "2025-11-20T10:15:02+08:00" */
    int64_t started_ms;      /* since 1970, where the source tells it to the millisecond; else 0 */
    const char *answered_at; /* by the agent, or by whom the agent called; as started_at */
    const char *source;      /* the recorder profile's name */
    struct cqa_call_lines lines;
    int64_t begun_ms;  /* when the recording began, as its name says; since 1970, UTC; 0: unknown */
    int64_t called_ms; /* when the call began, as its id says; likewise */
    enum cqa_fact_source from[CQA_CALL_FIELD_COUNT];
    struct cqa_call_doubt doubts[CQA_CALL_DOUBTS_MAX];
    int doubt_count;
    const struct cqa_logged_hold *holds; /* in time order */
    size_t hold_count;
};

/* A field's place; NULL for ROLES. */
const char **cqa_call_field(struct cqa_call *call, enum cqa_call_field field);

/* Sets a field and where it came from; NULL as `value` takes both away. */
void cqa_call_set(struct cqa_call *call, enum cqa_call_field field, const char *value,
                  enum cqa_fact_source from);

/* Says of every field that has a value and no source that it came from there. */
void cqa_call_credit(struct cqa_call *call, enum cqa_fact_source from);

/*
 * Sets lines.answer_ms of an answer at `answered_ms` (since 1970, UTC) in a recording that began at
 * `begun_ms`, as its name says (0: it does not, and nothing is set). Logs and names tell whole
 * seconds: the answer is put at the end of its second, so that nobody is late by a rounding.
 */
void cqa_call_answered(struct cqa_call *call, int64_t begun_ms, int64_t answered_ms);

/* Notes two values that do not agree; what is too much is left out. */
void cqa_call_doubt(struct cqa_call *call, enum cqa_call_field field, const char *taken,
                    enum cqa_fact_source taken_from, const char *other,
                    enum cqa_fact_source other_from);

/*
 * 16 hex digits each: of all facts of the call (its id, fields, sources, doubts, holds, lines), and
 * of the lines alone, which are what an analysis of the sound depends on.
 */
enum { CQA_CALL_HASH_SIZE = 17 };
void cqa_call_hash(const struct cqa_call *call, char facts[CQA_CALL_HASH_SIZE],
                   char lines[CQA_CALL_HASH_SIZE]);

struct cqa_arena;

/* A copy with all its strings and holds in `arena`; 0 when memory is out. */
int cqa_call_copy(struct cqa_arena *arena, const struct cqa_call *from, struct cqa_call *to);

#endif
