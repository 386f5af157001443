/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings that bear no verdict, or only in part, through the whole chain: the calls of samples/
 * with what recorders do to them. In none does anything cost a point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "analysis/analyze.h"
#include "support/near.h"
#include "support/recording.h"
#include "support/telephone.h"

#define SAMPLES CQA_SOURCE_DIR "/samples/"
#define TALK                                                                                       \
    "in-8003-13800138003-20251120-103411-1763606051.31.ogg"           /* 50 s without a deduction  \
                                                                       */
#define MUSIC "in-8001-13800138004-20251120-110237-1763607757.44.mp3" /* 10 to 76 s are music */

enum { SECOND = 8000, PCM = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };

static struct cqa_instruments *instruments;
static struct cqa_rubric *standard;
static struct heard talk;

static int set_up(void **state)
{
    struct cqa_problems problems = {0};
    struct cqa_error error;

    (void)state;
    standard = cqa_rubric_load(CQA_SOURCE_DIR "/models/rubrics/standard.yaml", &problems);
    cqa_problems_finish(&problems);
    talk = recording_hear(open(SAMPLES TALK, O_RDONLY | O_CLOEXEC), TALK, 4096);
    return standard != NULL && talk.status == CQA_OK &&
                   cqa_instruments_create(&instruments, &error) == CQA_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    heard_finish(&talk);
    cqa_instruments_destroy(instruments);
    cqa_rubric_destroy(standard);
    return 0;
}

/* A copy of the talk, twice over: `pairs` of them. */
static float *copy_talk(size_t *pairs)
{
    const size_t size = 2 * talk.pairs * sizeof(float);
    float *samples = malloc(2 * size);

    assert_non_null(samples);
    memcpy(samples, talk.samples, size);
    memcpy(samples + 2 * talk.pairs, talk.samples, size);
    *pairs = 2 * talk.pairs;
    return samples;
}

static const struct cqa_call plain = {.id = "1"};

static struct cqa_result analyze(int format, int channels, const float *frames, size_t count,
                                 const struct cqa_call *call)
{
    struct cqa_result result = {.path = NULL};
    struct cqa_failure failure = {.reason = ""};
    const int fd = recording_of_frames(format, SECOND, channels, frames, count);
    const char *name = "a.wav";
    const struct cqa_call_files files = {&fd, &name};

    if (cqa_analyze(instruments, &files, NULL, call, &result, &failure) != CQA_OK)
        fail_msg("%s: %s", failure.reason, cqa_english(&failure.message));
    close(fd);
    return result;
}

static void expect_no_points(struct cqa_result *result)
{
    const struct cqa_rubric_input input = {.events = result->events.items,
                                           .event_count = result->events.count,
                                           .measures = &result->measures,
                                           .measurable = &result->measurable,
                                           .duration_ms = result->recording.duration_ms,
                                           .mono = result->recording.layout != CQA_LAYOUT_STEREO};

    assert_int_equal(cqa_rubric_apply(standard, &input, &result->arena, &result->score), CQA_OK);
    for (size_t i = 0; i < result->score.deduction_count; i++)
        if (result->score.deductions[i].points > 0)
            fail_msg("%s costs %g", result->score.deductions[i].rule,
                     result->score.deductions[i].points);
    assert_near(result->score.total, 100, 0);
}

static const struct cqa_event *find(const struct cqa_result *result, enum cqa_event_type type)
{
    for (size_t i = 0; i < result->events.count; i++)
        if (result->events.items[i].type == type)
            return &result->events.items[i];
    return NULL;
}

static void expect_event(const struct cqa_result *result, enum cqa_event_type type, double start_s,
                         double end_s)
{
    const struct cqa_event *event = find(result, type);

    assert_non_null(event);
    assert_near(event->start_ms, 1000 * start_s, 250);
    assert_near(event->end_ms, 1000 * end_s, 250);
}

/* Whether the aspect has a span for that reason over those seconds. */
static void expect_span(const struct cqa_result *result, enum cqa_aspect what, const char *reason,
                        double start_s, double end_s)
{
    for (size_t i = 0; i < result->measurable.span_count; i++) {
        const struct cqa_unmeasured *span = &result->measurable.spans[i];
        if (span->what == what && strcmp(span->reason, reason) == 0 &&
            fabs((double)span->start_ms - 1000 * start_s) < 250 &&
            fabs((double)span->end_ms - 1000 * end_s) < 250)
            return;
    }
    fail_msg("no span of %s for %s", cqa_aspect_words[what], reason);
}

static int has_reason(const struct cqa_result *result, const char *id)
{
    for (size_t i = 0; i < result->measurable.reason_count; i++)
        if (strcmp(result->measurable.reasons[i].id, id) == 0)
            return 1;
    return 0;
}

/* Writes `with` into those seconds of the channels, a bit each. */
static void replace(float *samples, unsigned channels, double start_s, double end_s, float noise)
{
    uint32_t seed = 99;

    for (size_t i = (size_t)(start_s * SECOND); i < (size_t)(end_s * SECOND); i++) {
        const float value = noise * telephone_noise(&seed);
        for (size_t c = 0; c < 2; c++)
            if (channels >> c & 1u)
                samples[2 * i + c] = value;
    }
}

static float *mixed(size_t *count)
{
    float *samples = copy_talk(count);

    for (size_t i = 0; i < *count; i++)
        samples[i] = 0.5f * (samples[2 * i] + samples[2 * i + 1]);
    return samples;
}

/* ---- nothing was done to it */

static void test_as_it_is(void **state)
{
    size_t count;
    float *samples = copy_talk(&count);
    struct cqa_result result = analyze(PCM, 2, samples, count, &plain);

    (void)state;
    assert_int_equal(result.recording.layout, CQA_LAYOUT_STEREO);
    assert_int_equal(result.measurable.span_count, 0);
    assert_int_equal(result.measurable.reason_count, 0);
    assert_true(result.measurable.conversation.talked);
    assert_true(result.measurable.conversation.end_ms > 90000);
    assert_int_equal(result.rules, 2);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

/* ---- what the recorder left out */

static void test_hole(void **state)
{
    static const float noises[] = {0.0f, 0.02f}; /* zeros, a mask */

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        float *samples = copy_talk(&count);
        replace(samples, 3, 40, 75, noises[i]);
        struct cqa_result result = analyze(PCM, 2, samples, count, &plain);
        assert_int_equal(result.recording.layout, CQA_LAYOUT_STEREO);
        expect_event(&result, CQA_EVENT_NOT_RECORDED, 40, 75);
        expect_span(&result, CQA_ASPECT_SILENCE, "not_recorded", 40, 75);
        expect_span(&result, CQA_ASPECT_HOLD, "not_recorded", 40, 75);
        assert_true(result.measurable.conversation.talked);
        assert_true(result.measurable.conversation.end_ms > 90000);
        expect_no_points(&result);
        cqa_result_finish(&result);
        free(samples);
    }
}

static void test_hole_in_a_mix(void **state)
{
    size_t count;
    float *samples = mixed(&count);

    (void)state;
    memset(samples + (size_t)40 * SECOND, 0, (size_t)35 * SECOND * sizeof *samples);
    struct cqa_result result = analyze(SF_FORMAT_WAV | SF_FORMAT_ULAW, 1, samples, count, &plain);
    assert_int_equal(result.recording.layout, CQA_LAYOUT_MONO);
    expect_event(&result, CQA_EVENT_NOT_RECORDED, 40, 75);
    expect_span(&result, CQA_ASPECT_SILENCE, "not_recorded", 40, 75);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

/* ---- lines */

static void test_lost_line(void **state)
{
    size_t count;
    float *samples = copy_talk(&count);

    (void)state;
    replace(samples, 2, 60, (double)count / SECOND, 0.0f);
    struct cqa_result result = analyze(PCM, 2, samples, count, &plain);
    expect_event(&result, CQA_EVENT_LINE_LOST, 60, (double)count / SECOND);
    assert_int_equal(find(&result, CQA_EVENT_LINE_LOST)->side, CQA_PARTY_CUSTOMER);
    expect_span(&result, CQA_ASPECT_SILENCE, "line_lost", 60, (double)count / SECOND);
    assert_true(result.measurable.conversation.end_ms <= 60250);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

static void test_idle_line(void **state)
{
    size_t count;
    float *samples = copy_talk(&count);

    (void)state;
    replace(samples, 2, 64, 80, 0.0f);
    struct cqa_result result = analyze(PCM, 2, samples, count, &plain);
    expect_event(&result, CQA_EVENT_LINE_IDLE, 64, 80);
    assert_int_equal(find(&result, CQA_EVENT_LINE_IDLE)->side, CQA_PARTY_CUSTOMER);
    expect_span(&result, CQA_ASPECT_OVERTALK, "line_idle", 64, 80);
    assert_null(find(&result, CQA_EVENT_LINE_LOST));
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

/* One party's line alone, in one channel or in both: by the profile's word. */
static void expect_leg(int channels)
{
    struct cqa_call call = plain;
    size_t count;
    float *samples = copy_talk(&count);

    call.lines.leg = CQA_LEG_AGENT;
    for (size_t i = 0; i < count; i++) {
        if (channels == 2)
            samples[2 * i + 1] = samples[2 * i];
        else
            samples[i] = samples[2 * i];
    }
    struct cqa_result result = analyze(PCM, channels, samples, count, &call);
    assert_int_equal(result.recording.channels, channels);
    assert_int_equal(result.channel_count, 1);
    assert_int_equal(result.recording.layout, CQA_LAYOUT_LEG);
    assert_int_equal(result.channels[0].role, CQA_ROLE_AGENT);
    assert_null(find(&result, CQA_EVENT_SILENCE));
    assert_null(find(&result, CQA_EVENT_OVERTALK));
    assert_null(find(&result, CQA_EVENT_HOLD));
    assert_true(has_reason(&result, "leg"));
    assert_int_equal(result.measurable.aspect[CQA_ASPECT_SILENCE], CQA_QUALITY_NOT_MEASURABLE);
    assert_false(result.measurable.conversation.talked);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

static void test_leg(void **state)
{
    (void)state;
    expect_leg(1);
    expect_leg(2);
}

/* The same mix in both channels: inverted, and 15 ms late. */
static void test_same_mix(void **state)
{
    static const size_t delays[] = {0, 120};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        size_t count;
        float *mix = mixed(&count);
        float *pairs = calloc(2 * count, sizeof *pairs);
        for (size_t i = 0; i < count; i++) {
            pairs[2 * i] = mix[i];
            pairs[2 * i + 1] = i < delays[k] ? 0.0f : -mix[i - delays[k]];
        }
        struct cqa_result result = analyze(PCM, 2, pairs, count, &plain);
        assert_int_equal(result.recording.layout, CQA_LAYOUT_DUAL_MONO);
        assert_int_equal(result.channel_count, 1);
        assert_int_equal(result.channels[0].role, CQA_ROLE_MIXED);
        assert_true(has_reason(&result, "same_mix"));
        expect_no_points(&result);
        cqa_result_finish(&result);
        free(pairs);
        free(mix);
    }
}

/* The customer's channel 3 s late. */
static void test_out_of_step(void **state)
{
    const size_t late = (size_t)3 * SECOND;
    size_t count;
    float *samples = copy_talk(&count);

    (void)state;
    for (size_t i = count; i-- > 0;)
        samples[2 * i + 1] = i < late ? samples[2 * i + 1] * 0.1f : samples[2 * (i - late) + 1];
    struct cqa_result result = analyze(PCM, 2, samples, count, &plain);
    assert_true(has_reason(&result, "out_of_step"));
    expect_span(&result, CQA_ASPECT_SILENCE, "out_of_step", 0, (double)count / SECOND);
    expect_span(&result, CQA_ASPECT_OVERTALK, "out_of_step", 0, (double)count / SECOND);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

/* ---- machines */

/* Who gave up in the queue leaves music and nothing else: a hold, no silence. */
static void test_abandoned_in_the_queue(void **state)
{
    struct heard heard = recording_hear(open(SAMPLES MUSIC, O_RDONLY | O_CLOEXEC), MUSIC, 4096);

    (void)state;
    assert_int_equal(heard.status, CQA_OK);
    struct cqa_result result =
        analyze(PCM, 2, heard.samples + (size_t)2 * 14 * SECOND, (size_t)58 * SECOND, &plain);
    const struct cqa_event *hold = find(&result, CQA_EVENT_HOLD);
    assert_non_null(hold);
    assert_int_equal(hold->phase, CQA_PHASE_QUEUE);
    assert_true(hold->end_ms - hold->start_ms > 50000);
    assert_false(result.measurable.conversation.talked);
    expect_no_points(&result);
    cqa_result_finish(&result);
    heard_finish(&heard);
}

/* ---- levels */

/* Clipped from the first sample to the last: a result like any other. */
static void test_wholly_clipped(void **state)
{
    size_t count;
    float *samples = copy_talk(&count);

    (void)state;
    for (size_t i = 0; i < 2 * count; i++)
        samples[i] = samples[i] >= 0 ? 0.999f : -0.999f;
    struct cqa_result result = analyze(PCM, 2, samples, count, &plain);
    for (int c = 0; c < 2; c++) {
        assert_true(result.channels[c].clipped_ms > 0);
        assert_true(result.channels[c].clipped_ms <= (double)result.recording.duration_ms);
    }
    assert_int_equal(result.measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_NOT_MEASURABLE);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

/* An offset makes mu-law repeat a large value; nothing is cut off. */
static void test_offset(void **state)
{
    size_t count;
    float *samples = copy_talk(&count);

    (void)state;
    for (size_t i = 0; i < 2 * count; i++)
        samples[i] = 0.5f * samples[i] + 0.06f;
    struct cqa_result result = analyze(SF_FORMAT_WAV | SF_FORMAT_ULAW, 2, samples, count, &plain);
    assert_null(find(&result, CQA_EVENT_CLIPPING));
    assert_null(find(&result, CQA_EVENT_NOT_RECORDED));
    assert_near(result.channels[0].clipped_ms, 0, 0);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

/* ---- roles */

static void test_roles_unknown(void **state)
{
    struct cqa_call call = plain;
    size_t count;
    float *samples = copy_talk(&count);

    (void)state;
    call.lines.roles_unknown = 1;
    replace(samples, 1, 40, 62, 0.0f); /* would be the agent's mute, were it known whose it is */
    struct cqa_result result = analyze(PCM, 2, samples, count, &call);
    for (int c = 0; c < 2; c++)
        assert_int_equal(result.channels[c].role, CQA_ROLE_UNKNOWN);
    for (size_t i = 0; i < result.events.count; i++) {
        assert_int_equal(result.events.items[i].by, CQA_PARTY_NONE);
        assert_int_equal(result.events.items[i].side, CQA_PARTY_NONE);
        assert_int_not_equal(result.events.items[i].kind, CQA_KIND_MUTE);
    }
    assert_true(has_reason(&result, "roles_unknown"));
    assert_near(result.measures.value[CQA_MEASURE_TALK_AGENT], NAN, 0);
    assert_true(result.measures.value[CQA_MEASURE_TALK_UNION] > 0);
    expect_no_points(&result);
    cqa_result_finish(&result);
    free(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_it_is),
        cmocka_unit_test(test_hole),
        cmocka_unit_test(test_hole_in_a_mix),
        cmocka_unit_test(test_lost_line),
        cmocka_unit_test(test_idle_line),
        cmocka_unit_test(test_leg),
        cmocka_unit_test(test_same_mix),
        cmocka_unit_test(test_out_of_step),
        cmocka_unit_test(test_abandoned_in_the_queue),
        cmocka_unit_test(test_wholly_clipped),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_roles_unknown),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
