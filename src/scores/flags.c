/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/flags_internal.h"

const char *const cqa_objection_words[CQA_OBJECTION_OUTCOME_COUNT + 1] = {
    "open", "accepted", "rejected", "closed", NULL};

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

CQA_SQL_STATEMENT(
    list_words, "ii", 7,
    "SELECT call, coalesce(event, 0), state, rule, coalesce(decided_c, points_c),"
    " CASE WHEN " CQA_FLAG_FAILS(
        "") " THEN 1 ELSE 0 END,"
            " CASE WHEN author IS NOT NULL THEN 1 ELSE 0 END FROM flags"
            " WHERE current = 1 AND day BETWEEN ?1 AND ?2"
            " AND (state > 0 OR author IS NOT NULL) ORDER BY call, event NULLS FIRST");

enum cqa_status cqa_scores_words(struct cqa_scores *scores, int64_t day_from, int64_t day_to,
                                 int (*visit)(void *context, const struct cqa_flag_word *word),
                                 void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_words, day_from, day_to);
    while (cqa_list_next(&list, error)) {
        const struct cqa_flag_word word = {.call = cqa_sql_int(list.row, 0),
                                           .event = cqa_sql_int(list.row, 1),
                                           .state = (enum cqa_flag_state)cqa_sql_int(list.row, 2),
                                           .rule = cqa_row_text(list.row, 3),
                                           .points_c = cqa_sql_int(list.row, 4),
                                           .fails = (int)cqa_sql_int(list.row, 5),
                                           .is_by_hand = (int)cqa_sql_int(list.row, 6)};
        if (visit(context, &word))
            break;
    }
    return cqa_list_end(scores, &list);
}
