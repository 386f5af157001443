/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "server/audit.h"
#include "server/put.h"

const char *const cqa_preview_words[CQA_PREVIEW_KEPT_COUNT + 1] = {"asked", "closed", "decided",
                                                                   NULL};

enum { REFRESH_BATCH = 50 };

/* ---- writing */

enum cqa_status cqa_put_drop_preview(struct cqa_db *db, int64_t call, struct cqa_error *error)
{
    const enum cqa_status status = cqa_db_run(
        db, error, "DELETE FROM score_changes WHERE call = ? AND revision = 0", "i", call);

    return status == CQA_OK
               ? cqa_db_run(db, error, "DELETE FROM previews WHERE call = ?", "i", call)
               : status;
}

enum cqa_status cqa_put_preview(struct cqa_db *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_preview_new *preview,
                                int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = cqa_put_drop_preview(db, preview->call, error);

    if (status == CQA_OK)
        status = cqa_db_run(
            db, error,
            "INSERT INTO previews(call, kept, recorder, site, key, received_ms, after_c,"
            " needs_person, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "iitttioit", preview->call, (int64_t)preview->kept, poster->recorder, poster->site,
            item->key, now_ms, preview->after_c, (int64_t)preview->needs_person, item->body);
    if (status == CQA_OK)
        status = cqa_put_changes(db, preview->call, 0, preview->changes, preview->change_count,
                                 now_ms, error);
    return status;
}

/* ---- one waiting result, read back */

struct waiting {
    struct cqa_arena arena;
    const char *recorder, *site;
    enum cqa_preview_kept kept;
    int64_t received_ms;
    struct cqa_item item;
};

static void finish_waiting(struct waiting *waiting)
{
    cqa_item_finish(&waiting->item);
    cqa_arena_finish(&waiting->arena);
}

/* CQA_E_NOTFOUND: none that the scope allows. Finish it whatever comes back. */
static enum cqa_status read_waiting(struct cqa_db *db, const struct cqa_scope *scope, int64_t call,
                                    struct waiting *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    sqlite3_stmt *row = NULL;

    *out = (struct waiting){0};
    cqa_query_add(&query, "SELECT p.recorder, p.site, p.kept, p.received_ms, p.key, p.body"
                          " FROM previews p JOIN calls c ON c.id = p.call");
    cqa_query_number(&query, " WHERE p.call = ?", call);
    cqa_query_scope(&query, "c", scope);
    enum cqa_status status = cqa_query_start(&query, db, &row, error);
    if (status == CQA_OK)
        status = cqa_db_step(db, row, error);
    if (status == CQA_OK) {
        const char *body = cqa_db_text(row, 5);
        out->recorder = cqa_arena_string(&out->arena, cqa_db_text(row, 0));
        out->site = cqa_arena_string(&out->arena, cqa_db_text(row, 1));
        out->kept = (enum cqa_preview_kept)sqlite3_column_int(row, 2);
        out->received_ms = sqlite3_column_int64(row, 3);
        status = cqa_item_read(&out->item, body, strlen(body), cqa_db_text(row, 4), error);
        if (status == CQA_OK && (out->recorder == NULL || out->site == NULL))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    sqlite3_finalize(row);
    cqa_query_finish(&query);
    return status;
}

/* ---- what decisions have moved since */

static enum cqa_status refresh_one(struct cqa_scores *scores, struct cqa_db *db, int64_t call,
                                   struct cqa_error *error)
{
    static const struct cqa_scope everything = {0};
    struct waiting waiting;
    enum cqa_put outcome;
    enum cqa_status status = read_waiting(db, &everything, call, &waiting, error);

    if (status == CQA_OK) {
        const struct cqa_poster poster = {.recorder = waiting.recorder, .site = waiting.site};
        const struct cqa_put_order order = {
            .mode = CQA_PUT_APART, .kept = waiting.kept, .actor = waiting.recorder};
        status = cqa_put_item(scores, db, &poster, &waiting.item, &order, waiting.received_ms,
                              &outcome, error);
        if (status == CQA_OK && outcome != CQA_PUT_PREVIEWED) /* it would change nothing any more */
            status = cqa_put_drop_preview(db, call, error);
    }
    finish_waiting(&waiting);
    return status;
}

static enum cqa_status read_stale(struct cqa_db *db, int64_t *calls, size_t *count,
                                  struct cqa_error *error)
{
    sqlite3_stmt *row;
    enum cqa_status status =
        cqa_db_start(db, &row, error, "SELECT call FROM previews WHERE stale = 1 LIMIT ?", "i",
                     (int64_t)REFRESH_BATCH);

    *count = 0;
    if (status != CQA_OK)
        return status;
    while ((status = cqa_db_step(db, row, error)) == CQA_OK)
        calls[(*count)++] = sqlite3_column_int64(row, 0);
    cqa_db_end(row);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

/* A batch a transaction, so that recorders get their turn. */
static enum cqa_status refresh(struct cqa_scores *scores, struct cqa_error *error)
{
    int64_t calls[REFRESH_BATCH];
    size_t count = REFRESH_BATCH;
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && count == REFRESH_BATCH) {
        struct cqa_db *db;
        status = cqa_scores_take(scores, &db, error); /* mostly there is nothing to write */
        if (status != CQA_OK)
            return status;
        status = read_stale(db, calls, &count, error);
        cqa_scores_give(scores, db);
        if (status != CQA_OK || count == 0)
            return status;
        status = cqa_scores_begin(scores, &db, error);
        if (status != CQA_OK)
            return status;
        for (size_t i = 0; status == CQA_OK && i < count; i++) {
            status = refresh_one(scores, db, calls[i], error);
            status = status == CQA_E_NOTFOUND ? CQA_OK : status;
        }
        status = cqa_scores_end(scores, status, error);
    }
    return status;
}

/* ---- the list */

static const char *text_or_null(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? NULL : cqa_db_text(row, column);
}

static int visit_row(sqlite3_stmt *row,
                     int (*visit)(void *context, const struct cqa_preview_row *row), void *context)
{
    const int64_t before_c = sqlite3_column_int64(row, 7);
    const int64_t after_c = sqlite3_column_int64(row, 8);
    const struct cqa_preview_row preview = {
        .call = sqlite3_column_int64(row, 0),
        .call_id = cqa_db_text(row, 1),
        .source = cqa_db_text(row, 2),
        .person = text_or_null(row, 3),
        .team = text_or_null(row, 4),
        .agent = text_or_null(row, 5),
        .day = sqlite3_column_int64(row, 6),
        .before_c = sqlite3_column_type(row, 7) == SQLITE_NULL ? NULL : &before_c,
        .after_c = sqlite3_column_type(row, 8) == SQLITE_NULL ? NULL : &after_c,
        .needs_person = sqlite3_column_int(row, 9),
        .kept = (enum cqa_preview_kept)sqlite3_column_int(row, 10),
        .received_ms = sqlite3_column_int64(row, 11),
        .closed = sqlite3_column_int(row, 12),
        .changes = sqlite3_column_int64(row, 13),
    };

    return visit(context, &preview);
}

static void write_query(struct cqa_query *query, const struct cqa_scope *scope,
                        const struct cqa_preview_filter *filter)
{
    cqa_query_add(
        query, "SELECT c.id, c.call_id, c.source, c.person, c.team, c.agent, coalesce(c.day, 0),"
               " c.score_c, p.after_c, p.needs_person, p.kept, p.received_ms,"
               " EXISTS (SELECT 1 FROM periods d WHERE d.from_day <= c.day AND c.day < d.to_day),"
               " (SELECT count(*) FROM score_changes s WHERE s.call = c.id AND s.revision = 0)"
               " FROM previews p JOIN calls c ON c.id = p.call WHERE 1");
    if (filter->day_from != 0)
        cqa_query_number(query, " AND c.day >= ?", filter->day_from);
    if (filter->day_to != 0)
        cqa_query_number(query, " AND c.day <= ?", filter->day_to);
    if (filter->team != NULL)
        cqa_query_text(query, " AND c.team = ?", filter->team);
    if (filter->person != NULL)
        cqa_query_text(query, " AND c.person = ?", filter->person);
    cqa_query_scope(query, "c", scope);
    cqa_query_add(query, " ORDER BY p.call");
}

enum cqa_status cqa_previews_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                  const struct cqa_preview_filter *filter,
                                  int (*visit)(void *context, const struct cqa_preview_row *row),
                                  void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    sqlite3_stmt *row = NULL;
    struct cqa_db *db;
    enum cqa_status status = refresh(scores, error);

    if (status == CQA_OK)
        status = cqa_scores_take(scores, &db, error);
    if (status != CQA_OK)
        return status;
    write_query(&query, scope, filter);
    status = cqa_query_start(&query, db, &row, error);
    while (status == CQA_OK && (status = cqa_db_step(db, row, error)) == CQA_OK)
        if (visit_row(row, visit, context))
            break;
    sqlite3_finalize(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

/* ---- accepting and discarding */

static enum cqa_status check_person(const struct cqa_identity *who, struct cqa_error *error)
{
    return who->user != 0
               ? CQA_OK
               : cqa_fail(error, CQA_E_REFUSED,
                          "what counts is a person's decision: log in instead of using a token");
}

static enum cqa_status accept_one(struct cqa_scores *scores, struct cqa_db *db,
                                  const struct cqa_identity *who, int64_t call, int by_name,
                                  enum cqa_put *outcome, struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct waiting waiting;
    enum cqa_status status = read_waiting(db, &scope, call, &waiting, error);

    *outcome = CQA_PUT_NO_CALL;
    if (status == CQA_OK) {
        const struct cqa_poster poster = {.recorder = waiting.recorder, .site = waiting.site};
        const struct cqa_put_order order = {
            .mode = CQA_PUT_ACCEPTED, .by_name = by_name, .actor = who->name};
        status = cqa_put_item(scores, db, &poster, &waiting.item, &order, cqa_scores_now_ms(scores),
                              outcome, error);
    }
    finish_waiting(&waiting);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

enum cqa_status cqa_previews_accept(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const int64_t *calls, size_t count, int by_name,
                                    enum cqa_put *outcomes, struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = check_person(who, error);

    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = accept_one(scores, db, who, calls[i], by_name, &outcomes[i], error);
    return cqa_scores_end(scores, status, error);
}

static enum cqa_status discard_one(struct cqa_scores *scores, struct cqa_db *db,
                                   const struct cqa_identity *who, int64_t call, int64_t *discarded,
                                   struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct waiting waiting;
    char object[32];
    enum cqa_status status = read_waiting(db, &scope, call, &waiting, error);
    const int is_there = status == CQA_OK;

    finish_waiting(&waiting);
    if (!is_there)
        return status == CQA_E_NOTFOUND ? CQA_OK : status;
    snprintf(object, sizeof object, "call %lld", (long long)call);
    status = cqa_put_drop_preview(db, call, error);
    if (status == CQA_OK)
        status = cqa_audit_add(scores, db, who->name, "preview.discard", object, "", error);
    *discarded += status == CQA_OK;
    return status;
}

enum cqa_status cqa_previews_discard(struct cqa_scores *scores, const struct cqa_identity *who,
                                     const int64_t *calls, size_t count, int64_t *discarded,
                                     struct cqa_error *error)
{
    struct cqa_db *db;
    enum cqa_status status = check_person(who, error);

    *discarded = 0;
    if (status == CQA_OK)
        status = cqa_scores_begin(scores, &db, error);
    if (status != CQA_OK)
        return status;
    for (size_t i = 0; status == CQA_OK && i < count; i++)
        status = discard_one(scores, db, who, calls[i], discarded, error);
    return cqa_scores_end(scores, status, error);
}
