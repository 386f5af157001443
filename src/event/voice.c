/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/voice.h"
#include "signal/levels.h"

#include <math.h>

enum {
    FIRST_BAND = 1, /* what telephone lines let through */
    LAST_BAND = 15,
    LAGS = CQA_LAG_MAX + 1,
};

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int loud_half_db;             /* under its loudest frames: what still tells the colour */
    unsigned voiced_least_frames; /* least with a pitch that tell a voice's */
    float pitch_semitones;        /* in pitch that count as a difference of one */
    float pitch_unknown;          /* what an unknown pitch counts */
    float level_db;               /* in level that count as one */
    float colour_db; /* in colour that count as one, root of the mean square over bands */
} limits = {
    .loud_half_db = 40,       /* by hand */
    .voiced_least_frames = 5, /* by hand */
    .pitch_semitones = 4.0f,  /* by hand, on mixes of the speakers of the tune split (0069) */
    .pitch_unknown = 0.75f,   /* likewise */
    .level_db = 5.0f,         /* likewise */
    .colour_db = 3.0f,        /* likewise */
};

static float pitch_of(const unsigned lags[LAGS], unsigned voiced)
{
    unsigned seen = 0;
    int lag = CQA_LAG_MIN;

    if (voiced < limits.voiced_least_frames)
        return NAN;
    while (lag < LAGS - 1 && 2 * (seen += lags[lag]) < voiced)
        lag++;
    return -12.0f * log2f((float)lag);
}

struct cqa_voice cqa_voice_hear(const struct cqa_channel_frames *rows, int voiced_of_255,
                                size_t first, size_t last)
{
    struct cqa_voice voice = {0};
    struct cqa_levels levels = {0};
    unsigned lags[LAGS] = {0};
    unsigned voiced = 0;
    float mean = 0;

    for (size_t t = first; t < last; t++)
        cqa_levels_add(&levels, rows->level[t]);
    const int loud = cqa_levels_at(&levels, 0.9f) - limits.loud_half_db;
    for (size_t t = first; t < last; t++) {
        if (rows->level[t] < loud)
            continue;
        for (int b = 0; b < CQA_BANDS; b++)
            voice.colour[b] += 0.5f * (float)rows->band[b][t];
        voice.weight++;
        if (rows->harmonicity[t] > voiced_of_255 && rows->lag[t] >= CQA_LAG_MIN &&
            rows->lag[t] < LAGS) {
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
    const float pitch = fabsf(a->pitch - b->pitch) / limits.pitch_semitones;
    float square = 0;

    for (int i = FIRST_BAND; i < LAST_BAND; i++) {
        const float off = a->colour[i] - b->colour[i];
        square += off * off / (LAST_BAND - FIRST_BAND);
    }
    return (isnan(pitch) ? limits.pitch_unknown : pitch) +
           fabsf(a->level - b->level) / limits.level_db + sqrtf(square) / limits.colour_db;
}

void cqa_voice_add(struct cqa_voice *voice, const struct cqa_voice *more)
{
    const float part = more->weight / (voice->weight + more->weight);

    if (more->weight <= 0)
        return;
    if (voice->weight <= 0) {
        *voice = *more;
        return;
    }
    if (isnan(voice->pitch))
        voice->pitch = more->pitch;
    else if (!isnan(more->pitch))
        voice->pitch += part * (more->pitch - voice->pitch);
    voice->level += part * (more->level - voice->level);
    for (int b = 0; b < CQA_BANDS; b++)
        voice->colour[b] += part * (more->colour[b] - voice->colour[b]);
    voice->weight += more->weight;
}

void cqa_voice_add_word(struct cqa_voice *voice, const struct cqa_channel_frames *rows,
                        struct cqa_span word, int voiced_of_255)
{
    const struct cqa_voice more = cqa_voice_hear(rows, voiced_of_255, cqa_border_at(word.start_ms),
                                                 cqa_border_at(word.end_ms));

    cqa_voice_add(voice, &more);
}
