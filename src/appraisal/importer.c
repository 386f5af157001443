/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/importer.h"

#include <stdlib.h>
#include <string.h>
#include "appraisal/period.h"
#include "appraisal/scheme.h"
#include "appraisal/spelling.h"

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

/* ---- cells */

const struct cqa_csv_cell *cqa_import_cell(const struct cqa_importer *importer,
                                           enum cqa_column column)
{
    const size_t index = importer->columns[column];

    if (index == 0 || index > importer->record.cell_count ||
        importer->record.cells[index - 1].text[0] == '\0')
        return NULL;
    return &importer->record.cells[index - 1];
}

const char *cqa_import_text(struct cqa_importer *importer, enum cqa_column column)
{
    const struct cqa_csv_cell *cell = cqa_import_cell(importer, column);

    return cell == NULL ? NULL : cqa_arena_string(&importer->rows->arena, cell->text);
}

/* The name in a cell, in the one spelling; NULL: none is there. */
static const char *cell_name(struct cqa_importer *importer, enum cqa_column column,
                             enum cqa_spelled *spelled)
{
    const struct cqa_csv_cell *cell = cqa_import_cell(importer, column);
    const char *name = NULL;

    *spelled = CQA_SPELLED_NAME;
    if (cell != NULL)
        *spelled =
            cqa_spell_subject(&importer->rows->arena, cell->text, importer->scheme->units, &name);
    return name != NULL && name[0] != '\0' ? name : NULL;
}

/* What is wrong in a row about the others is nobody's fault: the row is only named. */
static enum cqa_status add_values(struct cqa_importer *importer, struct cqa_row *row,
                                  enum cqa_spelled spelled)
{
    const size_t faults = importer->faults->count;
    const size_t rows = importer->rows->count;

    importer->is_about_others = spelled == CQA_SPELLED_SUMMARY;
    enum cqa_status status = cqa_import_values(importer, row);
    const int is_bare = importer->rows->count == rows && importer->faults->count == faults;
    if (spelled == CQA_SPELLED_SUMMARY)
        importer->faults->count = faults;
    if (status == CQA_OK && (spelled == CQA_SPELLED_SUMMARY || is_bare))
        status = cqa_import_report_left_out(importer, cqa_import_cell(importer, CQA_HEADING_AGENT),
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

    if (cqa_spell_subject(&importer->rows->arena, first_cell(record)->text, importer->scheme->units,
                          &name) == CQA_SPELLED_SUMMARY)
        return cqa_import_about_others;
    for (size_t i = 0; i < record->cell_count && i < importer->head_count; i++)
        if (record->cells[i].text[0] != '\0' &&
            (importer->heads[i] != NULL || importer->columns[CQA_HEADING_VALUE] == i + 1))
            return NULL;
    return CQA_N("no value stands in the row");
}

/* Who made the table and what is to be said of it: no row, whatever stands beside it. */
static const struct cqa_csv_cell *foot_of(const struct cqa_importer *importer)
{
    const struct cqa_csv_cell *cell = cqa_import_cell(importer, CQA_HEADING_AGENT);
    const struct cqa_import_how *how = importer->how;

    if (importer->record.problem != NULL || importer->record.cell_count == 0)
        return NULL;
    if (cell == NULL)
        cell = first_cell(&importer->record);
    return cqa_spell_is_foot(cell->text) &&
                   (how == NULL || !cqa_roster_knows(how->roster, cell->text))
               ? cell
               : NULL;
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

static const char *period_of(struct cqa_importer *importer)
{
    const char *text = cqa_import_text(importer, CQA_HEADING_PERIOD);
    char period[CQA_PERIOD_SIZE];

    if (text == NULL && importer->how != NULL)
        return importer->how->period;
    const char *appraised = importer->how != NULL ? importer->how->appraised : NULL;
    return text != NULL && cqa_period_read_within(text, appraised, period)
               ? cqa_arena_string(&importer->rows->arena, period)
               : text;
}

/* Line 0: nothing stands there. */
static struct cqa_place place_of(const struct cqa_importer *importer, enum cqa_column column)
{
    const struct cqa_csv_cell *cell = cqa_import_cell(importer, column);

    return cell != NULL ? cqa_import_place(importer, cell) : (struct cqa_place){0};
}

static enum cqa_status add_record(struct cqa_importer *importer)
{
    enum cqa_spelled spelled, rater_spelled;
    struct cqa_row row = {.agent = cell_name(importer, CQA_HEADING_AGENT, &spelled),
                          .rater = cell_name(importer, CQA_HEADING_RATER, &rater_spelled),
                          .name = cqa_import_text(importer, CQA_HEADING_NAME),
                          .post = cqa_import_text(importer, CQA_HEADING_POST),
                          .period = period_of(importer)};
    int is_out;

    row.agent_at = place_of(importer, CQA_HEADING_AGENT);
    row.post_at = place_of(importer, CQA_HEADING_POST);
    row.name_at = place_of(importer, CQA_HEADING_NAME);
    row.period_at = place_of(importer, CQA_HEADING_PERIOD);
    const struct cqa_csv_cell *foot = foot_of(importer);
    if (foot != NULL)
        return cqa_import_report_left_out(importer, foot,
                                          CQA_N("a line about the table, not a person"));
    if (importer->record.problem == NULL && row.agent == NULL) {
        const char *why = why_nobodys(importer);
        if (why != NULL)
            return cqa_import_report_left_out(importer, first_cell(&importer->record), why);
    }
    if (!is_somebodys(importer, row.agent))
        return CQA_OK;
    enum cqa_status status = cqa_import_person(importer, &row, &spelled, &is_out);
    if (status != CQA_OK || is_out)
        return status;
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
    if (status == CQA_OK)
        status = cqa_import_ask_for_periods(importer);
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
    cqa_names_finish(&importer.beside);
    cqa_table_finish(&importer.table);
    return status;
}
