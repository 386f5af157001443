/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "appraisal/json.h"
#include "rounds/raters.h"
#include "rounds/sight.h"

enum { RATERS_LISTED = 20 };

/* One rating that is missing. */
struct due {
    const struct cqa_raters *raters;
    const char *agent;
    const char *team;
    const struct cqa_indicator *indicator;
};

/* ---- who could give it */

struct list {
    struct cqa_buffer *out;
    size_t count;
};

static void add_name(struct list *list, const char *name)
{
    if (list->count < RATERS_LISTED) {
        cqa_json_put(list->out, list->count ? "," : "");
        cqa_json_text(list->out, name);
    }
    list->count++;
}

static void list_leads(const struct due *due, struct list *list)
{
    for (size_t i = 0; i < due->raters->lead_count; i++) {
        const struct cqa_lead *lead = &due->raters->leads[i];
        if (strcmp(lead->person, due->agent) != 0 &&
            (lead->team == NULL || (due->team != NULL && strcmp(lead->team, due->team) == 0)))
            add_name(list, lead->person);
    }
}

/* Is the person one of the many who rate, and has not yet? */
static int is_owing(const struct due *due, const char *person)
{
    return cqa_raters_among(due->raters, person, due->agent, due->indicator->rated_by) &&
           !cqa_raters_given(due->raters, due->agent, due->indicator->id, person);
}

static void list_many(const struct due *due, struct list *list)
{
    const struct cqa_members *members = &due->raters->members;

    for (size_t i = 0; i < members->count; i++)
        if (is_owing(due, members->items[i].person))
            add_name(list, members->items[i].person);
}

static size_t list_raters(const struct due *due, struct cqa_buffer *out)
{
    struct list list = {out, 0};

    if (due->indicator->rated_by == CQA_RATED_BY_SELF)
        add_name(&list, due->agent);
    else if (due->indicator->rated_by == CQA_RATED_BY_SUPERVISOR)
        list_leads(due, &list);
    else
        list_many(due, &list);
    return list.count;
}

/* ---- what is missing */

/* Self and supervisor: no value at all. Of many: someone has not rated. */
static int is_missing(const struct due *due)
{
    const struct cqa_members *members = &due->raters->members;

    if (due->indicator->rated_by < CQA_RATED_BY_PEERS)
        return !cqa_raters_given(due->raters, due->agent, due->indicator->id, NULL);
    for (size_t i = 0; i < members->count; i++)
        if (is_owing(due, members->items[i].person))
            return 1;
    return 0;
}

static int is_mine(const struct due *due, const struct cqa_identity *who)
{
    const int many = due->indicator->rated_by >= CQA_RATED_BY_PEERS;

    return cqa_raters_may(due->raters, who, due->agent, due->indicator->rated_by) &&
           !cqa_raters_given(due->raters, due->agent, due->indicator->id,
                             many ? who->person : NULL);
}

size_t cqa_raters_mine(const struct cqa_raters *raters, const struct cqa_identity *who)
{
    size_t count = 0;

    for (size_t i = 0; i < raters->agents.count; i++)
        for (size_t k = 0; k < raters->scheme->indicator_count; k++) {
            const char *agent = raters->agents.items[i];
            const struct due due = {raters, agent, cqa_raters_team(raters, agent),
                                    &raters->scheme->indicators[k]};
            count += due.indicator->rated_by != CQA_RATED_BY_NONE && is_mine(&due, who);
        }
    return count;
}

static void put_due(const struct due *due, int mine, struct cqa_buffer *out)
{
    char text[CQA_RATIONAL_TEXT];
    const struct cqa_indicator *indicator = due->indicator;

    cqa_json_put(out, "{\"agent\":");
    cqa_json_text(out, due->agent);
    cqa_json_member(out, "team", due->team);
    cqa_json_member(out, "indicator", indicator->id);
    cqa_json_put(out, ",\"names\":");
    cqa_json_names(out, indicator->names);
    cqa_json_member(out, "kind", cqa_rated_by_words[indicator->rated_by]);
    cqa_json_put(out, ",\"raters\":[");
    const size_t count = list_raters(due, out);
    cqa_buffer_print(out, "],\"rater_count\":%zu,\"mine\":%s", count, mine ? "true" : "false");
    cqa_buffer_print(out, ",\"low\":%s", cqa_rational_fixed(indicator->low, 2, text));
    cqa_buffer_print(out, ",\"high\":%s}", cqa_rational_fixed(indicator->high, 2, text));
}

void cqa_raters_due_json(const struct cqa_raters *raters, const struct cqa_identity *who,
                         struct cqa_buffer *out)
{
    int count = 0;

    cqa_json_put(out, "[");
    for (size_t i = 0; i < raters->agents.count; i++)
        for (size_t k = 0; k < raters->scheme->indicator_count; k++) {
            const char *agent = raters->agents.items[i];
            const struct due due = {raters, agent, cqa_raters_team(raters, agent),
                                    &raters->scheme->indicators[k]};
            if (due.indicator->rated_by == CQA_RATED_BY_NONE || !is_missing(&due))
                continue;
            const int mine = is_mine(&due, who);
            if (!mine &&
                (who->role == CQA_ACCOUNT_AGENT || !cqa_may_see_agent(who, agent, due.team)))
                continue;
            cqa_json_put(out, count++ ? "," : "");
            put_due(&due, mine, out);
        }
    cqa_json_put(out, "]");
}
