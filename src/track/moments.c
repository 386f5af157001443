/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/moments.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include "signal/hot.h"

enum { HOP = CQA_MOMENT_HOP, PER_CHUNK = CQA_CHUNK / HOP, PER_TILE = CQA_TILE / HOP };
_Static_assert(PER_CHUNK % CQA_TILE == 0, "a chunk's moments fill tiles");

static const float scale = 4096.0f;

/* Inputs of the classifier that are kept, one after the other: their means, or means and spreads.
 */
static const struct part {
    int first;
    int last;
    int spread;
} parts[] = {
    {CQA_INPUT_BANDS, CQA_INPUT_OVER_FLOOR, 1},
    {CQA_INPUT_OVER_FLOOR, CQA_INPUT_OVER_QUIET, 0},
    {CQA_INPUT_NOW, CQA_INPUT_LEAK, 1},
    {CQA_INPUT_LEAK, CQA_INPUT_AROUND, 0},
};

enum cqa_status cqa_moments_init(struct cqa_moments *moments, size_t frames, int channels)
{
    const size_t chunks = (frames + CQA_CHUNK - 1) / CQA_CHUNK;

    *moments =
        (struct cqa_moments){.count = (frames + HOP - 1) / HOP, .stride = chunks * PER_CHUNK};
    for (int c = 0; c < channels; c++) {
        moments->rows[c] = calloc(CQA_MOMENT_ROWS * moments->stride + 1, sizeof **moments->rows);
        if (moments->rows[c] == NULL)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

void cqa_moments_finish(struct cqa_moments *moments)
{
    free(moments->rows[0]);
    free(moments->rows[1]);
    *moments = (struct cqa_moments){0};
}

static int16_t kept(float value)
{
    return (int16_t)lrintf(cqa_clamp(value * scale, -32768.0f, 32767.0f));
}

/* One input of the frames of a chunk, from its first tile on, to means and spreads of moments. */
CQA_HOT static void take_input(const float *input, int16_t *mean, int16_t *spread)
{
    for (int tile = 0; tile < CQA_CHUNK / CQA_TILE; tile++, input += CQA_INPUTS * CQA_TILE)
        for (int m = 0; m < PER_TILE; m++) {
            float sum = 0;
            float square = 0;
            for (int t = m * HOP; t < (m + 1) * HOP; t++) {
                sum += input[t];
                square += input[t] * input[t];
            }
            const float middle = sum * (1.0f / HOP);
            mean[tile * PER_TILE + m] = kept(middle);
            if (spread != NULL)
                spread[tile * PER_TILE + m] =
                    kept(sqrtf(cqa_max(0.0f, square * (1.0f / HOP) - middle * middle)));
        }
}

void cqa_moments_take(struct cqa_moments *moments, int channel, size_t start, const float *inputs)
{
    assert(start % CQA_CHUNK == 0 && start / HOP < moments->stride);
    int16_t *out = moments->rows[channel] + start / HOP;
    int row = 0;

    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
        const int width = parts[p].last - parts[p].first;
        for (int i = 0; i < width; i++) {
            int16_t *mean = out + (size_t)(row + i) * moments->stride;
            take_input(inputs + (ptrdiff_t)(parts[p].first + i) * CQA_TILE, mean,
                       parts[p].spread ? mean + (size_t)width * moments->stride : NULL);
        }
        row += parts[p].spread ? 2 * width : width;
    }
    assert(row == CQA_MOMENT_ROWS);
}

void cqa_moments_tile(const struct cqa_moments *moments, int channel, int row, size_t start,
                      float *out)
{
    const int16_t *in = moments->rows[channel] + (size_t)row * moments->stride + start;

    for (int t = 0; t < CQA_TILE; t++)
        out[t] = (float)in[t] * (1.0f / scale);
}
