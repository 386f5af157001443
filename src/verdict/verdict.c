/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/verdict.h"

#include <math.h>
#include <string.h>

enum { TURN_PAUSE_MS = 1000 };

/* A measure on something that cannot be measured is null, never a number. */
static void drop_unmeasurable(const struct cqa_measurable *measurable,
                              struct cqa_measures *measures)
{
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        if (i != CQA_MEASURE_DURATION &&
            measurable->aspect[cqa_measure_infos[i].aspect] == CQA_QUALITY_NOT_MEASURABLE)
            measures->value[i] = (double)NAN;
}

/* Nobody can say whose it is. */
static void drop_parties(const struct cqa_scene *scene, struct cqa_measures *measures)
{
    for (int i = 0; i < CQA_MEASURE_COUNT && scene->roles_unknown; i++)
        if (strstr(cqa_measure_infos[i].name, "agent") != NULL ||
            strstr(cqa_measure_infos[i].name, "customer") != NULL ||
            i == CQA_MEASURE_GREETING_DELAY)
            measures->value[i] = (double)NAN;
}

/* The first of both parties speaks before the other has been heard: the turn that is answered. */
static int64_t first_turn_ms(const struct cqa_scene *scene, int64_t start_ms)
{
    const int second = scene->speech[1].items[0].start_ms == start_ms;
    const struct cqa_spans *first = &scene->speech[1 - second];
    size_t i = 0;

    while (i + 1 < first->count && first->items[i + 1].start_ms < start_ms)
        i++;
    while (i > 0 && first->items[i].start_ms - first->items[i - 1].end_ms < TURN_PAUSE_MS)
        i--;
    return first->items[i].start_ms < start_ms ? first->items[i].start_ms : start_ms;
}

/* Where both lines are there, in step, within `inside`: elsewhere nobody can be answered. */
static enum cqa_status find_together(const struct cqa_scene *scene,
                                     const struct cqa_measurable *measurable,
                                     struct cqa_span inside, struct cqa_spans *out)
{
    const struct cqa_spans whole = {&inside, 1, 1};
    struct cqa_spans apart = {0};
    struct cqa_spans together = {0};
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < measurable->span_count && status == CQA_OK; i++) {
        const struct cqa_unmeasured *span = &measurable->spans[i];
        if (span->what != CQA_ASPECT_OVERTALK || span->state != CQA_QUALITY_NOT_MEASURABLE)
            continue;
        struct cqa_span *last = apart.count > 0 ? &apart.items[apart.count - 1] : NULL;
        if (last != NULL && span->start_ms <= last->end_ms)
            last->end_ms = span->end_ms > last->end_ms ? span->end_ms : last->end_ms;
        else
            status = cqa_spans_add(&apart, span->start_ms, span->end_ms);
    }
    if (status == CQA_OK)
        status = cqa_spans_invert(&apart, scene->duration_ms, &together);
    if (status == CQA_OK)
        status = cqa_spans_intersect(&whole, &together, out);
    cqa_spans_finish(&apart);
    cqa_spans_finish(&together);
    return status;
}

/* The speech in the conversation, all of it where there is none. */
static enum cqa_status find_talk(const struct cqa_scene *scene,
                                 const struct cqa_measurable *measurable, struct cqa_spans talk[2])
{
    const struct cqa_conversation *conversation = &measurable->conversation;
    struct cqa_span inside = {0, scene->duration_ms};
    struct cqa_spans counted = {0};

    if (conversation->talked)
        inside = (struct cqa_span){conversation->start_ms, conversation->end_ms};
    if (conversation->talked && scene->exchange.first_ms == conversation->start_ms && !scene->mono)
        inside.start_ms = first_turn_ms(scene, conversation->start_ms);
    enum cqa_status status = find_together(scene, measurable, inside, &counted);
    for (int c = 0; c < scene->tracks->channel_count && status == CQA_OK; c++)
        status = cqa_spans_intersect(&scene->speech[c], &counted, &talk[c]);
    cqa_spans_finish(&counted);
    return status;
}

static enum cqa_status measure_over(const struct cqa_measure_input *input,
                                    const struct cqa_channel_sound sound[2],
                                    const struct cqa_measurable *measurable,
                                    struct cqa_measures *measures)
{
    struct cqa_spans talk[2] = {{0}, {0}};
    struct cqa_measure_input counted = *input;
    enum cqa_status status = find_talk(input->scene, measurable, talk);

    counted.talk = talk;
    if (status == CQA_OK)
        status = cqa_turns_measure(&counted, measures);
    if (!input->scene->mono && talk[0].count == 0 && talk[1].count == 0)
        measures->value[CQA_MEASURE_STREAK_AGENT] = measures->value[CQA_MEASURE_STREAK_CUSTOMER] =
            measures->value[CQA_MEASURE_SWITCHES] = (double)NAN;
    if (status == CQA_OK)
        status = cqa_voice_measure(input->scene, sound, measures);
    cqa_verdict_count(input->scene, measurable, measures);
    cqa_spans_finish(&talk[0]);
    cqa_spans_finish(&talk[1]);
    return status;
}

enum cqa_status cqa_verdict_make(const struct cqa_measure_input *input,
                                 struct cqa_measures *measures, struct cqa_measurable *measurable,
                                 struct cqa_channel_sound sound[2])
{
    *measurable = (struct cqa_measurable){0};
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        measures->value[i] = (double)NAN;
    cqa_sound_measure(input, sound);
    cqa_verdict_judge(input->scene, sound, measurable);
    cqa_verdict_find_conversation(input->scene, &measurable->conversation);
    enum cqa_status status = cqa_verdict_find_spans(input->scene, sound, measurable);
    if (status == CQA_OK)
        status = cqa_verdict_find_leg(input->scene, input->leg, measurable);
    if (status == CQA_OK)
        status = measure_over(input, sound, measurable, measures);
    drop_unmeasurable(measurable, measures);
    drop_parties(input->scene, measures);
    return status;
}
