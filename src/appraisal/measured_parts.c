/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured by the months of a longer period: a mean of all its calls would hide the month
 * in which there were few, or none. */
#include <string.h>
#include "appraisal/engine.h"

const char *cqa_run_empty_months(struct cqa_engine_run *run, const struct cqa_subject *subject,
                                 const struct cqa_tally_figure *tally)
{
    char month[CQA_PERIOD_SIZE];
    int count = 0;

    if (run->window[0] == '\0' || run->scheme->period == CQA_PERIOD_MONTHLY)
        return NULL;
    const int months = cqa_period_part_count(run->window, CQA_PERIOD_MONTHLY);
    for (int i = 0; i < months; i++) {
        cqa_period_part(run->window, CQA_PERIOD_MONTHLY, i, month);
        if (!(tally->months & (1U << i)) && cqa_run_was_there(run, subject, month))
            cqa_buffer_print(&run->text, "%s%s", count++ ? ", " : "", month);
    }
    return count > 0 ? cqa_run_text(run) : NULL;
}

/* What is divided by has the same parts: a month's calls and a quarter's number are no quotient. */
static struct cqa_rational per(const struct cqa_figure *over, const char *part,
                               struct cqa_rational value)
{
    for (size_t i = 0; i < over->month_count; i++)
        if (over->months[i].period != NULL && strcmp(over->months[i].period, part) == 0)
            return cqa_rational_divide(value, over->months[i].value);
    return cqa_rational_none();
}

static int has_value(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index,
                     const struct cqa_month *month, size_t calls)
{
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];

    if (cqa_rational_valid(month->value))
        return cqa_run_measured_fits(run, subject, index, month->value);
    subject->spoiled[index] = 1;
    if (calls == 0)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%p\" is measured by its parts, and no call of %s gives it: "
                      "import the value of %s, or the results that are missing",
                      subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)), month->period,
                      month->period);
    else
        cqa_run_fault(
            run, subject, indicator->id, subject->first,
            "agent \"%s\": \"%p\" is measured by its parts, and \"%p\" of %s is not there to "
            "measure it with",
            subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)),
            cqa_words_of(cqa_label_of(&run->scheme->indicators[indicator->measuring->over])),
            month->period);
    return 0;
}

/* Adds the part's month; 0: it lacks, a fault says so. */
static int take_part(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index,
                     const char *part, const struct cqa_gathered *tally)
{
    const struct cqa_measuring *measuring = run->scheme->indicators[index].measuring;
    struct cqa_figure *figure = &subject->sheet.figures[index];
    struct cqa_month *month = &figure->months[figure->month_count];

    if (!cqa_run_was_there(run, subject, part))
        return 1;
    *month = (struct cqa_month){cqa_arena_string(run->arena, part), cqa_rational_none()};
    if (month->period == NULL) {
        run->no_memory = 1;
        return 0;
    }
    month->value = tally->value;
    if (tally->calls > 0 && measuring->over != CQA_NOWHERE)
        month->value = per(&subject->sheet.figures[measuring->over], part, month->value);
    figure->month_count++;
    return has_value(run, subject, index, month, tally->calls);
}

void cqa_run_take_parts(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index)
{
    const enum cqa_period kind = run->scheme->indicators[index].period;
    struct cqa_figure *figure = &subject->sheet.figures[index];
    const struct cqa_tally_figure *tally = &subject->sheet.tally->figures[index];
    char part[CQA_PERIOD_SIZE];
    int good = 1;

    figure->months = cqa_run_alloc(run, tally->part_count, sizeof *figure->months);
    for (size_t i = 0; i < tally->part_count && good && figure->months != NULL; i++) {
        cqa_period_part(run->window, kind, (int)i, part);
        good = take_part(run, subject, index, part, &tally->parts[i]);
    }
    if (good && figure->month_count > 0)
        figure->origin = CQA_ORIGIN_MEASURED;
    else
        figure->month_count = 0;
}
