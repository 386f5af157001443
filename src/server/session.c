/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "server/audit.h"
#include "server/auth.h"
#include "server/counters.h"
#include "server/endpoints.h"
#include "server/limit.h"
#include "server/member.h"

static json_t *identity_json(const struct cqa_identity *who)
{
    json_t *teams = who->teams ? json_array() : json_null();

    for (size_t i = 0; who->teams != NULL && i < who->team_count; i++)
        json_array_append_new(teams, json_string(who->teams[i]));
    return json_pack("{s:s, s:s, s:s?, s:o, s:s?}", "name", who->name, "role",
                     cqa_account_words[who->role], "person", who->person, "teams", teams, "csrf",
                     who->csrf);
}

/* 0 with a 429 given. Tries count by name, not by address: behind a proxy all addresses are one. */
static int may_try(struct cqa_request *request, const char *name)
{
    char seconds[24];
    const int64_t wait_ms =
        cqa_limiter_wait_ms(cqa_request_limiter(request), name, cqa_request_now_ms(request));

    if (wait_ms == 0)
        return 1;
    snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    cqa_reply_header(request, "Retry-After", seconds);
    cqa_reply_problem(request, 429, "too-many-tries", "too many wrong passwords; wait %s s",
                      seconds);
    return 0;
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

static void refuse(struct cqa_request *request, const char *name, const struct cqa_error *error)
{
    struct cqa_error ignored;

    cqa_limiter_failed(cqa_request_limiter(request), name, cqa_request_now_ms(request));
    atomic_fetch_add(&cqa_request_counters(request)->login_failures, 1);
    if (cqa_audit_write(cqa_request_scores(request), name, "session.refused",
                        cqa_request_peer(request), "", &ignored) == CQA_OK)
        cqa_reply_problem(request, 401, "unauthorized", "%p", &error->message);
    else
        cqa_reply_error(request, ignored.status, &ignored);
}

static void log_in(struct cqa_request *request, const char *name, const char *password)
{
    char session[CQA_SESSION_SIZE];
    struct cqa_identity who;
    struct cqa_error error = {0};

    if (!may_try(request, name))
        return;
    const enum cqa_status status =
        cqa_session_open(cqa_request_scores(request), name, password, cqa_request_arena(request),
                         session, &who, &error);
    if (status == CQA_E_REFUSED) {
        refuse(request, name, &error);
    } else if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
    } else {
        cqa_limiter_succeeded(cqa_request_limiter(request), name);
        set_cookie(request, session);
        cqa_reply_json(request, 200, identity_json(&who));
    }
}

void cqa_post_session(struct cqa_request *request)
{
    json_t *body = cqa_request_json(request);
    const char *name = json_string_value(json_object_get(body, "name"));
    const char *password = json_string_value(json_object_get(body, "password"));

    if (body == NULL)
        return;
    if (name == NULL || password == NULL || strlen(name) > 64 ||
        strlen(password) > CQA_PASSWORD_BYTES_MAX)
        cqa_reply_problem(request, 422, "invalid", "name and password must be texts");
    else
        log_in(request, name, password);
    json_decref(body);
}

void cqa_get_session(struct cqa_request *request)
{
    cqa_reply_json(request, 200, identity_json(cqa_request_who(request)));
}

void cqa_delete_session(struct cqa_request *request)
{
    const char *session = cqa_request_cookie(request, cqa_session_cookie(request));
    struct cqa_error error = {0};
    const enum cqa_status status =
        session ? cqa_session_close(cqa_request_scores(request), session, &error) : CQA_OK;

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

    if (!may_try(request, who->name))
        return;
    const enum cqa_status status = cqa_user_change_password(
        cqa_request_scores(request), who, old_password, new_password, session, &error);
    if (status == CQA_OK) {
        cqa_limiter_succeeded(cqa_request_limiter(request), who->name);
        cqa_reply_empty(request, 204);
        return;
    }
    if (status == CQA_E_REFUSED)
        cqa_limiter_failed(cqa_request_limiter(request), who->name, cqa_request_now_ms(request));
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
