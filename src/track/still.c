/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/still.h"

#include <stdlib.h>
#include <string.h>
#include "base/hot.h"
#include "signal/levels.h"

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int frozen_half_db;   /* how much a band may change from frame to frame and stand still */
    int frozen_bands;     /* in so many of 17 bands at least: the rest may be at a filter's edge */
    int faint_half_db;    /* a band so far under the frame's level does not count */
    int idle_half_db;     /* -66 dBFS: no louder frame that stands still is idle */
    int nothing_half_db;  /* -90 dBFS: a frame no louder is idle, whatever it does */
    int alike_half_db;    /* how much a band may differ between lines that carry the same */
    size_t bridge_frames; /* in a stretch that may be otherwise: a click */
    size_t shortest_frames; /* of a mask: what covers a second of signal wholly */
    int steady_half_db;     /* around its median, of 9 in 10 frames of a mask */
    size_t tone_frames; /* of a tone on both lines that is a mask: rings and beeps are shorter */
    size_t tone_alone_frames; /* the same on a mix */
    uint8_t hiss_of_255;      /* least flatness of white noise */
    float hiss_step_half_db;  /* how much noise may differ from its mean */
    size_t hiss_reach_frames; /* over which that mean is taken */
    size_t beside_frames;     /* at the ends of a mask that hold some of it, */
    size_t edge_frames;       /* and that tell what is beside it */
    size_t gap_least_frames;  /* of talk gaps to know the floor by */
    float foreign_half_db;    /* least mean distance of a mask's bands from the floor's */
    float lower_half_db;      /* most that they lie under them in the mean, on a mix */
    float flatter_of_255;     /* or how much flatter a mask is than the floor */
} limits = {
    .frozen_half_db = 1,   /* by hand (0069) */
    .frozen_bands = 15,    /* by hand */
    .faint_half_db = 70,   /* by hand */
    .idle_half_db = 88,    /* by hand: the least values of codecs lie under it */
    .nothing_half_db = 40, /* by hand: no line's noise lies under it */
    .alike_half_db = 2,    /* by hand */
    .bridge_frames = 3,    /* by hand */
    .shortest_frames = 24, /* by hand */
    .steady_half_db = 3,   /* by hand */
    .tone_frames = 94,     /* by hand: 3 s */
    .tone_alone_frames =
        156,            /* by hand: 5 s; a fax answers with 2100 Hz for up to 4 s (ITU-T T.30) */
    .hiss_of_255 = 195, /* by hand: white noise in one window has 235 */
    .hiss_step_half_db = 4,  /* by hand */
    .hiss_reach_frames = 16, /* by hand: half a second */
    .beside_frames = 2,      /* by hand */
    .edge_frames = 5,        /* by hand */
    .gap_least_frames = 20,  /* by hand; the floors of event/ have other values */
    .foreign_half_db = 6,    /* by hand */
    .lower_half_db = 3,      /* by hand: there one line may be parked */
    .flatter_of_255 = 16,    /* by hand: 2 dB */
};

/*
 * Adds to alike[t] where two bands differ by `most` or less at frame t, or are both too faint
 * beside the rest of their frame to be more than a codec's rounding. Bytes side by side, on whole
 * registers.
 */
CQA_HOT static void add_alike(const uint8_t *restrict a, const uint8_t *restrict a_level,
                              const uint8_t *restrict b, const uint8_t *restrict b_level,
                              size_t count, int most, uint8_t *restrict alike)
{
    for (size_t t = 0; t < count; t++) {
        const int difference = a[t] > b[t] ? a[t] - b[t] : b[t] - a[t];
        const int faint =
            (a[t] + limits.faint_half_db < a_level[t]) & (b[t] + limits.faint_half_db < b_level[t]);
        alike[t] = (uint8_t)(alike[t] + ((difference <= most) | faint));
    }
}

/* same[t]: in how many bands frame t + 1 is as frame t; 0 for the last. */
static void count_same(const struct cqa_channel_frames *rows, size_t count, uint8_t *same)
{
    memset(same, 0, count);
    for (int b = 0; b < CQA_BANDS && count > 0; b++)
        add_alike(rows->band[b], rows->level, rows->band[b] + 1, rows->level + 1, count - 1,
                  limits.frozen_half_db, same);
}

/* The frame is as the one before it or as the one after it. */
static int is_frozen(const uint8_t *same, size_t t)
{
    return same[t] >= limits.frozen_bands || (t > 0 && same[t - 1] >= limits.frozen_bands);
}

static void mark_idle(const struct cqa_channel_frames *rows, size_t count, const uint8_t *same,
                      uint8_t *marks)
{
    for (size_t t = 0; t < count; t++)
        if (rows->level[t] <= limits.nothing_half_db ||
            (rows->level[t] <= limits.idle_half_db && is_frozen(same, t)))
            marks[t] = CQA_STILL_IDLE;
}

enum cqa_status cqa_still_find_idle(const struct cqa_frames *frames, int c, uint8_t *marks)
{
    uint8_t *same = calloc(frames->count + 1, 1);

    if (same == NULL)
        return CQA_E_NOMEM;
    count_same(&frames->channel[c], frames->count, same);
    mark_idle(&frames->channel[c], frames->count, same, marks);
    free(same);
    return CQA_OK;
}

/* ---- what both lines carry alike */

/* marks[t]: in how many bands both channels are alike. */
static void count_alike(const struct cqa_frames *frames, uint8_t *marks)
{
    const struct cqa_channel_frames *left = &frames->channel[0];
    const struct cqa_channel_frames *right = &frames->channel[1];

    memset(marks, 0, frames->count);
    for (int b = 0; b < CQA_BANDS; b++)
        add_alike(left->band[b], left->level, right->band[b], right->level, frames->count,
                  limits.alike_half_db, marks);
}

/* One past the last frame of the stretch of `marks` that begins at `first`, clicks bridged. */
static size_t end_of(const uint8_t *marks, size_t count, size_t first)
{
    size_t end = first;

    for (size_t t = first; t < count && t <= end + limits.bridge_frames; t++)
        end = marks[t] ? t + 1 : end;
    return end;
}

static int is_steady(const uint8_t *level, size_t first, size_t last)
{
    struct cqa_levels levels = {0};
    size_t near = 0;

    for (size_t t = first; t < last; t++)
        cqa_levels_add(&levels, level[t]);
    const int median = cqa_levels_low(&levels, 2);
    for (size_t t = first; t < last; t++)
        near += abs(level[t] - median) <= limits.steady_half_db;
    return 10 * near >= 9 * (last - first);
}

/* Most of the frames repeat the one before: a tone. */
static int is_tone(const uint8_t *same, size_t first, size_t last)
{
    size_t frozen = 0;

    for (size_t t = first; t < last; t++)
        frozen += (size_t)is_frozen(same, t);
    return 2 * frozen > last - first;
}

static int is_mask(const struct cqa_frames *frames, const uint8_t *same, size_t first, size_t last)
{
    return last - first >= limits.shortest_frames &&
           is_steady(frames->channel[0].level, first, last) &&
           is_steady(frames->channel[1].level, first, last) &&
           (last - first >= limits.tone_frames || !is_tone(same, first, last));
}

static void find_mask(const struct cqa_frames *frames, const uint8_t *same, uint8_t *marks,
                      struct cqa_tracks *tracks)
{
    count_alike(frames, marks);
    for (size_t t = 0; t < frames->count; t++)
        marks[t] = (uint8_t)(tracks->channel[0].still[t] == CQA_STILL_NOT &&
                             marks[t] >= limits.frozen_bands);
    for (size_t t = 0; t < frames->count; t++) {
        if (!marks[t])
            continue;
        const size_t end = end_of(marks, frames->count, t);
        if (is_mask(frames, same, t, end))
            for (int c = 0; c < 2; c++)
                memset(tracks->channel[c].still + t, CQA_STILL_MASKED, end - t);
        t = end;
    }
}

/* ---- noise and tones put over the lines */

struct floor {
    int known;
    float band[CQA_BANDS];
    float flatness;
};

/* What the line carries in pauses, close to words: the mean of each band. */
static struct floor measure_floor(const struct cqa_channel_frames *rows, size_t frames,
                                  const struct cqa_channel_track *track, const uint8_t *distance)
{
    struct floor floor = {0};
    size_t count = 0;

    for (size_t t = 0; t < frames; t++) {
        if (track->still[t] != CQA_STILL_NOT || !cqa_is_talk_gap(track, distance, t))
            continue;
        for (int b = 0; b < CQA_BANDS; b++)
            floor.band[b] += (float)rows->band[b][t];
        floor.flatness += (float)rows->flatness[t];
        count++;
    }
    floor.known = count >= limits.gap_least_frames;
    for (int b = 0; b < CQA_BANDS && count > 0; b++)
        floor.band[b] /= (float)count;
    floor.flatness /= count > 0 ? (float)count : 1.0f;
    return floor;
}

static float mean_of(const uint8_t *row, size_t first, size_t last)
{
    unsigned sum = 0;

    for (size_t t = first; t < last; t++)
        sum += row[t];
    return (float)sum / (float)(last - first);
}

/*
 * Whether the stretch is not the line's own noise: its bands lie far from the floor's, or it is
 * whiter; and on a mix it is not just under the floor, as where one of its lines is parked
 * (event/lines.c).
 */
static int is_foreign(const struct floor *floor, const struct cqa_channel_frames *rows,
                      size_t first, size_t last, int may_be_lower)
{
    float sum = 0;
    float over = 0;

    for (int b = 0; b < CQA_BANDS; b++) {
        const float off = mean_of(rows->band[b], first, last) - floor->band[b];
        sum += off < 0 ? -off : off;
        over += off;
    }
    const float flatter = mean_of(rows->flatness, first, last) - floor->flatness;
    return (sum >= limits.foreign_half_db * CQA_BANDS || flatter >= limits.flatter_of_255) &&
           (may_be_lower || over >= -limits.lower_half_db * CQA_BANDS);
}

/* One past the last frame of steady noise from `first` on; a few frames in it may be otherwise. */
static size_t end_of_hiss(const struct cqa_channel_frames *rows, size_t count, size_t first)
{
    float mean = rows->level[first];
    size_t end = first;

    for (size_t t = first; t < count && t <= end + limits.bridge_frames; t++) {
        const float off = (float)rows->level[t] - mean;
        const size_t seen = t - first + 1;
        if (rows->flatness[t] < limits.hiss_of_255 || off > limits.hiss_step_half_db ||
            off < -limits.hiss_step_half_db)
            continue;
        mean += off / (float)(seen < limits.hiss_reach_frames ? seen : limits.hiss_reach_frames);
        end = t + 1;
    }
    return end;
}

/* Mean over the bands of how far [first, last) lies from [from, to), half dB. */
static float distance_between(const struct cqa_channel_frames *rows, size_t first, size_t last,
                              size_t from, size_t to)
{
    float sum = 0;

    for (int b = 0; b < CQA_BANDS; b++) {
        const uint8_t *band = rows->band[b];
        const float off = mean_of(band, first, last) - mean_of(band, from, to);
        sum += off < 0 ? -off : off;
    }
    return sum / CQA_BANDS;
}

/* A mask is switched on and off, where noise in music or of the line comes and goes. */
static int has_edges(const struct cqa_channel_frames *rows, size_t count, size_t first, size_t last)
{
    const size_t edge = limits.edge_frames;
    const size_t beside = limits.beside_frames;
    const float least = limits.foreign_half_db;
    const size_t begins = first + edge < last ? first + edge : last;
    const size_t ends = last > first + edge ? last - edge : first;

    return (first < beside + edge || distance_between(rows, first - beside - edge, first - beside,
                                                      first, begins) >= least) &&
           (last + beside + edge > count ||
            distance_between(rows, last + beside, last + beside + edge, ends, last) >= least);
}

/* White noise that stands still and is not the line's own. */
static void find_hiss(const struct cqa_frames *frames, const uint8_t *distance,
                      struct cqa_channel_track *track)
{
    const struct floor floor = measure_floor(&frames->channel[0], frames->count, track, distance);

    for (size_t t = 0; floor.known && t < frames->count; t++) {
        const size_t end = end_of_hiss(&frames->channel[0], frames->count, t);
        if (end >= t + limits.shortest_frames && is_steady(frames->channel[0].level, t, end) &&
            track->still[t] == CQA_STILL_NOT &&
            has_edges(&frames->channel[0], frames->count, t, end) &&
            is_foreign(&floor, &frames->channel[0], t, end, 0))
            memset(track->still + t, CQA_STILL_MASKED, end - t);
        t = end > t ? end - 1 : t;
    }
}

static int is_put_on(const struct floor *floor, const struct cqa_channel_frames *rows, size_t count,
                     size_t first, size_t last)
{
    return is_steady(rows->level, first, last) && has_edges(rows, count, first, last) &&
           is_foreign(floor, rows, first, last, 1);
}

/* White noise, each line's own or not, that is switched on and off on both lines at one instant. */
static void find_noises(const struct cqa_frames *frames, const struct floor floor[2],
                        struct cqa_tracks *tracks)
{
    const struct cqa_channel_frames *rows = frames->channel;
    const size_t beside = limits.beside_frames;

    for (size_t t = 0; floor[0].known && floor[1].known && t < frames->count; t++) {
        const size_t end = end_of_hiss(&rows[0], frames->count, t);
        if (end >= t + limits.shortest_frames && tracks->channel[0].still[t] == CQA_STILL_NOT &&
            end_of_hiss(&rows[1], frames->count, t + beside) + 2 * beside >= end &&
            is_put_on(&floor[0], &rows[0], frames->count, t, end) &&
            is_put_on(&floor[1], &rows[1], frames->count, t, end))
            for (int c = 0; c < 2; c++)
                memset(tracks->channel[c].still + t, CQA_STILL_MASKED, end - t);
        t = end > t ? end - 1 : t;
    }
}

/* What repeats on both lines at once: a buffer that was not filled anew. */
static void find_repeats(const struct cqa_frames *frames, const uint8_t *left, const uint8_t *right,
                         uint8_t *marks, struct cqa_tracks *tracks)
{
    for (size_t t = 0; t < frames->count; t++)
        marks[t] = (uint8_t)(tracks->channel[0].still[t] == CQA_STILL_NOT && is_frozen(left, t) &&
                             is_frozen(right, t));
    for (size_t t = 0; t < frames->count; t++) {
        const size_t end = marks[t] ? end_of(marks, frames->count, t) : t;
        if (end - t >= limits.tone_frames)
            for (int c = 0; c < 2; c++)
                memset(tracks->channel[c].still + t, CQA_STILL_MASKED, end - t);
        t = end > t ? end - 1 : t;
    }
}

/* A loud tone that does not change for longer than rings, beeps and faxes do. */
static void find_tone(const struct cqa_frames *frames, const uint8_t *same, uint8_t *marks,
                      uint8_t *still)
{
    const struct cqa_channel_frames *rows = &frames->channel[0];

    for (size_t t = 0; t < frames->count; t++)
        marks[t] = (uint8_t)(still[t] == CQA_STILL_NOT && is_frozen(same, t));
    for (size_t t = 0; t < frames->count; t++) {
        const size_t end = marks[t] ? end_of(marks, frames->count, t) : t;
        if (end - t >= limits.tone_alone_frames && is_steady(rows->level, t, end))
            memset(still + t, CQA_STILL_MASKED, end - t);
        t = end > t ? end - 1 : t;
    }
}

/* ---- together */

/* Nobody speaks or plays where the line stands still. */
static void quieten(struct cqa_channel_track *track, size_t count)
{
    for (size_t t = 0; t < count; t++) {
        if (track->still[t] == CQA_STILL_NOT)
            continue;
        track->class_[t] = CQA_CLASS_NONE;
        for (int k = 0; k <= CQA_TRACK_BOTH; k++)
            track->posterior[k][t] = k == CQA_CLASS_NONE ? 255 : 0;
    }
}

static void find_on_mix(const struct cqa_frames *frames, const uint8_t *same, uint8_t *marks,
                        struct cqa_tracks *tracks)
{
    cqa_tracks_distance(tracks, 0, marks);
    find_hiss(frames, marks, &tracks->channel[0]);
    find_tone(frames, same, marks, tracks->channel[0].still);
}

static void find_on_two(const struct cqa_frames *frames, const uint8_t *same[2], uint8_t *marks,
                        struct cqa_tracks *tracks)
{
    struct floor floor[2];

    for (int c = 0; c < 2; c++) {
        cqa_tracks_distance(tracks, c, marks);
        floor[c] = measure_floor(&frames->channel[c], frames->count, &tracks->channel[c], marks);
    }
    find_mask(frames, same[0], marks, tracks);
    find_repeats(frames, same[0], same[1], marks, tracks);
    find_noises(frames, floor, tracks);
}

enum cqa_status cqa_still_find(const struct cqa_frames *frames, struct cqa_tracks *tracks)
{
    uint8_t *rows = calloc(frames->count + 1, 3);
    uint8_t *marks = rows;

    if (rows == NULL)
        return CQA_E_NOMEM;
    uint8_t *same[2] = {rows + frames->count, rows + 2 * frames->count};
    for (int c = 0; c < 2 && c < tracks->channel_count; c++) {
        count_same(&frames->channel[c], frames->count, same[c]);
        mark_idle(&frames->channel[c], frames->count, same[c], tracks->channel[c].still);
    }
    if (tracks->channel_count == 2)
        find_on_two(frames, (const uint8_t *[2]){same[0], same[1]}, marks, tracks);
    else
        find_on_mix(frames, same[0], marks, tracks);
    for (int c = 0; c < tracks->channel_count; c++)
        quieten(&tracks->channel[c], frames->count);
    free(rows);
    return CQA_OK;
}
