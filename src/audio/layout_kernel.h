/*
 * The sums of layout.h on registers of CQA_WIDTH floats. Included once for each width, by a file
 * that names the function.
 */
#include <stddef.h>
#include "audio/layout.h"
#include "base/hot.h"

typedef float lanes __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));

enum { UNROLL = 4 }; /* additions are slow to finish and can overlap */

void CQA_LAYOUT_ADD_BLOCK(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
    const size_t step = (size_t)UNROLL * CQA_WIDTH;
    lanes sum[UNROLL] = {{0}};
    lanes square[UNROLL] = {{0}};
    lanes product[UNROLL] = {{0}}; /* with the next sample: of a pair's first it is the second */
    size_t i = 0;

    for (; i + step < 2 * count; i += step)
        for (int k = 0; k < UNROLL; k++) {
            const lanes x = *(const lanes *)(pairs + i + k * CQA_WIDTH);
            const lanes next = *(const lanes *)(pairs + i + k * CQA_WIDTH + 1);
            sum[k] += x;
            square[k] += x * x;
            product[k] += x * next;
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
