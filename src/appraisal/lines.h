/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_APPRAISAL_LINES_H
#define CQA_APPRAISAL_LINES_H

#include <stddef.h>
#include "appraisal/input.h"
#include "base/error.h"

/* Takes a line, `length` bytes with its end, which the caller may change; fails for memory alone.
 */
typedef enum cqa_status cqa_line_take(void *context, char *line, size_t length,
                                      struct cqa_place at);

/* Hands each line of a file to `take`, in order, until one fails. CQA_E_IO: it cannot be read. */
enum cqa_status cqa_lines_each(const char *path, cqa_line_take *take, void *context,
                               struct cqa_error *error) CQA_MUST_CHECK;

#endif
