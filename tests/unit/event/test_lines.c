/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the recorder left out, and lines that are not there, on drawn calls (support/picture.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/picture.h"

/* Enough talk to know both lines by. */
#define TALK_AGENT "sss...sss.....sss..."
#define TALK_CUSTOMER "...sss...ss.ss...sss"
#define TALK_MIX "ssssss..ss.ss..sssss"
#define NOTHING "...................."

/* ---- both lines, or the mix */

static void test_not_recorded(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT "0000000000" TALK_AGENT,
                         TALK_CUSTOMER "0000000000" TALK_CUSTOMER, NOTHING "NNNNNNNNNN" NOTHING);
    picture_expect_lines(TALK_AGENT "iiiiiiiiii" TALK_AGENT,
                         TALK_CUSTOMER "iiiiiiiiii" TALK_CUSTOMER, NOTHING "NNNNNNNNNN" NOTHING);
    picture_expect_lines(TALK_AGENT "mmmmmmmmmm" TALK_AGENT,
                         TALK_CUSTOMER "mmmmmmmmmm" TALK_CUSTOMER, NOTHING "NNNNNNNNNN" NOTHING);
    picture_expect_lines(TALK_MIX "0000000000" TALK_MIX, NULL, NOTHING "NNNNNNNNNN" NOTHING);
    picture_expect_lines(TALK_MIX "mmmmmmmmmm" TALK_MIX, NULL, NOTHING "NNNNNNNNNN" NOTHING);
    picture_expect_lines(TALK_MIX "iiiiiiiiii" TALK_MIX, NULL, NOTHING "NNNNNNNNNN" NOTHING);
}

/* A second is an event, half of one is none. */
static void test_shortest(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT ".00." TALK_AGENT, TALK_CUSTOMER ".00." TALK_CUSTOMER,
                         NOTHING ".NN." NOTHING);
    picture_expect_lines(TALK_AGENT "..0." TALK_AGENT, TALK_CUSTOMER "..0." TALK_CUSTOMER,
                         NOTHING "...." NOTHING);
}

static void test_two_holes(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT "00000000" TALK_AGENT ".000000000000." TALK_AGENT,
                         TALK_CUSTOMER "00000000" TALK_CUSTOMER ".000000000000." TALK_CUSTOMER,
                         NOTHING "NNNNNNNN" NOTHING ".NNNNNNNNNNNN." NOTHING);
}

/* It begins where a word is cut off, and ends in the middle of another. */
static void test_beside_words(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT "sss00000000ss" TALK_AGENT,
                         TALK_CUSTOMER "...00000000ss" TALK_CUSTOMER,
                         NOTHING "...NNNNNNNN.." NOTHING);
    picture_expect_lines(TALK_MIX "sss00000000ss" TALK_MIX, NULL, NOTHING "...NNNNNNNN.." NOTHING);
}

/* A mask is noise, and one of its frames may be louder by chance, be it near the words: that is one
 * stretch all the same. In three, those at the ends would pass for what the line does by itself. */
static void test_uneven_mask(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, TALK_MIX "sssmmmmmmmmmmmmmmmmsss" TALK_MIX, NULL);
    picture.frames.channel[0].level[26 * PICTURE_CELL] += 9;
    picture.frames.channel[0].level[36 * PICTURE_CELL] += 9;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_NOT_RECORDED), 1);
    const struct cqa_event *event = picture_first(&picture, CQA_EVENT_NOT_RECORDED);
    assert_int_equal(event->start_ms, 23 * PICTURE_CELL_MS);
    assert_int_equal(event->end_ms, 39 * PICTURE_CELL_MS);
    assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), 0);
    picture_finish(&picture);
}

/* Zeros between all words are the line's own doing: a recorder's gate. */
static void test_gated_lines(void **state)
{
    (void)state;
    picture_expect_lines("sss0000sss0000sss0000"
                         "00000000"
                         "sss0000sss0000",
                         "0000sss0000sss0000sss"
                         "00000000"
                         "0000sss0000sss",
                         NOTHING "..............."
                                 "........");
    picture_expect_lines("sssss000ssss000sss000000000000000ssss000sss000", NULL,
                         "..............................................");
}

/* One line is gated; the other is open for long in its party's only pause, as no gate leaves it. */
static void test_open_in_its_only_pause(void **state)
{
    (void)state;
    picture_expect_lines("sss0000sss0000sss"
                         "0000"
                         "00000000"
                         "0000"
                         "00",
                         "..............sss"
                         "...."
                         "00000000"
                         "...."
                         "ss",
                         "................."
                         "...."
                         "NNNNNNNN"
                         "...."
                         "..");
    picture_expect_lines("sss0000sss0000sss"
                         "0000"
                         "00000000"
                         "0000"
                         "00",
                         "..............sss"
                         "0000"
                         "00000000"
                         "0000"
                         "ss",
                         "................."
                         "...."
                         "........"
                         "...."
                         "..");
}

/* A suppressor lets a moment of noise by behind each word, and shuts in pauses only. */
static void test_suppressor(void **state)
{
    (void)state;
    picture_expect_lines("sss.0000sss.0000sss.0000"
                         "00000000"
                         "sss.0000sss.0000",
                         "....sss0....sss0....sss0"
                         "00000000"
                         "....sss0....sss0",
                         "........................"
                         "........"
                         "................");
}

/* On a gated line a mask, or a pattern, is still not what it does by itself. */
static void test_mask_on_gated_lines(void **state)
{
    (void)state;
    picture_expect_lines("sss0000sss0000sss0000"
                         "mmmmmmmm"
                         "sss0000sss0000",
                         "0000sss0000sss0000sss"
                         "mmmmmmmm"
                         "0000sss0000sss",
                         "....................."
                         "NNNNNNNN"
                         "..............");
}

/* Both dead until the recording ends: the recorder stopped, no line is lost. */
static void test_dead_at_the_end(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT TALK_AGENT "000000000000",
                         TALK_CUSTOMER TALK_CUSTOMER "000000000000",
                         NOTHING NOTHING "NNNNNNNNNNNN");
    picture_expect_lines(TALK_MIX TALK_MIX "000000000000", NULL, NOTHING NOTHING "NNNNNNNNNNNN");
}

/* ---- one line */

/* The customer's, and back: nobody's mute. The agent's is a hold of that kind. */
static void test_idle(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT "..sss..sss......" TALK_AGENT,
                         TALK_CUSTOMER "0000000000000000" TALK_CUSTOMER,
                         NOTHING "iiiiiiiiiiiiiiii" NOTHING);
    picture_expect_holds(TALK_AGENT "..sss..sss......" TALK_AGENT,
                         TALK_CUSTOMER "0000000000000000" TALK_CUSTOMER,
                         NOTHING "................" NOTHING);
    picture_expect_lines(TALK_AGENT "0000000000000000" TALK_AGENT,
                         TALK_CUSTOMER "......sss......." TALK_CUSTOMER,
                         NOTHING "................" NOTHING);
    picture_expect_holds(TALK_AGENT "0000000000000000" TALK_AGENT,
                         TALK_CUSTOMER "......sss......." TALK_CUSTOMER,
                         NOTHING "UUUUUUUUUUUUUUUU" NOTHING);
}

/* Where nobody knows which is the agent's line, either may be idle and neither is muted. */
static void test_idle_of_somebody(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, TALK_AGENT "0000000000000000" TALK_AGENT,
                 TALK_CUSTOMER "......sss......." TALK_CUSTOMER);
    picture.scene.roles_unknown = 1;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_LINE_IDLE), 1);
    assert_int_equal(picture_first(&picture, CQA_EVENT_LINE_IDLE)->side, CQA_PARTY_NONE);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 0);
    picture_finish(&picture);
}

static void test_lost(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT TALK_AGENT "..sss..sss......",
                         TALK_CUSTOMER TALK_CUSTOMER "0000000000000000",
                         NOTHING NOTHING "llllllllllllllll");
    picture_expect_lines(TALK_AGENT TALK_AGENT "0000000000000000",
                         TALK_CUSTOMER TALK_CUSTOMER "..sss..sss......",
                         NOTHING NOTHING "LLLLLLLLLLLLLLLL");
    picture_expect_lines(TALK_AGENT TALK_AGENT "________________", /* not to zero, but for good */
                         TALK_CUSTOMER TALK_CUSTOMER "..sss...........",
                         NOTHING NOTHING "LLLLLLLLLLLLLLLL");
    picture_expect_holds(TALK_AGENT TALK_AGENT "________________",
                         TALK_CUSTOMER TALK_CUSTOMER "................",
                         NOTHING NOTHING "................");
}

/* A drop of less than 5 s before the end is somebody hanging up. */
static void test_hang_up(void **state)
{
    (void)state;
    picture_expect_lines(TALK_AGENT TALK_AGENT "......", TALK_CUSTOMER TALK_CUSTOMER "______",
                         NOTHING NOTHING "......");
}

/* A gated line is shut whenever its party listens: it is gone once the other has taken three turns
 * without opening it. */
static void test_lost_on_a_gated_line(void **state)
{
#define GATED_AGENT "sss...sss...sss....."
#define GATED_CUSTOMER "000sss000sss000sss00"
    (void)state;
    picture_expect_lines(GATED_AGENT "sss.....sss.....sss.....",
                         GATED_CUSTOMER "000000000000000000000000",
                         "..................ll"
                         "llllllllllllllllllllllll");
    picture_expect_lines(GATED_AGENT "sss.....sss.............",
                         GATED_CUSTOMER "000000000000000000000000",
                         NOTHING "........................");
}

/* ---- what ends there */

static void test_holds_end(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "............000000............" TALK_AGENT,
                         TALK_CUSTOMER "MMMMMMMMMMMM000000MMMMMMMMMMMM" TALK_CUSTOMER,
                         NOTHING "mmmmmmmmmmmm......mmmmmmmmmmmm" NOTHING);
    picture_expect_holds(TALK_AGENT TALK_AGENT "MMMMMMMMMMMM............",
                         TALK_CUSTOMER TALK_CUSTOMER "............000000000000",
                         NOTHING NOTHING "MMMMMMMMMMMM............");
    picture_expect_holds(TALK_AGENT "____________000000____________" TALK_AGENT,
                         TALK_CUSTOMER "............000000............" TALK_CUSTOMER,
                         NOTHING "UUUUUUUUUUUU......UUUUUUUUUUUU" NOTHING);
}

/* Pieces, each with a cause of its own. */
static void test_silences_end(void **state)
{
    (void)state;
    picture_expect_silences(TALK_AGENT "........000000........" TALK_AGENT,
                            TALK_CUSTOMER "........000000........" TALK_CUSTOMER,
                            NOTHING "????????......????????" NOTHING);
    picture_expect_silences(TALK_AGENT "........000000____...." TALK_AGENT,
                            TALK_CUSTOMER "........000000........" TALK_CUSTOMER,
                            NOTHING "????????......????????" NOTHING);
    picture_expect_silences(TALK_AGENT "........000000________" TALK_AGENT,
                            TALK_CUSTOMER "........000000........" TALK_CUSTOMER,
                            NOTHING "????????......UUUUUUUU" NOTHING);
    picture_expect_silences(TALK_AGENT TALK_AGENT "....................",
                            TALK_CUSTOMER TALK_CUSTOMER "........000000000000",
                            NOTHING NOTHING ">>>>>>>>............");
    picture_expect_silences(TALK_MIX "........00000000........" TALK_MIX, NULL,
                            NOTHING "????????........????????" NOTHING);
}

/* ---- parked */

/* On a mix: 4 dB less noise than in the call's own pauses. */
static void test_parked(void **state)
{
    (void)state;
    picture_expect_silences(TALK_MIX ",,,,,,,,,,,," TALK_MIX, NULL, NOTHING "pppppppppppp" NOTHING);
    picture_expect_silences(TALK_MIX "............" TALK_MIX, NULL, NOTHING "????????????" NOTHING);
    picture_expect_silences(TALK_MIX "........,,,,,,,,,,........" TALK_MIX, NULL,
                            NOTHING "????????pppppppppp????????" NOTHING);
    picture_expect_silences(TALK_AGENT "............" TALK_AGENT, /* two lines tell who */
                            TALK_CUSTOMER ",,,,,,,,,,,," TALK_CUSTOMER,
                            NOTHING "????????????" NOTHING);
}

/* How far it must fall: 3 dB less what its 25th percentile lies under the floor. */
static void test_parked_threshold(void **state)
{
    (void)state;
    for (int under = 3; under <= 6; under++) {
        struct picture picture;
        picture_draw(&picture, TALK_MIX ",,,,,,,,,,,," TALK_MIX, NULL);
        for (size_t t = 20 * PICTURE_CELL; t < 32 * PICTURE_CELL; t++)
            picture.frames.channel[0].level[t] = (uint8_t)(90 - under);
        assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
        assert_int_equal(picture_first(&picture, CQA_EVENT_SILENCE)->cause,
                         under >= 5 ? CQA_CAUSE_PARKED : CQA_CAUSE_UNEXPLAINED);
        picture_finish(&picture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_recorded),
        cmocka_unit_test(test_shortest),
        cmocka_unit_test(test_two_holes),
        cmocka_unit_test(test_beside_words),
        cmocka_unit_test(test_uneven_mask),
        cmocka_unit_test(test_gated_lines),
        cmocka_unit_test(test_open_in_its_only_pause),
        cmocka_unit_test(test_suppressor),
        cmocka_unit_test(test_mask_on_gated_lines),
        cmocka_unit_test(test_dead_at_the_end),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_idle_of_somebody),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_hang_up),
        cmocka_unit_test(test_lost_on_a_gated_line),
        cmocka_unit_test(test_holds_end),
        cmocka_unit_test(test_silences_end),
        cmocka_unit_test(test_parked),
        cmocka_unit_test(test_parked_threshold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
