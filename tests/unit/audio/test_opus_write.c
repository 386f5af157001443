/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "audio/audio.h"
#include "audio/opus_write.h"

enum { FRAMES_MAX = 40000 };

static float put[2 * FRAMES_MAX];
static float got[2 * 2 * FRAMES_MAX];

/* A chirp on the first channel, another tone on the second. */
static void make(size_t count, int channels)
{
    for (size_t i = 0; i < count; i++) {
        const float t = (float)i / CQA_AUDIO_RATE_HZ;
        put[i * (size_t)channels] = 0.4f * sinf(6.2831853f * (300.0f + 200.0f * t) * t);
        if (channels == 2)
            put[i * 2 + 1] = 0.3f * sinf(6.2831853f * 700.0f * t);
    }
}

/* In pieces of uneven length, as recordings come. */
static void write_all(struct cqa_buffer *sink, size_t count, int channels, int serial)
{
    struct cqa_opus_writer *writer = NULL;
    struct cqa_error error = {0};
    size_t at = 0;

    assert_int_equal(cqa_opus_writer_create(&writer, channels, serial, sink, &error), CQA_OK);
    for (size_t piece = 1; at < count; piece = piece * 3 + 1) {
        const size_t taken = piece < count - at ? piece : count - at;
        assert_int_equal(cqa_opus_writer_add(writer, put + at * (size_t)channels, taken, &error),
                         CQA_OK);
        at += taken;
    }
    assert_int_equal(cqa_opus_writer_end(writer, &error), CQA_OK);
    cqa_opus_writer_destroy(writer);
}

static size_t read_all(const struct cqa_buffer *file)
{
    struct cqa_audio *audio = NULL;
    struct cqa_failure failure = {{0}, {0}};
    char path[] = "/tmp/callqa-opus-XXXXXX";
    const int fd = mkstemp(path);
    size_t count = 0;
    ptrdiff_t read;

    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, file->text, file->length), (ssize_t)file->length);
    assert_int_equal(cqa_audio_open(&audio, fd, "clip.ogg", &(struct cqa_raw){0}, &failure),
                     CQA_OK);
    while ((read = cqa_audio_read(audio, got + 2 * count, 2 * FRAMES_MAX - count, &failure)) > 0)
        count += (size_t)read;
    assert_int_equal(read, 0);
    cqa_audio_close(audio);
    close(fd);
    return count;
}

/* Correlation of one channel with what was put in. */
static double likeness(size_t count, int channels, int channel)
{
    double both = 0;
    double one = 0;
    double other = 0;

    for (size_t i = 0; i < count; i++) {
        const double a = (double)put[i * (size_t)channels + (size_t)channel];
        const double b = (double)got[2 * i + (size_t)channel];
        both += a * b;
        one += a * a;
        other += b * b;
    }
    return both / sqrt(one * other);
}

static void check(size_t count, int channels)
{
    struct cqa_buffer file = {.limit = 1 << 20};

    make(count, channels);
    write_all(&file, count, channels, 7);
    assert_int_equal(read_all(&file), count);
    for (int channel = 0; channel < channels; channel++)
        assert_true(likeness(count, channels, channel) > 0.95);
    cqa_buffer_finish(&file);
}

static void comes_back_sample_for_sample(void **state)
{
    (void)state;
    check(FRAMES_MAX, 1);
    check(FRAMES_MAX, 2);
    check(16000, 2);      /* whole frames */
    check(16000 - 40, 2); /* the encoder's delay decides whether one more is needed */
    check(16000 - 159, 1);
    check(8 * 37, 1);
}

static void nothing_is_a_file_too(void **state)
{
    struct cqa_buffer file = {.limit = 1 << 20};

    (void)state;
    write_all(&file, 0, 1, 1);
    assert_int_equal(read_all(&file), 0);
    cqa_buffer_finish(&file);
}

static void files_can_be_chained(void **state)
{
    struct cqa_buffer file = {.limit = 1 << 20};

    (void)state;
    make(12345, 2);
    write_all(&file, 12345, 2, 1);
    write_all(&file, 8000, 2, 2);
    assert_int_equal(read_all(&file), 12345 + 8000);
    assert_true(likeness(12345, 2, 0) > 0.95);
    cqa_buffer_finish(&file);
}

static void a_full_sink_is_told(void **state)
{
    struct cqa_buffer file = {.limit = 5000};
    struct cqa_opus_writer *writer = NULL;
    struct cqa_error error = {0};
    enum cqa_status status;

    (void)state;
    make(FRAMES_MAX, 2);
    assert_int_equal(cqa_opus_writer_create(&writer, 2, 1, &file, &error), CQA_OK);
    status = cqa_opus_writer_add(writer, put, FRAMES_MAX, &error);
    if (status == CQA_OK)
        status = cqa_opus_writer_end(writer, &error);
    assert_int_equal(status, CQA_E_LIMIT);
    cqa_opus_writer_destroy(writer);
    cqa_buffer_finish(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_sample_for_sample),
        cmocka_unit_test(nothing_is_a_file_too),
        cmocka_unit_test(files_can_be_chained),
        cmocka_unit_test(a_full_sink_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
