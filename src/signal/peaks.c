#include "signal/peaks.h"

#include <math.h>
#include <string.h>
#include "signal/hot.h"

static const float bin_hz = 15.625f;
static const float faintest =
    1e-5f; /* of the loudest frame so far: what is 50 dB under it is not looked at */

/* Where between the bins a steady sine under a Hann window lies (Grandke 1983). */
static float interpolate(const float (*power)[CQA_LANES], int k, int t)
{
    const int side = power[k + 1][t] > power[k - 1][t] ? 1 : -1;
    const float ratio = sqrtf(power[k + side][t] / power[k][t]);

    return (float)k + (float)side * (2.0f * ratio - 1.0f) / (ratio + 1.0f);
}

/* Keeps the loudest where there are too many. */
static void keep(struct cqa_peaks *found, float bin, float energy)
{
    if (found->count < CQA_PEAKS_MAX) {
        found->bin[found->count] = bin;
        found->energy[found->count++] = energy;
        return;
    }
    int weakest = 0;
    for (int i = 1; i < CQA_PEAKS_MAX; i++)
        if (found->energy[i] < found->energy[weakest])
            weakest = i;
    if (energy <= found->energy[weakest])
        return;
    memmove(&found->bin[weakest], &found->bin[weakest + 1],
            (size_t)(CQA_PEAKS_MAX - 1 - weakest) * sizeof(float));
    memmove(&found->energy[weakest], &found->energy[weakest + 1],
            (size_t)(CQA_PEAKS_MAX - 1 - weakest) * sizeof(float));
    found->bin[CQA_PEAKS_MAX - 1] = bin;
    found->energy[CQA_PEAKS_MAX - 1] = energy;
}

static void collect(const struct cqa_tile_channel *channel, int t, struct cqa_peaks *found)
{
    const float(*power)[CQA_LANES] = channel->power;

    for (int at = 0; at < CQA_BINS; at += 64) {
        uint64_t word = channel->peaks[at / 32][t] | (uint64_t)channel->peaks[at / 32 + 1][t] << 32;
        for (; word != 0; word &= word - 1) {
            const int k = at + __builtin_ctzll(word);
            keep(found, interpolate(power, k, t),
                 power[k - 2][t] + power[k - 1][t] + power[k][t] + power[k + 1][t] +
                     power[k + 2][t]);
        }
    }
}

static void two_strongest(const struct cqa_peaks *found, float total, struct cqa_peak_facts *facts)
{
    int best = -1;
    int second = -1;

    for (int i = 0; i < found->count; i++) {
        if (best < 0 || found->energy[i] > found->energy[best]) {
            second = best;
            best = i;
        } else if (second < 0 || found->energy[i] > found->energy[second]) {
            second = i;
        }
    }
    if (best >= 0) {
        facts->share[0] = cqa_min(1.0f, found->energy[best] / total);
        facts->hz[0] = found->bin[best] * bin_hz;
    }
    if (second >= 0) {
        facts->share[1] = cqa_min(1.0f, found->energy[second] / total);
        facts->hz[1] = found->bin[second] * bin_hz;
    }
}

static void follow(const struct cqa_peaks *last, struct cqa_peaks *found, float total,
                   struct cqa_peak_facts *facts)
{
    float steady_energy = 0;
    int before = 0;

    *facts = (struct cqa_peak_facts){0};
    for (int i = 0; i < found->count; i++) {
        while (before < last->count && last->bin[before] < found->bin[i] - 0.3f)
            before++;
        const int stays = before < last->count && last->bin[before] <= found->bin[i] + 0.3f;
        found->age[i] = stays ? last->age[before] + 1 : 0;
        const float weight = cqa_min(1.0f, cqa_max(0.0f, ((float)found->age[i] - 1.5f) / 4.0f));
        steady_energy += weight * found->energy[i];
        facts->steady += weight;
    }
    if (found->count > 0) {
        facts->tonality = cqa_min(1.0f, steady_energy / total);
        two_strongest(found, total, facts);
    }
}

void cqa_peaks_follow(const struct cqa_tile_channel *channel, struct cqa_peak_memory *memory,
                      struct cqa_peak_facts facts[CQA_LANES])
{
    for (int t = 0; t < CQA_LANES; t++) {
        const float total = channel->level[CQA_TILE_LEVEL][t];
        const struct cqa_peaks *last = &memory->frame[memory->latest];
        struct cqa_peaks *found = &memory->frame[1 - memory->latest];
        found->count = 0;
        memory->loudest = cqa_max(memory->loudest, total);
        if (total > faintest * memory->loudest + 1e-9f)
            collect(channel, t, found);
        follow(last, found, total, &facts[t]);
        memory->latest = 1 - memory->latest;
    }
}
