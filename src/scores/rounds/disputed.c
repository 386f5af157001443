/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/period.h"
#include "appraisal/schemes.h"
#include "scores/rounds/disputed.h"
#include "scores/rounds/rounds_internal.h"

CQA_SQL_STATEMENT(
    list_disputed, "itiii", 11,
    "SELECT o.id, o.flag, o.call, f.start_ms, c.person, f.rule, k.team, k.agent IS NOT NULL,"
    " o.outcome, o.at_ms, coalesce(o.decided_ms, 0) FROM objections o JOIN flags f ON f.id = o.flag"
    " JOIN calls c ON c.id = o.call"
    " LEFT JOIN kept_sheets k ON k.round = ?1 AND k.agent = c.person"
    " WHERE c.person IS NOT NULL AND (?2 IS NULL OR c.person = ?2) AND c.day BETWEEN ?3 AND ?4"
    " AND (o.outcome = 0 OR o.decided_ms > ?5) ORDER BY o.id");

/* Only scores know flags: talk times and holds are what they are. */
static int takes_scores(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].measuring != NULL &&
            strcmp(scheme->indicators[i].measuring->take, "score") == 0)
            return 1;
    return 0;
}

/* One that is raised after the closing and waits may still be rejected. */
int cqa_disputed_is_due(const struct cqa_round *round, enum cqa_objection_outcome outcome,
                        int64_t at_ms, int64_t decided_ms)
{
    if (round->stage != CQA_ROUND_CLOSED || round->corrected_by != 0)
        return 0;
    return outcome == CQA_OBJECTION_OPEN
               ? at_ms <= round->closed_ms
               : outcome == CQA_OBJECTION_ACCEPTED && decided_ms > round->closed_ms;
}

static struct cqa_disputed row_of(const struct cqa_round *round, const struct cqa_sql_rows *row)
{
    struct cqa_disputed out = {.objection = cqa_sql_int(row, 0),
                               .flag = cqa_sql_int(row, 1),
                               .call = cqa_sql_int(row, 2),
                               .start_ms = cqa_sql_int(row, 3),
                               .agent = cqa_row_text(row, 4),
                               .rule = cqa_row_text(row, 5),
                               .kept_team = cqa_sql_text(row, 6),
                               .is_kept = cqa_sql_int(row, 7) != 0,
                               .outcome = (enum cqa_objection_outcome)cqa_sql_int(row, 8)};

    out.is_due = out.is_kept &&
                 cqa_disputed_is_due(round, out.outcome, cqa_sql_int(row, 9), cqa_sql_int(row, 10));
    return out;
}

static enum cqa_status list(struct cqa_scores *scores, const struct cqa_round *round,
                            const char *agent,
                            void (*visit)(void *context, const struct cqa_disputed *row),
                            void *context, struct cqa_error *error)
{
    struct cqa_list rows;
    int64_t from = 0;
    int64_t to = 0;

    cqa_period_days(round->period, &from, &to);
    cqa_list_start(scores, &rows, error, &list_disputed, round->id, agent, from, to,
                   round->stage == CQA_ROUND_CLOSED ? round->closed_ms : INT64_MAX);
    while (cqa_list_next(&rows, error)) {
        const struct cqa_disputed row = row_of(round, rows.row);
        visit(context, &row);
    }
    return cqa_list_end(scores, &rows);
}

enum cqa_status cqa_disputed_by(const struct cqa_round *round, int *takes, struct cqa_error *error)
{
    struct cqa_scheme *scheme = NULL;
    const enum cqa_status status = cqa_schemes_load(round->scheme, &scheme, error);
    const int gone = status == CQA_E_NOTFOUND && round->stage == CQA_ROUND_CLOSED;

    *takes = gone || (status == CQA_OK && takes_scores(scheme));
    cqa_scheme_destroy(scheme);
    return gone ? CQA_OK : status;
}

enum cqa_status cqa_disputed_list(struct cqa_scores *scores, const struct cqa_round *round,
                                  const char *agent,
                                  void (*visit)(void *context, const struct cqa_disputed *row),
                                  void *context, struct cqa_error *error)
{
    int takes = 0;
    const enum cqa_status status = cqa_disputed_by(round, &takes, error);

    return status == CQA_OK && takes ? list(scores, round, agent, visit, context, error) : status;
}
