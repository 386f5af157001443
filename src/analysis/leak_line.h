/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_LEAK_LINE_H
#define CQA_ANALYSIS_LEAK_LINE_H

#include <stddef.h>
#include <stdint.h>
#include "signal/leak.h"

/* Where two files lie to each other, by what leaks in pieces of the call: all on one line. */

static const double cqa_leak_drift_ppm_max = 100; /* two bad clocks */

struct cqa_leak_piece {
    double middle_ms;
    struct cqa_leak leak[2];
};

/* What is asked of the pieces. */
struct cqa_leak_closeness {
    int64_t piece_ms;
    int blocks;      /* of talk in one, at least */
    double apart_ms; /* of one from where the others say, at most */
    double reach_ms; /* from the first that tells to the last, at least */
};

/* How much too late the second file lies at `ms`: start_ms + slope * ms. */
struct cqa_leak_line {
    size_t points;
    double reach_ms; /* from the first point to the last */
    double start_ms;
    double slope;
};

/* 0: nothing leaks, or too little, or what does tells that the files do not run in step. */
int cqa_leak_line_draw(const struct cqa_leak_piece *pieces, size_t count,
                       const struct cqa_leak_closeness *closeness, struct cqa_leak_line *out);

#endif
