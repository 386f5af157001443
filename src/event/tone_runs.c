/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames that look like one and the same tone, joined to runs with edges finer than a frame. */
#include "event/tone_runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUB_MS = CQA_FRAME_MS / CQA_SUBFRAMES };

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    float single_share;       /* least part of the energy in one peak that makes a single tone */
    float pair_share;         /* least part in two peaks that makes a pair, */
    float second_share;       /* the weaker having at least this */
    float beat_share;         /* least part in 375 to 500 Hz that makes a beat */
    float first_hz;           /* lower peaks are no tone: hum */
    float apart_hz;           /* closer peaks are one */
    float drift_share;        /* most that a tone's frequency moves, of itself */
    size_t gap_frames;        /* without a peak that do not end a run: phase reversals, clicks */
    int64_t shortest_ms;      /* shorter runs are none */
    int deepest_half_db;      /* a frame so far under the run's loudest ends it, */
    int deepest_ring_half_db; /* and in 375 to 500 Hz: modulated tones nearly vanish */
    int pause_half_db;        /* an energy of 8 ms so far under the loudest is a pause, */
    int pause_subs;           /* if so many follow each other, */
    int pause_ring_subs;  /* and of a modulated tone, which is weak for 24 ms, ten times a second */
    size_t around_subs;   /* energies of 8 ms that count as just before and just after */
    int hardly_half_db;   /* a frame so far under the one beside it hardly holds the tone */
    int edge_half_db;     /* so far under the median the tone begins and ends */
    int64_t join_ms;      /* longest gap in one tone: lost packets, phase reversals */
    float join_db;        /* most between the levels to both sides of it */
    int64_t join_ring_ms; /* the same in 375 to 500 Hz, where no cadence has a shorter pause */
    float join_ring_db;   /* likewise */
} limits = {
    .single_share = 0.70f,      /* by hand */
    .pair_share = 0.74f,        /* by hand */
    .second_share = 0.07f,      /* by hand */
    .beat_share = 0.68f,        /* by hand */
    .first_hz = 300,            /* by hand */
    .apart_hz = 50,             /* what a window of 64 ms parts */
    .drift_share = 0.022f,      /* by hand; as the tolerance of keys (ITU-T Q.24) */
    .gap_frames = 2,            /* by hand */
    .shortest_ms = 36,          /* by hand; keys are 40 ms at least (ITU-T Q.24) */
    .deepest_half_db = 20,      /* by hand */
    .deepest_ring_half_db = 28, /* by hand */
    .pause_half_db = 18,        /* by hand */
    .pause_subs = 3,            /* by hand */
    .pause_ring_subs = 6,       /* by hand */
    .around_subs = 6,           /* by hand */
    .hardly_half_db = 24,       /* by hand */
    .edge_half_db = 12,         /* by hand */
    .join_ms = 48,              /* by hand */
    .join_db = 5,               /* by hand */
    .join_ring_ms = 80,         /* models/tones/standard.yaml */
    .join_ring_db = 10,         /* by hand */
};

struct look {
    enum cqa_tone_shape shape;
    float hz[2];
    float share;
};

/* ---- one frame */

static struct look look_at(const struct cqa_channel_frames *rows, size_t t)
{
    const float one = (float)rows->share1[t] / 255.0f;
    const float two = (float)rows->share2[t] / 255.0f;
    const float ring = (float)rows->ring[t] / 255.0f;
    const float hz1 = (float)rows->freq1[t] / 16.0f;
    const float hz2 = (float)rows->freq2[t] / 16.0f;
    struct look look = {CQA_SHAPE_NONE, {0, 0}, 0};

    if (two >= limits.second_share && one + two >= limits.pair_share &&
        fminf(hz1, hz2) > limits.first_hz && fabsf(hz1 - hz2) > limits.apart_hz)
        look = (struct look){CQA_SHAPE_PAIR, {fminf(hz1, hz2), fmaxf(hz1, hz2)}, one + two};
    else if (one >= limits.single_share && hz1 > limits.first_hz)
        look = (struct look){CQA_SHAPE_SINGLE, {hz1, 0}, one};
    else if (ring >= limits.beat_share)
        look = (struct look){CQA_SHAPE_BEAT, {0, 0}, ring};
    return look;
}

static float ring_level(const struct cqa_channel_frames *rows, size_t t)
{
    return cqa_level_dbfs(rows->level[t]) + 10.0f * log10f(((float)rows->ring[t] + 0.5f) / 255.0f);
}

static int near(float hz, float mean)
{
    return fabsf(hz - mean) <= limits.drift_share * mean;
}

static int in_ring_band(const struct look *look)
{
    return look->shape == CQA_SHAPE_BEAT ||
           (look->shape == CQA_SHAPE_SINGLE && cqa_tone_in_ring_band(look->hz[0]));
}

/* Whether two looks are of one tone. Beats come and go as single peaks at places of their own. */
static int alike(const struct look *a, const struct look *b)
{
    if (a->shape == CQA_SHAPE_BEAT || b->shape == CQA_SHAPE_BEAT)
        return in_ring_band(a) && in_ring_band(b);
    if (a->shape != b->shape)
        return 0;
    if (a->shape == CQA_SHAPE_SINGLE && in_ring_band(a) && in_ring_band(b))
        return fabsf(a->hz[0] - b->hz[0]) < 2.0f * limits.drift_share * a->hz[0];
    return near(b->hz[0], a->hz[0]) && (a->shape == CQA_SHAPE_SINGLE || near(b->hz[1], a->hz[1]));
}

/* ---- one run */

/* Whether the tone stopped for `longest` energies within frame `t`, after having been there: keys
 * pressed twice. */
static int pauses(const uint8_t *sub, size_t t, int longest, int *top, int *low)
{
    for (size_t i = t * CQA_SUBFRAMES; i < (t + 1) * CQA_SUBFRAMES; i++) {
        *low = sub[i] + limits.pause_half_db < *top ? *low + 1 : 0;
        *top = sub[i] > *top ? sub[i] : *top;
        if (*low >= longest)
            return 1;
    }
    return 0;
}

/* One past the last frame that belongs to the tone of frame `first`. */
static size_t run_end(const struct cqa_channel_frames *rows, size_t count, size_t first,
                      struct look tone)
{
    const int deepest = in_ring_band(&tone) ? limits.deepest_ring_half_db : limits.deepest_half_db;
    size_t last = first + 1;
    const int pause = in_ring_band(&tone) ? limits.pause_ring_subs : limits.pause_subs;
    int top = rows->level[first];
    int top_sub = 0;
    int low_subs = 0;

    pauses(rows->sub, first, pause, &top_sub, &low_subs);
    for (size_t t = last; t < count && t <= last + limits.gap_frames; t++) {
        const struct look look = look_at(rows, t);
        if (rows->level[t] + deepest < top || pauses(rows->sub, t, pause, &top_sub, &low_subs))
            break;
        if (look.shape == CQA_SHAPE_NONE)
            continue;
        const int louder =
            t > last &&
            rows->level[t] > top + limits.pause_half_db; /* what was before is its echo */
        if (louder || !alike(&tone, &look))
            break;
        top = rows->level[t] > top ? rows->level[t] : top;
        last = t + 1;
    }
    return last;
}

static int by_size(const void *left, const void *right)
{
    return *(const uint8_t *)left - *(const uint8_t *)right;
}

static int median_level(const uint8_t *values, size_t count)
{
    uint8_t sorted[64];
    const size_t step = (count + 63) / 64;
    size_t kept = 0;

    for (size_t i = 0; i < count; i += step)
        sorted[kept++] = values[i];
    qsort(sorted, kept, 1, by_size);
    return sorted[kept / 2];
}

/* What most of its frames show; a beat shows a peak in some. */
static enum cqa_tone_shape most(const size_t *counts)
{
    const size_t tonal = counts[CQA_SHAPE_SINGLE] + counts[CQA_SHAPE_PAIR] + counts[CQA_SHAPE_BEAT];

    if (2 * counts[CQA_SHAPE_PAIR] > tonal)
        return CQA_SHAPE_PAIR;
    return 2 * counts[CQA_SHAPE_SINGLE] >= tonal ? CQA_SHAPE_SINGLE : CQA_SHAPE_BEAT;
}

/* Shape, frequencies, purity and wobble: means over the frames of that shape. */
static void sum_up(const struct cqa_channel_frames *rows, struct cqa_tone_run *run)
{
    size_t counts[4] = {0};
    float sums[4][3] = {{0}};
    float apart = 0;

    for (size_t t = run->first; t < run->last; t++) {
        const struct look look = look_at(rows, t);
        counts[look.shape]++;
        sums[look.shape][0] += look.hz[0];
        sums[look.shape][1] += look.hz[1];
        sums[look.shape][2] += look.share;
    }
    run->shape = most(counts);
    const float count = (float)counts[run->shape];
    run->hz[0] = sums[run->shape][0] / count;
    run->hz[1] = sums[run->shape][1] / count;
    run->purity = sums[run->shape][2] / count;
    for (size_t t = run->first; t < run->last; t++) {
        const struct look look = look_at(rows, t);
        if (look.shape == run->shape)
            apart += fabsf(look.hz[0] - run->hz[0]);
    }
    run->wobble = apart / count;
}

static float mean_level(const uint8_t *sub, size_t first, size_t last)
{
    float sum = 0;

    for (size_t i = first; i < last; i++)
        sum += cqa_level_dbfs(sub[i]);
    return last > first ? sum / (float)(last - first) : -110.0f;
}

/*
 * How far from the frames that show the tone its edges may be: two frames, but not past one that
 * hardly holds it. The 8 ms energies alone would take hum for the tone.
 */
static size_t earliest_sub(const struct cqa_channel_frames *rows, size_t first)
{
    for (size_t t = first; t > 0 && t + 2 > first; t--)
        if (rows->level[t - 1] + limits.hardly_half_db < rows->level[first])
            return t * CQA_SUBFRAMES - 1;
    return first > 1 ? (first - 2) * CQA_SUBFRAMES : 0;
}

static size_t latest_sub(const struct cqa_channel_frames *rows, size_t count, size_t last)
{
    for (size_t t = last; t < count && t < last + 2; t++)
        if (rows->level[t] + limits.hardly_half_db < rows->level[last - 1])
            return t * CQA_SUBFRAMES + 1;
    return (last + 2 < count ? last + 2 : count) * CQA_SUBFRAMES;
}

/* Where the 8 ms energies rise to the tone and fall from it, around the frames that show it. */
static void find_edges(const struct cqa_channel_frames *rows, size_t count,
                       struct cqa_tone_run *run)
{
    const uint8_t *sub = rows->sub;
    const size_t end = count * CQA_SUBFRAMES;
    const size_t inner_first =
        run->last - run->first > 2 ? (run->first + 1) * CQA_SUBFRAMES : run->first * CQA_SUBFRAMES;
    const size_t inner_last =
        run->last - run->first > 2 ? (run->last - 1) * CQA_SUBFRAMES : run->last * CQA_SUBFRAMES;
    const int median = median_level(sub + inner_first, inner_last - inner_first);
    const int least = median > limits.edge_half_db ? median - limits.edge_half_db : 0;
    const size_t earliest = earliest_sub(rows, run->first);
    const size_t latest = latest_sub(rows, count, run->last);
    size_t from = inner_first;
    size_t to = inner_last;

    while (from > earliest &&
           (sub[from - 1] >= least || (from - 1 > earliest && sub[from - 2] >= least)))
        from--;
    while (from < inner_first + 2 * CQA_SUBFRAMES && from + 1 < to && sub[from] < least)
        from++;
    while (to < latest && (sub[to] >= least || (to + 1 < latest && sub[to + 1] >= least)))
        to++;
    while (to > inner_last - CQA_SUBFRAMES && to > from + 1 && sub[to - 1] < least)
        to--;
    if (from == earliest && from + 2 * CQA_SUBFRAMES <= run->first * CQA_SUBFRAMES &&
        from > 0) /* no edge to be seen */
        from = run->first * CQA_SUBFRAMES;
    if (to == latest && to >= (run->last + 2) * CQA_SUBFRAMES && to < end)
        to = run->last * CQA_SUBFRAMES;
    run->start_ms = (int64_t)from * SUB_MS;
    run->end_ms = (int64_t)to * SUB_MS;
    run->level_dbfs = cqa_level_dbfs((uint8_t)median);
    run->rise_db = run->level_dbfs -
                   mean_level(sub, from > limits.around_subs ? from - limits.around_subs : 0, from);
    run->fall_db =
        run->level_dbfs -
        mean_level(sub, to, to + limits.around_subs < end ? to + limits.around_subs : end);
}

/* Level of the telephone band, or of 375..500 Hz in it. */
static float mean_frame_level(const struct cqa_channel_frames *rows, int ring, size_t first,
                              size_t last)
{
    float sum = 0;

    for (size_t t = first; t < last; t++)
        sum += ring ? ring_level(rows, t) : cqa_level_dbfs(rows->level[t]);
    return last > first ? sum / (float)(last - first) : -110.0f;
}

/* How far the tone stands out of its band, where hum, noise or a voice drown its edges in the
 * samples' energies. */
static void add_contrast(const struct cqa_channel_frames *rows, size_t count, int ring,
                         struct cqa_tone_run *run)
{
    const size_t trim = run->last - run->first > 3 ? 1 : 0;
    const size_t around = ring ? 3 : 1;
    const size_t before = run->first > 1 ? run->first - 1 : 0;
    const size_t after = run->last + 1 < count ? run->last + 1 : count;
    const float level = mean_frame_level(rows, ring, run->first + trim, run->last - trim);
    const float head = mean_frame_level(rows, ring, before > around ? before - around : 0, before);
    const float tail =
        mean_frame_level(rows, ring, after, after + around < count ? after + around : count);

    run->rise_db = fmaxf(run->rise_db, level - head);
    run->fall_db = fmaxf(run->fall_db, level - tail);
}

static int rings(const struct cqa_tone_run *run)
{
    return run->shape == CQA_SHAPE_BEAT || cqa_tone_in_ring_band(run->hz[0]);
}

static void measure(const struct cqa_channel_frames *rows, size_t count, struct cqa_tone_run *run)
{
    sum_up(rows, run);
    find_edges(rows, count, run);
    add_contrast(rows, count, 0, run);
    run->alone_db = fminf(run->rise_db, run->fall_db);
    if (rings(run))
        add_contrast(rows, count, 1, run);
}

static int add(struct cqa_tone_runs *runs, const struct cqa_tone_run *run)
{
    if (runs->count == runs->capacity) {
        const size_t capacity = runs->capacity ? runs->capacity * 2 : 64;
        struct cqa_tone_run *items = realloc(runs->items, capacity * sizeof *items);
        if (items == NULL)
            return 0;
        runs->items = items;
        runs->capacity = capacity;
    }
    runs->items[runs->count++] = *run;
    return 1;
}

/* Tones that follow each other at once share the edge between them. */
static void part(struct cqa_tone_runs *runs, size_t before, struct cqa_tone_run *run)
{
    struct cqa_tone_run *last = runs->count > before ? &runs->items[runs->count - 1] : NULL;

    if (last == NULL || last->end_ms <= run->start_ms)
        return;
    const int64_t edge = (int64_t)run->first * CQA_FRAME_MS;
    last->end_ms = edge > last->start_ms ? edge : last->start_ms;
    run->start_ms = edge;
}

/* Whether the run goes on with the tone of the one before it: lost packets, clicks and other tones
 * interrupt. */
static int goes_on(const struct cqa_tone_run *last, const struct cqa_tone_run *run)
{
    const int64_t gap_ms = run->start_ms - last->end_ms;

    if (rings(last) && rings(run))
        return gap_ms <= limits.join_ring_ms &&
               (last->shape == CQA_SHAPE_BEAT || run->shape == CQA_SHAPE_BEAT ||
                near(run->hz[0], last->hz[0])) &&
               fabsf(last->level_dbfs - run->level_dbfs) < limits.join_ring_db;
    return gap_ms <= limits.join_ms && last->shape == CQA_SHAPE_SINGLE &&
           run->shape == CQA_SHAPE_SINGLE && near(run->hz[0], last->hz[0]) &&
           fabsf(last->level_dbfs - run->level_dbfs) < limits.join_db;
}

/* Adds the run, or makes the last one longer; parts them where they touch. */
static int append(const struct cqa_channel_frames *rows, size_t count, struct cqa_tone_runs *runs,
                  size_t before, struct cqa_tone_run *run)
{
    struct cqa_tone_run *last = runs->count > before ? &runs->items[runs->count - 1] : NULL;

    if (last != NULL && goes_on(last, run)) {
        const int64_t start_ms = last->start_ms;
        last->last = run->last;
        measure(rows, count, last);
        last->start_ms = last->start_ms > start_ms ? last->start_ms : start_ms;
        return 1;
    }
    part(runs, before, run);
    return cqa_tone_run_ms(run) < limits.shortest_ms || add(runs, run);
}

enum cqa_status cqa_tone_runs_find(const struct cqa_frames *frames, int channel,
                                   struct cqa_tone_runs *runs)
{
    const struct cqa_channel_frames *rows = &frames->channel[channel];
    const size_t before = runs->count;

    for (size_t t = 0; t < frames->count;) {
        const struct look tone = look_at(rows, t);
        if (tone.shape == CQA_SHAPE_NONE) {
            t++;
            continue;
        }
        struct cqa_tone_run run = {.channel = channel, .first = t};
        run.last = run_end(rows, frames->count, t, tone);
        measure(rows, frames->count, &run);
        t = run.last;
        if (run.last - run.first < 2 && run.shape != CQA_SHAPE_PAIR)
            continue;
        if (!append(rows, frames->count, runs, before, &run))
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

void cqa_tone_runs_finish(struct cqa_tone_runs *runs)
{
    free(runs->items);
    *runs = (struct cqa_tone_runs){0};
}
