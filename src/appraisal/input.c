/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/input.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "book/book.h"

enum { PLACE_BYTES = 4096 + 300 };

const char cqa_about_unknown[] = "";

static struct cqa_message *keep(struct cqa_arena *arena, const struct cqa_message *message)
{
    struct cqa_message *kept = cqa_arena_alloc(arena, cqa_message_size(message));

    if (kept != NULL)
        cqa_message_copy(kept, message);
    return kept;
}

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
    *kept = (struct cqa_fault){
        cqa_arena_string(&faults->arena, fault->agent),
        fault->about == cqa_about_unknown ? cqa_about_unknown
                                          : cqa_arena_string(&faults->arena, fault->about),
        fault->at, fault->message ? keep(&faults->arena, fault->message) : NULL};
    if (kept->message == NULL || (fault->agent != NULL && kept->agent == NULL) ||
        (fault->about != NULL && kept->about == NULL))
        faults->lost++;
}

void cqa_faults_add_va(struct cqa_faults *faults, const char *agent, const char *about,
                       struct cqa_place at, const char *format, va_list *arguments)
{
    struct cqa_message message;
    const struct cqa_fault fault = {agent, about, at,
                                    cqa_message_set_va(&message, format, arguments)};

    cqa_faults_add_known(faults, &fault);
}

void cqa_faults_add(struct cqa_faults *faults, const char *agent, struct cqa_place at,
                    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_faults_add_va(faults, agent, NULL, at, format, &arguments);
    va_end(arguments);
}

void cqa_faults_add_about(struct cqa_faults *faults, const char *agent, const char *about,
                          struct cqa_place at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_faults_add_va(faults, agent, about, at, format, &arguments);
    va_end(arguments);
}

const struct cqa_message *cqa_fault_message(const struct cqa_fault *fault)
{
    static const struct cqa_message no_memory = {.format = CQA_N("out of memory")};

    return fault->message ? fault->message : &no_memory;
}

int cqa_place_in_sheet(struct cqa_place at)
{
    const size_t length = at.file == NULL ? 0 : strlen(at.file);

    return length > 0 && at.file[length - 1] == '!';
}

const char *cqa_place_text(struct cqa_place at, char *out, size_t size)
{
    char cell[CQA_CELL_NAME_SIZE];

    if (cqa_place_in_sheet(at))
        snprintf(out, size, "%s%s", at.file, cqa_cell_name(at.line, at.column, cell));
    else
        snprintf(out, size, "%s:%zu:%zu", at.file ? at.file : "", at.line, at.column);
    return out;
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

static void sort(struct cqa_faults *faults)
{
    if (faults->count > 0)
        qsort(faults->items, faults->count, sizeof *faults->items, by_place);
}

static int same_words(const struct cqa_message *a, const struct cqa_message *b)
{
    return a->format == b->format && a->used == b->used &&
           memcmp(a->arguments, b->arguments, a->used) == 0;
}

int cqa_fault_is_retold(const struct cqa_faults *faults, size_t index)
{
    const struct cqa_fault *fault = &faults->items[index];

    for (size_t i = index; i-- > 0;) {
        const struct cqa_fault *before = &faults->items[i];
        if (before->at.line != fault->at.line || before->at.column != fault->at.column)
            return 0;
        if (by_place(before, fault) == 0 &&
            same_words(cqa_fault_message(before), cqa_fault_message(fault)))
            return 1;
    }
    return 0;
}

size_t cqa_faults_told(const struct cqa_faults *faults)
{
    size_t told = 0;

    for (size_t i = 0; i < faults->count; i++)
        told += !cqa_fault_is_retold(faults, i);
    return told;
}

void cqa_faults_put(struct cqa_faults *faults, const char *what, enum cqa_language language,
                    struct cqa_buffer *out)
{
    struct cqa_message line;

    sort(faults);
    for (size_t i = 0; i < faults->count; i++) {
        const struct cqa_fault *fault = &faults->items[i];
        char cell[CQA_CELL_NAME_SIZE];
        if (cqa_fault_is_retold(faults, i))
            continue;
        if (cqa_place_in_sheet(fault->at))
            cqa_message_set(&line, "%p:%s: %p", cqa_words_named(what),
                            cqa_cell_name(fault->at.line, fault->at.column, cell),
                            cqa_fault_message(fault));
        else
            cqa_message_set(&line, "%p:%zu:%zu: %p", cqa_words_named(what), fault->at.line,
                            fault->at.column, cqa_fault_message(fault));
        cqa_message_put(&line, language, out);
        cqa_buffer_add(out, "\n", 1);
    }
    if (faults->lost > 0)
        cqa_message_put(cqa_words("out of memory: %zu more", faults->lost), language, out);
}

void cqa_faults_print(struct cqa_faults *faults, enum cqa_language language, FILE *out)
{
    sort(faults);
    for (size_t i = 0; i < faults->count; i++) {
        const struct cqa_place *at = &faults->items[i].at;
        char place[PLACE_BYTES];
        if (cqa_fault_is_retold(faults, i))
            continue;
        if (at->file != NULL)
            fprintf(out, "%s: ", cqa_place_text(*at, place, sizeof place));
        fprintf(out, "%s\n", cqa_said(cqa_fault_message(&faults->items[i]), language));
    }
    if (faults->lost > 0)
        fprintf(out, "%s\n",
                cqa_said(cqa_words("out of memory: %zu more", faults->lost), language));
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
