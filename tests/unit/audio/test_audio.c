/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/audio.h"

#include <fcntl.h>
#include <math.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "support/recording.h"

enum { BLOCK = 4096 };

static void expect_level(const char *what, double dbfs, double amplitude, double tolerance)
{
    const double wanted = 20 * log10(amplitude);

    if (fabs(dbfs - wanted) > tolerance)
        fail_msg("%s: %.2f dBFS, wanted %.2f", what, dbfs, wanted);
}

static void expect_duration(const char *what, int64_t ms, int64_t wanted, int64_t tolerance)
{
    if (llabs(ms - wanted) > tolerance)
        fail_msg("%s: %lld ms, wanted %lld", what, (long long)ms, (long long)wanted);
}

/* Every container and codec that libsndfile can write for us. MP3 and IMA pad. */
static void reads_each_format(void **state)
{
    static const struct {
        const char *container;
        const char *encoding;
        int format;
        int rate_hz;
        int channels;
        int64_t pad_ms;
    } cases[] = {
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 0},
        {"WAV", "PCM_16", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 8000, 2, 0},
        {"WAV", "PCM_U8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8000, 2, 0},
        {"WAV", "PCM_24", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 8000, 2, 0},
        {"WAV", "PCM_32", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 8000, 2, 0},
        {"WAV", "FLOAT", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 8000, 2, 0},
        {"WAV", "DOUBLE", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 16000, 2, 0},
        {"WAV", "ULAW", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 2, 0},
        {"WAV", "ULAW", SF_FORMAT_WAVEX | SF_FORMAT_ULAW, 8000, 1, 0},
        {"WAV", "ALAW", SF_FORMAT_WAV | SF_FORMAT_ALAW, 8000, 2, 0},
        {"WAV", "GSM610", SF_FORMAT_WAV | SF_FORMAT_GSM610, 8000, 1, 0},
        {"WAV", "IMA_ADPCM", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 8000, 2, 64},
        {"WAV", "MS_ADPCM", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 8000, 2, 0},
        {"RF64", "PCM_16", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"W64", "PCM_16", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"W64", "ULAW", SF_FORMAT_W64 | SF_FORMAT_ULAW, 8000, 2, 0},
        {"CAF", "PCM_16", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"CAF", "ALAC_16", SF_FORMAT_CAF | SF_FORMAT_ALAC_16, 8000, 2, 0},
        {"AIFF", "PCM_16", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"AU", "ULAW", SF_FORMAT_AU | SF_FORMAT_ULAW, 8000, 2, 0},
        {"FLAC", "PCM_16", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000, 2, 0},
        {"FLAC", "PCM_24", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 48000, 1, 0},
        {"OGG", "VORBIS", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 8000, 2, 0},
        {"OGG", "OPUS", SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 2, 0},
        {"OGG", "OPUS", SF_FORMAT_OGG | SF_FORMAT_OPUS, 8000, 1, 0},
        {"MP3", "MPEG_LAYER_III", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, 1, 80},
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 11025, 2, 0},
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 2, 0},
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, 0},
        {"WAV", "PCM_16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2, 0},
        {"WAV", "FLOAT", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 192000, 2, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char what[64];
        snprintf(what, sizeof what, "%s %s %d Hz %d", cases[i].container, cases[i].encoding,
                 cases[i].rate_hz, cases[i].channels);
        const int fd = recording_of_tone(cases[i].format, cases[i].rate_hz, cases[i].channels, 2.5);
        struct heard heard = recording_hear(fd, "any name", BLOCK);
        if (heard.status != CQA_OK)
            fail_msg("%s: %s: %s", what, heard.failure.reason, cqa_english(&heard.failure.message));
        assert_string_equal(heard.facts.container, cases[i].container);
        assert_string_equal(heard.facts.encoding, cases[i].encoding);
        if (strcmp(cases[i].encoding, "OPUS") != 0)
            assert_int_equal(heard.facts.rate_hz, cases[i].rate_hz);
        assert_int_equal(heard.facts.channels, cases[i].channels);
        assert_int_equal(heard.facts.layout,
                         cases[i].channels == 1 ? CQA_LAYOUT_MONO : CQA_LAYOUT_STEREO);
        expect_duration(what, heard.facts.duration_ms, 2500, 1 + cases[i].pad_ms);
        assert_int_equal(heard.facts.duration_ms, (heard.pairs + 4) / 8);
        expect_level(what, heard.level_dbfs[0], (double)TONE_LEFT, 0.5);
        if (cases[i].channels == 2)
            expect_level(what, heard.level_dbfs[1], (double)TONE_RIGHT, 0.5);
        else
            assert_true(heard.level_dbfs[1] < -190);
        heard_finish(&heard);
    }
}

/* A headerless file of `coding` is what libsndfile calls RAW; the name alone tells it. */
static void reads_raw_formats_by_name(void **state)
{
    static const struct {
        const char *name;
        const char *encoding;
        int format;
        int rate_hz;
    } cases[] = {
        {"a.ulaw", "ULAW", SF_FORMAT_ULAW, 8000},
        {"a.ul", "ULAW", SF_FORMAT_ULAW, 8000},
        {"a.PCM", "ULAW", SF_FORMAT_ULAW, 8000},
        {"a.alaw", "ALAW", SF_FORMAT_ALAW, 8000},
        {"a.b.al", "ALAW", SF_FORMAT_ALAW, 8000},
        {"a.sln", "PCM_16", SF_FORMAT_PCM_16, 8000},
        {"a.slin", "PCM_16", SF_FORMAT_PCM_16, 8000},
        {"a.raw", "PCM_16", SF_FORMAT_PCM_16, 8000},
        {"a.sln16", "PCM_16", SF_FORMAT_PCM_16, 16000},
        {"a.sln48", "PCM_16", SF_FORMAT_PCM_16, 48000},
        {"a.gsm", "GSM610", SF_FORMAT_GSM610, 8000},
        {"a.vox", "VOX_ADPCM", SF_FORMAT_VOX_ADPCM, 8000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int fd = recording_of_tone(SF_FORMAT_RAW | cases[i].format, cases[i].rate_hz, 1, 2);
        struct heard heard = recording_hear(fd, cases[i].name, BLOCK);
        if (heard.status != CQA_OK)
            fail_msg("%s: %s: %s", cases[i].name, heard.failure.reason,
                     cqa_english(&heard.failure.message));
        assert_string_equal(heard.facts.container, "RAW");
        assert_string_equal(heard.facts.encoding, cases[i].encoding);
        assert_int_equal(heard.facts.rate_hz, cases[i].rate_hz);
        expect_duration(cases[i].name, heard.facts.duration_ms, 2000, 1);
        expect_level(cases[i].name, heard.level_dbfs[0], (double)TONE_LEFT, 0.5);
        heard_finish(&heard);
    }
}

/* A name that says raw does not make a WAV raw. */
static void a_magic_outweighs_the_name(void **state)
{
    struct heard heard = recording_hear(
        recording_of_tone(SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 2, 1), "a.raw", BLOCK);

    (void)state;
    assert_int_equal(heard.status, CQA_OK);
    assert_string_equal(heard.facts.container, "WAV");
    heard_finish(&heard);
}

/* Our G.711 tables against libsndfile's: all codes of both laws. */
static void decodes_g711_as_libsndfile_does(void **state)
{
    static const int formats[2] = {SF_FORMAT_ULAW, SF_FORMAT_ALAW};
    unsigned char codes[256];

    (void)state;
    for (size_t i = 0; i < sizeof codes; i++)
        codes[i] = (unsigned char)i;
    for (size_t i = 0; i < 2; i++) {
        const int fd = recording_of_bytes(codes, sizeof codes);
        SF_INFO info = {.format = SF_FORMAT_RAW | formats[i], .samplerate = 8000, .channels = 1};
        float wanted[256];
        SNDFILE *file = sf_open_fd(fd, SFM_READ, &info, 0);
        assert_non_null(file);
        assert_int_equal(sf_read_float(file, wanted, 256), 256);
        sf_close(file);
        struct heard heard = recording_hear(fd, i == 0 ? "a.ulaw" : "a.alaw", BLOCK);
        assert_int_equal(heard.pairs, 256);
        for (size_t code = 0; code < 256; code++)
            assert_float_equal(heard.samples[2 * code], wanted[code], 0);
        heard_finish(&heard);
    }
}

/* Any block size gives the same samples. */
static void reads_alike_in_any_block(void **state)
{
    static const int formats[] = {
        SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM,
        SF_FORMAT_OGG | SF_FORMAT_OPUS, SF_FORMAT_FLAC | SF_FORMAT_PCM_16};
    static const int rates_hz[] = {8000, 44100, 48000, 16000};

    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const int fd = recording_of_tone(formats[i], rates_hz[i], 2, 1);
        struct heard large = recording_hear(dup(fd), "", 100000);
        struct heard small = recording_hear(fd, "", 7);
        assert_int_equal(large.status, CQA_OK);
        assert_int_equal(large.pairs, small.pairs);
        assert_memory_equal(large.samples, small.samples, large.pairs * 2 * sizeof(float));
        assert_string_equal(large.facts.sha256, small.facts.sha256);
        heard_finish(&large);
        heard_finish(&small);
    }
}

/* Also where the decoder seeks, and leaves bytes behind the audio unread. */
static void hashes_the_whole_file(void **state)
{
    static const int formats[] = {SF_FORMAT_WAV | SF_FORMAT_PCM_16,
                                  SF_FORMAT_CAF | SF_FORMAT_PCM_16,
                                  SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
                                  SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III};

    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const int fd = recording_of_tone(formats[i], 16000, 1, 1);
        size_t count;
        unsigned char sum[EVP_MAX_MD_SIZE];
        char hex[65];
        if (i == 0) {
            assert_true(lseek(fd, 0, SEEK_END) > 0);
            assert_int_equal(write(fd, "trailing words", 14), 14);
        }
        unsigned char *bytes = recording_bytes(fd, &count);
        EVP_Digest(bytes, count, sum, NULL, EVP_sha256(), NULL);
        for (size_t k = 0; k < 32; k++)
            snprintf(hex + 2 * k, 3, "%02x", sum[k]);
        struct heard heard = recording_hear(fd, "", BLOCK);
        assert_int_equal(heard.status, CQA_OK);
        assert_string_equal(heard.facts.sha256, hex);
        assert_int_equal(heard.facts.bytes, count);
        free(bytes);
        heard_finish(&heard);
    }
}

/* Two seconds of seeded noise per channel: `shared` of it in both, `own` in one only, the right one
 * times `gain`. */
static enum cqa_layout layout_of(float shared, float own, float gain)
{
    enum { FRAMES = 16000 };
    static float frames[FRAMES * 2];

    srand(7);
    for (size_t i = 0; i < FRAMES; i++) {
        const float both = shared * ((float)rand() / (float)RAND_MAX - 0.5F);
        frames[2 * i] = both + own * ((float)rand() / (float)RAND_MAX - 0.5F);
        frames[2 * i + 1] = gain * both;
    }
    struct heard heard = recording_hear(
        recording_of_frames(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, frames, FRAMES), "", BLOCK);
    assert_int_equal(heard.status, CQA_OK);
    heard_finish(&heard);
    return heard.facts.layout;
}

static void tells_dual_mono_from_stereo(void **state)
{
    (void)state;
    assert_int_equal(layout_of(0.5F, 0, 1), CQA_LAYOUT_DUAL_MONO);
    assert_int_equal(layout_of(0.5F, 0, 0.5F), CQA_LAYOUT_DUAL_MONO);
    assert_int_equal(layout_of(0.5F, 0.001F, 1), CQA_LAYOUT_DUAL_MONO);
    assert_int_equal(layout_of(0.5F, 0.05F, 1), CQA_LAYOUT_STEREO);
    assert_int_equal(layout_of(0.5F, 0, -1), CQA_LAYOUT_STEREO);
    assert_int_equal(layout_of(0.5F, 0, 0.06F),
                     CQA_LAYOUT_STEREO); /* leakage of the only one who speaks */
    assert_int_equal(layout_of(0, 0.5F, 1), CQA_LAYOUT_STEREO); /* one silent channel */
    assert_int_equal(layout_of(0, 0, 1), CQA_LAYOUT_STEREO);    /* two silent channels */
}

static void makes_wild_floats_tame(void **state)
{
    float frames[4096];

    (void)state;
    for (int rate_hz = 8000; rate_hz <= 16000; rate_hz += 8000) {
        for (size_t i = 0; i < 4096; i++)
            frames[i] = 0.25F;
        frames[1000] = NAN;
        frames[1002] = INFINITY;
        frames[1004] = -INFINITY;
        frames[1006] = 1e30F;
        struct heard heard = recording_hear(
            recording_of_frames(SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate_hz, 2, frames, 2048), "",
            BLOCK);
        assert_int_equal(heard.status, CQA_OK);
        for (size_t i = 0; i < 2 * heard.pairs; i++) {
            if (!(fabsf(heard.samples[i]) <= 1.0F))
                fail_msg("sample %zu is %f", i, (double)heard.samples[i]);
        }
        if (rate_hz == 8000) {
            assert_float_equal(heard.samples[1000], 0, 0);
            assert_float_equal(heard.samples[1006], 1, 0);
        }
        assert_float_equal(heard.samples[2 * (heard.pairs / 4 * 3)], 0.25F, 0.01F);
        heard_finish(&heard);
    }
}

/* A click stays where it was, so that events of resampled files are not late. */
static void resampling_keeps_time(void **state)
{
    static float frames[48000];

    (void)state;
    memset(frames, 0, sizeof frames);
    for (size_t i = 24000; i < 24012; i++)
        frames[i] = 0.9F;
    struct heard heard = recording_hear(
        recording_of_frames(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 1, frames, 48000), "", BLOCK);
    size_t loudest = 0;
    for (size_t i = 0; i < heard.pairs; i++) {
        if (heard.samples[2 * i] > heard.samples[2 * loudest])
            loudest = i;
    }
    assert_int_equal(heard.pairs, 8000);
    assert_in_range(loudest, 4000, 4002);
    heard_finish(&heard);
}

/* Two Opus streams one behind the other are one recording. */
static void reads_chained_opus(void **state)
{
    size_t first_bytes;
    size_t second_bytes;
    const int first = recording_of_tone(SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 2, 1);
    const int second = recording_of_tone(SF_FORMAT_OGG | SF_FORMAT_OPUS, 16000, 2, 2);
    unsigned char *tail = recording_bytes(second, &second_bytes);

    (void)state;
    free(recording_bytes(first, &first_bytes));
    assert_int_equal(pwrite(first, tail, second_bytes, (off_t)first_bytes), second_bytes);
    free(tail);
    close(second);
    struct heard heard = recording_hear(first, "", BLOCK);
    assert_int_equal(heard.status, CQA_OK);
    expect_duration("chained", heard.facts.duration_ms, 3000, 1);
    heard_finish(&heard);
}

static int installed(const char *tool)
{
    char command[64];

    snprintf(command, sizeof command, "command -v %s >/dev/null", tool);
    return system(command) == 0;
}

/* What other programs write, by way of their own encoders. */
static void reads_what_ffmpeg_and_sox_write(void **state)
{
    static const struct {
        const char *tool;
        const char *command;
        const char *container;
        int64_t pad_ms;
    } cases[] = {
        {"ffmpeg", "ffmpeg -v error -i %s -c:a libopus -b:a 64k -f ogg -", "OGG", 0},
        {"ffmpeg", "ffmpeg -v error -i %s -c:a libvorbis -f ogg -", "OGG", 20},
        {"ffmpeg", "ffmpeg -v error -i %s -c:a flac -f flac -", "FLAC", 0},
        {"ffmpeg", "ffmpeg -v error -i %s -c:a libmp3lame -f mp3 -", "MP3", 200},
        {"ffmpeg", "ffmpeg -v error -i %s -c:a libmp3lame -f wav -", "WAV", 200},
        {"ffmpeg", "ffmpeg -v error -i %s -f wav -", "WAV", 0},
        {"ffmpeg", "ffmpeg -v error -i %s -c:a pcm_alaw -f w64 -", "W64", 0},
        {"sox", "sox -V1 %s -t wav -e mu-law -", "WAV", 0},
        {"sox", "sox -V1 %s -t wav -", "WAV", 0},
        {"sox", "sox -V1 %s -t wav -e ms-adpcm -", "WAV", 130},
    };
    char path[] = "/tmp/callqa-tone-XXXXXX";
    const int file = mkstemp(path);
    size_t count;
    const int tone = recording_of_tone(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 2, 2);
    unsigned char *bytes = recording_bytes(tone, &count);

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, count), count);
    close(file);
    close(tone);
    free(bytes);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[256];
        static unsigned char made[1 << 20];
        if (!installed(cases[i].tool)) {
            print_message("%s is not installed\n", cases[i].tool);
            continue;
        }
        snprintf(command, sizeof command, cases[i].command, path);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        const size_t got = fread(made, 1, sizeof made, pipe);
        assert_int_equal(pclose(pipe), 0);
        struct heard heard = recording_hear(recording_of_bytes(made, got), "", BLOCK);
        if (heard.status != CQA_OK)
            fail_msg("%s: %s: %s", command, heard.failure.reason,
                     cqa_english(&heard.failure.message));
        assert_string_equal(heard.facts.container, cases[i].container);
        expect_duration(command, heard.facts.duration_ms, 2000, 10 + cases[i].pad_ms);
        expect_level(command, heard.level_dbfs[0], (double)TONE_LEFT, 0.5);
        expect_level(command, heard.level_dbfs[1], (double)TONE_RIGHT, 0.5);
        heard_finish(&heard);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_format),
        cmocka_unit_test(reads_raw_formats_by_name),
        cmocka_unit_test(a_magic_outweighs_the_name),
        cmocka_unit_test(decodes_g711_as_libsndfile_does),
        cmocka_unit_test(reads_alike_in_any_block),
        cmocka_unit_test(hashes_the_whole_file),
        cmocka_unit_test(tells_dual_mono_from_stereo),
        cmocka_unit_test(makes_wild_floats_tame),
        cmocka_unit_test(resampling_keeps_time),
        cmocka_unit_test(reads_chained_opus),
        cmocka_unit_test(reads_what_ffmpeg_and_sox_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
