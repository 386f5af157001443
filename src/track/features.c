/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/features.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "signal/hot.h"
#include "track/still.h"

enum {
    MARGIN = 160, /* frames beside the chunk that its context reaches into: 3 s of mean over 1.5 s
                     of minimum */
    WIDTH = CQA_CHUNK + 2 * MARGIN,
    GROUPS = 4,
    FLOOR_REACH = 47, /* frames, 1.5 s to each side */
    SECOND = 16,      /* half of it to each side */
};

/* The numbers that decide what a call's norms are: docs/detectors.md says how to read them. The
 * model has learned with them: a change needs a new training, as one of any other number here does.
 */
static const struct {
    size_t lasting_frames; /* a stretch of nothing so long is no part of the line's quiet */
    int tonal_of_255;      /* frames of more tonality are no voice, and left out of loud speech, */
    int peak_of_255;       /* and so are frames with more of their energy in one peak */
    float loud_share;      /* of the other frames that lie under loud speech */
    float loud_least_db;   /* lowest level that is taken for it, */
    float loud_unknown_db; /* and what is taken where there is none */
    float quiet_share;     /* of the frames that lie under a band's quiet */
} limits = {
    .lasting_frames = 156,     /* by hand: 5 s */
    .tonal_of_255 = 90,        /* by hand */
    .peak_of_255 = 190,        /* by hand */
    .loud_share = 0.985f,      /* by hand */
    .loud_least_db = -70.0f,   /* by hand */
    .loud_unknown_db = -30.0f, /* by hand */
    .quiet_share = 0.15f,      /* by hand */
};

/* Scalar rows of one channel. */
enum row {
    LEVEL,   /* over loud speech, 20 dB to one */
    SNR,     /* mean over bands */
    SNR_RMS, /* stresses the best bands */
    FLUX,    /* change of the bands since the last frame */
    HARMONIC,
    TONAL,
    PEAKS,
    STEADY_LAG, /* voiced, and the pitch moved little */
    ZERO,
    FLAT, /* flatness */
    SHARE1,
    SHARE2,
    RING,
    MARGIN_MEAN, /* own level over what leaks in */
    LEAK_OVER,   /* predicted leakage over the floor */
    ROWS
};

struct rows {
    float band[CQA_BANDS][WIDTH];   /* dBFS */
    float floor[CQA_BANDS][WIDTH];  /* dBFS */
    float margin[CQA_BANDS][WIDTH]; /* dB over the larger of floor and predicted leakage */
    float scalar[ROWS][WIDTH];
};

struct cqa_features {
    const struct cqa_frames *frames;
    int mono;
    struct cqa_norms norms[2];
    struct rows *rows[2];
    float work[3][WIDTH]; /* of box_mean and box_min */
    float scratch[3][WIDTH];
    float group[GROUPS][WIDTH];
};

/* First band of each group, for the coarse rows. */
static const int group_first[GROUPS + 1] = {0, 4, 8, 12, CQA_BANDS};

/* ---- norms of the whole call */

static float percentile(const unsigned *histogram, size_t total, float share)
{
    const size_t wanted = (size_t)(share * (float)total);
    size_t seen = 0;

    for (int level = 0; level < 256; level++) {
        seen += histogram[level];
        if (seen > wanted)
            return cqa_level_dbfs((uint8_t)level);
    }
    return cqa_level_dbfs(0);
}

/* Takes out of the marks what is shorter than lasting_frames; all of them, where there is nothing
 * else. */
static void keep_lasting(uint8_t *marks, size_t count)
{
    if (memchr(marks, 0, count) == NULL)
        memset(marks, 0, count);
    for (size_t t = 0; t < count; t++) {
        const size_t first = t;
        while (t < count && marks[t])
            t++;
        if (t - first < limits.lasting_frames)
            memset(marks + first, 0, t - first);
    }
}

/* `skip`: frames that tell nothing of the line. */
static void measure_norms(const struct cqa_frames *frames, int c, const uint8_t *skip,
                          struct cqa_norms *norms)
{
    const struct cqa_channel_frames *rows = &frames->channel[c];
    unsigned histogram[256] = {0};
    size_t voiced = 0;

    for (size_t t = 0; t < frames->count; t++) {
        const int tonal =
            rows->tonality[t] > limits.tonal_of_255 || rows->share1[t] > limits.peak_of_255;
        if (!tonal && !skip[t]) {
            histogram[rows->level[t]]++;
            voiced++;
        }
    }
    norms->loud_db =
        voiced > 0 ? cqa_max(limits.loud_least_db, percentile(histogram, voiced, limits.loud_share))
                   : limits.loud_unknown_db;
    for (int b = 0; b < CQA_BANDS; b++) {
        size_t total = 0;
        memset(histogram, 0, sizeof histogram);
        for (size_t t = 0; t < frames->count; t++) {
            histogram[rows->band[b][t]] += skip[t] == 0;
            total += skip[t] == 0;
        }
        norms->quiet_db[b] = percentile(histogram, total, limits.quiet_share);
    }
}

enum cqa_status cqa_features_create(struct cqa_features **out, const struct cqa_frames *frames,
                                    int mono)
{
    struct cqa_features *features = calloc(1, sizeof *features);
    uint8_t *skip = calloc(frames->count + 1, 1);

    if (features == NULL || skip == NULL) {
        free(features);
        free(skip);
        return CQA_E_NOMEM;
    }
    features->frames = frames;
    features->mono = mono;
    for (int c = 0; c < 2; c++) {
        features->rows[c] = calloc(1, sizeof *features->rows[c]);
        memset(skip, 0, frames->count);
        if (features->rows[c] == NULL || cqa_still_find_idle(frames, c, skip) != CQA_OK) {
            free(skip);
            cqa_features_destroy(features);
            return CQA_E_NOMEM;
        }
        keep_lasting(skip, frames->count);
        measure_norms(frames, c, skip, &features->norms[c]);
    }
    free(skip);
    *out = features;
    return CQA_OK;
}

void cqa_features_destroy(struct cqa_features *features)
{
    if (features == NULL)
        return;
    free(features->rows[0]);
    free(features->rows[1]);
    free(features);
}

const struct cqa_norms *cqa_features_norms(const struct cqa_features *features, int channel)
{
    return &features->norms[channel];
}

/* ---- row arithmetic; all rows are WIDTH long */

/* Windows are put together from ones of 1, 2, 4, … columns, which takes few passes, all of them
 * side by side; running sums would wait for each other. */
CQA_HOT static void add_shifted(const float *restrict in, int shift, int count, float *restrict out)
{
    for (int t = 0; t < count; t++)
        out[t] = in[t] + in[t + shift];
}

CQA_HOT static void accumulate(const float *restrict in, int shift, int count, float *restrict sum)
{
    for (int t = 0; t < count; t++)
        sum[t] += in[t + shift];
}

CQA_HOT static void min_shifted(const float *restrict in, int shift, float *restrict out)
{
    for (int t = 0; t < WIDTH - shift; t++)
        out[t] = cqa_min(in[t], in[t + shift]);
}

CQA_HOT static void scale(const float *restrict in, float by, int count, float *restrict out)
{
    for (int t = 0; t < count; t++)
        out[t] = in[t] * by;
}

/* What lies within `reach` of the ends has no whole window; the margin is wide enough for that not
 * to matter. */
static void repeat_ends(float *row, int reach)
{
    for (int t = 0; t < reach; t++) {
        row[t] = row[reach];
        row[WIDTH - 1 - t] = row[WIDTH - 1 - reach];
    }
}

/* Mean over [t - reach, t + reach] for the columns [first, last), around which the row has `reach`
 * columns. */
static void mean_between(struct cqa_features *features, const float *in, int reach, int first,
                         int last, float *out)
{
    const int wanted = 2 * reach + 1;
    const int count = last - first;
    const int columns = count + 2 * reach; /* that are looked at */
    float *sum = features->work[0];
    const float *part = in + first - reach;
    int got = 1;

    memcpy(sum, part, (size_t)count * sizeof *sum);
    for (int width = 2; width <= wanted; width *= 2) {
        float *wider = features->work[width & 0xAA ? 1 : 2];
        add_shifted(part, width / 2, columns - width + 1, wider);
        part = wider;
        if (wanted & width) {
            accumulate(part, got, count, sum);
            got += width;
        }
    }
    scale(sum, 1.0f / (float)wanted, count, out + first);
}

/* Mean over [t - reach, t + reach], for all columns. */
static void box_mean(struct cqa_features *features, const float *in, int reach, float *out)
{
    mean_between(features, in, reach, reach, WIDTH - reach, out);
    repeat_ends(out, reach);
}

/* Minimum over [t - reach, t + reach]. */
static void box_min(struct cqa_features *features, const float *in, int reach, float *out)
{
    const int wanted = 2 * reach + 1;
    const float *part = in;
    int width = 1;

    for (; 2 * width <= wanted; width *= 2) {
        float *wider = features->work[width & 0xAA ? 1 : 2];
        min_shifted(part, width, wider);
        part = wider;
    }
    min_shifted(part, wanted - width, features->work[0]);
    memcpy(out + reach, features->work[0], (size_t)(WIDTH - reach) * sizeof *out);
    repeat_ends(out, reach);
}

CQA_HOT static void levels_from_bytes(const uint8_t *in, float *out, int count)
{
    for (int t = 0; t < count; t++)
        out[t] = 0.5f * (float)in[t] - 110.0f;
}

CQA_HOT static void shares_from_bytes(const uint8_t *in, float scale, float *out, int count)
{
    for (int t = 0; t < count; t++)
        out[t] = (float)in[t] * scale;
}

/* Where the row's frames lie in the recording; outside it the nearest frame stands. */
struct window {
    int before; /* columns left of the first frame */
    int inside; /* columns that are frames */
    size_t first;
};

static struct window place(size_t start, size_t count)
{
    struct window window = {0};
    const ptrdiff_t begin = (ptrdiff_t)start - MARGIN;
    const ptrdiff_t end = begin + WIDTH;

    window.before = begin < 0 ? (int)-begin : 0;
    window.first = begin < 0 ? 0 : (size_t)begin;
    const ptrdiff_t last = end < (ptrdiff_t)count ? end : (ptrdiff_t)count;
    window.inside = (int)(last - (ptrdiff_t)window.first);
    return window;
}

/* Repeats the first and the last frame into the columns outside the recording. */
static void extend(const struct window *window, float *row)
{
    for (int t = 0; t < window->before; t++)
        row[t] = row[window->before];
    for (int t = window->before + window->inside; t < WIDTH; t++)
        row[t] = row[window->before + window->inside - 1];
}

/* ---- rows of one channel */

static void fill_bands(struct cqa_features *features, int c, const struct window *window)
{
    struct rows *rows = features->rows[c];
    const struct cqa_channel_frames *frames = &features->frames->channel[c];

    for (int b = 0; b < CQA_BANDS; b++) {
        float *band = rows->band[b];
        levels_from_bytes(frames->band[b] + window->first, band + window->before, window->inside);
        extend(window, band);
        box_mean(features, band, 1, features->scratch[1]);
        box_min(features, features->scratch[1], FLOOR_REACH, features->scratch[2]);
        box_mean(features, features->scratch[2], 16, rows->floor[b]);
    }
}

CQA_HOT static void add_snr(const float *band, const float *floor_db, float *snr, float *square,
                            float *flux)
{
    for (int t = 0; t < WIDTH; t++) {
        const float d = cqa_clamp(band[t] - floor_db[t] - 2.0f, -5.0f, 50.0f);
        snr[t] += d;
        square[t] += cqa_max(d, 0.0f) * cqa_max(d, 0.0f);
    }
    for (int t = 1; t < WIDTH; t++)
        flux[t] += cqa_min(15.0f, fabsf(band[t] - band[t - 1]));
}

CQA_HOT static void scale_sums(float *snr, float *square, float *flux)
{
    for (int t = 0; t < WIDTH; t++) {
        snr[t] *= 1.0f / (CQA_BANDS * 20.0f);
        square[t] = sqrtf(square[t] * (1.0f / CQA_BANDS)) * (1.0f / 20.0f);
        flux[t] *= 1.0f / (CQA_BANDS * 5.0f);
    }
}

CQA_HOT static void fill_scalars(struct cqa_features *features, int c, const struct window *window)
{
    struct rows *rows = features->rows[c];
    const struct cqa_channel_frames *frames = &features->frames->channel[c];
    const struct {
        const uint8_t *bytes;
        float scale;
        enum row row;
    } plain[] = {{frames->harmonicity, 1 / 128.0f, HARMONIC}, {frames->tonality, 1 / 128.0f, TONAL},
                 {frames->peaks, 1 / 128.0f, PEAKS},          {frames->zero, 1 / 128.0f, ZERO},
                 {frames->flatness, 1 / 64.0f, FLAT},         {frames->share1, 1 / 128.0f, SHARE1},
                 {frames->share2, 1 / 128.0f, SHARE2},        {frames->ring, 1 / 128.0f, RING}};

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        float *row = rows->scalar[plain[i].row];
        shares_from_bytes(plain[i].bytes + window->first, plain[i].scale, row + window->before,
                          window->inside);
        extend(window, row);
    }
    float *level = rows->scalar[LEVEL];
    levels_from_bytes(frames->level + window->first, level + window->before, window->inside);
    extend(window, level);
    for (int t = 0; t < WIDTH; t++)
        level[t] = cqa_clamp((level[t] - features->norms[c].loud_db + 10.0f) / 20.0f, -3.0f, 2.0f);
    memset(rows->scalar[SNR], 0, sizeof rows->scalar[SNR]);
    memset(rows->scalar[SNR_RMS], 0, sizeof rows->scalar[SNR_RMS]);
    memset(rows->scalar[FLUX], 0, sizeof rows->scalar[FLUX]);
    for (int b = 0; b < CQA_BANDS; b++)
        add_snr(rows->band[b], rows->floor[b], rows->scalar[SNR], rows->scalar[SNR_RMS],
                rows->scalar[FLUX]);
    scale_sums(rows->scalar[SNR], rows->scalar[SNR_RMS], rows->scalar[FLUX]);
}

/* 1 where the frame is voiced and its pitch within 6 % of the frame before. */
static void fill_steady_lag(struct cqa_features *features, int c, const struct window *window)
{
    const struct cqa_channel_frames *frames = &features->frames->channel[c];
    float *row = features->rows[c]->scalar[STEADY_LAG];

    for (int t = 0; t < window->inside; t++) {
        const size_t at = window->first + (size_t)t;
        const int lag = frames->lag[at];
        const int before = at > 0 ? frames->lag[at - 1] : lag;
        const int near = lag > 0 && abs(lag - before) * 16 <= lag;
        row[window->before + t] = near ? (float)frames->harmonicity[at] / 128.0f : 0.0f;
    }
    extend(window, row);
}

/* ---- leakage: what the other channel's bands would be here */

CQA_HOT static void margin_row(const float *own, const float *floor_db, const float *other,
                               int delay, float gain, float *margin, float *over)
{
    for (int t = 0; t < WIDTH; t++)
        margin[t] = -200.0f;
    const int first = delay + 1 > 0 ? delay + 1 : 1;
    const int last = delay < 0 ? WIDTH - 2 : WIDTH - 1;
    for (int t = first; t < last; t++) {
        const int at = t - delay;
        margin[t] = cqa_max(other[at], cqa_max(other[at - 1], other[at + 1])) + gain;
    }
    for (int t = 0; t < WIDTH; t++) {
        const float leak = margin[t];
        over[t] += cqa_clamp(leak - floor_db[t], 0.0f, 40.0f);
        margin[t] = cqa_clamp(own[t] - cqa_max(leak, floor_db[t] + 2.0f), -20.0f, 40.0f);
    }
}

CQA_HOT static void fill_margins(struct cqa_features *features, int c)
{
    const struct cqa_leak *leak = &features->frames->leak[c];
    struct rows *rows = features->rows[c];
    const struct rows *other = features->rows[1 - c];
    const int delay = (int)lroundf(leak->delay_ms / CQA_FRAME_MS);

    memset(rows->scalar[LEAK_OVER], 0, sizeof rows->scalar[LEAK_OVER]);
    memset(rows->scalar[MARGIN_MEAN], 0, sizeof rows->scalar[MARGIN_MEAN]);
    for (int b = 0; b < CQA_BANDS; b++) {
        const float gain = leak->found ? leak->band_gain_db[b] : -150.0f;
        margin_row(rows->band[b], rows->floor[b], other->band[b], delay, gain, rows->margin[b],
                   rows->scalar[LEAK_OVER]);
        for (int t = 0; t < WIDTH; t++)
            rows->scalar[MARGIN_MEAN][t] += rows->margin[b][t] * (1.0f / (CQA_BANDS * 20.0f));
    }
    for (int t = 0; t < WIDTH; t++)
        rows->scalar[LEAK_OVER][t] *= 1.0f / (CQA_BANDS * 20.0f);
}

/* ---- the inputs */

/* Where the next input row of the chunk goes: into each tile. */
struct sink {
    float *next;
    int count;
};

enum { TILE_STRIDE = CQA_INPUTS * CQA_TILE };

static void step(struct sink *sink)
{
    sink->next += CQA_TILE;
    sink->count++;
}

CQA_HOT static void put(struct sink *sink, const float *row)
{
    for (int tile = 0; tile < CQA_CHUNK / CQA_TILE; tile++)
        memcpy(sink->next + (ptrdiff_t)tile * TILE_STRIDE,
               row + MARGIN + (ptrdiff_t)tile * CQA_TILE, CQA_TILE * sizeof *row);
    step(sink);
}

CQA_HOT static void put_scaled(struct sink *sink, const float *row, const float *minus, float less,
                               float scale, float least, float most)
{
    for (int t = 0; t < CQA_CHUNK; t += CQA_TILE)
        for (int i = 0; i < CQA_TILE; i++) {
            const float base = minus != NULL ? minus[MARGIN + t + i] : less;
            sink->next[t * CQA_INPUTS + i] =
                cqa_clamp((row[MARGIN + t + i] - base) * scale, least, most);
        }
    step(sink);
}

static void put_mean(struct cqa_features *features, struct sink *sink, const float *row, int reach)
{
    mean_between(features, row, reach, MARGIN, MARGIN + CQA_CHUNK, features->scratch[1]);
    put(sink, features->scratch[1]);
}

/* Standard deviation over a second, into scratch[1]; of the chunk alone. */
CQA_HOT static void spread(struct cqa_features *features, const float *row)
{
    float *square = features->scratch[2];
    float *out = features->scratch[1];
    float mean[WIDTH];

    for (int t = MARGIN - SECOND; t < MARGIN + CQA_CHUNK + SECOND; t++)
        square[t] = row[t] * row[t];
    mean_between(features, row, SECOND, MARGIN, MARGIN + CQA_CHUNK, mean);
    mean_between(features, square, SECOND, MARGIN, MARGIN + CQA_CHUNK, out);
    for (int t = MARGIN; t < MARGIN + CQA_CHUNK; t++)
        out[t] = sqrtf(cqa_max(0.0f, out[t] - mean[t] * mean[t]));
}

static void put_bands(struct cqa_features *features, int c, struct sink *sink)
{
    const struct rows *rows = features->rows[c];
    const struct cqa_norms *norms = &features->norms[c];

    for (int b = 0; b < CQA_BANDS; b++)
        put_scaled(sink, rows->band[b], NULL, norms->loud_db - 10.0f, 0.05f, -3.0f, 2.0f);
    for (int b = 0; b < CQA_BANDS; b++)
        put_scaled(sink, rows->band[b], rows->floor[b], 0, 0.05f, -1.0f, 2.5f);
    for (int b = 0; b < CQA_BANDS; b++)
        put_scaled(sink, rows->band[b], NULL, norms->quiet_db[b], 0.05f, -1.0f, 2.5f);
    for (int b = 0; b < CQA_BANDS; b++) {
        mean_between(features, rows->band[b], 6, MARGIN, MARGIN + CQA_CHUNK, features->scratch[1]);
        put_scaled(sink, features->scratch[1], NULL, norms->loud_db - 10.0f, 0.05f, -3.0f, 2.0f);
    }
}

CQA_HOT static void put_group(struct cqa_features *features, const struct rows *rows, int g,
                              int of_margin)
{
    float *group = features->group[g];
    const float scale = 1.0f / (20.0f * (float)(group_first[g + 1] - group_first[g]));

    memset(group, 0, sizeof features->group[g]);
    for (int b = group_first[g]; b < group_first[g + 1]; b++)
        for (int t = 0; t < WIDTH; t++)
            group[t] += (of_margin ? rows->margin[b][t] : rows->band[b][t]) * scale;
}

CQA_HOT static void put_leak(struct cqa_features *features, int c, struct sink *sink)
{
    const struct rows *rows = features->rows[c];
    float *best = features->scratch[2];

    for (int g = 0; g < GROUPS; g++) {
        put_group(features, rows, g, 1);
        put(sink, features->group[g]);
    }
    memset(best, 0, sizeof features->scratch[2]);
    for (int b = 0; b < CQA_BANDS; b++)
        for (int t = 0; t < WIDTH; t++)
            best[t] += cqa_max(0.0f, rows->margin[b][t]) * cqa_max(0.0f, rows->margin[b][t]);
    for (int t = 0; t < WIDTH; t++)
        best[t] = sqrtf(best[t] * (1.0f / CQA_BANDS)) * 0.05f;
    put(sink, best);
    put(sink, rows->scalar[MARGIN_MEAN]);
    put(sink, rows->scalar[LEAK_OVER]);
    put_mean(features, sink, rows->scalar[MARGIN_MEAN], 3);
    put_mean(features, sink, rows->scalar[LEAK_OVER], 3);
}

static void put_other(struct cqa_features *features, int c, struct sink *sink)
{
    const struct rows *other = features->rows[1 - c];

    put(sink, other->scalar[LEVEL]);
    put(sink, other->scalar[SNR]);
    put(sink, other->scalar[HARMONIC]);
    put(sink, other->scalar[TONAL]);
    put(sink, other->scalar[ZERO]);
    put_mean(features, sink, other->scalar[SNR], 6);
    put_mean(features, sink, other->scalar[SNR], 31);
    put_mean(features, sink, other->scalar[TONAL], 31);
}

/* How the level moves within a second: speech beats at syllables, music and noise otherwise. */
CQA_HOT static void put_modulation(struct cqa_features *features, int c, struct sink *sink)
{
    const struct rows *rows = features->rows[c];
    float beat[WIDTH];
    float sum[WIDTH] = {0};

    box_mean(features, rows->scalar[LEVEL], 1, features->scratch[1]);
    box_mean(features, rows->scalar[LEVEL], 5, features->scratch[2]);
    for (int t = 0; t < WIDTH; t++) {
        beat[t] = features->scratch[1][t] - features->scratch[2][t];
        beat[t] *= beat[t];
    }
    box_mean(features, beat, 16, features->scratch[1]);
    for (int t = 0; t < WIDTH; t++)
        features->scratch[1][t] = 2.0f * sqrtf(cqa_max(0.0f, features->scratch[1][t]));
    put(sink, features->scratch[1]);
    spread(features, rows->scalar[LEVEL]);
    put(sink, features->scratch[1]);
    for (int g = 0; g < GROUPS; g++) {
        put_group(features, rows, g, 0);
        spread(features, features->group[g]);
        for (int t = 0; t < WIDTH; t++)
            sum[t] += features->scratch[1][t] * (1.0f / GROUPS);
    }
    put(sink, sum);
    spread(features, rows->scalar[HARMONIC]);
    put(sink, features->scratch[1]);
}

static void put_context(struct cqa_features *features, int c, struct sink *sink)
{
    static const enum row common[] = {LEVEL, SNR, HARMONIC, FLUX, TONAL, PEAKS, STEADY_LAG};
    static const enum row longer[] = {LEVEL, SNR, TONAL, HARMONIC, ZERO, FLUX};
    static const int reaches[] = {2, 6, 31};
    const struct rows *rows = features->rows[c];

    for (size_t r = 0; r < sizeof reaches / sizeof reaches[0]; r++)
        for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
            put_mean(features, sink, rows->scalar[common[i]], reaches[r]);
    put_mean(features, sink, rows->scalar[FLAT], 31);
    for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++)
        put_mean(features, sink, rows->scalar[longer[i]], 94);
}

static void put_all(struct cqa_features *features, int c, float *inputs)
{
    static const enum row now[] = {LEVEL, SNR,    SNR_RMS, FLAT, FLUX, HARMONIC,  TONAL,
                                   PEAKS, SHARE1, SHARE2,  ZERO, RING, STEADY_LAG};
    struct sink sink = {inputs, 0};

    put_bands(features, c, &sink);
    for (size_t i = 0; i < sizeof now / sizeof now[0]; i++)
        put(&sink, features->rows[c]->scalar[now[i]]);
    put_leak(features, c, &sink);
    put_other(features, c, &sink);
    put_modulation(features, c, &sink);
    put_context(features, c, &sink);
    for (int t = 0; t < CQA_CHUNK; t++)
        sink.next[t / CQA_TILE * TILE_STRIDE + t % CQA_TILE] = features->mono ? 1.0f : 0.0f;
    step(&sink);
    assert(sink.count == CQA_INPUTS);
}

void cqa_features_chunk(struct cqa_features *features, size_t start, float *inputs[2])
{
    assert(start < features->frames->count);
    const struct window window = place(start, features->frames->count);

    for (int c = 0; c < 2; c++) {
        fill_bands(features, c, &window);
        fill_scalars(features, c, &window);
        fill_steady_lag(features, c, &window);
    }
    for (int c = 0; c < 2; c++)
        fill_margins(features, c);
    for (int c = 0; c < 2; c++)
        put_all(features, c, inputs[c]);
}
