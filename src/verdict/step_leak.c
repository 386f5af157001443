/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A voice that leaks into the other channel comes within half a second of itself; where it comes
 * seconds late, a channel is shifted. The leakage is too soft for a level to tell, and its delay
 * too long for the cross-spectrum: how the spectrum's shape changes from moment to moment is
 * compared. On simulated calls shifted with leakage of -18 to -35 dB the peak stands 18 or more
 * deviations out of the other lags, on 728 calls in step at most 11 (docs/accuracy.md,
 * "Situations").
 */
#include <math.h>
#include <stdlib.h>
#include "verdict/verdict.h"

enum {
    HOP = 4,        /* frames to a moment of 128 ms */
    FIRST_BAND = 3, /* what every line carries */
    SHAPE_BANDS = 11,
    LAGS = 47,     /* moments to each side, 6 s */
    LAG_LEAST = 5, /* 0.64 s: nearer is the leakage of a call in step */
    BESIDE = 2,    /* moments that belong to the peak */
    SCALE = 100,   /* of a shape that changes, as bytes */
};

static const float change_least = 8.0f; /* dB, root of the sum of squares: what changes clearly */
static const float deviations_least = 14.0f;
static const float strength_least = 8.0f; /* the peak over what chance makes of as many moments */

/* How the shape changes into each moment, of length SCALE, or 0 where it hardly does. */
struct changes {
    size_t count;
    size_t clear; /* that are not 0 */
    int8_t (*shape)[SHAPE_BANDS];
};

static void mean_shape(const struct cqa_channel_frames *rows, size_t moment,
                       float shape[SHAPE_BANDS])
{
    float mean = 0;

    for (int b = 0; b < SHAPE_BANDS; b++) {
        const uint8_t *band = rows->band[FIRST_BAND + b] + moment * HOP;
        shape[b] = 0.5f / HOP * (float)(band[0] + band[1] + band[2] + band[3]);
        mean += shape[b] / SHAPE_BANDS;
    }
    for (int b = 0; b < SHAPE_BANDS; b++)
        shape[b] -= mean;
}

static void add_change(const float before[SHAPE_BANDS], const float now[SHAPE_BANDS],
                       int8_t out[SHAPE_BANDS], size_t *clear)
{
    float square = 0;

    for (int b = 0; b < SHAPE_BANDS; b++)
        square += (now[b] - before[b]) * (now[b] - before[b]);
    const float size = sqrtf(square);
    *clear += size >= change_least;
    for (int b = 0; b < SHAPE_BANDS; b++)
        out[b] = (int8_t)(size >= change_least ? SCALE * (now[b] - before[b]) / size : 0.0f);
}

/* CQA_E_NOMEM only; free `shape`. */
static enum cqa_status find_changes(const struct cqa_frames *frames, int c, struct changes *out)
{
    float shape[2][SHAPE_BANDS];

    out->count = frames->count / HOP;
    out->shape = calloc(out->count + 1, sizeof *out->shape);
    if (out->shape == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < out->count; i++) {
        mean_shape(&frames->channel[c], i, shape[i % 2]);
        if (i > 0)
            add_change(shape[(i + 1) % 2], shape[i % 2], out->shape[i], &out->clear);
    }
    return CQA_OK;
}

/* How alike the changes are where `right` comes `lag` moments later than `left`, summed. */
static float likeness(const struct changes *left, const struct changes *right, int lag)
{
    const size_t first = lag < 0 ? (size_t)-lag : 0;
    const size_t later = lag > 0 ? (size_t)lag : 0;
    long sum = 0;

    for (size_t i = first; i + later < left->count; i++) {
        const int8_t *a = left->shape[i];
        const int8_t *b = right->shape[(size_t)((ptrdiff_t)i + lag)];
        int product = 0;
        for (int k = 0; k < SHAPE_BANDS; k++)
            product += a[k] * b[k];
        sum += product;
    }
    return (float)sum / (SCALE * SCALE);
}

/* The lag of the highest likeness, but for those of a call in step. */
static int highest(const float like[2 * LAGS + 1])
{
    int best = LAGS + LAG_LEAST;

    for (int i = 0; i <= 2 * LAGS; i++)
        if (abs(i - LAGS) >= LAG_LEAST && like[i] > like[best])
            best = i;
    return best;
}

/* How far the peak stands out of the other lags, in their standard deviations. */
static float deviations(const float like[2 * LAGS + 1], int peak)
{
    float sum = 0;
    float square = 0;
    float count = 0;

    for (int i = 0; i <= 2 * LAGS; i++) {
        if (abs(i - peak) <= BESIDE)
            continue;
        sum += like[i];
        square += like[i] * like[i];
        count++;
    }
    const float mean = sum / count;
    const float variance = square / count - mean * mean;
    return variance > 0 ? (like[peak] - mean) / sqrtf(variance) : 0.0f;
}

enum cqa_status cqa_verdict_find_late_leak(const struct cqa_scene *scene, int *late)
{
    struct changes changes[2] = {{0, 0, NULL}, {0, 0, NULL}};
    float like[2 * LAGS + 1];
    enum cqa_status status = CQA_OK;

    *late = 0;
    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = find_changes(scene->frames, c, &changes[c]);
    if (status == CQA_OK && changes[0].count > 2 * LAGS) {
        for (int i = 0; i <= 2 * LAGS; i++)
            like[i] = likeness(&changes[0], &changes[1], i - LAGS);
        const int peak = highest(like);
        const float chance =
            sqrtf((float)changes[0].clear * (float)changes[1].clear / (float)changes[0].count);
        *late = deviations(like, peak) >= deviations_least && like[peak] >= strength_least * chance;
    }
    free(changes[0].shape);
    free(changes[1].shape);
    return status;
}
