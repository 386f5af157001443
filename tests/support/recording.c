/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/recording.h"

#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static int memory_file(void)
{
    const int fd = memfd_create("recording", MFD_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

int recording_of_bytes(const void *bytes, size_t count)
{
    const int fd = memory_file();

    assert_int_equal(pwrite(fd, bytes, count, 0), count);
    return fd;
}

int recording_of_frames(int format, int rate_hz, int channels, const float *frames, size_t count)
{
    SF_INFO info = {.format = format, .samplerate = rate_hz, .channels = channels};
    const int fd = memory_file();
    SNDFILE *file = sf_open_fd(fd, SFM_WRITE, &info, 0);

    if (file == NULL)
        fail_msg("format 0x%X: %s", (unsigned)format, sf_strerror(NULL));
    assert_int_equal(sf_writef_float(file, frames, (sf_count_t)count), count);
    sf_close(file);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

int recording_of_tone(int format, int rate_hz, int channels, double seconds)
{
    const size_t count = (size_t)(seconds * rate_hz);
    float *frames = calloc(count * (size_t)channels, sizeof *frames);

    assert_non_null(frames);
    for (size_t i = 0; i < count; i++) {
        const float tone = (float)sin(2 * M_PI * 1000 * (double)i / rate_hz);
        for (int k = 0; k < channels; k++)
            frames[i * (size_t)channels + (size_t)k] = tone * (k == 0 ? TONE_LEFT : TONE_RIGHT);
    }
    const int fd = recording_of_frames(format, rate_hz, channels, frames, count);
    free(frames);
    return fd;
}

unsigned char *recording_bytes(int fd, size_t *count)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    *count = (size_t)status.st_size;
    unsigned char *bytes = malloc(*count + 1);
    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, *count, 0), *count);
    return bytes;
}

static double tone_dbfs(const struct heard *heard, int channel)
{
    const size_t first = heard->pairs / 4;
    const size_t last = heard->pairs - heard->pairs / 4;
    double real = 0;
    double imaginary = 0;

    for (size_t i = first; i < last; i++) {
        const double angle = 2 * M_PI * 1000 * (double)i / CQA_AUDIO_RATE_HZ;
        real += (double)heard->samples[2 * i + (size_t)channel] * cos(angle);
        imaginary += (double)heard->samples[2 * i + (size_t)channel] * sin(angle);
    }
    return 20 * log10(2 * hypot(real, imaginary) / (double)(last - first) + 1e-10);
}

struct heard recording_hear(int fd, const char *name, size_t block_pairs)
{
    static const struct cqa_raw nobody_says = {0};

    return recording_hear_as(fd, name, &nobody_says, block_pairs);
}

struct heard recording_hear_as(int fd, const char *name, const struct cqa_raw *said,
                               size_t block_pairs)
{
    struct heard heard = {0};
    struct cqa_audio *audio = NULL;
    ptrdiff_t got = 0;

    heard.status = cqa_audio_open(&audio, fd, name, said, &heard.failure);
    while (heard.status == CQA_OK) {
        heard.samples = realloc(heard.samples, (heard.pairs + block_pairs) * 2 * sizeof(float));
        assert_non_null(heard.samples);
        got = cqa_audio_read(audio, heard.samples + 2 * heard.pairs, block_pairs, &heard.failure);
        if (got <= 0)
            break;
        heard.pairs += (size_t)got;
    }
    if (got < 0)
        heard.status = CQA_E_BADDATA;
    if (heard.status == CQA_OK)
        heard.status = cqa_audio_facts(audio, &heard.facts, &heard.failure);
    for (int k = 0; k < 2 && heard.pairs > 0; k++)
        heard.level_dbfs[k] = tone_dbfs(&heard, k);
    cqa_audio_close(audio);
    close(fd);
    return heard;
}

void heard_finish(struct heard *heard)
{
    free(heard->samples);
    heard->samples = NULL;
}
