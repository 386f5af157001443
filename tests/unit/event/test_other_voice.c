/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "event/scene.h"
#include "support/picture.h"

/* A call in which the agent's line has another voice, an octave higher, where `other` has an o. */
static void play(struct picture *picture, const char *agent, const char *customer,
                 const char *other)
{
    assert_int_equal(strlen(agent), strlen(other));
    picture_draw(picture, agent, customer);
    for (size_t t = 0; t < picture->frames.count; t++) {
        picture->frames.channel[0].lag[t] = other[t / PICTURE_CELL] == 'o' ? 40 : 80;
        picture->frames.channel[0].harmonicity[t] = 220;
    }
    assert_int_equal(cqa_scene_play(&picture->scene), CQA_OK);
}

/* How sure the only event of the type is. */
static float sureness(enum cqa_event_type type, const char *agent, const char *customer,
                      const char *other)
{
    struct picture picture;

    play(&picture, agent, customer, other);
    assert_int_equal(picture_count(&picture, type), 1);
    const float found = picture_first(&picture, type)->confidence;
    picture_finish(&picture);
    return found;
}

/* Whoever is waited for by words, or waits, is no agent where another voice is heard around it. */
static void test_machine_in_mid_call(void **state)
{
    const char *agent = "ssssssss....ssssssss....ssss....................ssss....ssssssss....ss";
    const char *customer = ".........ss..........ss....................ss........ss..........ss..s";

    (void)state;
    assert_true(
        sureness(CQA_EVENT_SILENCE, agent, customer,
                 "........................oooo....................oooo..................") ==
        0.85f);
    assert_true(sureness(CQA_EVENT_SILENCE, agent, customer,
                         "......................................................................") >
                0.99f);
    /* elsewhere somebody else says a word */
    assert_true(sureness(CQA_EVENT_SILENCE, agent, customer,
                         "............oo........................................................") >
                0.99f);
}

/* One side is enough, and a word or two are not. */
static void test_words_of_one_side(void **state)
{
    const char *customer =
        ".........ss..........ss....................ss...ss...ss...ss...ss.........s.";

    (void)state;
    assert_true(
        sureness(CQA_EVENT_SILENCE,
                 "ssssssss....ssssssss....ssss........................................sssss...",
                 customer,
                 "........................oooo................................................") ==
        0.85f);
    assert_true(
        sureness(CQA_EVENT_SILENCE,
                 "ssssssss....ssssssss....sss.........................................sssss...",
                 customer,
                 "........................ooo.................................................") >
        0.99f);
}

/* A machine that comes and goes may say more than the agent; an agent who says more than whoever
 * comes after them is the agent. */
static void test_who_says_more(void **state)
{
    const char *agent = "...ssssss...ssssssss............ssssssss....ssssssss...ssssss.......";
    const char *customer = "ss.......................................ss..........s..........ss..";

    (void)state;
    assert_true(sureness(CQA_EVENT_SILENCE, agent, customer,
                         "............oooooooo............oooooooo....oooooooo................") ==
                0.85f);
    assert_true(sureness(CQA_EVENT_SILENCE, agent, customer,
                         "............................................oooooooo...oooooo.......") >
                0.99f);
}

/* What a menu says before both have spoken is not the agent's, and tells nothing of them. */
static void test_menu_before_the_talk(void **state)
{
    (void)state;
    assert_true(
        sureness(CQA_EVENT_SILENCE,
                 "sssssssssssss.ssssssssssssssssss..ssssssss....ssss..........ssss....ssss",
                 "..........................................ss....................ss....ss",
                 "oooooooooooooooooooooooooooooooo........................................") >
        0.99f);
}

static void test_overtalk(void **state)
{
    const char *agent = "...sssssss....ssssssss....ssssssss....ssssssss....";
    const char *customer = "ss.........ss.................ssssss...........ss.";

    (void)state;
    assert_true(sureness(CQA_EVENT_OVERTALK, agent, customer,
                         "..........................oooooooo................") == 0.85f);
    assert_true(sureness(CQA_EVENT_OVERTALK, agent, customer,
                         "..................................................") > 0.9f);
}

/* A hold is the agent's who goes, whoever comes back from it. */
static void test_hold(void **state)
{
    const char *agent = "ssssssss....ssssssss...ssssMMMMMMMMMMMMMMMMMMMMMMMMMMMMssss....ssssss..";
    const char *customer =
        ".........ss..........ss....................................ss........ss";

    (void)state;
    assert_true(
        sureness(CQA_EVENT_HOLD, agent, customer,
                 ".......................oooo............................oooo............") ==
        0.85f);
    assert_true(
        sureness(CQA_EVENT_HOLD, agent, customer,
                 ".......................................................................") > 0.9f);
}

/* Nobody knows whose voice it is. */
static void test_roles_unknown(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, "ssssssss....ssssssss....ssss....................ssss....ssssssss....ss",
                 ".........ss..........ss....................ss........ss..........ss..s");
    for (size_t t = 0; t < picture.frames.count; t++) {
        const size_t cell = t / PICTURE_CELL;
        picture.frames.channel[0].lag[t] = cell >= 24 && cell < 52 ? 40 : 80;
        picture.frames.channel[0].harmonicity[t] = 220;
    }
    picture.scene.roles_unknown = 1;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_true(picture_first(&picture, CQA_EVENT_SILENCE)->confidence > 0.99f);
    picture_finish(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine_in_mid_call),
        cmocka_unit_test(test_words_of_one_side),
        cmocka_unit_test(test_who_says_more),
        cmocka_unit_test(test_menu_before_the_talk),
        cmocka_unit_test(test_overtalk),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_roles_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
