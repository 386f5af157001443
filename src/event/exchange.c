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
    }
    listener->by = answers ? by : listener->by;
    listener->changed_ms = answers ? before_ms : listener->changed_ms;
    listener->speaker = *voice;
}

static void find_changes(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    /* what is far softer leaks in */
    const float usual = 0.5f * (float)cqa_scene_voice_level(scene, 0, limits->loud_share);
    const struct cqa_spans *speech = &scene->speech[0];
    struct listener listener = {.limits = limits, .changed_ms = -1};

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        const size_t first = cqa_border_at(span.start_ms);
        const size_t last = cqa_border_at(span.end_ms);
        if (cqa_span_length_ms(span) < limits->voice_ms || last > scene->frames->count)
            continue;
        const struct cqa_voice voice = cqa_voice_hear(&scene->frames->channel[0], first, last);
        if (voice.level < usual - limits->softer_db)
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
        if (sum_ms >= limits->past_menus_ms && span.start_ms < out->voices_ms)
            out->voices_ms = span.start_ms;
        if (i == 0 || span.start_ms - speech->items[i - 1].end_ms >= limits->near_ms)
            start_ms = span.start_ms;
        if (span.end_ms - start_ms < limits->long_ms)
            continue;
        out->first_ms = start_ms + limits->long_ms / 2 < out->first_ms
                            ? start_ms + limits->long_ms / 2
                            : out->first_ms;
        out->last_ms = span.end_ms > out->last_ms ? span.end_ms : out->last_ms;
    }
}

struct cqa_exchange cqa_exchange_find(const struct cqa_scene *scene)
{
    const struct cqa_spans *speech = scene->speech;
    struct cqa_exchange found = {.first_ms = scene->duration_ms};

    if (scene->mono) {
        find_changes(scene, &found);
        found.voices_ms = found.first_ms;
        find_long_talk(scene, &found);
    } else if (speech[0].count > 0 && speech[1].count > 0) {
        const int later = speech[1].items[0].start_ms > speech[0].items[0].start_ms;
        const int sooner = speech[1].items[speech[1].count - 1].end_ms <
                           speech[0].items[speech[0].count - 1].end_ms;
        found.first_ms = speech[later].items[0].start_ms;
        found.last_ms = speech[sooner].items[speech[sooner].count - 1].end_ms;
    }
    return found;
}
