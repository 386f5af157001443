/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_AUDIO_LAYOUT_H
#define CQA_AUDIO_LAYOUT_H

#include <stddef.h>
#include "audio/audio.h"

/* Sums over the sample pairs of a recording, from which its layout is told. {0} to start. */
struct cqa_layout_sums {
    double pairs;
    double left;
    double right;
    double left_left;
    double right_right;
    double left_right;
};

void cqa_layout_add(struct cqa_layout_sums *sums, const float *pairs, size_t count);

/* Its one block, in the widths of registers that there are. */
void cqa_layout_add_block_plain(struct cqa_layout_sums *sums, const float *pairs, size_t count);
void cqa_layout_add_block_avx2(struct cqa_layout_sums *sums, const float *pairs, size_t count);
void cqa_layout_add_block_avx512(struct cqa_layout_sums *sums, const float *pairs, size_t count);

/*
 * CQA_LAYOUT_DUAL_MONO where both channels carry the same audio but for a constant gain of at most
 * 10 dB: the energy of what differs is 40 dB or more below the energy of what is common. Two silent
 * channels are stereo.
 */
enum cqa_layout cqa_layout_of_two(const struct cqa_layout_sums *sums);

#endif
