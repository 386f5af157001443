/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_DENSE_H
#define CQA_TRACK_DENSE_H

#include "signal/hot.h"

/* Inside track/: one layer of net.c. */
enum { CQA_DENSE_BLOCK = 6 }; /* outputs that are summed together */

struct cqa_dense {
    int inputs;
    int outputs;    /* as the model says */
    int padded;     /* a multiple of CQA_DENSE_BLOCK, the rest is 0 */
    float *bias;    /* padded */
    float *weights; /* for each block of outputs a row an input */
};

/* Sums of one layer for CQA_LANES frames: `in` and `out` have a row of them for each input and
 * (padded) output. Negative sums become 0 where `rectify`. */
typedef void cqa_dense_run(const struct cqa_dense *layer, const float *in, float *out, int rectify);

/* The one for this processor. */
cqa_dense_run *cqa_dense_runner(void);

cqa_dense_run cqa_dense_run_plain;
#ifdef CQA_WIDER
cqa_dense_run cqa_dense_run_avx2;
cqa_dense_run cqa_dense_run_avx512;
#endif

#endif
