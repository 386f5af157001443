/* Levels, voice, and what can be measured at all, on drawn calls (tests/support/picture.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "measure/make.h"
#include "support/near.h"
#include "support/picture.h"

/* Agent: 8 cells of speech (4.096 s), customer: 4, at -25 dBFS each, over noise of -65. */
#define AGENT "ssssssss....."
#define CUSTOMER ".........ssss"

struct measured {
    struct picture picture;
    struct cqa_measures measures;
    struct cqa_measurable measurable;
    struct cqa_channel_sound sound[2];
};

static void measured_play(struct measured *m)
{
    assert_int_equal(cqa_scene_play(&m->picture.scene), CQA_OK);
    assert_int_equal(cqa_measures_make(&(struct cqa_measure_input){.scene = &m->picture.scene},
                                       &m->measures, &m->measurable, m->sound),
                     CQA_OK);
}

static double value(const struct measured *m, const char *name)
{
    const enum cqa_measure_id id = cqa_measure_find(name);

    assert_true(id < CQA_MEASURE_COUNT);
    return m->measures.value[id];
}

static int has_reason(const struct measured *m, const char *id, enum cqa_aspect what)
{
    for (size_t i = 0; i < m->measurable.reason_count; i++)
        if (strcmp(m->measurable.reasons[i].id, id) == 0 && m->measurable.reasons[i].what == what)
            return 1;
    return 0;
}

static void test_levels(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, CUSTOMER);
    m.picture.frames.leak[1] = (struct cqa_leak){.found = 1, .gain_db = -24.5f, .delay_ms = 40};
    for (size_t t = 150; t < 155; t++) /* in the customer's speech */
        m.picture.frames.channel[1].flat[t] = 3;
    measured_play(&m);
    assert_near(m.sound[0].active_level_dbfs, -25, 0.25);
    assert_near(m.sound[0].noise_dbfs, -65, 0.01);
    assert_near(m.sound[0].clipped_ms, 0, 0);
    assert_near(m.sound[1].clipped_ms, 160, 0);
    assert_near(m.sound[0].leak_db, NAN, 0);
    assert_near(m.sound[1].leak_db, -24.5, 0.01);
    assert_near(m.sound[1].leak_delay_ms, 40, 0.01);
    assert_near(value(&m, "level_agent_dbfs"), m.sound[0].active_level_dbfs, 0);
    assert_near(value(&m, "noise_agent_dbfs"), -65, 0.01);
    assert_near(value(&m, "noise_customer_dbfs"), -65, 0.01);
    assert_near(value(&m, "snr_agent_db"), 65 + m.sound[0].active_level_dbfs, 0.01);
    assert_near(value(&m, "clipped_customer_ms"), 160, 0);
    picture_finish(&m.picture);
}

/* The hangover of 0.2 s counts as active after 4.096 s of speech, and nothing later does. What the
 * classifier takes for music does not, though it is louder. */
static void test_active_level_is_of_speech(void **state)
{
    const double hangover_db = 10 * log10(512.0 / (512 + 25));
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, CUSTOMER);
    measured_play(&m);
    assert_near(m.sound[0].active_level_dbfs, -25 + hangover_db, 0.1);
    picture_finish(&m.picture);
    picture_draw(&m.picture, AGENT, CUSTOMER);
    memset(m.picture.frames.channel[0].sub + 512, 220, 25); /* loud, but music */
    memset(m.picture.tracks.channel[0].class_ + 128, CQA_CLASS_MUSIC, 7);
    measured_play(&m);
    assert_near(m.sound[0].active_level_dbfs, -25, 0.1);
    picture_finish(&m.picture);
}

/* Digital silence is no noise floor. */
static void test_no_noise(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, "ssssssss00000", "000000000ssss");
    measured_play(&m);
    assert_near(m.sound[0].noise_dbfs, NAN, 0);
    assert_near(value(&m, "snr_agent_db"), NAN, 0);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_OK);
    picture_finish(&m.picture);
}

/* ---- voice */

static void voice(struct measured *m, size_t first, size_t last, uint8_t lag)
{
    memset(m->picture.frames.channel[0].harmonicity + first, 200, last - first);
    memset(m->picture.frames.channel[0].lag + first, lag, last - first);
}

/* 51 frames at lag 64 (125 Hz), 77 at lag 80 (100 Hz): 10th and 90th percentiles are 12 log2(80/64)
 * semitones apart. */
static void test_pitch(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, CUSTOMER);
    voice(&m, 0, 51, 64);
    voice(&m, 51, 128, 80);
    voice(&m, 128, 200, 20); /* not speech: says nothing */
    measured_play(&m);
    assert_near(value(&m, "pitch_agent_median_hz"), 100, 0.01);
    assert_near(value(&m, "pitch_agent_range_semitones"), 12 * log2(80.0 / 64), 0.001);
    assert_near(value(&m, "pitch_customer_median_hz"), NAN, 0);
    picture_finish(&m.picture);
    picture_draw(&m.picture, AGENT, CUSTOMER);
    voice(&m, 0, 29, 64); /* less than a second voiced */
    measured_play(&m);
    assert_near(value(&m, "pitch_agent_median_hz"), NAN, 0);
    picture_finish(&m.picture);
}

/* Syllables of 160 ms with dips of 160 ms between them: 13 begin to fall within 4.096 s. */
static void test_rate(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, CUSTOMER);
    voice(&m, 0, 128, 80);
    for (size_t s = 0; s < 512; s++)
        m.picture.frames.channel[0].sub[s] = s % 40 < 20 ? 170 : 140;
    measured_play(&m);
    assert_near(value(&m, "syllable_rate_agent"), 13 / 4.096, 0.001);
    assert_near(value(&m, "syllable_rate_customer"), 0, 0); /* nothing voiced */
    picture_finish(&m.picture);
    picture_draw(&m.picture, "sss..........", CUSTOMER); /* 1.5 s are too few */
    measured_play(&m);
    assert_near(value(&m, "syllable_rate_agent"), NAN, 0);
    picture_finish(&m.picture);
}

/* Two seconds 10 dB over the party's own median, one 5 dB over it. */
static void test_raised(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, "ssssssssssssssssssss..", "......................");
    voice(&m, 0, 320, 80);
    memset(m.picture.frames.channel[0].level + 93, 190, 62);
    memset(m.picture.frames.channel[0].level + 186, 180, 31);
    measured_play(&m);
    assert_near(value(&m, "raised_voice_agent_ms"), 62 * 32, 0);
    assert_near(value(&m, "raised_voice_customer_ms"), NAN, 0);
    assert_near(value(&m, "level_agent_range_db"), (190 - 170) / 2.0, 0); /* a fifth is 190 */
    assert_near(value(&m, "level_customer_range_db"), NAN, 0);
    picture_finish(&m.picture);
}

/* ---- what can be measured */

static void test_all_well(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, CUSTOMER);
    measured_play(&m);
    for (int a = 0; a < CQA_ASPECT_COUNT; a++)
        assert_int_equal(m.measurable.aspect[a], CQA_QUALITY_OK);
    assert_int_equal(m.measurable.reason_count, 0);
    assert_near(value(&m, "overtalk_total_ms"), 0, 0);
    picture_finish(&m.picture);
}

/* Noise `noise` half decibels over the bottom; the speech is at 170. */
static void expect_noise(uint8_t noise, enum cqa_quality wanted)
{
    struct measured m;

    picture_draw(&m.picture, AGENT, CUSTOMER);
    for (size_t t = 0; t < m.picture.frames.count; t++)
        for (int c = 0; c < 2; c++)
            if (m.picture.tracks.channel[c].class_[t] == CQA_CLASS_NONE)
                m.picture.frames.channel[c].level[t] = noise;
    measured_play(&m);
    for (int a = CQA_ASPECT_SPEECH; a <= CQA_ASPECT_HOLD; a++) {
        assert_int_equal(m.measurable.aspect[a], wanted);
        assert_int_equal(has_reason(&m, "noise", (enum cqa_aspect)a), wanted != CQA_QUALITY_OK);
    }
    assert_int_equal(isnan(value(&m, "talk_agent_ms")), wanted == CQA_QUALITY_NOT_MEASURABLE);
    assert_int_equal(isnan(value(&m, "silence_count")), wanted == CQA_QUALITY_NOT_MEASURABLE);
    assert_near(value(&m, "duration_ms"), 13 * PICTURE_CELL_MS, 0);
    picture_finish(&m.picture);
}

static void test_noise(void **state)
{
    (void)state;
    expect_noise(145, CQA_QUALITY_OK); /* 12 dB under the active level, -25.2 dBFS */
    expect_noise(146, CQA_QUALITY_DEGRADED);
    expect_noise(161, CQA_QUALITY_DEGRADED); /* 4 dB */
    expect_noise(162, CQA_QUALITY_NOT_MEASURABLE);
}

static void test_clipping(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, CUSTOMER);
    memset(m.picture.frames.channel[0].flat, 5, 13); /* 416 of 4096 ms */
    measured_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_NOT_MEASURABLE);
    assert_true(has_reason(&m, "clipping", CQA_ASPECT_LEVEL));
    assert_near(value(&m, "level_agent_dbfs"), NAN, 0);
    assert_near(value(&m, "talk_agent_ms"), 4096, 0);
    picture_finish(&m.picture);
    picture_draw(&m.picture, AGENT, CUSTOMER);
    memset(m.picture.frames.channel[0].flat, 5, 12); /* 384 */
    measured_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_OK);
    picture_finish(&m.picture);
}

static void test_one_side_and_none(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, AGENT, ".............");
    measured_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_NOT_MEASURABLE);
    assert_string_equal(m.measurable.reasons[0].id, "one_way");
    assert_string_equal(m.measurable.reasons[0].text.en, "nothing is heard of the customer");
    assert_near(value(&m, "overtalk_total_ms"), NAN, 0);
    picture_finish(&m.picture);
    picture_draw(&m.picture, ".............", ".............");
    measured_play(&m);
    assert_true(has_reason(&m, "no_speech", CQA_ASPECT_SPEECH));
    assert_near(value(&m, "overtalk_total_ms"), NAN, 0);
    assert_near(value(&m, "level_agent_dbfs"), NAN, 0);
    picture_finish(&m.picture);
}

/* Half a minute of the agent alone. */
static void expect_one_way(const char *customer, enum cqa_quality silence)
{
    struct measured m;

    picture_draw(&m.picture, "sssss.....sssss.....sssss.....sssss.....sssss.....sssss.....",
                 customer);
    measured_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SILENCE], silence);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SPEECH],
                     silence == CQA_QUALITY_OK ? CQA_QUALITY_OK : CQA_QUALITY_DEGRADED);
    assert_int_equal(has_reason(&m, "one_way", CQA_ASPECT_SILENCE), silence != CQA_QUALITY_OK);
    assert_near(value(&m, "one_way_ms"), silence == CQA_QUALITY_OK ? 0 : 60 * PICTURE_CELL_MS, 0);
    assert_int_equal(isnan(value(&m, "silence_total_ms")), silence == CQA_QUALITY_NOT_MEASURABLE);
    picture_finish(&m.picture);
}

/* Where one side is missing nobody knows whether it was silent, and on a dead line least of all. */
static void test_one_way(void **state)
{
    (void)state;
    expect_one_way("............................................................",
                   CQA_QUALITY_DEGRADED);
    expect_one_way("000000000000000000000000000000000000000000000000000000000000",
                   CQA_QUALITY_NOT_MEASURABLE);
    expect_one_way("......ss....................................................", CQA_QUALITY_OK);
}

static void test_faint(void **state)
{
    (void)state;
    for (int faint = 0; faint < 2; faint++) {
        struct measured m;
        picture_draw(&m.picture, AGENT, CUSTOMER);
        memset(m.picture.frames.channel[0].sub, faint ? 75 : 77, 512); /* -72.5 and -71.5 dBFS */
        for (size_t t = 0; t < m.picture.frames.count; t++)
            if (m.picture.tracks.channel[0].class_[t] == CQA_CLASS_NONE)
                m.picture.frames.channel[0].level[t] = 30;
        memset(m.picture.frames.channel[0].sub + 512, 30, 25);
        measured_play(&m);
        assert_int_equal(m.measurable.aspect[CQA_ASPECT_SILENCE],
                         faint ? CQA_QUALITY_DEGRADED : CQA_QUALITY_OK);
        assert_int_equal(has_reason(&m, "faint", CQA_ASPECT_SPEECH), faint);
        assert_int_equal(m.measurable.aspect[CQA_ASPECT_HOLD], CQA_QUALITY_OK);
        picture_finish(&m.picture);
    }
}

static void test_mono_and_short(void **state)
{
    struct measured m;

    (void)state;
    picture_draw(&m.picture, "sssss", NULL);
    measured_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_DEGRADED);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_DEGRADED);
    assert_true(has_reason(&m, "mono", CQA_ASPECT_SPEECH));
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_HOLD], CQA_QUALITY_DEGRADED);
    assert_true(has_reason(&m, "short", CQA_ASPECT_HOLD));
    assert_near(value(&m, "talk_union_ms"), 5 * PICTURE_CELL_MS, 0);
    assert_near(value(&m, "talk_agent_ms"), NAN, 0);
    assert_near(value(&m, "overtalk_count"), NAN, 0);
    picture_finish(&m.picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),         cmocka_unit_test(test_active_level_is_of_speech),
        cmocka_unit_test(test_no_noise),       cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_rate),           cmocka_unit_test(test_raised),
        cmocka_unit_test(test_all_well),       cmocka_unit_test(test_noise),
        cmocka_unit_test(test_clipping),       cmocka_unit_test(test_one_side_and_none),
        cmocka_unit_test(test_one_way),        cmocka_unit_test(test_faint),
        cmocka_unit_test(test_mono_and_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
