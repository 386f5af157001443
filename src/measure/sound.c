/* Levels, noise, clipping of each channel. */
#include <math.h>

#include "measure/make.h"

enum { CLIP_SAMPLES = 3, LEAST_FRAMES = 10 };

static double power_of(uint8_t level)
{
    return pow(10.0, (double)cqa_level_dbfs(level) / 10.0);
}

/* Mean power of the 8 ms pieces within the channel's speech. */
static double active_level(const struct cqa_scene *scene, int c)
{
    const struct cqa_spans *speech = &scene->speech[c];
    const uint8_t *sub = scene->frames->channel[c].sub;
    const size_t count = scene->frames->count * CQA_SUBFRAMES;
    double power = 0;
    size_t pieces = 0;

    for (size_t i = 0; i < speech->count; i++)
        for (size_t s = (size_t)speech->items[i].start_ms / 8;
             s < (size_t)speech->items[i].end_ms / 8 && s < count; s++) {
            power += power_of(sub[s]);
            pieces++;
        }
    return pieces >= LEAST_FRAMES ? 10.0 * log10(power / (double)pieces + 1e-11) : (double)NAN;
}

static double noise_level(const struct cqa_scene *scene, int c)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    unsigned histogram[256] = {0};
    unsigned total = 0;
    unsigned seen = 0;

    for (size_t t = 0; t < scene->frames->count; t++) {
        int quiet = rows->zero[t] < 200;
        for (int k = 0; k < scene->tracks->channel_count; k++)
            quiet = quiet && scene->tracks->channel[k].class_[t] == CQA_CLASS_NONE;
        histogram[rows->level[t]] += (unsigned)quiet;
        total += (unsigned)quiet;
    }
    for (int level = 0; level < 256 && total >= LEAST_FRAMES; level++) {
        seen += histogram[level];
        if (5 * seen >= total)
            return (double)cqa_level_dbfs((uint8_t)level);
    }
    return (double)NAN;
}

static double clipped(const struct cqa_scene *scene, int c)
{
    double total = 0;

    for (size_t t = 0; t < scene->frames->count; t++)
        total += scene->frames->channel[c].flat[t] >= CLIP_SAMPLES ? CQA_FRAME_MS : 0;
    return total;
}

void cqa_sound_measure(const struct cqa_scene *scene, struct cqa_channel_sound sound[2])
{
    for (int c = 0; c < scene->tracks->channel_count; c++) {
        const struct cqa_leak *leak = &scene->frames->leak[c];
        sound[c] = (struct cqa_channel_sound){
            .active_level_dbfs = active_level(scene, c),
            .noise_dbfs = noise_level(scene, c),
            .clipped_ms = clipped(scene, c),
            .leak_db = leak->found && !scene->mono ? (double)leak->gain_db : (double)NAN,
            .leak_delay_ms = leak->found && !scene->mono ? (double)leak->delay_ms : (double)NAN};
    }
}
