/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/again.h"

#include "http/parts.h"

struct cqa_again cqa_request_as_it_came(struct cqa_request *request)
{
    struct cqa_again again = {.method = request->route->method,
                              .path = request->path,
                              .type = cqa_request_content_type(request)};

    again.body = cqa_request_body(request, &again.length);
    return again;
}

int cqa_request_become(struct cqa_request *request, const struct cqa_again *again)
{
    char allowed[64];

    request->route = cqa_route_find(request->server->routes, again->method, again->path,
                                    &request->arena, request->parts, allowed, sizeof allowed);
    if (request->route == NULL) { /* a server of before kept it */
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
        return 0;
    }
    request->path = again->path;
    request->type = again->type;
    request->is_again = 1;
    cqa_buffer_finish(&request->body);
    request->body = (struct cqa_buffer){.limit = again->length};
    if (again->length == 0 || cqa_buffer_add(&request->body, again->body, again->length) == CQA_OK)
        return request->server->routes->hold(request, request->route);
    cqa_reply_problem(request, 500, "internal", "the reply is too large");
    return 0;
}

int cqa_request_is_again(const struct cqa_request *request)
{
    return request->is_again;
}

struct cqa_seconds cqa_request_seconds(const struct cqa_request *request)
{
    return request->server->routes->seconds(request->route);
}

int cqa_request_run(struct cqa_request *request)
{
    request->route->answer(request);
    return request->status;
}
