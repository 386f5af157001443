/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/flags_internal.h"

static const char *text_or_null(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

struct cqa_flag_row cqa_flag_row_of(sqlite3_stmt *row)
{
    return (struct cqa_flag_row){
        .id = sqlite3_column_int64(row, 0),
        .call = sqlite3_column_int64(row, 1),
        .ordinal = sqlite3_column_type(row, 2) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 2),
        .rule = cqa_db_text(row, 3),
        .severity = (enum cqa_flag_severity)sqlite3_column_int(row, 4),
        .points_c = sqlite3_column_int64(row, 5),
        .standing_c = sqlite3_column_int64(row, 6),
        .confidence = sqlite3_column_int64(row, 7),
        .start_ms = sqlite3_column_int64(row, 8),
        .end_ms = sqlite3_column_int64(row, 9),
        .automatic_fail = sqlite3_column_int(row, 10),
        .event_type = text_or_null(row, 11),
        .author = text_or_null(row, 12),
        .note = text_or_null(row, 13),
        .state = (enum cqa_flag_state)sqlite3_column_int(row, 14),
        .decided_by = text_or_null(row, 15),
        .reason = text_or_null(row, 16),
        .decided_ms = sqlite3_column_int64(row, 17),
        .title_en = text_or_null(row, 18),
        .title_zh = text_or_null(row, 19),
        .range_least_c = sqlite3_column_int64(row, 20),
        .range_most_c = sqlite3_column_int64(row, 21),
    };
}

enum cqa_status cqa_scores_call_flags(struct cqa_scores *scores, int64_t call,
                                      int (*visit)(void *context, const struct cqa_flag_row *row),
                                      void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   CQA_FLAG_COLUMNS " FROM flags f JOIN calls c ON c.id = f.call" CQA_FLAG_JOINS
                                    " WHERE f.call = ? AND f.current = 1"
                                    " ORDER BY f.ordinal IS NULL, f.ordinal, f.id",
                   "i", call);
    while (cqa_list_next(&list, error)) {
        const struct cqa_flag_row flag = cqa_flag_row_of(list.row);
        if (visit(context, &flag))
            break;
    }
    return cqa_list_end(scores, &list);
}

enum cqa_status cqa_scores_decided_flags(struct cqa_scores *scores, const char *rule,
                                         int64_t day_from, int64_t day_to,
                                         int (*visit)(void *context, int64_t call, int64_t event,
                                                      enum cqa_flag_state state),
                                         void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error,
                   "SELECT call, coalesce(event, 0), state FROM flags"
                   " WHERE current = 1 AND rule = ? AND day BETWEEN ? AND ? AND state > 0"
                   " AND author IS NULL ORDER BY call, event",
                   "tii", rule, day_from, day_to);
    while (cqa_list_next(&list, error))
        if (visit(context, sqlite3_column_int64(list.row, 0), sqlite3_column_int64(list.row, 1),
                  (enum cqa_flag_state)sqlite3_column_int(list.row, 2)))
            break;
    return cqa_list_end(scores, &list);
}
