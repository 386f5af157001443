/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_RUBRIC_TOTAL_H
#define CQA_RUBRIC_TOTAL_H

#include <stdint.h>

enum { CQA_NO_CAP = -1 };

/* Points as results and rubrics tell them, in whole hundredths; of a cap also NaN: CQA_NO_CAP. The
 * one place that rounds them. */
int64_t cqa_points_c(double points);
int64_t cqa_cap_c(double cap);

/* What bounds the total of a call, in hundredths of a point. */
struct cqa_total_limits {
    int64_t base_c;
    int64_t floor_c; /* least total; that of a call which a rule fails */
    int64_t cap_c;   /* of all deductions together, >= 0; CQA_NO_CAP: none */
};

/* `points_c` as far as the cap (CQA_NO_CAP: none) lets them count. */
int64_t cqa_cap_points(int64_t points_c, int64_t cap_c);

/* The total of a call whose deductions, each rule's within the rule's own cap, come to `points_c`;
 * `fails`: a rule fails the call. Never below the floor. The one place that makes a total of
 * points, whether a rubric found them or people said so. Pure. */
int64_t cqa_total_of(const struct cqa_total_limits *limits, int64_t points_c, int fails);

#endif
