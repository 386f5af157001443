/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/range.h"

#include <stdlib.h>
#include <string.h>

/* Digits as a number; values past 2^63 count as that, since no file is larger. */
static int read_position(const char **text, uint64_t *out)
{
    const char *start = *text;

    *out = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        *out = *out > UINT64_MAX / 20 ? UINT64_MAX / 2 : *out * 10 + (uint64_t)(**text - '0');
    return *text > start;
}

enum cqa_range_kind cqa_range_read(const char *header, uint64_t size, struct cqa_range *out)
{
    uint64_t first = 0;
    uint64_t last = 0;

    if (strncmp(header, "bytes=", 6) != 0)
        return CQA_RANGE_WHOLE;
    header += 6;
    const int has_first = read_position(&header, &first);
    if (*header++ != '-')
        return CQA_RANGE_WHOLE;
    const int has_last = read_position(&header, &last);
    if (*header != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first))
        return CQA_RANGE_WHOLE;
    if (!has_first) { /* the last N bytes */
        first = last < size ? size - last : 0;
        if (last == 0 || size == 0)
            return CQA_RANGE_NONE;
        last = size - 1;
    }
    if (first >= size)
        return CQA_RANGE_NONE;
    *out = (struct cqa_range){first, has_last && last < size ? last + 1 : size};
    return CQA_RANGE_PART;
}
