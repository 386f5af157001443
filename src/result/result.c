/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "result/result.h"

const char *const cqa_role_words[CQA_ROLE_COUNT + 1] = {"agent", "customer", "mixed", "", NULL};

void cqa_result_finish(struct cqa_result *result)
{
    if (result == NULL)
        return;
    for (size_t i = 0; i < sizeof result->channels / sizeof result->channels[0]; i++)
        cqa_spans_finish(&result->channels[i].speech);
    cqa_events_finish(&result->events);
    cqa_measurable_finish(&result->measurable);
    cqa_arena_finish(&result->arena);
    *result = (struct cqa_result){0};
}

void cqa_digits_mask(char *digits)
{
    for (; *digits != '\0'; digits++)
        if (*digits != '+')
            *digits = '*';
}

void cqa_result_mask_digits(struct cqa_result *result)
{
    for (size_t i = 0; i < result->events.count; i++)
        cqa_digits_mask(result->events.items[i].digits);
}
