/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the rules about half-heard music turn: each number just kept, and just missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "track/soft_music.h"

enum { COUNT = 400 };

struct line {
    uint8_t class_[COUNT];
    uint8_t posterior[CQA_TRACK_COUNT][COUNT];
    struct cqa_channel_track track;
};

static void line_set(struct line *line)
{
    memset(line, 0, sizeof *line);
    line->track.class_ = line->class_;
    for (int k = 0; k < CQA_TRACK_COUNT; k++)
        line->track.posterior[k] = line->posterior[k];
}

static void fill(uint8_t *row, size_t first, size_t last, int value)
{
    memset(row + first, value, last - first);
}

static size_t music_of(const struct line *line)
{
    size_t count = 0;

    for (size_t t = 0; t < COUNT; t++)
        count += line->class_[t] == CQA_CLASS_MUSIC;
    return count;
}

/* Frames of no class that become music where all of the line has such a posterior. */
static size_t soft(int posterior)
{
    struct line line;

    line_set(&line);
    fill(line.posterior[CQA_CLASS_MUSIC], 0, COUNT, posterior);
    cqa_soft_music(&line.track, COUNT);
    return music_of(&line);
}

/* A fifth, over three seconds. */
static void test_mean(void **state)
{
    (void)state;
    assert_int_equal(soft(51), COUNT);
    assert_int_equal(soft(50), 0);
}

/* Of no class are only `frames`, the rest is a voice: 1.5 s at least. */
static size_t run_of(size_t frames)
{
    struct line line;

    line_set(&line);
    fill(line.posterior[CQA_CLASS_MUSIC], 0, COUNT, 100);
    memset(line.class_, CQA_CLASS_SPEECH, COUNT);
    fill(line.class_, 100, 100 + frames, CQA_CLASS_NONE);
    cqa_soft_music(&line.track, COUNT);
    return music_of(&line);
}

static void test_run(void **state)
{
    (void)state;
    assert_int_equal(run_of(47), 47);
    assert_int_equal(run_of(46), 0);
}

/* A run ends where it is still heard: the mean reaches over the end of loud music. */
static size_t edge_at(int posterior)
{
    struct line line;

    line_set(&line);
    fill(line.posterior[CQA_CLASS_MUSIC], 0, 200, 250);
    fill(line.posterior[CQA_CLASS_MUSIC], 200, 220, posterior);
    cqa_soft_music(&line.track, COUNT);
    return music_of(&line);
}

static void test_edge(void **state)
{
    (void)state;
    assert_int_equal(edge_at(30), 219); /* the last one has a neighbour of nothing */
    assert_int_equal(edge_at(29), 201); /* and here the first one has one of music */
}

/* A word in music becomes music, where the second look says so. */
static size_t parked(int second_look, int beside)
{
    struct line line;

    line_set(&line);
    fill(line.posterior[CQA_CLASS_MUSIC], 0, COUNT, beside);
    fill(line.posterior[CQA_TRACK_PARKED], 0, COUNT, second_look);
    memset(line.class_, CQA_CLASS_SPEECH, COUNT);
    cqa_parked_music(&line.track, COUNT);
    return music_of(&line);
}

static void test_parked(void **state)
{
    (void)state;
    assert_int_equal(parked(204, 15), COUNT - 16); /* eight frames at each end are not asked */
    assert_int_equal(parked(203, 15), 0);
    assert_int_equal(parked(204, 14), 0);
}

/* A song: a voice over music, in which the second look hears none. */
static size_t sung(int parked_, int announced)
{
    struct line line;

    line_set(&line);
    fill(line.posterior[CQA_TRACK_PARKED], 0, COUNT, parked_);
    fill(line.posterior[CQA_TRACK_ANNOUNCED], 0, COUNT, announced);
    memset(line.class_, CQA_CLASS_ANNOUNCEMENT, COUNT);
    cqa_parked_music(&line.track, COUNT);
    return music_of(&line);
}

static void test_sung(void **state)
{
    (void)state;
    assert_int_equal(sung(228, 100), COUNT - 16);
    assert_int_equal(sung(227, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean),   cmocka_unit_test(test_run),  cmocka_unit_test(test_edge),
        cmocka_unit_test(test_parked), cmocka_unit_test(test_sung),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
