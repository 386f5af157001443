/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "scores/rounds/inputs.h"
#include "scores/store_internal.h"

/* The last closed version of each earlier period: what is open may still change. */
CQA_SQL_STATEMENT(list_kept, "ttt", 2,
                  "SELECT r.period, k.full_hr FROM rounds r JOIN kept_sheets k ON k.round = r.id"
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

enum cqa_status cqa_inputs_history(struct cqa_scores *scores, const struct cqa_round *round,
                                   const struct cqa_scheme *scheme, struct cqa_history *history,
                                   struct cqa_faults *faults, struct cqa_error *error)
{
    const struct cqa_place nowhere = {0};
    char oldest[CQA_PERIOD_SIZE];
    struct cqa_list list;

    cqa_history_oldest(scheme, round->period, oldest);
    cqa_list_start(scores, &list, error, &list_kept, round->scheme, round->period, oldest);
    while (cqa_list_next(&list, error)) {
        const char *sheet = cqa_row_text(list.row, 1);
        list.status = cqa_history_add(history, scheme, sheet, strlen(sheet),
                                      cqa_row_text(list.row, 0), nowhere, faults);
    }
    const enum cqa_status status = cqa_list_end(scores, &list);
    if (status == CQA_OK)
        return find_beginning(scores, round, history, error);
    return status == CQA_E_NOMEM ? cqa_fail(error, status, "out of memory") : status;
}
