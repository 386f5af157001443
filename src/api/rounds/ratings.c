/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/ratings.h"

#include <string.h>
#include "api/member.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/appraisal.h"
#include "appraisal/json.h"
#include "rounds/raters.h"

enum { RATINGS_MAX = 1000 };

/* ---- the reply: given and due */

struct list {
    struct cqa_buffer *out;
    const struct cqa_raters *raters;
    const struct cqa_identity *who;
    int count;
};

static void add_given(void *context, const struct cqa_rating_row *row)
{
    struct list *list = context;
    const struct cqa_identity *who = list->who;
    const int own = who->person != NULL && strcmp(row->rater, who->person) == 0;
    const int of_them = who->person != NULL && strcmp(row->what.agent, who->person) == 0;

    if (!own &&
        ((of_them && row->what.kind >= CQA_RATED_BY_PEERS) || who->role == CQA_ACCOUNT_AGENT ||
         !cqa_may_see_agent(who, row->what.agent, cqa_raters_team(list->raters, row->what.agent))))
        return;
    cqa_buffer_print(list->out, "%s{\"rating\":%lld", list->count++ ? "," : "", (long long)row->id);
    cqa_json_member(list->out, "agent", row->what.agent);
    cqa_json_member(list->out, "indicator", row->what.indicator);
    cqa_json_member(list->out, "kind", cqa_rated_by_words[row->what.kind]);
    cqa_json_member(list->out, "rater", row->rater);
    cqa_json_member(list->out, "value", row->what.value);
    cqa_json_time(list->out, "at", row->at_ms);
    cqa_json_put(list->out, "}");
}

static void reply_ratings(struct cqa_request *request, const struct cqa_round *round)
{
    struct cqa_error error = {0};
    struct cqa_raters raters;
    struct cqa_buffer out = {.limit = CQA_REPLY_BYTES_MAX};
    struct list list = {&out, &raters, cqa_request_who(request), 0};
    enum cqa_status status = cqa_raters_load(cqa_request_scores(request), round, &raters, &error);

    if (status == CQA_OK) {
        cqa_json_put(&out, "{\"given\":[");
        status = cqa_ratings_list(cqa_request_scores(request), round, add_given, &list, &error);
        cqa_json_put(&out, "],\"due\":");
        if (round->stage == CQA_ROUND_CLOSED)
            cqa_json_put(&out, "[]");
        else
            cqa_raters_due_json(&raters, list.who, &out);
        cqa_json_put(&out, "}");
    }
    cqa_raters_finish(&raters);
    cqa_reply_built(request, 200, status, &out, &error);
}

void cqa_get_ratings(struct cqa_request *request)
{
    struct cqa_round round;

    if (cqa_asked_round(request, &round))
        reply_ratings(request, &round);
}

/* ---- rating */

static int refuse(struct cqa_request *request, int status, const char *kind, const char *why,
                  const char *agent, const char *indicator)
{
    cqa_reply_problem(request, status, kind, "ratings: \"%.100s\" of \"%.100s\": %p", indicator,
                      agent, cqa_words_named(why));
    return 0;
}

/* One of the list: who, what, how much, and whether the asker may. */
static int read_rating(struct cqa_request *request, const struct cqa_raters *raters,
                       const json_t *item, struct cqa_rating *rating)
{
    static const char *const known[] = {"agent", "indicator", "value", NULL};

    if (!json_is_object(item)) {
        cqa_reply_problem(request, 422, "invalid", "ratings: must be objects");
        return 0;
    }
    if (!cqa_member_only(request, item, known) ||
        !cqa_member_text(request, item, "agent", 1, &rating->agent) ||
        !cqa_member_text(request, item, "indicator", 1, &rating->indicator) ||
        !cqa_member_text(request, item, "value", 1, &rating->value))
        return 0;
    const int index = cqa_scheme_indicator(raters->scheme, rating->indicator);
    if (index == CQA_NOWHERE || raters->scheme->indicators[index].rated_by == CQA_RATED_BY_NONE)
        return refuse(request, 422, "invalid", CQA_N("nobody rates this in the scheme"),
                      rating->agent, rating->indicator);
    rating->indicator = raters->scheme->indicators[index].id;
    rating->kind = raters->scheme->indicators[index].rated_by;
    if (!cqa_raters_may(raters, cqa_request_who(request), rating->agent, rating->kind))
        return refuse(request, 403, "forbidden",
                      rating->kind == CQA_RATED_BY_SELF ? CQA_N("each rates themselves")
                      : rating->kind == CQA_RATED_BY_SUPERVISOR
                          ? CQA_N("a lead rates the own team, and not themselves")
                      : rating->kind == CQA_RATED_BY_COLLEAGUES
                          ? CQA_N("people of one team rate each other, and not themselves")
                      : rating->kind == CQA_RATED_BY_SUBORDINATES
                          ? CQA_N("people rate those who lead their team")
                          : CQA_N("the people of the roster rate each other"),
                      rating->agent, rating->indicator);
    return 1;
}

/* The same checks as an import has, by the same code. */
static int check_values(struct cqa_request *request, const struct cqa_raters *raters,
                        const struct cqa_round *round, const struct cqa_rating *ratings,
                        size_t count)
{
    struct cqa_rows rows = {0};
    struct cqa_faults faults = {0};
    struct cqa_error error = {0};
    struct cqa_row row = {.count = cqa_rational_whole(1)};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; status == CQA_OK && i < count; i++) {
        row.agent = ratings[i].agent;
        row.indicator = ratings[i].indicator;
        if (cqa_rational_parse(ratings[i].value, &row.value))
            status = cqa_rows_add(&rows, &row);
        else
            cqa_faults_add_about(
                &faults, row.agent, row.indicator, row.at,
                "agent \"%s\": \"%s\" of \"%s\" is not a number; allowed: a decimal "
                "such as 94.5",
                row.agent, ratings[i].value, row.indicator);
    }
    const struct cqa_appraisal_input input = {
        .scheme = raters->scheme, .rows = &rows, .period = round->period};
    if (status == CQA_OK)
        status = cqa_appraise_check(&input, &faults, &error);
    const int good = status == CQA_OK && faults.count + faults.lost == 0;
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else if (!good)
        cqa_reply_problem(request, 422, "invalid", "%p",
                          faults.count > 0 ? cqa_fault_message(&faults.items[0])
                                           : cqa_words("out of memory"));
    cqa_rows_finish(&rows);
    cqa_faults_finish(&faults);
    return good;
}

/* The values are kept as the exact decimals that they were read as. */
static int normalise(struct cqa_request *request, struct cqa_rating *ratings, size_t count)
{
    char text[CQA_RATIONAL_TEXT];
    struct cqa_rational value;

    for (size_t i = 0; i < count; i++) {
        if (!cqa_rational_parse(ratings[i].value, &value) ||
            !cqa_rational_read_exact(cqa_rational_exact(value, text), &value)) {
            cqa_reply_problem(request, 422, "invalid", "ratings: a value has too many digits");
            return 0;
        }
        ratings[i].value = cqa_arena_string(cqa_request_arena(request), text);
    }
    return 1;
}

static int read_ratings(struct cqa_request *request, const struct cqa_raters *raters,
                        const struct cqa_round *round, const json_t *body,
                        struct cqa_rating **ratings, size_t *count)
{
    static const char *const known[] = {"ratings", NULL};
    const json_t *list = json_object_get(body, "ratings");

    *count = json_array_size(list);
    if (!cqa_member_only(request, body, known))
        return 0;
    if (!json_is_array(list) || *count == 0 || *count > RATINGS_MAX) {
        cqa_reply_problem(request, 422, "invalid", "ratings: must be a list of 1 to %d",
                          RATINGS_MAX);
        return 0;
    }
    *ratings = cqa_arena_alloc(cqa_request_arena(request), *count * sizeof **ratings);
    if (*ratings == NULL)
        return 0;
    for (size_t i = 0; i < *count; i++)
        if (!read_rating(request, raters, json_array_get(list, i), &(*ratings)[i]))
            return 0;
    return check_values(request, raters, round, *ratings, *count) &&
           normalise(request, *ratings, *count);
}

void cqa_post_ratings(struct cqa_request *request)
{
    struct cqa_round round;
    struct cqa_raters raters;
    struct cqa_error error = {0};
    struct cqa_rating *ratings = NULL;
    size_t count = 0;

    if (!cqa_asked_round(request, &round))
        return;
    json_t *body = cqa_request_json(request);
    if (body == NULL)
        return;
    enum cqa_status status = cqa_raters_load(cqa_request_scores(request), &round, &raters, &error);
    if (status != CQA_OK) {
        cqa_reply_error(request, status, &error);
    } else if (read_ratings(request, &raters, &round, body, &ratings, &count)) {
        status = cqa_ratings_put(cqa_request_scores(request), cqa_request_who(request), &round,
                                 ratings, count, &error);
        if (status == CQA_OK)
            reply_ratings(request, &round);
        else
            cqa_reply_error(request, status, &error);
    }
    cqa_raters_finish(&raters);
    json_decref(body);
}
