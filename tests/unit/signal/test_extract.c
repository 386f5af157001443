/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/near.h"
#include "support/telephone.h"

enum { SECOND = 8000 };

/* A pair of channels of the test's own. */
struct line {
    size_t count;
    float *left;
    float *right;
};

static struct line line_of(size_t count)
{
    struct line line = {count, calloc(count + 1, sizeof(float)), calloc(count + 1, sizeof(float))};

    assert_non_null(line.left);
    assert_non_null(line.right);
    return line;
}

static struct cqa_frames hear(struct line *line)
{
    const struct cqa_frames frames = telephone_frames(line->left, line->right, line->count, 0);

    free(line->left);
    free(line->right);
    return frames;
}

/* A sine of 0.5: its power is -9.03 dBFS, its peak -6.02, all in the band of 920..1080 Hz. */
static void test_tone(void **state)
{
    struct line line = line_of(SECOND);

    (void)state;
    telephone_tone(line.left, SECOND, 1010, 0.5f);
    telephone_tone(line.right, SECOND, 1010, 0.005f);
    struct cqa_frames frames = hear(&line);
    for (size_t t = 8; t < 28; t++) {
        const struct cqa_channel_frames *rows = frames.channel;
        assert_near(cqa_level_dbfs(rows[0].level[t]), -9.03, 0.4);
        assert_near(cqa_level_dbfs(rows[0].band[7][t]), -9.03, 0.4);
        assert_true(cqa_level_dbfs(rows[0].band[3][t]) < -60);
        assert_near(cqa_level_dbfs(rows[0].crest[t]), -6.02, 0.4);
        for (size_t s = 0; s < CQA_SUBFRAMES; s++)
            assert_near(cqa_level_dbfs(rows[0].sub[t * CQA_SUBFRAMES + s]), -9.03, 0.4);
        assert_near(rows[0].freq1[t] / 16.0, 1010, 1);
        assert_true(rows[0].share1[t] > 250);
        assert_true(rows[0].tonality[t] > 250);
        assert_true(rows[0].zero[t] < 6);
        assert_int_equal(rows[0].flat[t], 0);
        assert_true(rows[0].flatness[t] < 100);
        assert_near(cqa_level_dbfs(rows[1].level[t]), -49.03, 0.4);
    }
    cqa_frames_finish(&frames);
}

/* Levels over the whole range that the bytes span. */
static void test_levels(void **state)
{
    (void)state;
    for (int db = -90; db <= 0; db += 6) {
        struct line line = line_of(SECOND / 4);
        telephone_tone(line.right, SECOND / 4, 700, (float)pow(10, db / 20.0));
        struct cqa_frames frames = hear(&line);
        assert_near(cqa_level_dbfs(frames.channel[1].level[4]), db - 3.01, 0.4);
        assert_int_equal(frames.channel[0].level[4], 0);
        cqa_frames_finish(&frames);
    }
}

static void test_channels_are_not_swapped(void **state)
{
    struct line line = line_of(SECOND);

    (void)state;
    telephone_tone(line.left, SECOND, 1633, 0.3f);
    telephone_tone(line.right, SECOND, 440, 0.1f);
    struct cqa_frames frames = hear(&line);
    assert_near(frames.channel[0].freq1[15] / 16.0, 1633, 1);
    assert_near(frames.channel[1].freq1[15] / 16.0, 440, 1);
    assert_near(cqa_level_dbfs(frames.channel[0].level[15]), -13.5, 0.4);
    assert_near(cqa_level_dbfs(frames.channel[1].level[15]), -23.0, 0.4);
    assert_true(frames.channel[1].ring[15] > 250);
    assert_true(frames.channel[0].ring[15] < 3);
    cqa_frames_finish(&frames);
}

/* One loud channel beside a silent one: what is left there is rounding, 100 dB down. */
static void test_channels_do_not_mix(void **state)
{
    struct line line = line_of(SECOND);

    (void)state;
    telephone_voice(line.left, SECOND, 0.9f, 5);
    struct cqa_frames frames = hear(&line);
    for (size_t t = 0; t < frames.count; t++) {
        assert_true(cqa_level_dbfs(frames.channel[1].level[t]) < -95);
        assert_int_equal(frames.channel[1].crest[t], 0);
        assert_int_equal(frames.channel[1].zero[t], 255);
    }
    cqa_frames_finish(&frames);
}

static void test_idle(void **state)
{
    struct line line = line_of(SECOND);
    uint32_t seed = 11;

    (void)state;
    for (size_t i = 0; i < SECOND; i++) {
        line.left[i] = 8.0f / 32768; /* A-law has no zero */
        line.right[i] = 20.0f / 32768 * telephone_noise(&seed);
    }
    struct cqa_frames frames = hear(&line);
    for (size_t t = 1; t < 30; t++) {
        assert_int_equal(frames.channel[0].zero[t], 255);
        assert_true(frames.channel[1].zero[t] < 25);
    }
    cqa_frames_finish(&frames);
}

static void test_clipped(void **state)
{
    struct line line = line_of(SECOND);

    (void)state;
    telephone_tone(line.left, SECOND, 200, 1.5f);
    telephone_tone(line.right, SECOND, 200, 0.9f);
    for (size_t i = 0; i < SECOND; i++) /* cut at 0.6, far under full scale */
        line.left[i] = fmaxf(-0.6f, fminf(0.6f, line.left[i]));
    struct cqa_frames frames = hear(&line);
    for (size_t t = 1; t < 30; t++) {
        assert_true(frames.channel[0].flat[t] > 100);
        assert_int_equal(frames.channel[1].flat[t], 0);
    }
    cqa_frames_finish(&frames);
}

/* A frame stands for its own 256 samples. */
static void test_place_of_a_click(void **state)
{
    static const size_t places[] = {0, 255, 256, 1000, 7935, 7936, 7999};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct line line = line_of(SECOND);
        line.left[places[i]] = 0.5f;
        struct cqa_frames frames = hear(&line);
        for (size_t t = 0; t < frames.count; t++)
            assert_int_equal(frames.channel[0].crest[t] > 0, t == places[i] / CQA_HOP);
        for (size_t s = 0; s < frames.count * CQA_SUBFRAMES; s++)
            assert_int_equal(frames.channel[0].sub[s] > 0, s == places[i] / 64);
        cqa_frames_finish(&frames);
    }
}

static void test_pitch(void **state)
{
    static const double pitches_hz[] = {80, 100, 160, 250, 360};

    (void)state;
    for (size_t i = 0; i < sizeof pitches_hz / sizeof pitches_hz[0]; i++) {
        struct line line = line_of(SECOND);
        for (int h = 1; h * pitches_hz[i] < 3500; h++)
            telephone_tone(line.left, SECOND, h * pitches_hz[i], 0.3f / (float)h);
        uint32_t seed = 3;
        for (size_t k = 0; k < SECOND; k++)
            line.right[k] = 0.1f * telephone_noise(&seed);
        struct cqa_frames frames = hear(&line);
        assert_true(frames.channel[0].harmonicity[15] > 150);
        assert_near(8000.0 / frames.channel[0].lag[15], pitches_hz[i], 0.04 * pitches_hz[i]);
        assert_true(frames.channel[1].harmonicity[15] < 110);
        assert_true(frames.channel[1].flatness[15] > 200);
        cqa_frames_finish(&frames);
    }
}

static void test_frame_count(void **state)
{
    static const size_t lengths[] = {0,     1,     2,     127,   128,   129,   255,   256,
                                     257,   383,   384,   385,   511,   512,   513,   4095,
                                     4096,  8191,  8192,  8193,  28672, 28673, 32639, 32640,
                                     32641, 32767, 32768, 32769, 65536, 100001};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (uint32_t cuts = 0; cuts < 4; cuts++) {
            struct line line = line_of(lengths[i]);
            struct cqa_frames frames = telephone_frames(line.left, line.right, line.count, cuts);
            assert_int_equal(frames.count, (lengths[i] + CQA_HOP - 1) / CQA_HOP);
            cqa_frames_finish(&frames);
            free(line.left);
            free(line.right);
        }
}

static void expect_same_rows(const struct cqa_frames *left, const struct cqa_frames *right, int c)
{
    const struct cqa_channel_frames *a = &left->channel[c];
    const struct cqa_channel_frames *b = &right->channel[c];
    const uint8_t *rows[][2] = {
        {a->level, b->level},   {a->flatness, b->flatness}, {a->harmonicity, b->harmonicity},
        {a->lag, b->lag},       {a->tonality, b->tonality}, {a->peaks, b->peaks},
        {a->share1, b->share1}, {a->share2, b->share2},     {a->ring, b->ring},
        {a->zero, b->zero},     {a->flat, b->flat},         {a->crest, b->crest},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_memory_equal(rows[i][0], rows[i][1], left->count);
    for (int band = 0; band < CQA_BANDS; band++)
        assert_memory_equal(a->band[band], b->band[band], left->count);
    assert_memory_equal(a->sub, b->sub, left->count * CQA_SUBFRAMES);
    assert_memory_equal(a->freq1, b->freq1, left->count * sizeof *a->freq1);
    assert_memory_equal(a->freq2, b->freq2, left->count * sizeof *a->freq2);
}

/* However the stream is cut into pieces: the same frames, bit for bit. */
static void test_any_cut(void **state)
{
    enum { LENGTH = 12 * SECOND + 77 };
    struct line line = line_of(LENGTH);

    (void)state;
    telephone_voice(line.left, 6 * SECOND, 0.5f, 21);
    telephone_voice(line.right + 6 * SECOND, LENGTH - 6 * SECOND, 0.5f, 22);
    for (size_t i = 400; i < LENGTH; i++)
        line.right[i] += 0.1f * line.left[i - 400];
    struct cqa_frames whole = telephone_frames(line.left, line.right, LENGTH, 0);
    for (uint32_t cuts = 1; cuts < 8; cuts++) {
        struct cqa_frames pieces = telephone_frames(line.left, line.right, LENGTH, cuts);
        print_message("cuts %u\n", cuts);
        assert_int_equal(pieces.count, whole.count);
        expect_same_rows(&whole, &pieces, 0);
        expect_same_rows(&whole, &pieces, 1);
        assert_memory_equal(whole.leak, pieces.leak, sizeof whole.leak);
        cqa_frames_finish(&pieces);
    }
    cqa_frames_finish(&whole);
    free(line.left);
    free(line.right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tone),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_channels_are_not_swapped),
        cmocka_unit_test(test_channels_do_not_mix),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_clipped),
        cmocka_unit_test(test_place_of_a_click),
        cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_frame_count),
        cmocka_unit_test(test_any_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
