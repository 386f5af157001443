/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "scores/people.h"
#include "scores/when.h"

struct span_of_days {
    int64_t from, to;
};

static int read_days(struct cqa_request *request, struct span_of_days *days)
{
    return cqa_query_day(request, "from", &days->from) && cqa_query_day(request, "to", &days->to);
}

static json_t *ratio(double part, double whole)
{
    return whole > 0 ? json_real(part / whole) : json_null();
}

/* What a person, team or day sums up to; a mean over nothing is null. */
static json_t *sums_json(const struct cqa_person_row *row)
{
    return json_pack(
        "{s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "calls",
        (json_int_t)row->calls, "scored", (json_int_t)row->scored, "fully_measurable",
        (json_int_t)row->measurable, "score_mean",
        ratio((double)row->score_sum_c / 100, (double)row->scored), "score_least",
        row->scored ? cqa_points_json(row->score_least_c) : json_null(), "flags",
        (json_int_t)row->flags, "open_flags", (json_int_t)row->open_flags, "agent_share_of_talk",
        ratio((double)row->talk_agent_ms, (double)(row->talk_agent_ms + row->talk_customer_ms)),
        "silence_share", ratio((double)row->silence_ms, (double)row->duration_ms), "hold_share",
        ratio((double)row->hold_ms, (double)row->duration_ms), "overtalk_share",
        ratio((double)row->overtalk_ms, (double)row->duration_ms), "response_ms",
        ratio((double)row->response_sum_ms, (double)row->response_count));
}

static void add_person(void *context, const struct cqa_person_row *row)
{
    json_t *person = sums_json(row);

    json_object_set_new(person, "person", json_string(row->person));
    json_object_set_new(person, "team", row->team ? json_string(row->team) : json_null());
    json_array_append_new(context, person);
}

void cqa_get_people(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", "person", NULL};
    struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct span_of_days days = {0};
    struct cqa_error error = {0};
    const char *person = NULL;

    if (!cqa_query_only(request, known) || !read_days(request, &days) ||
        !cqa_query_word(request, "person", &person))
        return;
    if (person != NULL && scope.person != NULL && strcmp(person, scope.person) != 0)
        scope.nothing = 1;
    else if (person != NULL)
        scope.person = person;
    json_t *list = json_array();
    const enum cqa_status status = cqa_people_list(cqa_request_scores(request), &scope, days.from,
                                                   days.to, add_person, list, &error);
    cqa_reply_list(request, "people", list, status, &error);
}

static void add_day(void *context, const struct cqa_day_row *row)
{
    char text[CQA_DAY_SIZE];
    json_t *day = sums_json(&row->sums);

    cqa_when_write_day(row->day, text);
    json_object_set_new(day, "day", json_string(text));
    json_array_append_new(context, day);
}

void cqa_get_days(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", "person", "team", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    const char *person = NULL;
    const char *team = NULL;
    struct span_of_days days = {0};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known) || !read_days(request, &days) ||
        !cqa_query_word(request, "person", &person) || !cqa_query_word(request, "team", &team))
        return;
    json_t *list = json_array();
    const enum cqa_status status = cqa_people_days(cqa_request_scores(request), &scope, person,
                                                   team, days.from, days.to, add_day, list, &error);
    cqa_reply_list(request, "days", list, status, &error);
}

static void add_rule(void *context, const struct cqa_rule_row *row)
{
    const int64_t reviewed = row->confirmed + row->overturned + row->changed;

    json_array_append_new(
        context,
        json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o}", "rule", row->rule, "title",
                  cqa_title_json(row->title_en, row->title_zh), "flags", (json_int_t)row->flags,
                  "open", (json_int_t)row->open, "confirmed", (json_int_t)row->confirmed,
                  "overturned", (json_int_t)row->overturned, "changed", (json_int_t)row->changed,
                  "precision", ratio((double)(row->confirmed + row->changed), (double)reviewed)));
}

void cqa_get_rules(struct cqa_request *request)
{
    static const char *const known[] = {"from", "to", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct span_of_days days = {0};
    struct cqa_error error = {0};

    if (!cqa_query_only(request, known) || !read_days(request, &days))
        return;
    json_t *list = json_array();
    const enum cqa_status status = cqa_rules_list(cqa_request_scores(request), &scope, days.from,
                                                  days.to, add_rule, list, &error);
    cqa_reply_list(request, "rules", list, status, &error);
}
