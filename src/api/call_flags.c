/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "review/decide.h"
#include "review/flag_json.h"
#include "scores/when.h"
#include "settings/config.h"

struct listing {
    json_t *flags;
    struct cqa_objection_days days;
    int shows_claims;
};

static int add_flag(void *context, const struct cqa_flag_row *row)
{
    const struct listing *listing = context;

    return json_array_append_new(listing->flags,
                                 cqa_flag_json(row, &listing->days, listing->shows_claims)) != 0;
}

static void add_decision(void *context, const struct cqa_decision_row *row)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(row->at_ms, at);
    json_array_append_new(context, json_pack("{s:I, s:s, s:o, s:s, s:o, s:s, s:s, s:s?, s:s?}",
                                             "flag", (json_int_t)row->flag, "rule", row->rule,
                                             "title", cqa_title_json(row->title_en, row->title_zh),
                                             "state", cqa_flag_state_words[row->state], "points",
                                             cqa_points_json(row->points_c), "by", row->by, "at",
                                             at, "reason", row->reason, "reason_code", row->code));
}

static int copy_person(void *context, const struct cqa_call_row *row)
{
    json_t **person = context;

    *person = row->person ? json_string(row->person) : json_null();
    return 1;
}

/* The flags of a call as they stand, and how they came to. */
static void reply_flags(struct cqa_request *request, int status_code, int64_t call)
{
    struct cqa_scores *scores = cqa_request_scores(request);
    json_t *flags = json_array();
    json_t *decisions = json_array();
    json_t *person = NULL;
    const struct cqa_server_config *config = cqa_request_config(request);
    struct listing listing = {flags,
                              {config->objection_days, config->answer_days},
                              cqa_request_who(request)->role != CQA_ACCOUNT_AGENT};
    struct cqa_error error = {0};
    enum cqa_status status = cqa_scores_call(scores, call, copy_person, &person, &error);

    if (status == CQA_OK)
        status = cqa_scores_call_flags(scores, call, add_flag, &listing, &error);

    if (status == CQA_OK)
        status = cqa_scores_decisions(scores, call, add_decision, decisions, &error);
    if (status == CQA_OK) {
        cqa_reply_json(request, status_code,
                       json_pack("{s:I, s:O, s:O, s:O}", "call", (json_int_t)call, "person", person,
                                 "flags", flags, "decisions", decisions));
    } else {
        cqa_reply_error(request, status, &error);
    }
    json_decref(flags);
    json_decref(person);
    json_decref(decisions);
}

void cqa_get_call_flags(struct cqa_request *request)
{
    static const char *const known[] = {"source", NULL};
    int64_t call;

    if (cqa_query_only(request, known) && cqa_query_call(request, &call))
        reply_flags(request, 200, call);
}

/* ---- adding one by hand */

static int read_manual(struct cqa_request *request, const json_t *body,
                       struct cqa_manual_flag *manual)
{
    static const char *const known[] = {"rule",   "severity", "points", "start_ms",
                                        "end_ms", "note",     NULL};
    int severity = CQA_FLAG_SEVERITY_MINOR;

    return cqa_member_only(request, body, known) &&
           cqa_member_text(request, body, "rule", 1, &manual->rule) &&
           cqa_member_word(request, body, "severity", 0, cqa_flag_severity_words, &severity) &&
           cqa_member_points(request, body, "points", 1, &manual->points_c) &&
           cqa_member_whole(request, body, "start_ms", 1, 0, INT32_MAX, &manual->start_ms) &&
           cqa_member_whole(request, body, "end_ms", 1, 0, INT32_MAX, &manual->end_ms) &&
           cqa_member_text(request, body, "note", 1, &manual->note) &&
           ((manual->severity = (enum cqa_flag_severity)severity), 1);
}

void cqa_post_call_flag(struct cqa_request *request)
{
    struct cqa_manual_flag manual = {0};
    struct cqa_error error = {0};
    int64_t call;
    int64_t flag;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_query_call(request, &call) && read_manual(request, body, &manual)) {
        const enum cqa_status status = cqa_review_add_flag(
            cqa_request_scores(request), cqa_request_who(request), call, &manual, &flag, &error);
        if (status == CQA_OK)
            reply_flags(request, 201, call);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

/* ---- deciding on one */

static int read_code(struct cqa_request *request, const json_t *body, const char **out)
{
    const struct cqa_server_config *config = cqa_request_config(request);

    if (!cqa_member_text(request, body, "reason_code", 0, out))
        return 0;
    if (*out == NULL || strcmp(*out, cqa_decision_undone) == 0 ||
        cqa_decision_reason_find(config->reasons, config->reason_count, *out) != NULL)
        return 1;
    cqa_reply_problem(request, 422, "invalid", "reason_code: not one of the site's list");
    return 0;
}

static int read_verdict(struct cqa_request *request, const json_t *body,
                        struct cqa_flag_verdict *verdict)
{
    static const char *const known[] = {"state", "points",    "reason", "reason_code",
                                        "was",   "objection", NULL};
    int state = 0;
    const int good =
        cqa_member_only(request, body, known) &&
        cqa_member_word(request, body, "state", 1, cqa_flag_state_words, &state) &&
        cqa_member_points(request, body, "points", state == CQA_FLAG_CHANGED, &verdict->points_c) &&
        cqa_member_text(request, body, "reason", 0, &verdict->reason) &&
        read_code(request, body, &verdict->code) &&
        cqa_member_whole(request, body, "objection", 0, 0, INT64_MAX, &verdict->objection) &&
        cqa_member_word(request, body, "was", 0, cqa_flag_state_words, &verdict->expected);

    verdict->state = (enum cqa_flag_state)state;
    return good;
}

/* The header by which a page names its request (docs/decisions/0159); 0 with a problem given. */
static int read_request_name(struct cqa_request *request, const char **out)
{
    const char *name = cqa_request_header(request, "Idempotency-Key");

    *out = name;
    if (name == NULL || (name[0] != '\0' && strlen(name) <= CQA_REQUEST_BYTES_MAX))
        return 1;
    cqa_reply_problem(request, 400, "header", "Idempotency-Key: must have 1 to %d bytes",
                      CQA_REQUEST_BYTES_MAX);
    return 0;
}

void cqa_post_decision(struct cqa_request *request)
{
    struct cqa_flag_verdict verdict = {.expected = -1};
    struct cqa_error error = {0};
    int64_t call = 0;
    char *end;
    const int64_t flag = strtoll(cqa_request_part(request, 0), &end, 10);
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (*end != '\0' || flag <= 0) {
        cqa_reply_problem(request, 404, "not-found", "no such flag");
    } else if (read_request_name(request, &verdict.request) &&
               read_verdict(request, body, &verdict)) {
        const enum cqa_status status = cqa_review_decide(
            cqa_request_scores(request), cqa_request_who(request), flag, &verdict, &call, &error);
        if (status == CQA_OK)
            reply_flags(request, 200, call);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}
