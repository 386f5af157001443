/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/exchange.h"

#include <stdlib.h>
#include "event/scene.h"
#include "event/voice.h"

/* What somebody says of a mix. */
struct stretch {
    struct cqa_span span;
    struct cqa_voice voice;
    float alike;      /* its frames, where its voice is the one that is looked for, else 0 */
    int64_t known_ms; /* from when on its voice is a party's for all that is known */
};

/* All of them whose voice can be told. */
struct talk {
    const struct cqa_exchange_limits *limits;
    struct stretch *items;
    size_t count;
    int64_t never_ms; /* the recording's length */
};

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
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const size_t last = cqa_border_at(span.end_ms);

    if (cqa_span_length_ms(span) < limits->voice_ms || last > scene->frames->count)
        return 0;
    *voice = cqa_voice_hear(&scene->frames->channel[0], limits->voiced_of_255,
                            cqa_border_at(span.start_ms), last);
    return voice->level >= least;
}

/* `items`: room for all of them. */
static struct talk hear_all(const struct cqa_scene *scene, struct stretch *items)
{
    const struct cqa_spans *speech = &scene->speech[0];
    const float least = least_level(scene);
    struct talk talk = {&cqa_scene_limits(scene)->exchange, items, 0, scene->duration_ms};

    for (size_t i = 0; i < speech->count; i++) {
        struct stretch *next = &items[talk.count];
        next->span = speech->items[i];
        talk.count += hear(scene, next->span, least, &next->voice) ? 1 : 0;
    }
    return talk;
}

static void look_for(struct talk *talk, const struct cqa_voice *voice)
{
    for (size_t i = 0; i < talk->count; i++) {
        struct stretch *stretch = &talk->items[i];
        const float by = cqa_voice_difference(voice, &stretch->voice);
        stretch->alike = by < talk->limits->alike ? stretch->voice.weight : 0.0f;
    }
}

/* From when on the voice that is looked for has said so much since the stretch `first`, and says a
 * good part of what follows. */
static int64_t goes_on_ms(const struct talk *talk, size_t first, int64_t said_ms)
{
    float all = 0;
    float own = 0;
    float said = 0;

    for (size_t i = 0; i < talk->count; i++) {
        all += talk->items[i].voice.weight;
        own += talk->items[i].alike;
    }
    for (size_t i = 0; i < talk->count; i++) {
        said += i >= first ? talk->items[i].alike : 0.0f;
        all -= talk->items[i].voice.weight;
        own -= talk->items[i].alike;
        if (i >= first && said * CQA_FRAME_MS >= (float)said_ms && own > 0 &&
            own >= talk->limits->goes_on_share * all)
            return talk->items[i].span.end_ms;
    }
    return talk->never_ms;
}

/* Where so much is said that two must be talking, and so much that no menu says it. */
static void find_long_talk(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *speech = &scene->speech[0];
    int64_t sum_ms = 0;

    for (size_t i = 0; i < speech->count; i++) {
        const int64_t start_ms = speech->items[i].start_ms;
        sum_ms += cqa_span_length_ms(speech->items[i]);
        if (sum_ms >= limits->much_ms)
            out->first_ms = cqa_earlier_ms(out->first_ms, start_ms);
        if (sum_ms >= limits->past_menus_ms)
            out->sure_ms = cqa_earlier_ms(out->sure_ms, start_ms);
    }
}

/* Follows the voice of a stretch through the call; whether it goes on from there. */
static int follow(struct talk *talk, size_t i, struct cqa_exchange *out)
{
    look_for(talk, &talk->items[i].voice);
    out->keys_ms = cqa_earlier_ms(out->keys_ms, goes_on_ms(talk, 0, talk->limits->talks_ms));
    talk->items[i].known_ms = goes_on_ms(talk, 0, talk->limits->answers_ms);
    return goes_on_ms(talk, i, 0) == talk->items[i].span.end_ms;
}

/* Both are on the line once two are known that are far apart: from when on the stretch i and one of
 * those from `first` on tell it. */
static int64_t second_ms(const struct talk *talk, size_t first, size_t i)
{
    const struct stretch *one = &talk->items[i];
    int64_t both_ms = talk->never_ms;

    for (size_t k = first; one->known_ms < talk->never_ms && k < i; k++) {
        const struct stretch *other = &talk->items[k];
        const int64_t known_ms = one->known_ms > other->known_ms ? one->known_ms : other->known_ms;
        if (known_ms < both_ms &&
            cqa_voice_difference(&one->voice, &other->voice) >= talk->limits->apart)
            both_ms = known_ms;
    }
    return both_ms;
}

static enum cqa_status find_parties(struct talk *talk, struct cqa_exchange *out)
{
    const int64_t until_ms = out->sure_ms;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0;
         status == CQA_OK && i < talk->count && talk->items[i].span.start_ms < until_ms; i++) {
        const struct cqa_span span = talk->items[i].span;
        if (follow(talk, i, out))
            status = cqa_spans_add(&out->parts, span.start_ms, span.end_ms);
        const int64_t both_ms = second_ms(talk, 0, i);
        out->two |= both_ms < talk->never_ms;
        out->sure_ms = cqa_earlier_ms(out->sure_ms, both_ms);
    }
    out->keys_ms = cqa_earlier_ms(out->keys_ms, out->sure_ms);
    out->first_ms = cqa_earlier_ms(out->first_ms, out->keys_ms);
    return status;
}

/* From when on both are surely on the line by what is said within the part; its end where they
 * never are. Who speaks later and sounds like somebody before need not be the same: a voice is
 * known once it was heard itself. */
static int64_t know_both_ms(struct talk *talk, struct cqa_span part)
{
    int64_t found_ms = part.end_ms;
    size_t first = 0;

    while (first < talk->count && talk->items[first].span.start_ms < part.start_ms)
        first++;
    for (size_t i = first; i < talk->count && talk->items[i].span.start_ms < found_ms; i++) {
        struct stretch *next = &talk->items[i];
        look_for(talk, &next->voice);
        next->known_ms = goes_on_ms(talk, first, talk->limits->answers_ms);
        if (next->known_ms < next->span.end_ms)
            next->known_ms = next->span.end_ms;
        found_ms = cqa_earlier_ms(found_ms, second_ms(talk, first, i));
    }
    return found_ms;
}

/* The talk as it is heard from its end: who was there, and leaves. */
static void turn_round(struct talk *talk)
{
    for (size_t i = 0, k = talk->count; i < k; i++) {
        const struct stretch first = talk->items[i];
        talk->items[i] = talk->items[--k];
        talk->items[k] = first;
    }
    for (size_t i = 0; i < talk->count; i++) {
        const struct cqa_span span = talk->items[i].span;
        talk->items[i].span =
            (struct cqa_span){talk->never_ms - span.end_ms, talk->never_ms - span.start_ms};
    }
}

/* Between keys or rings and the next: from when both are surely on the line until when. */
static enum cqa_status find_both_within(struct talk *talk, struct cqa_span part,
                                        struct cqa_spans *out)
{
    const int64_t start_ms = know_both_ms(talk, part);

    if (start_ms >= part.end_ms)
        return CQA_OK;
    turn_round(talk);
    const struct cqa_span turned = {talk->never_ms - part.end_ms, talk->never_ms - part.start_ms};
    const int64_t end_ms = talk->never_ms - know_both_ms(talk, turned);
    turn_round(talk);
    return start_ms < end_ms ? cqa_spans_add(out, start_ms, end_ms) : CQA_OK;
}

/* The first keys or rings from `from_ms` on, NULL without. */
static const struct cqa_event *next_asked(const struct cqa_scene *scene, int64_t from_ms)
{
    const struct cqa_event *next = NULL;

    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if ((event->type == CQA_EVENT_DTMF || event->type == CQA_EVENT_RINGBACK) &&
            event->start_ms >= from_ms && event->end_ms > from_ms &&
            (next == NULL || event->start_ms < next->start_ms))
            next = event;
    }
    return next;
}

/* Whoever presses keys, or hears it ring, may speak with a machine before and after. */
static enum cqa_status find_both(const struct cqa_scene *scene, struct talk *talk,
                                 struct cqa_spans *out)
{
    enum cqa_status status = CQA_OK;
    int64_t from_ms = 0;

    while (status == CQA_OK && from_ms < scene->duration_ms) {
        const struct cqa_event *next = next_asked(scene, from_ms);
        const int64_t end_ms = next != NULL ? next->start_ms : scene->duration_ms;
        status = find_both_within(talk, (struct cqa_span){from_ms, end_ms}, out);
        from_ms = next != NULL ? next->end_ms : scene->duration_ms;
    }
    return status;
}

static enum cqa_status find_on_mix(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    struct stretch *items = calloc(scene->speech[0].count + 1, sizeof *items);
    enum cqa_status status = CQA_E_NOMEM;

    find_long_talk(scene, out);
    if (items != NULL) {
        struct talk talk = hear_all(scene, items);
        status = find_parties(&talk, out);
        if (status == CQA_OK)
            status = find_both(scene, &talk, &out->both);
    }
    free(items);
    return status;
}

enum cqa_status cqa_exchange_find(const struct cqa_scene *scene, struct cqa_exchange *out)
{
    const struct cqa_spans *speech = scene->speech;

    *out = (struct cqa_exchange){.first_ms = scene->duration_ms,
                                 .keys_ms = scene->duration_ms,
                                 .sure_ms = scene->duration_ms};
    if (scene->mono)
        return find_on_mix(scene, out);
    if (speech[0].count > 0 && speech[1].count > 0)
        out->first_ms = speech[0].items[0].start_ms > speech[1].items[0].start_ms
                            ? speech[0].items[0].start_ms
                            : speech[1].items[0].start_ms;
    return CQA_OK;
}

void cqa_exchange_finish(struct cqa_exchange *exchange)
{
    cqa_spans_finish(&exchange->parts);
    cqa_spans_finish(&exchange->both);
}
