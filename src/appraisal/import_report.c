/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "appraisal/importer.h"

const char cqa_import_about_others[] = CQA_N("a row about the others, not a person");

/* One more at the end of a list; NULL: no memory. */
static void *grow(void *list, size_t *count, size_t *capacity, size_t size)
{
    char **items = list;

    if (*count == *capacity) {
        const size_t wanted = *capacity ? *capacity * 2 : 32;
        char *grown = realloc(*items, wanted * size);
        if (grown == NULL)
            return NULL;
        *items = grown;
        *capacity = wanted;
    }
    return *items + (*count)++ * size;
}

/* ---- columns */

enum cqa_status cqa_import_report_columns(struct cqa_importer *importer, const char *const *texts,
                                          const struct cqa_heading *read,
                                          const char *const *recalled)
{
    struct cqa_import_report *report = importer->report;
    const struct cqa_import_record *record = &importer->record;

    if (report == NULL)
        return CQA_OK;
    report->head_line = record->cell_count > 0 ? record->cells[0].line : 0;
    report->columns =
        cqa_arena_alloc(&report->arena, (record->cell_count + 1) * sizeof *report->columns);
    if (report->columns == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < record->cell_count; i++) {
        struct cqa_import_column *column = &report->columns[i];
        column->heading = cqa_arena_string(&report->arena, texts[i]);
        column->taken = cqa_heading_word(importer->scheme, &read[i]);
        column->is_recalled = recalled != NULL && recalled[i] != NULL;
        column->is_empty = 1;
        column->factor = read[i].factor;
        column->shares = read[i].shares;
        column->in_percent =
            read[i].column == CQA_HEADING_VALUES &&
            cqa_scheme_in_percent(&importer->scheme->indicators[read[i].indicator]);
        column->column = record->cells[i].column;
        if (column->heading == NULL)
            return CQA_E_NOMEM;
    }
    report->column_count = record->cell_count;
    return CQA_OK;
}

enum cqa_status cqa_import_report_samples(struct cqa_importer *importer)
{
    struct cqa_import_report *report = importer->report;
    const struct cqa_import_record *record = &importer->record;

    for (size_t i = 0; report != NULL && i < record->cell_count && i < report->column_count; i++) {
        struct cqa_import_column *column = &report->columns[i];
        int at = 0;
        if (record->cells[i].text[0] == '\0')
            continue;
        column->is_empty = 0;
        while (at < CQA_IMPORT_SAMPLES && column->samples[at] != NULL)
            at++;
        if (at == CQA_IMPORT_SAMPLES)
            continue;
        column->samples[at] = cqa_arena_string(&report->arena, record->cells[i].text);
        if (column->samples[at] == NULL)
            return CQA_E_NOMEM;
    }
    return CQA_OK;
}

/* ---- names and rows */

enum cqa_status cqa_import_report_name(struct cqa_importer *importer, const char *written,
                                       const char *person, int is_recalled, const char *beside)
{
    struct cqa_import_report *report = importer->report;
    const size_t cell = importer->columns[CQA_HEADING_AGENT] - 1;
    size_t index;

    if (report == NULL || cqa_names_find(&report->written, written, &index))
        return CQA_OK;
    const struct cqa_place at = cqa_import_place(importer, &importer->record.cells[cell]);
    struct cqa_import_name name = {cqa_arena_string(&report->arena, written),
                                   cqa_arena_string(&report->arena, person),
                                   is_recalled,
                                   cqa_arena_string(&report->arena, beside),
                                   at.line,
                                   at.column};
    if (name.written == NULL || name.person == NULL ||
        cqa_names_add(&report->written, name.written, &index) != CQA_OK)
        return CQA_E_NOMEM;
    struct cqa_import_name *to =
        grow(&report->names, &report->name_count, &report->name_capacity, sizeof *to);
    if (to == NULL)
        return CQA_E_NOMEM;
    *to = name;
    return CQA_OK;
}

enum cqa_status cqa_import_report_left_out(struct cqa_importer *importer,
                                           const struct cqa_csv_cell *cell, const char *why)
{
    struct cqa_import_report *report = importer->report;

    if (report == NULL)
        return CQA_OK;
    struct cqa_import_left_out *to =
        grow(&report->left_out, &report->left_out_count, &report->left_out_capacity, sizeof *to);
    if (to == NULL)
        return CQA_E_NOMEM;
    *to = (struct cqa_import_left_out){
        cell->line,
        cell->column,
        cqa_arena_string(&report->arena, cell->text),
        why,
        strcmp(why, cqa_import_about_others) == 0,
        importer->columns[CQA_HEADING_AGENT] > 0 &&
            cell == &importer->record.cells[importer->columns[CQA_HEADING_AGENT] - 1]};
    return to->text == NULL ? CQA_E_NOMEM : CQA_OK;
}

enum cqa_status cqa_import_report_note(struct cqa_importer *importer,
                                       const struct cqa_message *note)
{
    struct cqa_import_report *report = importer->report;

    if (report == NULL)
        return CQA_OK;
    const struct cqa_message **to =
        grow(&report->notes, &report->note_count, &report->note_capacity, sizeof *to);
    if (to == NULL)
        return CQA_E_NOMEM;
    struct cqa_message *kept = cqa_arena_alloc(&report->arena, cqa_message_size(note));
    if (kept == NULL) {
        report->note_count--;
        return CQA_E_NOMEM;
    }
    cqa_message_copy(kept, note);
    *to = kept;
    return CQA_OK;
}

/* ---- workbooks */

static enum cqa_status list_sheets(struct cqa_import_report *report, const struct cqa_book *book)
{
    report->sheets =
        cqa_arena_alloc(&report->arena, (book->sheet_count + 1) * sizeof *book->sheets);
    if (report->sheets == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < book->sheet_count; i++) {
        report->sheets[i] = book->sheets[i];
        report->sheets[i].name = cqa_arena_string(&report->arena, book->sheets[i].name);
        if (report->sheets[i].name == NULL)
            return CQA_E_NOMEM;
    }
    report->sheet_count = book->sheet_count;
    return CQA_OK;
}

/* What is hidden is read as a CSV file would have it, and said. */
static enum cqa_status note_unseen(struct cqa_importer *importer,
                                   const struct cqa_book_unseen *unseen)
{
    char cell[CQA_CELL_NAME_SIZE];
    enum cqa_status status = CQA_OK;

    if (unseen->rows > 0)
        status = cqa_import_report_note(
            importer, cqa_words("hidden rows, which are read like the others: %zu, "
                                "the first is row %zu",
                                unseen->rows, unseen->first_row));
    if (status == CQA_OK && unseen->columns > 0) {
        cqa_cell_name(0, unseen->first_column, cell);
        cell[strlen(cell) - 1] = '\0'; /* the column alone */
        status = cqa_import_report_note(
            importer, cqa_words("hidden columns, which are read like the others: %zu, "
                                "the first is %s",
                                unseen->columns, cell));
    }
    if (status == CQA_OK && unseen->rounded > 0)
        status = cqa_import_report_note(
            importer, cqa_words("numbers with more digits than the sheet shows: %zu, the first is "
                                "%s; what the sheet shows counts",
                                unseen->rounded,
                                cqa_cell_name(unseen->rounded_row, unseen->rounded_column, cell)));
    return status;
}

enum cqa_status cqa_import_report_book(struct cqa_importer *importer)
{
    const struct cqa_book *book = &importer->table.book;
    struct cqa_import_report *report = importer->report;

    if (report == NULL)
        return CQA_OK;
    report->place = importer->table.place;
    report->chosen = book->sheet_count > 0 ? book->chosen : -1;
    enum cqa_status status = list_sheets(report, book);
    for (size_t i = 0; i < book->sheet_count && status == CQA_OK && book->chosen >= 0; i++)
        if ((int)i != book->chosen && book->sheets[i].has_data)
            status = cqa_import_report_note(importer,
                                            cqa_words(book->sheets[i].is_hidden
                                                          ? "the hidden sheet \"%s\" is not read"
                                                          : "the sheet \"%s\" is not read",
                                                      book->sheets[i].name));
    return status == CQA_OK ? note_unseen(importer, &book->unseen) : status;
}
