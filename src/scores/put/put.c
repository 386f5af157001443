/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/evidence.h"
#include "scores/put/meet.h"
#include "scores/put/put.h"

const char *const cqa_put_words[CQA_PUT_COUNT + 1] = {
    "stored",    "replaced",   "unchanged",      "outdated",      "moved",   "previewed",
    "kept_back", "key_reused", "other_recorder", "period_closed", "no_call", NULL};

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

/* What was posted has its place among the outcomes of its recording, and that is whole. */
static enum cqa_status note_posted(struct cqa_sql *db, const struct cqa_poster *poster,
                                   const struct cqa_item *item, const struct cqa_put_order *order,
                                   int64_t now_ms, struct cqa_error *error)
{
    const enum cqa_status status =
        order->is_posted ? cqa_put_count(db, poster, item, error) : CQA_OK;

    return status == CQA_OK && order->is_posted && order->mode == CQA_PUT_AS_POSTED
               ? cqa_put_resolve(db, poster, item, now_ms, error)
               : status;
}

/* ---- a further revision of a known call */

/* What a revision comes to; everything lies in `arena`. */
struct trial {
    struct cqa_arena arena;
    struct cqa_change *changes;
    size_t change_count;
    struct cqa_put_row *rows;
    size_t row_count;
    struct cqa_put_plan plan;
};

/* Of all that counts and waits now; nothing is written. */
static enum cqa_status try_revision(struct cqa_sql *db, const struct cqa_item *item,
                                    const struct cqa_known *known, struct trial *trial,
                                    struct cqa_error *error)
{
    struct cqa_put_limits limits;
    enum cqa_status status = cqa_put_find_changes(db, known->id, item, &trial->arena,
                                                  &trial->changes, &trial->change_count, error);

    if (status == CQA_OK)
        status =
            cqa_put_read_rows(db, known->id, &trial->arena, &trial->rows, &trial->row_count, error);
    if (status == CQA_OK)
        status = cqa_put_read_limits(db, item->rubric, item->rubric_version, &trial->arena, &limits,
                                     error);
    return status == CQA_OK ? cqa_put_plan_make(trial->rows, trial->row_count, item, &limits,
                                                &trial->arena, &trial->plan, error)
                            : status;
}

/* It counts from now on. What waited was compared with something that is no more, unless it is what
 * a recorder posted after that which was scored anew here. */
static enum cqa_status keep_revision(struct cqa_scores *scores, struct cqa_sql *db,
                                     const struct cqa_poster *poster, const struct cqa_item *item,
                                     struct cqa_known *known, const struct trial *trial,
                                     const struct cqa_put_order *order, int64_t now_ms,
                                     struct cqa_error *error)
{
    enum cqa_status status =
        cqa_put_revision(db, poster, item, known, trial->rows, &trial->plan, now_ms, error);

    if (status == CQA_OK && (poster->actor == NULL || order->mode == CQA_PUT_ACCEPTED))
        status = cqa_put_drop_preview(db, poster, item, known->id, 0, error);
    if (status == CQA_OK)
        status = cqa_put_changes(db, known->id, known->next, trial->changes, trial->change_count,
                                 now_ms, error);
    if (status == CQA_OK)
        status = cqa_put_audit_changes(scores, db, known->id, order->actor, trial->changes,
                                       trial->change_count, error);
    return status;
}

CQA_SQL_STATEMENT(count_posted_waiting, "i", 1,
                  "SELECT count(*) FROM previews WHERE call = ?1 AND kept <> 0"
                  " AND key NOT LIKE '" CQA_RESCORE_KEY "%'");

/* It counts nothing: what it would come to is kept, unless it was kept before. What a recorder
 * posted goes on waiting where what waits is scored anew here. */
static enum cqa_status keep_apart(struct cqa_sql *db, const struct cqa_poster *poster,
                                  const struct cqa_item *item, const struct cqa_known *known,
                                  const struct trial *trial, const struct cqa_put_order *order,
                                  int closed, int64_t now_ms, struct cqa_error *error)
{
    const struct cqa_preview_new preview = {.call = known->id,
                                            .kept = order->mode == CQA_PUT_APART ? order->kept
                                                    : closed ? CQA_PREVIEW_CLOSED
                                                             : CQA_PREVIEW_DECIDED,
                                            .after_c =
                                                trial->plan.is_scored ? &trial->plan.after_c : NULL,
                                            .needs_person = trial->plan.unsettled > 0,
                                            .changes = trial->changes,
                                            .change_count = trial->change_count};
    int64_t waiting = 0;
    enum cqa_status status = CQA_OK;

    if (poster->actor != NULL)
        status = cqa_sql_number(db, &waiting, error, &count_posted_waiting, known->id);
    if (status != CQA_OK || order->mode == CQA_PUT_ACCEPTED || waiting > 0)
        return status;
    if (order->mode == CQA_PUT_AS_POSTED && order->is_posted)
        status = cqa_put_history(db, poster, item, known, now_ms, error);
    return status == CQA_OK ? cqa_put_preview(db, poster, item, &preview, now_ms, error) : status;
}

enum cqa_put cqa_put_judge(const struct cqa_put_order *order, int closed, size_t unsettled)
{
    if (closed && (order->never_keeps || order->mode == CQA_PUT_ACCEPTED))
        return CQA_PUT_PERIOD_CLOSED;
    if (order->mode == CQA_PUT_APART)
        return CQA_PUT_PREVIEWED;
    return !closed && (unsettled == 0 || order->by_name) ? CQA_PUT_REPLACED : CQA_PUT_KEPT_BACK;
}

static enum cqa_status put_known(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_poster *poster, const struct cqa_item *item,
                                 struct cqa_known *known, int closed,
                                 const struct cqa_put_order *order, int64_t now_ms,
                                 enum cqa_put *outcome, struct cqa_error *error)
{
    struct trial trial = {0};
    enum cqa_status status = try_revision(db, item, known, &trial, error);

    *outcome = cqa_put_judge(order, closed, trial.plan.unsettled);
    if (status == CQA_OK && *outcome == CQA_PUT_REPLACED)
        status = keep_revision(scores, db, poster, item, known, &trial, order, now_ms, error);
    else if (status == CQA_OK)
        status = keep_apart(db, poster, item, known, &trial, order, closed, now_ms, error);
    if (status == CQA_OK)
        status = note_posted(db, poster, item, order, now_ms, error);
    cqa_arena_finish(&trial.arena);
    return status;
}

/* ---- what would change nothing */

/* The result that a recorder's call has comes again: whatever it posted in between is over. */
static enum cqa_status put_again(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, const struct cqa_known *known,
                                 const struct cqa_put_order *order, int64_t now_ms,
                                 struct cqa_error *error)
{
    const int as_posted = order->mode == CQA_PUT_AS_POSTED;
    enum cqa_status status = CQA_OK;

    if (!as_posted || order->is_posted)
        status = cqa_put_drop_preview(db, poster, item, known->id, as_posted, error);
    return status == CQA_OK ? note_posted(db, poster, item, order, now_ms, error) : status;
}

static enum cqa_status put_late(struct cqa_sql *db, const struct cqa_poster *poster,
                                const struct cqa_item *item, const struct cqa_known *known,
                                const struct cqa_put_order *order, int64_t now_ms,
                                enum cqa_put *outcome, struct cqa_error *error)
{
    enum cqa_status status = cqa_put_find_preview(db, poster, item, outcome, error);

    if (status != CQA_OK || *outcome != CQA_PUT_COUNT)
        return status;
    *outcome = CQA_PUT_OUTDATED;
    return known->id != 0 && order->mode == CQA_PUT_AS_POSTED
               ? cqa_put_history(db, poster, item, known, now_ms, error)
               : CQA_OK;
}

/* What is known already, told by `*outcome`; COUNT: go on. */
static enum cqa_status put_nothing_new(struct cqa_sql *db, const struct cqa_poster *poster,
                                       const struct cqa_item *item, const struct cqa_known *known,
                                       const struct cqa_put_order *order, int64_t now_ms,
                                       enum cqa_put *outcome, struct cqa_error *error)
{
    int same = 0;
    int late = 0;
    enum cqa_status status = CQA_OK;

    /* What was scored anew here stays so when what it was made of comes again. */
    if (known->id != 0 && !known->is_merged)
        status = cqa_put_is_revision(
            db, known,
            order->is_posted && order->mode == CQA_PUT_AS_POSTED ? known->posted : known->revision,
            item, &same, error);
    if (status == CQA_OK && order->is_posted)
        status = cqa_put_is_late(db, poster, item, known, &late, error);
    *outcome = CQA_PUT_COUNT;
    if (status != CQA_OK || (!same && !late))
        return status;
    if (late && !same)
        return put_late(db, poster, item, known, order, now_ms, outcome, error);
    *outcome = CQA_PUT_UNCHANGED;
    /* An older outcome with the same content says nothing of what waits. */
    return late ? CQA_OK : put_again(db, poster, item, known, order, now_ms, error);
}

/* ---- one result */

/* Nothing is known of its call, and nothing waits. */
static enum cqa_status put_first(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, struct cqa_known *known,
                                 const struct cqa_put_order *order, int64_t now_ms,
                                 enum cqa_put *outcome, struct cqa_error *error)
{
    const enum cqa_status status =
        cqa_put_revision(db, poster, item, known, NULL, NULL, now_ms, error);

    *outcome = CQA_PUT_STORED;
    return status == CQA_OK ? note_posted(db, poster, item, order, now_ms, error) : status;
}

/* A call of which nothing counts yet. */
static enum cqa_status put_new(struct cqa_sql *db, const struct cqa_poster *poster,
                               const struct cqa_item *item, struct cqa_known *known, int closed,
                               const struct cqa_put_order *order, int64_t now_ms,
                               enum cqa_put *outcome, struct cqa_error *error)
{
    const struct cqa_preview_new preview = {.kept = CQA_PREVIEW_CLOSED, .after_c = item->total_c};
    enum cqa_status status = CQA_OK;

    if (order->mode == CQA_PUT_APART) {
        *outcome = CQA_PUT_NO_CALL;
        return CQA_OK;
    }
    if (closed && order->mode == CQA_PUT_AS_POSTED && !order->never_keeps) {
        *outcome = CQA_PUT_KEPT_BACK;
        status = cqa_put_preview(db, poster, item, &preview, now_ms, error);
        return status == CQA_OK ? note_posted(db, poster, item, order, now_ms, error) : status;
    }
    *outcome = CQA_PUT_PERIOD_CLOSED;
    if (closed)
        return CQA_OK;
    status = cqa_put_drop_preview(db, poster, item, 0, 0, error);
    return status == CQA_OK ? put_first(db, poster, item, known, order, now_ms, outcome, error)
                            : status;
}

static enum cqa_status put_result(struct cqa_scores *scores, struct cqa_sql *db,
                                  const struct cqa_poster *poster, const struct cqa_item *item,
                                  const struct cqa_put_order *order, int64_t now_ms,
                                  enum cqa_put *outcome, struct cqa_error *error)
{
    struct cqa_known known;
    int reused = 0;
    int closed = 0;
    enum cqa_status status = cqa_put_look_up(db, poster, item, &known, &reused, error);

    *outcome = CQA_PUT_KEY_REUSED;
    if (status != CQA_OK || reused)
        return status;
    status = put_nothing_new(db, poster, item, &known, order, now_ms, outcome, error);
    if (status != CQA_OK || *outcome != CQA_PUT_COUNT)
        return status;
    if (known.id != 0 && !known.same_recorder && !known.same_audio) {
        *outcome = CQA_PUT_OTHER_RECORDER;
        return CQA_OK;
    }
    status = period_closed(db, &known, item, &closed, error);
    if (status != CQA_OK)
        return status;
    if (known.id == 0)
        return put_new(db, poster, item, &known, closed, order, now_ms, outcome, error);
    if (cqa_put_judge(order, closed, 0) == CQA_PUT_PERIOD_CLOSED) {
        *outcome = CQA_PUT_PERIOD_CLOSED;
        return CQA_OK;
    }
    return put_known(scores, db, poster, item, &known, closed, order, now_ms, outcome, error);
}

static enum cqa_status put_whole(struct cqa_scores *scores, struct cqa_sql *db,
                                 const struct cqa_poster *poster, const struct cqa_item *item,
                                 const struct cqa_put_order *order, int is_first, int64_t now_ms,
                                 enum cqa_put *outcome, struct cqa_error *error)
{
    struct cqa_known nothing = {.next = 1};
    const enum cqa_status status =
        is_first ? put_first(db, poster, item, &nothing, order, now_ms, outcome, error)
                 : put_result(scores, db, poster, item, order, now_ms, outcome, error);

    /* Most results bring no clips, and a new call has none to throw away. */
    return status == CQA_OK && (item->clip_count > 0 ? *outcome <= CQA_PUT_UNCHANGED
                                                     : *outcome == CQA_PUT_REPLACED)
               ? cqa_evidence_put(db, poster->site, item, error)
               : status;
}

/* What counts already was found at another place: it is the call's latest outcome all the same. */
static enum cqa_status put_moved(struct cqa_sql *db, const struct cqa_poster *poster,
                                 const struct cqa_item *item, int64_t now_ms,
                                 struct cqa_error *error)
{
    enum cqa_status status = cqa_put_drop_preview(db, poster, item, 0, 1, error);

    if (status == CQA_OK)
        status = cqa_put_count(db, poster, item, error);
    return status == CQA_OK ? cqa_put_resolve(db, poster, item, now_ms, error) : status;
}

/* The item as the call is known here that it is about (meet.h). */
static enum cqa_status put_met(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_poster *poster, const struct cqa_item *item,
                               const struct cqa_put_order *order, int64_t now_ms,
                               enum cqa_put *outcome, struct cqa_error *error)
{
    const int as_posted = order->mode == CQA_PUT_AS_POSTED && !order->never_keeps;
    struct cqa_arena arena = {0};
    struct cqa_item met = *item;
    int moved = 0;
    int is_leg = 0;
    int is_first = 0;
    enum cqa_status status = as_posted ? cqa_put_is_leg(db, poster, item, &is_leg, error) : CQA_OK;

    *outcome = CQA_PUT_UNCHANGED;
    if (status != CQA_OK || is_leg)
        return status == CQA_OK && order->is_posted
                   ? cqa_put_resolve(db, poster, item, now_ms, error)
                   : status;
    if (as_posted && order->is_posted)
        status = cqa_put_is_first(db, poster, item, &is_first, error);
    if (status == CQA_OK && !is_first)
        status = cqa_put_meet(scores, db, poster, as_posted, &arena, &met, &moved, error);
    *outcome = CQA_PUT_MOVED;
    if (status == CQA_OK && !moved)
        status = put_whole(scores, db, poster, &met, order, is_first, now_ms, outcome, error);
    if (status == CQA_OK && (as_posted || order->mode == CQA_PUT_ACCEPTED) &&
        (*outcome <= CQA_PUT_UNCHANGED || *outcome == CQA_PUT_MOVED))
        status = cqa_put_take_legs(scores, db, poster, &met, error);
    if (status == CQA_OK && moved && order->is_posted)
        status = put_moved(db, poster, &met, now_ms, error);
    cqa_arena_finish(&arena);
    return status;
}

enum cqa_status cqa_put_item(struct cqa_scores *scores, struct cqa_sql *db,
                             const struct cqa_poster *poster, const struct cqa_item *item,
                             const struct cqa_put_order *order, int64_t now_ms,
                             enum cqa_put *outcome, struct cqa_error *error)
{
    return item->is_failure ? cqa_put_failure(db, poster, item, now_ms, outcome, error)
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
            .is_posted = poster->actor == NULL,
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
