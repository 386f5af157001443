/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/hold.h"

#include <stdlib.h>
#include "event/hold_edges.h"
#include "event/pauses.h"
#include "signal/levels.h"

/* How sure the second look is that the span is a hold on channel c, 0..1. */
static float parked(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    return cqa_tracks_mean(scene->tracks, c, CQA_TRACK_PARKED, cqa_frame_at(span.start_ms),
                           cqa_frame_at(span.end_ms));
}

static int is_spoken(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    return cqa_spans_within_ms(&scene->speech[c], gap) >=
           cqa_scene_limits(scene)->hold_music.speaks_ms;
}

/* A pause in which the party says nothing belongs to the hold when it is short, or nobody speaks in
 * it, or the agent's line stays dropped. */
static int silent_gap_is_hold(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const int64_t length = cqa_span_length_ms(gap);
    const int nobody = cqa_spans_within_ms(&scene->speech[1 - c], gap) < limits->speaks_ms;

    return length < limits->bridge_ms || (nobody && length < limits->rest_ms) ||
           (c == scene->agent && 100 * cqa_spans_within_ms(&scene->mute.dropped, gap) >
                                     limits->dropped_percent * length);
}

/* Music on channel c that has begun, what lies between it and the next piece, and that piece. */
struct between {
    struct cqa_span before;
    struct cqa_span gap;
    struct cqa_span after;
    int floor; /* of the channel (event/hold_edges.h) */
};

static struct between between(struct cqa_span before, struct cqa_span after, int floor)
{
    return (struct between){before, {before.end_ms, after.start_ms}, after, floor};
}

/* On a mix what the party says between two holds sounds like an announcement to the second look;
 * but the music does not go on around it. */
static int is_between_holds(const struct cqa_scene *scene, int c, const struct between *at)
{
    const struct cqa_span music = {at->before.start_ms, at->after.end_ms};

    return scene->mono &&
           cqa_tracks_mean(scene->tracks, c, CQA_TRACK_ANNOUNCED, cqa_frame_at(at->gap.start_ms),
                           cqa_frame_at(at->gap.end_ms)) >=
               cqa_scene_limits(scene)->hold_music.stop_share &&
           cqa_hold_stops(scene, c, at->floor, music, at->gap);
}

static int sounds_parked(const struct cqa_scene *scene, int c, const struct between *at)
{
    return parked(scene, c, at->gap) > cqa_scene_limits(scene)->hold_music.gap_share &&
           !is_between_holds(scene, c, at);
}

/* Whether what lies between two pieces of music on channel c belongs to the hold. A voice in it may
 * be an announcement, or the party between two holds. */
static int gap_is_hold(const struct cqa_scene *scene, int c, const struct between *at)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const struct cqa_span gap = at->gap;

    if (cqa_span_length_ms(gap) < limits->longest_ms && sounds_parked(scene, c, at))
        return 1;
    return !is_spoken(scene, c, gap) && silent_gap_is_hold(scene, c, gap);
}

/* On a mix noise of either party's goes on after the music, and some of it passes for music. */
static int is_noise_of_mix(const struct cqa_scene *scene, int c, struct cqa_span piece)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;

    return scene->mono && cqa_span_length_ms(piece) >= limits->noise_ms &&
           parked(scene, c, piece) < limits->along_share && cqa_plays_along(scene, c, piece);
}

static enum cqa_status join_music(const struct cqa_scene *scene, int c, int floor,
                                  struct cqa_spans *out)
{
    struct cqa_spans pieces = {0};
    enum cqa_status status = cqa_tracks_spans(
        scene->tracks, c, 1u << CQA_CLASS_MUSIC | 1u << CQA_CLASS_ANNOUNCEMENT, &pieces);

    for (size_t i = 0; i < pieces.count && status == CQA_OK; i++) {
        struct cqa_span *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        const struct cqa_span piece = pieces.items[i];
        if (is_noise_of_mix(scene, c, piece))
            continue;
        const struct between at = between(last != NULL ? *last : piece, piece, floor);
        if (last != NULL && gap_is_hold(scene, c, &at))
            last->end_ms = piece.end_ms;
        else
            status = cqa_spans_add(out, piece.start_ms, piece.end_ms);
    }
    cqa_spans_finish(&pieces);
    return status;
}

/* Between two pieces of music that were joined. */
static int stays_in_hold(const struct cqa_scene *scene, int c, const struct between *at)
{
    return !is_spoken(scene, c, at->gap) || sounds_parked(scene, c, at);
}

/*
 * A hold begins and ends in music: a voice before it or after it is the party's own, though the
 * music near by makes the classifier take it for an announcement.
 */
static enum cqa_status cut_to_music(const struct cqa_scene *scene, int c, int floor,
                                    struct cqa_span joined, struct cqa_spans *out)
{
    const int64_t anchor_ms = cqa_scene_limits(scene)->hold_music.anchor_ms;
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
        const struct between at = between(before != NULL ? *before : piece, piece, floor);
        if (cqa_span_length_ms(piece) < anchor_ms)
            continue;
        if (before != NULL && stays_in_hold(scene, c, &at))
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
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const size_t window = cqa_frame_at(scene->mono ? limits->mix_voice_ms : limits->voice_ms);
    const float least = scene->mono ? limits->mix_voice_share : limits->voice_share;
    const size_t last = cqa_frame_at(span.end_ms);

    for (size_t t = cqa_frame_at(span.start_ms); t + window <= last; t += 4)
        if (cqa_tracks_mean(scene->tracks, c, CQA_TRACK_ANNOUNCED, t, t + window) > least)
            return 1;
    return 0;
}

/* A voice over music has music without a voice around it; a voice alone is somebody speaking. */
static int has_music_alone(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
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
    return 100 * alone_ms >= limits->music_percent * cqa_span_length_ms(span) &&
           longest_ms >= limits->piece_ms;
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

/* Nearly all of the recording: there is nothing to compare it with. */
static int is_nearly_all(const struct cqa_scene *scene, struct cqa_span heard)
{
    return 100 * cqa_span_length_ms(heard) >=
           cqa_scene_limits(scene)->hold_music.alone_percent * scene->duration_ms;
}

static float least_heard(const struct cqa_scene *scene, struct cqa_span heard)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;

    return is_nearly_all(scene, heard) ? limits->alone_share : limits->heard_share;
}

/*
 * A caller who gave up in the queue leaves music and nothing to compare it with, which neither look
 * was taught. Notes tell: energy in spectral peaks that stay, of which a voice or noise has little.
 */
static int is_music_alone(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
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
    return cqa_scene_nobody_speaks(scene) && tonality >= limits->notes_of_255 * count &&
           100 * (int64_t)count * CQA_FRAME_MS >= limits->notes_percent * cqa_span_length_ms(heard);
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
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const struct cqa_channel_frames *rows = &scene->frames->channel[c];
    size_t pitched = 0;
    size_t buzzing = 0;

    for (size_t t = cqa_frame_at(heard.start_ms);
         t < cqa_frame_at(heard.end_ms) && t < scene->frames->count; t++) {
        pitched += rows->lag[t] > 0;
        buzzing += abs(rows->lag[t] - limits->buzz_lag) <= 1;
    }
    return 100 * buzzing >= limits->buzz_percent * pitched &&
           limits->buzz_part * buzzing >= cqa_frame_at(cqa_span_length_ms(heard));
}

/* Up and down from frame to frame, as syllables are; drums are too, of which the second look is
 * sure. */
static int is_uneven(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    const uint8_t *level = scene->frames->channel[c].level;
    const size_t first = cqa_frame_at(heard.start_ms) + 1;
    long sum = 0;
    long count = 0;

    for (size_t t = first; t < cqa_frame_at(heard.end_ms) && t < scene->frames->count; t++) {
        sum += abs(level[t] - level[t - 1]);
        count++;
    }
    return sum >= cqa_scene_limits(scene)->hold_music.uneven_half_db * count;
}

/* A voice that passes for music, for all that the second look says. */
static int may_be_a_voice(const struct cqa_scene *scene, int c, struct cqa_span heard, float sure)
{
    return is_uneven(scene, c, heard) &&
           (sure <= cqa_scene_limits(scene)->hold_music.uneven_share ||
            is_nearly_all(scene, heard));
}

/* What the line carries anyway; whoever talks on beside it does not wait. */
static int may_be_the_room(const struct cqa_scene *scene, int c, struct cqa_span heard, float sure)
{
    const struct cqa_event_limits *limits = cqa_scene_limits(scene);

    return cqa_plays_along(scene, c, heard) &&
           (sure <= limits->hold_music.along_share ||
            cqa_scene_speaks_over(scene, 1 - c, heard, limits->hold.customer_percent));
}

static int is_hold_music(const struct cqa_scene *scene, int c, struct cqa_span heard)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const float sure = music_parked(scene, c, heard);

    if (is_buzz(scene, c, heard) || is_rather_spoken(scene, c, heard))
        return 0;
    if (is_music_alone(scene, c, heard))
        return 1;

    return sure > limits->parked_share && has_music_alone(scene, c, heard) &&
           music_heard(scene, c, heard) > least_heard(scene, heard) &&
           !may_be_a_voice(scene, c, heard, sure) && !may_be_the_room(scene, c, heard, sure);
}

/* Whether what a drop of the agent's line has more than the music on channel c is the same park: on
 * the other line its party may have gone on talking, or a voice over the music may have begun. */
static int is_park(const struct cqa_scene *scene, int c, struct cqa_span more)
{
    return cqa_span_length_ms(more) > 0 &&
           (c == scene->agent ||
            parked(scene, c, more) > cqa_scene_limits(scene)->hold_music.drop_share);
}

/* A park silences the agent's line as a whole, so a drop that touches the music shows where it
 * really began and ended. */
static struct cqa_span widen_by_drop(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const struct cqa_spans *dropped = &scene->mute.dropped;

    for (size_t i = 0; i < dropped->count; i++) {
        const struct cqa_span drop = dropped->items[i];
        if (cqa_span_length_ms(drop) < limits->drop_ms ||
            drop.start_ms > span.end_ms + limits->drop_near_ms ||
            drop.end_ms < span.start_ms - limits->drop_near_ms)
            continue;
        if (is_park(scene, c, (struct cqa_span){drop.start_ms, span.start_ms}))
            span.start_ms = drop.start_ms;
        if (is_park(scene, c, (struct cqa_span){span.end_ms, drop.end_ms}))
            span.end_ms = drop.end_ms;
    }
    return span;
}

/* The second look is surer of itself than it is right: the curve is fitted to how often it was, on
 * simulated calls with music that it had not learned from (docs/accuracy.md, "Confidence"). */
static float confidence(const struct cqa_hold_music_limits *limits, float parked_mean)
{
    const float over = 2.0f * parked_mean - 1.0f;
    const float cubed = over * over * over;

    return limits->sure_least + limits->sure_more * cubed * cubed;
}

/* Rather a party's than an announcement's, to both looks. */
static int is_rather_a_party(const struct cqa_scene *scene, int c, size_t first, size_t last)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const float said = cqa_tracks_mean(scene->tracks, c, CQA_CLASS_SPEECH, first, last);

    return said >= limits->words_share &&
           said > cqa_tracks_mean(scene->tracks, c, CQA_CLASS_ANNOUNCEMENT, first, last) &&
           cqa_tracks_mean(scene->tracks, c, CQA_TRACK_ANNOUNCED, first, last) <
               limits->announced_share;
}

/* Whether what lies between two frames of its music may part it in two holds: words of a party, or
 * a voice for which the music stops. */
static int may_part(const struct cqa_scene *scene, int c, int floor, struct cqa_span heard,
                    size_t first, size_t last)
{
    const struct cqa_span gap = {(int64_t)first * CQA_FRAME_MS, (int64_t)last * CQA_FRAME_MS};

    return last - first >= cqa_scene_limits(scene)->hold_music.words_frames &&
           (is_rather_a_party(scene, c, first, last) ||
            cqa_hold_stops(scene, c, floor, heard, gap));
}

static int may_be_two(const struct cqa_scene *scene, int c, int floor, struct cqa_span heard)
{
    const uint8_t *class_ = scene->tracks->channel[c].class_;
    const size_t last = cqa_frame_at(heard.end_ms);
    size_t music = last; /* the last frame of music so far */

    for (size_t t = cqa_frame_at(heard.start_ms); t < last && t < scene->tracks->count; t++) {
        if (class_[t] != CQA_CLASS_MUSIC)
            continue;
        if (music < t && may_part(scene, c, floor, heard, music + 1, t))
            return 1;
        music = t;
    }
    return 0;
}

/* For a person where it may be two holds, or nobody can tell it from what plays in the room. */
static float sureness(const struct cqa_scene *scene, int c, int floor, struct cqa_span heard)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const float whole = confidence(limits, music_parked(scene, c, heard));
    const int is_doubtful = may_be_two(scene, c, floor, heard) || cqa_plays_along(scene, c, heard);

    return whole > limits->words_sure && is_doubtful ? limits->words_sure : whole;
}

/* Up to the middle of what parts it from those beside it, whole frames: two are not one. */
static struct cqa_span room_of(const struct cqa_scene *scene, const struct cqa_spans *all, size_t i)
{
    const struct cqa_span *span = &all->items[i];
    const size_t first = cqa_frame_at(span->start_ms);
    const size_t last = cqa_frame_at(span->end_ms);
    const size_t before = i > 0 ? cqa_frame_at(span[-1].end_ms) : 0;
    const size_t after = i + 1 < all->count ? cqa_frame_at(span[1].start_ms) : scene->tracks->count;

    return (struct cqa_span){
        (int64_t)(i > 0 ? first - (first - before) / 2 : before) * CQA_FRAME_MS,
        (int64_t)(i + 1 < all->count ? last + (after - last) / 2 : after) * CQA_FRAME_MS};
}

enum cqa_status cqa_hold_find_music(const struct cqa_scene *scene, int c,
                                    struct cqa_hold_candidates *all)
{
    const struct cqa_hold_music_limits *limits = &cqa_scene_limits(scene)->hold_music;
    const int floor = cqa_hold_floor(scene, c);
    struct cqa_spans sound = {0};
    struct cqa_spans joined = {0};
    enum cqa_status status = join_music(scene, c, floor, &sound);

    for (size_t i = 0; i < sound.count && status == CQA_OK; i++)
        status = cut_to_music(scene, c, floor, sound.items[i], &joined);
    for (size_t i = 0; i < joined.count && status == CQA_OK; i++) {
        const struct cqa_span heard = cqa_hold_trim(scene, c, floor, joined.items[i]);
        const struct cqa_span fine =
            cqa_hold_refine(scene, c, floor, heard, room_of(scene, &joined, i));
        const struct cqa_hold_candidate candidate = {
            .span = widen_by_drop(scene, c, fine),
            .channel = c,
            .kind = has_voice(scene, c, heard) ? CQA_KIND_ANNOUNCEMENT : CQA_KIND_MUSIC,
            .confidence = sureness(scene, c, floor, heard)};
        if (cqa_span_length_ms(heard) >= limits->sound_ms &&
            cqa_span_length_ms(candidate.span) >= cqa_scene_limits(scene)->hold.shortest_ms &&
            is_hold_music(scene, c, heard))
            status = cqa_hold_add(all, &candidate);
    }
    cqa_spans_finish(&sound);
    cqa_spans_finish(&joined);
    return status;
}
