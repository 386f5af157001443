/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include "server/endpoints.h"
#include "server/member.h"
#include "server/periods.h"
#include "server/query.h"
#include "server/when.h"

static int add_period(void *context, const struct cqa_period_row *row)
{
    char from[CQA_DAY_SIZE];
    char to[CQA_DAY_SIZE];
    char at[CQA_WHEN_SIZE];

    cqa_when_write_day(row->day_from, from);
    cqa_when_write_day(row->day_to, to);
    cqa_when_write(row->closed_ms, at);
    return json_array_append_new(context, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s?}", "period",
                                                    (json_int_t)row->period, "from", from, "to", to,
                                                    "closed_by", row->closed_by, "closed_at", at,
                                                    "note", row->note)) != 0;
}

void cqa_get_periods(struct cqa_request *request)
{
    static const char *const known[] = {NULL};
    struct cqa_error error = {0};
    int64_t without_day = 0;

    if (!cqa_query_only(request, known))
        return;
    json_t *list = json_array();
    const enum cqa_status status =
        cqa_periods_list(cqa_request_scores(request), add_period, list, &without_day, &error);
    if (status == CQA_OK) {
        cqa_reply_json(
            request, 200,
            json_pack("{s:o, s:I}", "periods", list, "calls_without_day", (json_int_t)without_day));
        return;
    }
    json_decref(list);
    cqa_reply_error(request, status, &error);
}

void cqa_post_period(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", "note", "ignore_open", NULL};
    struct cqa_error error = {0};
    int64_t from = 0;
    int64_t to = 0;
    struct cqa_period_closed closed = {0};
    const char *note = NULL;
    json_t *body = cqa_request_json(request);
    const int ignore_open = json_is_true(json_object_get(body, "ignore_open"));

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && cqa_member_day(request, body, "from", 1, &from) &&
        cqa_member_day(request, body, "to", 1, &to) &&
        cqa_member_text(request, body, "note", ignore_open, &note)) {
        const enum cqa_status status =
            from <= to ? cqa_period_close(cqa_request_scores(request), cqa_request_who(request),
                                          from, to, ignore_open, note, &closed, &error)
                       : cqa_fail(&error, CQA_E_BADDATA, "to: must not lie before from");
        if (status == CQA_OK)
            cqa_reply_json(request, 201,
                           json_pack("{s:I, s:I}", "ignored_flags", (json_int_t)closed.open_flags,
                                     "calls_without_day", (json_int_t)closed.without_day));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

void cqa_post_period_open(struct cqa_request *request)
{
    static const char *const known[] = {"note", NULL};
    struct cqa_error error = {0};
    int64_t waiting = 0;
    const char *note = NULL;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && cqa_member_text(request, body, "note", 1, &note)) {
        const enum cqa_status status = cqa_period_open(
            cqa_request_scores(request), cqa_request_who(request),
            strtoll(cqa_request_part(request, 0), NULL, 10), note, &waiting, &error);
        if (status == CQA_OK)
            cqa_reply_json(request, 200, json_pack("{s:I}", "waiting", (json_int_t)waiting));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}
