/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "signal/shapes.h"

enum { MOMENTS = 2000, LAGS = 7 };

/* As far as shapes go, to each side, so that what is summed is as large as it gets. */
static int8_t shape_at(int channel, int moment, int band)
{
    return (int8_t)((moment * 7 + band * 5 + channel * 3) % 11 < 6 ? 100 : -100);
}

static void fill(struct cqa_shapes *shapes, int channel, size_t count)
{
    *shapes = (struct cqa_shapes){.count = count};
    shapes->shape = calloc(count + 1, sizeof *shapes->shape);
    assert_non_null(shapes->shape);
    for (int i = 0; i < (int)count; i++)
        for (int b = 0; b < CQA_SHAPES_BANDS; b++)
            shapes->shape[i][b] = shape_at(channel, i, b);
}

/* In hundredths of hundredths: one after the other, as the header says it. */
static int64_t expected(int count, int lag)
{
    int64_t sum = 0;

    for (int i = 0; i < count; i++)
        for (int b = 0; b < CQA_SHAPES_BANDS && i + lag >= 0 && i + lag < count; b++)
            sum += shape_at(0, i, b) * shape_at(1, i + lag, b);
    return sum;
}

static void expect_likeness(size_t count)
{
    struct cqa_shapes left;
    struct cqa_shapes right;
    float like[2 * LAGS + 1];

    fill(&left, 0, count);
    fill(&right, 1, count);
    cqa_shapes_compare(&left, &right, LAGS, like);
    for (int lag = -LAGS; lag <= LAGS; lag++)
        assert_true(like[LAGS + lag] == (float)expected((int)count, lag) / 10000);
    free(left.shape);
    free(right.shape);
}

static void test_sums_at_each_lag(void **state)
{
    (void)state;
    expect_likeness(MOMENTS);
}

/* Where no moment has one that much later beside it, nothing is alike. */
static void test_shorter_than_the_lag(void **state)
{
    (void)state;
    expect_likeness(LAGS);
    expect_likeness(1);
    expect_likeness(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_at_each_lag),
        cmocka_unit_test(test_shorter_than_the_lag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
