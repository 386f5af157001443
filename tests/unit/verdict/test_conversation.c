/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From when both parties have been heard to the last word of whichever falls silent first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/judged.h"

static void expect(const char *agent, const char *customer, const char *wanted)
{
    struct judged judged;

    judged_draw(&judged, agent, customer);
    judged_expect_conversation(&judged, wanted);
    judged_finish(&judged);
}

/* What the other says without a pause of 3 s (6 cells) still belongs to it. */
static void test_bounds(void **state)
{
    (void)state;
    expect("..sss.....sss.....", /* */
           "......ss..........", "6-13");
    expect("..sss.....sss.....", /* */
           "......ss.......ss.", "6-17");
    expect("......ss.......ss.", /* */
           "..sss.....sss.....", "6-17");
    expect("..sss.....sss............", /* an answer that comes too late */
           "......ss...........ss....", "6-13");
    expect("..sss.....sss............", /* */
           "......ss..........ss.....", "6-20");
    expect("..sss.....sss..........................", /* and what is said after that */
           "......ss.......ss...ss....ss......ss...", "6-28");
}

/* A menu before the agent, a survey after: nobody answers them. */
static void test_machines(void **state)
{
    (void)state;
    expect("sssss.sssss.sssss......sss.....sss.....", /* */
           "...........................ss......sss.", "27-38");
    expect("..sss.....sss...........sssss.sssss.sssss..", /* */
           "......ss.......ss..........................", "6-17");
}

static void test_nobody(void **state)
{
    (void)state;
    expect("sssss.sssss.sssss......sss.....sss.....", /* */
           ".......................................", "");
    expect(".......................................", /* */
           "sssss.sssss.sssss......sss.....sss.....", "");
    expect("...................", "...................", "");
    expect("...................", NULL, "");
}

/* After a line is gone the other may talk to nobody. */
static void test_lost(void **state)
{
    (void)state;
    expect("sss...sss.....sss...sss...sss.....sss...ssss...ssss...ssss..", /* */
           "...sss...ss.ss...sss...sss...ss.ss...sss00000000000000000000", "3-40");
    expect("sss...sss.....sss.......................ssss...ssss...ssss..", /* before it answered */
           "........................................00000000000000000000", "");
}

/* Nobody comes back from a hold that begins with the last word: it lies behind the talk. */
static void test_hold_at_the_end(void **state)
{
    struct judged judged;

    (void)state;
    judged_draw(&judged, "sss...sss.....sss...MMMMMMMMMMMMMMMMMMMM",
                "...sss...ss.ss...sss....................");
    const struct cqa_event *hold = picture_first(&judged.picture, CQA_EVENT_HOLD);
    assert_non_null(hold);
    assert_true(judged.measurable.conversation.end_ms < hold->start_ms);
    assert_false(cqa_ground_of_event(&judged.measurable, hold, 0).bears);
    judged_finish(&judged);
}

/* ---- a hold from which nobody comes back */

/* Where the conversation ends, in cells, when music plays on the agent's line from cell 21 to 40,
 * with keys at cell `keys` unless 0. */
static int64_t ends_beside_music(const char *agent, const char *customer, int keys)
{
    struct judged judged = {.leg = CQA_LEG_NONE};
    const struct cqa_event hold = {.type = CQA_EVENT_HOLD,
                                   .kind = CQA_KIND_MUSIC,
                                   .start_ms = (int64_t)21 * PICTURE_CELL_MS,
                                   .end_ms = (int64_t)40 * PICTURE_CELL_MS};
    const struct cqa_event key = {.type = CQA_EVENT_DTMF,
                                  .start_ms = (int64_t)keys * PICTURE_CELL_MS,
                                  .end_ms = (int64_t)(keys + 1) * PICTURE_CELL_MS};

    picture_draw(&judged.picture, agent, customer);
    assert_int_equal(cqa_scene_play(&judged.picture.scene), CQA_OK);
    assert_true(cqa_events_add(&judged.picture.scene.events, &hold));
    assert_true(keys == 0 || cqa_events_add(&judged.picture.scene.events, &key));
    cqa_verdict_find_conversation(&judged.picture.scene, &judged.measurable.conversation);
    const int64_t end_ms = judged.measurable.conversation.end_ms;
    judged_finish(&judged);
    return (end_ms + PICTURE_CELL_MS / 2) / PICTURE_CELL_MS;
}

static void test_voices_over_music(void **state)
{
    (void)state;
    assert_int_equal(/* who speaks over the music was not the agent, for nothing came after it */
                     ends_beside_music("sss...sss.....sss.......ssss......sss...............",
                                       "...sss...ss.ss...sss................................", 0),
                     20);
    assert_int_equal(/* nor where the customer is heard behind it */
                     ends_beside_music("sss...sss.....sss.......ssss......sss...............",
                                       "...sss...ss.ss...sss.....................ss.........", 0),
                     20);
    assert_int_equal(/* who comes back has been there */
                     ends_beside_music("sss...sss.....sss.......ssss..............sss.......",
                                       "...sss...ss.ss...sss.....................ss.........", 0),
                     45);
}

/* Nobody is asked for keys by an agent who holds the line. */
static void test_keys_over_music(void **state)
{
    const char *agent = "sss...sss.....sss........................ss.........";
    const char *customer = "...sss...ss.ss...sss..........ss....................";

    (void)state;
    assert_int_equal(ends_beside_music(agent, customer, 0), 32);
    assert_int_equal(ends_beside_music(agent, customer, 38), 20);
}

/* ---- a machine that asks for keys, on the agent's line */

static void set_voice(struct judged *judged, size_t first_cell, size_t last_cell, uint8_t lag,
                      int tilt)
{
    struct cqa_channel_frames *rows = &judged->picture.frames.channel[0];

    for (size_t t = first_cell * PICTURE_CELL; t < last_cell * PICTURE_CELL; t++) {
        rows->lag[t] = lag;
        rows->harmonicity[t] = 220;
        for (int b = 0; b < CQA_BANDS; b++)
            rows->band[b][t] = (uint8_t)(146 + tilt * (b - CQA_BANDS / 2));
    }
}

/* Keys at cell 44, after a voice of that lag was heard asking for them. */
static int64_t ends_with(uint8_t lag, int tilt)
{
    struct judged judged = {.leg = CQA_LEG_NONE};
    struct cqa_event keys = {.type = CQA_EVENT_DTMF,
                             .start_ms = (int64_t)44 * PICTURE_CELL_MS,
                             .end_ms = (int64_t)45 * PICTURE_CELL_MS};

    picture_draw(&judged.picture, "ssss...sss..............sssss.sssss.sssss.....sss..",
                 "....sss............sss.............................");
    set_voice(&judged, 0, 20, 80, -2);
    set_voice(&judged, 20, 51, lag, tilt);
    assert_int_equal(cqa_scene_play(&judged.picture.scene), CQA_OK);
    assert_true(cqa_events_add(&judged.picture.scene.events, &keys));
    cqa_verdict_find_conversation(&judged.picture.scene, &judged.measurable.conversation);
    const int64_t end_ms = judged.measurable.conversation.end_ms;
    judged_finish(&judged);
    return (end_ms + PICTURE_CELL_MS / 2) / PICTURE_CELL_MS;
}

/* The agent's last word is then the last that another voice did not say. */
static void test_survey_with_keys(void **state)
{
    (void)state;
    assert_int_equal(ends_with(40, 2), 10);
    assert_int_equal(ends_with(80, -2), 49); /* the agent asks */
}

/* ---- a mix */

/* Keys, rings and queue music that come before anybody talks with anybody are waiting. */
static void test_mix(void **state)
{
    (void)state;
    expect("..sss..ssss..sss...ss....", NULL, "0-21");
    expect("MMMMMMMMMMMMMMMM..sss..ssss..sss...ss....", NULL, "16-37");
    expect("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", NULL, "");
}

static void expect_of(const char *voices, const char *wanted)
{
    struct judged judged = {.leg = CQA_LEG_NONE};

    judged_play_voices(&judged, voices);
    judged_expect_conversation(&judged, wanted);
    judged_finish(&judged);
}

/* On a mix a machine is who falls silent once two talk: what is waited for behind it is outside;
 * not so what is said just before. */
static void test_machine_on_a_mix(void **state)
{
    (void)state;
    expect_of("..1111................2222.3333.2222.3333.2222.3333.", "22-51");
    expect_of("..2222................2222.3333.2222.3333.2222.3333.", "2-51");
    expect_of("..1111...2222.3333.2222.3333.2222.3333..............", "2-38");
    expect_of("..1111................2222..........................",
              "0-26"); /* nobody talks for sure */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_hold_at_the_end),
        cmocka_unit_test(test_voices_over_music),
        cmocka_unit_test(test_keys_over_music),
        cmocka_unit_test(test_survey_with_keys),
        cmocka_unit_test(test_mix),
        cmocka_unit_test(test_machine_on_a_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
