/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_FACTS_H
#define CQA_STORE_FACTS_H

#include "facts/fact.h"
#include "store/store.h"

/*
 * What exchanges log of calls (facts/fact.h), kept beside the recordings: it comes before, with or
 * any time after them. Each watched folder has facts of its own: two exchanges count their calls
 * alike.
 */

/* Facts from one log or table, and how far it has been read with them. */
struct cqa_facts_batch {
    const char *watch;  /* the watched folder */
    const char *origin; /* the log's path, or the table's name */
    const char *place;  /* how far it has been read; NULL: as before */
    const struct cqa_fact *facts;
    size_t count;
    int64_t within_ms; /* how far a call's start there may lie from the recording's */
};

/*
 * Takes what is not known yet, in one transaction with `place`; recordings that it may belong to
 * are due (cqa_facts_due). `*added`: how many were new.
 */
enum cqa_status cqa_facts_add(struct cqa_store *store, const struct cqa_facts_batch *batch,
                              int64_t now_ms, size_t *added,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* How far a log has been read; NULL in `*place`: not at all. */
enum cqa_status cqa_facts_place(struct cqa_store *store, const char *watch, const char *origin,
                                struct cqa_arena *arena, const char **place,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Which facts are asked for. */
struct cqa_facts_wish {
    const char *watch;
    const char *call_id; /* as the recording's name says */
    const char *file;    /* the recording's name without folders and ending */
    const char *caller;  /* cqa_fact_caller; NULL: not known */
    int64_t begun_ms;    /* the call; 0: not known */
    int64_t within_ms;
};

enum { CQA_FACTS_MAX = 64 }; /* of one call; what is beyond is left out */

/*
 * The facts of one call, in an order that does not depend on when they came. By file, id and linked
 * id; only where none of these finds any, by caller and time, and `*by_time` is 1. Strings in
 * `arena`. `*last` (may be NULL): the number of the last fact that the store had then.
 */
enum cqa_status cqa_facts_find(struct cqa_store *store, const struct cqa_facts_wish *wish,
                               struct cqa_arena *arena, struct cqa_fact out[CQA_FACTS_MAX],
                               size_t *count, int *by_time, int64_t *last,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* What a result was made with; borrowed. */
struct cqa_facts_link {
    struct cqa_facts_wish keys;
    const char *facts, *lines; /* cqa_call_hash */
    int64_t sidecar;           /* cqa_recorder_sidecar_stamp */
    int64_t look_ms;           /* when to look again; 0: only when facts come */
    int64_t last;              /* of cqa_facts_find: what came since makes the recording due */
    int by_time;               /* who else may own these facts is due, too */
};

/* A recording with a result, whose facts are to be looked for again. */
struct cqa_facts_due {
    int64_t id;
    const char *path;
    const char *call_id; /* the store's */
    char facts[CQA_CALL_HASH_SIZE], lines[CQA_CALL_HASH_SIZE];
    int64_t sidecar;
    int64_t made_ms;
    int is_due; /* facts have come; else only its time has */
};

/* Up to `limit` of them in the watched folder. `everything`: all after `after`, by id, whether
 * their time has come or not. Strings in `arena`. */
enum cqa_status cqa_facts_due(struct cqa_store *store, const char *watch, int everything,
                              int64_t after, int64_t now_ms, size_t limit, struct cqa_arena *arena,
                              struct cqa_facts_due *out, size_t *count,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* What became of one that was due. */
struct cqa_facts_looked {
    int64_t id;
    int64_t look_ms;
    int64_t sidecar; /* stamp of the one that was read now */
    int differs;     /* its facts are others now: to be analysed again */
};

enum cqa_status cqa_facts_looked(struct cqa_store *store, const struct cqa_facts_looked *looked,
                                 size_t count, int64_t now_ms, size_t *requeued,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* When the next one's time comes; 0: there is none. Those that are due now: 1. */
enum cqa_status cqa_facts_next(struct cqa_store *store, int64_t *at_ms,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Drops up to `limit` facts of calls that began before. */
enum cqa_status cqa_facts_forget(struct cqa_store *store, int64_t before_ms, size_t limit,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
