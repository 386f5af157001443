/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/one_voice.h"

#include <math.h>
#include <stdlib.h>

/* Bands that every line carries. */
enum { BAND_FIRST = 2, BANDS = 13 };

/* Shapes of a channel from frame `first` on: of each the bands' levels over their mean, half dB. */
static void fill_shapes(const struct cqa_channel_frames *rows, size_t first, size_t count,
                        float (*shape)[BANDS])
{
    for (size_t i = 0; i < count; i++) {
        float mean = 0;
        for (int b = 0; b < BANDS; b++) {
            shape[i][b] = (float)rows->band[BAND_FIRST + b][first + i];
            mean += shape[i][b] / BANDS;
        }
        for (int b = 0; b < BANDS; b++)
            shape[i][b] -= mean;
    }
}

static void fill_means(const float (*shape)[BANDS], size_t count, float mean[BANDS])
{
    for (int b = 0; b < BANDS; b++)
        mean[b] = 0;
    for (size_t i = 0; i < count; i++)
        for (int b = 0; b < BANDS; b++)
            mean[b] += shape[i][b] / (float)count;
}

/* Correlation of two shapes as they move about their means, -1 to 1. What moves by less than the
 * half dB in which levels are kept is rounding, and says nothing: 0. */
static float likeness(const float (*left)[BANDS], const float (*right)[BANDS], size_t count)
{
    float mean[2][BANDS];
    float product = 0;
    float square[2] = {0};
    const float least = (float)(count * BANDS);

    fill_means(left, count, mean[0]);
    fill_means(right, count, mean[1]);
    for (size_t i = 0; i < count; i++)
        for (int b = 0; b < BANDS; b++) {
            const float x = left[i][b] - mean[0][b];
            const float y = right[i][b] - mean[1][b];
            product += x * y;
            square[0] += x * x;
            square[1] += y * y;
        }
    return square[0] > least && square[1] > least ? product / sqrtf(square[0] * square[1]) : 0.0f;
}

/* The channel that is softer over the frames. */
static int softer(const struct cqa_frames *frames, size_t first, size_t count)
{
    long more = 0;

    for (size_t t = first; t < first + count; t++)
        more += frames->channel[0].level[t] - frames->channel[1].level[t];
    return more > 0;
}

enum cqa_status cqa_scene_is_one_voice(const struct cqa_scene *scene, struct cqa_span span,
                                       int *out)
{
    const struct cqa_overtalk_limits *limits = &cqa_scene_limits(scene)->overtalk;
    const struct cqa_frames *frames = scene->frames;
    const size_t first = cqa_frame_at(span.start_ms);
    const size_t last = cqa_frame_at(span.end_ms);
    const size_t end = last < frames->count ? last : frames->count;
    const size_t before = first < limits->alike_lag_frames ? first : limits->alike_lag_frames;

    *out = 0;
    if (scene->mono || cqa_span_length_ms(span) < limits->alike_ms || first >= end)
        return CQA_OK;
    const size_t count = end - first;
    const int soft = softer(frames, first, count);
    float(*heard)[BANDS] = malloc(count * sizeof *heard);
    float(*said)[BANDS] = malloc((before + count) * sizeof *said);
    if (heard != NULL && said != NULL) {
        fill_shapes(&frames->channel[soft], first, count, heard);
        fill_shapes(&frames->channel[1 - soft], first - before, before + count, said);
        for (size_t lag = 0; lag <= before && !*out; lag++)
            *out =
                likeness((const float(*)[BANDS])heard, (const float(*)[BANDS])(said + before - lag),
                         count) >= limits->alike_share;
    }
    const int failed = heard == NULL || said == NULL;
    free(heard);
    free(said);
    return failed ? CQA_E_NOMEM : CQA_OK;
}
