/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "api/second.h"
#include "scores/accounts.h"
#include "scores/when.h"

/*
 * Accounts and tokens as an admin keeps them on the page. What gives somebody rights is asked for
 * by the admin and done when somebody else has confirmed it, who is shown the secret: so none of
 * the two alone has it (docs/decisions/0189).
 */

enum { TEAMS_MAX = 64, ADDRESSES_MAX = 16, TEXT_BYTES_MAX = 256 };

static json_t *time_json(int64_t ms)
{
    char text[CQA_WHEN_SIZE];

    cqa_when_write(ms, text);
    return ms ? json_string(text) : json_null();
}

/* Nothing comes back but that it was done. */
static void reply_done(struct cqa_request *request, enum cqa_status status,
                       const struct cqa_error *error)
{
    if (status == CQA_OK)
        cqa_reply_empty(request, 204);
    else
        cqa_reply_error(request, status, error);
}

/* ---- accounts */

static void add_user(void *context, const struct cqa_user_row *row)
{
    json_array_append_new(
        context, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "name", row->name, "role",
                           cqa_account_words[row->role], "person", row->person, "teams",
                           json_loads(row->teams, 0, NULL), "created_at",
                           time_json(row->created_ms), "disabled_at", time_json(row->disabled_ms),
                           "one_time_until", time_json(row->once_until_ms)));
}

void cqa_get_users(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    json_t *list = json_array();
    const enum cqa_status status =
        cqa_user_list(cqa_request_scores(request), add_user, list, &error);
    cqa_reply_list(request, "users", list, status, &error);
}

static int is_short(const char *text)
{
    return text[0] != '\0' && strlen(text) <= TEXT_BYTES_MAX;
}

static int read_teams(struct cqa_request *request, const json_t *body, const char *teams[TEAMS_MAX],
                      size_t *count)
{
    const json_t *list = json_object_get(body, "teams");
    const json_t *team;
    size_t index;
    int good = list == NULL || (json_is_array(list) && json_array_size(list) <= TEAMS_MAX);

    json_array_foreach((json_t *)list, index, team)
    {
        good = good && json_is_string(team) && is_short(json_string_value(team));
        if (!good)
            break;
        teams[(*count)++] = json_string_value(team);
    }
    if (!good)
        cqa_reply_problem(request, 422, "invalid",
                          "teams: must be a list of up to %d names of 1 to %d bytes", TEAMS_MAX,
                          TEXT_BYTES_MAX);
    return good;
}

static int read_user(struct cqa_request *request, const json_t *body, struct cqa_user_new *user)
{
    static const char *const known[] = {"role", "person", "teams", "reset", NULL};
    /* In the order of the enum; a recorder has a token, not an account. */
    static const char *const roles[] = {"admin", "lead", "auditor", "agent", "", "hr", NULL};
    int role = -1;

    if (!cqa_member_only(request, body, known) ||
        !cqa_member_word(request, body, "role", 1, roles, &role) ||
        !cqa_member_text(request, body, "person", 0, &user->person) ||
        !cqa_member_yes(request, body, "reset", &user->is_once))
        return 0;
    user->role = (enum cqa_account_role)role;
    if (role == CQA_ACCOUNT_RECORDER || (user->person != NULL && !is_short(user->person))) {
        cqa_reply_problem(request, 422, "invalid",
                          role == CQA_ACCOUNT_RECORDER ? "role: a recorder has a token, no account"
                                                       : "person: must have 1 to 256 bytes");
        return 0;
    }
    return 1;
}

/* Neither who asks nor who confirms: an admin who shut themself out could not be let in again from
 * the page, and nobody gives themself rights. */
static int is_own(struct cqa_request *request, const char *name)
{
    const struct cqa_identity *who = cqa_request_who(request);

    if (who->user == 0 || strcmp(who->name, name) != 0)
        return 0;
    cqa_reply_problem(request, 409, "conflict",
                      "nobody changes the role of, or disables, the own account");
    return 1;
}

/* Whom it is about, and what becomes of them, for whoever confirms it; what may be any text comes
 * last. */
static void ask_for_user(struct cqa_request *request, const struct cqa_user_new *user)
{
    struct cqa_message why;
    struct cqa_buffer teams = {.limit = TEAMS_MAX * (TEXT_BYTES_MAX + 2)};
    const char *person = user->person != NULL ? user->person : user->name;
    const struct cqa_message *role = cqa_words_for(cqa_account_words[user->role]);

    for (size_t i = 0; i < user->team_count; i++)
        cqa_buffer_print(&teams, "%s%s", i > 0 ? ", " : "", user->teams[i]);
    const struct cqa_message *of =
        teams.text != NULL ? cqa_words("teams %s", teams.text) : cqa_words("every team");
    cqa_second_ask(
        request,
        user->is_once
            ? cqa_message_set(&why, "account %s with a new password: %p, %p, person %s", user->name,
                              role, of, person)
            : cqa_message_set(&why, "account %s: %p, %p, person %s", user->name, role, of, person));
    cqa_buffer_finish(&teams);
}

static void put_user(struct cqa_request *request, const struct cqa_user_new *wished)
{
    char password[CQA_PASSWORD_MADE_SIZE];
    struct cqa_user_new user = *wished;
    struct cqa_error error = {0};

    if (user.is_once) {
        cqa_password_make(password);
        user.password = password;
    }
    const enum cqa_status status = cqa_user_put(cqa_request_scores(request), &user, &error);
    if (status == CQA_OK)
        cqa_reply_json(request, 200,
                       json_pack("{s:s, s:s?}", "name", user.name, "password", user.password));
    else
        cqa_reply_error(request, status, &error);
}

void cqa_put_user(struct cqa_request *request)
{
    const char *teams[TEAMS_MAX];
    struct cqa_user_new user = {.name = cqa_request_part(request, 0),
                                .teams = teams,
                                .actor = cqa_request_who(request)->name};
    struct cqa_error error = {0};
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (read_user(request, body, &user) && read_teams(request, body, teams, &user.team_count) &&
        !is_own(request, user.name)) {
        user.is_once = user.is_once || !cqa_user_is_known(cqa_request_scores(request), user.name);
        if (cqa_user_check_name(user.name, &error) != CQA_OK)
            cqa_reply_error(request, error.status, &error);
        else if (cqa_second_is_confirmed(request))
            put_user(request, &user);
        else
            ask_for_user(request, &user);
    }
    json_decref(body);
}

void cqa_post_user_disable(struct cqa_request *request)
{
    const char *name = cqa_request_part(request, 0);
    struct cqa_error error = {0};

    if (!is_own(request, name))
        reply_done(request,
                   cqa_user_disable_as(cqa_request_scores(request), cqa_request_who(request)->name,
                                       name, &error),
                   &error);
}

/* ---- tokens */

static void add_token(void *context, const struct cqa_token_row *row)
{
    json_array_append_new(
        context,
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "name", row->name, "role",
                  cqa_account_words[row->role], "site", row->site, "teams",
                  json_loads(row->teams, 0, NULL), "addresses", json_loads(row->addresses, 0, NULL),
                  "created_at", time_json(row->created_ms), "expires_at",
                  time_json(row->expires_ms), "last_used_at", time_json(row->used_ms), "revoked_at",
                  time_json(row->revoked_ms)));
}

void cqa_get_tokens(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known))
        return;
    json_t *list = json_array();
    const enum cqa_status status =
        cqa_token_list(cqa_request_scores(request), add_token, list, &error);
    cqa_reply_list(request, "tokens", list, status, &error);
}

/* What hears, or reads calls and scores of others, is for the command line to give: an admin, who
 * hears nothing, would give it to themself. */
static int may_give(struct cqa_request *request, int role)
{
    if (role == CQA_ACCOUNT_RECORDER || role == CQA_ACCOUNT_ADMIN)
        return 1;
    cqa_reply_problem(request, 403, "forbidden",
                      "a token that reads calls or scores is made on the command line only");
    return 0;
}

static int read_addresses(struct cqa_request *request, const json_t *body, const char **out,
                          size_t *count)
{
    const json_t *list = json_object_get(body, "addresses");
    int good = list == NULL || (json_is_array(list) && json_array_size(list) <= ADDRESSES_MAX);

    for (*count = 0; good && *count < json_array_size(list); ++*count) {
        out[*count] = json_string_value(json_array_get(list, *count));
        good = out[*count] != NULL;
    }
    if (!good)
        cqa_reply_problem(request, 422, "invalid", "addresses: must be a list of at most %d texts",
                          ADDRESSES_MAX);
    return good;
}

static void ask_for_token(struct cqa_request *request, const struct cqa_token_new *token)
{
    struct cqa_error error = {0};
    struct cqa_message why;

    if (cqa_token_check_new(cqa_request_scores(request), token, &error) != CQA_OK)
        cqa_reply_error(request, error.status, &error);
    else
        cqa_second_ask(request, cqa_message_set(&why, "token %s: %p, site %s, %d days", token->name,
                                                cqa_words_for(cqa_account_words[token->role]),
                                                token->site[0] != '\0' ? token->site : "-",
                                                (int)token->days));
}

static void add_token_of(struct cqa_request *request, const struct cqa_token_new *token)
{
    char text[CQA_TOKEN_SIZE];
    struct cqa_error error = {0};
    const enum cqa_status status = cqa_token_add(cqa_request_scores(request), token, text, &error);

    if (status == CQA_OK)
        cqa_reply_json(request, 201, json_pack("{s:s, s:s}", "name", token->name, "token", text));
    else
        cqa_reply_error(request, status, &error);
}

void cqa_post_token(struct cqa_request *request)
{
    static const char *const known[] = {"name", "role", "site", "days", "addresses", NULL};
    const char *addresses[ADDRESSES_MAX];
    struct cqa_token_new token = {.site = "",
                                  .addresses = addresses,
                                  .days = CQA_TOKEN_DAYS,
                                  .actor = cqa_request_who(request)->name};
    int role = 0;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "name", 1, &token.name) &&
        cqa_member_word(request, body, "role", 1, cqa_account_words, &role) &&
        cqa_member_text(request, body, "site", 0, &token.site) &&
        cqa_member_whole(request, body, "days", 0, 1, CQA_TOKEN_DAYS_MAX, &token.days) &&
        read_addresses(request, body, addresses, &token.address_count) && may_give(request, role)) {
        token.role = (enum cqa_account_role)role;
        if (cqa_second_is_confirmed(request))
            add_token_of(request, &token);
        else
            ask_for_token(request, &token);
    }
    json_decref(body);
}

void cqa_post_token_revoke(struct cqa_request *request)
{
    struct cqa_error error = {0};

    reply_done(request,
               cqa_token_revoke_as(cqa_request_scores(request), cqa_request_who(request)->name,
                                   cqa_request_part(request, 0), &error),
               &error);
}
