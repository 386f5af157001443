/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/layout.h"

#include <math.h>

#define CQA_WIDTH CQA_WIDTH_PLAIN
#define CQA_LAYOUT_ADD_BLOCK cqa_layout_add_block_plain
#include "audio/layout_kernel.h"

const char *const cqa_layout_words[CQA_LAYOUT_COUNT + 1] = {"stereo", "mono", "dual_mono", "leg",
                                                            NULL};

static void add_block(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
#ifdef CQA_WIDER
    if (__builtin_cpu_supports("x86-64-v4")) {
        cqa_layout_add_block_avx512(sums, pairs, count);
        return;
    }
    if (__builtin_cpu_supports("x86-64-v3")) {
        cqa_layout_add_block_avx2(sums, pairs, count);
        return;
    }
#endif
    cqa_layout_add_block_plain(sums, pairs, count);
}

void cqa_layout_add(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
    enum {
        BLOCK = 1024
    }; /* short enough that single precision does not blur a difference of 40 dB */

    sums->pairs += (double)count;
    for (size_t i = 0; i < count; i += BLOCK)
        add_block(sums, pairs + 2 * i, count - i < BLOCK ? count - i : BLOCK);
}

enum cqa_layout cqa_layout_of_two(const struct cqa_layout_sums *sums)
{
    const double gain_max = 10; /* in energy: leakage into a silent channel lies below */
    const double floor = 1e-10 * sums->pairs; /* -100 dBFS */
    const double difference_max = 1e-4;       /* -40 dB */
    const double energy_left = sums->left_left - sums->left * sums->left / sums->pairs;
    const double energy_right = sums->right_right - sums->right * sums->right / sums->pairs;
    const double common = sums->left_right - sums->left * sums->right / sums->pairs;

    if (sums->pairs <= 0 || energy_left <= floor || energy_right <= floor)
        return CQA_LAYOUT_STEREO;
    if (energy_left > gain_max * energy_right || energy_right > gain_max * energy_left)
        return CQA_LAYOUT_STEREO;

    /* With both channels at the same energy, (1 - c) / (1 + c) is the energy of L - R over that of
     * L + R. */
    const double correlation = common / sqrt(energy_left * energy_right);
    return 1 - correlation <= difference_max * (1 + correlation) ? CQA_LAYOUT_DUAL_MONO
                                                                 : CQA_LAYOUT_STEREO;
}
