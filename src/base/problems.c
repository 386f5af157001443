/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/problems.h"

#include <stdarg.h>
#include <stdlib.h>

void cqa_problems_add(struct cqa_problems *problems, size_t line, size_t column, const char *format,
                      ...)
{
    va_list arguments;
    char *text = NULL;

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
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    problems->items[problems->count++] = (struct cqa_problem){line, column, text};
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

void cqa_problems_print(struct cqa_problems *problems, const char *file, FILE *out)
{
    if (stored(problems) > 1)
        qsort(problems->items, stored(problems), sizeof *problems->items, by_place);
    for (size_t i = 0; i < stored(problems); i++) {
        const struct cqa_problem *problem = &problems->items[i];
        fprintf(out, "%s:%zu:%zu: %s\n", file, problem->line, problem->column,
                problem->text ? problem->text : "out of memory");
    }
}

void cqa_problems_finish(struct cqa_problems *problems)
{
    for (size_t i = 0; i < stored(problems); i++)
        free(problems->items[i].text);
    free(problems->items);
    *problems = (struct cqa_problems){0};
}
