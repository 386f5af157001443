/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/work.h"

#include "appraisal/schemes.h"
#include "rounds/load_calls.h"
#include "scores/rounds/inputs.h"

static struct cqa_coverage_least least_of(const struct cqa_round *round)
{
    struct cqa_coverage_least least = {cqa_rational_whole(0), (size_t)round->least.calls};

    if (!cqa_rational_read_exact(round->least.pct, &least.pct))
        least.pct = cqa_rational_whole(0);
    return least;
}

struct running {
    struct cqa_scores *scores;
    const struct cqa_round *round;
    const struct cqa_going *going;
    struct cqa_work *out;
};

static enum cqa_status load_calls(const struct running *it, struct cqa_error *error)
{
    const struct cqa_whose_calls everyones = {0};
    struct cqa_work *out = it->out;

    return out->from == CQA_WORK_FROM_TALLIES
               ? cqa_tallied_load(&out->tallied, it->scores, it->round, out->scheme, it->going,
                                  error)
               : cqa_load_calls(it->scores, out->scheme, it->round->period, everyones, it->going,
                                &out->calls, &out->faults, error);
}

static void start_again(struct cqa_work *work)
{
    const struct cqa_tallied tallied = work->tallied; /* what was claimed stays so */
    const enum cqa_work_from from = work->from;

    work->tallied = (struct cqa_tallied){0};
    cqa_work_finish(work);
    *work = (struct cqa_work){.from = from, .tallied = tallied};
}

static enum cqa_status load(void *context, struct cqa_error *error)
{
    const struct running *it = context;
    struct cqa_scores *scores = it->scores;
    const struct cqa_round *round = it->round;
    struct cqa_work *out = it->out;

    start_again(out);
    enum cqa_status status = cqa_schemes_load(round->scheme, &out->scheme, error);
    if (status == CQA_E_NOTFOUND)
        status = CQA_E_BADDATA;
    if (status == CQA_OK)
        status = cqa_members_load(scores, round->period, &out->members, error);
    if (status == CQA_OK)
        status = cqa_inputs_load(scores, round, &out->rows, &out->faults, error);
    if (status == CQA_OK)
        status = load_calls(it, error);
    if (status == CQA_OK && cqa_scheme_carries(out->scheme))
        status = cqa_inputs_history(scores, round, out->scheme, &out->history, &out->faults, error);
    return status;
}

static enum cqa_status appraise(const struct running *it, struct cqa_error *error)
{
    struct cqa_work *out = it->out;
    const struct cqa_known_tallies tallies = {out->tallied.items, out->tallied.count};
    const int is_known = out->from == CQA_WORK_FROM_TALLIES;
    const struct cqa_appraisal_input input = {.scheme = out->scheme,
                                              .rows = &out->rows,
                                              .calls = is_known ? NULL : &out->calls,
                                              .tallies = is_known ? &tallies : NULL,
                                              .roster = &out->members.roster,
                                              .period = it->round->period,
                                              .history = &out->history,
                                              .least = least_of(it->round)};

    return cqa_appraise(&input, &out->faults, &out->appraisal, error);
}

static enum cqa_status run(struct running *it, struct cqa_error *error)
{
    struct cqa_tallied *tallied = &it->out->tallied;
    enum cqa_status status = cqa_scores_at_once(it->scores, load, it, error);

    if (status == CQA_OK && tallied->asks_for_claim) {
        cqa_tallied_claim(tallied, it->scores, it->round);
        status = cqa_scores_at_once(it->scores, load, it, error);
    }
    if (status == CQA_OK && it->out->from == CQA_WORK_FROM_TALLIES)
        cqa_tallied_keep(tallied, it->scores, it->round);
    return status == CQA_OK && !tallied->needs_calls ? appraise(it, error) : status;
}

enum cqa_status cqa_work_run(struct cqa_scores *scores, const struct cqa_round *round,
                             enum cqa_work_from from, const struct cqa_going *going,
                             struct cqa_work *out, struct cqa_error *error)
{
    struct running running = {scores, round, going, out};

    *out = (struct cqa_work){.from = from};
    if (from == CQA_WORK_FROM_TALLIES)
        cqa_tallied_claim(&out->tallied, scores, round);
    enum cqa_status status = run(&running, error);
    if (status != CQA_OK || !out->tallied.needs_calls)
        return status;
    cqa_work_finish(out);
    *out = (struct cqa_work){.from = CQA_WORK_FROM_CALLS};
    return run(&running, error);
}

void cqa_work_finish(struct cqa_work *work)
{
    cqa_appraisal_finish(&work->appraisal);
    cqa_members_finish(&work->members);
    cqa_calls_finish(&work->calls);
    cqa_tallied_finish(&work->tallied);
    cqa_history_finish(&work->history);
    cqa_rows_finish(&work->rows);
    cqa_faults_finish(&work->faults);
    cqa_scheme_destroy(work->scheme);
}

const char *cqa_work_team(const struct cqa_work *work, const char *agent)
{
    const struct cqa_member *member = cqa_members_find(&work->members, agent);

    return member ? member->team : NULL;
}
