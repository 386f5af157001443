/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Choosing peaks, on registers of CQA_WIDTH lanes. Included once for each width, by a file that
 * names the function. Every loop runs the same way whatever the peaks are: a branch on which of
 * them is stronger is guessed wrongly half the time, and costs more than comparing all with all.
 */
#include <math.h>
#include "signal/peaks.h"

/* In a register; and in memory, where it may lie anywhere. As a parameter the loose type stops GCC
 * 14 on arm64 (internal compiler error). */
typedef float lanes __attribute__((vector_size(4 * CQA_WIDTH), may_alias));
typedef float loose_lanes __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));
typedef int32_t bits __attribute__((vector_size(4 * CQA_WIDTH), may_alias));
typedef int32_t loose_bits __attribute__((vector_size(4 * CQA_WIDTH), aligned(4), may_alias));

static const int32_t whole_numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const float stays_within = 0.3f; /* bins */

/* How many are stronger than each of a register's peaks; of equals the lower in frequency comes
 * first. */
CQA_INLINE bits rank_of(const float *energy, int count, int first)
{
    const lanes own = *(const loose_lanes *)(energy + first);
    const int inside = first + CQA_WIDTH < count ? first + CQA_WIDTH : count;
    const bits index = *(const loose_bits *)whole_numbers + first;
    bits rank = {0};

    for (int j = 0; j < first; j++)
        rank -= energy[j] >= own;
    for (int j = first; j < inside; j++)
        rank -= (energy[j] > own) | ((energy[j] == own) & (index > j));
    for (int j = inside; j < count; j++)
        rank -= energy[j] > own;
    return rank;
}

/* Where between the bins a steady sine under a Hann window lies (Grandke 1983). */
CQA_INLINE void interpolate(const int *bin, const float *power, struct cqa_peak_list *kept)
{
    float at[CQA_PEAKS_ROOM];
    float left[CQA_PEAKS_ROOM] = {0};
    float right[CQA_PEAKS_ROOM] = {0};

    for (int i = 0; i < CQA_PEAKS_ROOM; i++)
        at[i] = 1.0f;
    for (int i = 0; i < kept->count; i++) {
        const float *place = power + (ptrdiff_t)bin[i] * CQA_LANES;
        left[i] = place[-CQA_LANES];
        at[i] = place[0];
        right[i] = place[CQA_LANES];
    }
    for (int i = 0; i < CQA_PEAKS_ROOM; i++) {
        const float side = right[i] > left[i] ? 1.0f : -1.0f;
        const float ratio = sqrtf(cqa_max(right[i], left[i]) / at[i]);
        kept->bin[i] = (float)bin[i] + side * (2.0f * ratio - 1.0f) / (ratio + 1.0f);
    }
}

/* The strongest stay in the order of their frequency. One place is written beyond them. */
CQA_INLINE int keep(const struct cqa_candidates *found, int *bin, struct cqa_peak_list *kept)
{
    int count = 0;

    for (int i = 0; i < found->count; i++) {
        const int rank = found->rank[i];
        bin[count] = found->bin[i];
        kept->energy[count] = found->energy[i];
        kept->strongest[0] = rank == 0 ? count : kept->strongest[0];
        kept->strongest[1] = rank == 1 ? count : kept->strongest[1];
        count += rank < CQA_PEAKS_MAX;
    }
    return count;
}

/* The lowest of the last frame's peaks that is near enough is the same. */
CQA_INLINE void find_ages(const struct cqa_peak_list *last, struct cqa_peak_list *kept)
{
    for (int i = 0; i < CQA_PEAKS_ROOM; i += CQA_WIDTH) {
        const lanes least = *(const loose_lanes *)&kept->bin[i] - stays_within;
        const lanes most = *(const loose_lanes *)&kept->bin[i] + stays_within;
        bits age = {0};
        for (int j = last->count - 1; j >= 0; j--) {
            const bits stays = (last->bin[j] >= least) & (last->bin[j] <= most);
            age = (stays & (last->age[j] + 1)) | (~stays & age);
        }
        *(loose_bits *)&kept->age[i] = age;
    }
}

void CQA_PEAKS_CHOOSE(struct cqa_candidates *found, const float *power,
                      const struct cqa_peak_list *last, struct cqa_peak_list *kept)
{
    int bin[CQA_PEAKS_ROOM] = {0};

    for (int i = 0; i < found->count; i += CQA_WIDTH)
        *(loose_bits *)&found->rank[i] = rank_of(found->energy, found->count, i);
    kept->count = keep(found, bin, kept);
    interpolate(bin, power, kept);
    find_ages(last, kept);
}
