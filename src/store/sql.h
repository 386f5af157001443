/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_SQL_H
#define CQA_STORE_SQL_H

/* SQLite as this folder uses it; for the files of this folder only. */

#include <sqlite3.h>
#include "store/store.h"

struct cqa_store {
    sqlite3 *db;
    int lock_fd;   /* callqa.lock: its byte `owner` is locked while this store is open, byte 0 while
                      it waits for the write lock */
    int64_t owner; /* this store's row in owners */
    unsigned turn; /* whose turn an odd place in a claim is: the newest's or the oldest's */
};

enum { CQA_STORE_BUSY_MS = 10000 };

/* Schemas in their order: each takes the one before it further. */
extern const char *const cqa_store_schemas[];
extern const int cqa_store_schema_count;

/* What `code` means to a caller; the text says `doing` and what SQLite said. */
enum cqa_status cqa_sql_fail(const struct cqa_store *store, int code, struct cqa_error *error);

/*
 * Prepares one statement and binds what follows: `types` has a letter each: i int64_t, t const char
 * * (NULL is NULL), p const char * as a blob (paths), b const void * and size_t. Free with
 * sqlite3_finalize; the texts must live as long.
 */
enum cqa_status cqa_sql_query(struct cqa_store *store, sqlite3_stmt **out, struct cqa_error *error,
                              const char *sql, const char *types, ...) CQA_MUST_CHECK;

/* Binds anew for the next row of a loop. */
enum cqa_status cqa_sql_rebind(struct cqa_store *store, sqlite3_stmt *statement,
                               struct cqa_error *error, const char *types, ...) CQA_MUST_CHECK;

/* The next row: 1 there is one; 0 none, and `*status` says whether that is the end or a failure. */
int cqa_sql_row(struct cqa_store *store, sqlite3_stmt *statement, enum cqa_status *status,
                struct cqa_error *error) CQA_MUST_CHECK;

/* Steps to the end, without rows. */
enum cqa_status cqa_sql_finish(struct cqa_store *store, sqlite3_stmt *statement,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Prepares, binds, runs and frees. Writers take turns: none that waits is overtaken for ever. */
enum cqa_status cqa_sql_do(struct cqa_store *store, struct cqa_error *error, const char *sql,
                           const char *types, ...) CQA_MUST_CHECK;

/* Transactions: begin takes the write lock at once; end commits on CQA_OK and rolls back on
 * anything else. Returns what became of it. */
enum cqa_status cqa_sql_begin(struct cqa_store *store, struct cqa_error *error) CQA_MUST_CHECK;
enum cqa_status cqa_sql_end(struct cqa_store *store, enum cqa_status status,
                            struct cqa_error *error) CQA_MUST_CHECK;

/* A column's text or blob copied to the arena, NUL-terminated; NULL for NULL. */
const char *cqa_sql_text(sqlite3_stmt *statement, int column, struct cqa_arena *arena);

/* Index of the word in the list; -1 when it is none of them. */
int cqa_sql_word(sqlite3_stmt *statement, int column, const char *const *words);

/* Inside a transaction: frees what processes that have ended still hold. */
enum cqa_status cqa_store_reclaim(struct cqa_store *store, int64_t now_ms,
                                  struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: owes `body` to the server under `key`, in place of what of this recording
 * was not sent yet. */
enum cqa_status cqa_deliveries_put(struct cqa_store *store, int64_t recording_id, const char *key,
                                   const char *body, size_t body_length, int64_t now_ms,
                                   struct cqa_error *error) CQA_MUST_CHECK;

/* Inside a transaction: is the recording claimed by this store, and is the file still as it was
 * read? CQA_E_REFUSED when not claimed; `*same` 0 when the file has changed. */
enum cqa_status cqa_recordings_held(struct cqa_store *store, int64_t id, int64_t size_bytes,
                                    int64_t mtime_ns, int *same,
                                    struct cqa_error *error) CQA_MUST_CHECK;

#endif
