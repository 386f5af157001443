/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sums of layout.h on registers of CQA_WIDTH floats. Included once for each width, by a file
 * that names the function.
 */
#include <stddef.h>
#include "audio/layout.h"
#include "base/hot.h"

/* In a register; and in memory, where it may lie anywhere. As a parameter the loose type stops GCC
 * 14 on arm64 (internal compiler error). */
typedef float lanes __attribute__((vector_size(4 * CQA_WIDTH), may_alias));
typedef float loose_lanes __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));

/* Additions are slow to finish and can overlap. Wide registers add up the same 32 sums each. */
enum { UNROLL = CQA_WIDTH == 16 ? 2 : 4 };

/* Left and right, changed over. */
CQA_INLINE lanes other_channel(lanes x)
{
#if CQA_WIDTH == 16
    return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
#elif CQA_WIDTH == 8
    return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
#else
    return __builtin_shufflevector(x, x, 1, 0, 3, 2);
#endif
}

void CQA_LAYOUT_ADD_BLOCK(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
    const size_t step = (size_t)UNROLL * CQA_WIDTH;
    lanes sum[UNROLL] = {{0}};
    lanes square[UNROLL] = {{0}};
    lanes product[UNROLL] = {{0}};
    size_t i = 0;

    for (; i + step < 2 * count; i += step)
        for (int k = 0; k < UNROLL; k++) {
            const lanes x = *(const loose_lanes *)(pairs + i + k * CQA_WIDTH);
            sum[k] += x;
            square[k] += x * x;
            product[k] += x * other_channel(x);
        }
    for (int k = 0; k < UNROLL; k++)
        for (int lane = 0; lane < CQA_WIDTH; lane += 2) {
            sums->left += (double)sum[k][lane];
            sums->right += (double)sum[k][lane + 1];
            sums->left_left += (double)square[k][lane];
            sums->right_right += (double)square[k][lane + 1];
            sums->left_right += (double)product[k][lane];
        }
    for (; i < 2 * count; i += 2) {
        const double left = (double)pairs[i];
        const double right = (double)pairs[i + 1];
        sums->left += left;
        sums->right += right;
        sums->left_left += left * left;
        sums->right_right += right * right;
        sums->left_right += left * right;
    }
}
