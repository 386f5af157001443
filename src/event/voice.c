/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/voice.h"
#include "signal/levels.h"

#include <math.h>

enum {
    LOUD = 40,        /* half dB under its loudest frames: what still tells the colour */
    VOICED = 130,     /* of 255, harmonicity */
    VOICED_LEAST = 5, /* frames that tell a pitch */
    FIRST_BAND = 1,   /* what telephone lines let through */
    LAST_BAND = 15,
    LAGS = CQA_LAG_MAX + 1,
};

static const float pitch_scale = 4.0f; /* semitones to one */
static const float pitch_unknown = 0.75f;
static const float level_scale = 5.0f;  /* dB */
static const float colour_scale = 3.0f; /* dB, root of the mean square over bands */

static float pitch_of(const unsigned lags[LAGS], unsigned voiced)
{
    unsigned seen = 0;
    int lag = CQA_LAG_MIN;

    if (voiced < VOICED_LEAST)
        return NAN;
    while (lag < LAGS - 1 && 2 * (seen += lags[lag]) < voiced)
        lag++;
    return -12.0f * log2f((float)lag);
}

struct cqa_voice cqa_voice_hear(const struct cqa_channel_frames *rows, size_t first, size_t last)
{
    struct cqa_voice voice = {0};
    struct cqa_levels levels = {0};
    unsigned lags[LAGS] = {0};
    unsigned voiced = 0;
    float mean = 0;

    for (size_t t = first; t < last; t++)
        cqa_levels_add(&levels, rows->level[t]);
    const int loud = cqa_levels_at(&levels, 0.9f) - LOUD;
    for (size_t t = first; t < last; t++) {
        if (rows->level[t] < loud)
            continue;
        for (int b = 0; b < CQA_BANDS; b++)
            voice.colour[b] += 0.5f * (float)rows->band[b][t];
        voice.weight++;
        if (rows->harmonicity[t] > VOICED && rows->lag[t] >= CQA_LAG_MIN && rows->lag[t] < LAGS) {
            lags[rows->lag[t]]++;
            voiced++;
        }
    }
    for (int b = 0; b < CQA_BANDS; b++)
        mean += voice.colour[b] / CQA_BANDS;
    for (int b = 0; b < CQA_BANDS; b++)
        voice.colour[b] = (voice.colour[b] - mean) / voice.weight;
    voice.level = 0.5f * (float)cqa_levels_at(&levels, 0.85f);
    voice.pitch = pitch_of(lags, voiced);
    return voice;
}

float cqa_voice_difference(const struct cqa_voice *a, const struct cqa_voice *b)
{
    const float pitch = fabsf(a->pitch - b->pitch) / pitch_scale;
    float square = 0;

    for (int i = FIRST_BAND; i < LAST_BAND; i++) {
        const float off = a->colour[i] - b->colour[i];
        square += off * off / (LAST_BAND - FIRST_BAND);
    }
    return (isnan(pitch) ? pitch_unknown : pitch) + fabsf(a->level - b->level) / level_scale +
           sqrtf(square) / colour_scale;
}

void cqa_voice_add(struct cqa_voice *voice, const struct cqa_voice *more)
{
    const float part = more->weight / (voice->weight + more->weight);

    if (isnan(voice->pitch))
        voice->pitch = more->pitch;
    else if (!isnan(more->pitch))
        voice->pitch += part * (more->pitch - voice->pitch);
    voice->level += part * (more->level - voice->level);
    for (int b = 0; b < CQA_BANDS; b++)
        voice->colour[b] += part * (more->colour[b] - voice->colour[b]);
    voice->weight += more->weight;
}
