/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "appraisal/engine.h"
#include "appraisal/heading.h"
#include "appraisal/spelling.h"

enum { FOLD_BYTES = 1024, TRIMMED_LEAST = 3 /* rows, or none is left out */ };

/* ---- rows to subjects */

/* Posts of the import; two of them are one too many. */
static void take_post(struct cqa_engine_run *run, struct cqa_subject *subject, const char *post,
                      struct cqa_place at)
{
    if (post == NULL)
        return;
    if (subject->sheet.post == NULL) {
        subject->sheet.post = post;
        subject->post_at = at;
    } else if (strcmp(subject->sheet.post, post) != 0) {
        cqa_run_fault(run, subject, NULL, at,
                      "agent \"%s\" is in two posts: \"%s\" and (line %zu) \"%s\"",
                      subject->sheet.agent, post, subject->post_at.line, subject->sheet.post);
        if (!cqa_scheme_applies(run->scheme, subject->sheet.post))
            subject->sheet.post = post; /* whoever may be of the scheme is missing in it */
    }
}

/* A name beside the number is shown; two of them are two persons under one number. */
static void take_name(struct cqa_engine_run *run, struct cqa_subject *subject,
                      const struct cqa_row *row)
{
    if (row->name == NULL)
        return;
    if (subject->sheet.name == NULL)
        subject->sheet.name = row->name;
    else if (strcmp(subject->sheet.name, row->name) != 0)
        cqa_run_fault(run, subject, NULL, row->at, "agent \"%s\" has two names: \"%s\" and \"%s\"",
                      subject->sheet.agent, subject->sheet.name, row->name);
}

static int take_index(struct cqa_engine_run *run, struct cqa_subject *subject,
                      const struct cqa_row *row)
{
    char list[400];
    size_t used = 0;
    const int index = cqa_scheme_indicator(run->scheme, row->indicator);

    if (index != CQA_NOWHERE)
        return index;
    list[0] = '\0';
    const int other = cqa_heading_in_other_unit(run->scheme, row->indicator);
    if (other != CQA_NOWHERE) {
        cqa_unit_words(&run->scheme->indicators[other], list, sizeof list);
        cqa_run_fault(run, subject, NULL, row->at,
                      "agent \"%s\": \"%s\" is in another unit; allowed: none, or one of these: "
                      "%s",
                      subject->sheet.agent, row->indicator, list);
        return CQA_NOWHERE;
    }
    for (size_t i = 0; i < run->scheme->indicator_count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                 run->scheme->indicators[i].id);
    cqa_run_fault(run, subject, NULL, row->at,
                  "agent \"%s\": unknown indicator \"%s\"; allowed: %s", subject->sheet.agent,
                  row->indicator, list);
    return CQA_NOWHERE;
}

/* A value counts for the whole period of the scheme, or for a part of it as long as the indicator
 * says: a month is no year. */
static int period_fits(const struct cqa_scheme *scheme, const struct cqa_indicator *indicator,
                       const char *period)
{
    const enum cqa_period kind = cqa_period_kind(period);

    return kind == scheme->period || kind == indicator->period;
}

static int row_is_good(struct cqa_engine_run *run, struct cqa_subject *subject,
                       const struct cqa_row *row, const struct cqa_indicator *indicator)
{
    char text[3][CQA_RATIONAL_TEXT];

    if (!cqa_rational_valid(row->value))
        return 0;
    const int zero = indicator->or_zero && cqa_rational_sign(row->value) == 0;

    if (row->period != NULL && !cqa_period_valid(row->period)) {
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%s\" is no period; allowed: 2025-11, 2025Q4, 2025H2 or "
                      "2025",
                      subject->sheet.agent, row->period);
        return 0;
    }
    if (row->period != NULL && !period_fits(run->scheme, indicator, row->period)) {
        cqa_run_fault(
            run, subject, indicator->id, row->at,
            "agent \"%s\": \"%s\" is given for %s, and counts for %p; allowed: such as %s",
            subject->sheet.agent, indicator->id, row->period,
            cqa_words_named(cqa_period_named(indicator->period)),
            cqa_period_examples[indicator->period]);
        return 0;
    }
    if (!zero && (cqa_rational_compare(row->value, indicator->low) < 0 ||
                  cqa_rational_compare(row->value, indicator->high) > 0)) {
        cqa_run_fault(run, subject, indicator->id, row->at,
                      indicator->or_zero ? "agent \"%s\": \"%s\" is %s; allowed: 0, or %s to %s"
                                         : "agent \"%s\": \"%s\" is %s; allowed: %s to %s",
                      subject->sheet.agent, indicator->id, cqa_rational_exact(row->value, text[0]),
                      cqa_rational_exact(indicator->low, text[1]),
                      cqa_rational_exact(indicator->high, text[2]));
        return 0;
    }
    if ((indicator->whole || indicator->yes_no) && !cqa_rational_is_whole(row->value)) {
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%s\" is %s; allowed: whole numbers", subject->sheet.agent,
                      indicator->id, cqa_rational_exact(row->value, text[0]));
        return 0;
    }
    return 1;
}

/* The row joins its figure; memory for all rows of all figures was counted before. */
static enum cqa_status count_rows(struct cqa_engine_run *run, size_t *owners, size_t *counts)
{
    const struct cqa_rows *rows = run->input->rows;
    const size_t width = run->scheme->indicator_count;

    for (size_t i = 0; i < rows->count; i++) {
        const struct cqa_row *row = &rows->items[i];
        struct cqa_subject *subject = &run->subjects[owners[i]];
        if (subject->is_summary) {
            owners[i] = SIZE_MAX;
            continue;
        }
        take_post(run, subject, row->post, row->post_at.line != 0 ? row->post_at : row->at);
        take_name(run, subject, row);
        const int index = take_index(run, subject, row);
        if (index == CQA_NOWHERE ||
            !row_is_good(run, subject, row, &run->scheme->indicators[index])) {
            if (index != CQA_NOWHERE)
                subject->spoiled[index] = 1;
            owners[i] = SIZE_MAX;
            continue;
        }
        owners[i] = owners[i] * width + (size_t)index;
        counts[owners[i]]++;
    }
    return run->no_memory ? CQA_E_NOMEM : CQA_OK;
}

static enum cqa_status deal_rows(struct cqa_engine_run *run, const size_t *owners,
                                 const size_t *counts)
{
    const struct cqa_rows *rows = run->input->rows;
    const size_t width = run->scheme->indicator_count;
    const struct cqa_row **room = cqa_run_alloc(run, rows->count, sizeof(const struct cqa_row *));

    if (room == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < rows->count; i++) {
        if (owners[i] == SIZE_MAX)
            continue;
        struct cqa_figure *figure =
            &run->subjects[owners[i] / width].sheet.figures[owners[i] % width];
        if (figure->rows == NULL) {
            figure->rows = room;
            room += counts[owners[i]];
        }
        figure->rows[figure->row_count++] = &rows->items[i];
    }
    return CQA_OK;
}

static enum cqa_status make_subjects(struct cqa_engine_run *run, const size_t *owners)
{
    const struct cqa_rows *rows = run->input->rows;
    const size_t width = run->scheme->indicator_count;

    run->subjects = cqa_run_alloc(run, run->names.count, sizeof *run->subjects);
    struct cqa_figure *figures = cqa_run_alloc(run, run->names.count * width, sizeof *figures);
    const char *name;
    unsigned char *spoiled = cqa_run_alloc(run, run->names.count * width, 1);
    if (run->subjects == NULL || figures == NULL || spoiled == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < run->names.count; i++) {
        run->subjects[i].sheet.agent = run->names.items[i];
        run->subjects[i].sheet.figures = figures + i * width;
        run->subjects[i].spoiled = spoiled + i * width;
        run->subjects[i].is_summary =
            cqa_spell_subject(run->arena, run->names.items[i], run->scheme->units, &name) ==
                CQA_SPELLED_SUMMARY &&
            !cqa_roster_knows(run->input->roster, run->names.items[i]);
    }
    for (size_t i = rows->count; i-- > 0;) /* backwards, so that the first stays */
        run->subjects[owners[i]].first = rows->items[i].at;
    return CQA_OK;
}

/* "A01" and "a01", "0801" and "801" may be one person or two: nobody is computed until somebody
 * says. */
static enum cqa_status ask_about_spellings(struct cqa_engine_run *run)
{
    struct cqa_names folded = {0};
    size_t *firsts = cqa_run_alloc(run, run->names.count, sizeof *firsts);
    enum cqa_status status = firsts == NULL ? CQA_E_NOMEM : CQA_OK;

    for (size_t i = 0; i < run->names.count && status == CQA_OK; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        char fold[FOLD_BYTES];
        size_t index;
        cqa_spell_fold_name(run->names.items[i], fold, sizeof fold);
        const char *name = cqa_arena_string(run->arena, fold);
        status = name == NULL ? CQA_E_NOMEM : cqa_names_add(&folded, name, &index);
        if (status != CQA_OK)
            break;
        if (index + 1 == folded.count && firsts[index] == 0) {
            firsts[index] = i + 1;
            continue;
        }
        struct cqa_subject *first = &run->subjects[firsts[index] - 1];
        if (cqa_roster_knows(run->input->roster, subject->sheet.agent) &&
            cqa_roster_knows(run->input->roster, first->sheet.agent))
            continue; /* two persons */
        cqa_run_fault(run, subject, NULL, subject->first,
                      "agent \"%s\" is also written \"%s\" (line %zu): one spelling for one person",
                      subject->sheet.agent, first->sheet.agent, first->first.line);
        cqa_run_fault(run, first, NULL, first->first,
                      "agent \"%s\" is also written \"%s\" (line %zu): one spelling for one person",
                      first->sheet.agent, subject->sheet.agent, subject->first.line);
    }
    cqa_names_finish(&folded);
    return status;
}

/* A rating is of a person: of whoever the roster does not know, and no import either, nobody can
 * say who that is. Imports ask about their own names. */
static void ask_about_rated_strangers(struct cqa_engine_run *run)
{
    const struct cqa_rows *rows = run->input->rows;
    const struct cqa_roster *roster = run->input->roster;
    unsigned char *others = cqa_run_alloc(run, run->names.count, 1);
    size_t index;

    if (roster == NULL || roster->count == 0 || run->scheme->units || others == NULL)
        return;
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].rating == 0 && cqa_names_find(&run->names, rows->items[i].agent, &index))
            others[index] = 1;
    for (size_t i = 0; i < run->names.count; i++)
        if (!others[i] && !cqa_roster_knows(roster, run->names.items[i]))
            cqa_run_fault(run, &run->subjects[i], NULL, run->subjects[i].first,
                          "agent \"%s\": there are ratings, and the roster does not know this "
                          "name; allowed: a row of its own in the roster",
                          run->names.items[i]);
}

/* An agent that was already found wrong gets no sheet; one that has nothing but wrong cells is
 * still named. */
static enum cqa_status block_faulty(struct cqa_engine_run *run)
{
    for (size_t i = 0; i < run->faults->count; i++) {
        size_t index;
        const char *agent = run->faults->items[i].agent;
        if (agent != NULL && cqa_names_find(&run->names, agent, &index))
            run->subjects[index].blocked = 1;
    }
    return CQA_OK;
}

/* What the input as a whole says: its period, and whether it knows posts. */
static void look_over(struct cqa_engine_run *run)
{
    const struct cqa_rows *rows = run->input->rows;
    const struct cqa_roster *roster = run->input->roster;

    for (size_t i = 0; i < rows->count; i++) {
        const struct cqa_row *row = &rows->items[i];
        run->posts_known |= row->post != NULL;
        if (run->period_seen[0] == '\0' && row->period != NULL && cqa_period_valid(row->period) &&
            cqa_period_kind(row->period) <= run->scheme->period)
            cqa_period_of(run->scheme->period, row->period, run->period_seen);
    }
    for (size_t i = 0; roster != NULL && i < roster->count; i++)
        run->posts_known |= roster->seats[i].post != NULL;
}

enum cqa_status cqa_run_collect(struct cqa_engine_run *run)
{
    const struct cqa_rows *rows = run->input->rows;
    size_t *owners = cqa_run_alloc(run, rows->count, sizeof *owners);
    enum cqa_status status = owners == NULL ? CQA_E_NOMEM : CQA_OK;

    for (size_t i = 0; i < rows->count && status == CQA_OK; i++)
        status = cqa_names_add(&run->names, rows->items[i].agent, &owners[i]);
    if (status == CQA_OK)
        status = make_subjects(run, owners);
    if (status != CQA_OK)
        return status;
    look_over(run);
    size_t *counts =
        cqa_run_alloc(run, run->names.count * run->scheme->indicator_count, sizeof *counts);
    if (counts == NULL)
        return CQA_E_NOMEM;
    status = ask_about_spellings(run);
    ask_about_rated_strangers(run);
    if (status == CQA_OK)
        status = count_rows(run, owners, counts);
    if (status == CQA_OK)
        status = deal_rows(run, owners, counts);
    cqa_run_seats(run);
    return status == CQA_OK ? block_faulty(run) : status;
}

/* ---- rows to values */

static int same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static void check_twins(struct cqa_engine_run *run, struct cqa_subject *subject,
                        const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    for (size_t i = 0; i < figure->row_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct cqa_row *row = figure->rows[i];
            const struct cqa_row *before = figure->rows[k];
            if (!same_text(row->rater, before->rater) || !same_text(row->period, before->period))
                continue;
            if (row->rater != NULL)
                cqa_run_fault(run, subject, indicator->id, row->at,
                              "agent \"%s\": \"%s\" is given twice by %s, first in line %zu",
                              subject->sheet.agent, indicator->id, row->rater, before->at.line);
            else
                cqa_run_fault(run, subject, indicator->id, row->at,
                              "agent \"%s\": \"%s\" is given twice, first in line %zu",
                              subject->sheet.agent, indicator->id, before->at.line);
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
        if (!same_text(other->period, row->period))
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
        if (!same_text(row->period, period) || cqa_row_is_trimmed(indicator, figure, row))
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
        if (same_text(figure->months[i].period, period))
            return;
    for (; at > 0 && strcmp(figure->months[at - 1].period ? figure->months[at - 1].period : "",
                            period ? period : "") > 0;
         at--)
        figure->months[at] = figure->months[at - 1];
    figure->months[at] = (struct cqa_month){period, value_of_period(indicator, figure, period)};
    figure->month_count++;
}

/* All that is appraised together lies in one period: the month, or the year that it is in. */
static void check_one_period(struct cqa_engine_run *run, struct cqa_subject *subject,
                             const struct cqa_row *row)
{
    char period[CQA_PERIOD_SIZE];

    if (row->period == NULL)
        return;
    cqa_period_of(run->scheme->period, row->period, period);
    if (strcmp(run->period_seen, period) != 0)
        cqa_run_fault(run, subject, NULL, row->at,
                      "agent \"%s\": the row is of %s, the import begins with %s",
                      subject->sheet.agent, period, run->period_seen);
}

/* A month in which the agent was nowhere, or not in the scheme, is none of theirs. */
static void check_was_there(struct cqa_engine_run *run, struct cqa_subject *subject,
                            const struct cqa_indicator *indicator, const struct cqa_row *row)
{
    if (row->period == NULL || cqa_period_kind(row->period) >= run->scheme->period ||
        cqa_run_was_there(run, subject, row->period))
        return;
    cqa_run_fault(run, subject, indicator->id, row->at,
                  "agent \"%s\": \"%s\" is given for %s, when the roster has the agent nowhere, or "
                  "in no post of the scheme",
                  subject->sheet.agent, indicator->id, row->period);
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
        if (same_text(figure->months[i].period, part))
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
                      "agent \"%s\": \"%s\" is given for %zu of the %d parts of %s; %s is missing",
                      subject->sheet.agent, indicator->id, figure->month_count, count, whole, part);
        return;
    }
}

/* Several values make sense only for the parts of the period. */
static void check_months(struct cqa_engine_run *run, struct cqa_subject *subject,
                         const struct cqa_indicator *indicator, const struct cqa_figure *figure)
{
    const struct cqa_month *first = &figure->months[0];
    const char *asked = run->input->period;

    for (size_t i = 0; i < figure->month_count && asked != NULL; i++) {
        const char *period = figure->months[i].period;
        if (period != NULL && !cqa_period_holds(asked, period))
            cqa_run_fault(run, subject, indicator->id, figure->rows[0]->at,
                          "agent \"%s\": \"%s\" is given for %s, which is not in %s",
                          subject->sheet.agent, indicator->id, period, asked);
    }
    if (figure->month_count < 2)
        return;
    const struct cqa_month *last = &figure->months[figure->month_count - 1];
    char whole[CQA_PERIOD_SIZE] = "";
    if (has_parts(run, figure))
        cqa_period_of(run->scheme->period, first->period, whole);
    for (size_t i = 0; i < figure->month_count; i++)
        if (whole[0] == '\0' || cqa_period_kind(figure->months[i].period) == run->scheme->period ||
            !cqa_period_holds(whole, figure->months[i].period)) {
            cqa_run_fault(run, subject, indicator->id, figure->rows[0]->at,
                          "agent \"%s\": \"%s\" is given for more than one period (%p and %p)",
                          subject->sheet.agent, indicator->id,
                          first->period ? cqa_words("%s", first->period)
                                        : cqa_words("no period named"),
                          last->period ? cqa_words("%s", last->period) : cqa_words("none"));
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
                              "agent \"%s\": \"%s\" is missing for %s", subject->sheet.agent,
                              scheme->indicators[i].id, most->months[k].period);
                break;
            }
    }
}

void cqa_run_imported(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    for (size_t i = 0; i < run->scheme->indicator_count; i++) {
        const struct cqa_indicator *indicator = &run->scheme->indicators[i];
        struct cqa_figure *figure = &subject->sheet.figures[i];
        if (figure->row_count == 0)
            continue;
        cqa_figure_drop_retold(indicator, figure);
        check_twins(run, subject, indicator, figure);
        cqa_run_raters(run, subject, indicator, figure);
        figure->months = cqa_run_alloc(run, figure->row_count, sizeof *figure->months);
        if (figure->months == NULL)
            return;
        for (size_t k = 0; k < figure->row_count; k++) {
            check_one_period(run, subject, figure->rows[k]);
            check_was_there(run, subject, indicator, figure->rows[k]);
            add_month(indicator, figure, figure->rows[k]->period);
        }
        check_months(run, subject, indicator, figure);
        if (!run->is_check)
            check_all_parts(run, subject, indicator, figure);
        figure->origin = CQA_ORIGIN_IMPORTED;
    }
    for (int kind = 0; kind < (int)run->scheme->period && !run->is_check; kind++)
        check_same_months(run, subject, (enum cqa_period)kind);
}
