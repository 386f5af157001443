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

static void expect_on_two(const char *agent, const char *customer, int64_t first)
{
    struct picture picture;

    picture_draw(&picture, agent, customer);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture.scene.exchange.first_ms, first * CELL);
    picture_finish(&picture);
}

/* From when the second of them is heard. */
static void test_on_two(void **state)
{
    (void)state;
    expect_on_two("..sss.....sss.....", "......ss.......ss.", 6);
    expect_on_two("......ss.......ss.", "..sss.....sss.....", 6);
    expect_on_two("..sss.....sss.....", "..................", 18); /* never */
    expect_on_two("..................", "..................", 18);
}

/* ---- a mix */

/* Two speakers, and one of them whispering into the other's line. */
struct speaker {
    uint8_t lag; /* samples */
    uint8_t level;
    int tilt; /* half dB from band to band */
};

static const struct speaker low = {80, 170, -2};      /* 100 Hz */
static const struct speaker high = {40, 164, 2};      /* 200 Hz, another telephone */
static const struct speaker alike = {76, 168, -2};    /* the same to any machine */
static const struct speaker leaking = {40, 128, 2};   /* far softer */
static const struct speaker other = {56, 150, 6};     /* neither of the two */
static const struct speaker machine = {100, 162, -2}; /* another than the low one, but like */
static const struct speaker tired = {90, 166, -2};    /* the low one when it is tired */
static const struct speaker *const voices[] = {&low,   &high,    &alike, &leaking,
                                               &other, &machine, &tired};

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

/* Without `parts`. */
static struct cqa_exchange on_a_mix(const char *text)
{
    struct picture picture;

    play_on_a_mix(&picture, text);
    struct cqa_exchange found = picture.scene.exchange;
    found.parts = (struct cqa_spans){0};
    picture_finish(&picture);
    return found;
}

/* From where on both are surely on the line; keys and holds are the talk's then. */
static void expect_sure(const char *text, int64_t from)
{
    const struct cqa_exchange found = on_a_mix(text);

    if (found.sure_ms / CELL != from || found.keys_ms != found.sure_ms ||
        found.first_ms != found.sure_ms || found.two != (text[from] != '\0'))
        fail_msg("%s: from cell %g, keys %g, holds %g; two: %d", text, (double)found.sure_ms / CELL,
                 (double)found.keys_ms / CELL, (double)found.first_ms / CELL, found.two);
}

/* Two who have said something, and who both go on, however slowly they answer. */
static void test_two_voices(void **state)
{
    (void)state;
    expect_sure("..0000.1111.0000.11..", 11);
    expect_sure("..0000......1111......0000......1111..", 16);
    expect_sure("..0000.1111.........", 20);           /* nobody goes on: a machine and a caller */
    expect_sure("..0000.11.0000.1111.0000.1111.", 19); /* a word tells no voice for sure */
}

/* A caller answers a machine, which falls silent when the agent comes. */
static void test_machine_falls_silent(void **state)
{
    (void)state;
    expect_sure("..0000.1111.0000......4444.1111.4444.1111.4444.1111.", 26);
    expect_sure("..0000.1111.0000......1111.1111.1111.1111.1111.", 47);
}

static void test_one_voice(void **state)
{
    (void)state;
    expect_sure("..0000.000.0000.00..", 20);
    expect_sure("..0000.2222.0000.22..", 21);
    expect_sure("..0000.3333.0000.33..", 21); /* what leaks in is no party */
}

/* One voice that has said much and goes on tells that there is talk, though not with whom. */
static void test_one_goes_on(void **state)
{
#define TALK "0000000000000"
    const struct cqa_exchange talk = on_a_mix(".." TALK ".." TALK "......." TALK "..");
    const struct cqa_exchange menu = on_a_mix(".." TALK ".." TALK "......."
                                              "1111..");

    (void)state;
    assert_int_equal(talk.keys_ms / CELL, 2 + 13 + 2 + 13);
    assert_int_equal(talk.first_ms, talk.keys_ms);
    assert_int_equal(talk.sure_ms / CELL, 2 + 13 + 2 + 13 + 7 + 13 + 2);
    assert_int_equal(menu.keys_ms / CELL, 2 + 13 + 2 + 13 + 7 + 4 + 2);
#undef TALK
}

/* 25 s in all, whoever talks, are no queue's, and a minute is past all menus. */
static void test_much_talk(void **state)
{
#define TALK(voice) voice voice voice voice voice voice voice voice voice voice "......."
    const struct cqa_exchange some = on_a_mix(TALK("000") TALK("111") TALK("444"));
    const struct cqa_exchange much = on_a_mix(TALK("000") TALK("111") TALK("444") TALK("333"));

    (void)state;
    assert_int_equal(some.first_ms / CELL, 37);
    assert_int_equal(some.keys_ms / CELL, 3 * 37); /* 46 s: never */
    assert_int_equal(much.keys_ms / CELL, 3 * 37);
    assert_int_equal(much.sure_ms / CELL, 3 * 37);
    assert_true(much.sure_ms < 4LL * 37 * CELL);
#undef TALK
}

/* Who is heard, and not any more once others talk, is a machine: the talk begins after it. */
static void test_parts(void **state)
{
    struct picture picture;

    (void)state;
    play_on_a_mix(&picture, "..0000................0000..1111..4444..1111..4444..1111..4444..");
    const struct cqa_spans *parts = &picture.scene.exchange.parts;
    assert_true(parts->count > 0);
    assert_int_equal(parts->items[0].start_ms / CELL, 28);
    picture_finish(&picture);
}

static void expect_phase(const char *text, enum cqa_event_phase phase)
{
    struct picture picture;

    play_on_a_mix(&picture, text);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
    if (picture_first(&picture, CQA_EVENT_HOLD)->phase != phase)
        fail_msg("%s: talk from cell %g", text, (double)picture.scene.exchange.first_ms / CELL);
    picture_finish(&picture);
}

/* Who has said much before the music, and goes on after it, had put somebody on hold; so had one of
 * two who both go on. A machine does not go on. */
static void test_voice_returns(void **state)
{
#define MUCH "..000000000000..0000000000000."
#define MUSIC "MMMMMMMMMMMMMM"
    (void)state;
    expect_phase(MUCH MUSIC ".0000..1111..0000.", CQA_PHASE_TALK);
    expect_phase(MUCH MUSIC ".1111..0000..1111.", CQA_PHASE_TALK);
    expect_phase(MUCH MUSIC ".1111..4444..1111.", CQA_PHASE_QUEUE);
    expect_phase("..0000..0000." MUSIC ".0000..1111..0000..1111.", CQA_PHASE_QUEUE);
    expect_phase("..0000..1111." MUSIC ".2222..1111..2222.", CQA_PHASE_TALK);
    expect_phase("............." MUSIC ".0000..1111..0000.", CQA_PHASE_QUEUE);
#undef MUSIC
#undef MUCH
}

/* A machine speaks after its music too: that one waits on, that one is being connected. It is not
 * heard any more once there is talk. */
static void test_machine_returns(void **state)
{
    (void)state;
    expect_phase("..0000..0000.MMMMMMMMMMMMMM.0000......1111..4444..1111.", CQA_PHASE_QUEUE);
    expect_phase("..0000..0000.MMMMMMMMMMMMMM.0000......1111..4444..000..1111.", CQA_PHASE_QUEUE);
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

/* How sure the longest silence is, with keys in cell `at` (-1: none). */
static float sureness(const char *text, int at)
{
    const struct cqa_event keys = {
        .type = CQA_EVENT_DTMF, .start_ms = at * CELL, .end_ms = (at + 1) * CELL};
    struct picture picture;
    int64_t longest_ms = 0;
    float found = 0;

    draw_on_a_mix(&picture, text);
    if (at >= 0)
        assert_true(cqa_events_add(&picture.scene.events, &keys));
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    for (size_t i = 0; i < picture.scene.events.count; i++) {
        const struct cqa_event *event = &picture.scene.events.items[i];
        if (event->type != CQA_EVENT_SILENCE || event->end_ms - event->start_ms <= longest_ms)
            continue;
        longest_ms = event->end_ms - event->start_ms;
        found = event->confidence;
    }
    picture_finish(&picture);
    return found;
}

#define TALK "..1111.0000.1111.0000."
#define WAIT "....................."

/* A machine may have said what is heard before a silence: it is for a person until two have surely
 * answered each other, whether or not keys, ringing or music tell of a machine. */
static void test_waiting_behind_a_machine(void **state)
{
    (void)state;
    assert_true(sureness("..0000.MMMMMMMMMMMMMM.0000....." WAIT TALK, -1) == 0.85f);
    assert_true(sureness("..0000.." WAIT "........." TALK, 7) == 0.85f);
    assert_true(sureness("..0000..............." WAIT TALK, 38) == 0.85f);
    assert_true(sureness("..0000..............." WAIT TALK, -1) == 0.85f);
    assert_true(sureness("..0000.MMMMMMMMMMMMMM" TALK WAIT TALK, -1) > 0.99f);
    assert_true(sureness(TALK WAIT TALK, -1) > 0.99f);
    assert_true(sureness(TALK WAIT TALK, 64) > 0.99f);
}

/* Nor does it tell of an agent that one of their words, later, sounds like the machine. */
static void test_known_by_own_words(void **state)
{
    (void)state;
    assert_true(sureness("..5555.1111" WAIT ".6666" TALK TALK, -1) == 0.85f);
    assert_true(sureness("..6666.1111" WAIT ".6666" TALK TALK, -1) > 0.99f);
}

/* Nor is a minute of talk an agent's, where one voice says it: terms that are read, a queue that
 * tells the caller again and again to wait. */
static void test_long_machine(void **state)
{
#define TERMS "444444444444444444444444444444.."
    (void)state;
    assert_true(sureness(".." TERMS TERMS TERMS TERMS WAIT TALK, -1) == 0.85f);
#undef TERMS
}

/* A survey begins when somebody leaves: two are asked for behind a silence, too. */
static void test_waiting_in_a_survey(void **state)
{
    (void)state;
    assert_true(sureness(TALK "..4444" WAIT "4444..", -1) == 0.85f);
    assert_true(sureness(TALK "..4444" WAIT ".11.4444..", -1) == 0.85f);
    assert_true(sureness(TALK WAIT "4444..", -1) == 0.85f);
}

/* Keys in the middle are a machine's that takes a card's number: two are asked for anew. */
static void test_waiting_in_a_payment(void **state)
{
    (void)state;
    assert_true(sureness(TALK "..4444...4444." WAIT ".4444." TALK, 29) == 0.85f);
    assert_true(sureness(TALK ".4444." WAIT ".4444...4444." TALK, 55) == 0.85f);
    assert_true(sureness(TALK "......" TALK WAIT TALK, 25) > 0.99f);
}

#undef WAIT
#undef TALK

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_two),
        cmocka_unit_test(test_two_voices),
        cmocka_unit_test(test_machine_falls_silent),
        cmocka_unit_test(test_one_voice),
        cmocka_unit_test(test_one_goes_on),
        cmocka_unit_test(test_much_talk),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_voice_returns),
        cmocka_unit_test(test_machine_returns),
        cmocka_unit_test(test_machine_between),
        cmocka_unit_test(test_waiting_behind_a_machine),
        cmocka_unit_test(test_known_by_own_words),
        cmocka_unit_test(test_long_machine),
        cmocka_unit_test(test_waiting_in_a_survey),
        cmocka_unit_test(test_waiting_in_a_payment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
