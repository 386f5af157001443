/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "appraisal/engine.h"

/* ---- calls to subjects */

/* Who a call counts for; NULL: nobody can tell. */
static const char *person_of(const struct cqa_engine_run *run, const struct cqa_scored_call *call)
{
    if (call->number != 0)
        return call->person;
    if (call->agent == NULL || run->input->roster == NULL)
        return call->agent;
    if (call->started_at == NULL)
        return NULL;
    return cqa_roster_person(run->input->roster, call->agent, call->started_at);
}

static void give_call(struct cqa_engine_run *run, struct cqa_subject *subject,
                      const struct cqa_scored_call *call)
{
    struct cqa_sheet *sheet = &subject->sheet;

    if (sheet->call_count == subject->call_capacity) {
        const size_t capacity = subject->call_capacity ? subject->call_capacity * 2 : 8;
        const struct cqa_scored_call **calls =
            cqa_run_alloc(run, capacity, sizeof(const struct cqa_scored_call *));
        if (calls == NULL)
            return;
        if (sheet->call_count > 0)
            memcpy(calls, sheet->calls, sheet->call_count * sizeof(const struct cqa_scored_call *));
        sheet->calls = calls;
        subject->call_capacity = capacity;
    }
    sheet->calls[sheet->call_count++] = call;
    sheet->undecided += cqa_call_undecided(call);
}

void cqa_run_calls(struct cqa_engine_run *run)
{
    const struct cqa_calls *calls = run->input->calls;
    size_t nobodys = 0;
    size_t strangers = 0;
    size_t outside = 0;

    for (size_t i = 0; calls != NULL && i < calls->count; i++) {
        const struct cqa_scored_call *call = &calls->items[i];
        const char *person = person_of(run, call);
        size_t index;
        if (run->input->period != NULL &&
            (call->started_at == NULL || !cqa_period_holds(run->input->period, call->started_at)))
            outside++;
        else if (person == NULL)
            nobodys++;
        else if (!cqa_names_find(&run->names, person, &index))
            strangers++;
        else
            give_call(run, &run->subjects[index], call);
    }
    if (outside > 0)
        cqa_run_note(run, "calls outside %s or of unknown time: %zu", run->input->period, outside);
    if (nobodys > 0)
        cqa_run_note(run,
                     run->input->roster ? "calls of nobody: %zu; their agent is not known, or the "
                                          "roster has nobody there at that time"
                                        : "calls of nobody: %zu; their agent is not known",
                     nobodys);
    if (strangers > 0)
        cqa_run_note(run, "calls of agents that the indicators do not name: %zu", strangers);
    if (calls != NULL && calls->replaced > 0)
        cqa_run_note(run, "results replaced by later ones of the same call: %zu", calls->replaced);
}

/* ---- calls to numbers */

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

static struct cqa_rational combined(const struct cqa_measuring *measuring, struct cqa_taken *taken,
                                    size_t count)
{
    if (measuring->by == CQA_BY_SUM)
        return sum_of(taken, count);
    if (measuring->by == CQA_BY_MEDIAN)
        return median_of(taken, count);
    return cqa_rational_divide(sum_of(taken, count), cqa_rational_whole((int64_t)count));
}

static void add_coverage(struct cqa_engine_run *run, const struct cqa_subject *subject,
                         const struct cqa_measuring *measuring, struct cqa_measured *measured)
{
    struct cqa_rational handled = cqa_rational_whole((int64_t)subject->sheet.call_count);

    if (measuring->handled != CQA_NOWHERE) {
        const struct cqa_figure *figure = &subject->sheet.figures[measuring->handled];
        if (figure->origin == CQA_ORIGIN_ABSENT)
            return;
        handled = figure->months[0].value;
    }
    measured->coverage_pct =
        cqa_rational_divide(cqa_rational_whole((int64_t)measured->taken_count * 100), handled);
    measured->has_coverage = cqa_rational_valid(measured->coverage_pct);
    (void)run;
}

static struct cqa_measured *measure(struct cqa_engine_run *run, const struct cqa_subject *subject,
                                    size_t index)
{
    static const char *const by_words[] = {"mean", "median", "sum"};
    const struct cqa_sheet *sheet = &subject->sheet;
    const struct cqa_measuring *measuring = run->scheme->indicators[index].measuring;
    struct cqa_measured *measured = cqa_run_alloc(run, 1, sizeof *measured);
    struct cqa_taken *taken = cqa_run_alloc(run, sheet->call_count, sizeof *taken);

    if (measured == NULL || taken == NULL)
        return NULL;
    measured->taken = taken;
    for (size_t i = 0; i < sheet->call_count; i++)
        if (cqa_rational_valid(sheet->calls[i]->taken[index])) {
            measured->undecided += cqa_call_undecided(sheet->calls[i]);
            taken[measured->taken_count++] =
                (struct cqa_taken){sheet->calls[i], sheet->calls[i]->taken[index]};
        }
    measured->value = cqa_rational_none();
    if (measured->taken_count == 0)
        return measured;
    measured->value =
        cqa_rational_multiply(combined(measuring, taken, measured->taken_count), measuring->times);
    cqa_buffer_print(&run->text, "%s of %zu calls", by_words[measuring->by], measured->taken_count);
    if (measuring->over != CQA_NOWHERE) {
        const struct cqa_figure *over = &sheet->figures[measuring->over];
        measured->value = over->origin == CQA_ORIGIN_ABSENT
                              ? cqa_rational_none()
                              : cqa_rational_divide(measured->value, over->months[0].value);
        cqa_buffer_print(&run->text, " ÷ %s", run->scheme->indicators[measuring->over].id);
    }
    measured->how = cqa_run_text(run);
    add_coverage(run, subject, measuring, measured);
    return measured;
}

/* ---- the indicator */

static void take_measured(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index)
{
    char text[3][CQA_RATIONAL_TEXT];
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];
    struct cqa_figure *figure = &subject->sheet.figures[index];
    const struct cqa_measured *measured = figure->measured;

    if (measured->has_coverage &&
        cqa_rational_compare(measured->coverage_pct, indicator->measuring->least_pct) < 0) {
        subject->spoiled[index] = 1;
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" stands on %zu calls, %s %% of those handled; the "
                      "scheme asks for %s %%",
                      subject->sheet.agent, indicator->id, measured->taken_count,
                      cqa_rational_fixed(measured->coverage_pct, 2, text[0]),
                      cqa_rational_exact(indicator->measuring->least_pct, text[1]));
        return;
    }
    if (cqa_rational_compare(measured->value, indicator->low) < 0 ||
        cqa_rational_compare(measured->value, indicator->high) > 0) {
        subject->spoiled[index] = 1;
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" was measured as %s; allowed: %s to %s",
                      subject->sheet.agent, indicator->id,
                      cqa_rational_fixed(measured->value, 2, text[0]),
                      cqa_rational_exact(indicator->low, text[1]),
                      cqa_rational_exact(indicator->high, text[2]));
        return;
    }
    figure->months = cqa_run_alloc(run, 1, sizeof *figure->months);
    if (figure->months == NULL)
        return;
    figure->months[0].value = measured->value;
    figure->month_count = 1;
    figure->origin = CQA_ORIGIN_MEASURED;
}

void cqa_run_measured(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    const struct cqa_calls *calls = run->input->calls;

    if (calls == NULL || calls->broken.line != 0)
        return;
    for (size_t i = 0; i < run->scheme->indicator_count; i++) {
        struct cqa_figure *figure = &subject->sheet.figures[i];
        if (run->scheme->indicators[i].measuring == NULL || subject->sheet.call_count == 0)
            continue;
        figure->measured = measure(run, subject, i);
        if (figure->measured != NULL && figure->origin == CQA_ORIGIN_ABSENT &&
            cqa_rational_valid(figure->measured->value))
            take_measured(run, subject, i);
    }
}

/* ---- missing, default, rounding */

static int is_required(const struct cqa_indicator *indicator, const char *post)
{
    if (indicator->need != CQA_NEED_OPTIONAL)
        return 1;
    return post != NULL && indicator->required_for != NULL &&
           cqa_scheme_post_among(post, indicator->required_for, indicator->required_for_count);
}

static void name_missing(struct cqa_engine_run *run, struct cqa_subject *subject,
                         const struct cqa_indicator *indicator)
{
    const struct cqa_calls *calls = run->input->calls;
    const char *agent = subject->sheet.agent;

    if (indicator->need != CQA_NEED_MEASURED)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" (%s, %s) is missing", agent, indicator->id,
                      indicator->names.en, indicator->names.zh);
    else if (calls == NULL)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" (%s, %s) is missing: not imported, and no results to "
                      "measure it from",
                      agent, indicator->id, indicator->names.en, indicator->names.zh);
    else if (calls->broken.line != 0)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" cannot be measured: line %zu of the results is "
                      "unreadable and may be "
                      "a call of theirs",
                      agent, indicator->id, calls->broken.line);
    else if (indicator->measuring->over != CQA_NOWHERE &&
             subject->sheet.figures[indicator->measuring->over].origin == CQA_ORIGIN_ABSENT)
        cqa_run_fault(
            run, subject, indicator->id, subject->first,
            "agent \"%s\": \"%s\" (%s, %s) is missing: import it, or \"%s\" to measure it with",
            agent, indicator->id, indicator->names.en, indicator->names.zh,
            run->scheme->indicators[indicator->measuring->over].id);
    else
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" (%s, %s) is missing: not imported, and none of %zu "
                      "calls gives it",
                      agent, indicator->id, indicator->names.en, indicator->names.zh,
                      subject->sheet.call_count);
}

/* Each month's value rounded and capped as the scheme says; the figure is their mean. */
static void settle_value(const struct cqa_indicator *indicator, struct cqa_figure *figure)
{
    struct cqa_rational raw = cqa_rational_whole(0);
    struct cqa_rational sum = cqa_rational_whole(0);
    const struct cqa_rational count = cqa_rational_whole((int64_t)figure->month_count);

    for (size_t i = 0; i < figure->month_count; i++) {
        struct cqa_rational *value = &figure->months[i].value;
        raw = cqa_rational_add(raw, *value);
        if (indicator->round_places != CQA_NOWHERE)
            *value = cqa_rational_round(*value, indicator->round_places);
        if (cqa_rational_valid(*value) && cqa_rational_valid(indicator->cap) &&
            cqa_rational_compare(*value, indicator->cap) > 0)
            *value = indicator->cap;
        sum = cqa_rational_add(sum, *value);
    }
    figure->raw = cqa_rational_divide(raw, count);
    figure->value = cqa_rational_divide(sum, count);
}

void cqa_run_settle(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    for (size_t i = 0; i < run->scheme->indicator_count; i++) {
        const struct cqa_indicator *indicator = &run->scheme->indicators[i];
        struct cqa_figure *figure = &subject->sheet.figures[i];
        figure->value = figure->raw = cqa_rational_none();
        if (figure->origin == CQA_ORIGIN_ABSENT && is_required(indicator, subject->sheet.post)) {
            if (!subject->spoiled[i])
                name_missing(run, subject, indicator);
        } else if (figure->origin == CQA_ORIGIN_ABSENT && cqa_rational_valid(indicator->absent)) {
            figure->months = cqa_run_alloc(run, 1, sizeof *figure->months);
            if (figure->months == NULL)
                return;
            figure->months[0].value = indicator->absent;
            figure->month_count = 1;
            figure->origin = CQA_ORIGIN_DEFAULT;
        }
        if (figure->origin == CQA_ORIGIN_ABSENT)
            continue;
        settle_value(indicator, figure);
        if (!cqa_rational_valid(figure->value) || !cqa_rational_valid(figure->raw))
            cqa_run_fault(run, subject, indicator->id, subject->first,
                          "agent \"%s\": the mean of \"%s\" has too many digits",
                          subject->sheet.agent, indicator->id);
    }
}
