/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an import asks: what its columns are, whom its names mean. */
#include <string.h>
#include "appraisal/json.h"
#include "appraisal/spelling.h"
#include "book/book.h"
#include "rounds/reading.h"

enum { FOLD_BYTES = 1024, NEAR_MAX = 5, PERSONS_MAX = 20000 };

/* ---- names */

static int is_known(const struct cqa_reading *reading, const char *person)
{
    return cqa_members_find(&reading->members, person) != NULL;
}

/* Without a roster nobody is unknown. A unit is no person. What somebody has said once is not asked
 * again: a name that means itself is somebody new. */
static int is_unknown(const struct cqa_reading *reading, const struct cqa_scheme *scheme,
                      const struct cqa_import_name *name)
{
    return reading->members.count > 0 && !scheme->units && !name->is_recalled &&
           !is_known(reading, name->person);
}

static int same_fold(const char *a, const char *b)
{
    char left[FOLD_BYTES];
    char right[FOLD_BYTES];

    cqa_spell_fold_name(a, left, sizeof left);
    cqa_spell_fold_name(b, right, sizeof right);
    return strcmp(left, right) == 0;
}

/* Names of the file that differ by capitals, spaces, hyphens or zeros in front alone: the appraisal
 * finds the fault itself. Both are asked about. */
static enum cqa_status mark_twins(struct cqa_reading *reading)
{
    struct cqa_import_report *report = &reading->report;
    struct cqa_names folds = {0};
    enum cqa_status status = CQA_OK;
    size_t *firsts = cqa_arena_alloc(&report->arena, (report->name_count + 1) * sizeof *firsts);

    if (firsts == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < report->name_count && status == CQA_OK; i++) {
        char fold[FOLD_BYTES];
        size_t index;
        cqa_spell_fold_name(report->names[i].person, fold, sizeof fold);
        const char *kept = cqa_arena_string(&report->arena, fold);
        const size_t before = folds.count;
        status = kept == NULL ? CQA_E_NOMEM : cqa_names_add(&folds, kept, &index);
        if (status != CQA_OK)
            break;
        if (index == before)
            firsts[index] = i;
        else if (strcmp(report->names[firsts[index]].person, report->names[i].person) != 0 &&
                 !(is_known(reading, report->names[firsts[index]].person) &&
                   is_known(reading, report->names[i].person)))
            reading->is_asked[i] = reading->is_asked[firsts[index]] = 1;
    }
    cqa_names_finish(&folds);
    return status;
}

enum cqa_status cqa_reading_ask(struct cqa_reading *reading, const struct cqa_scheme *scheme,
                                const struct cqa_round *round)
{
    struct cqa_import_report *report = &reading->report;

    reading->is_asked = cqa_arena_alloc(&report->arena, report->name_count + 1);
    if (reading->is_asked == NULL)
        return CQA_E_NOMEM;
    const enum cqa_status status = mark_twins(reading);
    for (size_t i = 0; i < report->name_count && status == CQA_OK; i++) {
        const struct cqa_import_name *name = &report->names[i];
        if (!is_unknown(reading, scheme, name))
            continue;
        reading->is_asked[i] = 1;
        cqa_faults_add(&reading->faults, name->person,
                       (struct cqa_place){report->place, name->line, name->column},
                       "agent \"%s\": the roster of %s does not know this name: say whom it means, "
                       "or that it is somebody new",
                       name->person, round->period);
    }
    return status;
}

/* ---- JSON */

static void put_cell(const struct cqa_reading *reading, size_t line, size_t column,
                     struct cqa_buffer *out)
{
    char cell[CQA_CELL_NAME_SIZE];
    const struct cqa_place at = {reading->report.place, line, column};

    cqa_buffer_print(out, ",\"line\":%zu,\"column\":%zu", line, column);
    cqa_json_member(out, "cell", cqa_place_in_sheet(at) ? cqa_cell_name(line, column, cell) : NULL);
}

static void put_column(const struct cqa_reading *reading, const struct cqa_import_column *column,
                       struct cqa_buffer *out)
{
    char factor[CQA_RATIONAL_TEXT];

    cqa_json_put(out, "{\"heading\":");
    cqa_json_text(out, column->heading);
    cqa_json_member(out, "taken", column->taken);
    cqa_buffer_print(out, ",\"remembered\":%s,\"empty\":%s", column->is_recalled ? "true" : "false",
                     column->is_empty ? "true" : "false");
    cqa_json_member(out, "times", cqa_rational_exact(column->factor, factor));
    cqa_json_member(out, "shares", cqa_shares_words[column->shares]);
    cqa_buffer_print(out, ",\"in_percent\":%s,\"asked\":%s", column->in_percent ? "true" : "false",
                     column->is_asked ? "true" : "false");
    put_cell(reading, reading->report.head_line, column->column, out);
    cqa_json_put(out, ",\"samples\":[");
    for (int i = 0; i < CQA_IMPORT_SAMPLES && column->samples[i] != NULL; i++) {
        cqa_json_put(out, i ? "," : "");
        cqa_json_text(out, column->samples[i]);
    }
    cqa_json_put(out, "]}");
}

/* Whom it may mean: another spelling of a name that is known, or the name beside the number. */
static void put_near(const struct cqa_reading *reading, const struct cqa_import_name *name,
                     struct cqa_buffer *out)
{
    size_t count = 0;

    cqa_json_put(out, ",\"near\":[");
    for (size_t i = 0; i < reading->members.count && count < NEAR_MAX; i++) {
        const char *person = reading->members.items[i].person;
        if (strcmp(person, name->written) == 0 ||
            (!same_fold(person, name->written) &&
             (name->beside == NULL || strcmp(person, name->beside) != 0)))
            continue;
        cqa_json_put(out, count++ ? "," : "");
        cqa_json_text(out, person);
    }
    for (size_t i = 0; reading->members.count == 0 && i < reading->report.name_count; i++) {
        const char *other = reading->report.names[i].person;
        if (strcmp(other, name->written) == 0 || !same_fold(other, name->written))
            continue;
        cqa_json_put(out, count++ ? "," : "");
        cqa_json_text(out, other);
    }
    cqa_json_put(out, "]}");
}

static int put_names(const struct cqa_reading *reading, struct cqa_buffer *out)
{
    const struct cqa_import_report *report = &reading->report;
    size_t count = 0;
    int any_asked = 0;

    cqa_json_put(out, ",\"names\":[");
    for (size_t i = 0; i < report->name_count; i++) {
        const struct cqa_import_name *name = &report->names[i];
        const int is_asked = reading->is_asked != NULL && reading->is_asked[i];
        if (!is_asked && !name->is_recalled)
            continue;
        any_asked |= is_asked;
        cqa_json_put(out, count++ ? ",{\"written\":" : "{\"written\":");
        cqa_json_text(out, name->written);
        cqa_json_member(out, "person", name->is_recalled ? name->person : NULL);
        cqa_json_member(out, "beside", name->beside);
        cqa_buffer_print(out, ",\"asked\":%s", is_asked ? "true" : "false");
        put_cell(reading, name->line, name->column, out);
        put_near(reading, name, out);
    }
    cqa_json_put(out, "]");
    return any_asked;
}

static void put_persons(const struct cqa_reading *reading, int are_wanted, struct cqa_buffer *out)
{
    cqa_json_put(out, ",\"persons\":[");
    for (size_t i = 0; are_wanted && i < reading->members.count && i < PERSONS_MAX; i++) {
        cqa_json_put(out, i ? "," : "");
        cqa_json_text(out, reading->members.items[i].person);
    }
    cqa_json_put(out, "]");
}

static void put_left_out(const struct cqa_reading *reading, struct cqa_buffer *out)
{
    const struct cqa_import_report *report = &reading->report;

    cqa_json_put(out, ",\"rows_left_out\":[");
    for (size_t i = 0; i < report->left_out_count; i++) {
        const struct cqa_import_left_out *row = &report->left_out[i];
        cqa_json_put(out, i ? ",{\"text\":" : "{\"text\":");
        cqa_json_text(out, row->text);
        put_cell(reading, row->line, row->column, out);
        cqa_json_said(out, "why", cqa_words_named(row->why));
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "],\"notes\":[");
    for (size_t i = 0; i < report->note_count; i++) {
        cqa_json_put(out, i ? ",{\"note\":true" : "{\"note\":true");
        cqa_json_said(out, "text", report->notes[i]);
        cqa_json_put(out, "}");
    }
    cqa_json_put(out, "]");
}

void cqa_reading_json(const struct cqa_reading *reading, struct cqa_buffer *out)
{
    const struct cqa_import_report *report = &reading->report;

    cqa_json_put(out, ",\"sheets\":[");
    for (size_t i = 0; i < report->sheet_count; i++) {
        cqa_json_put(out, i ? ",{\"name\":" : "{\"name\":");
        cqa_json_text(out, report->sheets[i].name);
        cqa_buffer_print(out, ",\"hidden\":%s,\"has_data\":%s}",
                         report->sheets[i].is_hidden ? "true" : "false",
                         report->sheets[i].has_data ? "true" : "false");
    }
    cqa_json_put(out, "],\"columns\":[");
    for (size_t i = 0; i < report->column_count; i++) {
        cqa_json_put(out, i ? "," : "");
        put_column(reading, &report->columns[i], out);
    }
    cqa_json_put(out, "]");
    put_persons(reading, put_names(reading, out), out);
    put_left_out(reading, out);
}
