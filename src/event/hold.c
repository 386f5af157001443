/* One side is parked for 5 s or more: music, beeps, a muted line, a voice over music. */
#include "event/scene.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHORTEST_MS = 5000,
    BRIDGE_MS = 2000, /* gaps inside one hold, unless the party speaks in them */
    REST_MS =
        6000, /* gaps between two pieces of music in which nobody at all speaks: soft passages */
    LONG_REST_MS = 20000, /* the same where music is half heard */
    ABOVE_FLOOR = 6, /* half dB that the music must stand over what the line carries all along */
    WELL_ABOVE_FLOOR = 16, /* the same for music far under the party's loud speech */
    FAR_UNDER_DB = 20,
    MUSIC_SHARE = 30,        /* per cent of a hold that is music without a voice */
    VOICED_MUSIC_SHARE = 45, /* the same where there is a voice: announcements leave pauses */
    ANNOUNCEMENT_MS =
        10000, /* longest voice between two pieces of music that is an announcement, not a return */
    PIECE_MS = 1500,        /* least music to each side of it */
    ANCHOR_MS = 600,        /* least music that a hold can begin or end with */
    ADJOIN_MS = 400,        /* how close such a voice lies to the music */
    VOICE_MS = 1280,        /* least voice over music that makes it an announcement */
    EDGE_MS = 500,          /* that a hold's edge may be off by */
    SPEAKS_MS = 600,        /* least own speech in a gap that ends a hold */
    TALKING_SHARE = 40,     /* per cent of music in which the other party talks: more is no hold */
    TALKING_MS = 4000,      /* and at least so long: a word to the room is none */
    CUSTOMER_SHARE = 30,    /* per cent: a customer who talks more than that is not on hold */
    BEFORE_BEEP_MS = 1750,  /* how long before its first beep a hold begins, at most */
    RETURN_MS = 400,        /* how long before the agent's next word it is over */
    LEAST_PERIOD_MS = 3500, /* closer beeps are something else: busy, keys, alarms */
    TRAIN_MAX_MS = 45000,   /* longest pause between the beeps of one hold */
};

static const float voiced_least = 0.6f; /* mean posterior of a hold with a voice */
static const float alone_least =
    0.8f; /* the same where nearly all is music: nothing to compare it with */
static const float half_heard = 0.08f; /* mean posterior of music; noise and silence have 0.02 */

/* What speaks for a hold on one channel. */
struct candidate {
    struct cqa_span span;
    int channel;
    enum cqa_event_kind kind;
    float confidence;
};

struct candidates {
    struct candidate *items;
    size_t count;
    size_t capacity;
};

static enum cqa_status add(struct candidates *all, const struct candidate *candidate)
{
    if (all->count == all->capacity) {
        const size_t capacity = all->capacity ? 2 * all->capacity : 16;
        struct candidate *items = realloc(all->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        all->items = items;
        all->capacity = capacity;
    }
    all->items[all->count++] = *candidate;
    return CQA_OK;
}

static size_t frame_of(int64_t ms)
{
    return (size_t)(ms / CQA_FRAME_MS);
}

/* ---- music */

/* How much of the span sounds like music to the classifier, 0..1, be it ever so soft. */
static float music_heard(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const size_t first = frame_of(span.start_ms);
    const size_t last = frame_of(span.end_ms);

    return cqa_tracks_mean(scene->tracks, c, CQA_CLASS_MUSIC, first, last) +
           cqa_tracks_mean(scene->tracks, c, CQA_CLASS_ANNOUNCEMENT, first, last);
}

/* A pause in which the party says nothing belongs to the hold when it is short, or nobody speaks in
 * it and music is half heard, or the agent's line stays dropped. */
static int silent_gap_is_hold(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    const int64_t length = cqa_span_length_ms(gap);
    const int nobody = cqa_spans_within_ms(&scene->speech[1 - c], gap) < SPEAKS_MS;

    return length < BRIDGE_MS || (nobody && length < REST_MS) ||
           (nobody && length < LONG_REST_MS && music_heard(scene, c, gap) > half_heard) ||
           (c == scene->agent && 10 * cqa_spans_within_ms(&scene->mute.dropped, gap) > 9 * length);
}

/* Whether the pause between two pieces of music on channel c belongs to the hold. */
static int gap_is_hold(const struct cqa_scene *scene, int c, struct cqa_span before,
                       struct cqa_span after)
{
    const struct cqa_span gap = {before.end_ms, after.start_ms};
    const int64_t spoken = cqa_spans_within_ms(&scene->speech[c], gap);
    const int64_t length = cqa_span_length_ms(gap);

    if (spoken < SPEAKS_MS)
        return silent_gap_is_hold(scene, c, gap);
    return length < ANNOUNCEMENT_MS && (length < BRIDGE_MS || length - spoken < 2 * ADJOIN_MS) &&
           cqa_span_length_ms(before) >= PIECE_MS && cqa_span_length_ms(after) >= PIECE_MS;
}

static enum cqa_status join_music(const struct cqa_scene *scene, int c, struct cqa_spans *out)
{
    struct cqa_spans pieces = {0};
    enum cqa_status status = cqa_tracks_spans(
        scene->tracks, c, 1u << CQA_CLASS_MUSIC | 1u << CQA_CLASS_ANNOUNCEMENT, &pieces);

    for (size_t i = 0; i < pieces.count && status == CQA_OK; i++) {
        struct cqa_span *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        if (last != NULL && gap_is_hold(scene, c, *last, pieces.items[i]))
            last->end_ms = pieces.items[i].end_ms;
        else
            status = cqa_spans_add(out, pieces.items[i].start_ms, pieces.items[i].end_ms);
    }
    cqa_spans_finish(&pieces);
    return status;
}

/* Between two pieces of music that were joined: a voice no longer than an announcement, or no
 * voice. */
static int stays_in_hold(const struct cqa_scene *scene, int c, struct cqa_span gap)
{
    return cqa_span_length_ms(gap) < ANNOUNCEMENT_MS ||
           cqa_spans_within_ms(&scene->speech[c], gap) < SPEAKS_MS;
}

/*
 * A hold begins and ends in music: a voice before it or after it is the party's own, though the
 * music near by makes the classifier take it for an announcement; and so is one that goes on for
 * longer than announcements do.
 */
static enum cqa_status cut_to_music(const struct cqa_scene *scene, int c, struct cqa_span joined,
                                    struct cqa_spans *out)
{
    const uint8_t *class_ = scene->tracks->channel[c].class_;
    const size_t last = frame_of(joined.end_ms) < scene->tracks->count ? frame_of(joined.end_ms)
                                                                       : scene->tracks->count;
    const size_t already = out->count;

    for (size_t t = frame_of(joined.start_ms); t < last; t++) {
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

/* A voice over the music, be it taken for the party's: what lies between pieces of music is not. */
static int has_voice(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const size_t window = VOICE_MS / CQA_FRAME_MS;
    const size_t last = frame_of(span.end_ms);

    for (size_t t = frame_of(span.start_ms); t + window <= last; t += 4) {
        const float voice =
            cqa_tracks_mean(scene->tracks, c, CQA_CLASS_ANNOUNCEMENT, t, t + window) +
            cqa_tracks_mean(scene->tracks, c, CQA_CLASS_SPEECH, t, t + window);
        if (voice > 0.7f)
            return 1;
    }
    return 0;
}

/* The level below which `share` per cent of the channel's frames lie that are (not) in the span and
 * of the classes. */
static int level_percentile(const struct cqa_scene *scene, int c, struct cqa_span span, int inside,
                            unsigned classes, unsigned share)
{
    unsigned histogram[256] = {0};
    unsigned total = 0;
    unsigned seen = 0;

    for (size_t t = 0; t < scene->tracks->count; t++) {
        const int64_t at = (int64_t)t * CQA_FRAME_MS;
        if ((at >= span.start_ms && at < span.end_ms) != inside ||
            !(1u << scene->tracks->channel[c].class_[t] & classes))
            continue;
        histogram[scene->frames->channel[c].level[t]]++;
        total++;
    }
    for (int level = 0; level < 256 && total > 0; level++) {
        seen += histogram[level];
        if (100 * seen >= share * total)
            return level;
    }
    return 0;
}

/*
 * Music is a hold when it comes and goes: a radio in the room is there all along, at one level,
 * under the party's own words. So it must stand out of what the line carries all along, and the
 * less so the nearer it is to loud speech.
 */
static int comes_and_goes(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const int music = level_percentile(scene, c, span, 1, 1u << CQA_CLASS_MUSIC, 50);
    const int usual = level_percentile(scene, c, span, 0, ~0u, scene->mono ? 10 : 25);
    const float under_db = scene->tracks->channel[c].norms.loud_db - cqa_level_dbfs((uint8_t)music);

    return music >= usual + (under_db < FAR_UNDER_DB ? ABOVE_FLOOR : WELL_ABOVE_FLOOR);
}

/* A voice over music has music without a voice around it; a voice alone is somebody speaking. */
static int has_music_alone(const struct cqa_scene *scene, int c, struct cqa_span span, int share)
{
    int64_t alone_ms = 0;
    int64_t run_ms = 0;
    int64_t longest_ms = 0;

    for (size_t t = frame_of(span.start_ms); t < frame_of(span.end_ms) && t < scene->tracks->count;
         t++) {
        const int music = scene->tracks->channel[c].class_[t] == CQA_CLASS_MUSIC;
        alone_ms += music ? CQA_FRAME_MS : 0;
        run_ms = music ? run_ms + CQA_FRAME_MS : 0;
        longest_ms = run_ms > longest_ms ? run_ms : longest_ms;
    }
    return 100 * alone_ms >= share * cqa_span_length_ms(span) && longest_ms >= PIECE_MS;
}

/* Whoever waits may say something, but does not carry on the conversation: then the music is in a
 * room. */
static int converses(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const int64_t talk_ms = cqa_spans_within_ms(&scene->speech[1 - c], span);

    return !scene->mono && talk_ms > TALKING_MS &&
           100 * talk_ms > TALKING_SHARE * cqa_span_length_ms(span);
}

static int is_hold_music(const struct cqa_scene *scene, int c, const struct candidate *candidate,
                         struct cqa_span heard)
{
    const int voice = candidate->kind == CQA_KIND_ANNOUNCEMENT;

    return comes_and_goes(scene, c, heard) && !converses(scene, c, heard) &&
           has_music_alone(scene, c, heard, voice ? VOICED_MUSIC_SHARE : MUSIC_SHARE) &&
           (!voice || candidate->confidence > voiced_least) &&
           (candidate->confidence > alone_least ||
            10 * cqa_span_length_ms(heard) < 8 * scene->duration_ms);
}

/* A park silences the agent's line as a whole, so a drop that touches the music shows where it
 * really began and ended. */
static struct cqa_span widen_by_drop(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_spans *dropped = &scene->mute.dropped;

    for (size_t i = 0; i < dropped->count; i++) {
        const struct cqa_span drop = dropped->items[i];
        if (drop.start_ms > span.end_ms + BRIDGE_MS / 2 ||
            drop.end_ms < span.start_ms - BRIDGE_MS / 2)
            continue;
        span.start_ms = drop.start_ms < span.start_ms ? drop.start_ms : span.start_ms;
        span.end_ms = drop.end_ms > span.end_ms ? drop.end_ms : span.end_ms;
    }
    return span;
}

static enum cqa_status find_music(const struct cqa_scene *scene, int c, struct candidates *all)
{
    struct cqa_spans sound = {0};
    struct cqa_spans joined = {0};
    enum cqa_status status = join_music(scene, c, &sound);

    for (size_t i = 0; i < sound.count && status == CQA_OK; i++)
        status = cut_to_music(scene, c, sound.items[i], &joined);
    for (size_t i = 0; i < joined.count && status == CQA_OK; i++) {
        const struct cqa_span heard = joined.items[i];
        const struct candidate candidate = {
            .span = c == scene->agent ? widen_by_drop(scene, heard) : heard,
            .channel = c,
            .kind = has_voice(scene, c, heard) ? CQA_KIND_ANNOUNCEMENT : CQA_KIND_MUSIC,
            .confidence = music_heard(scene, c, heard)};
        if (cqa_span_length_ms(heard) >= BRIDGE_MS &&
            cqa_span_length_ms(candidate.span) >= SHORTEST_MS &&
            is_hold_music(scene, c, &candidate, heard))
            status = add(all, &candidate);
    }
    cqa_spans_finish(&sound);
    cqa_spans_finish(&joined);
    return status;
}

/* ---- the muted line, silent or with beeps */

/* Beeps in the span that are no notices; `channel` is where the first of them is. */
static int count_beeps(const struct cqa_scene *scene, struct cqa_span span, int *channel)
{
    int count = 0;

    for (size_t i = 0; i < scene->tones.burst_count; i++) {
        const struct cqa_burst *burst = &scene->tones.bursts[i];
        if (burst->notice || burst->start_ms < span.start_ms || burst->end_ms > span.end_ms)
            continue;
        *channel = count == 0 ? burst->channel : *channel;
        count++;
    }
    return count;
}

/* Drops that belong together: parted by beeps or short noises, not by the agent's speech. */
static enum cqa_status join_drops(const struct cqa_scene *scene, struct cqa_spans *out)
{
    const struct cqa_spans *dropped = &scene->mute.dropped;

    for (size_t i = 0; i < dropped->count; i++) {
        struct cqa_span *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        const struct cqa_span gap = {last != NULL ? last->end_ms : 0, dropped->items[i].start_ms};
        if (last != NULL && cqa_span_length_ms(gap) < BRIDGE_MS &&
            cqa_spans_within_ms(&scene->speech[scene->agent], gap) < 100)
            last->end_ms = dropped->items[i].end_ms;
        else if (cqa_spans_add(out, dropped->items[i].start_ms, dropped->items[i].end_ms) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

static enum cqa_status find_muted(const struct cqa_scene *scene, struct candidates *all)
{
    struct cqa_spans joined = {0};
    enum cqa_status status = join_drops(scene, &joined);

    for (size_t i = 0; i < joined.count && status == CQA_OK; i++) {
        const struct cqa_span span = joined.items[i];
        const int64_t length = cqa_span_length_ms(span);
        struct candidate candidate = {
            .span = span, .channel = scene->agent, .kind = CQA_KIND_MUTE, .confidence = 0.9f};
        if (length < SHORTEST_MS ||
            100 * cqa_spans_within_ms(&scene->speech[1 - scene->agent], span) >
                CUSTOMER_SHARE * length ||
            cqa_mute_not_recorded(&scene->mute, span))
            continue;
        if (count_beeps(scene, span, &candidate.channel) >= 2)
            candidate.kind = CQA_KIND_BEEP;
        status = add(all, &candidate);
    }
    cqa_spans_finish(&joined);
    return status;
}

/* ---- a train of beeps where the floor tells nothing */

/* Alike enough to come from one machine: channel, pitch, length; and no word of the agent between.
 */
static int same_train(const struct cqa_scene *scene, const struct cqa_burst *a,
                      const struct cqa_burst *b)
{
    const struct cqa_span gap = {a->end_ms, b->start_ms};
    const float ratio = a->hz[0] / b->hz[0];
    const int64_t longer = llabs((a->end_ms - a->start_ms) - (b->end_ms - b->start_ms));

    return !b->notice && a->channel == b->channel && ratio > 0.985f && ratio < 1.015f &&
           longer <= 80 && cqa_span_length_ms(gap) < TRAIN_MAX_MS &&
           cqa_spans_within_ms(&scene->speech[scene->agent], gap) < SPEAKS_MS;
}

/* Beeps from `first` on that follow each other evenly (within a tenth); `last` is the last,
 * `period_ms` their distance. Returns how many there are. */
static int follow_train(const struct cqa_scene *scene, size_t first, size_t *last,
                        int64_t *period_ms)
{
    const struct cqa_burst *bursts = scene->tones.bursts;
    int count = 1;

    *last = first;
    *period_ms = 0;
    for (size_t i = first + 1; i < scene->tones.burst_count; i++) {
        const int64_t step = bursts[i].start_ms - bursts[*last].start_ms;
        if (step > TRAIN_MAX_MS)
            break;
        if (!same_train(scene, &bursts[*last], &bursts[i]) ||
            (*period_ms > 0 && llabs(step - *period_ms) > 100 + *period_ms / 10))
            continue;
        *period_ms = step;
        *last = i;
        count++;
    }
    return count;
}

/* From the agent's last word, but not long before the first beep; until the next beep stays away or
 * the agent speaks. */
static struct cqa_span span_of_train(const struct cqa_scene *scene, struct cqa_span beeps,
                                     int64_t period_ms)
{
    const struct cqa_spans *agent = &scene->speech[scene->agent];
    struct cqa_span span = {beeps.start_ms - BEFORE_BEEP_MS, beeps.end_ms + period_ms};

    for (size_t i = 0; i < agent->count; i++) {
        const struct cqa_span word = agent->items[i];
        if (word.end_ms <= beeps.start_ms && word.end_ms > span.start_ms)
            span.start_ms = word.end_ms;
        if (word.start_ms >= beeps.end_ms && word.start_ms - RETURN_MS < span.end_ms)
            span.end_ms =
                word.start_ms - RETURN_MS > beeps.end_ms ? word.start_ms - RETURN_MS : beeps.end_ms;
    }
    span.start_ms = span.start_ms > 0 ? span.start_ms : 0;
    return span;
}

/* A line that shows its floor would show a park: there two beeps are not enough, an even train of
 * three is. */
static enum cqa_status find_trains(const struct cqa_scene *scene, struct candidates *all)
{
    const struct cqa_burst *bursts = scene->tones.bursts;
    const int least = scene->mute.informative ? 3 : 2;

    for (size_t i = 0; i < scene->tones.burst_count && !scene->mono; i++) {
        size_t last;
        int64_t period_ms;
        if (bursts[i].notice || follow_train(scene, i, &last, &period_ms) < least ||
            period_ms < LEAST_PERIOD_MS)
            continue;
        const struct cqa_span beeps = {bursts[i].start_ms, bursts[last].end_ms};
        const struct candidate candidate = {.span = span_of_train(scene, beeps, period_ms),
                                            .channel = bursts[i].channel,
                                            .kind = CQA_KIND_BEEP,
                                            .confidence = 0.7f};
        if (cqa_span_length_ms(candidate.span) >= SHORTEST_MS && add(all, &candidate) != CQA_OK)
            return CQA_E_NOMEM;
        i = last;
    }
    return CQA_OK;
}

/* ---- together */

static int earlier(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;

    return a->span.start_ms < b->span.start_ms ? -1 : a->span.start_ms > b->span.start_ms;
}

/* What names the hold where two candidates are one: music and voices are heard, a muted line is
 * only not heard. */
static int rank(enum cqa_event_kind kind)
{
    return kind == CQA_KIND_ANNOUNCEMENT ? 3
           : kind == CQA_KIND_MUSIC      ? 2
           : kind == CQA_KIND_BEEP       ? 1
                                         : 0;
}

static void merge(struct candidates *all)
{
    size_t kept = 0;

    if (all->count > 0)
        qsort(all->items, all->count, sizeof *all->items, earlier);
    for (size_t i = 0; i < all->count; i++) {
        struct candidate *last = kept > 0 ? &all->items[kept - 1] : NULL;
        const struct candidate next = all->items[i];
        if (last == NULL || next.span.start_ms >= last->span.end_ms) {
            all->items[kept++] = next;
            continue;
        }
        const int64_t start_ms = last->span.start_ms;
        const int64_t end_ms =
            next.span.end_ms > last->span.end_ms ? next.span.end_ms : last->span.end_ms;
        if (rank(next.kind) > rank(last->kind))
            *last = next;
        last->span = (struct cqa_span){start_ms, end_ms};
    }
    all->count = kept;
}

static enum cqa_status report(struct cqa_scene *scene, const struct candidates *all)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < all->count && status == CQA_OK; i++) {
        const struct candidate *hold = &all->items[i];
        const struct cqa_event event = {.type = CQA_EVENT_HOLD,
                                        .start_ms = hold->span.start_ms,
                                        .end_ms = hold->span.end_ms < scene->duration_ms
                                                      ? hold->span.end_ms
                                                      : scene->duration_ms,
                                        .kind = hold->kind,
                                        .side = cqa_scene_party(scene, hold->channel),
                                        .confidence = hold->confidence};
        status = cqa_spans_add(&scene->holds, event.start_ms, event.end_ms);
        if (status == CQA_OK && rank(hold->kind) >= rank(CQA_KIND_MUSIC))
            status = cqa_spans_add(&scene->heard[hold->channel], event.start_ms, event.end_ms);
        if (status == CQA_OK && !cqa_events_add(&scene->events, &event))
            status = CQA_E_NOMEM;
    }
    return status;
}

enum cqa_status cqa_scene_find_holds(struct cqa_scene *scene)
{
    struct candidates all = {0};
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < scene->tracks->channel_count && status == CQA_OK; c++)
        status = find_music(scene, c, &all);
    if (status == CQA_OK && scene->mute.informative)
        status = find_muted(scene, &all);
    if (status == CQA_OK)
        status = find_trains(scene, &all);
    merge(&all);
    if (status == CQA_OK)
        status = report(scene, &all);
    free(all.items);
    return status;
}

void cqa_scene_set_phases(struct cqa_scene *scene)
{
    const struct cqa_spans *agent = &scene->speech[scene->agent];
    const int64_t first_ms = agent->count > 0 ? agent->items[0].start_ms : INT64_MAX - EDGE_MS;

    for (size_t i = 0; i < scene->events.count; i++) {
        struct cqa_event *event = &scene->events.items[i];
        if (event->type == CQA_EVENT_HOLD)
            event->phase = event->end_ms <= first_ms + EDGE_MS ? CQA_PHASE_QUEUE : CQA_PHASE_TALK;
    }
}
