/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/results.h"

#include "base/failure.h"
#include "store/copies.h"
#include "store/rows.h"

#define VALUES                                                                                     \
    " (recording_id, size_bytes, mtime_ns, sha256, rubric, rubric_version, analyzer, made_ms,"     \
    " json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
CQA_SQL_STATEMENT(write_current, "iiittttib", 0, "INSERT OR REPLACE INTO results" VALUES);
CQA_SQL_STATEMENT(write_beside, "iiittttib", 0, "INSERT OR REPLACE INTO previews" VALUES);
CQA_SQL_STATEMENT(drop_beside, "i", 0, "DELETE FROM previews WHERE recording_id = ?1");
CQA_SQL_STATEMENT(find_same, "itttt", 1,
                  "SELECT 1 FROM results AS r JOIN recordings AS c ON c.id = r.recording_id"
                  " WHERE c.id = ?1 AND c.asked = 'not' AND r.sha256 = ?2"
                  " AND (r.analyzer <> ?3 OR r.rubric <> ?4 OR r.rubric_version <> ?5)");
CQA_SQL_STATEMENT(write_touched, "iii", 0,
                  "UPDATE results SET size_bytes = ?1, mtime_ns = ?2 WHERE recording_id = ?3");
CQA_SQL_STATEMENT(give_back, "ii", 0,
                  "UPDATE recordings SET state = CASE WHEN gone THEN 'vanished' ELSE 'ready' END,"
                  " owner = NULL, changed_ms = ?1 WHERE id = ?2");
/* ?3: of the file that was read, where the result stays one of a better source (NULL: it is of this
 * one). ?4: why a leg is one. */
CQA_SQL_STATEMENT(
    end_scored, "iitt", 0,
    "UPDATE recordings SET state = 'scored', asked = 'not', owner = NULL,"
    " reason = ?4, text = NULL, changed_ms = ?1,"
    " file_sha256 = nullif(?3, (SELECT sha256 FROM results AS r WHERE r.recording_id = ?2)),"
    " stale = stale OR EXISTS (SELECT 1 FROM copies AS k WHERE k.recording_id = recordings.id)"
    " WHERE id = ?2");

CQA_SQL_STATEMENT(note_begun, "ii", 0, "UPDATE recordings SET begun_ms = ?1 WHERE id = ?2");

/* ---- writing */

struct putting {
    struct cqa_store *store;
    const struct cqa_finished *finished;
    int64_t now_ms;
    int kept;
};

static enum cqa_status write_row(const struct putting *putting,
                                 const struct cqa_sql_statement *statement, struct cqa_error *error)
{
    const struct cqa_finished *finished = putting->finished;

    return cqa_sql_do(putting->store->sql, error, statement, finished->id, finished->size_bytes,
                      finished->mtime_ns, finished->sha256, finished->rubric,
                      finished->rubric_version, finished->analyzer, putting->now_ms,
                      (const void *)finished->json, finished->json_length);
}

static enum cqa_status write_result(const struct putting *putting, struct cqa_error *error)
{
    const struct cqa_finished *finished = putting->finished;
    const int own_body = finished->body != NULL;
    enum cqa_status status = write_row(putting, &write_current, error);

    if (status == CQA_OK && finished->begun_ms > 0)
        status =
            cqa_sql_do(putting->store->sql, error, &note_begun, finished->begun_ms, finished->id);
    /* What was to be looked at is decided now, or out of date. */
    if (status == CQA_OK)
        status = cqa_sql_do(putting->store->sql, error, &drop_beside, finished->id);
    if (status == CQA_OK && finished->link != NULL)
        status = cqa_facts_link(putting->store->sql, finished->id, finished->link, putting->now_ms,
                                error);
    if (status == CQA_OK && finished->key != NULL)
        status = cqa_deliveries_put(putting->store->sql, finished->id, finished->key,
                                    own_body ? finished->body : finished->json,
                                    own_body ? finished->body_length : finished->json_length,
                                    putting->now_ms, error);
    return status;
}

/* Whether the stored result stays: nobody asked for another, and the content is what it was. */
static enum cqa_status is_only_touched(const struct putting *putting, int64_t *touched,
                                       struct cqa_error *error)
{
    const struct cqa_finished *finished = putting->finished;

    return cqa_sql_number(putting->store->sql, touched, error, &find_same, finished->id,
                          finished->sha256, finished->analyzer, finished->rubric,
                          finished->rubric_version);
}

static enum cqa_status touch(const struct putting *putting, struct cqa_error *error)
{
    const struct cqa_finished *finished = putting->finished;

    return cqa_sql_do(putting->store->sql, error, &write_touched, finished->size_bytes,
                      finished->mtime_ns, finished->id);
}

/* One by itself, or a copy, or what another is a copy of. */
static enum cqa_status settle(struct putting *putting, struct cqa_error *error)
{
    const struct cqa_finished *finished = putting->finished;
    const struct cqa_settlement *settlement = finished->settlement;
    struct cqa_sql *sql = putting->store->sql;
    struct cqa_finished stands = *finished;
    struct putting of = {putting->store, &stands, putting->now_ms, 0};
    int64_t touched = 0;
    enum cqa_status status = CQA_OK;

    if (settlement->is == CQA_KIN_OWN && !settlement->keeps)
        status = is_only_touched(putting, &touched, error);
    if (status == CQA_OK)
        status = cqa_kindred_settle(sql, finished->id, finished->sha256, settlement,
                                    putting->now_ms, error);
    if (status != CQA_OK || settlement->is == CQA_KIN_COPY || settlement->is == CQA_KIN_LEG)
        return status;
    if (settlement->is == CQA_KIN_BETTER)
        stands.id = settlement->of;
    else
        status = cqa_sql_do(sql, error, &end_scored, putting->now_ms, finished->id,
                            settlement->keeps ? finished->sha256 : finished->file_sha256,
                            settlement->keeps ? NULL : finished->leg);
    if (status != CQA_OK)
        return status;
    return touched || settlement->keeps ? touch(putting, error) : write_result(&of, error);
}

/* Content that was erased on request, under another name: nothing of it is kept. */
static enum cqa_status bury(struct cqa_sql *sql, const struct putting *putting,
                            struct cqa_error *error)
{
    return cqa_store_empty(sql, putting->finished->id, 0, CQA_FAILURE_ERASED, putting->now_ms,
                           error);
}

static enum cqa_status put(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct putting *putting = context;
    const struct cqa_finished *finished = putting->finished;
    int64_t touched = 0;
    int64_t erased = 0;
    enum cqa_status status = cqa_recordings_held(putting->store, finished->id, finished->size_bytes,
                                                 finished->mtime_ns, &putting->kept, error);

    if (status != CQA_OK)
        return status;
    if (!putting->kept)
        return cqa_sql_do(sql, error, &give_back, putting->now_ms, finished->id);
    status = cqa_stones_find(sql, "content", "", finished->sha256, &erased, error);
    if (status != CQA_OK || erased)
        return status == CQA_OK ? bury(sql, putting, error) : status;
    if (!finished->apart && finished->settlement != NULL)
        return settle(putting, error);
    if (!finished->apart)
        status = is_only_touched(putting, &touched, error);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &end_scored, putting->now_ms, finished->id,
                            finished->file_sha256, finished->leg);
    if (status != CQA_OK)
        return status;
    return finished->apart ? write_row(putting, &write_beside, error)
           : touched       ? touch(putting, error)
                           : write_result(putting, error);
}

enum cqa_status cqa_results_put(struct cqa_store *store, const struct cqa_finished *finished,
                                int64_t now_ms, int *kept, struct cqa_error *error)
{
    struct putting putting = {store, finished, now_ms, 0};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, put, &putting, error);

    *kept = putting.kept;
    return status;
}

/* ---- one that needs no new analysis */

CQA_SQL_STATEMENT(find_measured, "iiitt", 1,
                  "SELECT r.json FROM results AS r JOIN fact_links AS l"
                  " ON l.recording_id = r.recording_id WHERE r.recording_id = ?1"
                  " AND r.size_bytes = ?2 AND r.mtime_ns = ?3 AND r.analyzer = ?4"
                  " AND l.lines = ?5");

enum cqa_status cqa_results_find(struct cqa_store *store, const struct cqa_result_wish *wish,
                                 struct cqa_arena *arena, const char **json, size_t *length,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status =
        cqa_sql_start(store->sql, &rows, error, &find_measured, wish->id, wish->size_bytes,
                      wish->mtime_ns, wish->analyzer, wish->lines);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        *length = cqa_sql_size(rows, 0);
        *json = cqa_sql_copy(rows, 0, arena);
        if (*json == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a result");
    } else if (status == CQA_OK) {
        status = cqa_fail(error, CQA_E_NOTFOUND, "there is no such result");
    }
    cqa_sql_end(rows);
    return status;
}

/* ---- what another analyzer made */

enum { PAGE_ROWS = 256 };

CQA_SQL_STATEMENT(
    list_outdated, "iiippttti", 5,
    "SELECT c.id, c.path, r.analyzer, r.rubric, r.rubric_version FROM recordings AS c"
    " JOIN results AS r ON r.recording_id = c.id WHERE c.id > ?1"
    " AND c.state = 'scored' AND NOT c.gone AND " CQA_BEGUN_NS_OF(
        "c") " >= ?2"
             " AND (?3 = 0 OR " CQA_BEGUN_NS_OF(
                 "c") " < ?3)"
                      " AND c.path >= ?4 AND c.path < ?5"
                      " AND (r.analyzer <> ?6 OR r.rubric <> ?7 OR r.rubric_version <> ?8)"
                      " ORDER BY c.id LIMIT ?9");

static enum cqa_status read_outdated(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                     void *row, struct cqa_error *error)
{
    struct cqa_outdated *out = row;

    *out = (struct cqa_outdated){.id = cqa_sql_int(rows, 0),
                                 .path = cqa_sql_copy(rows, 1, arena),
                                 .analyzer = cqa_sql_copy(rows, 2, arena),
                                 .rubric = cqa_sql_copy(rows, 3, arena),
                                 .rubric_version = cqa_sql_copy(rows, 4, arena)};
    if (out->path == NULL || out->analyzer == NULL || out->rubric == NULL ||
        out->rubric_version == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a result");
    return CQA_OK;
}

static enum cqa_status start_outdated(struct cqa_store *store, const void *context, int64_t after,
                                      struct cqa_sql_rows **rows, struct cqa_error *error)
{
    const struct cqa_requeue *wish = context;
    struct cqa_under under;
    const enum cqa_status status = cqa_rows_under(wish->under, &under, error);

    if (status != CQA_OK)
        return status;
    return cqa_sql_start(store->sql, rows, error, &list_outdated, after, wish->since_ns,
                         wish->until_ns, under.first, under.last, wish->analyzer, wish->rubric,
                         wish->rubric_version, (int64_t)PAGE_ROWS);
}

struct showing {
    cqa_outdated_visit *visit;
    void *context;
};

static int show_outdated(void *context, const void *row)
{
    const struct showing *showing = context;

    return showing->visit(showing->context, row);
}

enum cqa_status cqa_results_outdated(struct cqa_store *store, const struct cqa_requeue *wish,
                                     cqa_outdated_visit *visit, void *context,
                                     struct cqa_error *error)
{
    static const struct cqa_listing listing = {start_outdated, read_outdated, show_outdated,
                                               sizeof(struct cqa_outdated), PAGE_ROWS};
    struct showing showing = {visit, context};

    return cqa_rows_each(store, &listing, wish, &showing, error);
}
