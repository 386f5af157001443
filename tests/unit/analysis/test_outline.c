/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "analysis/engine.h"
#include "analysis/outline.h"

static struct cqa_engine *engine;

enum { PIECES = 100, RATE = 8000, SECONDS = 2 };

static void put(FILE *file, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        fputc((int)(value >> (8 * i) & 0xFF), file);
}

/* Two seconds of stereo PCM: the left channel a square of ±0.5 in the second half, the right one of
 * ±0.25 in the first. */
static int square_wav(void)
{
    const uint32_t data = RATE * SECONDS * 4;
    FILE *file = tmpfile();

    assert_non_null(file);
    fputs("RIFF", file);
    put(file, 36 + data, 4);
    fputs("WAVEfmt ", file);
    put(file, 16, 4);
    put(file, 1, 2);
    put(file, 2, 2);
    put(file, RATE, 4);
    put(file, RATE * 4, 4);
    put(file, 4, 2);
    put(file, 16, 2);
    fputs("data", file);
    put(file, data, 4);
    for (int i = 0; i < RATE * SECONDS; i++) {
        const int sign = i / 20 % 2 ? 1 : -1;
        const int second_half = i >= RATE * SECONDS / 2;
        put(file, (uint32_t)(second_half ? sign * 16384 : 0), 2);
        put(file, (uint32_t)(second_half ? 0 : sign * 8192), 2);
    }
    fflush(file);
    const int fd = dup(fileno(file));
    fclose(file);
    assert_true(fd >= 0);
    return fd;
}

static enum cqa_status read_outline(int fd, const char *name, int64_t duration_ms,
                                    struct cqa_peaks *peaks, struct cqa_failure *failure)
{
    const struct cqa_legs unsaid = {0};
    const int fds[CQA_LEGS] = {fd, -1};
    const char *const names[CQA_LEGS] = {name, NULL};

    return cqa_outline_read(engine, fds, names, &unsaid, duration_ms, PIECES, peaks, failure);
}

static void test_square(void **state)
{
    struct cqa_failure failure = {0};
    struct cqa_peaks peaks;
    const int fd = square_wav();

    (void)state;
    assert_int_equal(read_outline(fd, "square.wav", SECONDS * 1000, &peaks, &failure), CQA_OK);
    assert_int_equal(peaks.count, PIECES);
    for (size_t i = 0; i < PIECES; i++) {
        const int second_half = i >= PIECES / 2;
        assert_float_equal(peaks.high[i][0], second_half ? 0.5 : 0, 1e-6);
        assert_float_equal(peaks.low[i][0], second_half ? -0.5 : 0, 1e-6);
        assert_float_equal(peaks.high[i][1], second_half ? 0 : 0.25, 1e-6);
        assert_float_equal(peaks.low[i][1], second_half ? 0 : -0.25, 1e-6);
    }
    cqa_peaks_finish(&peaks);
    close(fd);
}

static void test_not_audio(void **state)
{
    struct cqa_failure failure = {0};
    struct cqa_peaks peaks;
    const int fd = open(CQA_SOURCE_DIR "/CMakeLists.txt", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(read_outline(fd, "CMakeLists.txt", 1000, &peaks, &failure), CQA_E_BADDATA);
    assert_string_equal(failure.reason, CQA_FAILURE_NOT_AUDIO);
    assert_null(peaks.low);
    close(fd);
}

static void test_bad_descriptor(void **state)
{
    struct cqa_failure failure = {0};
    struct cqa_peaks peaks;

    (void)state;
    assert_int_equal(read_outline(-1, "x.wav", 1000, &peaks, &failure), CQA_E_BADDATA);
    assert_string_equal(failure.reason, CQA_FAILURE_INTERNAL);
}

static int set_up(void **state)
{
    struct cqa_error error = {0};

    (void)state;
    setenv("CALLQA_MODELS", CQA_SOURCE_DIR "/models", 1);
    return cqa_engine_create(&engine, CQA_ZYGOTE_FORKED, &error) == CQA_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    cqa_engine_destroy(engine);
    return 0;
}

int main(int argc, char **argv)
{
    cqa_engine_enter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_square),
        cmocka_unit_test(test_not_audio),
        cmocka_unit_test(test_bad_descriptor),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
