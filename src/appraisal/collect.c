/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "appraisal/engine.h"
#include "appraisal/heading.h"
#include "appraisal/spelling.h"

enum { FOLD_BYTES = 1024 };

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

struct cqa_place cqa_row_place(struct cqa_place at, const struct cqa_row *row)
{
    return at.line != 0 ? at : row->at;
}

/* A name beside the number is shown. Of another one the first place is kept. */
static void take_name(struct cqa_subject *subject, const struct cqa_row *row)
{
    struct cqa_names_beside *names = &subject->names;

    if (row->name == NULL)
        return;
    if (subject->sheet.name == NULL) {
        subject->sheet.name = row->name;
        names->at = cqa_row_place(row->name_at, row);
    }
    if (strcmp(subject->sheet.name, row->name) == 0) {
        names->rows++;
        return;
    }
    if (names->other == NULL) {
        names->other = row->name;
        names->other_at = cqa_row_place(row->name_at, row);
    }
    names->other_rows++;
}

/* Two names are two persons under one number, or one of them is mistyped: the rarer one is where
 * to look. */
static void ask_about_names(struct cqa_engine_run *run)
{
    for (size_t i = 0; i < run->names.count; i++) {
        struct cqa_subject *subject = &run->subjects[i];
        const struct cqa_names_beside *names = &subject->names;
        if (names->other == NULL)
            continue;
        const int is_first = names->rows < names->other_rows;
        cqa_run_fault(run, subject, NULL, is_first ? names->at : names->other_at,
                      "agent \"%s\" has two names: \"%s\" and (line %zu) \"%s\"",
                      subject->sheet.agent, is_first ? subject->sheet.name : names->other,
                      is_first ? names->other_at.line : names->at.line,
                      is_first ? names->other : subject->sheet.name);
    }
}

/* In the words of the sheet, where they are its own. */
struct cqa_text cqa_row_label(const struct cqa_indicator *indicator, const struct cqa_row *row)
{
    if (strcmp(row->indicator, indicator->id) == 0)
        return cqa_label_of(indicator);
    return (struct cqa_text){row->indicator, row->indicator};
}

enum { LIST_BYTES = 400 };

/* What the indicators of the scheme are called. */
static void list_labels(const struct cqa_scheme *scheme, char en[LIST_BYTES], char zh[LIST_BYTES])
{
    size_t used[2] = {0};

    en[0] = zh[0] = '\0';
    for (size_t i = 0; i < scheme->indicator_count; i++) {
        const struct cqa_text name = cqa_label_of(&scheme->indicators[i]);
        if (used[0] < LIST_BYTES)
            used[0] += (size_t)snprintf(en + used[0], LIST_BYTES - used[0], "%s%s", i ? ", " : "",
                                        name.en);
        if (used[1] + strlen(name.zh) + 4 < LIST_BYTES) /* at a whole character */
            used[1] += (size_t)snprintf(zh + used[1], LIST_BYTES - used[1], "%s%s", i ? "、" : "",
                                        name.zh);
    }
}

/* Under a heading that is no indicator's the heading is wrong, and not each value: the same is said
 * of all whose values stand under it, and shown once. */
static void name_unknown(struct cqa_engine_run *run, struct cqa_subject *subject,
                         const struct cqa_row *row)
{
    char en[LIST_BYTES], zh[LIST_BYTES];
    const struct cqa_text list = {en, zh};

    list_labels(run->scheme, en, zh);
    if (row->is_under_heading)
        cqa_run_fault(run, subject, NULL, row->at,
                      "the column \"%s\" is no indicator of the scheme; allowed: %p",
                      row->indicator, cqa_words_of(list));
    else
        cqa_run_fault(run, subject, NULL, row->at,
                      "agent \"%s\": unknown indicator \"%s\"; allowed: %p", subject->sheet.agent,
                      row->indicator, cqa_words_of(list));
}

/* Under an indicator, in a unit that it cannot have. */
static void name_other_unit(struct cqa_engine_run *run, struct cqa_subject *subject,
                            const struct cqa_row *row, const struct cqa_indicator *indicator)
{
    char list[LIST_BYTES];

    cqa_unit_words(indicator, list, sizeof list);
    if (row->is_under_heading)
        cqa_run_fault(run, subject, NULL, row->at,
                      "the column \"%s\" is in another unit; allowed: none, or one of these: %s",
                      row->indicator, list);
    else
        cqa_run_fault(run, subject, NULL, row->at,
                      "agent \"%s\": \"%s\" is in another unit; allowed: none, or one of these: "
                      "%s",
                      subject->sheet.agent, row->indicator, list);
}

static int take_index(struct cqa_engine_run *run, struct cqa_subject *subject,
                      const struct cqa_row *row)
{
    const int index = cqa_scheme_indicator(run->scheme, row->indicator);

    if (index != CQA_NOWHERE)
        return index;
    const int other = cqa_heading_in_other_unit(run->scheme, row->indicator);
    if (other != CQA_NOWHERE)
        name_other_unit(run, subject, row, &run->scheme->indicators[other]);
    else
        name_unknown(run, subject, row);
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
        cqa_run_fault(run, subject, indicator->id, cqa_row_place(row->period_at, row),
                      "agent \"%s\": \"%s\" is no period; allowed: 2025-11, 2025Q4, 2025H2 or "
                      "2025",
                      subject->sheet.agent, row->period);
        return 0;
    }
    if (row->period != NULL && !period_fits(run->scheme, indicator, row->period)) {
        cqa_run_fault(
            run, subject, indicator->id, row->at,
            "agent \"%s\": \"%p\" is given for %s, and counts for %p; allowed: such as %s",
            subject->sheet.agent, cqa_words_of(cqa_row_label(indicator, row)), row->period,
            cqa_words_named(cqa_period_named(indicator->period)),
            cqa_period_examples[indicator->period]);
        return 0;
    }
    if (!zero && (cqa_rational_compare(row->value, indicator->low) < 0 ||
                  cqa_rational_compare(row->value, indicator->high) > 0)) {
        cqa_run_fault(run, subject, indicator->id, row->at,
                      indicator->or_zero ? "agent \"%s\": \"%p\" is %s; allowed: 0, or %s to %s"
                                         : "agent \"%s\": \"%p\" is %s; allowed: %s to %s",
                      subject->sheet.agent, cqa_words_of(cqa_row_label(indicator, row)),
                      cqa_rational_exact(row->value, text[0]),
                      cqa_rational_exact(indicator->low, text[1]),
                      cqa_rational_exact(indicator->high, text[2]));
        return 0;
    }
    if ((indicator->whole || indicator->yes_no) && !cqa_rational_is_whole(row->value)) {
        cqa_run_fault(run, subject, indicator->id, row->at,
                      "agent \"%s\": \"%p\" is %s; allowed: whole numbers", subject->sheet.agent,
                      cqa_words_of(cqa_row_label(indicator, row)),
                      cqa_rational_exact(row->value, text[0]));
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
        take_post(run, subject, row->post, cqa_row_place(row->post_at, row));
        take_name(subject, row);
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
        run->subjects[owners[i]].first =
            rows->items[i].is_under_heading ? rows->items[i].agent_at : rows->items[i].at;
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

/* ---- of which period all of it is */

/* The period of the scheme that the row is in; "": it names none, or none that can be. */
void cqa_run_period_of(const struct cqa_engine_run *run, const struct cqa_row *row,
                       char out[CQA_PERIOD_SIZE])
{
    out[0] = '\0';
    if (row->period != NULL && cqa_period_valid(row->period) &&
        cqa_period_kind(row->period) <= run->scheme->period)
        cqa_period_of(run->scheme->period, row->period, out);
}

/* The period that is appraised; else that of more than half of the rows that name one: what a few
 * are mistyped for moves none of the others. Else the first one, and all of them are asked about.
 */
static enum cqa_status find_period(struct cqa_engine_run *run)
{
    const struct cqa_rows *rows = run->input->rows;
    struct cqa_names periods = {0};
    char period[CQA_PERIOD_SIZE];
    size_t total = 0;
    size_t index;
    size_t best = 0;
    size_t *counts = cqa_run_alloc(run, rows->count, sizeof *counts);
    enum cqa_status status = counts == NULL ? CQA_E_NOMEM : CQA_OK;

    for (size_t i = 0; i < rows->count && status == CQA_OK; i++) {
        cqa_run_period_of(run, &rows->items[i], period);
        if (period[0] == '\0')
            continue;
        if (!cqa_names_find(&periods, period, &index)) {
            const char *kept = cqa_arena_string(run->arena, period);
            status = kept == NULL ? CQA_E_NOMEM : cqa_names_add(&periods, kept, &index);
        }
        if (status != CQA_OK)
            break;
        total++;
        if (++counts[index] > counts[best])
            best = index;
    }
    run->periods_unclear =
        run->input->period == NULL && total > 0 && counts != NULL && counts[best] * 2 <= total;
    if (run->input->period != NULL)
        snprintf(run->period_seen, sizeof run->period_seen, "%.7s", run->input->period);
    else if (periods.count > 0)
        snprintf(run->period_seen, sizeof run->period_seen, "%.7s", periods.items[best]);
    cqa_names_finish(&periods);
    return status;
}

static void look_for_posts(struct cqa_engine_run *run)
{
    const struct cqa_rows *rows = run->input->rows;
    const struct cqa_roster *roster = run->input->roster;

    for (size_t i = 0; i < rows->count; i++)
        run->posts_known |= rows->items[i].post != NULL;
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
    if (status == CQA_OK)
        status = find_period(run);
    if (status != CQA_OK)
        return status;
    look_for_posts(run);
    size_t *counts =
        cqa_run_alloc(run, run->names.count * run->scheme->indicator_count, sizeof *counts);
    if (counts == NULL)
        return CQA_E_NOMEM;
    status = ask_about_spellings(run);
    ask_about_rated_strangers(run);
    if (status == CQA_OK)
        status = count_rows(run, owners, counts);
    ask_about_names(run);
    if (status == CQA_OK)
        status = deal_rows(run, owners, counts);
    cqa_run_seats(run);
    return status == CQA_OK ? block_faulty(run) : status;
}
