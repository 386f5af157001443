/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/leak_estimate.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <fftw3.h>
#include "signal/frames.h"
#include "signal/hot.h"

/*
 * The other side counts as quiet when it is this far under its own talk and under the talker; what
 * is then common to both channels is the path. Blocks are thinned out once there are many: more of
 * them say nothing new.
 */
static const float talk_under_db = 15.0f;
static const float quiet_under_db = 12.0f;
static const float quiet_under_talker_db = 6.0f;
static const float certain = 9.0f;
static const float apart_db = 14.0f; /* between channels that may hold the same */

enum {
    STRIDE = 16, /* of the samples that a block's level is taken from: it need not be exact */
    BINS = CQA_LEAK_BLOCK / 2,
    PLENTY = 48,
    BLOCKS_MAX = 120,
    SAME_BLOCKS = 24, /* that tell whether both channels hold the same */
    LAG_MIN = -80,    /* 10 ms: filters of resamplers and codecs may lead a little */
    LAG_MAX = 4000,   /* 500 ms */
    FIRST_BIN = 307,  /* 300 Hz */
    LAST_BIN = 3277,  /* 3200 Hz */
};

struct cqa_leak_plan {
    fftwf_plan forward;
    fftwf_plan backward;
    float *window;
};

/* One direction: from the talker `from` into the quiet channel. */
struct path {
    int blocks;
    int seen;
    float *cross_re; /* sums over blocks, BINS each */
    float *cross_im;
    float *phase_re;
    float *phase_im;
    float *talker;
};

struct cqa_leak_estimator {
    const struct cqa_leak_plan *plan;
    float loudest_db[2];  /* of a block, fading slowly */
    float half_energy[2]; /* of the last block's second half */
    int begun;
    int lag_min; /* samples */
    struct path into[2];
    struct path both; /* both channels loud */
    struct cqa_sameness same;
    fftwf_complex *in;
    fftwf_complex *out;
};

struct cqa_leak_plan *cqa_leak_plan_create(void)
{
    struct cqa_leak_plan *plan = calloc(1, sizeof *plan);
    fftwf_complex *in = fftwf_alloc_complex(CQA_LEAK_BLOCK);
    fftwf_complex *out = fftwf_alloc_complex(CQA_LEAK_BLOCK);

    if (plan != NULL && in != NULL && out != NULL) {
        plan->forward = fftwf_plan_dft_1d(CQA_LEAK_BLOCK, in, out, FFTW_FORWARD, FFTW_ESTIMATE);
        plan->backward = fftwf_plan_dft_1d(CQA_LEAK_BLOCK, in, out, FFTW_BACKWARD, FFTW_ESTIMATE);
        plan->window = fftwf_alloc_real(CQA_LEAK_BLOCK);
    }
    fftwf_free(in);
    fftwf_free(out);
    if (plan == NULL || plan->forward == NULL || plan->backward == NULL || plan->window == NULL) {
        cqa_leak_plan_destroy(plan);
        return NULL;
    }
    for (int i = 0; i < CQA_LEAK_BLOCK; i++)
        plan->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / CQA_LEAK_BLOCK));
    return plan;
}

void cqa_leak_plan_destroy(struct cqa_leak_plan *plan)
{
    if (plan == NULL)
        return;
    if (plan->forward != NULL)
        fftwf_destroy_plan(plan->forward);
    if (plan->backward != NULL)
        fftwf_destroy_plan(plan->backward);
    fftwf_free(plan->window);
    free(plan);
}

static int path_init(struct path *path)
{
    float *memory = calloc(5 * (size_t)BINS, sizeof *memory);

    if (memory == NULL)
        return 0;
    path->cross_re = memory;
    path->cross_im = memory + BINS;
    path->phase_re = memory + 2 * (size_t)BINS;
    path->phase_im = memory + 3 * (size_t)BINS;
    path->talker = memory + 4 * (size_t)BINS;
    return 1;
}

struct cqa_leak_estimator *cqa_leak_estimator_create(const struct cqa_leak_plan *plan)
{
    struct cqa_leak_estimator *estimator = calloc(1, sizeof *estimator);

    if (estimator == NULL)
        return NULL;
    estimator->plan = plan;
    estimator->lag_min = LAG_MIN;
    estimator->loudest_db[0] = estimator->loudest_db[1] = -120.0f;
    estimator->in = fftwf_alloc_complex(CQA_LEAK_BLOCK);
    estimator->out = fftwf_alloc_complex(CQA_LEAK_BLOCK);
    if (estimator->in == NULL || estimator->out == NULL || !path_init(&estimator->into[0]) ||
        !path_init(&estimator->into[1]) || !path_init(&estimator->both)) {
        cqa_leak_estimator_destroy(estimator);
        return NULL;
    }
    return estimator;
}

void cqa_leak_estimator_destroy(struct cqa_leak_estimator *estimator)
{
    if (estimator == NULL)
        return;
    free(estimator->into[0].cross_re);
    free(estimator->into[1].cross_re);
    free(estimator->both.cross_re);
    fftwf_free(estimator->in);
    fftwf_free(estimator->out);
    free(estimator);
}

void cqa_leak_estimator_widen(struct cqa_leak_estimator *estimator)
{
    estimator->lag_min = -LAG_MAX;
}

CQA_HOT static void half_energies(const float *pairs, float energy[2])
{
    float left = 0;
    float right = 0;

    for (int i = 0; i < CQA_LEAK_STEP; i += STRIDE) {
        left += pairs[2 * i] * pairs[2 * i];
        right += pairs[2 * i + 1] * pairs[2 * i + 1];
    }
    energy[0] = left;
    energy[1] = right;
}

/* A block's first half is the second half of the one before. */
static void block_levels(struct cqa_leak_estimator *estimator, const float *pairs, float db[2])
{
    float *half = estimator->half_energy;
    float next[2];

    _Static_assert(2 * CQA_LEAK_STEP == CQA_LEAK_BLOCK, "blocks overlap by half");
    if (!estimator->begun)
        half_energies(pairs, half);
    estimator->begun = 1;
    half_energies(pairs + (ptrdiff_t)2 * CQA_LEAK_STEP, next);
    for (int c = 0; c < 2; c++) {
        db[c] = cqa_power_db((half[c] + next[c]) * STRIDE / CQA_LEAK_BLOCK);
        half[c] = next[c];
    }
}

CQA_HOT static void window_block(const float *pairs, const float *window, fftwf_complex *in)
{
    float *out = (float *)in;

    for (int i = 0; i < CQA_LEAK_BLOCK; i++) {
        out[2 * i] = pairs[2 * i] * window[i];
        out[2 * i + 1] = pairs[2 * i + 1] * window[i];
    }
}

/* Adds one block's cross-spectrum quiet·conj(talker). Channel 0 is the real part of what was
 * transformed. */
CQA_HOT static void add_cross(const float *z, int talker, struct path *path)
{
    const float sign = talker == 0 ? 1.0f : -1.0f;

    for (int k = FIRST_BIN; k < LAST_BIN; k++) {
        const float zr = z[2 * k];
        const float zi = z[2 * k + 1];
        const float yr = z[2 * (CQA_LEAK_BLOCK - k)];
        const float yi = z[2 * (CQA_LEAK_BLOCK - k) + 1];
        const float ar = zr + yr; /* channel 0 */
        const float ai = zi - yi;
        const float br = zi + yi; /* channel 1 */
        const float bi = yr - zr;
        const float re = ar * br + ai * bi;
        const float im = sign * (bi * ar - br * ai);
        const float power = talker == 0 ? ar * ar + ai * ai : br * br + bi * bi;
        const float size = 1.0f / sqrtf(re * re + im * im + 1e-20f);
        path->cross_re[k] += re;
        path->cross_im[k] += im;
        path->phase_re[k] += re * size;
        path->phase_im[k] += im * size;
        path->talker[k] += power;
    }
}

static int worth_it(struct path *path)
{
    path->seen++;
    return path->blocks < BLOCKS_MAX && (path->blocks < PLENTY || path->seen % 4 == 0);
}

static void transform(struct cqa_leak_estimator *estimator, const float *pairs)
{
    window_block(pairs, estimator->plan->window, estimator->in);
    fftwf_execute_dft(estimator->plan->forward, estimator->in, estimator->out);
}

static int is_loud(const struct cqa_leak_estimator *estimator, const float db[2], int c)
{
    return db[c] >= estimator->loudest_db[c] - talk_under_db && db[c] >= -60.0f;
}

/* Both channels loud, and about as loud: two voices at once, or the same sound twice. */
static void look_at_both(struct cqa_leak_estimator *estimator, const float *pairs,
                         const float db[2])
{
    struct cqa_sameness *same = &estimator->same;
    const int loud[2] = {is_loud(estimator, db, 0), is_loud(estimator, db, 1)};

    same->loud += loud[0] || loud[1];
    if (!loud[0] || !loud[1] || fabsf(db[0] - db[1]) > apart_db)
        return;
    same->both++;
    if (estimator->both.blocks >= SAME_BLOCKS)
        return;
    transform(estimator, pairs);
    add_cross((const float *)estimator->out, 0, &estimator->both);
    estimator->both.blocks++;
}

void cqa_leak_look(struct cqa_leak_estimator *estimator, const float *pairs)
{
    float db[2];

    block_levels(estimator, pairs, db);
    for (int c = 0; c < 2; c++)
        estimator->loudest_db[c] = cqa_max(db[c], estimator->loudest_db[c] - 0.05f);
    look_at_both(estimator, pairs, db);
    for (int quiet = 0; quiet < 2; quiet++) {
        const int talker = 1 - quiet;
        if (db[talker] < estimator->loudest_db[talker] - talk_under_db || db[talker] < -60.0f ||
            db[quiet] < -90.0f || db[quiet] > estimator->loudest_db[quiet] - quiet_under_db ||
            db[quiet] > db[talker] - quiet_under_talker_db || !worth_it(&estimator->into[quiet]))
            continue;
        transform(estimator, pairs);
        add_cross((const float *)estimator->out, talker, &estimator->into[quiet]);
        estimator->into[quiet].blocks++;
    }
}

/* The lag of the largest correlation, and how far it stands out. */
static int correlate(struct cqa_leak_estimator *estimator, const struct path *path,
                     float *certainty)
{
    float *in = (float *)estimator->in;
    const float *out = (const float *)estimator->out;
    double sum = 0;
    int best = 0;

    memset(in, 0, sizeof(fftwf_complex) * CQA_LEAK_BLOCK);
    for (int k = FIRST_BIN; k < LAST_BIN; k++) {
        in[2 * k] = path->phase_re[k];
        in[2 * k + 1] = path->phase_im[k];
        in[2 * (CQA_LEAK_BLOCK - k)] = path->phase_re[k];
        in[2 * (CQA_LEAK_BLOCK - k) + 1] = -path->phase_im[k];
    }
    fftwf_execute_dft(estimator->plan->backward, estimator->in, estimator->out);
    for (int i = 0; i < CQA_LEAK_BLOCK; i++)
        sum += (double)(out[2 * i] * out[2 * i]);
    for (int lag = estimator->lag_min; lag < LAG_MAX; lag++) {
        const int i = (lag + CQA_LEAK_BLOCK) % CQA_LEAK_BLOCK;
        const int j = (best + CQA_LEAK_BLOCK) % CQA_LEAK_BLOCK;
        if (fabsf(out[2 * i]) > fabsf(out[2 * j]))
            best = lag;
    }
    const float rms = (float)sqrt(sum / CQA_LEAK_BLOCK);
    *certainty = rms > 0 ? fabsf(out[2 * ((best + CQA_LEAK_BLOCK) % CQA_LEAK_BLOCK)]) / rms : 0.0f;
    return best;
}

/* What a Hann window has in common with itself `lag` samples later, of 1. */
static double window_overlap(int lag)
{
    const double d = fabs((double)lag) / CQA_LEAK_BLOCK;

    return (1.0 - d) * (2.0 + cos(2.0 * M_PI * d)) / 3.0 + sin(2.0 * M_PI * d) / (2.0 * M_PI);
}

/* Gain over [from, to) Hz: the cross-spectrum with the delay taken out, summed in pieces of 60 Hz
 * in which the path's phase hardly turns, over the talker's power. The window shortens by the
 * delay, which is made good. */
static float gain_db(const struct path *path, int lag, float from_hz, float to_hz)
{
    const int first = (int)cqa_max(FIRST_BIN, from_hz * CQA_LEAK_BLOCK / 8000.0f);
    const int last = (int)cqa_min(LAST_BIN, to_hz * CQA_LEAK_BLOCK / 8000.0f);
    double gain = 0;
    double talker = 0;

    for (int k = first; k < last;) {
        const int end = k + 61 < last ? k + 61 : last;
        double re = 0;
        double im = 0;
        double power = 0;
        for (; k < end; k++) {
            const double turn = 2.0 * M_PI * k * lag / CQA_LEAK_BLOCK;
            re += path->cross_re[k] * cos(turn) - path->cross_im[k] * sin(turn);
            im += path->cross_re[k] * sin(turn) + path->cross_im[k] * cos(turn);
            power += path->talker[k];
        }
        if (power > 0)
            gain += (re * re + im * im) / power;
        talker += power;
    }
    const double shortened = window_overlap(lag);
    return talker > 0 ? (float)(10.0 * log10(gain / talker / (shortened * shortened) + 1e-9))
                      : -90.0f;
}

/* Outside 300..3200 Hz a line carries little; the nearest band inside stands for it. */
static void band_gains(const struct path *path, int lag, struct cqa_leak *leak)
{
    for (int b = 0; b < CQA_LEAK_BANDS; b++) {
        const float from = cqa_band_edges_hz[b];
        const float to = cqa_band_edges_hz[b + 1];
        if (to <= 300.0f)
            leak->band_gain_db[b] = gain_db(path, lag, 300.0f, 400.0f);
        else if (from >= 3100.0f)
            leak->band_gain_db[b] = gain_db(path, lag, 2900.0f, 3200.0f);
        else
            leak->band_gain_db[b] = gain_db(path, lag, from, to);
    }
}

/* How steady the phase between the channels is in each bin, from block to block. */
static float coherence_of(const struct path *path)
{
    float sum = 0;

    for (int k = FIRST_BIN; k < LAST_BIN; k++)
        sum += sqrtf(path->phase_re[k] * path->phase_re[k] + path->phase_im[k] * path->phase_im[k]);
    return path->blocks > 0 ? sum / (float)((LAST_BIN - FIRST_BIN) * path->blocks) : 0.0f;
}

void cqa_leak_conclude(struct cqa_leak_estimator *estimator, struct cqa_leak leak[2],
                       struct cqa_sameness *same)
{
    *same = estimator->same;
    same->blocks = estimator->both.blocks;
    same->coherence = coherence_of(&estimator->both);
    for (int c = 0; c < 2; c++) {
        const struct path *path = &estimator->into[c];
        float certainty;

        leak[c] = (struct cqa_leak){0};
        if (path->blocks < 3)
            continue;
        const int lag = correlate(estimator, path, &certainty);
        leak[c].certainty = certainty;
        leak[c].blocks = path->blocks;
        if (certainty < certain)
            continue;
        leak[c].found = 1;
        leak[c].delay_ms = (float)lag / 8.0f;
        leak[c].gain_db = gain_db(path, lag, 300.0f, 3200.0f);
        band_gains(path, lag, &leak[c]);
    }
}
