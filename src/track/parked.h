/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_PARKED_H
#define CQA_TRACK_PARKED_H

#include "track/net.h"
#include "track/track.h"

/*
 * Whether a line plays to somebody who waits: a second look at what the classifier saw and made of
 * the frames, over half a minute to each side. Of music that it never met the classifier hears a
 * piece here and a piece there, and it takes some noises for music; what lies around decides, on
 * both lines: who talks, what the line carries otherwise, whether its floor shows, how the piece
 * began and will end. Learned from calls with music, voices and noises that the classifier was not
 * trained on (models/acoustic/README.md).
 */
enum {
    CQA_PARKED_VERSION = 2,
    CQA_PARKED_INPUTS = 124,
};

/* Moments (track/moments.h) to: no hold here, music, a voice over it. */
extern const struct cqa_net_use cqa_net_for_parked;

/* Fills the rows CQA_TRACK_PARKED and CQA_TRACK_ANNOUNCED of every channel; the other rows, the
 * norms and the moments must be there. CQA_E_NOMEM only. */
enum cqa_status cqa_parked_find(const struct cqa_net *net, const struct cqa_frames *frames,
                                struct cqa_tracks *tracks) CQA_MUST_CHECK;

/* Inside track/ and for training: the inputs of a call's moments. Frames and tracks are borrowed.
 */
struct cqa_parked_inputs;

enum cqa_status cqa_parked_inputs_create(struct cqa_parked_inputs **out,
                                         const struct cqa_frames *frames,
                                         const struct cqa_tracks *tracks) CQA_MUST_CHECK;
void cqa_parked_inputs_destroy(struct cqa_parked_inputs *inputs);

/* A row of CQA_TILE moments from `start` on for each input of a channel. */
void cqa_parked_inputs_tile(const struct cqa_parked_inputs *inputs, int channel, size_t start,
                            float *tile);

#endif
