/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_ANALYSIS_CLIPS_H
#define CQA_ANALYSIS_CLIPS_H

#include <stddef.h>
#include <stdint.h>
#include "audio/audio.h"
#include "base/buffer.h"
#include "base/failure.h"
#include "base/span.h"

/*
 * Evidence clips: some seconds of a recording as Opus in Ogg, for who cannot reach the recording
 * (docs/decisions/0061-evidence-clips.md). Cutting decodes foreign bytes: it runs in a worker
 * (worker.h), never in the daemon's own process.
 */
enum { CQA_CLIPS_MAX = 32, CQA_CLIP_MUTES_MAX = 64 };

struct cqa_clip_order {
    int32_t channels;   /* 1: the first of the recording, or the only one; 2: both */
    uint32_t bytes_max; /* of all clips together: what does not fit is left out */
    uint32_t span_count;
    uint32_t mute_count;
    struct cqa_legs legs;                 /* how the recording was read when it was analysed */
    struct cqa_span spans[CQA_CLIPS_MAX]; /* in time order, apart from each other */
    struct cqa_span mutes[CQA_CLIP_MUTES_MAX];
};

/* Whether the counts and spans are as said above: a worker must not trust what it reads either. */
int cqa_clip_order_is_sound(const struct cqa_clip_order *order);

/* Cuts the clips of a recording, whose files are borrowed, into `out`, packed as cqa_clips_next
 * reads them. */
enum cqa_status cqa_clips_cut(const int fd[CQA_LEGS], const char *const name[CQA_LEGS],
                              const struct cqa_clip_order *order, struct cqa_buffer *out,
                              struct cqa_failure *failure) CQA_MUST_CHECK;

struct cqa_clip {
    struct cqa_span span;
    const char *bytes; /* Opus in Ogg */
    size_t length;
};

/* The clip at `*at` of what a worker left behind; moves on. 0: no more; -1: that is no such thing.
 */
int cqa_clips_next(const char *packed, size_t length, size_t *at, struct cqa_clip *out);

#endif
