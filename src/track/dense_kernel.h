/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A layer on registers of CQA_WIDTH lanes. Included once for each width, by a file that names the
 * function.
 */
#include <stddef.h>
#include "track/dense.h"

/* In a register; and in memory, where it may lie anywhere. As a parameter the loose type stops GCC
 * 14 on arm64 (internal compiler error). */
typedef float lanes __attribute__((vector_size(4 * CQA_WIDTH), may_alias));
typedef float loose_lanes __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(4 * CQA_WIDTH), may_alias));

/* Sums of 6 outputs in 2 registers each leave the 4 of 16 that inputs and weights need. */
enum { PARTS = CQA_WIDTH < CQA_LANES ? 2 : 1, BLOCK = CQA_DENSE_BLOCK };

CQA_INLINE void run_block(const float *weight, const float *bias, int inputs, const float *in,
                          float *out, int rectify)
{
    lanes sum[BLOCK][PARTS] = {{{0}}};

    for (int i = 0; i < inputs; i++, weight += BLOCK)
        for (int p = 0; p < PARTS; p++) {
            const lanes x = *(const loose_lanes *)(in + i * CQA_LANES + p * CQA_WIDTH);
            for (int j = 0; j < BLOCK; j++)
                sum[j][p] += weight[j] * x;
        }
    for (int j = 0; j < BLOCK; j++)
        for (int p = 0; p < PARTS; p++) {
            const lanes y = sum[j][p] + bias[j];
            const lanes positive = (lanes)((y > 0) & (bits)y);
            *(loose_lanes *)(out + j * CQA_LANES + p * CQA_WIDTH) = rectify ? positive : y;
        }
}

void CQA_DENSE_RUN(const struct cqa_dense *layer, const float *in, float *out, int rectify)
{
    for (int o = 0; o < layer->padded; o += BLOCK)
        for (int lane = 0; lane < CQA_LANES; lane += PARTS * CQA_WIDTH)
            run_block(layer->weights + (ptrdiff_t)o * layer->inputs, layer->bias + o, layer->inputs,
                      in + lane, out + (ptrdiff_t)o * CQA_LANES + lane, rectify);
}
