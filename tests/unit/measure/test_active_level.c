/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The active level of P.56 from 8 ms energies, against the standard's own form on the samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "measure/active_level.h"
#include "support/near.h"
#include "support/telephone.h"

enum { SECOND = 8000, COUNT = 20 * SECOND, HANGOVER = SECOND / 5, STEPS = 15 };

static float sound[COUNT];

static void clear(void)
{
    for (size_t i = 0; i < COUNT; i++)
        sound[i] = 0;
}

/* ---- ITU-T P.56, method B, sample by sample, thresholds from the lowest up */

static double reference_dbfs(void)
{
    const double fading = exp(-1.0 / (SECOND * 0.03));
    double active[STEPS] = {0};
    int since[STEPS];
    double once = 0;
    double twice = 0;
    double square = 0;
    double before = NAN;
    double over_before = NAN;

    for (int j = 0; j < STEPS; j++)
        since[j] = HANGOVER;
    for (size_t i = 0; i < COUNT; i++) {
        const double x = (double)sound[i];
        square += x * x;
        once = fading * once + (1 - fading) * fabs(x);
        twice = fading * twice + (1 - fading) * once;
        for (int j = 0; j < STEPS; j++) {
            since[j] = twice >= ldexp(1, j - STEPS) ? 0 : since[j] + 1;
            active[j] += since[j] <= HANGOVER;
        }
    }
    for (int j = 0; j < STEPS && active[j] > 0; j++) {
        const double level = 10 * log10(square / active[j]);
        const double over = level - 20 * log10(ldexp(1, j - STEPS));
        if (over <= 15.9)
            return before + (level - before) * (over_before - 15.9) / (over_before - over);
        before = level;
        over_before = over;
    }
    return NAN;
}

static double measured_dbfs(double offset)
{
    static const float silence[COUNT];
    struct cqa_frames frames = telephone_frames(sound, silence, COUNT, 0);
    struct cqa_active_level meter;

    cqa_active_level_init(&meter, offset);
    for (size_t s = 0; s < frames.count * CQA_SUBFRAMES; s++)
        cqa_active_level_add(&meter, frames.channel[0].sub[s]);
    cqa_frames_finish(&frames);
    return cqa_active_level_dbfs(&meter);
}

static void add_noise(float amplitude, uint32_t seed)
{
    for (size_t i = 0; i < COUNT; i++)
        sound[i] += amplitude * telephone_noise(&seed);
}

/* Voices of all levels that recordings have, over no noise and over noise 20 dB and more below. */
static void test_against_reference(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 12; seed++) {
        const float level = powf(10, -0.2f * (float)seed); /* -4 to -48 dB */
        clear();
        telephone_voice(sound, seed % 3 == 0 ? COUNT / 2 : COUNT, level, seed);
        if (seed % 2 == 0)
            add_noise(0.01f * level, seed);
        const double wanted = reference_dbfs();
        const double got = measured_dbfs(0);
        if (!(fabs(got - wanted) < 0.15))
            print_message("seed %u: %.2f dBFS, the standard's form has %.2f\n", seed, got, wanted);
        assert_near(got, wanted, 0.15);
    }
}

/* Noise of a normal distribution, whose mean size over its RMS is that of speech, in syllables with
 * pauses. */
static void mumble(float level, uint32_t seed)
{
    for (size_t i = 0; i < COUNT; i++) {
        const size_t along = i % (SECOND / 4);
        const double shape = fmax(0, sin(2 * M_PI * (double)along / (SECOND / 4)));
        float sum = 0;
        for (int n = 0; n < 6; n++)
            sum += telephone_noise(&seed);
        sound[i] += i % (3 * SECOND) < 2 * SECOND ? level * (float)shape * sum : 0.0f;
    }
}

/* A talker who moves away: the margin and the hangover decide how much of the rest counts. */
static void test_two_levels(void **state)
{
    static const float away[] = {0.5f, 0.3f, 0.2f, 0.15f, 0.1f, 0.05f};

    (void)state;
    for (size_t i = 0; i < sizeof away / sizeof away[0]; i++) {
        clear();
        mumble(0.1f, (uint32_t)i + 1);
        for (size_t t = COUNT / 2; t < COUNT; t++)
            sound[t] *= away[i];
        assert_near(measured_dbfs(0), reference_dbfs(), 0.5);
    }
}

/* A steady sound is active all the time: its level is its power. */
static void test_steady(void **state)
{
    (void)state;
    clear();
    telephone_tone(sound, COUNT, 500, 0.1f);
    assert_near(measured_dbfs(0), 20 * log10(0.1 / sqrt(2)), 0.3);
    assert_near(measured_dbfs(0), reference_dbfs(), 0.15);
}

/* Pauses do not count: half the time silent makes 3 dB in the mean, and nothing here. */
static void test_pauses(void **state)
{
    double all;

    (void)state;
    clear();
    telephone_voice(sound, COUNT, 0.2f, 7);
    all = measured_dbfs(0);
    clear();
    telephone_voice(sound, COUNT / 2, 0.2f, 7);
    assert_near(measured_dbfs(0), all, 0.5);
}

/* A constant offset is no sound. */
static void test_offset(void **state)
{
    double without;

    (void)state;
    clear();
    telephone_voice(sound, COUNT, 0.2f, 9);
    without = measured_dbfs(0);
    for (size_t i = 0; i < COUNT; i++)
        sound[i] += 0.05f;
    assert_near(measured_dbfs(0.05), without, 0.2);
    assert_true(measured_dbfs(0) > without + 1);
}

static void test_nothing(void **state)
{
    struct cqa_active_level meter;

    (void)state;
    cqa_active_level_init(&meter, 0);
    assert_near(cqa_active_level_dbfs(&meter), NAN, 0);
    clear();
    assert_near(measured_dbfs(0), NAN, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_reference),
        cmocka_unit_test(test_two_levels),
        cmocka_unit_test(test_steady),
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
