/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_STILL_H
#define CQA_TRACK_STILL_H

#include "base/error.h"
#include "signal/frames.h"
#include "track/track.h"

/*
 * Where a line carries nothing that came from it: a recorder that is paused or gets no packets
 * writes zeros, the codec's least value or a few values over and over, and one that hides card
 * numbers writes the same noise or tone into both lines. No sound of a room or a line stands still
 * to half a decibel in every band, so what does was written by a machine.
 */
enum cqa_still {
    CQA_STILL_NOT,
    CQA_STILL_IDLE,   /* nothing: zeros, a constant, a few small values that repeat */
    CQA_STILL_MASKED, /* noise or a tone put in the place of the sound */
    CQA_STILL_COUNT
};

/* Sets marks[t], of frames->count that are 0, to CQA_STILL_IDLE where channel c carries nothing.
 * CQA_E_NOMEM only. */
enum cqa_status cqa_still_find_idle(const struct cqa_frames *frames, int c,
                                    uint8_t *marks) CQA_MUST_CHECK;

/* Fills the row `still` of every channel; where it is set the class becomes NONE, whatever the
 * classifier took it for. Before the second look. CQA_E_NOMEM only. */
enum cqa_status cqa_still_find(const struct cqa_frames *frames,
                               struct cqa_tracks *tracks) CQA_MUST_CHECK;

#endif
