/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_SERVE_H
#define CQA_HTTP_SERVE_H

#include "base/clock.h"
#include "http/counters.h"
#include "http/route.h"

/* The sockets and threads that answer until they are stopped. */
struct cqa_http;

/* All borrowed until cqa_http_stop. */
struct cqa_http_order {
    const struct cqa_server_config *config;
    struct cqa_scores *scores;
    const struct cqa_clock *clock;
    const struct cqa_routes *routes;
    struct cqa_counters *counters;
    void *beside; /* for the endpoints (cqa_request_beside) */
    int socket;   /* a listening socket (socket activation), else -1: as configured */
};

/* Owned, free with cqa_http_stop. */
enum cqa_status cqa_http_start(struct cqa_http **out, const struct cqa_http_order *order,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* Takes no new connections, answers what has been asked, frees. NULL is nothing. */
void cqa_http_stop(struct cqa_http *server);

/* The bound address "127.0.0.1:8080", for people and for the port file. */
const char *cqa_http_address(const struct cqa_http *server);
int cqa_http_port(const struct cqa_http *server);

#endif
