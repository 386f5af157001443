/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>
#include "signal/peaks.h"
#include "support/near.h"
#include "support/telephone.h"

/* Spectral peaks, by what the frames say of sounds whose lines are known. */

enum { SECOND = 8000, MIDDLE = 15 /* a frame long after the beginning */ };

static const double bin_hz = 15.625;

struct sound {
    float left[SECOND];
    float right[SECOND];
};

/* The frames of a second of what `left` holds, beside silence; frees the sound. */
static struct cqa_frames frames_of(struct sound *sound)
{
    const struct cqa_frames frames = telephone_frames(sound->left, sound->right, SECOND, 0);

    free(sound);
    return frames;
}

static struct sound *silence(void)
{
    struct sound *sound = calloc(1, sizeof *sound);

    assert_non_null(sound);
    return sound;
}

/* Two lines anywhere between the bins, the lower of twice the power. */
static void test_between_bins(void **state)
{
    (void)state;
    for (int tenth = 0; tenth < 10; tenth++) {
        const double bin = 20 + tenth / 10.0;
        struct sound *sound = silence();
        telephone_tone(sound->left, SECOND, bin * bin_hz, 0.1f);
        telephone_tone(sound->left, SECOND, (bin + 40) * bin_hz, 0.1f * sqrtf(0.5f));
        struct cqa_frames frames = frames_of(sound);
        const struct cqa_channel_frames *line = &frames.channel[0];
        assert_near(line->freq1[MIDDLE] / 16.0, bin * bin_hz, 1);
        assert_near(line->freq2[MIDDLE] / 16.0, (bin + 40) * bin_hz, 1);
        assert_near(line->share1[MIDDLE], 255 * 0.667, 3);
        assert_near(line->share2[MIDDLE], 255 * 0.333, 3);
        cqa_frames_finish(&frames);
    }
}

/* A line that stays becomes steady within half a dozen frames... */
static void test_steady(void **state)
{
    struct sound *sound = silence();

    (void)state;
    telephone_tone(sound->left, SECOND, 60.3 * bin_hz, 0.1f);
    struct cqa_frames frames = frames_of(sound);
    assert_int_equal(frames.channel[0].tonality[0], 0);
    assert_in_range(frames.channel[0].tonality[8], 240, 255);
    assert_int_equal(frames.channel[0].peaks[8], 16);
    assert_int_equal(frames.channel[1].tonality[MIDDLE], 0);
    cqa_frames_finish(&frames);
}

/* ...and one that glides by half a bin a frame never does, though it is found in each. */
static void test_moving(void **state)
{
    struct sound *sound = silence();
    double phase = 0;

    (void)state;
    for (size_t i = 0; i < SECOND; i++) {
        phase += 2 * M_PI * (60 + 0.5 * (double)i / 256) * bin_hz / 8000;
        sound->left[i] = 0.1f * (float)sin(phase);
    }
    struct cqa_frames frames = frames_of(sound);
    for (size_t t = 2; t < 28; t++) {
        assert_int_equal(frames.channel[0].tonality[t], 0);
        assert_int_equal(frames.channel[0].peaks[t], 0);
        assert_near(frames.channel[0].freq1[t] / 16.0, (60 + 0.5 * ((double)t + 0.5)) * bin_hz, 8);
    }
    cqa_frames_finish(&frames);
}

/* Of twenty lines the twelve loudest are kept: what is steady is their share of the power. */
static void test_keeps_the_loudest(void **state)
{
    struct sound *sound = silence();
    double all = 0;
    double kept = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        const int power = 1 + i % 10;
        telephone_tone(sound->left, SECOND, (10 + 11 * i) * bin_hz, 0.01f * sqrtf((float)power));
        all += power;
        kept += power >= 5 ? power : 0;
    }
    struct cqa_frames frames = frames_of(sound);
    assert_int_equal(frames.channel[0].peaks[MIDDLE], 12 * 16);
    assert_near(frames.channel[0].tonality[MIDDLE], 255 * kept / all, 4);
    assert_near(frames.channel[0].share1[MIDDLE], 255 * 10 / all, 2);
    cqa_frames_finish(&frames);
}

/* What lies more than 50 dB under the loudest before it is not looked at. */
static void test_faint(void **state)
{
    static const float amplitudes[] = {2e-4f, 1e-3f}; /* under 0.2: -60 and -46 dB */

    (void)state;
    for (int heard = 0; heard < 2; heard++) {
        struct sound *sound = silence();
        telephone_tone(sound->left, SECOND / 4, 50 * bin_hz, 0.2f);
        telephone_tone(sound->left + SECOND / 4, SECOND - SECOND / 4, 50 * bin_hz,
                       amplitudes[heard]);
        struct cqa_frames frames = frames_of(sound);
        assert_near(frames.channel[0].freq1[2] / 16.0, 50 * bin_hz, 1);
        assert_near(frames.channel[0].freq1[MIDDLE] / 16.0, heard * 50 * bin_hz, 1);
        assert_near(frames.channel[0].tonality[MIDDLE], heard * 255, 15);
        cqa_frames_finish(&frames);
    }
}

/* A key's two tones, each found to a hertz or so. */
static void test_pair_of_a_key(void **state)
{
    struct sound *sound = silence();

    (void)state;
    telephone_tone(sound->left, SECOND, 852, 0.1f);
    telephone_tone(sound->left, SECOND, 1336, 0.2f);
    struct cqa_frames frames = frames_of(sound);
    assert_near(frames.channel[0].freq1[MIDDLE] / 16.0, 1336, 2);
    assert_near(frames.channel[0].freq2[MIDDLE] / 16.0, 852, 2);
    assert_near(frames.channel[0].share1[MIDDLE], 255 * 0.8, 5);
    assert_near(frames.channel[0].share2[MIDDLE], 255 * 0.2, 5);
    assert_near(frames.channel[0].peaks[MIDDLE], 32, 1);
    cqa_frames_finish(&frames);
}

/* ---- choosing, in all widths of registers, against the slow and obvious */

/* A spectrum with peaks of few different sizes, so that many are equally strong. */
static void draw_spectrum(float *power, struct cqa_candidates *found, uint32_t *seed)
{
    found->count = 0;
    for (int k = 0; k < CQA_BINS; k++)
        power[k * CQA_LANES] = 1.0f + (float)(telephone_random(seed) % 100) / 100.0f;
    for (int k = 5; k < 250; k += 2 + (int)(telephone_random(seed) % 20)) {
        const float height = 10.0f * (float)(1 + telephone_random(seed) % 8);
        power[k * CQA_LANES] = height;
        found->bin[found->count] = k;
        found->energy[found->count++] = height;
    }
}

static int is_kept(const struct cqa_candidates *found, int i)
{
    int stronger = 0;

    for (int j = 0; j < found->count; j++)
        stronger +=
            found->energy[j] > found->energy[i] || (found->energy[j] == found->energy[i] && j < i);
    return stronger < CQA_PEAKS_MAX;
}

static int age_of(const struct cqa_peak_list *last, float bin)
{
    for (int j = 0; j < last->count; j++)
        if (last->bin[j] >= bin - 0.3f && last->bin[j] <= bin + 0.3f)
            return last->age[j] + 1;
    return 0;
}

static void expect_choice(const struct cqa_candidates *found, const float *power,
                          const struct cqa_peak_list *last, const struct cqa_peak_list *kept)
{
    int count = 0;

    for (int i = 0; i < found->count; i++) {
        if (!is_kept(found, i))
            continue;
        const float *at = power + (ptrdiff_t)found->bin[i] * CQA_LANES;
        const float side = at[CQA_LANES] > at[-CQA_LANES] ? 1.0f : -1.0f;
        const float ratio = sqrtf(fmaxf(at[CQA_LANES], at[-CQA_LANES]) / at[0]);
        assert_near(kept->bin[count], (float)found->bin[i] + side * (2 * ratio - 1) / (ratio + 1),
                    1e-4);
        assert_near(kept->energy[count], found->energy[i], 0);
        assert_int_equal(kept->age[count], age_of(last, kept->bin[count]));
        count++;
    }
    assert_int_equal(kept->count, count);
    for (int n = 0; n < 2 && n < count; n++)
        for (int i = 0; i < count; i++)
            if (n == 0 || i != kept->strongest[0])
                assert_true(kept->energy[kept->strongest[n]] >= kept->energy[i]);
}

static void compare_choice(cqa_peaks_choose *choose)
{
    static float power[CQA_BINS * CQA_LANES];
    struct cqa_candidates found;
    struct cqa_peak_list lists[2] = {{0}, {0}};
    uint32_t seed = 11;

    draw_spectrum(power, &found, &seed);
    for (int round = 0; round < 2000; round++) {
        if (round % 3 == 0) /* else the same peaks stay */
            draw_spectrum(power, &found, &seed);
        choose(&found, power, &lists[(round + 1) % 2], &lists[round % 2]);
        expect_choice(&found, power, &lists[(round + 1) % 2], &lists[round % 2]);
    }
}

static void test_choice(void **state)
{
    (void)state;
    compare_choice(cqa_peaks_choose_plain);
#ifdef CQA_WIDER
    if (__builtin_cpu_supports("x86-64-v3"))
        compare_choice(cqa_peaks_choose_avx2);
    if (__builtin_cpu_supports("x86-64-v4"))
        compare_choice(cqa_peaks_choose_avx512);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_between_bins),
        cmocka_unit_test(test_steady),
        cmocka_unit_test(test_moving),
        cmocka_unit_test(test_keeps_the_loudest),
        cmocka_unit_test(test_faint),
        cmocka_unit_test(test_pair_of_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
