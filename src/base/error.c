/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* What the system says most often; what it says else stays English. */
static const char *const system_words[] = {
    CQA_N("No such file or directory"),
    CQA_N("Permission denied"),
    CQA_N("Operation not permitted"),
    CQA_N("Is a directory"),
    CQA_N("Not a directory"),
    CQA_N("File exists"),
    CQA_N("No space left on device"),
    CQA_N("Disk quota exceeded"),
    CQA_N("File too large"),
    CQA_N("File name too long"),
    CQA_N("Input/output error"),
    CQA_N("Read-only file system"),
    CQA_N("Stale file handle"),
    CQA_N("Too many open files"),
    CQA_N("Cannot allocate memory"),
    CQA_N("Resource temporarily unavailable"),
    CQA_N("Address already in use"),
    CQA_N("Cannot assign requested address"),
    CQA_N("Connection refused"),
    CQA_N("Connection timed out"),
    CQA_N("Broken pipe"),
    CQA_N("Invalid argument"),
    CQA_N("Too many levels of symbolic links"),
};

const struct cqa_message *cqa_message_set_errno(struct cqa_message *message, int sys_errno)
{
    const char *words = strerrordesc_np(sys_errno);

    for (size_t i = 0; words != NULL && i < sizeof system_words / sizeof system_words[0]; i++)
        if (strcmp(system_words[i], words) == 0) {
            message->format = system_words[i];
            message->used = 0;
            return message;
        }
    return words != NULL ? cqa_message_set(message, "%s", words)
                         : cqa_message_set(message, "system error %d", sys_errno);
}

enum cqa_status cqa_fail(struct cqa_error *error, enum cqa_status status, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return status;
    error->status = status;
    error->sys_errno = 0;
    va_start(arguments, format);
    cqa_message_set_va(&error->message, format, &arguments);
    va_end(arguments);
    return status;
}

enum cqa_status cqa_fail_errno(struct cqa_error *error, const char *format, ...)
{
    const int sys_errno = errno;
    const enum cqa_status status = sys_errno == ENOMEM ? CQA_E_NOMEM : CQA_E_IO;
    va_list arguments;

    if (error == NULL)
        return status;
    error->status = status;
    error->sys_errno = sys_errno;
    cqa_message_set_errno(&error->message, sys_errno);
    va_start(arguments, format);
    cqa_message_within_va(&error->message, format, &arguments);
    va_end(arguments);
    return status;
}

enum cqa_status cqa_fail_within(struct cqa_error *error, const char *context, ...)
{
    va_list arguments;

    if (error == NULL)
        return CQA_E_BADDATA;
    va_start(arguments, context);
    cqa_message_within_va(&error->message, context, &arguments);
    va_end(arguments);
    return error->status;
}
