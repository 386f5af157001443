/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_MEASURE_ACTIVE_LEVEL_H
#define CQA_MEASURE_ACTIVE_LEVEL_H

#include <stdint.h>

/*
 * Active speech level by ITU-T P.56, method B: the energy of the signal over the time in which its
 * envelope is no more than 15.9 dB below the result, with a hangover of 0.2 s.
 *
 * The envelope is made of mean squares of 8 ms (cqa_channel_frames.sub) instead of samples, which
 * saves a second pass over these. On speech the result is within 0.15 dB of the standard's own
 * form, and within 0.5 dB where a quieter stretch lies right at the margin
 * (tests/unit/measure/test_active_level.c; on 21 recordings, whole and with such a stretch: 0.02
 * and 0.1 dB in the mean, 0.05 and 1 dB at most).
 */
enum { CQA_ACTIVE_STEPS = 16 };

struct cqa_active_level {
    double square;     /* sum over pieces */
    float envelope[2]; /* smoothed once and twice, of full scale */
    uint32_t pieces;
    /* For each threshold, of full scale 1/2, 1/4, ...: */
    int32_t since[CQA_ACTIVE_STEPS];  /* pieces since the envelope last reached it */
    int32_t active[CQA_ACTIVE_STEPS]; /* pieces in which it did, or had within the hangover */
    /* Of a piece, by its level: */
    float power[256];
    float size[256];
};

/* `offset`: mean of all samples, ±1. A constant offset is no sound, and is left out. */
void cqa_active_level_init(struct cqa_active_level *meter, double offset);

/* Takes 8 ms: a level of signal/frames.h. */
void cqa_active_level_add(struct cqa_active_level *meter, uint8_t level);

/* dBFS (a full-scale square wave is 0); NaN where nothing was active. */
double cqa_active_level_dbfs(const struct cqa_active_level *meter);

#endif
