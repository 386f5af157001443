/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "event/scene.h"
#include "support/picture.h"

/* What is known when silences are looked for; all times in ms, 60 s in all. */
struct known {
    struct cqa_tracks tracks;
    struct cqa_scene scene;
};

static void add(struct cqa_spans *spans, int64_t start_ms, int64_t end_ms)
{
    assert_int_equal(cqa_spans_add(spans, start_ms, end_ms), CQA_OK);
}

/* Speech from the first to the last moment but for [10 s, `end`). */
static void known_set(struct known *known, int64_t end_ms)
{
    *known = (struct known){.tracks = {.channel_count = 2}};
    known->scene = (struct cqa_scene){
        .tracks = &known->tracks, .lines = {.lost_ms = {60000, 60000}}, .duration_ms = 60000};
    add(&known->scene.speech[0], 0, 10000);
    add(&known->scene.speech[1], end_ms, 60000);
}

/* "START-END cause; …" */
static void known_expect(struct known *known, const char *wanted)
{
    char found[400] = "";
    size_t used = 0;

    assert_int_equal(cqa_scene_find_silence(&known->scene), CQA_OK);
    cqa_events_number(&known->scene.events);
    for (size_t i = 0; i < known->scene.events.count; i++) {
        const struct cqa_event *event = &known->scene.events.items[i];
        assert_int_equal(event->type, CQA_EVENT_SILENCE);
        used += (size_t)snprintf(found + used, sizeof found - used, "%s%lld-%lld %s",
                                 i > 0 ? "; " : "", (long long)event->start_ms,
                                 (long long)event->end_ms, cqa_event_cause_words[event->cause]);
    }
    assert_string_equal(found, wanted);
    cqa_scene_finish(&known->scene);
}

static void test_shortest(void **state)
{
    struct known known;

    (void)state;
    known_set(&known, 13000);
    known_expect(&known, "10000-13000 unexplained");
    known_set(&known, 12999);
    known_expect(&known, "");
}

static void test_initial_and_final(void **state)
{
    struct known known = {.tracks = {.channel_count = 2}};

    (void)state;
    known.scene = (struct cqa_scene){
        .tracks = &known.tracks, .lines = {.lost_ms = {60000, 60000}}, .duration_ms = 60000};
    add(&known.scene.speech[0], 5000, 20000);
    add(&known.scene.speech[1], 30000, 50000);
    known_expect(&known, "0-5000 initial; 20000-30000 unexplained; 50000-60000 final");
}

static void test_no_speech_at_all(void **state)
{
    struct known known = {.tracks = {.channel_count = 2}};

    (void)state;
    known.scene = (struct cqa_scene){
        .tracks = &known.tracks, .lines = {.lost_ms = {60000, 60000}}, .duration_ms = 60000};
    known_expect(&known, "0-60000 initial");
    known.scene = (struct cqa_scene){.tracks = &known.tracks, .duration_ms = 0};
    known_expect(&known, "");
}

/* Holds and signalling are no silence; they divide what is left. */
static void test_outside_holds_and_signalling(void **state)
{
    struct known known;

    (void)state;
    known_set(&known, 40000);
    add(&known.scene.holds, 12999, 20000);
    add(&known.scene.tones.signalling, 23000, 30000);
    known_expect(&known, "20000-23000 unexplained; 30000-40000 unexplained");
}

/* The agent's line dropped for 3 s of it, though for less than a hold. */
static void test_muted(void **state)
{
    struct known known;

    (void)state;
    known_set(&known, 20000);
    add(&known.scene.mute.dropped, 8000, 13000);
    known_expect(&known, "10000-20000 agent_muted");
    known_set(&known, 20000);
    add(&known.scene.mute.dropped, 8000, 12999);
    known_expect(&known, "10000-20000 unexplained");
}

static float muted_confidence(int informative, int64_t dropped_from_ms)
{
    struct known known;

    known_set(&known, 40000);
    known.scene.mute.informative = informative;
    add(&known.scene.mute.dropped, dropped_from_ms, 38000);
    assert_int_equal(cqa_scene_find_silence(&known.scene), CQA_OK);
    assert_int_equal(known.scene.events.count, 1);
    const float found = known.scene.events.items[0].confidence;
    cqa_scene_finish(&known.scene);
    return found;
}

/* A line that drops by itself does not tell a pause from a hold: a person has to listen. */
static void test_dropped_by_itself(void **state)
{
    const float asked = 0.9f; /* min_confidence of the standard rubric */

    (void)state;
    assert_true(muted_confidence(1, 12000) >= asked);
    assert_true(muted_confidence(0, 12000) < asked);
    assert_true(muted_confidence(0, 36000) >= asked); /* nearly all of it is no drop */
}

static float ringing_confidence(int64_t first_ms, int64_t second_ms)
{
    struct known known;

    known_set(&known, 40000);
    add(&known.scene.tones.doubtful, first_ms, first_ms + 1000);
    add(&known.scene.tones.doubtful, second_ms, second_ms + 1000);
    assert_int_equal(cqa_scene_find_silence(&known.scene), CQA_OK);
    assert_int_equal(known.scene.events.count, 1);
    const float found = known.scene.events.items[0].confidence;
    cqa_scene_finish(&known.scene);
    return found;
}

/* What may ring, though it is no plan's ringing, may explain the silence; once is no cadence. */
static void test_doubtful_ringing(void **state)
{
    (void)state;
    assert_true(ringing_confidence(12000, 17000) == 0.85f);
    assert_true(ringing_confidence(12000, 45000) > 0.99f);
    assert_true(ringing_confidence(9500, 39500) > 0.99f);
}

/* Silence ends where nothing was recorded, and begins again behind it; so it does for good where a
 * line is lost. */
static void test_pieces(void **state)
{
    struct known known;

    (void)state;
    known_set(&known, 40000);
    add(&known.scene.lines.not_recorded, 14000, 30000);
    known_expect(&known, "10000-14000 unexplained; 30000-40000 unexplained");
    known_set(&known, 20000);
    add(&known.scene.lines.not_recorded, 10000, 20000);
    known_expect(&known, "");
    known_set(&known, 40000);
    add(&known.scene.mute.dropped, 30000, 34000);
    add(&known.scene.lines.not_recorded, 14000, 30000);
    known_expect(&known, "10000-14000 unexplained; 30000-40000 agent_muted");
    known_set(&known, 40000);
    known.scene.lines.lost_ms[1] = 22000;
    known_expect(&known, "10000-22000 unexplained");
}

/* On a mix, where its floor falls: half of the piece or more, else the pieces have their own. */
static void test_parked(void **state)
{
    struct known known;

    (void)state;
    known_set(&known, 40000);
    add(&known.scene.lines.parked, 14000, 36000);
    known_expect(&known, "10000-14000 unexplained; 14000-36000 parked; 36000-40000 unexplained");
    known_set(&known, 40000);
    add(&known.scene.lines.parked, 8000, 41000);
    known_expect(&known, "10000-40000 parked");
    known_set(&known, 40000);
    add(&known.scene.lines.parked, 14000, 17000);
    known_expect(&known, "10000-14000 unexplained; 14000-17000 parked; 17000-40000 unexplained");
    known_set(&known, 40000);
    add(&known.scene.lines.parked, 14000, 16900); /* shorter than any silence */
    known_expect(&known, "10000-40000 unexplained");
}

static void test_mono(void **state)
{
    struct known known = {.tracks = {.channel_count = 1}};
    const struct cqa_frames nothing = {0};

    (void)state;
    known.scene = (struct cqa_scene){
        .frames = &nothing, .tracks = &known.tracks, .mono = 1, .duration_ms = 60000};
    add(&known.scene.speech[0], 0, 20000);
    add(&known.scene.speech[0], 30000, 59000);
    known_expect(&known, "20000-30000 unexplained");
}

/* ---- the same from drawn calls, with what else the scene makes of them */

static void test_both_sides_not_recorded(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, "sss...sss.....sss...0000000000sss...sss.....sss...",
                 "...sss...ss.ss...sss0000000000...sss...ss.ss...sss");
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_HOLD), 0);
    assert_int_equal(picture_count(&picture, CQA_EVENT_NOT_RECORDED), 1);
    const struct cqa_event *event = picture_first(&picture, CQA_EVENT_NOT_RECORDED);
    assert_int_equal(event->start_ms, 20 * PICTURE_CELL_MS);
    assert_int_equal(event->end_ms, 30 * PICTURE_CELL_MS);
    assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), 0);
    picture_finish(&picture);
}

/* On lines that are gated to zero elsewhere, zeros on both sides are only nobody speaking. */
static void test_both_sides_gated(void **state)
{
    (void)state;
    picture_expect_silences("sss0000sss0000sss0000000000000000sss0000sss0000",
                            "0000sss0000sss0000sss0000000000000000sss0000sss",
                            ".....................????????????..............");
}

static void test_one_way(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, "sssss...sssssss.....sssss...sssssss.....sssss",
                 ".............................................");
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    const struct cqa_event *event = picture_first(&picture, CQA_EVENT_ONE_WAY);
    assert_non_null(event);
    assert_int_equal(event->side, CQA_PARTY_CUSTOMER);
    assert_int_equal(event->end_ms, picture.scene.duration_ms);
    picture_finish(&picture);
    picture_draw(&picture, "sssss...sssssss", "..............."); /* too short to say */
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_null(picture_first(&picture, CQA_EVENT_ONE_WAY));
    picture_finish(&picture);
}

static void test_clipping(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, "sssssssssssssss", "...............");
    for (size_t t = 40; t < 46; t++) /* 192 ms, too short */
        picture.frames.channel[0].flat[t] = 10;
    for (size_t t = 100; t < 110; t++)
        picture.frames.channel[0].flat[t] = t == 105 ? 0 : 3;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_CLIPPING), 1);
    const struct cqa_event *event = picture_first(&picture, CQA_EVENT_CLIPPING);
    assert_int_equal(event->start_ms, 3200);
    assert_int_equal(event->end_ms, 3520);
    assert_int_equal(event->side, CQA_PARTY_AGENT);
    picture_finish(&picture);
}

/* Frames reach past the last sample; events, speech and what is made of them do not. */
static void test_ends_with_the_recording(void **state)
{
    static const char *const agents[] = {"sss...sss......MMMMMMMMMMMMMMM",
                                         "sss...sss.....................",
                                         "sss...sss...sssssssssssssssssss"};
    static const char *const customers[] = {"..............................",
                                            "...sss........................",
                                            "...sss....sssssssssssssssssssss"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct picture picture;
        picture_draw(&picture, agents[i], customers[i]);
        picture.scene.duration_ms -= 21;
        assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
        assert_true(picture.scene.events.count > 0);
        for (size_t k = 0; k < picture.scene.events.count; k++) {
            const struct cqa_event *event = &picture.scene.events.items[k];
            assert_int_equal(event->id, k + 1);
            assert_true(event->start_ms >= 0 && event->start_ms < event->end_ms);
            assert_true(event->end_ms <= picture.scene.duration_ms);
            assert_true(k == 0 || event->start_ms >= event[-1].start_ms);
        }
        for (int c = 0; c < 2; c++)
            for (size_t k = 0; k < picture.scene.speech[c].count; k++)
                assert_true(picture.scene.speech[c].items[k].end_ms <= picture.scene.duration_ms);
        picture_finish(&picture);
    }
}

/* A voice in the room does not end a silence, and nobody is sure that it was not the agent's. */
static void test_voice_in_the_room(void **state)
{
    static const uint8_t level[] = {130, 150}; /* 20 dB, 10 dB under the others */

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct picture picture;
        picture_draw(&picture, "sss...sss...sss........s........sss",
                     "...sss...sss.......................");
        for (size_t t = 23 * PICTURE_CELL; t < 24 * PICTURE_CELL; t++)
            picture.frames.channel[0].level[t] = level[i];
        assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
        const struct cqa_event *event = picture_first(&picture, CQA_EVENT_SILENCE);
        assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), i == 0 ? 1 : 2);
        assert_int_equal(event->end_ms, (i == 0 ? 32 : 23) * PICTURE_CELL_MS);
        assert_true(i == 0 ? event->confidence <= 0.85f : event->confidence > 0.99f);
        picture_finish(&picture);
    }
}

/* On a mix it may be the other party's, who is as soft. */
static void test_soft_voice_on_a_mix(void **state)
{
    struct picture picture;

    (void)state;
    picture_draw(&picture, "ssssssssssssss.........s........sss", NULL);
    for (size_t t = 23 * PICTURE_CELL; t < 24 * PICTURE_CELL; t++)
        picture.frames.channel[0].level[t] = 120;
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), 2);
    picture_finish(&picture);
}

/* A mix in which one voice is heard, and nothing made of that. */
static void draw_one_voice(struct picture *picture, const char *mix)
{
    static struct cqa_event_limits limits;

    limits = cqa_event_limits;
    limits.silence.lone_sure = 1.0f;
    picture_draw(picture, mix, NULL);
    picture->scene.limits = &limits;
}

/* Sets what the classifier hears of speech, and the level, in half-second cells of a mix. */
static void say(struct picture *picture, size_t first, size_t last, uint8_t speech, uint8_t level)
{
    for (size_t t = first * PICTURE_CELL; t < last * PICTURE_CELL; t++) {
        picture->tracks.channel[0].posterior[CQA_CLASS_SPEECH][t] = speech;
        picture->frames.channel[0].level[t] = level;
    }
}

/* What is soft and half heard on a mix may be nobody's word, and the silence longer than found. */
static void test_soft_and_doubtful_on_a_mix(void **state)
{
    static const struct {
        uint8_t speech;
        uint8_t level;
        int is_sure;
    } cases[] = {{194, 140, 0}, {194, 170, 1}, {240, 140, 1}, {205, 140, 1}, {194, 147, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct picture picture;
        draw_one_voice(&picture, "ssssssssssssss.........sss........sss.......sss");
        say(&picture, 23, 26, cases[i].speech, cases[i].level);
        assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
        assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), 3);
        const struct cqa_event *event = picture_first(&picture, CQA_EVENT_SILENCE);
        for (size_t k = 0; k < 3; k++, event++) { /* the third is bounded by plain words */
            assert_int_equal(event->type, CQA_EVENT_SILENCE);
            assert_true(cases[i].is_sure || k == 2 ? event->confidence > 0.99f
                                                   : event->confidence == 0.85f);
        }
        picture_finish(&picture);
    }
}

/* Of the first silence; what is said in cells 23 to `last` is soft and doubtful. */
static float sureness_before(const char *mix, size_t last)
{
    struct picture picture;

    draw_one_voice(&picture, mix);
    say(&picture, 23, last, 194, 140);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    const float sureness = picture_first(&picture, CQA_EVENT_SILENCE)->confidence;
    picture_finish(&picture);
    return sureness;
}

/* Doubtful words beside plain ones do not matter, where no pause parts them and they are few. */
static void test_doubtful_within_a_turn(void **state)
{
    (void)state;
    assert_true(sureness_before("ssssssssssssss.........sss..sssss.........sss", 26) > 0.99f);
    assert_true(sureness_before("ssssssssssssss.........sss....sssss.........sss", 26) == 0.85f);
    assert_true(sureness_before("ssssssssssssss.........sssssss..sssss.........sss", 30) > 0.99f);
    assert_true(sureness_before("ssssssssssssss.........ssssssss..sssss.........sss", 31) == 0.85f);
}

/* How sure the long silence is; what the agent's line says in the cells [20, 64) has `lag`, and
 * `side` presses keys. */
static float sureness_on_two(uint8_t lag, enum cqa_party side, int64_t keys_cell)
{
    const struct cqa_event keys = {.type = CQA_EVENT_DTMF,
                                   .side = side,
                                   .start_ms = keys_cell * PICTURE_CELL_MS,
                                   .end_ms = (keys_cell + 1) * PICTURE_CELL_MS};
    struct picture picture;

    picture_draw(
        &picture,
        "ssss......ssss......ssss..............................ssss........ssss......ssss.",
        ".....ssss......ssss...........................................ssss......ssss.....");
    for (size_t t = 0; t < picture.frames.count; t++) {
        const size_t cell = t / PICTURE_CELL;
        picture.frames.channel[0].lag[t] = cell >= 20 && cell < 64 ? lag : 80;
        picture.frames.channel[0].harmonicity[t] = 220;
    }
    assert_true(cqa_events_add(&picture.scene.events, &keys));
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    assert_int_equal(picture_count(&picture, CQA_EVENT_SILENCE), 1);
    const float sureness = picture_first(&picture, CQA_EVENT_SILENCE)->confidence;
    picture_finish(&picture);
    return sureness;
}

/* A menu in mid-call takes a card's number: nobody waits for the agent. An agent who asks for a
 * number has their own voice, and so has, for all that is known, a voice so close that the customer
 * answers with words. */
static void test_menu_on_two(void **state)
{
    (void)state;
    assert_true(sureness_on_two(57, CQA_PARTY_CUSTOMER, 25) == 0.85f);
    assert_true(sureness_on_two(57, CQA_PARTY_CUSTOMER, 60) == 0.85f);
    assert_true(sureness_on_two(80, CQA_PARTY_CUSTOMER, 25) > 0.99f);
    assert_true(sureness_on_two(57, CQA_PARTY_CUSTOMER, 14) > 0.99f);
    assert_true(sureness_on_two(57, CQA_PARTY_CUSTOMER, 74) > 0.99f);
}

/* Who presses keys on the agent's line has called a machine, whatever their voice. */
static void test_agents_keys(void **state)
{
    (void)state;
    assert_true(sureness_on_two(80, CQA_PARTY_AGENT, 25) == 0.85f);
    assert_true(sureness_on_two(80, CQA_PARTY_AGENT, 60) == 0.85f);
    assert_true(sureness_on_two(80, CQA_PARTY_AGENT, 14) > 0.99f);
    assert_true(sureness_on_two(80, CQA_PARTY_AGENT, 74) > 0.99f);
}

/* How sure the longest silence of a call is. */
static float sureness_of(const char *agent, const char *customer)
{
    struct picture picture;
    int64_t longest_ms = 0;
    float sureness = 0;

    picture_draw(&picture, agent, customer);
    assert_int_equal(cqa_scene_play(&picture.scene), CQA_OK);
    for (size_t i = 0; i < picture.scene.events.count; i++) {
        const struct cqa_event *event = &picture.scene.events.items[i];
        if (event->type == CQA_EVENT_SILENCE && event->end_ms - event->start_ms > longest_ms) {
            longest_ms = event->end_ms - event->start_ms;
            sureness = event->confidence;
        }
    }
    assert_true(longest_ms > 0);
    picture_finish(&picture);
    return sureness;
}

/* The same where the agent's line goes on with `part`, in which the customer says nothing. */
static float sureness_of_longest(const char *part)
{
    char agent[200];
    char customer[200];

    snprintf(agent, sizeof agent, "sss...sss.....sss...%s", part);
    snprintf(customer, sizeof customer, "...sss...ss.ss...sss%s", part);
    memset(customer + strlen("...sss...ss.ss...sss"), '.', strlen(part));
    return sureness_of(agent, customer);
}

/* "One moment, I'll get my card": who speaks last before a silence and first after it may be whom
 * the other waits for. Not where the agent has just spoken, or speaks at once. */
static void test_customers_own_pause(void **state)
{
    (void)state;
    assert_true(sureness_of("ssss.......................................ssss....",
                            "....ssss....................ssss...............ssss") == 0.85f);
    assert_true(sureness_of("ssss........................ssss...........ssss....",
                            "....ssss........................ssss...........ssss") > 0.99f);
    assert_true(sureness_of("ssss....ssss....................ssss.......ssss....",
                            "....ssss....................ssss...........ssss....") > 0.99f);
    assert_true(sureness_of("ssss....ssss................ssss...........ssss....",
                            "....ssss........................ssss...........ssss") > 0.99f);
    assert_true(sureness_of("ssssssss.....................sss...........ssss....",
                            "....ssss....................ssss...............ssss") > 0.99f);
}

/* The customer's line is parked, muted, or has lost its connection. A room that is softer for a
 * while tells nothing. */
static void test_customers_line_falls(void **state)
{
    static const char agent[] = "ssss....ssss....ssss....ssss....................ssss....ssss"
                                "....ssss....ssss";

    (void)state;
    assert_true(sureness_of(agent, "....ssss....ssss....ssss....ssss....................ssss...."
                                   "ssss....ssss....") > 0.99f);
    assert_true(sureness_of(agent, "....ssss....ssss....ssss....ssss________________....ssss...."
                                   "ssss....ssss....") == 0.85f);
    assert_true(sureness_of(agent, "....ssss....ssss....ssss....ssss______..............ssss...."
                                   "ssss....ssss....") > 0.99f);
}

/* Beeps in an agent's pause may be a hold's, though they are no even train, and nobody hears when
 * it ends: one beep may be lost. */
static void test_beeps_in_a_pause(void **state)
{
    static const char far_apart[] = /* 50 s */
        "ss.b..............................................................................."
        "....................b.........sss";
    static const char *const doubtful[] = {
        "ss.b...........b...........b....................sss",
        "ss......................b...........b...........b...sss",
        "ss.b...........b............sss",
        "ss.b...........b.........s..............sss", /* half a second is no word */
        "ss.b...........b.........____............................sss",
        far_apart,
    };

    (void)state;
    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++)
        assert_true(sureness_of_longest(doubtful[i]) == 0.85f);
}

/* Music before it and no word of the agent's since: the hold may go on, be its track over or its
 * file silent at the end. */
static void test_after_a_hold(void **state)
{
    (void)state;
    assert_true(sureness_of_longest(
                    "ss.MMMMMMMMMMMM............................................MMMMMMMMMMMM.ss") ==
                0.85f);
    assert_true(
        sureness_of_longest(
            "ss.MMMMMMMMMMMM.ss...........................................MMMMMMMMMMMM.ss") >
        0.99f);
    assert_true(sureness_of_longest(
                    "ss.MMMMMMMMMMMM............................................ss") == 0.85f);
    assert_true(sureness_of_longest(
                    "ss.MMMMMMMMMMMM.ss............................................ss") > 0.99f);
    assert_true(sureness_of_longest(
                    "ss............................................MMMMMMMMMMMM.ss") > 0.99f);
}

/* One beep is nothing, quicker ones are a machine's in the room; a word ends what beeps, and a line
 * that rises again shows by itself where a hold ended. */
static void test_no_beeps_in_a_pause(void **state)
{
    static const char *const sure[] = {
        "ss.b............................sss",
        "ss.b..b..b..b..b................sss",
        "ss.b...........b...........b..ss....................sss",
        "ss_____b_________b_________b____________............................sss",
    };

    (void)state;
    for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++)
        assert_true(sureness_of_longest(sure[i]) > 0.99f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shortest),
        cmocka_unit_test(test_initial_and_final),
        cmocka_unit_test(test_no_speech_at_all),
        cmocka_unit_test(test_outside_holds_and_signalling),
        cmocka_unit_test(test_muted),
        cmocka_unit_test(test_dropped_by_itself),
        cmocka_unit_test(test_doubtful_ringing),
        cmocka_unit_test(test_menu_on_two),
        cmocka_unit_test(test_agents_keys),
        cmocka_unit_test(test_customers_own_pause),
        cmocka_unit_test(test_customers_line_falls),
        cmocka_unit_test(test_beeps_in_a_pause),
        cmocka_unit_test(test_after_a_hold),
        cmocka_unit_test(test_no_beeps_in_a_pause),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_parked),
        cmocka_unit_test(test_mono),
        cmocka_unit_test(test_both_sides_not_recorded),
        cmocka_unit_test(test_both_sides_gated),
        cmocka_unit_test(test_one_way),
        cmocka_unit_test(test_voice_in_the_room),
        cmocka_unit_test(test_soft_voice_on_a_mix),
        cmocka_unit_test(test_soft_and_doubtful_on_a_mix),
        cmocka_unit_test(test_doubtful_within_a_turn),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_ends_with_the_recording),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
