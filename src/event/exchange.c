/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/exchange.h"

#include "event/scene.h"
#include "event/voice.h"

/* What is known so far of who speaks, going through a mix. */
struct listener {
    const struct cqa_exchange_limits *limits;
    struct cqa_voice speaker;
    int64_t last_ms;    /* where the last stretch ended */
    int64_t changed_ms; /* where the voice last changed; -1 never */
    float by;           /* how far it was from the one before */
};

/* Another voice begins: an exchange where the last change is not long ago. */
static void change(struct listener *listener, const struct cqa_voice *voice, float by,
                   int64_t start_ms, struct cqa_exchange *out)
{
    const struct cqa_exchange_limits *limits = listener->limits;
    const int64_t before_ms = listener->last_ms;
    const int answers = listener->speaker.weight > 0 && start_ms - before_ms < limits->near_ms;

    if (answers && listener->changed_ms >= 0 &&
        before_ms - listener->changed_ms < limits->again_ms) {
        out->first_ms = listener->changed_ms < out->first_ms ? listener->changed_ms : out->first_ms;
        out->last_ms = start_ms;
        out->plain += by >= limits->far_apart && listener->by >= limits->far_apart;
        out->sure_ms = out->plain > 0 && start_ms < out->sure_ms ? start_ms : out->sure_ms;
    }
    listener->by = answers ? by : listener->by;
    listener->changed_ms = answers ? before_ms : listener->changed_ms;
    listener->speaker = *voice;
}

/* What is far softer than most of what is said leaks in. */
static float least_level(const struct cqa_scene *scene)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;

    return 0.5f * (float)cqa_scene_voice_level(scene, 0, limits->loud_share) - limits->softer_db;
}

/* Whether the stretch of speech is long and loud enough to tell its voice. */
static int hear(const struct cqa_scene *scene, struct cqa_span span, float least,
                struct cqa_voice *voice)
{
    const size_t last = cqa_border_at(span.end_ms);

    if (cqa_span_length_ms(span) < cqa_scene_limits(scene)->exchange.voice_ms ||
        last > scene->frames->count)
        return 0;
    *voice = cqa_voice_hear(&scene->frames->channel[0], cqa_border_at(span.start_ms), last);
    return voice->level >= least;
}

static void find_changes(const struct cqa_scene *scene, float least, struct cqa_exchange *out)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *speech = &scene->speech[0];
    struct listener listener = {.limits = limits, .changed_ms = -1};
    struct cqa_voice voice;

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        if (!hear(scene, span, least, &voice))
            continue;
        const float by = listener.speaker.weight > 0
                             ? cqa_voice_difference(&listener.speaker, &voice)
                             : limits->apart;
        if (by >= limits->apart)
            change(&listener, &voice, by, span.start_ms, out);
        else
            cqa_voice_add(&listener.speaker, &voice);
        listener.last_ms = span.end_ms;
    }
}

/* Where talk goes on so long, or comes to so much, that two must be talking. */
static void find_long_talk(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    const struct cqa_spans *speech = &scene->speech[0];
    int64_t start_ms = 0;
    int64_t sum_ms = 0;
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        sum_ms += cqa_span_length_ms(span);
        if (sum_ms >= limits->much_ms && span.start_ms < out->first_ms)
            out->first_ms = span.start_ms;
        if (sum_ms >= limits->past_menus_ms) {
            out->voices_ms = cqa_earlier_ms(out->voices_ms, span.start_ms);
            out->sure_ms = cqa_earlier_ms(out->sure_ms, span.start_ms);
        }
        if (i == 0 || span.start_ms - speech->items[i - 1].end_ms >= limits->near_ms)
            start_ms = span.start_ms;
        if (span.end_ms - start_ms < limits->long_ms)
            continue;
        out->first_ms = cqa_earlier_ms(out->first_ms, start_ms + limits->long_ms / 2);
        out->last_ms = span.end_ms > out->last_ms ? span.end_ms : out->last_ms;
    }
}

/* Whoever speaks first after a hold or keys, until somebody else does, or a pause. */
struct comer {
    struct cqa_voice voice; /* weight 0: nobody */
    int64_t end_ms;         /* of what they say */
};

static struct comer comer_after(const struct cqa_scene *scene, float least, int64_t from_ms)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *speech = &scene->speech[0];
    struct comer comer = {0};
    struct cqa_voice voice;

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        if (span.start_ms < from_ms || !hear(scene, span, least, &voice))
            continue;
        if (comer.voice.weight == 0)
            comer.voice = voice;
        else if (span.start_ms - comer.end_ms < limits->near_ms &&
                 cqa_voice_difference(&comer.voice, &voice) < limits->apart)
            cqa_voice_add(&comer.voice, &voice);
        else
            break;
        comer.end_ms = span.end_ms;
    }
    return comer;
}

/* Where machines have said what they say: the end of the last music and keys before an exchange. */
static int64_t waited_until_ms(const struct cqa_scene *scene, int64_t exchange_ms)
{
    int64_t end_ms = 0;

    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if ((event->type == CQA_EVENT_DTMF || event->type == CQA_EVENT_HOLD) &&
            event->start_ms < exchange_ms && event->end_ms > end_ms)
            end_ms = event->end_ms;
    }
    return end_ms;
}

/* Whether a good part of the talk that follows is in that voice. */
static int goes_on(const struct cqa_scene *scene, float least, const struct comer *comer,
                   int64_t from_ms)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *speech = &scene->speech[0];
    const int64_t after_ms = comer->end_ms > from_ms ? comer->end_ms : from_ms;
    struct cqa_voice voice;
    float own = 0;
    float all = 0;

    for (size_t i = 0; i < speech->count; i++) {
        if (speech->items[i].start_ms < after_ms || !hear(scene, speech->items[i], least, &voice))
            continue;
        all += voice.weight;
        if (cqa_voice_difference(&comer->voice, &voice) < limits->alike)
            own += voice.weight;
    }
    return all > 0 && own >= limits->goes_on_share * all;
}

/* What is known before a moment of the voice after it. */
struct memory {
    int known;  /* it is one of those that were heard, */
    int latest; /* and the last of them was not surely another */
};

static void recall(const struct cqa_exchange_limits *limits, const struct cqa_voice *speaker,
                   const struct cqa_voice *voice, struct memory *memory)
{
    const float by = speaker->weight > 0 ? cqa_voice_difference(speaker, voice) : limits->apart;

    memory->known |= by < limits->alike;
    memory->latest = by < limits->far_apart;
}

static struct memory remember(const struct cqa_scene *scene, float least,
                              const struct cqa_voice *voice, int64_t before_ms)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *speech = &scene->speech[0];
    struct memory memory = {0};
    struct cqa_voice speaker = {0};
    struct cqa_voice next;

    for (size_t i = 0; i < speech->count && speech->items[i].start_ms < before_ms; i++) {
        if (!hear(scene, speech->items[i], least, &next))
            continue;
        if (speaker.weight > 0 && cqa_voice_difference(&speaker, &next) < limits->apart) {
            cqa_voice_add(&speaker, &next);
            continue;
        }
        recall(limits, &speaker, voice, &memory);
        speaker = next;
    }
    recall(limits, &speaker, voice, &memory);
    return memory;
}

/* Whether one who was heard before the hold or the keys speaks after them. */
static int comes_back(const struct cqa_scene *scene, float least, const struct cqa_event *event,
                      const struct comer *comer)
{
    const struct memory memory = remember(scene, least, &comer->voice, event->start_ms);

    return memory.known && !(event->type == CQA_EVENT_DTMF && memory.latest);
}

/*
 * A machine speaks before the music of a queue, and the agent after it. Where who spoke before the
 * music speaks after it, somebody was put on hold by whom they talked with. For keys a machine asks
 * again and again, so there somebody else must have been the last to speak. Some machines speak
 * after their music too, but once there is talk they are gone.
 */
static void find_returns(const struct cqa_scene *scene, float least, struct cqa_exchange *out)
{
    const int64_t waited_ms[2] = {waited_until_ms(scene, out->first_ms),
                                  waited_until_ms(scene, out->voices_ms)};

    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        const int keys = event->type == CQA_EVENT_DTMF;
        int64_t *from_ms = keys ? &out->voices_ms : &out->first_ms;
        if ((!keys && event->type != CQA_EVENT_HOLD) || event->start_ms >= *from_ms)
            continue;
        const struct comer comer = comer_after(scene, least, event->end_ms);
        if (comer.voice.weight > 0 && comes_back(scene, least, event, &comer) &&
            goes_on(scene, least, &comer, waited_ms[keys]))
            *from_ms = event->start_ms;
    }
}

struct cqa_exchange cqa_exchange_find(const struct cqa_scene *scene)
{
    const struct cqa_spans *speech = scene->speech;
    struct cqa_exchange found = {.first_ms = scene->duration_ms, .sure_ms = scene->duration_ms};

    if (scene->mono) {
        const float least = least_level(scene);
        find_changes(scene, least, &found);
        found.voices_ms = found.first_ms;
        find_long_talk(scene, &found);
        find_returns(scene, least, &found);
    } else if (speech[0].count > 0 && speech[1].count > 0) {
        const int later = speech[1].items[0].start_ms > speech[0].items[0].start_ms;
        const int sooner = speech[1].items[speech[1].count - 1].end_ms <
                           speech[0].items[speech[0].count - 1].end_ms;
        found.first_ms = speech[later].items[0].start_ms;
        found.last_ms = speech[sooner].items[speech[sooner].count - 1].end_ms;
    }
    return found;
}
