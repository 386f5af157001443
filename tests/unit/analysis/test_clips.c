/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence clips: each is what its seconds were, and no order or packing of a hostile hand passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "analysis/clips.h"
#include "support/recording.h"

enum { SECONDS = 6, PLENTY = 1 << 20 };
static const double LEFT_DBFS = -6.02, RIGHT_DBFS = -18.06, FLOOR_DBFS = -60;

static enum cqa_status cut_file(int fd, const struct cqa_clip_order *order, struct cqa_buffer *out,
                                struct cqa_failure *failure)
{
    const int fds[CQA_LEGS] = {fd, -1};
    const char *const names[CQA_LEGS] = {"call.wav", NULL};

    return cqa_clips_cut(fds, names, order, out, failure);
}

static struct cqa_buffer cut(const struct cqa_clip_order *order, int channels)
{
    const int fd = recording_of_tone(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, channels, SECONDS);
    struct cqa_buffer out = {.limit = PLENTY};
    struct cqa_failure failure = {0};

    assert_true(cqa_clip_order_is_sound(order));
    assert_int_equal(cut_file(fd, order, &out, &failure), CQA_OK);
    close(fd);
    return out;
}

static struct cqa_clip next_clip(const struct cqa_buffer *packed, size_t *at)
{
    struct cqa_clip clip;

    assert_int_equal(cqa_clips_next(packed->text, packed->length, at, &clip), 1);
    return clip;
}

static void expect_no_more(const struct cqa_buffer *packed, size_t at)
{
    struct cqa_clip clip;

    assert_int_equal(cqa_clips_next(packed->text, packed->length, &at, &clip), 0);
}

/* The clip lies at that span, is that long, and has the tone on either channel or next to nothing.
 */
static void expect_clip(struct cqa_clip clip, int64_t start_ms, int64_t end_ms, double left,
                        double right)
{
    struct heard heard =
        recording_hear(recording_of_bytes(clip.bytes, clip.length), "clip.ogg", 4096);

    assert_int_equal(clip.span.start_ms, start_ms);
    assert_int_equal(clip.span.end_ms, end_ms);
    assert_int_equal(heard.status, CQA_OK);
    assert_in_range(heard.facts.duration_ms, end_ms - start_ms - 1, end_ms - start_ms + 1);
    const double expected[2] = {left, right};
    for (int channel = 0; channel < 2; channel++) {
        if (expected[channel] <= FLOOR_DBFS)
            assert_true(heard.level_dbfs[channel] < FLOOR_DBFS);
        else
            assert_float_equal(heard.level_dbfs[channel], expected[channel], 1.0);
    }
    heard_finish(&heard);
}

static void test_each_clip_is_its_seconds(void **state)
{
    const struct cqa_clip_order order = {.channels = 2,
                                         .bytes_max = PLENTY,
                                         .span_count = 3,
                                         .spans = {{500, 1500}, {1500, 2250}, {4000, 6000}}};
    struct cqa_buffer packed = cut(&order, 2);
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < order.span_count; i++)
        expect_clip(next_clip(&packed, &at), order.spans[i].start_ms, order.spans[i].end_ms,
                    LEFT_DBFS, RIGHT_DBFS);
    expect_no_more(&packed, at);
    cqa_buffer_finish(&packed);
}

static void test_what_is_muted_cannot_be_heard(void **state)
{
    const struct cqa_clip_order order = {.channels = 2,
                                         .bytes_max = PLENTY,
                                         .span_count = 2,
                                         .spans = {{1000, 2000}, {3000, 5000}},
                                         .mute_count = 3,
                                         .mutes = {{0, 100}, {900, 2100}, {5500, 5600}}};
    struct cqa_buffer packed = cut(&order, 2);
    size_t at = 0;

    (void)state;
    expect_clip(next_clip(&packed, &at), 1000, 2000, FLOOR_DBFS, FLOOR_DBFS);
    expect_clip(next_clip(&packed, &at), 3000, 5000, LEFT_DBFS, RIGHT_DBFS);
    cqa_buffer_finish(&packed);
}

static void test_one_channel(void **state)
{
    const struct cqa_clip_order order = {
        .channels = 1, .bytes_max = PLENTY, .span_count = 1, .spans = {{1000, 3000}}};
    struct cqa_buffer packed = cut(&order, 1);
    size_t at = 0;

    (void)state;
    expect_clip(next_clip(&packed, &at), 1000, 3000, LEFT_DBFS, FLOOR_DBFS); /* no second */
    cqa_buffer_finish(&packed);
}

/* What no longer fits is left out, whole: a clip that ends in the middle would be no evidence. */
static void test_a_limit_of_bytes(void **state)
{
    struct cqa_clip_order order = {.channels = 2,
                                   .bytes_max = PLENTY,
                                   .span_count = 3,
                                   .spans = {{0, 1000}, {2000, 3000}, {4000, 5000}}};
    struct cqa_buffer all = cut(&order, 2);

    (void)state;
    for (order.bytes_max = 0; order.bytes_max < all.length; order.bytes_max += 97) {
        struct cqa_buffer packed = cut(&order, 2);
        struct cqa_clip clip;
        size_t at = 0;
        uint32_t count = 0;
        assert_true(packed.length <= order.bytes_max);
        while (cqa_clips_next(packed.text, packed.length, &at, &clip) > 0)
            assert_int_equal(clip.span.start_ms, order.spans[count++].start_ms);
        assert_true(count < order.span_count);
        assert_int_equal(at, packed.length);
        assert_memory_equal(packed.text, all.text, packed.length);
        cqa_buffer_finish(&packed);
    }
    cqa_buffer_finish(&all);
}

/* A duration is rounded up: the last clip may end a little after the last sample. */
static void test_the_end_of_the_recording(void **state)
{
    const struct cqa_clip_order order = {
        .channels = 2,
        .bytes_max = PLENTY,
        .span_count = 2,
        .spans = {{4000, SECONDS * 1000 + 1}, {SECONDS * 1000 + 1, SECONDS * 1000 + 2000}}};
    struct cqa_buffer packed = cut(&order, 2);
    size_t at = 0;

    (void)state;
    expect_clip(next_clip(&packed, &at), 4000, SECONDS * 1000 + 1, LEFT_DBFS, RIGHT_DBFS);
    expect_no_more(&packed, at);
    cqa_buffer_finish(&packed);
}

static void test_what_is_no_recording(void **state)
{
    const struct cqa_clip_order order = {
        .channels = 2, .bytes_max = PLENTY, .span_count = 1, .spans = {{0, 1000}}};
    const int fd = recording_of_bytes("not a recording, only words", 27);
    struct cqa_buffer out = {.limit = PLENTY};
    struct cqa_failure failure = {0};

    (void)state;
    assert_int_not_equal(cut_file(fd, &order, &out, &failure), CQA_OK);
    assert_string_equal(failure.reason, CQA_FAILURE_NOT_AUDIO);
    assert_int_equal(out.length, 0);
    close(fd);
}

static void test_orders_that_are_not_sound(void **state)
{
    const int64_t longest_ms = (int64_t)CQA_AUDIO_HOURS_MAX * 3600 * 1000;
    const struct cqa_clip_order good = {
        .channels = 1, .span_count = 2, .spans = {{0, 1}, {1, longest_ms}}};
    struct cqa_clip_order order;

    (void)state;
    assert_true(cqa_clip_order_is_sound(&good));
#define EXPECT_UNSOUND(field, value)                                                               \
    do {                                                                                           \
        order = good;                                                                              \
        order.field = (value);                                                                     \
        assert_false(cqa_clip_order_is_sound(&order));                                             \
    } while (0)
    EXPECT_UNSOUND(channels, 0);
    EXPECT_UNSOUND(channels, 3);
    EXPECT_UNSOUND(channels, -1);
    EXPECT_UNSOUND(span_count, CQA_CLIPS_MAX + 1);
    EXPECT_UNSOUND(span_count, UINT32_MAX);
    EXPECT_UNSOUND(span_count, 3); /* the third is empty */
    EXPECT_UNSOUND(mute_count, CQA_CLIP_MUTES_MAX + 1);
    EXPECT_UNSOUND(spans[0].start_ms, -1);
    EXPECT_UNSOUND(spans[0].end_ms, 0);
    EXPECT_UNSOUND(spans[0].end_ms, 2); /* into the second */
    EXPECT_UNSOUND(spans[1].end_ms, longest_ms + 1);
#undef EXPECT_UNSOUND
}

/* As clips.c packs it; `told` is the length that the head tells. */
struct packed {
    int64_t start_ms, end_ms;
    uint64_t told;
    char bytes[8];
};

static void test_packings_that_are_none(void **state)
{
    const struct packed good = {10, 20, 8, "OggSdata"};
    struct cqa_clip clip;
    size_t at = 0;

    (void)state;
    assert_int_equal(cqa_clips_next((const char *)&good, sizeof good, &at, &clip), 1);
    assert_int_equal(clip.length, 8);
    assert_memory_equal(clip.bytes, good.bytes, 8);
    for (size_t length = 1; length < sizeof good; length++) {
        at = 0;
        assert_int_equal(cqa_clips_next((const char *)&good, length, &at, &clip), -1);
    }
    const struct packed bad[] = {
        {10, 20, 9, "OggSdata"},           {10, 20, UINT64_MAX, "OggSdata"},
        {10, 20, UINT64_MAX - 23, "OggS"}, {10, 20, 3, "OggSdata"},
        {10, 20, 0, "OggSdata"},           {-1, 20, 8, "OggSdata"},
        {20, 20, 8, "OggSdata"},           {20, 10, 8, "OggSdata"},
        {10, 20, 8, "RIFFdata"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        at = 0;
        assert_int_equal(cqa_clips_next((const char *)&bad[i], sizeof bad[i], &at, &clip), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_clip_is_its_seconds),
        cmocka_unit_test(test_what_is_muted_cannot_be_heard),
        cmocka_unit_test(test_one_channel),
        cmocka_unit_test(test_a_limit_of_bytes),
        cmocka_unit_test(test_the_end_of_the_recording),
        cmocka_unit_test(test_what_is_no_recording),
        cmocka_unit_test(test_orders_that_are_not_sound),
        cmocka_unit_test(test_packings_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
