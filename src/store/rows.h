/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_ROWS_H
#define CQA_STORE_ROWS_H

/* Rows to structs, one by one and in pages; for the files of this folder only. */

#include <limits.h>
#include "store/parts.h"
#include "store/recordings.h"

/* What cqa_rows_recording reads, in its order. */
#define CQA_RECORDING_COLUMNS                                                                      \
    "id, path, source, call_id, size_bytes, mtime_ns, state, attempts, deaths, reason, text,"      \
    " discovered_ms, changed_ms, asked, gone, call, named, revised_ms, begun_ms"
enum { CQA_RECORDING_COLUMN_COUNT = 19 };

/* Since 1970, of a row of recordings: when it began, else when its file changed. */
#define CQA_BEGUN_NS "CASE WHEN begun_ms > 0 THEN begun_ms * 1000000 ELSE mtime_ns END"
#define CQA_BEGUN_NS_OF(row)                                                                       \
    "CASE WHEN " row ".begun_ms > 0 THEN " row ".begun_ms * 1000000 ELSE " row ".mtime_ns END"

/* The name of `path` without folders and ending: what a recording keeps when it is moved or
 * converted. */
void cqa_rows_stem(const char *path, char *out, size_t size);

/* `recording` is a struct cqa_recording. */
enum cqa_status cqa_rows_recording(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                   void *recording, struct cqa_error *error) CQA_MUST_CHECK;

/* How a list is read: a page at a time, so that it keeps nobody from writing. */
struct cqa_listing {
    /* Starts the statement for the rows behind the id `after`, at most `page_rows`. */
    enum cqa_status (*start)(struct cqa_store *store, const void *wish, int64_t after,
                             struct cqa_sql_rows **rows, struct cqa_error *error);
    /* One row to a struct, which begins with its int64_t id. */
    enum cqa_status (*read)(const struct cqa_sql_rows *rows, struct cqa_arena *arena, void *row,
                            struct cqa_error *error);
    /* Hands it to the visitor that `context` knows; 0 to stop. */
    int (*show)(void *context, const void *row);
    size_t row_size;
    size_t page_rows;
};
enum cqa_status cqa_rows_each(struct cqa_store *store, const struct cqa_listing *listing,
                              const void *wish, void *context,
                              struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_UNDER_SIZE = PATH_MAX + 2 };

/* The paths below a folder as a range first <= path < last. */
struct cqa_under {
    char first[CQA_UNDER_SIZE];
    char last[CQA_UNDER_SIZE];
};

/* All paths for NULL. CQA_E_LIMIT. */
enum cqa_status cqa_rows_under(const char *folder, struct cqa_under *out,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
