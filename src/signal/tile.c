/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/tile.h"

#include <math.h>

#define CQA_WIDTH CQA_WIDTH_PLAIN
#define CQA_TILE_MEASURE cqa_tile_measure_plain
#include "signal/tile_kernel.h"

typedef float four_floats __attribute__((vector_size(16), aligned(4), may_alias));

static void turn(float out[2], int numerator, int period)
{
    out[0] = (float)cos(2.0 * M_PI * numerator / period);
    out[1] = (float)-sin(2.0 * M_PI * numerator / period);
}

static void fill_transform(struct cqa_transform *transform)
{
    for (int i = 0; i < CQA_WINDOW; i++)
        transform->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / CQA_WINDOW));
    for (int a = 1; a < 8; a++) {
        for (int j = 0; j < EIGHTH; j++)
            turn(transform->turn512[j][a - 1], j * a, CQA_WINDOW);
        for (int j = 0; j < 8; j++)
            turn(transform->turn64[j][a - 1], j * a, 64);
    }
    for (int k = 0; k <= CQA_COSINES / 2; k++)
        turn(transform->turn128[k], k, CQA_COSINES);
    for (int j = 0; j < CQA_COSINES / 2; j++) {
        transform->cosine[j] = (float)cos(M_PI * j / CQA_COSINES);
        transform->sine[j] = (float)sin(M_PI * j / CQA_COSINES);
    }
}

static void fill_lag_scale(struct cqa_tile *tile)
{
    const float *window = tile->transform.window;
    double zero = 0;

    for (int lag = 0; lag <= CQA_LAG_MAX; lag++) {
        double sum = 0;
        for (int i = 0; i + lag < CQA_WINDOW; i++)
            sum += (double)window[i] * (double)window[i + lag];
        const double halving = cos(M_PI * lag / CQA_WINDOW);
        sum *= halving * halving;
        zero = lag == 0 ? sum : zero;
        if (lag >= CQA_LAG_MIN)
            tile->lag_scale[lag - CQA_LAG_MIN] = (float)(zero / sum);
    }
}

void cqa_tile_init(struct cqa_tile *tile)
{
    fill_transform(&tile->transform);
    fill_lag_scale(tile);
    for (int b = 0; b <= CQA_BANDS; b++)
        tile->band_first[b] = (int)lround(cqa_band_edges_hz[b] * CQA_WINDOW / 8000.0);
    tile->measure = cqa_tile_measure_plain;
#ifdef CQA_WIDER
    if (__builtin_cpu_supports("x86-64-v4"))
        tile->measure = cqa_tile_measure_avx512;
    else if (__builtin_cpu_supports("x86-64-v3"))
        tile->measure = cqa_tile_measure_avx2;
#endif
}

/* Two samples of both channels of four hops, to where hops stand side by side. */
CQA_INLINE void turn_over(const float *pairs, struct cqa_hops *hops, int i, int lane)
{
    const four_floats a = *(const four_floats *)(pairs);
    const four_floats b = *(const four_floats *)(pairs + (ptrdiff_t)2 * CQA_HOP);
    const four_floats c = *(const four_floats *)(pairs + (ptrdiff_t)4 * CQA_HOP);
    const four_floats d = *(const four_floats *)(pairs + (ptrdiff_t)6 * CQA_HOP);
    const four_floats ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const four_floats ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const four_floats cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const four_floats cd1 = __builtin_shufflevector(c, d, 2, 6, 3, 7);

    *(four_floats *)&hops->sample[0][i][lane] = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
    *(four_floats *)&hops->sample[1][i][lane] = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
    *(four_floats *)&hops->sample[0][i + 1][lane] = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
    *(four_floats *)&hops->sample[1][i + 1][lane] = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
}

static void fill_hops(const float *pairs, struct cqa_hops *hops)
{
    const float *last = pairs + (ptrdiff_t)2 * CQA_LANES * CQA_HOP;

    for (int i = 0; i < CQA_HOP; i += 2)
        for (int lane = 0; lane < CQA_LANES; lane += 4)
            turn_over(pairs + 2 * (lane * CQA_HOP + i), hops, i, lane);
    for (int i = 0; i < CQA_HOP; i++)
        for (int c = 0; c < 2; c++)
            hops->sample[c][i][CQA_LANES] = last[2 * i + c];
}

void cqa_tile_measure(struct cqa_tile *tile, const float *pairs)
{
    fill_hops(pairs, &tile->hops);
    tile->measure(tile);
}
