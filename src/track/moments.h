/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_MOMENTS_H
#define CQA_TRACK_MOMENTS_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "track/features.h"

/*
 * What the classifier saw of a call, in moments of 256 ms, for the second look (track/parked.h):
 * the mean of some of its inputs over the frames of each moment, and how far they spread.
 */
enum {
    CQA_MOMENT_HOP = 8, /* frames */
    CQA_MOMENT_ROWS =
        98, /* the order is the second look's: a change needs a new CQA_PARKED_VERSION */
};

struct cqa_moments {
    size_t count;
    size_t stride; /* of a row: count rounded up to whole chunks */
    int16_t
        *rows[2]; /* of each channel, CQA_MOMENT_ROWS of them, 1/4096 each; NULL for no channel */
};

/* The caller's, to be finished whatever comes back. CQA_E_NOMEM only. */
enum cqa_status cqa_moments_init(struct cqa_moments *moments, size_t frames,
                                 int channels) CQA_MUST_CHECK;
void cqa_moments_finish(struct cqa_moments *moments);

/* Takes the inputs of frames [start, start + CQA_CHUNK) of a channel, as cqa_features_chunk makes
 * them. */
void cqa_moments_take(struct cqa_moments *moments, int channel, size_t start, const float *inputs);

/* CQA_TILE moments of a row from `start` on, as numbers. */
void cqa_moments_tile(const struct cqa_moments *moments, int channel, int row, size_t start,
                      float *out);

#endif
