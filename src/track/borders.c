/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/borders.h"

#include "signal/hot.h"

enum {
    REACH_MAX = 5
}; /* frames to each side: of speech next to a pause nothing is open further
      away */

/* By how much the posteriors of a frame, of 255, speak for the classes: nats. */
static float evidence(const struct cqa_channel_track *track, unsigned classes, size_t t)
{
    unsigned in = 0;
    unsigned all = 0;

    for (int k = 0; k < CQA_CLASS_COUNT; k++) {
        all += track->posterior[k][t];
        in += 1u << k & classes ? track->posterior[k][t] : 0;
    }
    return 0.69314718f *
           (cqa_fast_log2((float)in + 0.5f) - cqa_fast_log2((float)(all - in) + 0.5f));
}

/* The border before frame t, `reach` frames to each side of which are looked at: ms. */
static int64_t refined_ms(const struct cqa_channel_track *track, unsigned classes, int begins,
                          size_t t, size_t reach)
{
    float score[2 * REACH_MAX + 1] = {0};
    float most = 0;
    float sum = 0;
    float places = 0;

    for (size_t i = 0; i < 2 * reach; i++) { /* of the border behind that frame */
        const float inside = evidence(track, classes, t - reach + i);
        score[i + 1] = score[i] + (begins ? -inside : inside);
        most = cqa_max(most, score[i + 1]);
    }
    for (size_t i = 0; i <= 2 * reach; i++) {
        const float weight = cqa_fast_exp(score[i] - most);
        sum += weight;
        places += weight * (float)i;
    }
    return (int64_t)(t - reach) * CQA_FRAME_MS +
           (int64_t)((float)CQA_FRAME_MS * places / sum + 0.5f);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void cqa_tracks_refine(const struct cqa_tracks *tracks, int channel, unsigned classes,
                       struct cqa_spans *spans)
{
    const struct cqa_channel_track *track = &tracks->channel[channel];
    size_t before = 0; /* where the span before ended */

    for (size_t i = 0; i < spans->count; i++) {
        struct cqa_span *span = &spans->items[i];
        const size_t first = cqa_frame_at(span->start_ms);
        const size_t last = cqa_frame_at(span->end_ms);
        const size_t next =
            i + 1 < spans->count ? cqa_frame_at(spans->items[i + 1].start_ms) : tracks->count;
        const size_t half = least(REACH_MAX, (last - first) / 2);
        const size_t gap_before = i == 0 ? first : (first - before) / 2;
        const size_t gap_after = i + 1 < spans->count ? (next - last) / 2 : next - last;
        span->start_ms = refined_ms(track, classes, 1, first, least(half, gap_before));
        span->end_ms = refined_ms(track, classes, 0, last, least(half, gap_after));
        before = last;
    }
}
