/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_FACTS_FACT_H
#define CQA_FACTS_FACT_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "recorder/call.h"
#include "recorder/zone.h"

/*
 * One row of a call detail record or a queue's log, in words of ours. A call may have many rows.
 * Times are milliseconds since 1970, UTC; 0 and NULL where the row does not say. Texts are valid
 * UTF-8 without control characters.
 */
struct cqa_fact {
    enum cqa_fact_source source; /* CDR or QUEUE_LOG */
    uint64_t hash;               /* of the row as it was written */
    const char *id;              /* of the call */
    const char *linked_id;       /* of a call that belongs to it */
    const char *file;            /* the recording's name without folders and ending */
    const char *caller;          /* digits of the customer's number, cqa_fact_caller */
    int64_t started_ms;
    int64_t answered_ms; /* by the agent, or by whom the agent called */
    const char *agent;   /* who answered, or who called out */
    const char *customer;
    const char *queue;
    const char *direction; /* "in", "out", "internal" */
    int64_t hold_start_ms, hold_end_ms;
};

/* What a column of a table may be; words for configurations. */
enum cqa_fact_column {
    CQA_COLUMN_UNIQUE_ID,
    CQA_COLUMN_LINKED_ID,
    CQA_COLUMN_FILE,
    CQA_COLUMN_STARTED_AT,
    CQA_COLUMN_ANSWERED_AT,
    CQA_COLUMN_CALLER,
    CQA_COLUMN_CALLEE,
    CQA_COLUMN_CHANNEL,
    CQA_COLUMN_DST_CHANNEL,
    CQA_COLUMN_LAST_APP,
    CQA_COLUMN_LAST_DATA,
    CQA_COLUMN_DISPOSITION,
    CQA_COLUMN_AGENT,
    CQA_COLUMN_CUSTOMER,
    CQA_COLUMN_QUEUE,
    CQA_COLUMN_DIRECTION,
    CQA_COLUMN_HOLD_STARTED_AT,
    CQA_COLUMN_HOLD_ENDED_AT,
    CQA_COLUMN_SKIP,
    CQA_COLUMN_COUNT
};
extern const char *const cqa_fact_column_words[CQA_COLUMN_COUNT + 1];

/* What the clocks of a source show. */
struct cqa_fact_clock {
    const struct cqa_zone *zone;
    int utc;
};

/*
 * A row by its columns (NULL where it has none); strings go to `arena`. 0: nothing in it tells of a
 * call, or memory is out. Who is the agent follows docs/recorders.md, "Facts".
 */
int cqa_fact_from_columns(const char *const values[CQA_COLUMN_COUNT],
                          const struct cqa_fact_clock *clock, struct cqa_arena *arena,
                          struct cqa_fact *out);

/* One line of Asterisk's Master.csv, of its queue_log. As above. */
int cqa_fact_from_csv(const char *line, size_t length, const struct cqa_fact_clock *clock,
                      struct cqa_arena *arena, struct cqa_fact *out);
int cqa_fact_from_queue_log(const char *line, size_t length, const struct cqa_fact_clock *clock,
                            struct cqa_arena *arena, struct cqa_fact *out);

/* The last eight digits of a number, which two ways of writing it share; NULL for fewer than five.
 */
const char *cqa_fact_caller(const char *number, struct cqa_arena *arena);

/* The same into `out`; 0 for fewer than five. */
enum { CQA_FACT_CALLER_SIZE = 9 };
int cqa_fact_caller_digits(const char *number, char out[CQA_FACT_CALLER_SIZE]);

uint64_t cqa_fact_hash(uint64_t hash, const void *bytes, size_t size);

#endif
