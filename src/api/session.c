/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "base/log.h"
#include "http/auth.h"
#include "http/counters.h"
#include "scores/audit.h"
#include "scores/password.h"
#include "scores/tries.h"

static json_t *identity_json(const struct cqa_identity *who)
{
    json_t *teams = who->teams ? json_array() : json_null();

    for (size_t i = 0; who->teams != NULL && i < who->team_count; i++)
        json_array_append_new(teams, json_string(who->teams[i]));
    return json_pack("{s:s, s:s, s:s?, s:o, s:s?}", "name", who->name, "role",
                     cqa_account_words[who->role], "person", who->person, "teams", teams, "csrf",
                     who->csrf);
}

/*
 * What failed tries are counted under. A name counts together with the address, so that a stranger
 * elsewhere keeps nobody out; an address by itself, for who tries one password against many names.
 * A loopback address is a proxy that "proxies" does not name: everybody's.
 */
enum { NAME_TRIES = 5, ADDRESS_TRIES = 20, KEY_SIZE = 160 };

struct budgets {
    char of_name[KEY_SIZE], of_address[KEY_SIZE];
    struct cqa_tries_key keys[2];
    size_t count;
};

static void read_budgets(struct cqa_request *request, const char *name, struct budgets *budgets)
{
    const char *peer = cqa_request_peer(request);
    const int has_address = strncmp(peer, "127.", 4) != 0 && strcmp(peer, "::1") != 0;

    snprintf(budgets->of_name, KEY_SIZE, "name %s from %s", name, peer);
    snprintf(budgets->of_address, KEY_SIZE, "from %s", peer);
    budgets->keys[0] = (struct cqa_tries_key){budgets->of_name, NAME_TRIES};
    budgets->keys[1] = (struct cqa_tries_key){budgets->of_address, ADDRESS_TRIES};
    budgets->count = has_address ? 2 : 1;
}

/* 0 with a 429 given. */
static int may_try(struct cqa_request *request, const struct budgets *budgets)
{
    char seconds[24];
    struct cqa_error error = {0};
    int64_t wait_ms = 0;
    const enum cqa_status status = cqa_tries_wait(cqa_request_scores(request), budgets->keys,
                                                  budgets->count, &wait_ms, &error);

    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
        return 0;
    }
    if (wait_ms == 0)
        return 1;
    snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    cqa_reply_header(request, "Retry-After", seconds);
    cqa_reply_problem(request, 429, "too-many-tries", "too many wrong passwords; wait %s s",
                      seconds);
    return 0;
}

/* A failure that cannot be counted is not told either: the store is in trouble. 0 with a 503 given.
 */
static int count_failure(struct cqa_request *request, const struct budgets *budgets)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_tries_failed(cqa_request_scores(request), budgets->keys, budgets->count, &error);

    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

static void forget_failures(struct cqa_request *request, const struct budgets *budgets)
{
    struct cqa_error error = {0};

    if (cqa_tries_succeeded(cqa_request_scores(request), budgets->of_name, &error) != CQA_OK)
        cqa_log(CQA_LOG_WARNING, "%p", &error.message);
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
static void refuse(struct cqa_request *request, const char *name, const struct budgets *budgets,
                   const struct cqa_error *error)
{
    struct cqa_error ignored;

    if (!count_failure(request, budgets))
        return;
    atomic_fetch_add(&cqa_request_counters(request)->login_failures, 1);
    if (cqa_audit_write(cqa_request_scores(request),
                        cqa_user_is_known(cqa_request_scores(request), name) ? name : "unknown",
                        "session.refused", cqa_request_peer(request), "", &ignored) == CQA_OK)
        cqa_reply_problem(request, 401, "unauthorized", "%p", &error->message);
    else
        cqa_reply_error(request, ignored.status, &ignored);
}

static void log_in(struct cqa_request *request, const char *name, const char *password)
{
    char session[CQA_SESSION_SIZE];
    struct cqa_identity who;
    struct cqa_error error = {0};
    struct budgets budgets;

    read_budgets(request, name, &budgets);
    if (!may_try(request, &budgets))
        return;
    const enum cqa_status status =
        cqa_session_open(cqa_request_scores(request), name, password, cqa_request_arena(request),
                         session, &who, &error);
    if (status == CQA_E_REFUSED) {
        refuse(request, name, &budgets, &error);
    } else if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
    } else {
        forget_failures(request, &budgets);
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
    struct budgets budgets;

    read_budgets(request, who->name, &budgets);
    if (!may_try(request, &budgets))
        return;
    const enum cqa_status status = cqa_user_change_password(
        cqa_request_scores(request), who, old_password, new_password, session, &error);
    if (status == CQA_OK) {
        forget_failures(request, &budgets);
        cqa_reply_empty(request, 204);
        return;
    }
    if (status == CQA_E_REFUSED && !count_failure(request, &budgets))
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
