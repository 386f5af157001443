/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A party's own speech, by the contract's definition. It is found twice: on the classes alone, for
 * the search for holds; and then with what the holds tell: on a line that plays hold music no voice
 * is the party's, and elsewhere a voice "over music" is a party with music in the room.
 */
#include "event/scene.h"
#include "signal/levels.h"
#include "track/borders.h"

/* Without what the line carries as hold music, and without keys and other signalling, which the
 * classes may take for a voice. */
static enum cqa_status outside_sounds(const struct cqa_scene *scene, int c,
                                      const struct cqa_spans *voices, struct cqa_spans *out)
{
    struct cqa_spans sounds = {0};
    struct cqa_spans free_time = {0};
    enum cqa_status status = cqa_spans_unite(&scene->heard[c], &scene->tones.sounding[c], &sounds);

    if (status == CQA_OK)
        status = cqa_spans_invert(&sounds, scene->duration_ms, &free_time);
    if (status == CQA_OK)
        status = cqa_spans_intersect(voices, &free_time, out);
    cqa_spans_finish(&sounds);
    cqa_spans_finish(&free_time);
    return status;
}

static int is_short(const struct cqa_scene *scene, struct cqa_span burst)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;

    return cqa_span_length_ms(burst) < (scene->mono ? limits->mix_lone_ms : limits->lone_ms);
}

/* A voice has a pitch, a knock in a room little of one. */
static int is_voiced(const struct cqa_scene *scene, int c, size_t first, size_t last)
{
    const uint8_t *harmonicity = scene->frames->channel[c].harmonicity;
    size_t sum = 0;

    for (size_t t = first; t < last && t < scene->frames->count; t++)
        sum += harmonicity[t];
    return sum >= cqa_scene_limits(scene)->speech.voiced_of_255 * (last - first);
}

/* Whether nothing of the burst stands out of the pauses beside it: what of a crowd or a television
 * sounds like words does not; who speaks into one of the telephones does. */
static int is_as_loud_around(const struct cqa_scene *scene, int c, size_t first, size_t last)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const size_t near = limits->around_frames;
    const uint8_t *class_ = scene->tracks->channel[c].class_;
    const uint8_t *level = scene->frames->channel[c].level;
    struct cqa_levels around = {0};
    struct cqa_levels inside = {0};

    for (size_t t = first > near ? first - near : 0; t < last + near && t < scene->tracks->count;
         t++)
        if (t >= first && t < last)
            cqa_levels_add(&inside, level[t]);
        else if (class_[t] == CQA_CLASS_NONE)
            cqa_levels_add(&around, level[t]);
    return around.total >= limits->around_least_frames &&
           cqa_levels_at(&inside, limits->loud_share) <
               cqa_levels_at(&around, limits->loud_share) + limits->around_half_db;
}

/* How sure the classifier is of a voice, 0..1: the mean. */
static float sure_of(const struct cqa_scene *scene, int c, size_t first, size_t last)
{
    return cqa_tracks_mean(scene->tracks, c, CQA_CLASS_SPEECH, first, last) +
           cqa_tracks_mean(scene->tracks, c, CQA_CLASS_ANNOUNCEMENT, first, last);
}

static int is_alone(const struct cqa_scene *scene, const struct cqa_spans *speech, size_t i)
{
    const int64_t apart_ms = cqa_scene_limits(scene)->speech.apart_ms;

    return (i == 0 || speech->items[i].start_ms - speech->items[i - 1].end_ms >= apart_ms) &&
           (i + 1 == speech->count ||
            speech->items[i + 1].start_ms - speech->items[i].end_ms >= apart_ms);
}

/* The bursts that belong together with burst i, [*first, *last): none of them stands alone. */
static void find_words(const struct cqa_scene *scene, const struct cqa_spans *speech, size_t i,
                       size_t *first, size_t *last)
{
    const int64_t apart_ms = cqa_scene_limits(scene)->speech.apart_ms;

    for (*first = i; *first > 0 &&
                     speech->items[*first].start_ms - speech->items[*first - 1].end_ms < apart_ms;)
        (*first)--;
    for (*last = i + 1; *last < speech->count &&
                        speech->items[*last].start_ms - speech->items[*last - 1].end_ms < apart_ms;)
        (*last)++;
}

/* Whether nobody speaks for a while before the bursts [first, last) and after them. */
static int are_out_of_talk(const struct cqa_scene *scene, const struct cqa_spans *speech,
                           size_t first, size_t last)
{
    const int64_t far_ms = cqa_scene_limits(scene)->speech.mumble_apart_ms;

    return (first == 0 ||
            speech->items[first].start_ms - speech->items[first - 1].end_ms >= far_ms) &&
           (last == speech->count ||
            speech->items[last].start_ms - speech->items[last - 1].end_ms >= far_ms);
}

/* On a mix: few words that are half heard, and that nobody answers, nor are they an answer; unless
 * nothing else is said at all. */
static int is_mumbled(const struct cqa_scene *scene, int c, const struct cqa_spans *speech,
                      size_t i)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    size_t first;
    size_t last;
    float sum = 0;
    float frames = 0;

    find_words(scene, speech, i, &first, &last);
    if (last - first == speech->count || !are_out_of_talk(scene, speech, first, last) ||
        speech->items[last - 1].end_ms - speech->items[first].start_ms > limits->mumble_longest_ms)
        return 0;
    for (size_t k = first; k < last; k++) {
        const size_t from = cqa_border_at(speech->items[k].start_ms);
        const size_t to = cqa_border_at(speech->items[k].end_ms);
        sum += (float)(to - from) * sure_of(scene, c, from, to);
        frames += (float)(to - from);
    }
    return sum < limits->mumble_share * frames;
}

/* By itself: a word has a posterior over 0.9, a cough, a click or a note less. */
static int is_noise(const struct cqa_scene *scene, int c, const struct cqa_spans *speech, size_t i)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const struct cqa_span burst = speech->items[i];
    const size_t first = cqa_border_at(burst.start_ms);
    const size_t last = cqa_border_at(burst.end_ms);
    const float sure = sure_of(scene, c, first, last);

    if (scene->mono && ((sure < limits->around_share && is_as_loud_around(scene, c, first, last)) ||
                        is_mumbled(scene, c, speech, i)))
        return 1;
    if (!is_alone(scene, speech, i))
        return 0;
    if (cqa_span_length_ms(burst) >= limits->knock_ms)
        return scene->mono && sure < limits->mix_share;
    return is_short(scene, burst) ? sure < limits->word_share
                                  : sure < limits->knock_share && !is_voiced(scene, c, first, last);
}

/* Each burst is judged among all that were found, so that two noises do not make a word. */
static enum cqa_status drop_noises(const struct cqa_scene *scene, int c, struct cqa_spans *speech)
{
    struct cqa_spans words = {0};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < speech->count && status == CQA_OK; i++)
        if (!is_noise(scene, c, speech, i))
            status = cqa_spans_add(&words, speech->items[i].start_ms, speech->items[i].end_ms);
    cqa_spans_finish(speech);
    *speech = words;
    return status;
}

void cqa_scene_add_levels(const struct cqa_scene *scene, int c, struct cqa_span span,
                          struct cqa_levels *levels)
{
    for (size_t t = cqa_border_at(span.start_ms);
         t < cqa_border_at(span.end_ms) && t < scene->frames->count; t++)
        cqa_levels_add(levels, scene->frames->channel[c].level[t]);
}

int cqa_scene_voice_level(const struct cqa_scene *scene, int c, float share)
{
    struct cqa_levels levels = {0};

    for (size_t i = 0; i < scene->speech[c].count; i++)
        cqa_scene_add_levels(scene, c, scene->speech[c].items[i], &levels);
    return cqa_levels_at(&levels, share);
}

static int is_aside(const struct cqa_scene *scene, int c, int usual, struct cqa_span burst)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    struct cqa_levels levels = {0};

    cqa_scene_add_levels(scene, c, burst, &levels);
    return cqa_levels_at(&levels, limits->loud_share) <= usual - limits->aside_half_db;
}

/*
 * Somebody else's voice, in the same office or living room, is far softer than the one that speaks
 * into the telephone. Not so where much is said that softly: then the party has moved away from it.
 * On a mix the other party may be as soft.
 */
static enum cqa_status part_asides(struct cqa_scene *scene, int c)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const int usual = cqa_scene_voice_level(scene, c, limits->loud_share);
    struct cqa_spans *speech = &scene->speech[c];
    struct cqa_spans own = {0};
    enum cqa_status status = CQA_OK;

    cqa_spans_finish(&scene->asides[c]);
    for (size_t i = 0; i < speech->count && status == CQA_OK && !scene->mono; i++) {
        const struct cqa_span burst = speech->items[i];
        status = cqa_spans_add(is_aside(scene, c, usual, burst) ? &scene->asides[c] : &own,
                               burst.start_ms, burst.end_ms);
    }
    if (status != CQA_OK || scene->mono ||
        100 * cqa_spans_total_ms(&scene->asides[c]) >=
            limits->aside_percent * cqa_spans_total_ms(speech)) {
        cqa_spans_finish(&scene->asides[c]);
        cqa_spans_finish(&own);
        return status;
    }
    cqa_spans_finish(speech);
    *speech = own;
    return CQA_OK;
}

/* A voice of which packets are missing, or that comes from across a room, passes for music to the
 * classifier, not to the second look. It has pauses, no notes, and the party's level. */
static int is_chopped_voice(const struct cqa_scene *scene, int c, int usual, struct cqa_span piece)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const size_t first = cqa_border_at(piece.start_ms);
    const size_t last = cqa_border_at(piece.end_ms);
    const uint8_t *parked = scene->tracks->channel[c].posterior[CQA_TRACK_PARKED];
    unsigned long hold = 0;
    unsigned long notes = 0;
    struct cqa_levels levels = {0};

    for (size_t t = first; t < last; t++) {
        hold += parked[t];
        notes += scene->frames->channel[c].tonality[t];
    }
    cqa_scene_add_levels(scene, c, piece, &levels);
    return cqa_span_length_ms(piece) >= limits->chopped_ms &&
           hold < limits->parked_not_of_255 * (last - first) &&
           notes < limits->notes_not_of_255 * (last - first) &&
           cqa_levels_at(&levels, limits->loud_share) >= usual - limits->chopped_under_half_db &&
           cqa_levels_at(&levels, 0.9f) - cqa_levels_at(&levels, 0.1f) >=
               limits->chopped_range_half_db;
}

/* Adds to the channel's speech what passes for music and is a voice. */
static enum cqa_status add_chopped(struct cqa_scene *scene, int c)
{
    const int usual = cqa_scene_voice_level(scene, c, cqa_scene_limits(scene)->speech.loud_share);
    struct cqa_spans music = {0};
    struct cqa_spans pieces = {0};
    struct cqa_spans found = {0};
    struct cqa_spans both = {0};
    enum cqa_status status = cqa_tracks_spans(scene->tracks, c, 1u << CQA_CLASS_MUSIC, &music);

    if (status == CQA_OK)
        status = outside_sounds(scene, c, &music, &pieces);
    cqa_spans_bridge(&pieces, cqa_scene_limits(scene)->speech.bridge_ms);
    for (size_t i = 0; i < pieces.count && status == CQA_OK; i++)
        if (scene->speech[c].count > 0 && is_chopped_voice(scene, c, usual, pieces.items[i]))
            status = cqa_spans_add(&found, pieces.items[i].start_ms, pieces.items[i].end_ms);
    if (status == CQA_OK)
        status = cqa_spans_unite(&scene->speech[c], &found, &both);
    cqa_spans_finish(&scene->speech[c]);
    scene->speech[c] = both;
    cqa_spans_finish(&music);
    cqa_spans_finish(&pieces);
    cqa_spans_finish(&found);
    return status;
}

/* How well the classifier knows the party's voice where it is loud: the mean of its posterior
 * there, 0..1. Little of a voice across a room, or in noise. 1: nobody speaks. */
static float known_share(const struct cqa_scene *scene, int c)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const int loud = cqa_scene_voice_level(scene, c, limits->loud_share) - limits->loud_half_db;
    const struct cqa_spans *speech = &scene->speech[c];
    const uint8_t *level = scene->frames->channel[c].level;
    unsigned long sum = 0;
    unsigned long count = 0;

    for (size_t i = 0; i < speech->count; i++)
        for (size_t t = cqa_border_at(speech->items[i].start_ms);
             t < cqa_border_at(speech->items[i].end_ms) && t < scene->frames->count; t++)
            if (level[t] >= loud) {
                sum += scene->tracks->channel[c].posterior[CQA_CLASS_SPEECH][t];
                count++;
            }
    return count > 0 ? (float)sum / (255.0f * (float)count) : 1.0f;
}

/* The least mean posterior that speech may have which is faint: less, the more doubtful the voice
 * is. No step: a codec's noise would move all borders of a call by it. Over 1: none is speech. */
static float faint_share(const struct cqa_scene *scene, int c)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const float known = known_share(scene, c);
    const float part =
        (known - limits->doubtful_share) / (limits->known_share - limits->doubtful_share);

    if (part >= 1.0f)
        return 2.0f;
    return limits->faint_share +
           (part > 0 ? part * (limits->plain_share - limits->faint_share) : 0.0f);
}

/* Appends the frames around t if they may well be speech; half of the window is before, half after.
 */
static enum cqa_status add_faint_at(const struct cqa_scene *scene, int c, size_t t, float share,
                                    struct cqa_spans *faint)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;
    const size_t first = t > limits->faint_reach_frames ? t - limits->faint_reach_frames : 0;
    const int64_t start_ms = (int64_t)t * CQA_FRAME_MS;

    if (cqa_tracks_mean(scene->tracks, c, CQA_CLASS_SPEECH, first,
                        t + limits->faint_reach_frames + 1) < share)
        return CQA_OK;
    return cqa_spans_add(faint, start_ms, start_ms + CQA_FRAME_MS);
}

/*
 * What a doubtful voice says softly, before, between and after the words that are heard: there the
 * classifier is wrong as often when it says "none". On a mix nobody knows whose voice it is; and
 * before holds are known it may be somebody who sings.
 */
static enum cqa_status add_faint(struct cqa_scene *scene, int c)
{
    const size_t near = cqa_scene_limits(scene)->speech.faint_near_frames;
    const float share = scene->mono || !scene->holds_known ? 2.0f : faint_share(scene, c);
    struct cqa_spans faint = {0};
    struct cqa_spans both = {0};
    enum cqa_status status = CQA_OK;
    size_t from = 0;

    if (share > 1.0f)
        return CQA_OK;
    for (size_t i = 0; i < scene->speech[c].count; i++) {
        const size_t start = cqa_border_at(scene->speech[c].items[i].start_ms);
        const size_t end = cqa_border_at(scene->speech[c].items[i].end_ms) + near;
        for (size_t t = start > from + near ? start - near : from;
             t < end && t < scene->tracks->count && status == CQA_OK; t++)
            status = add_faint_at(scene, c, t, share, &faint);
        from = end > from ? end : from;
    }
    if (status == CQA_OK)
        status = cqa_spans_unite(&scene->speech[c], &faint, &both);
    cqa_spans_finish(&scene->speech[c]);
    if (status == CQA_OK)
        status = outside_sounds(scene, c, &both, &scene->speech[c]);
    cqa_spans_finish(&both);
    cqa_spans_finish(&faint);
    return status;
}

enum cqa_status cqa_scene_find_speech(struct cqa_scene *scene)
{
    const struct cqa_speech_limits *limits = &cqa_scene_limits(scene)->speech;

    for (int c = 0; c < scene->tracks->channel_count; c++) {
        struct cqa_spans voices = {0};
        const unsigned classes = 1u << CQA_CLASS_SPEECH | 1u << CQA_CLASS_ANNOUNCEMENT;
        enum cqa_status status = cqa_tracks_spans(scene->tracks, c, classes, &voices);
        cqa_tracks_refine(scene->tracks, c, classes, &voices);
        cqa_spans_finish(&scene->speech[c]);
        if (status == CQA_OK)
            status = outside_sounds(scene, c, &voices, &scene->speech[c]);
        cqa_spans_finish(&voices);
        if (status == CQA_OK)
            status = add_faint(scene, c);
        if (status == CQA_OK)
            status = add_chopped(scene, c);
        if (status != CQA_OK)
            return status;
        cqa_spans_bridge(&scene->speech[c], limits->bridge_ms);
        cqa_spans_drop_short(&scene->speech[c], limits->shortest_ms);
        status = drop_noises(scene, c, &scene->speech[c]);
        if (status == CQA_OK)
            status = part_asides(scene, c);
        if (status != CQA_OK)
            return status;
    }
    return CQA_OK;
}
