#ifndef CQA_TRACK_PARKED_H
#define CQA_TRACK_PARKED_H

#include "track/net.h"
#include "track/track.h"

/*
 * Whether a line plays to somebody who waits: a second look at what the classifier made of the
 * frames, over many seconds. Of music that it never met the classifier hears a piece here and a
 * piece there, and it takes some noises for music; what lies around decides, on both lines: who
 * talks, what the line carries otherwise, whether its floor shows, how the piece began and will
 * end. Learned from calls with music, voices and noises that the classifier was not trained on
 * (models/acoustic/README.md).
 */
enum {
    CQA_PARKED_VERSION = 1,
    CQA_PARKED_HOP = 8, /* frames that are one moment here, 256 ms */
    CQA_PARKED_INPUTS = 170,
};

/* Moments to: no hold here, music, a voice over it. */
extern const struct cqa_net_use cqa_net_for_parked;

/* Fills the row CQA_TRACK_PARKED of every channel; the other rows and the norms must be there.
 * CQA_E_NOMEM only. */
enum cqa_status cqa_parked_find(const struct cqa_net *net, const struct cqa_frames *frames,
                                struct cqa_tracks *tracks) CQA_MUST_CHECK;

/* Inside track/ and for training: the inputs of a call's moments. Frames and tracks are borrowed.
 */
struct cqa_parked_inputs;

enum cqa_status cqa_parked_inputs_create(struct cqa_parked_inputs **out,
                                         const struct cqa_frames *frames,
                                         const struct cqa_tracks *tracks) CQA_MUST_CHECK;
void cqa_parked_inputs_destroy(struct cqa_parked_inputs *inputs);
size_t cqa_parked_inputs_count(const struct cqa_parked_inputs *inputs);

/* Moments [start, start + CQA_CHUNK) of a channel, in tiles as cqa_net_run takes them; past the end
 * the last one is repeated. A tile whose bit is set in `skip` is left as it is. */
void cqa_parked_inputs_chunk(const struct cqa_parked_inputs *inputs, int channel, size_t start,
                             uint64_t skip, float *out);

/* A bit for each tile of the chunk near which the classifier heard no music at all. */
uint64_t cqa_parked_inputs_idle(const struct cqa_parked_inputs *inputs, int channel, size_t start);

#endif
