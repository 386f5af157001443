/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/extract.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "signal/hot.h"
#include "signal/leak_estimate.h"
#include "signal/peaks.h"
#include "signal/tile.h"

enum {
    AHEAD = CQA_HOP / 2, /* samples of the window before its hop */
    BUFFER_PAIRS = 4 * CQA_LEAK_BLOCK,
    TILE_HOPS = CQA_LANES + 1, /* the last window reaches into one more */
};

struct cqa_signal_plan {
    struct cqa_leak_plan *leak;
};

struct cqa_extractor {
    const struct cqa_signal_plan *plan;
    struct cqa_frames frames;
    struct cqa_leak_estimator *leak;
    float *pairs; /* BUFFER_PAIRS pairs; the first AHEAD of a recording are silence */
    size_t held;  /* pairs in the buffer */
    size_t next;  /* where the next frame's window begins */
    size_t next_leak;
    struct cqa_tile *tile;
    struct cqa_peak_memory memory[2];
};

/* ---- plan */

enum cqa_status cqa_signal_plan_create(struct cqa_signal_plan **out, struct cqa_error *error)
{
    struct cqa_signal_plan *plan = calloc(1, sizeof *plan);

    if (plan != NULL)
        plan->leak = cqa_leak_plan_create();
    if (plan == NULL || plan->leak == NULL) {
        cqa_signal_plan_destroy(plan);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the transforms");
    }
    *out = plan;
    return CQA_OK;
}

void cqa_signal_plan_destroy(struct cqa_signal_plan *plan)
{
    if (plan == NULL)
        return;
    cqa_leak_plan_destroy(plan->leak);
    free(plan);
}

/* ---- extractor */

enum cqa_status cqa_extractor_create(struct cqa_extractor **out, const struct cqa_signal_plan *plan,
                                     struct cqa_error *error)
{
    struct cqa_extractor *extractor = calloc(1, sizeof *extractor);

    if (extractor != NULL) {
        extractor->plan = plan;
        extractor->leak = cqa_leak_estimator_create(plan->leak);
        extractor->pairs = calloc(BUFFER_PAIRS, 2 * sizeof *extractor->pairs);
        extractor->tile = aligned_alloc(_Alignof(struct cqa_tile), sizeof *extractor->tile);
        extractor->held = AHEAD;
        extractor->next_leak = AHEAD;
    }
    if (extractor == NULL || extractor->leak == NULL || extractor->pairs == NULL ||
        extractor->tile == NULL) {
        cqa_extractor_destroy(extractor);
        return cqa_fail(error, CQA_E_NOMEM, "no memory for the extractor");
    }
    memset(extractor->tile, 0, sizeof *extractor->tile);
    cqa_tile_init(extractor->tile);
    for (int c = 0; c < 2; c++)
        cqa_peak_memory_init(&extractor->memory[c]);
    *out = extractor;
    return CQA_OK;
}

void cqa_extractor_destroy(struct cqa_extractor *extractor)
{
    if (extractor == NULL)
        return;
    cqa_frames_finish(&extractor->frames);
    cqa_leak_estimator_destroy(extractor->leak);
    free(extractor->pairs);
    free(extractor->tile);
    free(extractor);
}

/* ---- a tile's bytes */

/* Powers as cqa_level_dbfs reads them back. */
CQA_HOT static void to_levels(const float *powers, uint8_t *levels, int count)
{
    for (int i = 0; i < count; i++)
        levels[i] =
            (uint8_t)(int)cqa_clamp(2.0f * (cqa_power_db(powers[i]) + 110.0f) + 0.5f, 0.0f, 255.0f);
}

CQA_HOT static void to_bytes(const float *values, uint8_t *bytes, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)(int)cqa_clamp(values[i] + 0.5f, 0.0f, 255.0f);
}

static void store_levels(const struct cqa_tile_channel *channel, struct cqa_channel_frames *rows,
                         size_t t)
{
    uint8_t bytes[CQA_TILE_LEVELS][CQA_LANES];

    to_levels(channel->level[0], bytes[0], CQA_TILE_LEVELS * CQA_LANES);
    for (int b = 0; b < CQA_BANDS; b++)
        memcpy(rows->band[b] + t, bytes[b], CQA_LANES);
    memcpy(rows->level + t, bytes[CQA_TILE_LEVEL], CQA_LANES);
    memcpy(rows->crest + t, bytes[CQA_TILE_CREST], CQA_LANES);
    for (size_t i = 0; i < CQA_LANES; i++)
        for (size_t s = 0; s < CQA_SUBFRAMES; s++)
            rows->sub[(t + i) * CQA_SUBFRAMES + s] = bytes[CQA_TILE_SUB + s][i];
}

static void store_shares(const struct cqa_tile_channel *channel, struct cqa_channel_frames *rows,
                         size_t t)
{
    uint8_t *const to[CQA_TILE_SHARES] = {
        [CQA_TILE_FLATNESS] = rows->flatness, [CQA_TILE_HARMONICITY] = rows->harmonicity,
        [CQA_TILE_LAG] = rows->lag,           [CQA_TILE_RING] = rows->ring,
        [CQA_TILE_ZERO] = rows->zero,         [CQA_TILE_FLAT] = rows->flat};
    uint8_t bytes[CQA_TILE_SHARES][CQA_LANES];

    to_bytes(channel->share[0], bytes[0], CQA_TILE_SHARES * CQA_LANES);
    for (int i = 0; i < CQA_TILE_SHARES; i++)
        memcpy(to[i] + t, bytes[i], CQA_LANES);
}

static void store_peaks(const struct cqa_peak_facts *facts, struct cqa_channel_frames *rows,
                        size_t t)
{
    const float shares[4] = {255.0f * facts->tonality, 16.0f * facts->steady,
                             255.0f * facts->share[0], 255.0f * facts->share[1]};
    uint8_t bytes[4];

    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)cqa_clamp(shares[i] + 0.5f, 0.0f, 255.0f);
    rows->tonality[t] = bytes[0];
    rows->peaks[t] = bytes[1];
    rows->share1[t] = bytes[2];
    rows->share2[t] = bytes[3];
    rows->freq1[t] = (uint16_t)(16.0f * facts->hz[0] + 0.5f);
    rows->freq2[t] = (uint16_t)(16.0f * facts->hz[1] + 0.5f);
}

/* ---- frames */

/* CQA_LANES frames from frame `t` on. */
static void fill_frames(struct cqa_extractor *extractor, size_t t)
{
    struct cqa_peak_facts facts[CQA_LANES];

    cqa_tile_measure(extractor->tile, extractor->pairs + 2 * extractor->next);
    for (int c = 0; c < 2; c++) {
        const struct cqa_tile_channel *channel = &extractor->tile->channel[c];
        struct cqa_channel_frames *rows = &extractor->frames.channel[c];
        store_levels(channel, rows, t);
        store_shares(channel, rows, t);
        cqa_peaks_follow(channel, &extractor->memory[c], facts);
        for (size_t i = 0; i < CQA_LANES; i++)
            store_peaks(&facts[i], rows, t + i);
    }
}

static enum cqa_status run_frames(struct cqa_extractor *extractor)
{
    while (extractor->next + TILE_HOPS * CQA_HOP <= extractor->held) {
        if (cqa_frames_grow(&extractor->frames, CQA_LANES) != CQA_OK)
            return CQA_E_NOMEM;
        fill_frames(extractor, extractor->frames.count);
        extractor->frames.count += CQA_LANES;
        extractor->next += (size_t)CQA_LANES * CQA_HOP;
    }
    return CQA_OK;
}

static void look_for_leaks(struct cqa_extractor *extractor)
{
    while (extractor->next_leak + CQA_LEAK_BLOCK <= extractor->held) {
        cqa_leak_look(extractor->leak, extractor->pairs + 2 * extractor->next_leak);
        extractor->next_leak += CQA_LEAK_STEP;
    }
}

/* Moves what is still needed to the front of the buffer. */
static void slide(struct cqa_extractor *extractor)
{
    const size_t done =
        extractor->next < extractor->next_leak ? extractor->next : extractor->next_leak;

    memmove(extractor->pairs, extractor->pairs + 2 * done,
            (extractor->held - done) * 2 * sizeof(float));
    extractor->held -= done;
    extractor->next -= done;
    extractor->next_leak -= done;
}

float *cqa_extractor_room(struct cqa_extractor *extractor, size_t *capacity)
{
    if (extractor->held + CQA_LEAK_STEP > BUFFER_PAIRS)
        slide(extractor);
    assert(extractor->held < BUFFER_PAIRS);
    *capacity = BUFFER_PAIRS - extractor->held;
    return extractor->pairs + 2 * extractor->held;
}

enum cqa_status cqa_extractor_take(struct cqa_extractor *extractor, size_t count)
{
    assert(count <= BUFFER_PAIRS - extractor->held);
    extractor->held += count;
    look_for_leaks(extractor);
    return run_frames(extractor);
}

/* The last frames, with silence up to a whole tile; what stands for silence alone is not kept. */
static enum cqa_status finish_frames(struct cqa_extractor *extractor)
{
    const size_t begun =
        extractor->held - extractor->next; /* AHEAD of them are the frame before's */
    const size_t left = begun > AHEAD ? (begun - AHEAD + CQA_HOP - 1) / CQA_HOP : 0;
    const size_t whole = (left + CQA_LANES - 1) / CQA_LANES * CQA_LANES;
    const size_t count = extractor->frames.count + left;
    const size_t padding = (whole + 1) * CQA_HOP > begun ? (whole + 1) * CQA_HOP - begun : 0;
    size_t capacity;

    slide(extractor);
    memset(cqa_extractor_room(extractor, &capacity), 0, padding * 2 * sizeof(float));
    assert(padding <= capacity);
    extractor->held += padding;
    if (left > 0 && run_frames(extractor) != CQA_OK)
        return CQA_E_NOMEM;
    extractor->frames.count = count;
    return CQA_OK;
}

enum cqa_status cqa_extractor_end(struct cqa_extractor *extractor, struct cqa_frames *frames)
{
    if (finish_frames(extractor) != CQA_OK)
        return CQA_E_NOMEM;
    cqa_leak_conclude(extractor->leak, extractor->frames.leak, &extractor->frames.same);
    *frames = extractor->frames;
    extractor->frames = (struct cqa_frames){0};
    return CQA_OK;
}
