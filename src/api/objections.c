/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/page.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "review/object.h"
#include "scores/objections.h"
#include "scores/rounds/due.h"
#include "scores/when.h"
#include "settings/config.h"

enum { LIMIT_MAX = 500 };

struct listing {
    struct cqa_list_page page;
    struct cqa_due_objection
        due[LIMIT_MAX]; /* of each: whether it has made a closed number wrong */
    struct cqa_objection_days days;
};

/* The route's first part as a number; 0 with a problem given. */
static int64_t read_number(struct cqa_request *request)
{
    char *end;
    const char *text = cqa_request_part(request, 0);
    const int64_t number = strtoll(text, &end, 10);

    if (*end == '\0' && number > 0)
        return number;
    cqa_reply_problem(request, 404, "not-found", "\"%s\" is no number", text);
    return 0;
}

void cqa_post_objection(struct cqa_request *request)
{
    static const char *const known[] = {"text", NULL};
    const char *text = NULL;
    struct cqa_error error = {0};
    int64_t objection;
    const int64_t flag = read_number(request);
    json_t *body = flag > 0 ? cqa_request_json(request) : NULL;

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && cqa_member_text(request, body, "text", 1, &text)) {
        const enum cqa_status status =
            cqa_review_object(cqa_request_scores(request), cqa_request_who(request), flag, text,
                              cqa_request_config(request)->objection_days, &objection, &error);
        if (status == CQA_OK)
            cqa_reply_json(request, 201, json_pack("{s:I}", "objection", (json_int_t)objection));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

void cqa_post_objection_answer(struct cqa_request *request)
{
    static const char *const known[] = {"state", "points", "reason", "again", NULL};
    struct cqa_flag_verdict verdict = {.expected = -1};
    struct cqa_error error = {0};
    int state = 0;
    int again = 0;
    const int64_t objection = read_number(request);
    json_t *body = objection > 0 ? cqa_request_json(request) : NULL;

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_word(request, body, "state", 1, cqa_flag_state_words, &state) &&
        cqa_member_points(request, body, "points", state == CQA_FLAG_CHANGED, &verdict.points_c) &&
        cqa_member_text(request, body, "reason", 1, &verdict.reason) &&
        cqa_member_yes(request, body, "again", &again)) {
        verdict.state = (enum cqa_flag_state)state;
        const enum cqa_status status =
            cqa_review_settle(cqa_request_scores(request), cqa_request_who(request), objection,
                              &verdict, again, &error);
        if (status == CQA_OK)
            cqa_reply_empty(request, 204);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

static int add_objection(void *context, const struct cqa_objection_row *row)
{
    struct listing *listing = context;
    char at[CQA_WHEN_SIZE];
    char decided[CQA_WHEN_SIZE];

    if (cqa_page_is_full(&listing->page))
        return 1;
    cqa_when_write(row->at_ms, at);
    cqa_when_write(row->decided_ms, decided);
    listing->page.last[0] = row->id;
    listing->due[json_array_size(listing->page.list)] =
        (struct cqa_due_objection){NULL, row->day, row->at_ms, row->decided_ms, row->outcome};
    return cqa_page_add(
        &listing->page,
        json_pack(
            "{s:I, s:I, s:I, s:s, s:s, s:o, s:o, s:s?, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:o, "
            "s:n}",
            "objection", (json_int_t)row->id, "flag", (json_int_t)row->flag, "call",
            (json_int_t)row->call, "call_id", row->call_id, "rule", row->rule, "title",
            cqa_title_json(row->title_en, row->title_zh), "range",
            cqa_range_json(row->range_least_c, row->range_most_c), "person", row->person, "by",
            row->by, "at", at, "text", row->text, "outcome", cqa_objection_words[row->outcome],
            "decided_by", row->decided_by, "decided_at", row->decided_ms ? decided : NULL, "answer",
            row->answer, "answer_until",
            cqa_answer_until_json(row->outcome == CQA_OBJECTION_OPEN, row->at_ms, &listing->days),
            "correction_due"));
}

/* In which round each of the page needs a correction. */
static enum cqa_status add_due(struct cqa_scores *scores, struct listing *listing,
                               struct cqa_error *error)
{
    struct cqa_due due;
    json_t *item;
    size_t index;
    enum cqa_status status = cqa_due_read(scores, &due, error);

    json_array_foreach(listing->page.list, index, item)
    {
        int64_t round = 0;
        listing->due[index].agent = json_string_value(json_object_get(item, "person"));
        if (status == CQA_OK)
            status = cqa_due_of(scores, &due, &listing->due[index], &round, error);
        if (status == CQA_OK && round != 0)
            json_object_set_new(item, "correction_due", json_integer(round));
    }
    cqa_due_finish(&due);
    return status;
}

static int read_outcome(struct cqa_request *request, int *out)
{
    const char *word = cqa_request_query(request, "outcome");

    *out = -1;
    if (word == NULL)
        return 1;
    for (int i = 0; i < CQA_OBJECTION_OUTCOME_COUNT; i++)
        if (strcmp(word, cqa_objection_words[i]) == 0)
            *out = i;
    if (*out < 0)
        cqa_reply_problem(request, 400, "query",
                          "outcome: allowed are open, accepted, rejected, closed");
    return *out >= 0;
}

void cqa_get_objections(struct cqa_request *request)
{
    static const char *const known[] = {"outcome", "limit", "cursor", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct listing list = {.page = {.limit = 0}};
    struct cqa_error error = {0};
    int64_t after_id = 0;
    int is_there;
    int outcome;

    if (!cqa_query_only(request, known) || !read_outcome(request, &outcome) ||
        !cqa_query_limit(request, 100, LIMIT_MAX, &list.page.limit) ||
        !cqa_page_begin(request, 'o', &after_id, 1, &is_there))
        return;
    list.days = (struct cqa_objection_days){cqa_request_config(request)->objection_days,
                                            cqa_request_config(request)->answer_days};
    enum cqa_status status =
        cqa_objection_list(cqa_request_scores(request), &scope, outcome, after_id,
                           list.page.limit + 1, add_objection, &list, &error);
    if (status == CQA_OK)
        status = add_due(cqa_request_scores(request), &list, &error);
    cqa_page_reply(request, "objections", 'o', 1, &list.page, status, &error);
}
