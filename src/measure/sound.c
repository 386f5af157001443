/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels, noise, clipping of each channel. */
#include <math.h>

#include "measure/active_level.h"
#include "measure/make.h"
#include "signal/levels.h"

enum {
    LEAST_FRAMES = 10,
    LEAST_PIECES = 35, /* a burst of 80 ms and its hangover */
    SUB_MS = CQA_FRAME_MS / CQA_SUBFRAMES,
    HANGOVER_MS = 200,
};

/* Frames that the classifier takes for something else than a voice or the line's noise. */
static int is_other_sound(const struct cqa_scene *scene, int c, size_t t)
{
    const uint8_t class_ = scene->tracks->channel[c].class_[t];

    return class_ != CQA_CLASS_SPEECH && class_ != CQA_CLASS_NONE;
}

/*
 * P.56 over the party's own speech and the hangover behind it; the standard, which measures one
 * talker on a line of its own, would find the same there. All else on the channel (the other
 * party's leakage, music, tones) does not count.
 */
static double active_level(const struct cqa_scene *scene, int c, double offset)
{
    const struct cqa_spans *speech = &scene->speech[c];
    const uint8_t *sub = scene->frames->channel[c].sub;
    const size_t count = scene->frames->count * CQA_SUBFRAMES;
    struct cqa_active_level meter;
    size_t s = 0;

    cqa_active_level_init(&meter, offset);
    for (size_t i = 0; i < speech->count; i++) {
        const size_t first = (size_t)speech->items[i].start_ms / SUB_MS;
        const size_t last = (size_t)(speech->items[i].end_ms + HANGOVER_MS) / SUB_MS;
        for (s = s < first ? first : s; s < last && s < count; s++)
            if (!is_other_sound(scene, c, s / CQA_SUBFRAMES))
                cqa_active_level_add(&meter, sub[s]);
    }
    return meter.pieces >= LEAST_PIECES ? cqa_active_level_dbfs(&meter) : (double)NAN;
}

static double noise_level(const struct cqa_scene *scene, int c)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    struct cqa_levels levels = {0};

    for (size_t t = 0; t < scene->frames->count; t++) {
        int quiet = rows->zero[t] < 200;
        for (int k = 0; k < scene->tracks->channel_count; k++)
            quiet = quiet && scene->tracks->channel[k].class_[t] == CQA_CLASS_NONE;
        if (quiet)
            cqa_levels_add(&levels, rows->level[t]);
    }
    if (levels.total < LEAST_FRAMES)
        return (double)NAN;
    return (double)cqa_level_dbfs((uint8_t)cqa_levels_low(&levels, 5));
}

static double clipped(const struct cqa_scene *scene, int c)
{
    const int top = cqa_scene_top(scene, c);
    double total = 0;

    for (size_t t = 0; t < scene->frames->count; t++)
        total += cqa_scene_clipped(scene, c, top, t) ? CQA_FRAME_MS : 0;
    return fmin(total, (double)scene->duration_ms); /* the last frame may reach past the end */
}

void cqa_sound_measure(const struct cqa_measure_input *input, struct cqa_channel_sound sound[2])
{
    const struct cqa_scene *scene = input->scene;

    for (int c = 0; c < scene->tracks->channel_count; c++) {
        const struct cqa_leak *leak = &scene->frames->leak[c];
        sound[c] = (struct cqa_channel_sound){
            .active_level_dbfs = active_level(scene, c, input->offset[c]),
            .noise_dbfs = noise_level(scene, c),
            .clipped_ms = clipped(scene, c),
            .leak_db = leak->found && !scene->mono ? (double)leak->gain_db : (double)NAN,
            .leak_delay_ms = leak->found && !scene->mono ? (double)leak->delay_ms : (double)NAN};
    }
}
