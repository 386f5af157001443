/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "scores/decided.h"
#include "scores/rubrics.h"
#include "scores/store_internal.h"

CQA_SQL_STATEMENT(counted_flags, "ii", 9,
                  "SELECT f.rule, q.cap_c, f.points_c, coalesce(f.decided_c, f.points_c),"
                  " f.automatic_fail <> 0, " CQA_FLAG_FAILS(
                      "f.") ", f.author IS NOT NULL,"
                            " f.state <> 0 OR f.author IS NOT NULL,"
                            " f.state = 0 AND (f.points_c > 0 OR f.automatic_fail <> 0)"
                            " FROM flags f JOIN calls c ON c.id = f.call" CQA_RULE_JOIN
                            " WHERE f.call = ?1 AND f.current = 1 AND f.id <> ?2");

static int64_t cap_of(const struct cqa_sql_rows *row, int column)
{
    return cqa_sql_is_null(row, column) ? CQA_NO_CAP : cqa_sql_int(row, column);
}

static struct cqa_counted_flag flag_of(const struct cqa_sql_rows *row, struct cqa_arena *arena)
{
    return (struct cqa_counted_flag){.rule = cqa_sql_copy(row, 0, arena),
                                     .cap_c = cap_of(row, 1),
                                     .points_c = cqa_sql_int(row, 2),
                                     .stands_c = cqa_sql_int(row, 3),
                                     .fails = cqa_sql_int(row, 4) != 0,
                                     .fails_still = cqa_sql_int(row, 5) != 0,
                                     .is_by_hand = cqa_sql_int(row, 6) != 0,
                                     .is_decided = cqa_sql_int(row, 7) != 0,
                                     .is_open = cqa_sql_int(row, 8) != 0};
}

CQA_SQL_STATEMENT(count_current, "i", 1,
                  "SELECT count(*) FROM flags WHERE call = ?1 AND current = 1");

/* All current flags of the call but `without`, in `arena`. */
static enum cqa_status read_flags(struct cqa_sql *db, int64_t call, int64_t without,
                                  struct cqa_arena *arena, struct cqa_counted_flag **out,
                                  size_t *count, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    int64_t room = 0;
    enum cqa_status status = cqa_sql_number(db, &room, error, &count_current, call);

    *count = 0;
    *out = cqa_arena_alloc(arena, ((size_t)room + 1) * sizeof **out);
    if (status == CQA_OK && *out == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK)
        status = cqa_sql_start(db, &row, error, &counted_flags, call, without);
    while (status == CQA_OK && *count < (size_t)room && cqa_sql_next(row, &status, error)) {
        (*out)[*count] = flag_of(row, arena);
        if ((*out)[(*count)++].rule == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(total_of, "i", 4,
                  "SELECT c.base_c, c.total_c, r.floor_c, r.cap_c FROM calls c LEFT JOIN rubrics r"
                  " ON r.name = c.rubric AND r.version = c.rubric_version WHERE c.id = ?1");

static enum cqa_status read_total(struct cqa_sql *db, int64_t call, struct cqa_flag_sums *sums,
                                  int *scored, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &total_of, call);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *scored = !cqa_sql_is_null(row, 1);
        sums->total_c = cqa_sql_int(row, 1);
        sums->has_limits = !cqa_sql_is_null(row, 2);
        sums->limits =
            (struct cqa_total_limits){cqa_sql_int(row, 0), cqa_sql_int(row, 2), cap_of(row, 3)};
    }
    cqa_sql_end(row);
    return status;
}

static int64_t room_under(int64_t cap_c, int64_t taken_c)
{
    if (cap_c == CQA_NO_CAP)
        return INT64_MAX;
    return cap_c > taken_c ? cap_c - taken_c : 0;
}

enum cqa_status cqa_scores_room(struct cqa_sql *db, int64_t call, int64_t flag, const char *rule,
                                int64_t cap_c, int64_t *room_c, struct cqa_error *error)
{
    struct cqa_flag_sums sums = {0};
    struct cqa_arena arena = {0};
    struct cqa_counted_flag *flags = NULL;
    size_t count = 0;
    int scored = 0;
    int64_t of_rule_c = 0;
    enum cqa_status status = read_total(db, call, &sums, &scored, error);

    if (status == CQA_OK)
        status = read_flags(db, call, flag, &arena, &flags, &count, error);
    if (status == CQA_OK)
        cqa_sum_flags(flags, count, &sums);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        of_rule_c += strcmp(flags[i].rule, rule) == 0 ? flags[i].stands_c : 0;
    cqa_arena_finish(&arena);
    const int64_t of_rule_room_c = room_under(cap_c, of_rule_c);
    const int64_t of_all_room_c = room_under(sums.limits.cap_c, sums.standing_c);
    *room_c = of_rule_room_c < of_all_room_c ? of_rule_room_c : of_all_room_c;
    return status;
}

CQA_SQL_STATEMENT(set_stale, "i", 0, "UPDATE previews SET stale = 1 WHERE call = ?1");
CQA_SQL_STATEMENT(set_totals, "iiooi", 0,
                  "UPDATE calls SET flag_count = ?1, open_count = ?2, decided_c = ?3, score_c = ?4 "
                  "WHERE id = ?5");

/* `flags`: all current ones of the call. */
static enum cqa_status write_totals(struct cqa_sql *db, int64_t call,
                                    const struct cqa_counted_flag *flags, size_t count,
                                    const struct cqa_flag_sums *sums, int scored,
                                    struct cqa_error *error)
{
    const int64_t decided_c = cqa_decided_total(sums);
    int64_t open = 0;
    int has_decision = 0;

    for (size_t i = 0; i < count; i++) {
        open += flags[i].is_open;
        has_decision |= scored && flags[i].is_decided;
    }
    return cqa_sql_do(db, error, &set_totals, (int64_t)count, open,
                      has_decision ? &decided_c : NULL,
                      has_decision ? &decided_c
                      : scored     ? &sums->total_c
                                   : NULL,
                      call);
}

enum cqa_status cqa_scores_refresh_totals(struct cqa_sql *db, int64_t call, struct cqa_error *error)
{
    struct cqa_flag_sums sums = {0};
    struct cqa_arena arena = {0};
    struct cqa_counted_flag *flags = NULL;
    size_t count = 0;
    int scored = 0;
    enum cqa_status status = read_total(db, call, &sums, &scored, error);

    if (status == CQA_OK)
        status = read_flags(db, call, 0, &arena, &flags, &count, error);
    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &set_stale, call);
    if (status == CQA_OK) {
        cqa_sum_flags(flags, count, &sums);
        status = write_totals(db, call, flags, count, &sums, scored, error);
    }
    cqa_arena_finish(&arena);
    return status;
}

CQA_SQL_STATEMENT(next_unbounded, "", 1, "SELECT call FROM unbounded_totals LIMIT 1");
CQA_SQL_STATEMENT(count_closed_of, "i", 1,
                  "SELECT count(*) FROM calls c JOIN periods p ON p.from_day <= c.day"
                  " AND c.day < p.to_day WHERE c.id = ?1");
CQA_SQL_STATEMENT(drop_unbounded, "i", 0, "DELETE FROM unbounded_totals WHERE call = ?1");

static enum cqa_status bound_next(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    int *is_done = context;
    int64_t call = 0;
    int64_t closed = 0;
    enum cqa_status status = cqa_scores_find(db, &call, error, &next_unbounded);

    *is_done = status == CQA_E_NOTFOUND;
    if (status != CQA_OK)
        return *is_done ? CQA_OK : status;
    status = cqa_sql_number(db, &closed, error, &count_closed_of, call);
    if (status == CQA_OK && closed == 0)
        status = cqa_scores_refresh_totals(db, call, error);
    return status == CQA_OK ? cqa_sql_do(db, error, &drop_unbounded, call) : status;
}

enum cqa_status cqa_scores_bound_totals(struct cqa_scores *scores, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (int is_done = 0; status == CQA_OK && !is_done;)
        status = cqa_scores_write(scores, bound_next, &is_done, error);
    return status;
}

CQA_SQL_STATEMENT(count_decided, "ii", 1,
                  "SELECT count(*) FROM calls c WHERE c.day BETWEEN ?1 AND ?2"
                  " AND c.decided_c IS NOT NULL AND NOT " CQA_DAY_IS_CLOSED("c.day"));

enum cqa_status cqa_scores_count_decided(struct cqa_scores *scores, int64_t day_from,
                                         int64_t day_to, int64_t *count, struct cqa_error *error)
{
    struct cqa_sql *db;
    enum cqa_status status = cqa_scores_take(scores, &db, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_number(db, count, error, &count_decided, day_from, day_to);
    cqa_scores_give(scores, db);
    return status;
}
