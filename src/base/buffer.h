/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_BUFFER_H
#define CQA_BASE_BUFFER_H

#include <stddef.h>
#include "base/status.h"

/*
 * Growing text with a ceiling. Start with {.limit = N}. Always NUL-terminated once something was
 * added
 * (`text` is NULL before). A failed addition (no memory, over the limit) sets `failed` and every
 * later one fails too, so that a caller may check once at the end.
 */
struct cqa_buffer {
    char *text;
    size_t length;
    size_t capacity;
    size_t limit;
    int failed;
};

enum cqa_status cqa_buffer_add(struct cqa_buffer *buffer, const void *bytes, size_t count);
enum cqa_status cqa_buffer_print(struct cqa_buffer *buffer, const char *format, ...)
    CQA_PRINTF(2, 3);
void cqa_buffer_finish(struct cqa_buffer *buffer);

#endif
