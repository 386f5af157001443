/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_FEATURES_H
#define CQA_TRACK_FEATURES_H

#include <stddef.h>
#include "base/error.h"
#include "signal/frames.h"

/*
 * What the classifier looks at: CQA_INPUTS numbers a frame and channel, most of them -3..3. They
 * are relative to the call (loud speech, quiet noise) and to the moment (noise floor), never
 * absolute, so that gain does not matter. The list and the order are the model's: a change needs a
 * new CQA_FEATURES_VERSION and a new training.
 */
enum {
    CQA_FEATURES_VERSION = 1,
    CQA_INPUTS = 131,
    CQA_CHUNK = 1024, /* frames worked on at a time */
    CQA_TILE = 16,    /* frames whose inputs lie together */
};

/* Where each part of the inputs begins. */
enum cqa_input {
    CQA_INPUT_BANDS,                        /* over loud speech */
    CQA_INPUT_OVER_FLOOR = CQA_BANDS,       /* bands over the floor around */
    CQA_INPUT_OVER_QUIET = 2 * CQA_BANDS,   /* bands over the call's quiet */
    CQA_INPUT_SMOOTH = 3 * CQA_BANDS,       /* bands, mean of 0.4 s */
    CQA_INPUT_NOW = 4 * CQA_BANDS,          /* the frame itself */
    CQA_INPUT_LEAK = CQA_INPUT_NOW + 13,    /* over what leaks in */
    CQA_INPUT_OTHER = CQA_INPUT_LEAK + 9,   /* the other channel */
    CQA_INPUT_MOVES = CQA_INPUT_OTHER + 8,  /* within a second */
    CQA_INPUT_AROUND = CQA_INPUT_MOVES + 4, /* means of up to 6 s */
    CQA_INPUT_MONO = CQA_INPUT_AROUND + 28,
};

/* Where input `i` of the chunk's frame `t` lies: tiles of CQA_INPUTS rows of CQA_TILE frames, so
 * that what the network needs at a time stays in the nearest cache. */
static inline size_t cqa_input_at(size_t i, size_t t)
{
    return (t / CQA_TILE * CQA_INPUTS + i) * CQA_TILE + t % CQA_TILE;
}

/* Per channel, over the whole call. */
struct cqa_norms {
    float loud_db; /* level of loud speech: median of the loudest frames that are no tones */
    float quiet_db[CQA_BANDS]; /* 15th percentile of each band */
};

struct cqa_features; /* working memory; one at a time */

/* `mono`: channel 1 holds nothing. Frames are borrowed. */
enum cqa_status cqa_features_create(struct cqa_features **out, const struct cqa_frames *frames,
                                    int mono) CQA_MUST_CHECK;
void cqa_features_destroy(struct cqa_features *features);

const struct cqa_norms *cqa_features_norms(const struct cqa_features *features, int channel);

/*
 * Fills the inputs of frames [start, start + CQA_CHUNK) of both channels, which may reach past the
 * end (the last frame is then repeated). inputs[channel] holds CQA_INPUTS * CQA_CHUNK numbers, as
 * cqa_input_at has them.
 */
void cqa_features_chunk(struct cqa_features *features, size_t start, float *inputs[2]);

#endif
