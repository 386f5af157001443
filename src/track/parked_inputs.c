/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "signal/hot.h"
#include "track/parked.h"

enum { HOP = CQA_MOMENT_HOP };

/* Rows of one channel, a number a moment, beside those of the moments. */
enum row {
    SPEECH,
    MUSIC,
    VOICE, /* over music */
    TONE,
    LEVEL,       /* over loud speech, 20 dB to one */
    LEVEL_USUAL, /* over the lower quartile of the call */
    LEAST,       /* the softest frame of the moment, as LEVEL */
    LEAST_USUAL,
    OTHER, /* speech, music, and the four levels of the other channel */
    OTHER_MUSIC,
    OTHER_LEVEL,
    ROW_COUNT = OTHER_LEVEL + 4
};

/* Numbers of the whole call. */
enum { MEANS = 7, QUANTILES = 4, GLOBALS = MEANS + QUANTILES + 1 };

_Static_assert((int)CQA_MOMENT_ROWS + (int)ROW_COUNT + (int)GLOBALS == (int)CQA_PARKED_INPUTS,
               "as the model has them");

struct cqa_parked_inputs {
    const struct cqa_moments *moments;
    float *row[2][ROW_COUNT]; /* as long as those of the moments */
    float global[2][GLOBALS];
};

/* ---- rows */

static void rows_of_bytes(const uint8_t *bytes, size_t frames, float scale, float *out)
{
    for (size_t m = 0; m * HOP < frames; m++) {
        const size_t last = (m + 1) * HOP < frames ? (m + 1) * HOP : frames;
        unsigned sum = 0;
        for (size_t t = m * HOP; t < last; t++)
            sum += bytes[t];
        out[m] = (float)sum * scale / (float)(last - m * HOP);
    }
}

static float as_level(float dbfs, float loud_db)
{
    return cqa_clamp((dbfs - loud_db + 10.0f) / 20.0f, -3.0f, 2.0f);
}

/* The value below which a quarter of `count` bytes lies. */
static uint8_t lower_quartile(const uint8_t *bytes, size_t count)
{
    size_t histogram[256] = {0};
    size_t seen = 0;

    for (size_t t = 0; t < count; t++)
        histogram[bytes[t]]++;
    for (int value = 0; value < 256; value++) {
        seen += histogram[value];
        if (4 * seen > count)
            return (uint8_t)value;
    }
    return 0;
}

/* The four levels of a channel into four rows: mean and softest frame, over loud speech and over
 * what is usual. */
static enum cqa_status fill_levels(const struct cqa_channel_frames *frames, size_t count,
                                   float loud_db, float *const rows[4])
{
    const size_t moments = (count + HOP - 1) / HOP;
    uint8_t *least = malloc(moments + 1);

    if (least == NULL)
        return CQA_E_NOMEM;
    for (size_t m = 0; m < moments; m++) {
        const size_t last = (m + 1) * HOP < count ? (m + 1) * HOP : count;
        float sum = 0;
        least[m] = 255;
        for (size_t t = m * HOP; t < last; t++) {
            sum += as_level(cqa_level_dbfs(frames->level[t]), loud_db);
            least[m] = frames->level[t] < least[m] ? frames->level[t] : least[m];
        }
        rows[0][m] = sum / (float)(last - m * HOP);
        rows[2][m] = as_level(cqa_level_dbfs(least[m]), loud_db);
    }
    const float usual = as_level(cqa_level_dbfs(lower_quartile(frames->level, count)), loud_db);
    const float low = as_level(cqa_level_dbfs(lower_quartile(least, moments)), loud_db);
    for (size_t m = 0; m < moments; m++) {
        rows[1][m] = cqa_clamp(rows[0][m] - usual, -1.0f, 2.0f);
        rows[3][m] = cqa_clamp(rows[2][m] - low, -1.5f, 1.5f);
    }
    free(least);
    return CQA_OK;
}

static enum cqa_status fill_own(struct cqa_parked_inputs *inputs, const struct cqa_frames *frames,
                                const struct cqa_tracks *tracks, int c)
{
    static const int classes[] = {CQA_CLASS_SPEECH, CQA_CLASS_MUSIC, CQA_CLASS_ANNOUNCEMENT,
                                  CQA_CLASS_TONE};
    const struct cqa_channel_frames *own = &frames->channel[c];
    const struct cqa_channel_track *track = &tracks->channel[c];
    float *const *row = inputs->row[c];

    for (int k = 0; k < 4; k++)
        rows_of_bytes(track->posterior[classes[k]], frames->count, 1 / 255.0f, row[SPEECH + k]);
    return fill_levels(own, frames->count, track->norms.loud_db, &row[LEVEL]);
}

static void fill_other(struct cqa_parked_inputs *inputs, int c)
{
    const size_t size = inputs->moments->count * sizeof(float);
    float *const *row = inputs->row[c];
    float *const *other = inputs->row[1 - c];

    memcpy(row[OTHER], other[SPEECH], size);
    for (size_t m = 0; m < inputs->moments->count; m++)
        row[OTHER_MUSIC][m] = other[MUSIC][m] + other[VOICE][m];
    for (int k = 0; k < 4; k++)
        memcpy(row[OTHER_LEVEL + k], other[LEVEL + k], size);
}

/* ---- the whole call */

static float mean(const float *row, size_t count)
{
    double sum = 0;

    for (size_t m = 0; m < count; m++)
        sum += (double)row[m];
    return (float)(sum / (double)count);
}

/* How much of the call sounds like music: a radio does all along. */
static void fill_quantiles(const struct cqa_parked_inputs *inputs, int c, float *out)
{
    static const unsigned per_cent[QUANTILES] = {10, 30, 50, 70};
    size_t histogram[256] = {0};

    for (size_t m = 0; m < inputs->moments->count; m++) {
        const float music = inputs->row[c][MUSIC][m] + inputs->row[c][VOICE][m];
        histogram[(int)(255.0f * cqa_clamp(music, 0.0f, 1.0f))]++;
    }
    for (int q = 0; q < QUANTILES; q++) {
        size_t seen = 0;
        int value = 0;
        while (value < 255 &&
               100 * (seen += histogram[value]) <= per_cent[q] * inputs->moments->count)
            value++;
        out[q] = (float)value / 255.0f;
    }
}

static void fill_globals(struct cqa_parked_inputs *inputs, int c, int mono)
{
    static const enum row of[MEANS] = {SPEECH, MUSIC,       VOICE,          LEVEL_USUAL,
                                       OTHER,  OTHER_MUSIC, OTHER_LEVEL + 1};
    float *global = inputs->global[c];

    for (int k = 0; k < MEANS; k++)
        global[k] = mean(inputs->row[c][of[k]], inputs->moments->count);
    fill_quantiles(inputs, c, global + MEANS);
    global[GLOBALS - 1] = mono ? 1.0f : 0.0f;
}

static enum cqa_status rows_init(struct cqa_parked_inputs *inputs)
{
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < ROW_COUNT; k++) {
            inputs->row[c][k] = calloc(inputs->moments->stride + 1, sizeof(float));
            if (inputs->row[c][k] == NULL)
                return CQA_E_NOMEM;
        }
    return CQA_OK;
}

enum cqa_status cqa_parked_inputs_create(struct cqa_parked_inputs **out,
                                         const struct cqa_frames *frames,
                                         const struct cqa_tracks *tracks)
{
    struct cqa_parked_inputs *inputs = calloc(1, sizeof *inputs);

    if (inputs == NULL)
        return CQA_E_NOMEM;
    inputs->moments = &tracks->moments;
    enum cqa_status status = rows_init(inputs);
    for (int c = 0; c < tracks->channel_count && status == CQA_OK; c++)
        status = fill_own(inputs, frames, tracks, c);
    if (status != CQA_OK) {
        cqa_parked_inputs_destroy(inputs);
        return status;
    }
    for (int c = 0; c < 2 && tracks->channel_count == 2; c++)
        fill_other(inputs, c);
    for (int c = 0; c < tracks->channel_count; c++)
        fill_globals(inputs, c, tracks->channel_count == 1);
    *out = inputs;
    return CQA_OK;
}

void cqa_parked_inputs_destroy(struct cqa_parked_inputs *inputs)
{
    if (inputs == NULL)
        return;
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < ROW_COUNT; k++)
            free(inputs->row[c][k]);
    free(inputs);
}

void cqa_parked_inputs_tile(const struct cqa_parked_inputs *inputs, int channel, size_t start,
                            float *tile)
{
    for (int row = 0; row < CQA_MOMENT_ROWS; row++, tile += CQA_TILE)
        cqa_moments_tile(inputs->moments, channel, row, start, tile);
    for (int k = 0; k < ROW_COUNT; k++, tile += CQA_TILE)
        memcpy(tile, inputs->row[channel][k] + start, CQA_TILE * sizeof *tile);
    for (int k = 0; k < GLOBALS; k++, tile += CQA_TILE)
        for (int i = 0; i < CQA_TILE; i++)
            tile[i] = inputs->global[channel][k];
}
