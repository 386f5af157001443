/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels and voice, on drawn calls (tests/support/picture.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>
#include "support/judged.h"
#include "support/near.h"

/* Agent: 8 cells of speech (4.096 s), customer: 4, at -25 dBFS each, over noise of -65. */
#define AGENT "ssssssss....."
#define CUSTOMER ".........ssss"

static void test_levels(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, CUSTOMER);
    m.picture.frames.leak[1] = (struct cqa_leak){.found = 1, .gain_db = -24.5f, .delay_ms = 40};
    for (size_t t = 150; t < 155; t++) /* in the customer's speech */
        m.picture.frames.channel[1].flat[t] = 3;
    judged_play(&m);
    assert_near(m.sound[0].active_level_dbfs, -25, 0.25);
    assert_near(m.sound[0].noise_dbfs, -65, 0.01);
    assert_near(m.sound[0].clipped_ms, 0, 0);
    assert_near(m.sound[1].clipped_ms, 160, 0);
    assert_near(m.sound[0].leak_db, NAN, 0);
    assert_near(m.sound[1].leak_db, -24.5, 0.01);
    assert_near(m.sound[1].leak_delay_ms, 40, 0.01);
    assert_near(judged_value(&m, "level_agent_dbfs"), m.sound[0].active_level_dbfs, 0);
    assert_near(judged_value(&m, "noise_agent_dbfs"), -65, 0.01);
    assert_near(judged_value(&m, "noise_customer_dbfs"), -65, 0.01);
    assert_near(judged_value(&m, "snr_agent_db"), 65 + m.sound[0].active_level_dbfs, 0.01);
    assert_near(judged_value(&m, "clipped_customer_ms"), 160, 0);
    judged_finish(&m);
}

/* The hangover of 0.2 s counts as active after 4.096 s of speech, and nothing later does. What the
 * classifier takes for music does not, though it is louder. */
static void test_active_level_is_of_speech(void **state)
{
    const double hangover_db = 10 * log10(512.0 / (512 + 25));
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, CUSTOMER);
    judged_play(&m);
    assert_near(m.sound[0].active_level_dbfs, -25 + hangover_db, 0.1);
    judged_finish(&m);
    judged_begin(&m, AGENT, CUSTOMER);
    memset(m.picture.frames.channel[0].sub + 512, 220, 25); /* loud, but music */
    memset(m.picture.tracks.channel[0].class_ + 128, CQA_CLASS_MUSIC, 7);
    judged_play(&m);
    assert_near(m.sound[0].active_level_dbfs, -25, 0.1);
    judged_finish(&m);
}

/* Digital silence is no noise floor. */
static void test_no_noise(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, "ssssssss00000", "000000000ssss");
    judged_play(&m);
    assert_near(m.sound[0].noise_dbfs, NAN, 0);
    assert_near(judged_value(&m, "snr_agent_db"), NAN, 0);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_OK);
    judged_finish(&m);
}

/* ---- voice */

static void voice(struct judged *m, size_t first, size_t last, uint8_t lag)
{
    memset(m->picture.frames.channel[0].harmonicity + first, 200, last - first);
    memset(m->picture.frames.channel[0].lag + first, lag, last - first);
}

/* 51 frames at lag 64 (125 Hz), 77 at lag 80 (100 Hz): 10th and 90th percentiles are 12 log2(80/64)
 * semitones apart. */
static void test_pitch(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, CUSTOMER);
    voice(&m, 0, 51, 64);
    voice(&m, 51, 128, 80);
    voice(&m, 128, 200, 20); /* not speech: says nothing */
    judged_play(&m);
    assert_near(judged_value(&m, "pitch_agent_median_hz"), 100, 0.01);
    assert_near(judged_value(&m, "pitch_agent_range_semitones"), 12 * log2(80.0 / 64), 0.001);
    assert_near(judged_value(&m, "pitch_customer_median_hz"), NAN, 0);
    judged_finish(&m);
    judged_begin(&m, AGENT, CUSTOMER);
    voice(&m, 0, 29, 64); /* less than a second voiced */
    judged_play(&m);
    assert_near(judged_value(&m, "pitch_agent_median_hz"), NAN, 0);
    judged_finish(&m);
}

/* Syllables of 160 ms with dips of 160 ms between them: 13 begin to fall within 4.096 s. */
static void test_rate(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, CUSTOMER);
    voice(&m, 0, 128, 80);
    for (size_t s = 0; s < 512; s++)
        m.picture.frames.channel[0].sub[s] = s % 40 < 20 ? 170 : 140;
    judged_play(&m);
    assert_near(judged_value(&m, "syllable_rate_agent"), 13 / 4.096, 0.001);
    assert_near(judged_value(&m, "syllable_rate_customer"), 0, 0); /* nothing voiced */
    judged_finish(&m);
    judged_begin(&m, "sss..........", CUSTOMER); /* 1.5 s are too few */
    judged_play(&m);
    assert_near(judged_value(&m, "syllable_rate_agent"), NAN, 0);
    judged_finish(&m);
}

/* Two seconds 10 dB over the party's own median, one 5 dB over it. */
static void test_raised(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, "ssssssssssssssssssss..", "......................");
    voice(&m, 0, 320, 80);
    memset(m.picture.frames.channel[0].level + 93, 190, 62);
    memset(m.picture.frames.channel[0].level + 186, 180, 31);
    judged_play(&m);
    assert_near(judged_value(&m, "raised_voice_agent_ms"), 62 * 32, 0);
    assert_near(judged_value(&m, "raised_voice_customer_ms"), NAN, 0);
    assert_near(judged_value(&m, "level_agent_range_db"), (190 - 170) / 2.0,
                0); /* a fifth is 190 */
    assert_near(judged_value(&m, "level_customer_range_db"), NAN, 0);
    judged_finish(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),   cmocka_unit_test(test_active_level_is_of_speech),
        cmocka_unit_test(test_no_noise), cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_rate),     cmocka_unit_test(test_raised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
