/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_HTTP_H
#define CQA_HTTP_HTTP_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "scores/accounts.h"
#include "settings/config.h"

/*
 * One request and its reply, as an endpoint sees them. Only http.c knows libmicrohttpd. An endpoint
 * is one function that reads the request and gives exactly one cqa_reply_*; it runs on one of
 * several threads.
 */
struct cqa_request;

enum { CQA_PATH_PARTS_MAX = 3 };

/* What every endpoint works with. */
struct cqa_scores *cqa_request_scores(const struct cqa_request *request);
const struct cqa_server_config *cqa_request_config(const struct cqa_request *request);
int64_t cqa_request_now_ms(const struct cqa_request *request); /* since 1970 */
void *cqa_request_beside(const struct cqa_request *request);   /* as cqa_http_start was given it */
struct cqa_arena *cqa_request_arena(struct cqa_request *request); /* lives as long as the request */
const struct cqa_identity *cqa_request_who(const struct cqa_request *request);

/* The i-th {…} of the route's pattern, percent-decoded. */
const char *cqa_request_part(const struct cqa_request *request, size_t index);

/* The same, as the number of an object; 0, which none has, where it is no whole number. */
int64_t cqa_request_part_number(const struct cqa_request *request, size_t index);

/* A query parameter, percent-decoded; NULL when absent. */
const char *cqa_request_query(struct cqa_request *request, const char *name);
const char *cqa_request_header(struct cqa_request *request, const char *name);
const char *cqa_request_cookie(struct cqa_request *request, const char *name);
const char *cqa_request_peer(struct cqa_request *request); /* numeric address */
const char *cqa_request_body(const struct cqa_request *request, size_t *length);

/* The Content-Type without parameters, lower case; "" when absent. */
const char *cqa_request_content_type(struct cqa_request *request);

/* Whether the body says to be a table: CSV, .xlsx, or bytes of which it is seen. 0 with a problem
 * given. */
int cqa_request_has_table(struct cqa_request *request);

/* The first query parameter that is not in the NULL-ended list; NULL when all are. */
const char *cqa_request_unknown_query(struct cqa_request *request, const char *const *known);

/* A query parameter as a number; 0 with a problem given when it is no number within the range.
 * `*present` tells whether it was there. */
int cqa_request_number(struct cqa_request *request, const char *name, double least, double most,
                       int *present, double *out);

/* The body as a JSON object, owned; NULL with a problem given. */
json_t *cqa_request_json(struct cqa_request *request);

/* How far the request is, of how much (0: not known); now and then, and outside of transactions. 0:
 * it is not wanted any more (called off, or who asked to read it has hung up), and whatever it is
 * answered will do. */
int cqa_request_goes_on(struct cqa_request *request, int64_t done, int64_t total);

/* The same: CQA_E_REFUSED when it is not wanted. */
enum cqa_status cqa_request_check_wanted(struct cqa_request *request, int64_t done, int64_t total,
                                         struct cqa_error *error) CQA_MUST_CHECK;

/* ---- replies */

void cqa_reply_header(struct cqa_request *request, const char *name, const char *value);
void cqa_reply_json(struct cqa_request *request, int status, json_t *object); /* takes `object` */
void cqa_reply_text(struct cqa_request *request, int status, const char *type,
                    struct cqa_buffer *text);
void cqa_reply_empty(struct cqa_request *request, int status);

/* Takes `fd`; answers Range requests (RFC 9110 §14) over its first `size` bytes. */
void cqa_reply_file(struct cqa_request *request, const char *type, int fd, uint64_t size);

/* 200 with {NAME: list}, or the problem that `status` amounts to. Takes `list`. */
void cqa_reply_list(struct cqa_request *request, const char *name, json_t *list,
                    enum cqa_status status, const struct cqa_error *error);

/* RFC 9457: `kind` is the last part of the type's URI, `detail` says what and why, `detail_zh` the
 * same in Chinese, and `code` is the message's stable code. */
void cqa_reply_problem(struct cqa_request *request, int status, const char *kind,
                       const char *format, ...) CQA_MESSAGE(4, 5);

enum { CQA_DETAIL_BYTES_MAX = 1 << 20 };

/* The same of what is said already, several lines maybe: by language; each is finished. */
void cqa_reply_problem_details(struct cqa_request *request, int status, const char *kind,
                               const char *code, struct cqa_buffer detail[CQA_LANGUAGE_COUNT]);

/* A problem with one posted item, which it names by its key: so a recorder can tell it from a
 * refusal that is none of the item's doing. */
void cqa_reply_refusal(struct cqa_request *request, int status, const char *kind, const char *key,
                       const struct cqa_message *why);

/* The problem that an error of the store or of reading amounts to. */
void cqa_reply_error(struct cqa_request *request, enum cqa_status status,
                     const struct cqa_error *error);

#endif
