/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/flags_internal.h"

const char *const cqa_objection_words[CQA_OBJECTION_OUTCOME_COUNT + 1] = {"open", "accepted",
                                                                          "rejected", NULL};

struct cqa_flag_row cqa_flag_row_of(struct cqa_sql_rows *row, int64_t now_ms)
{
    const enum cqa_flag_state state = (enum cqa_flag_state)cqa_sql_int(row, 14);
    const int is_claimed = state == CQA_FLAG_OPEN && cqa_sql_int(row, 33) > now_ms;

    return (struct cqa_flag_row){
        .id = cqa_sql_int(row, 0),
        .call = cqa_sql_int(row, 1),
        .ordinal = cqa_sql_is_null(row, 2) ? -1 : cqa_sql_int(row, 2),
        .rule = cqa_row_text(row, 3),
        .severity = (enum cqa_flag_severity)cqa_sql_int(row, 4),
        .points_c = cqa_sql_int(row, 5),
        .standing_c = cqa_sql_int(row, 6),
        .confidence = cqa_sql_int(row, 7),
        .start_ms = cqa_sql_int(row, 8),
        .end_ms = cqa_sql_int(row, 9),
        .automatic_fail = (int)cqa_sql_int(row, 10),
        .event_type = cqa_sql_text(row, 11),
        .author = cqa_sql_text(row, 12),
        .note = cqa_sql_text(row, 13),
        .state = state,
        .decided_by = cqa_sql_text(row, 15),
        .reason = cqa_sql_text(row, 16),
        .decided_ms = cqa_sql_int(row, 17),
        .title_en = cqa_sql_text(row, 18),
        .title_zh = cqa_sql_text(row, 19),
        .range_least_c = cqa_sql_int(row, 20),
        .range_most_c = cqa_sql_int(row, 21),
        .reason_code = cqa_sql_text(row, 22),
        .since_ms = cqa_sql_int(row, 23),
        .objection = {.id = cqa_sql_int(row, 24),
                      .outcome = cqa_objection_words[cqa_sql_int(row, 25)],
                      .at_ms = cqa_sql_int(row, 26),
                      .decided_ms = cqa_sql_int(row, 27),
                      .by = cqa_sql_text(row, 28),
                      .text = cqa_sql_text(row, 29),
                      .decided_by = cqa_sql_text(row, 30),
                      .answer = cqa_sql_text(row, 31)},
        .claimed_by = is_claimed ? cqa_sql_text(row, 32) : NULL,
        .claimed_until_ms = is_claimed ? cqa_sql_int(row, 33) : 0,
    };
}

CQA_SQL_STATEMENT(list_flags, "i", CQA_FLAG_COLUMN_COUNT,
                  CQA_FLAG_COLUMNS " FROM flags f JOIN calls c ON c.id = f.call" CQA_FLAG_JOINS
                                   " WHERE f.call = ?1 AND f.current = 1"
                                   " ORDER BY f.ordinal IS NULL, f.ordinal, f.id");

enum cqa_status cqa_scores_call_flags(struct cqa_scores *scores, int64_t call,
                                      int (*visit)(void *context, const struct cqa_flag_row *row),
                                      void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_flags, call);
    while (cqa_list_next(&list, error)) {
        const struct cqa_flag_row flag = cqa_flag_row_of(list.row, cqa_scores_now_ms(scores));
        if (visit(context, &flag))
            break;
    }
    return cqa_list_end(scores, &list);
}

CQA_SQL_STATEMENT(list_decided, "tii", 3,
                  "SELECT call, coalesce(event, 0), state FROM flags"
                  " WHERE current = 1 AND rule = ?1 AND day BETWEEN ?2 AND ?3 AND state > 0"
                  " AND author IS NULL ORDER BY call, event NULLS FIRST");

enum cqa_status cqa_scores_decided_flags(struct cqa_scores *scores, const char *rule,
                                         int64_t day_from, int64_t day_to,
                                         int (*visit)(void *context, int64_t call, int64_t event,
                                                      enum cqa_flag_state state),
                                         void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_decided, rule, day_from, day_to);
    while (cqa_list_next(&list, error))
        if (visit(context, cqa_sql_int(list.row, 0), cqa_sql_int(list.row, 1),
                  (enum cqa_flag_state)cqa_sql_int(list.row, 2)))
            break;
    return cqa_list_end(scores, &list);
}
