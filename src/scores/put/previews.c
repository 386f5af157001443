/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "scores/audit.h"
#include "scores/put/put.h"

const char *const cqa_preview_words[CQA_PREVIEW_KEPT_COUNT + 1] = {"asked", "closed", "decided",
                                                                   NULL};

enum { REFRESH_BATCH = 50 };

/* ---- writing */

CQA_SQL_STATEMENT(drop_changes, "i", 0,
                  "DELETE FROM score_changes WHERE call = ?1 AND revision = 0");
/* It may wait under the name that its call had before. */
CQA_SQL_STATEMENT(drop_preview, "tttii", 0,
                  "DELETE FROM previews WHERE ((site = ?1 AND source = ?2 AND call_id = ?3)"
                  "  OR call = ?5) AND (?4 = 0 OR kept <> 0)");

enum cqa_status cqa_put_drop_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                     const struct cqa_item *item, int64_t call, int only_posted,
                                     struct cqa_error *error)
{
    const enum cqa_status status = cqa_sql_do(db, error, &drop_preview, poster->site, item->source,
                                              item->call_id, (int64_t)only_posted, call);

    return status == CQA_OK && call != 0 && cqa_sql_changes(db) > 0
               ? cqa_sql_do(db, error, &drop_changes, call)
               : status;
}

/* Whose it would be, by the roster as it is now, where nothing counts of the call yet. */
CQA_SQL_STATEMENT(
    insert_preview, "otttitttbiotoit", 0,
    "INSERT INTO previews(call, site, source, call_id, kept, recorder, key, agent, digest,"
    " received_ms, day, person, team, after_c, needs_person, body)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
    " coalesce((SELECT person FROM roster WHERE extension = ?8 AND from_local <= substr(?12, 1, 19)"
    "  AND substr(?12, 1, 19) < to_local ORDER BY from_local DESC LIMIT 1), ?8),"
    " (SELECT team FROM roster WHERE extension = ?8 AND from_local <= substr(?12, 1, 19)"
    "  AND substr(?12, 1, 19) < to_local ORDER BY from_local DESC LIMIT 1), ?13, ?14, ?15)");

enum cqa_status cqa_put_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_preview_new *preview,
                                int64_t now_ms, struct cqa_error *error)
{
    enum cqa_status status = cqa_put_drop_preview(db, poster, item, preview->call, 0, error);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &insert_preview, preview->call != 0 ? &preview->call : NULL,
                            poster->site, item->source, item->call_id, (int64_t)preview->kept,
                            poster->recorder, item->key, item->agent, item->digest,
                            (size_t)CQA_ITEM_DIGEST_SIZE, now_ms, item->day, item->started_at,
                            preview->after_c, (int64_t)preview->needs_person, item->body);
    if (status == CQA_OK && preview->call != 0)
        status = cqa_put_changes(db, preview->call, 0, preview->changes, preview->change_count,
                                 now_ms, error);
    return status;
}

CQA_SQL_STATEMENT(kept_same, "tttb", 1,
                  "SELECT kept FROM previews WHERE site = ?1 AND source = ?2 AND call_id = ?3"
                  " AND digest = ?4");

enum cqa_status cqa_put_find_preview(struct cqa_sql *db, const struct cqa_poster *poster,
                                     const struct cqa_item *item, enum cqa_put *outcome,
                                     struct cqa_error *error)
{
    int64_t kept = -1;
    const enum cqa_status status =
        cqa_sql_number(db, &kept, error, &kept_same, poster->site, item->source, item->call_id,
                       item->digest, (size_t)CQA_ITEM_DIGEST_SIZE);

    *outcome = kept < 0                    ? CQA_PUT_COUNT
               : kept == CQA_PREVIEW_ASKED ? CQA_PUT_PREVIEWED
                                           : CQA_PUT_KEPT_BACK;
    return status;
}

/* ---- one waiting result, read back */

/* What waits, with its call's own day, person and team where something counts of it already. */
#define WAITING                                                                                    \
    "(SELECT p.id, p.call, p.site, p.source, p.call_id, p.kept, p.key, p.body, p.received_ms,"     \
    " p.after_c, p.needs_person, p.recorder AS poster, p.day AS claimed_day,"                      \
    " c.score_c AS before_c, coalesce(c.recorder, p.recorder) AS recorder,"                        \
    " CASE WHEN p.call IS NULL THEN p.person ELSE c.person END AS person,"                         \
    " CASE WHEN p.call IS NULL THEN p.team ELSE c.team END AS team,"                               \
    " CASE WHEN p.call IS NULL THEN p.agent ELSE c.agent END AS agent,"                            \
    " CASE WHEN p.call IS NULL THEN p.day ELSE c.day END AS day"                                   \
    " FROM previews p LEFT JOIN calls c ON c.id = p.call)"

struct waiting {
    struct cqa_arena arena;
    int64_t call; /* 0: none yet */
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

/* CQA_E_NOTFOUND: none that the scope allows. `is_call`: `number` is its call's. Finish it whatever
 * comes back. */
static enum cqa_status read_waiting(struct cqa_sql *db, const struct cqa_scope *scope,
                                    int64_t number, int is_call, struct waiting *out,
                                    struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_sql_rows *row = NULL;

    *out = (struct waiting){0};
    cqa_query_number(&query,
                     is_call
                         ? "SELECT poster, site, kept, received_ms, key, body, coalesce(call, 0)"
                           " FROM " WAITING " AS w WHERE call = ?"
                         : "SELECT poster, site, kept, received_ms, key, body, coalesce(call, 0)"
                           " FROM " WAITING " AS w WHERE id = ?",
                     number);
    cqa_query_scope(&query, "w", scope);
    enum cqa_status status = cqa_query_start(&query, db, 7, &row, error);
    if (status == CQA_OK)
        status = cqa_row_step(row, error);
    if (status == CQA_OK) {
        const char *body = cqa_row_text(row, 5);
        out->recorder = cqa_arena_string(&out->arena, cqa_row_text(row, 0));
        out->site = cqa_arena_string(&out->arena, cqa_row_text(row, 1));
        out->kept = (enum cqa_preview_kept)cqa_sql_int(row, 2);
        out->received_ms = cqa_sql_int(row, 3);
        out->call = cqa_sql_int(row, 6);
        status = cqa_item_read(&out->item, body, strlen(body), cqa_row_text(row, 4), error);
        if (status == CQA_OK && (out->recorder == NULL || out->site == NULL))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    cqa_query_finish(&query);
    return status;
}

/* ---- what decisions have moved since */

static enum cqa_status refresh_one(struct cqa_scores *scores, struct cqa_sql *db, int64_t number,
                                   struct cqa_error *error)
{
    static const struct cqa_scope everything = {0};
    struct waiting waiting;
    enum cqa_put outcome;
    enum cqa_status status = read_waiting(db, &everything, number, 0, &waiting, error);

    if (status == CQA_OK) {
        const struct cqa_poster poster = {.recorder = waiting.recorder, .site = waiting.site};
        const struct cqa_put_order order = {
            .mode = CQA_PUT_APART, .kept = waiting.kept, .actor = waiting.recorder};
        status = cqa_put_item(scores, db, &poster, &waiting.item, &order, waiting.received_ms,
                              &outcome, error);
        if (status == CQA_OK && outcome != CQA_PUT_PREVIEWED) /* it would change nothing any more */
            status = cqa_put_drop_preview(db, &poster, &waiting.item, waiting.call, 0, error);
    }
    finish_waiting(&waiting);
    return status;
}

CQA_SQL_STATEMENT(list_stale, "i", 1, "SELECT id FROM previews WHERE stale = 1 LIMIT ?1");

static enum cqa_status read_stale(struct cqa_sql *db, int64_t *numbers, size_t *count,
                                  struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &list_stale, (int64_t)REFRESH_BATCH);

    *count = 0;
    if (status != CQA_OK)
        return status;
    while (cqa_sql_next(row, &status, error))
        numbers[(*count)++] = cqa_sql_int(row, 0);
    cqa_sql_end(row);
    return status;
}

struct batch {
    struct cqa_scores *scores;
    int64_t numbers[REFRESH_BATCH];
    size_t count;
};

static enum cqa_status refresh_batch(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct batch *batch = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < batch->count; i++) {
        status = refresh_one(batch->scores, db, batch->numbers[i], error);
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
        status = read_stale(db, batch.numbers, &batch.count, error);
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
        .waiting = cqa_sql_int(row, 14),
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
        query,
        "SELECT coalesce(w.call, 0), w.call_id, w.source, w.person, w.team, w.agent,"
        " coalesce(w.day, 0), w.before_c, w.after_c, w.needs_person, w.kept, w.received_ms,"
        " EXISTS (SELECT 1 FROM periods d WHERE (d.from_day <= w.day AND w.day < d.to_day)"
        "  OR (d.from_day <= w.claimed_day AND w.claimed_day < d.to_day)),"
        " (SELECT count(*) FROM score_changes s WHERE s.call = w.call AND s.revision = 0), w.id"
        " FROM " WAITING " AS w WHERE 1 = 1");
    if (filter->day_from != 0)
        cqa_query_number(query, " AND w.day >= ?", filter->day_from);
    if (filter->day_to != 0)
        cqa_query_number(query, " AND w.day <= ?", filter->day_to);
    if (filter->team != NULL)
        cqa_query_text(query, " AND w.team = ?", filter->team);
    if (filter->person != NULL)
        cqa_query_text(query, " AND w.person = ?", filter->person);
    cqa_query_scope(query, "w", scope);
    cqa_query_add(query, " ORDER BY w.id");
}

enum cqa_status cqa_previews_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                  const struct cqa_preview_filter *filter,
                                  int (*visit)(void *context, const struct cqa_preview_row *row),
                                  void *context, struct cqa_error *error)
{
    struct cqa_query query = {0};
    struct cqa_list list;
    const enum cqa_status status = refresh(scores, error);

    if (status != CQA_OK)
        return status;
    if (cqa_list_take(scores, &list, error) == NULL)
        return list.status;
    write_query(&query, scope, filter);
    cqa_list_ask(&list, &query, 15, error);
    while (cqa_list_next(&list, error))
        if (visit_row(list.row, visit, context))
            break;
    return cqa_list_end(scores, &list);
}

/* ---- accepting and discarding */

static enum cqa_status check_person(const struct cqa_identity *who, struct cqa_error *error)
{
    return who->user != 0
               ? CQA_OK
               : cqa_fail(error, CQA_E_REFUSED,
                          "what counts is a person's decision: log in instead of using a token");
}

/* A re-scored result stays one of the server's own when it is accepted (cqa_known.posted). */
static struct cqa_poster poster_of(const struct waiting *waiting, const struct cqa_identity *who)
{
    return (struct cqa_poster){
        .recorder = waiting->recorder,
        .site = waiting->site,
        .actor = strncmp(waiting->item.key, CQA_RESCORE_KEY, strlen(CQA_RESCORE_KEY)) == 0
                     ? who->name
                     : NULL};
}

struct choosing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_preview_choice *choice;
    int by_name;
    enum cqa_put *outcomes;
    int64_t *discarded;
};

static enum cqa_status accept_one(const struct choosing *it, struct cqa_sql *db, int64_t number,
                                  enum cqa_put *outcome, struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    struct waiting waiting;
    enum cqa_status status =
        read_waiting(db, &scope, number, it->choice->are_calls, &waiting, error);

    *outcome = CQA_PUT_NO_CALL;
    if (status == CQA_OK) {
        const struct cqa_poster poster = poster_of(&waiting, it->who);
        const struct cqa_put_order order = {
            .mode = CQA_PUT_ACCEPTED, .by_name = it->by_name, .actor = it->who->name};
        status = cqa_put_item(it->scores, db, &poster, &waiting.item, &order,
                              cqa_scores_now_ms(it->scores), outcome, error);
    }
    finish_waiting(&waiting);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

static enum cqa_status accept_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct choosing *it = context;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->choice->count; i++)
        status = accept_one(it, db, it->choice->numbers[i], &it->outcomes[i], error);
    return status;
}

enum cqa_status cqa_previews_accept(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const struct cqa_preview_choice *choice, int by_name,
                                    enum cqa_put *outcomes, struct cqa_error *error)
{
    struct choosing choosing = {scores, who, choice, by_name, outcomes, NULL};
    const enum cqa_status status = check_person(who, error);

    return status == CQA_OK ? cqa_scores_write(scores, accept_all, &choosing, error) : status;
}

static enum cqa_status discard_one(const struct choosing *it, struct cqa_sql *db, int64_t number,
                                   struct cqa_error *error)
{
    const struct cqa_scope scope = cqa_identity_scope(it->who);
    struct waiting waiting;
    char object[32];
    enum cqa_status status =
        read_waiting(db, &scope, number, it->choice->are_calls, &waiting, error);

    if (status == CQA_OK) {
        const struct cqa_poster poster = poster_of(&waiting, it->who);
        snprintf(object, sizeof object, "call %lld", (long long)waiting.call);
        status = cqa_put_drop_preview(db, &poster, &waiting.item, waiting.call, 0, error);
        if (status == CQA_OK)
            status = cqa_audit_add(it->scores, db, it->who->name, "preview.discard", object,
                                   waiting.call != 0 ? "" : waiting.item.call_id, error);
        *it->discarded += status == CQA_OK;
    }
    finish_waiting(&waiting);
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

static enum cqa_status discard_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct choosing *it = context;
    enum cqa_status status = CQA_OK;

    *it->discarded = 0;
    for (size_t i = 0; status == CQA_OK && i < it->choice->count; i++)
        status = discard_one(it, db, it->choice->numbers[i], error);
    return status;
}

enum cqa_status cqa_previews_discard(struct cqa_scores *scores, const struct cqa_identity *who,
                                     const struct cqa_preview_choice *choice, int64_t *discarded,
                                     struct cqa_error *error)
{
    struct choosing choosing = {scores, who, choice, 0, NULL, discarded};
    const enum cqa_status status = check_person(who, error);

    *discarded = 0;
    return status == CQA_OK ? cqa_scores_write(scores, discard_all, &choosing, error) : status;
}
