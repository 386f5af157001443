/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rounds/disputed_json.h"

#include "appraisal/json.h"
#include "rounds/sight.h"

void cqa_disputed_json(const struct cqa_disputed *row, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "{\"objection\":%lld,\"flag\":%lld,\"call\":%lld",
                     (long long)row->objection, (long long)row->flag, (long long)row->call);
    cqa_json_member(out, "agent", row->agent);
    cqa_json_member(out, "rule", row->rule);
    cqa_buffer_print(out, ",\"start_ms\":%lld", (long long)row->start_ms);
    cqa_json_member(out, "outcome", cqa_objection_words[row->outcome]);
    cqa_json_put(out, "}");
}

struct list {
    const struct cqa_identity *who;
    struct cqa_buffer *out;
    int count;
};

static void add(struct list *list, const struct cqa_disputed *row)
{
    cqa_json_put(list->out, list->count++ ? "," : "");
    cqa_disputed_json(row, list->out);
}

static void add_due(void *context, const struct cqa_disputed *row)
{
    struct list *list = context;

    if (row->is_due && cqa_may_see_agent(list->who, row->agent, row->kept_team))
        add(list, row);
}

enum cqa_status cqa_correction_due_json(struct cqa_scores *scores, const struct cqa_round *round,
                                        const struct cqa_identity *who, const char *agent,
                                        struct cqa_buffer *out, struct cqa_error *error)
{
    struct list list = {who, out, 0};
    enum cqa_status status = CQA_OK;

    cqa_json_put(out, ",\"correction_due\":[");
    if (round->stage == CQA_ROUND_CLOSED)
        status = cqa_disputed_list(scores, round, agent, add_due, &list, error);
    cqa_json_put(out, "]");
    return status;
}

static void add_open(void *context, const struct cqa_disputed *row)
{
    if (row->outcome == CQA_OBJECTION_OPEN)
        add(context, row);
}

enum cqa_status cqa_disputed_open_json(struct cqa_scores *scores, const struct cqa_round *round,
                                       const char *agent, struct cqa_buffer *out,
                                       struct cqa_error *error)
{
    struct list list = {NULL, out, 0};

    cqa_json_put(out, ",\"open_flag_objections\":[");
    const enum cqa_status status = cqa_disputed_list(scores, round, agent, add_open, &list, error);
    cqa_json_put(out, "]");
    return status;
}
