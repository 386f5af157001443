/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_NET_H
#define CQA_TRACK_NET_H

#include <stdint.h>
#include "base/error.h"
#include "track/features.h"

/* What a frame of a channel is. The order is the model's. */
enum cqa_class {
    CQA_CLASS_NONE,         /* noise, silence, the other side's leakage */
    CQA_CLASS_SPEECH,       /* this party's own voice */
    CQA_CLASS_MUSIC,        /* hold music, sung or not */
    CQA_CLASS_TONE,         /* ringback, busy, beeps, DTMF, fax */
    CQA_CLASS_ANNOUNCEMENT, /* a voice over hold music */
    CQA_CLASS_COUNT
};

/* What a network is for: the word that its file begins with, and its shape. */
struct cqa_net_use {
    const char *word;
    int features; /* version of the inputs */
    int inputs;
    int outputs; /* the first is what digital silence is */
    int reaches; /* whether layers may have a reach */
};

/* Frames to classes; the output after the classes is two voices at once, on a mix of both parties.
 */
extern const struct cqa_net_use cqa_net_for_frames;

/*
 * A network read from models/acoustic/ (its README has the format). Its layers are dense, with ReLU
 * between them. In a network over moments a layer may have a reach: it looks at what the layer
 * before made of the moment and of those `reach` before and after it, and adds what it finds to
 * that.
 */
struct cqa_net;

/* `use` is borrowed for as long as the network lives. */
enum cqa_status cqa_net_load(struct cqa_net **out, const struct cqa_net_use *use, const char *path,
                             struct cqa_error *error) CQA_MUST_CHECK;
void cqa_net_destroy(struct cqa_net *net);

/*
 * inputs: tiles of as many rows of CQA_TILE columns as the network has inputs, CQA_CHUNK columns in
 * all; out: a row of CQA_CHUNK for each output, natural log of the posterior. A bit of `silent`
 * says that a tile is digital silence: it is answered without being looked at.
 */
void cqa_net_run(const struct cqa_net *net, const float *inputs, uint64_t silent, float *out);

/* Fills a tile: the inputs of CQA_TILE moments from `start` on; what it says of those past the end
 * does not matter. */
typedef void cqa_net_source(const void *context, size_t start, float *tile);

/* A network over `count` moments in a row. out: a row of `stride` for each output, natural log of
 * the posterior; stride: at least count rounded up to whole tiles. CQA_E_NOMEM only. */
enum cqa_status cqa_net_run_row(const struct cqa_net *net, size_t count, cqa_net_source *source,
                                const void *context, size_t stride, float *out) CQA_MUST_CHECK;

#endif
