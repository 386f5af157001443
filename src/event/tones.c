/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of tones against the plans of the countries: ringing, busy, special information, fax, keys,
 * beeps. */
#include "event/tones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "event/tone_beeps.h"
#include "event/tone_cadence.h"
#include "event/tone_keys.h"
#include "event/tone_plans.h"
#include "event/tone_runs.h"

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    float contrast_db;    /* least rise and fall of a cadence's bursts: ringing, busy */
    float purity_share;   /* least purity of them */
    float fall_db;        /* most by which one is softer than one before it: gains rise */
    int clean_parts;      /* of its whole bursts two in so many are clean at least */
    int busy_bursts;      /* least of a busy tone */
    int64_t long_beat_ms; /* a busy tone's burst so long is longer than a quick note: one may be cut
                             short */
    int ring_cycles;      /* least of ringing; one more for each that is missing */
    int64_t ring_alone_ms;        /* a first ring so long needs no second, */
    float ring_alone_wobble_hz;   /* if its frequency moves less, */
    float ring_alone_clean_share; /* it has no more beside it, */
    int64_t around_ms; /* and most of what is around it for so long to each side is no music */
    int64_t spoken_ms; /* of speech on one channel: then the call has been answered */
    int64_t tone_not_voice_ms;   /* tones that are longer are no speech in that */
    int64_t keys_part_ms;        /* a pause that parts two runs of keys */
    int64_t sit_shortest_ms;     /* of each of the three special information tones */
    int64_t sit_longest_ms;      /* likewise */
    int64_t sit_gap_ms;          /* longest pause between two of them */
    float fax_contrast_db;       /* least rise and fall of a fax's calling tone */
    float fax_purity_share;      /* least purity of it and of the answer */
    float fax_fall_db;           /* most by which a burst of it is softer than one before */
    int fax_bursts;              /* least of it once somebody has spoken */
    float dial_purity_share;     /* least purity of a dial tone */
    int64_t dial_before_keys_ms; /* longest wait for keys after a dial tone that is short */
    int64_t sounding_bridge_ms;  /* what is left between two keys is no word */
    int64_t doubtful_ms;         /* shortest burst that may be ringing or busy for all its level */
    float sure_least;            /* confidence without a burst, */
    float sure_more;             /* for each burst more, */
    float sure_most;             /* and at most */
    float sit_sure;              /* of special information */
    float fax_sure;              /* of a fax's answer */
} limits = {
    .contrast_db = 5.0f,             /* by hand */
    .purity_share = 0.68f,           /* by hand */
    .fall_db = 5.0f,                 /* by hand */
    .clean_parts = 3,                /* by hand */
    .busy_bursts = 3,                /* by hand */
    .long_beat_ms = 300,             /* by hand */
    .ring_cycles = 2,                /* by hand */
    .ring_alone_ms = 800,            /* by hand */
    .ring_alone_wobble_hz = 2,       /* by hand */
    .ring_alone_clean_share = 0.05f, /* by hand */
    .around_ms = 1500,               /* by hand */
    .spoken_ms = 1200,               /* by hand */
    .tone_not_voice_ms = 150,        /* by hand */
    .keys_part_ms = 2000,            /* contract */
    .sit_shortest_ms =
        200, /* ITU-T E.180: 330 ms ± 70 ms; the rest is what lines leave of it, by hand */
    .sit_longest_ms = 480,       /* likewise */
    .sit_gap_ms = 70,            /* by hand; ITU-T E.180 has 30 ms */
    .fax_contrast_db = 8.0f,     /* by hand */
    .fax_purity_share = 0.85f,   /* by hand */
    .fax_fall_db = 5.0f,         /* by hand */
    .fax_bursts = 2,             /* by hand */
    .dial_purity_share = 0.8f,   /* by hand */
    .dial_before_keys_ms = 3000, /* by hand */
    .sounding_bridge_ms = 300,   /* as speech.bridge_ms */
    .doubtful_ms = 200,          /* by hand: of busy tones in models/tones, as fast ones */
    .sure_least = 0.75f,         /* by hand */
    .sure_more = 0.06f,          /* by hand */
    .sure_most =
        0.99f, /* by hand; right in all of 283 runs of keys and 66 ringings (docs/accuracy.md) */
    .sit_sure = 0.97f, /* by hand */
    .fax_sure = 0.95f, /* by hand */
};

struct hearing {
    const struct cqa_tone_plans *plans;
    const struct cqa_frames *frames;
    const struct cqa_tracks *tracks;
    int agent;
    int64_t spoken_ms; /* when somebody has spoken first */
    struct cqa_tone_runs runs;
    struct cqa_tones *tones;
    struct cqa_events *events;
};

/* ---- what all share */

static enum cqa_party party_of(const struct hearing *hearing, int channel)
{
    if (hearing->tracks->channel_count < 2)
        return CQA_PARTY_NONE;
    return channel == hearing->agent ? CQA_PARTY_AGENT : CQA_PARTY_CUSTOMER;
}

static enum cqa_status signal_span(struct hearing *hearing, int64_t start_ms, int64_t end_ms)
{
    return cqa_spans_add(&hearing->tones->signalling, start_ms, end_ms);
}

static enum cqa_status tell(struct hearing *hearing, struct cqa_event event, int channel)
{
    event.side = party_of(hearing, channel);
    if (!cqa_events_add(hearing->events, &event))
        return CQA_E_NOMEM;
    return signal_span(hearing, event.start_ms, event.end_ms);
}

/* ---- what has a cadence */

static float sureness(int bursts)
{
    return fminf(limits.sure_most, limits.sure_least + limits.sure_more * (float)bursts);
}

static int sounds_for_itself(const struct cqa_tone_chain *chain)
{
    return chain->contrast_db >= limits.contrast_db && chain->purity >= limits.purity_share &&
           chain->fall_db <= limits.fall_db &&
           limits.clean_parts * chain->clean >= 2 * chain->whole;
}

static enum cqa_status tell_chain(struct hearing *hearing, const struct cqa_tone_chain *chain,
                                  enum cqa_event_type type)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    const struct cqa_event event = {.type = type,
                                    .start_ms = runs->items[chain->first].start_ms,
                                    .end_ms = runs->items[chain->last].end_ms,
                                    .confidence = sureness(chain->bursts)};

    cqa_tone_chain_mark(runs, chain, CQA_TONE_EVENT);
    return tell(hearing, event, runs->items[chain->first].channel);
}

/*
 * Three bursts, and more than one cycle, of which something else may cut a long one short; of two
 * frequencies, two that the end of the recording cuts off.
 */
static int is_busy(const struct hearing *hearing, const struct cqa_tone_chain *chain)
{
    const struct cqa_tone_plan *plan = chain->plan;
    const int64_t end_ms = (int64_t)hearing->frames->count * CQA_FRAME_MS;

    if (chain->whole < 2 || !sounds_for_itself(chain))
        return 0;
    if (chain->bursts >= limits.busy_bursts && chain->bursts > plan->beats)
        return chain->whole >= (plan->on_ms[0] >= limits.long_beat_ms ? limits.busy_bursts - 1
                                                                      : limits.busy_bursts);
    return plan->hz_count == 2 && plan->beats == 1 &&
           hearing->runs.items[chain->last].end_ms + plan->off_ms[0] + plan->on_ms[0] > end_ms;
}

static enum cqa_status find_busy(struct hearing *hearing)
{
    const unsigned kinds =
        1u << CQA_TONE_BUSY | 1u << CQA_TONE_CONGESTION | 1u << CQA_TONE_UNOBTAINABLE;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < hearing->runs.count && status == CQA_OK; i++) {
        if (hearing->runs.items[i].use != CQA_TONE_FREE)
            continue;
        const struct cqa_tone_chain chain =
            cqa_tone_chain_best(hearing->plans, &hearing->runs, i, kinds);
        if (is_busy(hearing, &chain))
            status = tell_chain(hearing, &chain, CQA_EVENT_BUSY);
    }
    return status;
}

/* Whether most of what is around the run is music: a note of it, then. */
static int amid_music(const struct hearing *hearing, const struct cqa_tone_run *run)
{
    const uint8_t *class_ = hearing->tracks->channel[run->channel].class_;
    const size_t around = cqa_frame_at(limits.around_ms);
    const size_t first = run->first > around ? run->first - around : 0;
    const size_t last =
        run->last + around < hearing->tracks->count ? run->last + around : hearing->tracks->count;
    size_t music = 0;

    for (size_t t = first; t < last; t++)
        music += class_[t] == CQA_CLASS_MUSIC || class_[t] == CQA_CLASS_ANNOUNCEMENT;
    return 2 * music > last - first;
}

/* A first ring that needs no second: long or double, pure and steady, before anybody has spoken. */
static int rings_alone(const struct hearing *hearing, const struct cqa_tone_chain *chain)
{
    const struct cqa_tone_run *run = &hearing->runs.items[chain->first];
    const int beats = chain->plan->beats;

    return run->start_ms < hearing->spoken_ms && chain->phase == 0 && chain->whole >= beats &&
           (beats > 1 || (cqa_tone_run_ms(run) >= limits.ring_alone_ms &&
                          run->wobble < limits.ring_alone_wobble_hz)) &&
           cqa_tone_is_clean(run, limits.ring_alone_clean_share) && !amid_music(hearing, run);
}

/* Two cycles, and one more for each that is missing between them; or one that needs no second. */
static int is_ringing(const struct hearing *hearing, const struct cqa_tone_chain *chain)
{
    return sounds_for_itself(chain) &&
           (chain->whole >= (limits.ring_cycles + chain->missing) * chain->plan->beats ||
            rings_alone(hearing, chain));
}

static enum cqa_status find_ringing(struct hearing *hearing)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < hearing->runs.count && status == CQA_OK; i++) {
        if (hearing->runs.items[i].use != CQA_TONE_FREE)
            continue;
        const struct cqa_tone_chain chain =
            cqa_tone_chain_best(hearing->plans, &hearing->runs, i, 1u << CQA_TONE_RINGBACK);
        if (chain.whole > 0 && is_ringing(hearing, &chain))
            status = tell_chain(hearing, &chain, CQA_EVENT_RINGBACK);
    }
    return status;
}

/* ---- special information: three tones, each higher, one right after the other */

static int is_sit(const struct cqa_tone_runs *runs, size_t i, const struct cqa_tone_plan *plan)
{
    for (size_t k = 0; k < 3; k++) {
        const struct cqa_tone_run *run = &runs->items[i + k];
        const int64_t length = cqa_tone_run_ms(run);
        if (run->use != CQA_TONE_FREE || run->channel != runs->items[i].channel ||
            run->shape != CQA_SHAPE_SINGLE || !cqa_tone_close(run->hz[0], plan->hz[k], plan) ||
            length < limits.sit_shortest_ms || length > limits.sit_longest_ms ||
            (k > 0 && run->start_ms - runs->items[i + k - 1].end_ms > limits.sit_gap_ms))
            return 0;
    }
    return 1;
}

static enum cqa_status find_sit(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    enum cqa_status status = CQA_OK;

    for (size_t p = 0; p < hearing->plans->count; p++) {
        const struct cqa_tone_plan *plan = &hearing->plans->items[p];
        if (plan->tone != CQA_TONE_SIT)
            continue;
        for (size_t i = 0; i + 2 < runs->count && status == CQA_OK; i++) {
            if (!is_sit(runs, i, plan))
                continue;
            runs->items[i].use = runs->items[i + 1].use = runs->items[i + 2].use = CQA_TONE_EVENT;
            status = tell(hearing,
                          (struct cqa_event){.type = CQA_EVENT_SIT,
                                             .start_ms = runs->items[i].start_ms,
                                             .end_ms = runs->items[i + 2].end_ms,
                                             .confidence = limits.sit_sure},
                          runs->items[i].channel);
        }
    }
    return status;
}

/* ---- fax: a calling tone that repeats, or one that nobody has spoken before; an answer that lasts
 */

static int is_calling(const struct hearing *hearing, const struct cqa_tone_chain *chain)
{
    return chain->whole > 0 && chain->contrast_db >= limits.fax_contrast_db &&
           chain->purity >= limits.fax_purity_share && chain->fall_db <= limits.fax_fall_db &&
           (chain->whole >= limits.fax_bursts ||
            hearing->runs.items[chain->first].start_ms < hearing->spoken_ms);
}

static int is_answer(const struct hearing *hearing, const struct cqa_tone_run *run)
{
    for (size_t p = 0; p < hearing->plans->count; p++) {
        const struct cqa_tone_plan *plan = &hearing->plans->items[p];
        if (plan->tone == CQA_TONE_CED && cqa_tone_has_pitch(run, plan) &&
            cqa_tone_run_ms(run) >= plan->least_ms && run->purity >= limits.fax_purity_share)
            return 1;
    }
    return 0;
}

static enum cqa_status find_fax(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < runs->count && status == CQA_OK; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        if (run->use != CQA_TONE_FREE)
            continue;
        const struct cqa_tone_chain calling =
            cqa_tone_chain_best(hearing->plans, &hearing->runs, i, 1u << CQA_TONE_CNG);
        if (is_calling(hearing, &calling)) {
            status = tell_chain(hearing, &calling, CQA_EVENT_FAX);
        } else if (is_answer(hearing, run)) {
            run->use = CQA_TONE_EVENT;
            status = tell(hearing,
                          (struct cqa_event){.type = CQA_EVENT_FAX,
                                             .start_ms = run->start_ms,
                                             .end_ms = run->end_ms,
                                             .confidence = limits.fax_sure},
                          run->channel);
        }
    }
    return status;
}

/* ---- keys */

/* One more key of a run. */
static void press(struct cqa_event *event, const struct cqa_tone_run *run)
{
    const size_t room = sizeof event->digits - 2;
    const size_t length = strlen(event->digits);

    if (length < room)
        event->digits[length] = cqa_tone_key(run);
    else
        event->digits[room] = '+';
    event->end_ms = run->end_ms;
}

static int is_free_key(const struct cqa_tone_run *run)
{
    return run->use == CQA_TONE_FREE && cqa_tone_is_key(run);
}

/* The keys from run `first` on, of which none comes limits.keys_part_ms after the one before.
 * Returns how many. */
static int press_all(struct cqa_tone_runs *runs, size_t first, struct cqa_event *event)
{
    int keys = 0;

    for (size_t i = first; i < runs->count && runs->items[i].channel == runs->items[first].channel;
         i++) {
        struct cqa_tone_run *run = &runs->items[i];
        if (keys > 0 && run->start_ms - event->end_ms >= limits.keys_part_ms)
            break;
        if (!is_free_key(run))
            continue;
        press(event, run);
        run->use = CQA_TONE_EVENT;
        keys++;
    }
    return keys;
}

static enum cqa_status find_keys(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;

    for (size_t i = 0; i < runs->count; i++) {
        struct cqa_event event = {.type = CQA_EVENT_DTMF, .start_ms = runs->items[i].start_ms};
        if (!is_free_key(&runs->items[i]))
            continue;
        const int keys = press_all(runs, i, &event);
        event.confidence = sureness(keys);
        if (keys == 1 && !cqa_tone_is_lone_key(&runs->items[i]))
            runs->items[i].use = CQA_TONE_FREE;
        else if (tell(hearing, event, runs->items[i].channel) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* ---- dial tone: no event, but no silence either */

static int keys_follow(const struct hearing *hearing, const struct cqa_tone_run *run)
{
    for (size_t e = 0; e < hearing->events->count; e++) {
        const struct cqa_event *event = &hearing->events->items[e];
        const int64_t wait = event->start_ms - run->end_ms;
        if (event->type == CQA_EVENT_DTMF && wait > -CQA_FRAME_MS &&
            wait < limits.dial_before_keys_ms)
            return 1;
    }
    return 0;
}

static enum cqa_status find_dial(struct hearing *hearing)
{
    struct cqa_tone_runs *runs = &hearing->runs;

    for (size_t i = 0; i < runs->count; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        for (size_t p = 0; p < hearing->plans->count && run->use == CQA_TONE_FREE; p++) {
            const struct cqa_tone_plan *plan = &hearing->plans->items[p];
            if (plan->tone != CQA_TONE_DIAL || !cqa_tone_has_pitch(run, plan) ||
                run->purity < limits.dial_purity_share ||
                (cqa_tone_run_ms(run) < plan->least_ms && !keys_follow(hearing, run)))
                continue;
            run->use = CQA_TONE_EVENT;
            if (signal_span(hearing, run->start_ms, run->end_ms) != CQA_OK)
                return CQA_E_NOMEM;
        }
    }
    return CQA_OK;
}

/* ---- together */

/* Frames of a channel that runs of tones cover, which the classes may take for speech. */
static void clear_tones(const struct cqa_tone_runs *runs, int channel, uint8_t *spoken)
{
    for (size_t i = 0; i < runs->count; i++)
        if (runs->items[i].channel == channel &&
            cqa_tone_run_ms(&runs->items[i]) > limits.tone_not_voice_ms)
            memset(spoken + runs->items[i].first, 0, runs->items[i].last - runs->items[i].first);
}

/* When somebody, on a channel of his own, has spoken for limits.spoken_ms in all: then the call has
 * been answered. */
static enum cqa_status find_spoken(struct hearing *hearing)
{
    const size_t count = hearing->tracks->count;
    uint8_t *spoken = malloc(count + 1);

    hearing->spoken_ms = INT64_MAX;
    if (spoken == NULL)
        return CQA_E_NOMEM;
    for (int c = 0; c < hearing->tracks->channel_count; c++) {
        int64_t all_ms = 0;
        for (size_t t = 0; t < count; t++)
            spoken[t] = hearing->tracks->channel[c].class_[t] == CQA_CLASS_SPEECH;
        clear_tones(&hearing->runs, c, spoken);
        for (size_t t = 0; t < count && all_ms < limits.spoken_ms; t++) {
            all_ms += spoken[t] * CQA_FRAME_MS;
            if (all_ms >= limits.spoken_ms && (int64_t)t * CQA_FRAME_MS < hearing->spoken_ms)
                hearing->spoken_ms = (int64_t)t * CQA_FRAME_MS;
        }
    }
    free(spoken);
    return CQA_OK;
}

static enum cqa_status gather_sounding(struct hearing *hearing)
{
    struct cqa_spans *sounding = hearing->tones->sounding;

    for (size_t i = 0; i < hearing->runs.count; i++) {
        const struct cqa_tone_run *run = &hearing->runs.items[i];
        if (run->use == CQA_TONE_EVENT &&
            cqa_spans_add(&sounding[run->channel], run->start_ms, run->end_ms) != CQA_OK)
            return CQA_E_NOMEM;
    }
    for (int c = 0; c < 2; c++)
        cqa_spans_bridge(&sounding[c], limits.sounding_bridge_ms);
    return CQA_OK;
}

static int sounds_like_signalling(const struct hearing *hearing, const struct cqa_tone_run *run)
{
    for (size_t p = 0; p < hearing->plans->count; p++) {
        const struct cqa_tone_plan *plan = &hearing->plans->items[p];
        if ((plan->tone == CQA_TONE_RINGBACK || plan->tone == CQA_TONE_BUSY ||
             plan->tone == CQA_TONE_CONGESTION) &&
            cqa_tone_has_pitch(run, plan))
            return 1;
    }
    return 0;
}

/* Before the beeps are gathered, which drop the runs. */
static enum cqa_status gather_doubtful(struct hearing *hearing)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < hearing->runs.count && status == CQA_OK; i++) {
        const struct cqa_tone_run *run = &hearing->runs.items[i];
        if (run->use == CQA_TONE_FREE && cqa_tone_run_ms(run) >= limits.doubtful_ms &&
            sounds_like_signalling(hearing, run))
            status = cqa_spans_add(&hearing->tones->doubtful, run->start_ms, run->end_ms);
    }
    return status;
}

static int by_span(const void *left, const void *right)
{
    const struct cqa_span *a = left;
    const struct cqa_span *b = right;

    return a->start_ms < b->start_ms ? -1 : a->start_ms > b->start_ms;
}

/* Also where spans of both channels overlap. */
static void order(struct cqa_spans *spans)
{
    size_t kept = 0;

    if (spans->count > 0)
        qsort(spans->items, spans->count, sizeof *spans->items, by_span);
    for (size_t i = 0; i < spans->count; i++) {
        struct cqa_span *last = kept > 0 ? &spans->items[kept - 1] : NULL;
        if (last == NULL || spans->items[i].start_ms > last->end_ms)
            spans->items[kept++] = spans->items[i];
        else if (spans->items[i].end_ms > last->end_ms)
            last->end_ms = spans->items[i].end_ms;
    }
    spans->count = kept;
}

enum cqa_status cqa_tones_find(const struct cqa_tone_plans *plans, const struct cqa_frames *frames,
                               const struct cqa_tracks *tracks, int agent, struct cqa_tones *tones,
                               struct cqa_events *events)
{
    struct hearing hearing = {.plans = plans,
                              .frames = frames,
                              .tracks = tracks,
                              .agent = agent,
                              .tones = tones,
                              .events = events};
    enum cqa_status (*const steps[])(struct hearing *) = {find_sit, find_keys, find_busy,
                                                          find_fax, find_dial, find_ringing};
    enum cqa_status status = CQA_OK;

    *tones = (struct cqa_tones){0};
    for (int c = 0; c < tracks->channel_count && status == CQA_OK; c++)
        status = cqa_tone_runs_find(frames, c, &hearing.runs);
    cqa_tone_runs_drop_leaks(&hearing.runs);
    if (status == CQA_OK)
        status = find_spoken(&hearing);
    for (size_t s = 0; s < sizeof steps / sizeof steps[0] && status == CQA_OK; s++)
        status = steps[s](&hearing);
    if (status == CQA_OK)
        status = gather_sounding(&hearing);
    if (status == CQA_OK)
        status = gather_doubtful(&hearing);
    if (status == CQA_OK)
        status = cqa_tone_beeps_gather(&hearing.runs, plans, tracks, agent, tones);
    order(&tones->signalling);
    order(&tones->doubtful);
    cqa_tone_runs_finish(&hearing.runs);
    return status;
}

void cqa_tones_finish(struct cqa_tones *tones)
{
    cqa_spans_finish(&tones->signalling);
    cqa_spans_finish(&tones->doubtful);
    cqa_spans_finish(&tones->sounding[0]);
    cqa_spans_finish(&tones->sounding[1]);
    free(tones->bursts);
    *tones = (struct cqa_tones){0};
}
