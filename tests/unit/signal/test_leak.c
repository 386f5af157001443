/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>
#include "support/near.h"
#include "support/telephone.h"

enum { SECOND = 8000, LENGTH = 60 * SECOND, TURN = 4 * SECOND };

/* What leaks from the other channel: none where the gain is 0. */
struct path {
    size_t delay;
    float gain;
};

/* Two voices taking turns, over line noise, each heard on the other's channel through its path. */
static struct cqa_frames converse(struct path into_left, struct path into_right, uint32_t seed)
{
    float *voice[2];
    float *heard[2];

    for (int c = 0; c < 2; c++) {
        voice[c] = calloc(LENGTH, sizeof(float));
        heard[c] = calloc(LENGTH, sizeof(float));
        for (size_t at = (size_t)c * TURN; at + TURN <= LENGTH; at += 2 * (size_t)TURN)
            telephone_voice(voice[c] + at, TURN - SECOND / 2, 0.3f, seed + (uint32_t)at + 1);
    }
    for (size_t i = 0; i < LENGTH; i++)
        for (int c = 0; c < 2; c++) {
            const struct path *path = c == 0 ? &into_left : &into_right;
            const float other = i < path->delay ? 0.0f : voice[1 - c][i - path->delay];
            heard[c][i] = voice[c][i] + path->gain * other + 5e-4f * telephone_noise(&seed);
        }
    const struct cqa_frames frames = telephone_frames(heard[0], heard[1], LENGTH, 0);
    for (int c = 0; c < 2; c++) {
        free(voice[c]);
        free(heard[c]);
    }
    return frames;
}

static void expect_path(const struct cqa_leak *leak, struct path path)
{
    assert_int_equal(leak->found, path.gain != 0);
    if (path.gain == 0)
        return;
    assert_near(leak->delay_ms, (double)path.delay / 8.0, 0.126);
    assert_near(leak->gain_db, 20 * log10(fabs((double)path.gain)), 0.5);
    assert_true(leak->blocks >= 3);
    for (int b = 3; b < 15; b++) /* a flat path: every band of the line alike */
        assert_near(leak->band_gain_db[b], leak->gain_db, 4);
}

static void expect_paths(struct path into_left, struct path into_right, uint32_t seed)
{
    struct cqa_frames frames = converse(into_left, into_right, seed);

    print_message(
        "seed %u: %zu samples %g, %zu samples %g: left %g ms %g dB %g, right %g ms %g dB %g\n",
        seed, into_left.delay, (double)into_left.gain, into_right.delay, (double)into_right.gain,
        (double)frames.leak[0].delay_ms, (double)frames.leak[0].gain_db,
        (double)frames.leak[0].certainty, (double)frames.leak[1].delay_ms,
        (double)frames.leak[1].gain_db, (double)frames.leak[1].certainty);
    expect_path(&frames.leak[0], into_left);
    expect_path(&frames.leak[1], into_right);
    cqa_frames_finish(&frames);
}

static void test_both_directions(void **state)
{
    (void)state;
    expect_paths((struct path){360, 0.1f}, (struct path){1237, 0.032f}, 1);
    expect_paths((struct path){3, 0.2f}, (struct path){3600, 0.05f}, 2);
}

static void test_one_direction(void **state)
{
    (void)state;
    expect_paths((struct path){0, 0}, (struct path){801, 0.06f}, 3);
    expect_paths((struct path){128, -0.06f}, (struct path){0, 0}, 4); /* with its sign turned */
}

static void test_none(void **state)
{
    (void)state;
    for (uint32_t seed = 5; seed < 9; seed++)
        expect_paths((struct path){0, 0}, (struct path){0, 0}, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_directions),
        cmocka_unit_test(test_one_direction),
        cmocka_unit_test(test_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
