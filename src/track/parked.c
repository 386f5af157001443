#include "track/parked.h"

#include <stdlib.h>
#include "signal/hot.h"

enum { NONE, MUSIC, VOICE, OUTPUTS };
enum {
    HEARD_FRAMES = 64, /* 2 s, as long as the music of the shortest hold */
    HEARD_LEAST = 26,
    /* of 255, mean over them: a tenth */
};

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

/* Whether the classifier heard music anywhere for as long as a hold lasts, be it ever so faintly.
 */
static int anything_heard(const struct cqa_tracks *tracks, int c)
{
    const uint8_t *music = tracks->channel[c].posterior[CQA_CLASS_MUSIC];
    const uint8_t *voice = tracks->channel[c].posterior[CQA_CLASS_ANNOUNCEMENT];
    unsigned block = 0;

    for (size_t t = 0; t < tracks->count; t++) {
        block = t % HEARD_FRAMES == 0 ? 0 : block;
        block += (unsigned)music[t] + voice[t];
        if (block > HEARD_LEAST * HEARD_FRAMES)
            return 1;
    }
    return 0;
}

enum cqa_status cqa_parked_find(const struct cqa_net *net, const struct cqa_frames *frames,
                                struct cqa_tracks *tracks)
{
    if (!anything_heard(tracks, 0) && (tracks->channel_count < 2 || !anything_heard(tracks, 1)))
        return CQA_OK; /* the row is 0 */
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
