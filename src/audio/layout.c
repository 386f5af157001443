#include "audio/layout.h"

#include <math.h>
#include <string.h>

const char *const cqa_layout_words[CQA_LAYOUT_COUNT + 1] = {"stereo", "mono", "dual_mono", NULL};

/* Two sample pairs, as the vector registers of any 64-bit processor hold them. */
typedef float pairs2 __attribute__((vector_size(16)));

enum { UNROLL = 4 }; /* additions are slow to finish and can overlap */

struct lanes {
    pairs2 sum;
    pairs2 square;
    pairs2 product;
};

static void add_block(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
    struct lanes lanes[UNROLL] = {{{0}, {0}, {0}}};

    for (size_t i = 0; i < count; i += 2 * (size_t)UNROLL) {
        float rest[4 * UNROLL] = {0};
        const float *from = pairs + 2 * i;
        if (count - i < 2 * (size_t)UNROLL)
            from = memcpy(rest, from, 2 * (count - i) * sizeof *from);
        for (int k = 0; k < UNROLL; k++) {
            pairs2 two;
            memcpy(&two, from + 4 * k, sizeof two);
            lanes[k].sum += two;
            lanes[k].square += two * two;
            lanes[k].product += two * __builtin_shufflevector(two, two, 1, 0, 3, 2);
        }
    }
    for (int k = 0; k < UNROLL; k++) {
        sums->left += (double)lanes[k].sum[0] + (double)lanes[k].sum[2];
        sums->right += (double)lanes[k].sum[1] + (double)lanes[k].sum[3];
        sums->left_left += (double)lanes[k].square[0] + (double)lanes[k].square[2];
        sums->right_right += (double)lanes[k].square[1] + (double)lanes[k].square[3];
        sums->left_right += (double)lanes[k].product[0] + (double)lanes[k].product[2];
    }
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
