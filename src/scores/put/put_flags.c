/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flags of a new revision, and which of the old ones they are. */
#include <string.h>
#include "scores/put/put.h"

/* While they are told apart: the row was current, and nothing of the new revision has taken it. */
#define WAS_CURRENT "2"

CQA_SQL_STATEMENT(
    set_current, "iiiitiiiiii", 0,
    "UPDATE flags SET current = 1, ordinal = ?1, severity = ?2, confidence = ?3, event = ?4,"
    " event_type = ?5, start_ms = ?6, end_ms = ?7, points_c = ?8, automatic_fail = ?9,"
    " (day, started_ms, person, team, agent, queue) ="
    " (SELECT coalesce(day, 0), coalesce(started_ms, 0), person, team, agent, queue"
    " FROM calls WHERE id = ?10) WHERE id = ?11");

/* The row becomes the flag: it is current again, at its place. */
static enum cqa_status take_row(struct cqa_sql *db, int64_t id, int64_t call,
                                const struct cqa_item_flag *flag, int64_t ordinal,
                                struct cqa_error *error)
{
    return cqa_sql_do(db, error, &set_current, ordinal, (int64_t)flag->severity, flag->confidence,
                      flag->event, flag->event_type, flag->start_ms, flag->end_ms, flag->points_c,
                      (int64_t)flag->automatic_fail, call, id);
}

#define SAME                                                                                       \
    "SELECT id FROM flags AS f WHERE call = ?1 AND ordinal IS NULL AND author IS NULL"             \
    " AND rule = ?2 AND start_ms = ?3 AND end_ms = ?4 AND points_c = ?5 AND automatic_fail = ?6"
CQA_SQL_STATEMENT(same_flag, "itiiii", 1,
                  SAME " AND (current <> 0 OR state <> 0"
                       "  OR EXISTS (SELECT 1 FROM objections o WHERE o.flag = f.id))"
                       " ORDER BY current DESC, state DESC, id LIMIT 1");
CQA_SQL_STATEMENT(old_flag, "itiiii", 1, SAME " ORDER BY id LIMIT 1");

/*
 * A flag that the new revision takes again (same rule, seconds and points) keeps its row, and so
 * its decision; CQA_OK when there is one. Equal twins pair up one by one, since a row that was
 * taken has its ordinal set.
 */
static enum cqa_status keep_same(struct cqa_sql *db, const struct cqa_sql_statement *which,
                                 int64_t call, const struct cqa_item_flag *flag, int64_t ordinal,
                                 struct cqa_error *error)
{
    int64_t id = 0;
    const enum cqa_status status =
        cqa_scores_find(db, &id, error, which, call, flag->rule, flag->start_ms, flag->end_ms,
                        flag->points_c, (int64_t)flag->automatic_fail);

    return status == CQA_OK ? take_row(db, id, call, flag, ordinal, error) : status;
}

CQA_SQL_STATEMENT(
    decided_flag, "itiiii", 1,
    "SELECT id FROM flags AS f WHERE call = ?1 AND ordinal IS NULL AND author IS NULL"
    " AND rule = ?2 AND ((points_c > 0 OR automatic_fail <> 0) = (?6 <> 0) OR state = 2)"
    " AND (state <> 0 OR EXISTS (SELECT 1 FROM objections o WHERE o.flag = f.id))"
    " AND (min(end_ms, ?4) > max(start_ms, ?3) OR (coalesce(event, 0) = 0 AND ?5 = 0))"
    " ORDER BY current DESC, min(end_ms, ?4) - max(start_ms, ?3) DESC, id DESC LIMIT 1");

/*
 * What a person decided, or objected to, stands when the flag has moved: the same rule over seconds
 * that overlap, where both cost points or both are notes; what was given back stays so whichever it
 * is (decision 0094). CQA_OK when there is one.
 */
static enum cqa_status keep_decided(struct cqa_sql *db, int64_t call,
                                    const struct cqa_item_flag *flag, int64_t ordinal,
                                    struct cqa_error *error)
{
    int64_t id = 0;
    const int costs = flag->points_c > 0 || flag->automatic_fail;
    const enum cqa_status status =
        cqa_scores_find(db, &id, error, &decided_flag, call, flag->rule, flag->start_ms,
                        flag->end_ms, flag->event, (int64_t)costs);

    return status == CQA_OK ? take_row(db, id, call, flag, ordinal, error) : status;
}

CQA_SQL_STATEMENT(
    insert_new, "iitiiiitiii", 0,
    "INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event,"
    " event_type, start_ms, end_ms, automatic_fail, day, started_ms, person, team, agent, "
    "queue)"
    " SELECT ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(day, 0),"
    " coalesce(started_ms, 0), person, team, agent, queue FROM calls WHERE id = ?1");

static enum cqa_status insert_flag(struct cqa_sql *db, int64_t call,
                                   const struct cqa_item_flag *flag, int64_t ordinal,
                                   struct cqa_error *error)
{
    return cqa_sql_do(db, error, &insert_new, call, ordinal, flag->rule, (int64_t)flag->severity,
                      flag->points_c, flag->confidence, flag->event, flag->event_type,
                      flag->start_ms, flag->end_ms, (int64_t)flag->automatic_fail);
}

/* One of the rounds below. */
static enum cqa_status keep_one(struct cqa_sql *db, int round, int64_t call,
                                const struct cqa_item_flag *flag, int64_t ordinal,
                                struct cqa_error *error)
{
    return round == 1
               ? keep_decided(db, call, flag, ordinal, error)
               : keep_same(db, round == 0 ? &same_flag : &old_flag, call, flag, ordinal, error);
}

/* Rows that are the very same first, so that none of them goes to a neighbour; but one of long ago
 * that nobody said anything of only where nothing that was decided since lies in its place. */
static enum cqa_status keep_flags(struct cqa_sql *db, const struct cqa_item *item, int64_t call,
                                  unsigned char *kept, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < item->flag_count; i++) {
            if (kept[i])
                continue;
            status = keep_one(db, round, call, &item->flags[i], (int64_t)i, error);
            kept[i] = status == CQA_OK;
            if (status != CQA_OK && status != CQA_E_NOTFOUND)
                return status;
        }
    return CQA_OK;
}

CQA_SQL_STATEMENT(unset_current, "i", 0,
                  "UPDATE flags SET current = CASE current WHEN 1 THEN " WAS_CURRENT
                  " ELSE 0 END, ordinal = NULL"
                  " WHERE call = ?1 AND author IS NULL");
CQA_SQL_STATEMENT(supersede, "i", 0,
                  "UPDATE flags SET current = 0 WHERE call = ?1 AND current = " WAS_CURRENT);

/* Flags added by hand stay current whatever the machine says later. */
enum cqa_status cqa_put_flags(struct cqa_sql *db, const struct cqa_item *item, int64_t call,
                              int is_first, struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    unsigned char *kept = cqa_arena_alloc(&arena, item->flag_count + 1);
    enum cqa_status status = CQA_OK;

    if (kept == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (!is_first) {
        status = cqa_sql_do(db, error, &unset_current, call);
        if (status == CQA_OK)
            status = keep_flags(db, item, call, kept, error);
        if (status == CQA_OK)
            status = cqa_sql_do(db, error, &supersede, call);
    }
    for (size_t i = 0; status == CQA_OK && i < item->flag_count; i++)
        if (!kept[i])
            status = insert_flag(db, call, &item->flags[i], (int64_t)i, error);
    cqa_arena_finish(&arena);
    return status;
}

/* ---- whether a person's word stands */

CQA_SQL_STATEMENT(
    read_flags, "i", 8,
    "SELECT id, rule, start_ms, end_ms, coalesce(event, 0) = 0,"
    " state <> 0 OR EXISTS (SELECT 1 FROM objections o WHERE o.flag = f.id),"
    " " CQA_FLAG_COSTS(
        "") " AND (state IN (1, 3)"
            "  OR EXISTS (SELECT 1 FROM objections o WHERE o.flag = f.id AND o.outcome = 0)),"
            " " CQA_FLAG_COSTS("") " FROM flags f WHERE call = ?1 AND current = 1 AND author IS "
                                   "NULL ORDER BY ordinal");
CQA_SQL_STATEMENT(count_flags, "i", 1,
                  "SELECT count(*) FROM flags WHERE call = ?1 AND current = 1 AND author IS NULL");

static struct cqa_put_flag flag_of(const struct cqa_sql_rows *row, struct cqa_arena *arena)
{
    return (struct cqa_put_flag){.id = cqa_sql_int(row, 0),
                                 .rule = cqa_sql_copy(row, 1, arena),
                                 .start_ms = cqa_sql_int(row, 2),
                                 .end_ms = cqa_sql_int(row, 3),
                                 .is_whole = (int)cqa_sql_int(row, 4),
                                 .is_settled = (int)cqa_sql_int(row, 5),
                                 .must_stay = (int)cqa_sql_int(row, 6),
                                 .costs = (int)cqa_sql_int(row, 7)};
}

enum cqa_status cqa_put_read_flags(struct cqa_sql *db, int64_t call, struct cqa_arena *arena,
                                   struct cqa_put_flag **out, size_t *count,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    int64_t room = 0;
    enum cqa_status status = cqa_sql_number(db, &room, error, &count_flags, call);

    *count = 0;
    if (status != CQA_OK)
        return status;
    *out = cqa_arena_alloc(arena, ((size_t)room + 1) * sizeof **out);
    if (*out == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    status = cqa_sql_start(db, &row, error, &read_flags, call);
    while (status == CQA_OK && cqa_sql_next(row, &status, error) && *count < (size_t)room) {
        (*out)[*count] = flag_of(row, arena);
        if ((*out)[(*count)++].rule == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

static const struct cqa_put_flag *find_flag(const struct cqa_put_flag *flags, size_t count,
                                            int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (flags[i].id == id)
            return &flags[i];
    return NULL;
}

static int overlap(const struct cqa_put_flag *left, const struct cqa_put_flag *right)
{
    return (left->is_whole && right->is_whole) ||
           (left->start_ms < right->end_ms && right->start_ms < left->end_ms);
}

struct both {
    const struct cqa_put_flag *before, *after;
    size_t before_count, after_count;
};

/* Nobody has said anything of the flag, and it is none of those that were there, moved. */
static int is_new(const struct cqa_put_flag *flag, const struct both *both)
{
    if (flag->is_settled || find_flag(both->before, both->before_count, flag->id) != NULL)
        return 0;
    for (size_t i = 0; i < both->before_count; i++) {
        const struct cqa_put_flag *old = &both->before[i];
        if (!old->is_settled && old->costs && strcmp(old->rule, flag->rule) == 0 &&
            overlap(old, flag) && find_flag(both->after, both->after_count, old->id) == NULL)
            return 0;
    }
    return 1;
}

/* Whether the flag, which a person settled, is still what it was: there, one, and alone. */
static int is_unsettled(const struct cqa_put_flag *flag, const struct both *both)
{
    const int stays = find_flag(both->after, both->after_count, flag->id) != NULL;

    if (!stays && flag->must_stay)
        return 1;
    for (size_t i = 0; i < both->after_count; i++) {
        const struct cqa_put_flag *other = &both->after[i];
        if (other->id == flag->id || !other->costs || strcmp(other->rule, flag->rule) != 0)
            continue;
        if (overlap(flag, other) ? !stays || is_new(other, both) : !stays && is_new(other, both))
            return 1;
    }
    return 0;
}

size_t cqa_put_unsettled(const struct cqa_put_flag *before, size_t before_count,
                         const struct cqa_put_flag *after, size_t after_count)
{
    const struct both both = {before, after, before_count, after_count};
    size_t count = 0;

    for (size_t i = 0; i < before_count; i++)
        count += before[i].is_settled && is_unsettled(&before[i], &both);
    return count;
}
