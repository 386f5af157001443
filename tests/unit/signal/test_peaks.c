#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>
#include "signal/spectrum.h"
#include "support/near.h"
#include "support/telephone.h"

enum { SECOND = 8000 };

/* Adds the main lobe of a sine under a Hann window at `bin` (Harris 1978), `power` in all. */
static void add_line(struct cqa_spectrum *spectrum, double bin, double power)
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
        spectrum->power[middle - 3 + i] += (float)(power * lobe[i] / sum);
    spectrum->total += (float)power;
}

static void test_between_bins(void **state)
{
    (void)state;
    for (double bin = 20; bin < 21; bin += 0.1) {
        struct cqa_spectrum spectrum = {.total = 0};
        struct cqa_peak_memory memory = {0};
        struct cqa_peak_facts facts;
        add_line(&spectrum, bin, 0.01);
        add_line(&spectrum, bin + 40, 0.005);
        cqa_peaks_follow(&spectrum, &memory, &facts);
        assert_int_equal(memory.count, 2);
        assert_near(facts.hz[0], bin * 15.625, 1);
        assert_near(facts.hz[1], (bin + 40) * 15.625, 1);
        assert_near(facts.share[0], 0.667, 0.01);
        assert_near(facts.share[1], 0.333, 0.01);
    }
}

/* A line that stays becomes steady within half a dozen frames; one that moves never does. */
static void test_steady_and_moving(void **state)
{
    struct cqa_peak_memory staying = {0};
    struct cqa_peak_memory moving = {0};
    struct cqa_peak_facts facts;

    (void)state;
    for (int t = 0; t < 12; t++) {
        struct cqa_spectrum spectrum = {.total = 0};
        add_line(&spectrum, 60.3, 0.01);
        cqa_peaks_follow(&spectrum, &staying, &facts);
        if (t < 2)
            assert_near(facts.tonality, 0, 1e-6);
    }
    assert_true(facts.tonality > 0.95f);
    assert_near(facts.steady, 1, 1e-6);
    for (int t = 0; t < 12; t++) {
        struct cqa_spectrum spectrum = {.total = 0};
        add_line(&spectrum, 60 + 0.5 * t, 0.01);
        cqa_peaks_follow(&spectrum, &moving, &facts);
    }
    assert_near(facts.tonality, 0, 1e-6);
    assert_near(facts.steady, 0, 1e-6);
}

static void test_keeps_the_loudest(void **state)
{
    struct cqa_spectrum spectrum = {.total = 0};
    struct cqa_peak_memory memory = {0};
    struct cqa_peak_facts facts;

    (void)state;
    for (int i = 0; i < 20; i++)
        add_line(&spectrum, 10 + 11 * i, 0.001 * (1 + i % 10));
    cqa_peaks_follow(&spectrum, &memory, &facts);
    assert_int_equal(memory.count, CQA_PEAKS_MAX);
    for (int i = 0; i < CQA_PEAKS_MAX; i++) {
        const int line = (int)lround((memory.bin[i] - 10) / 11);
        assert_true(line % 10 >= 4);
        assert_true(i == 0 || memory.bin[i] > memory.bin[i - 1]);
    }
}

/* Nothing to look at: silence, and what lies 50 dB under the loudest before it. */
static void test_faint(void **state)
{
    struct cqa_spectrum loud = {.total = 0};
    struct cqa_spectrum faint = {.total = 0};
    const struct cqa_spectrum silence = {.total = 0};
    struct cqa_peak_memory memory = {0};
    struct cqa_peak_facts facts;

    (void)state;
    cqa_peaks_follow(&silence, &memory, &facts);
    assert_int_equal(memory.count, 0);
    add_line(&loud, 50, 0.1);
    add_line(&faint, 50, 0.5e-6);
    cqa_peaks_follow(&loud, &memory, &facts);
    assert_int_equal(memory.count, 1);
    cqa_peaks_follow(&faint, &memory, &facts);
    assert_int_equal(memory.count, 0);
    assert_near(facts.hz[0], 0, 0);
    assert_near(facts.tonality, 0, 0);
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
