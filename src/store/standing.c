/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/standing.h"

#include "store/rows.h"

CQA_SQL_STATEMENT(count_reasons, "", 3,
                  "SELECT state, coalesce(reason, ''), count(*) AS n FROM recordings"
                  " GROUP BY 1, 2 ORDER BY 1, n DESC, 2");
CQA_SQL_STATEMENT(list_waiting, "i", CQA_RECORDING_COLUMN_COUNT,
                  "SELECT " CQA_RECORDING_COLUMNS " FROM recordings"
                  " WHERE state IN ('ready', 'leased', 'settling')"
                  " ORDER BY discovered_ms, id LIMIT ?1");
CQA_SQL_STATEMENT(list_vanished, "i", CQA_RECORDING_COLUMN_COUNT,
                  "SELECT " CQA_RECORDING_COLUMNS " FROM recordings WHERE state = 'vanished'"
                  " ORDER BY changed_ms DESC, id DESC LIMIT ?1");
CQA_SQL_STATEMENT(count_present, "pp", 1,
                  "SELECT (SELECT count(*) FROM recordings WHERE path >= ?1 AND path < ?2"
                  "  AND NOT gone) + (SELECT count(*) FROM copies WHERE path >= ?1 AND path < ?2"
                  "  AND NOT gone)");
/* What is dated later than now is of a clock that was wrong: when it was nobody knows. */
#define ENDED                                                                                      \
    "(SELECT changed_ms AS at FROM recordings WHERE state IN ('scored', 'failed', 'excluded')"     \
    " UNION ALL SELECT changed_ms FROM deliveries WHERE state = 'acked')"
CQA_SQL_STATEMENT(last_progress, "i", 1, "SELECT max(at) FROM " ENDED " WHERE at <= ?1");
CQA_SQL_STATEMENT(count_ahead, "i", 1, "SELECT count(*) FROM " ENDED " WHERE at > ?1");

CQA_SQL_STATEMENT(count_rows, "", 1, "SELECT count(*) FROM recordings");
/* What is gone is where a recording lay before it was moved, too. */
CQA_SQL_STATEMENT(count_copies, "", 1, "SELECT count(*) FROM copies WHERE NOT gone");

struct snapshot {
    enum cqa_status (*body)(void *context, struct cqa_error *error);
    void *context;
};

static enum cqa_status run_body(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct snapshot *snapshot = context;

    (void)sql;
    return snapshot->body(snapshot->context, error);
}

enum cqa_status cqa_standing_snapshot(struct cqa_store *store,
                                      enum cqa_status (*body)(void *context,
                                                              struct cqa_error *error),
                                      void *context, struct cqa_error *error)
{
    struct snapshot snapshot = {body, context};

    return cqa_sql_transaction(store->sql, CQA_SQL_READ, run_body, &snapshot, error);
}

enum cqa_status cqa_standing_recordings(struct cqa_store *store, int64_t *count,
                                        struct cqa_error *error)
{
    *count = 0;
    return cqa_sql_number(store->sql, count, error, &count_rows);
}

enum cqa_status cqa_standing_copies(struct cqa_store *store, int64_t *count,
                                    struct cqa_error *error)
{
    *count = 0;
    return cqa_sql_number(store->sql, count, error, &count_copies);
}

enum cqa_status cqa_standing_reasons(struct cqa_store *store, cqa_reasons_visit *visit,
                                     void *context, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &count_reasons);
    int more = 1;

    while (more && status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        const struct cqa_reason_count count = {cqa_sql_text(rows, 0), cqa_sql_text(rows, 1),
                                               cqa_sql_int(rows, 2)};
        more = visit(context, &count);
    }
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status read_list(struct cqa_store *store, const struct cqa_sql_statement *which,
                                 size_t limit, struct cqa_arena *arena, struct cqa_recording *out,
                                 size_t *count, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, which, (int64_t)limit);

    *count = 0;
    while (status == CQA_OK && *count < limit && cqa_sql_next(rows, &status, error))
        status = cqa_rows_recording(rows, arena, &out[(*count)++], error);
    cqa_sql_end(rows);
    return status;
}

enum cqa_status cqa_standing_waiting(struct cqa_store *store, size_t limit, struct cqa_arena *arena,
                                     struct cqa_recording *out, size_t *count,
                                     struct cqa_error *error)
{
    return read_list(store, &list_waiting, limit, arena, out, count, error);
}

enum cqa_status cqa_standing_vanished(struct cqa_store *store, size_t limit,
                                      struct cqa_arena *arena, struct cqa_recording *out,
                                      size_t *count, struct cqa_error *error)
{
    return read_list(store, &list_vanished, limit, arena, out, count, error);
}

enum cqa_status cqa_standing_present(struct cqa_store *store, const char *folder, int64_t *count,
                                     struct cqa_error *error)
{
    struct cqa_under under;
    const enum cqa_status status = cqa_rows_under(folder, &under, error);

    *count = 0;
    return status != CQA_OK
               ? status
               : cqa_sql_number(store->sql, count, error, &count_present, under.first, under.last);
}

enum cqa_status cqa_standing_progress(struct cqa_store *store, int64_t now_ms, int64_t *at_ms,
                                      int64_t *ahead, struct cqa_error *error)
{
    *at_ms = 0;
    *ahead = 0;
    const enum cqa_status status = cqa_sql_number(store->sql, at_ms, error, &last_progress, now_ms);
    return status == CQA_OK ? cqa_sql_number(store->sql, ahead, error, &count_ahead, now_ms)
                            : status;
}
