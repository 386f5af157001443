/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/engine.h"

/* What an indicator carries over from earlier sheets of the agent. */

static const char *period_of(const struct cqa_engine_run *run)
{
    return run->input->period ? run->input->period : run->period_seen;
}

static int is_meant(const struct cqa_carrying *carrying, const char *period, const char *past)
{
    char before[CQA_PERIOD_SIZE];

    if (carrying->from == CQA_CARRIED_YEAR)
        return strncmp(past, period, 4) == 0 && strcmp(past, period) < 0;
    snprintf(before, sizeof before, "%.7s", period);
    for (int i = 0; i < carrying->periods; i++) {
        cqa_period_before(before, before);
        if (strcmp(past, before) == 0)
            return 1;
    }
    return 0;
}

static int by_period(const void *left, const void *right)
{
    const struct cqa_row *const *a = left;
    const struct cqa_row *const *b = right;

    return strcmp((*a)->period, (*b)->period);
}

/* The rows of the figure, in order of their periods; `first` as of the history. */
static void find_rows(struct cqa_engine_run *run, size_t first, size_t indicator,
                      struct cqa_figure *figure)
{
    const struct cqa_history *history = run->input->history;
    const struct cqa_carrying *carrying = run->scheme->indicators[indicator].carrying;
    size_t count = 0;

    for (size_t i = first; i != 0; i = history->items[i - 1].next)
        count++;
    figure->rows = cqa_run_alloc(run, count, sizeof(const struct cqa_row *));
    if (figure->rows == NULL)
        return;
    for (size_t i = first; i != 0; i = history->items[i - 1].next) {
        const struct cqa_past *past = &history->items[i - 1];
        if (past->indicator == indicator && cqa_rational_valid(past->row.value) &&
            is_meant(carrying, period_of(run), past->period))
            figure->rows[figure->row_count++] = &past->row;
    }
    qsort(figure->rows, figure->row_count, sizeof(const struct cqa_row *), by_period);
}

static int has_sheet(const struct cqa_history *history, size_t first, size_t indicator,
                     const char *period)
{
    for (size_t i = first; i != 0; i = history->items[i - 1].next)
        if (history->items[i - 1].indicator == indicator &&
            strcmp(history->items[i - 1].period, period) == 0)
            return 1;
    return 0;
}

/* Should the agent have a sheet of this period? By the roster, and by what is known of when sheets
 * began; where neither says that there is none, it may have been forgotten. */
static int is_expected(const struct cqa_engine_run *run, const struct cqa_subject *subject,
                       const char *period)
{
    const struct cqa_history *history = run->input->history;
    const int is_before_all = history != NULL && history->begins &&
                              (history->oldest[0] == '\0' || strcmp(period, history->oldest) < 0);

    return !is_before_all && cqa_run_was_there(run, subject, period);
}

/* The latest period that is meant, and of which the agent should have a sheet that is not there;
 * "": none lacks. `first` as of the history, 0: it has nothing of the agent. */
static void find_gap(const struct cqa_engine_run *run, const struct cqa_subject *subject,
                     size_t first, size_t indicator, char gap[CQA_PERIOD_SIZE])
{
    const struct cqa_carrying *carrying = run->scheme->indicators[indicator].carrying;

    for (cqa_period_before(period_of(run), gap); is_meant(carrying, period_of(run), gap);
         cqa_period_before(gap, gap))
        if (!has_sheet(run->input->history, first, indicator, gap) &&
            is_expected(run, subject, gap))
            return;
    gap[0] = '\0';
}

static struct cqa_rational summed(const struct cqa_figure *figure)
{
    struct cqa_rational sum = cqa_rational_whole(0);

    for (size_t i = 0; i < figure->row_count; i++)
        sum = cqa_rational_add(sum, figure->rows[i]->value);
    return sum;
}

/* The lowest (`sign` -1) or the highest (1). */
static struct cqa_rational outermost(const struct cqa_figure *figure, int sign)
{
    struct cqa_rational best = figure->rows[0]->value;

    for (size_t i = 1; i < figure->row_count; i++)
        if (cqa_rational_compare(figure->rows[i]->value, best) * sign > 0)
            best = figure->rows[i]->value;
    return best;
}

static struct cqa_rational carried_value(const struct cqa_figure *figure, enum cqa_carried_by by)
{
    const struct cqa_rational count = cqa_rational_whole((int64_t)figure->row_count);

    switch (by) {
    case CQA_CARRIED_MEAN:
        return cqa_rational_divide(summed(figure), count);
    case CQA_CARRIED_LOWEST:
        return outermost(figure, -1);
    case CQA_CARRIED_HIGHEST:
        return outermost(figure, 1);
    case CQA_CARRIED_SHEETS:
        return count;
    case CQA_CARRIED_SUM:
    default:
        return summed(figure);
    }
}

static void take(struct cqa_engine_run *run, const struct cqa_indicator *indicator,
                 struct cqa_figure *figure)
{
    figure->months = cqa_run_alloc(run, 1, sizeof *figure->months);
    if (figure->months == NULL)
        return;
    figure->months[0].value = carried_value(figure, indicator->carrying->by);
    figure->month_count = 1;
    figure->origin = CQA_ORIGIN_CARRIED;
}

/* The figure's value, of the sheets that are there. */
static void carry_over(struct cqa_engine_run *run, struct cqa_subject *subject, size_t first,
                       size_t index)
{
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];
    struct cqa_figure *figure = &subject->sheet.figures[index];

    if (first != 0)
        find_rows(run, first, index, figure);
    if (figure->row_count > 0 && (indicator->carrying->from != CQA_CARRIED_LAST ||
                                  figure->row_count == (size_t)indicator->carrying->periods))
        take(run, indicator, figure);
}

/* Is a sheet of the period at hand, of anybody? */
static int is_at_hand(struct cqa_engine_run *run, const char *period)
{
    const struct cqa_history *history = run->input->history;

    if (strcmp(run->not_at_hand, period) == 0)
        return 0;
    for (size_t i = 0; history != NULL && i < history->count; i++)
        if (strcmp(history->items[i].period, period) == 0)
            return 1;
    snprintf(run->not_at_hand, sizeof run->not_at_hand, "%.7s", period);
    return 0;
}

/* Where nobody's is at hand, nothing is wrong with anybody's row: the same is said of all of them,
 * and shown once. */
static void ask_for_all_sheets(struct cqa_engine_run *run, struct cqa_subject *subject,
                               const struct cqa_indicator *indicator, const char *gap)
{
    const int is_known = run->input->history != NULL && run->input->history->begins;

    cqa_run_fault(
        run, subject, indicator->id, (struct cqa_place){0},
        is_known ? "\"%p\" is carried over, and no sheets of %s are at hand; allowed: sheets of "
                   "it that are settled, or the values in the import"
                 : "\"%p\" is carried over, and no sheets of %s are at hand; allowed: --before "
                   "with them, \"--before none\" where there are none before those that are "
                   "given, a roster that has the agents nowhere then, or the values in the "
                   "import",
        cqa_words_of(cqa_label_of(indicator)), gap);
}

static void ask_for_sheet(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index,
                          const char *gap)
{
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];

    subject->spoiled[index] = 1;
    if (is_at_hand(run, gap))
        cqa_run_fault(
            run, subject, indicator->id, subject->first,
            "agent \"%s\": \"%p\" is carried over, and no sheet of %s is at hand: give it, "
            "import the value, or have the roster say that the agent was nowhere then",
            subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)), gap);
    else
        ask_for_all_sheets(run, subject, indicator, gap);
}

static void ask_for_period(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index)
{
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];

    subject->spoiled[index] = 1;
    cqa_run_fault(run, subject, indicator->id, (struct cqa_place){0},
                  "\"%p\" is carried over, and nobody said of which period this appraisal is; "
                  "allowed: --period, a column of periods, or the values in the import",
                  cqa_words_of(cqa_label_of(indicator)));
}

static void carry(struct cqa_engine_run *run, struct cqa_subject *subject, size_t first,
                  size_t index)
{
    char gap[CQA_PERIOD_SIZE];

    if (period_of(run)[0] == '\0') {
        ask_for_period(run, subject, index);
        return;
    }
    find_gap(run, subject, first, index, gap);
    if (gap[0] != '\0')
        ask_for_sheet(run, subject, index, gap);
    else
        carry_over(run, subject, first, index);
}

void cqa_run_carried(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    const struct cqa_history *history = run->input->history;
    size_t agent;
    size_t first = 0;

    if (history != NULL && cqa_names_find(&history->agents, subject->sheet.agent, &agent) &&
        agent < history->agent_capacity)
        first = history->first[agent];
    for (size_t i = 0; i < run->scheme->indicator_count; i++)
        if (run->scheme->indicators[i].carrying != NULL && !subject->spoiled[i] &&
            subject->sheet.figures[i].origin == CQA_ORIGIN_ABSENT)
            carry(run, subject, first, i);
}
