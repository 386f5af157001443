/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_TILE_H
#define CQA_SIGNAL_TILE_H

#include "signal/frames.h"
#include "signal/hot.h"

/*
 * Inside signal/: what is measured of CQA_LANES successive frames at once, one a lane. No number
 * changes its lane, so that transforms, sums and logarithms are plain arithmetic on whole
 * registers. Bins are 15.625 Hz; bin 256 is left out.
 */
enum {
    CQA_BINS = 256,
    CQA_HOPS_ROW = CQA_LANES + 4,             /* the same sample of CQA_LANES + 1 hops, aligned */
    CQA_TRANSFORM_BLOCK = CQA_WINDOW / 8 + 2, /* off the powers of two, which share cache lines */
    CQA_COSINES = 128,                        /* half a period */
};

/* Rows of powers that become levels, after the bands. */
enum {
    CQA_TILE_SUB = CQA_BANDS,
    CQA_TILE_LEVEL = CQA_TILE_SUB + CQA_SUBFRAMES, /* 100..3950 Hz */
    CQA_TILE_CREST,
    CQA_TILE_LEVELS
};

/* Rows of what is a byte already, unrounded. */
enum {
    CQA_TILE_FLATNESS,
    CQA_TILE_HARMONICITY,
    CQA_TILE_LAG,
    CQA_TILE_RING,
    CQA_TILE_ZERO,
    CQA_TILE_FLAT,
    CQA_TILE_SHARES
};

/* Successive hops of both channels: of lane t's window the first half is hop t, the second t + 1.
 */
struct cqa_hops {
    _Alignas(64) float sample[2][CQA_HOP][CQA_HOPS_ROW];
};

struct cqa_transform {
    float window[CQA_WINDOW];
    float turn512[CQA_WINDOW / 8][7][2]; /* j * a steps of 512 to a turn, for a = 1..7 */
    float turn64[8][7][2];
    float turn128[CQA_COSINES / 2 + 1][2];
    float cosine[CQA_COSINES / 2]; /* over a quarter of a period */
    float sine[CQA_COSINES / 2];
};

struct cqa_tile_channel {
    _Alignas(64) float power[CQA_BINS][CQA_LANES]; /* 1: a full-scale square wave's sum over bins */
    float level[CQA_TILE_LEVELS][CQA_LANES];
    float share[CQA_TILE_SHARES][CQA_LANES];
    float coefficients[CQA_COSINES][CQA_LANES]; /* of lags; 0 outside the harmonics' range */
    float lags[CQA_LAG_MAX + 2][CQA_LANES];
    uint32_t peaks[CQA_BINS / 32][CQA_LANES]; /* a bit for each bin that stands out */
};

/* Made once an extractor; owned by it. */
struct cqa_tile {
    struct cqa_hops hops; /* to be filled before each measuring */
    struct cqa_tile_channel channel[2];
    _Alignas(64) float re[8 * CQA_TRANSFORM_BLOCK * CQA_LANES];
    _Alignas(64) float im[8 * CQA_TRANSFORM_BLOCK * CQA_LANES];
    struct cqa_transform transform;
    float lag_scale[CQA_LAG_MAX - CQA_LAG_MIN + 1]; /* 1 / the window's own autocorrelation */
    int band_first[CQA_BANDS + 1];                  /* bin where the band begins */
    void (*measure)(struct cqa_tile *tile);
};

/* `tile` is all zeros. */
void cqa_tile_init(struct cqa_tile *tile);

/* `pairs`: CQA_LANES + 1 hops. Fills both channels' power, level, share and peaks. */
void cqa_tile_measure(struct cqa_tile *tile, const float *pairs);

void cqa_tile_measure_plain(struct cqa_tile *tile);
#ifdef CQA_WIDER
void cqa_tile_measure_avx2(struct cqa_tile *tile);
void cqa_tile_measure_avx512(struct cqa_tile *tile);
#endif

#endif
