/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "http/parts.h"

/* ---- keeping */

static enum MHD_Result write_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct cqa_buffer *text = context;

    (void)kind;
    if (text->length > 0)
        cqa_buffer_add(text, "&", 1);
    cqa_buffer_add(text, name, strlen(name));
    cqa_buffer_add(text, "=", 1);
    if (value != NULL)
        cqa_buffer_add(text, value, strlen(value));
    return MHD_YES;
}

static const char *query_of(struct cqa_request *request)
{
    struct cqa_buffer text = {.limit = CQA_CONNECTION_BYTES};

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, write_argument, &text);
    const char *query = text.text == NULL ? "" : cqa_arena_string(&request->arena, text.text);
    cqa_buffer_finish(&text);
    return query != NULL ? query : "";
}

struct cqa_kept cqa_request_keep(struct cqa_request *request)
{
    struct cqa_kept kept = {.method = request->route->method,
                            .path = request->path,
                            .query = query_of(request),
                            .type = cqa_request_content_type(request),
                            .address = cqa_request_peer(request)};

    kept.body = cqa_request_body(request, &kept.length);
    return kept;
}

/* ---- doing */

int cqa_request_goes_on(struct cqa_request *request, int64_t done, int64_t total)
{
    return request->doer != NULL ? request->doer->goes_on(request->doer->context, done, total)
                                 : !cqa_request_is_left(request);
}

enum cqa_status cqa_request_check_wanted(struct cqa_request *request, int64_t done, int64_t total,
                                         struct cqa_error *error)
{
    return cqa_request_goes_on(request, done, total)
               ? CQA_OK
               : cqa_fail(error, CQA_E_REFUSED, "it was called off");
}

static void take_request(struct cqa_request *request, const struct cqa_kept *kept)
{
    char allowed[64];

    request->route = cqa_route_find(request->server->routes, kept->method, kept->path,
                                    &request->arena, request->parts, allowed, sizeof allowed);
    if (request->route == NULL) /* a server of before kept it */
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
    else if (request->server->routes->hold(request, request->route) && kept->length > 0 &&
             cqa_buffer_add(&request->body, kept->body, kept->length) != CQA_OK)
        cqa_reply_problem(request, 503, "memory", "out of memory");
}

static void read_file(int fd, uint64_t size, struct cqa_buffer *out)
{
    char piece[65536];

    for (uint64_t at = 0; at < size && !out->failed;) {
        const ssize_t count = pread(fd, piece, sizeof piece, (off_t)at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            out->failed = 1; /* it is shorter than it was, or cannot be read */
        else
            cqa_buffer_add(out, piece, (size_t)count);
        at += count > 0 ? (uint64_t)count : 0;
    }
}

static const char *header_of(const struct cqa_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, name) == 0 && request->headers[i].value != NULL)
            return request->headers[i].value;
    return "";
}

static void take_reply(struct cqa_request *request, struct cqa_kept_reply *out)
{
    static const char before_name[] = "filename=\"";
    const char *name = strstr(header_of(request, "Content-Disposition"), before_name);

    out->status = request->status != 0 ? request->status : 500;
    (void)snprintf(out->type, sizeof out->type, "%s", header_of(request, "Content-Type"));
    if (name != NULL)
        (void)snprintf(out->name, sizeof out->name, "%.*s",
                       (int)strcspn(name + sizeof before_name - 1, "\""),
                       name + sizeof before_name - 1);
    out->body = (struct cqa_buffer){.limit = CQA_KEPT_BYTES_MAX};
    if (request->fd >= 0) {
        read_file(request->fd, request->size, &out->body);
    } else {
        out->body = request->text;
        request->text = (struct cqa_buffer){0};
    }
}

static void finish(struct cqa_request *request)
{
    if (request->fd >= 0)
        close(request->fd);
    cqa_buffer_finish(&request->body);
    cqa_buffer_finish(&request->text);
    cqa_arena_finish(&request->arena);
    free(request);
}

void cqa_kept_do(struct cqa_http *http, const struct cqa_kept *kept, const struct cqa_identity *who,
                 const struct cqa_kept_doer *doer, struct cqa_kept_reply *out)
{
    struct cqa_request *request = calloc(1, sizeof *request);

    *out = (struct cqa_kept_reply){.status = 503};
    if (request == NULL)
        return;
    request->server = http;
    request->fd = -1;
    request->kept = kept;
    request->doer = doer;
    request->who = *who;
    request->path = kept->path;
    request->type = kept->type;
    request->body.limit = kept->length;
    take_request(request, kept);
    if (request->status == 0)
        cqa_request_answer(request);
    take_reply(request, out);
    if (out->body.failed) {
        cqa_kept_reply_finish(out);
        *out = (struct cqa_kept_reply){.status = 500};
    }
    finish(request);
}

void cqa_kept_reply_finish(struct cqa_kept_reply *reply)
{
    cqa_buffer_finish(&reply->body);
}

void cqa_kept_refuse(struct cqa_http *http, int status, const char *kind,
                     const struct cqa_message *why, struct cqa_kept_reply *out)
{
    struct cqa_request *request = calloc(1, sizeof *request);

    *out = (struct cqa_kept_reply){.status = status};
    if (request == NULL)
        return;
    request->server = http;
    request->fd = -1;
    cqa_reply_refusal(request, status, kind, NULL, why);
    take_reply(request, out);
    finish(request);
}
