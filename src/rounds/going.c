/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounds/going.h"

#include <stddef.h>

enum cqa_status cqa_going_check(const struct cqa_going *going, int64_t done, int64_t total,
                                struct cqa_error *error)
{
    if (going == NULL || going->goes_on(going->context, done, total))
        return CQA_OK;
    return cqa_fail(error, CQA_E_REFUSED, "it was called off");
}
