/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/peaks.h"

#include <math.h>
#include "signal/hot.h"

#define CQA_WIDTH CQA_WIDTH_PLAIN
#define CQA_PEAKS_CHOOSE cqa_peaks_choose_plain
#include "signal/peaks_kernel.h"

static const float bin_hz = 15.625f;
static const float faintest =
    1e-5f; /* of the loudest frame so far: what is 50 dB under it is not looked at */

void cqa_peak_memory_init(struct cqa_peak_memory *memory)
{
    *memory = (struct cqa_peak_memory){.choose = cqa_peaks_choose_plain};
#ifdef CQA_WIDER
    if (__builtin_cpu_supports("x86-64-v4"))
        memory->choose = cqa_peaks_choose_avx512;
    else if (__builtin_cpu_supports("x86-64-v3"))
        memory->choose = cqa_peaks_choose_avx2;
#endif
}

static void collect(const struct cqa_tile_channel *channel, int t, struct cqa_candidates *found)
{
    const float(*power)[CQA_LANES] = channel->power;
    int count = 0;

    for (int at = 0; at < CQA_BINS; at += 64) {
        uint64_t word = channel->peaks[at / 32][t] | (uint64_t)channel->peaks[at / 32 + 1][t] << 32;
        for (; word != 0; word &= word - 1) {
            const int k = at + __builtin_ctzll(word);
            found->bin[count] = k;
            found->energy[count++] =
                power[k - 2][t] + power[k - 1][t] + power[k][t] + power[k + 1][t] + power[k + 2][t];
        }
    }
    found->count = count;
}

static void sum_up(const struct cqa_peak_list *peaks, float total, struct cqa_peak_facts *facts)
{
    float steady_energy = 0;

    for (int i = 0; i < peaks->count; i++) {
        const float weight = cqa_min(1.0f, cqa_max(0.0f, ((float)peaks->age[i] - 1.5f) / 4.0f));
        steady_energy += weight * peaks->energy[i];
        facts->steady += weight;
    }
    if (peaks->count > 0)
        facts->tonality = cqa_min(1.0f, steady_energy / total);
    for (int i = 0; i < 2 && i < peaks->count; i++) {
        facts->share[i] = cqa_min(1.0f, peaks->energy[peaks->strongest[i]] / total);
        facts->hz[i] = peaks->bin[peaks->strongest[i]] * bin_hz;
    }
}

void cqa_peaks_follow(const struct cqa_tile_channel *channel, struct cqa_peak_memory *memory,
                      struct cqa_peak_facts facts[CQA_LANES])
{
    struct cqa_candidates found;

    for (int t = 0; t < CQA_LANES; t++) {
        const float total = channel->level[CQA_TILE_LEVEL][t];
        const struct cqa_peak_list *last = &memory->frame[memory->latest];
        struct cqa_peak_list *kept = &memory->frame[1 - memory->latest];
        facts[t] = (struct cqa_peak_facts){0};
        kept->count = 0;
        memory->loudest = cqa_max(memory->loudest, total);
        if (total > faintest * memory->loudest + 1e-9f) {
            collect(channel, t, &found);
            memory->choose(&found, &channel->power[0][t], last, kept);
            sum_up(kept, total, &facts[t]);
        }
        memory->latest = 1 - memory->latest;
    }
}
