/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <ogg/ogg.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "audio/audio.h"
#include "audio/probe.h"
#include "support/recording.h"

enum { HEADER_BYTES = 44, AUDIO_BYTES = 8000 };

/* A canonical WAV header in front of `audio_bytes` of a sawtooth, with the lengths as given. */
struct wav {
    uint32_t riff_length;
    uint32_t data_length;
    uint16_t tag;
    uint16_t channels;
    uint32_t rate_hz;
    size_t audio_bytes;
};

static const struct wav whole = {
    HEADER_BYTES - 8 + AUDIO_BYTES, AUDIO_BYTES, 1, 2, 8000, AUDIO_BYTES};

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)value;
    at[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value & 0xFFFF);
    put16(at + 2, value >> 16);
}

static void put_text(unsigned char *at, const char *text)
{
    while (*text != '\0')
        *at++ = (unsigned char)*text++;
}

static int make_wav(const struct wav *wav)
{
    unsigned char bytes[HEADER_BYTES + 2 * AUDIO_BYTES];

    put_text(bytes, "RIFF....WAVEfmt ....");
    put32(bytes + 4, wav->riff_length);
    put32(bytes + 16, 16);
    put16(bytes + 20, wav->tag);
    put16(bytes + 22, wav->channels);
    put32(bytes + 24, wav->rate_hz);
    put32(bytes + 28, wav->rate_hz * wav->channels * 2);
    put16(bytes + 32, (unsigned)wav->channels * 2);
    put16(bytes + 34, 16);
    put_text(bytes + 36, "data");
    put32(bytes + 40, wav->data_length);
    for (size_t i = 0; i < wav->audio_bytes; i++)
        bytes[HEADER_BYTES + i] = (unsigned char)(i * 7);
    return recording_of_bytes(bytes, HEADER_BYTES + wav->audio_bytes);
}

static void expect(int fd, const char *name, const char *reason, const char *text)
{
    struct heard heard = recording_hear(fd, name, 4096);

    if (heard.status == CQA_OK)
        fail_msg("%s: read %zu pairs, wanted %s", name, heard.pairs, reason);
    if (strcmp(heard.failure.reason, reason) != 0 ||
        (text != NULL && strstr(cqa_english(&heard.failure.message), text) == NULL))
        fail_msg("%s: %s: %s; wanted %s with \"%s\"", name, heard.failure.reason,
                 cqa_english(&heard.failure.message), reason, text != NULL ? text : "");
    heard_finish(&heard);
}

static void expect_pairs(int fd, const char *name, size_t pairs)
{
    struct heard heard = recording_hear(fd, name, 4096);

    if (heard.status != CQA_OK)
        fail_msg("%s: %s: %s", name, heard.failure.reason, cqa_english(&heard.failure.message));
    assert_int_equal(heard.pairs, pairs);
    heard_finish(&heard);
}

#define WAV(...) make_wav(&(struct wav){__VA_ARGS__})

static void wav_lengths_decide(void **state)
{
    (void)state;
    expect_pairs(make_wav(&whole), "whole", 2000);
    expect(WAV(0, 0, 1, 2, 8000, AUDIO_BYTES), "asterisk still recording", CQA_FAILURE_UNFINISHED,
           NULL);
    expect(WAV(0, 0, 1, 2, 8000, 0), "asterisk has just begun", CQA_FAILURE_UNFINISHED, NULL);
    expect(WAV(8, 0, 1, 2, 8000, AUDIO_BYTES), "libsndfile still writing", CQA_FAILURE_UNFINISHED,
           NULL);
    expect(WAV(36 + AUDIO_BYTES, 0, 1, 2, 8000, AUDIO_BYTES), "only the outer length",
           CQA_FAILURE_UNFINISHED, NULL);
    expect(WAV(36, 0, 1, 2, 8000, 0), "header alone", CQA_FAILURE_EMPTY, NULL);
    expect(WAV(36 + AUDIO_BYTES, AUDIO_BYTES, 1, 2, 8000, 0), "audio lost", CQA_FAILURE_TRUNCATED,
           NULL);
    expect(WAV(36 + AUDIO_BYTES, AUDIO_BYTES, 1, 2, 8000, 4000), "half", CQA_FAILURE_TRUNCATED,
           "4000");
    expect(WAV(36 + AUDIO_BYTES, AUDIO_BYTES, 1, 2, 8000, AUDIO_BYTES - 5),
           "a frame and more lacks", CQA_FAILURE_TRUNCATED, NULL);
    expect_pairs(WAV(36 + AUDIO_BYTES, AUDIO_BYTES, 1, 2, 8000, AUDIO_BYTES - 1), "a byte lacks",
                 1999);
    expect_pairs(WAV(0xFFFFFFFF, 0xFFFFFFFF, 1, 2, 8000, AUDIO_BYTES), "ffmpeg into a pipe", 2000);
    expect_pairs(WAV(0x7FFFF024, 0x7FFFF000, 1, 2, 8000, AUDIO_BYTES), "sox into a pipe", 2000);
    expect(WAV(0xFFFFFFFF, 0xFFFFFFFF, 1, 2, 8000, 0), "a pipe not written yet",
           CQA_FAILURE_UNFINISHED, NULL);
    expect_pairs(WAV(36 + AUDIO_BYTES, AUDIO_BYTES - 400, 1, 2, 8000, AUDIO_BYTES), "bytes behind",
                 1900);
    expect_pairs(WAV(0, AUDIO_BYTES, 1, 2, 8000, AUDIO_BYTES), "no outer length", 2000);
}

static void wav_formats_are_checked(void **state)
{
    const struct {
        uint16_t tag;
        const char *name;
    } tags[] = {{0x83, "G.729"}, {0x45, "G.726"},     {0x64, "G.726"}, {0x38, "NMS"},
                {0xFF, "AAC"},   {0x7777, "unknown"}, {0, "0x0000"},   {0xFFFE, "0xFFFE"}};
    const struct {
        uint16_t channels;
        uint32_t rate_hz;
    } layouts[] = {{0, 8000}, {3, 8000},   {65535, 8000},  {2, 0},
                   {2, 7999}, {2, 192001}, {1, 0xFFFFFFFF}};

    (void)state;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        expect(WAV(whole.riff_length, AUDIO_BYTES, tags[i].tag, 1, 8000, AUDIO_BYTES), "tag",
               CQA_FAILURE_CODEC, tags[i].name);
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        expect(WAV(whole.riff_length, AUDIO_BYTES, 1, layouts[i].channels, layouts[i].rate_hz,
                   AUDIO_BYTES),
               "layout", CQA_FAILURE_LAYOUT, NULL);
}

static void other_files_are_named(void **state)
{
    const struct {
        const char *name;
        const char *bytes;
        size_t count;
        const char *reason;
        const char *text;
    } cases[] = {
        {"placeholder.wav", "", 0, CQA_FAILURE_UNFINISHED, NULL},
        {"placeholder.ulaw", "", 0, CQA_FAILURE_UNFINISHED, NULL},
        {"notes.wav", "these are notes of a call", 25, CQA_FAILURE_NOT_AUDIO, NULL},
        {"zeros.wav", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, CQA_FAILURE_NOT_AUDIO, NULL},
        {"begun.wav", "RIFF", 4, CQA_FAILURE_TRUNCATED, NULL},
        {"menu.wav", "RIFF\4\0\0\0AVI ", 12, CQA_FAILURE_NOT_AUDIO, NULL},
        {"a.amr", "#!AMR\n<<<<<<<<<<<<<<<", 21, CQA_FAILURE_CODEC, "AMR"},
        {"a.m4a",
         "\0\0\0\x0C"
         "ftypM4A \0\0\0\x08moov",
         20, CQA_FAILURE_CODEC, "M4A"},
        {"cut.m4a",
         "\0\0\0\x1C"
         "ftypM4A ",
         12, CQA_FAILURE_TRUNCATED, NULL},
        {"written.m4a",
         "\0\0\0\x0C"
         "ftypM4A \0\0\0\x0Amdat..",
         22, CQA_FAILURE_UNFINISHED, NULL},
        {"a.aac", "\xFF\xF1\x50\x80\0\0\0\0\0\0", 10, CQA_FAILURE_CODEC, "AAC"},
        {"a.wma", "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9", 10, CQA_FAILURE_CODEC,
         "Windows Media"},
        {"a.webm", "\x1A\x45\xDF\xA3\0\0\0\0", 8, CQA_FAILURE_CODEC, "WebM"},
        {"a.wav", "\xD4\xC3\xB2\xA1\2\0\4\0", 8, CQA_FAILURE_NOT_AUDIO, "pcap"},
        {"a", "\x0A\x0D\x0D\x0A\0\0\0\0", 8, CQA_FAILURE_NOT_AUDIO, "pcapng"},
        {"a.g729", "\1\2\3\4\5\6\7\10", 8, CQA_FAILURE_CODEC, "G.729"},
        {"a.flac", "fLaC\0\0\0\x22", 8, CQA_FAILURE_TRUNCATED, NULL},
        {"a.mp3", "ID3\3\0\0\0\1\1\1", 10, CQA_FAILURE_TRUNCATED, NULL},
        {"a.mp3", "ID3\3\0\0\0\0\0\1x", 11, CQA_FAILURE_NOT_AUDIO, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(recording_of_bytes(cases[i].bytes, cases[i].count), cases[i].name, cases[i].reason,
               cases[i].text);
}

static void speex_is_named(void **state)
{
    unsigned char page[28 + 80] = "OggS";

    (void)state;
    page[5] = 2 | 4; /* first and last */
    page[26] = 1;
    page[27] = 80;
    put_text(page + 28, "Speex   1.2");
    expect(recording_of_bytes(page, sizeof page), "a.spx", CQA_FAILURE_CODEC, "Speex");
    put_text(page + 28, "Hello   1.2");
    expect(recording_of_bytes(page, sizeof page), "a.ogg", CQA_FAILURE_CODEC, NULL);
}

/* The first `part` of each container must never pass for the whole. */
static void cut_files_are_truncated(void **state)
{
    static const int formats[] = {
        SF_FORMAT_WAV | SF_FORMAT_PCM_16,    SF_FORMAT_WAV | SF_FORMAT_GSM610,
        SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
        SF_FORMAT_W64 | SF_FORMAT_PCM_16,    SF_FORMAT_CAF | SF_FORMAT_PCM_16,
        SF_FORMAT_AIFF | SF_FORMAT_PCM_16,   SF_FORMAT_AU | SF_FORMAT_PCM_16,
        SF_FORMAT_FLAC | SF_FORMAT_PCM_16,   SF_FORMAT_OGG | SF_FORMAT_VORBIS,
        SF_FORMAT_OGG | SF_FORMAT_OPUS,      SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III};

    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const int fd = recording_of_tone(formats[i], 16000, 1, 5);
        const off_t bytes = lseek(fd, 0, SEEK_END);
        char name[16];
        snprintf(name, sizeof name, "0x%X", (unsigned)formats[i]);
        for (int part = 3; part >= 1; part--) {
            assert_int_equal(ftruncate(fd, bytes * part / 4), 0);
            expect(dup(fd), name, CQA_FAILURE_TRUNCATED, NULL);
        }
        close(fd);
    }
}

/* What lies on the disk while libsndfile, as FreeSWITCH uses it, has not closed the file. */
static void unclosed_files_are_not_whole(void **state)
{
    static const struct {
        int format;
        const char *reason; /* NULL: nothing in the file tells it, and what is there is read */
    } cases[] = {
        {SF_FORMAT_WAV | SF_FORMAT_PCM_16, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_WAV | SF_FORMAT_GSM610, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_RF64 | SF_FORMAT_PCM_16, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_W64 | SF_FORMAT_PCM_16, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_CAF | SF_FORMAT_PCM_16, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_AU | SF_FORMAT_PCM_16, CQA_FAILURE_UNFINISHED},
        {SF_FORMAT_OGG | SF_FORMAT_VORBIS, CQA_FAILURE_TRUNCATED},
        {SF_FORMAT_OGG | SF_FORMAT_OPUS, CQA_FAILURE_TRUNCATED},
        {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, NULL},
    };
    static short samples[80000];

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        samples[i] = (short)(i * 97);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SF_INFO info = {.format = cases[i].format, .samplerate = 8000, .channels = 1};
        const int fd = memfd_create("unclosed", 0);
        SNDFILE *file = sf_open_fd(fd, SFM_WRITE, &info, 0);
        char name[16];
        assert_non_null(file);
        assert_int_equal(sf_write_short(file, samples, 80000), 80000);
        size_t count;
        unsigned char *bytes = recording_bytes(fd, &count);
        sf_close(file);
        close(fd);
        snprintf(name, sizeof name, "0x%X", (unsigned)cases[i].format);
        if (cases[i].reason != NULL)
            expect(recording_of_bytes(bytes, count), name, cases[i].reason, NULL);
        else
            expect(recording_of_bytes(bytes, count - 100), name, CQA_FAILURE_UNFINISHED, NULL);
        if (cases[i].reason == NULL) {
            struct heard heard = recording_hear(recording_of_bytes(bytes, count), name, 4096);
            assert_int_equal(heard.status, CQA_OK);
            assert_in_range(heard.pairs, 60000, 80000);
            heard_finish(&heard);
        }
        free(bytes);
    }
}

static void complete_files_without_audio_are_empty(void **state)
{
    static const int formats[] = {
        SF_FORMAT_WAV | SF_FORMAT_PCM_16,  SF_FORMAT_WAV | SF_FORMAT_GSM610,
        SF_FORMAT_RF64 | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16,
        SF_FORMAT_CAF | SF_FORMAT_PCM_16,  SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
        SF_FORMAT_AU | SF_FORMAT_PCM_16,   SF_FORMAT_OGG | SF_FORMAT_VORBIS};
    float none = 0;

    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "0x%X", (unsigned)formats[i]);
        expect(recording_of_frames(formats[i], 8000, 1, &none, 0), name, CQA_FAILURE_EMPTY, NULL);
    }
}

/* A file of four gigabytes that takes no room on the disk. */
static void sparse_giants_cost_nothing(void **state)
{
    struct wav giant = whole;

    (void)state;
    giant.data_length = 0xFFFFFF00;
    giant.riff_length = 0xFFFFFF24;
    int fd = make_wav(&giant);
    assert_int_equal(ftruncate(fd, HEADER_BYTES + (off_t)giant.data_length), 0);
    expect(fd, "sparse", CQA_FAILURE_TOO_LONG, NULL);

    fd = make_wav(&whole);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    assert_int_equal(pwrite(fd, "\xFF\xFF\xFF\xFF", 4, 40), 4);
    expect(fd, "endless", CQA_FAILURE_TOO_LONG, NULL);
}

/* Growing, shrinking and rewriting between opening and the facts. */
/* 32 bits cannot count over 4 GiB: what is left of the length is that of a short call. */
static void lengths_that_wrapped_are_the_files(void **state)
{
    static const struct cqa_raw nobody_says = {0};
    const uint64_t bytes = (5ULL << 30) + HEADER_BYTES;
    struct wav wav = whole;
    struct cqa_source source;
    struct cqa_probe probe;
    struct cqa_failure failure;

    (void)state;
    wav.rate_hz = 96000;
    wav.data_length = (uint32_t)(bytes - HEADER_BYTES);
    wav.riff_length = (uint32_t)(bytes - 8);
    const int fd = make_wav(&wav);
    assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
    assert_int_equal(cqa_source_open(&source, fd, &failure), CQA_OK);
    assert_int_equal(cqa_probe_file(&probe, &source, "a.wav", &nobody_says, &failure), CQA_OK);
    assert_int_equal(probe.data_start, HEADER_BYTES);
    assert_int_equal(probe.data_end, bytes);
    cqa_source_close(&source);
    close(fd);
}

static void changes_are_seen(void **state)
{
    for (int change = 0; change < 3; change++) {
        const int fd = make_wav(&whole);
        struct cqa_failure failure = {{0}, {0}};
        struct cqa_audio_facts facts;
        struct cqa_audio *audio;
        float pairs[2 * 256];
        ptrdiff_t got = 0;

        assert_int_equal(cqa_audio_open(&audio, fd, "", &(struct cqa_raw){0}, &failure), CQA_OK);
        assert_true(cqa_audio_read(audio, pairs, 256, &failure) > 0);
        if (change == 0)
            assert_int_equal(pwrite(fd, "more", 4, HEADER_BYTES + AUDIO_BYTES), 4);
        if (change == 1)
            assert_int_equal(ftruncate(fd, HEADER_BYTES + 2000), 0);
        if (change == 2)
            assert_int_equal(futimens(fd, (struct timespec[2]){{1, 0}, {1, 0}}), 0);
        do
            got = cqa_audio_read(audio, pairs, 256, &failure);
        while (got > 0);
        if (got == 0)
            assert_int_not_equal(cqa_audio_facts(audio, &facts, &failure), CQA_OK);
        assert_string_equal(failure.reason, CQA_FAILURE_CHANGED);
        cqa_audio_close(audio);
        close(fd);
    }
    (void)state;
}

static void what_cannot_be_read_is_unreadable(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[1]);
    expect(ends[0], "a pipe", CQA_FAILURE_UNREADABLE, "regular");
    expect(open("/tmp", O_RDONLY), "a folder", CQA_FAILURE_UNREADABLE, NULL);
    const int writable = open("/tmp", O_WRONLY | O_TMPFILE, 0600);
    assert_true(writable >= 0);
    assert_int_equal(write(writable, "RIFF", 4), 4);
    expect(writable, "not open for reading", CQA_FAILURE_UNREADABLE, "Bad file descriptor");
}

/* One byte wrong anywhere in an Ogg Opus file: an error or another length, never a crash, and never
 * half of it. */
static void damaged_opus_is_not_whole(void **state)
{
    const int fd = recording_of_tone(SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 2, 3);
    size_t count;
    unsigned char *bytes = recording_bytes(fd, &count);

    (void)state;
    close(fd);
    for (size_t i = 0; i < count; i += count / 50) {
        bytes[i] ^= 0x10;
        struct heard heard = recording_hear(recording_of_bytes(bytes, count), "a.opus", 4096);
        if (heard.status == CQA_OK)
            fail_msg("byte %zu wrong, and %zu pairs read", i, heard.pairs);
        assert_string_not_equal(heard.failure.reason, "");
        heard_finish(&heard);
        bytes[i] ^= 0x10;
    }
    free(bytes);
}

/* Several streams in one, for which one decoder is not enough. */
static void opus_beyond_two_channels_is_refused(void **state)
{
    enum { PAGE_HEADER = 28, VERSION = 8, CHANNELS = 9, FAMILY = 18 };
    static const struct {
        size_t at;
        unsigned char value;
        const char *reason;
    } cases[] = {{VERSION, 16, CQA_FAILURE_CODEC},
                 {CHANNELS, 0, CQA_FAILURE_LAYOUT},
                 {CHANNELS, 6, CQA_FAILURE_LAYOUT},
                 {FAMILY, 1, CQA_FAILURE_CODEC},
                 {FAMILY, 255, CQA_FAILURE_CODEC}};
    const int fd = recording_of_tone(SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 2, 1);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        unsigned char *bytes = recording_bytes(fd, &count);
        ogg_page page = {bytes, PAGE_HEADER, bytes + PAGE_HEADER, bytes[PAGE_HEADER - 1]};
        bytes[PAGE_HEADER + cases[i].at] = cases[i].value;
        ogg_page_checksum_set(&page);
        expect(recording_of_bytes(bytes, count), "a.opus", cases[i].reason, NULL);
        free(bytes);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wav_lengths_decide),
        cmocka_unit_test(wav_formats_are_checked),
        cmocka_unit_test(other_files_are_named),
        cmocka_unit_test(speex_is_named),
        cmocka_unit_test(cut_files_are_truncated),
        cmocka_unit_test(unclosed_files_are_not_whole),
        cmocka_unit_test(complete_files_without_audio_are_empty),
        cmocka_unit_test(sparse_giants_cost_nothing),
        cmocka_unit_test(lengths_that_wrapped_are_the_files),
        cmocka_unit_test(changes_are_seen),
        cmocka_unit_test(what_cannot_be_read_is_unreadable),
        cmocka_unit_test(damaged_opus_is_not_whole),
        cmocka_unit_test(opus_beyond_two_channels_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
