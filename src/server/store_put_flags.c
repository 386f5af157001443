/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flags of a new revision, and which of the old ones they are. */
#include "server/put.h"

/* The row becomes the flag: it is current again, at its place. */
static enum cqa_status take_row(struct cqa_db *db, int64_t id, int64_t call,
                                const struct cqa_item_flag *flag, int64_t ordinal,
                                struct cqa_error *error)
{
    return cqa_db_run(
        db, error,
        "UPDATE flags SET current = 1, ordinal = ?, severity = ?, confidence = ?, event = ?,"
        " event_type = ?, start_ms = ?, end_ms = ?, points_c = ?, automatic_fail = ?,"
        " (day, started_ms, person, team, agent, queue) ="
        " (SELECT coalesce(day, 0), coalesce(started_ms, 0), person, team, agent, queue"
        " FROM calls WHERE id = ?) WHERE id = ?",
        "iiiitiiiiii", ordinal, (int64_t)flag->severity, flag->confidence, flag->event,
        flag->event_type, flag->start_ms, flag->end_ms, flag->points_c,
        (int64_t)flag->automatic_fail, call, id);
}

/*
 * A flag that the new revision takes again (same rule, seconds and points) keeps its row, and so
 * its decision; CQA_OK when there is one. Equal twins pair up one by one, since a row that was
 * taken has its ordinal set.
 */
static enum cqa_status keep_same(struct cqa_db *db, int64_t call, const struct cqa_item_flag *flag,
                                 int64_t ordinal, struct cqa_error *error)
{
    int64_t id = 0;
    const enum cqa_status status = cqa_db_value(
        db, &id, error,
        "SELECT id FROM flags WHERE call = ? AND ordinal IS NULL AND author IS NULL AND rule = ?"
        " AND start_ms = ? AND end_ms = ? AND points_c = ? AND automatic_fail = ?"
        " ORDER BY state DESC, id LIMIT 1",
        "itiiii", call, flag->rule, flag->start_ms, flag->end_ms, flag->points_c,
        (int64_t)flag->automatic_fail);

    return status == CQA_OK ? take_row(db, id, call, flag, ordinal, error) : status;
}

/*
 * What a person decided, or objected to, stands when the flag has moved: the same rule over seconds
 * that overlap, where both cost points (decision 0067). CQA_OK when there is one.
 */
static enum cqa_status keep_decided(struct cqa_db *db, int64_t call,
                                    const struct cqa_item_flag *flag, int64_t ordinal,
                                    struct cqa_error *error)
{
    int64_t id = 0;
    if (flag->points_c == 0 && !flag->automatic_fail)
        return CQA_E_NOTFOUND;
    const enum cqa_status status = cqa_db_value(
        db, &id, error,
        "SELECT id FROM flags AS f WHERE call = ?1 AND ordinal IS NULL AND author IS NULL"
        " AND rule = ?2 AND (points_c > 0 OR automatic_fail)"
        " AND (state <> 0 OR EXISTS (SELECT 1 FROM objections o WHERE o.flag = f.id))"
        " AND (min(end_ms, ?4) > max(start_ms, ?3) OR (coalesce(event, 0) = 0 AND ?5 = 0))"
        " ORDER BY min(end_ms, ?4) - max(start_ms, ?3) DESC, id DESC LIMIT 1",
        "itiii", call, flag->rule, flag->start_ms, flag->end_ms, flag->event);

    return status == CQA_OK ? take_row(db, id, call, flag, ordinal, error) : status;
}

static enum cqa_status insert_flag(struct cqa_db *db, int64_t call,
                                   const struct cqa_item_flag *flag, int64_t ordinal,
                                   struct cqa_error *error)
{
    return cqa_db_run(
        db, error,
        "INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event,"
        " event_type, start_ms, end_ms, automatic_fail, day, started_ms, person, team, agent, "
        "queue)"
        " SELECT ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(day, 0),"
        " coalesce(started_ms, 0), person, team, agent, queue FROM calls WHERE id = ?1",
        "iitiiiitiii", call, ordinal, flag->rule, (int64_t)flag->severity, flag->points_c,
        flag->confidence, flag->event, flag->event_type, flag->start_ms, flag->end_ms,
        (int64_t)flag->automatic_fail);
}

/* Rows that are the very same first, so that none of them goes to a neighbour. */
static enum cqa_status keep_flags(struct cqa_db *db, const struct cqa_item *item, int64_t call,
                                  unsigned char *kept, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < item->flag_count; i++) {
            if (kept[i])
                continue;
            status = round == 0 ? keep_same(db, call, &item->flags[i], (int64_t)i, error)
                                : keep_decided(db, call, &item->flags[i], (int64_t)i, error);
            kept[i] = status == CQA_OK;
            if (status != CQA_OK && status != CQA_E_NOTFOUND)
                return status;
        }
    return CQA_OK;
}

/* Flags added by hand stay current whatever the machine says later. */
enum cqa_status cqa_put_flags(struct cqa_db *db, const struct cqa_item *item, int64_t call,
                              int is_first, struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    unsigned char *kept = cqa_arena_alloc(&arena, item->flag_count + 1);
    enum cqa_status status = CQA_OK;

    if (kept == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (!is_first) {
        status = cqa_db_run(
            db, error,
            "UPDATE flags SET current = 0, ordinal = NULL WHERE call = ? AND author IS NULL", "i",
            call);
        if (status == CQA_OK)
            status = keep_flags(db, item, call, kept, error);
    }
    for (size_t i = 0; status == CQA_OK && i < item->flag_count; i++)
        if (!kept[i])
            status = insert_flag(db, call, &item->flags[i], (int64_t)i, error);
    cqa_arena_finish(&arena);
    return status;
}

enum cqa_status cqa_put_standing(struct cqa_db *db, int64_t call, int64_t *count,
                                 struct cqa_error *error)
{
    return cqa_db_value(
        db, count, error,
        "SELECT count(*) FROM flags AS f WHERE call = ? AND current = 1 AND author IS NULL"
        " AND (coalesce(decided_c, points_c) > 0 OR automatic_fail) AND (state IN (1, 3)"
        "  OR EXISTS (SELECT 1 FROM objections o WHERE o.flag = f.id AND o.outcome = 0))",
        "i", call);
}
