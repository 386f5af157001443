/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_PARTS_H
#define CQA_HTTP_PARTS_H

#include <microhttpd.h>
#include "http/connections.h"
#include "http/counters.h"
#include "http/http.h"
#include "http/refusals.h"
#include "http/route.h"
#include "work/queue.h"

/* What http.c (libmicrohttpd's callbacks), request.c (what endpoints call) and serve.c (start,
 * stop) share. */

struct cqa_kept;
struct cqa_kept_doer;

enum { CQA_HEADERS_MAX = 12 };
enum { CQA_CONNECTION_BYTES = 96 * 1024 }; /* of the library's memory, for one head */

struct cqa_header {
    const char *name;
    const char *value;
};

struct cqa_request {
    struct cqa_http *server;
    struct MHD_Connection *connection;
    struct cqa_connection *place; /* among the server's connections */
    int64_t began_ms;             /* when its head was there */
    size_t received;              /* bytes of the body */
    size_t unspoken;              /* of them since it was last seen to come on */
    const struct cqa_route *route;
    const char *path; /* as it came */
    const char *parts[CQA_PATH_PARTS_MAX];
    const char *type;            /* in place of the Content-Type header; NULL: that */
    int is_again;                /* it was kept, and is done now (again.h) */
    const struct cqa_kept *kept; /* it has no connection (kept.h); NULL: it has */
    const struct cqa_kept_doer *doer;
    unsigned looks; /* whether anybody waits for the answer still (left.c) */
    int takes_interim, is_asked;
    struct cqa_arena arena;
    struct cqa_identity who;
    struct cqa_buffer body;
    int is_head;
    int is_for_later; /* it is to be kept, not done (kept.h) */
    int is_aside;     /* a worker has it, or had (aside.h) */
    /* the reply */
    int status;
    struct cqa_header headers[CQA_HEADERS_MAX];
    size_t header_count;
    struct cqa_buffer text;
    int fd;
    uint64_t offset;
    uint64_t size;
};

/* Whoever asked to read something has hung up. What changes something goes on without them. */
int cqa_request_is_left(struct cqa_request *request);

struct cqa_http {
    const struct cqa_server_config *config;
    struct cqa_scores *scores;
    const struct cqa_clock *clock;
    const struct cqa_routes *routes;
    void *beside;
    struct MHD_Daemon *daemon;
    struct cqa_connections *connections;
    struct cqa_refusals *refusals;
    struct cqa_queue *lanes[CQA_ROUTE_LANE_COUNT]; /* HERE: NULL */
    struct cqa_counters *counters;
    char *certificate;
    char *key;
    char address[96];
    int port;
};

/* What of the request line and the head is ambiguous (RFC 9112), or cannot be read; NULL: nothing.
 * Before anything of it is used. */
struct cqa_head_line {
    const char *method, *version; /* as the library gives them */
    size_t uri_bytes;             /* between them, without the spaces */
};
const struct cqa_message *cqa_head_problem(struct cqa_request *request,
                                           const struct cqa_head_line *line);

/* Among the server's connections; NULL where there was no memory for it. */
struct cqa_connection *cqa_http_place(struct MHD_Connection *connection);

/* The endpoint answers, on whatever thread: what it writes to the log is the asker's, and the time
 * is counted. */
void cqa_request_answer(struct cqa_request *request);

/* The callbacks; `context` is the server. */
void *cqa_http_on_uri(void *context, const char *uri, struct MHD_Connection *connection);
enum MHD_Result cqa_http_on_request(void *context, struct MHD_Connection *connection,
                                    const char *path, const char *method, const char *version,
                                    const char *upload, size_t *upload_size, void **slot);
void cqa_http_on_connection(void *context, struct MHD_Connection *connection, void **slot,
                            enum MHD_ConnectionNotificationCode code);
void cqa_http_on_completed(void *context, struct MHD_Connection *connection, void **slot,
                           enum MHD_RequestTerminationCode code);

#endif
