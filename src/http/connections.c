/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/connections.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "base/log.h"

enum {
    CROWD_PART = 4,      /* below idle_max / 4 nobody is closed for waiting long */
    PATIENCE_MS = 15000, /* for a head, or for the next few kilobytes of a body */
    WAIT_MS_MAX = 75000, /* longer than a silent one is kept: it trickles */
    SAY_MS = 60000,      /* between two lines in the log */
};

struct cqa_connection {
    struct cqa_connection *older, *newer; /* among those that wait */
    int fd;
    int waits;
    int closed; /* shut down; it is forgotten soon */
    int64_t since_ms;
    size_t uri_bytes; /* of the request that came last */
    unsigned char address[16];
};

struct cqa_connections {
    pthread_mutex_t lock;
    struct cqa_connection *oldest, *newest;
    int idle_max;
    int count; /* of those that wait */
    int64_t said_ms;
};

struct cqa_connections *cqa_connections_create(int idle_max)
{
    struct cqa_connections *connections = calloc(1, sizeof *connections);

    if (connections == NULL)
        return NULL;
    connections->idle_max = idle_max;
    connections->said_ms = INT64_MIN / 2;
    (void)pthread_mutex_init(&connections->lock, NULL);
    return connections;
}

void cqa_connections_destroy(struct cqa_connections *connections)
{
    if (connections == NULL)
        return;
    (void)pthread_mutex_destroy(&connections->lock);
    free(connections);
}

/* ---- the list, under its lock */

static void take_out(struct cqa_connections *connections, struct cqa_connection *connection)
{
    if (!connection->waits)
        return;
    *(connection->older != NULL ? &connection->older->newer : &connections->oldest) =
        connection->newer;
    *(connection->newer != NULL ? &connection->newer->older : &connections->newest) =
        connection->older;
    connection->waits = 0;
    connections->count--;
}

static void put_last(struct cqa_connections *connections, struct cqa_connection *connection,
                     int64_t now_ms)
{
    connection->since_ms = now_ms;
    connection->older = connections->newest;
    connection->newer = NULL;
    *(connections->newest != NULL ? &connections->newest->newer : &connections->oldest) =
        connection;
    connections->newest = connection;
    connection->waits = 1;
    connections->count++;
}

/* Its thread sees the end and closes it. */
static void shut(struct cqa_connections *connections, struct cqa_connection *connection)
{
    take_out(connections, connection);
    connection->closed = 1;
    (void)shutdown(connection->fd, SHUT_RDWR);
}

/* It is we who wait for it: nothing of it is there that its thread has not come to read yet. */
static int is_silent(const struct cqa_connection *connection)
{
    int bytes = 0;

    return ioctl(connection->fd, FIONREAD, &bytes) != 0 || bytes == 0;
}

/* The silent one that waits longest, of the newcomer's address where that has a great part of them;
 * where all have spoken, whoever came first. */
static struct cqa_connection *choose(const struct cqa_connections *connections,
                                     const struct cqa_connection *newcomer)
{
    struct cqa_connection *first = NULL, *own = NULL;
    int count = 0;

    for (struct cqa_connection *at = connections->oldest; at != newcomer; at = at->newer) {
        const int is_own = memcmp(at->address, newcomer->address, sizeof at->address) == 0;
        count += is_own;
        if ((first != NULL && (!is_own || own != NULL)) || !is_silent(at))
            continue;
        first = first != NULL ? first : at;
        own = is_own ? at : own;
    }
    if (own != NULL && count >= connections->idle_max / CROWD_PART)
        return own;
    return first != NULL ? first : connections->oldest;
}

/* How many were closed. */
static int make_room(struct cqa_connections *connections, const struct cqa_connection *newcomer,
                     int64_t now_ms)
{
    int count = 0;

    for (; connections->count > connections->idle_max; count++)
        shut(connections, choose(connections, newcomer));
    for (; connections->oldest != NULL && connections->count > connections->idle_max / CROWD_PART &&
           now_ms - connections->oldest->since_ms > PATIENCE_MS;
         count++)
        shut(connections, connections->oldest);
    return count;
}

/* Those that wait for longer than a silent one is kept. */
static void end_trickles(struct cqa_connections *connections, int64_t now_ms)
{
    while (connections->oldest != NULL && now_ms - connections->oldest->since_ms > WAIT_MS_MAX)
        shut(connections, connections->oldest);
}

static int is_to_be_said(struct cqa_connections *connections, int count, int64_t now_ms)
{
    if (count == 0 || now_ms - connections->said_ms < SAY_MS)
        return 0;
    connections->said_ms = now_ms;
    return 1;
}

/* ---- calls */

static void note_address(struct cqa_connection *connection, const struct sockaddr *peer)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (peer != NULL && peer->sa_family == AF_INET) {
        memcpy(&four, peer, sizeof four);
        memcpy(connection->address, &four.sin_addr, sizeof four.sin_addr);
    } else if (peer != NULL && peer->sa_family == AF_INET6) {
        memcpy(&six, peer, sizeof six);
        memcpy(connection->address, &six.sin6_addr, 8); /* a network of one customer */
    }
}

struct cqa_connection *cqa_connection_add(struct cqa_connections *connections, int fd,
                                          const struct sockaddr *peer, int64_t now_ms)
{
    struct cqa_connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        return NULL;
    connection->fd = fd;
    note_address(connection, peer);
    (void)pthread_mutex_lock(&connections->lock);
    put_last(connections, connection, now_ms);
    end_trickles(connections, now_ms);
    const int waiting = connections->count;
    const int says = is_to_be_said(connections, make_room(connections, connection, now_ms), now_ms);
    (void)pthread_mutex_unlock(&connections->lock);
    if (says)
        cqa_log(CQA_LOG_WARNING,
                "%d connections wait for their clients: those that wait longest are closed",
                waiting);
    return connection;
}

void cqa_connection_asks(struct cqa_connection *connection, size_t uri_bytes)
{
    if (connection != NULL)
        connection->uri_bytes = uri_bytes;
}

size_t cqa_connection_uri_bytes(const struct cqa_connection *connection)
{
    return connection != NULL ? connection->uri_bytes : 0;
}

void cqa_connection_forget(struct cqa_connections *connections, struct cqa_connection *connection)
{
    if (connection == NULL)
        return;
    (void)pthread_mutex_lock(&connections->lock);
    take_out(connections, connection);
    (void)pthread_mutex_unlock(&connections->lock);
    free(connection);
}

void cqa_connection_waits(struct cqa_connections *connections, struct cqa_connection *connection,
                          int64_t now_ms)
{
    if (connection == NULL)
        return;
    (void)pthread_mutex_lock(&connections->lock);
    take_out(connections, connection);
    if (!connection->closed)
        put_last(connections, connection, now_ms);
    end_trickles(connections, now_ms);
    (void)pthread_mutex_unlock(&connections->lock);
}

void cqa_connection_works(struct cqa_connections *connections, struct cqa_connection *connection)
{
    if (connection == NULL)
        return;
    (void)pthread_mutex_lock(&connections->lock);
    take_out(connections, connection);
    (void)pthread_mutex_unlock(&connections->lock);
}
