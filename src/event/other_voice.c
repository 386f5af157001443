/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/other_voice.h"

#include <stdlib.h>
#include "event/voice.h"

/* Words of the agent's line that tell a voice, or a few of them together. */
struct stretch {
    struct cqa_span span;
    struct cqa_voice voice;
    struct cqa_voice before; /* all up to it together, without it, */
    struct cqa_voice after;  /* and all from it on, with it */
    int is_other;            /* another's than the agent's, by what is said around it */
};

/* All of them. Their last item is none: nothing but what is before it. */
struct said {
    const struct cqa_voices_limits *limits;
    struct stretch *items;
    size_t count;
};

/* Stretches [first, last). */
struct part {
    size_t first;
    size_t last;
};

/* How many words are one stretch, so that the longest calls have few enough to compare all parts.
 */
static size_t words_together(const struct cqa_scene *scene)
{
    return 1 + scene->speech[scene->agent].count / cqa_scene_limits(scene)->voices.most_stretches;
}

/* From when both have spoken until the customer speaks no more. What is said on the agent's line
 * before and after it is a greeting, or a menu or a survey that nobody answers by words. */
static struct cqa_span talk_of_both(const struct cqa_scene *scene)
{
    const struct cqa_spans *customer = &scene->speech[1 - scene->agent];
    const int64_t last_ms = customer->count > 0 ? customer->items[customer->count - 1].end_ms : 0;

    return (struct cqa_span){scene->exchange.first_ms, last_ms};
}

static void hear_all(const struct cqa_scene *scene, struct said *said)
{
    const struct cqa_exchange_limits *limits = &cqa_scene_limits(scene)->exchange;
    const struct cqa_spans *words = &scene->speech[scene->agent];
    const struct cqa_span talk = talk_of_both(scene);
    const size_t together = words_together(scene);
    size_t heard = 0;

    for (size_t i = 0; i < words->count; i++) {
        const struct cqa_span word = words->items[i];
        if (cqa_span_length_ms(word) < limits->voice_ms || word.end_ms <= talk.start_ms ||
            word.start_ms >= talk.end_ms)
            continue;
        if (heard++ % together == 0)
            said->items[said->count++].span = word;
        struct stretch *last = &said->items[said->count - 1];
        last->span.end_ms = word.end_ms;
        cqa_voice_add_word(&last->voice, &scene->frames->channel[scene->agent], word,
                           limits->voiced_of_255);
    }
}

/* A stretch that is another's is nothing more of what the rest is compared with. */
static void add_agents(struct cqa_voice *sum, const struct stretch *stretch)
{
    if (!stretch->is_other)
        cqa_voice_add(sum, &stretch->voice);
}

static void sum_up(struct said *said)
{
    for (size_t i = 0; i < said->count; i++) {
        said->items[i + 1].before = said->items[i].before;
        add_agents(&said->items[i + 1].before, &said->items[i]);
    }
    for (size_t i = said->count; i-- > 0;) {
        said->items[i].after = said->items[i + 1].after;
        add_agents(&said->items[i].after, &said->items[i]);
    }
}

/* What is said on the line but in the part. */
static struct cqa_voice all_but(const struct said *said, struct part part)
{
    struct cqa_voice rest = said->items[part.first].before;

    cqa_voice_add(&rest, &said->items[part.last].after);
    return rest;
}

/* Whoever says less is another than the agent, and so is whoever comes and goes while somebody else
 * is there before and after, however much they say. */
static int may_be_other(const struct said *said, struct part part, float said_there)
{
    const float before = said->items[part.first].before.weight;
    const float after = said->items[part.last].after.weight;

    return said_there <= before + after ||
           (before >= said->limits->around_frames && after >= said->limits->around_frames);
}

static void mark(struct said *said, struct part part)
{
    for (size_t i = part.first; i < part.last; i++)
        said->items[i].is_other = 1;
}

/* How far a part that begins with a stretch may be from the rest; `far` and `found` become those of
 * the farthest. */
static void compare_from(const struct said *said, size_t first, float *far, struct part *found)
{
    const struct cqa_voices_limits *limits = said->limits;
    struct cqa_voice sum = {0};

    for (size_t last = first + 1; last <= said->count; last++) {
        const struct part part = {first, last};
        add_agents(&sum, &said->items[last - 1]);
        if (sum.weight < limits->part_frames || !may_be_other(said, part, sum.weight))
            continue;
        const struct cqa_voice rest = all_but(said, part);
        if (rest.weight < limits->rest_frames)
            continue;
        const float by = cqa_voice_difference(&sum, &rest);
        if (by >= *far) {
            *far = by;
            *found = part;
        }
    }
}

/* Long parts that sound unlike all the rest, the most unlike first: where a machine is part of the
 * rest, the agent is unlike it, too. */
static void find_others(struct said *said)
{
    for (;;) {
        struct part found = {0, 0};
        float far = said->limits->part_apart;
        sum_up(said);
        for (size_t first = 0; first < said->count; first++)
            if (!said->items[first].is_other)
                compare_from(said, first, &far, &found);
        if (found.first == found.last)
            return;
        mark(said, found);
    }
}

/* The stretches of the part together; with `but`, all others but those that are another's. */
static struct cqa_voice sum_of(const struct said *said, struct part part, int but)
{
    struct cqa_voice sum = {0};

    for (size_t i = 0; i < said->count; i++)
        if ((i >= part.first && i < part.last) != but && !(but && said->items[i].is_other))
            cqa_voice_add(&sum, &said->items[i].voice);
    return sum;
}

/* Whether the few words of the part sound unlike the agent; not where they are too few to tell. */
static int are_unlike(const struct said *said, struct part part)
{
    const struct cqa_voices_limits *limits = said->limits;
    const struct cqa_voice words = sum_of(said, part, 0);
    const struct cqa_voice agent = sum_of(said, part, 1);

    return words.weight >= limits->words_frames && agent.weight >= limits->rest_frames &&
           cqa_voice_difference(&words, &agent) >= limits->words_apart;
}

/* The stretches that lie over the span, and the nearest before and after it, if they are near. */
static struct part around(const struct said *said, struct cqa_span span, int64_t near_ms)
{
    struct part part = {0, said->count};

    while (part.first < said->count &&
           said->items[part.first].span.end_ms <= span.start_ms - near_ms)
        part.first++;
    while (part.first + 1 < said->count && said->items[part.first + 1].span.end_ms <= span.start_ms)
        part.first++;
    while (part.last > part.first &&
           said->items[part.last - 1].span.start_ms >= span.end_ms + near_ms)
        part.last--;
    while (part.last > part.first + 1 && said->items[part.last - 2].span.start_ms >= span.end_ms)
        part.last--;
    return part;
}

static int has_other(const struct said *said, struct part part)
{
    for (size_t i = part.first; i < part.last; i++)
        if (said->items[i].is_other)
            return 1;
    return 0;
}

/* Whether each stretch of the part is another's. */
static int are_all_others(const struct said *said, struct part part)
{
    for (size_t i = part.first; i < part.last; i++)
        if (!said->items[i].is_other && !are_unlike(said, (struct part){i, i + 1}))
            return 0;
    return part.first < part.last;
}

/* Whether another than the agent is waited for, speaks or plays. What is heard between the agent's
 * own words and another's is a hold of the agent's, and a silence may be the other's. */
static int is_others(const struct said *said, const struct cqa_event *event)
{
    const struct cqa_span span = {event->start_ms, event->end_ms};
    const int64_t near_ms = event->type == CQA_EVENT_OVERTALK ? 0 : said->limits->near_ms;
    const struct part part = around(said, span, near_ms);

    if (event->type == CQA_EVENT_HOLD)
        return are_all_others(said, part);
    return has_other(said, part) || are_unlike(said, part);
}

static int is_charged(const struct cqa_event *event)
{
    return event->type == CQA_EVENT_SILENCE || event->type == CQA_EVENT_OVERTALK ||
           (event->type == CQA_EVENT_HOLD && event->phase == CQA_PHASE_TALK);
}

enum cqa_status cqa_scene_doubt_other_voices(struct cqa_scene *scene)
{
    struct said said = {&cqa_scene_limits(scene)->voices, NULL, 0};

    if (scene->mono || scene->roles_unknown)
        return CQA_OK;
    said.items = calloc(scene->speech[scene->agent].count + 1, sizeof *said.items);
    if (said.items == NULL)
        return CQA_E_NOMEM;
    hear_all(scene, &said);
    find_others(&said);
    for (size_t i = 0; i < scene->events.count; i++) {
        struct cqa_event *event = &scene->events.items[i];
        if (is_charged(event) && event->confidence > said.limits->other_sure &&
            is_others(&said, event))
            event->confidence = said.limits->other_sure;
    }
    free(said.items);
    return CQA_OK;
}
