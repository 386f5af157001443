/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/escape.h"
#include "base/json_shape.h"
#include "base/log.h"
#include "http/kept.h"
#include "http/parts.h"
#include "http/range.h"

struct cqa_scores *cqa_request_scores(const struct cqa_request *request)
{
    return request->server->scores;
}

const struct cqa_server_config *cqa_request_config(const struct cqa_request *request)
{
    return request->server->config;
}

struct cqa_counters *cqa_request_counters(const struct cqa_request *request)
{
    return request->server->counters;
}

void *cqa_request_beside(const struct cqa_request *request)
{
    return request->server->beside;
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

const char *cqa_request_header(struct cqa_request *request, const char *name)
{
    return request->kept != NULL
               ? NULL
               : MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *cqa_request_cookie(struct cqa_request *request, const char *name)
{
    return request->kept != NULL
               ? NULL
               : MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

/* The address of the connection, as text. */
static const char *connected_from(struct cqa_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char *text = cqa_arena_alloc(&request->arena, INET6_ADDRSTRLEN);
    const void *address = NULL;

    if (info == NULL || text == NULL)
        return "";
    text[0] = '\0';
    if (info->client_addr->sa_family == AF_INET)
        address = &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr;
    else if (info->client_addr->sa_family == AF_INET6)
        address = &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr;
    if (address != NULL)
        inet_ntop(info->client_addr->sa_family, address, text, INET6_ADDRSTRLEN);
    return text;
}

static int is_proxy(const struct cqa_server_config *config, const char *address)
{
    for (size_t i = 0; i < config->proxy_count; i++)
        if (strcmp(config->proxies[i], address) == 0)
            return 1;
    return 0;
}

/* The last address of the list, which is cut before it; NULL: there is none. */
static char *last_address(char *list)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char *comma = strrchr(list, ',');
    char *text = comma ? comma + 1 : list;

    text += strspn(text, " \t");
    text[strcspn(text, " \t")] = '\0';
    if (comma != NULL)
        *comma = '\0';
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1 ? text
                                                                                         : NULL;
}

/* Each proxy writes whom it heard behind what it was told; what an unknown one wrote is not read.
 */
const char *cqa_request_peer(struct cqa_request *request)
{
    const struct cqa_server_config *config = request->server->config;
    const char *peer = request->kept != NULL ? request->kept->address : connected_from(request);
    const char *header = cqa_request_header(request, "X-Forwarded-For");
    char *list =
        header != NULL && is_proxy(config, peer) ? cqa_arena_string(&request->arena, header) : NULL;

    while (list != NULL && list[0] != '\0' && is_proxy(config, peer)) {
        const int is_last = strchr(list, ',') == NULL;
        const char *before = last_address(list);
        if (before == NULL)
            break;
        peer = before;
        if (is_last)
            break;
    }
    return peer;
}

const char *cqa_request_body(const struct cqa_request *request, size_t *length)
{
    *length = request->body.length;
    return request->body.text ? request->body.text : "";
}

const char *cqa_request_content_type(struct cqa_request *request)
{
    const char *raw = request->type ? request->type : cqa_request_header(request, "Content-Type");
    char *type = raw ? cqa_arena_bytes(&request->arena, raw, strcspn(raw, "; \t")) : NULL;

    for (char *at = type; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return type ? type : "";
}

int cqa_request_has_table(struct cqa_request *request)
{
    static const char *const types[] = {
        "text/csv", "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
    const char *type = cqa_request_content_type(request);

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return 1;
    cqa_reply_problem(request, 415, "media-type",
                      "Content-Type must be text/csv, that of .xlsx, or application/octet-stream");
    return 0;
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
    if (cqa_json_check_shape(text, length, &error) != CQA_OK) {
        cqa_reply_problem(request, 400, "body", "%p", &error.message);
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
    assert(request->header_count < CQA_HEADERS_MAX);
    request->headers[request->header_count++] =
        (struct cqa_header){name, cqa_arena_string(&request->arena, value)};
}

static void hide(const struct cqa_request *request, const struct cqa_buffer *json)
{
    if (request->server->routes->hide != NULL && json->text != NULL)
        request->server->routes->hide(request, json->text, json->length);
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
    if (strstr(type, "json") != NULL)
        hide(request, &request->text);
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
    hide(request, &request->text);
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

static json_t *make_problem(int status, const char *kind, const char *code,
                            const struct cqa_buffer detail[CQA_LANGUAGE_COUNT])
{
    char type[96];

    snprintf(type, sizeof type, "urn:callqa:problem:%s", kind);
    json_t *object =
        json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title", title_of(status), "status",
                  status, "detail", detail[CQA_ENGLISH].text ? detail[CQA_ENGLISH].text : "",
                  "detail_zh", detail[CQA_CHINESE].text ? detail[CQA_CHINESE].text : "");
    if (object != NULL && code[0] != '\0')
        json_object_set_new(object, "code", json_string(code));
    return object;
}

/* Takes `object`. */
static void send_problem(struct cqa_request *request, int status, json_t *object)
{
    cqa_reply_json(request, status, object);
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, "Content-Type") == 0)
            request->headers[i].value = "application/problem+json";
}

static json_t *problem_of(const struct cqa_message *message, int status, const char *kind)
{
    struct cqa_buffer detail[CQA_LANGUAGE_COUNT] = {{.limit = CQA_DETAIL_BYTES_MAX},
                                                    {.limit = CQA_DETAIL_BYTES_MAX}};

    for (int i = 0; i < CQA_LANGUAGE_COUNT; i++)
        cqa_message_put(message, (enum cqa_language)i, &detail[i]);
    json_t *object = make_problem(status, kind, cqa_message_code(message), detail);
    for (int i = 0; i < CQA_LANGUAGE_COUNT; i++)
        cqa_buffer_finish(&detail[i]);
    return object;
}

void cqa_reply_problem(struct cqa_request *request, int status, const char *kind,
                       const char *format, ...)
{
    struct cqa_message message;
    va_list arguments;

    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    send_problem(request, status, problem_of(&message, status, kind));
}

void cqa_reply_problem_details(struct cqa_request *request, int status, const char *kind,
                               const char *code, struct cqa_buffer detail[CQA_LANGUAGE_COUNT])
{
    json_t *object = make_problem(status, kind, code, detail);

    for (int i = 0; i < CQA_LANGUAGE_COUNT; i++)
        cqa_buffer_finish(&detail[i]);
    send_problem(request, status, object);
}

void cqa_reply_refusal(struct cqa_request *request, int status, const char *kind, const char *key,
                       const struct cqa_message *why)
{
    json_t *object = problem_of(why, status, kind);

    if (object != NULL && key != NULL)
        json_object_set_new(object, "key", json_string(key));
    send_problem(request, status, object);
}

void cqa_reply_error(struct cqa_request *request, enum cqa_status status,
                     const struct cqa_error *error)
{
    /* Bad data with a reason of the system's is the database, not what was asked. */
    switch (status == CQA_E_BADDATA && error->sys_errno != 0 ? CQA_E_IO : status) {
    case CQA_E_NOTFOUND:
        cqa_reply_problem(request, 404, "not-found", "%p", &error->message);
        return;
    case CQA_E_BADDATA:
        cqa_reply_problem(request, 422, "invalid", "%p", &error->message);
        return;
    case CQA_E_LIMIT:
        cqa_reply_problem(request, 413, "too-large", "%p", &error->message);
        return;
    case CQA_E_REFUSED:
        cqa_reply_problem(request, 409, "conflict", "%p", &error->message);
        return;
    default:
        cqa_log(CQA_LOG_ERROR, "%p", &error->message);
        cqa_reply_header(request, "Retry-After", "5");
        cqa_reply_problem(request, 503, "store", "the store cannot answer now; try again");
    }
}

void cqa_reply_list(struct cqa_request *request, const char *name, json_t *list,
                    enum cqa_status status, const struct cqa_error *error)
{
    if (status == CQA_OK)
        cqa_reply_json(request, 200, json_pack("{s:O}", name, list));
    else
        cqa_reply_error(request, status, error);
    json_decref(list);
}
