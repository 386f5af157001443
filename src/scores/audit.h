/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_AUDIT_H
#define CQA_SCORES_AUDIT_H

#include <stdint.h>
#include "scores/store.h"

/*
 * Who did what, when, to what, from where. Rows are only ever added, and each carries a BLAKE2b
 * hash over itself and the row before it, with a key that is not in the store (audit_key.h): a row
 * that was changed, removed or put in between breaks the chain from there on.
 */
struct cqa_sql;

/*
 * For whom this thread works. What it writes is the actor's of that kind: "user:ann", "token:pbx1",
 * and "system:callqa-server" where it works for nobody; "root@cli" (cqa_actor_console) and "?"
 * (cqa_actor_unknown) stay as they are, and no account or token can be named so.
 */
enum cqa_audit_kind { CQA_AUDIT_SYSTEM, CQA_AUDIT_USER, CQA_AUDIT_TOKEN };
struct cqa_audit_asker {
    enum cqa_audit_kind kind;
    const char *address; /* of the client; "": none */
};

/* Borrowed until the next call in this thread; NULL: nobody. */
void cqa_audit_works_for(const struct cqa_audit_asker *asker);

extern const char cqa_actor_console[]; /* who acts on the command line */
extern const char cqa_actor_unknown[]; /* who has not said, or not truly, who it is */

/* Reads the key, or makes it, with which rows are chained from here on. Before the first row is
 * written. `store_path`: whose owner is to own it. Where the store is chained with another key, or
 * with one that is not there, CQA_E_BADDATA and CQA_E_NOTFOUND: unless `way` is NEW, for one that
 * is lost, from where nothing of before can be verified. */
enum cqa_audit_keying {
    CQA_AUDIT_KEY_USED,     /* the first time it is made */
    CQA_AUDIT_KEY_NEW,      /* another one begins where the old one is lost */
    CQA_AUDIT_KEY_LOOKED_AT /* nothing is made: no key file, or a store that names no key, is an
                               error */
};
enum cqa_status cqa_audit_use_key(struct cqa_scores *scores, const char *key_path,
                                  const char *store_path, enum cqa_audit_keying way,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* How many of the log's `count` rows are chained with the key. */
int64_t cqa_audit_keyed(struct cqa_scores *scores, int64_t count);

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
    const char *actor, *action, *object, *detail, *address;
};

/* Rows behind `after_id`, in order. */
enum cqa_status cqa_audit_list(struct cqa_scores *scores, int64_t after_id, int64_t limit,
                               int (*visit)(void *context, const struct cqa_audit_row *row),
                               void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* Walks the whole chain; `*count` rows were good. CQA_E_BADDATA names the first row that is not, or
 * says that no row has the hash `known` (in hex; NULL: none is looked for), which was once the last
 * one: the end was cut off, or all was chained anew. `head` gets the last hash in hex. */
enum { CQA_AUDIT_HEAD_SIZE = 65 };
enum cqa_status cqa_audit_verify(struct cqa_scores *scores, const char *known, int64_t *count,
                                 char head[CQA_AUDIT_HEAD_SIZE],
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* The last row's number and hash; 0 where there is none. */
enum cqa_status cqa_audit_head(struct cqa_scores *scores, int64_t *row,
                               char head[CQA_AUDIT_HEAD_SIZE],
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
