/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When two parties talk with each other: on two lines by turns, on a mix by voices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "event/scene.h"
#include "support/picture.h"

enum { CELL = PICTURE_CELL_MS };

/* ---- two lines */

static void expect_on_two(const char *agent, const char *customer, int64_t first, int64_t last)
{
    struct picture picture;

    picture_draw(&picture, agent, customer);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture.scene.exchange.first_ms, first * CELL);
    assert_int_equal(picture.scene.exchange.last_ms, last * CELL);
    picture_finish(&picture);
}

/* From when the second of them is heard to the last word of whichever falls silent first. */
static void test_on_two(void **state)
{
    (void)state;
    expect_on_two("..sss.....sss.....", "......ss.......ss.", 6, 13);
    expect_on_two("......ss.......ss.", "..sss.....sss.....", 6, 13);
    expect_on_two("..sss.............", "......ss..........", 6, 5);
    expect_on_two("..sss.....sss.....", "..................", 18, 0); /* never */
    expect_on_two("..................", "..................", 18, 0);
}

/* ---- a mix */

/* Two speakers, and one of them whispering into the other's line. */
struct speaker {
    uint8_t lag; /* samples */
    uint8_t level;
    int tilt; /* half dB from band to band */
};

static const struct speaker low = {80, 170, -2};    /* 100 Hz */
static const struct speaker high = {40, 164, 2};    /* 200 Hz, another telephone */
static const struct speaker alike = {76, 168, -2};  /* the same to any machine */
static const struct speaker leaking = {40, 128, 2}; /* far softer */
static const struct speaker other = {56, 150, 6};   /* neither of the two */
static const struct speaker *const voices[] = {&low, &high, &alike, &leaking, &other};

/* "1..2": the speakers, a digit a cell (0: of `voices`); M: music on hold. */
static void draw_voices(struct picture *picture, const char *text)
{
    struct cqa_channel_frames *rows = &picture->frames.channel[0];

    for (size_t t = 0; t < picture->frames.count; t++) {
        const char letter = text[t / PICTURE_CELL];
        if (letter == '.' || letter == 'M')
            continue;
        const struct speaker *voice = voices[letter - '0'];
        rows->level[t] = voice->level;
        rows->lag[t] = voice->lag;
        rows->harmonicity[t] = 220;
        for (int b = 0; b < CQA_BANDS; b++)
            rows->band[b][t] = (uint8_t)(voice->level - 24 + voice->tilt * (b - CQA_BANDS / 2));
    }
}

static void draw_on_a_mix(struct picture *picture, const char *text)
{
    char line[200] = "";

    for (size_t i = 0; text[i] != '\0'; i++)
        line[i] = text[i] == '.' || text[i] == 'M' ? text[i] : 's';
    picture_draw(picture, line, NULL);
    draw_voices(picture, text);
}

static void play_on_a_mix(struct picture *picture, const char *text)
{
    draw_on_a_mix(picture, text);
    assert_int_equal(cqa_scene_play(&picture->scene), CQA_OK);
}

static struct cqa_exchange on_a_mix(const char *text)
{
    struct picture picture;

    play_on_a_mix(&picture, text);
    const struct cqa_exchange found = picture.scene.exchange;
    picture_finish(&picture);
    return found;
}

static void expect_on_a_mix(const char *text, int64_t first, int64_t last)
{
    const struct cqa_exchange found = on_a_mix(text);

    if (found.first_ms / CELL != first || found.last_ms / CELL != last)
        fail_msg("%s: %g to %g cells", text, (double)found.first_ms / CELL,
                 (double)found.last_ms / CELL);
}

/* One speaks, the other answers, the first goes on. */
static void test_two_voices(void **state)
{
    (void)state;
    expect_on_a_mix("..0000.111.0000.11..", 6, 16);
    assert_true(on_a_mix("..0000.111.0000.11..").plain >= 1);
    expect_on_a_mix("..0000.111..........", 20, 0); /* nobody goes on: a machine and a caller */
    expect_on_a_mix("..0000.....111.....0000..", 25, 0); /* too late to be answers */
}

static void test_one_voice(void **state)
{
    (void)state;
    expect_on_a_mix("..0000.000.0000.00..", 20, 0);
    expect_on_a_mix("..0000.222.0000.22..", 20, 0);
    expect_on_a_mix("..0000.333.0000.33..", 20, 0); /* what leaks in is no party */
    assert_int_equal(on_a_mix("..0000.222.0000.22..").plain, 0);
}

/* The voice must change again within half a minute. */
static void test_again(void **state)
{
    (void)state;
    expect_on_a_mix("..0000.111.......0..0...0...0....0....0......0....0....0......0....0..1.", 72,
                    0);
}

/* Talk without a pause of 2 s for half a minute is no menu's, whoever talks. */
static void test_long_talk(void **state)
{
    (void)state;
    expect_on_a_mix("..00000000.00000000.00000000.00000000.00000000.00000000.00000000.00000000..",
                    2 + 29, 73);
    expect_on_a_mix("..00000000.......00000000.......00000000..", 42, 0);
}

/* One voice for a minute, whatever pauses it makes, is past all menus: keys are the talk's then. */
static void test_past_menus(void **state)
{
#define TALK "000000000000000000000000000000......."
    (void)state;
    assert_int_equal(on_a_mix(TALK TALK TALK).voices_ms, 3LL * 37 * CELL); /* 46 s: never */
    assert_int_equal(on_a_mix(TALK TALK TALK TALK).voices_ms / CELL, 3 * 37);
#undef TALK
}

static void expect_phase(const char *text, enum cqa_event_phase phase)
{
    struct picture picture;

    play_on_a_mix(&picture, text);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
    assert_int_equal(picture_first(&picture, CQA_EVENT_HOLD)->phase, phase);
    picture_finish(&picture);
}

/* Who spoke before the music speaks after it: the agent, who had put somebody on hold. A machine
 * has another voice than the agent. */
static void test_voice_returns(void **state)
{
    (void)state;
    expect_phase("..0000..0000.MMMMMMMMMMMMMM.1111..0000..1111.", CQA_PHASE_QUEUE);
    expect_phase("..0000..0000.MMMMMMMMMMMMMM.0000..1111..0000.", CQA_PHASE_TALK);
    expect_phase("..0000..1111.MMMMMMMMMMMMMM.2222..1111..2222.", CQA_PHASE_TALK);
    expect_phase(".............MMMMMMMMMMMMMM.0000..1111..0000.", CQA_PHASE_QUEUE);
    expect_on_a_mix("..0000..0000.MMMMMMMMMMMMMM.0000..1111..0000.", 13, 40);
}

/* A machine speaks after its music too: that one waits on, that one is being connected. It is not
 * heard any more once there is talk; nor is there talk where nobody else is heard. */
static void test_machine_returns(void **state)
{
    (void)state;
    expect_phase("..0000..0000.MMMMMMMMMMMMMM.0000......1111..4444..1111.", CQA_PHASE_QUEUE);
    expect_phase("..0000..0000.MMMMMMMMMMMMMM.0000......1111..4444..000..1111.", CQA_PHASE_QUEUE);
    expect_on_a_mix("..0000..0000.MMMMMMMMMMMMMM.0000..0000.", 39, 0);
}

/* Nor does what it says between two pieces of music, however often, make either of them talk. */
static void test_machine_between(void **state)
{
    struct picture picture;

    (void)state;
    play_on_a_mix(&picture, "..0000.MMMMMMMMMMMM.0000.......0000.......0000.MMMMMMMMMMMM."
                            "......1111...4444..1111.");
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 2);
    for (size_t i = 0; i < picture.scene.events.count; i++)
        assert_int_not_equal(picture.scene.events.items[i].phase, CQA_PHASE_TALK);
    picture_finish(&picture);
}

/* How sure the first silence is, with keys in cell `at` (-1: none). */
static float sureness(const char *text, int at)
{
    const struct cqa_event keys = {
        .type = CQA_EVENT_DTMF, .start_ms = at * CELL, .end_ms = (at + 1) * CELL};
    struct picture picture;

    draw_on_a_mix(&picture, text);
    if (at >= 0)
        assert_true(cqa_events_add(&picture.scene.events, &keys));
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    const float found = picture_first(&picture, CQA_EVENT_SILENCE)->confidence;
    picture_finish(&picture);
    return found;
}

/* Behind music, or around keys, a machine may have said what is heard before a silence: it is for a
 * person until two have surely answered each other. */
static void test_waiting_behind_a_machine(void **state)
{
    (void)state;
#define TALK "..1111.0000.1111.0000."
    assert_true(sureness("..0000.MMMMMMMMMMMMMM.0000.........................." TALK, -1) == 0.85f);
    assert_true(sureness("..0000..................................." TALK, 8) == 0.85f);
    assert_true(sureness("..0000..................................." TALK, 38) == 0.85f);
    assert_true(sureness("..0000..................................." TALK, -1) > 0.99f);
    assert_true(sureness("..0000.MMMMMMMMMMMMMM" TALK "....................." TALK, -1) > 0.99f);
    assert_true(sureness(TALK "....................." TALK, 50) > 0.99f);
#undef TALK
}

/* Where keys are pressed, in cell `at`: from where on they are the conversation's. */
static int64_t keys_on_a_mix(const char *text, int at)
{
    const struct cqa_event keys = {
        .type = CQA_EVENT_DTMF, .start_ms = at * CELL, .end_ms = (at + 2) * CELL};
    struct picture picture;

    play_on_a_mix(&picture, text);
    assert_non_null(cqa_events_add(&picture.scene.events, &keys));
    const int64_t voices_ms = cqa_exchange_find(&picture.scene).voices_ms;
    picture_finish(&picture);
    return voices_ms / CELL;
}

/* One asks, the other presses keys, and the first goes on, however slowly. A machine asks, and asks
 * again; and an agent who answers was not heard before. */
static void test_keys_between(void **state)
{
    (void)state;
    assert_int_equal(keys_on_a_mix("..0000.....1111.......0000.....1111.....0000.....", 17), 17);
    assert_int_equal(keys_on_a_mix("..0000.....1111.......1111.....0000.....1111.....", 17), 49);
    /* a machine over whose prompt the caller mutters, and then the agent */
    assert_int_equal(keys_on_a_mix("..0000.....1111.......0000.....4444.....1111.....", 17), 49);
    assert_int_equal(keys_on_a_mix("..0000................0000.....", 17), 31);
    assert_int_equal(keys_on_a_mix("..0000.....0000.......1111.....", 17), 31);
    assert_int_equal(keys_on_a_mix("..0000.....1111................", 17), 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_two),
        cmocka_unit_test(test_two_voices),
        cmocka_unit_test(test_one_voice),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_long_talk),
        cmocka_unit_test(test_past_menus),
        cmocka_unit_test(test_voice_returns),
        cmocka_unit_test(test_machine_returns),
        cmocka_unit_test(test_machine_between),
        cmocka_unit_test(test_keys_between),
        cmocka_unit_test(test_waiting_behind_a_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
