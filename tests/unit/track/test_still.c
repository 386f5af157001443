/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine writes in the place of a line's sound, through the codecs that recorders write,
 * and what sounds on lines that only seems to stand still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "support/recording.h"
#include "support/telephone.h"
#include "track/still.h"

enum {
    SECOND = 8000,
    LENGTH_S = 24,
    COUNT = LENGTH_S * SECOND,
    HOLE_S = 8, /* where something else lies in the place of the sound, */
    HOLE_END_S = 14,
    WORD_S = 2, /* a word a party each so many seconds, but in the hole */
    WORD_MS = 900,
};

static const float line_noise = 2.3e-3f; /* -65 dBFS */

struct call {
    float *sound[2]; /* COUNT each; the second NULL for a mix */
    struct cqa_frames frames;
    struct cqa_tracks tracks;
};

static int in_hole(size_t i)
{
    return i >= (size_t)HOLE_S * SECOND && i < (size_t)HOLE_END_S * SECOND;
}

static int in_word(size_t i, int c)
{
    const size_t in_turn = i % ((size_t)WORD_S * SECOND);

    return !in_hole(i) && i / ((size_t)WORD_S * SECOND) % 2 == (size_t)c &&
           in_turn < (size_t)WORD_MS * SECOND / 1000;
}

/* Noise of a line: more of it below, as on real ones. */
static void add_noise(float *samples, size_t first, size_t last, float amplitude, uint32_t seed)
{
    float low = 0;

    for (size_t i = first; i < last; i++) {
        low += 0.1f * (telephone_noise(&seed) - low);
        samples[i] += amplitude * (0.15f * telephone_noise(&seed) + 1.6f * low);
    }
}

static void add_white(float *samples, size_t first, size_t last, float amplitude, uint32_t seed)
{
    for (size_t i = first; i < last; i++)
        samples[i] += amplitude * telephone_noise(&seed);
}

/* Two lines with words in turn, over noise; nothing at all in the hole. */
static struct call call_open(int lines)
{
    struct call call = {.sound = {calloc(COUNT, sizeof(float)), NULL}};

    if (lines == 2)
        call.sound[1] = calloc(COUNT, sizeof(float));
    for (int c = 0; c < 2; c++) {
        float *line = call.sound[lines == 2 ? c : 0];
        for (size_t s = 0; s < LENGTH_S; s += WORD_S)
            if (in_word(s * SECOND, c))
                telephone_voice(line + s * SECOND, (size_t)WORD_MS * SECOND / 1000, 0.3f,
                                (uint32_t)(s + 100 * (size_t)c + 1));
        add_noise(line, 0, (size_t)HOLE_S * SECOND, line_noise, (uint32_t)c + 5);
        add_noise(line, (size_t)HOLE_END_S * SECOND, COUNT, line_noise, (uint32_t)c + 7);
    }
    return call;
}

/* The hole on a line, for what shall be in it. */
static float *hole_of(const struct call *call, int c)
{
    return call->sound[c] + (size_t)HOLE_S * SECOND;
}

enum { HOLE = (HOLE_END_S - HOLE_S) * SECOND };

static void track_channel(struct call *call, int c, int lines)
{
    struct cqa_channel_track *track = &call->tracks.channel[c];
    const size_t count = call->frames.count;

    track->class_ = calloc(count + 1, 1);
    track->still = calloc(count + 1, 1);
    for (int k = 0; k < CQA_TRACK_COUNT; k++)
        track->posterior[k] = calloc(count + 1, 1);
    for (size_t t = 0; t < count; t++) {
        const size_t middle = t * CQA_HOP + CQA_HOP / 2;
        const int speaks = in_word(middle, c) || (lines == 1 && in_word(middle, 1));
        track->class_[t] = speaks ? CQA_CLASS_SPEECH : CQA_CLASS_NONE;
        track->posterior[track->class_[t]][t] = 255;
    }
}

/* As a classifier would have it that knows the words. */
static void call_listen(struct call *call)
{
    const int lines = call->sound[1] != NULL ? 2 : 1;

    call->frames = telephone_frames(call->sound[0], call->sound[lines - 1], COUNT, 0);
    call->tracks = (struct cqa_tracks){.count = call->frames.count, .channel_count = lines};
    for (int c = 0; c < lines; c++)
        track_channel(call, c, lines);
    assert_int_equal(cqa_still_find(&call->frames, &call->tracks), CQA_OK);
}

static void call_close(struct call *call)
{
    free(call->sound[0]);
    free(call->sound[1]);
    cqa_tracks_finish(&call->tracks);
    cqa_frames_finish(&call->frames);
}

/* Share of the frames that are `still`, wholly inside the hole or wholly outside. */
static float share(const struct call *call, int c, int inside, enum cqa_still still)
{
    const size_t edge = 3;
    const size_t first = (size_t)HOLE_S * SECOND / CQA_HOP;
    const size_t last = (size_t)HOLE_END_S * SECOND / CQA_HOP;
    size_t count = 0;
    size_t found = 0;

    for (size_t t = 0; t < call->frames.count - edge; t++) {
        const int is_in = t >= first + edge && t + edge < last;
        const int is_out = t + edge < first || t >= last + edge;
        if (inside ? !is_in : !is_out)
            continue;
        count++;
        found += call->tracks.channel[c].still[t] == (uint8_t)still;
    }
    return (float)found / (float)count;
}

static void expect_hole(struct call *call, const char *name, enum cqa_still wanted)
{
    const int lines = call->sound[1] != NULL ? 2 : 1;

    call_listen(call);
    for (int c = 0; c < lines; c++) {
        const float inside = share(call, c, 1, wanted);
        const float outside = share(call, c, 0, CQA_STILL_NOT);
        if (inside < 0.95f || outside < 0.98f)
            fail_msg("%s: channel %d: %g of the hole is %d, %g around it is not still", name, c,
                     (double)inside, (int)wanted, (double)outside);
    }
    call_close(call);
}

/* ---- nothing */

/* A few values that repeat, as a recorder without packets plays its last buffer over and over. */
static void fill_pattern(float *samples)
{
    static const float steps[] = {0, 1, 1, 0, -1, 2, 0, -1};

    for (size_t i = 0; i < HOLE; i++)
        samples[i] = 8.0f / 32768 * steps[i % 8];
}

static void fill_constant(float *samples)
{
    for (size_t i = 0; i < HOLE; i++)
        samples[i] = 24.0f / 32768;
}

static void fill_nothing(float *samples)
{
    memset(samples, 0, HOLE * sizeof *samples);
}

enum { PATTERN = 2 }; /* which adaptive codecs do not write over and over */

static const struct {
    const char *name;
    void (*fill)(float *samples);
} nothings[] = {

    {"zeros", fill_nothing}, {"a constant", fill_constant}, {"a pattern", fill_pattern}};

static void test_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nothings / sizeof nothings[0]; i++)
        for (int lines = 1; lines <= 2; lines++) {
            struct call call = call_open(lines);
            for (int c = 0; c < lines; c++)
                nothings[i].fill(hole_of(&call, c));
            expect_hole(&call, nothings[i].name, CQA_STILL_IDLE);
        }
}

/* What is left of the sound behind a codec; one that delays it shifts the words a little, which the
 * edges of the hole allow for. */
static void through_codec(struct call *call, int format)
{
    float *pairs = calloc((size_t)COUNT * 2, sizeof *pairs);
    const int lines = call->sound[1] != NULL ? 2 : 1;

    for (size_t i = 0; i < COUNT; i++)
        for (int c = 0; c < lines; c++)
            pairs[i * (size_t)lines + (size_t)c] = call->sound[c][i];
    struct heard heard =
        recording_hear(recording_of_frames(format, SECOND, lines, pairs, COUNT), "a", 4096);
    assert_int_equal(heard.status, CQA_OK);
    for (size_t i = 0; i < COUNT && i < heard.pairs; i++)
        for (int c = 0; c < lines; c++)
            call->sound[c][i] = heard.samples[2 * i + (size_t)c];
    heard_finish(&heard);
    free(pairs);
}

static void test_codecs(void **state)
{
    static const struct {
        const char *name;
        int format;
        int lines;
        size_t count; /* of what is tried */
    } codecs[] = {{"PCM", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, PATTERN + 1},
                  {"mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 2, PATTERN + 1},
                  {"A-law", SF_FORMAT_WAV | SF_FORMAT_ALAW, 2, PATTERN + 1},
                  {"ADPCM", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 2, PATTERN},
                  {"GSM", SF_FORMAT_WAV | SF_FORMAT_GSM610, 1, PATTERN},
                  {"Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 2, PATTERN + 1},
                  {"MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 1, PATTERN + 1}};

    (void)state;
    for (size_t k = 0; k < sizeof codecs / sizeof codecs[0]; k++)
        for (size_t i = 0; i < codecs[k].count; i++) {
            char name[64];
            struct call call = call_open(codecs[k].lines);
            for (int c = 0; c < codecs[k].lines; c++)
                nothings[i].fill(hole_of(&call, c));
            through_codec(&call, codecs[k].format);
            (void)snprintf(name, sizeof name, "%s through %s", nothings[i].name, codecs[k].name);
            expect_hole(&call, name, CQA_STILL_IDLE);
        }
}

/* One line's, while the other goes on. */
static void test_one_line(void **state)
{
    struct call call = call_open(2);

    (void)state;
    add_noise(hole_of(&call, 0), 0, HOLE, line_noise, 33);
    call_listen(&call);
    assert_true(share(&call, 0, 1, CQA_STILL_NOT) > 0.98f);
    assert_true(share(&call, 1, 1, CQA_STILL_IDLE) > 0.95f);
    call_close(&call);
}

/* What stands still is nobody's voice and no music, whatever the classifier takes it for. */
static void test_class(void **state)
{
    struct call call = call_open(2);

    (void)state;
    call.frames = telephone_frames(call.sound[0], call.sound[1], COUNT, 0);
    call.tracks = (struct cqa_tracks){.count = call.frames.count, .channel_count = 2};
    for (int c = 0; c < 2; c++) {
        track_channel(&call, c, 2);
        memset(call.tracks.channel[c].class_, CQA_CLASS_MUSIC, call.frames.count);
        memset(call.tracks.channel[c].posterior[CQA_CLASS_MUSIC], 255, call.frames.count);
    }
    assert_int_equal(cqa_still_find(&call.frames, &call.tracks), CQA_OK);
    const size_t in = (size_t)(HOLE_S + 2) * SECOND / CQA_HOP;
    assert_int_equal(call.tracks.channel[0].class_[in], CQA_CLASS_NONE);
    assert_int_equal(call.tracks.channel[0].posterior[CQA_CLASS_NONE][in], 255);
    assert_int_equal(call.tracks.channel[0].posterior[CQA_CLASS_MUSIC][in], 0);
    assert_int_equal(call.tracks.channel[0].class_[10], CQA_CLASS_MUSIC);
    call_close(&call);
}

/* ---- masks on two lines */

static void test_same_noise(void **state)
{
    static const float amplitudes[] = {0.003f, 0.02f, 0.1f};

    (void)state;
    for (size_t i = 0; i < sizeof amplitudes / sizeof amplitudes[0]; i++) {
        struct call call = call_open(2);
        for (int c = 0; c < 2; c++)
            add_white(hole_of(&call, c), 0, HOLE, amplitudes[i], 77);
        expect_hole(&call, "the same noise", CQA_STILL_MASKED);
    }
}

/* Both lines hiss, each for itself: a mask if it is switched on and off at one instant, and unlike
 * the noise that the lines have of themselves. */
static void test_different_noise(void **state)
{
    struct call call = call_open(2);

    (void)state;
    for (int c = 0; c < 2; c++)
        add_white(hole_of(&call, c), 0, HOLE, 0.02f, 77 + (uint32_t)c);
    expect_hole(&call, "a hiss of each line's own", CQA_STILL_MASKED);

    call = call_open(2);
    for (int c = 0; c < 2; c++)
        add_noise(hole_of(&call, c), 0, HOLE, line_noise, 77 + (uint32_t)c);
    expect_hole(&call, "the lines' own noise", CQA_STILL_NOT);

    call = call_open(2);
    add_white(hole_of(&call, 0), 0, HOLE, 0.02f, 77);
    add_noise(hole_of(&call, 1), 0, SECOND, line_noise, 79);
    add_white(hole_of(&call, 1) + SECOND, 0, HOLE - SECOND, 0.02f, 78);
    expect_hole(&call, "hisses that begin apart", CQA_STILL_NOT);
}

/* A tone on both lines for 6 s is a mask, one of 2 s rings, on and off. */
static void test_tones(void **state)
{
    struct call call = call_open(2);

    (void)state;
    for (int c = 0; c < 2; c++)
        telephone_tone(hole_of(&call, c), HOLE, 1000, 0.05f);
    expect_hole(&call, "a tone", CQA_STILL_MASKED);

    call = call_open(2);
    for (int c = 0; c < 2; c++) {
        add_noise(hole_of(&call, c), 0, HOLE, line_noise, 40 + (uint32_t)c);
        for (size_t s = 0; s + 2 <= HOLE_END_S - HOLE_S; s += 4)
            telephone_tone(hole_of(&call, c) + s * SECOND, 2 * (size_t)SECOND, 425, 0.05f);
    }
    expect_hole(&call, "a ringing tone", CQA_STILL_NOT);
}

/* A voice that both lines carry alike is no mask: it is not steady. */
static void test_same_voice(void **state)
{
    struct call call = call_open(2);

    (void)state;
    for (int c = 0; c < 2; c++) {
        add_noise(hole_of(&call, c), 0, HOLE, line_noise, 50 + (uint32_t)c);
        telephone_voice(hole_of(&call, c), HOLE, 0.3f, 9);
    }
    expect_hole(&call, "one voice on both lines", CQA_STILL_NOT);
}

/* ---- masks on a mix */

/* Louder than the floor of both lines. One that is quieter looks like a line parked, and is left to
 * event/lines.c. */
static void test_noise_on_a_mix(void **state)
{
    static const float amplitudes[] = {0.003f, 0.008f, 0.03f, 0.1f};

    (void)state;
    for (size_t i = 0; i < sizeof amplitudes / sizeof amplitudes[0]; i++) {
        struct call call = call_open(1);
        add_white(hole_of(&call, 0), 0, HOLE, amplitudes[i], 78);
        expect_hole(&call, "noise on a mix", CQA_STILL_MASKED);
    }
    struct call call = call_open(1);
    add_white(hole_of(&call, 0), 0, HOLE, 0.0004f, 78);
    expect_hole(&call, "faint noise on a mix", CQA_STILL_NOT);
}

/* A line that hisses in every pause hisses in a long one, too. */
static void test_white_floor(void **state)
{
    struct call call = call_open(1);

    (void)state;
    add_white(call.sound[0], 0, COUNT, 0.004f, 79);
    expect_hole(&call, "a white floor", CQA_STILL_NOT);
}

static void test_line_noise(void **state)
{
    (void)state;
    for (int lines = 1; lines <= 2; lines++) {
        struct call call = call_open(lines);
        for (int c = 0; c < lines; c++)
            add_noise(hole_of(&call, c), 0, HOLE, line_noise, 60 + (uint32_t)c);
        expect_hole(&call, "a line's own noise", CQA_STILL_NOT);
    }
}

/* On a mix a tone is a mask from 5 s on: a fax answers for up to 4. */
static void test_tone_on_a_mix(void **state)
{
    struct call call = call_open(1);

    (void)state;
    telephone_tone(hole_of(&call, 0), HOLE, 1000, 0.05f);
    expect_hole(&call, "a tone on a mix", CQA_STILL_MASKED);

    call = call_open(1);
    add_noise(hole_of(&call, 0), 0, HOLE, line_noise, 61);
    telephone_tone(hole_of(&call, 0), 4 * (size_t)SECOND, 2100, 0.1f);
    expect_hole(&call, "a fax's answer", CQA_STILL_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),        cmocka_unit_test(test_codecs),
        cmocka_unit_test(test_one_line),       cmocka_unit_test(test_class),
        cmocka_unit_test(test_same_noise),     cmocka_unit_test(test_different_noise),
        cmocka_unit_test(test_tones),          cmocka_unit_test(test_same_voice),
        cmocka_unit_test(test_noise_on_a_mix), cmocka_unit_test(test_white_floor),
        cmocka_unit_test(test_line_noise),     cmocka_unit_test(test_tone_on_a_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
