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
    int is_void;      /* a parameter without "=": "?team" is no team, and not every team either */
    const char *end;  /* where the line before ends, with its line end; NULL: not known */
    int is_torn;      /* a line does not begin where the one before ends */
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
    look->is_void |= value == NULL;
    for (size_t i = 0; i < look->count; i++)
        look->is_twice |= strcmp(look->names[i], name) == 0;
    look->names[look->count++] = name;
    look->is_unreadable |=
        cqa_percent_decode(name, strlen(name), arena) == NULL ||
        (value != NULL && cqa_percent_decode(value, strlen(value), arena) == NULL);
    return look->is_twice || look->is_unreadable || look->is_void ? MHD_NO : MHD_YES;
}

/* RFC 9110, 5.6.2. */
static int is_token(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-.^_`|~";

    return name[0] != '\0' && name[strspn(name, letters)] == '\0';
}

/*
 * A bare LF, a bare CR, a NUL, or a folded line (RFC 9112, 2.2 and 5.2), which others may read as
 * another request. libmicrohttpd takes all of them and tells of none, but it reads the head where
 * it lies: what it gives are addresses within what came, lines with a NUL for each byte of their
 * end. So in a good head each line begins two bytes behind the one before, and the empty line ends
 * it. Addresses are compared, nothing outside of the texts is read.
 */
static const char *end_of_line(const char *text)
{
    return text + strlen(text) + 2;
}

/* A bare CR, or another control character, which the library leaves where it is. */
static int has_control(const char *value)
{
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < ' ' && *value != '\t')
            return 1;
    return 0;
}

/* Whether the library is one of which this is known; later ones refuse such heads themselves. */
static int reads_in_place(void)
{
    return strcmp(MHD_get_version(), "0.9.75") == 0;
}

static void begin_lines(struct look *look, const struct cqa_head_line *line)
{
    if (!reads_in_place())
        return;
    look->is_torn = line->version != line->method + strlen(line->method) + line->uri_bytes + 2;
    look->end = end_of_line(line->version);
}

static void end_lines(struct look *look, const struct cqa_head_line *line)
{
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(look->request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    look->is_torn |=
        look->end != NULL && size != NULL && line->method + size->header_size != look->end + 2;
}

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    struct look *look = context;

    (void)kind;
    if (look->end != NULL) {
        look->is_torn |= name != look->end;
        look->end = end_of_line(value != NULL ? value : name);
    }
    look->is_torn |= value != NULL && has_control(value);
    look->is_misnamed |= !is_token(name);
    look->is_unchunked |= strcasecmp(name, "Transfer-Encoding") == 0 &&
                          (value == NULL || strcasecmp(value, "chunked") != 0);
    look->hosts += strcasecmp(name, "Host") == 0;
    look->lengths += strcasecmp(name, "Content-Length") == 0;
    look->encodings += strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

const struct cqa_message *cqa_head_problem(struct cqa_request *request,
                                           const struct cqa_head_line *line)
{
    static _Thread_local struct cqa_message message;
    struct look look = {.request = request};

    begin_lines(&look, line);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &look);
    end_lines(&look, line);
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_at_parameter, &look);
    if (look.is_torn)
        return cqa_message_set(&message, "each line of the head ends with CR LF, without a NUL, CR "
                                         "or LF before, and is not folded");
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
    if (look.is_void)
        return cqa_message_set(&message, "a parameter has no value");
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
    struct cqa_connection *place = cqa_http_place(connection);
    size_t bytes = 0;

    (void)context;
    cqa_connection_asks(place, strlen(uri));
    for (; *uri != '\0'; uri++)
        bytes += *uri == '&' ? PARAMETER_BYTES : 1;
    if (bytes >= CQA_CONNECTION_BYTES - HEAD_BYTES && fd != NULL)
        (void)shutdown(fd->connect_fd, SHUT_RDWR);
    return NULL;
}
