/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_HTTP_SCRIPT_H
#define CQA_TESTS_HTTP_SCRIPT_H

#include <stddef.h>

/*
 * A web server on a port of its own that answers its n-th request with the n-th of a list of raw
 * replies, and keeps what it was asked. A reply of "" closes the connection without an answer
 * (after reading the request).
 */
struct http_script;

/* `replies` is NULL-ended and borrowed. Requests beyond the list get the last reply again. */
struct http_script *http_script_start(const char *const *replies);
void http_script_stop(struct http_script *script);

int http_script_port(const struct http_script *script);

/* How many requests were read whole, and the text of one (head and body), valid until stop. */
size_t http_script_count(struct http_script *script);
const char *http_script_request(struct http_script *script, size_t index);

#endif
