/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flags of a new revision, as rows. */
#include "scores/put/put.h"

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
    return cqa_sql_post(db, error, &set_current, ordinal, (int64_t)flag->severity, flag->confidence,
                        flag->event, flag->event_type, flag->start_ms, flag->end_ms, flag->points_c,
                        (int64_t)flag->automatic_fail, call, id);
}

/* Four at once, as many as most results have; a rule is null where there are fewer. */
#define FLAG(a, b, c, d, e, f, g, h, i, j)                                                         \
    "(?" #a ", ?" #b ", ?" #c ", ?" #d ", ?" #e ", ?" #f ", ?" #g ", ?" #h ", ?" #i ", ?" #j ")"
#define FLAG_TYPES "itiiiitiii"
enum { TOGETHER = 4 };
CQA_SQL_STATEMENT(
    insert_new, "i" FLAG_TYPES FLAG_TYPES FLAG_TYPES FLAG_TYPES, 0,
    "INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event,"
    " event_type, start_ms, end_ms, automatic_fail, day, started_ms, person, team, agent, queue)"
    " SELECT c.id, 1, n.column1, n.column2, n.column3, n.column4, n.column5, n.column6, n.column7,"
    " n.column8, n.column9, n.column10, coalesce(c.day, 0), coalesce(c.started_ms, 0), c.person,"
    " c.team, c.agent, c.queue FROM calls c, (VALUES" FLAG(
        2, 3, 4, 5, 6, 7, 8, 9, 10,
        11) ", " FLAG(12, 13, 14, 15, 16, 17, 18, 19, 20,
                      21) ", " FLAG(22, 23, 24, 25, 26, 27, 28, 29, 30,
                                    31) ", " FLAG(32, 33, 34, 35, 36, 37, 38, 39, 40,
                                                  41) ") n WHERE c.id = ?1 AND n.column2 IS NOT "
                                                      "NULL"
                                                      " ORDER BY n.column1");

#define VALUES_OF(flag, ordinal)                                                                   \
    (int64_t)(ordinal), (flag)->rule, (int64_t)(flag)->severity, (flag)->points_c,                 \
        (flag)->confidence, (flag)->event, (flag)->event_type, (flag)->start_ms, (flag)->end_ms,   \
        (int64_t)(flag)->automatic_fail

static enum cqa_status insert_flags(struct cqa_sql *db, int64_t call,
                                    const struct cqa_item_flag *const flags[TOGETHER],
                                    const int64_t ordinals[TOGETHER], struct cqa_error *error)
{
    return cqa_sql_post(db, error, &insert_new, call, VALUES_OF(flags[0], ordinals[0]),
                        VALUES_OF(flags[1], ordinals[1]), VALUES_OF(flags[2], ordinals[2]),
                        VALUES_OF(flags[3], ordinals[3]));
}

/* Flags added by hand stay current whatever the machine says later. */
CQA_SQL_STATEMENT(supersede, "i", 0,
                  "UPDATE flags SET current = 0, ordinal = NULL WHERE call = ?1 AND author IS NULL"
                  " AND (current <> 0 OR ordinal IS NOT NULL)");

/* Those of which there is no row yet, in their order. */
static enum cqa_status insert_rest(struct cqa_sql *db, const struct cqa_item *item, int64_t call,
                                   const struct cqa_put_plan *plan, struct cqa_error *error)
{
    static const struct cqa_item_flag none;
    const struct cqa_item_flag *flags[TOGETHER] = {&none, &none, &none, &none};
    int64_t ordinals[TOGETHER] = {0};
    enum cqa_status status = CQA_OK;
    size_t count = 0;

    for (size_t i = 0; status == CQA_OK && i < item->flag_count; i++) {
        if (plan != NULL && plan->rows[i] != CQA_PUT_NO_ROW)
            continue;
        flags[count] = &item->flags[i];
        ordinals[count++] = (int64_t)i;
        if (count == TOGETHER) {
            status = insert_flags(db, call, flags, ordinals, error);
            count = 0;
        }
    }
    if (status != CQA_OK || count == 0)
        return status;
    for (; count < TOGETHER; count++)
        flags[count] = &none;
    return insert_flags(db, call, flags, ordinals, error);
}

enum cqa_status cqa_put_flags(struct cqa_sql *db, const struct cqa_item *item, int64_t call,
                              const struct cqa_put_row *rows, const struct cqa_put_plan *plan,
                              struct cqa_error *error)
{
    enum cqa_status status = rows != NULL ? cqa_sql_post(db, error, &supersede, call) : CQA_OK;

    for (size_t i = 0; rows != NULL && status == CQA_OK && i < item->flag_count; i++)
        if (plan->rows[i] != CQA_PUT_NO_ROW)
            status = take_row(db, rows[plan->rows[i]].id, call, &item->flags[i], (int64_t)i, error);
    return status == CQA_OK ? insert_rest(db, item, call, rows != NULL ? plan : NULL, error)
                            : status;
}

/* ---- what is there */

struct cqa_put_row cqa_put_row_of(const struct cqa_sql_rows *row, struct cqa_arena *arena)
{
    return (struct cqa_put_row){.call = cqa_sql_int(row, 0),
                                .id = cqa_sql_int(row, 1),
                                .rule = cqa_sql_copy(row, 2, arena),
                                .start_ms = cqa_sql_int(row, 3),
                                .end_ms = cqa_sql_int(row, 4),
                                .event = cqa_sql_int(row, 5),
                                .points_c = cqa_sql_int(row, 6),
                                .automatic_fail = cqa_sql_int(row, 7) != 0,
                                .state = (enum cqa_flag_state)cqa_sql_int(row, 8),
                                .has_decided = !cqa_sql_is_null(row, 9),
                                .decided_c = cqa_sql_int(row, 9),
                                .is_current = cqa_sql_int(row, 10) != 0,
                                .is_by_hand = cqa_sql_int(row, 11) != 0,
                                .is_objected = cqa_sql_int(row, 12) != 0,
                                .waits = cqa_sql_int(row, 13) != 0};
}

CQA_SQL_STATEMENT(rows_of_flags, "i", CQA_PUT_ROW_COLUMN_COUNT,
                  CQA_PUT_ROW_COLUMNS " WHERE f.call = ?1 ORDER BY f.id");
CQA_SQL_STATEMENT(count_flags, "i", 1, "SELECT count(*) FROM flags WHERE call = ?1");

enum cqa_status cqa_put_read_rows(struct cqa_sql *db, int64_t call, struct cqa_arena *arena,
                                  struct cqa_put_row **out, size_t *count, struct cqa_error *error)
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
    status = cqa_sql_start(db, &row, error, &rows_of_flags, call);
    while (status == CQA_OK && *count < (size_t)room && cqa_sql_next(row, &status, error)) {
        (*out)[*count] = cqa_put_row_of(row, arena);
        if ((*out)[(*count)++].rule == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(limits_of, "tt", 2,
                  "SELECT floor_c, cap_c FROM rubrics WHERE name = ?1 AND version = ?2");
CQA_SQL_STATEMENT(caps_of, "tt", 2,
                  "SELECT rule, cap_c FROM rubric_rules"
                  " WHERE rubric = ?1 AND version = ?2 AND cap_c IS NOT NULL");
CQA_SQL_STATEMENT(count_caps, "tt", 1,
                  "SELECT count(*) FROM rubric_rules"
                  " WHERE rubric = ?1 AND version = ?2 AND cap_c IS NOT NULL");

static enum cqa_status read_caps(struct cqa_sql *db, const char *rubric, const char *version,
                                 struct cqa_arena *arena, struct cqa_put_limits *out,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    int64_t room = 0;
    enum cqa_status status = cqa_sql_number(db, &room, error, &count_caps, rubric, version);

    out->rules = cqa_arena_alloc(arena, ((size_t)room + 1) * sizeof *out->rules);
    out->rule_caps_c = cqa_arena_alloc(arena, ((size_t)room + 1) * sizeof *out->rule_caps_c);
    if (status == CQA_OK && (out->rules == NULL || out->rule_caps_c == NULL))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK && room > 0)
        status = cqa_sql_start(db, &row, error, &caps_of, rubric, version);
    while (status == CQA_OK && out->rule_count < (size_t)room &&
           cqa_sql_next(row, &status, error)) {
        out->rule_caps_c[out->rule_count] = cqa_sql_int(row, 1);
        out->rules[out->rule_count] = cqa_sql_copy(row, 0, arena);
        if (out->rules[out->rule_count++] == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_put_read_limits(struct cqa_sql *db, const char *rubric, const char *version,
                                    struct cqa_arena *arena, struct cqa_put_limits *out,
                                    struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;

    *out = (struct cqa_put_limits){.cap_c = CQA_NO_CAP};
    if (rubric == NULL || version == NULL)
        return CQA_OK;
    enum cqa_status status = cqa_sql_start(db, &row, error, &limits_of, rubric, version);
    if (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        out->is_known = !cqa_sql_is_null(row, 0);
        out->floor_c = cqa_sql_int(row, 0);
        out->cap_c = cqa_sql_is_null(row, 1) ? CQA_NO_CAP : cqa_sql_int(row, 1);
    }
    cqa_sql_end(row);
    return status == CQA_OK ? read_caps(db, rubric, version, arena, out, error) : status;
}
