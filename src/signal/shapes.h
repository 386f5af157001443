/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_SHAPES_H
#define CQA_SIGNAL_SHAPES_H

#include "signal/frames.h"

/*
 * How the shape of a channel's spectrum changes from moment to moment: what one party says is told
 * by it in the other's channel too, where it leaks so softly that no level does, and at any lag.
 */
enum { CQA_SHAPES_MS = 128, CQA_SHAPES_BANDS = 11 };

struct cqa_shapes {
    size_t count;
    size_t clear;                      /* moments into which it changes clearly, */
    int8_t (*shape)[CQA_SHAPES_BANDS]; /* the others are 0. Owned, free() */
};

/* Of channel `c`. CQA_E_NOMEM only. */
enum cqa_status cqa_shapes_find(const struct cqa_frames *frames, int c,
                                struct cqa_shapes *out) CQA_MUST_CHECK;

/* How alike both are at each lag from -lags to lags moments, by which `right` comes later: fills
 * 2 * lags + 1. */
void cqa_shapes_compare(const struct cqa_shapes *left, const struct cqa_shapes *right, int lags,
                        float *like);

/* Whether like[peak] is one voice on both: far out of the other lags, and of what chance makes of
 * as many moments (docs/accuracy.md, "Situations"). */
int cqa_shapes_stand_out(const struct cqa_shapes *left, const struct cqa_shapes *right, int lags,
                         const float *like, int peak);

#endif
