/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "scores/claims.h"
#include "scores/when.h"

static json_t *time_json(int64_t ms)
{
    char text[CQA_WHEN_SIZE];

    if (ms == 0)
        return json_null();
    cqa_when_write(ms, text);
    return json_string(text);
}

/* ---- taking */

/* The flags that the body names; 0 with a problem given. */
static int read_flags(struct cqa_request *request, const json_t *body, struct cqa_claimed *claims,
                      size_t *count)
{
    const json_t *list = json_object_get(body, "flags");
    int good = json_array_size(list) > 0 && json_array_size(list) <= CQA_CLAIMS_MAX;

    *count = 0;
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        claims[i] = (struct cqa_claimed){.flag = json_integer_value(json_array_get(list, i))};
        good = claims[i].flag > 0;
        (*count)++;
    }
    if (!good)
        cqa_reply_problem(request, 422, "invalid", "flags: must be 1 to %d numbers of flags",
                          CQA_CLAIMS_MAX);
    return good;
}

static json_t *claims_json(const struct cqa_claimed *claims, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:I, s:s?, s:b, s:o}", "flag", (json_int_t)claims[i].flag,
                                        "by", claims[i].by[0] ? claims[i].by : NULL, "own",
                                        claims[i].is_own, "until", time_json(claims[i].until_ms)));
    return list;
}

void cqa_post_claims(struct cqa_request *request)
{
    static const char *const known[] = {"flags", NULL};
    struct cqa_claimed claims[CQA_CLAIMS_MAX];
    struct cqa_error error = {0};
    size_t count;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && read_flags(request, body, claims, &count)) {
        const enum cqa_status status = cqa_claims_take(
            cqa_request_scores(request), cqa_request_who(request), claims, count, &error);
        cqa_reply_list(request, "claims", status == CQA_OK ? claims_json(claims, count) : NULL,
                       status, &error);
    }
    json_decref(body);
}

/* ---- handing out */

static int read_auditors(struct cqa_request *request, const json_t *body, struct cqa_hand_out *plan)
{
    const json_t *list = json_object_get(body, "auditors");
    int good = json_array_size(list) > 0 && json_array_size(list) <= CQA_CLAIM_AUDITORS_MAX;

    for (size_t i = 0; good && i < json_array_size(list); i++) {
        plan->auditors[i] = json_string_value(json_array_get(list, i));
        good = plan->auditors[i] != NULL;
        plan->auditor_count++;
    }
    if (!good)
        cqa_reply_problem(request, 422, "invalid", "auditors: must be 1 to %d names",
                          CQA_CLAIM_AUDITORS_MAX);
    return good;
}

static int read_plan(struct cqa_request *request, const json_t *body, struct cqa_hand_out *plan)
{
    static const char *const known[] = {"auditors", "by",    "days", "all",      "from",   "to",
                                        "team",     "queue", "rule", "severity", "person", NULL};
    struct cqa_flag_filter *filter = &plan->filter;
    int by = CQA_CLAIM_BY_TURN;
    const int good =
        cqa_member_only(request, body, known) && read_auditors(request, body, plan) &&
        cqa_member_word(request, body, "by", 0, cqa_claim_by_words, &by) &&
        cqa_member_whole(request, body, "days", 0, 1, CQA_CLAIM_DAYS_MAX, &plan->days) &&
        cqa_member_day(request, body, "from", 0, &filter->day_from) &&
        cqa_member_day(request, body, "to", 0, &filter->day_to) &&
        cqa_member_text(request, body, "team", 0, &filter->team) &&
        cqa_member_text(request, body, "queue", 0, &filter->queue) &&
        cqa_member_text(request, body, "rule", 0, &filter->rule) &&
        cqa_member_text(request, body, "person", 0, &filter->person) &&
        cqa_member_word(request, body, "severity", 0, cqa_flag_severity_words,
                        &filter->severity_least) &&
        cqa_member_yes(request, body, "all", &plan->takes_all);

    plan->by = (enum cqa_claim_by)by;
    return good;
}

static json_t *given_json(const struct cqa_hand_out *plan, const int64_t *given, int64_t left)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->auditor_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:I}", "auditor", plan->auditors[i], "flags",
                                              (json_int_t)given[i]));
    return json_pack("{s:o, s:I}", "handed_out", list, "left", (json_int_t)left);
}

void cqa_post_claims_hand_out(struct cqa_request *request)
{
    struct cqa_hand_out plan = {.filter = {.severity_least = -1}, .days = 1};
    struct cqa_error error = {0};
    int64_t given[CQA_CLAIM_AUDITORS_MAX];
    int64_t left = 0;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (read_plan(request, body, &plan)) {
        const enum cqa_status status = cqa_claims_hand_out(
            cqa_request_scores(request), cqa_request_who(request), &plan, given, &left, &error);
        if (status == CQA_OK)
            cqa_reply_json(request, 200, given_json(&plan, given, left));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

/* ---- progress */

static int add_sum(void *context, const struct cqa_claim_sum *sum)
{
    return json_array_append_new(
               context,
               json_pack("{s:s, s:I, s:I, s:I, s:o}", "auditor", sum->auditor, "handed_out",
                         (json_int_t)sum->handed_out, "decided", (json_int_t)sum->decided, "taken",
                         (json_int_t)sum->taken, "until", time_json(sum->until_ms))) != 0;
}

void cqa_get_claims(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    const struct cqa_identity *who = cqa_request_who(request);
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct cqa_error error = {0};
    json_t *list = json_array();

    if (!cqa_query_only(request, known)) {
        json_decref(list);
        return;
    }
    const enum cqa_status status =
        cqa_claims_sums(cqa_request_scores(request), &scope,
                        who->role == CQA_ACCOUNT_LEAD ? 0 : who->user, add_sum, list, &error);
    cqa_reply_list(request, "auditors", list, status, &error);
}
