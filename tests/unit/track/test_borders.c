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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_undecided),
        cmocka_unit_test(test_leaning),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
