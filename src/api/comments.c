/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/comments.h"

#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "scores/when.h"

static void add_comment(void *context, const struct cqa_comment_row *row)
{
    char at[CQA_WHEN_SIZE];

    cqa_when_write(row->at_ms, at);
    json_array_append_new(
        context, json_pack("{s:I, s:s, s:s, s:o, s:s}", "comment", (json_int_t)row->id, "by",
                           row->by, "at", at, "position_ms",
                           row->position_ms ? json_integer(*row->position_ms) : json_null(), "text",
                           row->text));
}

static void reply_comments(struct cqa_request *request, int status_code, int64_t call)
{
    struct cqa_error error = {0};
    json_t *list = json_array();
    const enum cqa_status status =
        cqa_comment_list(cqa_request_scores(request), call, add_comment, list, &error);

    if (status == CQA_OK) {
        cqa_reply_json(request, status_code, json_pack("{s:o}", "comments", list));
        return;
    }
    json_decref(list);
    cqa_reply_error(request, status, &error);
}

void cqa_get_comments(struct cqa_request *request)
{
    static const char *const known[] = {"source", NULL};
    int64_t call;

    if (cqa_query_only(request, known) && cqa_query_call(request, &call))
        reply_comments(request, 200, call);
}

void cqa_post_comment(struct cqa_request *request)
{
    static const char *const known[] = {"text", "position_ms", NULL};
    const char *text = NULL;
    struct cqa_error error = {0};
    int64_t position_ms = -1;
    int64_t call;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_query_call(request, &call) && cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "text", 1, &text) &&
        cqa_member_whole(request, body, "position_ms", 0, -1, INT32_MAX, &position_ms)) {
        const enum cqa_status status =
            cqa_comment_add(cqa_request_scores(request), cqa_request_who(request), call,
                            position_ms >= 0 ? &position_ms : NULL, text, &error);
        if (status == CQA_OK)
            reply_comments(request, 201, call);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}
