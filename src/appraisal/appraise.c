/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/appraisal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "appraisal/engine.h"

enum { EXPLANATION_BYTES_MAX = 1 << 20 };

/* ---- what the parts share */

void *cqa_run_alloc(struct cqa_engine_run *run, size_t count, size_t size)
{
    void *memory = cqa_arena_alloc(run->arena, (count + 1) * size);

    if (memory == NULL)
        run->no_memory = 1;
    return memory;
}

const char *cqa_run_text(struct cqa_engine_run *run)
{
    const char *text = cqa_arena_string(run->arena, run->text.text ? run->text.text : "");

    if (text == NULL || run->text.failed)
        run->no_memory = 1;
    run->text.length = 0;
    if (run->text.text != NULL)
        run->text.text[0] = '\0';
    return text;
}

void cqa_run_note(struct cqa_engine_run *run, const char *format, ...)
{
    struct cqa_message message;
    va_list arguments;
    struct cqa_appraisal *out = run->out;
    const struct cqa_message **notes = cqa_run_alloc(run, out->note_count + 1, sizeof *notes);

    va_start(arguments, format);
    cqa_message_set_va(&message, format, &arguments);
    va_end(arguments);
    struct cqa_message *note = cqa_run_alloc(run, 1, cqa_message_size(&message));
    if (notes == NULL || note == NULL)
        return;
    if (out->note_count > 0)
        memcpy(notes, out->notes, out->note_count * sizeof *notes);
    cqa_message_copy(note, &message);
    notes[out->note_count++] = note;
    out->notes = notes;
}

void cqa_run_fault(struct cqa_engine_run *run, struct cqa_subject *subject, const char *about,
                   struct cqa_place at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_faults_add_va(run->faults, subject->sheet.agent, about, at, format, &arguments);
    va_end(arguments);
    subject->blocked = 1;
}

int cqa_subject_counts(const struct cqa_subject *subject)
{
    return !subject->blocked && !subject->not_for_post && !subject->is_summary;
}

/* ---- one agent */

static int prepare(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    struct cqa_sheet *sheet = &subject->sheet;

    sheet->total = sheet->coefficient = sheet->bonus = sheet->pay = cqa_rational_none();
    sheet->points = cqa_run_alloc(run, run->scheme->item_count, sizeof *sheet->points);
    sheet->lines = cqa_run_alloc(run, run->scheme->line_count, sizeof *sheet->lines);
    return sheet->points != NULL && sheet->lines != NULL;
}

/* Where others' posts are known, one that is blank is a cell that somebody forgot: it would decide
 * whether the scheme is for this agent. */
static void ask_for_post(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    const struct cqa_scheme *scheme = run->scheme;
    char list[400] = "";
    size_t used = 0;

    for (size_t i = 0; i < scheme->post_count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                 scheme->posts[i]);
    cqa_run_fault(run, subject, NULL, subject->first,
                  scheme->posts_excluded
                      ? "agent \"%s\": no post is given, and the scheme is not for these: %s"
                      : "agent \"%s\": no post is given, and the scheme is for these alone: %s",
                  subject->sheet.agent, list);
}

/* What goes into the items. */
static void compute(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    if (subject->is_summary)
        return;
    if (!cqa_scheme_applies(run->scheme, subject->sheet.post)) {
        subject->not_for_post = 1;
        return;
    }
    if (run->scheme->posts != NULL && run->posts_known && subject->sheet.post == NULL)
        ask_for_post(run, subject);
    cqa_run_imported(run, subject);
    cqa_run_days(run, subject);
    cqa_run_carried(run, subject);
    cqa_run_measured(run, subject);
    cqa_run_settle(run, subject);
    if (!prepare(run, subject))
        return;
    for (size_t i = 0; i < run->scheme->note_count; i++)
        cqa_run_assume(run, &subject->sheet, run->scheme->notes[i]);
}

/* What hangs on grade or rank. */
static void finish_sheet(struct cqa_engine_run *run, struct cqa_subject *subject)
{
    if (run->scheme->pay != CQA_NOWHERE)
        subject->sheet.pay = subject->sheet.points[run->scheme->pay].value;
    cqa_run_lines(run, subject);
    cqa_run_withhold_lines(run, &subject->sheet);
}

/* ---- all of them */

static void collect_sheets(struct cqa_engine_run *run)
{
    struct cqa_appraisal *out = run->out;

    out->sheets = cqa_run_alloc(run, run->names.count, sizeof *out->sheets);
    out->left_out =
        cqa_run_alloc(run, run->names.count + run->faults->count, sizeof *out->left_out);
    if (out->sheets == NULL || out->left_out == NULL)
        return;
    for (size_t i = 0; i < run->names.count; i++) {
        const struct cqa_subject *subject = &run->subjects[i];
        if (subject->blocked)
            out->left_out[out->left_out_count++] =
                (struct cqa_left_out){subject->sheet.agent, CQA_N("the input has errors"), 1};
        else if (subject->is_summary)
            out->left_out[out->left_out_count++] = (struct cqa_left_out){
                subject->sheet.agent, CQA_N("a row about the others, not a person"), 0};
        else if (subject->not_for_post)
            out->left_out[out->left_out_count++] = (struct cqa_left_out){
                subject->sheet.agent, CQA_N("the scheme is not for this post"), 0};
        else
            out->sheets[out->sheet_count++] = subject->sheet;
    }
}

/* Agents of whom nothing but errors is known. */
static void collect_strangers(struct cqa_engine_run *run)
{
    struct cqa_appraisal *out = run->out;
    const size_t known = run->names.count;

    for (size_t i = 0; i < run->faults->count; i++) {
        const char *agent = run->faults->items[i].agent;
        size_t index;
        if (agent == NULL || cqa_names_find(&run->names, agent, &index))
            continue;
        if (cqa_names_add(&run->names, agent, &index) != CQA_OK)
            run->no_memory = 1;
        else if (index >= known)
            out->left_out[out->left_out_count++] = (struct cqa_left_out){
                cqa_arena_string(run->arena, agent), CQA_N("the input has errors"), 1};
    }
}

static void note_undecided(struct cqa_engine_run *run)
{
    size_t flags = 0;
    size_t unusable = 0;

    for (size_t i = 0; i < run->out->sheet_count; i++) {
        const struct cqa_sheet *sheet = &run->out->sheets[i];
        flags += sheet->undecided;
        unusable += sheet->tally ? sheet->tally->unusable : 0;
    }
    if (flags > 0)
        cqa_run_note(run, "undecided flags: %zu; these numbers are a preview, not for pay", flags);
    if (unusable > 0)
        cqa_run_note(run, "calls without a part in the mean of scores: %zu; the trace lists them",
                     unusable);
}

static enum cqa_status run_all(struct cqa_engine_run *run)
{
    enum cqa_status status = cqa_run_collect(run);

    if (status == CQA_OK)
        status = cqa_run_absent(run);
    if (status != CQA_OK)
        return status;
    cqa_run_calls(run);
    for (size_t i = 0; i < run->names.count && !run->no_memory; i++)
        compute(run, &run->subjects[i]);
    if (!run->no_memory)
        cqa_run_all_items(run, 0, run->scheme->pay_first);
    if (!run->no_memory)
        cqa_run_grades(run);
    if (!run->no_memory)
        cqa_run_all_items(run, run->scheme->pay_first, run->scheme->item_count);
    if (!run->no_memory)
        cqa_run_preliminary(run);
    for (size_t i = 0; i < run->names.count && !run->no_memory; i++)
        if (cqa_subject_counts(&run->subjects[i]))
            finish_sheet(run, &run->subjects[i]);
    if (run->no_memory)
        return CQA_E_NOMEM;
    snprintf(run->out->period, sizeof run->out->period, "%s",
             run->input->period    ? run->input->period
             : run->period_seen[0] ? run->period_seen
                                   : run->window);
    collect_sheets(run);
    collect_strangers(run);
    note_undecided(run);
    return run->no_memory ? CQA_E_NOMEM : CQA_OK;
}

static enum cqa_status check_rows(struct cqa_engine_run *run)
{
    run->is_check = 1;
    const enum cqa_status status = cqa_run_collect(run);

    for (size_t i = 0; status == CQA_OK && i < run->names.count && !run->no_memory; i++)
        cqa_run_imported(run, &run->subjects[i]);
    return run->no_memory ? CQA_E_NOMEM : status;
}

static enum cqa_status with_run(const struct cqa_appraisal_input *input, struct cqa_faults *faults,
                                struct cqa_appraisal *out,
                                enum cqa_status (*work)(struct cqa_engine_run *run),
                                struct cqa_error *error)
{
    struct cqa_engine_run run = {.input = input,
                                 .scheme = input->scheme,
                                 .faults = faults,
                                 .out = out,
                                 .arena = &out->arena,
                                 .text = {.limit = EXPLANATION_BYTES_MAX}};

    *out = (struct cqa_appraisal){.scheme = input->scheme};
    if (input->period != NULL && !cqa_period_valid(input->period))
        return cqa_fail(error, CQA_E_BADDATA,
                        "\"%s\" is no period; allowed: 2025-11, 2025Q4, 2025H2 or 2025",
                        input->period);
    if (input->period != NULL && cqa_period_kind(input->period) != run.scheme->period)
        return cqa_fail(error, CQA_E_BADDATA, "\"%s\": the scheme is for %p; allowed: such as %s",
                        input->period, cqa_words_named(cqa_period_named(run.scheme->period)),
                        cqa_period_examples[run.scheme->period]);
    const enum cqa_status status = work(&run);
    cqa_buffer_finish(&run.text);
    cqa_names_finish(&run.names);
    return status == CQA_OK ? CQA_OK : cqa_fail(error, status, "out of memory");
}

enum cqa_status cqa_appraise(const struct cqa_appraisal_input *input, struct cqa_faults *faults,
                             struct cqa_appraisal *out, struct cqa_error *error)
{
    return with_run(input, faults, out, run_all, error);
}

enum cqa_status cqa_appraise_check(const struct cqa_appraisal_input *input,
                                   struct cqa_faults *faults, struct cqa_error *error)
{
    struct cqa_appraisal scratch;
    const enum cqa_status status = with_run(input, faults, &scratch, check_rows, error);

    cqa_appraisal_finish(&scratch);
    return status;
}

void cqa_appraisal_finish(struct cqa_appraisal *appraisal)
{
    cqa_arena_finish(&appraisal->arena);
    *appraisal = (struct cqa_appraisal){0};
}
