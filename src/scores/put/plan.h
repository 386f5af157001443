/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SCORES_PUT_PLAN_H
#define CQA_SCORES_PUT_PLAN_H

#include "base/arena.h"
#include "result/item.h"
#include "scores/decided.h"

/*
 * What becomes of a call's flags when a new revision of its result comes, and what the call counts
 * then. Plain functions over rows: what is put writes what is planned here, what is only tried
 * counts it, and so they cannot differ (docs/decisions/0206).
 */

/* A flag of the call as it is stored. */
struct cqa_put_row {
    int64_t id, call;
    const char *rule;
    int64_t start_ms, end_ms;
    int64_t event; /* 0: of the whole call */
    int64_t points_c;
    int64_t decided_c; /* where `has_decided` */
    enum cqa_flag_state state;
    int has_decided;
    int automatic_fail;
    int is_current;
    int is_by_hand;  /* a person added it: it stays whatever the machine says later */
    int is_objected; /* somebody objected to it, answered or not */
    int waits;       /* the objection has no answer yet */
};

/* What bounds the total of calls under a rubric. */
struct cqa_put_limits {
    int is_known;         /* else the rubric is not known here, or is of before they were kept */
    int64_t floor_c;      /* where it is known */
    int64_t cap_c;        /* or CQA_NO_CAP */
    const char **rules;   /* those with a cap of their own */
    int64_t *rule_caps_c; /* of each */
    size_t rule_count;
};

#define CQA_PUT_NO_ROW SIZE_MAX

struct cqa_put_plan {
    size_t *rows;     /* of each of the item's flags: the row that it takes, or CQA_PUT_NO_ROW */
    size_t unsettled; /* flags that a person decided on, or objected to, and would have to again */
    int64_t after_c;  /* what the call counts then; where it `is_scored` */
    int is_scored;
    const int64_t *stands_c; /* of each of the item's flags, after decisions */
};

/* `rows`: all of the call. What is planned lies in `arena`. CQA_E_NOMEM only. */
enum cqa_status cqa_put_plan_make(const struct cqa_put_row *rows, size_t count,
                                  const struct cqa_item *item, const struct cqa_put_limits *limits,
                                  struct cqa_arena *arena, struct cqa_put_plan *out,
                                  struct cqa_error *error) CQA_MUST_CHECK;

#endif
