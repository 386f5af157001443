/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where part of a call cannot be measured, and why, on drawn calls (support/picture.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "support/judged.h"

#define TALK_AGENT "sss...sss.....sss..."
#define TALK_CUSTOMER "...sss...ss.ss...sss"
#define TALK_MIX "ssssss..ss.ss..sssss"

static const enum cqa_aspect all[] = {CQA_ASPECT_SPEECH, CQA_ASPECT_SILENCE, CQA_ASPECT_OVERTALK,
                                      CQA_ASPECT_HOLD, CQA_ASPECT_LEVEL};

/* The aspects, a bit each, of which the spans are `wanted`; of the others there are none. */
static void expect(const char *agent, const char *customer, unsigned aspects, const char *wanted)
{
    struct judged judged;

    judged_draw(&judged, agent, customer);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        judged_expect_spans(&judged, all[i], aspects >> all[i] & 1u ? wanted : "");
    for (size_t i = 0; i < judged.measurable.span_count; i++) {
        const struct cqa_unmeasured *span = &judged.measurable.spans[i];
        assert_true(judged_has_reason(&judged, span->reason, span->what));
        assert_true(span->confidence > 0 && span->confidence <= 1);
        assert_true(i == 0 || span->start_ms >= span[-1].start_ms);
    }
    judged_finish(&judged);
}

enum {
    SILENCE = 1u << CQA_ASPECT_SILENCE,
    OVERTALK = 1u << CQA_ASPECT_OVERTALK,
    HOLD = 1u << CQA_ASPECT_HOLD,
    EVERYTHING = (1u << CQA_ASPECT_COUNT) - 1,
};

static void test_none(void **state)
{
    (void)state;
    expect(TALK_AGENT TALK_AGENT, TALK_CUSTOMER TALK_CUSTOMER, EVERYTHING, "");
    expect(TALK_MIX TALK_MIX, NULL, EVERYTHING, "");
}

static void test_lines(void **state)
{
    (void)state;
    expect(TALK_AGENT "0000000000" TALK_AGENT, TALK_CUSTOMER "0000000000" TALK_CUSTOMER, EVERYTHING,
           "20-30 not_measurable not_recorded");
    expect(TALK_MIX "0000000000" TALK_MIX, NULL, EVERYTHING, "20-30 not_measurable not_recorded");
    expect(TALK_AGENT TALK_AGENT "..sss..sss......", TALK_CUSTOMER TALK_CUSTOMER "0000000000000000",
           SILENCE | OVERTALK | HOLD, "40-56 not_measurable line_lost");
    expect(TALK_AGENT "..sss..sss......" TALK_AGENT, TALK_CUSTOMER "0000000000000000" TALK_CUSTOMER,
           SILENCE | OVERTALK, "20-36 not_measurable line_idle");
}

/* Both lines still through a mute hold: on a customer's line that is gated nobody can tell whether
 * the agent pressed mute, or the recorder was paused. */
static void test_mute_on_a_gated_line(void **state)
{
#define GATED_CUSTOMER "000sss000ss0ss000sss"
    (void)state;
    expect(TALK_AGENT TALK_AGENT "000000000000" TALK_AGENT,
           GATED_CUSTOMER GATED_CUSTOMER "000000000000" GATED_CUSTOMER, SILENCE | HOLD,
           "40-52 degraded not_recorded");
    expect(TALK_AGENT TALK_AGENT "000000000000" TALK_AGENT, /* the customer is heard breathing */
           TALK_CUSTOMER TALK_CUSTOMER "............" TALK_CUSTOMER, EVERYTHING, "");
}

/* What is degraded costs nothing, unless a rule says that it counts. */
static void test_ambiguous_mute_costs_nothing(void **state)
{
    struct judged judged;

    (void)state;
    judged_draw(&judged, TALK_AGENT TALK_AGENT "000000000000" TALK_AGENT,
                GATED_CUSTOMER GATED_CUSTOMER "000000000000" GATED_CUSTOMER);
    const struct cqa_event *hold = picture_first(&judged.picture, CQA_EVENT_HOLD);
    assert_non_null(hold);
    assert_false(cqa_ground_of_event(&judged.measurable, hold, 0).bears);
    assert_true(cqa_ground_of_event(&judged.measurable, hold, 1).bears);
    judged_finish(&judged);
}

/* On a mix, silence that sounds like voices is one as often as not. */
static void test_doubtful_silence(void **state)
{
    static const uint8_t speech[] = {170, 190};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct judged judged = {.leg = CQA_LEG_NONE};
        picture_draw(&judged.picture, TALK_MIX "............" TALK_MIX, NULL);
        memset(judged.picture.tracks.channel[0].posterior[CQA_CLASS_SPEECH] + 20 * PICTURE_CELL,
               speech[i], (size_t)12 * PICTURE_CELL);
        judged_play(&judged);
        judged_expect_spans(&judged, CQA_ASPECT_SILENCE, i == 1 ? "20-32 degraded noise" : "");
        judged_finish(&judged);
    }
}

/* Where nobody says a word all along, speech may be what is not heard: 66 of 255 is enough. */
static void test_doubtful_without_a_word(void **state)
{
    static const char *const calls[] = {"................", "sss............."};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct judged judged = {.leg = CQA_LEG_NONE};
        picture_draw(&judged.picture, calls[i], NULL);
        memset(judged.picture.tracks.channel[0].posterior[CQA_CLASS_SPEECH] + 3 * PICTURE_CELL, 66,
               (size_t)13 * PICTURE_CELL);
        if (i == 0)
            memset(judged.picture.tracks.channel[0].posterior[CQA_CLASS_SPEECH], 66,
                   (size_t)3 * PICTURE_CELL);
        judged_play(&judged);
        judged_expect_spans(&judged, CQA_ASPECT_SILENCE, i == 0 ? "0-16 degraded noise" : "");
        judged_finish(&judged);
    }
}

/* On two channels it is one where a voice stands 15 dB out of the noise, not where 40. */
static void test_doubtful_silence_in_noise(void **state)
{
    static const struct {
        uint8_t noise;
        uint8_t speech;
        const char *wanted;
    } cases[] = {{140, 62, ""}, {140, 66, "20-32 degraded noise"}, {90, 66, ""}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct judged judged = {.leg = CQA_LEG_NONE};
        picture_draw(&judged.picture, TALK_AGENT "............" TALK_AGENT,
                     TALK_CUSTOMER "............" TALK_CUSTOMER);
        struct cqa_channel_frames *rows = &judged.picture.frames.channel[0];
        for (size_t t = 0; t < judged.picture.tracks.count; t++)
            if (rows->level[t] == 90) {
                rows->level[t] = cases[i].noise;
                memset(rows->sub + t * CQA_SUBFRAMES, cases[i].noise, CQA_SUBFRAMES);
            }
        memset(judged.picture.tracks.channel[0].posterior[CQA_CLASS_SPEECH] + 20 * PICTURE_CELL,
               cases[i].speech, (size_t)12 * PICTURE_CELL);
        judged_play(&judged);
        judged_expect_spans(&judged, CQA_ASPECT_SILENCE, cases[i].wanted);
        judged_finish(&judged);
    }
}

/* Nobody has spoken since the music: whoever waits may be waiting still. */
static void test_silence_after_music(void **state)
{
    (void)state;
    expect(TALK_AGENT "MMMMMMMMMMMM............" TALK_AGENT,
           TALK_CUSTOMER "........................" TALK_CUSTOMER, SILENCE,
           "32-44 degraded after_hold");
    expect(TALK_AGENT "MMMMMMMMMMMM.ss.........." TALK_AGENT,
           TALK_CUSTOMER "........................." TALK_CUSTOMER, EVERYTHING, "");
    expect(TALK_AGENT "____________............" TALK_AGENT, /* the agent's line is back */
           TALK_CUSTOMER "........................" TALK_CUSTOMER, EVERYTHING, "");
}

/* The state of the whole call is what holds for most of it. */
static void test_most_of_the_call(void **state)
{
    struct judged judged;

    (void)state;
    judged_draw(&judged, TALK_AGENT "000000000000000000000000000000" TALK_AGENT,
                TALK_CUSTOMER "000000000000000000000000000000" TALK_CUSTOMER);
    assert_int_equal(judged.measurable.aspect[CQA_ASPECT_SILENCE], CQA_QUALITY_OK);
    judged_finish(&judged);
    judged_draw(&judged, TALK_AGENT "00000000000000000000000000000000000000000000" TALK_AGENT,
                TALK_CUSTOMER "00000000000000000000000000000000000000000000" TALK_CUSTOMER);
    assert_int_equal(judged.measurable.aspect[CQA_ASPECT_SILENCE], CQA_QUALITY_NOT_MEASURABLE);
    assert_int_equal(judged.measurable.aspect[CQA_ASPECT_LEVEL], CQA_QUALITY_NOT_MEASURABLE);
    judged_finish(&judged);
}

/* Shifted channels are so all along. */
static void test_out_of_step(void **state)
{
    (void)state;
    expect("..ssssss......sssssss.....ssssss........", "...ssssss......ssssss.....sssss.........",
           SILENCE | OVERTALK, "0-40 not_measurable out_of_step");
}

/* Whose channel is whose does not touch what is silent. */
static void test_roles_unknown(void **state)
{
    struct judged judged = {.leg = CQA_LEG_NONE};

    (void)state;
    picture_draw(&judged.picture, TALK_AGENT TALK_AGENT, TALK_CUSTOMER TALK_CUSTOMER);
    judged.picture.scene.roles_unknown = 1;
    judged_play(&judged);
    assert_int_equal(judged.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_DEGRADED);
    assert_true(judged_has_reason(&judged, "roles_unknown", CQA_ASPECT_SPEECH));
    assert_int_equal(judged.measurable.aspect[CQA_ASPECT_SILENCE], CQA_QUALITY_OK);
    assert_int_equal(judged.measurable.span_count, 0);
    assert_true(judged_value(&judged, "talk_union_ms") > 0);
    assert_true(judged_value(&judged, "talk_agent_ms") != judged_value(&judged, "talk_agent_ms"));
    judged_finish(&judged);
}

static void test_same_mix(void **state)
{
    struct judged judged = {.leg = CQA_LEG_NONE};

    (void)state;
    picture_draw(&judged.picture, TALK_MIX TALK_MIX, NULL);
    judged.picture.scene.same_mix = 1;
    judged_play(&judged);
    assert_true(judged_has_reason(&judged, "same_mix", CQA_ASPECT_SPEECH));
    judged_finish(&judged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_mute_on_a_gated_line),
        cmocka_unit_test(test_ambiguous_mute_costs_nothing),
        cmocka_unit_test(test_doubtful_silence),
        cmocka_unit_test(test_doubtful_silence_in_noise),
        cmocka_unit_test(test_doubtful_without_a_word),
        cmocka_unit_test(test_silence_after_music),
        cmocka_unit_test(test_most_of_the_call),
        cmocka_unit_test(test_out_of_step),
        cmocka_unit_test(test_roles_unknown),
        cmocka_unit_test(test_same_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
