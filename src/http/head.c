/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include "http/parts.h"

enum {
    PARAMETERS_MAX = 64,
    PARAMETER_BYTES = 80, /* that the library spends on one, at most */
    HEAD_BYTES = 16 * 1024
};

/* What of the head is looked at; a parameter that stands there twice, or cannot be read, may not
 * silently mean another one, or none. */
struct look {
    struct cqa_request *request;
    const char *names[PARAMETERS_MAX];
    size_t count;
    int hosts, lengths, encodings;
    int is_twice, is_unreadable;
    int is_misnamed;  /* a field's name is no token: "Content-Length :" would be no length */
    int is_unchunked; /* an encoding of which nobody knows where it ends */
};

static enum MHD_Result look_at_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                         const char *value)
{
    struct look *look = context;
    struct cqa_arena *arena = &look->request->arena;

    (void)kind;
    if (look->count == PARAMETERS_MAX) {
        look->count++;
        return MHD_NO;
    }
    for (size_t i = 0; i < look->count; i++)
        look->is_twice |= strcmp(look->names[i], name) == 0;
    look->names[look->count++] = name;
    look->is_unreadable |=
        cqa_percent_decode(name, strlen(name), arena) == NULL ||
        (value != NULL && cqa_percent_decode(value, strlen(value), arena) == NULL);
    return look->is_twice || look->is_unreadable ? MHD_NO : MHD_YES;
}

/* RFC 9110, 5.6.2. */
static int is_token(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-.^_`|~";

    return name[0] != '\0' && name[strspn(name, letters)] == '\0';
}

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct look *look = context;

    (void)kind;
    look->is_misnamed |= !is_token(name);
    look->is_unchunked |= strcasecmp(name, "Transfer-Encoding") == 0 &&
                          (value == NULL || strcasecmp(value, "chunked") != 0);
    look->hosts += strcasecmp(name, "Host") == 0;
    look->lengths += strcasecmp(name, "Content-Length") == 0;
    look->encodings += strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

const struct cqa_message *cqa_head_problem(struct cqa_request *request)
{
    static _Thread_local struct cqa_message message;
    struct look look = {.request = request};

    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &look);
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_at_parameter, &look);
    if (look.hosts > 1 || look.lengths > 1 || look.encodings > 1 ||
        (look.lengths > 0 && look.encodings > 0))
        return cqa_message_set(&message,
                               "Host, Content-Length or Transfer-Encoding are given twice, "
                               "or the latter two both");
    if (look.is_misnamed)
        return cqa_message_set(&message, "the name of a header field is none");
    if (look.is_unchunked)
        return cqa_message_set(&message, "the one Transfer-Encoding is chunked");
    if (look.count > PARAMETERS_MAX)
        return cqa_message_set(&message, "more than %d parameters", PARAMETERS_MAX);
    if (look.is_unreadable)
        return cqa_message_set(&message, "a parameter is not UTF-8, percent-encoded");
    if (look.is_twice)
        return cqa_message_set(&message, "a parameter is given twice");
    return NULL;
}

/* More parameters than the connection has memory for would leave it without any answer, and open.
 */
void *cqa_http_on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    size_t bytes = 0;

    (void)context;
    for (; *uri != '\0'; uri++)
        bytes += *uri == '&' ? PARAMETER_BYTES : 1;
    if (bytes >= CQA_CONNECTION_BYTES - HEAD_BYTES && fd != NULL)
        (void)shutdown(fd->connect_fd, SHUT_RDWR);
    return NULL;
}
