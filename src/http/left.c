/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether anybody waits for an answer still. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "http/parts.h"

enum { LOOKS = 64 }; /* it is looked once in so many times */

/*
 * Whoever has closed its sending half may have hung up, or have no more to say and wait for the
 * answer (RFC 9112, 9.6): what arrives is the same. An answer before the answer tells them apart,
 * which any client of HTTP/1.1 takes (RFC 9110, 15.2): who has hung up refuses it, and that is seen
 * when it is looked the next time.
 */
static void ask_whether(struct cqa_request *request, int fd)
{
    static const char going_on[] = "HTTP/1.1 102 Processing\r\n\r\n";

    if (!request->is_asked && request->takes_interim)
        (void)send(fd, going_on, strlen(going_on), MSG_DONTWAIT | MSG_NOSIGNAL);
    request->is_asked = 1;
}

static int is_closed(struct cqa_request *request, int fd)
{
    struct pollfd peer = {.fd = fd, .events = POLLRDHUP};

    if (poll(&peer, 1, 0) <= 0)
        return 0;
    /* TLS has a word for it: who says it takes nothing more. */
    if ((peer.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0 ||
        request->server->certificate != NULL)
        return 1;
    ask_whether(request, fd);
    return 0;
}

int cqa_request_is_left(struct cqa_request *request)
{
    if (request->connection == NULL || strcmp(request->route->method, "GET") != 0 ||
        request->looks++ % LOOKS != 0)
        return 0;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL && is_closed(request, info->connect_fd);
}
