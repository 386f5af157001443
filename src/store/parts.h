/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_PARTS_H
#define CQA_STORE_PARTS_H

/* For the files of this folder only. */

#include <limits.h>
#include <sys/types.h>
#include "base/buffer.h"
#include "sql/sql.h"
#include "store/ballast.h"
#include "store/store.h"

struct cqa_store {
    struct cqa_sql *sql;
    int lock_fd;   /* callqa.lock: its byte `owner` is locked while this store is open, byte 0 while
                      it waits for the write lock */
    int64_t owner; /* this store's row in owners */
    int64_t watch; /* the number of the folder at watch_path, which was asked for last; 0: none */
    char watch_path[PATH_MAX];
    char path[PATH_MAX]; /* of the database */
    dev_t device;        /* and which file that is */
    ino_t inode;
    unsigned turn; /* whose turn an odd place in a claim is: the newest's or the oldest's */
    struct cqa_ballast ballast;
};

extern const struct cqa_sql_schema cqa_store_schema;

/* Whether there was a store once, by its lock's file, which then holds a word. */
int cqa_store_was_made(const char *lock_path);

/* CQA_E_BADDATA: there was a store, and its file is gone or holds nothing. Who mends alone may
 * build another (store/mend.c). */
enum cqa_status cqa_store_missed(const char *state_dir, struct cqa_error *error) CQA_MUST_CHECK;

/* A transaction of the sender's: as any, but it also finds room when the disk has none left
 * (store/room.c). */
enum cqa_status cqa_store_send(struct cqa_store *store, cqa_sql_body *body, void *context,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: frees what processes that have ended still hold. */
enum cqa_status cqa_store_reclaim(struct cqa_store *store, int64_t now_ms,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: owes `body` to the server under `key`, in place of what of this recording
 * was not sent yet. */
enum cqa_status cqa_deliveries_put(struct cqa_sql *sql, int64_t recording_id, const char *key,
                                   const char *body, size_t body_length, int64_t now_ms,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/*
 * Inside a transaction: `body`, a JSON object, with "generation" as its first member: this store's
 * id, the recording, and a number greater than that of all outcomes of this store before it.
 * `out` is owned by the caller.
 */
enum cqa_status cqa_generation_add(struct cqa_sql *sql, int64_t recording_id, const char *body,
                                   size_t body_length, int64_t now_ms, struct cqa_buffer *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: owes `body` under the key of the last delivery, which the server has with
 * other words for the same result, or is about to get. */
enum cqa_status cqa_deliveries_renew(struct cqa_sql *sql, int64_t recording_id, const char *key,
                                     const char *body, size_t body_length, int64_t now_ms,
                                     struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: writes what was decided of a recording (store/copies.h). CQA_E_BUSY: it was
 * decided by what is no longer so. */
struct cqa_settlement;
enum cqa_status cqa_kindred_settle(struct cqa_sql *sql, int64_t id, const char *sha256,
                                   const struct cqa_settlement *settlement, int64_t now_ms,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: is the recording claimed by this store, and is the file still as it was
 * read? CQA_E_REFUSED when not claimed; `*same` 0 when the file has changed. */
enum cqa_status cqa_recordings_held(struct cqa_store *store, int64_t id, int64_t size_bytes,
                                    int64_t mtime_ns, int *same,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: the recording cannot be read any more; copies of what it held before are
 * rows of their own from now on, and wait to be read: what they hold is nowhere else. */
enum cqa_status cqa_copies_release(struct cqa_sql *sql, int64_t id,
                                   struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_facts_link; /* store/facts.h */

/* Inside a transaction: what a recording's result was made with. */
enum cqa_status cqa_facts_link(struct cqa_sql *sql, int64_t id, const struct cqa_facts_link *link,
                               int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: nothing is left of the recording but, where its file is still there, an
 * excluded row. */
enum cqa_status cqa_store_empty(struct cqa_sql *sql, int64_t id, int gone, const char *reason,
                                int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: is the recording under a legal hold? */
enum cqa_status cqa_holds_hold(struct cqa_sql *sql, int64_t id, int *held,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: `*found` 1 where this call ("call", source, id) or content ("content", "",
 * SHA-256) was erased on request. */
enum cqa_status cqa_stones_find(struct cqa_sql *sql, const char *kind, const char *source,
                                const char *id, int64_t *found,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* ---- legs (store/legs.c) */

/* Lends the recording `id`, which this store has claimed and whose content is `sha256`, to `of`,
 * whose result stays as it is and tells anew where its files lie. In the caller's transaction. */
enum cqa_status cqa_legs_give(struct cqa_sql *sql, int64_t id, const char *sha256, int64_t of,
                              int64_t now_ms, struct cqa_error *error) CQA_MUST_CHECK;

/* What was lent to the call of `id` is to be analysed by itself: nothing is joined there any more.
 */
enum cqa_status cqa_legs_release(struct cqa_sql *sql, int64_t id, int64_t now_ms,
                                 struct cqa_error *error) CQA_MUST_CHECK;

/* One that is done is to be analysed anew: the other file of its call has come to where it lies, or
 * is another. */
enum cqa_status cqa_legs_again(struct cqa_sql *sql, int64_t id, int64_t now_ms,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
