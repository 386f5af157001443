/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/facts.h"
#include "appraisal/sheet.h"
#include "scores/rounds/inputs.h"
#include "scores/store_internal.h"

/* The last closed version of each earlier period: what is open may still change. */
CQA_SQL_STATEMENT(list_kept, "ttt", 4,
                  "SELECT r.period, k.facts, k.trace, k.full_hr FROM rounds r JOIN kept_sheets k "
                  "ON k.round = r.id"
                  " WHERE r.scheme = ?1 AND r.period < ?2 AND r.period >= ?3"
                  " AND NOT EXISTS(SELECT 1 FROM rounds l WHERE l.scheme = r.scheme"
                  "  AND l.period = r.period AND l.version > r.version AND l.stage = 3)"
                  " ORDER BY r.period, k.place");

/* When the scheme began to be appraised, in rounds that are open still too. */
CQA_SQL_STATEMENT(list_first, "tt", 1,
                  "SELECT min(period) FROM rounds WHERE scheme = ?1 AND period < ?2");

static enum cqa_status find_beginning(struct cqa_scores *scores, const struct cqa_round *round,
                                      struct cqa_history *history, struct cqa_error *error)
{
    struct cqa_list list;

    history->begins = 1;
    cqa_list_start(scores, &list, error, &list_first, round->scheme, round->period);
    while (cqa_list_next(&list, error))
        if (cqa_row_text(list.row, 0)[0] != '\0')
            cqa_history_expect(history, cqa_row_text(list.row, 0));
    return cqa_list_end(scores, &list);
}

enum { SHEET_BYTES_MAX = 64 << 20 };

/* The sheet of a row of list_kept, as hr reads it. */
static enum cqa_status add_kept(const struct cqa_sql_rows *row, const struct cqa_scheme *scheme,
                                struct cqa_history *history, struct cqa_faults *faults)
{
    const struct cqa_place nowhere = {0};
    struct cqa_buffer sheet = {.limit = SHEET_BYTES_MAX};
    enum cqa_status status = CQA_E_NOMEM;

    if (cqa_sql_text(row, 1) != NULL)
        cqa_facts_view_both(cqa_row_text(row, 1), cqa_row_text(row, 2), CQA_SHEET_ALL, &sheet);
    else
        cqa_buffer_add(&sheet, cqa_row_text(row, 3), strlen(cqa_row_text(row, 3)));
    if (!sheet.failed)
        status = cqa_history_add(history, scheme, sheet.text, sheet.length, cqa_row_text(row, 0),
                                 nowhere, faults);
    cqa_buffer_finish(&sheet);
    return status;
}

enum cqa_status cqa_inputs_history(struct cqa_scores *scores, const struct cqa_round *round,
                                   const struct cqa_scheme *scheme, struct cqa_history *history,
                                   struct cqa_faults *faults, struct cqa_error *error)
{
    char oldest[CQA_PERIOD_SIZE];
    struct cqa_list list;

    cqa_history_oldest(scheme, round->period, oldest);
    cqa_list_start(scores, &list, error, &list_kept, round->scheme, round->period, oldest);
    while (cqa_list_next(&list, error))
        list.status = add_kept(list.row, scheme, history, faults);
    const enum cqa_status status = cqa_list_end(scores, &list);
    if (status == CQA_OK)
        return find_beginning(scores, round, history, error);
    return status == CQA_E_NOMEM ? cqa_fail(error, status, "out of memory") : status;
}
