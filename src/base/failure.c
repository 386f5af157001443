/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>

enum cqa_status cqa_failure_set(struct cqa_failure *failure, const char *reason, const char *format,
                                ...)
{
    va_list arguments;

    if (failure == NULL)
        return CQA_E_BADDATA;
    snprintf(failure->reason, sizeof failure->reason, "%s", reason);
    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    return CQA_E_BADDATA;
}
