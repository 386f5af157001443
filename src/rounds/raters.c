/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/raters.h"

#include <stdio.h>
#include <string.h>
#include "appraisal/schemes.h"
#include "rounds/sight.h"

enum { KEY_BYTES_MAX = 800, LEADS_MAX = 4096 };

/* ---- loading */

static void key_of(const char *agent, const char *indicator, const char *rater,
                   char out[KEY_BYTES_MAX])
{
    snprintf(out, KEY_BYTES_MAX, "%s\n%s%s%s", agent, indicator, rater ? "\n" : "",
             rater ? rater : "");
}

static enum cqa_status add_given(struct cqa_raters *raters, const char *agent,
                                 const char *indicator, const char *rater)
{
    char key[KEY_BYTES_MAX];
    size_t index;

    key_of(agent, indicator, rater, key);
    const char *kept = cqa_arena_string(&raters->arena, key);
    return kept == NULL ? CQA_E_NOMEM : cqa_names_add(&raters->given, kept, &index);
}

static enum cqa_status note_rows(struct cqa_raters *raters)
{
    enum cqa_status status = CQA_OK;
    size_t index;

    for (size_t i = 0; status == CQA_OK && i < raters->rows.count; i++) {
        const struct cqa_row *row = &raters->rows.items[i];
        status = cqa_names_add(&raters->agents, row->agent, &index);
        if (status == CQA_OK)
            status = add_given(raters, row->agent, row->indicator, NULL);
        if (status == CQA_OK && row->rater != NULL)
            status = add_given(raters, row->agent, row->indicator, row->rater);
    }
    return status;
}

static enum cqa_status note_members(struct cqa_raters *raters)
{
    enum cqa_status status = CQA_OK;
    size_t index;

    for (size_t i = 0; status == CQA_OK && i < raters->members.count; i++)
        if (cqa_scheme_applies(raters->scheme, raters->members.items[i].post))
            status = cqa_names_add(&raters->agents, raters->members.items[i].person, &index);
    return status;
}

static void add_lead(void *context, const char *person, const char *team)
{
    struct cqa_raters *raters = context;

    if (raters->leads == NULL)
        raters->leads = cqa_arena_alloc(&raters->arena, LEADS_MAX * sizeof *raters->leads);
    if (raters->leads != NULL && raters->lead_count < LEADS_MAX)
        raters->leads[raters->lead_count++] = (struct cqa_lead){
            cqa_arena_string(&raters->arena, person), cqa_arena_string(&raters->arena, team)};
}

enum cqa_status cqa_raters_load(struct cqa_scores *scores, const struct cqa_round *round,
                                struct cqa_raters *out, struct cqa_error *error)
{
    *out = (struct cqa_raters){0};
    enum cqa_status status = cqa_schemes_load(round->scheme, &out->scheme, error);
    if (status == CQA_OK)
        status = cqa_members_load(scores, round->period, &out->members, error);
    if (status == CQA_OK)
        status = cqa_inputs_load(scores, round, &out->rows, &out->faults, error);
    if (status == CQA_OK)
        status = cqa_ratings_leads(scores, add_lead, out, error);
    if (status != CQA_OK)
        return status;
    status = note_members(out);
    if (status == CQA_OK)
        status = note_rows(out);
    return status == CQA_OK ? CQA_OK : cqa_fail(error, status, "out of memory");
}

void cqa_raters_finish(struct cqa_raters *raters)
{
    cqa_names_finish(&raters->given);
    cqa_names_finish(&raters->agents);
    cqa_rows_finish(&raters->rows);
    cqa_faults_finish(&raters->faults);
    cqa_members_finish(&raters->members);
    cqa_scheme_destroy(raters->scheme);
    cqa_arena_finish(&raters->arena);
}

/* ---- questions */

const char *cqa_raters_team(const struct cqa_raters *raters, const char *agent)
{
    const struct cqa_member *member = cqa_members_find(&raters->members, agent);

    return member ? member->team : NULL;
}

/* NULL: nobody leads a team that is not known. */
static int leads(const struct cqa_raters *raters, const char *person, const char *team)
{
    for (size_t i = 0; i < raters->lead_count; i++)
        if (strcmp(raters->leads[i].person, person) == 0 &&
            (raters->leads[i].team == NULL ||
             (team != NULL && strcmp(raters->leads[i].team, team) == 0)))
            return 1;
    return 0;
}

int cqa_raters_among(const struct cqa_raters *raters, const char *person, const char *agent,
                     enum cqa_rated_by kind)
{
    const struct cqa_member *member = cqa_members_find(&raters->members, person);
    const char *team = cqa_raters_team(raters, agent);

    if (member == NULL || kind == CQA_RATED_BY_PEERS)
        return member != NULL;
    if (strcmp(person, agent) == 0)
        return 0;
    if (kind == CQA_RATED_BY_SUBORDINATES)
        return leads(raters, agent, member->team) && !leads(raters, person, member->team);
    return team != NULL && member->team != NULL && strcmp(member->team, team) == 0 &&
           !leads(raters, person, team);
}

int cqa_raters_may(const struct cqa_raters *raters, const struct cqa_identity *who,
                   const char *agent, enum cqa_rated_by kind)
{
    size_t index;

    if (who->user == 0 || who->person == NULL || !cqa_names_find(&raters->agents, agent, &index))
        return 0;
    const int self = strcmp(who->person, agent) == 0;
    switch (kind) {
    case CQA_RATED_BY_SELF:
        return self;
    case CQA_RATED_BY_SUPERVISOR:
        return who->role == CQA_ACCOUNT_LEAD && !self &&
               cqa_may_see_agent(who, agent, cqa_raters_team(raters, agent));
    case CQA_RATED_BY_PEERS:
    case CQA_RATED_BY_COLLEAGUES:
    case CQA_RATED_BY_SUBORDINATES:
        return cqa_raters_among(raters, who->person, agent, kind);
    default:
        return 0;
    }
}

int cqa_raters_given(const struct cqa_raters *raters, const char *agent, const char *indicator,
                     const char *rater)
{
    char key[KEY_BYTES_MAX];
    size_t index;

    key_of(agent, indicator, rater, key);
    return cqa_names_find(&raters->given, key, &index);
}
