/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "api/query.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "rounds/signs.h"
#include "rounds/view.h"
#include "scores/audit.h"

/* What the asker gets of a round's outcome. */
struct view {
    const struct cqa_round *round;
    const struct cqa_identity *who;
    enum cqa_reader reader;
    const char *team; /* NULL: any */
    struct cqa_appraisal_outcome outcome;
    struct cqa_signs *signs;
};

static int in_view(const struct view *view, const char *agent, const char *team)
{
    return cqa_may_see_agent(view->who, agent, team) &&
           (view->team == NULL || (team != NULL && strcmp(team, view->team) == 0));
}

static int64_t put_sheets(const struct view *view, struct cqa_buffer *out)
{
    int64_t undecided = 0;
    int count = 0;

    for (size_t i = 0; i < view->outcome.sheet_count; i++) {
        const struct cqa_outcome_sheet *sheet = &view->outcome.sheets[i];
        if (!in_view(view, sheet->agent, sheet->team))
            continue;
        cqa_json_put(out, count++ ? "," : "");
        cqa_view_sheet(sheet, view->reader, 0, out);
        out->length -= !out->failed; /* the closing brace */
        cqa_json_put(out, ",\"signed\":");
        cqa_sides_json(view->signs[i].counts, out);
        cqa_json_put(out, "}");
        undecided += sheet->undecided;
    }
    return undecided;
}

static void put_left_out(const struct view *view, struct cqa_buffer *out)
{
    int count = 0;

    for (size_t i = 0; i < view->outcome.left_out_count; i++) {
        const struct cqa_outcome_left_out *left = &view->outcome.left_out[i];
        if (!in_view(view, left->agent, left->team))
            continue;
        cqa_json_put(out, count++ ? "," : "");
        cqa_view_left_out(left, view->reader, out);
    }
}

/* How the grades spread over everyone is not for one agent to see: of few people it tells who. */
static void put_results(const struct view *view, struct cqa_buffer *out)
{
    const int agent = view->reader == CQA_READER_AGENT;

    cqa_json_put(out, "{\"appraisal\":{");
    cqa_round_json(view->round, out);
    cqa_buffer_print(out, "},\"preview\":%s,\"notes\":%s,\"lines\":",
                     view->round->stage == CQA_ROUND_CLOSED ? "false" : "true",
                     agent ? "[]" : view->outcome.notes);
    cqa_view_lines(&view->outcome, view->reader, out);
    cqa_buffer_print(out, ",\"grades\":%s", agent ? "[]" : view->outcome.grades);
    cqa_json_put(out, ",\"sheets\":[");
    const int64_t undecided = put_sheets(view, out);
    cqa_json_put(out, "],\"left_out\":[");
    put_left_out(view, out);
    cqa_buffer_print(out, "],\"undecided_flags\":%lld}", (long long)undecided);
}

static enum cqa_status load(struct cqa_request *request, struct view *view, struct cqa_error *error)
{
    const struct cqa_going going = cqa_asked_going(request);
    const enum cqa_status status = cqa_outcome_get(cqa_request_scores(request), view->round, NULL,
                                                   &going, &view->outcome, error);

    return status == CQA_OK ? cqa_signs_load(cqa_request_scores(request), view->round->id,
                                             &view->outcome, &view->signs, error)
                            : status;
}

void cqa_get_results(struct cqa_request *request)
{
    static const char *const known[] = {"team", NULL};
    struct cqa_round round;
    struct view view = {
        .round = &round, .who = cqa_request_who(request), .reader = cqa_asked_reader(request)};
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};

    if (!cqa_query_only(request, known) || !cqa_query_word(request, "team", &view.team) ||
        !cqa_asked_round(request, &round))
        return;
    const enum cqa_status status = load(request, &view, &error);
    if (status == CQA_OK)
        put_results(&view, &out);
    cqa_outcome_finish(&view.outcome);
    cqa_reply_built(request, 200, status, &out, &error);
}

/* ---- CSV */

static void put_csv(const struct view *view, int bom, struct cqa_buffer *out)
{
    cqa_json_put(out, bom ? "\xef\xbb\xbf" : "");
    cqa_json_put(out, view->outcome.csv_head);
    for (size_t i = 0; i < view->outcome.sheet_count; i++)
        if (in_view(view, view->outcome.sheets[i].agent, view->outcome.sheets[i].team))
            cqa_json_put(out, view->outcome.sheets[i].csv);
}

static void reply_csv(struct cqa_request *request, const struct cqa_round *round,
                      struct cqa_buffer *out)
{
    char disposition[200];

    snprintf(disposition, sizeof disposition, "attachment; filename=\"%s-%s-v%lld.csv\"",
             round->scheme, round->period, (long long)round->version);
    cqa_reply_header(request, "Content-Disposition", disposition);
    cqa_reply_text(request, 200, "text/csv; charset=utf-8", out);
}

void cqa_get_results_csv(struct cqa_request *request)
{
    static const char *const known[] = {"team", "bom", NULL};
    struct cqa_round round;
    struct view view = {.round = &round, .who = cqa_request_who(request), .reader = CQA_READER_HR};
    struct cqa_error error = {0};
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    char object[40];
    int has_bom = 0;

    if (!cqa_query_only(request, known) || !cqa_query_word(request, "team", &view.team) ||
        !cqa_query_yes(request, "bom", &has_bom) || !cqa_asked_round(request, &round))
        return;
    snprintf(object, sizeof object, "appraisal %lld", (long long)round.id);
    enum cqa_status status =
        cqa_audit_write(cqa_request_scores(request), view.who->name, "appraisal.export", object,
                        view.team ? view.team : "", &error);
    if (status == CQA_OK)
        status = load(request, &view, &error);
    if (status == CQA_OK) {
        put_csv(&view, has_bom, &out);
        reply_csv(request, &round, &out);
    } else {
        cqa_reply_error(request, status, &error);
    }
    cqa_buffer_finish(&out);
    cqa_outcome_finish(&view.outcome);
}
