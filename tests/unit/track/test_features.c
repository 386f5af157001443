/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "support/near.h"
#include "support/telephone.h"
#include "track/features.h"

enum { SECOND = 8000, LENGTH = 100 * SECOND };

/* A call with turns, leakage, a tone and line noise; every sample times `gain`. */
static struct cqa_frames call_at(float gain)
{
    float *line[2] = {calloc(LENGTH, sizeof(float)), calloc(LENGTH, sizeof(float))};
    uint32_t seed = 31;

    for (size_t at = 0; at + 8 * (size_t)SECOND <= LENGTH; at += 8 * (size_t)SECOND) {
        telephone_voice(line[0] + at, 4 * SECOND, 0.4f, (uint32_t)at + 1);
        telephone_voice(line[1] + at + 4 * (size_t)SECOND, 3 * SECOND, 0.2f, (uint32_t)at + 2);
    }
    telephone_tone(line[1] + 50 * (size_t)SECOND, 2 * SECOND, 450, 0.1f);
    for (size_t i = LENGTH; i-- > 480;)
        line[1][i] += 0.08f * line[0][i - 480];
    for (size_t i = 0; i < LENGTH; i++)
        for (int c = 0; c < 2; c++)
            line[c][i] = gain * (line[c][i] + 3e-3f * telephone_noise(&seed));
    const struct cqa_frames frames = telephone_frames(line[0], line[1], LENGTH, 0);
    free(line[0]);
    free(line[1]);
    return frames;
}

/* The inputs of CQA_CHUNK frames of both channels. */
struct chunk {
    float *inputs[2];
};

static struct chunk chunk_at(struct cqa_features *features, size_t start)
{
    struct chunk chunk;

    for (int c = 0; c < 2; c++)
        chunk.inputs[c] = calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof(float));
    cqa_features_chunk(features, start, chunk.inputs);
    return chunk;
}

static void chunk_finish(struct chunk *chunk)
{
    free(chunk->inputs[0]);
    free(chunk->inputs[1]);
}

static float input(const struct chunk *chunk, int c, size_t i, size_t t)
{
    return chunk->inputs[c][cqa_input_at(i, t)];
}

/* A frame's inputs do not depend on where its chunk begins. */
static void test_borders_agree(void **state)
{
    struct cqa_frames frames = call_at(1);
    struct cqa_features *features = NULL;

    (void)state;
    assert_int_equal(cqa_features_create(&features, &frames, 0), CQA_OK);
    struct chunk first = chunk_at(features, 0);
    struct chunk second = chunk_at(features, CQA_CHUNK);
    struct chunk between = chunk_at(features, CQA_CHUNK / 2);
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < CQA_INPUTS; i++)
            for (size_t t = 0; t < CQA_CHUNK; t++) {
                const float one = t < CQA_CHUNK / 2 ? input(&first, c, i, t + CQA_CHUNK / 2)
                                                    : input(&second, c, i, t - CQA_CHUNK / 2);
                if (fabsf(one - input(&between, c, i, t)) > 5e-3f) /* running sums of a float */
                    fail_msg("input %zu of channel %d, frame %zu: %g and %g", i, c,
                             t + CQA_CHUNK / 2, (double)one, (double)input(&between, c, i, t));
            }
    chunk_finish(&first);
    chunk_finish(&second);
    chunk_finish(&between);
    cqa_features_destroy(features);
    cqa_frames_finish(&frames);
}

/* The same call 20 dB down: levels are bytes of half a decibel, so rounding is all that may differ.
 */
static void test_gain_does_not_matter(void **state)
{
    struct cqa_frames loud = call_at(1);
    struct cqa_frames faint = call_at(0.1f);
    struct cqa_features *features[2] = {NULL, NULL};
    double sum = 0;
    size_t far = 0;

    (void)state;
    assert_int_equal(loud.leak[1].found, 1);
    assert_near(loud.leak[1].delay_ms, 60, 0.13);
    assert_near(faint.leak[1].gain_db, loud.leak[1].gain_db, 0.1);
    assert_int_equal(cqa_features_create(&features[0], &loud, 0), CQA_OK);
    assert_int_equal(cqa_features_create(&features[1], &faint, 0), CQA_OK);
    assert_near(cqa_features_norms(features[0], 0)->loud_db -
                    cqa_features_norms(features[1], 0)->loud_db,
                20, 0.6);
    struct chunk one = chunk_at(features[0], 512);
    struct chunk other = chunk_at(features[1], 512);
    const size_t count = 2 * (size_t)CQA_INPUTS * CQA_CHUNK;
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < (size_t)CQA_INPUTS * CQA_CHUNK; i++) {
            const double apart = fabs((double)one.inputs[c][i] - (double)other.inputs[c][i]);
            sum += apart;
            far += apart > 0.15;
        }
    print_message("mean difference %g, over 0.15: %zu of %zu\n", sum / (double)count, far, count);
    assert_true(sum / (double)count < 0.01);
    assert_true(far < count / 500);
    chunk_finish(&one);
    chunk_finish(&other);
    for (int i = 0; i < 2; i++)
        cqa_features_destroy(features[i]);
    cqa_frames_finish(&loud);
    cqa_frames_finish(&faint);
}

/* Inputs are numbers of a few units, also on silence, on one frame, and past the end. */
static void test_range(void **state)
{
    static const size_t counts[] = {1, 200, 256 * 3, 256 * 200};

    (void)state;
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++)
        for (int noisy = 0; noisy < 2; noisy++) {
            float *line = calloc(counts[n], sizeof *line);
            uint32_t seed = 5;
            struct cqa_features *features = NULL;
            for (size_t i = 0; i < counts[n] && noisy; i++)
                line[i] = telephone_noise(&seed);
            struct cqa_frames frames = telephone_frames(line, line, counts[n], 0);
            assert_int_equal(cqa_features_create(&features, &frames, noisy), CQA_OK);
            struct chunk chunk = chunk_at(features, 0);
            for (size_t i = 0; i < CQA_INPUTS; i++)
                for (size_t t = 0; t < CQA_CHUNK; t++)
                    for (int c = 0; c < 2; c++)
                        assert_true(fabsf(input(&chunk, c, i, t)) <= 16.0f); /* false for NaN */
            for (size_t i = 0; i < CQA_INPUTS; i++) /* far past the end all is repeated */
                assert_near(input(&chunk, 0, i, CQA_CHUNK - 1), input(&chunk, 0, i, CQA_CHUNK - 2),
                            1e-4);
            assert_near(input(&chunk, 0, CQA_INPUTS - 1, 0), noisy, 0); /* the input "mono" */
            chunk_finish(&chunk);
            cqa_features_destroy(features);
            cqa_frames_finish(&frames);
            free(line);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_borders_agree),
        cmocka_unit_test(test_gain_does_not_matter),
        cmocka_unit_test(test_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
