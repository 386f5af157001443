/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who speaks when: talk, silence, hold, response times, monologues, switches. */
#include <math.h>
#include <stdlib.h>

#include "measure/make.h"

enum {
    GREETING_MS = 300,      /* least first speech that is a greeting */
    RESPONSE_MAX_MS = 3000, /* a longer gap is a silence, not a response */
    STREAK_PAUSE_MS = 3000, /* a pause that ends a monologue */
    TURN_PAUSE_MS = 1000,   /* a shorter one is inside a turn */
    BACKCHANNEL_MS = 1000,  /* longest turn that is one */
};

/* Growing list of numbers, for percentiles. */
struct numbers {
    double *items;
    size_t count;
    size_t capacity;
};

static int numbers_add(struct numbers *numbers, double value)
{
    if (numbers->count == numbers->capacity) {
        const size_t capacity = numbers->capacity ? 2 * numbers->capacity : 64;
        double *items = realloc(numbers->items, capacity * sizeof *items);
        if (items == NULL)
            return 0;
        numbers->items = items;
        numbers->capacity = capacity;
    }
    numbers->items[numbers->count++] = value;
    return 1;
}

static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;

    return a < b ? -1 : a > b;
}

/* Nearest rank; NaN for none. */
static double percentile(struct numbers *numbers, double share)
{
    if (numbers->count == 0)
        return (double)NAN;
    qsort(numbers->items, numbers->count, sizeof *numbers->items, ascending);
    const size_t rank = (size_t)ceil(share * (double)numbers->count);
    return numbers->items[rank > 0 ? rank - 1 : 0];
}

/* The speech that counts. */
static const struct cqa_spans *talk_of(const struct cqa_measure_input *input, int c)
{
    return input->talk != NULL ? &input->talk[c] : &input->scene->speech[c];
}

static enum cqa_status measure_talk(const struct cqa_measure_input *input, struct cqa_measures *m)
{
    const struct cqa_scene *scene = input->scene;
    struct cqa_spans anyone = {0};
    const enum cqa_status status = cqa_spans_unite(&scene->speech[0], &scene->speech[1], &anyone);
    const double duration = (double)scene->duration_ms;

    m->value[CQA_MEASURE_DURATION] = duration;
    m->value[CQA_MEASURE_TALK_UNION] = (double)cqa_spans_total_ms(&anyone);
    cqa_spans_finish(&anyone);
    if (scene->mono)
        return status;
    const double agent = (double)cqa_spans_total_ms(&scene->speech[scene->agent]);
    const double customer = (double)cqa_spans_total_ms(&scene->speech[1 - scene->agent]);
    m->value[CQA_MEASURE_TALK_AGENT] = agent;
    m->value[CQA_MEASURE_TALK_CUSTOMER] = customer;
    const double counted = (double)cqa_spans_total_ms(talk_of(input, scene->agent));
    const double both = counted + (double)cqa_spans_total_ms(talk_of(input, 1 - scene->agent));
    if (duration > 0)
        m->value[CQA_MEASURE_TALK_SHARE_CALL] = counted / duration;
    if (both > 0)
        m->value[CQA_MEASURE_TALK_SHARE_TALK] = counted / both;
    return status;
}

static void add_longest(double *longest, double length)
{
    *longest = length > *longest ? length : *longest;
}

/* From the answer (the end of ringback, else what the exchange logged, else the start where the
 * recorder says that it begins there) to the agent's first words, less what the other side says
 * meanwhile: who is spoken to listens. */
static void measure_greeting(const struct cqa_measure_input *input, double *m)
{
    const struct cqa_scene *scene = input->scene;
    const struct cqa_spans *agent = &scene->speech[scene->agent];
    int64_t answer_ms = input->starts_at_answer ? 0 : -1;

    if (scene->mono)
        return;
    /* Who has spoken before was there: the log's clock is not the recording's. */
    if (input->answer_ms > 0)
        answer_ms =
            agent->count > 0 && agent->items[0].start_ms < input->answer_ms ? -1 : input->answer_ms;
    for (size_t i = 0; i < scene->events.count; i++) {
        const struct cqa_event *event = &scene->events.items[i];
        if (event->type == CQA_EVENT_RINGBACK &&
            (agent->count == 0 || event->end_ms <= agent->items[0].start_ms + 500))
            answer_ms = event->end_ms;
    }
    for (size_t i = 0; i < agent->count && answer_ms >= 0; i++)
        if (cqa_span_length_ms(agent->items[i]) >= GREETING_MS &&
            agent->items[i].end_ms > answer_ms) {
            const struct cqa_span wait = {answer_ms, agent->items[i].start_ms};
            if (cqa_scene_has_keys(scene, wait, CQA_PARTY_AGENT))
                return; /* who has called a menu was there */
            const int64_t delay = cqa_span_length_ms(wait) -
                                  cqa_spans_within_ms(&scene->speech[1 - scene->agent], wait);
            m[CQA_MEASURE_GREETING_DELAY] = delay > 0 ? (double)delay : 0.0;
            return;
        }
}

/* Gaps from the end of one party's speech to the start of the other's, outside hold. Who begins
 * while the other speaks does not respond but talks over. */
static enum cqa_status measure_responses(const struct cqa_measure_input *input, int c,
                                         double *median, double *p90)
{
    const struct cqa_spans *own = talk_of(input, c);
    const struct cqa_spans *other = talk_of(input, 1 - c);
    struct numbers gaps = {0};
    size_t j = 0;

    for (size_t i = 0; i < own->count; i++) {
        while (j < other->count && other->items[j].end_ms <= own->items[i].start_ms)
            j++;
        if (j == 0)
            continue;
        const struct cqa_span gap = {other->items[j - 1].end_ms, own->items[i].start_ms};
        const int follows = i == 0 || own->items[i - 1].end_ms <= other->items[j - 1].end_ms;
        const int talks_on = j < other->count && other->items[j].start_ms < own->items[i].start_ms;
        if (follows && !talks_on && cqa_span_length_ms(gap) < RESPONSE_MAX_MS &&
            cqa_spans_within_ms(&input->scene->holds, gap) == 0 &&
            !numbers_add(&gaps, (double)cqa_span_length_ms(gap))) {
            free(gaps.items);
            return CQA_E_NOMEM;
        }
    }
    *median = percentile(&gaps, 0.5);
    *p90 = percentile(&gaps, 0.9);
    free(gaps.items);
    return CQA_OK;
}

/* Whether one of the turns from `*next` on that reach into the gap is more than a backchannel.
 * Moves `*next` past those that end before the gap. */
static int is_taken(const struct cqa_spans *turns, struct cqa_span gap, size_t *next)
{
    while (*next < turns->count && turns->items[*next].end_ms <= gap.start_ms)
        (*next)++;
    for (size_t i = *next; i < turns->count && turns->items[i].start_ms < gap.end_ms; i++)
        if (cqa_span_length_ms(turns->items[i]) > BACKCHANNEL_MS)
            return 1;
    return 0;
}

/* The longest run of one party: ended by a pause of 3 s, or by a turn of the other's in a pause;
 * backchannels do not end it. */
static enum cqa_status measure_streak(const struct cqa_measure_input *input, int c, double *longest)
{
    const struct cqa_spans *own = talk_of(input, c);
    const struct cqa_spans nothing = {0};
    struct cqa_spans turns = {0};
    size_t first = 0;
    size_t next = 0;

    if (cqa_spans_unite(talk_of(input, 1 - c), &nothing, &turns) != CQA_OK)
        return CQA_E_NOMEM;
    cqa_spans_bridge(&turns, TURN_PAUSE_MS);
    *longest = 0;
    for (size_t i = 0; i < own->count; i++) {
        const struct cqa_span gap = {i > 0 ? own->items[i - 1].end_ms : 0, own->items[i].start_ms};
        if (i > 0 && (cqa_span_length_ms(gap) >= STREAK_PAUSE_MS || is_taken(&turns, gap, &next)))
            first = i;
        add_longest(longest, (double)(own->items[i].end_ms - own->items[first].start_ms));
    }
    cqa_spans_finish(&turns);
    return CQA_OK;
}

static double count_switches(const struct cqa_measure_input *input)
{
    const struct cqa_spans *first = talk_of(input, 0);
    const struct cqa_spans *second = talk_of(input, 1);
    size_t at[2] = {0, 0};
    int last = -1;
    double switches = 0;

    while (at[0] < first->count || at[1] < second->count) {
        const int c = at[1] == second->count ||
                              (at[0] < first->count &&
                               first->items[at[0]].start_ms <= second->items[at[1]].start_ms)
                          ? 0
                          : 1;
        switches += last >= 0 && last != c;
        last = c;
        at[c]++;
    }
    return switches;
}

enum cqa_status cqa_turns_measure(const struct cqa_measure_input *input,
                                  struct cqa_measures *measures)
{
    const struct cqa_scene *scene = input->scene;
    double *m = measures->value;
    enum cqa_status status = measure_talk(input, measures);

    if (scene->mono)
        return status;
    measure_greeting(input, m);
    if (status == CQA_OK)
        status = measure_responses(input, scene->agent, &m[CQA_MEASURE_RESPONSE_AGENT_MEDIAN],
                                   &m[CQA_MEASURE_RESPONSE_AGENT_P90]);
    if (status == CQA_OK)
        status =
            measure_responses(input, 1 - scene->agent, &m[CQA_MEASURE_RESPONSE_CUSTOMER_MEDIAN],
                              &m[CQA_MEASURE_RESPONSE_CUSTOMER_P90]);
    if (status == CQA_OK)
        status = measure_streak(input, scene->agent, &m[CQA_MEASURE_STREAK_AGENT]);
    if (status == CQA_OK)
        status = measure_streak(input, 1 - scene->agent, &m[CQA_MEASURE_STREAK_CUSTOMER]);
    if (scene->duration_ms > 0)
        m[CQA_MEASURE_SWITCHES] = count_switches(input) * 60000.0 / (double)scene->duration_ms;
    return status;
}
