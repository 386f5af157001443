/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/results.h"

#include "store/rows.h"
#include "store/sql.h"

static enum cqa_status write_result(struct cqa_store *store, const struct cqa_finished *finished,
                                    int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(
        store, error,
        "INSERT OR REPLACE INTO results (recording_id, size_bytes, mtime_ns, sha256, rubric,"
        " rubric_version, analyzer, made_ms, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iiittttib", finished->id, finished->size_bytes, finished->mtime_ns, finished->sha256,
        finished->rubric, finished->rubric_version, finished->analyzer, now_ms,
        (const void *)finished->json, finished->json_length);

    /* What was to be looked at is decided now, or out of date. */
    if (status == CQA_OK)
        status = cqa_sql_do(store, error, "DELETE FROM previews WHERE recording_id = ?", "i",
                            finished->id);
    if (status == CQA_OK && finished->key != NULL)
        status = cqa_deliveries_put(
            store, finished->id, finished->key,
            finished->body == NULL ? finished->json : finished->body,
            finished->body == NULL ? finished->json_length : finished->body_length, now_ms, error);
    return status;
}

static enum cqa_status write_apart(struct cqa_store *store, const struct cqa_finished *finished,
                                   int64_t now_ms, struct cqa_error *error)
{
    return cqa_sql_do(
        store, error,
        "INSERT OR REPLACE INTO previews (recording_id, size_bytes, mtime_ns, sha256, rubric,"
        " rubric_version, analyzer, made_ms, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iiittttib", finished->id, finished->size_bytes, finished->mtime_ns, finished->sha256,
        finished->rubric, finished->rubric_version, finished->analyzer, now_ms,
        (const void *)finished->json, finished->json_length);
}

/* Whether the stored result stays: nobody asked for another, and the content is what it was. */
static enum cqa_status is_only_touched(struct cqa_store *store, const struct cqa_finished *finished,
                                       int *touched, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT 1 FROM results AS r JOIN recordings AS c ON c.id = r.recording_id"
                      " WHERE c.id = ? AND c.asked = 'not' AND r.sha256 = ?"
                      " AND (r.analyzer <> ? OR r.rubric <> ? OR r.rubric_version <> ?)",
                      "itttt", finished->id, finished->sha256, finished->analyzer, finished->rubric,
                      finished->rubric_version);

    *touched = status == CQA_OK && cqa_sql_row(store, statement, &status, error);
    sqlite3_finalize(statement);
    return status;
}

static enum cqa_status touch(struct cqa_store *store, const struct cqa_finished *finished,
                             struct cqa_error *error)
{
    return cqa_sql_do(store, error,
                      "UPDATE results SET size_bytes = ?, mtime_ns = ? WHERE recording_id = ?",
                      "iii", finished->size_bytes, finished->mtime_ns, finished->id);
}

static enum cqa_status put(struct cqa_store *store, const struct cqa_finished *finished,
                           int64_t now_ms, int *kept, struct cqa_error *error)
{
    enum cqa_status status = cqa_recordings_held(store, finished->id, finished->size_bytes,
                                                 finished->mtime_ns, kept, error);

    if (status != CQA_OK)
        return status;
    if (!*kept)
        return cqa_sql_do(
            store, error,
            "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready'"
            " END, owner = NULL, changed_ms = ? WHERE id = ?",
            "ii", now_ms, finished->id);
    int touched = 0;
    if (!finished->apart)
        status = is_only_touched(store, finished, &touched, error);
    if (status == CQA_OK)
        status = cqa_sql_do(store, error,
                            "UPDATE recordings SET state = 'scored', asked = 'not', owner = NULL,"
                            " reason = NULL, text = NULL, changed_ms = ? WHERE id = ?",
                            "ii", now_ms, finished->id);
    if (status != CQA_OK)
        return status;
    return finished->apart ? write_apart(store, finished, now_ms, error)
           : touched       ? touch(store, finished, error)
                           : write_result(store, finished, now_ms, error);
}

enum cqa_status cqa_results_put(struct cqa_store *store, const struct cqa_finished *finished,
                                int64_t now_ms, int *kept, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = put(store, finished, now_ms, kept, error);
    return cqa_sql_end(store, status, error);
}

static enum cqa_status rescore(struct cqa_store *store, const struct cqa_finished *finished,
                               int64_t now_ms, int *kept, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT 1 FROM results JOIN recordings ON id = recording_id"
                      " WHERE id = ? AND sha256 = ? AND state = 'scored'",
                      "it", finished->id, finished->sha256);

    *kept = status == CQA_OK && cqa_sql_row(store, statement, &status, error);
    sqlite3_finalize(statement);
    return *kept ? write_result(store, finished, now_ms, error) : status;
}

enum cqa_status cqa_results_rescore(struct cqa_store *store, const struct cqa_finished *finished,
                                    int64_t now_ms, int *kept, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = rescore(store, finished, now_ms, kept, error);
    return cqa_sql_end(store, status, error);
}

/* ---- reading */

#define COLUMNS                                                                                    \
    "c.id, c.path, c.source, c.call_id, r.size_bytes, r.mtime_ns, r.sha256, r.rubric,"             \
    " r.rubric_version, r.analyzer, r.made_ms, r.json"                                             \
    " FROM results AS r JOIN recordings AS c ON c.id = r.recording_id"

static enum cqa_status read_row(sqlite3_stmt *statement, struct cqa_arena *arena,
                                struct cqa_stored_result *out, struct cqa_error *error)
{
    *out = (struct cqa_stored_result){
        .id = sqlite3_column_int64(statement, 0),
        .path = cqa_sql_text(statement, 1, arena),
        .source = cqa_sql_text(statement, 2, arena),
        .call_id = cqa_sql_text(statement, 3, arena),
        .size_bytes = sqlite3_column_int64(statement, 4),
        .mtime_ns = sqlite3_column_int64(statement, 5),
        .sha256 = cqa_sql_text(statement, 6, arena),
        .rubric = cqa_sql_text(statement, 7, arena),
        .rubric_version = cqa_sql_text(statement, 8, arena),
        .analyzer = cqa_sql_text(statement, 9, arena),
        .made_ms = sqlite3_column_int64(statement, 10),
        .json = cqa_sql_text(statement, 11, arena),
        .json_length = (size_t)sqlite3_column_bytes(statement, 11),
    };
    if (out->path == NULL || out->source == NULL || out->call_id == NULL || out->sha256 == NULL ||
        out->rubric == NULL || out->rubric_version == NULL || out->analyzer == NULL ||
        out->json == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a result");
    return CQA_OK;
}

/* The one row of a statement, which is freed. */
static enum cqa_status read_one(struct cqa_store *store, sqlite3_stmt *statement,
                                struct cqa_arena *arena, struct cqa_stored_result *out,
                                struct cqa_error *error)
{
    enum cqa_status status;

    if (cqa_sql_row(store, statement, &status, error))
        status = read_row(statement, arena, out, error);
    else if (status == CQA_OK)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the store has no result of this recording");
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_results_find_path(struct cqa_store *store, const char *path,
                                      struct cqa_arena *arena, struct cqa_stored_result *out,
                                      struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    const enum cqa_status status =
        cqa_sql_query(store, &statement, error, "SELECT " COLUMNS " WHERE c.path = ?", "p", path);

    return status == CQA_OK ? read_one(store, statement, arena, out, error) : status;
}

enum cqa_status cqa_results_find_call(struct cqa_store *store, const char *source,
                                      const char *call_id, struct cqa_arena *arena,
                                      struct cqa_stored_result *out, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    const enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT " COLUMNS " WHERE c.call_id = ?1 AND (?2 IS NULL OR c.source = ?2)"
                      " ORDER BY r.made_ms DESC LIMIT 1",
                      "tt", call_id, source);

    return status == CQA_OK ? read_one(store, statement, arena, out, error) : status;
}

/* Results are some tens of KiB each. */
enum { PAGE_ROWS = 64 };

static enum cqa_status read_page(struct cqa_store *store, const struct cqa_results_filter *filter,
                                 int64_t after, struct cqa_arena *arena,
                                 struct cqa_stored_result *page, size_t *count,
                                 struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT " COLUMNS " WHERE r.recording_id > ?1 AND c.mtime_ns >= ?2"
                      " AND (?5 <> ((?3 IS NULL OR r.rubric = ?3)"
                      "         AND (?4 IS NULL OR r.rubric_version = ?4)))"
                      " ORDER BY r.recording_id LIMIT ?6",
                      "iittii", after, filter->since_ns, filter->rubric, filter->rubric_version,
                      (int64_t)(filter->other_rubric != 0), (int64_t)PAGE_ROWS);

    *count = 0;
    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        status = read_row(statement, arena, &page[(*count)++], error);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_results_each(struct cqa_store *store, const struct cqa_results_filter *filter,
                                 cqa_results_visit *visit, void *context, struct cqa_error *error)
{
    struct cqa_stored_result page[PAGE_ROWS];
    size_t count = PAGE_ROWS;
    int64_t after = 0;
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && count == PAGE_ROWS) {
        struct cqa_arena arena = {0};
        status = read_page(store, filter, after, &arena, page, &count, error);
        for (size_t i = 0; status == CQA_OK && i < count; i++) {
            after = page[i].id;
            if (!visit(context, &page[i]))
                count = 0;
        }
        cqa_arena_finish(&arena);
    }
    return status;
}

static enum cqa_status read_outdated(struct cqa_store *store, const struct cqa_requeue *wish,
                                     int64_t after, struct cqa_arena *arena,
                                     struct cqa_outdated *page, size_t *count,
                                     struct cqa_error *error)
{
    char first[CQA_UNDER_SIZE];
    char last[CQA_UNDER_SIZE];
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_rows_under(wish->under, first, last, error);

    *count = 0;
    if (status == CQA_OK)
        status = cqa_sql_query(
            store, &statement, error,
            "SELECT c.id, c.path, r.analyzer, r.rubric, r.rubric_version FROM recordings AS c"
            " JOIN results AS r ON r.recording_id = c.id WHERE c.id > ?1 AND c.state = 'scored'"
            " AND NOT c.gone AND c.mtime_ns >= ?2 AND (?3 = 0 OR c.mtime_ns < ?3)"
            " AND c.path >= ?4 AND c.path < ?5"
            " AND (r.analyzer <> ?6 OR r.rubric <> ?7 OR r.rubric_version <> ?8)"
            " ORDER BY c.id LIMIT ?9",
            "iiippttti", after, wish->since_ns, wish->until_ns, first, last, wish->analyzer,
            wish->rubric, wish->rubric_version, (int64_t)PAGE_ROWS);
    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error)) {
        const struct cqa_outdated row = {.id = sqlite3_column_int64(statement, 0),
                                         .path = cqa_sql_text(statement, 1, arena),
                                         .analyzer = cqa_sql_text(statement, 2, arena),
                                         .rubric = cqa_sql_text(statement, 3, arena),
                                         .rubric_version = cqa_sql_text(statement, 4, arena)};
        page[(*count)++] = row;
        if (row.path == NULL || row.analyzer == NULL || row.rubric == NULL ||
            row.rubric_version == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a result");
    }
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_results_outdated(struct cqa_store *store, const struct cqa_requeue *wish,
                                     cqa_outdated_visit *visit, void *context,
                                     struct cqa_error *error)
{
    struct cqa_outdated page[PAGE_ROWS];
    size_t count = PAGE_ROWS;
    int64_t after = 0;
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && count == PAGE_ROWS) {
        struct cqa_arena arena = {0};
        status = read_outdated(store, wish, after, &arena, page, &count, error);
        for (size_t i = 0; status == CQA_OK && i < count; i++) {
            after = page[i].id;
            if (!visit(context, &page[i]))
                count = 0;
        }
        cqa_arena_finish(&arena);
    }
    return status;
}
