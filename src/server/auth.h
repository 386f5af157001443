/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SERVER_AUTH_H
#define CQA_SERVER_AUTH_H

#include "server/http.h"

/*
 * Finds out who asks (bearer token, or session cookie with CSRF token on anything that changes) and
 * whether `roles` (CQA_MAY sets; 0: anybody) has them. 0 with a 401 or 403 given when not.
 */
int cqa_authorize(struct cqa_request *request, unsigned roles, const char *method,
                  struct cqa_identity *who);

/* The session cookie's name: "__Host-callqa", or "callqa" where the configuration allows plain
 * HTTP. */
const char *cqa_session_cookie(const struct cqa_request *request);

#endif
