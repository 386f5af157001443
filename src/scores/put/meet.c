/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "result/same.h"
#include "scores/audit.h"
#include "scores/put/meet.h"

enum { ROWS_MAX = 32 };

int cqa_is_path_id(const char *call_id)
{
    return call_id[0] == '/';
}

/* ---- two results */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* Of the path without the ending of its name. */
static size_t stem_length(const char *path)
{
    const char *name = name_of(path);
    const char *ending = strrchr(name, '.');

    return ending == NULL || ending == name ? strlen(path) : (size_t)(ending - path);
}

void cqa_put_write_stem(const char *path, char *out, size_t size)
{
    const char *name = name_of(path);

    snprintf(out, size, "%.*s", (int)(stem_length(path) - (size_t)(name - path)), name);
}

static int same_stem(const char *left, const char *right)
{
    char stems[2][NAME_MAX + 1];

    cqa_put_write_stem(left, stems[0], sizeof stems[0]);
    cqa_put_write_stem(right, stems[1], sizeof stems[1]);
    return strcmp(stems[0], stems[1]) == 0;
}

static int same_folder(const char *left, const char *right)
{
    const size_t length = (size_t)(name_of(left) - left);

    return (size_t)(name_of(right) - right) == length && memcmp(left, right, length) == 0;
}

/* What was measured, or what lies there in its place. */
static int same_content(const struct cqa_met *left, const struct cqa_met *right)
{
    return strcmp(left->sha256, right->sha256) == 0 ||
           (left->file_sha256 != NULL && strcmp(left->file_sha256, right->sha256) == 0) ||
           (right->file_sha256 != NULL && strcmp(right->file_sha256, left->sha256) == 0);
}

static enum cqa_status compare(const struct cqa_met *left, const struct cqa_met *right, int by_name,
                               struct cqa_result results[2], int *same, int *left_is_better,
                               struct cqa_error *error)
{
    const int equal = same_content(left, right);
    const int is_stem = same_stem(left->path, right->path);
    const int is_place = strcmp(left->path, right->path) == 0; /* may be what lies there now */
    struct cqa_error ignored = {0};

    if (cqa_result_from_json(left->body, strlen(left->body), CQA_RESULT_FOREIGN, &results[0],
                             &ignored) != CQA_OK ||
        cqa_result_from_json(right->body, strlen(right->body), CQA_RESULT_FOREIGN, &results[1],
                             &ignored) != CQA_OK)
        return CQA_OK;
    *left_is_better =
        strcmp(left->sha256, right->sha256) != 0 && cqa_result_better(&results[0], &results[1]) > 0;
    *same = (equal && (by_name || cqa_result_is_heard(&results[0]))) ||
            (is_stem && (!by_name || !is_place) && same_folder(left->path, right->path));
    if (*same || (!by_name && !is_stem))
        return CQA_OK;
    const enum cqa_names_say names = !by_name  ? CQA_NAMES_STEM
                                     : is_stem ? CQA_NAMES_EQUAL
                                               : CQA_NAMES_ID;
    return cqa_result_same(&results[0], &results[1], names, same, error);
}

enum cqa_status cqa_put_is_same(const struct cqa_met *left, const struct cqa_met *right, int *same,
                                int *left_is_better, struct cqa_error *error)
{
    const int by_name = !cqa_is_path_id(left->call_id) && !cqa_is_path_id(right->call_id);
    struct cqa_result results[2];

    memset(results, 0, sizeof results);
    const enum cqa_status status =
        compare(left, right, by_name, results, same, left_is_better, error);

    cqa_result_finish(&results[0]);
    cqa_result_finish(&results[1]);
    return status;
}

/* ---- bodies but for the place */

static json_t *without_place(const char *body)
{
    json_t *root = json_loads(body, 0, NULL);
    json_t *recording = json_object_get(root, "recording");

    (void)json_object_del(root, "generation");
    (void)json_object_del(recording, "path");
    (void)json_object_del(recording, "copies");
    (void)json_object_del(recording, "part");
    (void)json_object_del(recording, "file_sha256");
    for (size_t i = 0; i < CQA_LEGS; i++) {
        json_t *leg = json_array_get(json_object_get(recording, "legs"), i);
        (void)json_object_del(leg, "path");
        (void)json_object_del(leg, "file_sha256");
    }
    (void)json_object_del(json_object_get(root, "call"), "id");
    return root;
}

static int differ_by_place_only(const char *left, const char *right)
{
    json_t *roots[2] = {without_place(left), without_place(right)};
    const int equal = roots[0] != NULL && roots[1] != NULL && json_equal(roots[0], roots[1]);

    json_decref(roots[0]);
    json_decref(roots[1]);
    return equal;
}

static void take(json_t *to, json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);

    if (value != NULL)
        json_object_set(to, name, value);
    else
        (void)json_object_del(to, name);
}

/* `body` with the place that `posted` tells of, whose own content is another where it is a worse
 * source; NULL: no memory. */
static const char *with_place(const char *body, const char *posted, int is_worse,
                              struct cqa_arena *arena)
{
    json_t *root = json_loads(body, 0, NULL);
    json_t *other = json_loads(posted, 0, NULL);
    json_t *recording = json_object_get(root, "recording");

    take(recording, json_object_get(other, "recording"), "path");
    take(recording, json_object_get(other, "recording"), "copies");
    take(recording, json_object_get(other, "recording"), "file_sha256");
    if (!is_worse)
        take(recording, json_object_get(other, "recording"), "legs");
    if (is_worse)
        json_object_set(recording, "file_sha256",
                        json_object_get(json_object_get(other, "recording"), "sha256"));
    char *text = root != NULL ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    const char *out = cqa_arena_string(arena, text);
    free(text);
    json_decref(root);
    json_decref(other);
    return out;
}

/* ---- a known result that lies elsewhere now */

CQA_SQL_STATEMENT(body_of_call, "i", 3,
                  "SELECT r.body, c.path, r.revision FROM calls c JOIN revisions r"
                  " ON r.call = c.id AND r.revision = c.revision WHERE c.id = ?1");
CQA_SQL_STATEMENT(set_path, "tti", 0, "UPDATE calls SET path = ?1, file_sha256 = ?2 WHERE id = ?3");
CQA_SQL_STATEMENT(set_body, "tbii", 0,
                  "UPDATE revisions SET body = ?1, digest = ?2 WHERE call = ?3 AND revision = ?4");

/* The call's current revision says the new place; what it says of the call stays as it was, and so
 * does everything that people decided. */
static enum cqa_status write_place(struct cqa_scores *scores, struct cqa_sql *db,
                                   const struct cqa_poster *poster, int64_t call,
                                   const struct cqa_item *item, int is_worse,
                                   struct cqa_arena *arena, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    unsigned char digest[CQA_ITEM_DIGEST_SIZE];
    const char *body = NULL;
    const char *before = NULL;
    int64_t revision = 0;
    enum cqa_status status = cqa_sql_start(db, &row, error, &body_of_call, call);

    if (status == CQA_OK && (status = cqa_row_step(row, error)) == CQA_OK) {
        body = with_place(cqa_row_text(row, 0), item->body, is_worse, arena);
        before = cqa_arena_string(arena, cqa_row_text(row, 1));
        revision = cqa_sql_int(row, 2);
    }
    cqa_sql_end(row);
    if (status == CQA_OK && (body == NULL || before == NULL))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status != CQA_OK)
        return status;
    if (!cqa_item_digest(body, digest))
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    status = cqa_sql_do(db, error, &set_body, body, digest, sizeof digest, call, revision);
    if (status != CQA_OK || strcmp(before, item->path) == 0)
        return status;
    char object[32];
    char detail[512];
    snprintf(object, sizeof object, "call %lld", (long long)call);
    snprintf(detail, sizeof detail, "from %.240s to %.240s", before, item->path);
    status = cqa_sql_do(db, error, &set_path, item->path,
                        is_worse ? item->sha256 : item->file_sha256, call);
    return status == CQA_OK ? cqa_audit_add(scores, db, poster->recorder, "recording moved", object,
                                            detail, error)
                            : status;
}

/* ---- which call */

struct meeting {
    struct cqa_scores *scores;
    struct cqa_sql *db;
    const struct cqa_poster *poster;
    struct cqa_arena *arena;
    struct cqa_item *item;
    struct cqa_met rows[ROWS_MAX]; /* that it may be */
    size_t count;
    const struct cqa_met *met; /* the one it is */
    struct cqa_error *error;
};

static enum cqa_status read_rows(struct meeting *it, struct cqa_sql_rows *row,
                                 enum cqa_status status)
{
    while (status == CQA_OK && it->count < ROWS_MAX && cqa_sql_next(row, &status, it->error)) {
        struct cqa_met *met = &it->rows[it->count++];
        *met = (struct cqa_met){cqa_sql_int(row, 0),
                                cqa_sql_copy(row, 1, it->arena),
                                cqa_sql_copy(row, 2, it->arena),
                                cqa_sql_copy(row, 3, it->arena),
                                cqa_sql_copy(row, 4, it->arena),
                                cqa_sql_copy(row, 5, it->arena)};
        if (met->call_id == NULL || met->path == NULL || met->sha256 == NULL || met->body == NULL)
            status = cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

/* Which rows these are is looked up first. Site and source belong to nearly all of them: as
 * expressions they keep SQLite's planner from walking through all that a site has. */
#define ROWS                                                                                       \
    "SELECT c.id, c.call_id, c.path, c.sha256, r.body, c.file_sha256 FROM calls c"                 \
    " JOIN revisions r ON r.call = c.id AND r.revision = c.revision"                               \
    " WHERE c.copy_of IS NULL AND c.site || '' = ?1"
CQA_SQL_STATEMENT(rows_of_call, "ttt", 6,
                  ROWS
                  " AND c.source || '' = ?2 AND c.id IN (SELECT k.id FROM calls k WHERE k.site = ?1"
                  "   AND k.source = ?2 AND k.call_id = ?3"
                  "  UNION SELECT k.id FROM calls k WHERE k.call_of = ?3)"
                  " ORDER BY c.call_of IS NOT NULL, c.id LIMIT 32");
CQA_SQL_STATEMENT(rows_of_double, "ttt", 6,
                  ROWS " AND c.id = (SELECT k.copy_of FROM calls k WHERE k.site = ?1"
                       "  AND k.source = ?2 AND k.call_id = ?3)");
CQA_SQL_STATEMENT(rows_of_audio, "tti", 6,
                  ROWS " AND c.id IN (SELECT k.id FROM calls k WHERE k.sha256 = ?2"
                       "  UNION SELECT k.id FROM calls k WHERE k.file_sha256 = ?2) AND (?3 <> 0 OR "
                       "substr(c.call_id, 1, 1) = '/')"
                       " ORDER BY substr(c.call_id, 1, 1) = '/', c.id LIMIT 32");
CQA_SQL_STATEMENT(rows_of_stem, "ttt", 6,
                  ROWS
                  " AND c.id IN (SELECT k.id FROM calls k WHERE k.stem = ?2) AND c.source || '' ="
                  " ?3 ORDER BY c.id LIMIT 32");

/* By its call's id. */
static enum cqa_status find_by_id(struct meeting *it)
{
    const struct cqa_item *item = it->item;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(it->db, &row, it->error, &rows_of_call, it->poster->site,
                                           item->source, item->call_of);

    status = read_rows(it, row, status);
    if (status != CQA_OK || it->count > 0)
        return status;
    row = NULL;
    status = cqa_sql_start(it->db, &row, it->error, &rows_of_double, it->poster->site, item->source,
                           item->call_id);
    return read_rows(it, row, status);
}

/* By what it holds, and where one id is but a path by the stem of its name. */
static enum cqa_status find_by_content(struct meeting *it)
{
    const struct cqa_item *item = it->item;
    const int is_path = cqa_is_path_id(item->call_id);
    char stem[NAME_MAX + 1];
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(it->db, &row, it->error, &rows_of_audio, it->poster->site,
                      item->sha256 != NULL ? item->sha256 : "", (int64_t)is_path);

    status = read_rows(it, row, status);
    if (status != CQA_OK || !is_path)
        return status;
    row = NULL;
    cqa_put_write_stem(item->path, stem, sizeof stem);
    status =
        cqa_sql_start(it->db, &row, it->error, &rows_of_stem, it->poster->site, stem, item->source);
    return read_rows(it, row, status);
}

static struct cqa_met as_met(const struct cqa_item *item)
{
    return (struct cqa_met){0,          item->call_id,    item->path, item->sha256,
                            item->body, item->file_sha256};
}

/* The very same content first, then what sounds the same. */
static enum cqa_status choose(struct meeting *it, int *is_worse)
{
    const struct cqa_met posted = as_met(it->item);
    enum cqa_status status = CQA_OK;

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; status == CQA_OK && it->met == NULL && i < it->count; i++) {
            const int equal = same_content(&it->rows[i], &posted);
            int same = 0;
            if (equal != (round == 0))
                continue;
            status = cqa_put_is_same(&it->rows[i], &posted, &same, is_worse, it->error);
            if (status == CQA_OK && same)
                it->met = &it->rows[i];
        }
    if (it->met == NULL)
        *is_worse = 0;
    return status;
}

static const char *word_of(const json_t *root, const char *object, const char *name)
{
    const char *word = json_string_value(json_object_get(json_object_get(root, object), name));

    return word != NULL ? word : "";
}

/* The same programs and rubric: a worse source of the recording then tells nothing new. */
static int same_makers(const char *left, const char *right)
{
    static const char *const makers[][2] = {{"analyzer", "version"},
                                            {"analyzer", "models"},
                                            {"score", "rubric"},
                                            {"score", "rubric_version"}};
    json_t *roots[2] = {json_loads(left, 0, NULL), json_loads(right, 0, NULL)};
    int same = 1;

    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        same &= strcmp(word_of(roots[0], makers[i][0], makers[i][1]),
                       word_of(roots[1], makers[i][0], makers[i][1])) == 0;
    json_decref(roots[0]);
    json_decref(roots[1]);
    return same;
}

/* "": it does not say. */
static const char *store_of(const json_t *root)
{
    return word_of(root, "generation", "store");
}

static int same_store(json_t *const roots[2])
{
    return store_of(roots[0])[0] != '\0' && strcmp(store_of(roots[0]), store_of(roots[1])) == 0;
}

int cqa_put_same_store(const char *left_body, const char *right_body)
{
    json_t *roots[2] = {json_loads(left_body, 0, NULL), json_loads(right_body, 0, NULL)};
    const int same = same_store(roots);

    json_decref(roots[0]);
    json_decref(roots[1]);
    return same;
}

/* Of one row of one recorder's store what comes later is what lies there now, and no other source
 * that might be worse. */
int cqa_put_same_row(const char *left_body, const char *right_body)
{
    json_t *roots[2] = {json_loads(left_body, 0, NULL), json_loads(right_body, 0, NULL)};
    const json_t *rows[2] = {json_object_get(json_object_get(roots[0], "generation"), "recording"),
                             json_object_get(json_object_get(roots[1], "generation"), "recording")};
    const int same = same_store(roots) && json_is_integer(rows[0]) &&
                     json_integer_value(rows[0]) == json_integer_value(rows[1]);

    json_decref(roots[0]);
    json_decref(roots[1]);
    return same;
}

/* Unless another call has the name. */
CQA_SQL_STATEMENT(name_call, "ttti", 0,
                  "UPDATE calls SET call_id = ?1, source = ?2, call_of = ?3 WHERE id = ?4"
                  " AND NOT EXISTS(SELECT 1 FROM calls o WHERE o.site = calls.site"
                  "  AND o.source = ?2 AND o.call_id = ?1)");

/* What had but a path for an id is known by its own now, which of a further recording is its call's
 * as well. */
static enum cqa_status adopt(const struct meeting *it)
{
    const struct cqa_item *item = it->item;
    char object[32];
    char detail[512];
    const enum cqa_status status =
        cqa_sql_do(it->db, it->error, &name_call, item->call_id, item->source,
                   item->part != NULL ? item->call_of : NULL, it->met->id);

    if (status != CQA_OK || cqa_sql_changes(it->db) == 0)
        return status;
    snprintf(object, sizeof object, "call %lld", (long long)it->met->id);
    snprintf(detail, sizeof detail, "from %.240s to %.200s", it->met->call_id, item->call_id);
    return cqa_audit_add(it->scores, it->db, it->poster->recorder, "call named", object, detail,
                         it->error);
}

/* What `met` is known by: the item's from here on. */
static enum cqa_status take_id(const struct meeting *it)
{
    struct cqa_item *item = it->item;
    const int is_path = cqa_is_path_id(item->call_id);

    item->call_id = it->met->call_id;
    if (!is_path || strcmp(item->call_of, it->met->call_id) == 0)
        return CQA_OK;
    json_t *root = json_loads(item->body, 0, NULL);
    json_object_set_new(json_object_get(root, "call"), "id", json_string(it->met->call_id));
    char *body = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(root);
    item->body = cqa_arena_string(it->arena, body);
    free(body);
    return item->body != NULL && cqa_item_digest(item->body, item->digest)
               ? CQA_OK
               : cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
}

/* What comes late says nothing of where the recording lies now. */
static enum cqa_status is_late(const struct meeting *it, int *late)
{
    static const struct cqa_known unknown;
    struct cqa_item item = *it->item;

    item.call_id = it->met->call_id;
    return cqa_put_is_late(it->db, it->poster, &item, &unknown, late, it->error);
}

static enum cqa_status meet(struct meeting *it, int writes, int *moved)
{
    int is_worse = 0;
    int late = 0;
    enum cqa_status status = find_by_id(it);

    if (status == CQA_OK && it->count == 0)
        status = find_by_content(it);
    if (status == CQA_OK && it->count > 0)
        status = choose(it, &is_worse);
    if (status == CQA_OK && it->met != NULL)
        status = is_late(it, &late);
    if (status != CQA_OK || it->met == NULL)
        return status;
    const int was_path = cqa_is_path_id(it->item->call_id);
    const int is_path = cqa_is_path_id(it->met->call_id);
    if (writes && is_path && !was_path)
        return adopt(it);
    *moved = writes && !late &&
             (differ_by_place_only(it->met->body, it->item->body) ||
              (is_worse && same_makers(it->met->body, it->item->body) &&
               !cqa_put_same_row(it->met->body, it->item->body)) ||
              (was_path && !is_path));
    return *moved ? write_place(it->scores, it->db, it->poster, it->met->id, it->item, is_worse,
                                it->arena, it->error)
                  : take_id(it);
}

/* A leg that was taken into its call says something of its own, now that it is none of it. */
CQA_SQL_STATEMENT(call_of_key, "bbi", 2,
                  "SELECT c.call_id, c.source FROM revisions r JOIN calls k ON k.id = r.call"
                  " JOIN calls c ON c.id = coalesce(k.copy_of, k.id)"
                  " WHERE r.key_hash = ?1 AND r.digest = ?2"
                  " AND (?3 = 0 OR k.copy_of IS NULL)");

/* What came before under its key is of the call that it was of then, whatever that is called now.
 */
static enum cqa_status meet_by_key(const struct meeting *it, int *is_known)
{
    unsigned char key_hash[CQA_KEY_HASH_SIZE];
    struct cqa_sql_rows *row = NULL;

    cqa_put_hash_key(it->poster, it->item->key, 0, key_hash);
    enum cqa_status status = cqa_sql_start(
        it->db, &row, it->error, &call_of_key, key_hash, (size_t)CQA_KEY_HASH_SIZE,
        it->item->digest, (size_t)CQA_ITEM_DIGEST_SIZE, (int64_t)cqa_put_may_be_leg(it->item));
    *is_known = status == CQA_OK && cqa_sql_next(row, &status, it->error);
    if (*is_known) {
        it->item->call_id = cqa_sql_copy(row, 0, it->arena);
        it->item->source = cqa_sql_copy(row, 1, it->arena);
        if (it->item->call_id == NULL || it->item->source == NULL)
            status = cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_put_meet(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_poster *poster, int writes, struct cqa_arena *arena,
                             struct cqa_item *item, int *moved, struct cqa_error *error)
{
    struct meeting it = {
        .scores = scores, .db = db, .poster = poster, .arena = arena, .item = item, .error = error};
    int is_known = 0;
    const enum cqa_status status = meet_by_key(&it, &is_known);

    *moved = 0;
    if (status != CQA_OK || is_known || item->sha256 == NULL)
        return status;
    return meet(&it, writes, moved);
}
