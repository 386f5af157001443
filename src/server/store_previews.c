/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "server/audit.h"
#include "server/put.h"

const char *const cqa_preview_words[CQA_PREVIEW_KEPT_COUNT + 1] = {"asked", "closed", "decided",
                                                                   NULL};

enum { REFRESH_BATCH = 50 };

/* ---- writing */

CQA_SQL_STATEMENT(drop_changes, "i", 0,
                  "DELETE FROM score_changes WHERE call = ?1 AND revision = 0");
CQA_SQL_STATEMENT(drop_preview, "i", 0, "DELETE FROM previews WHERE call = ?1");

enum cqa_status cqa_put_drop_preview(struct cqa_sql *db, int64_t call, struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_do(db, error, &drop_changes, call);

    return status == CQA_OK ? cqa_sql_do(db, error, &drop_preview, call) : status;
}

CQA_SQL_STATEMENT(insert_preview, "iitttioit", 0,
                  "INSERT INTO previews(call, kept, recorder, site, key, received_ms, after_c,"
                  " needs_person, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

enum cqa_status cqa_put_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_preview_new *preview,
                                int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = cqa_put_drop_preview(db, preview->call, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_preview, preview->call, (int64_t)preview->kept,
                            poster->recorder, poster->site, item->key, now_ms, preview->after_c,
                            (int64_t)preview->needs_person, item->body);
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
static enum cqa_status read_waiting(struct cqa_sql *db, const struct cqa_scope *scope, int64_t call,
                                    struct waiting *out, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    *out = (struct waiting){0};
    cqa_query_add(&query, "SELECT p.recorder, p.site, p.kept, p.received_ms, p.key, p.body"
                          " FROM previews p JOIN calls c ON c.id = p.call");
    cqa_query_number(&query, " WHERE p.call = ?", call);
    cqa_query_scope(&query, "c", scope);
    enum cqa_status status = cqa_query_start(&query, db, 6, &row, error);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        const char *body = cqa_row_text(row, 5);
        out->recorder = cqa_arena_string(&out->arena, cqa_row_text(row, 0));
        out->site = cqa_arena_string(&out->arena, cqa_row_text(row, 1));
        out->kept = (enum cqa_preview_kept)cqa_sql_int(row, 2);
        out->received_ms = cqa_sql_int(row, 3);
        status = cqa_item_read(&out->item, body, strlen(body), cqa_row_text(row, 4), error);
        if (status == CQA_OK && (out->recorder == NULL || out->site == NULL))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

/* ---- what decisions have moved since */

static enum cqa_status refresh_one(struct cqa_scores *scores, struct cqa_sql *db, int64_t call,
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

CQA_SQL_STATEMENT(list_stale, "i", 1, "SELECT call FROM previews WHERE stale = 1 LIMIT ?1");

static enum cqa_status read_stale(struct cqa_sql *db, int64_t *calls, size_t *count,
                                  struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &list_stale, (int64_t)REFRESH_BATCH);

    *count = 0;
    if (status != CQA_OK)
        return status;
    while (cqa_sql_next(row, &status, error))
        calls[(*count)++] = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    return status;
}

struct batch {
    struct cqa_scores *scores;
    int64_t calls[REFRESH_BATCH];
    size_t count;
};

static enum cqa_status refresh_batch(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct batch *batch = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < batch->count; i++) {
        status = refresh_one(batch->scores, db, batch->calls[i], error);
        status = status == CQA_E_NOTFOUND ? CQA_OK : status;
    }
    return status;
}

/* A batch a transaction, so that recorders get their turn. */
static enum cqa_status refresh(struct cqa_scores *scores, struct cqa_error *error)
{
    struct batch batch = {.scores = scores, .count = REFRESH_BATCH};
    enum cqa_status status = CQA_OK;

    while (status == CQA_OK && batch.count == REFRESH_BATCH) {
        struct cqa_sql *db;
        status = cqa_scores_take(scores, &db, error); /* mostly there is nothing to write */
        if (status != CQA_OK)
            return status;
        status = read_stale(db, batch.calls, &batch.count, error);
        cqa_scores_give(scores, db);
        if (status == CQA_OK && batch.count > 0)
            status = cqa_scores_write(scores, refresh_batch, &batch, error);
    }
    return status;
}

/* ---- the list */

static int visit_row(struct cqa_sql_rows *row,
                     int (*visit)(void *context, const struct cqa_preview_row *row), void *context)
{
    const int64_t before_c = cqa_sql_int(row, 7);
    const int64_t after_c = cqa_sql_int(row, 8);
    const struct cqa_preview_row preview = {
        .call = cqa_sql_int(row, 0),
        .call_id = cqa_row_text(row, 1),
        .source = cqa_row_text(row, 2),
        .person = cqa_sql_text(row, 3),
        .team = cqa_sql_text(row, 4),
        .agent = cqa_sql_text(row, 5),
        .day = cqa_sql_int(row, 6),
        .before_c = cqa_sql_is_null(row, 7) ? NULL : &before_c,
        .after_c = cqa_sql_is_null(row, 8) ? NULL : &after_c,
        .needs_person = (int)cqa_sql_int(row, 9),
        .kept = (enum cqa_preview_kept)cqa_sql_int(row, 10),
        .received_ms = cqa_sql_int(row, 11),
        .closed = (int)cqa_sql_int(row, 12),
        .changes = cqa_sql_int(row, 13),
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
    struct cqa_sql_rows *row = NULL;
    struct cqa_sql *db;
    enum cqa_status status = refresh(scores, error);

    if (status == CQA_OK)
        status = cqa_scores_take(scores, &db, error);
    if (status != CQA_OK)
        return status;
    write_query(&query, scope, filter);
    status = cqa_query_start(&query, db, 14, &row, error);
    while (status == CQA_OK && cqa_sql_next(row, &status, error))
        if (visit_row(row, visit, context))
            break;
    cqa_sql_end(row);
    cqa_query_finish(&query);
    cqa_scores_give(scores, db);
    return status;
}

/* ---- accepting and discarding */

static enum cqa_status check_person(const struct cqa_identity *who, struct cqa_error *error)
{
    return who->user != 0
               ? CQA_OK
               : cqa_fail(error, CQA_E_REFUSED,
                          "what counts is a person's decision: log in instead of using a token");
}

static enum cqa_status accept_one(struct cqa_scores *scores, struct cqa_sql *db,
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

struct accepting {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const int64_t *calls;
    size_t count;
    int by_name;
    enum cqa_put *outcomes;
};

static enum cqa_status accept_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct accepting *it = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status =
            accept_one(it->scores, db, it->who, it->calls[i], it->by_name, &it->outcomes[i], error);
    return status;
}

enum cqa_status cqa_previews_accept(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const int64_t *calls, size_t count, int by_name,
                                    enum cqa_put *outcomes, struct cqa_error *error)
{
    struct accepting accepting = {scores, who, calls, count, by_name, outcomes};
    const enum cqa_status status = check_person(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, accept_all, &accepting, error) : status;
}

static enum cqa_status discard_one(struct cqa_scores *scores, struct cqa_sql *db,
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

struct discarding {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const int64_t *calls;
    size_t count;
    int64_t *discarded;
};

static enum cqa_status discard_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct discarding *it = context;
    enum cqa_status status = CQA_OK;

    *it->discarded = 0;
    for (size_t i = 0; status == CQA_OK && i < it->count; i++)
        status = discard_one(it->scores, db, it->who, it->calls[i], it->discarded, error);
    return status;
}

enum cqa_status cqa_previews_discard(struct cqa_scores *scores, const struct cqa_identity *who,
                                     const int64_t *calls, size_t count, int64_t *discarded,
                                     struct cqa_error *error)
{
    struct discarding discarding = {scores, who, calls, count, discarded};
    const enum cqa_status status = check_person(who, error);

    *discarded = 0;
    return status == CQA_OK ? cqa_scores_write(scores, discard_all, &discarding, error) : status;
}
