/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The own second factor, and the own sessions. */
#include <string.h>
#include "api/budgets.h"
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "http/auth.h"
#include "report/qr.h"
#include "scores/second_factor.h"
#include "scores/when.h"

/* ---- the second factor */

static int is_person(struct cqa_request *request)
{
    if (cqa_request_who(request)->user != 0)
        return 1;
    cqa_reply_problem(request, 409, "conflict", "a token has no second factor and no sessions");
    return 0;
}

static const char *own_session(struct cqa_request *request)
{
    const char *session = cqa_request_cookie(request, cqa_session_cookie(request));

    return session != NULL ? session : "";
}

/* What came of something that was guessed at; 1: it was right, and nothing is answered yet. */
static int was_right(struct cqa_request *request, const struct cqa_budgets *budgets,
                     enum cqa_status status, const struct cqa_error *error)
{
    if (status == CQA_OK) {
        cqa_budgets_forget(request, budgets);
        return 1;
    }
    if (status != CQA_E_REFUSED || cqa_budgets_count(request, budgets))
        cqa_reply_error(request, status, error);
    return 0;
}

/* Who finds a browser open cannot give the account another telephone, or take its own. */
static int knows_password(struct cqa_request *request, const char *password)
{
    const struct cqa_identity *who = cqa_request_who(request);
    struct cqa_budgets budgets;
    struct cqa_error error = {0};

    cqa_budgets_read(request, who->name, &budgets);
    return cqa_budgets_allow(request, &budgets) &&
           was_right(request, &budgets,
                     cqa_user_check_password(cqa_request_scores(request), who, password, &error),
                     &error);
}

/* {"secret", "uri", "qr": ["0101…", …]}: the picture without its light margin. */
static void reply_secret(struct cqa_request *request, const char *text)
{
    char uri[CQA_FACTOR_URI_SIZE];
    struct cqa_buffer picture = {.limit = 1 << 16};
    struct cqa_error error = {0};
    json_t *rows = json_array();
    char *rest = NULL;

    cqa_factor_uri(cqa_request_who(request)->name, text, uri);
    if (cqa_qr(uri, &picture, &error) != CQA_OK) {
        json_decref(rows);
        cqa_reply_error(request, error.status, &error);
    } else {
        for (char *row = strtok_r(picture.text, "\n", &rest); row != NULL;
             row = strtok_r(NULL, "\n", &rest))
            json_array_append_new(rows, json_string(row));
        cqa_reply_json(request, 200,
                       json_pack("{s:s, s:s, s:o}", "secret", text, "uri", uri, "qr", rows));
    }
    cqa_buffer_finish(&picture);
}

void cqa_post_factor(struct cqa_request *request)
{
    static const char *const known[] = {"password", NULL};
    const char *password = NULL;
    char text[CQA_FACTOR_TEXT_SIZE];
    struct cqa_error error = {0};
    json_t *body = is_person(request) ? cqa_request_json(request) : NULL;

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "password", 1, &password) &&
        knows_password(request, password)) {
        const enum cqa_status status =
            cqa_factor_begin(cqa_request_scores(request), cqa_request_who(request), text, &error);
        if (status == CQA_OK)
            reply_secret(request, text);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

void cqa_post_factor_confirm(struct cqa_request *request)
{
    static const char *const known[] = {"code", NULL};
    const struct cqa_identity *who = cqa_request_who(request);
    const char *code = NULL;
    struct cqa_error error = {0};
    json_t *body = is_person(request) ? cqa_request_json(request) : NULL;

    if (body == NULL)
        return;
    struct cqa_budgets budgets;

    cqa_budgets_read(request, who->name, &budgets);
    if (cqa_member_only(request, body, known) && cqa_member_text(request, body, "code", 1, &code) &&
        cqa_budgets_allow(request, &budgets) &&
        was_right(request, &budgets,
                  cqa_factor_confirm(cqa_request_scores(request), who, code, own_session(request),
                                     &error),
                  &error))
        cqa_reply_empty(request, 204);
    json_decref(body);
}

void cqa_post_factor_off(struct cqa_request *request)
{
    static const char *const known[] = {"password", "code", NULL};
    const struct cqa_identity *who = cqa_request_who(request);
    const char *password = NULL;
    const char *code = NULL;
    struct cqa_error error = {0};
    json_t *body = is_person(request) ? cqa_request_json(request) : NULL;

    if (body == NULL)
        return;
    struct cqa_budgets budgets;

    cqa_budgets_read(request, who->name, &budgets);
    if (cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "password", 1, &password) &&
        cqa_member_text(request, body, "code", 1, &code) && knows_password(request, password) &&
        was_right(request, &budgets, cqa_factor_end(cqa_request_scores(request), who, code, &error),
                  &error))
        cqa_reply_empty(request, 204);
    json_decref(body);
}

/* ---- sessions */

static void add_session(void *context, const struct cqa_session_row *row)
{
    char since[CQA_WHEN_SIZE];
    char seen[CQA_WHEN_SIZE];

    cqa_when_write(row->created_ms, since);
    cqa_when_write(row->seen_ms, seen);
    json_array_append_new(context, json_pack("{s:s, s:b, s:s, s:s, s:s, s:s}", "session", row->name,
                                             "current", row->is_current, "since", since, "seen",
                                             seen, "address", row->address, "browser", row->agent));
}

void cqa_get_sessions(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    const struct cqa_server_config *config = cqa_request_config(request);
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known) || !is_person(request))
        return;
    json_t *list = json_array();
    const enum cqa_status status = cqa_session_list(
        cqa_request_scores(request), cqa_request_who(request), own_session(request),
        config->session_idle_ms, config->session_ms_max, add_session, list, &error);
    cqa_reply_list(request, "sessions", list, status, &error);
}

void cqa_delete_one_session(struct cqa_request *request)
{
    struct cqa_error error = {0};

    if (!is_person(request))
        return;
    const enum cqa_status status =
        cqa_session_end(cqa_request_scores(request), cqa_request_who(request),
                        cqa_request_part(request, 0), &error);
    if (status == CQA_OK)
        cqa_reply_empty(request, 204);
    else
        cqa_reply_error(request, status, &error);
}
