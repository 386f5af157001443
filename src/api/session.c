/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "api/budgets.h"
#include "api/endpoints.h"
#include "api/member.h"
#include "api/numbers.h"
#include "api/rights.h"
#include "http/auth.h"
#include "http/counters.h"
#include "scores/audit.h"
#include "scores/password.h"
#include "settings/config.h"

/* "on", "off", or "required": nothing else may be done before it is there. */
static const char *factor_word(struct cqa_request *request, const struct cqa_identity *who)
{
    return who->has_factor ? "on" : cqa_rights_lack_factor(request, who) ? "required" : "off";
}

static json_t *identity_json(struct cqa_request *request, const struct cqa_identity *who)
{
    json_t *teams = who->teams ? json_array() : json_null();

    for (size_t i = 0; who->teams != NULL && i < who->team_count; i++)
        json_array_append_new(teams, json_string(who->teams[i]));
    return json_pack("{s:s, s:s, s:s?, s:o, s:s?, s:s, s:s, s:b}", "name", who->name, "role",
                     cqa_account_words[who->role], "person", who->person, "teams", teams, "csrf",
                     who->csrf, "second_factor", factor_word(request, who), "numbers",
                     cqa_numbers_word(request, who), "one_time_password", who->once_until_ms != 0);
}

static void set_cookie(struct cqa_request *request, const char *session)
{
    char cookie[256];

    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
             cqa_session_cookie(request), session,
             cqa_request_config(request)->plain_cookie ? "" : "; Secure",
             session[0] ? "" : "; Max-Age=0");
    cqa_reply_header(request, "Set-Cookie", cookie);
}

/* What a stranger types as a name may be a password: only names of accounts are kept. */
static void refuse(struct cqa_request *request, const char *name, const struct cqa_budgets *budgets,
                   const struct cqa_error *error)
{
    struct cqa_error ignored;

    if (!cqa_budgets_count(request, budgets))
        return;
    atomic_fetch_add(&cqa_request_counters(request)->login_failures, 1);
    if (cqa_audit_write(cqa_request_scores(request),
                        cqa_user_is_known(cqa_request_scores(request), name) ? name
                                                                             : cqa_actor_unknown,
                        "session.refused", "", "", &ignored) == CQA_OK)
        cqa_reply_problem(request, 401, "unauthorized", "%p", &error->message);
    else
        cqa_reply_error(request, ignored.status, &ignored);
}

static void open_session(struct cqa_request *request, const struct cqa_log_in *log_in)
{
    char session[CQA_SESSION_SIZE];
    struct cqa_identity who;
    struct cqa_error error = {0};
    int needs_code = 0;
    struct cqa_budgets budgets;

    cqa_budgets_read(request, log_in->name, &budgets);
    if (!cqa_budgets_allow(request, &budgets))
        return;
    const enum cqa_status status =
        cqa_session_open(cqa_request_scores(request), log_in, cqa_request_arena(request), session,
                         &who, &needs_code, &error);
    if (needs_code) {
        cqa_reply_problem(request, 401, "second-factor", "%p", &error.message);
    } else if (status == CQA_E_REFUSED) {
        refuse(request, log_in->name, &budgets, &error);
    } else if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
    } else {
        cqa_budgets_forget(request, &budgets);
        set_cookie(request, session);
        cqa_reply_json(request, 200, identity_json(request, &who));
    }
}

void cqa_post_session(struct cqa_request *request)
{
    json_t *body = cqa_request_json(request);
    const char *agent = cqa_request_header(request, "User-Agent");
    const struct cqa_log_in log_in = {.name = json_string_value(json_object_get(body, "name")),
                                      .password =
                                          json_string_value(json_object_get(body, "password")),
                                      .code = json_string_value(json_object_get(body, "code")),
                                      .address = cqa_request_peer(request),
                                      .agent = agent != NULL ? agent : ""};

    if (body == NULL)
        return;
    if (log_in.name == NULL || log_in.password == NULL || strlen(log_in.name) > 64 ||
        strlen(log_in.password) > CQA_PASSWORD_BYTES_MAX)
        cqa_reply_problem(request, 422, "invalid", "name and password must be texts");
    else
        open_session(request, &log_in);
    json_decref(body);
}

void cqa_get_session(struct cqa_request *request)
{
    cqa_reply_json(request, 200, identity_json(request, cqa_request_who(request)));
}

void cqa_delete_session(struct cqa_request *request)
{
    const char *session = cqa_request_cookie(request, cqa_session_cookie(request));
    struct cqa_error error = {0};
    const enum cqa_status status =
        session ? cqa_session_close(cqa_request_scores(request), cqa_request_who(request)->name,
                                    session, &error)
                : CQA_OK;

    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
        return;
    }
    set_cookie(request, "");
    cqa_reply_empty(request, 204);
}

/* A wrong old password counts as a wrong log-in: who finds a browser open cannot go on guessing. */
static void change_password(struct cqa_request *request, const char *old_password,
                            const char *new_password)
{
    const struct cqa_identity *who = cqa_request_who(request);
    const char *session = cqa_request_cookie(request, cqa_session_cookie(request));
    struct cqa_error error = {0};
    struct cqa_budgets budgets;

    cqa_budgets_read(request, who->name, &budgets);
    if (!cqa_budgets_allow(request, &budgets))
        return;
    const enum cqa_status status = cqa_user_change_password(
        cqa_request_scores(request), who, old_password, new_password, session, &error);
    if (status == CQA_OK) {
        cqa_budgets_forget(request, &budgets);
        cqa_reply_empty(request, 204);
        return;
    }
    if (status == CQA_E_REFUSED && !cqa_budgets_count(request, &budgets))
        return;
    cqa_reply_error(request, status, &error);
}

void cqa_post_password(struct cqa_request *request)
{
    static const char *const known[] = {"old", "new", NULL};
    const char *old_password = NULL;
    const char *new_password = NULL;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_request_who(request)->user == 0)
        cqa_reply_problem(request, 409, "conflict", "a token has no password");
    else if (cqa_member_only(request, body, known) &&
             cqa_member_text(request, body, "old", 1, &old_password) &&
             cqa_member_text(request, body, "new", 1, &new_password))
        change_password(request, old_password, new_password);
    json_decref(body);
}
