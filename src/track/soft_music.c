/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/soft_music.h"

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    size_t reach_frames;  /* to each side, over which music is half heard */
    unsigned mean_of_255; /* least mean posterior of music there */
    size_t run_frames;    /* shortest run of such frames, unless it fills a gap in music */
    unsigned edge_of_255; /* least of a frame and its neighbours where such a run begins or ends */
    size_t near_frames;   /* to each side of a frame that may be music */
    unsigned near_of_255; /* least mean posterior of music before it and after it */
    unsigned parked_of_255; /* least of the second look there */
    int sung_of_255;        /* how much surer the second look is of music than of a voice: sung */
} limits = {
    .reach_frames = 47,   /* by hand: 1.5 s */
    .mean_of_255 = 51,    /* by hand: music that was never met has a third here and a tenth there,
                             noise a fiftieth (0052) */
    .run_frames = 47,     /* by hand */
    .edge_of_255 = 30,    /* by hand: the mean reaches over the end of loud music */
    .near_frames = 8,     /* by hand: 0.25 s */
    .near_of_255 = 15,    /* by hand; 30 until the network of 0065 */
    .parked_of_255 = 204, /* by hand: 0.8, as hold_music.parked_share */
    .sung_of_255 = 128,   /* by hand */
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
    while (window->last < count && window->last <= t + limits.reach_frames)
        window->sum += music_at(track, window->last++);
    while (window->first + limits.reach_frames < t)
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
    return sum >= limits.edge_of_255 * (unsigned)(last - first);
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
    if (!fills_gap && last - first < limits.run_frames)
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
               track->posterior[CQA_TRACK_ANNOUNCED][t] + limits.sung_of_255;
}

/* Music is half heard before frame t and after it. */
static int half_heard(const uint8_t *music, size_t t)
{
    unsigned before = 0;
    unsigned after = 0;

    for (size_t i = 1; i <= limits.near_frames; i++) {
        before += music[t - i];
        after += music[t + i];
    }
    return before >= limits.near_of_255 * limits.near_frames &&
           after >= limits.near_of_255 * limits.near_frames;
}

/*
 * What the second look takes for a hold, and the classifier half hears as music, is music, be it
 * taken for a voice: a party's own words next to a hold have nothing of music.
 */
void cqa_parked_music(struct cqa_channel_track *track, size_t count)
{
    const uint8_t *music = track->posterior[CQA_CLASS_MUSIC];

    for (size_t t = limits.near_frames; t + limits.near_frames < count; t++)
        if (is_sung(track, t) ||
            (is_other(track->class_[t]) &&
             track->posterior[CQA_TRACK_PARKED][t] >= limits.parked_of_255 && half_heard(music, t)))
            track->class_[t] = CQA_CLASS_MUSIC;
}

void cqa_soft_music(struct cqa_channel_track *track, size_t count)
{
    struct window window = {0};
    size_t first = 0; /* of the run of soft frames that t is in */

    for (size_t t = 0; t < count; t++) {
        const unsigned around = slide(&window, track, count, t);
        if (track->class_[t] == CQA_CLASS_NONE && around >= limits.mean_of_255)
            continue;
        relabel(track, count, first, t);
        first = t + 1;
    }
    relabel(track, count, first, count);
}
