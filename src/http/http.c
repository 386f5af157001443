/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "http/aside.h"
#include "http/auth.h"
#include "http/parts.h"

enum {
    SMALL_BODY_BYTES_MAX = 256 * 1024,
    PASSWORD_BODY_BYTES_MAX = 16 * 1024, /* strangers send it */
    DROPPED_BYTES_MAX = 1 << 20,         /* of a body that is too large, until its sender notices */
    BODY_GRACE_MS = 60000,
    BODY_BYTES_MS_LEAST = 1 /* a byte a millisecond: what comes slower does not want to arrive */
};

static struct MHD_Response *make_response(struct cqa_request *request)
{
    if (request->fd >= 0) {
        const int fd = request->fd;
        request->fd = -1;
        return MHD_create_response_from_fd_at_offset64(request->size, fd, request->offset);
    }
    char *text = request->text.text;
    const size_t length = request->text.length;
    request->text = (struct cqa_buffer){0};
    return MHD_create_response_from_buffer(length, text ? text : (void *)"",
                                           text ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
}

static int has_header(const struct cqa_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, name) == 0)
            return 1;
    return 0;
}

/* Whether browsers come by TLS, ours or a proxy's. */
static int is_secure(const struct cqa_server_config *config)
{
    const char *url = config->notices.public_url;

    return config->tls_certificate != NULL || (url != NULL && strncmp(url, "https://", 8) == 0);
}

/* For every reply: nothing of ours is framed, sniffed, leaked by referrer, or kept by caches unless
 * it says so. */
static void add_headers(const struct cqa_request *request, struct MHD_Response *response)
{
    static const struct cqa_header usual[] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
         " media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self';"
         " base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };

    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        MHD_add_response_header(response, usual[i].name, usual[i].value);
    if (!has_header(request, "Cache-Control"))
        MHD_add_response_header(response, "Cache-Control", "no-store");
    if (is_secure(request->server->config))
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=63072000");
    for (size_t i = 0; i < request->header_count; i++)
        if (request->headers[i].value != NULL)
            MHD_add_response_header(response, request->headers[i].name, request->headers[i].value);
}

/* ---- in whose name rows of the audit log are written */

static struct cqa_audit_asker asker_of(struct cqa_request *request)
{
    const struct cqa_identity *who = &request->who;

    return (struct cqa_audit_asker){who->name != NULL && who->user == 0 ? CQA_AUDIT_TOKEN
                                                                        : CQA_AUDIT_USER,
                                    cqa_request_peer(request)};
}

void cqa_request_answer(struct cqa_request *request)
{
    const struct cqa_audit_asker asker = asker_of(request);
    const struct cqa_clock *clock = request->server->clock;
    const int64_t start_ms = cqa_clock_monotonic_ms(clock);

    cqa_audit_works_for(&asker);
    if (request->is_for_later)
        request->server->routes->keep(request);
    else
        request->route->answer(request);
    cqa_audit_works_for(NULL);
    const int64_t spent_ms = cqa_clock_monotonic_ms(clock) - start_ms;
    atomic_fetch_add(&request->server->counters->busy_us, (unsigned long long)spent_ms * 1000);
}

/* Refused log-ins have rows of their own; and the page's first question, whether somebody has
 * logged in, is none. */
static int is_worth_a_row(struct cqa_request *request)
{
    const int is_session =
        request->route != NULL && strcmp(request->route->pattern, "/api/v1/session") == 0;

    return (request->status == 401 || request->status == 403) &&
           !(is_session && (request->route->reach == CQA_REACH_ANYBODY ||
                            cqa_request_cookie(request, cqa_session_cookie(request)) == NULL));
}

/* Of strangers the route is told, not what they typed. */
static void note_refusal(struct cqa_request *request)
{
    const char *name = request->who.name;
    char object[160];
    char detail[32];

    if (!is_worth_a_row(request))
        return;
    const struct cqa_audit_asker asker = asker_of(request);
    (void)snprintf(object, sizeof object, "%s %.140s", request->route->method,
                   name != NULL ? request->path : request->route->pattern);
    (void)snprintf(detail, sizeof detail, "%d", request->status);
    cqa_refusals_note(request->server->refusals, cqa_request_now_ms(request), &asker,
                      name != NULL ? name : cqa_actor_unknown, object, detail);
}

/* ---- replies */

static enum MHD_Result send_reply(struct cqa_request *request)
{
    cqa_connection_works(request->server->connections, request->place);
    note_refusal(request);
    if (request->status == 0 || (request->status == 500 && request->text.text == NULL))
        cqa_log(CQA_LOG_ERROR, "an endpoint gave no reply: out of memory?");
    const unsigned status = request->status ? (unsigned)request->status : 500;
    struct MHD_Response *response = make_response(request);
    if (response == NULL)
        return MHD_NO;
    add_headers(request, response);
    atomic_fetch_add(&request->server->counters->requests[status / 100 % 6], 1);
    const enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static size_t body_limit(const struct cqa_request *request)
{
    switch (request->route->body) {
    case CQA_BODY_RESULTS:
        return (size_t)request->server->config->body_bytes_max;
    case CQA_BODY_SMALL:
        return SMALL_BODY_BYTES_MAX;
    case CQA_BODY_PASSWORD:
        return PASSWORD_BODY_BYTES_MAX;
    default:
        return 0;
    }
}

static void too_large(struct cqa_request *request)
{
    cqa_reply_problem(request, 413, "too-large", "the body may have %zu bytes",
                      body_limit(request));
}

/* Whether the route exists, the asker may use it, and the announced body fits: before any body is
 * read. */
static void check_head(struct cqa_request *request, const struct cqa_head_line *line,
                       const char *path)
{
    char allowed[64];
    const char *method = line->method;
    const struct cqa_message *problem = cqa_head_problem(request, line);

    request->is_head = strcmp(method, "HEAD") == 0;
    request->path = cqa_arena_string(&request->arena, path);
    request->route = cqa_route_find(request->server->routes, method, path, &request->arena,
                                    request->parts, allowed, sizeof allowed);
    if (problem !=
        NULL) { /* where it ends is not sure, so nothing more is read of the connection */
        cqa_reply_header(request, "Connection", "close");
        cqa_reply_problem(request, 400, "request", "%p", problem);
    } else if (request->route == NULL && allowed[0] != '\0') {
        cqa_reply_header(request, "Allow", allowed);
        cqa_reply_problem(request, 405, "method", "allowed here: %s", allowed);
    } else if (request->route == NULL) {
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
    } else if ((request->route->reach == CQA_REACH_ANYBODY ||
                cqa_authenticate(request, method, &request->who)) &&
               request->server->routes->hold(request, request->route)) {
        const char *length = cqa_request_header(request, "Content-Length");
        request->body.limit = body_limit(request);
        if (length != NULL && strtoull(length, NULL, 10) > request->body.limit)
            too_large(request);
    }
}

static void answer(struct cqa_request *request)
{
    cqa_connection_works(request->server->connections, request->place);
    if (request->body.failed)
        too_large(request);
    else
        cqa_request_answer(request);
}

/* ---- connections */

struct cqa_connection *cqa_http_place(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

void cqa_http_on_connection(void *context, struct MHD_Connection *connection, void **slot,
                            enum MHD_ConnectionNotificationCode code)
{
    struct cqa_http *server = context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        cqa_connection_forget(server->connections, *slot);
        *slot = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (fd != NULL && peer != NULL)
        *slot = cqa_connection_add(server->connections, fd->connect_fd, peer->client_addr,
                                   cqa_clock_monotonic_ms(server->clock));
}

/* Whether so much, or so little in so long a time, is worth waiting for more. */
static int is_worth_more(const struct cqa_request *request, int64_t now_ms)
{
    const int64_t spent_ms = now_ms - request->began_ms;

    return request->received <= request->body.limit + DROPPED_BYTES_MAX &&
           spent_ms <= BODY_GRACE_MS + (int64_t)request->received / BODY_BYTES_MS_LEAST;
}

/* A body that comes on may take its time; one that trickles waits. */
static void note_progress(struct cqa_request *request, size_t bytes)
{
    enum { STEP_BYTES = 4096 };

    request->unspoken += bytes;
    if (request->unspoken < STEP_BYTES)
        return;
    request->unspoken = 0;
    cqa_connection_waits(request->server->connections, request->place,
                         cqa_clock_monotonic_ms(request->server->clock));
}

/* ---- requests */

enum MHD_Result cqa_http_on_request(void *context, struct MHD_Connection *connection,
                                    const char *path, const char *method, const char *version,
                                    const char *upload, size_t *upload_size, void **slot)
{
    struct cqa_request *request = *slot;

    if (request == NULL) {
        request = calloc(1, sizeof *request);
        if (request == NULL)
            return MHD_NO;
        request->server = context;
        request->connection = connection;
        request->fd = -1;
        request->place = cqa_http_place(connection);
        request->takes_interim = strcmp(version, MHD_HTTP_VERSION_1_1) == 0;
        request->began_ms = cqa_clock_monotonic_ms(request->server->clock);
        *slot = request;
        check_head(
            request,
            &(struct cqa_head_line){method, version, cqa_connection_uri_bytes(request->place)},
            path);
        return request->status != 0 ? send_reply(request) : MHD_YES;
    }
    if (*upload_size >
        0) { /* past the limit the rest is read and dropped, so that the answer arrives */
        cqa_buffer_add(&request->body, upload, *upload_size);
        note_progress(request, *upload_size);
        request->received += *upload_size;
        *upload_size = 0;
        return is_worth_more(request, cqa_clock_monotonic_ms(request->server->clock)) ? MHD_YES
                                                                                      : MHD_NO;
    }
    const int is_new = request->status == 0 && !request->is_aside;
    if (is_new && !request->body.failed) {
        request->is_for_later = !request->is_head && /* HEAD: a look */
                                request->server->routes->keeps(request, request->route);
        if (cqa_lanes_take(request))
            return MHD_YES; /* and comes here again, with its reply */
    }
    if (is_new && request->status == 0)
        answer(request);
    return send_reply(request);
}

void cqa_http_on_completed(void *context, struct MHD_Connection *connection, void **slot,
                           enum MHD_RequestTerminationCode code)
{
    struct cqa_http *server = context;
    struct cqa_request *request = *slot;

    (void)connection;
    (void)code;
    if (request == NULL)
        return;
    cqa_connection_waits(server->connections, request->place,
                         cqa_clock_monotonic_ms(server->clock));
    if (request->fd >= 0)
        close(request->fd);
    cqa_buffer_finish(&request->body);
    cqa_buffer_finish(&request->text);
    cqa_arena_finish(&request->arena);
    free(request);
    *slot = NULL;
}
