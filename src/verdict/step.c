/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the two channels run in step. Where one is late by some seconds, answers come too late in
 * one direction and before the question has ended in the other; moved back by that lag, they fall
 * into place (docs/accuracy.md, "Situations").
 */
#include <stdlib.h>
#include "verdict/verdict.h"

static const struct {
    int64_t turn_pause_ms; /* shorter ones part no turn */
    int64_t turn_ms;       /* shorter ones are none */
    int64_t lag_step_ms;   /* between two lags that are tried */
    int64_t lag_least_ms;  /* least lag: less is how people talk */
    int64_t lag_most_ms;   /* most lag */
    int64_t early_ms;      /* so much before the end of a turn its answer may begin, */
    int64_t late_ms;       /* and so long after */
    int64_t overlap_ms;    /* least that an answer has with its turn, as the channels stand */
    int answers_least;     /* answers at the lag, */
    int overlaps_least;    /* so many of them overlapping now, */
    int overlaps_many;     /* and so many, that they tell more */
    float answers_share;   /* of the answers at the lag, most as the channels stand, */
    float overlap_share;   /* and of the overlap as they stand, most at the lag: of many overlaps */
    float answers_few_share; /* the same where the overlaps are few */
    float overlap_few_share; /* the same */
} limits = {
    .turn_pause_ms = 1000,     /* as gap_ms of turns: the contract */
    .turn_ms = 500,            /* by hand */
    .lag_step_ms = 100,        /* by hand */
    .lag_least_ms = 700,       /* by hand */
    .lag_most_ms = 6000,       /* by hand: what was shifted so is looked for */
    .early_ms = 300,           /* by hand */
    .late_ms = 1500,           /* by hand */
    .overlap_ms = 800,         /* simulated calls, shifted and not */
    .answers_least = 5,        /* the same */
    .overlaps_least = 2,       /* the same */
    .overlaps_many = 4,        /* the same */
    .answers_share = 0.5f,     /* the same */
    .overlap_share = 0.8f,     /* the same */
    .answers_few_share = 0.4f, /* the same */
    .overlap_few_share = 0.3f, /* the same */
};

struct fit {
    int answers;
    int overlapping; /* of them, as the channels stand, in place of an answer */
    int64_t overlap_ms;
};

/* The first of `second`, moved by -lag, that begins no earlier than where `turn` ends; its count if
 * there is none. Never sought before `from`. */
static size_t next_after(struct cqa_span turn, const struct cqa_spans *second, int64_t lag_ms,
                         size_t from)
{
    while (from < second->count &&
           (second->items[from].start_ms - lag_ms <= turn.start_ms ||
            second->items[from].start_ms - lag_ms < turn.end_ms - limits.early_ms))
        from++;
    return from;
}

static int is_answered(struct cqa_span turn, const struct cqa_spans *second, int64_t lag_ms,
                       size_t next)
{
    return next < second->count &&
           second->items[next].start_ms - lag_ms <= turn.end_ms + limits.late_ms;
}

/* How many turns of `first` are answered by one of `second` moved by -lag. A turn that is answered
 * as the channels stand, too, was talked into before: "yes" and "mhm" overlap in any call. */
static void count_answers(const struct cqa_spans *first, const struct cqa_spans *second,
                          int64_t lag_ms, struct fit *fit)
{
    size_t next = 0;
    size_t standing = 0;

    for (size_t i = 0; i < first->count; i++) {
        const struct cqa_span turn = first->items[i];
        next = next_after(turn, second, lag_ms, next);
        standing = next_after(turn, second, 0, standing);
        if (!is_answered(turn, second, lag_ms, next))
            continue;
        fit->answers++;
        fit->overlapping += turn.end_ms - second->items[next].start_ms >= limits.overlap_ms &&
                            !is_answered(turn, second, 0, standing);
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

    for (int64_t lag_ms = -limits.lag_most_ms; lag_ms <= limits.lag_most_ms;
         lag_ms += limits.lag_step_ms) {
        const struct fit fit = fit_at(turns, lag_ms);
        if (llabs(lag_ms) >= limits.lag_least_ms && is_better(&fit, &best))
            best = fit;
    }
    const int many = best.overlapping >= limits.overlaps_many;
    const float answers_share = many ? limits.answers_share : limits.answers_few_share;
    const float overlap_share = many ? limits.overlap_share : limits.overlap_few_share;

    return best.answers >= limits.answers_least && best.overlapping >= limits.overlaps_least &&
           (float)now.answers <= answers_share * (float)best.answers &&
           (float)best.overlap_ms <= overlap_share * (float)now.overlap_ms;
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
        cqa_spans_bridge(&turns[c], limits.turn_pause_ms);
        cqa_spans_drop_short(&turns[c], limits.turn_ms);
    }
    if (status == CQA_OK)
        status = cqa_verdict_find_late_leak(scene, &late_leak);
    *out_of_step = status == CQA_OK && (late_leak || is_out_of_step(turns));
    cqa_spans_finish(&turns[0]);
    cqa_spans_finish(&turns[1]);
    return status;
}
