/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/rows.h"

#include <stdio.h>

enum cqa_status cqa_rows_recording(sqlite3_stmt *statement, struct cqa_arena *arena,
                                   struct cqa_recording *out, struct cqa_error *error)
{
    *out = (struct cqa_recording){
        .id = sqlite3_column_int64(statement, 0),
        .path = cqa_sql_text(statement, 1, arena),
        .source = cqa_sql_text(statement, 2, arena),
        .call_id = cqa_sql_text(statement, 3, arena),
        .size_bytes = sqlite3_column_int64(statement, 4),
        .mtime_ns = sqlite3_column_int64(statement, 5),
        .attempts = sqlite3_column_int(statement, 7),
        .deaths = sqlite3_column_int(statement, 8),
        .reason = cqa_sql_text(statement, 9, arena),
        .text = cqa_sql_text(statement, 10, arena),
        .discovered_ms = sqlite3_column_int64(statement, 11),
        .changed_ms = sqlite3_column_int64(statement, 12),
    };
    const int state = cqa_sql_word(statement, 6, cqa_recording_state_words);
    const int asked = cqa_sql_word(statement, 13, cqa_asked_words);
    if (out->path == NULL || out->source == NULL || out->call_id == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
    if (state < 0 || asked < 0)
        return cqa_fail(error, CQA_E_BADDATA, "the store is damaged: a state that is none");
    out->state = (enum cqa_recording_state)state;
    out->asked = (enum cqa_asked)asked;
    return CQA_OK;
}

enum cqa_status cqa_rows_under(const char *under, char first[CQA_UNDER_SIZE],
                               char last[CQA_UNDER_SIZE], struct cqa_error *error)
{
    if (under == NULL) {
        first[0] = '\0';
        (void)snprintf(last, CQA_UNDER_SIZE, "\xff\xff");
        return CQA_OK;
    }
    const int length = snprintf(first, CQA_UNDER_SIZE, "%s/", under);
    if (length < 0 || length >= CQA_UNDER_SIZE)
        return cqa_fail(error, CQA_E_LIMIT, "the path of a folder is too long");
    (void)snprintf(last, CQA_UNDER_SIZE, "%s%c", under, '/' + 1);
    return CQA_OK;
}
