/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls would come to that are scored anew, by what a reader sees. */
#include <stdio.h>
#include <string.h>
#include "rubric/total.h"
#include "scores/put/put.h"
#include "scores/put/rescored.h"

struct trying {
    const struct cqa_rescoring *rescoring;
    struct cqa_put_limits limits; /* of its rubric */
    struct cqa_rescored_call *calls;
    size_t count;
    struct cqa_arena arena; /* of the flags of all */
    struct cqa_put_row *rows;
    size_t row_count, row_capacity;
};

/* ---- what bounds totals under a rubric that the store need not know */

static enum cqa_status take_limits(struct trying *it, struct cqa_error *error)
{
    const struct cqa_rubric *rubric = it->rescoring->rubric;
    const struct cqa_rubric_info info = cqa_rubric_info(rubric);
    const size_t count = cqa_rubric_rule_count(rubric);

    it->limits = (struct cqa_put_limits){
        .is_known = 1, .floor_c = cqa_points_c(info.floor), .cap_c = cqa_cap_c(info.cap)};
    it->limits.rules = cqa_arena_alloc(&it->arena, (count + 1) * sizeof *it->limits.rules);
    it->limits.rule_caps_c =
        cqa_arena_alloc(&it->arena, (count + 1) * sizeof *it->limits.rule_caps_c);
    if (it->limits.rules == NULL || it->limits.rule_caps_c == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const struct cqa_rule_info rule = cqa_rubric_rule(rubric, i);
        it->limits.rules[i] = rule.id;
        it->limits.rule_caps_c[i] = cqa_cap_c(rule.cap);
    }
    it->limits.rule_count = count;
    return CQA_OK;
}

/* ---- the rows of all calls at once */

static void add_numbers(struct cqa_query *query, const struct trying *it)
{
    char number[32];

    for (size_t i = 0; i < it->count; i++) {
        (void)snprintf(number, sizeof number, "%s%lld", i > 0 ? ", " : "",
                       (long long)it->calls[i].call);
        cqa_query_add(query, number);
    }
}

static int grow(struct trying *it)
{
    const size_t capacity = it->row_capacity ? 2 * it->row_capacity : 256;
    struct cqa_put_row *grown = cqa_arena_alloc(&it->arena, capacity * sizeof *grown);

    if (grown == NULL)
        return 0;
    if (it->row_count > 0)
        memcpy(grown, it->rows, it->row_count * sizeof *grown);
    it->rows = grown;
    it->row_capacity = capacity;
    return 1;
}

static enum cqa_status add_row(struct trying *it, const struct cqa_sql_rows *row,
                               struct cqa_error *error)
{
    if (it->row_count == it->row_capacity && !grow(it))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    it->rows[it->row_count] = cqa_put_row_of(row, &it->arena);
    return it->rows[it->row_count++].rule != NULL ? CQA_OK
                                                  : cqa_fail(error, CQA_E_NOMEM, "out of memory");
}

static enum cqa_status read_rows(struct cqa_sql *db, struct trying *it, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    cqa_query_add(&query, CQA_PUT_ROW_COLUMNS " WHERE f.call IN (");
    add_numbers(&query, it);
    cqa_query_add(&query, ") ORDER BY f.call, f.id");
    enum cqa_status status = cqa_query_start(&query, db, CQA_PUT_ROW_COLUMN_COUNT, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        status = add_row(it, row, error);
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

/* ---- the calls themselves */

/* What of a call matters beside its flags. */
struct standing {
    int closed;
    struct cqa_known known;
};

static enum cqa_status read_calls(struct cqa_sql *db, struct trying *it, struct standing *standing,
                                  struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;
    size_t at = 0;

    cqa_query_add(&query, "SELECT c.id, c.revision, coalesce(c.score_c, 0),"
                          " " CQA_DAY_IS_CLOSED("c.day") " FROM calls c WHERE c.id IN (");
    add_numbers(&query, it);
    cqa_query_add(&query, ") ORDER BY c.id");
    enum cqa_status status = cqa_query_start(&query, db, 4, &row, error);
    while (status == CQA_OK && at < it->count && cqa_sql_next(row, &status, error)) {
        standing[at].known =
            (struct cqa_known){.id = cqa_sql_int(row, 0), .revision = cqa_sql_int(row, 1)};
        standing[at].closed = cqa_sql_int(row, 3) != 0;
        it->calls[at++].before_c = cqa_sql_int(row, 2);
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

/* ---- one call */

static int make_lists(struct cqa_rescored_call *call, size_t row_count)
{
    const size_t room = row_count + call->item->flag_count + 1;

    call->before_count = call->after_count = 0;
    call->before = cqa_arena_alloc(call->arena, room * sizeof *call->before);
    call->after = cqa_arena_alloc(call->arena, room * sizeof *call->after);
    return call->before != NULL && call->after != NULL;
}

static enum cqa_status list_before(struct cqa_rescored_call *call, const struct cqa_put_row *rows,
                                   size_t count, struct cqa_error *error)
{
    if (!make_lists(call, count))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++)
        if (rows[i].is_current && !rows[i].is_by_hand)
            call->before[call->before_count++] =
                (struct cqa_rule_count){cqa_arena_string(call->arena, rows[i].rule), 1,
                                        rows[i].has_decided ? rows[i].decided_c : rows[i].points_c};
    return CQA_OK;
}

static void list_after(struct cqa_rescored_call *call, const struct cqa_put_plan *plan)
{
    const struct cqa_item *item = call->item;

    if (call->outcome != CQA_PUT_REPLACED) { /* everything stays as it is */
        call->after = call->before;
        call->after_count = call->before_count;
        call->after_c = call->before_c;
        return;
    }
    for (size_t i = 0; i < item->flag_count; i++)
        call->after[call->after_count++] =
            (struct cqa_rule_count){item->flags[i].rule, 1, plan->stands_c[i]};
    call->after_c = plan->is_scored ? plan->after_c : 0;
}

/* An item that has its text may be what is there already. */
static enum cqa_status find_same(struct cqa_sql *db, const struct cqa_rescored_call *call,
                                 const struct cqa_known *known, int *same, struct cqa_error *error)
{
    *same = 0;
    return call->item->body != NULL
               ? cqa_put_is_revision(db, known, known->revision, call->item, same, error)
               : CQA_OK;
}

static enum cqa_status try_call(struct cqa_sql *db, struct trying *it,
                                struct cqa_rescored_call *call, const struct standing *standing,
                                const struct cqa_put_row *rows, size_t count,
                                struct cqa_error *error)
{
    const struct cqa_put_order order = cqa_rescore_order(it->rescoring);
    struct cqa_put_plan plan = {0};
    int same = 0;
    enum cqa_status status = find_same(db, call, &standing->known, &same, error);

    if (status == CQA_OK)
        status = list_before(call, rows, count, error);
    if (status == CQA_OK)
        status = cqa_put_plan_make(rows, count, call->item, &it->limits, call->arena, &plan, error);
    if (status != CQA_OK)
        return status;
    call->outcome =
        same ? CQA_PUT_UNCHANGED : cqa_put_judge(&order, standing->closed, plan.unsettled);
    list_after(call, &plan);
    return CQA_OK;
}

static enum cqa_status try_all(struct cqa_sql *db, struct trying *it,
                               const struct standing *standing, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    size_t from = 0;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++) {
        size_t end = from;
        while (end < it->row_count && it->rows[end].call == it->calls[i].call)
            end++;
        status = try_call(db, it, &it->calls[i], &standing[i], it->rows + from, end - from, error);
        from = end;
    }
    return status;
}

static enum cqa_status try_batch(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct trying *it = context;

    cqa_arena_finish(&it->arena);
    it->arena = (struct cqa_arena){0};
    it->rows = NULL;
    it->row_count = it->row_capacity = 0;
    struct standing *standing = cqa_arena_alloc(&it->arena, (it->count + 1) * sizeof *standing);
    if (standing == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status = take_limits(it, error);
    if (status == CQA_OK)
        status = read_calls(db, it, standing, error);
    if (status == CQA_OK)
        status = read_rows(db, it, error);
    return status == CQA_OK ? try_all(db, it, standing, error) : status;
}

enum cqa_status cqa_rescore_try(struct cqa_scores *scores, const struct cqa_rescoring *rescoring,
                                struct cqa_rescored_call *calls, size_t count,
                                struct cqa_error *error)
{
    struct trying it = {.rescoring = rescoring, .calls = calls, .count = count};
    const enum cqa_status status =
        count > 0 ? cqa_scores_look(scores, try_batch, &it, error) : CQA_OK;

    cqa_arena_finish(&it.arena);
    return status;
}
