/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_CONNECTIONS_H
#define CQA_HTTP_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Which connections wait for their client: for the head of a request, the rest of a body, the next
 * request. Idle ones or ones that trickle would else take the places of all others. Beyond a number
 * of them the silent one that waits longest is closed, first among those of the address that brings
 * them. Whose bytes lie unread is not silent: what a client sends quickly is never in danger. May
 * be called by several threads.
 */
struct cqa_connections;
struct cqa_connection; /* one of them */

/* `idle_max`: how many may wait. NULL: no memory. */
struct cqa_connections *cqa_connections_create(int idle_max);
void cqa_connections_destroy(struct cqa_connections *connections);

/* A connection that was accepted; it waits. NULL: no memory. Forget it before `fd` is closed. */
struct cqa_connection *cqa_connection_add(struct cqa_connections *connections, int fd,
                                          const struct sockaddr *peer, int64_t now_ms);
void cqa_connection_forget(struct cqa_connections *connections, struct cqa_connection *connection);

/* The request that comes now has a URI of so many bytes; NULL is fine, and answers 0. By the thread
 * that serves the connection alone. */
void cqa_connection_asks(struct cqa_connection *connection, size_t uri_bytes);
size_t cqa_connection_uri_bytes(const struct cqa_connection *connection);

/* It waits from now on: what it has sent is enough to begin anew. NULL is fine. */
void cqa_connection_waits(struct cqa_connections *connections, struct cqa_connection *connection,
                          int64_t now_ms);

/* A request of it is whole and gets its answer: it waits for nobody. NULL is fine. */
void cqa_connection_works(struct cqa_connections *connections, struct cqa_connection *connection);

#endif
