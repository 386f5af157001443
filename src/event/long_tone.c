/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One steady tone that nothing explains: a test tone, a howl, an alarm, a line that is stuck. */
#include <math.h>

#include "event/scene.h"
#include "track/still.h"

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int64_t shortest_ms;  /* shorter tones are none */
    uint8_t peak_of_255;  /* least part of a frame's energy in one peak */
    float least_hz;       /* lower tones are none: hum */
    float drift_share;    /* most that the tone's frequency moves, of itself */
    uint8_t loud_half_db; /* least level */
    size_t gap_frames;    /* that may be otherwise: lost packets, a word over it */
    float sure;           /* confidence */
} limits = {
    .shortest_ms = 5000,  /* by hand: rings last 2 s, and what answers a fax up to 4 s */
    .peak_of_255 = 179,   /* as single_share of tone_runs */
    .least_hz = 300,      /* as first_hz of tone_runs */
    .drift_share = 0.01f, /* by hand: no voice holds a note so evenly for so long */
    .loud_half_db = 110,  /* by hand: -55 dBFS; what is softer bothers nobody */
    .gap_frames = 3,      /* by hand */
    .sure = 0.85f, /* by hand: none in 2 329 prompts, pieces of music and noises; under the 0.9
                      that rubrics ask, for nobody has counted them on real lines */
};

static int is_tone(const struct cqa_scene *scene, int c, size_t t)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];

    return scene->tracks->channel[c].still[t] == CQA_STILL_NOT &&
           rows->share1[t] >= limits.peak_of_255 && rows->level[t] >= limits.loud_half_db &&
           (float)rows->freq1[t] >= 16.0f * limits.least_hz;
}

/* One past the last frame of the tone that frame `first` begins with. */
static size_t end_of_tone(const struct cqa_scene *scene, int c, size_t first)
{
    const uint16_t *pitch = scene->frames->channel[c].freq1;
    const float wanted = (float)pitch[first];
    size_t end = first + 1;

    for (size_t t = end; t < scene->tracks->count && t <= end + limits.gap_frames; t++)
        if (is_tone(scene, c, t) && fabsf((float)pitch[t] - wanted) <= limits.drift_share * wanted)
            end = t + 1;
    return end;
}

static enum cqa_status find_tones(const struct cqa_scene *scene, int c, struct cqa_spans *out)
{
    enum cqa_status status = CQA_OK;

    for (size_t t = 0; t < scene->tracks->count && status == CQA_OK; t++) {
        if (!is_tone(scene, c, t))
            continue;
        const size_t end = end_of_tone(scene, c, t);
        if ((int64_t)(end - t) * CQA_FRAME_MS < limits.shortest_ms)
            continue;
        status = cqa_spans_add(out, (int64_t)t * CQA_FRAME_MS, (int64_t)end * CQA_FRAME_MS);
        t = end - 1;
    }
    return status;
}

/* Signalling and music on hold are told as what they are. */
static int is_explained(const struct cqa_scene *scene, int c, struct cqa_span tone)
{
    return cqa_spans_within_ms(&scene->tones.sounding[c], tone) > 0 ||
           cqa_spans_within_ms(&scene->holds, tone) > 0;
}

enum cqa_status cqa_scene_find_long_tones(struct cqa_scene *scene)
{
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < scene->tracks->channel_count && status == CQA_OK; c++) {
        struct cqa_spans tones = {0};
        status = find_tones(scene, c, &tones);
        for (size_t i = 0; i < tones.count && status == CQA_OK; i++) {
            const struct cqa_event event = {.type = CQA_EVENT_LONG_TONE,
                                            .start_ms = tones.items[i].start_ms,
                                            .end_ms = tones.items[i].end_ms,
                                            .side = cqa_scene_party(scene, c),
                                            .confidence = limits.sure};
            if (!is_explained(scene, c, tones.items[i]) && !cqa_events_add(&scene->events, &event))
                status = CQA_E_NOMEM;
        }
        cqa_spans_finish(&tones);
    }
    return status;
}
