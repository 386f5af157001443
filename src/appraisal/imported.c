/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows to values: what was imported for each indicator, of its period or the parts of it. */
#include <string.h>
#include "appraisal/engine.h"
#include "base/text.h"

enum { TRIMMED_LEAST = 3 /* rows, or none is left out */ };

static void check_twins(struct cqa_engine_run *run, struct cqa_subject *subject,
                        const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    for (size_t i = 0; i < figure->row_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct cqa_row *row = figure->rows[i];
            const struct cqa_row *before = figure->rows[k];
            if (!cqa_same_text(row->rater, before->rater) ||
                !cqa_same_text(row->period, before->period))
                continue;
            if (row->rater != NULL)
                cqa_run_fault(run, subject, indicator->id, row->at,
                              "agent \"%s\": \"%p\" is given twice by %s, first in line %zu",
                              subject->sheet.agent, cqa_words_of(cqa_row_label(indicator, row)),
                              row->rater, before->at.line);
            else
                cqa_run_fault(run, subject, indicator->id, row->at,
                              "agent \"%s\": \"%p\" is given twice, first in line %zu",
                              subject->sheet.agent, cqa_words_of(cqa_row_label(indicator, row)),
                              before->at.line);
            break;
        }
}

int cqa_row_is_trimmed(const struct cqa_indicator *indicator, const struct cqa_figure *figure,
                       const struct cqa_row *row)
{
    const struct cqa_row *low = NULL;
    const struct cqa_row *high = NULL;
    size_t count = 0;

    if (indicator->rows_by != CQA_ROWS_TRIMMED)
        return 0;
    for (size_t i = 0; i < figure->row_count; i++) {
        const struct cqa_row *other = figure->rows[i];
        if (!cqa_same_text(other->period, row->period))
            continue;
        count++;
        if (low == NULL || cqa_rational_compare(other->value, low->value) < 0)
            low = other;
        if (high == NULL || cqa_rational_compare(other->value, high->value) >= 0)
            high = other;
    }
    return count >= TRIMMED_LEAST && (row == low || row == high);
}

/* The mean of the raters of one month, weighted by count; or the sum of its cases. */
static struct cqa_rational value_of_period(const struct cqa_indicator *indicator,
                                           const struct cqa_figure *figure, const char *period)
{
    struct cqa_rational sum = cqa_rational_whole(0);
    struct cqa_rational weight = cqa_rational_whole(0);

    for (size_t i = 0; i < figure->row_count; i++) {
        const struct cqa_row *row = figure->rows[i];
        if (!cqa_same_text(row->period, period) || cqa_row_is_trimmed(indicator, figure, row))
            continue;
        sum = cqa_rational_add(sum, cqa_rational_multiply(row->value, row->count));
        weight = cqa_rational_add(weight, row->count);
    }
    return indicator->rows_by == CQA_ROWS_SUM ? sum : cqa_rational_divide(sum, weight);
}

static void add_month(const struct cqa_indicator *indicator, struct cqa_figure *figure,
                      const char *period)
{
    size_t at = figure->month_count;

    for (size_t i = 0; i < figure->month_count; i++)
        if (cqa_same_text(figure->months[i].period, period))
            return;
    for (; at > 0 && strcmp(figure->months[at - 1].period ? figure->months[at - 1].period : "",
                            period ? period : "") > 0;
         at--)
        figure->months[at] = figure->months[at - 1];
    figure->months[at] = (struct cqa_month){period, value_of_period(indicator, figure, period)};
    figure->month_count++;
}

/* All that is appraised together lies in one period: the month, or the year that it is in. Once a
 * line of the input, for its values share their month. 0: it does not. */
static int check_one_period(struct cqa_engine_run *run, struct cqa_subject *subject,
                            const struct cqa_row *row)
{
    char period[CQA_PERIOD_SIZE];
    const struct cqa_place at = cqa_row_place(row->period_at, row);

    cqa_run_period_of(run, row, period);
    if (period[0] == '\0' || (!run->periods_unclear && strcmp(run->period_seen, period) == 0))
        return 1;
    if (subject->period_fault_line == at.line && at.line != 0)
        return 0;
    subject->period_fault_line = at.line;
    if (run->periods_unclear)
        cqa_run_fault(run, subject, NULL, at,
                      "agent \"%s\": the row is of %s; the rows are of several periods, and nobody "
                      "said which is appraised",
                      subject->sheet.agent, period);
    else
        cqa_run_fault(run, subject, NULL, at,
                      run->input->period != NULL
                          ? "agent \"%s\": the row is of %s, and %s is appraised"
                          : "agent \"%s\": the row is of %s, and most of the import of %s",
                      subject->sheet.agent, row->period, run->period_seen);
    return 0;
}

/* A month in which the agent was nowhere, or not in the scheme, is none of theirs. */
static void check_was_there(struct cqa_engine_run *run, struct cqa_subject *subject,
                            const struct cqa_indicator *indicator, const struct cqa_row *row)
{
    if (row->period == NULL || cqa_period_kind(row->period) >= run->scheme->period ||
        cqa_run_was_there(run, subject, row->period))
        return;
    cqa_run_fault(run, subject, indicator->id, row->at,
                  "agent \"%s\": \"%p\" is given for %s, when the roster has the agent nowhere, or "
                  "in no post of the scheme",
                  subject->sheet.agent, cqa_words_of(cqa_row_label(indicator, row)), row->period);
}

/* Whether the figure has the values of parts of the period, not one of the whole. */
static int has_parts(const struct cqa_engine_run *run, const struct cqa_figure *figure)
{
    return figure->month_count > 0 && figure->months[0].period != NULL &&
           cqa_period_kind(figure->months[0].period) < run->scheme->period;
}

static int has_part(const struct cqa_figure *figure, const char *part)
{
    for (size_t i = 0; i < figure->month_count; i++)
        if (cqa_same_text(figure->months[i].period, part))
            return 1;
    return 0;
}

/* A month that is named stands for itself, and the others have to be there too: but those in which
 * the roster has the agent nowhere. */
static void check_all_parts(struct cqa_engine_run *run, struct cqa_subject *subject,
                            const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    char whole[CQA_PERIOD_SIZE], part[CQA_PERIOD_SIZE];

    if (!has_parts(run, figure))
        return;
    cqa_period_of(run->scheme->period, figure->months[0].period, whole);
    const int count = cqa_period_part_count(whole, indicator->period);
    for (int i = 0; i < count; i++) {
        cqa_period_part(whole, indicator->period, i, part);
        if (has_part(figure, part) || !cqa_run_was_there(run, subject, part))
            continue;
        cqa_run_fault(run, subject, indicator->id, figure->rows[0]->at,
                      "agent \"%s\": \"%p\" is given for %zu of the %d parts of %s; %s is missing",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)),
                      figure->month_count, count, whole, part);
        return;
    }
}

/* A value of the whole beside one of a part, which a store keeps until one of them is withdrawn. */
static void name_periods(struct cqa_engine_run *run, struct cqa_subject *subject,
                         const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    const char *first = figure->months[0].period;
    const char *last = figure->months[figure->month_count - 1].period;
    const int is_stored = figure->rows[0]->import != 0;

    if (first == NULL)
        first = run->input->period;
    cqa_run_fault(run, subject, indicator->id, figure->rows[0]->at,
                  is_stored
                      ? "agent \"%s\": \"%p\" is given for more than one period (%p and %p); to "
                        "take one of them back, import a table of that period with \"withdraw\" "
                        "in place of the value"
                      : "agent \"%s\": \"%p\" is given for more than one period (%p and %p)",
                  subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)),
                  first ? cqa_words("%s", first) : cqa_words("no period named"),
                  last ? cqa_words("%s", last) : cqa_words("none"));
}

/* Several values make sense only for the parts of the period. */
static void check_months(struct cqa_engine_run *run, struct cqa_subject *subject,
                         const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    const struct cqa_month *first = &figure->months[0];
    if (figure->month_count < 2)
        return;
    char whole[CQA_PERIOD_SIZE] = "";
    if (has_parts(run, figure))
        cqa_period_of(run->scheme->period, first->period, whole);
    for (size_t i = 0; i < figure->month_count; i++)
        if (whole[0] == '\0' || cqa_period_kind(figure->months[i].period) == run->scheme->period ||
            !cqa_period_holds(whole, figure->months[i].period)) {
            name_periods(run, subject, indicator, figure);
            return;
        }
}

/* The parts are the same for all indicators of an agent that have them, or one is missing. */
static void check_same_months(struct cqa_engine_run *run, struct cqa_subject *subject,
                              enum cqa_period kind)
{
    const struct cqa_scheme *scheme = run->scheme;
    const struct cqa_figure *most = NULL;

    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_figure *figure = &subject->sheet.figures[i];
        if (scheme->indicators[i].period == kind && has_parts(run, figure) &&
            (most == NULL || figure->month_count > most->month_count))
            most = figure;
    }
    for (size_t i = 0; most != NULL && i < scheme->indicator_count; i++) {
        const struct cqa_figure *figure = &subject->sheet.figures[i];
        if (scheme->indicators[i].period != kind || figure->month_count == 0 ||
            !has_parts(run, figure)) /* the whole stands for each */
            continue;
        for (size_t k = 0; k < most->month_count; k++)
            if (!has_part(figure, most->months[k].period)) {
                cqa_run_fault(run, subject, scheme->indicators[i].id, figure->rows[0]->at,
                              "agent \"%s\": \"%p\" is missing for %s", subject->sheet.agent,
                              cqa_words_of(cqa_label_of(&scheme->indicators[i])),
                              most->months[k].period);
                break;
            }
    }
}

void cqa_run_imported(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    for (size_t i = 0; i < run->scheme->indicator_count; i++) {
        const struct cqa_indicator *indicator = &run->scheme->indicators[i];
        struct cqa_figure *figure = &subject->sheet.figures[i];
        int is_of_one = 1;
        if (figure->row_count == 0)
            continue;
        cqa_figure_drop_retold(indicator, figure);
        check_twins(run, subject, indicator, figure);
        cqa_run_raters(run, subject, indicator, figure);
        figure->months = cqa_run_alloc(run, figure->row_count, sizeof *figure->months);
        if (figure->months == NULL)
            return;
        for (size_t k = 0; k < figure->row_count; k++) {
            is_of_one &= check_one_period(run, subject, figure->rows[k]);
            check_was_there(run, subject, indicator, figure->rows[k]);
            add_month(indicator, figure, figure->rows[k]->period);
        }
        if (is_of_one)
            check_months(run, subject, indicator, figure);
        if (is_of_one && !run->is_check)
            check_all_parts(run, subject, indicator, figure);
        figure->origin = CQA_ORIGIN_IMPORTED;
    }
    for (int kind = 0; kind < (int)run->scheme->period && !run->is_check; kind++)
        check_same_months(run, subject, (enum cqa_period)kind);
}
