/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>
#include "api/endpoints.h"
#include "api/page.h"
#include "api/query.h"
#include "api/search.h"
#include "review/flag_json.h"
#include "settings/config.h"

struct listing {
    struct cqa_list_page page;
    struct cqa_objection_days days;
    int shows_claims;
};

static json_t *call_json(const struct cqa_queue_row *row)
{
    return json_pack("{s:I, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:I, s:o, s:o}", "number",
                     (json_int_t)row->flag.call, "id", row->call_id, "source", row->source, "agent",
                     row->agent, "person", row->person, "team", row->team, "queue", row->queue,
                     "started_at", row->started_at, "duration_ms", (json_int_t)row->duration_ms,
                     "total", cqa_points_json(row->total_c), "decided_total",
                     row->decided_c ? cqa_points_json(*row->decided_c) : json_null());
}

static json_t *ground_json(const struct cqa_queue_row *row)
{
    return row->ground == NULL ? json_null()
                               : json_pack("{s:s, s:{s:s?, s:s?}}", "id", row->ground, "text", "en",
                                           row->ground_en, "zh", row->ground_zh);
}

static int add_flag(void *context, const struct cqa_queue_row *row)
{
    struct listing *listing = context;

    if (cqa_page_is_full(&listing->page))
        return 1;
    json_t *flag = cqa_flag_json(&row->flag, &listing->days, listing->shows_claims);
    const char *en = row->flag.author ? row->flag.note : row->text_en;
    const char *zh = row->flag.author ? row->flag.note : row->text_zh;
    json_object_set_new(flag, "text", json_pack("{s:s?, s:s?}", "en", en, "zh", zh));
    json_object_set_new(flag, "ground", ground_json(row));
    json_object_set_new(flag, "call", call_json(row));
    memcpy(listing->page.last, row->keys, sizeof row->keys);
    return cqa_page_add(&listing->page, flag);
}

/* "state": a state's word, "note", "decided", or "any"; open flags when absent. */
static int read_state(struct cqa_request *request, int *out)
{
    static const struct {
        const char *word;
        int state;
    } more[] = {{"any", CQA_FLAGS_ANY}, {"decided", CQA_FLAGS_DECIDED}, {"note", CQA_FLAGS_NOTES}};
    const char *word = cqa_request_query(request, "state");

    *out = CQA_FLAG_OPEN;
    if (word == NULL)
        return 1;
    for (int i = 0; i < CQA_FLAG_STATE_COUNT; i++)
        if (strcmp(word, cqa_flag_state_words[i]) == 0) {
            *out = i;
            return 1;
        }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (strcmp(word, more[i].word) == 0) {
            *out = more[i].state;
            return 1;
        }
    cqa_reply_problem(
        request, 400, "query",
        "state: allowed are open, note, confirmed, overturned, changed, decided, any");
    return 0;
}

static int read_order(struct cqa_request *request, enum cqa_flag_order *out)
{
    const char *word = cqa_request_query(request, "sort");

    for (int i = 0; i < CQA_FLAG_ORDER_COUNT; i++)
        if (word == NULL || strcmp(word, cqa_flag_order_words[i]) == 0) {
            *out = (enum cqa_flag_order)i;
            return 1;
        }
    cqa_reply_problem(request, 400, "query", "sort: allowed are worst, points, confidence, newest");
    return 0;
}

/* "claim": agents do not see who is at what. */
static int read_claim(struct cqa_request *request, struct cqa_flag_filter *filter)
{
    const char *word = cqa_request_query(request, "claim");
    const struct cqa_identity *who = cqa_request_who(request);

    filter->claimer = who->user;
    for (int i = 0; i < CQA_CLAIMS_COUNT; i++)
        if (word == NULL || strcmp(word, cqa_flag_claim_words[i]) == 0) {
            filter->claim =
                who->role == CQA_ACCOUNT_AGENT ? CQA_CLAIMS_ANY : (enum cqa_flag_claim)i;
            return 1;
        }
    cqa_reply_problem(request, 400, "query", "claim: allowed are any, own, free");
    return 0;
}

static int read_confidence(struct cqa_request *request, int64_t *out)
{
    int present;
    double value = 0;

    if (!cqa_request_number(request, "confidence", 0, 1, &present, &value))
        return 0;
    *out = present ? llround(value * 1000) : 0;
    return 1;
}

static int read_cursor(struct cqa_request *request, struct cqa_flag_filter *filter)
{
    const char *text = cqa_request_query(request, "cursor");

    if (text == NULL || text[0] == '\0')
        return 1;
    filter->has_after = cqa_cursor_read(text, (char)('A' + filter->order), filter->after,
                                        (size_t)cqa_flag_key_count(filter->order));
    if (!filter->has_after)
        cqa_reply_problem(request, 400, "cursor", "cursor: not one that this list gave");
    return filter->has_after;
}

static int read_filter(struct cqa_request *request, struct cqa_flag_filter *filter)
{
    static const char *const known[] = {
        "rule", "agent", "person", "team",  "queue",  "severity", "confidence", "state", "from",
        "to",   "shift", "sort",   "limit", "cursor", "claim",    "search",     NULL};

    return cqa_query_only(request, known) && cqa_search_read(request, &filter->search) &&
           cqa_query_word(request, "rule", &filter->rule) &&
           cqa_query_word(request, "agent", &filter->agent) &&
           cqa_query_word(request, "person", &filter->person) &&
           cqa_query_word(request, "team", &filter->team) &&
           cqa_query_word(request, "queue", &filter->queue) &&
           cqa_query_severity(request, "severity", &filter->severity_least) &&
           read_confidence(request, &filter->confidence_least) &&
           read_state(request, &filter->state) &&
           cqa_query_day(request, "from", &filter->day_from) &&
           cqa_query_day(request, "to", &filter->day_to) &&
           cqa_query_shift_named(request, "shift", &filter->shift) && read_claim(request, filter) &&
           read_order(request, &filter->order) &&
           cqa_query_limit(request, 50, 500, &filter->limit) && read_cursor(request, filter);
}

void cqa_get_flags(struct cqa_request *request)
{
    struct cqa_flag_filter filter = {.severity_least = -1};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct listing list = {.shows_claims = 0};
    struct cqa_error error = {0};

    if (!read_filter(request, &filter))
        return;
    list.page.limit = filter.limit++;
    list.days = (struct cqa_objection_days){cqa_request_config(request)->objection_days,
                                            cqa_request_config(request)->answer_days};
    list.shows_claims = cqa_request_who(request)->role != CQA_ACCOUNT_AGENT;
    const enum cqa_status status =
        cqa_scores_queue(cqa_request_scores(request), &scope, &filter, add_flag, &list, &error);
    cqa_page_reply(request, "flags", (char)('A' + filter.order),
                   (size_t)cqa_flag_key_count(filter.order), &list.page, status, &error);
}

void cqa_get_flag_count(struct cqa_request *request)
{
    enum { COUNT_MOST = 100000 };
    struct cqa_flag_filter filter = {.severity_least = -1};
    const struct cqa_scope scope = cqa_identity_scope(cqa_request_who(request));
    struct cqa_error error = {0};
    int64_t count = 0;

    if (!read_filter(request, &filter))
        return;
    const enum cqa_status status = cqa_scores_queue_count(cqa_request_scores(request), &scope,
                                                          &filter, COUNT_MOST + 1, &count, &error);
    if (status != CQA_OK)
        cqa_reply_error(request, status, &error);
    else
        cqa_reply_json(request, 200,
                       json_pack("{s:I, s:b}", "flags",
                                 (json_int_t)(count > COUNT_MOST ? COUNT_MOST : count), "more",
                                 count > COUNT_MOST));
}
