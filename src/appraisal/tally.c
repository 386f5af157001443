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
    struct cqa_taken *taken, *room; /* for one indicator at a time */
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

/* ---- what calls come to */

static int by_value(const void *left, const void *right)
{
    const struct cqa_taken *a = left;
    const struct cqa_taken *b = right;

    return cqa_rational_compare(a->value, b->value);
}

static struct cqa_rational sum_of(const struct cqa_taken *taken, size_t count)
{
    struct cqa_rational sum = cqa_rational_whole(0);

    for (size_t i = 0; i < count; i++)
        sum = cqa_rational_add(sum, taken[i].value);
    return sum;
}

/* Sorts `taken`; the trace may as well list the calls by what they gave. */
static struct cqa_rational median_of(struct cqa_taken *taken, size_t count)
{
    qsort(taken, count, sizeof *taken, by_value);
    if (count % 2 == 1)
        return taken[count / 2].value;
    return cqa_rational_divide(cqa_rational_add(taken[count / 2 - 1].value, taken[count / 2].value),
                               cqa_rational_whole(2));
}

struct cqa_rational cqa_taken_value(const struct cqa_measuring *measuring, struct cqa_taken *taken,
                                    size_t count)
{
    const struct cqa_rational value =
        measuring->by == CQA_BY_MEDIAN ? median_of(taken, count) : sum_of(taken, count);

    return cqa_rational_multiply(
        measuring->by == CQA_BY_MEAN
            ? cqa_rational_divide(value, cqa_rational_whole((int64_t)count))
            : value,
        measuring->times);
}

size_t cqa_tally_taken(size_t indicator, const struct cqa_scored_call *const *calls, size_t count,
                       struct cqa_taken *taken)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (cqa_rational_valid(calls[i]->taken[indicator]))
            taken[found++] = (struct cqa_taken){calls[i], calls[i]->taken[indicator]};
    return found;
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

static double real(struct cqa_rational a)
{
    return (double)a.numerator / (double)a.denominator;
}

static double spread_of(const struct cqa_taken *taken, size_t calls)
{
    const double count = (double)calls;
    double sum = 0;
    double squares = 0;

    for (size_t i = 0; i < calls; i++)
        sum += real(taken[i].value);
    for (size_t i = 0; i < calls; i++)
        squares += pow(real(taken[i].value) - sum / count, 2);
    return sqrt(squares / (count - 1));
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

/* ---- the parts of a longer period: a mean of all its calls would hide the month in which there
 * were few, or none */

/* Those of `taken` that began in the part, in `to`; how many. */
static size_t gather(const struct cqa_taken *taken, size_t count, const char *part,
                     struct cqa_taken *to)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const char *moment = taken[i].call->started_at;
        if (moment != NULL && cqa_period_holds(part, moment))
            to[found++] = taken[i];
    }
    return found;
}

static enum cqa_status make_parts(const struct making *making, size_t index,
                                  struct cqa_tally_figure *figure)
{
    const struct cqa_indicator *indicator = &making->scheme->indicators[index];
    const int is_parted = making->window[0] != '\0' && indicator->period < making->scheme->period;
    const int count = is_parted ? cqa_period_part_count(making->window, indicator->period) : 0;
    char part[CQA_PERIOD_SIZE];

    figure->parts = cqa_arena_alloc(making->arena, ((size_t)count + 1) * sizeof *figure->parts);
    if (figure->parts == NULL)
        return CQA_E_NOMEM;
    for (int i = 0; i < count; i++) {
        struct cqa_tally_part *out = &figure->parts[figure->part_count++];
        cqa_period_part(making->window, indicator->period, i, part);
        out->calls = gather(making->taken, figure->calls, part, making->room);
        out->value = out->calls > 0
                         ? cqa_taken_value(indicator->measuring, making->room, out->calls)
                         : cqa_rational_none();
    }
    return CQA_OK;
}

/* ---- one indicator */

static void count_taken(const struct making *making, struct cqa_tally_figure *figure)
{
    for (size_t i = 0; i < figure->calls; i++) {
        const struct cqa_scored_call *call = making->taken[i].call;
        figure->flagged += call->flag_count > 0;
        figure->heard += (size_t)is_heard(call);
        figure->undecided += cqa_call_undecided(call);
        figure->months |= cqa_call_month(making->window, call);
        if (call->rubric == NULL)
            continue;
        if (figure->rubrics[0] == NULL)
            figure->rubrics[0] = call->rubric;
        else if (figure->rubrics[1] == NULL && strcmp(figure->rubrics[0], call->rubric) != 0)
            figure->rubrics[1] = call->rubric;
    }
}

/* Texts live as long as the tally, not as the calls. */
static enum cqa_status keep_rubrics(struct cqa_arena *arena, const char *rubrics[2])
{
    for (int i = 0; i < 2; i++) {
        const char *text = rubrics[i];
        rubrics[i] = cqa_arena_string(arena, text);
        if (text != NULL && rubrics[i] == NULL)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

static enum cqa_status make_figure(const struct making *making, size_t index,
                                   struct cqa_tally_figure *out)
{
    const struct cqa_measuring *measuring = making->scheme->indicators[index].measuring;

    out->value = cqa_rational_none();
    if (measuring == NULL)
        return CQA_OK;
    out->calls = cqa_tally_taken(index, making->calls, making->count, making->taken);
    count_taken(making, out);
    if (out->calls > 0)
        out->value = cqa_taken_value(measuring, making->taken, out->calls);
    if (out->calls > 1 && measuring->by == CQA_BY_MEAN)
        out->spread = spread_of(making->taken, out->calls);
    const enum cqa_status status = keep_rubrics(making->arena, out->rubrics);
    return status == CQA_OK ? make_parts(making, index, out) : status;
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
    out->calls = making->count;
    return status;
}

enum cqa_status cqa_tally_make(const struct cqa_scheme *scheme, const char *window,
                               const struct cqa_scored_call *const *calls, size_t count,
                               struct cqa_arena *arena, struct cqa_tally *out)
{
    struct making making = {scheme, window, calls, count, arena, NULL, NULL};

    *out = (struct cqa_tally){0};
    making.taken = malloc((count + 1) * sizeof *making.taken);
    making.room = malloc((count + 1) * sizeof *making.room);
    out->rubrics = cqa_arena_alloc(arena, CQA_RUBRICS_USED * sizeof *out->rubrics);
    out->figures = cqa_arena_alloc(arena, (scheme->indicator_count + 1) * sizeof *out->figures);
    enum cqa_status status =
        making.taken == NULL || making.room == NULL || out->rubrics == NULL || out->figures == NULL
            ? CQA_E_NOMEM
            : count_calls(&making, out);
    for (size_t i = 0; i < scheme->indicator_count && status == CQA_OK; i++)
        status = make_figure(&making, i, &out->figures[i]);
    free(making.taken);
    free(making.room);
    return status;
}
