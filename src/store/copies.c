/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/copies.h"

#include <stdio.h>
#include <string.h>
#include "store/parts.h"
#include "store/rows.h"

enum { KIN_MAX = 64, COPIES_MAX = 256, PAGE_ROWS = 256 };

/* ---- stamps: FNV-1a over what a plan is made from */

static uint64_t stamped(uint64_t stamp, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++)
        stamp = (stamp ^ at[i]) * 0x100000001b3;
    return stamp;
}

static uint64_t stamped_number(uint64_t stamp, int64_t number)
{
    return stamped(stamp, &number, sizeof number);
}

static uint64_t stamped_text(uint64_t stamp, const char *text)
{
    return text == NULL ? stamped_number(stamp, -1) : stamped(stamp, text, strlen(text) + 1);
}

static const uint64_t NO_STAMP = 0xcbf29ce484222325;

/* ---- who belongs together */

CQA_SQL_STATEMENT(find_self, "i", CQA_RECORDING_COLUMN_COUNT,
                  "SELECT " CQA_RECORDING_COLUMNS " FROM recordings WHERE id = ?1");
CQA_SQL_STATEMENT(
    list_kin, "itttip", 10,
    "SELECT c.id, c.path, c.call_id, c.call, c.named, c.gone, r.sha256 = ?2 OR c.file_sha256 IS ?2 "
    "OR EXISTS"
    "  (SELECT 1 FROM copies AS k WHERE k.recording_id = c.id AND k.sha256 = ?2) AS equal,"
    " r.json, r.made_ms, c.state FROM recordings AS c JOIN results AS r ON r.recording_id = c.id"
    " WHERE c.id <> ?1 AND c.id IN ("
    "  SELECT id FROM recordings WHERE source = ?3 AND call = ?4"
    "  UNION SELECT x.id FROM results AS s JOIN recordings AS x ON x.id = s.recording_id"
    "   WHERE s.sha256 = ?2 AND NOT (x.named AND ?5)"
    "  UNION SELECT id FROM recordings WHERE file_sha256 = ?2 AND NOT (named AND ?5)"
    "  UNION SELECT x.id FROM copies AS k JOIN recordings AS x ON x.id = k.recording_id"
    "   WHERE k.sha256 = ?2 AND NOT (x.named AND ?5)"
    "  UNION SELECT id FROM recordings WHERE source = ?3 AND stem = ?6 AND NOT (named AND ?5))"
    " ORDER BY equal DESC, r.made_ms, c.id LIMIT 64");
CQA_SQL_STATEMENT(find_stem, "i", 1, "SELECT stem FROM recordings WHERE id = ?1");
/* What was forgotten has been sent, and keeps its id. */
CQA_SQL_STATEMENT(find_vacant, "tti", 1,
                  "SELECT id FROM recordings AS c WHERE source = ?1 AND call_id = ?2 AND id <> ?3"
                  " AND state <> 'excluded'"
                  " AND NOT EXISTS (SELECT 1 FROM results AS r WHERE r.recording_id = c.id)");
CQA_SQL_STATEMENT(find_first, "tti", 1,
                  "SELECT 1 FROM recordings AS c WHERE c.source = ?1 AND c.call_id = ?2"
                  " AND c.id <> ?3 AND (c.state = 'excluded' OR EXISTS"
                  "  (SELECT 1 FROM results AS r WHERE r.recording_id = c.id))");
CQA_SQL_STATEMENT(find_own, "i", 1, "SELECT json FROM results WHERE recording_id = ?1");
CQA_SQL_STATEMENT(find_sha256, "i", 1, "SELECT sha256 FROM results WHERE recording_id = ?1");

static enum cqa_status read_kin(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                struct cqa_kindred *out, struct cqa_error *error)
{
    struct cqa_kin *kin = &out->kin[out->count++];

    *kin = (struct cqa_kin){
        .id = cqa_sql_int(rows, 0),
        .path = cqa_sql_copy(rows, 1, arena),
        .call_id = cqa_sql_copy(rows, 2, arena),
        .call = cqa_sql_copy(rows, 3, arena),
        .named = cqa_sql_int(rows, 4) != 0,
        .is_gone = cqa_sql_int(rows, 5) != 0,
        .has_sound = cqa_sql_int(rows, 6) != 0,
        .json = cqa_sql_copy(rows, 7, arena),
        .json_length = cqa_sql_size(rows, 7),
    };
    if (kin->path == NULL || kin->call_id == NULL || kin->call == NULL || kin->json == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
    out->stamp = stamped_number(out->stamp, kin->id);
    out->stamp = stamped_text(out->stamp, kin->path);
    out->stamp = stamped_text(out->stamp, kin->call_id);
    out->stamp = stamped_number(out->stamp, cqa_sql_int(rows, 8));
    return CQA_OK;
}

static enum cqa_status read_self(struct cqa_sql *sql, int64_t id, struct cqa_arena *arena,
                                 struct cqa_kindred *out, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &find_self, id);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error))
        status = cqa_rows_recording(rows, arena, &out->self, error);
    else if (status == CQA_OK)
        status = cqa_fail(error, CQA_E_NOTFOUND, "the store does not know this recording");
    cqa_sql_end(rows);
    return status;
}

/* A column that may be NULL, of the one row there is. */
static enum cqa_status read_text(struct cqa_sql *sql, const struct cqa_sql_statement *statement,
                                 int64_t id, struct cqa_arena *arena, const char **out,
                                 size_t *length, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, statement, id);

    *out = NULL;
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        *out = cqa_sql_copy(rows, 0, arena);
        if (length != NULL)
            *length = cqa_sql_size(rows, 0);
    }
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status read_rest(struct cqa_sql *sql, struct cqa_kindred *out,
                                 struct cqa_error *error)
{
    const struct cqa_recording *self = &out->self;
    int64_t first = 0;
    enum cqa_status status =
        cqa_sql_number(sql, &out->vacant, error, &find_vacant, self->source, self->call, self->id);

    if (status == CQA_OK)
        status =
            cqa_sql_number(sql, &first, error, &find_first, self->source, self->call, self->id);
    out->is_taken = first != 0;
    out->stamp = stamped_text(out->stamp, self->call_id);
    out->stamp = stamped_number(out->stamp, out->vacant);
    return status;
}

static enum cqa_status find_kindred(struct cqa_sql *sql, int64_t id, const char *sha256,
                                    struct cqa_arena *arena, struct cqa_kindred *out,
                                    struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    const char *stem = NULL;

    *out = (struct cqa_kindred){.stamp = NO_STAMP,
                                .kin = cqa_arena_alloc(arena, KIN_MAX * sizeof *out->kin)};
    if (out->kin == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
    enum cqa_status status = read_self(sql, id, arena, out, error);
    if (status == CQA_OK)
        status = read_text(sql, &find_stem, id, arena, &stem, NULL, error);
    if (status == CQA_OK)
        status = read_text(sql, &find_own, id, arena, &out->json, &out->json_length, error);
    if (status == CQA_OK && sha256 == NULL)
        status = read_text(sql, &find_sha256, id, arena, &sha256, NULL, error);
    if (status != CQA_OK)
        return status;
    out->sha256 = cqa_arena_string(arena, sha256 != NULL ? sha256 : "");
    if (out->sha256 == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
    status = cqa_sql_start(sql, &rows, error, &list_kin, id, out->sha256, out->self.source,
                           out->self.call, (int64_t)out->self.is_named, stem);
    while (status == CQA_OK && out->count < KIN_MAX && cqa_sql_next(rows, &status, error))
        status = read_kin(rows, arena, out, error);
    cqa_sql_end(rows);
    return status == CQA_OK ? read_rest(sql, out, error) : status;
}

struct finding {
    int64_t id;
    const char *sha256;
    struct cqa_arena *arena;
    struct cqa_kindred *out;
};

static enum cqa_status find_body(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct finding *finding = context;

    return find_kindred(sql, finding->id, finding->sha256, finding->arena, finding->out, error);
}

enum cqa_status cqa_kindred_find(struct cqa_store *store, int64_t id, const char *sha256,
                                 struct cqa_arena *arena, struct cqa_kindred *out,
                                 struct cqa_error *error)
{
    struct finding finding = {id, sha256, arena, out};

    return cqa_sql_transaction(store->sql, CQA_SQL_READ, find_body, &finding, error);
}

/* ---- writing what was decided */

CQA_SQL_STATEMENT(set_call_id, "ti", 0, "UPDATE recordings SET call_id = ?1 WHERE id = ?2");
CQA_SQL_STATEMENT(park_call_id, "i", 0,
                  "UPDATE recordings SET call_id = '#moving#' || id WHERE id = ?1");
CQA_SQL_STATEMENT(take_identity, "tii", 0,
                  "UPDATE recordings SET (call_id, call, named, source) ="
                  " (SELECT ?1, call, 1, source FROM recordings AS f WHERE f.id = ?2)"
                  " WHERE id = ?3");
CQA_SQL_STATEMENT(keep_as_copy, "tii", 0,
                  "INSERT OR REPLACE INTO copies (path, recording_id, size_bytes, mtime_ns, sha256,"
                  " gone) SELECT path, ?2, size_bytes, mtime_ns, ?1, gone FROM recordings"
                  " WHERE id = ?3");
CQA_SQL_STATEMENT(keep_old_as_copy, "i", 0,
                  "INSERT OR REPLACE INTO copies (path, recording_id, size_bytes, mtime_ns, sha256,"
                  " gone) SELECT c.path, c.id, c.size_bytes, c.mtime_ns,"
                  "  coalesce(c.file_sha256, r.sha256), c.gone"
                  " FROM recordings AS c LEFT JOIN results AS r ON r.recording_id = c.id"
                  " WHERE c.id = ?1");
CQA_SQL_STATEMENT(hand_copies_on, "ii", 0,
                  "UPDATE copies SET recording_id = ?1 WHERE recording_id = ?2");
CQA_SQL_STATEMENT(delete_row, "i", 0, "DELETE FROM recordings WHERE id = ?1");
CQA_SQL_STATEMENT(mark_due, "i", 0, "UPDATE fact_links SET due = 1 WHERE recording_id = ?1");
CQA_SQL_STATEMENT(mark_stale, "i", 0, "UPDATE recordings SET stale = 1 WHERE id = ?1");
CQA_SQL_STATEMENT(drop_copy, "p", 0, "DELETE FROM copies WHERE path = ?1");
CQA_SQL_STATEMENT(lie_at, "piiiti", 0,
                  "UPDATE recordings SET path = ?1, size_bytes = ?2, mtime_ns = ?3, gone = ?4,"
                  " file_sha256 = ?5, stale = 1,"
                  " state = CASE WHEN state = 'vanished' AND NOT ?4 THEN 'ready' ELSE state END"
                  " WHERE id = ?6");
CQA_SQL_STATEMENT(take_result, "ii", 0,
                  "UPDATE OR REPLACE results SET recording_id = ?1 WHERE recording_id = ?2");
CQA_SQL_STATEMENT(rewrite_result, "bi", 0, "UPDATE results SET json = ?1 WHERE recording_id = ?2");
/* Numbers of copies come again when they are gone; a row that was made of one may be there yet. */
#define ROW_ID "printf('%s#%08x', c.call, k.rowid)"
#define FREE_ID                                                                                    \
    "CASE WHEN EXISTS (SELECT 1 FROM recordings AS o WHERE o.source = c.source"                    \
    "  AND o.call_id = " ROW_ID ")"                                                                \
    " THEN printf('%s#%08x%08x', c.call, k.rowid, (SELECT max(id) FROM recordings))"               \
    " ELSE " ROW_ID " END"
#define COPIES_TO_ROWS                                                                             \
    "INSERT INTO recordings (path, source, call_id, call, named, stem, size_bytes,"                \
    " mtime_ns, discovered_ms, revised_ms, changed_ms)"                                            \
    " SELECT k.path, c.source, " FREE_ID ","                                                       \
    "  CASE WHEN c.named THEN c.call ELSE " FREE_ID " END,"                                        \
    "  c.named, c.stem, k.size_bytes, k.mtime_ns, c.changed_ms, c.changed_ms,"                     \
    "  c.changed_ms FROM copies AS k JOIN recordings AS c ON c.id = k.recording_id"                \
    " WHERE k.recording_id = ?1 AND NOT k.gone"
CQA_SQL_STATEMENT(copies_to_rows, "i", 0, COPIES_TO_ROWS);
/* What is as large and as old as the file that cannot be read is a copy of that. */
#define IS_OTHER "(k.size_bytes <> c.size_bytes OR k.mtime_ns <> c.mtime_ns)"
CQA_SQL_STATEMENT(others_to_rows, "i", 0, COPIES_TO_ROWS " AND " IS_OTHER);
CQA_SQL_STATEMENT(drop_others, "i", 0,
                  "DELETE FROM copies WHERE rowid IN (SELECT k.rowid FROM copies AS k"
                  " JOIN recordings AS c ON c.id = k.recording_id WHERE c.id = ?1 AND " IS_OTHER
                  ")");
CQA_SQL_STATEMENT(drop_copies, "i", 0, "DELETE FROM copies WHERE recording_id = ?1");

/* The first of its call has the call's id; who had it without a result gets the other's. */
static enum cqa_status take_first(struct cqa_sql *sql, const struct cqa_kindred *kindred,
                                  int64_t vacant, struct cqa_error *error)
{
    const struct cqa_recording *self = &kindred->self;
    enum cqa_status status = CQA_OK;

    if (vacant != 0)
        status = cqa_sql_do(sql, error, &park_call_id, vacant);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &set_call_id, self->call, self->id);
    if (status == CQA_OK && vacant != 0)
        status = cqa_sql_do(sql, error, &set_call_id, self->call_id, vacant);
    return status;
}

/* A call that had but a path for an id is known by its own now. */
static enum cqa_status hand_id_over(struct cqa_sql *sql, const struct cqa_recording *from,
                                    int64_t to, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &park_call_id, from->id);

    return status == CQA_OK ? cqa_sql_do(sql, error, &take_identity, from->call_id, from->id, to)
                            : status;
}

/* The row of `id` ends; what it was, `of` is. */
static enum cqa_status merge_row(struct cqa_sql *sql, const struct cqa_kindred *kindred,
                                 const struct cqa_settlement *settlement, const char *sha256,
                                 struct cqa_error *error)
{
    const struct cqa_recording *self = &kindred->self;
    const int64_t of = settlement->of;
    enum cqa_status status = cqa_sql_do(sql, error, &hand_copies_on, of, self->id);

    if (status == CQA_OK && settlement->is == CQA_KIN_COPY)
        status = cqa_sql_do(sql, error, &keep_as_copy, sha256, of, self->id);
    if (status == CQA_OK && settlement->is == CQA_KIN_BETTER)
        status = cqa_sql_do(sql, error, &keep_old_as_copy, of);
    if (status == CQA_OK && settlement->takes_id)
        status = hand_id_over(sql, self, of, error);
    if (status == CQA_OK && settlement->is == CQA_KIN_BETTER && kindred->json != NULL)
        status = cqa_sql_do(sql, error, &take_result, of, self->id);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &delete_row, self->id);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &mark_stale, of);
    if (status == CQA_OK) /* one more name may tell another agent */
        status = cqa_sql_do(sql, error, &mark_due, of);
    if (status == CQA_OK && settlement->is == CQA_KIN_BETTER)
        status = cqa_sql_do(sql, error, &drop_copy, self->path);
    return status == CQA_OK && settlement->is == CQA_KIN_BETTER
               ? cqa_sql_do(sql, error, &lie_at, self->path, self->size_bytes, self->mtime_ns,
                            (int64_t)self->is_gone, (const char *)NULL, of)
               : status;
}

static enum cqa_status recharge(struct cqa_sql *sql, const struct cqa_settlement *settlement,
                                int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < settlement->recharged_count; i++) {
        const struct cqa_recharged *it = &settlement->recharged[i];
        status = cqa_sql_do(sql, error, &rewrite_result, (const void *)it->json, it->json_length,
                            it->id);
        if (status == CQA_OK && it->key != NULL)
            status =
                cqa_deliveries_put(sql, it->id, it->key, it->json, it->json_length, now_ms, error);
    }
    return status;
}

/* What was a copy of the content before is none of the content of now. */
static enum cqa_status shed_copies(struct cqa_sql *sql, int64_t id, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &copies_to_rows, id);

    return status == CQA_OK ? cqa_sql_do(sql, error, &drop_copies, id) : status;
}

enum cqa_status cqa_copies_release(struct cqa_sql *sql, int64_t id, struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(sql, error, &others_to_rows, id);

    return status == CQA_OK ? cqa_sql_do(sql, error, &drop_others, id) : status;
}

enum cqa_status cqa_kindred_settle(struct cqa_sql *sql, int64_t id, const char *sha256,
                                   const struct cqa_settlement *settlement, int64_t now_ms,
                                   struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_kindred kindred;
    enum cqa_status status = find_kindred(sql, id, sha256, &arena, &kindred, error);

    if (status == CQA_OK && kindred.stamp != settlement->stamp)
        status = cqa_fail(error, CQA_E_BUSY, "another recording of the call has changed");
    if (status == CQA_OK && settlement->is == CQA_KIN_LEG)
        status = cqa_legs_give(sql, id, sha256, settlement->of, now_ms, error);
    else if (status == CQA_OK && settlement->is != CQA_KIN_OWN)
        status = merge_row(sql, &kindred, settlement, sha256, error);
    if (status == CQA_OK && settlement->is == CQA_KIN_OWN && settlement->sheds)
        status = shed_copies(sql, id, error);
    if (status == CQA_OK && settlement->is == CQA_KIN_OWN && settlement->parts)
        status = cqa_legs_release(sql, id, now_ms, error);
    if (status == CQA_OK && settlement->is == CQA_KIN_OWN && settlement->refutes != 0)
        status = cqa_legs_again(sql, settlement->refutes, now_ms, error);
    if (status == CQA_OK && settlement->is == CQA_KIN_OWN && settlement->is_first)
        status = take_first(sql, &kindred, kindred.vacant, error);
    if (status == CQA_OK)
        status = recharge(sql, settlement, now_ms, error);
    cqa_arena_finish(&arena);
    return status;
}

/* ---- what was stored before */

CQA_SQL_STATEMENT(list_unjudged, "i", 1,
                  "SELECT id FROM recordings WHERE unjudged ORDER BY id LIMIT ?1");
CQA_SQL_STATEMENT(end_unjudged, "i", 0, "UPDATE recordings SET unjudged = 0 WHERE id = ?1");
enum cqa_status cqa_unjudged(struct cqa_store *store, int64_t *ids, size_t limit, size_t *count,
                             struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status =
        cqa_sql_start(store->sql, &rows, error, &list_unjudged, (int64_t)limit);

    *count = 0;
    while (status == CQA_OK && *count < limit && cqa_sql_next(rows, &status, error))
        ids[(*count)++] = cqa_sql_int(rows, 0);
    cqa_sql_end(rows);
    return status;
}

struct judging {
    int64_t id;
    const char *sha256;
    const struct cqa_settlement *settlement; /* NULL: nothing but the mark */
    int64_t now_ms;
};

static enum cqa_status judge_body(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct judging *judging = context;
    const struct cqa_settlement *settlement = judging->settlement;
    const enum cqa_status status = cqa_sql_do(sql, error, &end_unjudged, judging->id);

    return status == CQA_OK && settlement != NULL
               ? cqa_kindred_settle(sql, judging->id, judging->sha256, settlement, judging->now_ms,
                                    error)
               : status;
}

enum cqa_status cqa_unjudged_settle(struct cqa_store *store, int64_t id, const char *sha256,
                                    const struct cqa_settlement *settlement, int64_t now_ms,
                                    struct cqa_error *error)
{
    struct judging judging = {id, sha256, settlement, now_ms};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, judge_body, &judging, error);
}

/* ---- where a recording lies */

CQA_SQL_STATEMENT(next_stale, "", 10,
                  "SELECT c.id, c.path, c.call_id, c.call, c.gone, r.json, r.sha256, r.made_ms,"
                  " c.file_sha256, c.source"
                  " FROM recordings AS c INDEXED BY recordings_stale"
                  " JOIN results AS r ON r.recording_id = c.id WHERE c.stale AND c.state IN "
                  "('scored', 'vanished') ORDER BY c.id LIMIT 1");
CQA_SQL_STATEMENT(list_copies, "it", 2,
                  "SELECT path, nullif(sha256, ?2) FROM copies WHERE recording_id = ?1 AND NOT gone"
                  " ORDER BY sha256 IS ?2 DESC, path LIMIT 256");
CQA_SQL_STATEMENT(last_key, "i", 1,
                  "SELECT key FROM deliveries WHERE recording_id = ?1 AND key IS NOT NULL"
                  " ORDER BY id DESC LIMIT 1");

static enum cqa_status read_copies(struct cqa_sql *sql, const char *sha256, struct cqa_arena *arena,
                                   struct cqa_whereabouts *out, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;

    out->copies = cqa_arena_alloc(arena, COPIES_MAX * sizeof *out->copies);
    out->copy_sha256 = cqa_arena_alloc(arena, COPIES_MAX * sizeof *out->copy_sha256);
    if (out->copies == NULL || out->copy_sha256 == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for copies");
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &list_copies, out->id, sha256);
    while (status == CQA_OK && out->copy_count < COPIES_MAX && cqa_sql_next(rows, &status, error)) {
        const char *path = cqa_sql_copy(rows, 0, arena);
        if (path == NULL) {
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for copies");
            break;
        }
        out->copy_sha256[out->copy_count] = cqa_sql_copy(rows, 1, arena);
        out->copies[out->copy_count++] = path;
        out->stamp = stamped_text(out->stamp, path);
    }
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status read_place(struct cqa_sql *sql, struct cqa_arena *arena,
                                  struct cqa_whereabouts *out, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    const char *sha256 = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &next_stale);

    *out = (struct cqa_whereabouts){.stamp = NO_STAMP};
    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        *out = (struct cqa_whereabouts){.id = cqa_sql_int(rows, 0),
                                        .path = cqa_sql_copy(rows, 1, arena),
                                        .call_id = cqa_sql_copy(rows, 2, arena),
                                        .call = cqa_sql_copy(rows, 3, arena),
                                        .is_gone = cqa_sql_int(rows, 4) != 0,
                                        .json = cqa_sql_copy(rows, 5, arena),
                                        .json_length = cqa_sql_size(rows, 5),
                                        .file_sha256 = cqa_sql_copy(rows, 8, arena),
                                        .source = cqa_sql_copy(rows, 9, arena),
                                        .stamp = stamped_number(NO_STAMP, cqa_sql_int(rows, 7))};
        sha256 = cqa_sql_copy(rows, 6, arena);
        if (out->path == NULL || out->call_id == NULL || out->call == NULL || out->json == NULL ||
            out->source == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a recording");
    } else if (status == CQA_OK) {
        status = cqa_fail(error, CQA_E_NOTFOUND, "every result tells where its recording lies");
    }
    cqa_sql_end(rows);
    if (status != CQA_OK)
        return status;
    out->stamp = stamped_number(out->stamp, out->id);
    out->stamp = stamped_number(out->stamp, out->is_gone);
    out->stamp = stamped_text(out->stamp, out->path);
    out->stamp = stamped_text(out->stamp, out->call_id);
    status = read_text(sql, &last_key, out->id, arena, &out->key, NULL, error);
    return status == CQA_OK ? read_copies(sql, sha256, arena, out, error) : status;
}

struct placing {
    const struct cqa_whereabouts *place;
    const char *path;
    const char *json;
    size_t json_length;
    int met;
    int64_t now_ms;
    struct cqa_arena *arena;
    struct cqa_whereabouts *out;
};

static enum cqa_status next_body(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct placing *placing = context;

    return read_place(sql, placing->arena, placing->out, error);
}

enum cqa_status cqa_places_next(struct cqa_store *store, struct cqa_arena *arena,
                                struct cqa_whereabouts *out, struct cqa_error *error)
{
    struct placing placing = {.arena = arena, .out = out};

    return cqa_sql_transaction(store->sql, CQA_SQL_READ, next_body, &placing, error);
}

CQA_SQL_STATEMENT(find_copy, "pi", 3,
                  "SELECT k.size_bytes, k.mtime_ns, nullif(k.sha256, r.sha256) FROM copies AS k"
                  " JOIN results AS r ON r.recording_id = ?2 WHERE k.path = ?1");
CQA_SQL_STATEMENT(result_of_copy, "iii", 0,
                  "UPDATE results SET size_bytes = ?1, mtime_ns = ?2 WHERE recording_id = ?3");
CQA_SQL_STATEMENT(is_there_no_more, "p", 0, "UPDATE copies SET gone = 1 WHERE path = ?1");
CQA_SQL_STATEMENT(end_stale, "i", 0, "UPDATE recordings SET stale = 0 WHERE id = ?1");

/* The copy at `path` is the file from now on, and the file a copy. The result stays, whatever it
 * was made of. */
static enum cqa_status change_places(struct cqa_sql *sql, const struct placing *placing,
                                     struct cqa_error *error)
{
    const int64_t id = placing->place->id;
    struct cqa_sql_rows *rows = NULL;
    struct cqa_arena arena = {0};
    const char *sha256 = NULL; /* NULL: the result's, or never read */
    int64_t size_bytes = 0;
    int64_t mtime_ns = 0;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &find_copy, placing->path, id);

    if (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        size_bytes = cqa_sql_int(rows, 0);
        mtime_ns = cqa_sql_int(rows, 1);
        sha256 = cqa_sql_copy(rows, 2, &arena);
    }
    cqa_sql_end(rows);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &keep_old_as_copy, id);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &drop_copy, placing->path);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &is_there_no_more, placing->place->path);
    if (status == CQA_OK)
        status = cqa_sql_do(sql, error, &lie_at, placing->path, size_bytes, mtime_ns, (int64_t)0,
                            sha256, id);
    cqa_arena_finish(&arena);
    return status == CQA_OK ? cqa_sql_do(sql, error, &result_of_copy, size_bytes, mtime_ns, id)
                            : status;
}

static enum cqa_status put_body(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct placing *placing = context;
    const struct cqa_whereabouts *place = placing->place;
    struct cqa_arena arena = {0};
    struct cqa_whereabouts now;
    enum cqa_status status = read_place(sql, &arena, &now, error);

    cqa_arena_finish(&arena);
    if (status == CQA_E_NOTFOUND || (status == CQA_OK && now.stamp != place->stamp))
        return cqa_fail(error, CQA_E_BUSY, "the recording has changed its place again");
    const int moves = strcmp(placing->path, place->path) != 0;
    if (status == CQA_OK && moves)
        status = change_places(sql, placing, error);
    if (status == CQA_OK && placing->json != NULL)
        status = cqa_sql_do(sql, error, &rewrite_result, (const void *)placing->json,
                            placing->json_length, place->id);
    if (status == CQA_OK && placing->json != NULL && place->key != NULL)
        status = cqa_deliveries_renew(sql, place->id, place->key, placing->json,
                                      placing->json_length, placing->now_ms, error);
    if (status != CQA_OK || moves)
        return status;
    status = cqa_sql_do(sql, error, &end_stale, place->id);
    return status == CQA_OK && placing->met ? cqa_legs_again(sql, place->id, placing->now_ms, error)
                                            : status;
}

enum cqa_status cqa_places_put(struct cqa_store *store, const struct cqa_whereabouts *place,
                               const char *path, const char *json, size_t json_length, int met,
                               int64_t now_ms, struct cqa_error *error)
{
    struct placing placing = {.place = place,
                              .path = path,
                              .json = json,
                              .json_length = json_length,
                              .met = met,
                              .now_ms = now_ms};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, put_body, &placing, error);
}

/* ---- all of them */

CQA_SQL_STATEMENT(list_all, "ii", 4,
                  "SELECT rowid, path, size_bytes, mtime_ns FROM copies"
                  " WHERE rowid > ?1 AND NOT gone ORDER BY rowid LIMIT ?2");

struct row {
    int64_t id;
    const char *path;
    int64_t size_bytes, mtime_ns;
};

static enum cqa_status start_list(struct cqa_store *store, const void *wish, int64_t after,
                                  struct cqa_sql_rows **rows, struct cqa_error *error)
{
    (void)wish;
    return cqa_sql_start(store->sql, rows, error, &list_all, after, (int64_t)PAGE_ROWS);
}

static enum cqa_status read_row(const struct cqa_sql_rows *rows, struct cqa_arena *arena, void *row,
                                struct cqa_error *error)
{
    struct row *out = row;

    *out = (struct row){cqa_sql_int(rows, 0), cqa_sql_copy(rows, 1, arena), cqa_sql_int(rows, 2),
                        cqa_sql_int(rows, 3)};
    return out->path == NULL ? cqa_fail(error, CQA_E_NOMEM, "no memory for a path") : CQA_OK;
}

struct showing {
    cqa_copies_visit *visit;
    void *context;
};

static int show(void *context, const void *row)
{
    const struct showing *showing = context;
    const struct row *copy = row;

    return showing->visit(showing->context, copy->path, copy->size_bytes, copy->mtime_ns);
}

enum cqa_status cqa_copies_each(struct cqa_store *store, cqa_copies_visit *visit, void *context,
                                struct cqa_error *error)
{
    static const struct cqa_listing listing = {start_list, read_row, show, sizeof(struct row),
                                               PAGE_ROWS};
    struct showing showing = {visit, context};

    return cqa_rows_each(store, &listing, NULL, &showing, error);
}

CQA_SQL_STATEMENT(is_copy, "pii", 1,
                  "SELECT 1 FROM copies WHERE path = ?1 AND size_bytes = ?2 AND mtime_ns = ?3");

enum cqa_status cqa_copies_know(struct cqa_store *store, const char *path, int64_t size_bytes,
                                int64_t mtime_ns, int *known, struct cqa_error *error)
{
    int64_t found = 0;
    const enum cqa_status status =
        cqa_sql_number(store->sql, &found, error, &is_copy, path, size_bytes, mtime_ns);

    *known = found != 0;
    return status;
}

CQA_SQL_STATEMENT(list_names, "p", 1,
                  "SELECT k.path FROM recordings AS c JOIN copies AS k ON k.recording_id = c.id"
                  " WHERE c.path = ?1 ORDER BY k.path LIMIT 32");

enum cqa_status cqa_copies_of(struct cqa_store *store, const char *path, struct cqa_arena *arena,
                              const char *out[CQA_COPY_NAMES_MAX], size_t *count,
                              struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &list_names, path);

    *count = 0;
    while (status == CQA_OK && *count < CQA_COPY_NAMES_MAX && cqa_sql_next(rows, &status, error)) {
        out[*count] = cqa_sql_copy(rows, 0, arena);
        if (out[(*count)++] == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for copies");
    }
    cqa_sql_end(rows);
    return status;
}
