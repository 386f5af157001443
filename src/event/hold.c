/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One side is parked for 5 s or more: music, beeps, a muted line, a voice over music. */
#include "event/hold.h"

#include <stdlib.h>
#include <string.h>

enum cqa_status cqa_hold_add(struct cqa_hold_candidates *all,
                             const struct cqa_hold_candidate *candidate)
{
    if (all->count == all->capacity) {
        const size_t capacity = all->capacity ? 2 * all->capacity : 16;
        struct cqa_hold_candidate *items = realloc(all->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        all->items = items;
        all->capacity = capacity;
    }
    all->items[all->count++] = *candidate;
    return CQA_OK;
}

/* ---- the muted line, silent or with beeps */

/* Beeps in the span that are no notices; `channel` is where the first of them is. */
static int count_beeps(const struct cqa_scene *scene, struct cqa_span span, int *channel)
{
    int count = 0;

    for (size_t i = 0; i < scene->tones.burst_count; i++) {
        const struct cqa_burst *burst = &scene->tones.bursts[i];
        if (burst->notice || burst->start_ms < span.start_ms || burst->end_ms > span.end_ms)
            continue;
        *channel = count == 0 ? burst->channel : *channel;
        count++;
    }
    return count;
}

/* Drops that belong together: parted by beeps or short noises, not by the agent's speech. */
static enum cqa_status join_drops(const struct cqa_scene *scene, struct cqa_spans *out)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    const struct cqa_spans *dropped = &scene->mute.dropped;

    for (size_t i = 0; i < dropped->count; i++) {
        struct cqa_span *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        const struct cqa_span gap = {last != NULL ? last->end_ms : 0, dropped->items[i].start_ms};
        if (last != NULL && cqa_span_length_ms(gap) < limits->bridge_ms &&
            cqa_spans_within_ms(&scene->speech[scene->agent], gap) < limits->word_ms)
            last->end_ms = dropped->items[i].end_ms;
        else if (cqa_spans_add(out, dropped->items[i].start_ms, dropped->items[i].end_ms) != CQA_OK)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* Whoever talks for long is not on hold: the agent listens with the microphone off, or somebody
 * else presses keys. */
static int customer_talks(const struct cqa_scene *scene, struct cqa_span span)
{
    return cqa_scene_speaks_over(scene, 1 - scene->agent, span,
                                 cqa_scene_limits(scene)->hold.customer_percent);
}

/* What a muted agent's line is: a hold with beeps, or a silent one. A single beep on the other line
 * may be the customer's own park, over which the agent mutes; and in noise a customer who talks all
 * the time is heard in part. */
static struct cqa_hold_candidate muted_hold(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    struct cqa_hold_candidate hold = {.span = span,
                                      .channel = scene->agent,
                                      .kind = CQA_KIND_MUTE,
                                      .confidence = limits->muted_sure};
    int channel = scene->agent;

    if (count_beeps(scene, span, &channel) >= limits->muted_beeps) {
        hold.kind = CQA_KIND_BEEP;
        hold.channel = channel;
    } else if (channel != scene->agent ||
               cqa_scene_speaks_over(scene, 1 - scene->agent, span, limits->few_percent)) {
        hold.confidence = limits->muted_doubt;
    }
    return hold;
}

static enum cqa_status find_muted(const struct cqa_scene *scene, struct cqa_hold_candidates *all)
{
    struct cqa_spans joined = {0};
    enum cqa_status status = join_drops(scene, &joined);

    for (size_t i = 0; i < joined.count && status == CQA_OK; i++) {
        const struct cqa_hold_candidate hold = muted_hold(scene, joined.items[i]);
        if (cqa_span_length_ms(hold.span) >= cqa_scene_limits(scene)->hold.shortest_ms &&
            !customer_talks(scene, hold.span))
            status = cqa_hold_add(all, &hold);
    }
    cqa_spans_finish(&joined);
    return status;
}

/* ---- a train of beeps where the floor tells nothing */

/* Alike enough to come from one machine: channel, pitch, length. */
static int are_alike(const struct cqa_hold_limits *limits, const struct cqa_burst *a,
                     const struct cqa_burst *b)
{
    const float ratio = a->hz[0] / b->hz[0];
    const int64_t longer = llabs((a->end_ms - a->start_ms) - (b->end_ms - b->start_ms));

    return !b->notice && a->channel == b->channel && ratio > limits->train_pitch_low &&
           ratio < limits->train_pitch_high && longer <= limits->train_length_ms;
}

/* And no word of the agent between. */
static int same_train(const struct cqa_scene *scene, const struct cqa_burst *a,
                      const struct cqa_burst *b)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    const struct cqa_span gap = {a->end_ms, b->start_ms};

    return are_alike(limits, a, b) && cqa_span_length_ms(gap) < limits->train_most_ms &&
           cqa_spans_within_ms(&scene->speech[scene->agent], gap) < limits->speaks_ms;
}

/* Whether the next beep that is like beep i follows it as slowly as on hold, within the span. */
static int is_followed(const struct cqa_scene *scene, size_t i, struct cqa_span span)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    const struct cqa_burst *bursts = scene->tones.bursts;

    for (size_t k = i + 1; k < scene->tones.burst_count && bursts[k].end_ms <= span.end_ms; k++)
        if (are_alike(limits, &bursts[i], &bursts[k]))
            return bursts[k].start_ms - bursts[i].start_ms >= limits->train_least_ms;
    return 0;
}

int cqa_hold_may_beep(const struct cqa_scene *scene, struct cqa_span span)
{
    const struct cqa_burst *bursts = scene->tones.bursts;

    for (size_t i = 0; i < scene->tones.burst_count; i++)
        if (!bursts[i].notice && bursts[i].start_ms >= span.start_ms && is_followed(scene, i, span))
            return 1;
    return 0;
}

/* How many periods lie between two beeps of a train: one, or two where a word hides the beep
 * between them; 0 where the second is none of it. Even within a tenth of a period. */
static int periods_of(const struct cqa_hold_limits *limits, int64_t step_ms, int64_t period_ms)
{
    const int64_t count = period_ms > 0 ? (step_ms + period_ms / 2) / period_ms : 1;
    const int64_t off = period_ms > 0 ? llabs(step_ms - count * period_ms) : 0;

    const int64_t most = limits->train_off_ms + limits->train_off_percent * period_ms / 100;

    return count >= 1 && count <= limits->train_periods && off <= most ? (int)count : 0;
}

/* Beeps from `first` on that follow each other evenly; `last` is the last, `period_ms` their
 * distance. Returns how many there are. */
static int follow_train(const struct cqa_scene *scene, size_t first, size_t *last,
                        int64_t *period_ms)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    const struct cqa_burst *bursts = scene->tones.bursts;
    int count = 1;

    *last = first;
    *period_ms = 0;
    for (size_t i = first + 1; i < scene->tones.burst_count; i++) {
        const int64_t step = bursts[i].start_ms - bursts[*last].start_ms;
        if (step > limits->train_most_ms)
            break;
        const int periods = periods_of(limits, step, *period_ms);
        if (periods == 0 || !same_train(scene, &bursts[*last], &bursts[i]))
            continue;
        *period_ms = step / periods;
        *last = i;
        count++;
    }
    return count;
}

/*
 * From the agent's last word, but not long before the first beep; until the agent speaks. Where the
 * next beep stays away and the agent says nothing, the hold has ended at any time since the last
 * one: in the middle.
 */
static struct cqa_span span_of_train(const struct cqa_scene *scene, struct cqa_span beeps,
                                     int64_t period_ms)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    const struct cqa_spans *agent = &scene->speech[scene->agent];
    struct cqa_span span = {beeps.start_ms - limits->before_beep_ms, beeps.end_ms + period_ms / 2};

    for (size_t i = 0; i < agent->count; i++) {
        const struct cqa_span word = agent->items[i];
        if (word.end_ms <= beeps.start_ms && word.end_ms > span.start_ms)
            span.start_ms = word.end_ms;
        const int64_t back_ms = word.start_ms - limits->return_ms;
        if (word.start_ms < beeps.end_ms || back_ms >= beeps.end_ms + period_ms)
            continue;
        span.end_ms = cqa_later_ms(back_ms, beeps.end_ms);
        break;
    }
    span.start_ms = cqa_later_ms(span.start_ms, 0);
    return span;
}

/* Whether they lie in a hold that has been found, which the muted line bounds better. */
static int are_known(const struct cqa_hold_candidates *all, struct cqa_span beeps)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].kind == CQA_KIND_BEEP && all->items[i].span.start_ms <= beeps.start_ms &&
            all->items[i].span.end_ms >= beeps.end_ms)
            return 1;
    return 0;
}

/* A line that shows its floor would show a park: there two beeps are not enough, an even train of
 * three is. */
static enum cqa_status find_trains(const struct cqa_scene *scene, struct cqa_hold_candidates *all)
{
    const struct cqa_hold_limits *limits = &cqa_scene_limits(scene)->hold;
    const struct cqa_burst *bursts = scene->tones.bursts;
    const int least = scene->mute.informative ? limits->train_beeps_floor : limits->train_beeps;

    for (size_t i = 0; i < scene->tones.burst_count && !scene->mono; i++) {
        size_t last;
        int64_t period_ms;
        if (bursts[i].notice || follow_train(scene, i, &last, &period_ms) < least ||
            period_ms < limits->train_least_ms)
            continue;
        const struct cqa_span beeps = {bursts[i].start_ms, bursts[last].end_ms};
        const struct cqa_hold_candidate candidate = {.span = span_of_train(scene, beeps, period_ms),
                                                     .channel = bursts[i].channel,
                                                     .kind = CQA_KIND_BEEP,
                                                     .confidence = limits->train_sure};
        if (cqa_span_length_ms(candidate.span) >= limits->shortest_ms && !are_known(all, beeps) &&
            !customer_talks(scene, candidate.span) && cqa_hold_add(all, &candidate) != CQA_OK)
            return CQA_E_NOMEM;
        i = last;
    }
    return CQA_OK;
}

/* ---- together */

static int earlier(const void *left, const void *right)
{
    const struct cqa_hold_candidate *a = left;
    const struct cqa_hold_candidate *b = right;

    return a->span.start_ms < b->span.start_ms ? -1 : a->span.start_ms > b->span.start_ms;
}

/* What names the hold where two candidates are one: music and voices are heard, a muted line is
 * only not heard. */
static int rank(enum cqa_event_kind kind)
{
    return kind == CQA_KIND_ANNOUNCEMENT ? 3
           : kind == CQA_KIND_MUSIC      ? 2
           : kind == CQA_KIND_BEEP       ? 1
                                         : 0;
}

/* One of two candidates that are one hold: named by the higher rank, and of equals as sure as the
 * one that is less so. */
static struct cqa_hold_candidate merged(struct cqa_hold_candidate last,
                                        struct cqa_hold_candidate next)
{
    const struct cqa_span both = {last.span.start_ms,
                                  cqa_later_ms(last.span.end_ms, next.span.end_ms)};
    struct cqa_hold_candidate one = rank(next.kind) > rank(last.kind) ? next : last;

    if (rank(next.kind) == rank(last.kind) && next.confidence < one.confidence)
        one.confidence = next.confidence;
    one.span = both;
    return one;
}

static void merge(struct cqa_hold_candidates *all)
{
    size_t kept = 0;

    if (all->count > 0)
        qsort(all->items, all->count, sizeof *all->items, earlier);
    for (size_t i = 0; i < all->count; i++) {
        struct cqa_hold_candidate *last = kept > 0 ? &all->items[kept - 1] : NULL;
        const struct cqa_hold_candidate next = all->items[i];
        if (last == NULL || next.span.start_ms >= last->span.end_ms)
            all->items[kept++] = next;
        else
            *last = merged(*last, next);
    }
    all->count = kept;
}

static enum cqa_status report_one(struct cqa_scene *scene, const struct cqa_hold_candidate *hold,
                                  struct cqa_span span)
{
    const struct cqa_event event = {.type = CQA_EVENT_HOLD,
                                    .start_ms = span.start_ms,
                                    .end_ms = span.end_ms,
                                    .kind = hold->kind,
                                    .side = cqa_scene_party(scene, hold->channel),
                                    .confidence = hold->confidence};
    enum cqa_status status = cqa_spans_add(&scene->holds, event.start_ms, event.end_ms);

    if (status == CQA_OK && rank(hold->kind) >= rank(CQA_KIND_MUSIC))
        status = cqa_spans_add(&scene->heard[hold->channel], event.start_ms, event.end_ms);
    if (status == CQA_OK && !cqa_events_add(&scene->events, &event))
        status = CQA_E_NOMEM;
    return status;
}

/* Where nothing was recorded there is no hold, nor after a line is gone; but music on two lines
 * that are muted stands still between two rounds of its loop. */
static enum cqa_status find_recorded(const struct cqa_scene *scene, struct cqa_spans *out)
{
    const int64_t *lost_ms = scene->lines.lost_ms;
    const enum cqa_status status = cqa_spans_invert(
        &scene->lines.not_recorded, lost_ms[0] < lost_ms[1] ? lost_ms[0] : lost_ms[1], out);

    cqa_spans_bridge(out, cqa_scene_limits(scene)->hold.bridge_ms);
    return status;
}

static enum cqa_status report(struct cqa_scene *scene, const struct cqa_hold_candidates *all)
{
    struct cqa_spans recorded = {0};
    enum cqa_status status = find_recorded(scene, &recorded);

    for (size_t i = 0; i < all->count && status == CQA_OK; i++) {
        struct cqa_span span = all->items[i].span;
        const struct cqa_spans whole = {&span, 1, 1};
        struct cqa_spans pieces = {0};
        status = cqa_spans_intersect(&whole, &recorded, &pieces);
        cqa_spans_drop_short(&pieces, cqa_scene_limits(scene)->hold.shortest_ms);
        for (size_t k = 0; k < pieces.count && status == CQA_OK; k++)
            status = report_one(scene, &all->items[i], pieces.items[k]);
        cqa_spans_finish(&pieces);
    }
    cqa_spans_finish(&recorded);
    return status;
}

enum cqa_status cqa_scene_find_holds(struct cqa_scene *scene)
{
    struct cqa_hold_candidates all = {0};
    enum cqa_status status = CQA_OK;

    for (int c = 0; c < scene->tracks->channel_count && status == CQA_OK; c++)
        status = cqa_hold_find_music(scene, c, &all);
    if (status == CQA_OK && scene->mute.informative)
        status = find_muted(scene, &all);
    if (status == CQA_OK)
        status = find_trains(scene, &all);
    merge(&all);
    if (status == CQA_OK)
        status = report(scene, &all);
    free(all.items);
    return status;
}

/*
 * Until when a hold is waiting in the queue. A voice on the agent's line that nobody has answered
 * yet may be a menu or a greeting from tape, so the agent has not spoken for sure until both have;
 * where nobody ever answers, the agent's first word is all there is.
 */
static int64_t queue_ends_ms(const struct cqa_scene *scene)
{
    const struct cqa_spans *agent = &scene->speech[scene->agent];

    if (scene->exchange.first_ms < scene->duration_ms)
        return scene->exchange.first_ms;
    return agent->count > 0 ? agent->items[0].start_ms
                            : INT64_MAX - cqa_scene_limits(scene)->hold.edge_ms;
}

void cqa_scene_set_phases(struct cqa_scene *scene)
{
    const int64_t ends_ms = queue_ends_ms(scene);

    for (size_t i = 0; i < scene->events.count; i++) {
        struct cqa_event *event = &scene->events.items[i];
        if (event->type == CQA_EVENT_HOLD)
            event->phase = event->end_ms <= ends_ms + cqa_scene_limits(scene)->hold.edge_ms
                               ? CQA_PHASE_QUEUE
                               : CQA_PHASE_TALK;
    }
}
