/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/rounds.h"

#include <string.h>
#include "api/member.h"
#include "api/query.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "appraisal/period.h"
#include "appraisal/rational.h"
#include "appraisal/schemes.h"
#include "scores/rounds/members.h"

enum { LEAST_PLACES = 2 }; /* of a share in % */

/* ---- listing */

struct list {
    struct cqa_buffer out;
    int count;
};

static void add_round(void *context, const struct cqa_round *round)
{
    struct list *list = context;

    cqa_json_put(&list->out, list->count++ ? ",{" : "{");
    cqa_round_json(round, &list->out);
    cqa_json_put(&list->out, "}");
}

static int read_stage(struct cqa_request *request, int *out)
{
    const char *word = NULL;

    *out = -1;
    if (!cqa_query_word(request, "stage", &word))
        return 0;
    for (int i = 0; word != NULL && i < CQA_ROUND_STAGE_COUNT; i++)
        if (strcmp(word, cqa_round_stage_words[i]) == 0)
            *out = i;
    if (word == NULL || *out >= 0)
        return 1;
    cqa_reply_problem(request, 400, "query",
                      "stage: allowed are open, interview, objections, closed");
    return 0;
}

void cqa_get_rounds(struct cqa_request *request)
{
    static const char *const known[] = {"scheme", "period", "stage", NULL};
    struct list list = {{.limit = CQA_REPLY_BYTES_MAX}, 0};
    struct cqa_error error = {0};
    const char *scheme = NULL;
    const char *period = NULL;
    int stage;

    if (!cqa_query_only(request, known) || !cqa_query_word(request, "scheme", &scheme) ||
        !cqa_query_word(request, "period", &period) || !read_stage(request, &stage))
        return;
    cqa_json_put(&list.out, "{\"appraisals\":[");
    const enum cqa_status status = cqa_round_list(cqa_request_scores(request), scheme, period,
                                                  stage, add_round, &list, &error);
    cqa_json_put(&list.out, "]}");
    cqa_reply_built(request, 200, status, &list.out, &error);
}

void cqa_get_round(struct cqa_request *request)
{
    struct cqa_round round;

    if (cqa_asked_round(request, &round))
        cqa_reply_round(request, 200, round.id);
}

/* ---- opening */

/* 0 with a problem given: no such scheme, or a period that is not of its kind. */
static int check_period(struct cqa_request *request, const char *id, const char *period)
{
    struct cqa_error error = {0};
    struct cqa_scheme *scheme = NULL;
    enum cqa_status status = cqa_schemes_load(id, &scheme, &error);

    if (status == CQA_E_NOTFOUND)
        status = CQA_E_BADDATA;
    if (status == CQA_OK &&
        (!cqa_period_valid(period) || cqa_period_kind(period) != scheme->period))
        status = cqa_fail(&error, CQA_E_BADDATA, "period: this scheme is for %p; allowed: %s",
                          cqa_words_named(cqa_period_named(scheme->period)),
                          cqa_period_examples[scheme->period]);
    cqa_scheme_destroy(scheme);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    return status == CQA_OK;
}

static void open_round(struct cqa_request *request, const char *scheme, const char *period,
                       const struct cqa_round_step *step)
{
    struct cqa_error error = {0};
    int64_t round = 0;
    const enum cqa_status status =
        cqa_round_open(cqa_request_scores(request), cqa_request_who(request), scheme, period, step,
                       &round, &error);

    if (status == CQA_OK)
        cqa_reply_round(request, 201, round);
    else
        cqa_reply_error(request, status, &error);
}

void cqa_post_round(struct cqa_request *request)
{
    static const char *const known[] = {"scheme", "period", "place", "date", "person", NULL};
    struct cqa_round_step step = {.step = CQA_STEP_COLLECT, .stage = CQA_ROUND_OPEN};
    const char *scheme = NULL;
    const char *period = NULL;

    if (!cqa_asked_by_all(request))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "scheme", 1, &scheme) &&
        cqa_member_text(request, body, "period", 1, &period) &&
        cqa_member_step(request, body, 0, &step) && check_period(request, scheme, period))
        open_round(request, scheme, period, &step);
    json_decref(body);
}

void cqa_post_round_correction(struct cqa_request *request)
{
    static const char *const known[] = {"reason", "place", "date", "person", NULL};
    struct cqa_round_step step = {.step = CQA_STEP_COLLECT, .stage = CQA_ROUND_OPEN};
    struct cqa_round round;
    struct cqa_error error = {0};
    const char *reason = NULL;
    int64_t id = 0;

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        cqa_member_text(request, body, "reason", 1, &reason) &&
        cqa_member_step(request, body, 0, &step)) {
        step.note = reason;
        const enum cqa_status status =
            cqa_round_correct(cqa_request_scores(request), cqa_request_who(request), round.id,
                              reason, &step, &id, &error);
        if (status == CQA_OK)
            cqa_reply_round(request, 201, id);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

/* ---- stages and steps */

void cqa_post_round_stage(struct cqa_request *request)
{
    static const char *const known[] = {"stage", "place", "date", "person", "note", NULL};
    /* What each stage begins with. */
    static const enum cqa_round_step_word steps[] = {CQA_STEP_COLLECT, CQA_STEP_INTERVIEW,
                                                     CQA_STEP_ASSESS, CQA_STEP_RECORD};
    struct cqa_round_step step = {0};
    struct cqa_round round;
    struct cqa_error error = {0};

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        cqa_member_word(request, body, "stage", 1, cqa_round_stage_words, &step.stage) &&
        cqa_member_step(request, body, 1, &step)) {
        step.step = steps[step.stage];
        const enum cqa_status status = cqa_round_move(
            cqa_request_scores(request), cqa_request_who(request), round.id, &step, &error);
        if (status == CQA_OK)
            cqa_reply_round(request, 200, round.id);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}

/* A lead records what concerns an agent of the own team, hr anything. */
static int may_record(struct cqa_request *request, const struct cqa_round *round, const char *agent)
{
    struct cqa_error error = {0};
    struct cqa_members members = {0};
    const struct cqa_identity *who = cqa_request_who(request);

    if (who->teams == NULL && (agent != NULL || who->role == CQA_ACCOUNT_HR))
        return 1;
    if (agent == NULL) {
        cqa_reply_problem(request, 403, "forbidden", "a step of everyone is for hr to record");
        return 0;
    }
    const enum cqa_status status =
        cqa_members_load(cqa_request_scores(request), round->period, &members, &error);
    const struct cqa_member *member = status == CQA_OK ? cqa_members_find(&members, agent) : NULL;
    const int may = status == CQA_OK && cqa_may_see_agent(who, agent, member ? member->team : NULL);
    cqa_members_finish(&members);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (!may)
        cqa_reply_problem(request, 404, "not-found", "no such agent in your teams");
    return may;
}

static void show_last(void *context, const struct cqa_round_step_row *row)
{
    struct cqa_buffer *out = context;

    out->length = 0;
    cqa_step_json(row, out);
}

static enum cqa_status last_step(struct cqa_scores *scores, int64_t round, struct cqa_buffer *out,
                                 struct cqa_error *error)
{
    return cqa_round_steps(scores, round, NULL, show_last, out, error);
}

void cqa_post_round_step(struct cqa_request *request)
{
    static const char *const known[] = {"step", "agent", "place", "date", "person", "note", NULL};
    struct cqa_round_step step = {.stage = -1};
    struct cqa_round round;
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    int word = 0;

    if (!cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        cqa_member_word(request, body, "step", 1, cqa_round_step_words, &word) &&
        cqa_member_text(request, body, "agent", 0, &step.agent) &&
        cqa_member_step(request, body, 1, &step) && may_record(request, &round, step.agent)) {
        step.step = (enum cqa_round_step_word)word;
        enum cqa_status status = cqa_round_add_step(
            cqa_request_scores(request), cqa_request_who(request), round.id, &step, &error);
        if (status == CQA_OK)
            status = last_step(cqa_request_scores(request), round.id, &out, &error);
        cqa_reply_built(request, 201, status, &out, &error);
    }
    json_decref(body);
}

/* ---- how much coverage is asked for */

static enum cqa_status ask_for(struct cqa_request *request, int64_t round, double pct,
                               int64_t calls, const char *note, struct cqa_error *error)
{
    char text[CQA_RATIONAL_TEXT];
    const struct cqa_rational share =
        cqa_rational_round(cqa_rational_from_double(pct), LEAST_PLACES);
    const struct cqa_round_least least = {cqa_rational_exact(share, text), calls};

    return cqa_round_set_least(cqa_request_scores(request), cqa_request_who(request), round, &least,
                               note, error);
}

void cqa_post_round_least(struct cqa_request *request)
{
    static const char *const known[] = {"coverage_pct", "calls", "note", NULL};
    struct cqa_round round;
    struct cqa_error error = {0};
    double pct = 0;
    int64_t calls = 0;
    const char *note = NULL;

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body != NULL && cqa_member_only(request, body, known) &&
        cqa_member_number(request, body, "coverage_pct", 0, 0, 100, &pct) &&
        cqa_member_whole(request, body, "calls", 0, 0, 1000000, &calls) &&
        cqa_member_text(request, body, "note", 1, &note)) {
        const enum cqa_status status = ask_for(request, round.id, pct, calls, note, &error);
        if (status == CQA_OK)
            cqa_reply_round(request, 200, round.id);
        else
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}
