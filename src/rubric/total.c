/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rubric/total.h"

#include <math.h>

int64_t cqa_points_c(double points)
{
    return llround(points * 100);
}

int64_t cqa_cap_c(double cap)
{
    return isnan(cap) ? CQA_NO_CAP : cqa_points_c(cap);
}

int64_t cqa_cap_points(int64_t points_c, int64_t cap_c)
{
    return cap_c != CQA_NO_CAP && points_c > cap_c ? cap_c : points_c;
}

int64_t cqa_total_of(const struct cqa_total_limits *limits, int64_t points_c, int fails)
{
    const int64_t taken_c = cqa_cap_points(points_c, limits->cap_c);
    const int64_t total_c = limits->base_c - taken_c;

    return fails || total_c < limits->floor_c ? limits->floor_c : total_c;
}
