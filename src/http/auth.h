/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_HTTP_AUTH_H
#define CQA_HTTP_AUTH_H

#include "http/http.h"

/*
 * Finds out who asks: bearer token, or session cookie with CSRF token on anything that changes.
 * 0 with a 401 or 403 given when that is nobody.
 */
int cqa_authenticate(struct cqa_request *request, const char *method, struct cqa_identity *who);

/* The session cookie's name: "__Host-callqa", or "callqa" where the configuration allows plain
 * HTTP. */
const char *cqa_session_cookie(const struct cqa_request *request);

#endif
