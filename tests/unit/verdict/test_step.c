/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels that are shifted against each other: by the turns, and by a voice that leaks too late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "support/judged.h"
#include "support/telephone.h"

enum { CELLS = 400, LATE_MAX = 12 };

/* Turns of 3 to 8 cells that answer each other after 0 to 2, drawn from the seed; the customer's
 * line `late` cells late. */
struct talk {
    char line[2][CELLS + 1];
};

static size_t turn_length(uint32_t *seed)
{
    return 3 + telephone_random(seed) % 6;
}

static struct talk talk_of(uint32_t seed, size_t exchanges, size_t late)
{
    struct talk talk;
    size_t at = 2;

    memset(&talk, '.', sizeof talk);
    for (size_t i = 0; i < 2 * exchanges; i++) {
        const size_t length = turn_length(&seed);
        const size_t first = at + (i % 2 == 1 ? late : 0);
        memset(talk.line[i % 2] + first, 's', length);
        at += length + telephone_random(&seed) % 3;
        assert_true(at + LATE_MAX + 8 < CELLS);
    }
    talk.line[0][at + LATE_MAX + 8] = talk.line[1][at + LATE_MAX + 8] = '\0';
    return talk;
}

static int is_out_of_step(const struct talk *talk)
{
    struct picture picture;
    int found = 0;

    picture_draw(&picture, talk->line[0], talk->line[1]);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(cqa_verdict_find_step(&picture.scene, &found), CQA_OK);
    picture_finish(&picture);
    return found;
}

/* How many of 40 talks are taken for shifted ones. */
static int count_found(size_t exchanges, size_t late)
{
    int count = 0;

    for (uint32_t seed = 1; seed <= 40; seed++) {
        const struct talk talk = talk_of(seed * 7919, exchanges, late);
        count += is_out_of_step(&talk);
    }
    return count;
}

static void test_turns(void **state)
{
    (void)state;
    assert_int_equal(count_found(12, 0), 0);
    assert_true(count_found(12, 4) >= 36); /* 2 s */
    assert_true(count_found(12, 8) >= 36);
    assert_int_equal(count_found(12, 1), 0); /* half a second is how people talk */
}

/* Of three exchanges, five answers tell. */
static void test_small(void **state)
{
    struct talk talk = {{"..sssss...ssssss....ssss........", "........ssss....ssssss..ssss...."}};

    (void)state;
    assert_false(is_out_of_step(&talk));
    talk = (struct talk){
        {"..ssssss......sssssss.....ssssss........", "...ssssss......ssssss.....sssss........."}};
    assert_true(is_out_of_step(&talk));
}

/* Who is told "mhm" two seconds before the end of each turn, and answered after it, is in step. */
static void test_backchannels(void **state)
{
    const struct talk talk = {
        {".....sssssssssssssssss.....sssssss...................................."
         "............sssssssssssssssssssssssssss..........................sssss"
         "s.........",
         "..................ss...sss.....ssssssssssssssssssssss................."
         "...................................ss....sssssssssssssssss..........ss"
         ".........."}};

    (void)state;
    assert_false(is_out_of_step(&talk));
}

static void test_mono(void **state)
{
    struct picture picture;
    int found = 1;

    (void)state;
    picture_draw(&picture, "..sssss...ssssss....ssss........", NULL);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(cqa_verdict_find_step(&picture.scene, &found), CQA_OK);
    assert_int_equal(found, 0);
    picture_finish(&picture);
}

/* ---- a voice that leaks */

/* The shape of what is said changes at random every 128 ms; the customer's line carries it, 25 dB
 * softer, `late` moments of 128 ms after. */
static int leaks_late(size_t late, uint32_t seed)
{
    struct picture picture;
    struct talk talk = talk_of(1, 10, 0);
    int found = 0;

    picture_draw(&picture, talk.line[0], talk.line[1]);
    const size_t moments = picture.frames.count / 4;
    for (size_t m = 0; m < moments; m++)
        for (int b = 0; b < CQA_BANDS; b++) {
            const uint8_t level = (uint8_t)(120 + telephone_random(&seed) % 40);
            memset(picture.frames.channel[0].band[b] + 4 * m, level, 4);
            if (m + late < moments)
                memset(picture.frames.channel[1].band[b] + 4 * (m + late), level - 50, 4);
        }
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(cqa_verdict_find_late_leak(&picture.scene, &found), CQA_OK);
    picture_finish(&picture);
    return found;
}

static void test_late_leak(void **state)
{
    (void)state;
    assert_true(leaks_late(16, 5)); /* 2 s */
    assert_true(leaks_late(40, 6));
    assert_false(leaks_late(0, 7)); /* 0.3 s is a telephone line's */
    assert_false(leaks_late(3, 8));
    assert_false(leaks_late(100, 9)); /* not of this call, as far as anybody looks */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns),        cmocka_unit_test(test_small),
        cmocka_unit_test(test_backchannels), cmocka_unit_test(test_mono),
        cmocka_unit_test(test_late_leak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
