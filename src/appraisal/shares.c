/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of percentages that a spreadsheet holds as fractions shows 0.85 for 85 % and 1.05 for
 * 105 %. Without the sign nobody can tell it from 1.05 %, but from the column as a whole. */
#include <stdlib.h>
#include <string.h>
#include "appraisal/importer.h"

enum {
    MOST_PCT = 200,      /* nothing that is done more than twice over is taken for a fraction */
    PLAINLY_POINTS = 50, /* half of 100 */
    STANDS_APART =
        10 /* between 1 and 100: what is less of the largest is nearer to it hundredfold */
};

static struct cqa_rational size_of(struct cqa_rational value)
{
    return cqa_rational_sign(value) < 0 ? cqa_rational_multiply(value, cqa_rational_whole(-1))
                                        : value;
}

/* Points of 0 to 100: 0.96 may be 96 of them. */
static int is_of_hundred(const struct cqa_indicator *indicator)
{
    return cqa_unit_is_points(indicator) && cqa_rational_sign(indicator->low) == 0 &&
           cqa_rational_compare(indicator->high, cqa_rational_whole(100)) == 0;
}

int cqa_import_may_be_shares(const struct cqa_indicator *indicator)
{
    return !indicator->small && !indicator->yes_no && indicator->word_count == 0 &&
           (cqa_scheme_in_percent(indicator) || is_of_hundred(indicator));
}

/* Could it be a fraction at all? */
static int is_small(const struct cqa_indicator *indicator, struct cqa_rational size)
{
    const struct cqa_rational pct = cqa_rational_multiply(size, cqa_rational_whole(100));

    if (!cqa_scheme_in_percent(indicator))
        return cqa_rational_sign(size) > 0 &&
               cqa_rational_compare(size, cqa_rational_whole(1)) <= 0;
    return cqa_rational_valid(pct) && cqa_rational_sign(pct) > 0 &&
           (cqa_rational_compare(pct, cqa_rational_whole(MOST_PCT)) <= 0 ||
            cqa_rational_compare(pct, indicator->high) <= 0);
}

static enum cqa_status add_small(struct cqa_importer *importer, size_t column, const char *text,
                                 struct cqa_rational value)
{
    if (importer->small_count == importer->small_capacity) {
        const size_t capacity = importer->small_capacity ? importer->small_capacity * 2 : 64;
        struct cqa_share *grown = realloc(importer->small_shares, capacity * sizeof *grown);
        if (grown == NULL)
            return CQA_E_NOMEM;
        importer->small_shares = grown;
        importer->small_capacity = capacity;
    }
    importer->small_shares[importer->small_count++] =
        (struct cqa_share){importer->rows->count, column, text, value};
    return CQA_OK;
}

/* "85%", "0.96分" */
static int says_its_unit(const struct cqa_indicator *indicator, const char *text)
{
    if (cqa_scheme_in_percent(indicator))
        return strstr(text, "%") != NULL || strstr(text, "％") != NULL;
    return strstr(text, "分") != NULL || strstr(text, "point") != NULL;
}

enum cqa_status cqa_import_share(struct cqa_importer *importer,
                                 const struct cqa_indicator *indicator,
                                 const struct cqa_csv_cell *cell, struct cqa_rational value)
{
    const char *text = cell->text;
    const size_t index = (size_t)(indicator - importer->scheme->indicators);
    const struct cqa_rational size = size_of(value);

    if (importer->is_about_others || says_its_unit(indicator, text))
        return CQA_OK;
    if (importer->share_columns == NULL) {
        importer->share_columns =
            cqa_arena_alloc(&importer->rows->arena, (importer->scheme->indicator_count + 1) *
                                                        sizeof *importer->share_columns);
        if (importer->share_columns == NULL)
            return CQA_E_NOMEM;
        for (size_t i = 0; i < importer->scheme->indicator_count; i++)
            importer->share_columns[i].largest = cqa_rational_whole(0);
    }
    struct cqa_share_column *column = &importer->share_columns[index];
    if (cqa_rational_compare(size, column->largest) > 0)
        column->largest = size;
    column->has_fraction |=
        cqa_rational_sign(size) > 0 && cqa_rational_compare(size, cqa_rational_whole(1)) < 0;
    return is_small(indicator, size) ? add_small(importer, cell->column, text, value) : CQA_OK;
}

/* Fractions of a point are usual beside a few points, and one point beside many. */
static int may_be_of_hundred(const struct cqa_share_column *column, struct cqa_rational value)
{
    const struct cqa_rational one = cqa_rational_whole(1);

    if (cqa_rational_compare(column->largest, one) <= 0)
        return column->has_fraction;
    return cqa_rational_compare(size_of(value), one) < 0 &&
           cqa_rational_compare(column->largest, cqa_rational_whole(PLAINLY_POINTS)) >= 0;
}

/* Where nothing of the column is plainly a percentage, all of it may be fractions; else what is
 * small beside the rest. */
static int may_be_a_fraction(const struct cqa_indicator *indicator,
                             const struct cqa_share_column *column, struct cqa_rational value)
{
    if (!cqa_scheme_in_percent(indicator))
        return may_be_of_hundred(column, value);
    return column->has_fraction || is_small(indicator, column->largest) ||
           cqa_rational_compare(
               cqa_rational_multiply(size_of(value), cqa_rational_whole(STANDS_APART)),
               column->largest) <= 0;
}

static void ask_for_points(struct cqa_importer *importer, const struct cqa_row *row,
                           const struct cqa_indicator *indicator, const struct cqa_share *share,
                           const char *hundredfold)
{
    cqa_faults_add_about(
        importer->faults, row->agent, indicator->id, row->at,
        "agent \"%s\": \"%s\" of \"%s\" may be %s of 100 points; allowed: \"%s\", or "
        "\"%s points\"",
        row->agent, share->text, row->indicator, hundredfold, hundredfold, share->text);
}

static void ask(struct cqa_importer *importer, const struct cqa_row *row,
                const struct cqa_indicator *indicator, const struct cqa_share *share)
{
    char plain[CQA_RATIONAL_TEXT];
    char hundredfold[CQA_RATIONAL_TEXT];

    cqa_rational_exact(share->value, plain);
    cqa_rational_exact(cqa_rational_multiply(share->value, cqa_rational_whole(100)), hundredfold);
    if (!cqa_scheme_in_percent(indicator)) {
        ask_for_points(importer, row, indicator, share, hundredfold);
        return;
    }
    cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                         "agent \"%s\": \"%s\" of \"%s\" may be %s %% or %s %%; allowed: "
                         "\"%s%%\" or \"%s%%\", or under the heading \"%s(fraction)\" or "
                         "\"%s(percent)\"",
                         row->agent, share->text, row->indicator, plain, hundredfold, hundredfold,
                         plain, row->indicator, row->indicator);
}

/* The column that somebody may say it of. */
static void mark_column(struct cqa_importer *importer, size_t column)
{
    struct cqa_import_report *report = importer->report;

    for (size_t i = 0; report != NULL && i < report->column_count; i++)
        if (report->columns[i].column == column && report->columns[i].in_percent)
            report->columns[i].is_asked = 1;
}

void cqa_import_ask_about_shares(struct cqa_importer *importer)
{
    for (size_t i = 0; i < importer->small_count; i++) {
        const struct cqa_share *share = &importer->small_shares[i];
        if (share->row >= importer->rows->count)
            continue; /* an open quote took all rows back */
        struct cqa_row *row = &importer->rows->items[share->row];
        const int index = cqa_scheme_indicator(importer->scheme, row->indicator);
        const struct cqa_indicator *indicator = &importer->scheme->indicators[index];
        if (!may_be_a_fraction(indicator, &importer->share_columns[index], share->value))
            continue;
        row->value = cqa_rational_none();
        ask(importer, row, indicator, share);
        mark_column(importer, share->column);
    }
}
