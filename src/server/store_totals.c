/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decided.h"
#include "server/store_internal.h"

struct counts {
    int64_t flags, open, decided;
};

static enum cqa_status read_sums(struct cqa_db *db, int64_t call, struct cqa_flag_sums *sums,
                                 struct counts *counts, struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status = cqa_db_start(
        db, &row, error,
        "SELECT count(*), coalesce(sum(state = 0 AND (points_c > 0 OR automatic_fail)), 0),"
        " coalesce(sum(state <> 0 OR author IS NOT NULL), 0),"
        " coalesce(sum(CASE WHEN author IS NULL THEN points_c ELSE 0 END), 0),"
        " coalesce(sum(coalesce(decided_c, points_c)), 0), coalesce(max(automatic_fail), 0),"
        " coalesce(max(automatic_fail AND state <> 2), 0) FROM flags WHERE call = ? AND current = "
        "1",
        "i", call);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        *counts = (struct counts){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                  sqlite3_column_int64(row, 2)};
        sums->computed_c = sqlite3_column_int64(row, 3);
        sums->standing_c = sqlite3_column_int64(row, 4);
        sums->automatic_fail = sqlite3_column_int(row, 5);
        sums->automatic_fail_open = sqlite3_column_int(row, 6);
    }
    cqa_db_end(row);
    return status;
}

static enum cqa_status read_total(struct cqa_db *db, int64_t call, struct cqa_flag_sums *sums,
                                  int *scored, struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status =
        cqa_db_start(db, &row, error, "SELECT base_c, total_c FROM calls WHERE id = ?", "i", call);

    if (status != CQA_OK)
        return status;
    status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        *scored = sqlite3_column_type(row, 1) != SQLITE_NULL;
        sums->base_c = sqlite3_column_int64(row, 0);
        sums->total_c = sqlite3_column_int64(row, 1);
    }
    cqa_db_end(row);
    return status;
}

enum cqa_status cqa_scores_refresh_totals(struct cqa_db *db, int64_t call, struct cqa_error *error)
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
    status = cqa_db_run(db, error, "UPDATE previews SET stale = 1 WHERE call = ?", "i", call);
    if (status != CQA_OK)
        return status;
    return cqa_db_run(
        db, error,
        "UPDATE calls SET flag_count = ?, open_count = ?, decided_c = ?, score_c = ? WHERE id = ?",
        "iiooi", counts.flags, counts.open, has_decision ? &decided_c : NULL,
        has_decision ? &decided_c
        : scored     ? &sums.total_c
                     : NULL,
        call);
}
