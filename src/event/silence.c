/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nobody speaks for 3 s or more, outside hold and signalling; and why. */
#include "event/floors.h"
#include "event/hold.h"
#include "event/scene.h"
#include "event/voice.h"
#include "event/whose.h"

/* What is heard of a call as a whole, once for all of its silences. */
struct lines_known {
    struct cqa_floor gaps; /* of the agent's line, where its drops tell anything, */
    struct cqa_floor away; /* and of the customer's, likewise */
    int usual;             /* half dB: the voices of a mix */
};

/* Nothing was recorded, or a line is gone for good: nobody knows whether it was silent. */
static enum cqa_status unheard(const struct cqa_scene *scene, struct cqa_spans *out)
{
    const int64_t *lost_ms = scene->lines.lost_ms;
    const int64_t from_ms = lost_ms[0] < lost_ms[1] ? lost_ms[0] : lost_ms[1];
    struct cqa_spans lost = {0};
    enum cqa_status status = CQA_OK;

    if (!scene->mono && from_ms < scene->duration_ms)
        status = cqa_spans_add(&lost, from_ms, scene->duration_ms);
    if (status == CQA_OK)
        status = cqa_spans_unite(&scene->lines.not_recorded, &lost, out);
    cqa_spans_finish(&lost);
    return status;
}

/* What explains the absence of speech: holds and signalling tones. */
static enum cqa_status occupied(const struct cqa_scene *scene, struct cqa_spans *out)
{
    struct cqa_spans anyone = {0};
    enum cqa_status status = cqa_spans_unite(&scene->speech[0], &scene->speech[1], &anyone);
    struct cqa_spans known = {0};
    struct cqa_spans heard = {0};
    struct cqa_spans lost = {0};

    if (status == CQA_OK)
        status = cqa_spans_unite(&scene->holds, &scene->tones.signalling, &known);
    if (status == CQA_OK)
        status = cqa_spans_unite(&anyone, &known, &heard);
    if (status == CQA_OK)
        status = unheard(scene, &lost);
    if (status == CQA_OK)
        status = cqa_spans_unite(&heard, &lost, out);
    cqa_spans_finish(&anyone);
    cqa_spans_finish(&known);
    cqa_spans_finish(&heard);
    cqa_spans_finish(&lost);
    return status;
}

static int speech_before(const struct cqa_scene *scene, int64_t at_ms)
{
    for (int c = 0; c < 2; c++)
        if (scene->speech[c].count > 0 && scene->speech[c].items[0].start_ms < at_ms)
            return 1;
    return 0;
}

static int speech_after(const struct cqa_scene *scene, int64_t at_ms)
{
    for (int c = 0; c < 2; c++) {
        const struct cqa_spans *speech = &scene->speech[c];
        if (speech->count > 0 && speech->items[speech->count - 1].end_ms > at_ms)
            return 1;
    }
    return 0;
}

static enum cqa_event_cause cause_of(const struct cqa_scene *scene, struct cqa_span span)
{
    if (2 * cqa_spans_within_ms(&scene->lines.parked, span) > cqa_span_length_ms(span))
        return CQA_CAUSE_PARKED;
    if (!speech_before(scene, span.start_ms + 1))
        return CQA_CAUSE_INITIAL;
    if (!speech_after(scene, span.end_ms - 1))
        return CQA_CAUSE_FINAL;
    if (cqa_spans_within_ms(&scene->mute.dropped, span) >=
        cqa_scene_limits(scene)->silence.muted_ms)
        return CQA_CAUSE_AGENT_MUTED;
    return CQA_CAUSE_UNEXPLAINED;
}

static float frames_in(struct cqa_span span)
{
    return (float)(cqa_border_at(span.end_ms) - cqa_border_at(span.start_ms));
}

/* What the classifier hears of voices and music on channel c within the span, summed over frames.
 */
static float heard(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const size_t first = cqa_border_at(span.start_ms);
    const size_t last = cqa_border_at(span.end_ms);

    return frames_in(span) * (cqa_tracks_mean(scene->tracks, c, CQA_CLASS_SPEECH, first, last) +
                              cqa_tracks_mean(scene->tracks, c, CQA_CLASS_MUSIC, first, last));
}

/* Its doubt that the channel's party was silent, 0..1: the mean, but where a voice in the room is
 * heard. That voice may after all have been the party's. */
static float doubt(const struct cqa_scene *scene, int c, struct cqa_span span)
{
    const struct cqa_spans *asides = &scene->asides[c];
    float sum = heard(scene, c, span);
    float frames = frames_in(span);
    float least = 0;

    for (size_t i = 0; i < asides->count; i++) {
        const struct cqa_span aside = asides->items[i];
        if (aside.start_ms < span.start_ms || aside.end_ms > span.end_ms)
            continue;
        sum -= heard(scene, c, aside);
        frames -= frames_in(aside);
        least = 1.0f - cqa_scene_limits(scene)->silence.aside_sure;
    }
    const float mean = frames > 0 ? sum / frames : 0;
    return mean > least ? mean : least;
}

/* The doubt that it is no hold: on a line that drops by itself, a mute and a pause look the same,
 * and one that does not may have been muted where its floor is another. */
static float hold_doubt(const struct cqa_scene *scene, const struct cqa_floor *gaps,
                        struct cqa_span span, enum cqa_event_cause cause)
{
    const struct cqa_silence_limits *limits = &cqa_scene_limits(scene)->silence;

    if (cause == CQA_CAUSE_AGENT_MUTED && !scene->mute.informative)
        return 1.0f - limits->idle_sure;
    if (cause == CQA_CAUSE_UNEXPLAINED && scene->mute.informative &&
        cqa_has_other_floor(scene, scene->agent, gaps, span, 0))
        return 1.0f - limits->other_sure;
    return 0.0f;
}

/* Words [first, last) of a mix. */
struct turn {
    size_t first;
    size_t last;
};

/* What is asked of what was said up to a moment; nothing where no word ends there. */
static struct turn turn_before(const struct cqa_scene *scene, int64_t at_ms)
{
    const struct cqa_silence_limits *limits = &cqa_scene_limits(scene)->silence;
    const struct cqa_spans *words = &scene->speech[0];
    struct turn turn = {0};
    int64_t said_ms = 0;

    while (turn.last < words->count && words->items[turn.last].end_ms <= at_ms)
        turn.last++;
    turn.first = turn.last;
    while (turn.first > 0 && said_ms <= limits->turn_ms &&
           at_ms - words->items[turn.first - 1].end_ms <= (said_ms > 0 ? limits->pause_ms : 0)) {
        at_ms = words->items[--turn.first].start_ms;
        said_ms += cqa_span_length_ms(words->items[turn.first]);
    }
    return turn;
}

/* The same from a moment on. */
static struct turn turn_after(const struct cqa_scene *scene, int64_t at_ms)
{
    const struct cqa_silence_limits *limits = &cqa_scene_limits(scene)->silence;
    const struct cqa_spans *words = &scene->speech[0];
    struct turn turn = {0};
    int64_t said_ms = 0;

    while (turn.first < words->count && words->items[turn.first].start_ms < at_ms)
        turn.first++;
    turn.last = turn.first;
    while (turn.last < words->count && said_ms <= limits->turn_ms &&
           words->items[turn.last].start_ms - at_ms <= (said_ms > 0 ? limits->pause_ms : 0)) {
        at_ms = words->items[turn.last].end_ms;
        said_ms += cqa_span_length_ms(words->items[turn.last++]);
    }
    return turn;
}

/* As soft as a voice in the room is on two channels, and doubtful: it may be nobody's word.
 * `usual`: half dB, of the call's voices. */
static int is_half_heard(const struct cqa_scene *scene, int usual, struct turn turn)
{
    const struct cqa_speech_limits *speech = &cqa_scene_limits(scene)->speech;
    struct cqa_levels levels = {0};
    float posterior = 0;
    float frames = 0;

    for (size_t i = turn.first; i < turn.last; i++) {
        const struct cqa_span word = scene->speech[0].items[i];
        cqa_scene_add_levels(scene, 0, word, &levels);
        posterior += frames_in(word) * cqa_tracks_mean(scene->tracks, 0, CQA_CLASS_SPEECH,
                                                       cqa_border_at(word.start_ms),
                                                       cqa_border_at(word.end_ms));
        frames += frames_in(word);
    }
    return frames > 0 &&
           cqa_levels_at(&levels, speech->loud_share) <= usual - speech->aside_half_db &&
           posterior < cqa_scene_limits(scene)->silence.doubtful_share * frames;
}

/* The doubt that the silence of a mix is whole: what cuts it is not surely words. */
static float edge_doubt(const struct cqa_scene *scene, int usual, struct cqa_span span)
{
    const int is_cut =
        scene->mono && (is_half_heard(scene, usual, turn_before(scene, span.start_ms)) ||
                        is_half_heard(scene, usual, turn_after(scene, span.end_ms)));

    return is_cut ? 1.0f - cqa_scene_limits(scene)->silence.aside_sure : 0.0f;
}

/* The doubt that two were on the line of a mix: whoever is heard there may be a machine, and who
 * waits for it is no agent. */
static float lone_doubt(const struct cqa_scene *scene, struct cqa_span span)
{
    if (!scene->mono ||
        cqa_spans_within_ms(&scene->exchange.both, span) == cqa_span_length_ms(span))
        return 0.0f;
    return 1.0f - cqa_scene_limits(scene)->silence.lone_sure;
}

/* The doubt that nothing explains it: what sounds again and again as high as ringing does may ring,
 * though its levels or its lengths are no plan's. */
static float tone_doubt(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_silence_limits *limits = &cqa_scene_limits(scene)->silence;
    const struct cqa_spans *tones = &scene->tones.doubtful;
    int count = 0;

    for (size_t i = 0; i < tones->count; i++)
        count += tones->items[i].start_ms >= span.start_ms && tones->items[i].end_ms <= span.end_ms;
    return count >= limits->tones_doubtful ? 1.0f - limits->tones_sure : 0.0f;
}

/* Narrows `around` to what lies between the last of the spans of `least_ms` and more that is over
 * when the silence begins and the first that begins later. */
static void narrow(struct cqa_span *around, const struct cqa_spans *spans, int64_t least_ms,
                   struct cqa_span span)
{
    for (size_t i = 0; i < spans->count; i++) {
        if (cqa_span_length_ms(spans->items[i]) < least_ms)
            continue;
        if (spans->items[i].end_ms <= span.start_ms)
            around->start_ms = cqa_later_ms(around->start_ms, spans->items[i].end_ms);
        else if (spans->items[i].start_ms >= span.end_ms)
            around->end_ms = cqa_earlier_ms(around->end_ms, spans->items[i].start_ms);
    }
}

/* Whether a hold is over when the silence begins and the agent has not spoken since: a track has
 * ended, or its file is silent at the end, and nobody hears when they are back. */
static int is_after_hold(const struct cqa_scene *scene, struct cqa_span span, struct cqa_span pause)
{
    for (size_t i = 0; i < scene->holds.count; i++)
        if (scene->holds.items[i].end_ms <= span.start_ms &&
            scene->holds.items[i].end_ms > pause.start_ms)
            return 1;
    return 0;
}

/* The doubt that it is no hold, which goes on without music, or whose beeps are no even train:
 * where they cease nobody hears whether one is lost. The agent's words bound it, and a line that
 * falls as for a hold and rises again. */
static float wait_doubt(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_event_limits *limits = cqa_scene_limits(scene);
    struct cqa_span pause = {0, scene->duration_ms};

    narrow(&pause, &scene->speech[scene->agent], limits->hold.speaks_ms, span);
    if (scene->mute.informative)
        narrow(&pause, &scene->mute.dropped, limits->hold.shortest_ms, span);
    return cqa_hold_may_beep(scene, pause) || is_after_hold(scene, span, pause)
               ? 1.0f - limits->silence.wait_sure
               : 0.0f;
}

/* The voice on the agent's line within the span, or of all but that; no weight without words. */
static struct cqa_voice agent_voice(const struct cqa_scene *scene, struct cqa_span span, int within)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *words = &scene->speech[scene->agent];
    struct cqa_voice sum = {0};

    for (size_t i = 0; i < words->count; i++) {
        const struct cqa_span word = words->items[i];
        const int is_within = word.end_ms > span.start_ms && word.start_ms < span.end_ms;
        if (is_within != within || cqa_span_length_ms(word) < limits->voice_ms)
            continue;
        cqa_voice_add_word(&sum, &scene->frames->channel[scene->agent], word,
                           limits->voiced_of_255);
    }
    return sum;
}

/* The doubt that the agent was there: on the agent's line another voice than theirs is heard around
 * the silence, and it is answered with keys, not with words. */
static float menu_doubt(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_silence_limits *limits = &cqa_scene_limits(scene)->silence;
    const struct cqa_span around = cqa_unspoken(scene, 1 - scene->agent, span);
    struct cqa_span close = {span.start_ms - limits->turn_ms, span.end_ms + limits->turn_ms};

    if (scene->mono || scene->roles_unknown || !cqa_scene_has_keys(scene, around, CQA_PARTY_NONE))
        return 0.0f;
    close.start_ms = close.start_ms > around.start_ms ? close.start_ms : around.start_ms;
    close.end_ms = cqa_earlier_ms(close.end_ms, around.end_ms);
    const struct cqa_voice asks = agent_voice(scene, close, 1);
    const struct cqa_voice agent = agent_voice(scene, around, 0);
    if (asks.weight <= 0 || agent.weight <= 0 ||
        cqa_voice_difference(&asks, &agent) < cqa_scene_limits(scene)->exchange.alike)
        return 0.0f;
    return 1.0f - limits->lone_sure;
}

/* The doubt that it is the agent whom the other party waits for. */
static float whose_doubt(const struct cqa_scene *scene, const struct cqa_floor *away,
                         struct cqa_span span)
{
    return cqa_may_be_customers(scene, away, span)
               ? 1.0f - cqa_scene_limits(scene)->silence.whose_sure
               : 0.0f;
}

/* How sure it is that nobody spoke, nor was on hold: the doubt on the likelier channel. */
static float confidence(const struct cqa_scene *scene, const struct lines_known *known,
                        struct cqa_span span, enum cqa_event_cause cause)
{
    const float doubts[] = {edge_doubt(scene, known->usual, span),
                            lone_doubt(scene, span),
                            tone_doubt(scene, span),
                            menu_doubt(scene, span),
                            wait_doubt(scene, span),
                            whose_doubt(scene, &known->away, span)};
    float most = hold_doubt(scene, &known->gaps, span, cause);

    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++)
        most = doubts[i] > most ? doubts[i] : most;
    for (int c = 0; c < scene->tracks->channel_count; c++) {
        const float channel = doubt(scene, c, span);
        most = channel > most ? channel : most;
    }
    return most < 1.0f ? 1.0f - most : 0.0f;
}

/* Pieces: where the floor of a mix falls or rises, one silence ends and another begins; not where
 * it does for less than a silence lasts. */
static enum cqa_status cut_at_parks(const struct cqa_scene *scene, const struct cqa_spans *silent,
                                    struct cqa_spans *out)
{
    const struct cqa_spans nothing = {0};
    struct cqa_spans parked = {0};
    struct cqa_spans free_time = {0};
    enum cqa_status status = cqa_spans_unite(&scene->lines.parked, &nothing, &parked);

    cqa_spans_drop_short(&parked, cqa_scene_limits(scene)->silence.shortest_ms);
    *out = (struct cqa_spans){0};
    if (status == CQA_OK)
        status = cqa_spans_intersect(silent, &parked, out);
    if (status == CQA_OK)
        status = cqa_spans_invert(&parked, scene->duration_ms, &free_time);
    if (status == CQA_OK)
        status = cqa_spans_intersect(silent, &free_time, out);
    cqa_spans_finish(&parked);
    cqa_spans_finish(&free_time);
    return status;
}

static enum cqa_status add_silence(struct cqa_scene *scene, const struct lines_known *known,
                                   struct cqa_span span)
{
    const enum cqa_event_cause cause = cause_of(scene, span);
    const struct cqa_event event = {.type = CQA_EVENT_SILENCE,
                                    .start_ms = span.start_ms,
                                    .end_ms = span.end_ms,
                                    .cause = cause,
                                    .confidence = confidence(scene, known, span, cause)};

    return cqa_events_add(&scene->events, &event) ? CQA_OK : CQA_E_NOMEM;
}

enum cqa_status cqa_scene_find_silence(struct cqa_scene *scene)
{
    struct cqa_spans taken = {0};
    struct cqa_spans silent = {0};
    struct cqa_spans pieces = {0};
    struct lines_known known;
    enum cqa_status status = occupied(scene, &taken);

    if (status == CQA_OK)
        status = cqa_spans_invert(&taken, scene->duration_ms, &silent);
    if (status == CQA_OK)
        status = cut_at_parks(scene, &silent, &pieces);
    cqa_spans_drop_short(&pieces, cqa_scene_limits(scene)->silence.shortest_ms);
    if (scene->mute.informative)
        cqa_floor_of_gaps(scene, scene->agent, &known.gaps);
    if (scene->mute.away_informative)
        cqa_floor_of_gaps(scene, 1 - scene->agent, &known.away);
    if (scene->mono)
        known.usual = cqa_scene_voice_level(scene, 0, cqa_scene_limits(scene)->speech.loud_share);
    for (size_t i = 0; status == CQA_OK && i < pieces.count; i++)
        status = add_silence(scene, &known, pieces.items[i]);
    cqa_spans_finish(&taken);
    cqa_spans_finish(&silent);
    cqa_spans_finish(&pieces);
    return status;
}
