/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/g722.h"

/* Names and tables are those of the standard's blocks; numbers are 16-bit fractions, products are
 * shifted by 15. */

static const int inverse_6[64] = {
    -136,   -136,   -136,  -136,  -24808, -21904, -19008, -16704, -14984, -13512, -12280,
    -11192, -10232, -9360, -8576, -7856,  -7192,  -6576,  -6000,  -5456,  -4944,  -4464,
    -4008,  -3576,  -3168, -2776, -2400,  -2032,  -1688,  -1360,  -1040,  -728,   24808,
    21904,  19008,  16704, 14984, 13512,  12280,  11192,  10232,  9360,   8576,   7856,
    7192,   6576,   6000,  5456,  4944,   4464,   4008,   3576,   3168,   2776,   2400,
    2032,   1688,   1360,  1040,  728,    432,    136,    -432,   -136};

static const int inverse_4[16] = {0,     -20456, -12896, -8968, -6288, -4240, -2584, -1200,
                                  20456, 12896,  8968,   6288,  4240,  2584,  1200,  0};

/* By how much a code of 4 bits moves the scale's logarithm. */
static const int scale_step[16] = {-60,  3042, 1198, 538, 334, 172, 58,  -30,
                                   3042, 1198, 538,  334, 172, 58,  -30, -60};

static const int power_of_two[32] = {
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008};

enum { SCALE_LOG_MAX = 18432, SIGNAL_MAX = 16383, POLE_2_MAX = 12288, POLE_SUM = 15360 };

static int within(int value, int least, int greatest)
{
    return value < least ? least : value > greatest ? greatest : value;
}

static int saturate(int value)
{
    return within(value, -32768, 32767);
}

void cqa_g722_start(struct cqa_g722 *state)
{
    *state = (struct cqa_g722){.scale = 32};
}

/* LOGSCL and SCALEL */
static void adapt_scale(struct cqa_g722 *state, unsigned code)
{
    state->scale_log = within((state->scale_log * 127 >> 7) + scale_step[code], 0, SCALE_LOG_MAX);
    const int mantissa = power_of_two[state->scale_log >> 6 & 31];
    const int exponent = 8 - (state->scale_log >> 11);
    state->scale = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
}

static int same_sign(int a, int b)
{
    return (a < 0) == (b < 0);
}

/* UPPOL2 and UPPOL1 */
static void adapt_poles(struct cqa_g722 *state, int partial)
{
    int *const pole = state->pole;
    const int four = saturate(pole[0] * 4);
    const int pull = within(same_sign(partial, state->partial[0]) ? -four : four, -32768, 32767);
    int second = (pull >> 7) + (same_sign(partial, state->partial[1]) ? 128 : -128) +
                 (pole[1] * 32512 >> 15);
    second = within(second, -POLE_2_MAX, POLE_2_MAX);
    const int first =
        saturate((same_sign(partial, state->partial[0]) ? 192 : -192) + (pole[0] * 32640 >> 15));
    const int most = saturate(POLE_SUM - second);
    pole[0] = within(first, -most, most);
    pole[1] = second;
}

/* UPZERO and its delay line */
static void adapt_zeros(struct cqa_g722 *state, int difference)
{
    const int step = difference == 0 ? 0 : 128;

    for (int i = 0; i < CQA_G722_ZEROS; i++)
        state->zero[i] = saturate((same_sign(state->difference[i], difference) ? step : -step) +
                                  (state->zero[i] * 32640 >> 15));
    for (int i = CQA_G722_ZEROS - 1; i > 0; i--)
        state->difference[i] = state->difference[i - 1];
    state->difference[0] = difference;
}

/* FILTEP, FILTEZ and PREDIC */
static void predict(struct cqa_g722 *state)
{
    int sum = 0;
    int poles = 0;

    for (int i = 0; i < CQA_G722_POLES; i++)
        poles += state->pole[i] * saturate(state->rebuilt[i] * 2) >> 15;
    for (int i = 0; i < CQA_G722_ZEROS; i++)
        sum += state->zero[i] * saturate(state->difference[i] * 2) >> 15;
    state->from_zeros = saturate(sum);
    state->predicted = saturate(saturate(poles) + state->from_zeros);
}

/* Block 4L */
static void adapt(struct cqa_g722 *state, int difference)
{
    const int rebuilt = saturate(state->predicted + difference);
    const int partial = saturate(state->from_zeros + difference);

    adapt_poles(state, partial);
    adapt_zeros(state, difference);
    state->rebuilt[1] = state->rebuilt[0];
    state->rebuilt[0] = rebuilt;
    state->partial[1] = state->partial[0];
    state->partial[0] = partial;
    predict(state);
}

void cqa_g722_decode(struct cqa_g722 *state, const unsigned char *codes, size_t count,
                     float *samples)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned six = codes[i] & 63;
        const int fine = state->scale * inverse_6[six] >> 15;
        const int coarse = state->scale * inverse_4[six >> 2] >> 15;
        const int signal = within(state->predicted + fine, -SIGNAL_MAX - 1, SIGNAL_MAX);

        samples[i] = (float)signal * (1.0F / 16384.0F);
        adapt_scale(state, six >> 2);
        adapt(state, coarse);
    }
}
