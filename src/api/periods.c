/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/query.h"
#include "api/second.h"
#include "review/close.h"
#include "scores/when.h"

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

/* ---- closing */

/* The whole calendar month before today, where the asker names no days. */
static void set_month(struct cqa_request *request, int64_t *from, int64_t *to)
{
    if (*from == 0 && *to == 0)
        cqa_when_month_before(
            cqa_when_local_day(cqa_request_config(request)->zone, cqa_request_now_ms(request)),
            from, to);
}

static int need_both(struct cqa_request *request, int64_t from, int64_t to)
{
    if (from != 0 && to != 0)
        return 1;
    cqa_reply_problem(request, 422, "invalid", "from, to: both are given, or neither");
    return 0;
}

static void reply_open(struct cqa_request *request, int code, int64_t from, int64_t to,
                       const struct cqa_period_open *open)
{
    char first[CQA_DAY_SIZE];
    char last[CQA_DAY_SIZE];

    cqa_when_write_day(from, first);
    cqa_when_write_day(to, last);
    cqa_reply_json(
        request, code,
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "from", first, "to", last, "calls",
                  (json_int_t)open->calls, code == 201 ? "ignored_flags" : "open_flags",
                  (json_int_t)open->open_flags,
                  code == 201 ? "ignored_objections" : "open_objections",
                  (json_int_t)open->open_objections, "results_waiting", (json_int_t)open->waiting,
                  "calls_without_day", (json_int_t)open->without_day));
}

void cqa_get_period_open(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", NULL};
    struct cqa_period_open open = {0};
    struct cqa_error error = {0};
    int64_t from = 0;
    int64_t to = 0;

    if (!cqa_query_only(request, known) || !cqa_query_day(request, "from", &from) ||
        !cqa_query_day(request, "to", &to))
        return;
    set_month(request, &from, &to);
    if (!need_both(request, from, to))
        return;
    const enum cqa_status status =
        cqa_period_look(cqa_request_scores(request), from, to, &open, &error);
    if (status == CQA_OK)
        reply_open(request, 200, from, to, &open);
    else
        cqa_reply_error(request, status, &error);
}

static void close_days(struct cqa_request *request, const json_t *body)
{
    static const char *const known[] = {"from", "to", "note", "ignore_open", NULL};
    struct cqa_period_open open = {0};
    struct cqa_error error = {0};
    int64_t from = 0;
    int64_t to = 0;
    int ignore_open = 0;
    const char *note = NULL;

    if (!cqa_member_only(request, body, known) ||
        !cqa_member_yes(request, body, "ignore_open", &ignore_open) ||
        !cqa_member_day(request, body, "from", 0, &from) ||
        !cqa_member_day(request, body, "to", 0, &to) ||
        !cqa_member_text(request, body, "note", ignore_open, &note))
        return;
    set_month(request, &from, &to);
    if (!need_both(request, from, to))
        return;
    const int64_t today =
        cqa_when_local_day(cqa_request_config(request)->zone, cqa_request_now_ms(request));
    const enum cqa_status status =
        cqa_review_close(cqa_request_scores(request), cqa_request_who(request), today, from, to,
                         ignore_open, note, &open, &error);
    if (status == CQA_OK)
        reply_open(request, 201, from, to, &open);
    else
        cqa_reply_error(request, status, &error);
}

void cqa_post_period(struct cqa_request *request)
{
    json_t *body = cqa_request_json(request);

    if (body != NULL)
        close_days(request, body);
    json_decref(body);
}

/* ---- opening again */

static void open_again(struct cqa_request *request, int64_t period, const char *note)
{
    struct cqa_error error = {0};
    int64_t waiting = 0;

    if (!cqa_second_is_confirmed(request)) {
        cqa_second_ask(request, cqa_words("closed days that are opened again: %.500s", note));
        return;
    }
    const enum cqa_status status = cqa_period_open(
        cqa_request_scores(request), cqa_request_who(request), period, note, &waiting, &error);
    if (status == CQA_OK)
        cqa_reply_json(request, 200, json_pack("{s:I}", "waiting", (json_int_t)waiting));
    else
        cqa_reply_error(request, status, &error);
}

void cqa_post_period_open(struct cqa_request *request)
{
    static const char *const known[] = {"note", NULL};
    struct cqa_error error = {0};
    const char *note = NULL;
    json_t *body = cqa_request_json(request);
    const int64_t period = cqa_request_part_number(request, 0);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && cqa_member_text(request, body, "note", 1, &note)) {
        const enum cqa_status status =
            note[strspn(note, " \t\n")] == '\0'
                ? cqa_fail(&error, CQA_E_BADDATA, "%p: must be given", cqa_words_for("note"))
                : cqa_period_find(cqa_request_scores(request), period, &error);
        if (status == CQA_OK)
            open_again(request, period, note);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}
