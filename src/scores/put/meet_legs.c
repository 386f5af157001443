/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One party's file beside the call put together from two (docs/decisions/0140-lives-of-legs.md). */
#include <stdio.h>
#include <string.h>
#include "result/same.h"
#include "scores/put/meet.h"

enum { ROWS_MAX = 32 };

struct family {
    struct cqa_arena arena;
    struct cqa_met rows[ROWS_MAX];
    size_t count;
};

CQA_SQL_STATEMENT(rows_of_call, "ttt", 5,
                  "SELECT c.id, c.call_id, c.path, c.sha256, r.body FROM calls c"
                  " JOIN revisions r ON r.call = c.id AND r.revision = c.revision"
                  " WHERE c.copy_of IS NULL AND c.site || '' = ?1 AND c.source || '' = ?2"
                  " AND c.id IN (SELECT k.id FROM calls k WHERE k.site = ?1 AND k.source = ?2"
                  "   AND k.call_id = ?3 UNION SELECT k.id FROM calls k WHERE k.call_of = ?3)"
                  " ORDER BY c.id LIMIT 32");

static enum cqa_status read_family(struct cqa_sql *db, const struct cqa_poster *poster,
                                   const struct cqa_item *item, struct family *family,
                                   struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &rows_of_call, poster->site, item->source, item->call_of);

    while (status == CQA_OK && family->count < ROWS_MAX && cqa_sql_next(row, &status, error)) {
        struct cqa_met *met = &family->rows[family->count++];
        *met = (struct cqa_met){.id = cqa_sql_int(row, 0),
                                .call_id = cqa_sql_copy(row, 1, &family->arena),
                                .path = cqa_sql_copy(row, 2, &family->arena),
                                .sha256 = cqa_sql_copy(row, 3, &family->arena),
                                .body = cqa_sql_copy(row, 4, &family->arena)};
        if (met->call_id == NULL || met->path == NULL || met->sha256 == NULL || met->body == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

/* 0 where it cannot be read, and says nothing then. Finish it. */
static int read_body(const char *body, struct cqa_result *out)
{
    struct cqa_error ignored = {0};

    memset(out, 0, sizeof *out);
    return cqa_result_from_json(body, strlen(body), CQA_RESULT_FOREIGN, out, &ignored) == CQA_OK;
}

/* Most results have nothing to do with legs, and are not read once more to find that out: bodies
 * are written by this server, words as they are. */
static int has_word(const struct cqa_item *item, const char *word)
{
    return strstr(item->body, word) != NULL;
}

int cqa_put_may_be_leg(const struct cqa_item *item)
{
    return has_word(item, "\"leg\"");
}

static int lies_at(const struct cqa_result *joined, const char *path)
{
    for (int i = 0; i < CQA_LEGS; i++)
        if (joined->leg_path[i] != NULL && strcmp(joined->leg_path[i], path) == 0)
            return 1;
    return 0;
}

CQA_SQL_STATEMENT(waiting_of, "ii", 1, "SELECT body FROM previews WHERE call = ?1 AND kept <> ?2");

/* Not where a recorder has posted since that the call is no longer joined: that waits until a
 * person has it count, and so does what its other file has to say. */
static enum cqa_status still_counts(struct cqa_sql *db, const struct cqa_met *joined, int *counts,
                                    struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    struct cqa_result waiting;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &waiting_of, joined->id, (int64_t)CQA_PREVIEW_ASKED);

    if (status == CQA_OK && cqa_sql_next(row, &status, error)) {
        if (read_body(cqa_row_text(row, 0), &waiting))
            *counts = waiting.recording.legs.joined;
        cqa_result_finish(&waiting);
    }
    cqa_sql_end(row);
    return status;
}

enum cqa_status cqa_put_is_leg(struct cqa_sql *db, const struct cqa_poster *poster,
                               const struct cqa_item *item, int *is_leg, struct cqa_error *error)
{
    struct family family = {.count = 0};
    struct cqa_result posted;
    enum cqa_status status = CQA_OK;

    *is_leg = 0;
    if (!cqa_put_may_be_leg(item))
        return CQA_OK;
    if (read_body(item->body, &posted) && posted.recording.layout == CQA_LAYOUT_LEG)
        status = read_family(db, poster, item, &family, error);
    for (size_t i = 0; status == CQA_OK && i < family.count && !*is_leg; i++) {
        struct cqa_result joined;
        if (cqa_put_same_row(family.rows[i].body, item->body)) /* it is no longer joined */
            continue;
        if (read_body(family.rows[i].body, &joined))
            status = cqa_result_is_leg_of(&posted, &joined, is_leg, error);
        cqa_result_finish(&joined);
        if (status == CQA_OK && *is_leg)
            status = still_counts(db, &family.rows[i], is_leg, error);
    }
    cqa_result_finish(&posted);
    cqa_arena_finish(&family.arena);
    return status;
}

/* A copy was written over it: what it held is no more. */
static int lies_at_copy(const struct cqa_met *row, const struct cqa_item *item,
                        const struct cqa_result *posted)
{
    for (size_t i = 0; i < posted->copy_count; i++)
        if (strcmp(posted->copies[i], row->path) == 0)
            return cqa_put_same_store(row->body, item->body);
    return 0;
}

/* What lay where a leg lies now was a leg too, whatever was heard of it: it was cut short then. */
static enum cqa_status take_leg(struct cqa_scores *scores, struct cqa_sql *db,
                                const struct cqa_met *row, const struct cqa_met *of,
                                const struct cqa_item *item, const struct cqa_result *posted,
                                struct cqa_error *error)
{
    struct cqa_result leg = {0};
    enum cqa_status status = CQA_OK;
    int is_taken = lies_at_copy(row, item, posted);

    if (!is_taken && posted->recording.legs.joined && read_body(row->body, &leg) &&
        leg.recording.layout == CQA_LAYOUT_LEG) {
        is_taken = lies_at(posted, row->path);
        if (!is_taken)
            status = cqa_result_is_leg_of(&leg, posted, &is_taken, error);
    }
    cqa_result_finish(&leg);
    return status == CQA_OK && is_taken ? cqa_put_merge(scores, db, row, of, error) : status;
}

CQA_SQL_STATEMENT(waiting_parts, "ttt", 2,
                  "SELECT id, body FROM previews WHERE site = ?1 AND source = ?2"
                  " AND substr(call_id, 1, length(?3)) = ?3 AND kept <> 0 LIMIT 32");
CQA_SQL_STATEMENT(drop_waiting, "i", 0, "DELETE FROM previews WHERE id = ?1");

static int is_waiting_leg(const char *body, const struct cqa_result *joined,
                          enum cqa_status *status, struct cqa_error *error)
{
    struct cqa_result leg;
    int is_leg = 0;

    if (read_body(body, &leg) && leg.recording.layout == CQA_LAYOUT_LEG) {
        is_leg = leg.path != NULL && lies_at(joined, leg.path);
        if (!is_leg)
            *status = cqa_result_is_leg_of(&leg, joined, &is_leg, error);
    }
    cqa_result_finish(&leg);
    return is_leg;
}

/* What a leg had to say while the two were apart waits no longer. */
static enum cqa_status drop_waiting_legs(struct cqa_sql *db, const struct cqa_poster *poster,
                                         const struct cqa_item *item,
                                         const struct cqa_result *joined, struct cqa_error *error)
{
    struct cqa_arena arena = {0};
    struct cqa_sql_rows *row = NULL;
    const size_t length = strlen(item->call_of);
    char *part = cqa_arena_alloc(&arena, length + 2);
    int64_t legs[ROWS_MAX];
    size_t count = 0;
    enum cqa_status status = CQA_OK;

    if (part == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    (void)snprintf(part, length + 2, "%s#", item->call_of);
    status = cqa_sql_start(db, &row, error, &waiting_parts, poster->site, item->source, part);
    while (status == CQA_OK && count < ROWS_MAX && cqa_sql_next(row, &status, error))
        if (is_waiting_leg(cqa_row_text(row, 1), joined, &status, error))
            legs[count++] = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = cqa_sql_do(db, error, &drop_waiting, legs[i]);
    cqa_arena_finish(&arena);
    return status;
}

enum cqa_status cqa_put_take_legs(struct cqa_scores *scores, struct cqa_sql *db,
                                  const struct cqa_poster *poster, const struct cqa_item *item,
                                  struct cqa_error *error)
{
    struct family family = {.count = 0};
    const struct cqa_met *of = NULL;
    struct cqa_result posted;
    enum cqa_status status = CQA_OK;

    if (!has_word(item, "\"legs\"") && !has_word(item, "\"copies\""))
        return CQA_OK;
    if (read_body(item->body, &posted) && (posted.recording.legs.joined || posted.copy_count > 0))
        status = read_family(db, poster, item, &family, error);
    for (size_t i = 0; i < family.count; i++)
        if (strcmp(family.rows[i].call_id, item->call_id) == 0 &&
            strcmp(family.rows[i].sha256, item->sha256) == 0)
            of = &family.rows[i];
    for (size_t i = 0; status == CQA_OK && of != NULL && i < family.count; i++)
        if (&family.rows[i] != of)
            status = take_leg(scores, db, &family.rows[i], of, item, &posted, error);
    if (status == CQA_OK && of != NULL && posted.recording.legs.joined)
        status = drop_waiting_legs(db, poster, item, &posted, error);
    cqa_result_finish(&posted);
    cqa_arena_finish(&family.arena);
    return status;
}
