/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of which part of the period a row is: asked about where it does not say, for a month would pass
 * for all of them. */
#include <string.h>
#include "appraisal/importer.h"
#include "appraisal/period.h"

/* The cell that is blank; that of the value where there is none. */
static struct cqa_place place_of(const struct cqa_importer *importer, const struct cqa_row *row)
{
    const size_t index = importer->columns[CQA_HEADING_PERIOD];

    return index == 0 || index > importer->record.cell_count
               ? row->at
               : cqa_import_place(importer, &importer->record.cells[index - 1]);
}

void cqa_import_ask_for_part(struct cqa_importer *importer, const struct cqa_indicator *indicator,
                             struct cqa_row *row)
{
    const struct cqa_scheme *scheme = importer->scheme;
    const int is_asked = importer->columns[CQA_HEADING_PERIOD] != 0 ||
                         (importer->how != NULL && importer->how->asks_for_parts);

    if (row->period != NULL || !is_asked || indicator->period >= scheme->period)
        return;
    cqa_faults_add_about(importer->faults, row->agent, indicator->id, place_of(importer, row),
                         "agent \"%s\": \"%s\" does not say of which part of the period it is; "
                         "allowed: such as %s, or %s for all of it",
                         row->agent, row->indicator, cqa_period_examples[indicator->period],
                         cqa_period_examples[scheme->period]);
    row->value = cqa_rational_none();
}

static int is_about_others(struct cqa_importer *importer, const char *agent)
{
    const char *name;

    return cqa_spell_subject(&importer->rows->arena, agent, importer->scheme->units, &name) ==
               CQA_SPELLED_SUMMARY &&
           (importer->how == NULL || !cqa_roster_knows(importer->how->roster, agent));
}

static void ask_for_period(struct cqa_importer *importer, const struct cqa_indicator *indicator,
                           struct cqa_row *row)
{
    cqa_faults_add_about(importer->faults, row->agent, indicator->id, row->at,
                         "agent \"%s\": \"%s\" does not say of which period it is, as other rows "
                         "do; allowed: such as %s",
                         row->agent, row->indicator, cqa_period_examples[importer->scheme->period]);
    row->value = cqa_rational_none();
}

enum { SAYS = 1, SAYS_NOT = 2 };

/* What the rows of each indicator do; 0: those of none do both. */
static int look_over(const struct cqa_importer *importer, unsigned char *says)
{
    const struct cqa_rows *rows = importer->rows;
    int both = 0;

    for (size_t i = importer->first_row; i < rows->count; i++) {
        const int indicator = cqa_scheme_indicator(importer->scheme, rows->items[i].indicator);
        if (indicator == CQA_NOWHERE)
            continue;
        if (rows->items[i].period == NULL)
            says[indicator] |= SAYS_NOT;
        else if (cqa_period_valid(rows->items[i].period))
            says[indicator] |= SAYS;
        both |= says[indicator] == (SAYS | SAYS_NOT);
    }
    return both;
}

enum cqa_status cqa_import_ask_for_periods(struct cqa_importer *importer)
{
    const struct cqa_scheme *scheme = importer->scheme;
    struct cqa_rows *rows = importer->rows;
    unsigned char *says = cqa_arena_alloc(&rows->arena, scheme->indicator_count + 1);

    if (says == NULL)
        return CQA_E_NOMEM;
    memset(says, 0, scheme->indicator_count);
    if (importer->columns[CQA_HEADING_PERIOD] == 0 || !look_over(importer, says))
        return CQA_OK;
    for (size_t i = importer->first_row; i < rows->count; i++) {
        struct cqa_row *row = &rows->items[i];
        const int indicator = cqa_scheme_indicator(scheme, row->indicator);
        if (row->period == NULL && cqa_rational_valid(row->value) && indicator != CQA_NOWHERE &&
            says[indicator] == (SAYS | SAYS_NOT) && !is_about_others(importer, row->agent))
            ask_for_period(importer, &scheme->indicators[indicator], row);
    }
    return CQA_OK;
}
