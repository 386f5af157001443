/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/aside.h"

#include "http/parts.h"

/* Nobody alone has all threads of a lane: what one may look at at once does not stand behind what
 * another has decoded or computed. */
static const struct cqa_queue_plan plans[CQA_ROUTE_LANE_COUNT] = {
    [CQA_ROUTE_PASSWORDS] = {.threads = 1, .threads_per_owner = 1, .room = 16, .room_per_owner = 4},
    /* one's own in the order in which it came: the last one is what holds */
    [CQA_ROUTE_WRITING] = {.threads = 4, .threads_per_owner = 1, .room = 128, .room_per_owner = 32},
    [CQA_ROUTE_TAKING] = {.threads = 2, .threads_per_owner = 2, .room = 64, .room_per_owner = 16},
    [CQA_ROUTE_SUMS] = {.threads = 4, .threads_per_owner = 2, .room = 128, .room_per_owner = 16},
    [CQA_ROUTE_COMPUTING] = {.threads = 2, .threads_per_owner = 1, .room = 32, .room_per_owner = 8},
    [CQA_ROUTE_MEDIA] = {.threads = 4, .threads_per_owner = 2, .room = 128, .room_per_owner = 48},
};

enum cqa_status cqa_lanes_start(struct cqa_http *http, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    for (int i = CQA_ROUTE_HERE + 1; status == CQA_OK && i < CQA_ROUTE_LANE_COUNT; i++)
        status = cqa_queue_start(&http->lanes[i], &plans[i], error);
    return status;
}

void cqa_lanes_stop(struct cqa_http *http)
{
    for (int i = 0; i < CQA_ROUTE_LANE_COUNT; i++)
        cqa_queue_stop(http->lanes[i]);
}

void cqa_lanes_free(struct cqa_http *http)
{
    for (int i = 0; i < CQA_ROUTE_LANE_COUNT; i++)
        cqa_queue_free(http->lanes[i]);
}

/* ---- a request aside */

static enum cqa_route_lane lane_of(const struct cqa_request *request)
{
    if (request->is_for_later) /* a row, whatever it is to compute */
        return CQA_ROUTE_WRITING;
    return request->route->body == CQA_BODY_PASSWORD
               ? CQA_ROUTE_PASSWORDS
               : request->server->routes->lane(request->route);
}

static void suspend(void *context)
{
    struct cqa_request *request = context;

    request->is_aside = 1;
    MHD_suspend_connection(request->connection);
}

static void answer_aside(void *context)
{
    struct cqa_request *request = context;

    cqa_request_answer(request);
    MHD_resume_connection(request->connection);
}

static void refuse(struct cqa_request *request)
{
    cqa_reply_header(request, "Retry-After", "2");
    if (lane_of(request) == CQA_ROUTE_PASSWORDS)
        cqa_reply_problem(request, 503, "busy", "too many log-ins at a time; try again");
    else
        cqa_reply_problem(request, 503, "busy", "too much is being computed at a time; try again");
}

static void refuse_aside(void *context)
{
    struct cqa_request *request = context;

    refuse(request);
    MHD_resume_connection(request->connection);
}

int cqa_lanes_take(struct cqa_request *request)
{
    const enum cqa_route_lane lane = lane_of(request);
    const char *owner = lane == CQA_ROUTE_PASSWORDS || request->who.name == NULL
                            ? cqa_request_peer(request)
                            : request->who.name;
    const struct cqa_queue_job job = {owner, suspend, answer_aside, refuse_aside, request};

    if (lane == CQA_ROUTE_HERE)
        return 0;
    cqa_connection_works(request->server->connections, request->place);
    if (cqa_queue_take(request->server->lanes[lane], &job))
        return 1;
    refuse(request);
    return 0;
}
