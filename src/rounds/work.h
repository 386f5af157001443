/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ROUNDS_WORK_H
#define CQA_ROUNDS_WORK_H

#include "appraisal/appraisal.h"
#include "rounds/going.h"
#include "rounds/tallied.h"
#include "scores/rounds/members.h"
#include "scores/rounds/rounds.h"

/*
 * What it is computed from: everybody's calls, which traces need; or everybody's tallies, with
 * which the numbers are the same, and nobody's trace has its calls.
 */
enum cqa_work_from { CQA_WORK_FROM_TALLIES, CQA_WORK_FROM_CALLS };

/* A round computed from the store, by the same functions that `callqa appraise` computes from
 * files. {0} is empty; finish frees. */
struct cqa_work {
    enum cqa_work_from from;
    struct cqa_scheme *scheme;
    struct cqa_rows rows;
    struct cqa_faults faults;
    struct cqa_calls calls;     /* everybody's; none where it was computed from tallies */
    struct cqa_tallied tallied; /* tallies; none where it was computed from calls */
    struct cqa_history history;
    struct cqa_members members;
    struct cqa_appraisal appraisal;
};

/* `going` is told how far it is. All that counts is of one moment. CQA_E_BADDATA: the scheme cannot
 * be used any more. */
enum cqa_status cqa_work_run(struct cqa_scores *scores, const struct cqa_round *round,
                             enum cqa_work_from from, const struct cqa_going *going,
                             struct cqa_work *out, struct cqa_error *error) CQA_MUST_CHECK;
void cqa_work_finish(struct cqa_work *work);

/* The same, shared and not to be changed: that of before where the store has been told nothing
 * since. What is computed from calls is as good as from tallies. Give it back. */
struct cqa_work_shared;
enum cqa_status cqa_work_take(struct cqa_scores *scores, const struct cqa_round *round,
                              enum cqa_work_from from, const struct cqa_going *going,
                              struct cqa_work_shared **out, struct cqa_error *error) CQA_MUST_CHECK;
const struct cqa_work *cqa_work_of(const struct cqa_work_shared *shared);
void cqa_work_give(struct cqa_scores *scores, struct cqa_work_shared *shared);

/* The agent's team in the period, NULL: none known. */
const char *cqa_work_team(const struct cqa_work *work, const char *agent);

#endif
