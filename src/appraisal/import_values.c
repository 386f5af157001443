/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a row: values, each of its indicator, and how often it counts. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "appraisal/importer.h"
#include "appraisal/values.h"

/* What a cell beside the values is about: where a private indicator stands in the same row, that
 * one, for a value may have slipped into the neighbouring column. */
static const char *about_row(struct cqa_importer *importer)
{
    const char *named =
        cqa_import_is_long(importer) ? cqa_import_text(importer, CQA_HEADING_INDICATOR) : NULL;

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

/* 撤回: what an earlier import said is taken back. */
static int is_withdrawal(const struct cqa_importer *importer, const char *text)
{
    return importer->how != NULL && importer->how->may_withdraw &&
           (strcmp(text, "撤回") == 0 || strcasecmp(text, "withdraw") == 0);
}

/* The value in a cell; none, with a fault, where it is none of this indicator. */
static struct cqa_rational value_of(struct cqa_importer *importer, struct cqa_row *row,
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
    else if (is_withdrawal(importer, cell->text))
        row->is_withdrawn = 1;
    else if (!cqa_value_read(indicator, cell->text, heading->factor, &value))
        name_unreadable(importer, row, indicator, cell->text);
    else {
        if (cqa_import_may_be_shares(indicator) && heading->shares == CQA_SHARES_UNSAID)
            *status = cqa_import_share(importer, indicator, cell, value);
        return value;
    }
    return cqa_rational_none();
}

/* The value under `row->indicator`, which `named` said. An indicator that the scheme does not have
 * is left to the appraisal to name. */
static enum cqa_status add_value(struct cqa_importer *importer, struct cqa_row *row,
                                 struct cqa_place named, const struct cqa_csv_cell *cell,
                                 const struct cqa_heading *heading)
{
    enum cqa_status status = CQA_OK;
    const int index = cqa_scheme_indicator(importer->scheme, row->indicator);
    const struct cqa_indicator *indicator =
        index == CQA_NOWHERE ? NULL : &importer->scheme->indicators[index];

    row->at = indicator == NULL ? named : cqa_import_place(importer, cell);
    row->is_withdrawn = 0;
    row->is_under_heading = indicator == NULL && !cqa_import_is_long(importer);
    row->value = indicator == NULL ? cqa_rational_whole(0)
                                   : value_of(importer, row, indicator, cell, heading, &status);
    if (indicator != NULL)
        cqa_import_ask_for_part(importer, indicator, row);
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

    row->indicator = cqa_import_text(importer, CQA_HEADING_INDICATOR);
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
    const size_t named = importer->columns[CQA_HEADING_INDICATOR] - 1;
    return add_value(importer, row, cqa_import_place(importer, &record->cells[named]),
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
        status = add_value(importer, row, importer->head_places[i], cell, &heading);
    }
    return status;
}

enum cqa_status cqa_import_values(struct cqa_importer *importer, struct cqa_row *row)
{
    read_count(importer, row);
    return cqa_import_is_long(importer) ? add_long(importer, row) : add_wide(importer, row);
}
