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
extern const char *const cqa_class_words[CQA_CLASS_COUNT + 1];

/* A dense network with ReLU between its layers, read from models/acoustic/ (its README has the
 * format). */
struct cqa_net;

enum cqa_status cqa_net_load(struct cqa_net **out, const char *path,
                             struct cqa_error *error) CQA_MUST_CHECK;
void cqa_net_destroy(struct cqa_net *net);

/*
 * inputs: as cqa_features_chunk fills them; out: CQA_CLASS_COUNT rows of CQA_CHUNK, natural log of
 * the posterior. A bit of `silent` says that a tile is digital silence: it is answered without
 * being looked at.
 */
void cqa_net_run(const struct cqa_net *net, const float *inputs, uint64_t silent, float *out);

#endif
