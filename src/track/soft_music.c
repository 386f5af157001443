/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/soft_music.h"

enum {
    REACH = 47,         /* frames to each side, 1.5 s */
    MEAN_LEAST = 51,    /* of 255, over the window */
    RUN_LEAST = 47,     /* frames */
    NEAR = 8,           /* frames, 0.25 s, to each side of one that may be music */
    NEAR_LEAST = 15,    /* of 255, before it and after it: beyond an edge there is none */
    PARKED_LEAST = 204, /* of 255, of the second look, */
    ALONE_LEAST = 128,  /* and by how much more for music than for a voice over it: it is sung */
    EDGE_LEAST = 30, /* of 255, of a frame and its neighbours, where soft music may begin or end */
};

static unsigned music_at(const struct cqa_channel_track *track, size_t t)
{
    return (unsigned)track->posterior[CQA_CLASS_MUSIC][t] +
           track->posterior[CQA_CLASS_ANNOUNCEMENT][t];
}

/* Sum of music's posterior over [first, last), which slides along. */
struct window {
    size_t first;
    size_t last;
    unsigned sum;
};

/* Moves the window to be around frame t, which only grows; returns its mean. */
static unsigned slide(struct window *window, const struct cqa_channel_track *track, size_t count,
                      size_t t)
{
    while (window->last < count && window->last <= t + REACH)
        window->sum += music_at(track, window->last++);
    while (window->first + REACH < t)
        window->sum -= music_at(track, window->first++);
    return window->sum / (unsigned)(window->last - window->first);
}

static int begins_or_ends(const struct cqa_channel_track *track, size_t count, size_t t)
{
    const size_t first = t > 0 ? t - 1 : 0;
    const size_t last = t + 2 < count ? t + 2 : count;
    unsigned sum = 0;

    for (size_t i = first; i < last; i++)
        sum += music_at(track, i);
    return sum >= EDGE_LEAST * (unsigned)(last - first);
}

static int is_music(const struct cqa_channel_track *track, size_t count, size_t t)
{
    return t < count && track->class_[t] == CQA_CLASS_MUSIC;
}

/*
 * The window, and the classifier's own context, reach over the end of loud music too. So a run ends
 * where music is still heard, and a short one is only believed where it fills a gap in music: near
 * loud music the party's own voice passes for an announcement.
 */
static void relabel(struct cqa_channel_track *track, size_t count, size_t first, size_t last)
{
    const int fills_gap =
        first > 0 && is_music(track, count, first - 1) && is_music(track, count, last);

    while (!fills_gap && first < last && !begins_or_ends(track, count, first))
        first++;
    while (!fills_gap && last > first && !begins_or_ends(track, count, last - 1))
        last--;
    if (!fills_gap && last - first < RUN_LEAST)
        return;
    for (size_t t = first; t < last; t++)
        track->class_[t] = CQA_CLASS_MUSIC;
}

static int is_other(uint8_t class_)
{
    return class_ == CQA_CLASS_NONE || class_ == CQA_CLASS_SPEECH;
}

/* A voice over music to the classifier, which knows no songs; the second look hears one. */
static int is_sung(const struct cqa_channel_track *track, size_t t)
{
    return track->class_[t] == CQA_CLASS_ANNOUNCEMENT &&
           track->posterior[CQA_TRACK_PARKED][t] >=
               track->posterior[CQA_TRACK_ANNOUNCED][t] + ALONE_LEAST;
}

/* Music is half heard before frame t and after it. */
static int half_heard(const uint8_t *music, size_t t)
{
    unsigned before = 0;
    unsigned after = 0;

    for (size_t i = 1; i <= NEAR; i++) {
        before += music[t - i];
        after += music[t + i];
    }
    return before >= NEAR_LEAST * NEAR && after >= NEAR_LEAST * NEAR;
}

/*
 * What the second look takes for a hold, and the classifier half hears as music, is music, be it
 * taken for a voice: a party's own words next to a hold have nothing of music.
 */
void cqa_parked_music(struct cqa_channel_track *track, size_t count)
{
    const uint8_t *music = track->posterior[CQA_CLASS_MUSIC];

    for (size_t t = NEAR; t + NEAR < count; t++)
        if (is_sung(track, t) ||
            (is_other(track->class_[t]) && track->posterior[CQA_TRACK_PARKED][t] >= PARKED_LEAST &&
             half_heard(music, t)))
            track->class_[t] = CQA_CLASS_MUSIC;
}

void cqa_soft_music(struct cqa_channel_track *track, size_t count)
{
    struct window window = {0};
    size_t first = 0; /* of the run of soft frames that t is in */

    for (size_t t = 0; t < count; t++) {
        const unsigned around = slide(&window, track, count, t);
        if (track->class_[t] == CQA_CLASS_NONE && around >= MEAN_LEAST)
            continue;
        relabel(track, count, first, t);
        first = t + 1;
    }
    relabel(track, count, first, count);
}
