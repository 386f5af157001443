/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tones that are no event: hold beeps, and the notices that one must not take for them.
 */
#include "event/tone_beeps.h"

#include <math.h>
#include <stdlib.h>
#include "event/tone_cadence.h"

enum { BEAT_HZ = 437 }; /* the middle of where beats are looked for */

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int64_t shortest_ms;       /* shorter bursts are no beep */
    int64_t longest_ms;        /* longer ones neither */
    float least_hz;            /* lower ones neither */
    float impure_share;        /* most of a beep that is not its tone, beside the line's noise */
    float wobble_hz;           /* most that a single tone's frequency moves, */
    float wobble_share;        /* or this part of it, whichever is more */
    float edge_db;             /* least rise and fall of a single tone */
    float pair_wobble_hz;      /* the same of a pair, which is easier to find */
    float pair_edge_db;        /* likewise */
    float beat_edge_db;        /* and of a beat, */
    int64_t beat_ms;           /* which is so long at least */
    int64_t grid_ms;           /* most that a beep of a recording notice is off its grid, */
    int64_t grid_parts;        /* beside one part of so many of the time since the grid's first */
    int notice_beeps;          /* least on the grid that make a notice, */
    int64_t notice_percent;    /* over this part of the call at least; */
    int slow_beeps;            /* and of a slow one, */
    int64_t slow_ms;           /* whose period is this or more */
    int stray_parts;           /* of the beeps on the grid, that may be beside it at most
                                */
    int waiting_cycles;        /* least of a call-waiting cadence that make a notice, */
    int64_t waiting_around_ms; /* where around them for so long to each side */
    int64_t waiting_spoken_percent; /* the agent speaks for this part at least */
} limits = {
    .shortest_ms = 70,            /* by hand */
    .longest_ms = 1600,           /* by hand */
    .least_hz = 330,              /* by hand */
    .impure_share = 0.08f,        /* by hand */
    .wobble_hz = 2.5f,            /* by hand */
    .wobble_share = 0.002f,       /* by hand */
    .edge_db = 10.0f,             /* by hand */
    .pair_wobble_hz = 1.2f,       /* by hand */
    .pair_edge_db = 14.0f,        /* by hand */
    .beat_edge_db = 14.0f,        /* by hand */
    .beat_ms = 300,               /* by hand */
    .grid_ms = 45,                /* by hand */
    .grid_parts = 200,            /* by hand */
    .notice_beeps = 3,            /* by hand */
    .notice_percent = 45,         /* by hand */
    .slow_beeps = 2,              /* by hand */
    .slow_ms = 30000,             /* by hand: a call hardly has three of it */
    .stray_parts = 3,             /* by hand */
    .waiting_cycles = 2,          /* by hand */
    .waiting_around_ms = 1500,    /* by hand */
    .waiting_spoken_percent = 20, /* by hand */
};

/* Purer, steadier and more sudden than a vowel or a note; of two frequencies more so, since those
 * are easier to find. What it stands over sounds with it, too: the line's noise is none of its own
 * impurity. */
static int is_beep(const struct cqa_tone_run *run)
{
    const int64_t length = cqa_tone_run_ms(run);
    const float sudden = fminf(run->rise_db, run->fall_db);

    if (run->use != CQA_TONE_FREE || length < limits.shortest_ms || length > limits.longest_ms ||
        1.0f - run->purity > limits.impure_share + powf(10.0f, -0.1f * sudden))
        return 0;
    switch (run->shape) {
    case CQA_SHAPE_SINGLE:
        return run->hz[0] > limits.least_hz &&
               run->wobble <= fmaxf(limits.wobble_hz, limits.wobble_share * run->hz[0]) &&
               sudden >= limits.edge_db;
    case CQA_SHAPE_PAIR:
        return run->hz[0] > limits.least_hz && run->wobble <= limits.pair_wobble_hz &&
               sudden >= limits.pair_edge_db;
    case CQA_SHAPE_BEAT:
        return sudden >= limits.beat_edge_db && length >= limits.beat_ms;
    case CQA_SHAPE_NONE:
        break;
    }
    return 0;
}

static int by_start(const void *left, const void *right)
{
    const struct cqa_burst *a = left;
    const struct cqa_burst *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return a->channel - b->channel;
}

static void keep_beeps(struct cqa_tone_runs *runs)
{
    size_t kept = 0;

    for (size_t i = 0; i < runs->count; i++)
        if (is_beep(&runs->items[i]))
            runs->items[kept++] = runs->items[i];
    runs->count = kept;
}

/* ---- notices: that the call is recorded, on a steady grid from its beginning to its end, or that
 * another one waits */

/* Whether the run, on any channel, may be a burst of the plan. */
static int may_notify(const struct cqa_tone_run *run, const struct cqa_tone_plan *plan)
{
    return cqa_tone_has_pitch(run, plan) && cqa_tone_about(cqa_tone_run_ms(run), plan->on_ms[0]);
}

struct grid {
    int64_t origin_ms;
    int64_t period_ms;
    int beats;  /* how many of them are heard */
    int strays; /* bursts beside it */
    int64_t first_ms;
    int64_t last_ms;
};

/* Which beat of the grid is nearest to the time; `on` says whether it is there. */
static int64_t grid_beat(const struct grid *grid, int64_t time_ms, int *on)
{
    const int64_t apart = time_ms - grid->origin_ms;
    const int64_t half = apart < 0 ? -grid->period_ms / 2 : grid->period_ms / 2;
    const int64_t beat = (apart + half) / grid->period_ms;

    *on =
        llabs(apart - beat * grid->period_ms) <= limits.grid_ms + llabs(apart) / limits.grid_parts;
    return beat;
}

static void count_on_grid(const struct cqa_tone_runs *runs, const struct cqa_tone_plan *plan,
                          struct grid *grid)
{
    int64_t known[2] = {INT64_MIN, INT64_MIN}; /* the last beat by channel: each counts once */

    for (size_t i = 0; i < runs->count; i++) {
        const struct cqa_tone_run *run = &runs->items[i];
        int on = 0;
        if (!may_notify(run, plan))
            continue;
        const int64_t beat = grid_beat(grid, run->start_ms, &on);
        grid->strays += !on;
        if (!on || beat == known[run->channel])
            continue;
        known[run->channel] = beat;
        grid->beats++;
        grid->first_ms = run->start_ms < grid->first_ms ? run->start_ms : grid->first_ms;
        grid->last_ms = run->start_ms > grid->last_ms ? run->start_ms : grid->last_ms;
    }
}

/* Three beats through most of the call; of slow ones, which a call hardly has three of, two. */
static int is_notice(const struct grid *grid, int64_t duration_ms)
{
    const int64_t span_ms = grid->last_ms - grid->first_ms;

    if (grid->beats < limits.slow_beeps || grid->strays > grid->beats / limits.stray_parts)
        return 0;
    if (grid->period_ms >= limits.slow_ms)
        return span_ms >= grid->period_ms / 2;
    return grid->beats >= limits.notice_beeps &&
           100 * span_ms >= limits.notice_percent * duration_ms;
}

static void mark_grid(struct cqa_tone_runs *runs, const struct cqa_tone_plan *plan,
                      const struct grid *grid)
{
    for (size_t i = 0; i < runs->count; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        int on = 0;
        if (!may_notify(run, plan))
            continue;
        grid_beat(grid, run->start_ms, &on);
        run->use = on ? CQA_TONE_NOTICE : run->use;
    }
}

/* Some makers count the period from start to start, some the pause. */
static void find_recording(struct cqa_tone_runs *runs, const struct cqa_tone_plan *plan,
                           int64_t duration_ms)
{
    const int64_t periods[2] = {plan->off_ms[0], plan->on_ms[0] + plan->off_ms[0]};
    struct grid best = {0};

    for (size_t i = 0; i < runs->count; i++) {
        const struct cqa_tone_run *run = &runs->items[i];
        for (int p = 0; p < 2 && may_notify(run, plan) && run->use == CQA_TONE_FREE; p++) {
            struct grid grid = {
                .origin_ms = run->start_ms, .period_ms = periods[p], .first_ms = INT64_MAX};
            count_on_grid(runs, plan, &grid);
            if (grid.beats > best.beats)
                best = grid;
        }
    }
    if (is_notice(&best, duration_ms))
        mark_grid(runs, plan, &best);
}

/* Share of the span, percent, in which the agent speaks (on mono: anyone). */
static int64_t spoken_share(const struct cqa_tracks *tracks, int agent, struct cqa_span span)
{
    const uint8_t *class_ = tracks->channel[tracks->channel_count > 1 ? agent : 0].class_;
    const size_t first = (size_t)(span.start_ms > 0 ? span.start_ms / CQA_FRAME_MS : 0);
    int64_t spoken = 0;
    int64_t all = 0;

    for (size_t t = first; t < tracks->count && (int64_t)t * CQA_FRAME_MS < span.end_ms; t++, all++)
        spoken += class_[t] == CQA_CLASS_SPEECH;
    return all > 0 ? 100 * spoken / all : 0;
}

/* A cadence of call waiting while the agent talks on: nobody is on hold then. */
static void find_waiting(struct cqa_tone_runs *runs, const struct cqa_tone_plans *plans,
                         const struct cqa_tracks *tracks, int agent)
{
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->items[i].use != CQA_TONE_FREE)
            continue;
        const struct cqa_tone_chain chain =
            cqa_tone_chain_best(plans, runs, i, 1u << CQA_TONE_CALL_WAITING);
        const struct cqa_span span = {runs->items[i].start_ms - limits.waiting_around_ms,
                                      runs->items[chain.last].end_ms + limits.waiting_around_ms};
        if (chain.whole >= limits.waiting_cycles &&
            spoken_share(tracks, agent, span) >= limits.waiting_spoken_percent)
            cqa_tone_chain_mark(runs, &chain, CQA_TONE_NOTICE);
    }
}

enum cqa_status cqa_tone_beeps_gather(struct cqa_tone_runs *runs,
                                      const struct cqa_tone_plans *plans,
                                      const struct cqa_tracks *tracks, int agent,
                                      struct cqa_tones *tones)
{
    keep_beeps(runs);
    if (runs->count == 0)
        return CQA_OK;
    for (size_t p = 0; p < plans->count; p++)
        if (plans->items[p].tone == CQA_TONE_RECORDING)
            find_recording(runs, &plans->items[p], (int64_t)tracks->count * CQA_FRAME_MS);
    find_waiting(runs, plans, tracks, agent);
    tones->bursts = calloc(runs->count, sizeof *tones->bursts);
    if (tones->bursts == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < runs->count; i++) {
        const struct cqa_tone_run *run = &runs->items[i];
        const float hz = run->shape == CQA_SHAPE_BEAT ? BEAT_HZ : run->hz[0];
        tones->bursts[tones->burst_count++] =
            (struct cqa_burst){.channel = run->channel,
                               .start_ms = run->start_ms,
                               .end_ms = run->end_ms,
                               .hz = {hz, run->hz[1]},
                               .notice = run->use == CQA_TONE_NOTICE};
    }
    qsort(tones->bursts, tones->burst_count, sizeof *tones->bursts, by_start);
    return CQA_OK;
}
