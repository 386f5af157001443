/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_STORE_ROWS_H
#define CQA_STORE_ROWS_H

/* Rows to structs; for the files of this folder only. */

#include <limits.h>
#include "store/recordings.h"
#include "store/sql.h"

/* What cqa_rows_recording reads, in its order. */
#define CQA_RECORDING_COLUMNS                                                                      \
    "id, path, source, call_id, size_bytes, mtime_ns, state, attempts, deaths, reason, text,"      \
    " discovered_ms, changed_ms, asked"

enum cqa_status cqa_rows_recording(sqlite3_stmt *statement, struct cqa_arena *arena,
                                   struct cqa_recording *out,
                                   struct cqa_error *error) CQA_MUST_CHECK;

enum { CQA_UNDER_SIZE = PATH_MAX + 2 };

/* The paths below a folder as a range first <= path < last; all paths for NULL. CQA_E_LIMIT. */
enum cqa_status cqa_rows_under(const char *under, char first[CQA_UNDER_SIZE],
                               char last[CQA_UNDER_SIZE], struct cqa_error *error) CQA_MUST_CHECK;

#endif
