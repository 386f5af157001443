/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_REVIEWS_H
#define CQA_SCORES_REVIEWS_H

#include "scores/accounts.h"

/* Reviewing beside the queue: drawn samples and calibration. */

/* ---- sampling: flags are not the only calls that are heard */

enum cqa_strata { CQA_STRATA_NONE, CQA_STRATA_SCORE, CQA_STRATA_QUEUE, CQA_STRATA_COUNT };
extern const char *const cqa_strata_words[CQA_STRATA_COUNT + 1];

enum { CQA_AUDITORS_MAX = 64 };

struct cqa_sample_plan {
    const char *name; /* the draw depends on it and on the calls alone: the same plan draws the same
                         calls */
    int64_t day_from, day_to;
    int64_t per_person;
    enum cqa_strata strata;                 /* drawn from each in turn */
    const char *auditors[CQA_AUDITORS_MAX]; /* take turns */
    size_t auditor_count;
    int64_t due_day;
};

/* `*drawn` calls are due now that were not before. */
enum cqa_status cqa_samples_draw(struct cqa_scores *scores, const struct cqa_identity *who,
                                 const struct cqa_sample_plan *plan, int64_t *drawn,
                                 struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_sample_row {
    int64_t id, call, due_day, done_ms;
    const char *plan, *auditor, *call_id, *person;
};

/* `auditor` NULL: everybody's. `open_only`: those still to be heard. */
enum cqa_status cqa_samples_list(struct cqa_scores *scores, const struct cqa_scope *scope,
                                 const char *auditor, int open_only, int64_t after_id,
                                 int64_t limit,
                                 int (*visit)(void *context, const struct cqa_sample_row *row),
                                 void *context, struct cqa_error *error) CQA_MUST_CHECK;

/* CQA_E_NOTFOUND unless it is the asker's own, and open. */
enum cqa_status cqa_samples_done(struct cqa_scores *scores, const struct cqa_identity *who,
                                 int64_t sample, struct cqa_error *error) CQA_MUST_CHECK;

/* ---- calibration: the same flags judged by several, blind to each other */

enum cqa_status cqa_calibration_add(struct cqa_scores *scores, const struct cqa_identity *who,
                                    const char *session, const int64_t *flags, size_t count,
                                    struct cqa_error *error) CQA_MUST_CHECK;

/* `stands`: the flag is right. A judgement is given once. */
enum cqa_status cqa_calibration_judge(struct cqa_scores *scores, const struct cqa_identity *who,
                                      const char *session, int64_t flag, int stands,
                                      struct cqa_error *error) CQA_MUST_CHECK;

struct cqa_judgement_row {
    int64_t flag, call;
    const char *rule, *by; /* `by` NULL: nobody judged it yet */
    int stands;
    const char *title_en, *title_zh; /* of the rule; NULL: not known */
};

/* Every judgement of a session, by flag, then name; `by` restricts to one person's (and flags they
 * have not judged). */
enum cqa_status
cqa_calibration_list(struct cqa_scores *scores, const struct cqa_scope *scope, const char *session,
                     int64_t user, int (*visit)(void *context, const struct cqa_judgement_row *row),
                     void *context, struct cqa_error *error) CQA_MUST_CHECK;

#endif
