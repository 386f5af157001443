/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tones that are heard on one channel because they sound on the other. */
#include <math.h>
#include "event/tone_runs.h"

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int64_t together_ms; /* what begins no further apart begins at once */
    int64_t late_ms;     /* an echo is not later */
    int64_t length_ms;   /* what is longer by so much is no leak of the other */
    float pitch_share;   /* most between the frequencies of tone and leak */
    float weaker_db;     /* an echo is so much weaker, */
    float amplified_db; /* or of one length and this much weaker: each line has a gain of its own */
} limits = {
    .together_ms = 48,      /* by hand */
    .late_ms = 600,         /* by hand */
    .length_ms = 80,        /* by hand */
    .pitch_share = 0.022f,  /* as drift_share of tone_runs */
    .weaker_db = 6.0f,      /* by hand */
    .amplified_db = -10.0f, /* by hand */
};

static int in_ring_band(const struct cqa_tone_run *run)
{
    return run->shape == CQA_SHAPE_BEAT || cqa_tone_in_ring_band(run->hz[0]);
}

static int near(float hz, float other_hz)
{
    return fabsf(hz - other_hz) <= limits.pitch_share * other_hz;
}

static int same_pitch(const struct cqa_tone_run *a, const struct cqa_tone_run *b)
{
    if (a->shape == CQA_SHAPE_BEAT || b->shape == CQA_SHAPE_BEAT)
        return in_ring_band(a) && in_ring_band(b);
    return near(a->hz[0], b->hz[0]) &&
           (a->shape != b->shape || a->hz[1] == 0 || near(a->hz[1], b->hz[1]));
}

/* At the very same time, the weaker: joint stereo coding and bridged lines bring one signal to both
 * channels. */
static int is_copy(const struct cqa_tone_run *run, const struct cqa_tone_run *of)
{
    const float less_db = of->level_dbfs - run->level_dbfs;

    return less_db > 0 || (less_db == 0 && run->channel > of->channel);
}

/* Later, and clearly weaker or the very same length. */
static int is_echo(const struct cqa_tone_run *run, const struct cqa_tone_run *of)
{
    const float less_db = of->level_dbfs - run->level_dbfs;
    const int64_t longer_ms = cqa_tone_run_ms(run) - cqa_tone_run_ms(of);

    return less_db >= limits.weaker_db ||
           (less_db >= limits.amplified_db && longer_ms < limits.together_ms &&
            longer_ms > -limits.together_ms);
}

static int is_leak(const struct cqa_tone_run *run, const struct cqa_tone_run *of, int echoes)
{
    const int64_t late_ms = run->start_ms - of->start_ms;

    if (cqa_tone_run_ms(run) >= cqa_tone_run_ms(of) + limits.length_ms || !same_pitch(run, of))
        return 0;
    if (echoes)
        return late_ms >= limits.together_ms && late_ms < limits.late_ms && is_echo(run, of);
    return late_ms > -limits.together_ms && late_ms < limits.together_ms && is_copy(run, of);
}

/* Marks the runs [from, to) that leak from runs [other, other_end), which are the other channel's.
 */
static void mark(struct cqa_tone_runs *runs, size_t from, size_t to, size_t other, size_t other_end,
                 int echoes)
{
    size_t window = other;

    for (size_t i = from; i < to; i++) {
        struct cqa_tone_run *run = &runs->items[i];
        while (window < other_end && runs->items[window].start_ms + limits.late_ms < run->start_ms)
            window++;
        for (size_t j = window;
             j < other_end && runs->items[j].start_ms < run->start_ms + limits.together_ms; j++)
            if (is_leak(run, &runs->items[j], echoes))
                run->use = CQA_TONE_LEAK;
    }
}

static void drop_marked(struct cqa_tone_runs *runs)
{
    size_t kept = 0;

    for (size_t i = 0; i < runs->count; i++)
        if (runs->items[i].use != CQA_TONE_LEAK)
            runs->items[kept++] = runs->items[i];
    runs->count = kept;
}

void cqa_tone_runs_drop_leaks(struct cqa_tone_runs *runs)
{
    /* Copies first: a cadence on both channels would else pass for its own echo. */
    for (int echoes = 0; echoes < 2; echoes++) {
        size_t second = 0; /* the second channel's runs begin here */
        while (second < runs->count && runs->items[second].channel == 0)
            second++;
        mark(runs, 0, second, second, runs->count, echoes);
        mark(runs, second, runs->count, 0, second, echoes);
        drop_marked(runs);
    }
}
