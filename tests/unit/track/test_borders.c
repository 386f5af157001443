/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "track/borders.h"

enum { FRAMES = 40 };

/* Speech of 20 frames from the tenth on; `speech`: of 255, as the classifier hears the frames. */
struct line {
    uint8_t class_[FRAMES];
    uint8_t posterior[CQA_CLASS_COUNT][FRAMES];
    struct cqa_tracks tracks;
    struct cqa_spans spans;
};

static void say(struct line *line, size_t t, int speech)
{
    line->posterior[CQA_CLASS_SPEECH][t] = (uint8_t)speech;
    line->posterior[CQA_CLASS_NONE][t] = (uint8_t)(255 - speech);
}

static void line_init(struct line *line)
{
    *line = (struct line){.tracks = {.count = FRAMES, .channel_count = 1}};
    line->tracks.channel[0].class_ = line->class_;
    for (int k = 0; k < CQA_CLASS_COUNT; k++)
        line->tracks.channel[0].posterior[k] = line->posterior[k];
    for (size_t t = 0; t < FRAMES; t++)
        say(line, t, t >= 10 && t < 30 ? 255 : 0);
}

static void refine(struct line *line, size_t first, size_t last)
{
    for (size_t t = 0; t < FRAMES; t++)
        line->class_[t] = t >= first && t < last ? CQA_CLASS_SPEECH : CQA_CLASS_NONE;
    cqa_spans_finish(&line->spans);
    assert_int_equal(cqa_tracks_spans(&line->tracks, 0, 1u << CQA_CLASS_SPEECH, &line->spans),
                     CQA_OK);
    cqa_tracks_refine(&line->tracks, 0, 1u << CQA_CLASS_SPEECH, &line->spans);
    assert_int_equal(line->spans.count, 1);
}

static void expect_near(int64_t found_ms, int64_t wanted_ms, int64_t within_ms)
{
    assert_in_range(found_ms + 10000, wanted_ms + 10000 - within_ms, wanted_ms + 10000 + within_ms);
}

static void test_plain(void **state)
{
    struct line line;

    (void)state;
    line_init(&line);
    refine(&line, 10, 30);
    expect_near(line.spans.items[0].start_ms, 10L * CQA_FRAME_MS, 1);
    expect_near(line.spans.items[0].end_ms, 30L * CQA_FRAME_MS, 1);
    cqa_spans_finish(&line.spans);
}

/* Three frames may be either: wherever smoothing put the border, it is in their middle. */
static void test_undecided(void **state)
{
    struct line line;

    (void)state;
    line_init(&line);
    for (size_t t = 28; t < 31; t++)
        say(&line, t, 127);
    for (size_t last = 28; last <= 31; last++) {
        refine(&line, 10, last);
        expect_near(line.spans.items[0].end_ms, 29L * CQA_FRAME_MS + CQA_FRAME_MS / 2, 2);
    }
    for (size_t t = 10; t < 14; t++)
        say(&line, t, 127);
    refine(&line, 11, 30);
    expect_near(line.spans.items[0].start_ms, 12L * CQA_FRAME_MS, 2);
    cqa_spans_finish(&line.spans);
}

/* A little more for one side moves it a little. */
static void test_leaning(void **state)
{
    struct line line;
    int64_t before_ms = 0;

    (void)state;
    line_init(&line);
    for (int speech = 110; speech <= 150; speech += 4) {
        for (size_t t = 28; t < 32; t++)
            say(&line, t, speech);
        refine(&line, 10, 30);
        const int64_t end_ms = line.spans.items[0].end_ms;
        if (before_ms > 0)
            assert_in_range(end_ms, before_ms, before_ms + 8);
        before_ms = end_ms;
    }
    cqa_spans_finish(&line.spans);
}

/* A border stays on its side of the middle of a pause, whatever the frames say; at an end of the
 * recording there is nothing to look at. */
static void test_bounds(void **state)
{
    struct line line;

    (void)state;
    line_init(&line);
    for (size_t t = 0; t < FRAMES; t++) {
        say(&line, t, t < 20 || t >= 23 ? 255 : 250);
        line.class_[t] = t < 20 || t >= 23 ? CQA_CLASS_SPEECH : CQA_CLASS_NONE;
    }
    assert_int_equal(cqa_tracks_spans(&line.tracks, 0, 1u << CQA_CLASS_SPEECH, &line.spans),
                     CQA_OK);
    cqa_tracks_refine(&line.tracks, 0, 1u << CQA_CLASS_SPEECH, &line.spans);
    assert_int_equal(line.spans.count, 2);
    assert_int_equal(line.spans.items[0].start_ms, 0);
    assert_int_equal(line.spans.items[1].end_ms, FRAMES * CQA_FRAME_MS);
    assert_true(line.spans.items[0].end_ms <= line.spans.items[1].start_ms);
    cqa_spans_finish(&line.spans);
}

/* ---- holds */

enum { LONG = 200, FROM = 50, TO = 150, FLOOR = 100 };

/* Music from frame FROM to TO, as both looks hear it, on a line whose floor is 100. */
struct hold {
    uint8_t music[CQA_TRACK_COUNT][LONG];
    uint8_t level[LONG];
    uint8_t class_[LONG];
    struct cqa_tracks tracks;
};

static void hold_init(struct hold *hold)
{
    *hold = (struct hold){.tracks = {.count = LONG, .channel_count = 1}};
    hold->tracks.channel[0].class_ = hold->class_;
    for (int k = 0; k < CQA_TRACK_COUNT; k++)
        hold->tracks.channel[0].posterior[k] = hold->music[k];
    for (size_t t = 0; t < LONG; t++) {
        const int plays = t >= FROM && t < TO;
        hold->music[CQA_CLASS_MUSIC][t] = plays ? 240 : 15;
        hold->music[CQA_CLASS_NONE][t] = plays ? 15 : 240;
        hold->music[CQA_TRACK_PARKED][t] = plays ? 240 : 15;
        hold->level[t] = plays ? FLOOR + 60 : FLOOR;
    }
}

static struct cqa_span refine_hold(const struct hold *hold, int floor, size_t first, size_t last)
{
    const struct cqa_hold_sound sound = {hold->level, floor};
    const struct cqa_span span = {(int64_t)first * CQA_FRAME_MS, (int64_t)last * CQA_FRAME_MS};

    return cqa_tracks_refine_hold(&hold->tracks, 0, &sound, span,
                                  (struct cqa_span){0, LONG * CQA_FRAME_MS});
}

/* Wherever within half a second smoothing put the borders of music that both looks hear. */
static void test_hold_plain(void **state)
{
    struct hold hold;

    (void)state;
    hold_init(&hold);
    for (size_t off = 0; off < 16; off++) {
        const struct cqa_span span = refine_hold(&hold, -1, FROM + off, TO - off);
        expect_near(span.start_ms, (int64_t)FROM * CQA_FRAME_MS, 1);
        expect_near(span.end_ms, (int64_t)TO * CQA_FRAME_MS, 1);
    }
}

/* What the classifier half hears is music as long as the second look says so. */
static void test_hold_half_heard(void **state)
{
    struct hold hold;

    (void)state;
    hold_init(&hold);
    for (size_t t = FROM; t < FROM + 10; t++) {
        hold.music[CQA_CLASS_MUSIC][t] = 51;
        hold.music[CQA_CLASS_NONE][t] = 204;
    }
    expect_near(refine_hold(&hold, -1, FROM + 10, TO).start_ms, (int64_t)FROM * CQA_FRAME_MS, 12);
    for (size_t t = FROM; t < FROM + 10; t++)
        hold.music[CQA_TRACK_PARKED][t] = 15;
    expect_near(refine_hold(&hold, -1, FROM, TO).start_ms, (FROM + 10L) * CQA_FRAME_MS, 12);
}

/* A voice over music is the hold's where it was taken for music that is sung, else somebody's. */
static void test_hold_sung(void **state)
{
    struct hold hold;

    (void)state;
    hold_init(&hold);
    for (size_t t = FROM - 10; t < FROM; t++) {
        hold.music[CQA_CLASS_ANNOUNCEMENT][t] = 240;
        hold.music[CQA_CLASS_NONE][t] = 0;
        hold.music[CQA_TRACK_PARKED][t] = 240;
        hold.class_[t] = CQA_CLASS_ANNOUNCEMENT;
    }
    const int64_t border_ms = refine_hold(&hold, -1, FROM, TO).start_ms;
    assert_in_range(border_ms, (FROM - 5) * CQA_FRAME_MS, (FROM + 1) * CQA_FRAME_MS);
    for (size_t t = FROM - 10; t < FROM; t++)
        hold.class_[t] = CQA_CLASS_MUSIC;
    expect_near(refine_hold(&hold, -1, FROM, TO).start_ms, (FROM - 10L) * CQA_FRAME_MS, 1);
}

/* The agent is back with a word at once, on a line without noise: smoothing takes the word for more
 * of the music, the second look hears no hold any more. */
static void test_hold_before_a_word(void **state)
{
    struct hold hold;

    (void)state;
    hold_init(&hold);
    for (size_t t = FROM; t < TO; t++)
        hold.class_[t] = CQA_CLASS_MUSIC;
    for (size_t t = TO; t < TO + 16; t++) {
        hold.music[CQA_CLASS_MUSIC][t] = 120;
        hold.music[CQA_CLASS_ANNOUNCEMENT][t] = 130;
        hold.music[CQA_CLASS_NONE][t] = 5;
        hold.music[CQA_TRACK_PARKED][t] = 30;
        hold.class_[t] = CQA_CLASS_MUSIC;
        hold.level[t] = FLOOR + 60;
    }
    expect_near(refine_hold(&hold, -1, FROM, TO).end_ms, (int64_t)TO * CQA_FRAME_MS, 16);
}

/* What is as soft as the floor is no music, whatever both looks hear; where the floor tells. */
static void test_hold_at_floor(void **state)
{
    struct hold hold;

    (void)state;
    hold_init(&hold);
    for (size_t t = TO - 12; t < TO; t++)
        hold.level[t] = FLOOR - 6;
    expect_near(refine_hold(&hold, -1, FROM, TO).end_ms, (int64_t)TO * CQA_FRAME_MS, 1);
    for (size_t last = TO - 12; last <= TO; last += 4)
        expect_near(refine_hold(&hold, FLOOR, FROM, last).end_ms, (TO - 12L) * CQA_FRAME_MS, 8);
}

/* At the ends of a recording, and of a span of a single frame, there is less to look at. */
static void test_hold_bounds(void **state)
{
    struct hold hold;

    (void)state;
    hold_init(&hold);
    for (size_t t = 0; t < LONG; t++)
        hold.music[CQA_TRACK_PARKED][t] = 240;
    const struct cqa_span whole = refine_hold(&hold, -1, 0, LONG);
    assert_int_equal(whole.start_ms, 0);
    assert_int_equal(whole.end_ms, LONG * CQA_FRAME_MS);
    const struct cqa_span frame = refine_hold(&hold, -1, FROM, FROM + 1);
    assert_int_equal(frame.start_ms, FROM * CQA_FRAME_MS);
    assert_int_equal(frame.end_ms, (FROM + 1) * CQA_FRAME_MS);
    /* Of two that a short pause parts, none goes beyond its middle, whatever is heard there. */
    const struct cqa_hold_sound sound = {hold.level, -1};
    const struct cqa_span room = {(FROM - 4) * CQA_FRAME_MS, (TO + 3) * CQA_FRAME_MS};
    for (size_t t = 0; t < LONG; t++)
        hold.music[CQA_CLASS_MUSIC][t] = 240;
    const struct cqa_span beside = cqa_tracks_refine_hold(
        &hold.tracks, 0, &sound, (struct cqa_span){FROM * CQA_FRAME_MS, TO * CQA_FRAME_MS}, room);
    assert_in_range(beside.start_ms, room.start_ms, FROM * CQA_FRAME_MS);
    assert_in_range(beside.end_ms, TO * CQA_FRAME_MS, room.end_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_leaning),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_hold_plain),
        cmocka_unit_test(test_hold_half_heard),
        cmocka_unit_test(test_hold_sung),
        cmocka_unit_test(test_hold_at_floor),
        cmocka_unit_test(test_hold_before_a_word),
        cmocka_unit_test(test_hold_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
