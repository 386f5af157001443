/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/decoder.h"

#include <soxr.h>
#include <stdlib.h>
#include "audio/audio.h"

enum { INPUT_FRAMES = 4096 };

struct resampler {
    struct cqa_decoder base;
    struct cqa_decoder *inner; /* owned */
    soxr_t soxr;
    bool ended;   /* soxr has been told that no more comes */
    size_t first; /* frame of `input` that soxr has not taken yet */
    size_t count; /* frames of `input` from there on */
    float input[INPUT_FRAMES * 2];
};

/* Frames left in `input`; reads on when there are none. -1 on failure. */
static int refill(struct resampler *resampler, struct cqa_failure *failure)
{
    if (resampler->count > 0 || resampler->ended)
        return 0;
    const ptrdiff_t got =
        resampler->inner->read(resampler->inner, resampler->input, INPUT_FRAMES, failure);
    if (got < 0)
        return -1;
    resampler->first = 0;
    resampler->count = (size_t)got;
    return 0;
}

static ptrdiff_t resampler_read(struct cqa_decoder *decoder, float *frames, size_t capacity,
                                struct cqa_failure *failure)
{
    struct resampler *resampler = (struct resampler *)decoder;
    size_t used = 0;
    size_t made = 0;

    while (made == 0) {
        if (refill(resampler, failure) != 0)
            return -1;
        const bool at_end = resampler->count == 0;
        const float *const input = resampler->input + resampler->first * (size_t)decoder->channels;
        const soxr_error_t error = soxr_process(resampler->soxr, at_end ? NULL : input,
                                                resampler->count, &used, frames, capacity, &made);
        if (error != NULL) {
            cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "resampling: %s", error);
            return -1;
        }
        resampler->first += used;
        resampler->count -= used;
        if (at_end) {
            resampler->ended = true;
            break;
        }
    }
    cqa_decoder_tame(frames, made * (size_t)decoder->channels); /* filters overshoot */
    return (ptrdiff_t)made;
}

static void resampler_close(struct cqa_decoder *decoder)
{
    struct resampler *resampler = (struct resampler *)decoder;

    resampler->inner->close(resampler->inner);
    soxr_delete(resampler->soxr);
    free(resampler);
}

enum cqa_status cqa_resampler_open(struct cqa_decoder **out, struct cqa_decoder *inner,
                                   double drift_ppm, struct cqa_failure *failure)
{
    /* Linear phase, so that no frequency comes late; soxr itself drops its delay. One thread: the
     * sandbox has no more. */
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    struct resampler *resampler = calloc(1, sizeof *resampler);

    if (resampler != NULL) {
        resampler->base = *inner;
        resampler->base.rate_hz = CQA_AUDIO_RATE_HZ;
        resampler->base.read = resampler_read;
        resampler->base.close = resampler_close;
        resampler->inner = inner;
        resampler->soxr = soxr_create(inner->rate_hz * (1 + drift_ppm * 1e-6), CQA_AUDIO_RATE_HZ,
                                      (unsigned)inner->channels, NULL, NULL, &quality, &runtime);
    }
    if (resampler == NULL || resampler->soxr == NULL) {
        inner->close(inner);
        free(resampler);
        cqa_failure_set(failure, CQA_FAILURE_INTERNAL, "out of memory");
        return CQA_E_NOMEM;
    }
    *out = &resampler->base;
    return CQA_OK;
}
