/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "signal/tile.h"
#include "support/near.h"
#include "support/telephone.h"

enum { SAMPLES = (CQA_LANES + 1) * CQA_HOP };

/* Both channels of a tile's samples: two voices, one with a tone. */
static float *make_pairs(void)
{
    float *line[2] = {calloc(SAMPLES, sizeof(float)), calloc(SAMPLES, sizeof(float))};
    float *pairs = calloc(2 * (size_t)SAMPLES, sizeof *pairs);

    telephone_voice(line[0], SAMPLES, 0.5f, 3);
    telephone_voice(line[1], SAMPLES, 0.05f, 4);
    telephone_tone(line[1], SAMPLES, 440, 0.01f);
    for (size_t i = 0; i < SAMPLES; i++) {
        pairs[2 * i] = line[0][i];
        pairs[2 * i + 1] = line[1][i];
    }
    free(line[0]);
    free(line[1]);
    return pairs;
}

static struct cqa_tile *make_tile(void)
{
    struct cqa_tile *tile = aligned_alloc(64, (sizeof *tile + 63) / 64 * 64);

    assert_non_null(tile);
    memset(tile, 0, sizeof *tile);
    cqa_tile_init(tile);
    return tile;
}

/* The power of a bin, by its definition: of lane t's 512 samples under a Hann window. */
static double slow_power(const float *pairs, int c, int t, int bin)
{
    double re = 0;
    double im = 0;

    for (int i = 0; i < CQA_WINDOW; i++) {
        const double window = 0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / CQA_WINDOW);
        const double x = window * (double)pairs[2 * (t * CQA_HOP + i) + c];
        re += x * cos(2 * M_PI * bin * i / CQA_WINDOW);
        im -= x * sin(2 * M_PI * bin * i / CQA_WINDOW);
    }
    return 2 * (re * re + im * im) / (0.375 * CQA_WINDOW * CQA_WINDOW);
}

static void test_against_definition(void **state)
{
    struct cqa_tile *tile = make_tile();
    float *pairs = make_pairs();

    (void)state;
    cqa_tile_measure(tile, pairs);
    for (int c = 0; c < 2; c++)
        for (int t = 0; t < CQA_LANES; t += 3)
            for (int k = 1; k < CQA_BINS; k++) {
                const double wanted = slow_power(pairs, c, t, k);
                assert_near(tile->channel[c].power[k][t], wanted, 1e-3 * wanted + 1e-11);
            }
    free(pairs);
    free(tile);
}

#ifdef CQA_WIDER
static void expect_alike(void (*measure)(struct cqa_tile *tile), const float *pairs)
{
    struct cqa_tile *plain = make_tile();
    struct cqa_tile *wider = make_tile();

    plain->measure = cqa_tile_measure_plain;
    wider->measure = measure;
    cqa_tile_measure(plain, pairs);
    cqa_tile_measure(wider, pairs);
    for (int c = 0; c < 2; c++)
        for (int t = 0; t < CQA_LANES; t++) {
            for (int k = 1; k < CQA_BINS; k++)
                assert_near(wider->channel[c].power[k][t], plain->channel[c].power[k][t],
                            1e-3 * (double)plain->channel[c].power[k][t] + 1e-11);
            for (int i = 0; i < CQA_TILE_LEVELS; i++)
                assert_near(wider->channel[c].level[i][t], plain->channel[c].level[i][t],
                            1e-3 * (double)plain->channel[c].level[i][t] + 1e-11);
            for (int i = 0; i < CQA_TILE_SHARES; i++)
                if (i != CQA_TILE_LAG) /* of two equal lags either is right */
                    assert_near(wider->channel[c].share[i][t], plain->channel[c].share[i][t], 0.6);
        }
    free(plain);
    free(wider);
}

/* Whatever the processor can do, the numbers are the same. */
static void test_every_build_alike(void **state)
{
    float *pairs = make_pairs();

    (void)state;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        expect_alike(cqa_tile_measure_avx2, pairs);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        expect_alike(cqa_tile_measure_avx512, pairs);
    free(pairs);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_definition),
#ifdef CQA_WIDER
        cmocka_unit_test(test_every_build_alike),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
