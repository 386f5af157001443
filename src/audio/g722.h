/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_G722_H
#define CQA_AUDIO_G722_H

#include <stddef.h>

/*
 * The lower sub-band of G.722 (ITU-T G.722, 64 kbit/s): 0 to 4 kHz in samples at 8 kHz, which is
 * what is analysed. The upper one and the filter that would join both to 16 kHz are left out
 * (docs/decisions/0121).
 */
enum { CQA_G722_POLES = 2, CQA_G722_ZEROS = 6 };

/* The predictor and the quantizer's scale; one channel's. */
struct cqa_g722 {
    int pole[CQA_G722_POLES];       /* coefficients */
    int zero[CQA_G722_ZEROS];       /* coefficients */
    int rebuilt[CQA_G722_POLES];    /* the last signals, the latest first */
    int partial[CQA_G722_POLES];    /* … without what the poles predicted */
    int difference[CQA_G722_ZEROS]; /* the last differences that were decoded */
    int scale_log;
    int scale;
    int from_zeros; /* predicted by them */
    int predicted;
};

void cqa_g722_start(struct cqa_g722 *state);

/* Decodes `count` bytes, each of which is one sample, ±1 full scale. Cannot fail: any byte is a
 * code. */
void cqa_g722_decode(struct cqa_g722 *state, const unsigned char *codes, size_t count,
                     float *samples);

#endif
