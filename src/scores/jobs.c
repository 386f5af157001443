/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/jobs.h"

#include "scores/store_internal.h"

enum { LEASE_MS = 60000 };

const char *const cqa_job_words[CQA_JOB_STATE_COUNT + 1] = {"waits", "works", "done", "stopped",
                                                            NULL};

/* What the functions below hand to their transactions. */
struct turn {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    const struct cqa_job_request *request;
    const struct cqa_job_reply *reply;
    struct cqa_arena *arena;
    struct cqa_job_row *job;
    int64_t id, done, total;
    int goes_on, forgets, is_try;
};

/* ---- by whoever asks */

CQA_SQL_STATEMENT(insert_job, "itttttib", 1,
                  "INSERT INTO jobs(user, address, method, path, query, type, at_ms, body)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id");
CQA_SQL_STATEMENT(count_unfinished, "i", 1,
                  "SELECT count(*) FROM jobs WHERE user = ?1 AND state < 2");

static enum cqa_status add(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct turn *it = context;
    const struct cqa_job_request *request = it->request;
    int64_t unfinished = 0;
    enum cqa_status status =
        cqa_sql_number(db, &unfinished, error, &count_unfinished, it->who->user);

    if (status == CQA_OK && unfinished >= CQA_JOBS_OF_ONE)
        return cqa_fail(error, CQA_E_REFUSED,
                        "%d of your jobs are not finished: wait for one, or call one off",
                        CQA_JOBS_OF_ONE);
    return status == CQA_OK
               ? cqa_sql_number(db, &it->id, error, &insert_job, it->who->user, request->address,
                                request->method, request->path, request->query, request->type,
                                cqa_scores_now_ms(it->scores), request->body, request->length)
               : status;
}

enum cqa_status cqa_job_add(struct cqa_scores *scores, const struct cqa_identity *who,
                            const struct cqa_job_request *request, int64_t *id,
                            struct cqa_error *error)
{
    struct turn turn = {.scores = scores, .who = who, .request = request};
    const enum cqa_status status = cqa_scores_write(scores, add, &turn, error);

    *id = turn.id;
    return status;
}

#define COLUMNS                                                                                    \
    "SELECT id, user, state, done, total, at_ms, coalesce(begun_ms, 0), coalesce(ended_ms, 0),"    \
    " method, path, query, coalesce(status, 0)"
CQA_SQL_STATEMENT(list_jobs, "i", 12,
                  COLUMNS " FROM jobs WHERE user = ?1 ORDER BY id DESC LIMIT 100");
CQA_SQL_STATEMENT(one_job, "ii", 15,
                  COLUMNS ", reply_type, reply_name, reply FROM jobs WHERE id = ?1 AND user = ?2");

static struct cqa_job_row job_of(const struct cqa_sql_rows *row)
{
    return (struct cqa_job_row){.id = cqa_sql_int(row, 0),
                                .user = cqa_sql_int(row, 1),
                                .state = (enum cqa_job_state)cqa_sql_int(row, 2),
                                .done = cqa_sql_int(row, 3),
                                .total = cqa_sql_int(row, 4),
                                .at_ms = cqa_sql_int(row, 5),
                                .begun_ms = cqa_sql_int(row, 6),
                                .ended_ms = cqa_sql_int(row, 7),
                                .request = {.method = cqa_row_text(row, 8),
                                            .path = cqa_row_text(row, 9),
                                            .query = cqa_row_text(row, 10)},
                                .reply = {.status = (int)cqa_sql_int(row, 11)}};
}

enum cqa_status cqa_job_list(struct cqa_scores *scores, const struct cqa_identity *who,
                             void (*visit)(void *context, const struct cqa_job_row *job),
                             void *context, struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &list_jobs, who->user);
    while (cqa_list_next(&list, error)) {
        const struct cqa_job_row job = job_of(list.row);
        visit(context, &job);
    }
    return cqa_list_end(scores, &list);
}

/* The texts of a row that is about to go. */
static int keep_request(struct cqa_job_row *job, struct cqa_arena *arena)
{
    struct cqa_job_request *request = &job->request;

    request->method = cqa_arena_string(arena, request->method);
    request->path = cqa_arena_string(arena, request->path);
    request->query = cqa_arena_string(arena, request->query);
    return request->method != NULL && request->path != NULL && request->query != NULL;
}

enum cqa_status cqa_job_read(struct cqa_scores *scores, const struct cqa_identity *who, int64_t id,
                             struct cqa_arena *arena, struct cqa_job_row *out,
                             struct cqa_error *error)
{
    struct cqa_list list;

    cqa_list_start(scores, &list, error, &one_job, id, who->user);
    if (cqa_list_first(&list, error)) {
        *out = job_of(list.row);
        out->reply.type = cqa_sql_copy(list.row, 12, arena);
        out->reply.name = cqa_sql_copy(list.row, 13, arena);
        out->reply.length = cqa_sql_size(list.row, 14);
        out->reply.body = cqa_sql_copy(list.row, 14, arena);
        if (!keep_request(out, arena) || (out->reply.length > 0 && out->reply.body == NULL))
            list.status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    const enum cqa_status status = cqa_list_end(scores, &list);
    return status == CQA_E_NOTFOUND
               ? cqa_fail(error, CQA_E_NOTFOUND, "there is no job of this number of yours")
               : status;
}

CQA_SQL_STATEMENT(state_of, "ii", 1, "SELECT state FROM jobs WHERE id = ?1 AND user = ?2");
CQA_SQL_STATEMENT(stop_waiting, "ii", 0,
                  "UPDATE jobs SET state = 3, stop = 1, ended_ms = ?2 WHERE id = ?1");
CQA_SQL_STATEMENT(stop_working, "i", 0, "UPDATE jobs SET stop = 1 WHERE id = ?1");
CQA_SQL_STATEMENT(forget_one, "i", 0, "DELETE FROM jobs WHERE id = ?1");

static enum cqa_status stop(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct turn *it = context;
    int64_t state = 0;
    const enum cqa_status status =
        cqa_scores_find(db, &state, error, &state_of, it->id, it->who->user);

    if (status == CQA_E_NOTFOUND)
        return cqa_fail(error, CQA_E_NOTFOUND, "there is no job of this number of yours");
    if (status != CQA_OK)
        return status;
    if (state == CQA_JOB_WAITS)
        return cqa_sql_do(db, error, &stop_waiting, it->id, cqa_scores_now_ms(it->scores));
    if (state == CQA_JOB_WORKS)
        return cqa_sql_do(db, error, &stop_working, it->id);
    return it->forgets ? cqa_sql_do(db, error, &forget_one, it->id) : CQA_OK;
}

enum cqa_status cqa_job_stop(struct cqa_scores *scores, const struct cqa_identity *who, int64_t id,
                             struct cqa_error *error)
{
    return cqa_scores_write(scores, stop, &(struct turn){.scores = scores, .who = who, .id = id},
                            error);
}

enum cqa_status cqa_job_drop(struct cqa_scores *scores, const struct cqa_identity *who, int64_t id,
                             struct cqa_error *error)
{
    struct turn turn = {.scores = scores, .who = who, .id = id, .forgets = 1};

    return cqa_scores_write(scores, stop, &turn, error);
}

/* ---- by the server that does them */

/* Nobody does it: it waits, or whoever had it is gone. On a store that is one server's (?3 0) who
 * is not that server (?1) is. */
#define IS_FREE(j)                                                                                 \
    "(" j "state = 0 OR (" j "state = 1 AND " j "taken_by <> ?1"                                   \
    " AND (?3 = 0 OR " j "taken_ms < ?2)))"
CQA_SQL_STATEMENT(
    next_job, "tii", 14,
    COLUMNS ", stop, tries FROM jobs j WHERE state < 2 AND " IS_FREE(
        "j.") " AND NOT EXISTS(SELECT 1 FROM jobs o WHERE o.user = j.user"
              "  AND o.state = 1 AND o.id <> j.id AND NOT " IS_FREE("o.") ") ORDER BY id LIMIT 1");

static enum cqa_status find_next(struct cqa_sql *db, struct turn *it, struct cqa_error *error)
{
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &next_job, cqa_scores_self(it->scores),
                                           cqa_scores_now_ms(it->scores) - LEASE_MS,
                                           (int64_t)cqa_scores_is_shared(it->scores));

    if (status == CQA_OK && (status = cqa_row_step(row, error)) == CQA_OK) {
        *it->job = job_of(row);
        it->goes_on = cqa_sql_int(row, 12) == 0;
        it->job->tries = cqa_sql_int(row, 13);
        if (!keep_request(it->job, it->arena))
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(request_of, "i", 3, "SELECT address, type, body FROM jobs WHERE id = ?1");

static enum cqa_status read_request(struct cqa_sql *db, const struct turn *it,
                                    struct cqa_error *error)
{
    struct cqa_job_request *request = &it->job->request;
    struct cqa_sql_rows *row = NULL;
    enum cqa_status status = cqa_sql_start(db, &row, error, &request_of, it->job->id);

    if (status == CQA_OK && (status = cqa_row_step(row, error)) == CQA_OK) {
        request->address = cqa_sql_copy(row, 0, it->arena);
        request->type = cqa_sql_copy(row, 1, it->arena);
        request->length = cqa_sql_size(row, 2);
        request->body = cqa_sql_copy(row, 2, it->arena);
        if (request->address == NULL || request->type == NULL || request->body == NULL)
            status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    }
    cqa_sql_end(row);
    return status;
}

CQA_SQL_STATEMENT(
    take_job, "tii", 0,
    "UPDATE jobs SET state = 1, taken_by = ?1, taken_ms = ?2, begun_ms = ?2, done = 0,"
    " total = 0, tries = tries + 1 WHERE id = ?3");
CQA_SQL_STATEMENT(forget_old, "i", 0, "DELETE FROM jobs WHERE state > 1 AND ended_ms < ?1");

static enum cqa_status take(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct turn *it = context;
    const int64_t now_ms = cqa_scores_now_ms(it->scores);
    enum cqa_status status = cqa_sql_do(db, error, &forget_old, now_ms - (int64_t)CQA_JOB_KEPT_MS);

    if (status == CQA_OK)
        status = find_next(db, it, error);
    if (status == CQA_E_NOTFOUND) {
        it->job->id = 0;
        return CQA_OK;
    }
    if (status == CQA_OK && !it->goes_on) /* whoever did it is gone, and it was called off */
        return cqa_sql_do(db, error, &stop_waiting, it->job->id, now_ms);
    if (status == CQA_OK)
        status = read_request(db, it, error);
    return status == CQA_OK
               ? cqa_sql_do(db, error, &take_job, cqa_scores_self(it->scores), now_ms, it->job->id)
               : status;
}

CQA_SQL_STATEMENT(any_unfinished, "", 1, "SELECT EXISTS(SELECT 1 FROM jobs WHERE state < 2)");

/* Mostly there is none, and nobody who writes is disturbed. */
static enum cqa_status look(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct turn *it = context;

    return cqa_sql_number(db, &it->done, error, &any_unfinished);
}

enum cqa_status cqa_job_take(struct cqa_scores *scores, struct cqa_arena *arena,
                             struct cqa_job_row *out, struct cqa_error *error)
{
    struct turn turn = {.scores = scores, .arena = arena, .job = out};
    enum cqa_status status = cqa_scores_look(scores, look, &turn, error);

    *out = (struct cqa_job_row){0};
    if (status == CQA_OK && turn.done)
        status = cqa_scores_write(scores, take, &turn, error);
    return status == CQA_OK && (out->id == 0 || !turn.goes_on) ? CQA_E_NOTFOUND : status;
}

CQA_SQL_STATEMENT(keep_mine, "it", 0,
                  "UPDATE jobs SET taken_ms = ?1 WHERE state = 1 AND taken_by = ?2");

static enum cqa_status keep(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct turn *it = context;

    return cqa_sql_do(db, error, &keep_mine, cqa_scores_now_ms(it->scores),
                      cqa_scores_self(it->scores));
}

enum cqa_status cqa_jobs_keep(struct cqa_scores *scores, struct cqa_error *error)
{
    return cqa_scores_write(scores, keep, &(struct turn){.scores = scores}, error);
}

#define MINE " WHERE id = ?1 AND state = 1 AND taken_by = ?2"
CQA_SQL_STATEMENT(set_done, "itii", 0, "UPDATE jobs SET done = ?3, total = ?4" MINE);
CQA_SQL_STATEMENT(is_wanted, "it", 1, "SELECT CASE WHEN stop = 0 THEN 1 ELSE 0 END FROM jobs" MINE);

static enum cqa_status tell(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct turn *it = context;
    const char *self = cqa_scores_self(it->scores);
    int64_t wanted = 0;
    enum cqa_status status = cqa_sql_do(db, error, &set_done, it->id, self, it->done, it->total);

    if (status == CQA_OK)
        status = cqa_sql_number(db, &wanted, error, &is_wanted, it->id, self);
    it->goes_on = wanted != 0;
    return status;
}

enum cqa_status cqa_job_tell(struct cqa_scores *scores, int64_t id, int64_t done, int64_t total,
                             int *goes_on, struct cqa_error *error)
{
    struct turn turn = {.scores = scores, .id = id, .done = done, .total = total};
    const enum cqa_status status = cqa_scores_write(scores, tell, &turn, error);

    *goes_on = turn.goes_on;
    return status;
}

CQA_SQL_STATEMENT(end_job, "itiittbi", 0,
                  "UPDATE jobs SET state = ?8, ended_ms = ?3, status = ?4, reply_type = ?5,"
                  " reply_name = ?6, reply = ?7" MINE);

/* Those of the same person that are too much with the newer ones. */
CQA_SQL_STATEMENT(
    forget_over, "ii", 0,
    "DELETE FROM jobs WHERE id <> ?1 AND id IN (SELECT id FROM (SELECT id, sum(length(body)"
    "  + coalesce(length(reply), 0)) OVER (ORDER BY id DESC) AS bytes FROM jobs"
    "  WHERE state > 1 AND user = (SELECT user FROM jobs WHERE id = ?1)) ended WHERE bytes > ?2)");

static enum cqa_status end(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct turn *it = context;
    const struct cqa_job_reply *reply = it->reply;
    const enum cqa_status status = cqa_sql_do(
        db, error, &end_job, it->id, cqa_scores_self(it->scores), cqa_scores_now_ms(it->scores),
        (int64_t)reply->status, reply->type, reply->name, reply->body, reply->length,
        (int64_t)(reply->broke_off ? CQA_JOB_STOPPED : CQA_JOB_DONE));

    return status == CQA_OK
               ? cqa_sql_do(db, error, &forget_over, it->id, (int64_t)CQA_JOB_BYTES_OF_ONE)
               : status;
}

enum cqa_status cqa_job_end(struct cqa_scores *scores, int64_t id,
                            const struct cqa_job_reply *reply, struct cqa_error *error)
{
    return cqa_scores_write(scores, end, &(struct turn){.scores = scores, .id = id, .reply = reply},
                            error);
}

CQA_SQL_STATEMENT(leave_job, "iti", 0, "UPDATE jobs SET state = 0, tries = tries - ?3" MINE);

static enum cqa_status leave(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    const struct turn *it = context;

    return cqa_sql_do(db, error, &leave_job, it->id, cqa_scores_self(it->scores),
                      (int64_t)(it->is_try ? 0 : 1));
}

enum cqa_status cqa_job_leave(struct cqa_scores *scores, int64_t id, int is_try,
                              struct cqa_error *error)
{
    struct turn turn = {.scores = scores, .id = id, .is_try = is_try};

    return cqa_scores_write(scores, leave, &turn, error);
}
