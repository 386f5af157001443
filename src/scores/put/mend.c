/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges calls that a store of before held twice (docs/decisions/0107-one-call-once.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "scores/audit.h"
#include "scores/put/meet.h"

enum { ROWS_MAX = 32, FLAGS_MAX = 4096 };

struct mending {
    struct cqa_scores *scores;
    struct cqa_sql *db;
    struct cqa_arena arena;
    struct cqa_met self;
    const char *site;
    struct cqa_met rows[ROWS_MAX];
    size_t count;
    const struct cqa_met *of; /* NULL: it is a call by itself */
    int of_is_better;
    int is_done; /* nothing is left to be judged */
    int merged, closed;
    struct cqa_error *error;
};

/* ---- the row, and what it may be the same as */

CQA_SQL_STATEMENT(
    next_unjudged, "", 7,
    "SELECT c.id, c.call_id, c.path, c.sha256, r.body, c.site, c.source FROM calls c"
    " JOIN revisions r ON r.call = c.id AND r.revision = c.revision WHERE c.unjudged = 1"
    " ORDER BY c.id LIMIT 1");
/* Of the same call, or with the same content or stem where the ids are paths; the older ones. */
CQA_SQL_STATEMENT(
    list_others, "ittttt", 5,
    "SELECT c.id, c.call_id, c.path, c.sha256, r.body FROM calls c JOIN revisions r"
    " ON r.call = c.id AND r.revision = c.revision WHERE c.copy_of IS NULL AND c.site = ?2"
    " AND c.id IN (SELECT id FROM calls WHERE site = ?2 AND source = ?3 AND call_id = ?4"
    "  UNION SELECT id FROM calls WHERE call_of = ?4 AND source = ?3"
    "  UNION SELECT id FROM calls WHERE sha256 = ?5 AND substr(?6, 1, 1) = '/'"
    "  UNION SELECT id FROM calls WHERE stem = (SELECT stem FROM calls WHERE id = ?1)"
    "   AND source = ?3 AND substr(?6, 1, 1) = '/')"
    " AND c.id <> ?1 AND (c.id < ?1 OR c.call_id = ?4) ORDER BY c.call_id = ?4 DESC, c.id LIMIT "
    "32");

static enum cqa_status read_met(struct mending *it, const struct cqa_sql_rows *row,
                                struct cqa_met *out)
{
    *out = (struct cqa_met){cqa_sql_int(row, 0),
                            cqa_sql_copy(row, 1, &it->arena),
                            cqa_sql_copy(row, 2, &it->arena),
                            cqa_sql_copy(row, 3, &it->arena),
                            cqa_sql_copy(row, 4, &it->arena),
                            NULL};
    return out->call_id != NULL && out->path != NULL && out->sha256 != NULL && out->body != NULL
               ? CQA_OK
               : cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
}

/* The id without what made a second recording's its own. */
static const char *first_id(struct mending *it)
{
    const size_t length = strlen(it->self.call_id);

    return cqa_is_path_id(it->self.call_id) || length < 10
               ? it->self.call_id
               : cqa_arena_bytes(&it->arena, it->self.call_id, length - 9);
}

static enum cqa_status list(struct mending *it, const char *source)
{
    const char *call = first_id(it);
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status =
        cqa_sql_start(it->db, &row, it->error, &list_others, it->self.id, it->site, source, call,
                      it->self.sha256, it->self.call_id);
    while (status == CQA_OK && it->count < ROWS_MAX && cqa_sql_next(row, &status, it->error))
        status = read_met(it, row, &it->rows[it->count++]);
    cqa_sql_end(row);
    return status;
}

static enum cqa_status read_next(struct mending *it)
{
    struct cqa_sql_rows *row = NULL;
    const char *source = NULL;
    enum cqa_status status = cqa_sql_start(it->db, &row, it->error, &next_unjudged);

    it->is_done = status == CQA_OK && !cqa_sql_next(row, &status, it->error);
    if (status == CQA_OK && !it->is_done) {
        status = read_met(it, row, &it->self);
        it->site = cqa_sql_copy(row, 5, &it->arena);
        source = cqa_sql_copy(row, 6, &it->arena);
    }
    cqa_sql_end(row);
    if (status != CQA_OK || it->is_done)
        return status;
    return it->site != NULL && source != NULL ? list(it, source)
                                              : cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
}

static enum cqa_status choose(struct mending *it)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && it->of == NULL && i < it->count; i++) {
        const struct cqa_met *row = &it->rows[i];
        int same = 0;
        int self_is_better = 0;
        status = cqa_put_is_same(&it->self, row, &same, &self_is_better, it->error);
        if (status == CQA_OK && same) {
            it->of = row;
            it->of_is_better = !self_is_better;
        }
    }
    return status;
}

/* ---- what people did to the double */

struct flag {
    int64_t id, state, is_manual, has_objection;
};

CQA_SQL_STATEMENT(list_touched, "i", 4,
                  "SELECT f.id, f.state, f.author IS NOT NULL, EXISTS (SELECT 1 FROM objections o"
                  "  WHERE o.flag = f.id) FROM flags f WHERE f.call = ?1 AND f.current = 1"
                  " AND (f.state <> 0 OR f.author IS NOT NULL OR EXISTS (SELECT 1 FROM objections o"
                  "  WHERE o.flag = f.id)) ORDER BY f.id LIMIT 4096");
CQA_SQL_STATEMENT(
    find_twin, "ii", 1,
    "SELECT f.id FROM flags f JOIN flags b ON b.id = ?2 WHERE f.call = ?1 AND f.current = 1"
    " AND f.rule = b.rule AND (f.author IS NULL) = (b.author IS NULL)"
    " AND (min(f.end_ms, b.end_ms) > max(f.start_ms, b.start_ms)"
    "  OR (coalesce(f.event, 0) = 0 AND coalesce(b.event, 0) = 0 AND b.author IS NULL))"
    " ORDER BY min(f.end_ms, b.end_ms) - max(f.start_ms, b.start_ms) DESC, f.id LIMIT 1");
CQA_SQL_STATEMENT(move_flag, "ii", 0,
                  "UPDATE flags SET call = ?1, ordinal = NULL, current = CASE WHEN state <> 2 THEN "
                  "1 ELSE 0 END, author ="
                  " CASE WHEN author IS NULL AND state IN (1, 3) THEN (SELECT user FROM decisions"
                  "  WHERE flag = ?2 ORDER BY id DESC LIMIT 1) ELSE author END WHERE id = ?2");
CQA_SQL_STATEMENT(copy_decisions, "iii", 0,
                  "INSERT INTO decisions(flag, call, user, at_ms, state, points_c, reason)"
                  " SELECT ?1, ?2, user, at_ms, state, points_c, reason FROM decisions"
                  " WHERE flag = ?3 ORDER BY id");
CQA_SQL_STATEMENT(take_decision, "ii", 0,
                  "UPDATE flags SET (state, decided_c) = (SELECT state, decided_c FROM flags"
                  "  WHERE id = ?2), decision = (SELECT max(id) FROM decisions WHERE flag = ?1)"
                  " WHERE id = ?1 AND state = 0");
CQA_SQL_STATEMENT(is_open, "i", 1, "SELECT state = 0 FROM flags WHERE id = ?1");
CQA_SQL_STATEMENT(move_objection, "iii", 0,
                  "UPDATE objections SET flag = ?1, call = ?2 WHERE flag = ?3"
                  " AND (?1 = ?3 OR NOT EXISTS(SELECT 1 FROM objections o WHERE o.flag = ?1))");

/* A decision on either stands; where both have one, that of the call that stays. */
static enum cqa_status hand_to_twin(struct mending *it, int64_t twin, const struct flag *flag)
{
    int64_t open = 0;
    enum cqa_status status = cqa_sql_number(it->db, &open, it->error, &is_open, twin);

    if (status == CQA_OK && open && flag->state != 0) {
        status = cqa_sql_do(it->db, it->error, &copy_decisions, twin, it->of->id, flag->id);
        if (status == CQA_OK)
            status = cqa_sql_do(it->db, it->error, &take_decision, twin, flag->id);
    }
    if (status == CQA_OK && flag->has_objection)
        status = cqa_sql_do(it->db, it->error, &move_objection, twin, it->of->id, flag->id);
    return status;
}

/*
 * What the other does not have comes along, with its decision. What a person confirmed there stands
 * as if added by hand; what was overturned waits, in case it is found again.
 */
static enum cqa_status bring_along(struct mending *it, const struct flag *flag)
{
    enum cqa_status status =
        cqa_sql_do(it->db, it->error, &copy_decisions, flag->id, it->of->id, flag->id);

    if (status == CQA_OK)
        status = cqa_sql_do(it->db, it->error, &move_flag, it->of->id, flag->id);
    return status == CQA_OK
               ? cqa_sql_do(it->db, it->error, &move_objection, flag->id, it->of->id, flag->id)
               : status;
}

static enum cqa_status read_flags(struct mending *it, struct flag *flags, size_t *count)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(it->db, &row, it->error, &list_touched, it->self.id);

    *count = 0;
    while (status == CQA_OK && *count < FLAGS_MAX && cqa_sql_next(row, &status, it->error))
        flags[(*count)++] = (struct flag){cqa_sql_int(row, 0), cqa_sql_int(row, 1),
                                          cqa_sql_int(row, 2), cqa_sql_int(row, 3)};
    cqa_sql_end(row);
    return status;
}

static enum cqa_status merge_flags(struct mending *it)
{
    struct flag *flags = cqa_arena_alloc(&it->arena, FLAGS_MAX * sizeof *flags);
    size_t count = 0;

    if (flags == NULL)
        return cqa_fail(it->error, CQA_E_NOMEM, "out of memory");
    enum cqa_status status = read_flags(it, flags, &count);
    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        int64_t twin = 0;
        status = cqa_scores_find(it->db, &twin, it->error, &find_twin, it->of->id, flags[i].id);
        if (status == CQA_OK)
            status = hand_to_twin(it, twin, &flags[i]);
        else if (status == CQA_E_NOTFOUND)
            status = bring_along(it, &flags[i]);
    }
    return status;
}

/* ---- merging */

CQA_SQL_STATEMENT(move_comments, "ii", 0, "UPDATE comments SET call = ?1 WHERE call = ?2");
CQA_SQL_STATEMENT(move_samples, "ii", 0,
                  "UPDATE samples SET call = ?1 WHERE call = ?2 AND NOT EXISTS("
                  "SELECT 1 FROM samples o WHERE o.call = ?1 AND o.plan = samples.plan)");
CQA_SQL_STATEMENT(move_links, "ii", 0,
                  "UPDATE coaching_links SET call = ?1 WHERE call = ?2 AND NOT EXISTS("
                  "SELECT 1 FROM coaching_links o WHERE o.call = ?1"
                  " AND o.note = coaching_links.note AND o.flag = coaching_links.flag)");
CQA_SQL_STATEMENT(end_changes, "i", 0,
                  "DELETE FROM score_changes WHERE call = ?1 AND revision = 0");
CQA_SQL_STATEMENT(end_waiting, "i", 0, "DELETE FROM previews WHERE call = ?1");
CQA_SQL_STATEMENT(end_samples, "i", 0, "DELETE FROM samples WHERE call = ?1");
CQA_SQL_STATEMENT(end_flags, "i", 0, "UPDATE flags SET current = 0 WHERE call = ?1");
CQA_SQL_STATEMENT(end_call, "ii", 0,
                  "UPDATE calls SET copy_of = ?1, flag_count = 0, open_count = 0 WHERE id = ?2");
CQA_SQL_STATEMENT(end_judging, "i", 0, "UPDATE calls SET unjudged = 0 WHERE id = ?1");

/* The better source of the two is a revision of the call that stays. */
static enum cqa_status take_result(struct mending *it)
{
    struct cqa_item item = {0};
    char key[64];
    enum cqa_put outcome = CQA_PUT_COUNT;

    if (it->of_is_better)
        return CQA_OK;
    snprintf(key, sizeof key, "merge:%lld", (long long)it->self.id);
    enum cqa_status status =
        cqa_item_read(&item, it->self.body, strlen(it->self.body), key, it->error);
    const struct cqa_poster poster = {.recorder = "callqa-server", .site = it->site};
    const struct cqa_put_order order = {.mode = CQA_PUT_AS_POSTED, .actor = poster.recorder};
    if (status == CQA_OK) {
        item.call_id = item.call_of = it->of->call_id;
        status = cqa_put_item(it->scores, it->db, &poster, &item, &order,
                              cqa_scores_now_ms(it->scores), &outcome, it->error);
    }
    cqa_item_finish(&item);
    return status;
}

static enum cqa_status tell(struct mending *it)
{
    char object[32];
    char detail[512];

    snprintf(object, sizeof object, "call %lld", (long long)it->of->id);
    snprintf(detail, sizeof detail, "call %lld (%.160s) was the same recording as %.160s",
             (long long)it->self.id, it->self.path, it->of->path);
    return cqa_audit_add(it->scores, it->db, "callqa-server", "calls merged", object, detail,
                         it->error);
}

static enum cqa_status merge(struct mending *it)
{
    static const struct cqa_sql_statement *const moves[] = {&move_comments, &move_samples,
                                                            &move_links};
    enum cqa_status status = merge_flags(it);

    for (size_t i = 0; status == CQA_OK && i < sizeof moves / sizeof *moves; i++)
        status = cqa_sql_do(it->db, it->error, moves[i], it->of->id, it->self.id);
    if (status == CQA_OK)
        status = cqa_sql_do(it->db, it->error, &end_samples, it->self.id);
    if (status == CQA_OK)
        status = cqa_sql_do(it->db, it->error, &end_flags, it->self.id);
    if (status == CQA_OK)
        status = cqa_sql_do(it->db, it->error, &end_changes, it->self.id);
    if (status == CQA_OK)
        status = cqa_sql_do(it->db, it->error, &end_waiting, it->self.id);
    if (status == CQA_OK)
        status = cqa_sql_do(it->db, it->error, &end_call, it->of->id, it->self.id);
    if (status == CQA_OK)
        status = cqa_scores_refresh_totals(it->db, it->of->id, it->error);
    if (status == CQA_OK)
        status = take_result(it);
    return status == CQA_OK ? tell(it) : status;
}

CQA_SQL_STATEMENT(count_closed, "ii", 1,
                  "SELECT count(*) FROM calls c JOIN periods p ON p.from_day <= c.day"
                  " AND c.day < p.to_day WHERE c.id IN (?1, ?2)");

enum cqa_status cqa_put_merge(struct cqa_scores *scores, struct cqa_sql *db,
                              const struct cqa_met *self, const struct cqa_met *of,
                              struct cqa_error *error)
{
    struct mending it = {
        .scores = scores, .db = db, .self = *self, .of = of, .of_is_better = 1, .error = error};
    int64_t closed = 0;
    enum cqa_status status = cqa_sql_number(db, &closed, error, &count_closed, self->id, of->id);

    if (status == CQA_OK && closed == 0)
        status = merge(&it);
    cqa_arena_finish(&it.arena);
    return status;
}

static enum cqa_status mend_body(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct mending *it = context;
    int64_t closed = 0;

    cqa_arena_finish(&it->arena);
    *it = (struct mending){.scores = it->scores, .db = db, .error = error};
    enum cqa_status status = read_next(it);
    if (status != CQA_OK || it->is_done)
        return status;
    status = choose(it);
    if (status == CQA_OK && it->of != NULL)
        status = cqa_sql_number(db, &closed, error, &count_closed, it->self.id, it->of->id);
    it->closed = closed > 0;
    it->merged = it->of != NULL && !it->closed;
    if (status == CQA_OK && it->merged)
        status = merge(it);
    return status == CQA_OK ? cqa_sql_do(db, error, &end_judging, it->self.id) : status;
}

enum cqa_status cqa_scores_mend(struct cqa_scores *scores, struct cqa_error *error)
{
    struct mending *it = calloc(1, sizeof *it);
    enum cqa_status status = CQA_OK;
    int done = 0;

    if (it == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    it->scores = scores;
    while (status == CQA_OK && !done) {
        status = cqa_scores_write(scores, mend_body, it, error);
        done = it->is_done;
        if (status == CQA_OK && it->merged)
            cqa_log(CQA_LOG_NOTICE,
                    "the store held one recording twice: call ~%lld (%s) is call ~%lld (%s): "
                    "merged",
                    (long long)it->self.id, cqa_log_private(it->self.path), (long long)it->of->id,
                    cqa_log_private(it->of->path));
        else if (status == CQA_OK && it->closed)
            cqa_log(CQA_LOG_WARNING,
                    "the store holds one recording twice, as call ~%lld and ~%lld, in a closed "
                    "period: left alone",
                    (long long)it->self.id, (long long)it->of->id);
    }
    cqa_arena_finish(&it->arena);
    free(it);
    return status;
}
