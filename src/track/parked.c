/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/parked.h"

#include <stdlib.h>
#include "signal/hot.h"

enum { NONE, MUSIC, VOICE, OUTPUTS };
/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    size_t heard_frames;   /* over which music must be heard, for the second look to be asked */
    unsigned heard_of_255; /* least mean posterior of music over them */
} limits = {
    .heard_frames = 64, /* by hand: 2 s, as long as the music of the shortest hold */
    .heard_of_255 = 51, /* by hand: no hold has less (hold_music.heard_share) */
};

const struct cqa_net_use cqa_net_for_parked = {"callqa-parked", CQA_PARKED_VERSION,
                                               CQA_PARKED_INPUTS, OUTPUTS, 1};

static uint8_t as_byte(float share)
{
    return (uint8_t)(255.0f * cqa_clamp(share, 0.0f, 1.0f) + 0.5f);
}

/* Of frame t, between the middles of the two moments nearest to it: a step between moments would
 * move what depends on it by a quarter of a second. */
static float between(const float *row, size_t moments, size_t t)
{
    const float at = ((float)t + 0.5f) / CQA_MOMENT_HOP - 0.5f;
    const size_t before = at > 0 ? (size_t)at : 0;
    const size_t after = before + 1 < moments ? before + 1 : before;
    const float part = cqa_clamp(at - (float)before, 0.0f, 1.0f);

    return (1.0f - part) * cqa_fast_exp(row[before]) + part * cqa_fast_exp(row[after]);
}

/* From log posteriors of moments to the rows of frames. */
static void spread(const float *out, size_t stride, size_t moments, size_t frames,
                   struct cqa_channel_track *track)
{
    for (size_t t = 0; t < moments * CQA_MOMENT_HOP && t < frames; t++) {
        track->posterior[CQA_TRACK_PARKED][t] =
            as_byte(1.0f - between(out + NONE * stride, moments, t));
        track->posterior[CQA_TRACK_ANNOUNCED][t] =
            as_byte(between(out + VOICE * stride, moments, t));
    }
}

/* Whether the classifier heard music anywhere for as long as a hold lasts, be it faintly. */
static int anything_heard(const struct cqa_tracks *tracks, int c)
{
    const uint8_t *music = tracks->channel[c].posterior[CQA_CLASS_MUSIC];
    unsigned block = 0;

    for (size_t t = 0; t < tracks->count; t++) {
        block = t % limits.heard_frames == 0 ? 0 : block;
        block += music[t];
        if (block > limits.heard_of_255 * limits.heard_frames)
            return 1;
    }
    return 0;
}

struct look {
    const struct cqa_parked_inputs *inputs;
    int channel;
};

static void tile_of_inputs(const void *context, size_t start, float *tile)
{
    const struct look *look = context;

    cqa_parked_inputs_tile(look->inputs, look->channel, start, tile);
}

enum cqa_status cqa_parked_find(const struct cqa_net *net, const struct cqa_frames *frames,
                                struct cqa_tracks *tracks)
{
    unsigned heard = 0; /* a bit a channel */

    for (int c = 0; c < tracks->channel_count; c++)
        heard |= (unsigned)anything_heard(tracks, c) << c;
    if (heard == 0)
        return CQA_OK; /* the rows stay 0 */
    const struct cqa_moments *moments = &tracks->moments;
    struct cqa_parked_inputs *inputs = NULL;
    float *out = calloc(OUTPUTS * moments->stride + 1, sizeof *out);
    enum cqa_status status =
        out == NULL ? CQA_E_NOMEM : cqa_parked_inputs_create(&inputs, frames, tracks);

    for (int c = 0; c < tracks->channel_count && status == CQA_OK; c++) {
        const struct look look = {inputs, c};
        if (!(heard >> c & 1))
            continue;
        status = cqa_net_run_row(net, moments->count, tile_of_inputs, &look, moments->stride, out);
        if (status == CQA_OK)
            spread(out, moments->stride, moments->count, tracks->count, &tracks->channel[c]);
    }
    cqa_parked_inputs_destroy(inputs);
    free(out);
    return status;
}
