/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/recordings.h"

#include <stdio.h>
#include <string.h>
#include "store/rows.h"

/* What scans tell, and looking things up. store/leases.c has the analysis. */

/* A row that the path, the call or the name's stem led to. */
struct known {
    int64_t id;
    int64_t size_bytes;
    int64_t mtime_ns;
    int gone;
    const char *path;
    int is_waiting; /* not begun, or its file went before it was */
    int has_result;
};

#define KNOWN                                                                                      \
    "SELECT id, size_bytes, mtime_ns, gone, path, state IN ('ready', 'settling', 'vanished'),"     \
    " EXISTS (SELECT 1 FROM results AS r WHERE r.recording_id = c.id) FROM recordings AS c"
CQA_SQL_STATEMENT(find_path, "p", 7, KNOWN " WHERE path = ?1");
CQA_SQL_STATEMENT(find_call, "tt", 7,
                  KNOWN " WHERE source = ?1 AND call = ?2 ORDER BY id LIMIT 64");
CQA_SQL_STATEMENT(find_stem, "tp", 7,
                  KNOWN " WHERE source = ?1 AND stem = ?2 AND NOT named ORDER BY id LIMIT 64");
CQA_SQL_STATEMENT(find_id, "tt", 7, KNOWN " WHERE source = ?1 AND call_id = ?2");
CQA_SQL_STATEMENT(find_copy, "p", 7,
                  "SELECT recording_id, size_bytes, mtime_ns, gone, path, 0, 1 FROM copies"
                  " WHERE path = ?1");
/* What could not be read is read once more where it lies now: the server lists it by its path. */
#define MOVED_UNREAD "(state = 'failed' AND path <> ?1)"
CQA_SQL_STATEMENT(update_path, "pii", 0,
                  "UPDATE recordings SET stale = stale OR path <> ?1, path = ?1, gone = 0,"
                  " attempts = CASE WHEN " MOVED_UNREAD " THEN 0 ELSE attempts END,"
                  " deaths = CASE WHEN " MOVED_UNREAD " THEN 0 ELSE deaths END,"
                  " abandoned = CASE WHEN " MOVED_UNREAD " THEN 0 ELSE abandoned END,"
                  " not_before_ms = CASE WHEN " MOVED_UNREAD " THEN 0 ELSE not_before_ms END,"
                  " changed_ms = CASE WHEN state = 'vanished' OR " MOVED_UNREAD
                  " THEN ?2 ELSE changed_ms END,"
                  " reason = CASE WHEN state = 'vanished' OR " MOVED_UNREAD
                  " THEN NULL ELSE reason END,"
                  " text = CASE WHEN " MOVED_UNREAD " THEN NULL ELSE text END,"
                  " state = CASE WHEN state = 'vanished' OR " MOVED_UNREAD
                  " THEN 'ready' ELSE state END"
                  " WHERE id = ?3");
/* The call that a file is lent to tells where it lies (store/legs.h). */
CQA_SQL_STATEMENT(mark_main_stale, "i", 0,
                  "UPDATE recordings SET stale = 1 WHERE id <> ?1 AND state = 'scored'"
                  " AND (source, call) = (SELECT source, call FROM recordings WHERE id = ?1"
                  "  AND state = 'excluded' AND reason = 'leg')");
/* On request: whatever becomes of its file. */
#define ERASED "(state = 'excluded' AND reason IS 'erased')"
CQA_SQL_STATEMENT(update_revision, "piiii", 0,
                  "UPDATE recordings SET path = ?1, size_bytes = ?2, mtime_ns = ?3, gone = 0,"
                  " file_sha256 = NULL, attempts = 0, deaths = 0, abandoned = 0, not_before_ms = 0,"
                  " reason = CASE WHEN " ERASED " THEN reason END,"
                  " text = NULL, analyzer = NULL, revised_ms = ?4, changed_ms = ?4,"
                  " asked = 'not', state = CASE WHEN state = 'leased' OR " ERASED
                  " THEN state ELSE 'ready' END WHERE id = ?5");
CQA_SQL_STATEMENT(insert, "ptttipiiii", 0,
                  "INSERT INTO recordings (path, source, call_id, call, named, stem, size_bytes,"
                  " mtime_ns, discovered_ms, revised_ms, changed_ms, begun_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9, ?10)");
CQA_SQL_STATEMENT(insert_copy, "piii", 0,
                  "INSERT INTO copies (path, recording_id, size_bytes, mtime_ns, sha256)"
                  " VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(c.file_sha256, r.sha256)"
                  "  FROM results AS r JOIN recordings AS c ON c.id = r.recording_id"
                  "  WHERE c.id = ?2 AND r.size_bytes = ?3 AND r.mtime_ns = ?4))");
CQA_SQL_STATEMENT(delete_copy, "p", 0, "DELETE FROM copies WHERE path = ?1");
CQA_SQL_STATEMENT(return_copy, "p", 0, "UPDATE copies SET gone = 0 WHERE path = ?1");
CQA_SQL_STATEMENT(mark_stale, "i", 0, "UPDATE recordings SET stale = 1 WHERE id = ?1");
CQA_SQL_STATEMENT(
    mark_gone, "ip", 0,
    "UPDATE recordings SET gone = 1, stale = stale OR EXISTS (SELECT 1 FROM copies AS k"
    "  WHERE k.recording_id = recordings.id AND NOT k.gone) OR (state = 'scored' AND EXISTS "
    "(SELECT 1 FROM recordings"
    "   AS l WHERE l.source = recordings.source AND l.call = recordings.call"
    "   AND l.state = 'excluded' AND l.reason = 'leg' AND NOT l.gone)),"
    " changed_ms = CASE WHEN state IN ('ready', 'settling') THEN ?1 ELSE changed_ms END,"
    " reason = CASE WHEN reason IS NULL AND state = 'ready' THEN '" CQA_VANISHED_UNREAD
    "' WHEN reason IS NULL AND state = 'settling' THEN '" CQA_VANISHED_UNFINISHED
    "' ELSE reason END,"
    " state = CASE WHEN state IN ('ready', 'settling') THEN 'vanished' ELSE state END"
    " WHERE path = ?2 AND NOT gone");
/* Another file of the same party may be lent too. */
CQA_SQL_STATEMENT(lose_leg, "p", 0,
                  "UPDATE recordings SET stale = 1 WHERE state = 'scored' AND (source, call) ="
                  " (SELECT source, call FROM recordings WHERE path = ?1 AND state = 'excluded'"
                  "  AND reason = 'leg' AND NOT gone)");
CQA_SQL_STATEMENT(lose_copy, "p", 0,
                  "UPDATE recordings SET stale = 1 WHERE id = (SELECT recording_id FROM copies"
                  " WHERE path = ?1 AND NOT gone)");
CQA_SQL_STATEMENT(mark_copy_gone, "p", 0, "UPDATE copies SET gone = 1 WHERE path = ?1");

CQA_SQL_STATEMENT(insert_missed, "ptttipiiii", 0,
                  "INSERT INTO recordings (path, source, call_id, call, named, stem, size_bytes,"
                  " mtime_ns, gone, state, reason, discovered_ms, revised_ms, changed_ms, begun_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, 'vanished', '" CQA_VANISHED_UNSETTLED
                  "', ?9, ?9, ?9, ?10)");
CQA_SQL_STATEMENT(insert_erased, "ptttipiiii", 0,
                  "INSERT INTO recordings (path, source, call_id, call, named, stem, size_bytes,"
                  " mtime_ns, state, reason, discovered_ms, revised_ms, changed_ms, begun_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'excluded', 'erased', ?9, ?9, ?9,"
                  "  ?10)");

enum { TAIL_SIZE = 10 }; /* "#", eight digits, and the end */

struct adding {
    struct cqa_sql *sql;
    const struct cqa_file *files;
    size_t count;
    int64_t now_ms;
    int are_missed; /* they are not there any more */
    struct cqa_added out;
    struct cqa_arena arena; /* of one file */
};

static enum cqa_status read_known(struct adding *adding, const struct cqa_sql_rows *rows,
                                  struct known *out, struct cqa_error *error)
{
    *out = (struct known){.id = cqa_sql_int(rows, 0),
                          .size_bytes = cqa_sql_int(rows, 1),
                          .mtime_ns = cqa_sql_int(rows, 2),
                          .gone = cqa_sql_int(rows, 3) != 0,
                          .path = cqa_sql_copy(rows, 4, &adding->arena),
                          .is_waiting = cqa_sql_int(rows, 5) != 0,
                          .has_result = cqa_sql_int(rows, 6) != 0};
    return out->path == NULL ? cqa_fail(error, CQA_E_NOMEM, "no memory for a path") : CQA_OK;
}

/* The row of a statement that was started, if there is one (id 0 otherwise), and its end. */
static enum cqa_status read_first(struct adding *adding, struct cqa_sql_rows *rows,
                                  enum cqa_status status, struct known *out,
                                  struct cqa_error *error)
{
    *out = (struct known){0};
    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        status = read_known(adding, rows, out, error);
    cqa_sql_end(rows);
    return status;
}

static int same_stem(const char *left, const char *right)
{
    char stems[2][NAME_MAX + 1];

    cqa_rows_stem(left, stems[0], sizeof stems[0]);
    cqa_rows_stem(right, stems[1], sizeof stems[1]);
    return strcmp(stems[0], stems[1]) == 0;
}

static int same_content(const struct known *known, const struct cqa_file *file)
{
    return known->size_bytes == file->size_bytes && known->mtime_ns == file->mtime_ns;
}

/* The same content again, perhaps at another path. */
static enum cqa_status write_back(struct adding *adding, int64_t id, const struct cqa_file *file,
                                  struct cqa_error *error)
{
    const enum cqa_status status =
        cqa_sql_do(adding->sql, error, &update_path, file->path, adding->now_ms, id);

    return status == CQA_OK ? cqa_sql_do(adding->sql, error, &mark_main_stale, id) : status;
}

/* New content: everything is open again. One that is being analysed stays claimed; its end finds
 * the change. */
static enum cqa_status write_revision(struct adding *adding, int64_t id,
                                      const struct cqa_file *file, struct cqa_error *error)
{
    return cqa_sql_do(adding->sql, error, &update_revision, file->path, file->size_bytes,
                      file->mtime_ns, adding->now_ms, id);
}

static enum cqa_status write_new(struct adding *adding, const struct cqa_file *file,
                                 const char *call_id, const char *call, struct cqa_error *error)
{
    char stem[NAME_MAX + 1];
    int64_t erased = 0;
    const enum cqa_status status =
        cqa_stones_find(adding->sql, "call", file->source, file->call_id, &erased, error);

    if (status != CQA_OK)
        return status;
    if (erased && adding->are_missed) /* nothing is to be left of it */
        return CQA_OK;
    cqa_rows_stem(file->path, stem, sizeof stem);
    return cqa_sql_do(adding->sql, error,
                      erased               ? &insert_erased
                      : adding->are_missed ? &insert_missed
                                           : &insert,
                      file->path, file->source, call_id, call, (int64_t)!file->path_is_id, stem,
                      file->size_bytes, file->mtime_ns, adding->now_ms,
                      erased ? (int64_t)0 : file->begun_ms); /* nothing is to be left of it */
}

/* "#" and what tells it from the others of its call: by where it lies, or, where another that lay
 * there went elsewhere with that, by the next that nobody has. */
static enum cqa_status free_call_id(struct adding *adding, const struct cqa_file *file,
                                    char *call_id, size_t size, struct cqa_error *error)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    struct known known = {.id = 1};
    enum cqa_status status = CQA_OK;

    for (const char *at = file->path; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    for (unsigned tail = (unsigned)(hash ^ hash >> 32); status == CQA_OK && known.id != 0; tail++) {
        struct cqa_sql_rows *rows = NULL;
        (void)snprintf(call_id, size, "%s#%08x", file->call_id, tail);
        status = cqa_sql_start(adding->sql, &rows, error, &find_id, file->source, call_id);
        status = read_first(adding, rows, status, &known, error);
    }
    return status;
}

/* Another file has the call id already. A path says nothing of the call: what lies where another
 * has lain is another call. */
static enum cqa_status write_second(struct adding *adding, const struct cqa_file *file,
                                    struct cqa_error *error)
{
    const size_t size = strlen(file->call_id) + TAIL_SIZE;
    char *call_id = cqa_arena_alloc(&adding->arena, size);

    if (call_id == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a call id");
    const enum cqa_status status = free_call_id(adding, file, call_id, size, error);
    return status == CQA_OK
               ? write_new(adding, file, call_id, file->path_is_id ? call_id : file->call_id, error)
               : status;
}

/* What is known of the call, or of recordings of that name: the one that this file is for certain,
 * without reading it; id 0: none. */
static enum cqa_status find_same(struct adding *adding, const struct cqa_file *file,
                                 struct known *out, struct cqa_error *error)
{
    char stem[NAME_MAX + 1];
    struct cqa_sql_rows *rows = NULL;
    struct known known = {0};

    *out = (struct known){0};
    cqa_rows_stem(file->path, stem, sizeof stem);
    enum cqa_status status =
        file->path_is_id
            ? cqa_sql_start(adding->sql, &rows, error, &find_stem, file->source, stem)
            : cqa_sql_start(adding->sql, &rows, error, &find_call, file->source, file->call_id);
    while (status == CQA_OK && out->id == 0 && cqa_sql_next(rows, &status, error)) {
        status = read_known(adding, rows, &known, error);
        const int is_name = same_stem(known.path, file->path);
        const int is_it = same_content(&known, file) && (is_name || known.gone);
        /* What was never read, and lies there converted now, is read as it is now. */
        const int is_converted = known.gone && is_name && !known.has_result;
        if (status == CQA_OK && (is_it || is_converted))
            *out = known;
    }
    cqa_sql_end(rows);
    return status;
}

/* The same file a second time. What waits is read where it was found last: its folder may not be
 * watched any more. */
static enum cqa_status write_copy(struct adding *adding, const struct known *known,
                                  const struct cqa_file *file, struct cqa_error *error)
{
    const char *path = known->is_waiting ? known->path : file->path;
    enum cqa_status status = CQA_OK;

    if (known->is_waiting)
        status = write_back(adding, known->id, file, error);
    if (status == CQA_OK)
        status = cqa_sql_do(adding->sql, error, &insert_copy, path, known->id, known->size_bytes,
                            known->mtime_ns);
    return status == CQA_OK ? cqa_sql_do(adding->sql, error, &mark_stale, known->id) : status;
}

static enum cqa_status add_unknown(struct adding *adding, const struct cqa_file *file,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    struct known known;
    enum cqa_status status =
        cqa_sql_start(adding->sql, &rows, error, &find_id, file->source, file->call_id);

    status = read_first(adding, rows, status, &known, error);
    adding->out.added++;
    if (status != CQA_OK)
        return status;
    return known.id == 0 ? write_new(adding, file, file->call_id, file->call_id, error)
                         : write_second(adding, file, error);
}

static enum cqa_status add_new_path(struct adding *adding, const struct cqa_file *file,
                                    struct cqa_error *error)
{
    struct known known;
    const enum cqa_status status = find_same(adding, file, &known, error);

    if (status != CQA_OK)
        return status;
    if (known.id == 0)
        return add_unknown(adding, file, error);
    if (!same_content(&known, file)) {
        adding->out.changed++;
        return write_revision(adding, known.id, file, error);
    }
    adding->out.moved++;
    return known.gone ? write_back(adding, known.id, file, error)
                      : write_copy(adding, &known, file, error);
}

/* A path that is known as a copy's, or not at all. */
static enum cqa_status add_other_path(struct adding *adding, const struct cqa_file *file,
                                      struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    struct known copy;
    enum cqa_status status = cqa_sql_start(adding->sql, &rows, error, &find_copy, file->path);

    status = read_first(adding, rows, status, &copy, error);
    if (status != CQA_OK || copy.id == 0)
        return status == CQA_OK ? add_new_path(adding, file, error) : status;
    if (!same_content(&copy, file)) {
        status = cqa_sql_do(adding->sql, error, &delete_copy, file->path);
        if (status == CQA_OK)
            status = cqa_sql_do(adding->sql, error, &mark_stale, copy.id);
        return status == CQA_OK ? add_new_path(adding, file, error) : status;
    }
    adding->out.unchanged++;
    if (!copy.gone)
        return CQA_OK;
    status = cqa_sql_do(adding->sql, error, &return_copy, file->path);
    return status == CQA_OK ? cqa_sql_do(adding->sql, error, &mark_stale, copy.id) : status;
}

static enum cqa_status add_one(struct adding *adding, const struct cqa_file *file,
                               struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    struct known known;
    enum cqa_status status = cqa_sql_start(adding->sql, &rows, error, &find_path, file->path);

    status = read_first(adding, rows, status, &known, error);
    if (status != CQA_OK)
        return status;
    if (known.id == 0)
        return add_other_path(adding, file, error);
    if (!same_content(&known, file)) {
        adding->out.changed++;
        return write_revision(adding, known.id, file, error);
    }
    adding->out.unchanged++;
    return known.gone ? write_back(adding, known.id, file, error) : CQA_OK;
}

static enum cqa_status add_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct adding *adding = context;
    enum cqa_status status = CQA_OK;

    adding->sql = sql;
    adding->out = (struct cqa_added){0};
    for (size_t i = 0; status == CQA_OK && i < adding->count; i++) {
        status = add_one(adding, &adding->files[i], error);
        cqa_arena_finish(&adding->arena);
    }
    return status;
}

enum cqa_status cqa_recordings_add(struct cqa_store *store, const struct cqa_file *files,
                                   size_t count, int64_t now_ms, struct cqa_added *out,
                                   struct cqa_error *error)
{
    struct adding adding = {.files = files, .count = count, .now_ms = now_ms};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, add_all, &adding, error);

    if (status == CQA_OK)
        *out = adding.out;
    return status;
}

static enum cqa_status miss_one(struct adding *adding, const struct cqa_file *file,
                                struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    struct known known;
    enum cqa_status status = cqa_sql_start(adding->sql, &rows, error, &find_path, file->path);

    status = read_first(adding, rows, status, &known, error);
    if (status != CQA_OK || known.id != 0)
        return status;
    rows = NULL;
    status = cqa_sql_start(adding->sql, &rows, error, &find_copy, file->path);
    status = read_first(adding, rows, status, &known, error);
    return status == CQA_OK && known.id == 0 ? add_unknown(adding, file, error) : status;
}

static enum cqa_status miss_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct adding *adding = context;
    enum cqa_status status = CQA_OK;

    adding->sql = sql;
    adding->out = (struct cqa_added){0};
    for (size_t i = 0; status == CQA_OK && i < adding->count; i++) {
        status = miss_one(adding, &adding->files[i], error);
        cqa_arena_finish(&adding->arena);
    }
    return status;
}

enum cqa_status cqa_recordings_missed(struct cqa_store *store, const struct cqa_file *files,
                                      size_t count, int64_t now_ms, size_t *missed,
                                      struct cqa_error *error)
{
    struct adding adding = {.files = files, .count = count, .now_ms = now_ms, .are_missed = 1};
    const enum cqa_status status =
        cqa_sql_transaction(store->sql, CQA_SQL_WRITE, miss_all, &adding, error);

    *missed = status == CQA_OK ? adding.out.added : 0;
    return status;
}

struct leaving {
    const char *const *paths;
    size_t count;
    int64_t now_ms;
};

static enum cqa_status leave_all(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct leaving *leaving = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < leaving->count; i++) {
        const char *path = leaving->paths[i];
        status = cqa_sql_do(sql, error, &lose_leg, path);
        if (status == CQA_OK)
            status = cqa_sql_do(sql, error, &mark_gone, leaving->now_ms, path);
        if (status == CQA_OK)
            status = cqa_sql_do(sql, error, &lose_copy, path);
        if (status == CQA_OK)
            status = cqa_sql_do(sql, error, &mark_copy_gone, path);
    }
    return status;
}

enum cqa_status cqa_recordings_gone(struct cqa_store *store, const char *const *paths, size_t count,
                                    int64_t now_ms, struct cqa_error *error)
{
    struct leaving leaving = {paths, count, now_ms};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, leave_all, &leaving, error);
}

/* ---- by wish of a person */

/* A request that a killed run left waiting: the last one counts. */
CQA_SQL_STATEMENT(ask_anew, "tiipp", 0,
                  "UPDATE recordings SET asked = ?1 WHERE asked NOT IN ('not', ?1)"
                  " AND state = 'ready' AND " CQA_BEGUN_NS " >= ?2"
                  " AND (?3 = 0 OR " CQA_BEGUN_NS " < ?3)"
                  " AND path >= ?4 AND path < ?5");
#define OTHERS                                                                                     \
    "UPDATE recordings SET state = 'ready', asked = ?1, attempts = 0, deaths = 0,"                 \
    " abandoned = 0, not_before_ms = 0, reason = NULL, text = NULL, changed_ms = ?2"               \
    " WHERE NOT gone AND " CQA_BEGUN_NS " >= ?3 AND (?4 = 0 OR " CQA_BEGUN_NS " < ?4)"             \
    " AND path >= ?5 AND path < ?6 AND (state = 'scored' AND EXISTS (SELECT 1 FROM results AS r"   \
    "  WHERE r.recording_id = recordings.id"                                                       \
    "  AND (r.analyzer <> ?7 OR r.rubric <> ?8 OR r.rubric_version <> ?9))"
CQA_SQL_STATEMENT(requeue_apart, "tiiippttt", 0,
                  OTHERS " AND NOT EXISTS (SELECT 1 FROM previews AS p"
                         "  WHERE p.recording_id = recordings.id AND p.size_bytes ="
                         "  recordings.size_bytes AND p.mtime_ns = recordings.mtime_ns"
                         "  AND p.analyzer = ?7 AND p.rubric = ?8 AND p.rubric_version = ?9))");
CQA_SQL_STATEMENT(requeue_again, "tiiippttt", 0,
                  OTHERS " OR (state = 'failed' AND analyzer IS NOT ?7))");

struct requeueing {
    const struct cqa_requeue *wish;
    struct cqa_under under;
    int64_t now_ms;
    size_t count;
};

static enum cqa_status requeue(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct requeueing *requeueing = context;
    const struct cqa_requeue *wish = requeueing->wish;
    const struct cqa_under *under = &requeueing->under;
    const char *asked = cqa_asked_words[wish->asked];
    enum cqa_status status = cqa_sql_do(sql, error, &ask_anew, asked, wish->since_ns,
                                        wish->until_ns, under->first, under->last);

    if (status == CQA_OK)
        status =
            cqa_sql_do(sql, error, wish->asked == CQA_ASKED_APART ? &requeue_apart : &requeue_again,
                       asked, requeueing->now_ms, wish->since_ns, wish->until_ns, under->first,
                       under->last, wish->analyzer, wish->rubric, wish->rubric_version);
    if (status == CQA_OK)
        requeueing->count = (size_t)cqa_sql_changes(sql);
    return status;
}

enum cqa_status cqa_recordings_requeue(struct cqa_store *store, const struct cqa_requeue *wish,
                                       int64_t now_ms, size_t *count, struct cqa_error *error)
{
    struct requeueing requeueing = {.wish = wish, .now_ms = now_ms};
    enum cqa_status status = cqa_rows_under(wish->under, &requeueing.under, error);

    if (status == CQA_OK)
        status = cqa_sql_transaction(store->sql, CQA_SQL_WRITE, requeue, &requeueing, error);
    if (status == CQA_OK)
        *count = requeueing.count;
    return status;
}

/* ---- looking */

enum { PAGE_ROWS = 256 };

CQA_SQL_STATEMENT(find, "p", CQA_RECORDING_COLUMN_COUNT,
                  "SELECT " CQA_RECORDING_COLUMNS " FROM recordings WHERE path = ?1");
CQA_SQL_STATEMENT(list, "iti", CQA_RECORDING_COLUMN_COUNT,
                  "SELECT " CQA_RECORDING_COLUMNS " FROM recordings"
                  " WHERE id > ?1 AND (?2 IS NULL OR state = ?2) ORDER BY id LIMIT ?3");

enum cqa_status cqa_recordings_find(struct cqa_store *store, const char *path,
                                    struct cqa_arena *arena, struct cqa_recording *out,
                                    struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &find, path);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        status = cqa_rows_recording(rows, arena, out, error);
    else if (status == CQA_OK)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the store does not know this recording");
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status start_list(struct cqa_store *store, const void *wish, int64_t after,
                                  struct cqa_sql_rows **rows, struct cqa_error *error)
{
    const enum cqa_recording_state *state = wish;

    return cqa_sql_start(store->sql, rows, error, &list, after, cqa_recording_state_words[*state],
                         (int64_t)PAGE_ROWS);
}

struct showing {
    cqa_recordings_visit *visit;
    void *context;
};

static int show(void *context, const void *row)
{
    const struct showing *showing = context;

    return showing->visit(showing->context, row);
}

enum cqa_status cqa_recordings_each(struct cqa_store *store, enum cqa_recording_state state,
                                    cqa_recordings_visit *visit, void *context,
                                    struct cqa_error *error)
{
    static const struct cqa_listing listing = {start_list, cqa_rows_recording, show,
                                               sizeof(struct cqa_recording), PAGE_ROWS};
    struct showing showing = {visit, context};

    return cqa_rows_each(store, &listing, &state, &showing, error);
}
