/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>
#include "server/evidence.h"
#include "server/meet.h"
#include "server/put.h"

const char *const cqa_put_words[CQA_PUT_COUNT + 1] = {
    "stored",     "replaced",       "unchanged",     "moved",   "previewed", "kept_back",
    "key_reused", "other_recorder", "period_closed", "no_call", NULL};

/* The idempotency key, together with its site: short, so that the unique index over all revisions
 * stays small. */
static void hash_key(const struct cqa_poster *poster, const char *key, unsigned char *out)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, CQA_KEY_HASH_SIZE);
    crypto_generichash_update(&state, (const unsigned char *)poster->site,
                              strlen(poster->site) + 1);
    crypto_generichash_update(&state, (const unsigned char *)key, strlen(key));
    crypto_generichash_final(&state, out, CQA_KEY_HASH_SIZE);
}

CQA_SQL_STATEMENT(digest_of_key, "b", 1, "SELECT digest FROM revisions WHERE key_hash = ?1");

/* CQA_OK with `*same` when the key is known, CQA_E_NOTFOUND when it is new. */
static enum cqa_status find_key(struct cqa_sql *db, const struct cqa_item *item,
                                const unsigned char *key_hash, int *same, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &digest_of_key, key_hash, (size_t)CQA_KEY_HASH_SIZE);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *same = cqa_sql_size(row, 0) == CQA_ITEM_DIGEST_SIZE &&
                memcmp(cqa_sql_bytes(row, 0), item->digest, CQA_ITEM_DIGEST_SIZE) == 0;
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(call_of, "ttt", 5,
                  "SELECT id, revision, recorder, sha256, day FROM calls"
                  " WHERE site = ?1 AND source = ?2 AND call_id = ?3");

static enum cqa_status find_call(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct cqa_known *known,
                                 struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(db, &row, error, &call_of, poster->site, item->source, item->call_id);

    if (status != CQA_OK)
        return status;
    status = cqa_row_step(row, error);
    if (status == CQA_OK)
        *known =
            (struct cqa_known){.id = cqa_sql_int(row, 0),
                               .revision = cqa_sql_int(row, 1),
                               .day = cqa_sql_int(row, 4),
                               .same_recorder = strcmp(cqa_row_text(row, 2), poster->recorder) == 0,
                               .same_audio = strcmp(cqa_row_text(row, 3), item->sha256) == 0};
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(
    count_same, "iib", 1,
    "SELECT count(*) FROM revisions WHERE call = ?1 AND revision = ?2 AND digest = ?3");

static enum cqa_status same_as_current(struct cqa_sql *db, const struct cqa_known *known,
                                       const struct cqa_item *item, int *same,
                                       struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status =
        cqa_sql_number(db, &count, error, &count_same, known->id, known->revision, item->digest,
                       (size_t)CQA_ITEM_DIGEST_SIZE);

    *same = count > 0;
    return status;
}

CQA_SQL_STATEMENT(count_closed, "oi", 1,
                  "SELECT count(*) FROM periods WHERE (from_day <= ?1 AND ?1 < to_day)"
                  " OR (from_day <= ?2 AND ?2 < to_day)");

/* Neither out of a closed period nor into one, whatever day the new revision claims. */
static enum cqa_status period_closed(struct cqa_sql *db, const struct cqa_known *known,
                                     const struct cqa_item *item, int *closed,
                                     struct cqa_error *error)
{
    int64_t count = 0;
    const enum cqa_status status =
        cqa_sql_number(db, &count, error, &count_closed, item->day, known->day);

    *closed = count > 0;
    return status;
}

/* ---- a further revision of a known call */

/* What a revision would come to. */
struct trial {
    struct cqa_arena arena; /* of the changes */
    struct cqa_change *changes;
    size_t change_count;
    int64_t lost; /* flags that a person decided, or objected to, and that it no longer has */
    int64_t after_c;
    int is_scored;
};

CQA_SQL_STATEMENT(score_of, "i", 1,
                  "SELECT score_c FROM calls WHERE id = ?1 AND score_c IS NOT NULL");

static enum cqa_status read_score(struct cqa_sql *db, int64_t call, struct trial *trial,
                                  struct cqa_error *error)
{
    const enum cqa_status status = cqa_scores_find(db, &trial->after_c, error, &score_of, call);

    trial->is_scored = status == CQA_OK;
    return status == CQA_E_NOTFOUND ? CQA_OK : status;
}

/* Makes the revision, within a savepoint of the caller's. */
static enum cqa_status try_revision(struct cqa_sql *db, const struct cqa_poster *poster,
                                    const struct cqa_item *item, struct cqa_known *known,
                                    const unsigned char *key_hash, int64_t now_ms,
                                    struct trial *trial, struct cqa_error *error)
{
    int64_t before = 0;
    int64_t after = 0;
    enum cqa_status status = cqa_put_find_changes(db, known->id, item, &trial->arena,
                                                  &trial->changes, &trial->change_count, error);

    if (status == CQA_OK)
        status = cqa_put_standing(db, known->id, &before, error);
    if (status == CQA_OK)
        status = cqa_put_revision(db, poster, item, known, key_hash, now_ms, error);
    if (status == CQA_OK)
        status = cqa_put_standing(db, known->id, &after, error);
    if (status == CQA_OK)
        status = read_score(db, known->id, trial, error);
    trial->lost = before - after;
    return status;
}

CQA_SQL_STATEMENT(release_savepoint, "", 0, "RELEASE revision");

/* It counts from now on. */
static enum cqa_status keep_revision(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_known *known, const struct trial *trial,
                                     const struct cqa_put_order *order, int64_t now_ms,
                                     struct cqa_error *error)
{
    enum cqa_status status = cqa_sql_do(db, error, &release_savepoint);

    if (status == CQA_OK)
        status = cqa_put_drop_preview(db, known->id, error);
    if (status == CQA_OK)
        status = cqa_put_changes(db, known->id, known->revision + 1, trial->changes,
                                 trial->change_count, now_ms, error);
    if (status == CQA_OK)
        status = cqa_put_audit_changes(scores, db, known->id, order->actor, trial->changes,
                                       trial->change_count, error);
    return status;
}

CQA_SQL_STATEMENT(undo_revision, "", 0, "ROLLBACK TO revision");

/* It counts nothing: what it would come to is kept, unless it was kept before. */
static enum cqa_status keep_apart(struct cqa_sql *db, const struct cqa_poster *poster,
                                  const struct cqa_item *item, const struct cqa_known *known,
                                  const struct trial *trial, const struct cqa_put_order *order,
                                  int closed, int64_t now_ms, struct cqa_error *error)
{
    const struct cqa_preview_new preview = {.call = known->id,
                                            .kept = order->mode == CQA_PUT_APART ? order->kept
                                                    : closed ? CQA_PREVIEW_CLOSED
                                                             : CQA_PREVIEW_DECIDED,
                                            .after_c = trial->is_scored ? &trial->after_c : NULL,
                                            .needs_person = trial->lost > 0,
                                            .changes = trial->changes,
                                            .change_count = trial->change_count};
    enum cqa_status status = cqa_sql_do(db, error, &undo_revision);

    if (status == CQA_OK)
        status = cqa_sql_do(db, error, &release_savepoint);
    return status == CQA_OK && order->mode != CQA_PUT_ACCEPTED
               ? cqa_put_preview(db, poster, item, &preview, now_ms, error)
               : status;
}

CQA_SQL_STATEMENT(set_savepoint, "", 0, "SAVEPOINT revision");

static enum cqa_status put_known(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_poster *poster, const struct cqa_item *item,
                                 struct cqa_known *known, const unsigned char *key_hash, int closed,
                                 const struct cqa_put_order *order, int64_t now_ms,
                                 enum cqa_put *outcome, struct cqa_error *error)
{
    struct trial trial = {0};
    enum cqa_status status = cqa_sql_do(db, error, &set_savepoint);

    if (status == CQA_OK)
        status = try_revision(db, poster, item, known, key_hash, now_ms, &trial, error);
    const int counts =
        order->mode != CQA_PUT_APART && !closed && (trial.lost <= 0 || order->by_name);
    if (status == CQA_OK)
        status = counts ? keep_revision(scores, db, known, &trial, order, now_ms, error)
                        : keep_apart(db, poster, item, known, &trial, order, closed, now_ms, error);
    *outcome = counts                         ? CQA_PUT_REPLACED
               : order->mode == CQA_PUT_APART ? CQA_PUT_PREVIEWED
                                              : CQA_PUT_KEPT_BACK;
    cqa_arena_finish(&trial.arena);
    return status;
}

/* ---- one result */

/* What needs no writing, told by `*outcome`; COUNT: go on. */
static enum cqa_status look_up(struct cqa_sql *db, const struct cqa_poster *poster,
                               const struct cqa_item *item, const unsigned char *key_hash,
                               struct cqa_known *known, int *is_new, enum cqa_put *outcome,
                               struct cqa_error *error)
{
    int same = 0;
    enum cqa_status status = find_key(db, item, key_hash, &same, error);

    *outcome = CQA_PUT_COUNT;
    if (status == CQA_OK) {
        *outcome = same ? CQA_PUT_UNCHANGED : CQA_PUT_KEY_REUSED;
        return CQA_OK;
    }
    if (status == CQA_E_NOTFOUND)
        status = find_call(db, poster, item, known, error);
    *is_new = status == CQA_E_NOTFOUND;
    if (*is_new)
        return CQA_OK;
    if (status == CQA_OK)
        status = same_as_current(db, known, item, &same, error);
    if (same || (!known->same_recorder && !known->same_audio))
        *outcome = same ? CQA_PUT_UNCHANGED : CQA_PUT_OTHER_RECORDER;
    return status;
}

static enum cqa_status put_result(struct cqa_scores *scores, struct cqa_sql *db,
                                  const struct cqa_poster *poster, const struct cqa_item *item,
                                  const struct cqa_put_order *order, int64_t now_ms,
                                  enum cqa_put *outcome, struct cqa_error *error)
{
    unsigned char key_hash[CQA_KEY_HASH_SIZE];
    struct cqa_known known = {0};
    int is_new = 0;
    int closed = 0;

    hash_key(poster, item->key, key_hash);
    enum cqa_status status = look_up(db, poster, item, key_hash, &known, &is_new, outcome, error);
    if (status == CQA_OK && *outcome == CQA_PUT_UNCHANGED && known.id != 0 &&
        order->mode != CQA_PUT_AS_POSTED)
        status = cqa_put_drop_preview(db, known.id, error); /* it would change nothing */
    if (status != CQA_OK || *outcome != CQA_PUT_COUNT)
        return status;
    status = period_closed(db, &known, item, &closed, error);
    if (status != CQA_OK)
        return status;
    if (is_new && order->mode != CQA_PUT_AS_POSTED) {
        *outcome = CQA_PUT_NO_CALL;
        return CQA_OK;
    }
    if (closed && (is_new || order->never_keeps || order->mode == CQA_PUT_ACCEPTED)) {
        *outcome = CQA_PUT_PERIOD_CLOSED;
        return CQA_OK;
    }
    if (!is_new)
        return put_known(scores, db, poster, item, &known, key_hash, closed, order, now_ms, outcome,
                         error);
    *outcome = CQA_PUT_STORED;
    return cqa_put_revision(db, poster, item, &known, key_hash, now_ms, error);
}

static enum cqa_status put_whole(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_poster *poster, const struct cqa_item *item,
                                 const struct cqa_put_order *order, int64_t now_ms,
                                 enum cqa_put *outcome, struct cqa_error *error)
{
    const enum cqa_status status =
        put_result(scores, db, poster, item, order, now_ms, outcome, error);

    /* Most results bring no clips, and a new call has none to throw away. */
    return status == CQA_OK && (item->clip_count > 0 ? *outcome <= CQA_PUT_UNCHANGED
                                                     : *outcome == CQA_PUT_REPLACED)
               ? cqa_evidence_put(db, poster->site, item, error)
               : status;
}

CQA_SQL_STATEMENT(id_of_failure, "tt", 1, "SELECT id FROM failures WHERE site = ?1 AND path = ?2");
CQA_SQL_STATEMENT(
    upsert_failure, "ttttttti", 0,
    "INSERT INTO failures(site, path, source, call_id, recorder, reason, body, first_ms, "
    "last_ms)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT(site, path) DO UPDATE SET"
    " reason = excluded.reason, body = excluded.body, recorder = excluded.recorder,"
    " last_ms = excluded.last_ms,"
    " resolved_ms = CASE WHEN body = excluded.body THEN resolved_ms END");

/* The same recording failing again is the same row; a result that came since has resolved it, and
 * stays. */
static enum cqa_status put_failure(struct cqa_sql *db, const struct cqa_poster *poster,
                                   const struct cqa_item *item, int64_t now_ms,
                                   enum cqa_put *outcome, struct cqa_error *error)
{
    int64_t id = 0;
    enum cqa_status status =
        cqa_scores_find(db, &id, error, &id_of_failure, poster->site, item->path);

    if (status != CQA_OK && status != CQA_E_NOTFOUND)
        return status;
    *outcome = status == CQA_OK ? CQA_PUT_UNCHANGED : CQA_PUT_STORED;
    return cqa_sql_do(db, error, &upsert_failure, poster->site, item->path, item->source,
                      item->call_id, poster->recorder, item->reason, item->body, now_ms);
}

/* The item as the call is known here that it is about (meet.h). */
static enum cqa_status put_met(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_poster *poster, const struct cqa_item *item,
                               const struct cqa_put_order *order, int64_t now_ms,
                               enum cqa_put *outcome, struct cqa_error *error)
{
    unsigned char key_hash[CQA_KEY_HASH_SIZE];
    struct cqa_arena arena = {0};
    struct cqa_item met = *item;
    int moved = 0;

    hash_key(poster, item->key, key_hash);
    enum cqa_status status = cqa_put_meet(scores, db, poster, key_hash,
                                          order->mode == CQA_PUT_AS_POSTED && !order->never_keeps,
                                          &arena, &met, &moved, error);
    *outcome = CQA_PUT_MOVED;
    if (status == CQA_OK && !moved)
        status = put_whole(scores, db, poster, &met, order, now_ms, outcome, error);
    cqa_arena_finish(&arena);
    return status;
}

enum cqa_status cqa_put_item(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_poster *poster, const struct cqa_item *item,
                             const struct cqa_put_order *order, int64_t now_ms,
                             enum cqa_put *outcome, struct cqa_error *error)
{
    return item->is_failure ? put_failure(db, poster, item, now_ms, outcome, error)
                            : put_met(scores, db, poster, item, order, now_ms, outcome, error);
}

struct posting {
    struct cqa_scores *scores;
    const struct cqa_poster *poster;
    const struct cqa_item *items;
    size_t count;
    int64_t now_ms;
    enum cqa_put *outcomes;
};

static enum cqa_status put_all(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct posting *it = context;
    const struct cqa_poster *poster = it->poster;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < it->count; i++) {
        const struct cqa_put_order order = {
            .mode = it->items[i].is_preview ? CQA_PUT_APART : CQA_PUT_AS_POSTED,
            .kept = CQA_PREVIEW_ASKED,
            .actor = poster->actor != NULL ? poster->actor : poster->recorder,
            .never_keeps = poster->actor != NULL};
        status = cqa_put_item(it->scores, db, poster, &it->items[i], &order, it->now_ms,
                              &it->outcomes[i], error);
    }
    return status;
}

enum cqa_status cqa_scores_put(struct cqa_scores *scores, const struct cqa_poster *poster,
                               const struct cqa_item *items, size_t count, enum cqa_put *outcomes,
                               struct cqa_error *error)
{
    struct posting posting = {scores, poster, items, count, cqa_scores_now_ms(scores), outcomes};

    return cqa_scores_write(scores, put_all, &posting, error);
}
