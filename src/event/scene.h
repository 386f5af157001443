/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_EVENT_SCENE_H
#define CQA_EVENT_SCENE_H

#include "base/error.h"
#include "base/span.h"
#include "event/event.h"
#include "event/exchange.h"
#include "event/limits.h"
#include "event/lines.h"
#include "event/mute.h"
#include "event/tones.h"
#include "signal/frames.h"
#include "signal/levels.h"
#include "track/track.h"

/*
 * One call on its way from tracks to events. The steps fill it in order (scene.c): each
 * reads what those before it found and adds to `events`.
 * Borrowed: frames, tracks, plans, limits.
 */
struct cqa_scene {
    const struct cqa_frames *frames;
    const struct cqa_tracks *tracks;
    const struct cqa_tone_plans *plans;
    const struct cqa_event_limits *limits; /* NULL: cqa_event_limits; tests try others */
    int mono;
    int same_mix;      /* mono, from two channels that hold the same */
    int agent;         /* channel of the agent; 0 on mono */
    int roles_unknown; /* nobody can tell whether it is */
    int64_t duration_ms;
    struct cqa_tones tones;
    struct cqa_spans speech[2]; /* by channel; on mono anyone's, in [0] */
    struct cqa_spans asides[2]; /* voices in the party's room: nobody's speech */
    struct cqa_exchange exchange;
    struct cqa_lines lines;
    struct cqa_mute mute;
    int holds_known;        /* what follows is after the search for them */
    struct cqa_spans holds; /* in time order, joined */
    struct cqa_spans
        heard[2]; /* those that a channel carries as music: voices in them are nobody's speech */
    struct cqa_events events;
};

/* Finds everything. On return `speech` and `events` (numbered) are filled; cqa_scene_finish
 * whatever comes back. */
enum cqa_status cqa_scene_play(struct cqa_scene *scene) CQA_MUST_CHECK;
void cqa_scene_finish(struct cqa_scene *scene);

static inline const struct cqa_event_limits *cqa_scene_limits(const struct cqa_scene *scene)
{
    return scene->limits != NULL ? scene->limits : &cqa_event_limits;
}

/* Not a word in the whole recording, on any channel. */
static inline int cqa_scene_nobody_speaks(const struct cqa_scene *scene)
{
    return scene->speech[0].count == 0 && scene->speech[1].count == 0;
}

/* Whether channel c's party speaks for more than `percent` of the span. */
static inline int cqa_scene_speaks_over(const struct cqa_scene *scene, int c, struct cqa_span span,
                                        int64_t percent)
{
    return 100 * cqa_spans_within_ms(&scene->speech[c], span) > percent * cqa_span_length_ms(span);
}

/* The party that channel `c` is; NONE on mono, and where nobody can tell. */
static inline enum cqa_party cqa_scene_party(const struct cqa_scene *scene, int c)
{
    if (scene->mono || scene->roles_unknown)
        return CQA_PARTY_NONE;
    return c == scene->agent ? CQA_PARTY_AGENT : CQA_PARTY_CUSTOMER;
}

/* Whether frame t of channel c is clipped: samples on a flat top, which is the channel's own top;
 * an offset makes coarse codecs repeat large values below it. `top`: cqa_scene_top. */
int cqa_scene_top(const struct cqa_scene *scene, int c);
static inline int cqa_scene_clipped(const struct cqa_scene *scene, int c, int top, size_t t)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    const struct cqa_faults_limits *limits = &cqa_scene_limits(scene)->faults;

    return rows->flat[t] >= limits->flat_samples && rows->crest[t] + limits->top_half_db >= top;
}

/* Whether keys are pressed within the span, by `side`, or by anybody (CQA_PARTY_NONE). */
int cqa_scene_has_keys(const struct cqa_scene *scene, struct cqa_span within, enum cqa_party side);

/* Adds the levels of channel c in the span. */
void cqa_scene_add_levels(const struct cqa_scene *scene, int c, struct cqa_span span,
                          struct cqa_levels *levels);

/* Half dB: the level that a `share` (0..1) of the frames of a channel's speech do not exceed. */
int cqa_scene_voice_level(const struct cqa_scene *scene, int c, float share);

/* The steps, one file each. CQA_E_NOMEM only. */
enum cqa_status
cqa_scene_find_speech(struct cqa_scene *scene) CQA_MUST_CHECK; /* before and after the holds */
enum cqa_status cqa_scene_find_holds(struct cqa_scene *scene) CQA_MUST_CHECK;
/* Before the conversation or in it: known once speech is final. */
void cqa_scene_set_phases(struct cqa_scene *scene);
enum cqa_status cqa_scene_find_silence(struct cqa_scene *scene) CQA_MUST_CHECK;
enum cqa_status cqa_scene_find_overtalk(struct cqa_scene *scene) CQA_MUST_CHECK;
enum cqa_status cqa_scene_find_faults(struct cqa_scene *scene) CQA_MUST_CHECK;
enum cqa_status cqa_scene_find_long_tones(struct cqa_scene *scene) CQA_MUST_CHECK;

#endif
