/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PERIODS_H
#define CQA_SCORES_PERIODS_H

#include "scores/accounts.h"
#include "scores/store.h"

/*
 * Closed days: nothing in them changes any more, whatever comes for their calls. What recorders
 * post waits until the days are open again and a lead accepts it (previews.h). Days are yyyymmdd,
 * inclusive. A call without a day is in no period: how many there are is told wherever days are
 * closed, so that somebody asks whose they are.
 */
struct cqa_period_open {
    int64_t calls;           /* of the days */
    int64_t open_flags;      /* undecided ones */
    int64_t open_objections; /* that nobody has answered */
    int64_t waiting;         /* results that nobody has accepted or thrown away */
    int64_t without_day;     /* calls that no period holds */
};

/* What is still open in these days. */
enum cqa_status cqa_period_look(struct cqa_scores *scores, int64_t day_from, int64_t day_to,
                                struct cqa_period_open *out,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* ---- closing them, inside the caller's transaction; when they may be is review/'s */
struct cqa_sql;

struct cqa_period_closed {
    int64_t day_from, day_to;
    const char *note;            /* NULL: none */
    struct cqa_period_open open; /* that was ignored */
};

/* What is open, and how many closed periods share a day with these. */
enum cqa_status cqa_days_look(struct cqa_sql *db, int64_t day_from, int64_t day_to,
                              struct cqa_period_open *out, int64_t *overlapping,
                              struct cqa_error *error) CQA_MUST_CHECK;

/* With its row of the audit log; objections that nobody has answered are closed with the days. */
enum cqa_status cqa_days_close(struct cqa_scores *scores, struct cqa_sql *db,
                               const struct cqa_identity *who,
                               const struct cqa_period_closed *period,
                               struct cqa_error *error) CQA_MUST_CHECK;

/* ---- opening them again */

/* CQA_E_NOTFOUND: no closed period has this number. */
enum cqa_status cqa_period_find(struct cqa_scores *scores, int64_t period,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Opens a closed one again; `*waiting`: how many results of its days may be accepted now.
 * CQA_E_NOTFOUND: it is not closed. */
enum cqa_status cqa_period_open(struct cqa_scores *scores, const struct cqa_identity *who,
                                int64_t period, const char *note, int64_t *waiting,
                                struct cqa_error *error) CQA_MUST_CHECK;

/* Texts are borrowed for the visit; `note` may be NULL. */
struct cqa_period_row {
    int64_t period, day_from, day_to, closed_ms;
    const char *closed_by, *note;
};

/* The closed ones, newest days first, until `visit` returns non-zero; and how many calls have no
 * day. */
enum cqa_status cqa_periods_list(struct cqa_scores *scores,
                                 int (*visit)(void *context, const struct cqa_period_row *row),
                                 void *context, int64_t *without_day,
                                 struct cqa_error *error) CQA_MUST_CHECK;

#endif
