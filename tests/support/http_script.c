/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/http_script.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUESTS_MAX = 64, REQUEST_BYTES_MAX = 1 << 20 };

struct http_script {
    const char *const *replies;
    int listener;
    int port;
    pthread_t thread;
    pthread_mutex_t lock;
    char *requests[REQUESTS_MAX];
    size_t count;
};

/* How long the request is, once its head has arrived; 0 before. */
static size_t whole_length(const char *text)
{
    const char *head_end = strstr(text, "\r\n\r\n");
    const char *field = strcasestr(text, "\r\ncontent-length:");

    if (head_end == NULL)
        return 0;
    const size_t body = field != NULL && field < head_end ? strtoul(field + 17, NULL, 10) : 0;
    return (size_t)(head_end + 4 - text) + body;
}

/* One request as text; NULL when the client has gone. */
static char *read_request(int client)
{
    char *text = calloc(1, REQUEST_BYTES_MAX);
    size_t length = 0;

    assert(text != NULL);
    for (;;) {
        const size_t whole = whole_length(text);
        if (whole > 0 && length >= whole)
            return text;
        const ssize_t got = recv(client, text + length, REQUEST_BYTES_MAX - 1 - length, 0);
        if (got <= 0) {
            free(text);
            return NULL;
        }
        length += (size_t)got;
    }
}

static const char *next_reply(struct http_script *script, char *request)
{
    size_t last = 0;

    pthread_mutex_lock(&script->lock);
    while (script->replies[last + 1] != NULL)
        last++;
    assert(script->count < REQUESTS_MAX);
    const size_t turn = script->count < last ? script->count : last;
    script->requests[script->count++] = request;
    pthread_mutex_unlock(&script->lock);
    return script->replies[turn];
}

static void send_reply(int client, const char *reply)
{
    char head[128];

    if (reply[0] == '[') {
        const int length = snprintf(head, sizeof head,
                                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                    "Content-Length: %zu\r\n\r\n",
                                    strlen(reply));
        send(client, head, (size_t)length, MSG_NOSIGNAL);
    }
    send(client, reply, strlen(reply), MSG_NOSIGNAL);
}

static void serve(struct http_script *script, int client)
{
    char *request;

    while ((request = read_request(client)) != NULL) {
        const char *reply = next_reply(script, request);
        if (reply[0] == '\0')
            break;
        send_reply(client, reply);
    }
    close(client);
}

static void *live(void *context)
{
    struct http_script *script = context;
    int client;

    while ((client = accept(script->listener, NULL, NULL)) >= 0)
        serve(script, client);
    return NULL;
}

struct http_script *http_script_start(const char *const *replies)
{
    struct http_script *script = calloc(1, sizeof *script);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    assert(script != NULL);
    script->replies = replies;
    script->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(bind(script->listener, (struct sockaddr *)&address, sizeof address) == 0);
    assert(listen(script->listener, 8) == 0);
    assert(getsockname(script->listener, (struct sockaddr *)&address, &size) == 0);
    script->port = ntohs(address.sin_port);
    pthread_mutex_init(&script->lock, NULL);
    assert(pthread_create(&script->thread, NULL, live, script) == 0);
    return script;
}

void http_script_stop(struct http_script *script)
{
    shutdown(script->listener, SHUT_RDWR);
    pthread_join(script->thread, NULL);
    close(script->listener);
    for (size_t i = 0; i < script->count; i++)
        free(script->requests[i]);
    pthread_mutex_destroy(&script->lock);
    free(script);
}

int http_script_port(const struct http_script *script)
{
    return script->port;
}

size_t http_script_count(struct http_script *script)
{
    pthread_mutex_lock(&script->lock);
    const size_t count = script->count;
    pthread_mutex_unlock(&script->lock);
    return count;
}

const char *http_script_request(struct http_script *script, size_t index)
{
    assert(index < http_script_count(script));
    return script->requests[index];
}
