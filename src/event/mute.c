#include "event/mute.h"

#include <math.h>
#include <stdlib.h>
#include "event/levels.h"
#include "event/scene.h"

enum {
    GAP_NEAR = 2,      /* frames from own speech where a talk gap begins: the voice has died away */
    GAP_FAR = 16,      /* and where it ends, 0.5 s */
    GAP_LEAST = 30,    /* frames of talk gaps that make a floor */
    LISTEN_FAR = 19,   /* frames from own speech where listening begins: past hangovers of 0.6 s */
    LISTEN_LEAST = 60, /* frames of listening that can tell a gated line, */
    LISTEN_MUCH = 300, /* and that tell it without what may be a park */
    PARK_MS = 5000,    /* a drop so long, */
    PARK_SHARE = 30,   /* the other party speaking for less than so many per cent, may be a park, */
    ALL = 101,         /* or whatever it does */
    SPREAD = 8,        /* frames to each side for the steadiness of the floor */
    SHORTEST_MS = 500,
    BRIDGE_MS = 350,
};

/* Levels in half decibels, as in frames.h. */
static const int bottom = 40;    /* -90 dBFS: nothing can be under a floor that low */
static const int far_below = 18; /* 9 dB under the talk-gap floor: a drop whatever else */
static const int below = 10;     /* 5 dB, when steadier than 2.2 dB */
static const float steady = 4.4f;
static const float gated_share =
    0.20f; /* of listening that is dropped: the line does so by itself */
static const float dead_share =
    0.15f; /* of talk gaps at digital zero: zeros mean nothing on this line */

struct line {
    size_t count;
    uint16_t *distance; /* frames to the nearest own speech */
    uint8_t *dropped;
    int floor;      /* talk-gap floor, half dB; -1 unknown */
    int zero_tells; /* digital zero is not what the line does in every gap */
};

static int is_speech(const struct cqa_tracks *tracks, int c, size_t t)
{
    return tracks->channel[c].class_[t] == CQA_CLASS_SPEECH;
}

static void measure_distance(const struct cqa_tracks *tracks, int c, uint16_t *distance)
{
    unsigned since = 60000;

    for (size_t t = 0; t < tracks->count; t++) {
        since = is_speech(tracks, c, t) ? 0 : since + (since < 60000);
        distance[t] = (uint16_t)since;
    }
    since = 60000;
    for (size_t t = tracks->count; t-- > 0;) {
        since = is_speech(tracks, c, t) ? 0 : since + (since < 60000);
        distance[t] = (uint16_t)(since < distance[t] ? since : distance[t]);
    }
}

static int is_zero(const struct cqa_channel_frames *rows, size_t t)
{
    return rows->zero[t] >= 230;
}

/* The floor between this party's own words: 25th percentile, so that breath and hangover do not
 * raise it. */
static void measure_floor(const struct cqa_scene *scene, int c, struct line *line)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    struct cqa_levels gaps = {0};
    unsigned dead = 0;

    for (size_t t = 0; t < line->count; t++) {
        if (line->distance[t] < GAP_NEAR || line->distance[t] > GAP_FAR ||
            scene->tracks->channel[c].class_[t] != CQA_CLASS_NONE)
            continue;
        cqa_levels_add(&gaps, rows->level[t]);
        dead += (unsigned)is_zero(rows, t);
    }
    const int known = gaps.total >= GAP_LEAST;
    line->zero_tells = known && (float)dead < dead_share * (float)gaps.total;
    line->floor = known ? cqa_levels_low(&gaps, 4) : -1;
}

/* Standard deviation of the level around frame t, half dB. */
static float spread_at(const uint8_t *level, size_t count, size_t t)
{
    const size_t first = t > SPREAD ? t - SPREAD : 0;
    const size_t last = t + SPREAD + 1 < count ? t + SPREAD + 1 : count;
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

/* Before its party's first word a line was not there to be dropped. */
static void mark_dropped(const struct cqa_scene *scene, int c, struct line *line)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    int spoke = 0;

    for (size_t t = 0; t < line->count; t++) {
        const int speaks = is_speech(scene->tracks, c, t);
        spoke |= speaks;
        if (speaks || !spoke)
            continue;
        const int under = line->floor - rows->level[t];
        line->dropped[t] = (line->zero_tells && is_zero(rows, t)) ||
                           (line->floor > bottom && under >= far_below) ||
                           (line->floor > bottom && under >= below &&
                            spread_at(rows->level, line->count, t) < steady);
    }
}

/* A drop that lasts like a park, while the other party speaks for less than `share` per cent. */
static int is_long(const struct cqa_scene *scene, int c, struct cqa_span drop, int share)
{
    const int64_t length = cqa_span_length_ms(drop);

    return length >= PARK_MS &&
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

static struct listening listen(const struct cqa_scene *scene, int c, const struct line *line,
                               const struct cqa_spans *drops, int share)
{
    struct listening sum = {0};
    size_t next = next_long(scene, c, drops, 0, share);

    for (size_t t = 0; t < line->count; t++) {
        const int64_t at_ms = (int64_t)t * CQA_FRAME_MS;
        while (next < drops->count && drops->items[next].end_ms <= at_ms)
            next = next_long(scene, c, drops, next + 1, share);
        if ((next < drops->count && drops->items[next].start_ms <= at_ms) ||
            line->distance[t] < LISTEN_FAR || !is_speech(scene->tracks, 1 - c, t))
            continue;
        sum.frames++;
        sum.dropped += line->dropped[t];
    }
    return sum;
}

/*
 * A line that drops while its party listens does so by itself; enough listening must be seen to say
 * so. What may be a park is no witness: noise or a radio that passes for the other's voice would
 * count as listening. Where the party listens long enough besides, no long drop is.
 */
static int is_gated(const struct cqa_scene *scene, int c, const struct line *line,
                    const struct cqa_spans *drops)
{
    struct listening heard = listen(scene, c, line, drops, ALL);

    if (heard.frames < LISTEN_MUCH)
        heard = listen(scene, c, line, drops, PARK_SHARE);
    return heard.frames >= LISTEN_LEAST && (float)heard.dropped > gated_share * (float)heard.frames;
}

/* Whether a drop could be seen at all: there is a floor to fall from, or zeros are news. */
static int shows_floor(const struct line *line)
{
    return line->floor > bottom || (line->floor >= 0 && line->zero_tells);
}

static enum cqa_status line_init(const struct cqa_scene *scene, int c, struct line *line)
{
    line->count = scene->tracks->count;
    line->distance = calloc(line->count + 1, sizeof *line->distance);
    line->dropped = calloc(line->count + 1, 1);
    if (line->distance == NULL || line->dropped == NULL)
        return CQA_E_NOMEM;
    measure_distance(scene->tracks, c, line->distance);
    measure_floor(scene, c, line);
    mark_dropped(scene, c, line);
    return CQA_OK;
}

static void line_finish(struct line *line)
{
    free(line->distance);
    free(line->dropped);
}

static enum cqa_status spans_of(const uint8_t *marks, size_t count, struct cqa_spans *out)
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
    cqa_spans_bridge(out, BRIDGE_MS);
    cqa_spans_drop_short(out, SHORTEST_MS);
    return CQA_OK;
}

/* Zero on both lines at once, on lines whose gaps are not zero by themselves. */
static enum cqa_status find_idle(const struct cqa_scene *scene, const struct line lines[2],
                                 struct cqa_spans *out)
{
    uint8_t *marks = calloc(scene->tracks->count + 1, 1);

    if (marks == NULL)
        return CQA_E_NOMEM;
    for (size_t t = 0; t < scene->tracks->count; t++)
        marks[t] = is_zero(&scene->frames->channel[0], t) &&
                   is_zero(&scene->frames->channel[1], t) && lines[0].zero_tells &&
                   lines[1].zero_tells;
    const enum cqa_status status = spans_of(marks, scene->tracks->count, out);
    free(marks);
    return status;
}

enum cqa_status cqa_mute_find(const struct cqa_scene *scene, struct cqa_mute *mute)
{
    struct line lines[2] = {{0}, {0}};
    enum cqa_status status = CQA_OK;

    if (scene->mono || scene->tracks->count == 0)
        return CQA_OK;
    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = line_init(scene, c, &lines[c]);
    if (status == CQA_OK) {
        const int agent = scene->agent;
        status = spans_of(lines[agent].dropped, lines[agent].count, &mute->dropped);
        mute->informative = status == CQA_OK && shows_floor(&lines[agent]) &&
                            !is_gated(scene, agent, &lines[agent], &mute->dropped);
        if (!mute->informative)
            cqa_spans_finish(&mute->dropped);
    }
    if (status == CQA_OK)
        status = find_idle(scene, lines, &mute->idle);
    line_finish(&lines[0]);
    line_finish(&lines[1]);
    return status;
}

void cqa_mute_finish(struct cqa_mute *mute)
{
    cqa_spans_finish(&mute->dropped);
    cqa_spans_finish(&mute->idle);
}

int cqa_mute_not_recorded(const struct cqa_mute *mute, struct cqa_span span)
{
    return 10 * cqa_spans_within_ms(&mute->idle, span) >= 9 * cqa_span_length_ms(span);
}
