/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_PROBLEMS_H
#define CQA_BASE_PROBLEMS_H

#include <stddef.h>
#include <stdio.h>
#include "base/error.h"

/* Everything that is wrong with one file, each with its place. {0} is empty; finish frees. */
struct cqa_problem {
    size_t line;                 /* from 1; 0: the file as a whole */
    size_t column;               /* from 1 */
    struct cqa_message *message; /* what is wrong, what is allowed; NULL: it found no memory. Of the
                                    size that it needs: not to be copied by assignment */
};

struct cqa_problems {
    struct cqa_problem *items;
    size_t count;
    size_t capacity;
};

/* Adds one; when memory runs out the count still grows, so that a file never passes for good. */
void cqa_problems_add(struct cqa_problems *problems, size_t line, size_t column, const char *format,
                      ...) CQA_MESSAGE(4, 5);
void cqa_problems_add_va(struct cqa_problems *problems, size_t line, size_t column,
                         const char *format, va_list *arguments);

/* What the index-th says, "out of memory" where that found none; never NULL. */
const struct cqa_message *cqa_problem_message(const struct cqa_problems *problems, size_t index);

/* Each as "WHAT:LINE:COLUMN: text", a line, in the order of the file. `what` is a CQA_N, said in
 * the language; `file` is no word of ours, and what programs read stays as it is. */
void cqa_problems_put(struct cqa_problems *problems, const char *what, enum cqa_language language,
                      struct cqa_buffer *out);
void cqa_problems_print(struct cqa_problems *problems, const char *file, enum cqa_language language,
                        FILE *out);
void cqa_problems_finish(struct cqa_problems *problems);

#endif
