#include "signal/extract.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <fftw3.h>
#include "signal/hot.h"
#include "signal/leak_estimate.h"
#include "signal/spectrum.h"

typedef float v8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t i8 __attribute__((vector_size(32), aligned(4)));

enum {
    AHEAD = CQA_HOP / 2, /* samples of the window before its hop */
    BUFFER_PAIRS = 4 * CQA_LEAK_BLOCK,
    CEPSTRUM = 256,     /* length of the transform back to lags */
    HARMONIC_FIRST = 3, /* halved bins 6..218: what harmonicity looks at */
    HARMONIC_LAST = 109,
    LAGS = CQA_LAG_MAX - CQA_LAG_MIN + 1,
    SUB_AT = CQA_BANDS, /* where in a frame's levels the others stand, after the bands */
    LEVEL_AT = SUB_AT + CQA_SUBFRAMES,
    CREST_AT,
    LEVELS = 24, /* of one channel and frame, a multiple of 8 */
};

struct cqa_signal_plan {
    fftwf_plan forward; /* CQA_WINDOW */
    fftwf_plan to_lags; /* CEPSTRUM */
    struct cqa_leak_plan *leak;
    float window[CQA_WINDOW];
    float lag_scale[2 *
                    LAGS]; /* 1 / the window's own autocorrelation, twice each: for both channels */
    int band_first[CQA_BANDS + 1]; /* bin where the band begins */
};

struct cqa_extractor {
    const struct cqa_signal_plan *plan;
    struct cqa_frames frames;
    struct cqa_leak_estimator *leak;
    float *pairs; /* BUFFER_PAIRS pairs; the first AHEAD of a recording are silence */
    size_t held;  /* pairs in the buffer */
    size_t next;  /* where the next frame's window begins */
    size_t next_leak;
    fftwf_complex *in;
    fftwf_complex *out;
    struct cqa_spectrum spectrum[2];
    struct cqa_peak_memory memory[2];
};

/* ---- plan */

static void fill_tables(struct cqa_signal_plan *plan)
{
    for (int i = 0; i < CQA_WINDOW; i++)
        plan->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / CQA_WINDOW));
    for (int b = 0; b <= CQA_BANDS; b++)
        plan->band_first[b] = (int)lround(cqa_band_edges_hz[b] * CQA_WINDOW / 8000.0);
    double zero = 0;
    for (int lag = 0; lag <= CQA_LAG_MAX; lag++) {
        double sum = 0;
        for (int i = 0; i + lag < CQA_WINDOW; i++)
            sum += (double)plan->window[i] * (double)plan->window[i + lag];
        const double halving = cos(M_PI * lag / CQA_WINDOW);
        sum *= halving * halving;
        zero = lag == 0 ? sum : zero;
        if (lag >= CQA_LAG_MIN)
            plan->lag_scale[2 * (lag - CQA_LAG_MIN)] =
                plan->lag_scale[2 * (lag - CQA_LAG_MIN) + 1] = (float)(zero / sum);
    }
}

enum cqa_status cqa_signal_plan_create(struct cqa_signal_plan **out, struct cqa_error *error)
{
    struct cqa_signal_plan *plan = calloc(1, sizeof *plan);
    fftwf_complex *in = fftwf_alloc_complex(CQA_WINDOW);
    fftwf_complex *to = fftwf_alloc_complex(CQA_WINDOW);

    if (plan != NULL && in != NULL && to != NULL) {
        plan->forward = fftwf_plan_dft_1d(CQA_WINDOW, in, to, FFTW_FORWARD, FFTW_ESTIMATE);
        plan->to_lags = fftwf_plan_dft_1d(CEPSTRUM, in, to, FFTW_BACKWARD, FFTW_ESTIMATE);
        plan->leak = cqa_leak_plan_create();
    }
    fftwf_free(in);
    fftwf_free(to);
    if (plan == NULL || plan->forward == NULL || plan->to_lags == NULL || plan->leak == NULL) {
        cqa_signal_plan_destroy(plan);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the transforms");
    }
    fill_tables(plan);
    *out = plan;
    return CQA_OK;
}

void cqa_signal_plan_destroy(struct cqa_signal_plan *plan)
{
    if (plan == NULL)
        return;
    if (plan->forward != NULL)
        fftwf_destroy_plan(plan->forward);
    if (plan->to_lags != NULL)
        fftwf_destroy_plan(plan->to_lags);
    cqa_leak_plan_destroy(plan->leak);
    free(plan);
}

/* ---- extractor */

enum cqa_status cqa_extractor_create(struct cqa_extractor **out, const struct cqa_signal_plan *plan,
                                     struct cqa_error *error)
{
    struct cqa_extractor *extractor = calloc(1, sizeof *extractor);

    if (extractor != NULL) {
        extractor->plan = plan;
        extractor->leak = cqa_leak_estimator_create(plan->leak);
        extractor->pairs = calloc(BUFFER_PAIRS, 2 * sizeof *extractor->pairs);
        extractor->in = fftwf_alloc_complex(CQA_WINDOW);
        extractor->out = fftwf_alloc_complex(CQA_WINDOW + 1);
        extractor->held = AHEAD;
        extractor->next_leak = AHEAD;
    }
    if (extractor == NULL || extractor->leak == NULL || extractor->pairs == NULL ||
        extractor->in == NULL || extractor->out == NULL) {
        cqa_extractor_destroy(extractor);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the extractor");
    }
    memset(extractor->out, 0, sizeof(fftwf_complex) * (CQA_WINDOW + 1));
    *out = extractor;
    return CQA_OK;
}

void cqa_extractor_destroy(struct cqa_extractor *extractor)
{
    if (extractor == NULL)
        return;
    cqa_frames_finish(&extractor->frames);
    cqa_leak_estimator_destroy(extractor->leak);
    free(extractor->pairs);
    fftwf_free(extractor->in);
    fftwf_free(extractor->out);
    free(extractor);
}

static uint8_t to_byte(float value)
{
    return (uint8_t)cqa_clamp(value + 0.5f, 0.0f, 255.0f);
}

/* Powers as cqa_level_dbfs reads them back. */
CQA_HOT static void to_levels(const float *powers, uint8_t *levels)
{
    float db[LEVELS];

    for (int i = 0; i < LEVELS; i++)
        db[i] = cqa_clamp(2.0f * (cqa_power_db(powers[i]) + 110.0f) + 0.5f, 0.0f, 255.0f);
    for (int i = 0; i < LEVELS; i++)
        levels[i] = (uint8_t)(int)db[i];
}

/* ---- the samples themselves */

/* Sums over one hop, per channel. */
struct hop_sums {
    float sub[2][CQA_SUBFRAMES];
    float crest[2];
    int zero[2];
    int flat[2];
};

/*
 * `pairs` begins one pair before the hop. A sample is at the codec's idle value when it repeats the
 * one before within 8 steps of 16 bits (A-law's smallest is 8), and on a flat top when it repeats a
 * large one or is at full scale (A-law ends at 0.984, mu-law at 0.980).
 */
CQA_HOT static void sum_hop(const float *pairs, struct hop_sums *sums)
{
    const v8 idle = (v8){0} + 8.5f / 32768.0f;
    const v8 nothing = (v8){0} + 2e-5f;
    const v8 large = (v8){0} + 0.3f;
    const v8 full = (v8){0} + 0.975f;
    v8 crest = {0};
    i8 zero = {0};
    i8 flat = {0};

    for (int s = 0; s < CQA_SUBFRAMES; s++) {
        v8 energy = {0};
        for (int i = 0; i < 2 * CQA_HOP / CQA_SUBFRAMES; i += 8) {
            const int at = 2 + s * 2 * CQA_HOP / CQA_SUBFRAMES + i;
            v8 x;
            v8 before;
            memcpy(&x, pairs + at, sizeof x);
            memcpy(&before, pairs + at - 2, sizeof before);
            const v8 size = (v8)((i8)x & 0x7FFFFFFF);
            const i8 same = x == before;
            energy += x * x;
            zero -= (same & (size < idle)) | (size < nothing);
            flat -= (same & (size > large)) | (size > full);
            crest = (v8)(((size > crest) & (i8)size) | (~(size > crest) & (i8)crest));
        }
        for (int lane = 0; lane < 8; lane++)
            sums->sub[lane % 2][s] += energy[lane];
    }
    for (int lane = 0; lane < 8; lane++) {
        sums->zero[lane % 2] += zero[lane];
        sums->flat[lane % 2] += flat[lane];
        sums->crest[lane % 2] =
            crest[lane] > sums->crest[lane % 2] ? crest[lane] : sums->crest[lane % 2];
    }
}

static void store_hop(const struct hop_sums *sums, int c, struct cqa_channel_frames *rows, size_t t,
                      float *powers)
{
    for (int s = 0; s < CQA_SUBFRAMES; s++)
        powers[SUB_AT + s] = sums->sub[c][s] * CQA_SUBFRAMES / CQA_HOP;
    powers[CREST_AT] = sums->crest[c] * sums->crest[c];
    rows->zero[t] = to_byte((float)sums->zero[c] * 255.0f / CQA_HOP);
    rows->flat[t] = to_byte((float)sums->flat[c]);
}

/* ---- the spectrum */

CQA_HOT static void window_frame(const float *pairs, const float *window, float *in)
{
    for (int i = 0; i < CQA_WINDOW; i++) {
        in[2 * i] = pairs[2 * i] * window[i];
        in[2 * i + 1] = pairs[2 * i + 1] * window[i];
    }
}

/* Pairs of floats in opposite order; the first of each pair; the second. gcc 12 and clang know it.
 */
#define MIRRORED(x) __builtin_shufflevector(x, x, 6, 7, 4, 5, 2, 3, 0, 1)
#define EVEN(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(x, y) __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15)

/*
 * Channel 0 went in as the real part and channel 1 as the imaginary: z plus and minus its mirrored
 * conjugate are the two spectra, doubled. Eight bins at a time; bin 0 comes out as nonsense and is
 * cleared.
 */
CQA_HOT static void split_powers(const float *z, float *restrict left, float *restrict right)
{
    /* window energy 0.375, the doubling squared, two sides: so that a band's sum is its mean square
     */
    const float scale = 0.25f * 2.0f / (0.375f * CQA_WINDOW * (float)CQA_WINDOW);
    const v8 conjugate = {1, -1, 1, -1, 1, -1, 1, -1};

    for (int k = 0; k < CQA_BINS; k += 8) {
        v8 plus[2];
        v8 minus[2];
        for (int half = 0; half < 2; half++) {
            v8 x;
            v8 y;
            const int first = k + 4 * half;
            memcpy(&x, z + 2 * first, sizeof x);
            memcpy(&y, z + 2 * (CQA_WINDOW - first - 3),
                   sizeof y); /* for bin 0 one pair past the end: allocated */
            y = MIRRORED(y) * conjugate;
            plus[half] = (x + y) * (x + y);
            minus[half] = (x - y) * (x - y);
        }
        const v8 a = scale * (EVEN(plus[0], plus[1]) + ODD(plus[0], plus[1]));
        const v8 b = scale * (EVEN(minus[0], minus[1]) + ODD(minus[0], minus[1]));
        memcpy(left + k, &a, sizeof a);
        memcpy(right + k, &b, sizeof b);
    }
    left[0] = right[0] = 0;
}

CQA_HOT static float sum_bins(const float *power, int first, int last)
{
    float sum = 0;

    for (int k = first; k < last; k++)
        sum += power[k];
    return sum;
}

/* Geometric over arithmetic mean of bins 6..218, dB. */
CQA_HOT static float flatness_db(const float *power)
{
    float logs = 0;
    float sum = 0;

    for (int k = 6; k < 219; k++) {
        logs += cqa_fast_log2(power[k] + 1e-14f);
        sum += power[k] + 1e-14f;
    }
    return 3.0103f * (logs / 213.0f) - 3.0103f * cqa_fast_log2(sum / 213.0f);
}

static void store_spectrum(const struct cqa_signal_plan *plan, struct cqa_spectrum *spectrum,
                           struct cqa_channel_frames *rows, size_t t, float *powers)
{
    uint8_t levels[LEVELS];

    spectrum->total = 0;
    for (int b = 0; b < CQA_BANDS; b++) {
        powers[b] = sum_bins(spectrum->power, plan->band_first[b], plan->band_first[b + 1]);
        spectrum->total += powers[b];
    }
    powers[LEVEL_AT] = spectrum->total;
    to_levels(powers, levels);
    for (int b = 0; b < CQA_BANDS; b++)
        rows->band[b][t] = levels[b];
    memcpy(rows->sub + t * CQA_SUBFRAMES, levels + SUB_AT, CQA_SUBFRAMES);
    rows->level[t] = levels[LEVEL_AT];
    rows->crest[t] = levels[CREST_AT];
    rows->flatness[t] = to_byte(255.0f + 8.0f * flatness_db(spectrum->power));
    rows->ring[t] =
        to_byte(255.0f * sum_bins(spectrum->power, 24, 33) / (spectrum->total + 1e-12f));
}

static void store_peaks(const struct cqa_spectrum *spectrum, struct cqa_peak_memory *memory,
                        struct cqa_channel_frames *rows, size_t t)
{
    struct cqa_peak_facts facts;

    cqa_peaks_follow(spectrum, memory, &facts);
    rows->tonality[t] = to_byte(255.0f * facts.tonality);
    rows->peaks[t] = to_byte(16.0f * facts.steady);
    rows->share1[t] = to_byte(255.0f * facts.share[0]);
    rows->share2[t] = to_byte(255.0f * facts.share[1]);
    rows->freq1[t] = (uint16_t)(16.0f * facts.hz[0] + 0.5f);
    rows->freq2[t] = (uint16_t)(16.0f * facts.hz[1] + 0.5f);
}

/* ---- harmonicity: both channels' compressed spectra go back to lags in one transform */

CQA_HOT static void compress(const float *left, const float *right, float *in)
{
    memset(in, 0, sizeof(fftwf_complex) * CEPSTRUM);
    for (int h = HARMONIC_FIRST; h < HARMONIC_LAST; h++) {
        const int k = 2 * h;
        const float l0 = cqa_rough_pow35(left[k - 1] + 1e-14f);
        const float l1 = cqa_rough_pow35(left[k] + 1e-14f);
        const float l2 = cqa_rough_pow35(left[k + 1] + 1e-14f);
        const float r0 = cqa_rough_pow35(right[k - 1] + 1e-14f);
        const float r1 = cqa_rough_pow35(right[k] + 1e-14f);
        const float r2 = cqa_rough_pow35(right[k + 1] + 1e-14f);
        in[2 * h] = l0 + 2.0f * l1 + l2;
        in[2 * h + 1] = r0 + 2.0f * r1 + r2;
    }
    for (int h = HARMONIC_FIRST; h < HARMONIC_LAST; h++) {
        in[2 * (CEPSTRUM - h)] = in[2 * h];
        in[2 * (CEPSTRUM - h) + 1] = in[2 * h + 1];
    }
}

static const float least_harmonic = 0.3f;

/* Each channel's largest lag value and where it is; 0 where it is too small to mean a pitch. */
CQA_HOT static void best_lags(const float *lags, const float *scale, float best[2], int at[2])
{
    float value[2 * LAGS];
    v8 most = {0};

    for (int i = 0; i < 2 * LAGS; i += 8) { /* both channels side by side */
        v8 x;
        v8 w;
        memcpy(&x, lags + 2 * CQA_LAG_MIN + i, sizeof x);
        memcpy(&w, scale + i, sizeof w);
        x *= w;
        memcpy(value + i, &x, sizeof x);
        const i8 more = x > most;
        most = (v8)((more & (i8)x) | (~more & (i8)most));
    }
    for (int c = 0; c < 2; c++) {
        int where = 0;
        best[c] = cqa_max(cqa_max(most[c], most[c + 2]), cqa_max(most[c + 4], most[c + 6]));
        at[c] = 0;
        if (best[c] < least_harmonic * lags[c])
            continue;
        while (where < LAGS - 1 && value[2 * where + c] < best[c])
            where++;
        at[c] = CQA_LAG_MIN + where;
    }
}

static void store_lags(const struct cqa_signal_plan *plan, const float *lags,
                       struct cqa_frames *frames, size_t t)
{
    float best[2];
    int at[2];

    best_lags(lags, plan->lag_scale, best, at);
    for (int c = 0; c < 2; c++) {
        frames->channel[c].harmonicity[t] =
            to_byte(lags[c] > 0 ? 255.0f * best[c] / lags[c] : 0.0f);
        frames->channel[c].lag[t] = (uint8_t)at[c];
    }
}

/* ---- one frame */

static void fill_frame(struct cqa_extractor *extractor, size_t t)
{
    const struct cqa_signal_plan *plan = extractor->plan;
    const float *pairs = extractor->pairs + 2 * extractor->next;
    float *in = (float *)extractor->in;
    const float *out = (const float *)extractor->out;
    struct hop_sums sums = {0};

    sum_hop(pairs + 2 * (AHEAD - 1), &sums);
    window_frame(pairs, plan->window, in);
    fftwf_execute_dft(plan->forward, extractor->in, extractor->out);
    split_powers(out, extractor->spectrum[0].power, extractor->spectrum[1].power);
    for (int c = 0; c < 2; c++) {
        struct cqa_channel_frames *rows = &extractor->frames.channel[c];
        float powers[LEVELS] = {0};
        store_hop(&sums, c, rows, t, powers);
        store_spectrum(plan, &extractor->spectrum[c], rows, t, powers);
        store_peaks(&extractor->spectrum[c], &extractor->memory[c], rows, t);
    }
    compress(extractor->spectrum[0].power, extractor->spectrum[1].power, in);
    fftwf_execute_dft(plan->to_lags, extractor->in, extractor->out);
    store_lags(plan, out, &extractor->frames, t);
}

static enum cqa_status run_frames(struct cqa_extractor *extractor)
{
    while (extractor->next + CQA_WINDOW <= extractor->held) {
        if (cqa_frames_grow(&extractor->frames) != CQA_OK)
            return CQA_E_NOMEM;
        fill_frame(extractor, extractor->frames.count++);
        extractor->next += CQA_HOP;
    }
    while (extractor->next_leak + CQA_LEAK_BLOCK <= extractor->held) {
        cqa_leak_look(extractor->leak, extractor->pairs + 2 * extractor->next_leak);
        extractor->next_leak += CQA_LEAK_STEP;
    }
    return CQA_OK;
}

/* Moves what is still needed to the front of the buffer. */
static void slide(struct cqa_extractor *extractor)
{
    const size_t done =
        extractor->next < extractor->next_leak ? extractor->next : extractor->next_leak;

    memmove(extractor->pairs, extractor->pairs + 2 * done,
            (extractor->held - done) * 2 * sizeof(float));
    extractor->held -= done;
    extractor->next -= done;
    extractor->next_leak -= done;
}

float *cqa_extractor_room(struct cqa_extractor *extractor, size_t *capacity)
{
    if (extractor->held + CQA_LEAK_STEP > BUFFER_PAIRS)
        slide(extractor);
    assert(extractor->held < BUFFER_PAIRS);
    *capacity = BUFFER_PAIRS - extractor->held;
    return extractor->pairs + 2 * extractor->held;
}

enum cqa_status cqa_extractor_take(struct cqa_extractor *extractor, size_t count)
{
    assert(count <= BUFFER_PAIRS - extractor->held);
    extractor->held += count;
    return run_frames(extractor);
}

enum cqa_status cqa_extractor_end(struct cqa_extractor *extractor, struct cqa_frames *frames)
{
    size_t capacity;
    float *room = cqa_extractor_room(extractor, &capacity);
    const size_t begun =
        extractor->held - extractor->next; /* AHEAD of them belong to the frame before */
    const size_t left = begun > AHEAD ? (begun - AHEAD + CQA_HOP - 1) / CQA_HOP : 0;
    const size_t padding = left > 0 ? CQA_WINDOW + (left - 1) * CQA_HOP - begun : 0;

    if (padding > capacity) {
        slide(extractor);
        room = cqa_extractor_room(extractor, &capacity);
    }
    memset(room, 0, padding * 2 * sizeof *room);
    if (cqa_extractor_take(extractor, padding) != CQA_OK)
        return CQA_E_NOMEM;
    cqa_leak_conclude(extractor->leak, extractor->frames.leak);
    *frames = extractor->frames;
    extractor->frames = (struct cqa_frames){0};
    return CQA_OK;
}
