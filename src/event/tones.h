/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_TONES_H
#define CQA_EVENT_TONES_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/problems.h"
#include "base/span.h"
#include "event/event.h"
#include "signal/frames.h"
#include "track/track.h"

/* The signalling tones of the countries in models/tones/: frequencies and cadences. */
struct cqa_tone_plans;

/* Reads one file of plans (several countries). NULL with problems. Owned, free with
 * cqa_tone_plans_destroy. */
struct cqa_tone_plans *cqa_tone_plans_load(const char *path, struct cqa_problems *problems);
void cqa_tone_plans_destroy(struct cqa_tone_plans *plans);

/* A steady sound of one or two frequencies on one channel. */
struct cqa_burst {
    int channel;
    int64_t start_ms;
    int64_t end_ms;
    float hz[2]; /* [1] is 0 for a single tone; unresolved pairs give their middle */
    int notice;  /* a recording notice or call-waiting tone of some plan: neither an event nor a
                    hold's beep */
};

/* What tones there are. Spans are joined and in time order. */
struct cqa_tones {
    struct cqa_spans
        signalling; /* ringback, busy, SIT, fax and DTMF runs on any channel: not silence */
    struct cqa_spans sounding[2]; /* by channel: their bursts, short pauses filled: no speech */
    struct cqa_spans doubtful;    /* bursts as high as ringing or a busy tone, on any channel, that
                                     are not surely either: of no cadence, or falling in level */
    struct cqa_burst
        *bursts; /* single beeps that are none of these, in time order: hold beeps and notices */
    size_t burst_count;
};

/*
 * Finds ringback, busy (and congestion), SIT, fax and DTMF on all channels and appends them to
 * `events` (unnumbered, `side` set by `agent` channel, none on mono); gathers the other beeps.
 * `tones` is the caller's, free with cqa_tones_finish. CQA_E_NOMEM only.
 */
enum cqa_status cqa_tones_find(const struct cqa_tone_plans *plans, const struct cqa_frames *frames,
                               const struct cqa_tracks *tracks, int agent, struct cqa_tones *tones,
                               struct cqa_events *events) CQA_MUST_CHECK;
void cqa_tones_finish(struct cqa_tones *tones);

#endif
