/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the rules about single tones turn: each number just kept, and just missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "event/tone_beeps.h"
#include "event/tone_cadence.h"
#include "event/tone_keys.h"
#include "event/tone_runs.h"

static struct cqa_tone_run single(float hz, int64_t start_ms, int64_t length_ms)
{
    return (struct cqa_tone_run){.shape = CQA_SHAPE_SINGLE,
                                 .first = (size_t)(start_ms / CQA_FRAME_MS),
                                 .last = (size_t)((start_ms + length_ms) / CQA_FRAME_MS),
                                 .start_ms = start_ms,
                                 .end_ms = start_ms + length_ms,
                                 .hz = {hz, 0},
                                 .purity = 0.99f,
                                 .level_dbfs = -20,
                                 .rise_db = 30,
                                 .fall_db = 30,
                                 .alone_db = 30};
}

/* ---- keys */

static struct cqa_tone_run key(float low, float high)
{
    struct cqa_tone_run run = single(low, 1000, 100);

    run.shape = CQA_SHAPE_PAIR;
    run.hz[1] = high;
    return run;
}

static void test_keys(void **state)
{
    struct cqa_tone_run run = key(697 * 1.0219f, 1209);

    (void)state;
    assert_int_equal(cqa_tone_key(&run), '1');
    run = key(697 * 1.0221f, 1209);
    assert_int_equal(cqa_tone_key(&run), 0);
    run = key(697, 1209 * 0.9779f);
    assert_int_equal(cqa_tone_key(&run), 0);
    run = key(697, 1209);
    run.purity = 0.8f;
    assert_int_equal(cqa_tone_key(&run), '1');
    run.purity = 0.799f;
    assert_int_equal(cqa_tone_key(&run), 0);
    run.purity = 0.99f;
    run.end_ms = run.start_ms + 3000;
    assert_int_equal(cqa_tone_key(&run), '1');
    run.end_ms++;
    assert_int_equal(cqa_tone_key(&run), 0);
}

/* In a pure one either edge will do, in another one both must be there. */
static void test_edges_of_keys(void **state)
{
    struct cqa_tone_run run = key(697, 1209);

    (void)state;
    run.rise_db = 6;
    run.fall_db = 0;
    run.purity = 0.95f;
    assert_true(cqa_tone_is_key(&run));
    run.rise_db = 5.9f;
    assert_false(cqa_tone_is_key(&run));
    run.rise_db = run.fall_db = 6;
    run.purity = 0.949f;
    assert_true(cqa_tone_is_key(&run));
    run.fall_db = 5.9f;
    assert_false(cqa_tone_is_key(&run));
}

static void test_lone_keys(void **state)
{
    struct cqa_tone_run run = key(697, 1209);

    (void)state;
    run.last = run.first + 3;
    run.wobble = 2;
    run.rise_db = 8;
    assert_true(cqa_tone_is_lone_key(&run));
    run.rise_db = 7.9f;
    assert_false(cqa_tone_is_lone_key(&run));
    run.rise_db = 8;
    run.wobble = 2.01f;
    assert_false(cqa_tone_is_lone_key(&run));
    run.wobble = 2;
    run.last = run.first + 2;
    assert_false(cqa_tone_is_lone_key(&run));
    run.last = run.first + 3;
    run.purity = 1 - 0.0521f; /* 30 dB of noise, twice, and a twentieth */
    assert_false(cqa_tone_is_lone_key(&run));
    run.purity = 1 - 0.0519f;
    assert_true(cqa_tone_is_lone_key(&run));
}

/* ---- cadences */

static void test_times_and_pitches(void **state)
{
    const struct cqa_tone_plan plan = {.hz_count = 1, .hz = {400}};
    const struct cqa_tone_plan narrow = {.hz_count = 1, .hz = {400}, .within_hz = 3};

    (void)state;
    assert_true(cqa_tone_about(350, 300) && cqa_tone_about(250, 300)); /* 50 ms */
    assert_false(cqa_tone_about(351, 300) || cqa_tone_about(249, 300));
    assert_true(cqa_tone_about(2200, 2000)); /* a tenth */
    assert_false(cqa_tone_about(2201, 2000));
    assert_true(cqa_tone_close(409.9f, 400, &plan)); /* 2.5 % */
    assert_false(cqa_tone_close(410.1f, 400, &plan));
    assert_true(cqa_tone_close(402.9f, 400, &narrow));
    assert_false(cqa_tone_close(403.1f, 400, &narrow));
}

/* Pairs closer than 70 Hz show as one tone between them, others do not. */
static void test_blurred_pairs(void **state)
{
    const struct cqa_tone_plan close = {.hz_count = 2, .hz = {400, 469}};
    const struct cqa_tone_plan far = {.hz_count = 2, .hz = {400, 470}};
    const struct cqa_tone_run run = single(435, 1000, 400);

    (void)state;
    assert_true(cqa_tone_has_pitch(&run, &close));
    assert_false(cqa_tone_has_pitch(&run, &far));
}

/* ---- what leaks */

/* How many of two runs are left: the other channel's is later by `late_ms`, longer by `longer_ms`
 * and weaker by `less_db`. */
static size_t left_of(int64_t late_ms, int64_t longer_ms, float less_db, float hz)
{
    struct cqa_tone_run items[2] = {single(440 * 2, 1000, 400),
                                    single(hz, 1000 + late_ms, 400 + longer_ms)};
    struct cqa_tone_runs runs = {items, 2, 2};

    items[1].channel = 1;
    items[1].level_dbfs -= less_db;
    cqa_tone_runs_drop_leaks(&runs);
    return runs.count;
}

static void test_leaks(void **state)
{
    (void)state;
    assert_int_equal(left_of(47, 0, 1, 880), 1);   /* at once, weaker */
    assert_int_equal(left_of(47, 79, 1, 880), 1);  /* and longer by less than 80 ms */
    assert_int_equal(left_of(47, 80, 1, 880), 2);  /* no more */
    assert_int_equal(left_of(48, 60, 5, 880), 2);  /* later it must be weaker by 6 dB, */
    assert_int_equal(left_of(48, 60, 6, 880), 1);  /* as an echo is, */
    assert_int_equal(left_of(48, 47, 1, 880), 1);  /* or of one length */
    assert_int_equal(left_of(599, 60, 6, 880), 1); /* and not too late */
    assert_int_equal(left_of(600, 60, 6, 880), 2);
    assert_int_equal(left_of(0, 0, 1, 880 * 1.0219f), 1); /* within 2.2 % */
    assert_int_equal(left_of(0, 0, 1, 880 * 1.0231f), 2);
}

/* ---- beeps and notices */

enum { COUNT = 2000 }; /* frames, 64 s */

struct call {
    uint8_t class_[COUNT];
    struct cqa_tracks tracks;
};

static void call_set(struct call *call)
{
    memset(call, 0, sizeof *call);
    call->tracks = (struct cqa_tracks){.count = COUNT, .channel_count = 1};
    call->tracks.channel[0].class_ = call->class_;
}

static size_t gather(struct cqa_tone_run *items, size_t count, const struct cqa_tone_plan *plan)
{
    struct cqa_tone_plan plans_items[1] = {plan != NULL ? *plan : (struct cqa_tone_plan){0}};
    const struct cqa_tone_plans plans = {plan != NULL, 1, plans_items};
    struct cqa_tone_runs runs = {items, count, count};
    struct cqa_tones tones = {0};
    struct call call;
    size_t wanted = 0;

    call_set(&call);
    assert_int_equal(cqa_tone_beeps_gather(&runs, &plans, &call.tracks, 0, &tones), CQA_OK);
    for (size_t i = 0; i < tones.burst_count; i++)
        wanted += plan == NULL || tones.bursts[i].notice;
    cqa_tones_finish(&tones);
    return wanted;
}

static size_t is_beep(struct cqa_tone_run run)
{
    return gather(&run, 1, NULL);
}

static void test_beeps(void **state)
{
    struct cqa_tone_run run = single(1000, 1000, 70);

    (void)state;
    assert_true(is_beep(run));
    assert_false(is_beep(single(1000, 1000, 69)));
    assert_true(is_beep(single(1000, 1000, 1600)));
    assert_false(is_beep(single(1000, 1000, 1601)));
    assert_true(is_beep(single(330.1f, 1000, 70)));
    assert_false(is_beep(single(330, 1000, 70)));
    run.purity = 0.92f;
    run.wobble = 2.5f;
    run.rise_db = run.fall_db = 10;
    assert_true(is_beep(run));
    run.purity = 0.821f; /* a tenth of it may be the noise that it stands 10 dB over, */
    assert_true(is_beep(run));
    run.purity = 0.819f;
    assert_false(is_beep(run));
    run.purity = 0.90f; /* and less of one that stands higher */
    run.rise_db = run.fall_db = 30;
    assert_false(is_beep(run));
    run.purity = 0.92f;
    run.fall_db = 10;
    run.wobble = 2.51f;
    assert_false(is_beep(run));
    run.hz[0] = 2000; /* two in a thousand of a higher one are more */
    assert_true(is_beep(run));
    run.fall_db = 9.9f;
    assert_false(is_beep(run));
}

static void test_beeps_of_two(void **state)
{
    struct cqa_tone_run pair = key(1000, 1200);
    struct cqa_tone_run beat = single(0, 1000, 300);

    (void)state;
    pair.wobble = 1.2f;
    pair.rise_db = 14;
    assert_true(is_beep(pair));
    pair.rise_db = 13.9f;
    assert_false(is_beep(pair));
    pair.rise_db = 14;
    pair.wobble = 1.21f;
    assert_false(is_beep(pair));
    beat.shape = CQA_SHAPE_BEAT;
    beat.rise_db = 14;
    assert_true(is_beep(beat));
    beat.rise_db = 13.9f;
    assert_false(is_beep(beat));
    beat.rise_db = 14;
    beat.end_ms--;
    assert_false(is_beep(beat));
}

/* Every 10 s, over 64 s; the last is late by `late_ms`. Returns how many are notices. */
static size_t notices(size_t count, int64_t period_ms, int64_t late_ms)
{
    const struct cqa_tone_plan plan = {.tone = CQA_TONE_RECORDING,
                                       .hz_count = 1,
                                       .hz = {1400},
                                       .beats = 1,
                                       .on_ms = {500},
                                       .off_ms = {period_ms}};
    struct cqa_tone_run items[8];

    for (size_t i = 0; i < count; i++)
        items[i] =
            single(1400, 1000 + (int64_t)i * period_ms + (i + 1 == count ? late_ms : 0), 500);
    return gather(items, count, &plan);
}

static void test_notices(void **state)
{
    (void)state;
    assert_int_equal(notices(4, 10000, 0), 4);
    assert_int_equal(notices(2, 15000, 0), 0); /* three at least, */
    assert_int_equal(notices(3, 14400, 0), 3); /* over 45 % of the 64 s, */
    assert_int_equal(notices(3, 14399, 0), 0); /* no less, */
    assert_int_equal(notices(2, 30000, 0), 2); /* but of slow ones two */
    assert_int_equal(notices(2, 29999, 0), 0);
    assert_int_equal(notices(5, 10000, 45 + 200), 5); /* 45 ms off, and 40 s / 200 */
    assert_int_equal(notices(5, 10000, 45 + 203), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),          cmocka_unit_test(test_edges_of_keys),
        cmocka_unit_test(test_lone_keys),     cmocka_unit_test(test_times_and_pitches),
        cmocka_unit_test(test_blurred_pairs), cmocka_unit_test(test_leaks),
        cmocka_unit_test(test_beeps),         cmocka_unit_test(test_beeps_of_two),
        cmocka_unit_test(test_notices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
