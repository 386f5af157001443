/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file with one channel that holds one party's line: known by the profile, or by nobody ever
 * answering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/judged.h"

static int is_leg(const char *line, enum cqa_leg known)
{
    struct judged judged = {.leg = known};

    picture_draw(&judged.picture, line, NULL);
    judged_play(&judged);
    const int leg = judged.measurable.leg;
    judged_finish(&judged);
    return leg;
}

/* What one party says alone is parted by the other's turns: long pauses, little talk. */
static void test_nobody_answers(void **state)
{
    (void)state;
    assert_true(is_leg("..ss.....sss.......sss......ss....ss....ss.......ss.......", CQA_LEG_NONE));
    assert_false(
        is_leg("..ss.sssss.sss..sss.sss.s...ss.ssss..sss.s.ssss.ss.sss....", CQA_LEG_NONE));
    assert_false(
        is_leg("..ss.....sss.......ss......................", CQA_LEG_NONE)); /* two pauses */
    assert_false(
        is_leg("ssssssss.....sssssss.....ssssssss....sssssss.....sssssssss.", CQA_LEG_NONE));
    assert_false(is_leg("...........................................", CQA_LEG_NONE));
}

/* Pauses in which a hold lasts are no witnesses. */
static void test_explained_pauses(void **state)
{
    (void)state;
    assert_false(
        is_leg("ssss.sssMMMMMMMMMMMMssssss.ssMMMMMMMMMMMMsss.ssMMMMMMMMMMMMssss", CQA_LEG_NONE));
    assert_true(
        is_leg("ssss.sss............ssssss.ss............sss.ss............ssss", CQA_LEG_NONE));
}

static int is_leg_of(const char *voices)
{
    struct judged judged = {.leg = CQA_LEG_NONE};

    judged_play_voices(&judged, voices);
    const int leg = judged.measurable.leg;
    judged_finish(&judged);
    return leg;
}

/* One who answers in another voice, and goes on to, is another party, however long the pauses are.
 */
static void test_another_voice(void **state)
{
    (void)state;
    assert_true(is_leg_of("111.11........111.11.........111.11........111.11.........111.11."));
    assert_false(is_leg_of("111.33.111....111.33.........111.11........111.33.........111.33."));
}

/* The profile's word goes before. */
static void test_known(void **state)
{
    (void)state;
    assert_true(
        is_leg("..ss.sssss.sss..sss.sss.s...ss.ssss..sss.s.ssss.ss.sss....", CQA_LEG_AGENT));
    assert_true(
        is_leg("..ss.sssss.sss..sss.sss.s...ss.ssss..sss.s.ssss.ss.sss....", CQA_LEG_SOMEBODY));
}

/* Two channels are none, and neither is one mix in both. */
static void test_not_on_two(void **state)
{
    struct judged judged = {.leg = CQA_LEG_AGENT};

    (void)state;
    picture_draw(&judged.picture, "..ss.....sss.......sss......ss....ss....",
                 "........................................");
    judged_play(&judged);
    assert_false(judged.measurable.leg);
    judged_finish(&judged);
    judged = (struct judged){.leg = CQA_LEG_NONE};
    picture_draw(&judged.picture, "..ss.....sss.......sss......ss....ss....ss.......ss.......",
                 NULL);
    judged.picture.scene.same_mix = 1;
    judged_play(&judged);
    assert_false(judged.measurable.leg);
    judged_finish(&judged);
}

/* What needs the other party cannot be measured, and nobody talks with anybody. */
static void test_what_it_takes(void **state)
{
    static const enum cqa_aspect lost[] = {CQA_ASPECT_SILENCE, CQA_ASPECT_OVERTALK,
                                           CQA_ASPECT_HOLD};
    struct judged judged;

    (void)state;
    judged_draw(&judged, "..ss.....sss.......sss......ss....ss....ss.......ss.......", NULL);
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        assert_int_equal(judged.measurable.aspect[lost[i]], CQA_QUALITY_NOT_MEASURABLE);
        assert_true(judged_has_reason(&judged, "leg", lost[i]));
    }
    assert_int_not_equal(judged.measurable.aspect[CQA_ASPECT_SPEECH], CQA_QUALITY_NOT_MEASURABLE);
    judged_expect_conversation(&judged, "");
    judged_finish(&judged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_answers), cmocka_unit_test(test_explained_pauses),
        cmocka_unit_test(test_another_voice),  cmocka_unit_test(test_known),
        cmocka_unit_test(test_not_on_two),     cmocka_unit_test(test_what_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
