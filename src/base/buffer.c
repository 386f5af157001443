/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum cqa_status reserve(struct cqa_buffer *buffer, size_t count)
{
    if (buffer->failed || count > buffer->limit || buffer->length > buffer->limit - count) {
        buffer->failed = 1;
        return CQA_E_LIMIT;
    }
    const size_t needed = buffer->length + count + 1;
    if (needed <= buffer->capacity)
        return CQA_OK;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    char *text = realloc(buffer->text, capacity);
    if (text == NULL) {
        buffer->failed = 1;
        return CQA_E_NOMEM;
    }
    buffer->text = text;
    buffer->capacity = capacity;
    return CQA_OK;
}

enum cqa_status cqa_buffer_add(struct cqa_buffer *buffer, const void *bytes, size_t count)
{
    const enum cqa_status status = reserve(buffer, count);

    if (status != CQA_OK)
        return status;
    if (count > 0)
        memcpy(buffer->text + buffer->length, bytes, count);
    buffer->length += count;
    buffer->text[buffer->length] = '\0';
    return CQA_OK;
}

enum cqa_status cqa_buffer_print(struct cqa_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    const size_t room = buffer->failed ? 0 : buffer->capacity - buffer->length;

    va_start(arguments, format);
    const int count =
        vsnprintf(room > 0 ? buffer->text + buffer->length : NULL, room, format, arguments);
    va_end(arguments);
    const enum cqa_status status = count < 0 ? CQA_E_BADDATA : reserve(buffer, (size_t)count);
    if (status != CQA_OK) {
        if (room > 0)
            buffer->text[buffer->length] = '\0';
        return status;
    }
    if ((size_t)count < room) { /* as is usual, it fitted */
        buffer->length += (size_t)count;
        return CQA_OK;
    }
    va_start(arguments, format);
    vsnprintf(buffer->text + buffer->length, (size_t)count + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)count;
    return CQA_OK;
}

void cqa_buffer_finish(struct cqa_buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct cqa_buffer){.limit = buffer->limit};
}
