/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/floors.h"

enum { QUARTER = 4 };

static void add_frame(const struct cqa_channel_frames *rows, size_t t, struct cqa_floor *floor)
{
    cqa_levels_add(&floor->whole, rows->level[t]);
    for (int b = 0; b < CQA_BANDS; b++)
        cqa_levels_add(&floor->band[b], rows->band[b][t]);
}

static void drop_frame(const struct cqa_channel_frames *rows, size_t t, struct cqa_floor *floor)
{
    cqa_levels_drop(&floor->whole, rows->level[t]);
    for (int b = 0; b < CQA_BANDS; b++)
        cqa_levels_drop(&floor->band[b], rows->band[b][t]);
}

void cqa_floor_of_gaps(const struct cqa_scene *scene, int c, struct cqa_floor *out)
{
    const struct cqa_line *line = &scene->lines.line[c];

    *out = (struct cqa_floor){0};
    for (size_t t = 0; t < line->count; t++)
        if (cqa_is_talk_gap(&scene->tracks->channel[c], line->distance, t))
            add_frame(&scene->frames->channel[c], t, out);
}

/* The line in the span, where hangover and breath of its party are over; what of the talk gaps lies
 * there is taken from them. */
static void listen(const struct cqa_scene *scene, int c, struct cqa_span span,
                   struct cqa_floor *there, struct cqa_floor *gaps)
{
    const struct cqa_line *line = &scene->lines.line[c];
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    const size_t last = cqa_border_at(span.end_ms);

    for (size_t t = cqa_border_at(span.start_ms); t < line->count && t < last; t++) {
        if (cqa_is_talk_gap(&scene->tracks->channel[c], line->distance, t))
            drop_frame(rows, t, gaps);
        if (line->distance[t] > cqa_talk_gap_limits.far_frames)
            add_frame(rows, t, there);
    }
}

static int is_steady(const struct cqa_levels *levels, const struct cqa_floors_limits *limits)
{
    const float few = limits->outside_share;

    return cqa_levels_at(levels, 1.0f - few) - cqa_levels_at(levels, few) <= limits->steady_half_db;
}

/* Variance over the bands of the difference of their lower quartiles, half dB squared: 0 for two
 * floors that differ in level alone. */
static float colours_apart(const struct cqa_floor *a, const struct cqa_floor *b)
{
    float sum = 0;
    float square = 0;

    for (int i = 0; i < CQA_BANDS; i++) {
        const float apart =
            (float)(cqa_levels_low(&a->band[i], QUARTER) - cqa_levels_low(&b->band[i], QUARTER));
        sum += apart;
        square += apart * apart;
    }
    const float mean = sum / CQA_BANDS;
    return square / CQA_BANDS - mean * mean;
}

int cqa_has_other_floor(const struct cqa_scene *scene, int c, const struct cqa_floor *of_gaps,
                        struct cqa_span span, int is_any)
{
    const struct cqa_floors_limits *limits = &cqa_scene_limits(scene)->floors;
    const float apart = limits->apart_half_db;
    struct cqa_floor there = {0};
    struct cqa_floor gaps = *of_gaps;

    listen(scene, c, span, &there, &gaps);
    return there.whole.total >= limits->least_frames && gaps.whole.total >= limits->least_frames &&
           is_steady(&there.whole, limits) &&
           (is_any ||
            cqa_levels_low(&there.whole, QUARTER) < cqa_levels_low(&gaps.whole, QUARTER)) &&
           colours_apart(&there, &gaps) > apart * apart;
}
