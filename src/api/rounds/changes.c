/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/query.h"
#include "api/rounds/asking.h"
#include "api/rounds/endpoints.h"
#include "appraisal/json.h"
#include "appraisal/schemes.h"
#include "scores/rounds/inputs.h"
#include "scores/rounds/members.h"

/* Who changed what: values that were replaced, as far as the asker may see the agent, and pay. */
struct list {
    struct cqa_buffer out;
    const struct cqa_identity *who;
    const struct cqa_scheme *scheme;
    struct cqa_members members;
    int sees_pay;
    int count;
};

static int may_see(const struct list *list, const struct cqa_input_change *row)
{
    const struct cqa_member *member = cqa_members_find(&list->members, row->agent);
    const int indicator = cqa_scheme_indicator(list->scheme, row->indicator);

    return cqa_may_see_agent(list->who, row->agent, member ? member->team : NULL) &&
           (list->sees_pay || indicator == CQA_NOWHERE ||
            !cqa_scheme_private(list->scheme, (size_t)indicator));
}

static void add_change(void *context, const struct cqa_input_change *row)
{
    struct list *list = context;
    struct cqa_buffer *out = &list->out;

    if (!may_see(list, row))
        return;
    cqa_json_put(out, list->count++ ? ",{\"agent\":" : "{\"agent\":");
    cqa_json_text(out, row->agent);
    cqa_json_member(out, "indicator", row->indicator);
    cqa_json_empty_as_null(out, "rater", row->rater);
    cqa_json_empty_as_null(out, "period", row->period);
    cqa_json_member(out, "before", row->before);
    cqa_json_empty_as_null(out, "after", row->after);
    cqa_json_member(out, "source", row->import ? "import" : "rating");
    if (row->import)
        cqa_buffer_print(out, ",\"import\":%lld", (long long)row->import);
    else
        cqa_json_put(out, ",\"import\":null");
    cqa_json_member(out, "by", row->by);
    cqa_json_time(out, "at", row->at_ms);
    cqa_json_put(out, "}");
}

void cqa_get_changes(struct cqa_request *request)
{
    static const char *const known[] = {"agent", "indicator", NULL};
    struct cqa_round round;
    struct cqa_error error = {0};
    struct cqa_scheme *scheme = NULL;
    struct list list = {.out = {.limit = CQA_REPLY_BYTES_MAX},
                        .who = cqa_request_who(request),
                        .sees_pay = cqa_asked_reader(request) == CQA_READER_HR};
    const char *agent = NULL;
    const char *indicator = NULL;

    if (!cqa_query_only(request, known) || !cqa_query_word(request, "agent", &agent) ||
        !cqa_query_word(request, "indicator", &indicator) || !cqa_asked_round(request, &round))
        return;
    enum cqa_status status = cqa_schemes_load(round.scheme, &scheme, &error);
    list.scheme = scheme;
    if (status == CQA_OK)
        status = cqa_members_load(cqa_request_scores(request), round.period, &list.members, &error);
    cqa_json_put(&list.out, "{\"changes\":[");
    if (status == CQA_OK)
        status = cqa_inputs_changes(cqa_request_scores(request), &round, agent, indicator,
                                    add_change, &list, &error);
    cqa_json_put(&list.out, "]}");
    cqa_members_finish(&list.members);
    cqa_scheme_destroy(scheme);
    cqa_reply_built(request, 200, status, &list.out, &error);
}
