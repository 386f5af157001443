/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "review/close.h"

#include "review/may.h"
#include "scores/store_internal.h"

struct closing {
    struct cqa_scores *scores;
    const struct cqa_identity *who;
    struct cqa_period_closed period;
    int ignore_open;
};

static enum cqa_status close_days(struct cqa_sql *db, void *context, struct cqa_error *error)
{
    struct closing *it = context;
    int64_t overlapping = 0;
    enum cqa_status status = cqa_days_look(db, it->period.day_from, it->period.day_to,
                                           &it->period.open, &overlapping, error);

    if (status == CQA_OK)
        status = cqa_may_close(&it->period.open, overlapping, it->ignore_open, error);
    return status == CQA_OK ? cqa_days_close(it->scores, db, it->who, &it->period, error) : status;
}

enum cqa_status cqa_review_close(struct cqa_scores *scores, const struct cqa_identity *who,
                                 int64_t today, int64_t day_from, int64_t day_to, int ignore_open,
                                 const char *note, struct cqa_period_open *out,
                                 struct cqa_error *error)
{
    struct closing closing = {
        scores, who, {.day_from = day_from, .day_to = day_to, .note = note}, ignore_open};
    enum cqa_status status = cqa_may_close_days(today, day_from, day_to, error);

    if (status != CQA_OK)
        return status;
    status = cqa_scores_write(scores, close_days, &closing, error);
    *out = closing.period.open;
    return status;
}
