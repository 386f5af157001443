/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/track.h"

#include <stdlib.h>
#include <string.h>
#include "signal/hot.h"
#include "track/parked.h"
#include "track/soft_music.h"
#include "track/still.h"
#include "track/viterbi.h"

enum { ALIKE_FIRST = 5, ALIKE_LAST = 15 }; /* bands of 630 to 2700 Hz */

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int alike_spread_half_db; /* 10th to 90th percentile of how much louder one channel is, of two
                                 with one mix, */
    int alike_range_half_db;  /* and 2nd to 98th */
} limits = {
    .alike_spread_half_db = 24, /* simulated calls: 11 dB at most of one mix, 19 or more of two
                                   lines that leak (track.h) */
    .alike_range_half_db = 50,  /* 0234: of 140 with one mix 20.5 dB at most; a call under a rising
                                   gain that the spread alone took for one had 29 */
};

/* Working memory of one classification. */
struct work {
    struct cqa_features *features;
    float *inputs[2];
    float *posterior; /* CQA_CLASS_COUNT + 1 rows of CQA_CHUNK */
    struct cqa_viterbi viterbi[2];
};

static enum cqa_status work_init(struct work *work, const struct cqa_frames *frames, int mono)
{
    for (int c = 0; c < 2; c++) {
        work->inputs[c] = calloc((size_t)CQA_INPUTS * CQA_CHUNK, sizeof *work->inputs[c]);
        if (work->inputs[c] == NULL || cqa_viterbi_init(&work->viterbi[c], frames->count) != CQA_OK)
            return CQA_E_NOMEM;
    }
    work->posterior = calloc((CQA_CLASS_COUNT + (size_t)1) * CQA_CHUNK, sizeof *work->posterior);
    return work->posterior == NULL ? CQA_E_NOMEM
                                   : cqa_features_create(&work->features, frames, mono);
}

static void work_finish(struct work *work)
{
    for (int c = 0; c < 2; c++) {
        free(work->inputs[c]);
        cqa_viterbi_finish(&work->viterbi[c]);
    }
    free(work->posterior);
    cqa_features_destroy(work->features);
}

static enum cqa_status tracks_init(struct cqa_tracks *tracks, size_t count, int channels)
{
    *tracks = (struct cqa_tracks){.count = count, .channel_count = channels};
    for (int c = 0; c < channels; c++) {
        struct cqa_channel_track *track = &tracks->channel[c];
        track->class_ = calloc(count + 1, 1);
        track->still = calloc(count + 1, 1);
        if (track->class_ == NULL || track->still == NULL)
            return CQA_E_NOMEM;
        for (int k = 0; k < CQA_TRACK_COUNT; k++) {
            track->posterior[k] = calloc(count + 1, 1);
            if (track->posterior[k] == NULL)
                return CQA_E_NOMEM;
        }
    }
    return cqa_moments_init(&tracks->moments, count, channels);
}

/* One bit a tile in which every frame of the channel is at the bottom of the level's scale. */
static uint64_t silent_tiles(const uint8_t *level, size_t count)
{
    uint64_t silent = 0;

    for (size_t tile = 0; tile < CQA_CHUNK / CQA_TILE; tile++) {
        int all = 1;
        for (size_t t = tile * CQA_TILE; t < (tile + 1) * CQA_TILE && t < count; t++)
            all = all && level[t] == 0;
        silent |= (uint64_t)all << tile;
    }
    return silent;
}

CQA_HOT static void to_posteriors(const float *log_posterior, size_t count, uint8_t *out)
{
    for (size_t t = 0; t < count; t++)
        out[t] = (uint8_t)(int)(255.0f * cqa_fast_exp(log_posterior[t]) + 0.5f);
}

/* Two voices are a voice: adds the last row, in the log, to speech. */
CQA_HOT static void add_both(float *speech, const float *both, size_t count)
{
    for (size_t t = 0; t < count; t++) {
        const float most = cqa_max(speech[t], both[t]);
        const float sum = cqa_fast_exp(speech[t] - most) + cqa_fast_exp(both[t] - most);
        speech[t] = cqa_min(0.0f, most + 0.69314718f * cqa_fast_log2(sum));
    }
}

static void classify(struct work *work, const struct cqa_net *net, const struct cqa_frames *frames,
                     int c, size_t start, struct cqa_tracks *tracks)
{
    const size_t left = tracks->count - start;
    const size_t count = left < CQA_CHUNK ? left : CQA_CHUNK;

    cqa_net_run(net, work->inputs[c], silent_tiles(frames->channel[c].level + start, count),
                work->posterior);
    add_both(work->posterior + (size_t)CQA_CLASS_SPEECH * CQA_CHUNK,
             work->posterior + (size_t)CQA_TRACK_BOTH * CQA_CHUNK, count);
    for (int k = 0; k <= CQA_TRACK_BOTH; k++)
        to_posteriors(work->posterior + (size_t)k * CQA_CHUNK, count,
                      tracks->channel[c].posterior[k] + start);
    for (size_t t = 0; t < count; t++)
        cqa_viterbi_feed(&work->viterbi[c], work->posterior + t, CQA_CHUNK);
}

enum cqa_status cqa_tracks_make(const struct cqa_nets *nets, const struct cqa_frames *frames,
                                int mono, struct cqa_tracks *tracks)
{
    struct work work = {0};
    enum cqa_status status = tracks_init(tracks, frames->count, mono ? 1 : 2);

    if (status == CQA_OK)
        status = work_init(&work, frames, mono);
    for (size_t start = 0; status == CQA_OK && start < frames->count; start += CQA_CHUNK) {
        cqa_features_chunk(work.features, start, work.inputs);
        for (int c = 0; c < tracks->channel_count; c++) {
            classify(&work, nets->frames, frames, c, start, tracks);
            cqa_moments_take(&tracks->moments, c, start, work.inputs[c]);
        }
    }
    for (int c = 0; status == CQA_OK && c < tracks->channel_count; c++) {
        cqa_viterbi_trace(&work.viterbi[c], tracks->channel[c].class_);
        cqa_soft_music(&tracks->channel[c], tracks->count);
        tracks->channel[c].norms = *cqa_features_norms(work.features, c);
    }
    work_finish(&work);
    if (status == CQA_OK)
        status = cqa_still_find(frames, tracks);
    if (status != CQA_OK || nets->parked == NULL)
        return status;
    status = cqa_parked_find(nets->parked, frames, tracks);
    cqa_moments_finish(&tracks->moments);
    for (int c = 0; status == CQA_OK && c < tracks->channel_count; c++)
        cqa_parked_music(&tracks->channel[c], tracks->count);
    return status;
}

void cqa_tracks_finish(struct cqa_tracks *tracks)
{
    for (int c = 0; c < 2; c++) {
        free(tracks->channel[c].class_);
        free(tracks->channel[c].still);
        for (int k = 0; k < CQA_TRACK_COUNT; k++)
            free(tracks->channel[c].posterior[k]);
    }
    cqa_moments_finish(&tracks->moments);
    *tracks = (struct cqa_tracks){0};
}

enum cqa_status cqa_tracks_spans(const struct cqa_tracks *tracks, int channel, unsigned classes,
                                 struct cqa_spans *out)
{
    const uint8_t *class_ = tracks->channel[channel].class_;

    for (size_t t = 0; t < tracks->count;) {
        if (!(1u << class_[t] & classes)) {
            t++;
            continue;
        }
        const size_t first = t;
        while (t < tracks->count && 1u << class_[t] & classes)
            t++;
        if (cqa_spans_add(out, (int64_t)first * CQA_FRAME_MS, (int64_t)t * CQA_FRAME_MS) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

float cqa_tracks_mean(const struct cqa_tracks *tracks, int channel, int which, size_t first,
                      size_t last)
{
    unsigned long sum = 0;

    last = last < tracks->count ? last : tracks->count;
    if (first >= last)
        return 0;
    for (size_t t = first; t < last; t++)
        sum += tracks->channel[channel].posterior[which][t];
    return (float)sum / (255.0f * (float)(last - first));
}

void cqa_tracks_distance(const struct cqa_tracks *tracks, int channel, uint8_t *distance)
{
    const uint8_t *class_ = tracks->channel[channel].class_;
    unsigned since = 255;

    for (size_t t = 0; t < tracks->count; t++) {
        since = class_[t] == CQA_CLASS_SPEECH ? 0 : since + (since < 255);
        distance[t] = (uint8_t)since;
    }
    since = 255;
    for (size_t t = tracks->count; t-- > 0;) {
        since = class_[t] == CQA_CLASS_SPEECH ? 0 : since + (since < 255);
        distance[t] = (uint8_t)(since < distance[t] ? since : distance[t]);
    }
}

static int is_spoken(const struct cqa_tracks *tracks, size_t t)
{
    return tracks->channel[0].class_[t] == CQA_CLASS_SPEECH ||
           tracks->channel[1].class_[t] == CQA_CLASS_SPEECH;
}

/* How much louder channel 0 is in frame t, half dB: the mean over bands that filters leave alone.
 */
static int difference_at(const struct cqa_frames *frames, size_t t)
{
    int sum = 0;

    for (int b = ALIKE_FIRST; b < ALIKE_LAST; b++)
        sum += frames->channel[0].band[b][t] - frames->channel[1].band[b][t];
    return sum / (ALIKE_LAST - ALIKE_FIRST);
}

/* How often channel 0 is by how much louder than channel 1 while anybody speaks. */
struct differences {
    unsigned frames[2 * 256];
    unsigned total;
};

/* By how much more channel 0 is louder in the frame that only one in `parts` exceed than in the one
 * that one in `parts` do not reach, half dB. */
static int spread(const struct differences *all, unsigned parts)
{
    unsigned seen = 0;
    int low = -1;
    int high = 0;

    for (int i = 0; i < 2 * 256; i++) {
        seen += all->frames[i];
        low = low < 0 && parts * seen >= all->total ? i : low;
        high = parts * (seen - all->frames[i]) < (parts - 1) * all->total ? i : high;
    }
    return high - low;
}

int cqa_tracks_speak_alike(const struct cqa_frames *frames, const struct cqa_tracks *tracks)
{
    struct differences all = {0};

    for (size_t t = 0; t < tracks->count; t++)
        if (is_spoken(tracks, t)) {
            all.frames[difference_at(frames, t) + 256]++;
            all.total++;
        }
    return spread(&all, 10) < limits.alike_spread_half_db &&
           spread(&all, 50) < limits.alike_range_half_db;
}
