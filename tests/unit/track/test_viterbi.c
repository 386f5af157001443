/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>
/* whole, for the costs that the slow reference shares with it */
#include "track/viterbi.c"
#include "support/telephone.h"

enum { FRAMES_MAX = 6, TRIALS = 400 };

static double score_of(const float (*posterior)[CQA_CLASS_COUNT], const uint8_t *classes,
                       size_t count)
{
    double score = 0;

    for (size_t t = 0; t < count; t++) {
        score += (double)(limits.evidence * posterior[t][classes[t]]);
        /* before the first frame every class scores 0, so that the best change into it is free */
        if (t > 0)
            score -= (double)limits.change_cost[classes[t - 1]][classes[t]];
    }
    return score;
}

/* The best score over all sequences, tried one by one. */
static double best_score(const float (*posterior)[CQA_CLASS_COUNT], size_t count)
{
    uint8_t classes[FRAMES_MAX] = {0};
    double best = -INFINITY;

    for (;;) {
        size_t t = 0;
        best = fmax(best, score_of(posterior, classes, count));
        while (t < count && ++classes[t] == CQA_CLASS_COUNT)
            classes[t++] = 0;
        if (t == count)
            return best;
    }
}

static void fill(float (*posterior)[CQA_CLASS_COUNT], size_t count, uint32_t *seed)
{
    for (size_t t = 0; t < count; t++)
        for (int k = 0; k < CQA_CLASS_COUNT; k++)
            posterior[t][k] = -8.0f * (1.0f + telephone_noise(seed));
}

static void test_against_all_sequences(void **state)
{
    uint32_t seed = 17;

    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        float posterior[FRAMES_MAX][CQA_CLASS_COUNT];
        uint8_t classes[FRAMES_MAX];
        struct cqa_viterbi viterbi;
        const size_t count = 1 + telephone_random(&seed) % (trial < 20 ? FRAMES_MAX : 5);
        fill(posterior, count, &seed);
        assert_int_equal(cqa_viterbi_init(&viterbi, count), CQA_OK);
        for (size_t t = 0; t < count; t++)
            cqa_viterbi_feed(&viterbi, posterior[t], 1);
        cqa_viterbi_trace(&viterbi, classes);
        cqa_viterbi_finish(&viterbi);
        const double found = score_of((const float(*)[CQA_CLASS_COUNT])posterior, classes, count);
        const double best = best_score((const float(*)[CQA_CLASS_COUNT])posterior, count);
        if (fabs(found - best) > 1e-4)
            fail_msg("trial %d of seed 17: %g, best is %g", trial, found, best);
    }
}

/* Rows as the net writes them: a class's posteriors lie together. */
static void test_stride(void **state)
{
    enum { COUNT = 40 };
    float rows[CQA_CLASS_COUNT][COUNT];
    uint8_t classes[COUNT];
    struct cqa_viterbi viterbi;

    (void)state;
    for (int k = 0; k < CQA_CLASS_COUNT; k++)
        for (int t = 0; t < COUNT; t++)
            rows[k][t] = k == (t < 20 ? CQA_CLASS_SPEECH : CQA_CLASS_MUSIC) ? -0.05f : -4.0f;
    rows[CQA_CLASS_NONE][10] = -0.05f; /* one doubtful frame inside the speech */
    rows[CQA_CLASS_SPEECH][10] = -2.0f;
    assert_int_equal(cqa_viterbi_init(&viterbi, COUNT), CQA_OK);
    for (int t = 0; t < COUNT; t++)
        cqa_viterbi_feed(&viterbi, &rows[0][t], COUNT);
    cqa_viterbi_trace(&viterbi, classes);
    cqa_viterbi_finish(&viterbi);
    for (int t = 0; t < COUNT; t++)
        assert_int_equal(classes[t], t < 20 ? CQA_CLASS_SPEECH : CQA_CLASS_MUSIC);
}

/* Twelve hours: sums that only grew would have lost the differences by then. */
static void test_long(void **state)
{
    enum { COUNT = 1350000 };
    const float speech[CQA_CLASS_COUNT] = {-3, -0.5f, -3, -3, -3};
    const float none[CQA_CLASS_COUNT] = {-0.5f, -3, -3, -3, -3};
    struct cqa_viterbi viterbi;
    uint8_t *classes = calloc(COUNT, 1);

    (void)state;
    assert_int_equal(cqa_viterbi_init(&viterbi, COUNT), CQA_OK);
    for (int t = 0; t < COUNT; t++)
        cqa_viterbi_feed(&viterbi, t / 50 % 2 ? speech : none, 1);
    cqa_viterbi_trace(&viterbi, classes);
    cqa_viterbi_finish(&viterbi);
    for (int t = COUNT - 1000; t < COUNT; t++)
        assert_int_equal(classes[t], t / 50 % 2 ? CQA_CLASS_SPEECH : CQA_CLASS_NONE);
    free(classes);
}

static void test_nothing(void **state)
{
    struct cqa_viterbi viterbi;
    uint8_t untouched = 77;

    (void)state;
    assert_int_equal(cqa_viterbi_init(&viterbi, 0), CQA_OK);
    cqa_viterbi_trace(&viterbi, &untouched);
    assert_int_equal(untouched, 77);
    cqa_viterbi_finish(&viterbi);
    cqa_viterbi_finish(&viterbi);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_all_sequences),
        cmocka_unit_test(test_stride),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
