/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be measured at all, on drawn calls (tests/support/picture.h). */
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

static void test_all_well(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, CUSTOMER);
    judged_play(&m);
    for (int a = 0; a < CQA_ASPECT_COUNT; a++)
        assert_int_equal(m.measurable.aspect[a], CQA_QUALITY_OK);
    assert_int_equal(m.measurable.reason_count, 0);
    assert_near(judged_value(&m, "overtalk_total_ms"), 0, 0);
    judged_finish(&m);
}

/* Noise `noise` half decibels over the bottom; the speech is at 170. */
static void expect_noise(uint8_t noise, enum cqa_quality wanted)
{
    struct judged m;

    judged_begin(&m, AGENT, CUSTOMER);
    for (size_t t = 0; t < m.picture.frames.count; t++)
        for (int c = 0; c < 2; c++)
            if (m.picture.tracks.channel[c].class_[t] == CQA_CLASS_NONE)
                m.picture.frames.channel[c].level[t] = noise;
    judged_play(&m);
    for (int a = CQA_ASPECT_SPEECH; a <= CQA_ASPECT_HOLD; a++) {
        assert_int_equal(m.measurable.aspect[a], wanted);
        assert_int_equal(judged_has_reason(&m, "noise", (enum cqa_aspect)a),
                         wanted != CQA_QUALITY_OK);
    }
    assert_int_equal(isnan(judged_value(&m, "talk_agent_ms")),
                     wanted == CQA_QUALITY_NOT_MEASURABLE);
    assert_int_equal(isnan(judged_value(&m, "silence_count")),
                     wanted == CQA_QUALITY_NOT_MEASURABLE);
    assert_near(judged_value(&m, "duration_ms"), 13 * PICTURE_CELL_MS, 0);
    judged_finish(&m);
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
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, CUSTOMER);
    memset(m.picture.frames.channel[0].flat, 5, 13); /* 416 of 4096 ms */
    judged_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_NOT_MEASURABLE);
    assert_true(judged_has_reason(&m, "clipping", CQA_ASPECT_LEVEL));
    assert_near(judged_value(&m, "level_agent_dbfs"), NAN, 0);
    assert_near(judged_value(&m, "talk_agent_ms"), 4096, 0);
    judged_finish(&m);
    judged_begin(&m, AGENT, CUSTOMER);
    memset(m.picture.frames.channel[0].flat, 5, 12); /* 384 */
    judged_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_OK);
    judged_finish(&m);
}

static void test_one_side_and_none(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, AGENT, ".............");
    judged_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_NOT_MEASURABLE);
    assert_string_equal(m.measurable.reasons[0].id, "one_way");
    assert_string_equal(m.measurable.reasons[0].text.en, "nothing is heard of the customer");
    assert_near(judged_value(&m, "overtalk_total_ms"), NAN, 0);
    judged_finish(&m);
    judged_begin(&m, ".............", ".............");
    judged_play(&m);
    assert_true(judged_has_reason(&m, "no_speech", CQA_ASPECT_SPEECH));
    assert_near(judged_value(&m, "overtalk_total_ms"), NAN, 0);
    assert_near(judged_value(&m, "level_agent_dbfs"), NAN, 0);
    judged_finish(&m);
}

/* Half a minute of the agent alone. */
static void expect_one_way(const char *customer, enum cqa_quality silence)
{
    struct judged m;

    judged_begin(&m, "sssss.....sssss.....sssss.....sssss.....sssss.....sssss.....", customer);
    judged_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SILENCE], silence);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SPEECH],
                     silence == CQA_QUALITY_OK ? CQA_QUALITY_OK : CQA_QUALITY_DEGRADED);
    assert_int_equal(judged_has_reason(&m, "one_way", CQA_ASPECT_SILENCE),
                     silence != CQA_QUALITY_OK);
    assert_near(judged_value(&m, "one_way_ms"),
                silence == CQA_QUALITY_OK ? 0 : 60 * PICTURE_CELL_MS, 0);
    assert_int_equal(isnan(judged_value(&m, "silence_total_ms")),
                     silence == CQA_QUALITY_NOT_MEASURABLE);
    judged_finish(&m);
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
        struct judged m;
        judged_begin(&m, AGENT, CUSTOMER);
        memset(m.picture.frames.channel[0].sub, faint ? 75 : 77, 512); /* -72.5 and -71.5 dBFS */
        for (size_t t = 0; t < m.picture.frames.count; t++)
            if (m.picture.tracks.channel[0].class_[t] == CQA_CLASS_NONE)
                m.picture.frames.channel[0].level[t] = 30;
        memset(m.picture.frames.channel[0].sub + 512, 30, 25);
        judged_play(&m);
        assert_int_equal(m.measurable.aspect[CQA_ASPECT_SILENCE],
                         faint ? CQA_QUALITY_DEGRADED : CQA_QUALITY_OK);
        assert_int_equal(judged_has_reason(&m, "faint", CQA_ASPECT_SPEECH), faint);
        assert_int_equal(m.measurable.aspect[CQA_ASPECT_HOLD], CQA_QUALITY_OK);
        judged_finish(&m);
    }
}

static void test_mono_and_short(void **state)
{
    struct judged m;

    (void)state;
    judged_begin(&m, "sssss", NULL);
    judged_play(&m);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_OVERTALK], CQA_QUALITY_DEGRADED);
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_DEGRADED);
    assert_true(judged_has_reason(&m, "mono", CQA_ASPECT_SPEECH));
    assert_int_equal(m.measurable.aspect[CQA_ASPECT_HOLD], CQA_QUALITY_DEGRADED);
    assert_true(judged_has_reason(&m, "short", CQA_ASPECT_HOLD));
    assert_near(judged_value(&m, "talk_union_ms"), 5 * PICTURE_CELL_MS, 0);
    assert_near(judged_value(&m, "talk_agent_ms"), NAN, 0);
    assert_near(judged_value(&m, "overtalk_count"), NAN, 0);
    judged_finish(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_well),       cmocka_unit_test(test_noise),
        cmocka_unit_test(test_clipping),       cmocka_unit_test(test_one_side_and_none),
        cmocka_unit_test(test_one_way),        cmocka_unit_test(test_faint),
        cmocka_unit_test(test_mono_and_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
