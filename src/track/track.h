#ifndef CQA_TRACK_TRACK_H
#define CQA_TRACK_TRACK_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/span.h"
#include "signal/frames.h"
#include "track/net.h"

/* What each frame of each channel is, and how sure the classifier was of each class before
 * smoothing. */
struct cqa_channel_track {
    uint8_t *class_;                     /* enum cqa_class, smoothed (Viterbi) */
    uint8_t *posterior[CQA_CLASS_COUNT]; /* of 255 */
    struct cqa_norms norms;
};

struct cqa_tracks {
    size_t count;      /* frames of CQA_FRAME_MS */
    int channel_count; /* 2; 1 for mono */
    struct cqa_channel_track channel[2];
};

/* Classifies all frames. `tracks` is the caller's, cqa_tracks_finish whatever comes back.
 * CQA_E_NOMEM only. */
enum cqa_status cqa_tracks_make(const struct cqa_net *net, const struct cqa_frames *frames,
                                int mono, struct cqa_tracks *tracks) CQA_MUST_CHECK;
void cqa_tracks_finish(struct cqa_tracks *tracks);

/* Appends the spans in which the channel's class is one of the bits of `classes` (1 <<
 * CQA_CLASS_…). */
enum cqa_status cqa_tracks_spans(const struct cqa_tracks *tracks, int channel, unsigned classes,
                                 struct cqa_spans *out) CQA_MUST_CHECK;

/* Mean posterior (0..1) of a class over frames [first, last); 0 for none. */
float cqa_tracks_mean(const struct cqa_tracks *tracks, int channel, enum cqa_class which,
                      size_t first, size_t last);

#endif
