/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_JOBS_H
#define CQA_SCORES_JOBS_H

#include "scores/accounts.h"

/*
 * What is done beside requests (docs/decisions/0207): a request that somebody sent, kept until one
 * of the servers on this store has done it, and then what it was answered. It survives them: one
 * that a server had not finished when it ended is done from its beginning by another, or after the
 * restart.
 */

enum cqa_job_state {
    CQA_JOB_WAITS,
    CQA_JOB_WORKS,
    CQA_JOB_DONE,    /* answered, also with a problem */
    CQA_JOB_STOPPED, /* called off by whoever asked */
    CQA_JOB_STATE_COUNT
};
extern const char *const cqa_job_words[CQA_JOB_STATE_COUNT + 1];

enum {
    CQA_JOBS_OF_ONE = 8,              /* unfinished ones of a person */
    CQA_JOB_BYTES_OF_ONE = 256 << 20, /* of a person's ended ones: the oldest go before */
    CQA_JOB_TRIES = 3,                /* how often it may end the server that does it */
    CQA_JOB_KEPT_MS = 24 * 3600000    /* how long its answer is kept */
};

/* What a request was; texts are borrowed, or in the arena that they were read into. */
struct cqa_job_request {
    const char *method, *path, *query, *type;
    const char *address; /* of whoever asked */
    const char *body;
    size_t length;
};

struct cqa_job_reply {
    int status;              /* of HTTP */
    const char *type, *name; /* of the content, and of a file that it is to become; NULL: none */
    const char *body;
    size_t length;
    int broke_off; /* it was called off, and heard of it */
};

struct cqa_job_row {
    int64_t id, user;
    enum cqa_job_state state;
    int64_t done, total;               /* total 0: not known */
    int64_t at_ms, begun_ms, ended_ms; /* 0: not yet */
    int64_t tries; /* how often it was begun before, and neither ended nor left; of cqa_job_take */
    struct cqa_job_request request;
    struct cqa_job_reply reply; /* once it is done */
};

/* Keeps one of `who`, a person; its number into `id`. CQA_E_REFUSED: too many of theirs wait. */
enum cqa_status cqa_job_add(struct cqa_scores *scores, const struct cqa_identity *who,
                            const struct cqa_job_request *request, int64_t *id,
                            struct cqa_error *error) CQA_MUST_CHECK;

/* Those of a person, the newest first, without bodies. */
enum cqa_status cqa_job_list(struct cqa_scores *scores, const struct cqa_identity *who,
                             void (*visit)(void *context, const struct cqa_job_row *job),
                             void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* One with its answer, without the body of its request. CQA_E_NOTFOUND: none of theirs. */
enum cqa_status cqa_job_read(struct cqa_scores *scores, const struct cqa_identity *who, int64_t id,
                             struct cqa_arena *arena, struct cqa_job_row *out,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* Calls it off; one that has ended stays what it came to. CQA_E_NOTFOUND: none of theirs. */
enum cqa_status cqa_job_stop(struct cqa_scores *scores, const struct cqa_identity *who, int64_t id,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* The same, but one that has ended is forgotten. */
enum cqa_status cqa_job_drop(struct cqa_scores *scores, const struct cqa_identity *who, int64_t id,
                             struct cqa_error *error) CQA_MUST_CHECK;

/* ---- by the server that does them */

/* Takes the oldest that nobody does, of a person of whom none is under way, with its request. That
 * it is begun is written before: one of CQA_JOB_TRIES `tries` is to be refused, not done.
 * CQA_E_NOTFOUND: there is none. Forgets what is old. */
enum cqa_status cqa_job_take(struct cqa_scores *scores, struct cqa_arena *arena,
                             struct cqa_job_row *out, struct cqa_error *error) CQA_MUST_CHECK;

/* All that this server has taken stay its own for another minute. */
enum cqa_status cqa_jobs_keep(struct cqa_scores *scores, struct cqa_error *error) CQA_MUST_CHECK;

/* How far it is. `*goes_on` 0: it was called off, or is somebody else's by now. */
enum cqa_status cqa_job_tell(struct cqa_scores *scores, int64_t id, int64_t done, int64_t total,
                             int *goes_on, struct cqa_error *error) CQA_MUST_CHECK;

/* Answered; STOPPED where it broke off. Nothing where it is somebody else's by now. */
enum cqa_status cqa_job_end(struct cqa_scores *scores, int64_t id,
                            const struct cqa_job_reply *reply,
                            struct cqa_error *error) CQA_MUST_CHECK;

/* Not finished: the next that looks takes it. `is_try` 1: that was one of its tries. */
enum cqa_status cqa_job_leave(struct cqa_scores *scores, int64_t id, int is_try,
                              struct cqa_error *error) CQA_MUST_CHECK;

#endif
