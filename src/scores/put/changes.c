/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What revisions changed, and what waiting ones would. */
#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "rubric/total.h"
#include "scores/audit.h"
#include "scores/put/put.h"

/* ---- finding */

CQA_SQL_STATEMENT(current_body, "i", 1,
                  "SELECT body FROM revisions WHERE call = ?1"
                  " AND revision = (SELECT revision FROM calls WHERE id = ?1)");

static enum cqa_status read_current(struct cqa_sql *db, int64_t call, struct cqa_result *out,
                                    int *is_read, struct cqa_error *error)
{
    struct cqa_error unread;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &current_body, call);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        const char *body = cqa_row_text(row, 0);
        *is_read = cqa_result_from_json(body, strlen(body), 0, out, &unread) == CQA_OK;
    }
    cqa_sql_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

CQA_SQL_STATEMENT(
    decided_points, "itii", 1,
    "SELECT decided_c FROM flags WHERE call = ?1 AND current = 1 AND author IS NULL AND rule = ?2"
    " AND start_ms = ?3 AND end_ms = ?4 AND state <> 0 AND decided_c IS NOT NULL LIMIT 1");

/* A person has decided on the deduction: -1: nobody; else what stands, in hundredths. */
static enum cqa_status read_decided(struct cqa_sql *db, int64_t call,
                                    const struct cqa_change *change, int64_t *decided_c,
                                    struct cqa_error *error)
{
    const enum cqa_status status = cqa_scores_find(db, decided_c, error, &decided_points, call,
                                                   change->rule, change->start_ms, change->end_ms);

    if (status == CQA_E_NOTFOUND)
        *decided_c = -1;
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

/* Points that a person had given back already are not given back again, and a decision stands where
 * its flag does. */
static enum cqa_status count_as_decided(struct cqa_sql *db, int64_t call,
                                        struct cqa_change *changes, size_t *count,
                                        struct cqa_error *error)
{
    size_t left = 0;

    for (size_t i = 0; i < *count; i++) {
        struct cqa_change change = changes[i];
        const int stays = change.kind == CQA_CHANGE_LESS || change.kind == CQA_CHANGE_MORE;
        int64_t decided_c = -1;
        if (change.kind != CQA_CHANGE_NEW) {
            const enum cqa_status status = read_decided(db, call, &change, &decided_c, error);
            if (status != CQA_OK)
                return status;
        }
        if (decided_c == 0 || (decided_c > 0 && stays))
            continue;
        if (decided_c > 0)
            change.points_before = (double)decided_c / 100;
        changes[left++] = change;
    }
    *count = left;
    return CQA_OK;
}

/* The texts that changes borrow end with the results: copied, as they are few. */
static enum cqa_status keep_texts(struct cqa_arena *arena, struct cqa_change *changes, size_t count,
                                  struct cqa_error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct cqa_change *change = &changes[i];
        change->rule = cqa_arena_string(arena, change->rule);
        change->ground = cqa_arena_string(arena, change->ground);
        change->reason.en = cqa_arena_string(arena, change->reason.en);
        change->reason.zh = cqa_arena_string(arena, change->reason.zh);
        if (change->rule == NULL || change->reason.en == NULL || change->reason.zh == NULL)
            return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    return CQA_OK;
}

enum cqa_status cqa_put_find_changes(struct cqa_sql *db, int64_t call, const struct cqa_item *item,
                                     struct cqa_arena *arena, struct cqa_change **out,
                                     size_t *count, struct cqa_error *error)
{
    struct cqa_result before = {0};
    struct cqa_result after = {0};
    int is_read = 0;
    enum cqa_status status = read_current(db, call, &before, &is_read, error);

    *count = 0;
    if (status == CQA_OK && is_read)
        status = cqa_result_from_json(item->body, strlen(item->body), 0, &after, error);
    if (status == CQA_OK && is_read)
        status = cqa_changes_find(&before, &after, arena, out, count, error);
    if (status == CQA_OK)
        status = count_as_decided(db, call, *out, count, error);
    if (status == CQA_OK)
        status = keep_texts(arena, *out, *count, error);
    cqa_result_finish(&before);
    cqa_result_finish(&after);
    return status;
}

/* ---- writing */

CQA_SQL_STATEMENT(insert_change, "iiiitiiiittt", 0,
                  "INSERT INTO score_changes(call, revision, at_ms, kind, rule, start_ms, end_ms,"
                  " before_c, after_c, ground, reason_en, reason_zh)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

enum cqa_status cqa_put_changes(struct cqa_sql *db, int64_t call, int64_t revision,
                                const struct cqa_change *changes, size_t count, int64_t now_ms,
                                struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = cqa_sql_do(db, error, &insert_change, call, revision, now_ms,
                            (int64_t)changes[i].kind, changes[i].rule, changes[i].start_ms,
                            changes[i].end_ms, cqa_points_c(changes[i].points_before),
                            cqa_points_c(changes[i].points_after), changes[i].ground,
                            changes[i].reason.en, changes[i].reason.zh);
    return status;
}

enum cqa_status cqa_put_audit_changes(struct cqa_scores *scores, struct cqa_sql *db, int64_t call,
                                      const char *actor, const struct cqa_change *changes,
                                      size_t count, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;
    char object[32];
    char detail[1024];

    snprintf(object, sizeof object, "call %lld", (long long)call);
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        const struct cqa_change *change = &changes[i];
        const int takes = change->kind == CQA_CHANGE_MORE || change->kind == CQA_CHANGE_NEW;
        snprintf(detail, sizeof detail, "%.64s at %.1f to %.1f s: %g to %g points: %.400s / %.400s",
                 change->rule, (double)change->start_ms / 1000, (double)change->end_ms / 1000,
                 change->points_before, change->points_after, change->reason.en, change->reason.zh);
        cqa_drop_half_character(detail, sizeof detail);
        status = cqa_audit_add(scores, db, actor, takes ? "points.taken" : "points.given_back",
                               object, detail, error);
    }
    return status;
}

/* ---- reading */

static struct cqa_change_row row_of(struct cqa_sql_rows *row)
{
    return (struct cqa_change_row){.call = cqa_sql_int(row, 0),
                                   .revision = cqa_sql_int(row, 1),
                                   .at_ms = cqa_sql_int(row, 2),
                                   .day = cqa_sql_int(row, 3),
                                   .call_id = cqa_row_text(row, 4),
                                   .person = cqa_sql_text(row, 5),
                                   .team = cqa_sql_text(row, 6),
                                   .kind = (enum cqa_change_kind)cqa_sql_int(row, 7),
                                   .rule = cqa_row_text(row, 8),
                                   .title_en = cqa_sql_text(row, 9),
                                   .title_zh = cqa_sql_text(row, 10),
                                   .before_c = cqa_sql_int(row, 11),
                                   .after_c = cqa_sql_int(row, 12),
                                   .start_ms = cqa_sql_int(row, 13),
                                   .end_ms = cqa_sql_int(row, 14),
                                   .ground = cqa_sql_text(row, 15),
                                   .reason_en = cqa_row_text(row, 16),
                                   .reason_zh = cqa_row_text(row, 17)};
}

static void write_query(struct cqa_query *query, const struct cqa_scope *scope,
                        const struct cqa_change_filter *filter)
{
    cqa_query_add(
        query,
        "SELECT c.id, f.revision, f.at_ms, coalesce(c.day, 0), c.call_id, c.person, c.team, f.kind,"
        " f.rule, q.title_en, q.title_zh, f.before_c, f.after_c, f.start_ms, f.end_ms, f.ground,"
        " f.reason_en, f.reason_zh FROM score_changes f JOIN calls c ON c.id = "
        "f.call" CQA_RULE_JOIN);
    cqa_query_add(query, filter->is_preview ? " WHERE f.revision = 0" : " WHERE f.revision > 0");
    if (filter->call != 0)
        cqa_query_number(query, " AND f.call = ?", filter->call);
    if (filter->day_from != 0)
        cqa_query_number(query, " AND c.day >= ?", filter->day_from);
    if (filter->day_to != 0)
        cqa_query_number(query, " AND c.day <= ?", filter->day_to);
    if (filter->person != NULL)
        cqa_query_text(query, " AND c.person = ?", filter->person);
    if (filter->team != NULL)
        cqa_query_text(query, " AND c.team = ?", filter->team);
    cqa_query_scope(query, "c", scope);
    cqa_query_add(query, filter->is_preview ? " ORDER BY f.id" : " ORDER BY f.id DESC");
    cqa_query_number(query, " LIMIT ?", filter->limit);
}

enum cqa_status cqa_score_changes_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                       const struct cqa_change_filter *filter,
                                       int (*visit)(void *context,
                                                    const struct cqa_change_row *row),
                                       void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;

    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    write_query(&query, scope, filter);
    cqa_list_ask(&list, &query, 18, error);
    while (cqa_list_next(&list, error)) {
        const struct cqa_change_row change = row_of(list.row);
        if (visit(context, &change))
            break;
    }
    return cqa_list_end(scores, &list);
}
