/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/layout.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/hot.h"

enum { PAIRS = 1021 }; /* no whole number of registers */

typedef void adder(struct cqa_layout_sums *sums, const float *pairs, size_t count);

/* Noise, some of it in both channels, and an offset; from a fixed seed. */
static void fill(float *pairs)
{
    uint32_t seed = 4711;

    for (size_t i = 0; i < PAIRS; i++) {
        float noise[3];
        for (size_t k = 0; k < 3; k++) {
            seed = seed * 1664525U + 1013904223U;
            noise[k] = (float)(seed >> 8) / (float)(1U << 24) - 0.5F;
        }
        pairs[2 * i] = 0.1F + 0.5F * noise[0] + 0.3F * noise[1];
        pairs[2 * i + 1] = 0.4F * noise[0] - 0.05F + 0.2F * noise[2];
    }
}

static void add_one_by_one(struct cqa_layout_sums *sums, const float *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double left = (double)pairs[2 * i];
        const double right = (double)pairs[2 * i + 1];
        sums->left += left;
        sums->right += right;
        sums->left_left += left * left;
        sums->right_right += right * right;
        sums->left_right += left * right;
    }
}

static void expect_near(const char *width, const char *what, double sum, double wanted)
{
    if (fabs(sum - wanted) > 1e-3)
        fail_msg("%s: %s is %.6f, wanted %.6f", width, what, sum, wanted);
}

static void expect_sums(const char *width, adder *add)
{
    float pairs[2 * PAIRS];
    struct cqa_layout_sums wanted = {0};
    struct cqa_layout_sums sums = {0};

    fill(pairs);
    add_one_by_one(&wanted, pairs, PAIRS);
    add(&sums, pairs, PAIRS);
    expect_near(width, "left", sums.left, wanted.left);
    expect_near(width, "right", sums.right, wanted.right);
    expect_near(width, "left squared", sums.left_left, wanted.left_left);
    expect_near(width, "right squared", sums.right_right, wanted.right_right);
    expect_near(width, "left times right", sums.left_right, wanted.left_right);
}

static void adds_alike_in_each_width(void **state)
{
    (void)state;
    expect_sums("plain", cqa_layout_add_block_plain);
#ifdef CQA_WIDER
    if (__builtin_cpu_supports("x86-64-v3"))
        expect_sums("AVX2", cqa_layout_add_block_avx2);
    if (__builtin_cpu_supports("x86-64-v4"))
        expect_sums("AVX-512", cqa_layout_add_block_avx512);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adds_alike_in_each_width)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
