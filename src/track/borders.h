/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_BORDERS_H
#define CQA_TRACK_BORDERS_H

#include "track/track.h"

/*
 * Where within the frames about it a class begins or ends: the mean of all places that the border
 * could have, each weighted by how well the posteriors of the frames before and after it bear it.
 * The smoothed classes have the likeliest place alone; where several are nearly as likely, a
 * codec's noise moves that by a frame or two, and the mean by a part of one.
 *
 * `spans`: of cqa_tracks_spans with the same bits; each border moves by 160 ms at most, and never
 * past the middle of a span or of a gap.
 */
void cqa_tracks_refine(const struct cqa_tracks *tracks, int channel, unsigned classes,
                       struct cqa_spans *spans);

/* How loud a line is, half dB a frame, and up to which level it plays nothing; -1: not known. */
struct cqa_hold_sound {
    const uint8_t *level;
    int floor;
};

/* The same of one span of whole frames that is a hold by its music, within 0.8 s of each border;
 * what the second look says of each frame, and how loud it is, count as well. It stays inside
 * `room`, which is of whole frames, holds the span, and does not reach beyond the tracks. */
struct cqa_span cqa_tracks_refine_hold(const struct cqa_tracks *tracks, int channel,
                                       const struct cqa_hold_sound *sound, struct cqa_span span,
                                       struct cqa_span room);

#endif
