/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/raw.h"

#include <stddef.h>
#include <string.h>

struct cqa_raw cqa_raw_of_facts(const char *container, const char *encoding, int rate_hz,
                                int channels)
{
    static const char *const words[CQA_RAW_COUNT] = {"", "PCM_16", "ULAW", "ALAW", "G722"};
    struct cqa_raw raw = {.rate_hz = rate_hz, .channels = channels};

    if (container == NULL || encoding == NULL || strcmp(container, "RAW") != 0)
        return (struct cqa_raw){0};
    for (int i = CQA_RAW_SLIN; i < CQA_RAW_COUNT; i++)
        if (strcmp(encoding, words[i]) == 0)
            raw.encoding = (enum cqa_raw_encoding)i;
    return raw;
}
