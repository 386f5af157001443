/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/picture.h"

#define TALK "sss...sss.....sss..."
#define ANSWER "...sss...ss.ss...sss"

/* Where the first long tone lies, in cells; `first` -1: there is none. */
static void expect(const char *agent, const char *customer, int first, int last,
                   enum cqa_party side)
{
    struct picture picture;

    picture_draw(&picture, agent, customer);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    const struct cqa_event *event = picture_first(&picture, CQA_EVENT_LONG_TONE);
    assert_int_equal(picture_count(&picture, CQA_EVENT_LONG_TONE), first >= 0);
    if (event != NULL) {
        assert_int_equal(event->start_ms, first * PICTURE_CELL_MS);
        assert_int_equal(event->end_ms, last * PICTURE_CELL_MS);
        assert_int_equal(event->side, side);
    }
    picture_finish(&picture);
}

/* Ten cells are 5.12 s, nine 4.6 s. */
static void test_length(void **state)
{
    (void)state;
    expect(TALK "TTTTTTTTTT" TALK, ANSWER ".........." ANSWER, 20, 30, CQA_PARTY_AGENT);
    expect(TALK ".........." TALK, ANSWER "TTTTTTTTTT" ANSWER, 20, 30, CQA_PARTY_CUSTOMER);
    expect(TALK "TTTTTTTTT." TALK, ANSWER ".........." ANSWER, -1, 0, CQA_PARTY_NONE);
    expect(TALK "TTTTTTTTTT" TALK, NULL, 20, 30, CQA_PARTY_NONE);
}

/* A word over it parts it. */
static void test_one_tone(void **state)
{
    (void)state;
    expect(TALK "TTTTTsTTTTT" TALK, ANSWER "..........." ANSWER, -1, 0, CQA_PARTY_NONE);
}

/* Beeps, music on hold and what a machine wrote are told as what they are. */
static void test_explained(void **state)
{
    (void)state;
    expect(TALK "b.b.b.b.b.b." TALK, ANSWER "............" ANSWER, -1, 0, CQA_PARTY_NONE);
    expect(TALK "MMMMMMMMTTTTTTTTTTMMMMMMMM" TALK, ANSWER ".........................." ANSWER, -1,
           0, CQA_PARTY_NONE);
    expect(TALK "mmmmmmmmmmmm" TALK, ANSWER "mmmmmmmmmmmm" ANSWER, -1, 0, CQA_PARTY_NONE);
}

/* It explains nothing: the silence beside it stays, and no word is lost. */
static void test_changes_nothing_else(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, TALK "TTTTTTTTTT" TALK, ANSWER ".........." ANSWER);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), 1);
    assert_int_equal(picture.scene.events.count, 2);
    picture_finish(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_one_tone),
        cmocka_unit_test(test_explained),
        cmocka_unit_test(test_changes_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
