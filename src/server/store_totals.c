/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decided.h"
#include "server/store_internal.h"

struct counts {
    int64_t flags, open, decided;
};

CQA_SQL_STATEMENT(
    sums_of_flags, "i", 7,
    "SELECT count(*), coalesce(sum(state = 0 AND (points_c > 0 OR automatic_fail)), 0),"
    " coalesce(sum(state <> 0 OR author IS NOT NULL), 0),"
    " coalesce(sum(CASE WHEN author IS NULL THEN points_c ELSE 0 END), 0),"
    " coalesce(sum(coalesce(decided_c, points_c)), 0), coalesce(max(automatic_fail), 0),"
    " coalesce(max(automatic_fail AND state <> 2), 0) FROM flags WHERE call = ?1 AND current = "
    "1");

static enum cqa_status read_sums(struct cqa_sql *db, int64_t call, struct cqa_flag_sums *sums,
                                 struct counts *counts, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &sums_of_flags, call);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        *counts = (struct counts){cqa_sql_int(row, 0), cqa_sql_int(row, 1), cqa_sql_int(row, 2)};
        sums->computed_c = cqa_sql_int(row, 3);
        sums->standing_c = cqa_sql_int(row, 4);
        sums->automatic_fail = (int)cqa_sql_int(row, 5);
        sums->automatic_fail_open = (int)cqa_sql_int(row, 6);
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(total_of, "i", 2, "SELECT base_c, total_c FROM calls WHERE id = ?1");

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
        sums->base_c = cqa_sql_int(row, 0);
        sums->total_c = cqa_sql_int(row, 1);
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(set_stale, "i", 0, "UPDATE previews SET stale = 1 WHERE call = ?1");
CQA_SQL_STATEMENT(set_totals, "iiooi", 0,
                  "UPDATE calls SET flag_count = ?1, open_count = ?2, decided_c = ?3, score_c = ?4 "
                  "WHERE id = ?5");

enum cqa_status cqa_scores_refresh_totals(struct cqa_sql *db, int64_t call, struct cqa_error *error)
{
    struct cqa_flag_sums sums = {0};
    struct counts counts = {0};
    int scored = 0;
    enum cqa_status status = read_total(db, call, &sums, &scored, error);

    if (status == CQA_OK)
        status = read_sums(db, call, &sums, &counts, error);
    if (status != CQA_OK)
        return status;
    const int64_t decided_c = cqa_decided_total(&sums);
    const int has_decision = scored && counts.decided > 0;
    status = cqa_sql_do(db, error, &set_stale, call);
    if (status != CQA_OK)
        return status;
    return cqa_sql_do(db, error, &set_totals, counts.flags, counts.open,
                      has_decision ? &decided_c : NULL,
                      has_decision ? &decided_c
                      : scored     ? &sums.total_c
                                   : NULL,
                      call);
}
