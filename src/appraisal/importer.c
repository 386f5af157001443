/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/importer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/period.h"
#include "appraisal/scheme.h"
#include "appraisal/spelling.h"
#include "appraisal/values.h"

struct cqa_place cqa_import_place(const struct cqa_importer *importer,
                                  const struct cqa_csv_cell *cell)
{
    return (struct cqa_place){importer->table.place, cell->line, cell->column};
}

int cqa_import_is_long(const struct cqa_importer *importer)
{
    return importer->columns[CQA_HEADING_INDICATOR] != 0 ||
           importer->columns[CQA_HEADING_VALUE] != 0;
}

/* ---- rows */

/* The record's cell of this column; NULL: it is empty, or there is none. */
static const struct cqa_csv_cell *cell_of(const struct cqa_importer *importer,
                                          enum cqa_column column)
{
    const size_t index = importer->columns[column];

    if (index == 0 || index > importer->record.cell_count ||
        importer->record.cells[index - 1].text[0] == '\0')
        return NULL;
    return &importer->record.cells[index - 1];
}

static const char *cell_text(struct cqa_importer *importer, enum cqa_column column)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);

    return cell == NULL ? NULL : cqa_arena_string(&importer->rows->arena, cell->text);
}

/* The name in a cell, in the one spelling; NULL: none is there. */
static const char *cell_name(struct cqa_importer *importer, enum cqa_column column,
                             enum cqa_spelled *spelled)
{
    const struct cqa_csv_cell *cell = cell_of(importer, column);
    const char *name = NULL;

    *spelled = CQA_SPELLED_NAME;
    if (cell != NULL)
        *spelled = cqa_spell_name(&importer->rows->arena, cell->text, &name);
    return name != NULL && name[0] != '\0' ? name : NULL;
}

/* What a cell beside the values is about: where a private indicator stands in the same row, that
 * one, for a value may have slipped into the neighbouring column. */
static const char *about_row(struct cqa_importer *importer)
{
    const char *named =
        cqa_import_is_long(importer) ? cell_text(importer, CQA_HEADING_INDICATOR) : NULL;

    for (size_t i = 0; i < importer->scheme->indicator_count; i++) {
        if (!cqa_scheme_private(importer->scheme, i))
            continue;
        if (named != NULL && cqa_scheme_indicator(importer->scheme, named) == (int)i)
            return importer->scheme->indicators[i].id;
        for (size_t k = 0; named == NULL && k < importer->head_count; k++)
            if (importer->heads[k] != NULL &&
                cqa_scheme_indicator(importer->scheme, importer->heads[k]) == (int)i)
                return importer->scheme->indicators[i].id;
    }
    return NULL;
}

/* A wrong count is a fault; the row stays, so that its indicator does not pass for missing besides.
 */
static void read_count(struct cqa_importer *importer, struct cqa_row *row)
{
    const size_t index = importer->columns[CQA_HEADING_COUNT];

    row->count = cqa_rational_whole(1);
    if (index == 0 || index > importer->record.cell_count ||
        importer->record.cells[index - 1].text[0] == '\0')
        return;
    const struct cqa_csv_cell *cell = &importer->record.cells[index - 1];
    if (cqa_value_number(cell->text, 0, &row->count) && cqa_rational_sign(row->count) > 0)
        return;
    cqa_faults_add_about(
        importer->faults, row->agent, about_row(importer), cqa_import_place(importer, cell),
        "agent \"%s\": the count \"%s\" must be a number above 0", row->agent, cell->text);
}

/* "3天" of what is counted in times: a number, in something else. */
static int is_in_other_unit(const struct cqa_indicator *indicator, const char *text)
{
    const size_t digits = strspn(text, "+-0123456789.,");

    return !indicator->yes_no && digits > 0 && text[digits] != '\0' &&
           strpbrk(text, "0123456789") < text + digits &&
           strpbrk(text + digits, "0123456789:") == NULL;
}

static void name_other_unit(struct cqa_importer *importer, const struct cqa_row *row,
                            const struct cqa_indicator *indicator, const char *text)
{
    char list[400];

    cqa_unit_words(indicator, list, sizeof list);
    cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                         "agent \"%s\": \"%s\" of \"%s\" is in another unit; allowed: the number "
                         "alone, or with one of these: %s",
                         row->agent, text, row->indicator, list);
}

static void name_unreadable(struct cqa_importer *importer, const struct cqa_row *row,
                            const struct cqa_indicator *indicator, const char *text)
{
    char list[400] = "";
    size_t used = 0;

    for (size_t i = 0; i < indicator->word_count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                 indicator->words[i]);
    if (indicator->word_count > 0)
        cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                             "agent \"%s\": \"%s\" of \"%s\" is unknown; allowed: %s", row->agent,
                             text, row->indicator, list);
    else if (is_in_other_unit(indicator, text))
        name_other_unit(importer, row, indicator, text);
    else
        cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                             indicator->yes_no ? "agent \"%s\": \"%s\" of \"%s\" is not a number; "
                                                 "allowed: 1 or 0, yes or no"
                                               : "agent \"%s\": \"%s\" of \"%s\" is not a number; "
                                                 "allowed: a decimal such as 94.5",
                             row->agent, text, row->indicator);
}

/* Why this cell is no value of anybody; NULL: it may be one. */
static const char *why_no_value(const struct cqa_csv_cell *cell)
{
    if (cell->lacks != NULL)
        return cell->lacks;
    return cell->is_merged ? CQA_N("the cell is merged with others; allowed: a cell for each agent")
                           : NULL;
}

/* The value in a cell; none, with a fault, where it is none of this indicator. */
static struct cqa_rational value_of(struct cqa_importer *importer, const struct cqa_row *row,
                                    const struct cqa_indicator *indicator,
                                    const struct cqa_csv_cell *cell,
                                    const struct cqa_heading *heading, enum cqa_status *status)
{
    const char *why = why_no_value(cell);
    struct cqa_rational value;

    if (why != NULL)
        cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                             "agent \"%s\": \"%s\" of \"%s\": %p", row->agent, cell->text,
                             row->indicator, cqa_words_named(why));
    else if (!cqa_value_read(indicator, cell->text, heading->factor, &value))
        name_unreadable(importer, row, indicator, cell->text);
    else {
        if (cqa_scheme_in_percent(indicator) && heading->shares == CQA_SHARES_UNSAID)
            *status = cqa_import_share(importer, indicator, cell, value);
        return value;
    }
    return cqa_rational_none();
}

/* The value under `row->indicator`, which `named` said. An indicator that the scheme does not have
 * is left to the appraisal to name. */
static enum cqa_status add_value(struct cqa_importer *importer, struct cqa_row *row,
                                 const struct cqa_csv_cell *named, const struct cqa_csv_cell *cell,
                                 const struct cqa_heading *heading)
{
    enum cqa_status status = CQA_OK;
    const int index = cqa_scheme_indicator(importer->scheme, row->indicator);
    const struct cqa_indicator *indicator =
        index == CQA_NOWHERE ? NULL : &importer->scheme->indicators[index];

    row->at = cqa_import_place(importer, indicator == NULL ? named : cell);
    row->value = indicator == NULL ? cqa_rational_whole(0)
                                   : value_of(importer, row, indicator, cell, heading, &status);
    return status == CQA_OK ? cqa_rows_add(importer->rows, row) : status;
}

/* What stands under "indicator" may have its unit with it, as a heading has. */
static struct cqa_heading read_indicator(struct cqa_importer *importer, struct cqa_row *row)
{
    const struct cqa_heading heading = cqa_heading_read(importer->scheme, row->indicator);

    if (heading.column == CQA_HEADING_VALUES &&
        cqa_scheme_indicator(importer->scheme, row->indicator) != heading.indicator)
        row->indicator = importer->scheme->indicators[heading.indicator].id;
    return heading;
}

static enum cqa_status add_long(struct cqa_importer *importer, struct cqa_row *row)
{
    const struct cqa_import_record *record = &importer->record;
    const size_t index = importer->columns[CQA_HEADING_VALUE];

    row->indicator = cell_text(importer, CQA_HEADING_INDICATOR);
    if (row->indicator == NULL) {
        cqa_faults_add(importer->faults, row->agent, cqa_import_place(importer, &record->cells[0]),
                       "agent \"%s\": the row names no indicator", row->agent);
        return CQA_OK;
    }
    if (index > record->cell_count || record->cells[index - 1].text[0] == '\0') {
        cqa_faults_add(importer->faults, row->agent, cqa_import_place(importer, &record->cells[0]),
                       "agent \"%s\": the value of \"%s\" is empty", row->agent, row->indicator);
        return CQA_OK;
    }
    const struct cqa_heading heading = read_indicator(importer, row);
    return add_value(importer, row, &record->cells[importer->columns[CQA_HEADING_INDICATOR] - 1],
                     &record->cells[index - 1], &heading);
}

static enum cqa_status add_wide(struct cqa_importer *importer, struct cqa_row *row)
{
    const struct cqa_import_record *record = &importer->record;
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < record->cell_count && i < importer->head_count && status == CQA_OK;
         i++) {
        const struct cqa_csv_cell *cell = &record->cells[i];
        if (importer->heads[i] == NULL || cell->text[0] == '\0')
            continue;
        const struct cqa_heading heading = {CQA_HEADING_VALUES, CQA_NOWHERE, importer->factors[i],
                                            importer->shares[i]};
        row->indicator = importer->heads[i];
        status = add_value(importer, row, cell, cell, &heading);
    }
    return status;
}

/* What is wrong in a row about the others is nobody's fault: the row is only named. */
static enum cqa_status add_values(struct cqa_importer *importer, struct cqa_row *row,
                                  enum cqa_spelled spelled)
{
    const size_t faults = importer->faults->count;
    const size_t rows = importer->rows->count;

    importer->is_about_others = spelled == CQA_SPELLED_SUMMARY;
    read_count(importer, row);
    enum cqa_status status =
        cqa_import_is_long(importer) ? add_long(importer, row) : add_wide(importer, row);
    const int is_bare = importer->rows->count == rows && importer->faults->count == faults;
    if (spelled == CQA_SPELLED_SUMMARY)
        importer->faults->count = faults;
    if (status == CQA_OK && (spelled == CQA_SPELLED_SUMMARY || is_bare))
        status = cqa_import_report_left_out(importer, cell_of(importer, CQA_HEADING_AGENT),
                                            is_bare ? CQA_N("no value stands in the row")
                                                    : cqa_import_about_others);
    return status;
}

/* ---- records */

/* An open quote swallowed all that follows: no agent's rows are known to be all. */
static void report_problem(struct cqa_importer *importer, const char *agent)
{
    const struct cqa_import_record *record = &importer->record;

    cqa_faults_add(
        importer->faults, agent,
        (struct cqa_place){importer->table.place, record->problem_line, record->problem_column},
        "%p", cqa_words_named(record->problem));
    if (record->is_cut)
        importer->rows->count = importer->first_row;
}

/* The first cell with something in it. */
static const struct cqa_csv_cell *first_cell(const struct cqa_import_record *record)
{
    size_t i = 0;

    while (i + 1 < record->cell_count && record->cells[i].text[0] == '\0')
        i++;
    return &record->cells[i];
}

/* Why a row without an agent is none that lacks one: the sum under a table, whose word stands in
 * another column, or what stands under it all. NULL: it lacks one. */
static const char *why_nobodys(struct cqa_importer *importer)
{
    const struct cqa_import_record *record = &importer->record;
    const char *name;

    if (cqa_spell_name(&importer->rows->arena, first_cell(record)->text, &name) ==
        CQA_SPELLED_SUMMARY)
        return cqa_import_about_others;
    for (size_t i = 0; i < record->cell_count && i < importer->head_count; i++)
        if (record->cells[i].text[0] != '\0' &&
            (importer->heads[i] != NULL || importer->columns[CQA_HEADING_VALUE] == i + 1))
            return NULL;
    return CQA_N("no value stands in the row");
}

/* 0: no row of anybody's, a fault says why. */
static int is_somebodys(struct cqa_importer *importer, const char *agent)
{
    const struct cqa_import_record *record = &importer->record;

    if (record->problem != NULL) {
        report_problem(importer, agent);
        return 0;
    }
    if (agent == NULL) {
        cqa_faults_add(importer->faults, NULL, cqa_import_place(importer, &record->cells[0]),
                       "the row names no agent");
        return 0;
    }
    if (record->cell_count > importer->head_count) {
        cqa_faults_add(importer->faults, agent,
                       cqa_import_place(importer, &record->cells[importer->head_count]),
                       "agent \"%s\": %zu cells under %zu columns", agent, record->cell_count,
                       importer->head_count);
        return 0;
    }
    return 1;
}

/* Whom the name means, by what was said before; the row is left out where that is nobody. */
static enum cqa_status settle_person(struct cqa_importer *importer, struct cqa_row *row,
                                     enum cqa_spelled *spelled, int *is_out)
{
    const struct cqa_import_how *how = importer->how;
    const char *written = row->agent;
    const char *person =
        how != NULL && how->person != NULL ? how->person(how->context, written) : NULL;

    *is_out = person != NULL && person[0] == '\0';
    if (person != NULL && !*is_out) {
        row->written = strcmp(written, person) != 0 ? written : NULL;
        row->agent = person;
        *spelled = CQA_SPELLED_NAME;
    }
    if (*spelled == CQA_SPELLED_SUMMARY && how != NULL && cqa_roster_knows(how->roster, written))
        *spelled = CQA_SPELLED_NAME;
    enum cqa_status status = CQA_OK;
    if (*spelled != CQA_SPELLED_SUMMARY)
        status = cqa_import_report_name(importer, written, person ? person : written,
                                        person != NULL, row->name);
    if (status == CQA_OK && *is_out)
        status = cqa_import_report_left_out(importer, cell_of(importer, CQA_HEADING_AGENT),
                                            CQA_N("somebody has said that this is nobody"));
    return status;
}

static const char *period_of(struct cqa_importer *importer)
{
    const char *text = cell_text(importer, CQA_HEADING_PERIOD);
    char period[CQA_PERIOD_SIZE];

    return text != NULL && cqa_period_read(text, period)
               ? cqa_arena_string(&importer->rows->arena, period)
               : text;
}

static void ask_about_agent(struct cqa_importer *importer, const char *agent,
                            enum cqa_spelled spelled)
{
    const struct cqa_csv_cell *cell = cell_of(importer, CQA_HEADING_AGENT);

    if (cell->lacks != NULL)
        cqa_faults_add(importer->faults, agent, cqa_import_place(importer, cell), "\"%s\": %p",
                       cell->text, cqa_words_named(cell->lacks));
    if (spelled == CQA_SPELLED_REWRITTEN)
        cqa_faults_add(importer->faults, agent, cqa_import_place(importer, cell),
                       "agent \"%s\": a spreadsheet wrote this number so, and digits may be lost; "
                       "allowed: the number as text, such as 8001",
                       agent);
}

/* Once a name. A unit is no person. */
static void ask_about_stranger(struct cqa_importer *importer, const char *agent,
                               enum cqa_spelled spelled)
{
    const struct cqa_roster *roster = importer->how ? importer->how->roster : NULL;
    size_t index;

    if (roster == NULL || roster->count == 0 || !importer->how->asks_about_strangers ||
        importer->scheme->units || spelled == CQA_SPELLED_SUMMARY)
        return;
    const size_t known = importer->met.count;
    if (cqa_names_add(&importer->met, agent, &index) != CQA_OK || index < known ||
        cqa_roster_knows(roster, agent))
        return;
    const char *near = cqa_roster_near(roster, agent);
    const struct cqa_place at = cqa_import_place(importer, cell_of(importer, CQA_HEADING_AGENT));
    if (near != NULL)
        cqa_faults_add(importer->faults, agent, at,
                       "agent \"%s\": the roster does not know this name; it has \"%s\"", agent,
                       near);
    else
        cqa_faults_add(importer->faults, agent, at,
                       "agent \"%s\": the roster does not know this name; allowed: a name of the "
                       "roster, or a row of its own in it",
                       agent);
}

static enum cqa_status add_record(struct cqa_importer *importer)
{
    enum cqa_spelled spelled, rater_spelled;
    struct cqa_row row = {.agent = cell_name(importer, CQA_HEADING_AGENT, &spelled),
                          .rater = cell_name(importer, CQA_HEADING_RATER, &rater_spelled),
                          .name = cell_text(importer, CQA_HEADING_NAME),
                          .post = cell_text(importer, CQA_HEADING_POST),
                          .period = period_of(importer)};
    int is_out;

    if (importer->record.problem == NULL && row.agent == NULL) {
        const char *why = why_nobodys(importer);
        if (why != NULL)
            return cqa_import_report_left_out(importer, first_cell(&importer->record), why);
    }
    if (!is_somebodys(importer, row.agent))
        return CQA_OK;
    enum cqa_status status = settle_person(importer, &row, &spelled, &is_out);
    if (status != CQA_OK || is_out)
        return status;
    ask_about_agent(importer, row.agent, spelled);
    ask_about_stranger(importer, row.agent, spelled);
    status = cqa_import_report_samples(importer);
    return status == CQA_OK ? add_values(importer, &row, spelled) : status;
}

/* ---- files */

static enum cqa_status read_all(struct cqa_importer *importer)
{
    size_t records = 0;
    int good;
    enum cqa_status status = cqa_import_report_book(importer);

    if (status == CQA_OK)
        status = cqa_import_head(importer, &good);
    if (status != CQA_OK || importer->ahead_count == 0)
        return status;
    for (; status == CQA_OK && cqa_import_next(importer); records++)
        status = good ? add_record(importer) : cqa_import_report_samples(importer);
    cqa_import_ask_about_shares(importer);
    if (records == 0 && good)
        cqa_faults_add(importer->faults, NULL, (struct cqa_place){importer->table.place, 1, 1},
                       "there is a heading and no row under it");
    return status;
}

enum cqa_status cqa_rows_read(const struct cqa_scheme *scheme, const struct cqa_import_how *how,
                              const char *bytes, size_t length, const char *name,
                              struct cqa_rows *rows, struct cqa_faults *faults,
                              struct cqa_import_report *report, struct cqa_error *error)
{
    struct cqa_importer importer = {.scheme = scheme,
                                    .how = how,
                                    .rows = rows,
                                    .faults = faults,
                                    .report = report,
                                    .first_row = rows->count};
    enum cqa_status status = cqa_table_init(&importer.table, how != NULL ? &how->source : NULL,
                                            bytes, length, name, &rows->arena, error);

    if (report != NULL) {
        report->place = name;
        report->chosen = -1;
    }
    if (status == CQA_OK) {
        status = read_all(&importer);
        if (status != CQA_OK)
            (void)cqa_fail(error, status, "%s: out of memory", name);
    } else if (status == CQA_E_REFUSED && cqa_import_report_book(&importer) != CQA_OK) {
        status = cqa_fail(error, CQA_E_NOMEM, "%s: out of memory", name);
    }
    free(importer.small_shares);
    cqa_names_finish(&importer.met);
    cqa_table_finish(&importer.table);
    return status;
}
