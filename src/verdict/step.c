/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the two channels run in step. Where one is late by some seconds, answers come too late in
 * one direction and before the question has ended in the other; moved back by that lag, they fall
 * into place. Fitted on speech of simulated calls, shifted and not (docs/accuracy.md,
 * "Situations").
 */
#include <stdlib.h>
#include "verdict/verdict.h"

enum {
    TURN_PAUSE_MS = 1000,
    TURN_LEAST_MS = 500,
    LAG_STEP_MS = 100,
    LAG_LEAST_MS = 700, /* less is how people talk */
    LAG_MOST_MS = 6000,
    EARLY_MS = 300,     /* how much before the end of a turn its answer may begin, */
    LATE_MS = 1500,     /* and how long after */
    OVERLAP_MS = 800,   /* that an answer has with its turn, as the channels stand */
    ANSWERS_LEAST = 5,  /* at the lag, */
    OVERLAPS_LEAST = 2, /* so many of them overlapping now, */
    OVERLAPS_MANY = 4,
};

/* Of the answers at the lag, most as the channels stand; of the overlap as they stand, most at the
 * lag: where the overlaps are many, and where they are few. */
static const float answers_share[] = {0.5f, 0.2f};
static const float overlap_share[] = {0.8f, 0.3f};

struct fit {
    int answers;
    int overlapping; /* of them, as the channels stand */
    int64_t overlap_ms;
};

/* How many turns of `first` are answered by one of `second` moved by -lag. */
static void count_answers(const struct cqa_spans *first, const struct cqa_spans *second,
                          int64_t lag_ms, struct fit *fit)
{
    size_t next = 0;

    for (size_t i = 0; i < first->count; i++) {
        const struct cqa_span turn = first->items[i];
        while (next < second->count &&
               (second->items[next].start_ms - lag_ms <= turn.start_ms ||
                second->items[next].start_ms - lag_ms < turn.end_ms - EARLY_MS))
            next++;
        if (next == second->count)
            return;
        if (second->items[next].start_ms - lag_ms > turn.end_ms + LATE_MS)
            continue;
        fit->answers++;
        fit->overlapping += turn.end_ms - second->items[next].start_ms >= OVERLAP_MS;
    }
}

static int64_t overlap_at(const struct cqa_spans turns[2], int64_t lag_ms)
{
    int64_t sum_ms = 0;
    size_t i = 0;
    size_t k = 0;

    while (i < turns[0].count && k < turns[1].count) {
        const struct cqa_span a = turns[0].items[i];
        const struct cqa_span b = {turns[1].items[k].start_ms - lag_ms,
                                   turns[1].items[k].end_ms - lag_ms};
        const int64_t start = a.start_ms > b.start_ms ? a.start_ms : b.start_ms;
        const int64_t end = a.end_ms < b.end_ms ? a.end_ms : b.end_ms;
        sum_ms += end > start ? end - start : 0;
        if (a.end_ms < b.end_ms)
            i++;
        else
            k++;
    }
    return sum_ms;
}

static struct fit fit_at(const struct cqa_spans turns[2], int64_t lag_ms)
{
    struct fit fit = {0, 0, overlap_at(turns, lag_ms)};

    count_answers(&turns[0], &turns[1], lag_ms, &fit);
    count_answers(&turns[1], &turns[0], -lag_ms, &fit);
    return fit;
}

static int is_better(const struct fit *a, const struct fit *b)
{
    return a->answers > b->answers || (a->answers == b->answers && a->overlap_ms < b->overlap_ms);
}

static int is_out_of_step(const struct cqa_spans turns[2])
{
    const struct fit now = fit_at(turns, 0);
    struct fit best = {0};

    for (int64_t lag_ms = -LAG_MOST_MS; lag_ms <= LAG_MOST_MS; lag_ms += LAG_STEP_MS) {
        const struct fit fit = fit_at(turns, lag_ms);
        if (llabs(lag_ms) >= LAG_LEAST_MS && is_better(&fit, &best))
            best = fit;
    }
    const int few = best.overlapping < OVERLAPS_MANY;
    return best.answers >= ANSWERS_LEAST && best.overlapping >= OVERLAPS_LEAST &&
           (float)now.answers <= answers_share[few] * (float)best.answers &&
           (float)best.overlap_ms <= overlap_share[few] * (float)now.overlap_ms;
}

enum cqa_status cqa_verdict_find_step(const struct cqa_scene *scene, int *out_of_step)
{
    struct cqa_spans turns[2] = {{0}, {0}};
    const struct cqa_spans nothing = {0};
    enum cqa_status status = CQA_OK;
    int late_leak = 0;

    *out_of_step = 0;
    if (scene->mono)
        return CQA_OK;
    for (int c = 0; c < 2 && status == CQA_OK; c++) {
        status = cqa_spans_unite(&scene->speech[c], &nothing, &turns[c]);
        cqa_spans_bridge(&turns[c], TURN_PAUSE_MS);
        cqa_spans_drop_short(&turns[c], TURN_LEAST_MS);
    }
    if (status == CQA_OK)
        status = cqa_verdict_find_late_leak(scene, &late_leak);
    *out_of_step = status == CQA_OK && (late_leak || is_out_of_step(turns));
    cqa_spans_finish(&turns[0]);
    cqa_spans_finish(&turns[1]);
    return status;
}
