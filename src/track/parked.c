#include "track/parked.h"

#include <stdlib.h>
#include "signal/hot.h"

enum { NONE, MUSIC, VOICE, OUTPUTS };

const struct cqa_net_use cqa_net_for_parked = {"callqa-parked", CQA_PARKED_VERSION,
                                               CQA_PARKED_INPUTS, OUTPUTS};

static uint8_t as_byte(float share)
{
    return (uint8_t)(255.0f * cqa_clamp(share, 0.0f, 1.0f) + 0.5f);
}

/* From log posteriors of moments to the rows of frames. */
static void spread(const float *out, size_t start, size_t frames, struct cqa_channel_track *track)
{
    for (size_t i = 0; i < CQA_CHUNK; i++) {
        const uint8_t parked = as_byte(1.0f - cqa_fast_exp(out[NONE * CQA_CHUNK + i]));
        const uint8_t voice = as_byte(cqa_fast_exp(out[VOICE * CQA_CHUNK + i]));
        const size_t first = (start + i) * CQA_PARKED_HOP;
        for (size_t t = first; t < first + CQA_PARKED_HOP && t < frames; t++) {
            track->posterior[CQA_TRACK_PARKED][t] = parked;
            track->posterior[CQA_TRACK_ANNOUNCED][t] = voice;
        }
    }
}

enum cqa_status cqa_parked_find(const struct cqa_net *net, const struct cqa_frames *frames,
                                struct cqa_tracks *tracks)
{
    struct cqa_parked_inputs *inputs = NULL;
    float *chunk = calloc((size_t)CQA_PARKED_INPUTS * CQA_CHUNK, sizeof *chunk);
    float *out = calloc((size_t)OUTPUTS * CQA_CHUNK, sizeof *out);
    enum cqa_status status = chunk == NULL || out == NULL
                                 ? CQA_E_NOMEM
                                 : cqa_parked_inputs_create(&inputs, frames, tracks);

    for (int c = 0; c < tracks->channel_count && status == CQA_OK; c++)
        for (size_t start = 0; start < cqa_parked_inputs_count(inputs); start += CQA_CHUNK) {
            const uint64_t idle = cqa_parked_inputs_idle(inputs, c, start);
            cqa_parked_inputs_chunk(inputs, c, start, idle, chunk);
            cqa_net_run(net, chunk, idle, out);
            spread(out, start, tracks->count, &tracks->channel[c]);
        }
    cqa_parked_inputs_destroy(inputs);
    free(chunk);
    free(out);
    return status;
}
