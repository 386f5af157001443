#include "audio/layout.h"

#include <math.h>

const char *const cqa_layout_words[CQA_LAYOUT_COUNT + 1] = {"stereo", "mono", "dual_mono", NULL};

/* Eight sums side by side, which the compiler keeps in vector registers. */
enum { LANES = 8 };

static double total(const float lanes[LANES])
{
    double sum = 0;

    for (int i = 0; i < LANES; i++)
        sum += (double)lanes[i];
    return sum;
}

static void add_block(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
    float left[LANES] = {0};
    float right[LANES] = {0};
    float left_left[LANES] = {0};
    float right_right[LANES] = {0};
    float left_right[LANES] = {0};

    for (size_t i = 0; i < count; i += LANES) {
        const size_t lanes = count - i < LANES ? count - i : LANES;
        for (size_t k = 0; k < lanes; k++) {
            const float l = pairs[2 * (i + k)];
            const float r = pairs[2 * (i + k) + 1];
            left[k] += l;
            right[k] += r;
            left_left[k] += l * l;
            right_right[k] += r * r;
            left_right[k] += l * r;
        }
    }
    sums->left += total(left);
    sums->right += total(right);
    sums->left_left += total(left_left);
    sums->right_right += total(right_right);
    sums->left_right += total(left_right);
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
