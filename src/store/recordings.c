/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/recordings.h"

#include <stdio.h>
#include <string.h>
#include "store/rows.h"
#include "store/sql.h"

/* What scans tell, and looking things up. store/leases.c has the analysis. */

/* A row that the path or the call id led to. */
struct known {
    int64_t id;
    int64_t size_bytes;
    int64_t mtime_ns;
    int gone;
    const char *path;
};

struct adding {
    struct cqa_store *store;
    sqlite3_stmt *by_path;
    sqlite3_stmt *by_call;
    int64_t now_ms;
    struct cqa_arena arena; /* of one file */
};

static int read_known(struct adding *adding, sqlite3_stmt *statement, struct known *out,
                      enum cqa_status *status, struct cqa_error *error)
{
    const int found = cqa_sql_row(adding->store, statement, status, error);

    if (found) {
        out->id = sqlite3_column_int64(statement, 0);
        out->size_bytes = sqlite3_column_int64(statement, 1);
        out->mtime_ns = sqlite3_column_int64(statement, 2);
        out->gone = sqlite3_column_int(statement, 3);
        out->path = cqa_sql_text(statement, 4, &adding->arena);
        if (out->path == NULL)
            *status = cqa_fail(error, CQA_E_NOMEM, "no memory for a path");
    }
    (void)sqlite3_reset(statement);
    return found;
}

/* The name without folders and ending: what a call keeps when its file is moved or converted. */
static size_t stem_of(const char *path, const char **stem)
{
    const char *slash = strrchr(path, '/');

    *stem = slash == NULL ? path : slash + 1;
    const char *ending = strrchr(*stem, '.');
    return ending == NULL || ending == *stem ? strlen(*stem) : (size_t)(ending - *stem);
}

static int same_stem(const char *left, const char *right)
{
    const char *stems[2];
    const size_t length = stem_of(left, &stems[0]);

    return stem_of(right, &stems[1]) == length && memcmp(stems[0], stems[1], length) == 0;
}

static int same_content(const struct known *known, const struct cqa_file *file)
{
    return known->size_bytes == file->size_bytes && known->mtime_ns == file->mtime_ns;
}

/* The same content again, perhaps at another path. */
static enum cqa_status write_back(struct adding *adding, int64_t id, const struct cqa_file *file,
                                  struct cqa_error *error)
{
    return cqa_sql_do(adding->store, error,
                      "UPDATE recordings SET path = ?1, gone = 0,"
                      " changed_ms = CASE state WHEN 'vanished' THEN ?2 ELSE changed_ms END,"
                      " state = CASE state WHEN 'vanished' THEN 'ready' ELSE state END"
                      " WHERE id = ?3",
                      "pii", file->path, adding->now_ms, id);
}

/* New content: everything is open again. One that is being analysed stays claimed; its end finds
 * the change. */
static enum cqa_status write_revision(struct adding *adding, int64_t id,
                                      const struct cqa_file *file, struct cqa_error *error)
{
    return cqa_sql_do(
        adding->store, error,
        "UPDATE recordings SET path = ?1, size_bytes = ?2, mtime_ns = ?3, gone = 0,"
        " attempts = 0, deaths = 0, abandoned = 0, not_before_ms = 0, reason = NULL,"
        " text = NULL, analyzer = NULL, revised_ms = ?4, changed_ms = ?4,"
        " asked = 'not', state = CASE state WHEN 'leased' THEN 'leased' ELSE 'ready' END"
        " WHERE id = ?5",
        "piiii", file->path, file->size_bytes, file->mtime_ns, adding->now_ms, id);
}

static enum cqa_status write_new(struct adding *adding, const struct cqa_file *file,
                                 const char *call_id, struct cqa_error *error)
{
    return cqa_sql_do(
        adding->store, error,
        "INSERT INTO recordings (path, source, call_id, size_bytes, mtime_ns,"
        " discovered_ms, revised_ms, changed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)",
        "pttiii", file->path, file->source, call_id, file->size_bytes, file->mtime_ns,
        adding->now_ms);
}

/* Another file has the call id already. */
static enum cqa_status write_second(struct adding *adding, const struct cqa_file *file,
                                    struct cqa_error *error)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    char suffix[16];

    for (const char *at = file->path; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    (void)snprintf(suffix, sizeof suffix, "#%08x", (unsigned)(hash ^ hash >> 32));
    const size_t size = strlen(file->call_id) + sizeof suffix;
    char *call_id = cqa_arena_alloc(&adding->arena, size);
    if (call_id == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a call id");
    (void)snprintf(call_id, size, "%s%s", file->call_id, suffix);
    return write_new(adding, file, call_id, error);
}

static enum cqa_status add_new_path(struct adding *adding, const struct cqa_file *file,
                                    struct cqa_added *out, struct cqa_error *error)
{
    struct known known;
    enum cqa_status status =
        cqa_sql_rebind(adding->store, adding->by_call, error, "tt", file->source, file->call_id);

    if (status != CQA_OK)
        return status;
    const int found = read_known(adding, adding->by_call, &known, &status, error);
    if (status != CQA_OK)
        return status;
    if (!found) {
        out->added++;
        return write_new(adding, file, file->call_id, error);
    }
    if (known.gone && same_content(&known, file)) {
        out->moved++;
        return write_back(adding, known.id, file, error);
    }
    if (known.gone && same_stem(known.path, file->path)) {
        out->changed++;
        return write_revision(adding, known.id, file, error);
    }
    out->added++;
    return write_second(adding, file, error);
}

static enum cqa_status add_one(struct adding *adding, const struct cqa_file *file,
                               struct cqa_added *out, struct cqa_error *error)
{
    struct known known;
    enum cqa_status status = cqa_sql_rebind(adding->store, adding->by_path, error, "p", file->path);

    if (status != CQA_OK)
        return status;
    const int found = read_known(adding, adding->by_path, &known, &status, error);
    if (status != CQA_OK)
        return status;
    if (!found)
        return add_new_path(adding, file, out, error);
    if (!same_content(&known, file)) {
        out->changed++;
        return write_revision(adding, known.id, file, error);
    }
    out->unchanged++;
    return known.gone ? write_back(adding, known.id, file, error) : CQA_OK;
}

static enum cqa_status prepare_adding(struct adding *adding, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_query(
        adding->store, &adding->by_path, error,
        "SELECT id, size_bytes, mtime_ns, gone, path FROM recordings WHERE path = ?", "p", "");

    if (status == CQA_OK)
        status = cqa_sql_query(adding->store, &adding->by_call, error,
                               "SELECT id, size_bytes, mtime_ns, gone, path FROM recordings"
                               " WHERE source = ? AND call_id = ?",
                               "tt", "", "");
    return status;
}

enum cqa_status cqa_recordings_add(struct cqa_store *store, const struct cqa_file *files,
                                   size_t count, int64_t now_ms, struct cqa_added *out,
                                   struct cqa_error *error)
{
    struct adding adding = {.store = store, .now_ms = now_ms};
    struct cqa_added added = {0};
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = prepare_adding(&adding, error);
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = add_one(&adding, &files[i], &added, error);
        cqa_arena_finish(&adding.arena);
    }
    sqlite3_finalize(adding.by_path);
    sqlite3_finalize(adding.by_call);
    status = cqa_sql_end(store, status, error);
    if (status == CQA_OK)
        *out = added;
    return status;
}

enum cqa_status cqa_recordings_gone(struct cqa_store *store, const char *const *paths, size_t count,
                                    int64_t now_ms, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status = cqa_sql_begin(store, error);

    if (status != CQA_OK)
        return status;
    status = cqa_sql_query(
        store, &statement, error,
        "UPDATE recordings SET gone = 1,"
        " changed_ms = CASE WHEN state IN ('ready', 'settling') THEN ?1 ELSE changed_ms END,"
        " state = CASE WHEN state IN ('ready', 'settling') THEN 'vanished' ELSE state END"
        " WHERE path = ?2 AND NOT gone",
        "ip", now_ms, "");
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        status = cqa_sql_rebind(store, statement, error, "ip", now_ms, paths[i]);
        if (status == CQA_OK)
            status = cqa_sql_finish(store, statement, error);
    }
    sqlite3_finalize(statement);
    return cqa_sql_end(store, status, error);
}

enum cqa_status cqa_recordings_exclude(struct cqa_store *store, int64_t id, const char *reason,
                                       const char *text, int64_t now_ms, struct cqa_error *error)
{
    return cqa_sql_do(store, error,
                      "UPDATE recordings SET state = 'excluded', owner = NULL, reason = ?,"
                      " text = ?, changed_ms = ? WHERE id = ?",
                      "ttii", reason, text, now_ms, id);
}

/* A request that a killed run left waiting: the last one counts. */
static enum cqa_status ask_anew(struct cqa_store *store, const struct cqa_requeue *wish,
                                const char *first, const char *last, struct cqa_error *error)
{
    return cqa_sql_do(store, error,
                      "UPDATE recordings SET asked = ?1 WHERE asked NOT IN ('not', ?1)"
                      " AND state = 'ready' AND mtime_ns >= ?2 AND (?3 = 0 OR mtime_ns < ?3)"
                      " AND path >= ?4 AND path < ?5",
                      "tiipp", cqa_asked_words[wish->asked], wish->since_ns, wish->until_ns, first,
                      last);
}

static enum cqa_status requeue(struct cqa_store *store, const struct cqa_requeue *wish,
                               const char *first, const char *last, int64_t now_ms,
                               struct cqa_error *error)
{
#define OTHERS                                                                                     \
    "UPDATE recordings SET state = 'ready', asked = ?1, attempts = 0, deaths = 0,"                 \
    " abandoned = 0, not_before_ms = 0, reason = NULL, text = NULL, changed_ms = ?2"               \
    " WHERE NOT gone AND mtime_ns >= ?3 AND (?4 = 0 OR mtime_ns < ?4)"                             \
    " AND path >= ?5 AND path < ?6 AND (state = 'scored' AND EXISTS (SELECT 1 FROM results AS r"   \
    "  WHERE r.recording_id = recordings.id"                                                       \
    "  AND (r.analyzer <> ?7 OR r.rubric <> ?8 OR r.rubric_version <> ?9))"
    return cqa_sql_do(
        store, error,
        wish->asked == CQA_ASKED_APART ? OTHERS
            " AND NOT EXISTS (SELECT 1 FROM previews AS p"
            "  WHERE p.recording_id = recordings.id AND p.size_bytes ="
            "  recordings.size_bytes AND p.mtime_ns = recordings.mtime_ns"
            "  AND p.analyzer = ?7 AND p.rubric = ?8 AND p.rubric_version = ?9))"
                                       : OTHERS " OR (state = 'failed' AND analyzer IS NOT ?7))",
        "tiiippttt", cqa_asked_words[wish->asked], now_ms, wish->since_ns, wish->until_ns, first,
        last, wish->analyzer, wish->rubric, wish->rubric_version);
#undef OTHERS
}

enum cqa_status cqa_recordings_requeue(struct cqa_store *store, const struct cqa_requeue *wish,
                                       int64_t now_ms, size_t *count, struct cqa_error *error)
{
    char first[CQA_UNDER_SIZE];
    char last[CQA_UNDER_SIZE];
    enum cqa_status status = cqa_rows_under(wish->under, first, last, error);

    if (status == CQA_OK)
        status = cqa_sql_begin(store, error);
    if (status != CQA_OK)
        return status;
    status = ask_anew(store, wish, first, last, error);
    if (status == CQA_OK)
        status = requeue(store, wish, first, last, now_ms, error);
    if (status == CQA_OK)
        *count = (size_t)sqlite3_changes64(store->db);
    return cqa_sql_end(store, status, error);
}

enum cqa_status cqa_recordings_find(struct cqa_store *store, const char *path,
                                    struct cqa_arena *arena, struct cqa_recording *out,
                                    struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT " CQA_RECORDING_COLUMNS " FROM recordings WHERE path = ?", "p", path);

    if (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        status = cqa_rows_recording(statement, arena, out, error);
    else if (status == CQA_OK)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the store does not know this recording");
    sqlite3_finalize(statement);
    return status;
}

/* ---- listing */

enum { PAGE_ROWS = 256 };

static enum cqa_status read_page(struct cqa_store *store, enum cqa_recording_state state,
                                 int64_t after, struct cqa_arena *arena, struct cqa_recording *page,
                                 size_t *count, struct cqa_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cqa_status status =
        cqa_sql_query(store, &statement, error,
                      "SELECT " CQA_RECORDING_COLUMNS " FROM recordings"
                      " WHERE id > ?1 AND (?2 IS NULL OR state = ?2) ORDER BY id LIMIT ?3",
                      "iti", after, cqa_recording_state_words[state], (int64_t)PAGE_ROWS);

    *count = 0;
    while (status == CQA_OK && cqa_sql_row(store, statement, &status, error))
        status = cqa_rows_recording(statement, arena, &page[(*count)++], error);
    sqlite3_finalize(statement);
    return status;
}

enum cqa_status cqa_recordings_each(struct cqa_store *store, enum cqa_recording_state state,
                                    cqa_recordings_visit *visit, void *context,
                                    struct cqa_error *error)
{
    struct cqa_recording page[PAGE_ROWS];
    size_t count = PAGE_ROWS;
    int64_t after = 0;
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && count == PAGE_ROWS) {
        struct cqa_arena arena = {0};
        status = read_page(store, state, after, &arena, page, &count, error);
        for (size_t i = 0; status == CQA_OK && i < count; i++) {
            after = page[i].id;
            if (!visit(context, &page[i]))
                count = 0;
        }
        cqa_arena_finish(&arena);
    }
    return status;
}
