#include "track/parked.h"

#include <stdlib.h>
#include "signal/hot.h"

enum { OUTPUTS = 3 };

const struct cqa_net_use cqa_net_for_parked = {"callqa-parked", CQA_PARKED_VERSION,
                                               CQA_PARKED_INPUTS, OUTPUTS};

/* `log_none`: log posterior of no hold, a number a moment. */
static void spread(const float *log_none, size_t start, size_t frames, uint8_t *row)
{
    for (size_t i = 0; i < CQA_CHUNK; i++) {
        const float parked = 1.0f - cqa_fast_exp(log_none[i]);
        const size_t first = (start + i) * CQA_PARKED_HOP;
        for (size_t t = first; t < first + CQA_PARKED_HOP && t < frames; t++)
            row[t] = (uint8_t)(255.0f * cqa_clamp(parked, 0.0f, 1.0f) + 0.5f);
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
            cqa_parked_inputs_chunk(inputs, c, start, chunk);
            cqa_net_run(net, chunk, 0, out);
            spread(out, start, tracks->count, tracks->channel[c].posterior[CQA_TRACK_PARKED]);
        }
    cqa_parked_inputs_destroy(inputs);
    free(chunk);
    free(out);
    return status;
}
