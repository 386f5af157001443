/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/signing.h"

#include <stdio.h>
#include <string.h>
#include "api/member.h"
#include "api/rounds/endpoints.h"
#include "api/rounds/sheets.h"
#include "appraisal/json.h"
#include "scores/rounds/members.h"

/* ---- signatures */

static int refuse(struct cqa_request *request, const char *why /* a CQA_N */)
{
    cqa_reply_problem(request, 403, "forbidden", "%p", cqa_words_named(why));
    return 0;
}

/* The appraised signs through the own log-in; on paper or by refusing, hr or the supervisor records
 * it. Nobody signs their own sheet for another side. */
static int may_sign(struct cqa_request *request, const char *agent,
                    const struct cqa_signature *signature)
{
    const struct cqa_identity *who = cqa_request_who(request);
    const int self = who->person != NULL && strcmp(who->person, agent) == 0;

    if (signature->side == CQA_SIGN_APPRAISED && signature->how == CQA_SIGN_OWN)
        return self || refuse(request, CQA_N("the appraised sign through their own log-in"));
    if (self)
        return refuse(request, CQA_N("nobody signs their own sheet for another side"));
    if (signature->side == CQA_SIGN_APPRAISED)
        return who->role == CQA_ACCOUNT_LEAD || who->role == CQA_ACCOUNT_HR ||
               refuse(request, CQA_N("hr or the supervisor records this"));
    if (signature->how != CQA_SIGN_OWN)
        return refuse(request, CQA_N("only the appraised may sign on paper or refuse"));
    if (signature->side == CQA_SIGN_SUPERVISOR)
        return who->role == CQA_ACCOUNT_LEAD ||
               refuse(request, CQA_N("a lead signs as supervisor"));
    return who->role == CQA_ACCOUNT_HR || refuse(request, CQA_N("hr signs for hr"));
}

static int read_signature(struct cqa_request *request, const json_t *body,
                          struct cqa_signature *out)
{
    static const char *const known[] = {"as", "how", "note", NULL};
    int side = 0;
    int how = CQA_SIGN_OWN;

    if (!cqa_member_only(request, body, known) ||
        !cqa_member_word(request, body, "as", 1, cqa_sign_side_words, &side) ||
        !cqa_member_word(request, body, "how", 0, cqa_sign_how_words, &how) ||
        !cqa_member_text(request, body, "note", 0, &out->note))
        return 0;
    out->side = (enum cqa_sign_side)side;
    out->how = (enum cqa_sign_how)how;
    return 1;
}

static void sign(struct cqa_request *request, const struct cqa_asked_sheet *asked,
                 struct cqa_signature *signature)
{
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};

    signature->agent = asked->agent;
    signature->numbers = asked->sheet->numbers;
    enum cqa_status status = cqa_signature_add(
        cqa_request_scores(request), cqa_request_who(request), asked->round.id, signature, &error);
    if (status == CQA_OK) {
        cqa_json_put(&out, "{\"signatures\":");
        status = cqa_signatures_json(cqa_request_scores(request), asked->round.id, asked->agent,
                                     asked->sheet->numbers, &out, &error);
        cqa_json_put(&out, "}");
    }
    cqa_reply_built(request, 201, status, &out, &error);
}

void cqa_post_signature(struct cqa_request *request)
{
    struct cqa_asked_sheet asked;
    struct cqa_signature signature = {0};
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_asked_sheet(request, &asked) && read_signature(request, body, &signature) &&
        may_sign(request, asked.agent, &signature)) {
        if (asked.sheet != NULL)
            sign(request, &asked, &signature);
        else
            cqa_reply_problem(request, 409, "conflict", "there is no sheet to sign");
    }
    cqa_outcome_finish(&asked.outcome);
    json_decref(body);
}

/* ---- objections */

struct list {
    struct cqa_buffer out;
    const struct cqa_identity *who;
    struct cqa_members members;
    char agent[256]; /* of the last one */
    int count;
};

static void add_objection(void *context, const struct cqa_sheet_objection_row *row)
{
    struct list *list = context;
    const struct cqa_member *member = cqa_members_find(&list->members, row->agent);

    if (!cqa_may_see_agent(list->who, row->agent, member ? member->team : NULL))
        return;
    snprintf(list->agent, sizeof list->agent, "%s", row->agent);
    cqa_json_put(&list->out, list->count++ ? "," : "");
    cqa_sheet_objection_json(row, &list->out);
}

/* Fills `list` with what the asker may see; `only` 0: all. */
static enum cqa_status list_objections(struct cqa_request *request, const struct cqa_round *round,
                                       int64_t only, struct list *list, struct cqa_error *error)
{
    list->who = cqa_request_who(request);
    enum cqa_status status =
        cqa_members_load(cqa_request_scores(request), round->period, &list->members, error);
    if (status == CQA_OK)
        status = cqa_sheet_objection_list(cqa_request_scores(request), round->id, NULL, only,
                                          add_objection, list, error);
    cqa_members_finish(&list->members);
    return status;
}

void cqa_get_sheet_objections(struct cqa_request *request)
{
    struct cqa_round round;
    struct cqa_error error = {0};
    struct list list = {.out = {.limit = CQA_REPLY_BYTES_MAX}};

    if (!cqa_asked_round(request, &round))
        return;
    cqa_json_put(&list.out, "{\"objections\":[");
    const enum cqa_status status = list_objections(request, &round, 0, &list, &error);
    cqa_json_put(&list.out, "]}");
    cqa_reply_built(request, 200, status, &list.out, &error);
}

static void reply_objection(struct cqa_request *request, int http_status,
                            const struct cqa_round *round, int64_t objection)
{
    struct cqa_error error = {0};
    struct list list = {.out = {.limit = CQA_REPLY_BYTES_MAX}};
    enum cqa_status status = list_objections(request, round, objection, &list, &error);

    if (status == CQA_OK && list.count == 0)
        status = cqa_fail(&error, CQA_E_NOTFOUND, "no objection of this number");
    cqa_reply_built(request, http_status, status, &list.out, &error);
}

static void object(struct cqa_request *request, const struct cqa_asked_sheet *asked,
                   const char *text)
{
    struct cqa_error error = {0};
    const struct cqa_identity *who = cqa_request_who(request);
    int64_t objection = 0;

    if (who->person == NULL || strcmp(who->person, asked->agent) != 0) {
        refuse(request, CQA_N("an objection is to the own sheet"));
        return;
    }
    const enum cqa_status status = cqa_sheet_objection_add(
        cqa_request_scores(request), who, asked->round.id, asked->agent, text, &objection, &error);
    if (status == CQA_OK)
        reply_objection(request, 201, &asked->round, objection);
    else
        cqa_reply_error(request, status, &error);
}

void cqa_post_sheet_objection(struct cqa_request *request)
{
    static const char *const known[] = {"text", NULL};
    struct cqa_asked_sheet asked;
    const char *text = NULL;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_asked_sheet(request, &asked) && cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "text", 1, &text))
        object(request, &asked, text);
    cqa_outcome_finish(&asked.outcome);
    json_decref(body);
}

/* ---- answers */

static void answer(struct cqa_request *request, const struct cqa_round *round, int64_t objection,
                   int accepted, const char *text)
{
    struct cqa_error error = {0};
    struct list list = {.out = {.limit = CQA_REPLY_BYTES_MAX}};
    const struct cqa_identity *who = cqa_request_who(request);
    enum cqa_status status = list_objections(request, round, objection, &list, &error);

    cqa_buffer_finish(&list.out);
    if (status == CQA_OK && (objection <= 0 || list.count == 0))
        status = cqa_fail(&error, CQA_E_NOTFOUND, "no objection of this number");
    if (status == CQA_OK && who->person != NULL && strcmp(who->person, list.agent) == 0) {
        refuse(request, CQA_N("nobody answers their own objection"));
        return;
    }
    if (status == CQA_OK)
        status = cqa_sheet_objection_answer(cqa_request_scores(request), who, round->id, objection,
                                            accepted, text, &error);
    if (status == CQA_OK)
        reply_objection(request, 200, round, objection);
    else
        cqa_reply_error(request, status, &error);
}

void cqa_post_sheet_answer(struct cqa_request *request)
{
    static const char *const known[] = {"outcome", "answer", NULL};
    static const char *const words[] = {"rejected", "accepted", NULL};
    struct cqa_round round;
    const char *text = NULL;
    int accepted = 0;

    if (!cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        cqa_member_word(request, body, "outcome", 1, words, &accepted) &&
        cqa_member_text(request, body, "answer", 1, &text))
        answer(request, &round, cqa_request_part_number(request, 1), accepted, text);
    json_decref(body);
}
