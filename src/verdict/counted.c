/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that are counted from events, over what the recording bears: rules may stand on them. */
#include <math.h>

#include "verdict/verdict.h"

static void add_longest(double *longest, double length)
{
    *longest = length > *longest ? length : *longest;
}

static void count_silence(double length, double *m)
{
    m[CQA_MEASURE_SILENCE_TOTAL] += length;
    m[CQA_MEASURE_SILENCE_COUNT] += 1;
    add_longest(&m[CQA_MEASURE_SILENCE_LONGEST], length);
}

static void count_hold(double length, double *m)
{
    m[CQA_MEASURE_HOLD_TOTAL] += length;
    m[CQA_MEASURE_HOLD_COUNT] += 1;
    add_longest(&m[CQA_MEASURE_HOLD_LONGEST], length);
}

static void count_overtalk(const struct cqa_event *event, double length, double *m)
{
    const int agent = event->by == CQA_PARTY_AGENT;

    m[CQA_MEASURE_OVERTALK_TOTAL] += length;
    m[CQA_MEASURE_OVERTALK_COUNT] += 1;
    if (event->by == CQA_PARTY_NONE)
        return;
    if (event->kind == CQA_KIND_INTERRUPTION)
        m[agent ? CQA_MEASURE_INTERRUPTIONS_AGENT : CQA_MEASURE_INTERRUPTIONS_CUSTOMER] += 1;
    if (event->kind == CQA_KIND_BACKCHANNEL)
        m[agent ? CQA_MEASURE_BACKCHANNELS_AGENT : CQA_MEASURE_BACKCHANNELS_CUSTOMER] += 1;
}

/* What is counted wherever it lies: it says what the recording is like, and costs nobody. */
static void count_fact(const struct cqa_event *event, double length, double *m)
{
    if (event->type == CQA_EVENT_HOLD && event->phase == CQA_PHASE_QUEUE)
        m[CQA_MEASURE_QUEUE_WAIT] += length;
    else if (event->type == CQA_EVENT_RINGBACK)
        m[CQA_MEASURE_RING] += length;
    else if (event->type == CQA_EVENT_ONE_WAY)
        m[CQA_MEASURE_ONE_WAY] += length;
    else if (event->type == CQA_EVENT_NOT_RECORDED)
        m[CQA_MEASURE_NOT_RECORDED] += length;
}

static void count_borne(const struct cqa_event *event, double length, double *m)
{
    if (event->type == CQA_EVENT_SILENCE)
        count_silence(length, m);
    else if (event->type == CQA_EVENT_HOLD)
        count_hold(length, m);
    else if (event->type == CQA_EVENT_OVERTALK)
        count_overtalk(event, length, m);
}

static void count_nothing(double *m)
{
    static const enum cqa_measure_id zeroed[] = {CQA_MEASURE_SILENCE_TOTAL,
                                                 CQA_MEASURE_SILENCE_COUNT,
                                                 CQA_MEASURE_SILENCE_LONGEST,
                                                 CQA_MEASURE_OVERTALK_TOTAL,
                                                 CQA_MEASURE_OVERTALK_COUNT,
                                                 CQA_MEASURE_INTERRUPTIONS_AGENT,
                                                 CQA_MEASURE_INTERRUPTIONS_CUSTOMER,
                                                 CQA_MEASURE_BACKCHANNELS_AGENT,
                                                 CQA_MEASURE_BACKCHANNELS_CUSTOMER,
                                                 CQA_MEASURE_HOLD_TOTAL,
                                                 CQA_MEASURE_HOLD_COUNT,
                                                 CQA_MEASURE_HOLD_LONGEST,
                                                 CQA_MEASURE_QUEUE_WAIT,
                                                 CQA_MEASURE_RING,
                                                 CQA_MEASURE_ONE_WAY,
                                                 CQA_MEASURE_NOT_RECORDED};

    for (size_t i = 0; i < sizeof zeroed / sizeof zeroed[0]; i++)
        m[zeroed[i]] = 0;
}

/* On one channel nobody can say who broke in, nor who talks. */
static void forget_parties(double *m)
{
    static const enum cqa_measure_id unknown[] = {
        CQA_MEASURE_OVERTALK_TOTAL,         CQA_MEASURE_OVERTALK_COUNT,
        CQA_MEASURE_OVERTALK_SHARE,         CQA_MEASURE_INTERRUPTIONS_AGENT,
        CQA_MEASURE_INTERRUPTIONS_CUSTOMER, CQA_MEASURE_BACKCHANNELS_AGENT,
        CQA_MEASURE_BACKCHANNELS_CUSTOMER};

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        m[unknown[i]] = (double)NAN;
}

void cqa_verdict_count(const struct cqa_scene *scene, const struct cqa_measurable *measurable,
                       struct cqa_measures *measures)
{
    double *m = measures->value;

    count_nothing(m);
    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        const struct cqa_ground ground = cqa_ground_of_event(measurable, event, 1);
        count_fact(event, (double)(event->end_ms - event->start_ms), m);
        if (ground.bears)
            count_borne(event, (double)ground.counted_ms, m);
    }
    if (scene->duration_ms > 0) {
        m[CQA_MEASURE_SILENCE_SHARE] = m[CQA_MEASURE_SILENCE_TOTAL] / (double)scene->duration_ms;
        m[CQA_MEASURE_OVERTALK_SHARE] = m[CQA_MEASURE_OVERTALK_TOTAL] / (double)scene->duration_ms;
    }
    if (scene->mono)
        forget_parties(m);
}
