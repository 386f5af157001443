/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/previews.h"

#include "store/rows.h"

enum { PAGE_ROWS = 32 };

CQA_SQL_STATEMENT(
    list, "iiippttti", 8,
    "SELECT c.id, c.path, c.source, c.call_id, p.sha256, r.json, p.json, p.owed"
    " FROM previews AS p JOIN recordings AS c ON c.id = p.recording_id"
    " JOIN results AS r ON r.recording_id = p.recording_id"
    " WHERE p.recording_id > ?1 AND " CQA_BEGUN_NS_OF(
        "c") " >= ?2"
             " AND (?3 = 0 OR " CQA_BEGUN_NS_OF(
                 "c") " < ?3)"
                      " AND c.path >= ?4 AND c.path < ?5"
                      " AND p.size_bytes = c.size_bytes AND p.mtime_ns = c.mtime_ns"
                      " AND p.analyzer = ?6 AND p.rubric = ?7 AND p.rubric_version = ?8"
                      " ORDER BY p.recording_id LIMIT ?9");
CQA_SQL_STATEMENT(
    mark_owed, "i", 0,
    "UPDATE previews SET owed = 1 WHERE recording_id = ?1 AND (NOT owed OR 'quarantined' ="
    "  (SELECT state FROM deliveries WHERE recording_id = ?1 ORDER BY id DESC LIMIT 1))"
    " AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.recording_id = ?1"
    "  AND d.state IN ('pending', 'in_flight'))");

static enum cqa_status read_row(const struct cqa_sql_rows *rows, struct cqa_arena *arena, void *row,
                                struct cqa_error *error)
{
    struct cqa_kept_apart *out = row;

    *out = (struct cqa_kept_apart){
        .id = cqa_sql_int(rows, 0),
        .path = cqa_sql_copy(rows, 1, arena),
        .source = cqa_sql_copy(rows, 2, arena),
        .call_id = cqa_sql_copy(rows, 3, arena),
        .sha256 = cqa_sql_copy(rows, 4, arena),
        .now = cqa_sql_copy(rows, 5, arena),
        .now_length = cqa_sql_size(rows, 5),
        .apart = cqa_sql_copy(rows, 6, arena),
        .apart_length = cqa_sql_size(rows, 6),
        .owed = (int)cqa_sql_int(rows, 7),
    };
    if (out->path == NULL || out->source == NULL || out->call_id == NULL || out->sha256 == NULL ||
        out->now == NULL || out->apart == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a preview");
    return CQA_OK;
}

static enum cqa_status start_list(struct cqa_store *store, const void *context, int64_t after,
                                  struct cqa_sql_rows **rows, struct cqa_error *error)
{
    const struct cqa_requeue *wish = context;
    struct cqa_under under;
    const enum cqa_status status = cqa_rows_under(wish->under, &under, error);

    if (status != CQA_OK)
        return status;
    return cqa_sql_start(store->sql, rows, error, &list, after, wish->since_ns, wish->until_ns,
                         under.first, under.last, wish->analyzer, wish->rubric,
                         wish->rubric_version, (int64_t)PAGE_ROWS);
}

struct showing {
    cqa_previews_visit *visit;
    void *context;
};

static int show(void *context, const void *row)
{
    const struct showing *showing = context;

    return showing->visit(showing->context, row);
}

enum cqa_status cqa_previews_each(struct cqa_store *store, const struct cqa_requeue *wish,
                                  cqa_previews_visit *visit, void *context, struct cqa_error *error)
{
    static const struct cqa_listing listing = {start_list, read_row, show,
                                               sizeof(struct cqa_kept_apart), PAGE_ROWS};
    struct showing showing = {visit, context};

    return cqa_rows_each(store, &listing, wish, &showing, error);
}

struct owing {
    int64_t id;
    const char *key, *body;
    size_t body_length;
    int64_t now_ms;
    int owed;
};

static enum cqa_status owe(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct owing *owing = context;
    const enum cqa_status status = cqa_sql_do(sql, error, &mark_owed, owing->id);

    owing->owed = status == CQA_OK && cqa_sql_changes(sql) > 0;
    return owing->owed ? cqa_deliveries_put(sql, owing->id, owing->key, owing->body,
                                            owing->body_length, owing->now_ms, error)
                       : status;
}

enum cqa_status cqa_previews_owe(struct cqa_store *store, int64_t id, const char *key,
                                 const char *body, size_t body_length, int64_t now_ms, int *owed,
                                 struct cqa_error *error)
{
    struct owing owing = {id, key, body, body_length, now_ms, 0};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, owe, &owing, error);

    *owed = status == CQA_OK && owing.owed;
    return status;
}
