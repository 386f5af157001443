/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_TRACK_H
#define CQA_TRACK_TRACK_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/span.h"
#include "signal/frames.h"
#include "track/moments.h"
#include "track/net.h"

/* What is known of each frame, of 255: a posterior for each class before smoothing, and more. */
enum {
    CQA_TRACK_BOTH = CQA_CLASS_COUNT, /* two voices at once; on a mix of both parties only */
    CQA_TRACK_PARKED,                 /* the line plays to somebody who waits (track/parked.h) */
    CQA_TRACK_ANNOUNCED,              /* the same, and a voice is over the music */
    CQA_TRACK_COUNT
};

struct cqa_channel_track {
    uint8_t *class_; /* enum cqa_class, smoothed (Viterbi) */
    uint8_t *still;  /* enum cqa_still: what a machine wrote in the place of the line's sound */
    uint8_t *posterior[CQA_TRACK_COUNT];
    struct cqa_norms norms;
};

/* The networks, borrowed: frames to classes, and classes in their wide context to holds (NULL: that
 * row stays 0, as where it is to be trained). */
struct cqa_nets {
    const struct cqa_net *frames;
    const struct cqa_net *parked;
};

struct cqa_tracks {
    size_t count;      /* frames of CQA_FRAME_MS */
    int channel_count; /* 2; 1 for mono */
    struct cqa_channel_track channel[2];
    struct cqa_moments moments; /* until the second look was taken */
};

/* Classifies all frames. `tracks` is the caller's, cqa_tracks_finish whatever comes back.
 * CQA_E_NOMEM only. */
enum cqa_status cqa_tracks_make(const struct cqa_nets *nets, const struct cqa_frames *frames,
                                int mono, struct cqa_tracks *tracks) CQA_MUST_CHECK;
void cqa_tracks_finish(struct cqa_tracks *tracks);

/* Appends the spans in which the channel's class is one of the bits of `classes` (1 <<
 * CQA_CLASS_…). */
enum cqa_status cqa_tracks_spans(const struct cqa_tracks *tracks, int channel, unsigned classes,
                                 struct cqa_spans *out) CQA_MUST_CHECK;

/*
 * Whether whoever speaks is heard on both of two channels alike: how much louder one channel is
 * does not depend on who speaks. On simulated calls it spreads over 11 dB at most where both hold
 * one mix (delayed, inverted, filtered), and over 19 dB or more with two lines that leak into each
 * other at -10 dB. A gain that rises in pauses makes leakage as loud as a voice, but for the first
 * tenth of a second of words; so the whole range is asked for, too.
 */
int cqa_tracks_speak_alike(const struct cqa_frames *frames, const struct cqa_tracks *tracks);

/* Mean (0..1) of a class's posterior or of another row over frames [first, last); 0 for none. */
float cqa_tracks_mean(const struct cqa_tracks *tracks, int channel, int which, size_t first,
                      size_t last);

/* distance[t], of tracks->count: frames from t to the channel's nearest speech, 255 at most. */
void cqa_tracks_distance(const struct cqa_tracks *tracks, int channel, uint8_t *distance);

/*
 * What the line carries between its party's words: close to one, where the voice has died away, for
 * half a second. docs/detectors.md says how to read this.
 */
static const struct cqa_talk_gap_limits {
    uint8_t near_frames; /* from own speech where a talk gap begins */
    uint8_t far_frames;  /* and ends */
} cqa_talk_gap_limits = {
    .near_frames = 2, /* by hand: 0.06 s (0052) */
    .far_frames = 16, /* by hand: 0.5 s (0052) */
};

/* Whether frame t lies there; `distance`: cqa_tracks_distance. */
static inline int cqa_is_talk_gap(const struct cqa_channel_track *track, const uint8_t *distance,
                                  size_t t)
{
    return distance[t] >= cqa_talk_gap_limits.near_frames &&
           distance[t] <= cqa_talk_gap_limits.far_frames && track->class_[t] == CQA_CLASS_NONE;
}

#endif
