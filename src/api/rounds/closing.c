/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "api/member.h"
#include "api/rounds/asking.h"
#include "api/rounds/disputed_json.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "rounds/signs.h"
#include "rounds/view.h"
#include "scores/objections.h"

enum { TRIES = 5 };

/* What stands between a round and its closing, as far as `who` may see. */
struct lack {
    const struct cqa_identity *who;
    struct cqa_appraisal_outcome outcome;
    struct cqa_signs *signs;
    struct cqa_buffer objecting; /* agents, a list without its brackets */
    struct cqa_buffer disputed;  /* objections to flags, the same */
    size_t flag_objections;      /* of `objections` */
    size_t objections;
    int64_t undecided;
    size_t unsigned_sheets;
    size_t preliminary;
    size_t left_out;
};

static int in_sight(const struct lack *lack, const char *agent, const char *team)
{
    return cqa_may_see_agent(lack->who, agent, team);
}

static void add_objection(void *context, const struct cqa_sheet_objection_row *row)
{
    struct lack *lack = context;
    const struct cqa_outcome_sheet *sheet = cqa_outcome_sheet_of(&lack->outcome, row->agent);

    if (row->outcome != CQA_OBJECTION_OPEN ||
        !in_sight(lack, row->agent, sheet ? sheet->team : NULL))
        return;
    cqa_json_put(&lack->objecting, lack->objections++ ? "," : "");
    cqa_json_text(&lack->objecting, row->agent);
}

/* Of people with a sheet: the others' points are in no number of the round. */
static void add_disputed(void *context, const struct cqa_disputed *row)
{
    struct lack *lack = context;
    const struct cqa_outcome_sheet *sheet = cqa_outcome_sheet_of(&lack->outcome, row->agent);

    if (row->outcome != CQA_OBJECTION_OPEN || sheet == NULL ||
        !in_sight(lack, row->agent, sheet->team))
        return;
    cqa_json_put(&lack->objecting, lack->objections++ ? "," : "");
    cqa_json_text(&lack->objecting, row->agent);
    cqa_json_put(&lack->disputed, lack->flag_objections++ ? "," : "");
    cqa_disputed_json(row, &lack->disputed);
}

static void count(struct lack *lack)
{
    for (size_t i = 0; i < lack->outcome.sheet_count; i++) {
        const struct cqa_outcome_sheet *sheet = &lack->outcome.sheets[i];
        if (!in_sight(lack, sheet->agent, sheet->team))
            continue;
        lack->undecided += sheet->undecided;
        lack->preliminary += sheet->is_preliminary != 0;
        lack->unsigned_sheets += lack->signs[i].counts != CQA_SIDES_ALL;
    }
    for (size_t i = 0; i < lack->outcome.left_out_count; i++) {
        const struct cqa_outcome_left_out *left = &lack->outcome.left_out[i];
        lack->left_out += left->fault && in_sight(lack, left->agent, left->team);
    }
}

/* `whole_of` as of cqa_outcome_get. Finish `out` whatever comes back. */
static enum cqa_status find_lack(struct cqa_request *request, const struct cqa_round *round,
                                 const char *whole_of, struct lack *out, struct cqa_error *error)
{
    struct cqa_scores *scores = cqa_request_scores(request);
    const struct cqa_going going = cqa_asked_going(request);

    *out = (struct lack){.who = cqa_request_who(request),
                         .objecting = {.limit = CQA_REPLY_BYTES_MAX},
                         .disputed = {.limit = CQA_REPLY_BYTES_MAX}};
    enum cqa_status status = cqa_outcome_get(scores, round, whole_of, &going, &out->outcome, error);
    if (status == CQA_OK)
        status = cqa_signs_load(scores, round->id, &out->outcome, &out->signs, error);
    if (status == CQA_OK)
        status = cqa_sheet_objection_list(scores, round->id, NULL, 0, add_objection, out, error);
    if (status == CQA_OK)
        status = cqa_disputed_list(scores, round, NULL, add_disputed, out, error);
    if (status == CQA_OK)
        count(out);
    return status;
}

static void finish_lack(struct lack *lack)
{
    cqa_buffer_finish(&lack->objecting);
    cqa_buffer_finish(&lack->disputed);
    cqa_outcome_finish(&lack->outcome);
}

/* ---- readiness */

static void put_unsigned(const struct lack *lack, struct cqa_buffer *out)
{
    int listed = 0;

    for (size_t i = 0; i < lack->outcome.sheet_count; i++) {
        const struct cqa_outcome_sheet *sheet = &lack->outcome.sheets[i];
        const struct cqa_signs *signs = &lack->signs[i];
        if (signs->counts == CQA_SIDES_ALL || !in_sight(lack, sheet->agent, sheet->team))
            continue;
        cqa_json_put(out, listed++ ? ",{\"agent\":" : "{\"agent\":");
        cqa_json_text(out, sheet->agent);
        cqa_json_put(out, ",\"missing\":");
        cqa_sides_json(CQA_SIDES_ALL & ~signs->counts & ~signs->outdated, out);
        cqa_json_put(out, ",\"outdated\":");
        cqa_sides_json(signs->outdated, out);
        cqa_json_put(out, "}");
    }
}

static void put_left_out(const struct lack *lack, enum cqa_reader reader, struct cqa_buffer *out)
{
    int listed = 0;

    for (size_t i = 0; i < lack->outcome.left_out_count; i++) {
        const struct cqa_outcome_left_out *left = &lack->outcome.left_out[i];
        if (!left->fault || !in_sight(lack, left->agent, left->team))
            continue;
        cqa_json_put(out, listed++ ? "," : "");
        cqa_view_left_out(left, reader, out);
    }
}

void cqa_get_readiness(struct cqa_request *request)
{
    struct cqa_round round;
    struct lack lack;
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};

    if (!cqa_asked_round(request, &round))
        return;
    const enum cqa_status status = find_lack(request, &round, NULL, &lack, &error);
    if (status == CQA_OK) {
        const int ready = round.stage == CQA_ROUND_OBJECTIONS && lack.undecided == 0 &&
                          lack.objections == 0 && lack.unsigned_sheets == 0 && lack.left_out == 0 &&
                          lack.preliminary == 0;
        cqa_buffer_print(&out,
                         "{\"ready\":%s,\"stage\":\"%s\",\"undecided_flags\":%lld,"
                         "\"preliminary\":%zu,"
                         "\"open_objections\":[%s],\"open_flag_objections\":[%s],\"unsigned\":[",
                         ready ? "true" : "false", cqa_round_stage_words[round.stage],
                         (long long)lack.undecided, lack.preliminary,
                         lack.objecting.text ? lack.objecting.text : "",
                         lack.disputed.text ? lack.disputed.text : "");
        put_unsigned(&lack, &out);
        cqa_json_put(&out, "],\"left_out\":[");
        put_left_out(&lack, cqa_asked_reader(request), &out);
        cqa_json_put(&out, "]}");
    }
    finish_lack(&lack);
    cqa_reply_built(request, 200, status, &out, &error);
}

/* ---- closing */

struct wish {
    struct cqa_round_step step;
    int ignore_undecided;
    int ignore_left_out;
};

static int read_wish(struct cqa_request *request, const json_t *body, struct wish *wish)
{
    static const char *const known[] = {"place",           "date", "person", "ignore_undecided",
                                        "ignore_left_out", "note", NULL};

    wish->step = (struct cqa_round_step){.step = CQA_STEP_RECORD, .stage = CQA_ROUND_CLOSED};
    if (!cqa_member_only(request, body, known) ||
        !cqa_member_yes(request, body, "ignore_undecided", &wish->ignore_undecided) ||
        !cqa_member_yes(request, body, "ignore_left_out", &wish->ignore_left_out) ||
        !cqa_member_step(request, body, 1, &wish->step))
        return 0;
    const char *note = wish->step.note;
    if ((!wish->ignore_undecided && !wish->ignore_left_out) ||
        (note != NULL && note[strspn(note, " \t\n")] != '\0'))
        return 1;
    cqa_reply_problem(request, 422, "invalid", "note: who ignores something says why");
    return 0;
}

static void join(struct cqa_message *list, const struct cqa_message *next)
{
    if (list->format == NULL)
        cqa_message_copy(list, next);
    else
        cqa_message_set(list, "%p, %p", list, next);
}

/* 1: nothing is missing that was not ignored by name. */
static int is_complete(struct cqa_request *request, const struct lack *lack,
                       const struct wish *wish)
{
    struct cqa_message lacking = {.format = NULL};
    const struct {
        long long count;
        const char *what;
    } missing[] = {
        {wish->ignore_undecided ? 0 : lack->undecided, CQA_N("%lld undecided flags")},
        {(long long)lack->objections, CQA_N("%lld objections without an answer")},
        {(long long)lack->unsigned_sheets, CQA_N("%lld sheets not signed by all three sides")},
        {(long long)lack->preliminary, CQA_N("%lld preliminary sheets")},
        {wish->ignore_left_out ? 0 : (long long)lack->left_out, CQA_N("%lld people left out")},
    };

    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        if (missing[i].count > 0)
            join(&lacking, cqa_words(missing[i].what, missing[i].count));
    if (lacking.format != NULL)
        cqa_reply_problem(request, 409, "conflict", "the appraisal is not ready: %p", &lacking);
    return lacking.format == NULL;
}

/* CQA_E_BUSY: something changed meanwhile. `*replied`: it was not complete, which has been said. */
static enum cqa_status try_close(struct cqa_request *request, const struct cqa_round *round,
                                 const struct wish *wish, int *replied, struct cqa_error *error)
{
    struct cqa_scores *scores = cqa_request_scores(request);
    struct cqa_kept_mark mark;
    struct lack lack = {0};
    char ignored[96];
    enum cqa_status status = cqa_kept_mark(scores, &mark, error);

    if (status == CQA_OK)
        status = find_lack(request, round, cqa_outcome_everyone, &lack, error);
    if (status == CQA_OK && !is_complete(request, &lack, wish)) {
        *replied = 1;
    } else if (status == CQA_OK) {
        snprintf(ignored, sizeof ignored, "%lld undecided flags, %zu people left out",
                 (long long)lack.undecided, lack.left_out);
        status = cqa_kept_close(scores, cqa_request_who(request), round->id, &mark, &lack.outcome,
                                &wish->step, ignored, error);
    }
    finish_lack(&lack);
    return status;
}

void cqa_post_close(struct cqa_request *request)
{
    struct cqa_round round;
    struct wish wish = {0};
    struct cqa_error error = {0};
    int replied = 0;

    if (!cqa_asked_by_all(request) || !cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body == NULL)
        return;
    if (round.stage != CQA_ROUND_OBJECTIONS) {
        cqa_reply_problem(request, 409, "conflict",
                          "it closes from the stage objections; it is in the stage %p",
                          cqa_words_of(cqa_round_stage_names[round.stage]));
    } else if (read_wish(request, body, &wish)) {
        enum cqa_status status = CQA_E_BUSY;
        for (int i = 0; i < TRIES && status == CQA_E_BUSY && !replied; i++)
            status = try_close(request, &round, &wish, &replied, &error);
        if (!replied && status == CQA_OK)
            cqa_reply_round(request, 200, round.id);
        else if (!replied)
            cqa_reply_error(request, status, &error);
    }
    json_decref(body);
}
