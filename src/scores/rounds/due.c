/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/due.h"

#include "appraisal/period.h"
#include "scores/rounds/rounds_internal.h"

struct cqa_due_round {
    struct cqa_round round;
    int64_t from, to; /* days */
    int is_asked;     /* whether it takes scores is known */
    int takes_scores;
};

static int is_last(const struct cqa_round *round)
{
    return round->corrected_by == 0;
}

enum cqa_status cqa_due_read(struct cqa_scores *scores, struct cqa_due *out,
                             struct cqa_error *error)
{
    struct cqa_rounds closed;

    *out = (struct cqa_due){0};
    out->rounds = cqa_arena_alloc(&out->arena, CQA_ROUNDS_NEWEST * sizeof *out->rounds);
    if (out->rounds == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    const enum cqa_status status =
        cqa_rounds_newest(scores, CQA_ROUND_CLOSED, is_last, &out->arena, &closed, error);
    for (size_t i = 0; i < closed.count && status == CQA_OK; i++) {
        struct cqa_due_round *due = &out->rounds[out->count++];
        due->round = closed.items[i];
        cqa_period_days(due->round.period, &due->from, &due->to);
    }
    return status;
}

/* Whether it is, if the round takes scores and has kept a sheet of the agent. */
static int may_be_due(const struct cqa_due_round *round, const struct cqa_due_objection *objection)
{
    return round->from <= objection->day && objection->day <= round->to &&
           cqa_disputed_is_due(&round->round, objection->outcome, objection->at_ms,
                               objection->decided_ms);
}

CQA_SQL_STATEMENT(count_kept, "it", 1,
                  "SELECT count(*) FROM kept_sheets WHERE round = ?1 AND agent = ?2");

static enum cqa_status look_closer(struct cqa_scores *scores, struct cqa_due_round *round,
                                   const char *agent, int64_t *kept, struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = CQA_OK;

    if (!round->is_asked)
        status = cqa_disputed_by(&round->round, &round->takes_scores, error);
    round->is_asked = status == CQA_OK;
    if (status != CQA_OK || !round->takes_scores)
        return status;
    status = cqa_scores_take(scores, &db, error);
    if (status != CQA_OK)
        return status;
    status = cqa_sql_number(db, kept, error, &count_kept, round->round.id, agent);
    cqa_scores_give(scores, db);
    return status;
}

enum cqa_status cqa_due_of(struct cqa_scores *scores, struct cqa_due *due,
                           const struct cqa_due_objection *objection, int64_t *round,
                           struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    int64_t kept = 0;

    *round = 0;
    for (size_t i = 0; status == CQA_OK && kept == 0 && objection->agent != NULL && i < due->count;
         i++) {
        if (!may_be_due(&due->rounds[i], objection))
            continue;
        status = look_closer(scores, &due->rounds[i], objection->agent, &kept, error);
        if (status == CQA_OK && kept > 0)
            *round = due->rounds[i].round.id;
    }
    return status;
}

void cqa_due_finish(struct cqa_due *due)
{
    cqa_arena_finish(&due->arena);
    *due = (struct cqa_due){0};
}
