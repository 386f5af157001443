/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/input.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "appraisal/fault_words.h"
#include "base/escape.h"

void cqa_faults_add_known(struct cqa_faults *faults, const struct cqa_fault *fault)
{
    if (faults->count == faults->capacity) {
        const size_t capacity = faults->capacity ? faults->capacity * 2 : 16;
        struct cqa_fault *items = realloc(faults->items, capacity * sizeof *items);
        if (items == NULL) {
            faults->lost++;
            return;
        }
        faults->items = items;
        faults->capacity = capacity;
    }
    struct cqa_fault *kept = &faults->items[faults->count++];
    *kept = (struct cqa_fault){cqa_arena_string(&faults->arena, fault->agent), fault->at,
                               cqa_arena_string(&faults->arena, fault->text),
                               cqa_arena_string(&faults->arena, fault->zh)};
    if (kept->text == NULL || (fault->agent != NULL && kept->agent == NULL))
        faults->lost++;
}

void cqa_faults_add_va(struct cqa_faults *faults, const char *agent, struct cqa_place at,
                       const char *format, va_list *arguments)
{
    char text[600];
    char chinese[600];
    /* What the reader of the file said is passed on whole, under "%s". */
    const int is_passed_on = strcmp(format, "%s") == 0;
    const char *format_zh = is_passed_on ? NULL : cqa_fault_chinese(format);
    struct cqa_fault fault = {agent, at, text, NULL};
    va_list again;

    va_copy(again, *arguments);
    vsnprintf(text, sizeof text, format, *arguments);
    cqa_drop_half_character(text, sizeof text);
    if (is_passed_on) {
        fault.zh = cqa_fault_chinese(text);
    } else if (format_zh != NULL) {
        vsnprintf(chinese, sizeof chinese, format_zh, again);
        cqa_drop_half_character(chinese, sizeof chinese);
        fault.zh = chinese;
    }
    va_end(again);
    cqa_faults_add_known(faults, &fault);
}

void cqa_faults_add(struct cqa_faults *faults, const char *agent, struct cqa_place at,
                    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_faults_add_va(faults, agent, at, format, &arguments);
    va_end(arguments);
}

static int by_place(const void *left, const void *right)
{
    const struct cqa_fault *a = left;
    const struct cqa_fault *b = right;
    const int files = strcmp(a->at.file ? a->at.file : "", b->at.file ? b->at.file : "");

    if (files != 0)
        return files;
    if (a->at.line != b->at.line)
        return a->at.line < b->at.line ? -1 : 1;
    return a->at.column < b->at.column ? -1 : a->at.column > b->at.column;
}

void cqa_faults_print(struct cqa_faults *faults, FILE *out)
{
    char text[1300];

    if (faults->count > 0)
        qsort(faults->items, faults->count, sizeof *faults->items, by_place);
    for (size_t i = 0; i < faults->count; i++) {
        const struct cqa_fault *fault = &faults->items[i];
        cqa_escape_control(fault->text ? fault->text : "out of memory", text, sizeof text);
        if (fault->at.file != NULL)
            fprintf(out, "%s:%zu:%zu: ", fault->at.file, fault->at.line, fault->at.column);
        fprintf(out, "%s\n", text);
    }
    if (faults->lost > 0)
        fprintf(out, "out of memory: %zu more\n", faults->lost);
}

void cqa_faults_finish(struct cqa_faults *faults)
{
    free(faults->items);
    cqa_arena_finish(&faults->arena);
    *faults = (struct cqa_faults){0};
}

enum cqa_status cqa_rows_add(struct cqa_rows *rows, const struct cqa_row *row)
{
    if (rows->count == rows->capacity) {
        const size_t capacity = rows->capacity ? rows->capacity * 2 : 256;
        struct cqa_row *items = realloc(rows->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        rows->items = items;
        rows->capacity = capacity;
    }
    rows->items[rows->count++] = *row;
    return CQA_OK;
}

void cqa_rows_finish(struct cqa_rows *rows)
{
    free(rows->items);
    cqa_arena_finish(&rows->arena);
    *rows = (struct cqa_rows){0};
}
