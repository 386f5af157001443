/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/auth.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

const char *cqa_session_cookie(const struct cqa_request *request)
{
    return cqa_request_config(request)->plain_cookie ? "callqa" : "__Host-callqa";
}

static int refuse(struct cqa_request *request, const struct cqa_message *why)
{
    cqa_reply_header(request, "WWW-Authenticate", "Bearer realm=\"callqa\"");
    cqa_reply_problem(request, 401, "unauthorized", "%p", why);
    return 0;
}

static int changes_nothing(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* 0 with a problem given. */
static int accept(struct cqa_request *request, enum cqa_status status,
                  const struct cqa_error *error)
{
    if (status == CQA_OK)
        return 1;
    if (status == CQA_E_REFUSED)
        return refuse(request, &error->message);
    cqa_reply_error(request, status, error);
    return 0;
}

static int by_token(struct cqa_request *request, const char *header, struct cqa_identity *who)
{
    struct cqa_error error = {0};

    if (strncasecmp(header, "Bearer ", 7) != 0)
        return refuse(request, cqa_words("Authorization must be \"Bearer TOKEN\""));
    const char *token = header + 7 + strspn(header + 7, " ");
    return accept(request,
                  cqa_token_check(cqa_request_scores(request), token, cqa_request_peer(request),
                                  cqa_request_arena(request), who, &error),
                  &error);
}

static int same_text(const char *left, const char *right)
{
    const size_t length = strlen(left);

    return strlen(right) == length && sodium_memcmp(left, right, length) == 0;
}

static int by_session(struct cqa_request *request, const char *cookie, const char *method,
                      struct cqa_identity *who)
{
    const struct cqa_server_config *config = cqa_request_config(request);
    struct cqa_error error = {0};

    if (!accept(request,
                cqa_session_check(cqa_request_scores(request), cookie, config->session_idle_ms,
                                  config->session_ms_max, cqa_request_arena(request), who, &error),
                &error))
        return 0;
    const char *csrf = cqa_request_header(request, "X-CSRF-Token");
    if (changes_nothing(method) ||
        (csrf != NULL && who->csrf != NULL && same_text(csrf, who->csrf)))
        return 1;
    cqa_reply_problem(request, 403, "csrf", "the X-CSRF-Token header is missing or wrong");
    return 0;
}

int cqa_authenticate(struct cqa_request *request, const char *method, struct cqa_identity *who)
{
    const char *header = cqa_request_header(request, "Authorization");
    const char *cookie = cqa_request_cookie(request, cqa_session_cookie(request));

    if (header == NULL && cookie == NULL)
        return refuse(request, cqa_words("a bearer token or a log-in is needed"));
    return header ? by_token(request, header, who) : by_session(request, cookie, method, who);
}
