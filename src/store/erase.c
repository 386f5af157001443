/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/failure.h"
#include "store/legs.h"
#include "store/parts.h"

enum { PAGE_ROWS = 256, HOLDS_MAX = 1024, LENT_MAX = 16 };

/* A recording with what it is about. */
struct concerned {
    int64_t id;
    const char *path;
    const char *source;
    const char *call_id;
    int gone;
    int busy;
    const char *customer; /* NULL: not known, and so the agent */
    const char *agent;
    const char *sha256[4]; /* of all of it, of each leg, of what lies there now; NULL: none */
};

/* The recording `c` is a leg of, where it is lent to a call joined from two (store/legs.h). */
#define MAIN                                                                                       \
    "(SELECT m.id FROM recordings AS m JOIN results AS j ON j.recording_id = m.id"                 \
    "  WHERE c.state = 'excluded' AND c.reason = '" CQA_LEG_LENT "' AND m.source = c.source"       \
    "  AND m.call = c.call AND m.id <> c.id"                                                       \
    "  AND json_type(j.json, '$.recording.legs') = 'array' LIMIT 1)"
#define ABOUT                                                                                      \
    " json_extract(r.json, '$.call.customer'), json_extract(r.json, '$.call.agent'), r.sha256,"    \
    " json_extract(r.json, '$.recording.legs[0].sha256'),"                                         \
    " json_extract(r.json, '$.recording.legs[1].sha256'), c.file_sha256 FROM recordings AS c"
enum { COLUMN_COUNT = 12 };
/* A lent leg goes with its call. */
CQA_SQL_STATEMENT(list_page, "ii", COLUMN_COUNT,
                  "SELECT c.id, c.path, c.source, c.call, c.gone,"
                  " c.state = 'leased' OR EXISTS (SELECT 1 FROM deliveries AS d"
                  "  WHERE d.recording_id = c.id AND d.state = 'in_flight')," ABOUT
                  " LEFT JOIN results AS r ON r.recording_id = c.id"
                  " WHERE c.id > ?1 AND " MAIN " IS NULL ORDER BY c.id LIMIT ?2");
CQA_SQL_STATEMENT(find_one, "i", COLUMN_COUNT,
                  "SELECT c.id, c.path, c.source, c.call, c.gone, 0," ABOUT
                  " LEFT JOIN results AS r ON r.recording_id = coalesce(" MAIN ", c.id)"
                  " WHERE c.id = ?1");
CQA_SQL_STATEMENT(list_lent, "i", COLUMN_COUNT,
                  "SELECT c.id, c.path, c.source, c.call, c.gone, 0," ABOUT
                  " LEFT JOIN results AS r ON r.recording_id = ?1 WHERE c.id <> ?1"
                  " AND (c.source, c.call) = (SELECT source, call FROM recordings WHERE id = ?1)"
                  " AND " MAIN " = ?1 ORDER BY c.id");
CQA_SQL_STATEMENT(list_holds, "", 4, "SELECT kind, value, reason, made_ms FROM holds ORDER BY id");
CQA_SQL_STATEMENT(put_hold, "ttti", 0,
                  "INSERT OR REPLACE INTO holds (kind, value, reason, made_ms)"
                  " VALUES (?1, ?2, ?3, ?4)");
CQA_SQL_STATEMENT(drop_hold, "tt", 0, "DELETE FROM holds WHERE kind = ?1 AND value = ?2");
CQA_SQL_STATEMENT(look_anew, "", 0, "UPDATE recordings SET held = 0 WHERE held");
CQA_SQL_STATEMENT(put_stone, "ti", 0,
                  "INSERT OR IGNORE INTO tombstones (hash, made_ms) VALUES (?1, ?2)");
CQA_SQL_STATEMENT(find_stone, "t", 1, "SELECT 1 FROM tombstones WHERE hash = ?1");

static int is_about(const struct concerned *row, const struct cqa_about *about)
{
    const struct cqa_about_recording recording = {row->path, row->call_id, row->customer,
                                                  row->agent};

    return cqa_about_matches(about, &recording);
}

static enum cqa_status read_row(const struct cqa_sql_rows *rows, struct cqa_arena *arena,
                                struct concerned *out, struct cqa_error *error)
{
    *out = (struct concerned){.id = cqa_sql_int(rows, 0),
                              .path = cqa_sql_copy(rows, 1, arena),
                              .source = cqa_sql_copy(rows, 2, arena),
                              .call_id = cqa_sql_copy(rows, 3, arena),
                              .gone = cqa_sql_int(rows, 4) != 0,
                              .busy = cqa_sql_int(rows, 5) != 0,
                              .customer = cqa_sql_copy(rows, 6, arena),
                              .agent = cqa_sql_copy(rows, 7, arena),
                              .sha256 = {cqa_sql_copy(rows, 8, arena), cqa_sql_copy(rows, 9, arena),
                                         cqa_sql_copy(rows, 10, arena),
                                         cqa_sql_copy(rows, 11, arena)}};
    return out->path && out->source && out->call_id
               ? CQA_OK
               : cqa_fail(error, CQA_E_NOMEM, "no memory for a row");
}

/* ---- holds */

struct holds {
    struct cqa_about items[HOLDS_MAX];
    size_t count;
    struct cqa_arena arena;
};

static enum cqa_status read_holds(struct cqa_sql *sql, struct holds *holds, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &list_holds);

    *holds = (struct holds){.count = 0};
    while (status == CQA_OK && holds->count < HOLDS_MAX && cqa_sql_next(rows, &status, error)) {
        const char *value = cqa_sql_copy(rows, 1, &holds->arena);
        const enum cqa_about_kind kind = cqa_about_kind_of(cqa_sql_text(rows, 0));
        if (value == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "no memory for a hold");
        else if (kind < CQA_ABOUT_KINDS)
            holds->items[holds->count++] = (struct cqa_about){kind, value};
    }
    cqa_sql_end(rows);
    return status;
}

static int is_held(const struct holds *holds, const struct concerned *row)
{
    for (size_t i = 0; i < holds->count; i++)
        if (is_about(row, &holds->items[i]))
            return 1;
    return 0;
}

enum cqa_status cqa_holds_hold(struct cqa_sql *sql, int64_t id, int *held, struct cqa_error *error)
{
    struct holds *holds = calloc(1, sizeof *holds);
    struct cqa_sql_rows *rows = NULL;
    struct concerned row;

    *held = 0;
    if (holds == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for holds");
    enum cqa_status status = read_holds(sql, holds, error);
    if (status == CQA_OK && holds->count > 0) {
        status = cqa_sql_start(sql, &rows, error, &find_one, id);
        if (status == CQA_OK && cqa_sql_next(rows, &status, error))
            status = read_row(rows, &holds->arena, &row, error);
        else
            row = (struct concerned){.path = "", .call_id = ""};
        *held = status == CQA_OK && is_held(holds, &row);
        cqa_sql_end(rows);
    }
    cqa_arena_finish(&holds->arena);
    free(holds);
    return status;
}

struct holding {
    const struct cqa_about *about;
    const char *reason;
    int64_t now_ms;
};

static enum cqa_status hold(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct holding *holding = context;

    return cqa_sql_do(sql, error, &put_hold, cqa_about_words[holding->about->kind],
                      holding->about->value, holding->reason, holding->now_ms);
}

enum cqa_status cqa_store_hold(struct cqa_store *store, const struct cqa_about *about,
                               const char *reason, int64_t now_ms, struct cqa_error *error)
{
    struct holding holding = {about, reason, now_ms};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, hold, &holding, error);
}

static enum cqa_status lift(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    const struct holding *holding = context;
    enum cqa_status status = cqa_sql_do(
        sql, error, &drop_hold, cqa_about_words[holding->about->kind], holding->about->value);

    if (status == CQA_OK && cqa_sql_changes(sql) == 0)
        return cqa_fail(error, CQA_E_NOTFOUND, "there is no such hold");
    return status == CQA_OK ? cqa_sql_do(sql, error, &look_anew) : status;
}

enum cqa_status cqa_store_lift(struct cqa_store *store, const struct cqa_about *about,
                               struct cqa_error *error)
{
    struct holding holding = {about, NULL, 0};

    return cqa_sql_transaction(store->sql, CQA_SQL_WRITE, lift, &holding, error);
}

enum cqa_status cqa_store_holds(struct cqa_store *store, cqa_hold_tell *tell, void *context,
                                struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(store->sql, &rows, error, &list_holds);

    while (status == CQA_OK && cqa_sql_next(rows, &status, error)) {
        const enum cqa_about_kind kind = cqa_about_kind_of(cqa_sql_text(rows, 0));
        const struct cqa_about about = {kind, cqa_sql_text(rows, 1)};
        if (kind < CQA_ABOUT_KINDS)
            tell(context, &about, cqa_sql_text(rows, 2), cqa_sql_int(rows, 3));
    }
    cqa_sql_end(rows);
    return status;
}

/* ---- tombstones */

/* Two of FNV-1a with different beginnings, over kind, source and id: 128 bits that tell nobody a
 * number, unless who asks has the number. */
static void stone_of(const char *kind, const char *source, const char *id, char out[33])
{
    const char *const parts[] = {kind, source, id};
    uint64_t hashes[2] = {0xcbf29ce484222325U, 0x9ae16a3b2f90404fU};

    for (size_t i = 0; i < 3; i++)
        for (const char *at = parts[i];; at++) {
            for (size_t k = 0; k < 2; k++)
                hashes[k] = (hashes[k] ^ (unsigned char)*at) * 0x100000001b3U;
            if (*at == '\0')
                break;
        }
    (void)snprintf(out, 33, "%016llx%016llx", (unsigned long long)hashes[0],
                   (unsigned long long)hashes[1]);
}

enum cqa_status cqa_stones_find(struct cqa_sql *sql, const char *kind, const char *source,
                                const char *id, int64_t *found, struct cqa_error *error)
{
    char hash[33];

    stone_of(kind, source, id, hash);
    return cqa_sql_number(sql, found, error, &find_stone, hash);
}

static enum cqa_status put_stones(struct cqa_sql *sql, const struct concerned *row, int64_t now_ms,
                                  struct cqa_error *error)
{
    char hash[33];

    stone_of("call", row->source, row->call_id, hash);
    enum cqa_status status = cqa_sql_do(sql, error, &put_stone, hash, now_ms);
    for (size_t i = 0; i < sizeof row->sha256 / sizeof *row->sha256; i++) {
        if (status != CQA_OK || row->sha256[i] == NULL)
            continue;
        stone_of("content", "", row->sha256[i], hash);
        status = cqa_sql_do(sql, error, &put_stone, hash, now_ms);
    }
    return status;
}

/* ---- erasing */

struct erasing {
    const struct cqa_about *about;
    int dry;
    int64_t now_ms;
    cqa_erase_tell *tell;
    void *context;
    struct cqa_erasure *out;
    struct holds *holds;
    int64_t after; /* the page begins behind this id */
    int more;
    struct cqa_arena arena; /* of a page */
};

/* One row, which may go. */
static enum cqa_status take(struct cqa_sql *sql, const struct erasing *erasing,
                            const struct concerned *row, struct cqa_error *error)
{
    enum cqa_status status = put_stones(sql, row, erasing->now_ms, error);

    return status == CQA_OK ? cqa_store_empty(sql, row->id, row->gone, CQA_FAILURE_ERASED,
                                              erasing->now_ms, error)
                            : status;
}

/* The files lent to a call share its fate. They are read before it goes: its result tells of whom
 * they are. */
static enum cqa_status read_lent(struct cqa_sql *sql, struct erasing *erasing,
                                 const struct concerned *row, struct concerned *lent, size_t *count,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status = cqa_sql_start(sql, &rows, error, &list_lent, row->id);

    *count = 0;
    while (status == CQA_OK && *count < LENT_MAX && cqa_sql_next(rows, &status, error))
        status = read_row(rows, &erasing->arena, &lent[(*count)++], error);
    cqa_sql_end(rows);
    return status;
}

static enum cqa_status erase_one(struct cqa_sql *sql, struct erasing *erasing,
                                 const struct concerned *row, struct cqa_error *error)
{
    const int held = is_held(erasing->holds, row);
    const int goes = !held && !row->busy;
    struct concerned all[1 + LENT_MAX] = {*row};
    size_t count = 0;
    enum cqa_status status = read_lent(sql, erasing, row, all + 1, &count, error);

    for (size_t i = 0; status == CQA_OK && i <= count; i++) {
        erasing->out->held += held != 0;
        erasing->out->busy += !held && row->busy;
        erasing->out->erased += goes != 0;
        if (goes && !erasing->dry)
            status = take(sql, erasing, &all[i], error);
        if (status == CQA_OK && (held || goes))
            erasing->tell(erasing->context, all[i].path, !all[i].gone, held);
    }
    return status;
}

static enum cqa_status read_page(struct cqa_sql *sql, struct erasing *erasing,
                                 struct concerned *page, size_t *count, struct cqa_error *error)
{
    struct cqa_sql_rows *rows = NULL;
    enum cqa_status status =
        cqa_sql_start(sql, &rows, error, &list_page, erasing->after, (int64_t)PAGE_ROWS);

    *count = 0;
    while (status == CQA_OK && *count < PAGE_ROWS && cqa_sql_next(rows, &status, error))
        status = read_row(rows, &erasing->arena, &page[(*count)++], error);
    cqa_sql_end(rows);
    return status;
}

/* A page in a transaction: nobody waits for the whole store. */
static enum cqa_status erase_page(struct cqa_sql *sql, void *context, struct cqa_error *error)
{
    struct erasing *erasing = context;
    const struct cqa_erasure before = *erasing->out;
    struct concerned *page = calloc(PAGE_ROWS, sizeof *page);
    size_t count = 0;

    if (page == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for a page");
    enum cqa_status status = read_page(sql, erasing, page, &count, error);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        if (is_about(&page[i], erasing->about))
            status = erase_one(sql, erasing, &page[i], error);
    if (status == CQA_OK && count > 0)
        erasing->after = page[count - 1].id;
    else if (status != CQA_OK)
        *erasing->out = before;
    erasing->more = count == PAGE_ROWS;
    free(page);
    cqa_arena_finish(&erasing->arena);
    return status;
}

enum cqa_status cqa_store_erase(struct cqa_store *store, const struct cqa_about *about, int dry,
                                int64_t now_ms, cqa_erase_tell *tell, void *context,
                                struct cqa_erasure *out, struct cqa_error *error)
{
    struct erasing erasing = {.about = about,
                              .dry = dry,
                              .now_ms = now_ms,
                              .tell = tell,
                              .context = context,
                              .out = out,
                              .holds = calloc(1, sizeof(struct holds)),
                              .more = 1};

    *out = (struct cqa_erasure){0};
    if (erasing.holds == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "no memory for holds");
    enum cqa_status status = read_holds(store->sql, erasing.holds, error);
    while (status == CQA_OK && erasing.more)
        status = cqa_sql_transaction(store->sql, CQA_SQL_WRITE, erase_page, &erasing, error);
    cqa_arena_finish(&erasing.holds->arena);
    free(erasing.holds);
    return status;
}
