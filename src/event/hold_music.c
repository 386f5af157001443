/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/hold.h"

#include <stdlib.h>
#include "event/pauses.h"
#include "signal/levels.h"

enum {
    BRIDGE_MS = 2000,   /* gaps inside one hold */
    REST_MS = 20000,    /* the same where nobody at all speaks: soft passages, the seam of a loop */
    LONGEST_MS = 30000, /* of any gap that the second look takes for the hold */
    MUSIC_SHARE = 30,   /* per cent of a hold that is music without a voice */
    PIECE_MS = 1500,    /* longest piece without a voice that a hold has at least */
    ANCHOR_MS = 600,    /* least music that a hold can begin or end with */
    VOICE_MS = 1280,    /* least voice over music that makes it an announcement, */
    MIX_VOICE_MS = 2304, /* and on a mix */
    FLOOR_FRAMES = 60,   /* least, to know the floor by */
    TRIM_FRAMES = 32,    /* 1 s, how far from an edge the music may really begin */
    FLOOR_RUN = 3,       /* frames in a row at the floor */
    AT_FLOOR = 6,        /* half dB around it */
    OVER_FLOOR = 12,     /* half dB, how much the music must stand over it */
    PARKED_NOT = 64,     /* of 255: the second look sees no hold */
    DROP_MS = 1000,      /* least drop of the agent's line that moves an edge: a pause is shorter */
    SPEAKS_MS = 600,     /* least own speech in a gap that ends a hold */
    BUZZ_LAG = 37,       /* samples: 8000 / 216.7 */
    NOTES = 60,          /* of 255, mean tonality of music; speech in noise has 5 to 40 */
    NOISE_MS = 1000,     /* least of it on a mix that is left out: music has soft passages */
};

static const float parked_least = 0.8f;     /* mean of the second look over the music of a hold */
static const float along_least = 0.96f;     /* the same where the party's own pauses are as loud */
static const float voice_least = 0.9f;      /* mean of the second look's voice over VOICE_MS */
static const float mix_voice_least = 0.85f; /* the same over MIX_VOICE_MS, on a mix */
static const float gap_least = 0.7f;        /* the same over a gap in it */
static const float heard_least = 0.35f;     /* mean of music_heard over a hold: voices hum, */
static const float mix_heard_least = 0.25f; /* noises do; and on a mix, where voices lie over it */
static const float alone_least =
    0.8f; /* the same where nearly all is music: nothing to compare it with */

/* How sure the second look is that the span is a hold on channel c, 0..1. */
static float parked(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    return cqa_tracks_mean(scene->tracks, c, CQA_TRACK_PARKED, cqa_frame_at(span.start_ms),
                           cqa_frame_at(span.end_ms));
}

static int is_spoken(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    return cqa_spans_within_ms(&scene->speech[c], gap) >= SPEAKS_MS;
}

/* A pause in which the party says nothing belongs to the hold when it is short, or nobody speaks in
 * it, or the agent's line stays dropped. */
static int silent_gap_is_hold(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    const int64_t length = cqa_span_length_ms(gap);
    const int nobody = cqa_spans_within_ms(&scene->speech[1 - c], gap) < SPEAKS_MS;

    return length < BRIDGE_MS || (nobody && length < REST_MS) ||
           (c == scene->agent && 10 * cqa_spans_within_ms(&scene->mute.dropped, gap) > 9 * length);
}

/* What a line carries between its party's words, half dB; -1 where that was not to be heard. */
static int floor_of(const struct cqa_scene *scene, int c)
{
    const struct cqa_channel_track *track = &scene->tracks->channel[c];
    struct cqa_levels levels = {0};

    for (size_t t = 0; t < scene->tracks->count; t++)
        if (track->class_[t] == CQA_CLASS_NONE &&
            track->posterior[CQA_TRACK_PARKED][t] <= PARKED_NOT)
            cqa_levels_add(&levels, scene->frames->channel[c].level[t]);
    return levels.total >= FLOOR_FRAMES ? cqa_levels_low(&levels, 4) : -1;
}

/* The level over which four fifths of the music in the span lie, half dB. */
static int soft_music_level(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    struct cqa_levels levels = {0};

    for (size_t t = cqa_frame_at(span.start_ms);
         t < cqa_frame_at(span.end_ms) && t < scene->tracks->count; t++)
        if (scene->tracks->channel[c].class_[t] == CQA_CLASS_MUSIC)
            cqa_levels_add(&levels, scene->frames->channel[c].level[t]);
    return cqa_levels_low(&levels, 5);
}

/* Whether what lies between two pieces of music on channel c belongs to the hold. A voice in it may
 * be an announcement, or the party between two holds. */
static int gap_is_hold(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    if (cqa_span_length_ms(gap) < LONGEST_MS && parked(scene, c, gap) > gap_least)
        return 1;
    return !is_spoken(scene, c, gap) && silent_gap_is_hold(scene, c, gap);
}

/* On a mix noise of either party's goes on after the music, and some of it passes for music. */
static int is_noise_of_mix(const struct cqa_scene *scene, int c, struct cqa_span piece)
{
    return scene->mono && cqa_span_length_ms(piece) >= NOISE_MS &&
           parked(scene, c, piece) < along_least && cqa_plays_along(scene, c, piece);
}

static enum cqa_status join_music(const struct cqa_scene *scene, int c, struct cqa_spans *out)
{
    struct cqa_spans pieces = {0};
    enum cqa_status status = cqa_tracks_spans(
        scene->tracks, c, 1u << CQA_CLASS_MUSIC | 1u << CQA_CLASS_ANNOUNCEMENT, &pieces);

    for (size_t i = 0; i < pieces.count && status == CQA_OK; i++) {
        struct cqa_span *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        if (is_noise_of_mix(scene, c, pieces.items[i]))
            continue;
        if (last != NULL &&
            gap_is_hold(scene, c, (struct cqa_span){last->end_ms, pieces.items[i].start_ms}))
            last->end_ms = pieces.items[i].end_ms;
        else
            status = cqa_spans_add(out, pieces.items[i].start_ms, pieces.items[i].end_ms);
    }
    cqa_spans_finish(&pieces);
    return status;
}

/* Between two pieces of music that were joined. */
static int stays_in_hold(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    return !is_spoken(scene, c, gap) || parked(scene, c, gap) > gap_least;
}

/*
 * A hold begins and ends in music: a voice before it or after it is the party's own, though the
 * music near by makes the classifier take it for an announcement.
 */
static enum cqa_status cut_to_music(const struct cqa_scene *scene, int c, struct cqa_span joined,
                                    struct cqa_spans *out)
{
    const uint8_t *class_ = scene->tracks->channel[c].class_;
    const size_t last = cqa_frame_at(joined.end_ms) < scene->tracks->count
                            ? cqa_frame_at(joined.end_ms)
                            : scene->tracks->count;
    const size_t already = out->count;

    for (size_t t = cqa_frame_at(joined.start_ms); t < last; t++) {
        const size_t first = t;
        while (t < last && class_[t] == CQA_CLASS_MUSIC)
            t++;
        const struct cqa_span piece = {(int64_t)first * CQA_FRAME_MS, (int64_t)t * CQA_FRAME_MS};
        struct cqa_span *before = out->count > already ? &out->items[out->count - 1] : NULL;
        if (cqa_span_length_ms(piece) < ANCHOR_MS)
            continue;
        if (before != NULL &&
            stays_in_hold(scene, c, (struct cqa_span){before->end_ms, piece.start_ms}))
            before->end_ms = piece.end_ms;
        else if (cqa_spans_add(out, piece.start_ms, piece.end_ms) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* A voice over the music, be it taken for the party's: what lies between pieces of music is not. On
 * a mix a word of the waiting customer lies over the music too: an announcement is longer. */
static int has_voice(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const size_t window = (scene->mono ? MIX_VOICE_MS : VOICE_MS) / CQA_FRAME_MS;
    const float least = scene->mono ? mix_voice_least : voice_least;
    const size_t last = cqa_frame_at(span.end_ms);

    for (size_t t = cqa_frame_at(span.start_ms); t + window <= last; t += 4)
        if (cqa_tracks_mean(scene->tracks, c, CQA_TRACK_ANNOUNCED, t, t + window) > least)
            return 1;
    return 0;
}

/* A voice over music has music without a voice around it; a voice alone is somebody speaking. */
static int has_music_alone(const struct cqa_scene *scene, int c, struct cqa_span span, int share)
{
    int64_t alone_ms = 0;
    int64_t run_ms = 0;
    int64_t longest_ms = 0;

    for (size_t t = cqa_frame_at(span.start_ms);
         t < cqa_frame_at(span.end_ms) && t < scene->tracks->count; t++) {
        const int music = scene->tracks->channel[c].class_[t] == CQA_CLASS_MUSIC;
        alone_ms += music ? CQA_FRAME_MS : 0;
        run_ms = music ? run_ms + CQA_FRAME_MS : 0;
        longest_ms = run_ms > longest_ms ? run_ms : longest_ms;
    }
    return 100 * alone_ms >= share * cqa_span_length_ms(span) && longest_ms >= PIECE_MS;
}

/* How much of the span sounds like music to the classifier, 0..1. */
static float music_heard(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const size_t first = cqa_frame_at(span.start_ms);
    const size_t last = cqa_frame_at(span.end_ms);

    return cqa_tracks_mean(scene->tracks, c, CQA_CLASS_MUSIC, first, last) +
           cqa_tracks_mean(scene->tracks, c, CQA_CLASS_ANNOUNCEMENT, first, last);
}

/* How sure the second look is of the music in the span, 0..1; pauses that were bridged say nothing.
 */
static float music_parked(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const struct cqa_channel_track *track = &scene->tracks->channel[c];
    unsigned long sum = 0;
    unsigned long count = 0;

    for (size_t t = cqa_frame_at(span.start_ms);
         t < cqa_frame_at(span.end_ms) && t < scene->tracks->count; t++) {
        if (track->class_[t] != CQA_CLASS_MUSIC && track->class_[t] != CQA_CLASS_ANNOUNCEMENT)
            continue;
        sum += track->posterior[CQA_TRACK_PARKED][t];
        count++;
    }
    return count > 0 ? (float)sum / (255.0f * (float)count) : 0.0f;
}

/* Where nearly all of the recording is music there is nothing to compare it with. */
static float least_heard(const struct cqa_scene *scene, struct cqa_span heard)
{
    if (10 * cqa_span_length_ms(heard) >= 8 * scene->duration_ms)
        return alone_least;
    return scene->mono ? mix_heard_least : heard_least;
}

static int nobody_speaks(const struct cqa_scene *scene)
{
    return scene->speech[0].count == 0 && scene->speech[1].count == 0;
}

/*
 * A caller who gave up in the queue leaves music and nothing to compare it with, which neither look
 * was taught. Notes tell: energy in spectral peaks that stay, of which a voice or noise has little.
 */
static int is_music_alone(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    const struct cqa_channel_track *track = &scene->tracks->channel[c];
    unsigned long tonality = 0;
    unsigned long count = 0;

    for (size_t t = cqa_frame_at(heard.start_ms);
         t < cqa_frame_at(heard.end_ms) && t < scene->tracks->count; t++) {
        if (track->class_[t] != CQA_CLASS_MUSIC)
            continue;
        tonality += scene->frames->channel[c].tonality[t];
        count++;
    }
    return nobody_speaks(scene) && tonality >= NOTES * count &&
           10 * (int64_t)count * CQA_FRAME_MS >= 8 * cqa_span_length_ms(heard);
}

/* More speech than music to the classifier: hands-free talk in a small room. Of 238 holds on
 * simulated mixes the music leads in all. */
static int is_rather_spoken(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    return cqa_tracks_mean(scene->tracks, c, CQA_CLASS_SPEECH, cqa_frame_at(heard.start_ms),
                           cqa_frame_at(heard.end_ms)) > music_heard(scene, c, heard);
}

/* A GSM telephone near by: its bursts, 216.7 a second, at one pitch and nothing else. */
static int is_buzz(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    size_t pitched = 0;
    size_t buzzing = 0;

    for (size_t t = cqa_frame_at(heard.start_ms);
         t < cqa_frame_at(heard.end_ms) && t < scene->frames->count; t++) {
        pitched += rows->lag[t] > 0;
        buzzing += rows->lag[t] >= BUZZ_LAG - 1 && rows->lag[t] <= BUZZ_LAG + 1;
    }
    return 20 * buzzing >= 19 * pitched && 3 * buzzing >= cqa_frame_at(cqa_span_length_ms(heard));
}

static int is_hold_music(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    const float sure = music_parked(scene, c, heard);

    if (is_buzz(scene, c, heard) || is_rather_spoken(scene, c, heard))
        return 0;
    if (is_music_alone(scene, c, heard))
        return 1;

    return sure > parked_least && has_music_alone(scene, c, heard, MUSIC_SHARE) &&
           music_heard(scene, c, heard) > least_heard(scene, heard) &&
           (sure > along_least || !cqa_plays_along(scene, c, heard));
}

/* Frames between an edge of the span and the music: where the line carries no more than anyway, a
 * few frames in a row, the music has not begun. `step` 1 from its first frame on, -1 from its last
 * one back. */
static ptrdiff_t frames_to_trim(const uint8_t *level, size_t edge, size_t count, int step,
                                int floor)
{
    const ptrdiff_t most = (ptrdiff_t)(count < TRIM_FRAMES ? count : TRIM_FRAMES);
    ptrdiff_t trim = 0;
    int run = 0;

    for (ptrdiff_t i = 0; i < most; i++) {
        run = level[(ptrdiff_t)edge + i * step] <= floor + AT_FLOOR ? run + 1 : 0;
        trim = run >= FLOOR_RUN ? i + 1 : trim;
    }
    return trim;
}

/* The classifier hears music on into the pause beside it, and into the word beyond. */
static struct cqa_span trim_to_sound(const struct cqa_scene *scene, int c, int floor,
                                     struct cqa_span heard)
{
    const uint8_t *level = scene->frames->channel[c].level;
    const size_t first = cqa_frame_at(heard.start_ms);
    const size_t last = cqa_frame_at(heard.end_ms);

    if (floor < 0 || last <= first || soft_music_level(scene, c, heard) < floor + OVER_FLOOR)
        return heard;
    const ptrdiff_t before = frames_to_trim(level, first, last - first, 1, floor);
    const ptrdiff_t after = frames_to_trim(level, last - 1, last - first, -1, floor);
    if (before + after >= (ptrdiff_t)(last - first))
        return heard;
    return (struct cqa_span){heard.start_ms + before * CQA_FRAME_MS,
                             heard.end_ms - after * CQA_FRAME_MS};
}

/* A park silences the agent's line as a whole, so a drop that touches the music shows where it
 * really began and ended. */
static struct cqa_span widen_by_drop(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_spans *dropped = &scene->mute.dropped;

    for (size_t i = 0; i < dropped->count; i++) {
        const struct cqa_span drop = dropped->items[i];
        if (cqa_span_length_ms(drop) < DROP_MS || drop.start_ms > span.end_ms + BRIDGE_MS / 2 ||
            drop.end_ms < span.start_ms - BRIDGE_MS / 2)
            continue;
        span.start_ms = drop.start_ms < span.start_ms ? drop.start_ms : span.start_ms;
        span.end_ms = drop.end_ms > span.end_ms ? drop.end_ms : span.end_ms;
    }
    return span;
}

/* The second look is surer of itself than it is right: the curve is fitted to how often it was, on
 * simulated calls with music that it had not learned from (docs/accuracy.md, "Confidence"). */
static float confidence(float parked_mean)
{
    const float over = 2.0f * parked_mean - 1.0f;
    const float cubed = over * over * over;

    return 0.5f + 0.49f * cubed * cubed;
}

enum cqa_status cqa_hold_find_music(const struct cqa_scene *scene, int c,
                                    struct cqa_hold_candidates *all)
{
    const int floor = floor_of(scene, c);
    struct cqa_spans sound = {0};
    struct cqa_spans joined = {0};
    enum cqa_status status = join_music(scene, c, &sound);

    for (size_t i = 0; i < sound.count && status == CQA_OK; i++)
        status = cut_to_music(scene, c, sound.items[i], &joined);
    for (size_t i = 0; i < joined.count && status == CQA_OK; i++) {
        const struct cqa_span heard = trim_to_sound(scene, c, floor, joined.items[i]);
        const struct cqa_hold_candidate candidate = {
            .span = c == scene->agent ? widen_by_drop(scene, heard) : heard,
            .channel = c,
            .kind = has_voice(scene, c, heard) ? CQA_KIND_ANNOUNCEMENT : CQA_KIND_MUSIC,
            .confidence = confidence(music_parked(scene, c, heard))};
        if (cqa_span_length_ms(heard) >= BRIDGE_MS &&
            cqa_span_length_ms(candidate.span) >= CQA_HOLD_SHORTEST_MS &&
            is_hold_music(scene, c, heard))
            status = cqa_hold_add(all, &candidate);
    }
    cqa_spans_finish(&sound);
    cqa_spans_finish(&joined);
    return status;
}
