/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_DECODER_H
#define CQA_AUDIO_DECODER_H

#include <stddef.h>
#include "audio/probe.h"
#include "audio/source.h"
#include "base/failure.h"

/*
 * One file's samples in their order: interleaved frames of `channels` floats at `rate_hz`. All are
 * finite and within full scale. What a decoder keeps of its input does not grow with the file.
 */
struct cqa_decoder {
    int channels;      /* 1 or 2 */
    int rate_hz;       /* of what read() gives */
    int file_rate_hz;  /* of the file: Opus decodes to less than it holds */
    char encoding[24]; /* as cqa_audio_facts.encoding */
    int lead; /* frames of what read() gives at first that coding usually adds, where the file does
                 not tell how many: they delay all that follows */

    /* Reads up to `capacity` frames. Frames read; 0 at the end, -1 on failure. */
    ptrdiff_t (*read)(struct cqa_decoder *decoder, float *frames, size_t capacity,
                      struct cqa_failure *failure);
    void (*close)(struct cqa_decoder *decoder);
};

/*
 * Each opens what the probe found; `source` is borrowed and outlives the decoder. The decoder is
 * owned, its close() frees it. They fail with what base/failure.h has for it.
 */
enum cqa_status cqa_pcm_open(struct cqa_decoder **out, struct cqa_source *source,
                             const struct cqa_probe *probe,
                             struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_sndfile_open(struct cqa_decoder **out, struct cqa_source *source,
                                 const struct cqa_probe *probe,
                                 struct cqa_failure *failure) CQA_MUST_CHECK;
enum cqa_status cqa_opus_open(struct cqa_decoder **out, struct cqa_source *source,
                              struct cqa_failure *failure) CQA_MUST_CHECK;

/* Takes `inner` over, also when it fails, and gives it at CQA_AUDIO_RATE_HZ, its length kept to a
 * sample; of a clock that ran `drift_ppm` too fast, at the rate that it should have had. */
enum cqa_status cqa_resampler_open(struct cqa_decoder **out, struct cqa_decoder *inner,
                                   double drift_ppm, struct cqa_failure *failure) CQA_MUST_CHECK;

/* Makes NaN and infinities 0 and clips to full scale. */
void cqa_decoder_tame(float *samples, size_t count);

#endif
