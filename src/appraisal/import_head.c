/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heading of a file: which row it is, and what its columns are taken for. */
#include <string.h>
#include "appraisal/importer.h"

static struct cqa_place at_begin(const struct cqa_importer *importer)
{
    return (struct cqa_place){importer->table.place, 1, 1};
}

/* ---- records */

static int read_record(struct cqa_importer *importer, struct cqa_import_record *out)
{
    const struct cqa_table *table = &importer->table;

    if (!cqa_table_next(&importer->table))
        return 0;
    *out = (struct cqa_import_record){table->cells,        table->cell_count,     table->problem,
                                      table->problem_line, table->problem_column, table->is_cut};
    return 1;
}

int cqa_import_next(struct cqa_importer *importer)
{
    if (importer->ahead_next == importer->ahead_count)
        return read_record(importer, &importer->record);
    importer->record = importer->ahead[importer->ahead_next++];
    return 1;
}

/* The reader's cells are its own until the next record; the texts stay. */
static enum cqa_status read_ahead(struct cqa_importer *importer)
{
    struct cqa_import_record record;

    while (importer->ahead_count < CQA_HEAD_ROWS && read_record(importer, &record)) {
        struct cqa_csv_cell *cells =
            cqa_arena_alloc(&importer->rows->arena, (record.cell_count + 1) * sizeof *cells);
        if (cells == NULL)
            return CQA_E_NOMEM;
        if (record.cell_count > 0)
            memcpy(cells, record.cells, record.cell_count * sizeof *cells);
        record.cells = cells;
        importer->ahead[importer->ahead_count++] = record;
    }
    return CQA_OK;
}

/* ---- which row it is */

/* Cells with something of their own in them. */
static size_t count_filled(const struct cqa_import_record *record)
{
    size_t count = 0;

    for (size_t i = 0; i < record->cell_count; i++)
        count += record->cells[i].text[0] != '\0' && !record->cells[i].is_merged_copy;
    return count;
}

/* The cell that says whose the rows are: its index, or the number of cells. */
static size_t find_agent(const struct cqa_importer *importer,
                         const struct cqa_import_record *record)
{
    size_t named = record->cell_count;

    for (size_t i = 0; i < record->cell_count; i++) {
        const struct cqa_heading heading =
            cqa_heading_read(importer->scheme, record->cells[i].text);
        if (heading.column == CQA_HEADING_AGENT)
            return i;
        if (heading.column == CQA_HEADING_NAME && named == record->cell_count)
            named = i;
    }
    return named;
}

/* A title over the table has few cells; a row of data before the one that looks like a heading has
 * as many, and then the heading is the first row, whatever it says. */
static int has_titles_before(const struct cqa_importer *importer, size_t head)
{
    const size_t filled = count_filled(&importer->ahead[head]);

    for (size_t i = 0; i < head; i++)
        if (count_filled(&importer->ahead[i]) * 2 > filled)
            return 0;
    return 1;
}

static size_t find_head(const struct cqa_importer *importer)
{
    for (size_t i = 0; i < importer->ahead_count; i++) {
        const struct cqa_import_record *record = &importer->ahead[i];
        const size_t agent = find_agent(importer, record);
        if (agent == record->cell_count || !has_titles_before(importer, i))
            continue;
        /* A heading that is merged over two rows: the lower one has the finer words. */
        while (i + 1 < importer->ahead_count && agent < importer->ahead[i + 1].cell_count &&
               importer->ahead[i + 1].cells[agent].is_merged_copy &&
               strcmp(importer->ahead[i + 1].cells[agent].text, record->cells[agent].text) == 0)
            i++;
        return i;
    }
    for (size_t i = 0; i < importer->ahead_count; i++)
        if (count_filled(&importer->ahead[i]) > 1)
            return has_titles_before(importer, i) ? i : 0;
    return 0;
}

static enum cqa_status skip_titles(struct cqa_importer *importer, size_t head)
{
    enum cqa_status status = CQA_OK;

    for (size_t i = 0; i < head && status == CQA_OK; i++)
        for (size_t k = 0; k < importer->ahead[i].cell_count; k++)
            if (importer->ahead[i].cells[k].text[0] != '\0') {
                status = cqa_import_report_left_out(importer, &importer->ahead[i].cells[k],
                                                    CQA_N("above the headings"));
                break;
            }
    importer->ahead_next = head;
    return status;
}

/* ---- what its columns are */

/* A heading that is merged over several columns is that of the first. */
static const char *heading_text(const struct cqa_import_record *record, size_t index)
{
    const struct cqa_csv_cell *cell = &record->cells[index];

    if (cell->is_merged_copy && index > 0 && record->cells[index - 1].is_merged &&
        strcmp(record->cells[index - 1].text, cell->text) == 0)
        return "";
    return cell->text;
}

/* In the words of the heading, so that messages are in them. */
static const char *head_name(const struct cqa_importer *importer, const struct cqa_heading *read,
                             const char *text)
{
    const struct cqa_scheme *scheme = importer->scheme;

    if (read->column != CQA_HEADING_VALUES || cqa_scheme_indicator(scheme, text) == read->indicator)
        return text;
    const char *name = scheme->indicators[read->indicator].names.zh;
    return ((unsigned char)text[0] & 0x80U) != 0 &&
                   cqa_scheme_indicator(scheme, name) == read->indicator
               ? name
               : scheme->indicators[read->indicator].id;
}

static enum cqa_status take_column(struct cqa_importer *importer, size_t index,
                                   const struct cqa_heading *read, const char *text)
{
    const struct cqa_csv_cell *cell = &importer->record.cells[index];

    importer->factors[index] = read->factor;
    importer->shares[index] = read->shares;
    if (read->column == CQA_HEADING_LEFT_OUT)
        return CQA_OK;
    if (read->column >= CQA_HEADING_WORDS) {
        importer->heads[index] =
            cqa_arena_string(&importer->rows->arena, head_name(importer, read, text));
        return importer->heads[index] == NULL ? CQA_E_NOMEM : CQA_OK;
    }
    if (importer->columns[read->column] != 0)
        cqa_faults_add(importer->faults, NULL, cqa_import_place(importer, cell),
                       "the column \"%s\" is given twice", cell->text);
    else
        importer->columns[read->column] = index + 1;
    return CQA_OK;
}

/* Where no column has numbers of staff, names are what people go by. */
static void take_names_for_agents(struct cqa_heading *read, size_t count)
{
    size_t named = count;

    for (size_t i = 0; i < count; i++) {
        if (read[i].column == CQA_HEADING_AGENT)
            return;
        if (read[i].column == CQA_HEADING_NAME)
            named = i;
    }
    if (named < count)
        read[named].column = CQA_HEADING_AGENT;
}

static enum cqa_status recall(const struct cqa_importer *importer, const char *const *texts,
                              const char **recalled)
{
    const struct cqa_import_how *how = importer->how;

    return how == NULL || how->recall == NULL
               ? CQA_OK
               : how->recall(how->context, texts, importer->head_count, recalled);
}

static enum cqa_status read_columns(struct cqa_importer *importer)
{
    struct cqa_arena *arena = &importer->rows->arena;
    const size_t count = importer->head_count;
    const char **texts = cqa_arena_alloc(arena, (count + 1) * sizeof *texts);
    const char **recalled = cqa_arena_alloc(arena, (count + 1) * sizeof *recalled);
    struct cqa_heading *read = cqa_arena_alloc(arena, (count + 1) * sizeof *read);

    importer->heads = cqa_arena_alloc(arena, (count + 1) * sizeof *importer->heads);
    importer->factors = cqa_arena_alloc(arena, (count + 1) * sizeof *importer->factors);
    importer->shares = cqa_arena_alloc(arena, (count + 1) * sizeof *importer->shares);
    importer->head_places = cqa_arena_alloc(arena, (count + 1) * sizeof *importer->head_places);
    if (texts == NULL || recalled == NULL || read == NULL || importer->heads == NULL ||
        importer->factors == NULL || importer->shares == NULL || importer->head_places == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        texts[i] = heading_text(&importer->record, i);
    for (size_t i = 0; i < count; i++)
        importer->head_places[i] = cqa_import_place(importer, &importer->record.cells[i]);
    enum cqa_status status = recall(importer, texts, recalled);
    for (size_t i = 0; i < count; i++)
        read[i] = recalled[i] != NULL ? cqa_heading_taken(importer->scheme, texts[i], recalled[i])
                                      : cqa_heading_read(importer->scheme, texts[i]);
    take_names_for_agents(read, count);
    if (status == CQA_OK)
        status = cqa_import_report_columns(importer, texts, read, recalled);
    for (size_t i = 0; i < count && status == CQA_OK; i++)
        status = take_column(importer, i, &read[i], texts[i]);
    return status;
}

/* ---- whether they do */

static int check_wide_heads(struct cqa_importer *importer)
{
    const struct cqa_scheme *scheme = importer->scheme;
    int good = 1;

    for (size_t i = 0; i < importer->head_count; i++)
        for (size_t k = 0; importer->heads[i] != NULL && k < i; k++) {
            if (importer->heads[k] == NULL || importer->heads[i][0] == '\0')
                continue;
            const int indicator = cqa_scheme_indicator(scheme, importer->heads[i]);
            if (indicator != cqa_scheme_indicator(scheme, importer->heads[k]) ||
                (indicator == CQA_NOWHERE && strcmp(importer->heads[i], importer->heads[k]) != 0))
                continue;
            cqa_faults_add(importer->faults, NULL,
                           cqa_import_place(importer, &importer->record.cells[i]),
                           "the column \"%s\" is given twice", importer->record.cells[i].text);
            good = 0;
        }
    return good;
}

static int check_long_heads(struct cqa_importer *importer)
{
    int good = 1;

    for (size_t i = 0; i < importer->head_count; i++)
        if (importer->heads[i] != NULL && importer->heads[i][0] != '\0') {
            cqa_faults_add(importer->faults, NULL,
                           cqa_import_place(importer, &importer->record.cells[i]),
                           "unknown column \"%s\"; allowed: agent (or subject), indicator, value, "
                           "count, rater, "
                           "post, period, name",
                           importer->heads[i]);
            good = 0;
        }
    if (importer->columns[CQA_HEADING_INDICATOR] == 0 ||
        importer->columns[CQA_HEADING_VALUE] == 0) {
        cqa_faults_add(importer->faults, NULL, at_begin(importer),
                       "the column \"%s\" is missing; needed: agent, indicator, value",
                       importer->columns[CQA_HEADING_INDICATOR] == 0 ? "indicator" : "value");
        good = 0;
    }
    return good;
}

static int check_head(struct cqa_importer *importer)
{
    if (importer->columns[CQA_HEADING_AGENT] == 0) {
        cqa_faults_add(importer->faults, NULL, at_begin(importer),
                       "the column \"agent\" is missing; needed: agent,indicator,value or agent "
                       "and a column for "
                       "each indicator");
        return 0;
    }
    return cqa_import_is_long(importer) ? check_long_heads(importer) : check_wide_heads(importer);
}

enum cqa_status cqa_import_head(struct cqa_importer *importer, int *good)
{
    enum cqa_status status = read_ahead(importer);

    *good = 0;
    if (status != CQA_OK)
        return status;
    if (importer->ahead_count == 0) {
        cqa_faults_add(importer->faults, NULL, at_begin(importer),
                       "the file is empty; needed: agent,indicator,value");
        return CQA_OK;
    }
    importer->head_at = find_head(importer);
    status = skip_titles(importer, importer->head_at);
    (void)cqa_import_next(importer);
    importer->head_count = importer->record.cell_count;
    if (importer->head_count > CQA_IMPORT_COLUMNS_MAX) {
        cqa_faults_add(importer->faults, NULL, at_begin(importer), "more than %d columns",
                       CQA_IMPORT_COLUMNS_MAX);
        return status;
    }
    if (status == CQA_OK)
        status = read_columns(importer);
    *good = status == CQA_OK && check_head(importer) && cqa_import_titles_fit(importer);
    return status;
}
