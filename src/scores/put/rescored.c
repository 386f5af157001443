/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/put/rescored.h"

#include "scores/put/put.h"

enum { RULES_MAX = 500 }; /* of a rubric */

CQA_SQL_STATEMENT(score_of, "i", 1, "SELECT coalesce(score_c, 0) FROM calls WHERE id = ?1");
CQA_SQL_STATEMENT(
    rules_of, "i", 3,
    "SELECT rule, count(*), sum(coalesce(decided_c, points_c)) FROM flags"
    " WHERE call = ?1 AND current = 1 AND author IS NULL GROUP BY rule ORDER BY rule");

struct batch {
    struct cqa_scores *scores;
    const struct cqa_rescoring *rescoring;
    struct cqa_rescored_call *calls;
    size_t count;
    int64_t now_ms;
};

struct cqa_put_order cqa_rescore_order(const struct cqa_rescoring *rescoring)
{
    return (struct cqa_put_order){.mode = CQA_PUT_AS_POSTED,
                                  .kept = CQA_PREVIEW_ASKED,
                                  .actor = rescoring->actor,
                                  .never_keeps = 1};
}

static enum cqa_status show_rules(struct cqa_sql *db, const struct cqa_rescored_call *call,
                                  struct cqa_rule_count **out, size_t *count,
                                  struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;

    *count = 0;
    *out = cqa_arena_alloc(call->arena, RULES_MAX * sizeof **out);
    if (*out == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status = cqa_sql_start(db, &row, error, &rules_of, call->call);
    while (status == CQA_OK && *count < RULES_MAX && cqa_sql_next(row, &status, error)) {
        (*out)[*count] =
            (struct cqa_rule_count){cqa_arena_string(call->arena, cqa_row_text(row, 0)),
                                    cqa_sql_int(row, 1), cqa_sql_int(row, 2)};
        ++*count;
    }
    cqa_sql_end(row);
    return status;
}

static enum cqa_status put_one(struct cqa_sql *db, const struct batch *batch,
                               struct cqa_rescored_call *call, struct cqa_error *error)
{
    const struct cqa_put_order order = cqa_rescore_order(batch->rescoring);
    enum cqa_status status = show_rules(db, call, &call->before, &call->before_count, error);

    if (status == CQA_OK)
        status = cqa_sql_number(db, &call->before_c, error, &score_of, call->call);
    if (status == CQA_OK)
        status = cqa_put_item(batch->scores, db, &call->poster, call->item, &order, batch->now_ms,
                              &call->outcome, error);
    if (status == CQA_OK)
        status = cqa_sql_number(db, &call->after_c, error, &score_of, call->call);
    return status == CQA_OK ? show_rules(db, call, &call->after, &call->after_count, error)
                            : status;
}

static enum cqa_status put_batch(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct batch *batch = context;
    const struct cqa_rescoring *it = batch->rescoring;
    enum cqa_status status =
        cqa_rubric_keep_in(batch->scores, db, it->actor, it->rubric, it->text, 0, error);

    for (size_t i = 0; status == CQA_OK && i < batch->count; i++)
        status = put_one(db, batch, &batch->calls[i], error);
    return status;
}

enum cqa_status cqa_rescore_put(struct cqa_scores *scores, const struct cqa_rescoring *rescoring,
                                struct cqa_rescored_call *calls, size_t count,
                                struct cqa_error *error)
{
    struct batch batch = {.scores = scores,
                          .rescoring = rescoring,
                          .calls = calls,
                          .count = count,
                          .now_ms = cqa_scores_now_ms(scores)};

    return cqa_scores_write(scores, put_batch, &batch, error);
}
