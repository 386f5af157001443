/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both speak for 200 ms or more, outside hold: who broke in, and what came of it (contract: on
 * turns). */
#include "event/one_voice.h"
#include "event/scene.h"
#include "event/voice.h"
#include "signal/levels.h"

static enum cqa_status turns_of(const struct cqa_scene *scene, int c, struct cqa_spans *turns)
{
    const struct cqa_spans nothing = {0};
    const enum cqa_status status = cqa_spans_unite(&scene->speech[c], &nothing, turns);

    cqa_spans_bridge(turns, cqa_scene_limits(scene)->overtalk.turn_ms);
    return status;
}

/* The turn that covers `span`; a party's speech lies inside its turns, so there is one. */
static struct cqa_span turn_at(const struct cqa_spans *turns, struct cqa_span span)
{
    for (size_t i = 0; i < turns->count; i++)
        if (turns->items[i].start_ms <= span.start_ms && turns->items[i].end_ms >= span.end_ms)
            return turns->items[i];
    return span;
}

static void judge(const struct cqa_scene *scene, const struct cqa_spans turns[2],
                  struct cqa_event *event)
{
    const struct cqa_overtalk_limits *limits = &cqa_scene_limits(scene)->overtalk;
    const struct cqa_span span = {event->start_ms, event->end_ms};
    const struct cqa_span at[2] = {turn_at(&turns[0], span), turn_at(&turns[1], span)};
    const int second = at[1].start_ms >= at[0].start_ms ? 1 : 0;
    const struct cqa_span first_turn = at[1 - second];
    const struct cqa_span second_turn = at[second];

    event->by = second_turn.start_ms - first_turn.start_ms < limits->together_ms
                    ? CQA_PARTY_NONE
                    : cqa_scene_party(scene, second);
    if (cqa_span_length_ms(second_turn) <= limits->backchannel_ms + limits->wider_ms &&
        first_turn.end_ms - second_turn.end_ms >= limits->goes_on_ms)
        event->kind = CQA_KIND_BACKCHANNEL;
    else if (second_turn.end_ms - first_turn.end_ms >= limits->goes_on_ms)
        event->kind = CQA_KIND_INTERRUPTION;
    else
        event->kind = CQA_KIND_OTHER;
}

/*
 * From the mean posterior of the less certain party over the span. The classifier is shy where two
 * voices overlap; the curve is fitted to how often it was right on simulated calls
 * (docs/accuracy.md, "Confidence").
 */
static float confidence(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_overtalk_limits *limits = &cqa_scene_limits(scene)->overtalk;
    const size_t first = cqa_border_at(span.start_ms);
    const size_t last = cqa_border_at(span.end_ms);
    const float left = cqa_tracks_mean(scene->tracks, 0, CQA_CLASS_SPEECH, first, last);
    const float right = cqa_tracks_mean(scene->tracks, 1, CQA_CLASS_SPEECH, first, last);
    const float posterior = left < right ? left : right;

    return limits->sure_least + limits->sure_more * posterior * posterior;
}

static int during_hold(const struct cqa_scene *scene, struct cqa_span span)
{
    return cqa_spans_within_ms(&scene->holds, span) > 0;
}

/* The voice of words [first, last) of channel c, as far as they are long enough to tell it. */
static struct cqa_voice voice_of(const struct cqa_scene *scene, int c, size_t first, size_t last)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    struct cqa_voice voice = {0};

    for (size_t i = first; i < last; i++)
        if (cqa_span_length_ms(scene->speech[c].items[i]) >= limits->voice_ms)
            cqa_voice_add_word(&voice, &scene->frames->channel[c], scene->speech[c].items[i],
                               limits->voiced_of_255);
    return voice;
}

/* From word `at` of the list on, by `step`, until so much is said that it tells a voice: one past
 * the last of them. */
static size_t tells_until(const struct cqa_spans *words, size_t at, int step, int64_t enough_ms)
{
    int64_t said_ms = 0;

    for (; at < words->count && said_ms < enough_ms; at += (size_t)step)
        said_ms += cqa_span_length_ms(words->items[at]);
    return at;
}

/* Whether the turn on channel c is in another voice than what is said there before it and after it:
 * a supervisor who whispers to the agent, an interpreter, an announcement. Who takes over for good
 * goes on. */
static int is_another_voice(const struct cqa_scene *scene, int c, struct cqa_span turn)
{
    const struct cqa_event_limits *limits = cqa_scene_limits(scene);
    const struct cqa_spans *words = &scene->speech[c];
    size_t first = 0;
    size_t last;

    while (first < words->count && words->items[first].end_ms <= turn.start_ms)
        first++;
    for (last = first; last < words->count && words->items[last].start_ms < turn.end_ms;)
        last++;
    /* Past the front of the list an index wraps, to where it is one too many for a list, too. */
    const size_t from = tells_until(words, first - 1, -1, limits->overtalk.another_ms) + 1;
    const size_t to = tells_until(words, last, 1, limits->overtalk.another_ms);
    const struct cqa_voice voice = voice_of(scene, c, first, last);
    const struct cqa_voice before = voice_of(scene, c, from, first);
    const struct cqa_voice after = voice_of(scene, c, last, to);

    return voice.weight > 0 && before.weight > 0 && after.weight > 0 &&
           cqa_voice_difference(&voice, &before) >= limits->exchange.alike &&
           cqa_voice_difference(&voice, &after) >= limits->exchange.alike;
}

/* Who took the floor may be nobody's party. */
static float whose(const struct cqa_scene *scene, const struct cqa_spans turns[2],
                   const struct cqa_event *event)
{
    const float sure = cqa_scene_limits(scene)->overtalk.another_sure;
    const int c = event->by == CQA_PARTY_AGENT ? scene->agent : 1 - scene->agent;
    const struct cqa_span span = {event->start_ms, event->end_ms};

    return event->kind == CQA_KIND_INTERRUPTION && event->by != CQA_PARTY_NONE &&
                   event->confidence > sure && is_another_voice(scene, c, turn_at(&turns[c], span))
               ? sure
               : event->confidence;
}

static enum cqa_status add_all(struct cqa_scene *scene, const struct cqa_spans *both,
                               const struct cqa_spans turns[2])
{
    for (size_t i = 0; i < both->count; i++) {
        const struct cqa_span span = both->items[i];
        struct cqa_event event = {
            .type = CQA_EVENT_OVERTALK, .start_ms = span.start_ms, .end_ms = span.end_ms};
        int is_one_voice;
        if (cqa_span_length_ms(span) < cqa_scene_limits(scene)->overtalk.shortest_ms ||
            during_hold(scene, span))
            continue;
        if (cqa_scene_is_one_voice(scene, span, &is_one_voice) != CQA_OK)
            return CQA_E_NOMEM;
        if (is_one_voice)
            continue;
        event.confidence = confidence(scene, span);
        judge(scene, turns, &event);
        event.confidence = whose(scene, turns, &event);
        if (!cqa_events_add(&scene->events, &event))
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* How much two voices are heard around frame t of a mix of both parties, of 255. */
static unsigned two_voices_at(const struct cqa_scene *scene, size_t t)
{
    const size_t reach = cqa_scene_limits(scene)->overtalk.mixed_reach_frames;
    const uint8_t *both = scene->tracks->channel[0].posterior[CQA_TRACK_BOTH];
    unsigned sum = 0;

    if (t < reach || t + reach >= scene->tracks->count)
        return 0;
    for (size_t i = t - reach; i <= t + reach; i++)
        sum += both[i];
    return sum / (unsigned)(2 * reach + 1);
}

/* From how much on there are two: some voices sound like two all along, and in no call do two speak
 * at once for most of it. */
static unsigned least_of_two_voices(const struct cqa_scene *scene)
{
    const struct cqa_overtalk_limits *limits = &cqa_scene_limits(scene)->overtalk;
    const struct cqa_spans *speech = &scene->speech[0];
    struct cqa_levels talk = {0};

    for (size_t i = 0; i < speech->count; i++)
        for (size_t t = cqa_border_at(speech->items[i].start_ms);
             t < cqa_border_at(speech->items[i].end_ms); t++)
            cqa_levels_add(&talk, (uint8_t)two_voices_at(scene, t));
    const unsigned usual = (unsigned)cqa_levels_at(&talk, 1.0f - limits->mixed_share);
    return usual > limits->mixed_of_255 ? usual : limits->mixed_of_255;
}

/* Where two voices are heard on a mix. */
static enum cqa_status two_voices(const struct cqa_scene *scene, struct cqa_spans *out)
{
    const unsigned least = least_of_two_voices(scene);
    enum cqa_status status = CQA_OK;

    for (size_t t = 0; t < scene->tracks->count && status == CQA_OK; t++) {
        const int64_t start_ms = (int64_t)t * CQA_FRAME_MS;
        if (two_voices_at(scene, t) < least)
            continue;
        if (out->count > 0 && out->items[out->count - 1].end_ms == start_ms)
            out->items[out->count - 1].end_ms += CQA_FRAME_MS;
        else
            status = cqa_spans_add(out, start_ms, start_ms + CQA_FRAME_MS);
    }
    cqa_spans_bridge(out, cqa_scene_limits(scene)->overtalk.mixed_bridge_ms);
    return status;
}

/* An estimate: of those of which the classifier says 0.75, 0.6 are right, of 0.6 a third. */
static float mixed_confidence(const struct cqa_scene *scene, struct cqa_span span)
{
    const float posterior = cqa_tracks_mean(
        scene->tracks, 0, CQA_TRACK_BOTH, cqa_border_at(span.start_ms), cqa_border_at(span.end_ms));

    return posterior * posterior;
}

/* On a mix nobody can say who broke in, and that two voices are heard is uncertain (measurable:
 * degraded). */
static enum cqa_status find_mixed(struct cqa_scene *scene)
{
    struct cqa_spans voices = {0};
    struct cqa_spans both = {0};
    enum cqa_status status = two_voices(scene, &voices);

    if (status == CQA_OK)
        status = cqa_spans_intersect(&voices, &scene->speech[0], &both);
    for (size_t i = 0; i < both.count && status == CQA_OK; i++) {
        const struct cqa_span span = both.items[i];
        const struct cqa_event event = {.type = CQA_EVENT_OVERTALK,
                                        .start_ms = span.start_ms,
                                        .end_ms = span.end_ms,
                                        .confidence = mixed_confidence(scene, span)};
        if (cqa_span_length_ms(span) >= cqa_scene_limits(scene)->overtalk.shortest_ms &&
            !during_hold(scene, span) && !cqa_events_add(&scene->events, &event))
            status = CQA_E_NOMEM;
    }
    cqa_spans_finish(&voices);
    cqa_spans_finish(&both);
    return status;
}

enum cqa_status cqa_scene_find_overtalk(struct cqa_scene *scene)
{
    struct cqa_spans both = {0};
    struct cqa_spans turns[2] = {{0}, {0}};
    enum cqa_status status = CQA_OK;

    if (scene->mono)
        return find_mixed(scene);
    for (int c = 0; c < 2 && status == CQA_OK; c++)
        status = turns_of(scene, c, &turns[c]);
    if (status == CQA_OK)
        status = cqa_spans_intersect(&scene->speech[0], &scene->speech[1], &both);
    if (status == CQA_OK)
        status = add_all(scene, &both, turns);
    cqa_spans_finish(&both);
    cqa_spans_finish(&turns[0]);
    cqa_spans_finish(&turns[1]);
    return status;
}
