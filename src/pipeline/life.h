/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_PIPELINE_LIFE_H
#define CQA_PIPELINE_LIFE_H

#include "store/store.h"

/*
 * The life of a recording: its states, what can happen to it, and what it becomes by that. Nothing
 * else changes a recording's state: the pipeline takes each step by cqa_life_take, and the store
 * refuses every change of a row that is no step of the table (docs/decisions/0083).
 *
 *            found                claim            submit              cut
 *   unknown -------> READY ---------------> claimed ----> analysing -------> cutting
 *                    ^ ^ ^                     |   answer     | answer         | answer
 *          revised,  | | |                     v              v                v
 *          asked     | | | tried again,        +--------->  ended  <-----------+
 *   SCORED ----------+ | | given back             |    |    |     |
 *   FAILED ----------+ | +------------------------+    |    |     +-- kept ------> SCORED
 *   EXCLUDED --------+ |     waited, revised           |    +-------- given up --> FAILED
 *                      +---------- SETTLING <----------+ unfinished
 *   READY, SETTLING -- gone --> VANISHED -- back, revised --> READY
 *
 * The four in small letters between READY and SCORED are one state of the store, "leased"; what
 * distinguishes them lives in the process alone and ends with it. docs/states.md has every arrow.
 */
enum cqa_life {
    CQA_LIFE_UNKNOWN,   /* the store has no row of it: not found yet, or forgotten */
    CQA_LIFE_READY,     /* to be analysed, perhaps not before a time */
    CQA_LIFE_SETTLING,  /* its header says that it is still being written */
    CQA_LIFE_CLAIMED,   /* this process has it, no worker yet */
    CQA_LIFE_ANALYSING, /* a worker has it */
    CQA_LIFE_CUTTING,   /* analysed; a worker cuts clips */
    CQA_LIFE_ENDED,     /* the outcome is there, but not yet stored */
    CQA_LIFE_SCORED,    /* its result is stored */
    CQA_LIFE_FAILED,    /* given up, with a reason stored */
    CQA_LIFE_EXCLUDED,  /* left out: by policy, or forgotten though the file is still there */
    CQA_LIFE_VANISHED,  /* gone before it was analysed, with the reason that the store has */
    CQA_LIFE_COUNT
};
extern const char *const cqa_life_words[CQA_LIFE_COUNT + 1];

enum cqa_life_event {
    /* told by scans */
    CQA_LIFE_FOUND,   /* a settled file that the store does not know */
    CQA_LIFE_MISSED,  /* a file that went before it had settled */
    CQA_LIFE_REVISED, /* the file has another size or mtime */
    CQA_LIFE_GONE,    /* the file is no longer there */
    CQA_LIFE_BACK,    /* it is there again, as it was */
    /* asked for */
    CQA_LIFE_ASKED,     /* a person wants it analysed again */
    CQA_LIFE_BARRED,    /* policy leaves it out */
    CQA_LIFE_FORGOTTEN, /* its time is over, and its file gone */
    CQA_LIFE_EXPIRED,   /* its time is over, and its file still there */
    /* of the analysis */
    CQA_LIFE_CLAIM,    /* this process takes it */
    CQA_LIFE_SUBMIT,   /* a worker takes it */
    CQA_LIFE_CUT,      /* the same worker is to cut clips */
    CQA_LIFE_ANSWER,   /* there is an outcome, of a worker or of the attempt to give it to one */
    CQA_LIFE_KEPT,     /* the store has the result */
    CQA_LIFE_COPIED,   /* it is the same as another recording, which stands for both */
    CQA_LIFE_STAYS,    /* it cannot be read now, and keeps the result that it has */
    CQA_LIFE_OUTDATED, /* the file changed meanwhile: the outcome is dropped */
    CQA_LIFE_AGAIN,    /* passing trouble, or not yet the third death */
    CQA_LIFE_UNDONE,   /* the header is not final */
    CQA_LIFE_WAITED,   /* the header stayed so for too long: it is read as it is */
    CQA_LIFE_GIVEN_UP, /* it will never be read */
    CQA_LIFE_LOST,     /* passing trouble or given back, and the file is gone */
    CQA_LIFE_RETURNED, /* given back, by this process or because it died */
    CQA_LIFE_TAKEN,    /* the store says that another process has it */
    CQA_LIFE_EVENT_COUNT
};
extern const char *const cqa_life_event_words[CQA_LIFE_EVENT_COUNT + 1];

/* What the process does with a step, besides the change of state. */
enum cqa_life_action {
    CQA_LIFE_NOTHING,
    CQA_LIFE_START,    /* open it and give it to a worker */
    CQA_LIFE_PUT_DOWN, /* close it */
    CQA_LIFE_SEND,     /* close it, and look at once for what is owed to the server */
    CQA_LIFE_ACTION_COUNT
};
extern const char *const cqa_life_action_words[CQA_LIFE_ACTION_COUNT + 1];

struct cqa_life_step {
    enum cqa_life from;
    enum cqa_life_event event;
    enum cqa_life to;
    enum cqa_life_action action;
};

/* The whole table, in the order of its states. */
extern const struct cqa_life_step cqa_life_table[];
extern const size_t cqa_life_table_count;

/* NULL: there is no such step. */
const struct cqa_life_step *cqa_life_find(enum cqa_life from, enum cqa_life_event event);

/*
 * Takes a step: `*life` becomes what the table says; returns what is to be done. A step that is
 * none is a bug: it stops a build with tests, and elsewhere is logged and changes nothing.
 */
enum cqa_life_action cqa_life_take(enum cqa_life *life, enum cqa_life_event event);

/* The same bug, found by the store: it refused a step that is none. */
void cqa_life_refused(const struct cqa_error *error);

/* The store's word for a state; CQA_RECORDING_STATE_COUNT for UNKNOWN. */
enum cqa_recording_state cqa_life_stored(enum cqa_life life);

/* What a failure's end in the store was to its recording. */
enum cqa_life_event cqa_life_failure(enum cqa_recording_state state);

/* CQA_E_IO: the state's folder is not there. */
enum cqa_status cqa_life_has_place(const char *state_dir, struct cqa_error *error) CQA_MUST_CHECK;

/* cqa_store_open for everybody above the store: the store then refuses what is no step. */
enum cqa_status cqa_life_open(const char *state_dir, struct cqa_store **out,
                              struct cqa_error *error) CQA_MUST_CHECK;

#endif
