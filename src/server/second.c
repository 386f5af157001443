/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/second.h"

#include <stdlib.h>
#include "base/log.h"
#include "base/message_json.h"
#include "server/endpoints.h"
#include "server/http_internal.h"
#include "server/rights.h"
#include "server/when.h"

int cqa_second_is_confirmed(const struct cqa_request *request)
{
    return request->is_confirmed;
}

static json_t *both(const char *said)
{
    struct cqa_message message;

    if (!cqa_message_from_text(said, &message))
        return json_null();
    return json_pack("{s:s, s:s}", "en", cqa_said(&message, CQA_ENGLISH), "zh",
                     cqa_said(&message, CQA_CHINESE));
}

void cqa_second_ask(struct cqa_request *request, const struct cqa_message *why)
{
    char *said = cqa_message_to_text(why);
    struct cqa_error error = {0};
    size_t length;
    const char *body = cqa_request_body(request, &length);
    struct cqa_second_request asked = {.method = request->route->method,
                                       .path = request->path,
                                       .type = cqa_request_content_type(request),
                                       .why = said ? said : "",
                                       .body = body,
                                       .length = length};
    const enum cqa_status status =
        cqa_asked_add(cqa_request_scores(request), cqa_request_who(request), &asked, &error);

    if (status == CQA_OK)
        cqa_reply_json(
            request, 202,
            json_pack("{s:I, s:o}", "asked", (json_int_t)asked.id, "why", both(asked.why)));
    else
        cqa_reply_error(request, status, &error);
    free(said);
}

/* ---- what waits */

static void add_asked(void *context, const struct cqa_second_request *asked)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(asked->at_ms, at);
    json_array_append_new(context,
                          json_pack("{s:I, s:s, s:s, s:s, s:s, s:o}", "asked",
                                    (json_int_t)asked->id, "by", asked->by, "at", at, "method",
                                    asked->method, "path", asked->path, "why", both(asked->why)));
}

void cqa_get_asked(struct cqa_request *request)
{
    json_t *list = json_array();
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_asked_list(cqa_request_scores(request), add_asked, list, &error);

    cqa_reply_list(request, "asked", list, status, &error);
}

/* ---- confirming */

/* The request becomes the one that was asked for; who asks stays who confirms. */
static int take_over(struct cqa_request *request, const struct cqa_second_request *asked)
{
    char allowed[64];

    request->route = cqa_route_find(asked->method, asked->path, &request->arena, request->parts,
                                    allowed, sizeof allowed);
    if (request->route == NULL) { /* a server of before kept it */
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
        return 0;
    }
    request->path = asked->path;
    request->type = asked->type;
    request->is_confirmed = 1;
    cqa_buffer_finish(&request->body);
    request->body = (struct cqa_buffer){.limit = asked->length};
    if (asked->length == 0 || cqa_buffer_add(&request->body, asked->body, asked->length) == CQA_OK)
        return cqa_rights_hold(request, request->route);
    cqa_reply_problem(request, 500, "internal", "the reply is too large");
    return 0;
}

static void confirm(struct cqa_request *request, const struct cqa_second_request *asked)
{
    const struct cqa_identity *who = cqa_request_who(request);
    struct cqa_scores *scores = cqa_request_scores(request);
    struct cqa_error error = {0};
    enum cqa_status status = cqa_asked_confirm(scores, who, asked, request->route->roles, &error);

    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
        return;
    }
    request->route->answer(request);
    if (request->status / 100 != 2)
        status = cqa_asked_unconfirm(scores, who, asked, &error);
    if (status != CQA_OK)
        cqa_log(CQA_LOG_ERROR, "%p", &error.message);
}

static int64_t number_of(struct cqa_request *request)
{
    return strtoll(cqa_request_part(request, 0), NULL, 10);
}

void cqa_post_asked_confirm(struct cqa_request *request)
{
    struct cqa_second_request asked;
    struct cqa_error error = {0};
    const enum cqa_status status = cqa_asked_read(cqa_request_scores(request), number_of(request),
                                                  cqa_request_arena(request), &asked, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (take_over(request, &asked))
        confirm(request, &asked);
}

void cqa_post_asked_withdraw(struct cqa_request *request)
{
    struct cqa_error error = {0};
    const enum cqa_status status = cqa_asked_withdraw(
        cqa_request_scores(request), cqa_request_who(request), number_of(request), &error);

    if (status == CQA_OK)
        cqa_reply_empty(request, 204);
    else
        cqa_reply_error(request, status, &error);
}
