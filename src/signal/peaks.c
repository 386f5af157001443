#include "signal/peaks.h"

#include <endian.h>
#include <math.h>
#include <string.h>
#include "signal/hot.h"

enum { FIRST_BIN = 5, LAST_BIN = 250 };

static const float bin_hz = 15.625f;
static const float faintest =
    1e-5f; /* of the loudest frame so far: what is 50 dB under it is not looked at */

struct found {
    int count;
    float bin[CQA_PEAKS_MAX];
    float energy[CQA_PEAKS_MAX];
};

/* Marks bins that stand out: above both neighbours, and three times what lies outside a Hann main
 * lobe. */
CQA_HOT static void mark(const float *power, uint8_t *marks)
{
    for (int i = FIRST_BIN * CQA_LANES; i < LAST_BIN * CQA_LANES; i++) {
        const float p = power[i];
        marks[i] = (uint8_t)((p > power[i - CQA_LANES]) & (p >= power[i + CQA_LANES]) &
                             (p > 3.0f * power[i - 3 * CQA_LANES]) &
                             (p > 3.0f * power[i + 3 * CQA_LANES]));
    }
}

/* Where between the bins a steady sine under a Hann window lies (Grandke 1983). */
static float interpolate(const float (*power)[CQA_LANES], int k, int t)
{
    const int side = power[k + 1][t] > power[k - 1][t] ? 1 : -1;
    const float ratio = sqrtf(power[k + side][t] / power[k][t]);

    return (float)k + (float)side * (2.0f * ratio - 1.0f) / (ratio + 1.0f);
}

/* Keeps the loudest where there are too many. */
static void keep(struct found *found, float bin, float energy)
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

/* The peaks of each frame that are above `least`. */
static void collect(const float (*power)[CQA_LANES], const float *least, struct found *found)
{
    _Alignas(64) uint8_t marks[CQA_BINS][CQA_LANES];

    mark(power[0], marks[0]);
    for (int k = FIRST_BIN; k < LAST_BIN; k++)
        for (int first = 0; first < CQA_LANES; first += 8) {
            uint64_t word;
            memcpy(&word, marks[k] + first, sizeof word);
            for (word = le64toh(word); word != 0; word &= word - 1) {
                const int t = first + __builtin_ctzll(word) / 8;
                if (power[k][t] > least[t])
                    keep(&found[t], interpolate(power, k, t),
                         power[k - 2][t] + power[k - 1][t] + power[k][t] + power[k + 1][t] +
                             power[k + 2][t]);
            }
        }
}

static void two_strongest(const struct found *found, float total, struct cqa_peak_facts *facts)
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

static void follow(const struct found *found, float total, struct cqa_peak_memory *memory,
                   struct cqa_peak_facts *facts)
{
    struct cqa_peak_memory next = {.loudest = memory->loudest, .count = found->count};
    float steady_energy = 0;
    int before = 0;

    *facts = (struct cqa_peak_facts){0};
    for (int i = 0; i < found->count; i++) {
        while (before < memory->count && memory->bin[before] < found->bin[i] - 0.3f)
            before++;
        const int stays = before < memory->count && memory->bin[before] <= found->bin[i] + 0.3f;
        next.bin[i] = found->bin[i];
        next.age[i] = stays ? memory->age[before] + 1 : 0;
        const float weight = cqa_min(1.0f, cqa_max(0.0f, ((float)next.age[i] - 1.5f) / 4.0f));
        steady_energy += weight * found->energy[i];
        facts->steady += weight;
    }
    *memory = next;
    if (found->count > 0) {
        facts->tonality = cqa_min(1.0f, steady_energy / total);
        two_strongest(found, total, facts);
    }
}

void cqa_peaks_follow(const struct cqa_tile_channel *channel, struct cqa_peak_memory *memory,
                      struct cqa_peak_facts facts[CQA_LANES])
{
    const float *total = channel->level[CQA_TILE_LEVEL];
    struct found found[CQA_LANES];
    float least[CQA_LANES];

    for (int t = 0; t < CQA_LANES; t++) {
        found[t].count = 0;
        memory->loudest = cqa_max(memory->loudest, total[t]);
        least[t] =
            total[t] > faintest * memory->loudest + 1e-9f ? total[t] * 3e-3f : (float)INFINITY;
    }
    collect(channel->power, least, found);
    for (int t = 0; t < CQA_LANES; t++)
        follow(&found[t], total[t], memory, &facts[t]);
}
