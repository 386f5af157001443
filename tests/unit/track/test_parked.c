/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buffer.h"
#include "support/near.h"
#include "support/telephone.h"
#include "track/parked.h"
#include "track/soft_music.h"

enum {
    HOP = CQA_MOMENT_HOP,
    MUSIC = CQA_MOMENT_ROWS + 1,
    LEAST = CQA_MOMENT_ROWS + 6,
    OTHER_MUSIC = CQA_MOMENT_ROWS + 9,
};

/* Frames and tracks of `count` frames, everything random from a seed (0: all zero). */
struct call {
    struct cqa_frames frames;
    struct cqa_tracks tracks;
};

static void call_set(struct call *call, size_t count, int channels, uint32_t seed)
{
    *call = (struct call){.tracks = {.count = count, .channel_count = channels}};
    assert_int_equal(cqa_frames_grow(&call->frames, count), CQA_OK);
    assert_int_equal(cqa_moments_init(&call->tracks.moments, count, channels), CQA_OK);
    call->frames.count = count;
    for (int c = 0; c < 2; c++) {
        struct cqa_channel_frames *rows = &call->frames.channel[c];
        struct cqa_channel_track *track = &call->tracks.channel[c];
        uint8_t *bytes[] = {rows->level, rows->harmonicity, rows->tonality,
                            rows->peaks, rows->flatness,    rows->zero};
        track->class_ = calloc(count + 1, 1);
        track->norms.loud_db = -20;
        for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
            for (size_t t = 0; t < count; t++)
                bytes[i][t] = seed ? (uint8_t)telephone_random(&seed) : 0;
        for (int k = 0; k < CQA_TRACK_COUNT; k++) {
            track->posterior[k] = calloc(count + 1, 1);
            for (size_t t = 0; t < count && seed; t++)
                track->posterior[k][t] = (uint8_t)telephone_random(&seed);
        }
    }
}

static void call_finish(struct call *call)
{
    cqa_tracks_finish(&call->tracks);
    cqa_frames_finish(&call->frames);
}

/* ---- inputs */

/* Mean of music's posterior over the frames of a moment. */
static double music_in(const struct call *call, int c, size_t moment)
{
    double sum = 0;
    size_t frames = 0;

    for (size_t t = moment * HOP; t < (moment + 1) * HOP && t < call->tracks.count; t++, frames++)
        sum += call->tracks.channel[c].posterior[CQA_CLASS_MUSIC][t];
    return sum / (255.0 * (double)frames);
}

static void expect_moments(size_t frames, uint32_t seed)
{
    float tile[CQA_PARKED_INPUTS * CQA_TILE];
    struct cqa_parked_inputs *inputs;
    struct call call;

    call_set(&call, frames, 2, seed);
    const struct cqa_moments *moments = &call.tracks.moments;
    for (size_t i = 0; i < CQA_MOMENT_ROWS * moments->stride; i++)
        moments->rows[1][i] = (int16_t)telephone_random(&seed);
    assert_int_equal(moments->count, (frames + HOP - 1) / HOP);
    assert_int_equal(cqa_parked_inputs_create(&inputs, &call.frames, &call.tracks), CQA_OK);
    for (size_t m = 0; m < moments->count; m++) {
        if (m % CQA_TILE == 0)
            cqa_parked_inputs_tile(inputs, 1, m, tile);
        assert_near(tile[MUSIC * CQA_TILE + m % CQA_TILE], music_in(&call, 1, m), 1e-5);
        assert_near(tile[97 * CQA_TILE + m % CQA_TILE],
                    moments->rows[1][97 * moments->stride + m] / 4096.0, 1e-5);
    }
    cqa_parked_inputs_destroy(inputs);
    call_finish(&call);
}

static void test_moments_in_order(void **state)
{
    (void)state;
    expect_moments(1, 5); /* less than a moment */
    expect_moments(100 * HOP + 3, 6);
    expect_moments((CQA_CHUNK + 50) * HOP, 7); /* more than a chunk */
}

/* The softest frame of a moment, and the other channel's music and voices over it. */
static void test_other_rows(void **state)
{
    float out[CQA_PARKED_INPUTS * CQA_TILE];
    struct cqa_parked_inputs *inputs;
    struct call call;

    (void)state;
    call_set(&call, 4 * HOP, 2, 0);
    memset(call.frames.channel[0].level, 180, 4 * HOP); /* -20 dBFS, loud speech */
    call.frames.channel[0].level[HOP + 3] = 140;        /* -40 */
    memset(call.tracks.channel[1].posterior[CQA_CLASS_MUSIC], 102, 4 * HOP);
    memset(call.tracks.channel[1].posterior[CQA_CLASS_ANNOUNCEMENT], 51, 4 * HOP);
    assert_int_equal(cqa_parked_inputs_create(&inputs, &call.frames, &call.tracks), CQA_OK);
    cqa_parked_inputs_tile(inputs, 0, 0, out);
    assert_near(out[LEAST * CQA_TILE + 0], 0.5, 1e-5);
    assert_near(out[LEAST * CQA_TILE + 1], -0.5, 1e-5);
    assert_near(out[OTHER_MUSIC * CQA_TILE], 0.6, 1e-5);
    cqa_parked_inputs_destroy(inputs);
    call_finish(&call);
}

/* ---- the row that comes of it */

/* A network that says music where music's posterior is over a half, and voice where voices' is. */
static struct cqa_net *plain_network(void)
{
    char path[] = "/tmp/callqa-parked-XXXXXX";
    struct cqa_buffer text = {.limit = 1 << 20};
    struct cqa_net *net = NULL;
    struct cqa_error error;

    cqa_buffer_print(&text, "callqa-parked 2 features %d layers 1 %d 3 reach 0\n",
                     CQA_PARKED_VERSION, CQA_PARKED_INPUTS);
    for (int o = 0; o < 3; o++) {
        cqa_buffer_print(&text, "%d ", o == 0 ? 0 : -20);
        for (int i = 0; i < CQA_PARKED_INPUTS; i++)
            cqa_buffer_print(&text, "%d ", o > 0 && i == MUSIC + o - 1 ? 40 : 0);
    }
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.text, strlen(text.text)), strlen(text.text));
    close(fd);
    assert_int_equal(cqa_net_load(&net, &cqa_net_for_parked, path, &error), CQA_OK);
    unlink(path);
    cqa_buffer_finish(&text);
    return net;
}

static void test_rows(void **state)
{
    const size_t count = 100 * HOP + 2;
    struct cqa_net *net = plain_network();
    struct call call;

    (void)state;
    call_set(&call, count, 1, 0);
    const struct cqa_channel_track *track = &call.tracks.channel[0];
    memset(track->posterior[CQA_CLASS_MUSIC] + (size_t)40 * HOP, 255, (size_t)20 * HOP);
    memset(track->posterior[CQA_CLASS_ANNOUNCEMENT] + (size_t)60 * HOP, 255,
           count - (size_t)60 * HOP);
    assert_int_equal(cqa_parked_find(net, &call.frames, &call.tracks), CQA_OK);
    for (size_t t = 0; t < count; t++) {
        assert_int_equal(track->posterior[CQA_TRACK_PARKED][t] > 127, t >= (size_t)40 * HOP);
        assert_int_equal(track->posterior[CQA_TRACK_ANNOUNCED][t] > 127, t >= (size_t)60 * HOP);
    }
    /* evenly, from the middle of one moment to the middle of the next */
    for (size_t t = 0; t < HOP; t++)
        assert_near(track->posterior[CQA_TRACK_PARKED][40 * HOP - HOP / 2 + t],
                    255 * (2.0 * (double)t + 1) / (2 * HOP), 1);
    assert_int_equal(track->posterior[CQA_TRACK_PARKED][39 * HOP], 0);
    assert_int_equal(track->posterior[CQA_TRACK_PARKED][41 * HOP], 255);
    assert_int_equal(track->posterior[CQA_TRACK_ANNOUNCED][count - 1], 255);
    call_finish(&call);
    cqa_net_destroy(net);
}

/* ---- half-heard music */

/* A frame each: '.' none, s speech, M music by class; `music` and `parked` of 9. */
static void expect_relabelled(const char *classes, const char *music, const char *parked,
                              const char *wanted)
{
    const size_t count = strlen(classes);
    char found[100] = "";
    struct call call;

    call_set(&call, count, 1, 0);
    struct cqa_channel_track *track = &call.tracks.channel[0];
    for (size_t t = 0; t < count; t++) {
        track->class_[t] = classes[t] == 's'   ? CQA_CLASS_SPEECH
                           : classes[t] == 'M' ? CQA_CLASS_MUSIC
                                               : CQA_CLASS_NONE;
        track->posterior[CQA_CLASS_MUSIC][t] = (uint8_t)(28 * (music[t] - '0'));
        track->posterior[CQA_TRACK_PARKED][t] = (uint8_t)(28 * (parked[t] - '0'));
    }
    cqa_parked_music(track, count);
    for (size_t t = 0; t < count; t++)
        found[t] = track->class_[t] == CQA_CLASS_MUSIC    ? 'M'
                   : track->class_[t] == CQA_CLASS_SPEECH ? 's'
                                                          : '.';
    assert_string_equal(found, wanted);
    call_finish(&call);
}

static void test_parked_music(void **state)
{
    (void)state;
    expect_relabelled("MMMMMMMMMMMM..ssss..MMMMMMMMMMMM", "99999999999933333333999999999999",
                      "99999999999999999999999999999999", "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM");
    expect_relabelled("MMMMMMMMMMMM..ssss..MMMMMMMMMMMM", "99999999999933333333999999999999",
                      "99999999999955555555999999999999", /* the second look is not sure */
                      "MMMMMMMMMMMM..ssss..MMMMMMMMMMMM");
    expect_relabelled("MMMMMMMMMMMM....ssssssssssssssss", "99999999999900000000000000000000",
                      "99999999999999999999999999999999", /* nothing of music after it: an edge */
                      "MMMMMMMMMMMM....ssssssssssssssss");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_in_order),
        cmocka_unit_test(test_other_rows),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_parked_music),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
