/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of a voice and its line, from samples whose truth is known: through the very pass that
 * recordings go through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/near.h"
#include "support/telephone.h"
#include "verdict/verdict.h"

enum { RATE = 8000, SECONDS = 24, COUNT = SECONDS * RATE };

/* The agent talks for the first half, the customer for the second. */
struct call {
    float sound[2][COUNT];
    struct cqa_frames frames;
    struct cqa_tracks tracks;
    struct cqa_scene scene;
    struct cqa_measures measures;
    struct cqa_measurable measurable;
    struct cqa_channel_sound line[2];
};

static struct call *call_open(void)
{
    struct call *call = calloc(1, sizeof *call);

    assert_non_null(call);
    return call;
}

/* A vowel: harmonics of `hz` up to 3.4 kHz, each 6 dB an octave weaker, of an RMS of about
 * `level`. */
static float vowel(double hz, size_t i)
{
    double sum = 0;

    for (int h = 1; h * hz < 3400; h++)
        sum += sin(2 * M_PI * h * hz * (double)i / RATE) / h;
    return (float)sum;
}

/* `per_second` syllables, each with half a cosine for its rise and fall, down to a tenth. */
static void talk(float *samples, double from_s, double to_s, double hz, double per_second,
                 float level)
{
    for (size_t i = (size_t)(from_s * RATE); i < (size_t)(to_s * RATE); i++) {
        const double t = (double)i / RATE - from_s;
        const double shape = 0.55 - 0.45 * cos(2 * M_PI * per_second * t);
        samples[i] += level * (float)shape * vowel(hz, i);
    }
}

static void add_noise(float *samples, float amplitude, uint32_t seed)
{
    for (size_t i = 0; i < COUNT; i++)
        samples[i] += amplitude * telephone_noise(&seed);
}

/* Says of each party that it speaks in its half, and measures. */
static void call_measure(struct call *call)
{
    call->frames = telephone_frames(call->sound[0], call->sound[1], COUNT, 0);
    call->tracks = (struct cqa_tracks){.count = call->frames.count, .channel_count = 2};
    call->scene = (struct cqa_scene){
        .frames = &call->frames, .tracks = &call->tracks, .duration_ms = (int64_t)SECONDS * 1000};
    for (int c = 0; c < 2; c++) {
        const int64_t start_ms = c == 0 ? 1000 : 13000;
        call->tracks.channel[c].class_ = calloc(call->frames.count + 1, 1);
        memset(call->tracks.channel[c].class_ + start_ms / CQA_FRAME_MS, CQA_CLASS_SPEECH,
               10000 / CQA_FRAME_MS);
        assert_int_equal(cqa_spans_add(&call->scene.speech[c], start_ms, start_ms + 10000), CQA_OK);
    }
    assert_int_equal(cqa_exchange_find(&call->scene, &call->scene.exchange), CQA_OK);
    call->scene.lines.lost_ms[0] = call->scene.lines.lost_ms[1] = call->scene.duration_ms;
    assert_int_equal(cqa_verdict_make(&(struct cqa_measure_input){.scene = &call->scene},
                                      &call->measures, &call->measurable, call->line),
                     CQA_OK);
}

static void call_close(struct call *call)
{
    free(call->tracks.channel[0].class_);
    free(call->tracks.channel[1].class_);
    cqa_frames_finish(&call->frames);
    cqa_scene_finish(&call->scene);
    cqa_measurable_finish(&call->measurable);
    free(call);
}

static double value(const struct call *call, const char *name)
{
    const enum cqa_measure_id id = cqa_measure_find(name);

    assert_true(id < CQA_MEASURE_COUNT);
    return call->measures.value[id];
}

/* Two voices of different pitch and speed. */
static void test_pitch_and_rate(void **state)
{
    struct call *call = call_open();

    (void)state;
    talk(call->sound[0], 1, 11, 120, 4, 0.05f);
    talk(call->sound[1], 13, 23, 210, 5.5, 0.05f);
    add_noise(call->sound[0], 0.001f, 1);
    add_noise(call->sound[1], 0.001f, 2);
    call_measure(call);
    assert_near(value(call, "pitch_agent_median_hz"), 120, 2);
    assert_near(value(call, "pitch_customer_median_hz"), 210, 4);
    assert_near(value(call, "pitch_agent_range_semitones"), 0, 0.5);
    assert_near(value(call, "syllable_rate_agent"), 4, 0.2);
    assert_near(value(call, "syllable_rate_customer"), 5.5, 0.3);
    assert_near(value(call, "talk_agent_ms"), 10000, 0);
    call_close(call);
}

/* Noise uniform in ±a has a power of a²/3; 100 to 3950 Hz hold most of it. */
static void test_noise_and_snr(void **state)
{
    struct call *call = call_open();

    (void)state;
    talk(call->sound[0], 1, 11, 120, 4, 0.05f);
    talk(call->sound[1], 13, 23, 210, 4, 0.05f);
    add_noise(call->sound[0], 0.002f, 1);
    add_noise(call->sound[1], 0.01f, 2);
    call_measure(call);
    const double faint = 10 * log10(0.002 * 0.002 / 3);
    assert_near(value(call, "noise_agent_dbfs"), faint, 1.5);
    assert_near(value(call, "noise_customer_dbfs"), faint + 14, 1.5);
    assert_near(value(call, "snr_agent_db"),
                value(call, "level_agent_dbfs") - value(call, "noise_agent_dbfs"), 1e-9);
    assert_int_equal(call->measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_OK);
    call_close(call);
}

/* Three seconds of ten 12 dB louder are raised; a party that is loud all along is not. */
static void test_raised_against_the_own_norm(void **state)
{
    struct call *call = call_open();

    (void)state;
    talk(call->sound[0], 1, 5, 120, 4, 0.02f);
    talk(call->sound[0], 5, 8, 120, 4, 0.08f);
    talk(call->sound[0], 8, 11, 120, 4, 0.02f);
    talk(call->sound[1], 13, 23, 120, 4, 0.08f);
    add_noise(call->sound[0], 0.001f, 1);
    add_noise(call->sound[1], 0.001f, 2);
    call_measure(call);
    assert_near(value(call, "raised_voice_agent_ms"), 3000, 1000);
    assert_near(value(call, "raised_voice_customer_ms"), 0, 0);
    assert_true(value(call, "level_agent_range_db") > value(call, "level_customer_range_db") + 2);
    call_close(call);
}

/* What is cut at half of full scale lies on flat tops. */
static void test_clipping(void **state)
{
    struct call *call = call_open();

    (void)state;
    talk(call->sound[0], 1, 11, 120, 4, 0.6f);
    talk(call->sound[1], 13, 23, 210, 4, 0.05f);
    add_noise(call->sound[1], 0.001f, 2);
    for (size_t i = 0; i < COUNT; i++)
        call->sound[0][i] = fminf(0.5f, fmaxf(-0.5f, call->sound[0][i]));
    call_measure(call);
    assert_true(value(call, "clipped_customer_ms") == 0 ||
                isnan(value(call, "clipped_customer_ms")));
    assert_true(call->line[0].clipped_ms > 4000);
    assert_near(call->line[1].clipped_ms, 0, 0);
    assert_int_equal(call->measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_NOT_MEASURABLE);
    call_close(call);
}

/* 6 dB more gain are 6 dB more level, on all of it. */
static void test_gain(void **state)
{
    double level[2];
    double range[2];

    (void)state;
    for (int loud = 0; loud < 2; loud++) {
        struct call *call = call_open();
        const float gain = loud ? 0.05f : 0.025f;
        talk(call->sound[0], 1, 11, 120, 4, gain);
        talk(call->sound[1], 13, 23, 210, 4, gain);
        add_noise(call->sound[0], gain / 50, 1);
        add_noise(call->sound[1], gain / 50, 2);
        call_measure(call);
        level[loud] = value(call, "level_agent_dbfs");
        range[loud] = value(call, "level_agent_range_db");
        call_close(call);
    }
    assert_near(level[1] - level[0], 6.02, 0.1);
    assert_near(range[1], range[0], 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pitch_and_rate),
        cmocka_unit_test(test_noise_and_snr),
        cmocka_unit_test(test_raised_against_the_own_norm),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_gain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
