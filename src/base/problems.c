/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/problems.h"

#include <stdarg.h>
#include <stdlib.h>

void cqa_problems_add_va(struct cqa_problems *problems, size_t line, size_t column,
                         const char *format, va_list *arguments)
{
    struct cqa_message message;

    if (problems->count >= problems->capacity) {
        const size_t capacity = problems->capacity ? problems->capacity * 2 : 8;
        /* once one found no room, later ones only count: the list has no holes */
        struct cqa_problem *items = problems->count > problems->capacity
                                        ? NULL
                                        : realloc(problems->items, capacity * sizeof *items);
        if (items == NULL) {
            problems->count++;
            return;
        }
        problems->items = items;
        problems->capacity = capacity;
    }
    cqa_message_set_va(&message, format, arguments);
    problems->items[problems->count++] =
        (struct cqa_problem){line, column, cqa_message_keep(&message)};
}

void cqa_problems_add(struct cqa_problems *problems, size_t line, size_t column, const char *format,
                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    cqa_problems_add_va(problems, line, column, format, &arguments);
    va_end(arguments);
}

static size_t stored(const struct cqa_problems *problems)
{
    if (problems->items == NULL)
        return 0;
    return problems->count < problems->capacity ? problems->count : problems->capacity;
}

static int by_place(const void *left, const void *right)
{
    const struct cqa_problem *a = left;
    const struct cqa_problem *b = right;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

const struct cqa_message *cqa_problem_message(const struct cqa_problems *problems, size_t index)
{
    static const struct cqa_message no_memory = {.format = CQA_N("out of memory")};

    return index < stored(problems) && problems->items[index].message != NULL
               ? problems->items[index].message
               : &no_memory;
}

static void sort(struct cqa_problems *problems)
{
    if (stored(problems) > 1)
        qsort(problems->items, stored(problems), sizeof *problems->items, by_place);
}

void cqa_problems_put(struct cqa_problems *problems, const char *what, enum cqa_language language,
                      struct cqa_buffer *out)
{
    struct cqa_message line;

    sort(problems);
    for (size_t i = 0; i < stored(problems); i++) {
        cqa_message_set(&line, "%p:%zu:%zu: %p", cqa_words_named(what), problems->items[i].line,
                        problems->items[i].column, cqa_problem_message(problems, i));
        cqa_message_put(&line, language, out);
        cqa_buffer_add(out, "\n", 1);
    }
}

void cqa_problems_print(struct cqa_problems *problems, const char *file, enum cqa_language language,
                        FILE *out)
{
    sort(problems);
    for (size_t i = 0; i < stored(problems); i++)
        fprintf(out, "%s:%zu:%zu: %s\n", file, problems->items[i].line, problems->items[i].column,
                cqa_said(cqa_problem_message(problems, i), language));
}

void cqa_problems_finish(struct cqa_problems *problems)
{
    for (size_t i = 0; i < stored(problems); i++)
        free(problems->items[i].message);
    free(problems->items);
    *problems = (struct cqa_problems){0};
}
