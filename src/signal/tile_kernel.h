/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arithmetic of tile.h, on registers of CQA_WIDTH lanes. Included once for each width, by a
 * file that names the function.
 */
#if CQA_WIDTH > 4
#include <immintrin.h>
#endif
#include "signal/tile.h"

/* In a register; and in memory, where it may lie anywhere. As a parameter the loose type stops GCC
 * 14 on arm64 (internal compiler error). */
typedef float lanes __attribute__((vector_size(4 * CQA_WIDTH), may_alias));
typedef float loose_lanes __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(4 * CQA_WIDTH), may_alias));
typedef int32_t loose_bits __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));

#define AT(place) (*(loose_lanes *)(place))
#define FROM(place) (*(const loose_lanes *)(place))
#define CHOOSE(mask, x, y) ((lanes)(((mask) & (bits)(x)) | (~(mask) & (bits)(y))))

CQA_INLINE lanes all(float x)
{
    return (lanes){0} + x;
}

/* The larger of each. Of a choice the compiler does not see that one instruction makes it. */
CQA_INLINE lanes larger(lanes x, lanes y)
{
#if CQA_WIDTH == 16
    return (lanes)_mm512_max_ps((__m512)x, (__m512)y);
#elif CQA_WIDTH == 8
    return (lanes)_mm256_max_ps((__m256)x, (__m256)y);
#else
    return CHOOSE(x > y, x, y);
#endif
}

#include "signal/transform_kernel.h"

enum {
    HARMONIC_FIRST = 3,
    HARMONIC_LAST = 109
}; /* halved bins 6..218: what harmonicity looks at */

static const float least_harmonic = 0.3f;

/* ---- the samples themselves */

/*
 * A sample is at the codec's idle value when it repeats the one before within 8 steps of 16 bits
 * (A-law's smallest is 8), and on a flat top when it repeats a large one or is at full scale (A-law
 * ends at 0.984, mu-law at 0.980). The frame's own hop is the middle of its window.
 */
CQA_INLINE void sum_hop(const struct cqa_hops *hops, int c, int lane, struct cqa_tile_channel *out)
{
    const float(*sample)[CQA_HOPS_ROW] = hops->sample[c];
    lanes before = FROM(&sample[CQA_HOP / 2 - 1][lane]);
    lanes crest = {0};
    bits zero = {0};
    bits flat = {0};

    for (int s = 0; s < CQA_SUBFRAMES; s++) {
        const int first = CQA_HOP / 2 + s * CQA_HOP / CQA_SUBFRAMES;
        const int second = first >= CQA_HOP;
        lanes energy = {0};
        for (int i = 0; i < CQA_HOP / CQA_SUBFRAMES; i++) {
            const lanes x = FROM(&sample[first % CQA_HOP + i][lane + second]);
            const lanes size = (lanes)((bits)x & 0x7FFFFFFF);
            const bits same = x == before;
            energy += x * x;
            zero -= size < CHOOSE(same, all(8.5f / 32768.0f), all(2e-5f));
            flat -= size > CHOOSE(same, all(0.3f), all(0.975f));
            crest = larger(size, crest);
            before = x;
        }
        AT(&out->level[CQA_TILE_SUB + s][lane]) = energy * (1.0f * CQA_SUBFRAMES / CQA_HOP);
    }
    AT(&out->level[CQA_TILE_CREST][lane]) = crest * crest;
    AT(&out->share[CQA_TILE_ZERO][lane]) =
        __builtin_convertvector(zero, lanes) * (255.0f / CQA_HOP);
    AT(&out->share[CQA_TILE_FLAT][lane]) = __builtin_convertvector(flat, lanes);
}

/* ---- the spectrum */

CQA_INLINE void sum_bins(struct cqa_tile_channel *channel, const int *band_first, int lane)
{
    lanes total = {0};
    lanes ring = {0};

    for (int b = 0; b < CQA_BANDS; b++) {
        lanes sum = {0};
        for (int k = band_first[b]; k < band_first[b + 1]; k++)
            sum += FROM(&channel->power[k][lane]);
        AT(&channel->level[b][lane]) = sum;
        total += sum;
    }
    for (int k = 24; k < 33; k++)
        ring += FROM(&channel->power[k][lane]);
    AT(&channel->level[CQA_TILE_LEVEL][lane]) = total;
    AT(&channel->share[CQA_TILE_RING][lane]) = 255.0f * ring / (total + 1e-12f);
}

/* As cqa_fast_log2. */
CQA_INLINE lanes log2_of(lanes x)
{
    const bits exponent = ((bits)x >> 23) - 127;
    const lanes m = (lanes)(((bits)x & 0x007FFFFF) | 0x3F800000);

    return __builtin_convertvector(exponent, lanes) +
           (m - 1.0f) * (1.0f + (m - 2.0f) * (0.15921951f * m - 0.58208445f));
}

/* Geometric over arithmetic mean of bins 6..218, dB: one logarithm for two bins. */
CQA_INLINE void measure_flatness(struct cqa_tile_channel *channel, int lane)
{
    lanes logs = log2_of(FROM(&channel->power[218][lane]) + 1e-14f);
    lanes sum = FROM(&channel->power[218][lane]) + 1e-14f;

    for (int k = 6; k < 218; k += 2) {
        const lanes x = FROM(&channel->power[k][lane]) + 1e-14f;
        const lanes y = FROM(&channel->power[k + 1][lane]) + 1e-14f;
        logs += log2_of(x * y);
        sum += x + y;
    }
    AT(&channel->share[CQA_TILE_FLATNESS][lane]) =
        255.0f + 8.0f * 3.0103f * (logs * (1.0f / 213.0f) - log2_of(sum * (1.0f / 213.0f)));
}

/* Bins above both neighbours, three times what lies outside a Hann main lobe, and not too faint. */
CQA_INLINE void mark_peaks(struct cqa_tile_channel *channel, int lane)
{
    const float(*power)[CQA_LANES] = channel->power;
    const lanes least = 3e-3f * FROM(&channel->level[CQA_TILE_LEVEL][lane]);

    for (int word = 0; word < CQA_BINS / 32; word++) {
        const int first = word == 0 ? 5 : 32 * word;
        const int last = word == CQA_BINS / 32 - 1 ? 250 : 32 * word + 32;
        bits marks = {0};
        for (int k = first; k < last; k++) {
            const lanes p = FROM(&power[k][lane]);
            const lanes around = larger(FROM(&power[k - 3][lane]), FROM(&power[k + 3][lane]));
            const bits stands = (p > FROM(&power[k - 1][lane])) & (p >= FROM(&power[k + 1][lane])) &
                                (p > larger(3.0f * around, least));
            marks |= stands & (int32_t)(1u << k % 32);
        }
        *(loose_bits *)&channel->peaks[word][lane] = marks;
    }
}

/* ---- harmonicity: the compressed spectrum goes back to lags */

/* x to the power of 0.35, to some per cent: the exponent bits scaled as a number. */
CQA_INLINE lanes rough_pow35(lanes x)
{
    const lanes scaled = 0.35f * __builtin_convertvector((bits)x - 0x3F800000, lanes);

    return (lanes)(__builtin_convertvector(scaled, bits) + 0x3F800000);
}

CQA_INLINE void compress(struct cqa_tile_channel *channel, int lane)
{
    lanes left = rough_pow35(FROM(&channel->power[2 * HARMONIC_FIRST - 1][lane]) + 1e-14f);

    for (int h = HARMONIC_FIRST; h < HARMONIC_LAST; h++) {
        const lanes middle = rough_pow35(FROM(&channel->power[2 * h][lane]) + 1e-14f);
        const lanes right = rough_pow35(FROM(&channel->power[2 * h + 1][lane]) + 1e-14f);
        AT(&channel->coefficients[h][lane]) = left + 2.0f * middle + right;
        left = right;
    }
}

/* The largest lag value and where it is; 0 where it is too small to mean a pitch. */
CQA_INLINE void best_lag(struct cqa_tile_channel *channel, const float *lag_scale, int lane)
{
    const lanes zero = FROM(&channel->lags[0][lane]);
    lanes best = {0};
    lanes where = {0};

    for (int lag = CQA_LAG_MIN; lag <= CQA_LAG_MAX; lag++) {
        const lanes x = lag_scale[lag - CQA_LAG_MIN] * FROM(&channel->lags[lag][lane]);
        const bits more = x > best;
        best = larger(x, best);
        where = CHOOSE(more, all((float)lag), where);
    }
    AT(&channel->share[CQA_TILE_LAG][lane]) =
        (lanes)((best >= least_harmonic * zero) & (bits)where);
    AT(&channel->share[CQA_TILE_HARMONICITY][lane]) =
        (lanes)((zero > 0.0f) & (bits)(255.0f * best / zero));
}

void CQA_TILE_MEASURE(struct cqa_tile *tile)
{
    for (int lane = 0; lane < CQA_LANES; lane += CQA_WIDTH) {
        to_powers(tile, lane);
        for (int c = 0; c < 2; c++) {
            sum_hop(&tile->hops, c, lane, &tile->channel[c]);
            sum_bins(&tile->channel[c], tile->band_first, lane);
            measure_flatness(&tile->channel[c], lane);
            mark_peaks(&tile->channel[c], lane);
            compress(&tile->channel[c], lane);
        }
        to_lags(tile, lane);
        for (int c = 0; c < 2; c++)
            best_lag(&tile->channel[c], tile->lag_scale, lane);
    }
}
