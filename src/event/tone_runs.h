/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_TONE_RUNS_H
#define CQA_EVENT_TONE_RUNS_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "signal/frames.h"
#include "track/track.h"

/*
 * How a tone shows in a frame. A 64 ms window parts frequencies that lie 50 Hz or more from each
 * other; the closer pairs of ringing tones, and modulated ones, beat: all that is left of them then
 * is that they fill 375..500 Hz.
 */
enum cqa_tone_shape { CQA_SHAPE_NONE, CQA_SHAPE_SINGLE, CQA_SHAPE_PAIR, CQA_SHAPE_BEAT };

/* What a run has been found to be part of. */
enum cqa_tone_use { CQA_TONE_FREE, CQA_TONE_LEAK, CQA_TONE_EVENT, CQA_TONE_NOTICE };

/* One steady sound of one or two frequencies. */
struct cqa_tone_run {
    int channel;
    enum cqa_tone_shape shape;
    size_t first; /* frames [first, last) */
    size_t last;
    int64_t start_ms; /* edges at 8 ms */
    int64_t end_ms;
    float hz[2];      /* means, the lower first; [1] is 0 for a single; both 0 for a beat */
    float wobble;     /* mean deviation of hz[0] over it */
    float purity;     /* mean share of the energy, 0..1 */
    float level_dbfs; /* median */
    float rise_db;    /* level over what comes just before, and just after */
    float fall_db;
    float alone_db; /* the lesser of the two, of all frequencies */
    enum cqa_tone_use use;
};

/* Growing list; {0} is empty. */
struct cqa_tone_runs {
    struct cqa_tone_run *items;
    size_t count;
    size_t capacity;
};

/* Appends the runs of a channel in time order. CQA_E_NOMEM only. */
enum cqa_status cqa_tone_runs_find(const struct cqa_frames *frames, int channel,
                                   struct cqa_tone_runs *runs) CQA_MUST_CHECK;

/* Drops what is heard through the other channel: the same tone, weaker, at the same time. */
void cqa_tone_runs_drop_leaks(struct cqa_tone_runs *runs);

void cqa_tone_runs_finish(struct cqa_tone_runs *runs);

/* Where the closer pairs of ringing tones lie (rows `ring` of signal/frames.h). */
static inline int cqa_tone_in_ring_band(float hz)
{
    return hz > 375.0f && hz < 500.0f;
}

static inline int64_t cqa_tone_run_ms(const struct cqa_tone_run *run)
{
    return run->end_ms - run->start_ms;
}

#endif
