/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RECORDER_CALL_H
#define CQA_RECORDER_CALL_H

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
    const char *direction;  /* "in", "out", "internal" */
    const char *started_at; /* ISO 8601 with offset, "2025-11-20T10:15:02+08:00" */
    int64_t started_ms;     /* since 1970, where the source tells it to the millisecond; else 0 */
    const char *source;     /* the recorder profile's name */
    struct cqa_call_lines lines;
};

#endif
