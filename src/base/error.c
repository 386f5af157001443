/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"

static void set(struct cqa_error *error, enum cqa_status status, int sys_errno, const char *format,
                va_list arguments)
{
    if (error == NULL)
        return;
    error->status = status;
    error->sys_errno = sys_errno;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    cqa_drop_half_character(error->text, sizeof error->text);
}

enum cqa_status cqa_fail(struct cqa_error *error, enum cqa_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set(error, status, 0, format, arguments);
    va_end(arguments);
    return status;
}

enum cqa_status cqa_fail_errno(struct cqa_error *error, const char *format, ...)
{
    const int sys_errno = errno;
    const enum cqa_status status = sys_errno == ENOMEM ? CQA_E_NOMEM : CQA_E_IO;
    va_list arguments;

    va_start(arguments, format);
    set(error, status, sys_errno, format, arguments);
    va_end(arguments);
    if (error != NULL) {
        const size_t used = strlen(error->text);
        snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(sys_errno));
    }
    return status;
}

enum cqa_status cqa_fail_within(struct cqa_error *error, const char *context, ...)
{
    if (error == NULL)
        return CQA_E_BADDATA;
    char inner[sizeof error->text];
    va_list arguments;

    memcpy(inner, error->text, sizeof inner);
    va_start(arguments, context);
    vsnprintf(error->text, sizeof error->text, context, arguments);
    va_end(arguments);
    const size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", inner);
    cqa_drop_half_character(error->text, sizeof error->text);
    return error->status;
}
