/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

/* What is being made of whose calls. */
struct making {
    const struct cqa_scheme *scheme;
    const char *window;
    const struct cqa_scored_call *const *calls;
    size_t count;
    struct cqa_arena *arena;
};

int cqa_scheme_takes_calls(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].measuring != NULL)
            return 1;
    return 0;
}

int cqa_call_is_outside(const struct cqa_scored_call *call, const char *window)
{
    return window[0] != '\0' &&
           (call->started_at == NULL || !cqa_period_holds(window, call->started_at));
}

/* ---- what values come to */

static double real(struct cqa_rational a)
{
    return (double)a.numerator / (double)a.denominator;
}

/* The mean and what is off from it by B. P. Welford, Technometrics 4 (1962): equal values are off
 * by nothing, and no value is needed twice. */
static void add_value(struct cqa_gathered *to, struct cqa_rational value)
{
    const double off = real(value) - to->mean;

    if (to->values != NULL)
        to->values[to->calls] = value;
    to->calls++;
    to->sum = cqa_rational_add(to->sum, value);
    to->mean += off / (double)to->calls;
    to->apart += off * (real(value) - to->mean);
}

/* Of what was gathered before, or of nothing, with room for all calls that may come. */
static enum cqa_status start_gathered(const struct making *making,
                                      const struct cqa_measuring *measuring,
                                      const struct cqa_gathered *before, struct cqa_gathered *out)
{
    *out = before != NULL ? *before : (struct cqa_gathered){.sum = cqa_rational_whole(0)};
    out->value = cqa_rational_none();
    out->values = NULL;
    if (measuring->by != CQA_BY_MEDIAN)
        return CQA_OK;
    out->values =
        cqa_arena_alloc(making->arena, (out->calls + making->count + 1) * sizeof *out->values);
    if (out->values != NULL && out->calls > 0)
        memcpy(out->values, before->values, out->calls * sizeof *out->values);
    return out->values != NULL ? CQA_OK : CQA_E_NOMEM;
}

static int by_value(const void *left, const void *right)
{
    const struct cqa_rational *a = left;
    const struct cqa_rational *b = right;

    return cqa_rational_compare(*a, *b);
}

static enum cqa_status median_of(const struct cqa_gathered *gathered, struct cqa_rational *out)
{
    const size_t count = gathered->calls;
    struct cqa_rational *sorted = malloc(count * sizeof *sorted);

    if (sorted == NULL)
        return CQA_E_NOMEM;
    memcpy(sorted, gathered->values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_value);
    *out = count % 2 == 1
               ? sorted[count / 2]
               : cqa_rational_divide(cqa_rational_add(sorted[count / 2 - 1], sorted[count / 2]),
                                     cqa_rational_whole(2));
    free(sorted);
    return CQA_OK;
}

static enum cqa_status set_value(const struct cqa_measuring *measuring,
                                 struct cqa_gathered *gathered)
{
    struct cqa_rational value = gathered->sum;
    enum cqa_status status = CQA_OK;

    if (gathered->calls == 0)
        return CQA_OK;
    if (measuring->by == CQA_BY_MEDIAN)
        status = median_of(gathered, &value);
    else if (measuring->by == CQA_BY_MEAN)
        value = cqa_rational_divide(value, cqa_rational_whole((int64_t)gathered->calls));
    gathered->value = cqa_rational_multiply(value, measuring->times);
    return status;
}

/* ---- what stands beside a mean */

/* Somebody decided about one of its flags: nobody does that unheard. */
static int is_heard(const struct cqa_scored_call *call)
{
    for (size_t i = 0; i < call->flag_count; i++)
        if (call->flags[i].state != CQA_CALL_FLAG_UNDECIDED)
            return 1;
    return call->heard;
}

unsigned cqa_call_month(const char *window, const struct cqa_scored_call *call)
{
    const int months = window[0] == '\0' ? 0 : cqa_period_part_count(window, CQA_PERIOD_MONTHLY);
    char month[CQA_PERIOD_SIZE];

    for (int i = 0; call->started_at != NULL && i < months; i++) {
        cqa_period_part(window, CQA_PERIOD_MONTHLY, i, month);
        if (cqa_period_holds(month, call->started_at))
            return 1U << i;
    }
    return 0;
}

/* ---- one indicator */

/* Texts live as long as the tally, not as the calls. */
static enum cqa_status note_rubric(struct cqa_arena *arena, const char *rubric,
                                   const char *rubrics[2])
{
    const int place = rubrics[0] != NULL;

    if (rubric == NULL || rubrics[1] != NULL || (place && strcmp(rubrics[0], rubric) == 0))
        return CQA_OK;
    rubrics[place] = cqa_arena_string(arena, rubric);
    return rubrics[place] != NULL ? CQA_OK : CQA_E_NOMEM;
}

static enum cqa_status note_call(const struct making *making, const struct cqa_scored_call *call,
                                 struct cqa_tally_figure *figure)
{
    figure->flagged += call->flag_count > 0;
    figure->heard += (size_t)is_heard(call);
    figure->undecided += cqa_call_undecided(call);
    figure->months |= cqa_call_month(making->window, call);
    return note_rubric(making->arena, call->rubric, figure->rubrics);
}

/* A mean of all calls of a longer period would hide the part in which there were few, or none. */
static void add_to_part(const struct making *making, const struct cqa_indicator *indicator,
                        const struct cqa_scored_call *call, struct cqa_rational value,
                        struct cqa_tally_figure *figure)
{
    char part[CQA_PERIOD_SIZE];

    for (size_t i = 0; i < figure->part_count && call->started_at != NULL; i++) {
        cqa_period_part(making->window, indicator->period, (int)i, part);
        if (cqa_period_holds(part, call->started_at))
            add_value(&figure->parts[i], value);
    }
}

static enum cqa_status add_calls(const struct making *making, size_t index,
                                 struct cqa_tally_figure *figure)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < making->count && status == CQA_OK; i++) {
        const struct cqa_scored_call *call = making->calls[i];
        if (!cqa_rational_valid(call->taken[index]))
            continue;
        status = note_call(making, call, figure);
        add_value(&figure->all, call->taken[index]);
        add_to_part(making, &making->scheme->indicators[index], call, call->taken[index], figure);
    }
    return status;
}

static enum cqa_status start_figure(const struct making *making, size_t index,
                                    const struct cqa_tally_figure *before,
                                    struct cqa_tally_figure *out)
{
    const struct cqa_indicator *indicator = &making->scheme->indicators[index];
    const int is_parted = making->window[0] != '\0' && indicator->period < making->scheme->period;
    const int count = is_parted ? cqa_period_part_count(making->window, indicator->period) : 0;

    if (before != NULL)
        *out = *before;
    out->part_count = (size_t)count;
    out->parts = cqa_arena_alloc(making->arena, (out->part_count + 1) * sizeof *out->parts);
    enum cqa_status status = out->parts == NULL
                                 ? CQA_E_NOMEM
                                 : start_gathered(making, indicator->measuring,
                                                  before != NULL ? &before->all : NULL, &out->all);
    for (size_t i = 0; i < out->part_count && status == CQA_OK; i++)
        status = start_gathered(making, indicator->measuring,
                                before != NULL && i < before->part_count ? &before->parts[i] : NULL,
                                &out->parts[i]);
    return status;
}

static enum cqa_status settle(const struct cqa_measuring *measuring,
                              struct cqa_tally_figure *figure)
{
    enum cqa_status status = set_value(measuring, &figure->all);

    for (size_t i = 0; i < figure->part_count && status == CQA_OK; i++)
        status = set_value(measuring, &figure->parts[i]);
    if (figure->all.calls > 1 && measuring->by == CQA_BY_MEAN)
        figure->spread = sqrt(figure->all.apart / (double)(figure->all.calls - 1));
    return status;
}

static enum cqa_status make_figure(const struct making *making, size_t index,
                                   const struct cqa_tally *before, struct cqa_tally_figure *out)
{
    const struct cqa_measuring *measuring = making->scheme->indicators[index].measuring;

    out->all.value = cqa_rational_none();
    if (measuring == NULL)
        return CQA_OK;
    enum cqa_status status =
        start_figure(making, index, before != NULL ? &before->figures[index] : NULL, out);
    if (status == CQA_OK)
        status = add_calls(making, index, out);
    return status == CQA_OK ? settle(measuring, out) : status;
}

/* ---- all of them */

static enum cqa_status add_rubric(struct cqa_arena *arena, const struct cqa_scored_call *call,
                                  struct cqa_tally *out)
{
    size_t k = 0;

    if (call->rubric == NULL || call->left_out != NULL)
        return CQA_OK;
    while (k < out->rubric_count && !(cqa_same_text(out->rubrics[k].rubric, call->rubric) &&
                                      cqa_same_text(out->rubrics[k].version, call->rubric_version)))
        k++;
    if (k == CQA_RUBRICS_USED)
        return CQA_OK;
    if (k == out->rubric_count)
        out->rubrics[out->rubric_count++] =
            (struct cqa_rubric_used){cqa_arena_string(arena, call->rubric),
                                     cqa_arena_string(arena, call->rubric_version), 0};
    out->rubrics[k].calls++;
    return out->rubrics[k].rubric != NULL &&
                   (call->rubric_version == NULL || out->rubrics[k].version != NULL)
               ? CQA_OK
               : CQA_E_NOMEM;
}

static enum cqa_status count_calls(const struct making *making, struct cqa_tally *out)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < making->count && status == CQA_OK; i++) {
        const struct cqa_scored_call *call = making->calls[i];
        out->undecided += cqa_call_undecided(call);
        out->unusable += call->left_out != NULL;
        out->months |= cqa_call_month(making->window, call);
        status = add_rubric(making->arena, call, out);
    }
    out->calls += making->count;
    return status;
}

static enum cqa_status start(struct cqa_arena *arena, const struct cqa_scheme *scheme,
                             const struct cqa_tally *before, struct cqa_tally *out)
{
    *out = before != NULL ? *before : (struct cqa_tally){0};
    out->rubrics = cqa_arena_alloc(arena, CQA_RUBRICS_USED * sizeof *out->rubrics);
    out->figures = cqa_arena_alloc(arena, (scheme->indicator_count + 1) * sizeof *out->figures);
    if (out->rubrics == NULL || out->figures == NULL)
        return CQA_E_NOMEM;
    if (before != NULL && before->rubric_count > 0)
        memcpy(out->rubrics, before->rubrics, before->rubric_count * sizeof *out->rubrics);
    return CQA_OK;
}

enum cqa_status cqa_tally_make(const struct cqa_scheme *scheme, const char *window,
                               const struct cqa_tally *before,
                               const struct cqa_scored_call *const *calls, size_t count,
                               struct cqa_arena *arena, struct cqa_tally *out)
{
    const struct making making = {scheme, window, calls, count, arena};
    enum cqa_status status = start(arena, scheme, before, out);

    if (status == CQA_OK)
        status = count_calls(&making, out);
    for (size_t i = 0; i < scheme->indicator_count && status == CQA_OK; i++)
        status = make_figure(&making, i, before, &out->figures[i]);
    return status;
}
