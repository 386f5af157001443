/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>
#include "support/near.h"
#include "support/telephone.h"
#include "track/moments.h"

enum { HOP = CQA_MOMENT_HOP };

/* Mean and spread of an input over a moment, the slow way. */
static void moment_of(const float *inputs, size_t input, size_t moment, double *mean,
                      double *spread)
{
    double sum = 0;
    double square = 0;

    for (size_t t = moment * HOP; t < (moment + 1) * HOP; t++) {
        const double value = (double)inputs[cqa_input_at(input, t)];
        sum += value / HOP;
        square += value * value / HOP;
    }
    *mean = sum;
    *spread = sqrt(fmax(0, square - sum * sum));
}

/* The row of an input's mean, and how many rows later its spread stands (0: nowhere). */
static const struct {
    size_t input;
    int row;
    int spread;
} places[] = {{0, 0, 17},   {16, 16, 17}, {17, 34, 0}, {33, 50, 0},
              {68, 51, 13}, {80, 63, 13}, {81, 77, 0}, {101, 97, 0}};

static void test_means_and_spreads(void **state)
{
    const size_t frames = 2 * CQA_CHUNK - 5; /* two chunks */
    float *inputs = calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof *inputs);
    struct cqa_moments moments;
    uint32_t seed = 3;

    (void)state;
    assert_int_equal(cqa_moments_init(&moments, frames, 2), CQA_OK);
    assert_int_equal(moments.count, 2 * CQA_CHUNK / HOP);
    for (size_t start = 0; start < frames; start += CQA_CHUNK) {
        for (size_t i = 0; i < (size_t)CQA_INPUTS * CQA_CHUNK; i++)
            inputs[i] = 2 * telephone_noise(&seed);
        cqa_moments_take(&moments, 1, start, inputs);
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
            for (size_t m = 0; m < CQA_CHUNK / HOP; m++) {
                float tile[CQA_TILE];
                double mean;
                double spread;
                const size_t at = start / HOP + m;
                moment_of(inputs, places[p].input, m, &mean, &spread);
                cqa_moments_tile(&moments, 1, places[p].row, at - at % CQA_TILE, tile);
                assert_near(tile[at % CQA_TILE], mean, 5e-4);
                cqa_moments_tile(&moments, 1, places[p].row + places[p].spread, at - at % CQA_TILE,
                                 tile);
                assert_near(tile[at % CQA_TILE], places[p].spread ? spread : mean, 5e-4);
            }
    }
    cqa_moments_finish(&moments);
    free(inputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_means_and_spreads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
