#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "signal/peaks.h"
#include "support/near.h"
#include "support/telephone.h"

enum { SECOND = 8000 };

/* Sixteen successive frames, all in the test's hand. */
static struct cqa_tile_channel *frames_of_nothing(void)
{
    struct cqa_tile_channel *channel = aligned_alloc(64, sizeof *channel);

    assert_non_null(channel);
    memset(channel, 0, sizeof *channel);
    return channel;
}

/* Adds to frame `t` the main lobe of a sine under a Hann window at `bin` (Harris 1978), `power` in
 * all. */
static void add_line(struct cqa_tile_channel *channel, int t, double bin, double power)
{
    double lobe[7];
    double sum = 0;
    const int middle = (int)lround(bin);

    for (int i = 0; i < 7; i++) {
        const double d = middle - 3 + i - bin;
        const double sinc = fabs(d) < 1e-9 ? 1 : sin(M_PI * d) / (M_PI * d);
        const double hann = fabs(fabs(d) - 1) < 1e-9 ? 0.5 : sinc / (1 - d * d);
        lobe[i] = hann * hann;
        sum += lobe[i];
    }
    for (int i = 0; i < 7; i++)
        channel->power[middle - 3 + i][t] += (float)(power * lobe[i] / sum);
    channel->level[CQA_TILE_LEVEL][t] += (float)power;
}

static void test_between_bins(void **state)
{
    struct cqa_tile_channel *channel = frames_of_nothing();
    struct cqa_peak_memory memory = {0};
    struct cqa_peak_facts facts[CQA_LANES];

    (void)state;
    for (int t = 0; t < CQA_LANES; t++) {
        add_line(channel, t, 20 + t / 16.0, 0.01);
        add_line(channel, t, 60 + t / 16.0, 0.005);
    }
    cqa_peaks_follow(channel, &memory, facts);
    assert_int_equal(memory.count, 2);
    for (int t = 0; t < CQA_LANES; t++) {
        assert_near(facts[t].hz[0], (20 + t / 16.0) * 15.625, 1);
        assert_near(facts[t].hz[1], (60 + t / 16.0) * 15.625, 1);
        assert_near(facts[t].share[0], 0.667, 0.01);
        assert_near(facts[t].share[1], 0.333, 0.01);
    }
    free(channel);
}

/* A line that stays becomes steady within half a dozen frames, also from one tile to the next; one
 * that moves never does. */
static void test_steady_and_moving(void **state)
{
    struct cqa_tile_channel *staying = frames_of_nothing();
    struct cqa_tile_channel *moving = frames_of_nothing();
    struct cqa_peak_memory memory = {0};
    struct cqa_peak_facts facts[CQA_LANES];

    (void)state;
    for (int t = 0; t < CQA_LANES; t++) {
        add_line(staying, t, 60.3, 0.01);
        add_line(moving, t, 60 + 0.5 * t, 0.01);
    }
    cqa_peaks_follow(staying, &memory, facts);
    assert_near(facts[0].tonality, 0, 0);
    assert_near(facts[1].tonality, 0, 0);
    assert_true(facts[3].tonality > 0.1f && facts[3].tonality < 0.9f);
    for (int t = 6; t < CQA_LANES; t++)
        assert_true(facts[t].tonality > 0.95f);
    assert_near(facts[CQA_LANES - 1].steady, 1, 0);
    cqa_peaks_follow(staying, &memory, facts);
    assert_true(facts[0].tonality > 0.95f);
    memory = (struct cqa_peak_memory){0};
    cqa_peaks_follow(moving, &memory, facts);
    for (int t = 0; t < CQA_LANES; t++) {
        assert_near(facts[t].tonality, 0, 0);
        assert_near(facts[t].steady, 0, 0);
    }
    free(staying);
    free(moving);
}

static void test_keeps_the_loudest(void **state)
{
    struct cqa_tile_channel *channel = frames_of_nothing();
    struct cqa_peak_memory memory = {0};
    struct cqa_peak_facts facts[CQA_LANES];

    (void)state;
    for (int i = 0; i < 20; i++)
        add_line(channel, CQA_LANES - 1, 10 + 11 * i, 0.001 * (1 + i % 10));
    cqa_peaks_follow(channel, &memory, facts);
    assert_int_equal(memory.count, CQA_PEAKS_MAX);
    for (int i = 0; i < CQA_PEAKS_MAX; i++) {
        const int line = (int)lround(((double)memory.bin[i] - 10) / 11);
        assert_true(line % 10 >= 4);
        assert_true(i == 0 || memory.bin[i] > memory.bin[i - 1]);
    }
    free(channel);
}

/* Nothing to look at: silence, and what lies 50 dB under the loudest before it. */
static void test_faint(void **state)
{
    struct cqa_tile_channel *channel = frames_of_nothing();
    struct cqa_peak_memory memory = {0};
    struct cqa_peak_facts facts[CQA_LANES];

    (void)state;
    add_line(channel, 1, 50, 0.5e-6);
    add_line(channel, 2, 50, 0.1);
    add_line(channel, 3, 50, 0.5e-6);
    cqa_peaks_follow(channel, &memory, facts);
    assert_near(facts[0].hz[0], 0, 0);
    assert_near(facts[1].hz[0], 50 * 15.625, 1); /* faint, but nothing has been louder yet */
    assert_near(facts[2].hz[0], 50 * 15.625, 1);
    assert_near(facts[3].hz[0], 0, 0);
    assert_near(facts[3].tonality, 0, 0);
    assert_int_equal(memory.count, 0);
    free(channel);
}

/* The same through the transform: two keys' tones, each found to a hertz or so. */
static void test_pair_of_a_key(void **state)
{
    float *left = calloc(SECOND, sizeof *left);
    float *right = calloc(SECOND, sizeof *right);

    (void)state;
    telephone_tone(left, SECOND, 852, 0.1f);
    telephone_tone(left, SECOND, 1336, 0.2f);
    struct cqa_frames frames = telephone_frames(left, right, SECOND, 0);
    assert_near(frames.channel[0].freq1[15] / 16.0, 1336, 2);
    assert_near(frames.channel[0].freq2[15] / 16.0, 852, 2);
    assert_near(frames.channel[0].share1[15], 255 * 0.8, 5);
    assert_near(frames.channel[0].share2[15], 255 * 0.2, 5);
    assert_near(frames.channel[0].peaks[15], 32, 1);
    cqa_frames_finish(&frames);
    free(left);
    free(right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_between_bins),      cmocka_unit_test(test_steady_and_moving),
        cmocka_unit_test(test_keeps_the_loudest), cmocka_unit_test(test_faint),
        cmocka_unit_test(test_pair_of_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
