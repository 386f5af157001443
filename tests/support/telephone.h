/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TESTS_SUPPORT_TELEPHONE_H
#define CQA_TESTS_SUPPORT_TELEPHONE_H

#include <stddef.h>
#include <stdint.h>
#include "signal/frames.h"

/* Sounds of a telephone line at 8 kHz, ±1, and the frames that the spectral pass makes of them. */

/* Numbers that are the same on every machine; a seed must not be 0. */
uint32_t telephone_random(uint32_t *seed);

/* Uniform in [-1, 1). */
float telephone_noise(uint32_t *seed);

/*
 * Voice-like: harmonics of a wandering pitch with two moving formants, in syllables with pauses,
 * `level` its peak. Adds to `samples`.
 */
void telephone_voice(float *samples, size_t count, float level, uint32_t seed);

/* Adds a sine of `hz`. */
void telephone_tone(float *samples, size_t count, double hz, float amplitude);

/* Frames of `count` pairs, taken in pieces of random lengths (`cuts` 0: as many as fit). Free with
 * cqa_frames_finish. */
struct cqa_frames telephone_frames(const float *left, const float *right, size_t count,
                                   uint32_t cuts);

#endif
