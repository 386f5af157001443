/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/hold_edges.h"

#include "signal/levels.h"
#include "track/borders.h"

int cqa_hold_floor(const struct cqa_scene *scene, int c)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const struct cqa_channel_track *track = &scene->tracks->channel[c];
    struct cqa_levels levels = {0};

    for (size_t t = 0; t < scene->tracks->count; t++)
        if (track->class_[t] == CQA_CLASS_NONE &&
            track->posterior[CQA_TRACK_PARKED][t] <= limits->parked_not_of_255)
            cqa_levels_add(&levels, scene->frames->channel[c].level[t]);
    return levels.total >= limits->floor_frames ? cqa_levels_low(&levels, 4) : -1;
}

/* The level over which four fifths of the music in the span lie, half dB. */
static int soft_music_level(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    struct cqa_levels levels = {0};

    for (size_t t = cqa_frame_at(span.start_ms);
         t < cqa_frame_at(span.end_ms) && t < scene->tracks->count; t++)
        if (scene->tracks->channel[c].class_[t] == CQA_CLASS_MUSIC)
            cqa_levels_add(&levels, scene->frames->channel[c].level[t]);
    return cqa_levels_low(&levels, 5);
}

/* Frames between an edge of the span and the music: where the line carries no more than anyway, a
 * few frames in a row, the music has not begun. `step` 1 from its first frame on, -1 from its last
 * one back. */
static ptrdiff_t frames_to_trim(const struct cqa_hold_music_limits *limits, const uint8_t *level,
                                size_t edge, size_t count, int step, int floor)
{
    const ptrdiff_t most =
        (ptrdiff_t)count < limits->trim_frames ? (ptrdiff_t)count : limits->trim_frames;
    ptrdiff_t trim = 0;
    int run = 0;

    for (ptrdiff_t i = 0; i < most; i++) {
        run = level[(ptrdiff_t)edge + i * step] <= floor + limits->at_floor_half_db ? run + 1 : 0;
        trim = run >= limits->floor_run_frames ? i + 1 : trim;
    }
    return trim;
}

/* Whether the line's floor, -1 for none, is far enough below the music to tell where it is. */
static int floor_tells(const struct cqa_scene *scene, int c, int floor, struct cqa_span heard)
{
    return floor >= 0 && soft_music_level(scene, c, heard) >=
                             floor + cqa_scene_limits(scene)->hold_music.over_floor_half_db;
}

struct cqa_span cqa_hold_trim(const struct cqa_scene *scene, int c, int floor,
                              struct cqa_span heard)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const uint8_t *level = scene->frames->channel[c].level;
    const size_t first = cqa_frame_at(heard.start_ms);
    const size_t last = cqa_frame_at(heard.end_ms);

    if (last <= first || !floor_tells(scene, c, floor, heard))
        return heard;
    const ptrdiff_t before = frames_to_trim(limits, level, first, last - first, 1, floor);
    const ptrdiff_t after = frames_to_trim(limits, level, last - 1, last - first, -1, floor);
    if (before + after >= (ptrdiff_t)(last - first))
        return heard;
    return (struct cqa_span){heard.start_ms + before * CQA_FRAME_MS,
                             heard.end_ms - after * CQA_FRAME_MS};
}

struct cqa_span cqa_hold_refine(const struct cqa_scene *scene, int c, int floor,
                                struct cqa_span heard, struct cqa_span room)
{
    const struct cqa_hold_sound sound = {
        scene->frames->channel[c].level,
        floor_tells(scene, c, floor, heard)
            ? floor + cqa_scene_limits(scene)->hold_music.at_floor_half_db
            : -1};

    return cqa_tracks_refine_hold(scene->tracks, c, &sound, heard, room);
}

/* Whether a few frames in a row are no louder than `quiet`. */
static int falls_to(const struct cqa_scene *scene, int c, int quiet, size_t first, size_t last)
{
    const int least = cqa_scene_limits(scene)->hold_music.floor_run_frames;
    const uint8_t *level = scene->frames->channel[c].level;
    int run = 0;

    for (size_t t = first; t < last && t < scene->tracks->count; t++) {
        run = level[t] <= quiet ? run + 1 : 0;
        if (run >= least)
            return 1;
    }
    return 0;
}

/* The frames from the first word in the gap to the last one. */
static int find_words(const struct cqa_scene *scene, int c, struct cqa_span gap, size_t *first,
                      size_t *last)
{
    const uint8_t *class_ = scene->tracks->channel[c].class_;

    *first = *last = 0;
    for (size_t t = cqa_frame_at(gap.start_ms); t < cqa_frame_at(gap.end_ms); t++)
        if (class_[t] == CQA_CLASS_SPEECH || class_[t] == CQA_CLASS_ANNOUNCEMENT) {
            *first = *last > 0 ? *first : t;
            *last = t + 1;
        }
    return *last > 0;
}

int cqa_hold_stops(const struct cqa_scene *scene, int c, int floor, struct cqa_span music,
                   struct cqa_span gap)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const int over = soft_music_level(scene, c, music) - floor;
    const int part = over / limits->stop_part;
    const int quiet = floor + (part > limits->at_floor_half_db ? part : limits->at_floor_half_db);
    const size_t near = limits->stop_frames;
    size_t first;
    size_t last;

    return floor >= 0 && over >= limits->over_stop_half_db &&
           find_words(scene, c, gap, &first, &last) &&
           falls_to(scene, c, quiet, first > near ? first - near : 0, first) &&
           falls_to(scene, c, quiet, last, last + near);
}
