/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done beside requests: asked for by a header, looked at, called off (decision 0207). */
#include "scores/jobs.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include "api/beside.h"
#include "api/endpoints.h"
#include "api/routes.h"
#include "http/kept.h"
#include "scores/asked.h"
#include "scores/when.h"

/* ---- asking for one */

static int is_asked_for(struct cqa_request *request)
{
    const char *prefer = cqa_request_header(request, "Prefer");

    return prefer != NULL && strstr(prefer, "respond-async") != NULL;
}

/* Whether it may be answered with a secret, which is kept nowhere: whoever confirms what gives
 * somebody rights is shown one. */
static int may_tell_secret(struct cqa_request *request, const struct cqa_route *route)
{
    struct cqa_arena *arena = cqa_request_arena(request);
    const char *parts[CQA_PATH_PARTS_MAX];
    struct cqa_second_request asked;
    struct cqa_error error = {0};
    char allowed[64];

    if (route->answer != cqa_post_asked_confirm)
        return 0;
    if (cqa_asked_read(cqa_request_scores(request), cqa_request_part_number(request, 0), arena,
                       &asked, &error) != CQA_OK)
        return 1;
    const struct cqa_route *wanted = cqa_route_find(&cqa_api_routes, asked.method, asked.path,
                                                    arena, parts, allowed, sizeof allowed);
    return wanted == NULL || !cqa_api_routes.seconds(wanted).alone;
}

static void reply_kept(struct cqa_request *request, int64_t id)
{
    char place[64];

    (void)snprintf(place, sizeof place, "/api/v1/jobs/%lld", (long long)id);
    cqa_reply_header(request, "Location", place);
    cqa_reply_header(request, "Preference-Applied", "respond-async");
    cqa_reply_json(request, 202, json_pack("{s:I}", "job", (json_int_t)id));
}

/* A file that somebody sent is not. */
int cqa_job_keeps(struct cqa_request *request, const struct cqa_route *route)
{
    return cqa_request_who(request)->user != 0 && route->body != CQA_BODY_RESULTS &&
           cqa_api_takes_long(route) && is_asked_for(request) && !may_tell_secret(request, route);
}

void cqa_job_keep(struct cqa_request *request)
{
    const struct cqa_identity *who = cqa_request_who(request);
    struct cqa_error error = {0};
    int64_t id = 0;

    const struct cqa_kept kept = cqa_request_keep(request);
    const struct cqa_job_request job = {kept.method,  kept.path, kept.query, kept.type,
                                        kept.address, kept.body, kept.length};
    const enum cqa_status status = cqa_job_add(cqa_request_scores(request), who, &job, &id, &error);
    if (status == CQA_OK) {
        (void)eventfd_write(cqa_request_jobs(request), 1);
        reply_kept(request, id);
    } else {
        cqa_reply_error(request, status, &error);
    }
}

/* ---- looking at them */

static json_t *when_json(int64_t at_ms)
{
    char text[CQA_WHEN_SIZE];

    if (at_ms == 0)
        return json_null();
    cqa_when_write(at_ms, text);
    return json_string(text);
}

static json_t *job_json(const struct cqa_job_row *job)
{
    const int is_done = job->state == CQA_JOB_DONE;

    return json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o}", "job", (json_int_t)job->id,
        "method", job->request.method, "path", job->request.path, "query", job->request.query,
        "state", cqa_job_words[job->state], "done", (json_int_t)job->done, "total",
        job->total > 0 ? json_integer(job->total) : json_null(), "asked_at", when_json(job->at_ms),
        "began_at", when_json(job->begun_ms), "ended_at", when_json(job->ended_ms), "status",
        is_done ? json_integer(job->reply.status) : json_null());
}

static void add_job(void *context, const struct cqa_job_row *job)
{
    json_array_append_new(context, job_json(job));
}

void cqa_get_jobs(struct cqa_request *request)
{
    json_t *list = json_array();
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_job_list(cqa_request_scores(request), cqa_request_who(request), add_job, list, &error);

    cqa_reply_list(request, "jobs", list, status, &error);
}

/* The one of the path; 0 with a problem given. */
static int read_job(struct cqa_request *request, struct cqa_job_row *job)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_job_read(cqa_request_scores(request), cqa_request_who(request),
                     cqa_request_part_number(request, 0), cqa_request_arena(request), job, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

void cqa_get_job(struct cqa_request *request)
{
    struct cqa_job_row job;

    if (read_job(request, &job))
        cqa_reply_json(request, 200, job_json(&job));
}

/* What the request would have been answered, as it would have been. */
void cqa_get_job_result(struct cqa_request *request)
{
    struct cqa_buffer body = {.limit = CQA_KEPT_BYTES_MAX};
    char disposition[128];
    struct cqa_job_row job;

    if (!read_job(request, &job))
        return;
    if (job.state != CQA_JOB_DONE) {
        cqa_reply_problem(request, 409, "conflict", "the job is not done");
        return;
    }
    if (job.reply.name != NULL) {
        (void)snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"",
                       job.reply.name);
        cqa_reply_header(request, "Content-Disposition", disposition);
    }
    if (job.reply.length > 0)
        cqa_buffer_add(&body, job.reply.body, job.reply.length);
    cqa_reply_text(request, job.reply.status, job.reply.type ? job.reply.type : "text/plain",
                   &body);
}

/* What it has come to: one that has just ended is not called off any more. */
void cqa_post_job_stop(struct cqa_request *request)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_job_stop(cqa_request_scores(request), cqa_request_who(request),
                     cqa_request_part_number(request, 0), &error);

    if (status == CQA_OK)
        cqa_get_job(request);
    else
        cqa_reply_error(request, status, &error);
}

void cqa_delete_job(struct cqa_request *request)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_job_drop(cqa_request_scores(request), cqa_request_who(request),
                     cqa_request_part_number(request, 0), &error);

    if (status == CQA_OK)
        cqa_reply_empty(request, 204);
    else
        cqa_reply_error(request, status, &error);
}
