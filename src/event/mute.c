/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/mute.h"

#include <math.h>
#include <stdlib.h>
#include "event/scene.h"
#include "signal/levels.h"

enum { ALL = 101 }; /* per cent: whatever the other party does */

/* Where the line falls below its floor, and the frames of it. */
struct drop {
    const struct cqa_line *line;
    uint8_t *dropped;
};

static int is_speech(const struct cqa_tracks *tracks, int c, size_t t)
{
    return tracks->channel[c].class_[t] == CQA_CLASS_SPEECH;
}

static int is_zero(const struct cqa_scene *scene, int c, size_t t)
{
    return scene->frames->channel[c].zero[t] >= cqa_scene_limits(scene)->mute.zero_of_255;
}

/* Standard deviation of the level around frame t, half dB. */
static float spread_at(const uint8_t *level, size_t count, size_t reach, size_t t)
{
    const size_t first = t > reach ? t - reach : 0;
    const size_t last = t + reach + 1 < count ? t + reach + 1 : count;
    float sum = 0;
    float square = 0;

    for (size_t i = first; i < last; i++) {
        sum += (float)level[i];
        square += (float)level[i] * (float)level[i];
    }
    const float n = (float)(last - first);
    const float variance = square / n - sum / n * (sum / n);
    return variance > 0 ? sqrtf(variance) : 0.0f;
}

static int is_steady(const struct cqa_scene *scene, int c, size_t t)
{
    const struct cqa_mute_limits *limits = &cqa_scene_limits(scene)->mute;

    return spread_at(scene->frames->channel[c].level, scene->tracks->count,
                     limits->steady_reach_frames, t) < limits->steady_half_db;
}

/* Before its party's first word a line was not there to be dropped. */
static void mark_dropped(const struct cqa_scene *scene, int c, const struct drop *drop)
{
    const struct cqa_mute_limits *limits = &cqa_scene_limits(scene)->mute;
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    const struct cqa_line *line = drop->line;
    int spoke = 0;

    for (size_t t = 0; t < line->count; t++) {
        const int speaks = is_speech(scene->tracks, c, t);
        spoke |= speaks;
        if (speaks || !spoke)
            continue;
        const int under = line->floor - rows->level[t];
        drop->dropped[t] = (line->zero_tells && is_zero(scene, c, t)) ||
                           (line->floor > limits->bottom_half_db &&
                            (under >= limits->far_below_half_db ||
                             (under >= limits->below_half_db && is_steady(scene, c, t))));
    }
}

/* A drop that lasts like a park, while the other party speaks for less than `share` per cent. */
static int is_long(const struct cqa_scene *scene, int c, struct cqa_span drop, int share)
{
    const int64_t length = cqa_span_length_ms(drop);

    return length >= cqa_scene_limits(scene)->mute.park_ms &&
           100 * cqa_spans_within_ms(&scene->speech[1 - c], drop) < share * length;
}

/* The next drop from `at` on that lasts like a park. */
static size_t next_long(const struct cqa_scene *scene, int c, const struct cqa_spans *drops,
                        size_t at, int share)
{
    while (at < drops->count && !is_long(scene, c, drops->items[at], share))
        at++;
    return at;
}

/* Frames in which the party listens, and is dropped, outside what may be a park. */
struct listening {
    unsigned frames;
    unsigned dropped;
};

static struct listening listen(const struct cqa_scene *scene, int c, const struct drop *drop,
                               const struct cqa_spans *drops, int share)
{
    const int far = cqa_scene_limits(scene)->mute.listen_far_frames;
    struct listening sum = {0};
    size_t next = next_long(scene, c, drops, 0, share);

    for (size_t t = 0; t < drop->line->count; t++) {
        const int64_t at_ms = (int64_t)t * CQA_FRAME_MS;
        while (next < drops->count && drops->items[next].end_ms <= at_ms)
            next = next_long(scene, c, drops, next + 1, share);
        if ((next < drops->count && drops->items[next].start_ms <= at_ms) ||
            drop->line->distance[t] < far || !is_speech(scene->tracks, 1 - c, t))
            continue;
        sum.frames++;
        sum.dropped += drop->dropped[t];
    }
    return sum;
}

/*
 * A line that drops while its party listens does so by itself; enough listening must be seen to say
 * so. What may be a park is no witness: noise or a radio that passes for the other's voice would
 * count as listening. Where the party listens long enough besides, no long drop is.
 */
static int is_gated(const struct cqa_scene *scene, int c, const struct drop *drop,
                    const struct cqa_spans *drops)
{
    const struct cqa_mute_limits *limits = &cqa_scene_limits(scene)->mute;
    struct listening heard = listen(scene, c, drop, drops, ALL);

    if (heard.frames < limits->listen_much_frames)
        heard = listen(scene, c, drop, drops, limits->park_percent);
    return heard.frames >= limits->listen_least_frames &&
           (float)heard.dropped > limits->gated_share * (float)heard.frames;
}

/* Whether a drop could be seen at all: there is a floor to fall from, or zeros are news. */
static int shows_floor(const struct cqa_scene *scene, const struct cqa_line *line)
{
    return line->floor > cqa_scene_limits(scene)->mute.bottom_half_db ||
           (line->floor >= 0 && line->zero_tells);
}

static enum cqa_status spans_of(const uint8_t *marks, size_t count,
                                const struct cqa_mute_limits *limits, struct cqa_spans *out)
{
    for (size_t t = 0; t < count;) {
        if (!marks[t]) {
            t++;
            continue;
        }
        const size_t first = t;
        while (t < count && marks[t])
            t++;
        if (cqa_spans_add(out, (int64_t)first * CQA_FRAME_MS, (int64_t)t * CQA_FRAME_MS) != CQA_OK)
            return CQA_E_NOMEM;
    }
    cqa_spans_bridge(out, limits->bridge_ms);
    cqa_spans_drop_short(out, limits->shortest_ms);
    return CQA_OK;
}

/* Half dB: what the line has fallen to in the middle of a drop. */
static int bottom_of(const uint8_t *level, size_t first, size_t last)
{
    struct cqa_levels levels = {0};

    for (size_t t = first; t < last; t++)
        cqa_levels_add(&levels, level[t]);
    return cqa_levels_low(&levels, 2);
}

/* How many frames of an edge, from `at` on by `step`, are louder than what the drop has fallen to,
 * the one in which it falls left out; none where it does not fall there. */
static int64_t count_edge(const uint8_t *level, size_t at, int step, int most, int edge_frames)
{
    int louder = 0;

    while (louder <= edge_frames && level[at + (size_t)(step * louder)] > most)
        louder++;
    return louder > 0 && louder <= edge_frames ? louder - 1 : 0;
}

/* A drop lasts from where the line has fallen to where it rises: beside it the noise of a quiet
 * line may lie under the floor for some frames, by chance. */
static void trim_edges(const struct cqa_scene *scene, int c, struct cqa_spans *drops)
{
    const struct cqa_mute_limits *limits = &cqa_scene_limits(scene)->mute;
    const uint8_t *level = scene->frames->channel[c].level;
    const size_t count = scene->tracks->count;

    for (size_t i = 0; i < drops->count; i++) {
        struct cqa_span *drop = &drops->items[i];
        const size_t first = cqa_frame_at(drop->start_ms);
        const size_t last = cqa_frame_at(drop->end_ms) < count ? cqa_frame_at(drop->end_ms) : count;
        if (last < first + 4 * (size_t)limits->edge_frames) /* its edges are half of it */
            continue;
        const int most = bottom_of(level, first, last) + limits->edge_half_db;
        drop->start_ms += CQA_FRAME_MS * count_edge(level, first, 1, most, limits->edge_frames);
        drop->end_ms -= CQA_FRAME_MS * count_edge(level, last - 1, -1, most, limits->edge_frames);
    }
}

/* What the recorder did not write is no drop, nor is what comes after a line is gone. */
static enum cqa_status leave_out(const struct cqa_scene *scene, int c, struct cqa_spans *drops)
{
    const struct cqa_lines *lines = &scene->lines;
    struct cqa_spans recorded = {0};
    struct cqa_spans kept = {0};
    enum cqa_status status = cqa_spans_invert(&lines->not_recorded, lines->lost_ms[c], &recorded);

    if (status == CQA_OK)
        status = cqa_spans_intersect(drops, &recorded, &kept);
    cqa_spans_finish(&recorded);
    cqa_spans_finish(drops);
    *drops = kept;
    return status;
}

/* A line that stands still, which it does not by itself, is dropped whatever its floor tells. */
static enum cqa_status add_idle(const struct cqa_spans *idle, struct cqa_spans *drops)
{
    struct cqa_spans both = {0};
    const enum cqa_status status = cqa_spans_unite(idle, drops, &both);

    cqa_spans_finish(drops);
    *drops = both;
    return status;
}

/* The drops of line c; `informative` where they tell anything. */
static enum cqa_status find_drops(const struct cqa_scene *scene, int c, struct cqa_spans *drops,
                                  int *informative)
{
    const struct cqa_line *line = &scene->lines.line[c];
    const struct drop drop = {line, calloc(line->count + 1, 1)};

    if (drop.dropped == NULL)
        return CQA_E_NOMEM;
    mark_dropped(scene, c, &drop);
    enum cqa_status status =
        spans_of(drop.dropped, line->count, &cqa_scene_limits(scene)->mute, drops);
    trim_edges(scene, c, drops);
    *informative =
        status == CQA_OK && shows_floor(scene, line) && !is_gated(scene, c, &drop, drops);
    free(drop.dropped);
    if (!*informative)
        cqa_spans_finish(drops);
    if (status == CQA_OK)
        status = add_idle(&scene->lines.idle[c], drops);
    return status == CQA_OK ? leave_out(scene, c, drops) : status;
}

/* A line that falls for good is lost: nobody can say what its party did from there on. */
static enum cqa_status lose_last(struct cqa_scene *scene, int c)
{
    const struct cqa_mute_limits *limits = &cqa_scene_limits(scene)->mute;
    struct cqa_spans drops = {0};
    int informative = 0;
    enum cqa_status status = find_drops(scene, c, &drops, &informative);

    if (status == CQA_OK && drops.count > 0) {
        const struct cqa_span last = drops.items[drops.count - 1];
        if (cqa_span_length_ms(last) >= limits->lost_ms &&
            last.end_ms + limits->end_ms >= scene->duration_ms)
            cqa_lines_lose(&scene->lines, c, last.start_ms);
    }
    cqa_spans_finish(&drops);
    return status;
}

enum cqa_status cqa_mute_find(struct cqa_scene *scene, struct cqa_mute *mute)
{
    enum cqa_status status = CQA_OK;

    if (scene->mono || scene->tracks->count == 0)
        return CQA_OK;
    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = lose_last(scene, c);
    if (status == CQA_OK && !scene->roles_unknown)
        status = find_drops(scene, scene->agent, &mute->dropped, &mute->informative);
    if (status == CQA_OK && !scene->roles_unknown)
        status = find_drops(scene, 1 - scene->agent, &mute->away, &mute->away_informative);
    return status;
}

void cqa_mute_finish(struct cqa_mute *mute)
{
    cqa_spans_finish(&mute->dropped);
    cqa_spans_finish(&mute->away);
}
