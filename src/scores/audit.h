/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_AUDIT_H
#define CQA_SCORES_AUDIT_H

#include <stdint.h>
#include "scores/store.h"

/*
 * Who did what, when, to what. Rows are only ever added, and each carries a BLAKE2b hash over
 * itself and the row before it: a row that was changed, removed or put in between breaks the chain
 * from there on.
 */
struct cqa_sql;

/* Adds a row inside the caller's transaction. */
enum cqa_status cqa_audit_add(struct cqa_scores *scores, struct cqa_sql *db, const char *actor,
                              const char *action, const char *object, const char *detail,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* Adds a row in a transaction of its own. */
enum cqa_status cqa_audit_write(struct cqa_scores *scores, const char *actor, const char *action,
                                const char *object, const char *detail,
                                struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_audit_row {
    int64_t id, at_ms;
    const char *actor, *action, *object, *detail;
};

/* Rows behind `after_id`, in order. */
enum cqa_status cqa_audit_list(struct cqa_scores *scores, int64_t after_id, int64_t limit,
                               int (*visit)(void *context, const struct cqa_audit_row *row),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Walks the whole chain; `*count` rows were good. CQA_E_BADDATA names the first row that is not.
 * `head` gets the last hash in hex: noted elsewhere, it shows later that nothing was cut off the
 * end. */
enum { CQA_AUDIT_HEAD_SIZE = 65 };
enum cqa_status cqa_audit_verify(struct cqa_scores *scores, int64_t *count,
                                 char head[CQA_AUDIT_HEAD_SIZE],
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
