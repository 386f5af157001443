/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
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
}

/* The period whose calls count: that which was asked for, or that of the import, or that of all
 * calls. Where they are of several, a month would be averaged into another. */
static void find_window(struct cqa_engine_run *run)
{
    const struct cqa_calls *calls = run->input->calls;
    const char *named = run->input->period ? run->input->period : run->period_seen;
    char period[CQA_PERIOD_SIZE];

    snprintf(run->window, sizeof run->window, "%.7s", named);
    for (size_t i = 0; named[0] == '\0' && calls != NULL && i < calls->count; i++) {
        const char *moment = calls->items[i].started_at;
        char month[CQA_PERIOD_SIZE];
        snprintf(month, sizeof month, "%.7s", moment ? moment : "");
        if (!cqa_period_valid(month))
            continue;
        cqa_period_of(run->scheme->period, month, period);
        if (run->window[0] == '\0')
            memcpy(run->window, period, sizeof period);
        run->calls_unclear |= strcmp(run->window, period) != 0;
        if (run->calls_unclear) {
            cqa_faults_add(run->faults, NULL, calls->items[i].at,
                           "the results are of %s and of %s; say which period is appraised",
                           run->window, period);
            return;
        }
    }
}

/* A month of the period without any call may be one whose file was forgotten. `found` has a bit for
 * each that has some. */
static void note_empty_months(struct cqa_engine_run *run, unsigned found)
{
    char month[CQA_PERIOD_SIZE];

    if (run->window[0] == '\0' || run->scheme->period == CQA_PERIOD_MONTHLY)
        return;
    const int months = cqa_period_part_count(run->window, CQA_PERIOD_MONTHLY);
    for (int i = 0; i < months; i++) {
        cqa_period_part(run->window, CQA_PERIOD_MONTHLY, i, month);
        if (!(found & (1U << i)))
            cqa_run_note(run, "no call of %s is among the results of %s", month, run->window);
    }
}

struct turned_away {
    size_t outside;
    size_t nobodys;
    size_t strangers;
};

static void give_to_whom(struct cqa_engine_run *run, const struct cqa_scored_call *call,
                         struct turned_away *away)
{
    const char *person = person_of(run, call);
    size_t index;

    if (cqa_call_is_outside(call, run->window) &&
        (call->started_at != NULL || run->input->period != NULL))
        away->outside++;
    else if (person == NULL)
        away->nobodys++;
    else if (!cqa_names_find(&run->names, person, &index))
        away->strangers++;
    else
        give_call(run, &run->subjects[index], call);
}

static void note_turned_away(struct cqa_engine_run *run, const struct turned_away *away)
{
    if (away->outside > 0)
        cqa_run_note(run, "calls outside %s or of unknown time: %zu", run->window, away->outside);
    if (away->nobodys > 0)
        cqa_run_note(run,
                     run->input->roster ? "calls of nobody: %zu; their agent is not known, or the "
                                          "roster has nobody there at that time"
                                        : "calls of nobody: %zu; their agent is not known",
                     away->nobodys);
    if (away->strangers > 0)
        cqa_run_note(run, "calls of agents that the indicators do not name: %zu", away->strangers);
}

int cqa_run_has_results(const struct cqa_engine_run *run)
{
    return run->input->calls != NULL || run->input->tallies != NULL;
}

static void set_tally(struct cqa_subject *subject, const struct cqa_tally *tally)
{
    subject->sheet.tally = tally;
    subject->sheet.undecided = tally->undecided;
}

static void make_tally(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    struct cqa_sheet *sheet = &subject->sheet;
    struct cqa_tally *tally = cqa_run_alloc(run, 1, sizeof *tally);

    if (sheet->call_count == 0 || tally == NULL)
        return;
    run->no_memory |= cqa_tally_make(run->scheme, run->window, NULL, sheet->calls,
                                     sheet->call_count, run->arena, tally) != CQA_OK;
    if (!run->no_memory)
        set_tally(subject, tally);
}

static void count_calls(struct cqa_engine_run *run)
{
    const struct cqa_calls *calls = run->input->calls;
    struct turned_away away = {0};
    unsigned months = 0;

    find_window(run);
    for (size_t i = 0; i < calls->count && !run->calls_unclear; i++) {
        give_to_whom(run, &calls->items[i], &away);
        months |= cqa_call_month(run->window, &calls->items[i]);
    }
    for (size_t i = 0; i < run->names.count && !run->no_memory; i++)
        make_tally(run, &run->subjects[i]);
    note_turned_away(run, &away);
    if (!run->calls_unclear && calls->count > 0)
        note_empty_months(run, months);
    if (calls->replaced > 0)
        cqa_run_note(run, "results replaced by later ones of the same call: %zu", calls->replaced);
}

static void count_tallies(struct cqa_engine_run *run)
{
    const struct cqa_known_tallies *known = run->input->tallies;
    struct turned_away away = {0};
    unsigned months = 0;
    size_t index;

    find_window(run);
    for (size_t i = 0; i < known->count; i++) {
        const char *person = known->items[i].person;
        const struct cqa_tally *tally = &known->items[i].tally;
        months |= tally->months;
        away.outside += tally->outside;
        if (person == NULL)
            away.nobodys += tally->calls;
        else if (!cqa_names_find(&run->names, person, &index))
            away.strangers += tally->calls;
        else if (tally->calls > 0)
            set_tally(&run->subjects[index], tally);
    }
    note_turned_away(run, &away);
    if (known->count > 0)
        note_empty_months(run, months);
}

/* Where no line depends on recordings, their rubrics, costs and undecided flags are no matter of
 * the sheet. */
void cqa_run_calls(struct cqa_engine_run *run)
{
    if (!cqa_run_has_results(run) || !cqa_scheme_takes_calls(run->scheme))
        return;
    if (run->input->tallies != NULL)
        count_tallies(run);
    else
        count_calls(run);
}

/* ---- calls to numbers */

/* Scores of two rubrics are numbers of two kinds: their mean is none. */
static void check_one_rubric(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index,
                             const struct cqa_tally_figure *tally)
{
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];
    const char *const *rubrics = tally->rubrics;

    if (indicator->measuring->rubric != NULL || strcmp(indicator->measuring->take, "score") != 0 ||
        subject->sheet.figures[index].origin != CQA_ORIGIN_ABSENT || rubrics[1] == NULL)
        return;
    subject->spoiled[index] = 1;
    cqa_run_fault(
        run, subject, indicator->id, subject->first,
        "agent \"%s\": \"%p\" would mix calls scored by the rubric \"%s\" with calls scored by "
        "\"%s\"; name one in the scheme (measured: rubric), or score all by one",
        subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)), rubrics[0], rubrics[1]);
}

/* The calls themselves, where they are at hand; 0: out of memory. */
static int take_calls(struct cqa_engine_run *run, const struct cqa_sheet *sheet, size_t index,
                      struct cqa_measured *measured)
{
    if (sheet->calls == NULL)
        return 1;
    measured->taken = cqa_run_alloc(run, sheet->call_count, sizeof *measured->taken);
    if (measured->taken != NULL)
        cqa_measured_take(run->scheme, index, sheet->calls, sheet->call_count, measured->taken);
    return measured->taken != NULL;
}

static struct cqa_measured *measure(struct cqa_engine_run *run, struct cqa_subject *subject,
                                    size_t index)
{
    static const char *const by_words[] = {"mean", "median", "sum"};
    const struct cqa_sheet *sheet = &subject->sheet;
    const struct cqa_measuring *measuring = run->scheme->indicators[index].measuring;
    struct cqa_measured *measured = cqa_run_alloc(run, 1, sizeof *measured);
    const struct cqa_tally_figure *tally = &sheet->tally->figures[index];

    if (measured == NULL)
        return NULL;
    measured->taken_count = tally->all.calls;
    measured->undecided = tally->undecided;
    measured->value = tally->all.value;
    if (!take_calls(run, sheet, index, measured) || tally->all.calls == 0)
        return measured;
    check_one_rubric(run, subject, index, tally);
    cqa_buffer_print(&run->text, "%s of %zu calls", by_words[measuring->by], measured->taken_count);
    if (measuring->over != CQA_NOWHERE) {
        const struct cqa_figure *over = &sheet->figures[measuring->over];
        measured->value = over->origin == CQA_ORIGIN_ABSENT
                              ? cqa_rational_none()
                              : cqa_rational_divide(measured->value, cqa_figure_sum(over));
        cqa_buffer_print(&run->text, " ÷ %s", run->scheme->indicators[measuring->over].id);
    }
    measured->how = cqa_run_text(run);
    measured->empty_months = cqa_run_empty_months(run, subject, tally);
    cqa_run_coverage(run, subject, index, measured);
    return measured;
}

/* ---- the indicator */

int cqa_run_measured_fits(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index,
                          struct cqa_rational value)
{
    char text[3][CQA_RATIONAL_TEXT];
    const struct cqa_indicator *indicator = &run->scheme->indicators[index];

    if (cqa_rational_compare(value, indicator->low) >= 0 &&
        cqa_rational_compare(value, indicator->high) <= 0)
        return 1;
    subject->spoiled[index] = 1;
    cqa_run_fault(
        run, subject, indicator->id, subject->first,
        "agent \"%s\": \"%p\" was measured as %s; allowed: %s to %s", subject->sheet.agent,
        cqa_words_of(cqa_label_of(indicator)), cqa_rational_fixed(value, 2, text[0]),
        cqa_rational_exact(indicator->low, text[1]), cqa_rational_exact(indicator->high, text[2]));
    return 0;
}

static void take_measured(struct cqa_engine_run *run, struct cqa_subject *subject, size_t index)
{
    struct cqa_figure *figure = &subject->sheet.figures[index];
    const struct cqa_measured *measured = figure->measured;

    if (!cqa_run_covered(run, subject, index))
        return;
    if (run->scheme->indicators[index].period < run->scheme->period) {
        cqa_run_take_parts(run, subject, index);
        return;
    }
    if (!cqa_run_measured_fits(run, subject, index, measured->value))
        return;
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

    if (subject->sheet.tally == NULL || (calls != NULL && calls->broken.line != 0) ||
        run->calls_unclear)
        return;
    for (size_t i = 0; i < run->scheme->indicator_count; i++) {
        struct cqa_figure *figure = &subject->sheet.figures[i];
        if (run->scheme->indicators[i].measuring == NULL)
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
    else if (!cqa_run_has_results(run))
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%s\" (%s, %s) is missing: not imported, and no results to "
                      "measure it from",
                      agent, indicator->id, indicator->names.en, indicator->names.zh);
    else if (run->calls_unclear)
        cqa_run_fault(
            run, subject, indicator->id, subject->first,
            "agent \"%s\": \"%p\" cannot be measured: the results are of more than one period",
            agent, cqa_words_of(cqa_label_of(indicator)));
    else if (calls != NULL && calls->broken.line != 0)
        cqa_run_fault(run, subject, indicator->id, subject->first,
                      "agent \"%s\": \"%p\" cannot be measured: line %zu of the results is "
                      "unreadable and may be a call of theirs",
                      agent, cqa_words_of(cqa_label_of(indicator)), calls->broken.line);
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
                      subject->sheet.tally ? subject->sheet.tally->calls : 0);
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
                          "agent \"%s\": the mean of \"%p\" has too many digits",
                          subject->sheet.agent, cqa_words_of(cqa_label_of(indicator)));
    }
}
