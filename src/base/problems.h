/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_PROBLEMS_H
#define CQA_BASE_PROBLEMS_H

#include <stddef.h>
#include <stdio.h>
#include "base/error.h"

/* Everything that is wrong with one file, each with its place. {0} is empty; finish frees. */
struct cqa_problem {
    size_t line;   /* from 1; 0: the file as a whole */
    size_t column; /* from 1 */
    char *text;    /* what is wrong, what is allowed */
};

struct cqa_problems {
    struct cqa_problem *items;
    size_t count;
    size_t capacity;
};

/* Adds one; when memory runs out the count still grows, so that a file never passes for good. */
void cqa_problems_add(struct cqa_problems *problems, size_t line, size_t column, const char *format,
                      ...) CQA_PRINTF(4, 5);

/* Prints each as "FILE:LINE:COLUMN: text", in the order of the file. */
void cqa_problems_print(struct cqa_problems *problems, const char *file, FILE *out);
void cqa_problems_finish(struct cqa_problems *problems);

#endif
