/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signal/frames.h"

#include <stdlib.h>
#include <string.h>

/* Critical bands (Zwicker 1961) of the telephone band, and what a wideband line has above it. */
const float cqa_band_edges_hz[CQA_BANDS + 1] = {100,  200,  300,  400,  510,  630,
                                                770,  920,  1080, 1270, 1480, 1720,
                                                2000, 2320, 2700, 3150, 3700, 3950};

static int grow_bytes(uint8_t **row, size_t capacity)
{
    uint8_t *grown = realloc(*row, capacity);

    if (grown == NULL)
        return 0;
    *row = grown;
    return 1;
}

static int grow_words(uint16_t **row, size_t capacity)
{
    uint16_t *grown = realloc(*row, capacity * sizeof **row);

    if (grown == NULL)
        return 0;
    *row = grown;
    return 1;
}

static int grow_channel(struct cqa_channel_frames *channel, size_t capacity)
{
    uint8_t **rows[] = {&channel->level,  &channel->flatness, &channel->harmonicity,
                        &channel->lag,    &channel->tonality, &channel->peaks,
                        &channel->share1, &channel->share2,   &channel->ring,
                        &channel->zero,   &channel->flat,     &channel->crest};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!grow_bytes(rows[i], capacity))
            return 0;
    for (int b = 0; b < CQA_BANDS; b++)
        if (!grow_bytes(&channel->band[b], capacity))
            return 0;
    return grow_bytes(&channel->sub, capacity * CQA_SUBFRAMES) &&
           grow_words(&channel->freq1, capacity) && grow_words(&channel->freq2, capacity);
}

enum cqa_status cqa_frames_grow(struct cqa_frames *frames, size_t more)
{
    if (frames->capacity - frames->count >= more)
        return CQA_OK;
    /* Each growth moves the rows; room that is never written takes no memory. */
    const size_t capacity = 2 * frames->capacity + 8192 + more;
    if (!grow_channel(&frames->channel[0], capacity) ||
        !grow_channel(&frames->channel[1], capacity))
        return CQA_E_NOMEM;
    frames->capacity = capacity;
    return CQA_OK;
}

void cqa_frames_finish(struct cqa_frames *frames)
{
    for (int c = 0; c < 2; c++) {
        struct cqa_channel_frames *channel = &frames->channel[c];
        uint8_t *rows[] = {channel->level,  channel->flatness, channel->harmonicity,
                           channel->lag,    channel->tonality, channel->peaks,
                           channel->share1, channel->share2,   channel->ring,
                           channel->zero,   channel->flat,     channel->crest,
                           channel->sub};
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            free(rows[i]);
        for (int b = 0; b < CQA_BANDS; b++)
            free(channel->band[b]);
        free(channel->freq1);
        free(channel->freq2);
    }
    memset(frames, 0, sizeof *frames);
}
