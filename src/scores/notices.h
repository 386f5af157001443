/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_NOTICES_H
#define CQA_SCORES_NOTICES_H

#include <stddef.h>
#include "scores/store.h"
#include "settings/notices.h"

/*
 * Tells other systems that something happened: each step of an objection, and decisions where that
 * is wished. A notice is a row that is written in the transaction of the step itself; notifier.c
 * sends it until the receiver has it (docs/decisions/0060-notices.md). It holds numbers and a link,
 * never a name, a telephone number or what somebody wrote.
 */
/* ---- writing them */

/* What a notice speaks of. */
struct cqa_notice {
    enum cqa_notice_event event;
    int64_t call, flag;
    int64_t objection;   /* 0: none */
    const char *outcome; /* a word of the flag's or the objection's state */
};
struct cqa_sql;

/* Adds a row for each target that wants it, inside the caller's transaction. */
enum cqa_status cqa_notice_add(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_notice *notice,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* How the audit log ends, once for a day (since 1970) to each target that wants it, in a
 * transaction of its own. `hash` in hex. */
enum cqa_status cqa_notice_of_audit(struct cqa_scores *scores, int64_t day, int64_t row,
                                    const char *hash, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- sending them */

struct cqa_notice_row {
    int64_t id;
    int64_t tries; /* that came to nothing */
    char event[32];
    char key[40];   /* the same at every try */
    char body[512]; /* JSON */
};

/* The one for `url` that is to be sent next: those that failed less often first, then the oldest.
 * For a minute no other server on this store gets one for it. CQA_E_NOTFOUND: none waits, or
 * another is at it. */
enum cqa_status cqa_notice_next(struct cqa_scores *scores, const char *url,
                                struct cqa_notice_row *row, struct cqa_error *error) CQA_MUST_CHECK;

/* Notes what came of a try, and in the audit log that it arrived, or that the first try failed.
 * `where` is the receiver as the log may show it. */
enum cqa_status cqa_notice_sent(struct cqa_scores *scores, const struct cqa_notice_row *row,
                                const char *where, int http_status,
                                struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_notice_failed(struct cqa_scores *scores, const struct cqa_notice_row *row,
                                  const char *where, const char *why,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Gives up what waits for addresses that are configured no more; audited. */
enum cqa_status cqa_notices_drop_others(struct cqa_scores *scores,
                                        struct cqa_error *error) CQA_MUST_CHECK;

/* How many wait. */
enum cqa_status cqa_notices_waiting(struct cqa_scores *scores, int64_t *out,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
