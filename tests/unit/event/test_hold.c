/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/picture.h"

/* A piece of conversation before and after what is tested: enough to know the agent's line by. */
#define TALK_AGENT "sss...sss.....sss..."
#define TALK_CUSTOMER "...sss...ss.ss...sss"
#define TALK_NOTHING "...................."

static void test_music(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "MMMMMMMMMMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER "..............." TALK_CUSTOMER,
                         TALK_NOTHING "MMMMMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "..............." TALK_AGENT,
                         TALK_CUSTOMER "MMMMMMMMMMMMMMM" TALK_CUSTOMER,
                         TALK_NOTHING "mmmmmmmmmmmmmmm" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT ".MMMMMMMM." TALK_AGENT, /* 4.1 s */
                         TALK_CUSTOMER ".........." TALK_CUSTOMER,
                         TALK_NOTHING ".........." TALK_NOTHING);
}

/* Gaps under 2 s are bridged, soft passages in which nobody speaks too; speech ends the hold. */
static void test_music_bridged(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "MMMMMM...MMMMMM" TALK_AGENT,
                         TALK_CUSTOMER "..............." TALK_CUSTOMER,
                         TALK_NOTHING "MMMMMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "MMMMMMMMMMMM....ssssss....MMMMMMMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER "................................ssssss" TALK_CUSTOMER,
                         TALK_NOTHING "MMMMMMMMMMMM..............MMMMMMMMMMMM" TALK_NOTHING);
}

/* An announcement lies inside the music; a voice before or after it is somebody speaking. */
static void test_voice_and_music(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "MMMMMMAAAAAAMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER ".................." TALK_CUSTOMER,
                         TALK_NOTHING "AAAAAAAAAAAAAAAAAA" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "MMMMMMvvvvvvMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER ".................." TALK_CUSTOMER,
                         TALK_NOTHING "AAAAAAAAAAAAAAAAAA" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "AAAAAAMMMMMMMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER ".................." TALK_CUSTOMER,
                         TALK_NOTHING "......MMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "ssssssMMMMMMMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER ".................." TALK_CUSTOMER,
                         TALK_NOTHING "......MMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "AAAAAAAAAAAAAAAAAA" TALK_AGENT, /* no music at all */
                         TALK_CUSTOMER ".................." TALK_CUSTOMER,
                         TALK_NOTHING ".................." TALK_NOTHING);
}

/* Inside a hold's announcement nobody of the two speaks. */
static void test_announcement_is_nobodys_speech(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, TALK_AGENT "MMMMMMAAAAAAMMMMMM", TALK_CUSTOMER "..................");
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    const struct cqa_span hold = {20 * PICTURE_CELL_MS, 38 * PICTURE_CELL_MS};
    assert_int_equal(cqa_spans_within_ms(&picture.scene.speech[0], hold), 0);
    picture_finish(&picture);
}

/* Music is a hold when the second look says so: a radio in the customer's room is none. */
static void test_radio_in_the_room(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT TALK_AGENT TALK_AGENT,
                         TALK_CUSTOMER "RRRRRRRRRRRRRRRRRRRR" TALK_CUSTOMER,
                         TALK_NOTHING TALK_NOTHING TALK_NOTHING);
    picture_expect_holds(TALK_AGENT TALK_AGENT TALK_AGENT, /* a moment that sounds like a hold */
                         TALK_CUSTOMER "RRRRRRRRRRRRMMMMMMRR" TALK_CUSTOMER,
                         TALK_NOTHING TALK_NOTHING TALK_NOTHING);
}

/* What is as loud as the party's own pauses was there all along: the second look has to be surer.
 */
static void test_radio_between_the_words(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "..............." TALK_AGENT,
                         "---sss---ss-ss---sss"
                         "---rrrrrrrrrrrr"
                         "---sss---ss-ss---sss",
                         TALK_NOTHING "..............." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "..............." TALK_AGENT,
                         TALK_CUSTOMER "...rrrrrrrrrrrr" TALK_CUSTOMER,
                         TALK_NOTHING "...mmmmmmmmmmmm" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "..............." TALK_AGENT,
                         "---sss---ss-ss---sss"
                         "---MMMMMMMMMMMM"
                         "---sss---ss-ss---sss",
                         TALK_NOTHING "...mmmmmmmmmmmm" TALK_NOTHING);
    picture_expect_holds("..............................................", /* it begins in a word */
                         "sss...sss..rrrrrrrrrrrrrrrrrrrrrrrrr...sss....",
                         "...........mmmmmmmmmmmmmmmmmmmmmmmmm..........");
}

/* Holds of a call in which the second look takes music for one by `parked` of 255, and the levels
 * of which go up and down by `step` from frame to frame. */
static size_t count_holds(const char *agent, const char *customer, uint8_t parked, uint8_t step)
{
    struct picture picture;

    picture_draw(&picture, agent, customer);
    for (int c = 0; c < 2; c++) {
        struct cqa_channel_track *track = &picture.tracks.channel[c];
        for (size_t t = 0; t < picture.tracks.count; t++) {
            if (track->class_[t] != CQA_CLASS_MUSIC)
                continue;
            track->posterior[CQA_TRACK_PARKED][t] = parked;
            if (t % 2 == 0)
                picture.frames.channel[c].level[t] =
                    (uint8_t)(picture.frames.channel[c].level[t] - step);
        }
    }
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    const size_t count = picture_count(&picture, CQA_EVENT_HOLD);
    picture_finish(&picture);
    return count;
}

/* Hands-free talk in a small room: 0.96 to the second look, which drums are more than; and nothing
 * where the recording has nothing else. */
static void test_levels_of_syllables(void **state)
{
#define ALL_MUSIC "MMMMMMMMMMMMMMMMMMMMMMMMMMMM.s"
#define ALL_QUIET ".............................."
    (void)state;
    assert_int_equal(count_holds(TALK_AGENT "MMMMMMMMMMMM" TALK_AGENT,
                                 TALK_CUSTOMER "............" TALK_CUSTOMER, 243, 9),
                     0);
    assert_int_equal(count_holds(TALK_AGENT "MMMMMMMMMMMM" TALK_AGENT,
                                 TALK_CUSTOMER "............" TALK_CUSTOMER, 243, 0),
                     1);
    assert_int_equal(count_holds(TALK_AGENT "MMMMMMMMMMMM" TALK_AGENT,
                                 TALK_CUSTOMER "............" TALK_CUSTOMER, 250, 9),
                     1);
    assert_int_equal(count_holds(ALL_MUSIC, ALL_QUIET, 250, 0), 1);
    assert_int_equal(count_holds(ALL_MUSIC, ALL_QUIET, 250, 9), 0);
}

/* However sure the second look is: nobody can tell a park from what plays in the room. */
static void test_music_of_the_room(void **state)
{
    static const struct {
        const char *agent;
        int is_sure;
    } cases[] = {{"---sss---ss-ss---sss---rrrrrrrrrrrr---sss---ss-ss---sss", 0},
                 {TALK_AGENT "...rrrrrrrrrrrr" TALK_AGENT, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture;
        picture_draw(&picture, cases[i].agent, TALK_CUSTOMER "..............." TALK_CUSTOMER);
        for (size_t t = 0; t < picture.tracks.count; t++)
            if (picture.tracks.channel[0].class_[t] == CQA_CLASS_MUSIC)
                picture.tracks.channel[0].posterior[CQA_TRACK_PARKED][t] = 255;
        assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
        assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
        const float sureness = picture_first(&picture, CQA_EVENT_HOLD)->confidence;
        assert_true(cases[i].is_sure ? sureness > 0.9f : sureness == 0.85f);
        picture_finish(&picture);
    }
}

/* Music that was there all along while the other party goes on talking: they wait for nobody. */
static void test_radio_and_talk(void **state)
{
#define ROOM "---sss---ss-ss---sss"
    (void)state;
    assert_int_equal(
        count_holds(TALK_AGENT "..............." TALK_AGENT, ROOM "---rrrrrrrrrrrr" ROOM, 243, 0),
        1);
    assert_int_equal(
        count_holds(TALK_AGENT "...sss..sss...." TALK_AGENT, ROOM "---rrrrrrrrrrrr" ROOM, 243, 0),
        0);
    assert_int_equal(count_holds(TALK_AGENT "...sss..sss...." TALK_AGENT,
                                 TALK_CUSTOMER "...MMMMMMMMMMMM" TALK_CUSTOMER, 243, 0),
                     1);
}

/* A passage that passes for the agent's voice, for longer than announcements last; a voice in which
 * the classifier hears less music than speech is none (hands-free talk in a small room), whatever
 * the second look says. */
static void test_second_look_fills(void **state)
{
    (void)state;
    picture_expect_holds(
        TALK_AGENT "MMMMMMMMMMhhhhhhhhhhhhhhhhhhhhhhhhhhMMMMMMMMMM" TALK_AGENT,
        TALK_CUSTOMER ".............................................." TALK_CUSTOMER,
        TALK_NOTHING ".............................................." TALK_NOTHING);
    picture_expect_holds(
        TALK_AGENT "MMMMMMMMMMMMhhhhhhhhhhhhhhhhhhhhhhMMMMMMMMMMMM" TALK_AGENT,
        TALK_CUSTOMER ".............................................." TALK_CUSTOMER,
        TALK_NOTHING "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(
        TALK_AGENT "MMMMMMMMMMMMssssssssssssssssssssssMMMMMMMMMMMM" TALK_AGENT,
        TALK_CUSTOMER ".............................................." TALK_CUSTOMER,
        TALK_NOTHING "MMMMMMMMMMMM......................MMMMMMMMMMMM" TALK_NOTHING);
}

/* As long as nobody says a word the wait goes on, for 20 s of silence at most. */
static void test_silence_between_pieces(void **state)
{
    (void)state;
    picture_expect_holds(
        TALK_AGENT "MMMMMMMMMMMM......................MMMMMMMMMMMM" TALK_AGENT,
        TALK_CUSTOMER ".............................................." TALK_CUSTOMER,
        TALK_NOTHING "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(
        TALK_AGENT "MMMMMMMMMMMM......................MMMMMMMMMMMM" TALK_AGENT,
        TALK_CUSTOMER "..................sss........................." TALK_CUSTOMER,
        TALK_NOTHING "MMMMMMMMMMMM......................MMMMMMMMMMMM" TALK_NOTHING);
}

/* ---- the muted line */

static void test_mute(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT ".____________." TALK_AGENT,
                         TALK_CUSTOMER ".............." TALK_CUSTOMER,
                         TALK_NOTHING ".UUUUUUUUUUUU." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT ".000000000000." TALK_AGENT,
                         TALK_CUSTOMER ".............." TALK_CUSTOMER,
                         TALK_NOTHING ".UUUUUUUUUUUU." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT ".____________." TALK_AGENT, /* a word of the customer's */
                         TALK_CUSTOMER ".....ss......." TALK_CUSTOMER,
                         TALK_NOTHING ".UUUUUUUUUUUU." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT ".____________." TALK_AGENT, /* who talks is not on hold */
                         TALK_CUSTOMER "..sssssss....." TALK_CUSTOMER,
                         TALK_NOTHING ".............." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "...____________" TALK_AGENT, /* the customer's line drops */
                         TALK_CUSTOMER "..............." TALK_CUSTOMER,
                         TALK_NOTHING "...UUUUUUUUUUUU" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "..............." TALK_AGENT,
                         TALK_CUSTOMER "...____________" TALK_CUSTOMER,
                         TALK_NOTHING "..............." TALK_NOTHING);
}

/* Noise that lies under the line's floor for a while is no part of a park that stands still. */
static void test_mute_ends_where_the_line_rises(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "._000000000000_." TALK_AGENT,
                         TALK_CUSTOMER "................" TALK_CUSTOMER,
                         TALK_NOTHING "..UUUUUUUUUUUU.." TALK_NOTHING);
}

/* What lies under the floor for longer is a softer mute, and no noise by chance. */
static void test_mute_of_two_depths(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "___0000000000___" TALK_AGENT,
                         TALK_CUSTOMER "................" TALK_CUSTOMER,
                         TALK_NOTHING "UUUUUUUUUUUUUUUU" TALK_NOTHING);
}

/* Below 5 s it is a silence that says so, above it a hold and no silence at all. */
static void test_mute_length(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "_________" TALK_AGENT, TALK_CUSTOMER "........." TALK_CUSTOMER,
                         TALK_NOTHING "........." TALK_NOTHING);
    picture_expect_silences(TALK_AGENT "_________" TALK_AGENT,
                            TALK_CUSTOMER "........." TALK_CUSTOMER,
                            TALK_NOTHING "UUUUUUUUU" TALK_NOTHING);
    picture_expect_silences(TALK_AGENT "............" TALK_AGENT,
                            TALK_CUSTOMER "............" TALK_CUSTOMER,
                            TALK_NOTHING "????????????" TALK_NOTHING);
    picture_expect_silences(TALK_AGENT "____________" TALK_AGENT,
                            TALK_CUSTOMER "............" TALK_CUSTOMER,
                            TALK_NOTHING "............" TALK_NOTHING);
}

/* A line that drops whenever its party listens does so by itself. */
static void test_gated_line(void **state)
{
#define GATED_AGENT "sss.____sss.____sss.____"
#define GATED_CUSTOMER "....sss.....sss.....ssss"
#define GATED_NOTHING "........................"
    (void)state;
    picture_expect_holds(GATED_AGENT "____________" GATED_AGENT,
                         GATED_CUSTOMER "............" GATED_CUSTOMER,
                         GATED_NOTHING "............" GATED_NOTHING);
    picture_expect_silences(GATED_AGENT "____________" GATED_AGENT,
                            GATED_CUSTOMER "............" GATED_CUSTOMER,
                            GATED_NOTHING "????????????" GATED_NOTHING);
}

/* A park that lasts is no witness against itself, though noise passes for the customer's voice. */
static void test_park_in_noise(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT TALK_AGENT "00000000000000000000000000000000" TALK_AGENT,
                         TALK_CUSTOMER TALK_CUSTOMER
                         "....ss.....ss.....ss.....ss....." TALK_CUSTOMER,
                         TALK_NOTHING TALK_NOTHING "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU" TALK_NOTHING);
}

/* Nor is one in which a radio passes for the customer's voice a witness against another one, where
 * the agent's line is seen to stay while he listens otherwise. */
static void test_park_beside_a_radio(void **state)
{
#define RADIO_AGENT                                                                                \
    TALK_AGENT "........................" TALK_AGENT "_______________________" TALK_AGENT
#define RADIO_CUSTOMER                                                                             \
    TALK_CUSTOMER "ssssssssssssssssssssssss" TALK_CUSTOMER "..sss..sss..sss..sss..." TALK_CUSTOMER
#define RADIO_NOTHING                                                                              \
    TALK_NOTHING "........................" TALK_NOTHING "......................." TALK_NOTHING
    (void)state;
    picture_expect_holds(RADIO_AGENT "____________" TALK_AGENT,
                         RADIO_CUSTOMER "............" TALK_CUSTOMER,
                         RADIO_NOTHING "UUUUUUUUUUUU" TALK_NOTHING);
    /* A drop that lasts to the end is a line lost: nobody knows what its party did. */
    picture_expect_holds(RADIO_AGENT "____________", RADIO_CUSTOMER "............",
                         RADIO_NOTHING "............");
}

/* Exact zeros between all words mean nothing either. */
static void test_gated_to_zero(void **state)
{
    (void)state;
    picture_expect_holds("sss0000sss0000sss0000"
                         "000000000000"
                         "sss0000sss0000",
                         "...sss....sss....sss."
                         "............"
                         "...sss....sss.",
                         "....................."
                         "............"
                         "..............");
}

/* ---- beeps */

static void test_beeps_on_a_muted_line(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "_____b_________b_________b____" TALK_AGENT,
                         TALK_CUSTOMER ".............................." TALK_CUSTOMER,
                         TALK_NOTHING "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBB" TALK_NOTHING);
}

/* One beep names no hold: it is the agent's muted line that shows. But on the other line it may be
 * the customer's own park, over which the agent mutes; and who says more than a word or two may not
 * wait, but be heard in part. */
static void test_doubts_of_a_muted_line(void **state)
{
    static const struct {
        const char *agent;
        const char *customer;
        float sureness;
    } cases[] = {
        {TALK_AGENT "______b_____________" TALK_AGENT, TALK_CUSTOMER TALK_NOTHING TALK_CUSTOMER,
         0.9f},
        {TALK_AGENT "____________________" TALK_AGENT,
         TALK_CUSTOMER "......b............." TALK_CUSTOMER, 0.85f},
        {TALK_AGENT "____________________" TALK_AGENT,
         TALK_CUSTOMER "......ss............" TALK_CUSTOMER, 0.9f},
        {TALK_AGENT "____________________" TALK_AGENT,
         TALK_CUSTOMER "......ss...ss......." TALK_CUSTOMER, 0.85f},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture;
        picture_draw(&picture, cases[i].agent, cases[i].customer);
        assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
        assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
        const struct cqa_event *hold = picture_first(&picture, CQA_EVENT_HOLD);
        assert_int_equal(hold->kind, CQA_KIND_MUTE);
        assert_int_equal(hold->side, CQA_PARTY_AGENT);
        assert_true(hold->confidence == cases[i].sureness);
        picture_finish(&picture);
    }
}

/* The line tells when it is live again; when the next beep is due does not matter then. */
static void test_beeps_until_the_line_is_live(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "_____b_________b_________b___........" TALK_AGENT,
                         TALK_CUSTOMER "....................................." TALK_CUSTOMER,
                         TALK_NOTHING "BBBBBBBBBBBBBBBBBBBBBBBBBBBBB........" TALK_NOTHING);
}

/* Nobody speaks when the next one would be due: the hold has ended somewhere before that. */
static void test_beeps_that_stay_away(void **state)
{
    (void)state;
    picture_expect_holds(
        TALK_AGENT "ss.b...........b...........b....................sss" TALK_AGENT,
        TALK_CUSTOMER "..................................................." TALK_CUSTOMER,
        TALK_NOTHING "..BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB................." TALK_NOTHING);
}

/* Where the agent's line is dropped a voice before the music on the other line is the hold's, too;
 * the party's own words are not. */
static void test_voice_before_music_of_a_park(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT ".________________." TALK_AGENT,
                         TALK_CUSTOMER ".AAAAAMMMMMMMMMMM." TALK_CUSTOMER,
                         TALK_NOTHING ".mmmmmmmmmmmmmmmm." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT ".________________." TALK_AGENT,
                         TALK_CUSTOMER ".sssssMMMMMMMMMMM." TALK_CUSTOMER,
                         TALK_NOTHING "......mmmmmmmmmmm." TALK_NOTHING);
}

/* Where the floor tells nothing an even train of beeps does. */
static void test_beep_train(void **state)
{
    (void)state;
    picture_expect_holds(TALK_AGENT "ss.b...........b...........b.sss" TALK_AGENT,
                         TALK_CUSTOMER "................................" TALK_CUSTOMER,
                         TALK_NOTHING "..BBBBBBBBBBBBBBBBBBBBBBBBBB...." TALK_NOTHING);
    picture_expect_holds(
        TALK_AGENT
        "ss.b.........b...................b.........b.sss" TALK_AGENT, /* one in a word */
        TALK_CUSTOMER "......................sss......................." TALK_CUSTOMER,
        TALK_NOTHING "..BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB...." TALK_NOTHING);
    picture_expect_holds(TALK_AGENT
                         "ss.b...........b...........b.sss" TALK_AGENT, /* a customer at length */
                         TALK_CUSTOMER "......ssssssssssssssssss........" TALK_CUSTOMER,
                         TALK_NOTHING "................................" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT
                         "...b........................b..." TALK_AGENT, /* two are none */
                         TALK_CUSTOMER "................................" TALK_CUSTOMER,
                         TALK_NOTHING "................................" TALK_NOTHING);
}

/* ---- phase, order, mono, borders */

static void expect_phase(const char *agent, const char *customer, enum cqa_event_phase phase)
{
    struct picture picture;

    picture_draw(&picture, agent, customer);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
    assert_int_equal(picture_first(&picture, CQA_EVENT_HOLD)->phase, phase);
    picture_finish(&picture);
}

static void test_phase(void **state)
{
    (void)state;
    expect_phase("MMMMMMMMMMMMMM.sss...sss", "..................sss...", CQA_PHASE_QUEUE);
    expect_phase("sss...sss.MMMMMMMMMMMMMM", "...sss..................", CQA_PHASE_TALK);
    expect_phase("MMMMMMMMMMMMMM..........", "........................", CQA_PHASE_QUEUE);
    expect_phase("..................sss...", "MMMMMMMMMMMMMM.......sss", CQA_PHASE_QUEUE);
}

/* What somebody says between two holds sounds like an announcement. On a mix the music tells:
 * around those words it is gone, around an announcement it goes on. */
static void test_words_between_holds(void **state)
{
#define TALK_MIX "ssssss..ss.ss..sssss"
    (void)state;
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMM.vvvvvvvv.MMMMMMMMMMMM" TALK_MIX, NULL,
                         TALK_NOTHING "MMMMMMMMMMMM..........MMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMM.AAAAAAAA.MMMMMMMMMMMM" TALK_MIX, NULL,
                         TALK_NOTHING "MMMMMMMMMMMM..........MMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMMvvvvvvvv..MMMMMMMMMMMM" TALK_MIX, NULL,
                         TALK_NOTHING "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" TALK_NOTHING);
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMM..vvvvvvvvMMMMMMMMMMMM" TALK_MIX, NULL,
                         TALK_NOTHING "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" TALK_NOTHING);
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMM.hhhhhhhh.MMMMMMMMMMMM" TALK_MIX,
                         NULL, /* no voice */
                         TALK_NOTHING "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_AGENT "MMMMMMMMMMMM.vvvvvvvv.MMMMMMMMMMMM" TALK_AGENT,
                         TALK_CUSTOMER ".................................." TALK_CUSTOMER,
                         TALK_NOTHING "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" TALK_NOTHING);
}

/* How sure a hold is with `words` in it, of which the second look is sure so far that they are an
 * announcement. */
static float sureness_with(const char *agent, const char *customer, size_t first, uint8_t announced)
{
    struct picture picture;

    picture_draw(&picture, agent, customer);
    for (size_t t = first * PICTURE_CELL; t < (first + 8) * PICTURE_CELL; t++)
        picture.tracks.channel[0].posterior[CQA_TRACK_ANNOUNCED][t] = announced;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
    const float sureness = picture_first(&picture, CQA_EVENT_HOLD)->confidence;
    picture_finish(&picture);
    return sureness;
}

/* Words in a hold that both looks rather take for the agent's may part it in two. */
static void test_words_in_a_hold(void **state)
{
#define WORDS "MMMMMMMMMMMMvvvvvvvvMMMMMMMMMMMM"
    (void)state;
    assert_true(sureness_with(TALK_MIX WORDS TALK_MIX, NULL, 32, 220) == 0.85f);
    assert_true(sureness_with(TALK_MIX WORDS TALK_MIX, NULL, 32, 235) > 0.9f);
    assert_true(sureness_with(TALK_MIX "MMMMMMMMMMMMvvMMMMMMMMMMMMMMMMMM" TALK_MIX, NULL, 32,
                              220) == 0.85f);
    assert_true(sureness_with(TALK_MIX "MMMMMMMMMMMMvMMMMMMMMMMMMMMMMMMM" TALK_MIX, NULL, 32, 220) >
                0.9f);
    assert_true(sureness_with(TALK_MIX "MMMMMMMMMMMMAAAAAAAAMMMMMMMMMMMM" TALK_MIX, NULL, 32, 220) >
                0.9f);
    assert_true(sureness_with(TALK_AGENT WORDS TALK_AGENT,
                              TALK_CUSTOMER "................................" TALK_CUSTOMER, 32,
                              220) == 0.85f);
    assert_true(sureness_with(TALK_AGENT WORDS TALK_AGENT,
                              TALK_CUSTOMER "................................" TALK_CUSTOMER, 32,
                              235) > 0.9f);
#undef WORDS
}

/* A voice for which the music stops, before it and after it, may be the agent's between two holds,
 * however sure both looks are of an announcement. */
static void test_music_that_stops(void **state)
{
    const char *const customer = TALK_CUSTOMER ".................................." TALK_CUSTOMER;

    (void)state;
    assert_true(sureness_with(TALK_AGENT "MMMMMMMMMMMM.AAAAAAAA.MMMMMMMMMMMM" TALK_AGENT, customer,
                              33, 250) == 0.85f);
    assert_true(sureness_with(TALK_AGENT "MMMMMMMMMMMMAAAAAAAA..MMMMMMMMMMMM" TALK_AGENT, customer,
                              32, 250) > 0.9f);
    assert_true(sureness_with(TALK_AGENT "MMMMMMMMMMMM..AAAAAAAAMMMMMMMMMMMM" TALK_AGENT, customer,
                              34, 250) > 0.9f);
}

/* Music on both lines is one hold, as sure as the line that is less so. */
static void test_one_hold_of_two_lines(void **state)
{
    (void)state;
    assert_true(sureness_with(TALK_AGENT ".MMMMMMMMMMMvvvvvvvvMMMMMMMMMMMM" TALK_AGENT,
                              TALK_CUSTOMER "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM" TALK_CUSTOMER, 32,
                              220) == 0.85f);
}

/* On two muted lines the music is all there is, and where its loop begins anew nothing is. */
static void test_loop_stands_still(void **state)
{
    (void)state;
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMM00MMMMMMMMMMMM" TALK_MIX, NULL,
                         TALK_NOTHING "MMMMMMMMMMMMMMMMMMMMMMMMMM" TALK_NOTHING);
    picture_expect_holds(TALK_MIX "MMMMMMMMMMMM0000MMMMMMMMMMMM" TALK_MIX, NULL, /* 2.05 s */
                         TALK_NOTHING "MMMMMMMMMMMM....MMMMMMMMMMMM" TALK_NOTHING);
#undef TALK_MIX
}

static void test_mono(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, "ssss..ssss..ss.MMMMMMMMMMMMMM.ssss..s", NULL);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 1);
    const struct cqa_event *hold = picture_first(&picture, CQA_EVENT_HOLD);
    assert_int_equal(hold->kind, CQA_KIND_MUSIC);
    assert_int_equal(hold->side, CQA_PARTY_NONE);
    assert_int_equal(hold->start_ms, 15 * PICTURE_CELL_MS);
    assert_int_equal(hold->end_ms, 29 * PICTURE_CELL_MS);
    assert_int_equal(picture_count(&picture, CQA_EVENT_OVERTALK), 0);
    picture_finish(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_music),
        cmocka_unit_test(test_music_bridged),
        cmocka_unit_test(test_voice_and_music),
        cmocka_unit_test(test_announcement_is_nobodys_speech),
        cmocka_unit_test(test_radio_in_the_room),
        cmocka_unit_test(test_radio_between_the_words),
        cmocka_unit_test(test_levels_of_syllables),
        cmocka_unit_test(test_music_of_the_room),
        cmocka_unit_test(test_radio_and_talk),
        cmocka_unit_test(test_second_look_fills),
        cmocka_unit_test(test_silence_between_pieces),
        cmocka_unit_test(test_mute),
        cmocka_unit_test(test_mute_ends_where_the_line_rises),
        cmocka_unit_test(test_mute_of_two_depths),
        cmocka_unit_test(test_mute_length),
        cmocka_unit_test(test_gated_line),
        cmocka_unit_test(test_park_in_noise),
        cmocka_unit_test(test_park_beside_a_radio),
        cmocka_unit_test(test_gated_to_zero),
        cmocka_unit_test(test_beeps_on_a_muted_line),
        cmocka_unit_test(test_doubts_of_a_muted_line),
        cmocka_unit_test(test_beeps_until_the_line_is_live),
        cmocka_unit_test(test_beeps_that_stay_away),
        cmocka_unit_test(test_voice_before_music_of_a_park),
        cmocka_unit_test(test_beep_train),
        cmocka_unit_test(test_phase),
        cmocka_unit_test(test_words_between_holds),
        cmocka_unit_test(test_words_in_a_hold),
        cmocka_unit_test(test_music_that_stops),
        cmocka_unit_test(test_one_hold_of_two_lines),
        cmocka_unit_test(test_loop_stands_still),
        cmocka_unit_test(test_mono),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
