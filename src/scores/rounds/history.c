/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "appraisal/period.h"
#include "scores/rounds/inputs.h"
#include "scores/store_internal.h"

/* The last closed version of each earlier period: what is open may still change. */
CQA_SQL_STATEMENT(list_kept, "tttt", 2,
                  "SELECT r.period, k.full_hr FROM rounds r JOIN kept_sheets k ON k.round = r.id"
                  " WHERE r.scheme = ?1 AND r.period < ?2 AND (r.period = ?3 OR r.period >= ?4)"
                  " AND NOT EXISTS(SELECT 1 FROM rounds l WHERE l.scheme = r.scheme"
                  "  AND l.period = r.period AND l.version > r.version AND l.stage = 3)"
                  " ORDER BY r.period, k.place");

enum cqa_status cqa_inputs_history(struct cqa_scores *scores, const struct cqa_round *round,
                                   const struct cqa_scheme *scheme, struct cqa_history *history,
                                   struct cqa_faults *faults, struct cqa_error *error)
{
    const struct cqa_place nowhere = {0};
    char before[CQA_PERIOD_SIZE];
    char year[CQA_PERIOD_SIZE];
    struct cqa_list list;

    cqa_period_before(round->period, before);
    snprintf(year, sizeof year, "%.4s", round->period);
    cqa_list_start(scores, &list, error, &list_kept, round->scheme, round->period, before, year);
    while (cqa_list_next(&list, error)) {
        const char *sheet = cqa_row_text(list.row, 1);
        list.status = cqa_history_add(history, scheme, sheet, strlen(sheet),
                                      cqa_row_text(list.row, 0), nowhere, faults);
    }
    const enum cqa_status status = cqa_list_end(scores, &list);
    return status == CQA_E_NOMEM ? cqa_fail(error, status, "out of memory") : status;
}
