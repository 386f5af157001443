/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/reviews.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/member.h"
#include "api/page.h"
#include "api/query.h"
#include "review/flag_json.h"
#include "review/kappa.h"
#include "scores/when.h"

enum { FLAGS_MAX = 500, JUDGES_MAX = 64 };

static int member_name(struct cqa_request *request, const json_t *body, const char *name,
                       const char **out)
{
    if (!cqa_member_text(request, body, name, 1, out))
        return 0;
    if ((*out)[0] != '\0' && strlen(*out) <= 64)
        return 1;
    cqa_reply_problem(request, 422, "invalid", "%p: must have 1 to 64 bytes", cqa_words_for(name));
    return 0;
}

/* ---- samples */

static int read_auditors(struct cqa_request *request, const json_t *body,
                         struct cqa_sample_plan *plan)
{
    const json_t *list = json_object_get(body, "auditors");
    const json_t *name;
    size_t index;

    if (list != NULL && (!json_is_array(list) || json_array_size(list) > CQA_AUDITORS_MAX)) {
        cqa_reply_problem(request, 422, "invalid", "auditors: must be a list of up to %d names",
                          CQA_AUDITORS_MAX);
        return 0;
    }
    json_array_foreach((json_t *)list, index, name)
    {
        if (!json_is_string(name)) {
            cqa_reply_problem(request, 422, "invalid", "auditors: must be names");
            return 0;
        }
        plan->auditors[plan->auditor_count++] = json_string_value(name);
    }
    return 1;
}

void cqa_post_samples(struct cqa_request *request)
{
    static const char *const known[] = {"plan",   "from",     "to",  "per_person",
                                        "strata", "auditors", "due", NULL};
    struct cqa_sample_plan plan = {0};
    struct cqa_error error = {0};
    int64_t drawn = 0;
    int strata = 0;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && member_name(request, body, "plan", &plan.name) &&
        cqa_member_day(request, body, "from", 1, &plan.day_from) &&
        cqa_member_day(request, body, "to", 1, &plan.day_to) &&
        cqa_member_whole(request, body, "per_person", 1, 1, 100, &plan.per_person) &&
        cqa_member_word(request, body, "strata", 0, cqa_strata_words, &strata) &&
        read_auditors(request, body, &plan) &&
        cqa_member_day(request, body, "due", 1, &plan.due_day)) {
        plan.strata = (enum cqa_strata)strata;
        const enum cqa_status status = cqa_samples_draw(
            cqa_request_scores(request), cqa_request_who(request), &plan, &drawn, &error);
        if (status == CQA_OK)
            cqa_reply_json(request, 200, json_pack("{s:I}", "drawn", (json_int_t)drawn));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

static int add_sample(void *context, const struct cqa_sample_row *row)
{
    struct cqa_list_page *page = context;
    char due[CQA_DAY_SIZE];

    if (cqa_page_is_full(page))
        return 1;
    cqa_when_write_day(row->due_day, due);
    page->last[0] = row->id;
    return cqa_page_add(page, json_pack("{s:I, s:s, s:I, s:s, s:s?, s:s?, s:s, s:b}", "sample",
                                        (json_int_t)row->id, "plan", row->plan, "call",
                                        (json_int_t)row->call, "call_id", row->call_id, "person",
                                        row->person, "auditor", row->auditor, "due", due, "done",
                                        row->done_ms != 0));
}

void cqa_get_samples(struct cqa_request *request)
{
    static const char *const known[] = {"auditor", "open", "limit", "cursor", NULL};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    int is_open = 0;
    const char *auditor = NULL;
    struct cqa_list_page page = {0};
    struct cqa_error error = {0};
    int64_t after_id = 0;
    int is_there;

    if (!cqa_query_only(request, known) || !cqa_query_word(request, "auditor", &auditor) ||
        !cqa_query_yes(request, "open", &is_open) ||
        !cqa_query_limit(request, 100, 500, &page.limit) ||
        !cqa_page_begin(request, 's', &after_id, 1, &is_there))
        return;
    const enum cqa_status status =
        cqa_samples_list(cqa_request_scores(request), &scope, auditor, is_open, after_id,
                         page.limit + 1, add_sample, &page, &error);
    cqa_page_reply(request, "samples", 's', 1, &page, status, &error);
}

void cqa_post_sample_done(struct cqa_request *request)
{
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_samples_done(cqa_request_scores(request), cqa_request_who(request),
                         cqa_request_part_number(request, 0), &error);

    if (status == CQA_OK)
        cqa_reply_empty(request, 204);
    else
        cqa_reply_error(request, status, &error);
}

/* ---- calibration */

void cqa_post_calibration(struct cqa_request *request)
{
    static const char *const known[] = {"session", "flags", NULL};
    int64_t flags[FLAGS_MAX];
    const char *session = NULL;
    struct cqa_error error = {0};
    json_t *body = cqa_request_json(request);
    const json_t *list = json_object_get(body, "flags");
    const size_t count = json_array_size(list);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) && member_name(request, body, "session", &session)) {
        int good = count > 0 && count <= FLAGS_MAX;
        for (size_t i = 0; good && i < count; i++) {
            flags[i] = json_integer_value(json_array_get(list, i));
            good = flags[i] > 0;
        }
        const enum cqa_status status =
            good ? cqa_calibration_add(cqa_request_scores(request), cqa_request_who(request),
                                       session, flags, count, &error)
                 : cqa_fail(&error, CQA_E_BADDATA, "flags: must be 1 to %d numbers of flags",
                            FLAGS_MAX);
        if (status == CQA_OK)
            cqa_reply_json(request, 201,
                           json_pack("{s:s, s:I}", "session", session, "flags", (json_int_t)count));
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

void cqa_post_judgement(struct cqa_request *request)
{
    static const char *const known[] = {"flag", "verdict", NULL};
    static const char *const verdicts[] = {"does_not_stand", "stands", NULL};
    struct cqa_error error = {0};
    int64_t flag = 0;
    int stands = 0;
    json_t *body = cqa_request_json(request);

    if (body == NULL)
        return;
    if (cqa_member_only(request, body, known) &&
        cqa_member_whole(request, body, "flag", 1, 1, INT64_MAX / 2, &flag) &&
        cqa_member_word(request, body, "verdict", 1, verdicts, &stands)) {
        const enum cqa_status status =
            cqa_calibration_judge(cqa_request_scores(request), cqa_request_who(request),
                                  cqa_request_part(request, 0), flag, stands, &error);
        if (status == CQA_OK)
            cqa_reply_empty(request, 204);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

/* One's own list: what is still to be judged, without a word of the others' verdicts. */
static int add_own(void *context, const struct cqa_judgement_row *row)
{
    return json_array_append_new(
               context, json_pack("{s:I, s:I, s:s, s:o, s:b}", "flag", (json_int_t)row->flag,
                                  "call", (json_int_t)row->call, "rule", row->rule, "title",
                                  cqa_title_json(row->title_en, row->title_zh), "judged",
                                  row->by != NULL)) != 0;
}

void cqa_get_calibration(struct cqa_request *request)
{
    const struct cqa_identity *who = cqa_request_who(request);
    const struct cqa_scope scope = cqa_identity_scope(who);
    struct cqa_error error = {0};
    json_t *list = json_array();
    const enum cqa_status status =
        cqa_calibration_list(cqa_request_scores(request), &scope, cqa_request_part(request, 0),
                             who->user ? who->user : -1, add_own, list, &error);

    if (status == CQA_OK) {
        cqa_reply_json(request, 200, json_pack("{s:o}", "flags", list));
    } else {
        json_decref(list);
        cqa_reply_error(request, status, &error);
    }
}

/* All judgements: verdicts[flag][judge], -1 where there is none. */
struct agreement {
    char judges[JUDGES_MAX][65];
    size_t judge_count;
    int64_t flags[FLAGS_MAX];
    char rules[FLAGS_MAX][65];
    signed char verdicts[FLAGS_MAX][JUDGES_MAX];
    size_t flag_count;
};

static int judge_of(struct agreement *agreement, const char *name)
{
    for (size_t i = 0; i < agreement->judge_count; i++)
        if (strcmp(agreement->judges[i], name) == 0)
            return (int)i;
    if (agreement->judge_count == JUDGES_MAX)
        return -1;
    strncpy(agreement->judges[agreement->judge_count], name, 64);
    return (int)agreement->judge_count++;
}

static int add_verdict(void *context, const struct cqa_judgement_row *row)
{
    struct agreement *agreement = context;
    size_t at = agreement->flag_count;

    if (at == 0 || agreement->flags[at - 1] != row->flag) {
        if (at == FLAGS_MAX)
            return 1;
        agreement->flags[at] = row->flag;
        strncpy(agreement->rules[at], row->rule, 64);
        memset(agreement->verdicts[at], -1, JUDGES_MAX);
        agreement->flag_count++;
    } else {
        at--;
    }
    const int judge = row->by ? judge_of(agreement, row->by) : -1;
    if (judge >= 0)
        agreement->verdicts[at][judge] = (signed char)row->stands;
    return 0;
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Fleiss' kappa over the flags of one rule, or of all (NULL). */
static double fleiss(const struct agreement *agreement, const char *rule)
{
    double counts[FLAGS_MAX][CQA_VERDICTS] = {{0}};

    for (size_t i = 0; i < agreement->flag_count; i++)
        for (size_t j = 0; j < agreement->judge_count; j++)
            if (agreement->verdicts[i][j] >= 0 &&
                (rule == NULL || strcmp(rule, agreement->rules[i]) == 0))
                counts[i][agreement->verdicts[i][j]]++;
    return cqa_kappa_fleiss((const double(*)[CQA_VERDICTS])counts, agreement->flag_count);
}

static json_t *pairs_json(const struct agreement *agreement)
{
    json_t *list = json_array();

    for (size_t a = 0; a < agreement->judge_count; a++)
        for (size_t b = a + 1; b < agreement->judge_count; b++) {
            double table[CQA_VERDICTS][CQA_VERDICTS] = {{0}};
            int both = 0;
            for (size_t i = 0; i < agreement->flag_count; i++)
                if (agreement->verdicts[i][a] >= 0 && agreement->verdicts[i][b] >= 0) {
                    table[agreement->verdicts[i][a]][agreement->verdicts[i][b]]++;
                    both++;
                }
            json_array_append_new(
                list,
                json_pack("{s:[s, s], s:i, s:o}", "judges", agreement->judges[a],
                          agreement->judges[b], "flags", both, "cohen_kappa",
                          number_or_null(cqa_kappa_cohen((const double(*)[CQA_VERDICTS])table))));
        }
    return list;
}

static json_t *rules_json(const struct agreement *agreement)
{
    json_t *rules = json_object();

    for (size_t i = 0; i < agreement->flag_count; i++)
        if (json_object_get(rules, agreement->rules[i]) == NULL)
            json_object_set_new(rules, agreement->rules[i],
                                number_or_null(fleiss(agreement, agreement->rules[i])));
    return rules;
}

static void reply_agreement(struct cqa_request *request, struct agreement *agreement)
{
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};
    const enum cqa_status status =
        cqa_calibration_list(cqa_request_scores(request), &scope, cqa_request_part(request, 0), 0,
                             add_verdict, agreement, &error);

    if (status == CQA_OK)
        cqa_reply_json(request, 200,
                       json_pack("{s:i, s:i, s:o, s:o, s:o}", "flags", (int)agreement->flag_count,
                                 "judges", (int)agreement->judge_count, "fleiss_kappa",
                                 number_or_null(fleiss(agreement, NULL)), "rules",
                                 rules_json(agreement), "pairs", pairs_json(agreement)));
    else
        cqa_reply_error(request, status, &error);
}

void cqa_get_agreement(struct cqa_request *request)
{
    struct agreement *agreement = calloc(1, sizeof *agreement);

    if (agreement != NULL)
        reply_agreement(request, agreement);
    else
        cqa_reply_problem(request, 503, "memory", "out of memory");
    free(agreement);
}
