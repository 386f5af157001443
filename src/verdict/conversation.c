/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From when both parties have been heard to the last word of whichever falls silent first. */
#include "event/voice.h"
#include "verdict/verdict.h"

static const struct {
    int64_t pause_ms;      /* ends what the other party still says */
    int64_t edge_ms;       /* a hold's edge may be off by so much */
    int64_t voice_ms;      /* least speech that tells a voice */
    uint8_t voiced_of_255; /* least harmonicity that tells its pitch */
    float other_voice;     /* least distance of two voices, of whole turns */
    float two_sure;        /* confidence of both bounds, of two channels */
    float mix_sure;        /* the same of a mix, where nobody can say who is heard first */
} limits = {
    .pause_ms = 3000,     /* shortest silence that counts: the contract */
    .edge_ms = 500,       /* by hand */
    .voice_ms = 384,      /* as in exchange */
    .voiced_of_255 = 130, /* 0232: with the 70 of exchange one survey in 40 is charged */
    .other_voice = 1.4f,  /* by hand: more than in exchange, whole turns have steady means */
    .two_sure = 0.95f,    /* how many bounds lie within 1 s of the truth: simulated calls */
    .mix_sure = 0.6f,     /* the same of a mix's ends */
};

/* What is said from `end_ms` on, by anybody, without a pause of 3 s; by each party before it has
 * left. */
static int64_t go_on(const struct cqa_scene *scene, const int64_t leaves_ms[2], int64_t end_ms)
{
    size_t at[2] = {0, 0};

    for (;;) {
        int64_t next_ms = end_ms;
        for (int c = 0; c < 2; c++) {
            const struct cqa_spans *speech = &scene->speech[c];
            while (at[c] < speech->count && speech->items[at[c]].start_ms < leaves_ms[c] &&
                   speech->items[at[c]].start_ms - next_ms < limits.pause_ms) {
                const int64_t own_ms = speech->items[at[c]++].end_ms;
                next_ms = own_ms > next_ms ? own_ms : next_ms;
            }
        }
        if (next_ms == end_ms)
            return end_ms;
        end_ms = next_ms;
    }
}

/* The end of the last word that begins before `before_ms`, 0 without one. What a party says after
 * the other's line is gone, this recording cannot tell from talking to nobody. */
static int64_t last_word(const struct cqa_spans *speech, int64_t before_ms)
{
    size_t count = speech->count;

    while (count > 0 && speech->items[count - 1].start_ms >= before_ms)
        count--;
    return count > 0 ? cqa_earlier_ms(speech->items[count - 1].end_ms, before_ms) : 0;
}

/* Keys, rings and queue music come before the agent does: what lies before the last of them, before
 * the first exchange, is waiting. */
static int64_t machines_end_ms(const struct cqa_scene *scene)
{
    int64_t end_ms = 0;

    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        const int asked = event->type == CQA_EVENT_DTMF || event->type == CQA_EVENT_RINGBACK;
        const int queue = event->type == CQA_EVENT_HOLD && event->phase == CQA_PHASE_QUEUE;
        const int before = (asked && event->start_ms < scene->exchange.keys_ms) ||
                           (queue && event->start_ms < scene->exchange.first_ms);
        if (before && event->end_ms > end_ms)
            end_ms = event->end_ms;
    }
    return end_ms;
}

/* A machine falls silent when somebody answers: where the first begins to speak whose voice goes
 * on, or where there is talk for sure. Where there never is, voices tell nothing. */
static int64_t first_part_ms(const struct cqa_scene *scene, int64_t from_ms)
{
    const struct cqa_spans *parts = &scene->exchange.parts;
    const int64_t talk_ms = scene->exchange.first_ms;

    if (talk_ms <= from_ms || talk_ms >= scene->duration_ms)
        return from_ms;
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].start_ms >= from_ms)
            return cqa_earlier_ms(parts->items[i].start_ms, talk_ms);
    return talk_ms;
}

/* With what is said before `start_ms`, from `from_ms` on, without a pause of 3 s. */
static int64_t go_back(const struct cqa_scene *scene, int64_t from_ms, int64_t start_ms)
{
    const struct cqa_spans *speech = &scene->speech[0];

    for (size_t i = speech->count; i > 0; i--) {
        const struct cqa_span word = speech->items[i - 1];
        if (word.start_ms < from_ms || start_ms - word.end_ms >= limits.pause_ms)
            break;
        start_ms = cqa_earlier_ms(start_ms, word.start_ms);
    }
    return start_ms;
}

/* As far as it can be told: a voice on a mix is anybody's. */
static void find_on_mix(const struct cqa_scene *scene, struct cqa_conversation *conversation)
{
    const struct cqa_spans *speech = &scene->speech[0];
    const int64_t from_ms = machines_end_ms(scene);
    const int64_t start_ms = go_back(scene, from_ms, first_part_ms(scene, from_ms));

    if (speech->count == 0 || speech->items[speech->count - 1].end_ms <= start_ms)
        return;
    conversation->talked = 1;
    conversation->confidence = limits.mix_sure;
    conversation->start_ms = start_ms;
    conversation->end_ms = speech->items[speech->count - 1].end_ms;
}

/* The voice on the agent's line in what it says within the span. */
static struct cqa_voice agent_voice(const struct cqa_scene *scene, struct cqa_span within)
{
    const struct cqa_spans *speech = &scene->speech[scene->agent];
    struct cqa_voice sum = {0};

    for (size_t i = 0; i < speech->count; i++) {
        const struct cqa_span span = speech->items[i];
        if (span.start_ms < within.start_ms || span.end_ms > within.end_ms ||
            cqa_span_length_ms(span) < limits.voice_ms)
            continue;
        cqa_voice_add_word(&sum, &scene->frames->channel[scene->agent], span, limits.voiced_of_255);
    }
    return sum;
}

/* Another voice than before asks for the keys. */
static int is_machine(const struct cqa_scene *scene, int64_t said_ms, int64_t keys_ms)
{
    const struct cqa_voice agent = agent_voice(scene, (struct cqa_span){0, said_ms});
    const struct cqa_voice asks = agent_voice(scene, (struct cqa_span){said_ms, keys_ms});

    return agent.weight > 0 && asks.weight > 0 &&
           cqa_voice_difference(&agent, &asks) >= limits.other_voice;
}

/* What plays on the agent's line while the customer waits. */
static int plays(const struct cqa_event *event)
{
    return event->type == CQA_EVENT_HOLD &&
           (event->kind == CQA_KIND_MUSIC || event->kind == CQA_KIND_ANNOUNCEMENT);
}

/* Keys that are pressed while something plays are asked for by that. */
static int is_asked_in_hold(const struct cqa_scene *scene, int64_t keys_ms)
{
    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *hold = &scene->events.items[i];
        if (plays(hold) && keys_ms >= hold->start_ms && keys_ms < hold->end_ms)
            return 1;
    }
    return 0;
}

/*
 * Where the customer has said the last word, and presses keys once another voice than the agent's
 * was heard on that line, it is a machine that asks for them: a survey, after the agent has left.
 */
static int64_t leaves_for_machine_ms(const struct cqa_scene *scene, int64_t heard_ms)
{
    const int64_t said_ms = last_word(&scene->speech[1 - scene->agent], heard_ms);

    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if (event->type == CQA_EVENT_DTMF && event->start_ms >= said_ms &&
            (is_asked_in_hold(scene, event->start_ms) ||
             is_machine(scene, said_ms, event->start_ms)))
            return said_ms;
    }
    return heard_ms;
}

/* What is said on the agent's line while something plays there, with nothing after it, is part of
 * what plays: the agent has not come back. */
static int64_t leaves_for_hold_ms(const struct cqa_scene *scene, int64_t heard_ms)
{
    const int64_t said_ms = last_word(&scene->speech[scene->agent], heard_ms);

    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *hold = &scene->events.items[i];
        if (plays(hold) && said_ms > hold->start_ms && said_ms <= hold->end_ms)
            return hold->start_ms;
    }
    return heard_ms;
}

/* Until when the agent's line is the agent's. */
static int64_t agent_leaves_ms(const struct cqa_scene *scene, int64_t heard_ms)
{
    if (scene->roles_unknown)
        return heard_ms;
    return cqa_earlier_ms(leaves_for_machine_ms(scene, heard_ms),
                          leaves_for_hold_ms(scene, heard_ms));
}

static void find_on_two(const struct cqa_scene *scene, struct cqa_conversation *conversation)
{
    const struct cqa_spans *speech = scene->speech;
    const int64_t heard_ms = cqa_earlier_ms(scene->lines.lost_ms[0], scene->lines.lost_ms[1]);

    if (scene->exchange.first_ms >= heard_ms)
        return;
    const int64_t agent_ms = agent_leaves_ms(scene, heard_ms);
    const int64_t leaves_ms[2] = {scene->agent == 0 ? agent_ms : heard_ms,
                                  scene->agent == 0 ? heard_ms : agent_ms};
    const int64_t last_ms =
        cqa_earlier_ms(last_word(&speech[0], leaves_ms[0]), last_word(&speech[1], leaves_ms[1]));
    if (last_ms <= scene->exchange.first_ms)
        return;
    conversation->talked = 1;
    conversation->confidence = limits.two_sure;
    conversation->start_ms = scene->exchange.first_ms;
    conversation->end_ms = cqa_earlier_ms(go_on(scene, leaves_ms, last_ms), heard_ms);
}

/* A hold that begins with the last word began after it: nobody came back from it. */
static void end_before_hold(const struct cqa_scene *scene, struct cqa_conversation *conversation)
{
    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if (event->type == CQA_EVENT_HOLD && event->start_ms > conversation->start_ms &&
            event->start_ms <= conversation->end_ms &&
            event->start_ms > conversation->end_ms - limits.edge_ms)
            conversation->end_ms = event->start_ms - 1;
    }
}

void cqa_verdict_find_conversation(const struct cqa_scene *scene,
                                   struct cqa_conversation *conversation)
{
    *conversation = (struct cqa_conversation){.known = 1};
    if (scene->mono)
        find_on_mix(scene, conversation);
    else
        find_on_two(scene, conversation);
    if (conversation->talked)
        end_before_hold(scene, conversation);
}
