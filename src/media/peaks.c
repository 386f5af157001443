/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/peaks.h"

#include <stdlib.h>
#include <unistd.h>
#include "audio/audio.h"
#include "media/render_frame.h"

/* Whole steps of 127, rounded outwards, so that nothing loud is drawn smaller than it is. */
static signed char scaled(int sample, int upwards)
{
    const int product = sample * 127;
    const int down = product >= 0 ? product / 32767 : -((-product + 32766) / 32767);
    const int value = upwards && down * 32767 != product ? down + 1 : down;

    return (signed char)(value < -127 ? -127 : value > 127 ? 127 : value);
}

static void add_bucket(struct cqa_buffer *out, const int16_t *samples, size_t count, int channels)
{
    for (int channel = 0; channel < channels; channel++) {
        int least = INT16_MAX;
        int greatest = INT16_MIN;
        for (size_t i = (size_t)channel; i < count; i += (size_t)channels) {
            least = samples[i] < least ? samples[i] : least;
            greatest = samples[i] > greatest ? samples[i] : greatest;
        }
        const signed char pair[2] = {scaled(least, 0), scaled(greatest, 1)};
        cqa_buffer_add(out, pair, sizeof pair);
    }
}

enum cqa_status cqa_peaks_of_wav(int fd, uint64_t size, int channels, int bucket_ms,
                                 struct cqa_buffer *out, struct cqa_error *error)
{
    const size_t bytes = (size_t)bucket_ms * (CQA_AUDIO_RATE_HZ / 1000) * (size_t)channels * 2;
    int16_t *bucket = malloc(bytes);
    uint64_t at = CQA_RENDER_HEADER_BYTES;
    ssize_t count = 0;

    if (bucket == NULL)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory");
    while (at < size && (count = pread(fd, bucket, bytes, (off_t)at)) > 0) {
        add_bucket(out, bucket, (size_t)count / 2, channels);
        at += (uint64_t)count;
    }
    free(bucket);
    if (count < 0)
        return cqa_fail_errno(error, "the rendered audio");
    return out->failed ? cqa_fail(error, CQA_E_NOMEM, "out of memory") : CQA_OK;
}
