/* Frames that look like one and the same tone, joined to runs with edges finer than a frame. */
#include "event/tone_runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUB_MS = CQA_FRAME_MS / CQA_SUBFRAMES,
    GAP_FRAMES = 2, /* without a peak, at a phase reversal or a click, that do not end a run */
    SHORTEST_MS = 36,
    AROUND_SUBS = 6, /* what counts as just before and just after */
    EDGE_DB2 = 12,   /* half decibels under the median: there the tone begins and ends */
    PAUSE_SUBS = 3,
    PAUSE_RING_SUBS = 6, /* a modulated tone is weak for 24 ms, ten times a second */
    PAUSE_DB2 = 18,
    LEAK_EARLY_MS = 48,
    LEAK_LATE_MS = 600,
    LEAK_LENGTH_MS = 80,
    FIRST_HZ = 300,
    APART_HZ = 50,
    JOIN_MS = 48, /* lost packets, phase reversals */
    JOIN_DB = 5,
    JOIN_RING_DB = 10,
    JOIN_RING_MS = 80, /* no cadence of a ringing pitch has a shorter pause */
};

static const float single_share = 0.70f;
static const float pair_share = 0.74f;
static const float second_share = 0.07f;
static const float beat_share = 0.68f;
static const float drift = 0.022f;

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

    if (two >= second_share && one + two >= pair_share && fminf(hz1, hz2) > FIRST_HZ &&
        fabsf(hz1 - hz2) > APART_HZ)
        look = (struct look){CQA_SHAPE_PAIR, {fminf(hz1, hz2), fmaxf(hz1, hz2)}, one + two};
    else if (one >= single_share && hz1 > FIRST_HZ)
        look = (struct look){CQA_SHAPE_SINGLE, {hz1, 0}, one};
    else if (ring >= beat_share)
        look = (struct look){CQA_SHAPE_BEAT, {0, 0}, ring};
    return look;
}

static float ring_level(const struct cqa_channel_frames *rows, size_t t)
{
    return cqa_level_dbfs(rows->level[t]) + 10.0f * log10f(((float)rows->ring[t] + 0.5f) / 255.0f);
}

static int near(float hz, float mean)
{
    return fabsf(hz - mean) <= drift * mean;
}

static int in_ring_band(const struct look *look)
{
    return look->shape == CQA_SHAPE_BEAT ||
           (look->shape == CQA_SHAPE_SINGLE && look->hz[0] > 375.0f && look->hz[0] < 500.0f);
}

/* Whether two looks are of one tone. Beats come and go as single peaks at places of their own. */
static int alike(const struct look *a, const struct look *b)
{
    if (a->shape == CQA_SHAPE_BEAT || b->shape == CQA_SHAPE_BEAT)
        return in_ring_band(a) && in_ring_band(b);
    if (a->shape != b->shape)
        return 0;
    if (a->shape == CQA_SHAPE_SINGLE && in_ring_band(a) && in_ring_band(b))
        return fabsf(a->hz[0] - b->hz[0]) < 2.0f * drift * a->hz[0];
    return near(b->hz[0], a->hz[0]) && (a->shape == CQA_SHAPE_SINGLE || near(b->hz[1], a->hz[1]));
}

/* ---- one run */

/* Whether the tone stopped for `PAUSE_SUBS` within frame `t`, after having been there: keys pressed
 * twice. */
static int pauses(const uint8_t *sub, size_t t, int longest, int *top, int *low)
{
    for (size_t i = t * CQA_SUBFRAMES; i < (t + 1) * CQA_SUBFRAMES; i++) {
        *low = sub[i] + PAUSE_DB2 < *top ? *low + 1 : 0;
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
    const int deepest =
        in_ring_band(&tone) ? 28 : 20; /* half decibels: modulated tones nearly vanish */
    size_t last = first + 1;
    const int pause = in_ring_band(&tone) ? PAUSE_RING_SUBS : PAUSE_SUBS;
    int top = rows->level[first];
    int top_sub = 0;
    int low_subs = 0;

    pauses(rows->sub, first, pause, &top_sub, &low_subs);
    for (size_t t = last; t < count && t <= last + GAP_FRAMES; t++) {
        const struct look look = look_at(rows, t);
        if (rows->level[t] + deepest < top || pauses(rows->sub, t, pause, &top_sub, &low_subs))
            break;
        if (look.shape == CQA_SHAPE_NONE)
            continue;
        if (!alike(&tone, &look))
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
    const int least = median > EDGE_DB2 ? median - EDGE_DB2 : 0;
    const size_t earliest = run->first > 1 ? (run->first - 2) * CQA_SUBFRAMES : 0;
    const size_t latest =
        (run->last + 2) * CQA_SUBFRAMES < end ? (run->last + 2) * CQA_SUBFRAMES : end;
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
    if (from == earliest && earliest > 0) /* no edge to be seen */
        from = run->first * CQA_SUBFRAMES;
    if (to == latest && latest < end)
        to = run->last * CQA_SUBFRAMES;
    run->start_ms = (int64_t)from * SUB_MS;
    run->end_ms = (int64_t)to * SUB_MS;
    run->level_dbfs = cqa_level_dbfs((uint8_t)median);
    run->rise_db =
        run->level_dbfs - mean_level(sub, from > AROUND_SUBS ? from - AROUND_SUBS : 0, from);
    run->fall_db =
        run->level_dbfs - mean_level(sub, to, to + AROUND_SUBS < end ? to + AROUND_SUBS : end);
}

static float mean_ring_level(const struct cqa_channel_frames *rows, size_t first, size_t last)
{
    float sum = 0;

    for (size_t t = first; t < last; t++)
        sum += ring_level(rows, t);
    return last > first ? sum / (float)(last - first) : -110.0f;
}

/* In noise or beside a voice, ringing tones stand out of their own band still. */
static void find_ring_contrast(const struct cqa_channel_frames *rows, size_t count,
                               struct cqa_tone_run *run)
{
    const size_t trim = run->last - run->first > 3 ? 1 : 0;
    const size_t before = run->first > 1 ? run->first - 1 : 0;
    const size_t after = run->last + 1 < count ? run->last + 1 : count;
    const float level = mean_ring_level(rows, run->first + trim, run->last - trim);

    run->rise_db =
        fmaxf(run->rise_db, level - mean_ring_level(rows, before > 3 ? before - 3 : 0, before));
    run->fall_db = fmaxf(
        run->fall_db, level - mean_ring_level(rows, after, after + 3 < count ? after + 3 : count));
}

static int rings(const struct cqa_tone_run *run)
{
    return run->shape == CQA_SHAPE_BEAT || (run->hz[0] > 375.0f && run->hz[0] < 500.0f);
}

static void measure(const struct cqa_channel_frames *rows, size_t count, struct cqa_tone_run *run)
{
    sum_up(rows, run);
    find_edges(rows, count, run);
    if (rings(run))
        find_ring_contrast(rows, count, run);
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
        return gap_ms <= JOIN_RING_MS &&
               (last->shape == CQA_SHAPE_BEAT || run->shape == CQA_SHAPE_BEAT ||
                near(run->hz[0], last->hz[0])) &&
               fabsf(last->level_dbfs - run->level_dbfs) < JOIN_RING_DB;
    return gap_ms <= JOIN_MS && last->shape == CQA_SHAPE_SINGLE && run->shape == CQA_SHAPE_SINGLE &&
           near(run->hz[0], last->hz[0]) && fabsf(last->level_dbfs - run->level_dbfs) < JOIN_DB;
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
    return cqa_tone_run_ms(run) < SHORTEST_MS || add(runs, run);
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

/* ---- the other channel */

static int same_pitch(const struct cqa_tone_run *a, const struct cqa_tone_run *b)
{
    if (a->shape == CQA_SHAPE_BEAT || b->shape == CQA_SHAPE_BEAT)
        return (a->hz[0] == 0 || (a->hz[0] > 375 && a->hz[0] < 500)) &&
               (b->hz[0] == 0 || (b->hz[0] > 375 && b->hz[0] < 500));
    return near(b->hz[0], a->hz[0]) &&
           (a->shape != b->shape || a->hz[1] == 0 || near(b->hz[1], a->hz[1]));
}

/*
 * What leaks is weaker, no earlier, and no longer but by its echo. At the very same time it need
 * not be weaker by much: joint stereo coding and bridged lines bring one signal to both channels.
 */
static int is_leak(const struct cqa_tone_run *leak, const struct cqa_tone_run *of)
{
    const int64_t late_ms = leak->start_ms - of->start_ms;
    const float less_db = of->level_dbfs - leak->level_dbfs;

    if (leak->channel == of->channel || late_ms <= -LEAK_EARLY_MS || late_ms >= LEAK_LATE_MS ||
        cqa_tone_run_ms(leak) >= cqa_tone_run_ms(of) + LEAK_LENGTH_MS || !same_pitch(leak, of))
        return 0;
    return late_ms < LEAK_EARLY_MS ? less_db > 0 || (less_db == 0 && leak->channel > of->channel)
                                   : less_db >= 6.0f;
}

void cqa_tone_runs_drop_leaks(struct cqa_tone_runs *runs)
{
    size_t kept = 0;
    size_t window = 0;
    size_t other = 0; /* the second channel's runs begin here */

    while (other < runs->count && runs->items[other].channel == 0)
        other++;
    for (size_t i = 0; i < runs->count; i++)
        runs->items[i].taken = 0;
    for (int pass = 0; pass < 2; pass++) {
        const size_t from = pass == 0 ? 0 : other;
        const size_t to = pass == 0 ? other : runs->count;
        const size_t beside = pass == 0 ? other : 0;
        const size_t beside_end = pass == 0 ? runs->count : other;
        window = beside;
        for (size_t i = from; i < to; i++) {
            struct cqa_tone_run *run = &runs->items[i];
            while (window < beside_end &&
                   runs->items[window].start_ms + LEAK_LATE_MS < run->start_ms)
                window++;
            for (size_t j = window;
                 j < beside_end && runs->items[j].start_ms < run->start_ms + LEAK_EARLY_MS; j++)
                run->taken |= is_leak(run, &runs->items[j]);
        }
    }
    for (size_t i = 0; i < runs->count; i++)
        if (!runs->items[i].taken)
            runs->items[kept++] = runs->items[i];
    runs->count = kept;
}

void cqa_tone_runs_finish(struct cqa_tone_runs *runs)
{
    free(runs->items);
    *runs = (struct cqa_tone_runs){0};
}
