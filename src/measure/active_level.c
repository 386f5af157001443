/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/active_level.h"

#include <math.h>
#include "signal/frames.h"

enum { HANGOVER = 25 /* pieces: 0.2 s */ };

static const double margin_db = 15.9;
static const float fading = 0.76593f; /* e to the power of -8 ms / 30 ms */
/* Mean size of speech over its root mean square, within 8 ms: 0.75 to 0.85 give the same level to
 * 0.05 dB. */
static const double size_of_rms = 0.8;

void cqa_active_level_init(struct cqa_active_level *meter, double offset)
{
    *meter = (struct cqa_active_level){0};
    for (int j = 0; j < CQA_ACTIVE_STEPS; j++)
        meter->since[j] = HANGOVER + 1;
    for (int level = 1; level < 256; level++) { /* 0 may be no signal at all */
        const double power =
            pow(10.0, (double)cqa_level_dbfs((uint8_t)level) / 10.0) - offset * offset;
        meter->power[level] = (float)fmax(0.0, power);
        meter->size[level] = (float)(size_of_rms * sqrt(fmax(0.0, power)));
    }
}

void cqa_active_level_add(struct cqa_active_level *meter, uint8_t level)
{
    float threshold = 1.0f;

    meter->square += (double)meter->power[level];
    meter->envelope[0] = fading * meter->envelope[0] + (1.0f - fading) * meter->size[level];
    meter->envelope[1] = fading * meter->envelope[1] + (1.0f - fading) * meter->envelope[0];
    meter->pieces++;
    for (int j = 0; j < CQA_ACTIVE_STEPS; j++) {
        threshold *= 0.5f;
        meter->since[j] = meter->envelope[1] >= threshold ? 0 : meter->since[j] + 1;
        meter->active[j] += meter->since[j] <= HANGOVER;
    }
}

/* The level over the time active at each threshold, from the lowest on, rises slower than the
 * threshold: between the two steps where it comes within the margin it is interpolated. */
double cqa_active_level_dbfs(const struct cqa_active_level *meter)
{
    double level_before = 0;
    double over_before = INFINITY;

    for (int j = CQA_ACTIVE_STEPS - 1; j >= 0 && meter->active[j] > 0; j--) {
        const double level = 10.0 * log10(meter->square / meter->active[j]);
        const double over = level - 20.0 * log10(ldexp(1.0, -(j + 1)));
        if (over <= margin_db)
            return isinf(over_before)
                       ? level
                       : level_before + (level - level_before) * (over_before - margin_db) /
                                            (over_before - over);
        level_before = level;
        over_before = over;
    }
    return (double)NAN;
}
