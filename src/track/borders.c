/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/borders.h"

#include "signal/hot.h"

enum {
    REACH_MAX = 5, /* frames to each side: of speech next to a pause nothing is open further away */
    LOOK_MAX = 24  /* of music that fades */
};

/* What the second look, which knows moments of 256 ms, may add at most to what the classifier says
 * of a frame: as if it were sure to 0.95. */
static const float second_nats = 3.0f;

/* By how much `in` of `all` speaks for something: nats. */
static float nats(unsigned in, unsigned all)
{
    return 0.69314718f *
           (cqa_fast_log2((float)in + 0.5f) - cqa_fast_log2((float)(all - in) + 0.5f));
}

struct look {
    const struct cqa_channel_track *track;
    unsigned classes;
    const struct cqa_hold_sound *hold; /* NULL: a voice */
};

/* Whether a voice in a frame is sung: it passes for an announcement, but was taken for music after
 * all, and the second look hears a hold. Without that it may be the party's own, back in a word. */
static int is_sung(const struct look *look, size_t t)
{
    return look->hold != NULL && look->track->class_[t] == CQA_CLASS_MUSIC &&
           look->track->posterior[CQA_TRACK_PARKED][t] > 127;
}

/* By how much the posteriors of a frame, of 255, speak for the classes; for music what is sung,
 * too. */
static float classified(const struct look *look, size_t t)
{
    const unsigned sung = is_sung(look, t) ? 1u << CQA_CLASS_ANNOUNCEMENT : 0;
    unsigned in = 0;
    unsigned all = 0;

    for (int k = 0; k < CQA_CLASS_COUNT; k++) {
        all += look->track->posterior[k][t];
        in += 1u << k & (look->classes | sung) ? look->track->posterior[k][t] : 0;
    }
    return nats(in, all);
}

/* For a hold both looks speak, but in a voice over music the second is no witness: beside a hold it
 * may be the party's own. What is no louder than the floor cannot be its music. */
static float evidence(const struct look *look, size_t t)
{
    const uint8_t *const *posterior = (const uint8_t *const *)look->track->posterior;
    float sum = classified(look, t);

    if (look->hold == NULL)
        return sum;
    sum += cqa_clamp(nats(posterior[CQA_TRACK_PARKED][t], 255), -second_nats, second_nats) *
           (1.0f - (float)posterior[CQA_CLASS_ANNOUNCEMENT][t] / 255.0f);
    if (look->hold->floor < 0)
        return sum;
    return cqa_min(sum, 0.5f * (float)(look->hold->level[t] - look->hold->floor));
}

/* The border before frame t, `reach` frames to each side of which are looked at: ms. */
static int64_t refined_ms(const struct look *look, int begins, size_t t, size_t reach)
{
    float score[2 * LOOK_MAX + 1] = {0};
    float most = 0;
    float sum = 0;
    float places = 0;

    for (size_t i = 0; i < 2 * reach; i++) { /* of the border behind that frame */
        const float inside = evidence(look, t - reach + i);
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
    const struct look look = {&tracks->channel[channel], classes, NULL};
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
        span->start_ms = refined_ms(&look, 1, first, least(half, gap_before));
        span->end_ms = refined_ms(&look, 0, last, least(half, gap_after));
        before = last;
    }
}

struct cqa_span cqa_tracks_refine_hold(const struct cqa_tracks *tracks, int channel,
                                       const struct cqa_hold_sound *sound, struct cqa_span span,
                                       struct cqa_span room)
{
    const struct look look = {&tracks->channel[channel], 1u << CQA_CLASS_MUSIC, sound};
    const size_t first = cqa_frame_at(span.start_ms);
    const size_t last = cqa_frame_at(span.end_ms);
    const size_t half = least(LOOK_MAX, (last - first) / 2);

    const size_t before = first - cqa_frame_at(room.start_ms);
    const size_t after = cqa_frame_at(room.end_ms) - last;

    return (struct cqa_span){refined_ms(&look, 1, first, least(half, before)),
                             refined_ms(&look, 0, last, least(half, after))};
}
