/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/message_json.h"

enum cqa_status cqa_failure_set(struct cqa_failure *failure, const char *reason, const char *format,
                                ...)
{
    va_list arguments;

    if (failure == NULL)
        return CQA_E_BADDATA;
    snprintf(failure->reason, sizeof failure->reason, "%s", reason);
    va_start(arguments, format);
    cqa_message_set_va(&failure->message, format, &arguments);
    va_end(arguments);
    return CQA_E_BADDATA;
}

size_t cqa_failure_write(const struct cqa_failure *failure, char out[CQA_FAILURE_BYTES_MAX])
{
    const size_t reason = strlen(failure->reason) + 1;
    char *message = cqa_message_to_text(&failure->message);
    size_t length = message ? strlen(message) + 1 : 0;

    memcpy(out, failure->reason, reason);
    if (length > CQA_FAILURE_BYTES_MAX - reason)
        length = 0;
    memcpy(out + reason, length > 0 ? message : "", length > 0 ? length : 1);
    free(message);
    return reason + (length > 0 ? length : 1);
}

int cqa_failure_read(const char *bytes, size_t length, struct cqa_failure *out)
{
    const size_t reason = strnlen(bytes, length);
    const size_t message = reason < length ? strnlen(bytes + reason + 1, length - reason - 1) : 0;

    if (reason == 0 || reason >= sizeof out->reason || reason + message + 2 != length ||
        strspn(bytes, "abcdefghijklmnopqrstuvwxyz_") != reason ||
        !cqa_message_from_text(bytes + reason + 1, &out->message))
        return 0;
    memcpy(out->reason, bytes, reason + 1);
    return 1;
}
