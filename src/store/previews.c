/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/previews.h"

#include "store/rows.h"
#include "store/sql.h"

enum { PAGE_ROWS = 32 };

static enum cqa_status read_row(sqlite3_stmt *statement, struct cqa_arena *arena,
                                struct cqa_kept_apart *out, struct cqa_error *error)
{
    *out = (struct cqa_kept_apart){
        .id = sqlite3_column_int64(statement, 0),
        .path = cqa_sql_text(statement, 1, arena),
        .source = cqa_sql_text(statement, 2, arena),
        .call_id = cqa_sql_text(statement, 3, arena),
        .sha256 = cqa_sql_text(statement, 4, arena),
        .now = cqa_sql_text(statement, 5, arena),
        .now_length = (size_t)sqlite3_column_bytes(statement, 5),
        .apart = cqa_sql_text(statement, 6, arena),
        .apart_length = (size_t)sqlite3_column_bytes(statement, 6),
        .owed = sqlite3_column_int(statement, 7),
    };
    if (out->path == NULL || out->source == NULL || out->call_id == NULL || out->sha256 == NULL ||
        out->now == NULL || out->apart == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a preview");
    return CQA_OK;
}

static enum cqa_status read_page(struct cqa_store *store, const struct cqa_requeue *wish,
                                 int64_t after, struct cqa_arena *arena,
                                 struct cqa_kept_apart *page, size_t *count,
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
            "SELECT c.id, c.path, c.source, c.call_id, p.sha256, r.json, p.json, p.owed"
            " FROM previews AS p JOIN recordings AS c ON c.id = p.recording_id"
            " JOIN results AS r ON r.recording_id = p.recording_id"
            " WHERE p.recording_id > ?1 AND c.mtime_ns >= ?2 AND (?3 = 0 OR c.mtime_ns < ?3)"
            " AND c.path >= ?4 AND c.path < ?5"
            " AND p.size_bytes = c.size_bytes AND p.mtime_ns = c.mtime_ns"
            " AND p.analyzer = ?6 AND p.rubric = ?7 AND p.rubric_version = ?8"
            " ORDER BY p.recording_id LIMIT ?9",
            "iiippttti", after, wish->since_ns, wish->until_ns, first, last, wish->analyzer,
            wish->rubric, wish->rubric_version, (int64_t)PAGE_ROWS);
    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        status = read_row(statement, arena, &page[(*count)++], error);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_previews_each(struct cqa_store *store, const struct cqa_requeue *wish,
                                  cqa_previews_visit *visit, void *context, struct cqa_error *error)
{
    struct cqa_kept_apart page[PAGE_ROWS];
    size_t count = PAGE_ROWS;
    int64_t after = 0;
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && count == PAGE_ROWS) {
        struct cqa_arena arena = {0};
        status = read_page(store, wish, after, &arena, page, &count, error);
        for (size_t i = 0; status == CQA_OK && i < count; i++) {
            after = page[i].id;
            if (!visit(context, &page[i]))
                count = 0;
        }
        cqa_arena_finish(&arena);
    }
    return status;
}

static enum cqa_status owe(struct cqa_store *store, int64_t id, const char *key, const char *body,
                           size_t body_length, int64_t now_ms, int *owed, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(
        store, error,
        "UPDATE previews SET owed = 1 WHERE recording_id = ?1 AND (NOT owed OR 'quarantined' ="
        "  (SELECT state FROM deliveries WHERE recording_id = ?1 ORDER BY id DESC LIMIT 1))"
        " AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.recording_id = ?1"
        "  AND d.state IN ('pending', 'in_flight'))",
        "i", id);

    *owed = status == CQA_OK && sqlite3_changes64(store->db) > 0;
    return *owed ? cqa_deliveries_put(store, id, key, body, body_length, now_ms, error) : status;
}

enum cqa_status cqa_previews_owe(struct cqa_store *store, int64_t id, const char *key,
                                 const char *body, size_t body_length, int64_t now_ms, int *owed,
                                 struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = owe(store, id, key, body, body_length, now_ms, owed, error);
    return cqa_sql_end(store, status, error);
}
