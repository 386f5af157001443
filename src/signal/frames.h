/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_FRAMES_H
#define CQA_SIGNAL_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "signal/leak.h"

/*
 * What the one spectral pass leaves of a recording: 37 bytes a channel and frame, whatever its
 * length. A frame stands for 32 ms (256 samples at 8 kHz); its spectrum is a 64 ms Hann window
 * around them.
 */
enum {
    CQA_HOP = 256,
    CQA_WINDOW = 512,
    CQA_FRAME_MS = 32,
    CQA_BANDS = 17,
    CQA_SUBFRAMES = 4, /* energies every 8 ms, for edges */
    CQA_LAG_MIN = 20,  /* 400 Hz */
    CQA_LAG_MAX = 115, /* 70 Hz */
};

/* The frame that a moment lies in; `ms` is not negative. */
static inline size_t cqa_frame_at(int64_t ms)
{
    return (size_t)(ms / CQA_FRAME_MS);
}

/* Of a span, the frames over half in it are [cqa_border_at(start_ms), cqa_border_at(end_ms)). */
static inline size_t cqa_border_at(int64_t ms)
{
    return cqa_frame_at(ms + CQA_FRAME_MS / 2);
}

/* Levels are bytes of half a dB from -110 dBFS (a full-scale square wave is 0 dBFS). */
static inline float cqa_level_dbfs(uint8_t level)
{
    return 0.5f * (float)level - 110.0f;
}

/* Rows over time, `count` of cqa_frames long (sub: CQA_SUBFRAMES times that). Shares are of 255. */
struct cqa_channel_frames {
    uint8_t *band[CQA_BANDS]; /* level of a band, cqa_band_edges_hz */
    uint8_t *level;           /* of 100..3950 Hz */
    uint8_t *sub;             /* of the samples, 8 ms each, all frequencies */
    uint8_t *flatness;    /* geometric over arithmetic mean of the bins, 0 dB at 255, 8 to a dB */
    uint8_t *harmonicity; /* largest normalised autocorrelation at a pitch lag */
    uint8_t *lag;         /* where, in samples; 0: no pitch */
    uint8_t *tonality;    /* energy in spectral peaks that stay where they are */
    uint8_t *peaks;       /* such peaks, 16 to one */
    uint8_t *share1;      /* energy of the strongest peak */
    uint8_t *share2;      /* of the second */
    uint16_t *freq1;      /* of the strongest, 1/16 Hz; 0: none */
    uint16_t *freq2;
    uint8_t *ring;  /* energy in 375..500 Hz */
    uint8_t *zero;  /* samples at the codec's idle value */
    uint8_t *flat;  /* samples on a flat top: clipped */
    uint8_t *crest; /* largest sample, level */
};

struct cqa_frames {
    size_t count;
    size_t capacity;
    struct cqa_channel_frames channel[2];
    struct cqa_leak leak[2]; /* leak[c]: the other channel's voice heard on channel c */
    struct cqa_sameness same;
};

extern const float cqa_band_edges_hz[CQA_BANDS + 1];

/* Makes room for `more` frames. CQA_E_NOMEM leaves what there was. */
enum cqa_status cqa_frames_grow(struct cqa_frames *frames, size_t more) CQA_MUST_CHECK;
void cqa_frames_finish(struct cqa_frames *frames);

#endif
