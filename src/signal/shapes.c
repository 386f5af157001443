/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/shapes.h"

#include <math.h>
#include <stdlib.h>
#include "signal/hot.h"

enum {
    HOP = CQA_SHAPES_MS / CQA_FRAME_MS, /* frames to a moment */
    FIRST_BAND = 3,                     /* what every line carries */
    BESIDE = 2,                         /* moments that belong to the peak */
    SCALE = 100,                        /* of a shape that changes, as bytes */
    PRODUCTS = 4096,                    /* summed at a time */
};

static const float change_least = 8.0f; /* dB, root of the sum of squares: what changes clearly */
static const float deviations_least = 14.0f;
static const float strength_least = 8.0f; /* the peak over what chance makes of as many moments */

static void mean_shape(const struct cqa_channel_frames *rows, size_t moment,
                       float shape[CQA_SHAPES_BANDS])
{
    float mean = 0;

    for (int b = 0; b < CQA_SHAPES_BANDS; b++) {
        const uint8_t *band = rows->band[FIRST_BAND + b] + moment * HOP;
        shape[b] = 0.5f / HOP * (float)(band[0] + band[1] + band[2] + band[3]);
        mean += shape[b] / CQA_SHAPES_BANDS;
    }
    for (int b = 0; b < CQA_SHAPES_BANDS; b++)
        shape[b] -= mean;
}

static void add_change(const float before[CQA_SHAPES_BANDS], const float now[CQA_SHAPES_BANDS],
                       int8_t out[CQA_SHAPES_BANDS], size_t *clear)
{
    float square = 0;

    for (int b = 0; b < CQA_SHAPES_BANDS; b++)
        square += (now[b] - before[b]) * (now[b] - before[b]);
    const float size = sqrtf(square);
    *clear += size >= change_least;
    for (int b = 0; b < CQA_SHAPES_BANDS; b++)
        out[b] = (int8_t)(size >= change_least ? SCALE * (now[b] - before[b]) / size : 0.0f);
}

enum cqa_status cqa_shapes_find(const struct cqa_frames *frames, int c, struct cqa_shapes *out)
{
    float shape[2][CQA_SHAPES_BANDS];

    *out = (struct cqa_shapes){.count = frames->count / HOP};
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

/* Of at most PRODUCTS, which 32 bits hold: no product is over SCALE * SCALE. */
CQA_HOT static int sum_products(const int8_t *restrict a, const int8_t *restrict b, size_t count)
{
    int sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* How alike the changes are where `right` comes `lag` moments later than `left`, summed. Moments
 * lie one behind the other, so it is one sum over all of their numbers. */
static float likeness(const struct cqa_shapes *left, const struct cqa_shapes *right, int lag)
{
    const size_t first = lag < 0 ? (size_t)-lag : 0;
    const size_t later = lag > 0 ? (size_t)lag : 0;
    long sum = 0;

    if (first + later >= left->count)
        return 0;
    const int8_t *a = left->shape[first];
    const int8_t *b = right->shape[later];
    size_t count = (left->count - first - later) * CQA_SHAPES_BANDS;
    while (count > 0) {
        const size_t now = count < PRODUCTS ? count : PRODUCTS;
        sum += sum_products(a, b, now);
        a += now;
        b += now;
        count -= now;
    }
    return (float)sum / (SCALE * SCALE);
}

/* How far the peak stands out of the other lags, in their standard deviations. */
static float deviations(int lags, const float *like, int peak)
{
    float sum = 0;
    float square = 0;
    float count = 0;

    for (int i = 0; i <= 2 * lags; i++) {
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

void cqa_shapes_compare(const struct cqa_shapes *left, const struct cqa_shapes *right, int lags,
                        float *like)
{
    for (int lag = -lags; lag <= lags; lag++)
        like[lags + lag] = likeness(left, right, lag);
}

int cqa_shapes_stand_out(const struct cqa_shapes *left, const struct cqa_shapes *right, int lags,
                         const float *like, int peak)
{
    const float chance = sqrtf((float)left->clear * (float)right->clear / (float)left->count);

    return deviations(lags, like, peak) >= deviations_least &&
           like[peak] >= strength_least * chance;
}
