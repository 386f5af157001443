/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a party speaks: pitch, syllables, loudness relative to the own norm. No emotion is read from
 * any of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/make.h"

enum {
    VOICED = 150,      /* harmonicity of 255 that makes a frame voiced */
    LEAST_VOICED = 30, /* frames, about a second */
    SUB_MS = 8,
    NUCLEUS_SMOOTH = 6, /* 8 ms pieces to each side: about 100 ms */
    RAISED_WINDOW = 31, /* frames, 1 s */
};

static const float nucleus_dip_db = 2.0f; /* de Jong & Wempe 2009 */
static const double raised_db = 6.0;      /* over the party's own median second */

static int voiced(const struct cqa_scene *scene, int c, size_t t)
{
    return scene->tracks->channel[c].class_[t] == CQA_CLASS_SPEECH &&
           scene->frames->channel[c].harmonicity[t] >= VOICED;
}

/* Lag below which `share` of the voiced frames lie; 0 when there are too few. */
static int lag_percentile(const unsigned *histogram, unsigned total, double share)
{
    unsigned seen = 0;

    for (int lag = CQA_LAG_MIN; lag <= CQA_LAG_MAX && total >= LEAST_VOICED; lag++) {
        seen += histogram[lag];
        if ((double)seen >= share * (double)total)
            return lag;
    }
    return 0;
}

static void measure_pitch(const struct cqa_scene *scene, int c, double *median_hz, double *range_st)
{
    unsigned histogram[256] = {0};
    unsigned total = 0;

    for (size_t t = 0; t < scene->tracks->count; t++)
        if (voiced(scene, c, t)) {
            histogram[scene->frames->channel[c].lag[t]]++;
            total++;
        }
    const int middle = lag_percentile(histogram, total, 0.5);
    if (middle == 0)
        return;
    *median_hz = 8000.0 / middle;
    *range_st = 12.0 * log2((double)lag_percentile(histogram, total, 0.9) /
                            (double)lag_percentile(histogram, total, 0.1));
}

/* Mean level of the pieces within NUCLEUS_SMOOTH of one, moved on piece by piece. */
struct window {
    const uint8_t *sub;
    size_t count;
    size_t first; /* pieces [first, last) are in the sum */
    size_t last;
    unsigned sum;
};

static float smooth_level(struct window *window, size_t at)
{
    const size_t first = at > NUCLEUS_SMOOTH ? at - NUCLEUS_SMOOTH : 0;
    const size_t last =
        at + NUCLEUS_SMOOTH + 1 < window->count ? at + NUCLEUS_SMOOTH + 1 : window->count;

    for (; window->last < last; window->last++)
        window->sum += window->sub[window->last];
    for (; window->first < first; window->first++)
        window->sum -= window->sub[window->first];
    return 0.5f * (float)window->sum / (float)(last - first) - 110.0f;
}

/* Peaks of the smoothed level within one span, voiced, each with a dip of 2 dB before it. */
static double count_nuclei(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const size_t count = scene->frames->count * CQA_SUBFRAMES;
    const size_t begin = (size_t)span.start_ms / SUB_MS;
    const size_t reach = begin > NUCLEUS_SMOOTH ? begin - NUCLEUS_SMOOTH : 0;
    struct window window = {
        .sub = scene->frames->channel[c].sub, .count = count, .first = reach, .last = reach};
    float peak = -200.0f;
    float dip = 200.0f;
    int rising = 1;
    double nuclei = 0;

    for (size_t s = begin; s < (size_t)span.end_ms / SUB_MS && s < count; s++) {
        const float level = smooth_level(&window, s);
        peak = level > peak ? level : peak;
        dip = level < dip ? level : dip;
        if (rising && level < peak - nucleus_dip_db) {
            nuclei += voiced(scene, c, s / CQA_SUBFRAMES) ||
                      (s >= 12 && voiced(scene, c, (s - 12) / CQA_SUBFRAMES));
            rising = 0;
            dip = level;
        } else if (!rising && level > dip + nucleus_dip_db) {
            rising = 1;
            peak = level;
        }
    }
    return nuclei;
}

static double measure_rate(const struct cqa_scene *scene, int c)
{
    const struct cqa_spans *speech = &scene->speech[c];
    const double seconds = (double)cqa_spans_total_ms(speech) / 1000.0;
    double nuclei = 0;

    for (size_t i = 0; i < speech->count; i++)
        nuclei += count_nuclei(scene, c, speech->items[i]);
    return seconds >= 2.0 ? nuclei / seconds : (double)NAN;
}

/* How often each level occurs in the party's voiced frames. */
struct levels {
    unsigned histogram[256];
    unsigned total;
};

static void count_levels(const struct cqa_scene *scene, int c, struct levels *levels)
{
    *levels = (struct levels){0};
    for (size_t t = 0; t < scene->tracks->count; t++)
        if (voiced(scene, c, t)) {
            levels->histogram[scene->frames->channel[c].level[t]]++;
            levels->total++;
        }
}

/* dBFS; NaN where there are too few frames. */
static double level_percentile(const struct levels *levels, double share)
{
    unsigned seen = 0;

    for (int level = 0; level < 256 && levels->total >= LEAST_VOICED; level++) {
        seen += levels->histogram[level];
        if ((double)seen >= share * (double)levels->total)
            return (double)cqa_level_dbfs((uint8_t)level);
    }
    return (double)NAN;
}

/* Speech in seconds whose voiced frames are 6 dB over the party's own median: raised against the
 * own norm. */
static double measure_raised(const struct cqa_scene *scene, int c, double norm_dbfs)
{
    double raised = 0;

    if (isnan(norm_dbfs))
        return (double)NAN;
    for (size_t t = 0; t + RAISED_WINDOW <= scene->tracks->count; t += RAISED_WINDOW) {
        float sum = 0;
        int frames = 0;
        for (size_t i = t; i < t + RAISED_WINDOW; i++)
            if (voiced(scene, c, i)) {
                sum += cqa_level_dbfs(scene->frames->channel[c].level[i]);
                frames++;
            }
        if (frames >= RAISED_WINDOW / 3 && (double)(sum / (float)frames) > norm_dbfs + raised_db)
            raised += RAISED_WINDOW * CQA_FRAME_MS;
    }
    return raised;
}

enum cqa_status cqa_voice_measure(const struct cqa_scene *scene,
                                  const struct cqa_channel_sound sound[2],
                                  struct cqa_measures *measures)
{
    double *m = measures->value;
    struct levels levels;

    if (scene->mono)
        return CQA_OK;
    for (int c = 0; c < 2; c++) {
        const int agent = c == scene->agent;
        measure_pitch(scene, c, &m[agent ? CQA_MEASURE_PITCH_AGENT : CQA_MEASURE_PITCH_CUSTOMER],
                      &m[agent ? CQA_MEASURE_PITCH_RANGE_AGENT : CQA_MEASURE_PITCH_RANGE_CUSTOMER]);
        m[agent ? CQA_MEASURE_RATE_AGENT : CQA_MEASURE_RATE_CUSTOMER] = measure_rate(scene, c);
        count_levels(scene, c, &levels);
        m[agent ? CQA_MEASURE_RAISED_AGENT : CQA_MEASURE_RAISED_CUSTOMER] =
            measure_raised(scene, c, level_percentile(&levels, 0.5));
        m[agent ? CQA_MEASURE_LEVEL_RANGE_AGENT : CQA_MEASURE_LEVEL_RANGE_CUSTOMER] =
            level_percentile(&levels, 0.9) - level_percentile(&levels, 0.1);
        m[agent ? CQA_MEASURE_LEVEL_AGENT : CQA_MEASURE_LEVEL_CUSTOMER] =
            sound[c].active_level_dbfs;
        m[agent ? CQA_MEASURE_NOISE_AGENT : CQA_MEASURE_NOISE_CUSTOMER] = sound[c].noise_dbfs;
        m[agent ? CQA_MEASURE_SNR_AGENT : CQA_MEASURE_SNR_CUSTOMER] =
            sound[c].active_level_dbfs - sound[c].noise_dbfs;
        m[agent ? CQA_MEASURE_CLIPPED_AGENT : CQA_MEASURE_CLIPPED_CUSTOMER] = sound[c].clipped_ms;
    }
    return CQA_OK;
}
