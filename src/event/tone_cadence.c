/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of tones that follow each other as a plan says. */
#include "event/tone_cadence.h"

#include <math.h>
#include <stdlib.h>

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int64_t edge_ms;       /* what frames and codecs leave of a length of time, */
    int64_t edge_percent;  /* or this part of it, whichever is more */
    int64_t step_parts;    /* of a step from burst to burst: one part of so many, beside edge_ms */
    float frequency_share; /* most between a tone and its plan, unless the plan says so */
    float softer_db;       /* most by which a burst of a cadence is softer than the one before, */
    float louder_db;       /* and louder: a gain that rises in pauses begins low */
    float blurred_hz;      /* closer pairs show as one tone or a beat */
    float noise_parts;     /* how often the noise around may lie beside a clean tone, */
    float clean_share;     /* and how much of its energy more, in a cadence */
} limits = {
    .edge_ms = 50,             /* by hand */
    .edge_percent = 10,        /* by hand */
    .step_parts = 16,          /* by hand */
    .frequency_share = 0.025f, /* by hand */
    .softer_db = 8.0f,         /* by hand */
    .louder_db = 12.0f,        /* 0234: with 8 three of 46 first rings are not found */
    .blurred_hz = 70.0f,       /* what a window of 64 ms parts, and what beats */
    .noise_parts = 2.0f,       /* by hand */
    .clean_share = 0.10f,      /* by hand */
};

int cqa_tone_about(int64_t value_ms, int64_t wanted_ms)
{
    const int64_t part = wanted_ms * limits.edge_percent / 100;

    return llabs(value_ms - wanted_ms) <= (part > limits.edge_ms ? part : limits.edge_ms);
}

int cqa_tone_close(float hz, float wanted_hz, const struct cqa_tone_plan *plan)
{
    return fabsf(hz - wanted_hz) <=
           (plan->within_hz > 0 ? plan->within_hz : limits.frequency_share * wanted_hz);
}

int cqa_tone_has_pitch(const struct cqa_tone_run *run, const struct cqa_tone_plan *plan)
{
    const float low = plan->hz[0];
    const float high = plan->hz[plan->hz_count - 1];
    const int blurred = high - low < limits.blurred_hz;

    if (run->shape == CQA_SHAPE_BEAT)
        return blurred && cqa_tone_in_ring_band(low) && cqa_tone_in_ring_band(high);
    if (run->shape == CQA_SHAPE_PAIR)
        return plan->hz_count == 2 && cqa_tone_close(run->hz[0], low, plan) &&
               cqa_tone_close(run->hz[1], high, plan);
    return blurred &&
           ((run->hz[0] > low && run->hz[0] < high) || cqa_tone_close(run->hz[0], low, plan) ||
            cqa_tone_close(run->hz[0], high, plan));
}

int cqa_tone_is_clean(const struct cqa_tone_run *run, float floor)
{
    return 1.0f - run->purity <= limits.noise_parts * powf(10.0f, -0.1f * run->alone_db) + floor;
}

static int64_t cycle_ms(const struct cqa_tone_plan *plan)
{
    int64_t sum = 0;

    for (int b = 0; b < plan->beats; b++)
        sum += plan->on_ms[b] + plan->off_ms[b];
    return sum;
}

static int is_as_loud(const struct cqa_tone_run *before, const struct cqa_tone_run *run)
{
    const float louder_db = run->level_dbfs - before->level_dbfs;

    return louder_db >= -limits.softer_db && louder_db <= limits.louder_db;
}

/* The burst of beat `beat` that begins `step_ms` after run `at`, rather one of its length; the
 * count when there is none. */
static size_t at_step(const struct cqa_tone_runs *runs, size_t at, const struct cqa_tone_plan *plan,
                      int beat, int64_t step_ms)
{
    size_t found = runs->count;

    for (size_t j = at + 1; j < runs->count && runs->items[j].channel == runs->items[at].channel;
         j++) {
        const struct cqa_tone_run *run = &runs->items[j];
        const int64_t step = run->start_ms - runs->items[at].start_ms;
        if (step > 2 * step_ms)
            break;
        if (run->use != CQA_TONE_FREE ||
            llabs(step - step_ms) > limits.edge_ms + step_ms / limits.step_parts ||
            !cqa_tone_has_pitch(run, plan) || !is_as_loud(&runs->items[at], run))
            continue;
        if (cqa_tone_about(cqa_tone_run_ms(run), plan->on_ms[beat]))
            return j;
        found = found == runs->count ? j : found;
    }
    return found;
}

/* The burst after run `at`, which is beat `beat` of the plan; between cycles, one may be missing,
 * drowned by something else. */
static size_t follow(const struct cqa_tone_runs *runs, size_t at, const struct cqa_tone_plan *plan,
                     int beat)
{
    const int64_t step_ms = plan->on_ms[beat] + plan->off_ms[beat];
    const int next_beat = (beat + 1) % plan->beats;
    const size_t next = at_step(runs, at, plan, next_beat, step_ms);

    if (next < runs->count || next_beat != 0)
        return next;
    const size_t later = at_step(runs, at, plan, next_beat, step_ms + cycle_ms(plan));
    const int whole = later < runs->count &&
                      cqa_tone_about(cqa_tone_run_ms(&runs->items[later]), plan->on_ms[next_beat]);
    return whole ? later : runs->count;
}

static void count_whole(struct cqa_tone_chain *chain, const struct cqa_tone_run *run,
                        float *loudest_dbfs)
{
    *loudest_dbfs = chain->whole == 0 ? run->level_dbfs : fmaxf(*loudest_dbfs, run->level_dbfs);
    chain->whole++;
    chain->clean += cqa_tone_is_clean(run, limits.clean_share);
    chain->contrast_db = fminf(chain->contrast_db, fminf(run->rise_db, run->fall_db));
    chain->purity = fminf(chain->purity, run->purity);
    chain->fall_db = fmaxf(chain->fall_db, *loudest_dbfs - run->level_dbfs);
}

/*
 * Walks on from run `first`. Bursts may be cut short by what sounds beside or ends the signal, the
 * first only by the beginning of the recording.
 */
static struct cqa_tone_chain walk(const struct cqa_tone_runs *runs,
                                  const struct cqa_tone_plan *plan, size_t first, int phase)
{
    struct cqa_tone_chain chain = {.plan = plan,
                                   .first = first,
                                   .last = first,
                                   .phase = phase,
                                   .contrast_db = 100.0f,
                                   .purity = 1.0f};
    float loudest_dbfs = 0;
    size_t at = first;

    for (int beat = phase; at < runs->count; beat = (beat + 1) % plan->beats) {
        const struct cqa_tone_run *run = &runs->items[at];
        const int whole = cqa_tone_about(cqa_tone_run_ms(run), plan->on_ms[beat]);
        const int cut = cqa_tone_run_ms(run) < plan->on_ms[beat] &&
                        (chain.bursts > 0 || run->start_ms < CQA_FRAME_MS);
        if (!whole && !cut)
            break;
        if (whole)
            count_whole(&chain, run, &loudest_dbfs);
        chain.missing +=
            chain.bursts > 0 &&
            4 * (run->start_ms - runs->items[chain.last].start_ms) > 5 * cycle_ms(plan);
        chain.bursts++;
        chain.last = at;
        at = follow(runs, at, plan, beat);
    }
    return chain;
}

struct cqa_tone_chain cqa_tone_chain_best(const struct cqa_tone_plans *plans,
                                          const struct cqa_tone_runs *runs, size_t first,
                                          unsigned tones)
{
    struct cqa_tone_chain best = {0};

    for (size_t p = 0; p < plans->count; p++) {
        const struct cqa_tone_plan *plan = &plans->items[p];
        if ((tones & (1u << plan->tone)) == 0 || !cqa_tone_has_pitch(&runs->items[first], plan))
            continue;
        for (int phase = 0; phase < plan->beats; phase++) {
            const struct cqa_tone_chain chain = walk(runs, plan, first, phase);
            if (chain.whole > best.whole ||
                (chain.whole == best.whole && chain.bursts > best.bursts))
                best = chain;
        }
    }
    return best;
}

void cqa_tone_chain_mark(struct cqa_tone_runs *runs, const struct cqa_tone_chain *chain,
                         enum cqa_tone_use use)
{
    size_t at = chain->first;

    for (int n = 0, beat = chain->phase; n < chain->bursts;
         n++, beat = (beat + 1) % chain->plan->beats) {
        const size_t next = n + 1 < chain->bursts ? follow(runs, at, chain->plan, beat) : at;
        runs->items[at].use = use;
        at = next;
    }
}
