/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether two channels hold one mix, whatever was done to one of them on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/recording.h"
#include "support/telephone.h"

enum { SECOND = 8000, LENGTH = 60 * SECOND, TURN = 4 * SECOND };

static const float noise_of_its_own = 3.1e-4f; /* -75 dBFS: uniform, its RMS is 1 / sqrt(3) of it */

/* Two voices taking turns. */
static void converse(float *left, float *right, uint32_t seed)
{
    for (size_t at = 0; at + TURN <= LENGTH; at += TURN)
        telephone_voice((at / TURN % 2 == 0 ? left : right) + at, TURN - SECOND / 2, 0.3f,
                        seed + (uint32_t)at + 1);
}

static void add_noise(float *samples, uint32_t seed)
{
    for (size_t i = 0; i < LENGTH; i++)
        samples[i] += noise_of_its_own * telephone_noise(&seed);
}

static void invert(float *samples)
{
    for (size_t i = 0; i < LENGTH; i++)
        samples[i] = -samples[i];
}

static void delay_20_ms(float *samples)
{
    const size_t late = (size_t)SECOND / 50;

    memmove(samples + late, samples, (LENGTH - late) * sizeof *samples);
    memset(samples, 0, late * sizeof *samples);
}

static void high_pass(float *samples)
{
    float low = 0;

    for (size_t i = 0; i < LENGTH; i++) {
        low += 0.25f * (samples[i] - low);
        samples[i] -= low;
    }
}

static void quieter(float *samples)
{
    for (size_t i = 0; i < LENGTH; i++)
        samples[i] *= 0.4f;
}

static void everything(float *samples)
{
    invert(samples);
    delay_20_ms(samples);
    high_pass(samples);
}

static void leave(float *samples)
{
    (void)samples;
}

/* Through a file of that format, where it is not 0. */
static void through_codec(float *left, float *right, int format)
{
    float *pairs = calloc(2 * (size_t)LENGTH, sizeof *pairs);

    for (size_t i = 0; i < LENGTH; i++) {
        pairs[2 * i] = left[i];
        pairs[2 * i + 1] = right[i];
    }
    struct heard heard =
        recording_hear(recording_of_frames(format, SECOND, 2, pairs, LENGTH), "a.wav", 4096);
    assert_int_equal(heard.status, CQA_OK);
    for (size_t i = 0; i < LENGTH && i < heard.pairs; i++) {
        left[i] = heard.samples[2 * i];
        right[i] = heard.samples[2 * i + 1];
    }
    heard_finish(&heard);
    free(pairs);
}

static int is_same(float *left, float *right, int format)
{
    add_noise(left, 7);
    add_noise(right, 8);
    if (format != 0)
        through_codec(left, right, format);
    struct cqa_frames frames = telephone_frames(left, right, LENGTH, 0);
    const struct cqa_sameness same = frames.same;
    print_message("coherence %g of %d blocks\n", (double)same.coherence, same.blocks);
    cqa_frames_finish(&frames);
    free(left);
    free(right);
    return cqa_is_same_mix(&same);
}

static float *new_line(void)
{
    float *line = calloc(LENGTH, sizeof *line);

    assert_non_null(line);
    return line;
}

static void test_one_mix(void **state)
{
    static void (*const changes[])(float *) = {leave,     invert,  delay_20_ms,
                                               high_pass, quieter, everything};
    static const int formats[] = {0, SF_FORMAT_WAV | SF_FORMAT_ULAW,
                                  SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM};

    (void)state;
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            float *mix = new_line();
            float *other = new_line();
            converse(mix, mix, 1);
            memcpy(other, mix, LENGTH * sizeof *mix);
            changes[i](other);
            if (!is_same(mix, other, formats[f]))
                fail_msg("change %zu, format 0x%x", i, (unsigned)formats[f]);
        }
}

static void test_two_voices(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 4; seed++) {
        float *left = new_line();
        float *right = new_line();
        converse(left, right, seed);
        assert_false(is_same(left, right, 0));
    }
}

/* Both talk all the time, each for itself. */
static void test_two_at_once(void **state)
{
    float *left = new_line();
    float *right = new_line();

    (void)state;
    converse(left, left, 1);
    converse(right, right, 1000001);
    assert_false(is_same(left, right, 0));
}

/* The other's voice leaks in, 18 dB softer and 40 ms late. */
static void test_leakage(void **state)
{
    static const float gain = 0.126f;
    const size_t late = (size_t)SECOND / 25;
    float *voice[2] = {new_line(), new_line()};
    float *line[2] = {new_line(), new_line()};

    (void)state;
    converse(voice[0], voice[1], 1);
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < LENGTH; i++)
            line[c][i] = voice[c][i] + (i < late ? 0.0f : gain * voice[1 - c][i - late]);
    free(voice[0]);
    free(voice[1]);
    assert_false(is_same(line[0], line[1], 0));
}

/* One voice, and its leakage: nothing else is on either line. */
static void test_one_voice_and_its_leakage(void **state)
{
    float *left = new_line();
    float *right = new_line();

    (void)state;
    converse(left, left, 1);
    for (size_t i = 0; i < LENGTH; i++)
        right[i] = 0.126f * left[i];
    assert_false(is_same(left, right, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_mix),
        cmocka_unit_test(test_two_voices),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_leakage),
        cmocka_unit_test(test_one_voice_and_its_leakage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
