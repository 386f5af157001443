/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_TRACK_VITERBI_H
#define CQA_TRACK_VITERBI_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "track/net.h"

/* Inside track/: the likeliest sequence of classes, where a change costs. Fed in time order, then
 * traced back. */
struct cqa_viterbi {
    float score[CQA_CLASS_COUNT];
    uint16_t *from; /* 3 bits a class and frame: the class before */
    size_t count;
    size_t capacity;
};

/* `capacity` frames at most. */
enum cqa_status cqa_viterbi_init(struct cqa_viterbi *viterbi, size_t capacity) CQA_MUST_CHECK;

/* One frame's log posteriors, at `stride` floats from each other. */
void cqa_viterbi_feed(struct cqa_viterbi *viterbi, const float *log_posterior, size_t stride);

/* Writes one class for each frame fed. */
void cqa_viterbi_trace(const struct cqa_viterbi *viterbi, uint8_t *classes);
void cqa_viterbi_finish(struct cqa_viterbi *viterbi);

#endif
