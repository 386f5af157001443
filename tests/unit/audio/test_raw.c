/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files without a header: as they are, as somebody says that they are, and as they are not. */

#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "support/recording.h"

enum { BLOCK = 1 << 18, CALLS_MAX = 6 };

/* How the two lines of a call are put into a file. */
enum mix { BOTH, ONE_SILENT, SAME_TWICE, ONE_CHANNEL, MIXES };

static const char *const mix_words[MIXES] = {"both lines", "one line silent", "one mix twice",
                                             "one channel"};
static const int channels_of[MIXES] = {2, 2, 2, 1};

static const struct encoding {
    enum cqa_raw_encoding encoding;
    int format;
    const char *word;
    const char *ending; /* that says so */
} encodings[] = {
    {CQA_RAW_SLIN, SF_FORMAT_PCM_16, "PCM_16", "a.sln"},
    {CQA_RAW_ULAW, SF_FORMAT_ULAW, "ULAW", "a.ulaw"},
    {CQA_RAW_ALAW, SF_FORMAT_ALAW, "ALAW", "a.alaw"},
};
enum { ENCODINGS = sizeof encodings / sizeof *encodings };

/* The project's two-channel sample calls, decoded; made in the set-up. */
static struct heard calls[CALLS_MAX];
static size_t call_count;

static int load_calls(void **state)
{
    glob_t found;

    (void)state;
    assert_int_equal(glob(CQA_SOURCE_DIR "/samples/*-*.*", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc && call_count < CALLS_MAX; i++) {
        struct heard heard =
            recording_hear(open(found.gl_pathv[i], O_RDONLY), found.gl_pathv[i], BLOCK);
        if (heard.status == CQA_OK && heard.facts.layout == CQA_LAYOUT_STEREO)
            calls[call_count++] = heard;
        else
            heard_finish(&heard);
    }
    globfree(&found);
    assert_int_equal(call_count, CALLS_MAX);
    return 0;
}

static int free_calls(void **state)
{
    (void)state;
    while (call_count > 0)
        heard_finish(&calls[--call_count]);
    return 0;
}

/* A call without a header; `times` as many samples a second, by straight lines between them. */
static int file_of(const struct heard *call, enum mix mix, int format, size_t times)
{
    const size_t count = (call->pairs - 1) * times;
    const size_t channels = (size_t)channels_of[mix];
    float *frames = calloc(count * channels, sizeof *frames);

    assert_non_null(frames);
    for (size_t i = 0; i < count; i++) {
        const float *a = call->samples + 2 * (i / times);
        const float part = (float)(i % times) / (float)times;
        const float left = a[0] + (a[2] - a[0]) * part;
        const float right = a[1] + (a[3] - a[1]) * part;
        const float both = (left + right) / 2;
        frames[i * channels] = mix == SAME_TWICE || mix == ONE_CHANNEL ? both : left;
        if (channels == 2)
            frames[i * channels + 1] = mix == SAME_TWICE ? both : mix == ONE_SILENT ? 0 : right;
    }
    const int fd = recording_of_frames(SF_FORMAT_RAW | format, CQA_AUDIO_RATE_HZ * (int)times,
                                       (int)channels, frames, count);
    free(frames);
    return fd;
}

static void expect_whole(const struct heard *heard, const struct heard *call, const char *word,
                         int channels, const char *what)
{
    if (heard->status != CQA_OK)
        fail_msg("%s, %d channels, %s: %s: %s", word, channels, what, heard->failure.reason,
                 cqa_english(&heard->failure.message));
    assert_string_equal(heard->facts.container, "RAW");
    assert_string_equal(heard->facts.encoding, word);
    assert_int_equal(heard->facts.channels, channels);
    assert_in_range(heard->facts.duration_ms, call->facts.duration_ms - 2,
                    call->facts.duration_ms + 2);
}

static void is_read_as_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < call_count; i += 2)
        for (int e = 0; e < ENCODINGS; e++)
            for (int mix = 0; mix < MIXES; mix++) {
                const struct cqa_raw said = {.encoding = encodings[e].encoding,
                                             .rate_hz = 8000,
                                             .channels = channels_of[mix]};
                struct heard heard = recording_hear_as(
                    file_of(&calls[i], mix, encodings[e].format, 1), "a.raw", &said, BLOCK);
                expect_whole(&heard, &calls[i], encodings[e].word, channels_of[mix],
                             mix_words[mix]);
                heard_finish(&heard);
            }
}

/* MixMonitor's .raw: one channel, or two with its option D, which no name tells. */
static void samples_tell_the_channels_of_a_raw_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < call_count; i++)
        for (int mix = 0; mix < MIXES; mix++) {
            struct heard heard =
                recording_hear(file_of(&calls[i], mix, SF_FORMAT_PCM_16, 1), "17.raw", BLOCK);
            expect_whole(&heard, &calls[i], "PCM_16", channels_of[mix], mix_words[mix]);
            heard_finish(&heard);
        }
}

static void higher_rates_are_read_as_said(void **state)
{
    static const size_t times[] = {2, 6};

    (void)state;
    for (size_t i = 0; i < call_count; i += 3)
        for (size_t t = 0; t < 2; t++)
            for (int mix = 0; mix < MIXES; mix++) {
                const struct cqa_raw said = {.encoding = CQA_RAW_SLIN,
                                             .rate_hz = 8000 * (int)times[t]};
                struct heard heard = recording_hear_as(
                    file_of(&calls[i], mix, SF_FORMAT_PCM_16, times[t]), "a.raw", &said, BLOCK);
                expect_whole(&heard, &calls[i], "PCM_16", channels_of[mix], mix_words[mix]);
                assert_int_equal(heard.facts.rate_hz, said.rate_hz);
                heard_finish(&heard);
            }
}

/* Every other encoding and number of channels than a file has, as a setting. Returns how many were
 * told. */
static int count_told(const unsigned char *bytes, size_t count, int e, int channels, int *tried)
{
    int told = 0;

    for (int wrong = 0; wrong < ENCODINGS * 2; wrong++) {
        const struct cqa_raw said = {
            .encoding = encodings[wrong / 2].encoding, .rate_hz = 8000, .channels = wrong % 2 + 1};
        if (wrong / 2 == e && said.channels == channels)
            continue;
        struct heard heard =
            recording_hear_as(recording_of_bytes(bytes, count), "a.raw", &said, BLOCK);
        /* The number of channels is always told where the encoding is right. */
        if (wrong / 2 == e)
            assert_string_equal(heard.failure.reason, CQA_FAILURE_LAYOUT);
        if (heard.status != CQA_OK)
            assert_non_null(strstr(cqa_english(&heard.failure.message), "raw:"));
        told += heard.status != CQA_OK;
        (*tried)++;
        heard_finish(&heard);
    }
    return told;
}

/* Nearly always: codes beside a line at rest now and then pass for the other law's, or for soft
 * linear samples. */
static void a_wrong_setting_is_said(void **state)
{
    int tried = 0;
    int told = 0;

    (void)state;
    for (size_t i = 0; i < call_count; i += 3)
        for (int e = 0; e < ENCODINGS; e++)
            for (int mix = 0; mix < MIXES; mix++) {
                size_t count;
                const int fd = file_of(&calls[i], mix, encodings[e].format, 1);
                unsigned char *bytes = recording_bytes(fd, &count);
                told += count_told(bytes, count, e, channels_of[mix], &tried);
                close(fd);
                free(bytes);
            }
    if (told * 20 < tried * 19)
        fail_msg("%d of %d wrong settings told", told, tried);
}

/* As Asterisk names them: .pcm is µ-law there, and linear samples elsewhere. */
static void an_ending_that_lies_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < call_count; i += 2)
        for (int e = 0; e < ENCODINGS; e++)
            for (int other = 0; other < ENCODINGS; other++) {
                struct heard heard =
                    recording_hear(file_of(&calls[i], ONE_CHANNEL, encodings[e].format, 1),
                                   encodings[other].ending, BLOCK);
                assert_int_equal(heard.status, e == other ? CQA_OK : CQA_E_BADDATA);
                heard_finish(&heard);
            }
}

/* Where samples have nothing to say, the setting stands; bytes that are like no samples are none.
 */
static void silence_is_as_said_and_compressed_bytes_are_none(void **state)
{
    static unsigned char bytes[200000];
    const struct cqa_raw said = {.encoding = CQA_RAW_SLIN, .rate_hz = 16000, .channels = 2};
    unsigned seed = 1;

    (void)state;
    for (int noise = 0; noise < 2; noise++) {
        for (size_t i = 0; noise && i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((seed = seed * 1103515245U + 12345U) >> 16);
        struct heard heard =
            recording_hear_as(recording_of_bytes(bytes, sizeof bytes), "a.raw", &said, BLOCK);
        if (noise) {
            assert_int_equal(heard.status, CQA_E_BADDATA);
            assert_string_equal(heard.failure.reason, CQA_FAILURE_NOT_AUDIO);
        } else {
            assert_int_equal(heard.status, CQA_OK);
            assert_int_equal(heard.facts.channels, 2);
            assert_int_equal(heard.facts.duration_ms, 3125);
        }
        heard_finish(&heard);
    }
}

/* Nothing in the samples tells a wrong rate; a record of the call does. */
static void length_is_held_against_the_call_record(void **state)
{
    static const struct {
        int rate_hz;
        double record_s; /* over the recording's length */
        enum cqa_status status;
    } cases[] = {
        {8000, 0, CQA_OK},                                        /* nobody says */
        {8000, 1.0, CQA_OK},         {8000, 1.3, CQA_OK},         /* the recording began late */
        {8000, 0.97, CQA_OK},        {16000, 1.0, CQA_E_BADDATA}, /* half as long as the call */
        {24000, 1.0, CQA_E_BADDATA}, {8000, 0.5, CQA_E_BADDATA},  /* twice as long as the call */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cqa_raw said = {.encoding = CQA_RAW_SLIN, .rate_hz = cases[i].rate_hz};
        said.call_ms = (int64_t)(cases[i].record_s * (double)calls[0].facts.duration_ms);
        struct heard heard = recording_hear_as(file_of(&calls[0], ONE_CHANNEL, SF_FORMAT_PCM_16, 1),
                                               "a.raw", &said, BLOCK);
        assert_int_equal(heard.status, cases[i].status);
        if (heard.status != CQA_OK)
            assert_string_equal(heard.failure.reason, CQA_FAILURE_LAYOUT);
        heard_finish(&heard);
    }
}

/* Names that nothing is known of: audio only where a profile says what it is. */
static void an_unknown_name_needs_a_profile(void **state)
{
    const struct cqa_raw said = {.encoding = CQA_RAW_ALAW};
    const int fd = file_of(&calls[0], BOTH, SF_FORMAT_ALAW, 1);
    size_t count;
    unsigned char *bytes = recording_bytes(fd, &count);

    (void)state;
    struct heard heard = recording_hear(fd, "17.audio", BLOCK);
    assert_string_equal(heard.failure.reason, CQA_FAILURE_NOT_AUDIO);
    heard_finish(&heard);
    heard = recording_hear_as(recording_of_bytes(bytes, count), "17.audio", &said, BLOCK);
    expect_whole(&heard, &calls[0], "ALAW", 2, "said");
    heard_finish(&heard);
    free(bytes);
}

/* A click is louder than all speech, and like nothing. */
static void clicks_change_nothing(void **state)
{
    size_t count;
    const int fd = file_of(&calls[0], BOTH, SF_FORMAT_PCM_16, 1);
    unsigned char *bytes = recording_bytes(fd, &count);

    (void)state;
    for (size_t i = 0; i + 64000 < count; i += 64000)
        memcpy(bytes + i, "\xFF\x7F\x01\x80", 4);
    struct heard heard = recording_hear(recording_of_bytes(bytes, count), "17.raw", BLOCK);
    expect_whole(&heard, &calls[0], "PCM_16", 2, "clicks");
    heard_finish(&heard);
    close(fd);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_as_said),
        cmocka_unit_test(samples_tell_the_channels_of_a_raw_file),
        cmocka_unit_test(higher_rates_are_read_as_said),
        cmocka_unit_test(a_wrong_setting_is_said),
        cmocka_unit_test(an_ending_that_lies_is_said),
        cmocka_unit_test(silence_is_as_said_and_compressed_bytes_are_none),
        cmocka_unit_test(length_is_held_against_the_call_record),
        cmocka_unit_test(an_unknown_name_needs_a_profile),
        cmocka_unit_test(clicks_change_nothing),
    };

    return cmocka_run_group_tests(tests, load_calls, free_calls);
}
