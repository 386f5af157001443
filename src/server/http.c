#include "server/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/log.h"
#include "server/auth.h"
#include "server/counters.h"
#include "server/limit.h"
#include "server/range.h"
#include "server/route.h"

enum {
    SMALL_BODY_BYTES_MAX = 256 * 1024,
    HEADERS_MAX = 12,
    CONNECTIONS_MAX = 512,
    CONNECTION_MEMORY_BYTES = 48 * 1024,
    IDLE_TIMEOUT_S = 60,
    LISTEN_BACKLOG = 256
};

struct header {
    const char *name;
    const char *value;
};

struct cqa_request {
    struct cqa_server *server;
    struct MHD_Connection *connection;
    const struct cqa_route *route;
    const char *parts[CQA_PATH_PARTS_MAX];
    struct cqa_arena arena;
    struct cqa_identity who;
    struct cqa_buffer body;
    int is_head;
    /* the reply */
    int status;
    struct header headers[HEADERS_MAX];
    size_t header_count;
    struct cqa_buffer text;
    int fd;
    uint64_t offset;
    uint64_t size;
};

struct cqa_server {
    const struct cqa_server_config *config;
    struct cqa_scores *scores;
    const struct cqa_clock *clock;
    struct MHD_Daemon *daemon;
    struct cqa_limiter *limiter;
    struct cqa_counters counters;
    char *certificate;
    char *key;
    char address[96];
    int port;
};

struct cqa_scores *cqa_request_scores(const struct cqa_request *request)
{
    return request->server->scores;
}

struct cqa_server *cqa_request_server(const struct cqa_request *request)
{
    return request->server;
}

const struct cqa_server_config *cqa_request_config(const struct cqa_request *request)
{
    return request->server->config;
}

struct cqa_counters *cqa_request_counters(const struct cqa_request *request)
{
    return &request->server->counters;
}

struct cqa_limiter *cqa_request_limiter(const struct cqa_request *request)
{
    return request->server->limiter;
}

int64_t cqa_request_now_ms(const struct cqa_request *request)
{
    return cqa_clock_wall_ms(request->server->clock);
}

struct cqa_arena *cqa_request_arena(struct cqa_request *request)
{
    return &request->arena;
}

const struct cqa_identity *cqa_request_who(const struct cqa_request *request)
{
    return &request->who;
}

const char *cqa_request_part(const struct cqa_request *request, size_t index)
{
    return index < CQA_PATH_PARTS_MAX && request->parts[index] ? request->parts[index] : "";
}

const char *cqa_request_query(struct cqa_request *request, const char *name)
{
    const char *raw = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);

    return raw ? cqa_percent_decode(raw, strlen(raw), &request->arena) : NULL;
}

const char *cqa_request_header(struct cqa_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *cqa_request_cookie(struct cqa_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

const char *cqa_request_peer(struct cqa_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char *text = cqa_arena_alloc(&request->arena, INET6_ADDRSTRLEN);
    const void *address = NULL;

    if (info == NULL || text == NULL)
        return "";
    if (info->client_addr->sa_family == AF_INET)
        address = &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr;
    else if (info->client_addr->sa_family == AF_INET6)
        address = &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr;
    if (address != NULL)
        inet_ntop(info->client_addr->sa_family, address, text, INET6_ADDRSTRLEN);
    return text;
}

const char *cqa_request_body(const struct cqa_request *request, size_t *length)
{
    *length = request->body.length;
    return request->body.text ? request->body.text : "";
}

const char *cqa_request_content_type(struct cqa_request *request)
{
    const char *raw = cqa_request_header(request, "Content-Type");
    char *type = raw ? cqa_arena_bytes(&request->arena, raw, strcspn(raw, "; \t")) : NULL;

    for (char *at = type; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return type ? type : "";
}

struct search {
    const char *const *known;
    const char *stranger;
};

static enum MHD_Result look_up(void *context, enum MHD_ValueKind kind, const char *key,
                               const char *value)
{
    struct search *search = context;

    (void)kind;
    (void)value;
    for (size_t i = 0; search->known[i] != NULL; i++)
        if (strcmp(key, search->known[i]) == 0)
            return MHD_YES;
    search->stranger = key;
    return MHD_NO;
}

const char *cqa_request_unknown_query(struct cqa_request *request, const char *const *known)
{
    struct search search = {known, NULL};

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_up, &search);
    return search.stranger;
}

int cqa_request_number(struct cqa_request *request, const char *name, double least, double most,
                       int *present, double *out)
{
    const char *raw = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
    char *end;

    *present = 0;
    if (raw == NULL)
        return 1;
    const double value = strtod(raw, &end);
    if (raw[0] == '\0' || raw[strspn(raw, "-.0123456789")] != '\0' || *end != '\0' ||
        !(value >= least && value <= most)) {
        cqa_reply_problem(request, 400, "query", "%s: must be a number from %g to %g", name, least,
                          most);
        return 0;
    }
    *present = 1;
    *out = value;
    return 1;
}

json_t *cqa_request_json(struct cqa_request *request)
{
    struct cqa_error error;
    json_error_t where;
    size_t length;
    const char *text = cqa_request_body(request, &length);

    if (strcmp(cqa_request_content_type(request), "application/json") != 0) {
        cqa_reply_problem(request, 415, "media-type", "Content-Type must be application/json");
        return NULL;
    }
    if (cqa_item_check_depth(text, length, &error) != CQA_OK) {
        cqa_reply_problem(request, 400, "body", "%s", error.text);
        return NULL;
    }
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (json_is_object(object))
        return object;
    json_decref(object);
    cqa_reply_problem(request, 400, "body", "the body must be a JSON object%s%s",
                      object ? "" : ": ", object ? "" : where.text);
    return NULL;
}

/* ---- replies */

void cqa_reply_header(struct cqa_request *request, const char *name, const char *value)
{
    assert(request->header_count < HEADERS_MAX);
    request->headers[request->header_count++] =
        (struct header){name, cqa_arena_string(&request->arena, value)};
}

void cqa_reply_text(struct cqa_request *request, int status, const char *type,
                    struct cqa_buffer *text)
{
    if (text->failed) {
        cqa_reply_problem(request, 500, "internal", "the reply is too large");
        return;
    }
    assert(request->status == 0);
    request->status = status;
    cqa_reply_header(request, "Content-Type", type);
    request->text = *text;
    *text = (struct cqa_buffer){0};
}

void cqa_reply_json(struct cqa_request *request, int status, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

    json_decref(object);
    assert(request->status == 0);
    request->status = text ? status : 500;
    if (text == NULL)
        return;
    cqa_reply_header(request, "Content-Type", "application/json");
    request->text = (struct cqa_buffer){.text = text, .length = strlen(text)};
}

void cqa_reply_empty(struct cqa_request *request, int status)
{
    assert(request->status == 0);
    request->status = status;
}

void cqa_reply_file(struct cqa_request *request, const char *type, int fd, uint64_t size)
{
    char text[96];
    struct cqa_range range = {0, size};
    const char *asked = cqa_request_header(request, "Range");
    const enum cqa_range_kind kind = asked ? cqa_range_read(asked, size, &range) : CQA_RANGE_WHOLE;

    cqa_reply_header(request, "Accept-Ranges", "bytes");
    if (kind == CQA_RANGE_NONE) {
        close(fd);
        snprintf(text, sizeof text, "bytes */%llu", (unsigned long long)size);
        cqa_reply_header(request, "Content-Range", text);
        cqa_reply_problem(request, 416, "range", "the file has %llu bytes",
                          (unsigned long long)size);
        return;
    }
    assert(request->status == 0);
    request->status = kind == CQA_RANGE_PART ? 206 : 200;
    cqa_reply_header(request, "Content-Type", type);
    if (kind == CQA_RANGE_PART) {
        snprintf(text, sizeof text, "bytes %llu-%llu/%llu", (unsigned long long)range.start,
                 (unsigned long long)range.end - 1, (unsigned long long)size);
        cqa_reply_header(request, "Content-Range", text);
    }
    request->fd = fd;
    request->offset = range.start;
    request->size = range.end - range.start;
}

static const char *title_of(int status)
{
    const char *title = MHD_get_reason_phrase_for((unsigned)status);

    return title ? title : "Problem";
}

void cqa_reply_problem(struct cqa_request *request, int status, const char *kind,
                       const char *format, ...)
{
    char detail[1024];
    char type[96];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    snprintf(type, sizeof type, "urn:callqa:problem:%s", kind);
    json_t *object = json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title", title_of(status),
                               "status", status, "detail", detail);
    if (object == NULL) /* the detail quoted bytes that are no UTF-8 */
        object =
            json_pack("{s:s, s:s, s:i}", "type", type, "title", title_of(status), "status", status);
    cqa_reply_json(request, status, object);
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, "Content-Type") == 0)
            request->headers[i].value = "application/problem+json";
}

void cqa_reply_error(struct cqa_request *request, enum cqa_status status,
                     const struct cqa_error *error)
{
    switch (status) {
    case CQA_E_NOTFOUND:
        cqa_reply_problem(request, 404, "not-found", "%s", error->text);
        return;
    case CQA_E_BADDATA:
        cqa_reply_problem(request, 422, "invalid", "%s", error->text);
        return;
    case CQA_E_LIMIT:
        cqa_reply_problem(request, 413, "too-large", "%s", error->text);
        return;
    case CQA_E_REFUSED:
        cqa_reply_problem(request, 409, "conflict", "%s", error->text);
        return;
    default:
        cqa_log(CQA_LOG_ERROR, "%s", error->text);
        cqa_reply_header(request, "Retry-After", "5");
        cqa_reply_problem(request, 503, "store", "the store cannot answer now; try again");
    }
}

/* ---- libmicrohttpd's side */

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

/* For every reply: nothing of ours is framed, sniffed, leaked by referrer, or kept by caches unless
 * it says so. */
static void add_headers(const struct cqa_request *request, struct MHD_Response *response)
{
    static const struct header usual[] = {
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
    if (request->server->config->tls_certificate != NULL)
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=63072000");
    for (size_t i = 0; i < request->header_count; i++)
        if (request->headers[i].value != NULL)
            MHD_add_response_header(response, request->headers[i].name, request->headers[i].value);
}

static enum MHD_Result send_reply(struct cqa_request *request)
{
    if (request->status == 0 || (request->status == 500 && request->text.text == NULL))
        cqa_log(CQA_LOG_ERROR, "an endpoint gave no reply: out of memory?");
    const unsigned status = request->status ? (unsigned)request->status : 500;
    struct MHD_Response *response = make_response(request);
    if (response == NULL)
        return MHD_NO;
    add_headers(request, response);
    atomic_fetch_add(&request->server->counters.requests[status / 100 % 6], 1);
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
static void check_head(struct cqa_request *request, const char *method, const char *path)
{
    char allowed[64];

    request->is_head = strcmp(method, "HEAD") == 0;
    request->route =
        cqa_route_find(method, path, &request->arena, request->parts, allowed, sizeof allowed);
    if (request->route == NULL && allowed[0] != '\0') {
        cqa_reply_header(request, "Allow", allowed);
        cqa_reply_problem(request, 405, "method", "allowed here: %s", allowed);
    } else if (request->route == NULL) {
        cqa_reply_problem(request, 404, "not-found", "there is nothing at this path");
    } else if (cqa_authorize(request, request->route->roles, method, &request->who)) {
        const char *length = cqa_request_header(request, "Content-Length");
        request->body.limit = body_limit(request);
        if (length != NULL && strtoull(length, NULL, 10) > request->body.limit)
            too_large(request);
    }
}

static void answer(struct cqa_request *request)
{
    const struct cqa_clock *clock = request->server->clock;
    const int64_t start_ms = cqa_clock_monotonic_ms(clock);

    if (request->body.failed)
        too_large(request);
    else
        request->route->answer(request);
    const int64_t spent_ms = cqa_clock_monotonic_ms(clock) - start_ms;
    atomic_fetch_add(&request->server->counters.busy_us, (unsigned long long)spent_ms * 1000);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **slot)
{
    struct cqa_request *request = *slot;

    (void)version;
    if (request == NULL) {
        request = calloc(1, sizeof *request);
        if (request == NULL)
            return MHD_NO;
        request->server = context;
        request->connection = connection;
        request->fd = -1;
        *slot = request;
        check_head(request, method, path);
        return request->status != 0 ? send_reply(request) : MHD_YES;
    }
    if (*upload_size >
        0) { /* past the limit the rest is read and dropped, so that the answer arrives */
        cqa_buffer_add(&request->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (request->status == 0)
        answer(request);
    return send_reply(request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode code)
{
    struct cqa_request *request = *slot;

    (void)context;
    (void)connection;
    (void)code;
    if (request == NULL)
        return;
    if (request->fd >= 0)
        close(request->fd);
    cqa_buffer_finish(&request->body);
    cqa_buffer_finish(&request->text);
    cqa_arena_finish(&request->arena);
    free(request);
    *slot = NULL;
}

/* Escapes stay as they came: the path is taken apart at its slashes first, and each part decoded
 * then. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void on_log(void *context, const char *format, va_list arguments)
{
    char line[512];

    (void)context;
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    cqa_log(CQA_LOG_DEBUG, "http: %s", line);
}

/* ---- start and stop */

static enum cqa_status bind_socket(const struct cqa_server_config *config, int *out,
                                   struct cqa_error *error)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)config->listen_port)};
    struct sockaddr_in four = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)config->listen_port)};
    const int is_four = inet_pton(AF_INET, config->listen_host, &four.sin_addr) == 1;
    const int on = 1;

    if (!is_four && inet_pton(AF_INET6, config->listen_host, &six.sin6_addr) != 1)
        return cqa_fail(error, CQA_E_BADDATA, "%s: no numeric address", config->listen_host);
    const int fd =
        socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return cqa_fail_errno(error, "socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const struct sockaddr *address =
        is_four ? (const struct sockaddr *)(void *)&four : (const struct sockaddr *)(void *)&six;
    if (bind(fd, address, is_four ? sizeof four : sizeof six) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0) {
        const enum cqa_status status = cqa_fail_errno(error, "cannot listen on %s port %d",
                                                      config->listen_host, config->listen_port);
        close(fd);
        return status;
    }
    *out = fd;
    return CQA_OK;
}

static void note_address(struct cqa_server *server, int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } bound = {.six = {0}};
    socklen_t size = sizeof bound;
    char host[INET6_ADDRSTRLEN] = "?";

    if (getsockname(fd, &bound.any, &size) != 0)
        return;
    const int is_six = bound.any.sa_family == AF_INET6;
    if (is_six)
        inet_ntop(AF_INET6, &bound.six.sin6_addr, host, sizeof host);
    else if (bound.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &bound.four.sin_addr, host, sizeof host);
    server->port = ntohs(is_six ? bound.six.sin6_port : bound.four.sin_port);
    snprintf(server->address, sizeof server->address, is_six ? "[%s]:%d" : "%s:%d", host,
             server->port);
}

static enum cqa_status read_pem(const char *path, char **out, struct cqa_error *error)
{
    struct cqa_buffer buffer = {.limit = 1 << 20};
    char piece[4096];
    size_t count;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    while ((count = fread(piece, 1, sizeof piece, file)) > 0)
        cqa_buffer_add(&buffer, piece, count);
    fclose(file);
    if (buffer.failed || buffer.text == NULL) {
        cqa_buffer_finish(&buffer);
        return cqa_fail(error, CQA_E_BADDATA, "%s: empty or too large", path);
    }
    *out = buffer.text;
    return CQA_OK;
}

static enum cqa_status start_daemon(struct cqa_server *server, int fd, struct cqa_error *error)
{
    const int has_tls = server->certificate != NULL;
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_USE_TURBO |
                           (has_tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_END, 0, NULL},
    };

    if (!has_tls)
        options[0] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)server->config->threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return server->daemon
               ? CQA_OK
               : cqa_fail(error, CQA_E_IO, "the HTTP server cannot start%s",
                          has_tls ? " (are certificate and key a pair of PEM files?)" : "");
}

enum cqa_status cqa_server_start(struct cqa_server **out, const struct cqa_server_config *config,
                                 struct cqa_scores *scores, const struct cqa_clock *clock,
                                 int socket, struct cqa_error *error)
{
    struct cqa_server *server = calloc(1, sizeof *server);
    enum cqa_status status = CQA_OK;

    if (server == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    server->config = config;
    server->scores = scores;
    server->clock = clock;
    server->limiter = cqa_limiter_create();
    if (server->limiter == NULL)
        status = cqa_fail(error, CQA_E_NOMEM, "out of memory");
    if (status == CQA_OK && config->tls_certificate != NULL)
        status = read_pem(config->tls_certificate, &server->certificate, error);
    if (status == CQA_OK && config->tls_certificate != NULL)
        status = read_pem(config->tls_key, &server->key, error);
    if (status == CQA_OK && socket < 0)
        status = bind_socket(config, &socket, error);
    if (status == CQA_OK) {
        note_address(server, socket);
        status = start_daemon(server, socket, error);
        if (status != CQA_OK)
            close(socket);
    }
    if (status == CQA_OK)
        *out = server;
    else
        cqa_server_stop(server);
    return status;
}

void cqa_server_stop(struct cqa_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon); /* closes the listening socket too */
    cqa_limiter_destroy(server->limiter);
    free(server->certificate);
    free(server->key);
    free(server);
}

const char *cqa_server_address(const struct cqa_server *server)
{
    return server->address;
}

int cqa_server_port(const struct cqa_server *server)
{
    return server->port;
}
