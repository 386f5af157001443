/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "http/aside.h"
#include "http/parts.h"

enum {
    CONNECTIONS_MAX = 1024,
    /* libmicrohttpd takes 128 events at a time, and asks for more before it acts on any: where just
     * so many came, as when all connections of a full thread end at once, it slept on them for a
     * minute. Two may be the listening socket's and a wake-up. */
    CONNECTIONS_PER_THREAD = 126,
    IDLE_TIMEOUT_S = 60,
    LISTEN_BACKLOG = 1024 /* a crowd that comes at once waits here, and is not asked to try again */
};

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

static void note_address(struct cqa_http *server, int fd)
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

static enum cqa_status read_pem(const char *path, int is_secret, char **out,
                                struct cqa_error *error)
{
    struct stat facts;
    struct cqa_buffer buffer = {.limit = 1 << 20};
    char piece[4096];
    size_t count;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return cqa_fail_errno(error, "%s", path);
    if (is_secret && (fstat(fileno(file), &facts) != 0 || (facts.st_mode & 027) != 0)) {
        fclose(file);
        return cqa_fail(error, CQA_E_BADDATA,
                        "%s: others than its owner and group may read it, or the group write it: "
                        "chmod 640",
                        path);
    }
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

/* Each needs a descriptor, and so do the database, recordings and children. */
static void allow_connections(void)
{
    const rlim_t wanted = 2 * CONNECTIONS_MAX;
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted)
        return;
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur < wanted)
        cqa_log(CQA_LOG_WARNING, "only %llu files may be open at a time: fewer connections fit",
                (unsigned long long)files.rlim_cur);
}

/* TLS 1.2 and 1.3, with forward secrecy and authenticated ciphers only. */
static char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-CIPHER-ALL:"
                           "+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:%SERVER_PRECEDENCE";

static unsigned connections_max(const struct cqa_server_config *config)
{
    const unsigned fit = (unsigned)config->threads * CONNECTIONS_PER_THREAD;

    return fit < CONNECTIONS_MAX ? fit : CONNECTIONS_MAX;
}

/* Half of the connections at most for one address, so that another one always gets in; 0: all,
 * where a proxy, or what may be one, stands between. */
static unsigned share_of_one(const struct cqa_server_config *config)
{
    const int is_local =
        strncmp(config->listen_host, "127.", 4) == 0 || strcmp(config->listen_host, "::1") == 0;

    return config->proxy_count == 0 && !is_local ? connections_max(config) / 2 : 0;
}

static enum cqa_status start_daemon(struct cqa_http *server, int fd, struct cqa_error *error)
{
    const int has_tls = server->certificate != NULL;
    /* ITC: a thread that has all its connections no longer watches the listening socket, whose end
     * would tell it to stop. */
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                           MHD_USE_ERROR_LOG | MHD_USE_TURBO | (has_tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {MHD_OPTION_END, 0, NULL},
    };

    if (!has_tls)
        options[0] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, cqa_http_on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)server->config->threads, MHD_OPTION_CONNECTION_LIMIT,
        connections_max(server->config), MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CQA_CONNECTION_BYTES,
        MHD_OPTION_NOTIFY_COMPLETED, cqa_http_on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        cqa_http_on_connection, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, cqa_http_on_uri, NULL, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        share_of_one(server->config), MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, options,
        MHD_OPTION_END);
    return server->daemon
               ? CQA_OK
               : cqa_fail(error, CQA_E_IO,
                          has_tls
                              ? "the HTTP server cannot start (are certificate and key a pair of "
                                "PEM files?)"
                              : "the HTTP server cannot start");
}

static enum cqa_status listen_at(struct cqa_http *server, int socket, struct cqa_error *error)
{
    enum cqa_status status = CQA_OK;

    if (socket < 0)
        status = bind_socket(server->config, &socket, error);
    if (status != CQA_OK)
        return status;
    note_address(server, socket);
    status = start_daemon(server, socket, error);
    if (status != CQA_OK)
        close(socket);
    return status;
}

static enum cqa_status read_pair(struct cqa_http *server, struct cqa_error *error)
{
    if (server->config->tls_certificate == NULL)
        return CQA_OK;
    const enum cqa_status status =
        read_pem(server->config->tls_certificate, 0, &server->certificate, error);
    return status == CQA_OK ? read_pem(server->config->tls_key, 1, &server->key, error) : status;
}

enum cqa_status cqa_http_start(struct cqa_http **out, const struct cqa_http_order *order,
                               struct cqa_error *error)
{
    struct cqa_http *server = calloc(1, sizeof *server);
    enum cqa_status status;

    if (server == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    server->config = order->config;
    server->scores = order->scores;
    server->clock = order->clock;
    server->routes = order->routes;
    server->beside = order->beside;
    server->counters = order->counters;
    server->connections = cqa_connections_create((int)connections_max(order->config) / 2);
    server->refusals = cqa_refusals_create(order->scores);
    allow_connections();
    status = server->connections == NULL || server->refusals == NULL
                 ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                 : read_pair(server, error);
    if (status == CQA_OK)
        status = cqa_lanes_start(server, error);
    if (status == CQA_OK)
        status = listen_at(server, order->socket, error);
    if (status == CQA_OK)
        *out = server;
    else
        cqa_http_stop(server);
    return status;
}

void cqa_http_stop(struct cqa_http *server)
{
    if (server == NULL)
        return;
    cqa_lanes_stop(server); /* no connection may be suspended when the daemon stops */
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon); /* closes the listening socket too */
    cqa_lanes_free(server);
    cqa_connections_destroy(server->connections);
    cqa_refusals_destroy(server->refusals);
    free(server->certificate);
    free(server->key);
    free(server);
}

const char *cqa_http_address(const struct cqa_http *server)
{
    return server->address;
}

int cqa_http_port(const struct cqa_http *server)
{
    return server->port;
}
