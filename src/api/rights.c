/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rights.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "api/query.h"
#include "http/again.h"
#include "http/http.h"
#include "scores/sees.h"

static int has_role(struct cqa_request *request, const struct cqa_route *route)
{
    const struct cqa_identity *who = cqa_request_who(request);
    const unsigned roles =
        cqa_request_is_again(request) ? cqa_request_seconds(request).roles : route->roles;

    if (roles & CQA_MAY(who->role))
        return 1;
    cqa_reply_problem(request, 403, "forbidden", "the role \"%p\" may not do this",
                      cqa_words_for(cqa_account_words[who->role]));
    return 0;
}

static int is_for_everyone(struct cqa_request *request)
{
    if (cqa_request_who(request)->teams == NULL)
        return 1;
    cqa_reply_problem(request, 403, "forbidden",
                      "this concerns everyone: an account of some teams may not do it");
    return 0;
}

static int is_person(struct cqa_request *request)
{
    if (cqa_request_who(request)->user != 0)
        return 1;
    cqa_reply_problem(request, 403, "forbidden",
                      "this needs a person's name: log in instead of using a token");
    return 0;
}

/* The object by the name that the pattern gives it. */
static int sees_numbered(struct cqa_request *request, const struct cqa_route *route)
{
    static const char *const names[CQA_OBJECT_COUNT] = {"/{flag}", "/{objection}", "/{sample}",
                                                        "/{note}"};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    const char *part = cqa_request_part(request, 0);
    struct cqa_error error = {0};
    char *end;
    const int64_t id = strtoll(part, &end, 10);
    int object = 0;

    while (object < CQA_OBJECT_COUNT && strstr(route->pattern, names[object]) == NULL)
        object++;
    assert(object < CQA_OBJECT_COUNT);
    const enum cqa_status status =
        *end == '\0' && id > 0
            ? cqa_scores_sees(cqa_request_scores(request), &scope, (enum cqa_object)object, id,
                              &error)
            : cqa_fail(&error, CQA_E_NOTFOUND, "there is nothing of this number that you may see");
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

static int sees_object(struct cqa_request *request, const struct cqa_route *route)
{
    int64_t call;

    return strstr(route->pattern, "/calls/{id}") != NULL ? cqa_query_call(request, &call)
                                                         : sees_numbered(request, route);
}

int cqa_rights_lack_factor(struct cqa_request *request, const struct cqa_identity *who)
{
    return who->user != 0 && !who->has_factor &&
           (cqa_request_config(request)->factor_roles & CQA_MAY(who->role)) != 0;
}

/* What is about the own session alone stays allowed: there a factor is set up. */
static int has_factor(struct cqa_request *request, const struct cqa_route *route)
{
    static const char own[] = "/api/v1/session";

    if (strncmp(route->pattern, own, sizeof own - 1) == 0 ||
        !cqa_rights_lack_factor(request, cqa_request_who(request)))
        return 1;
    cqa_reply_problem(request, 403, "second-factor",
                      "this role needs a second factor: set one up first");
    return 0;
}

/* With a password that others have seen one sets the own, and does nothing else. */
static int has_own_password(struct cqa_request *request, const struct cqa_route *route)
{
    if (cqa_request_who(request)->once_until_ms == 0 ||
        strcmp(route->pattern, "/api/v1/session") == 0 ||
        strcmp(route->pattern, "/api/v1/session/password") == 0)
        return 1;
    cqa_reply_problem(request, 403, "one-time-password",
                      "this password was given to you: set your own first");
    return 0;
}

int cqa_rights_hold(struct cqa_request *request, const struct cqa_route *route)
{
    if (route->reach == CQA_REACH_ANYBODY)
        return 1;
    if (!has_role(request, route) || !has_own_password(request, route) ||
        !has_factor(request, route))
        return 0;
    switch (route->reach) {
    case CQA_REACH_OWN:
    case CQA_REACH_TEAM:
        return 1;
    case CQA_REACH_OBJECT:
        return sees_object(request, route);
    case CQA_REACH_COMPANY:
        return is_for_everyone(request);
    case CQA_REACH_BY_NAME:
        return is_for_everyone(request) && is_person(request);
    default:
        assert(route->reach < CQA_REACH_COUNT && route->reach != CQA_REACH_NONE);
        return 0;
    }
}
