/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "child/frame.h"

/* Any bytes as what a child says, in pieces whose lengths the input gives as well. What is taken
 * must be in the table, and the same in one piece as in many. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cqa_frame_rule RULES[] = {
    CQA_FRAME_RULES_COMMON, {2, 0, 64}, {3, 8, 8}, {4, 1, 4096}};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

static void check(const struct cqa_frame *frame)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (RULES[i].kind == frame->kind && frame->length >= RULES[i].least &&
            frame->length <= RULES[i].most && frame->body[frame->length] == '\0')
            return;
    abort();
}

/* How many frames were taken before the end, or before one was refused; `step` 0: in pieces as
 * large as are wanted. */
static size_t read_all(const uint8_t *data, size_t size, size_t step)
{
    struct cqa_frame_reader reader = {.rules = RULES, .rule_count = RULE_COUNT};
    struct cqa_frame frame;
    size_t frames = 0;

    for (size_t at = 0; at < size;) {
        size_t count = cqa_frame_wanted(&reader);
        if (count == 0)
            abort();
        count = step > 0 && step < count ? step : count;
        count = count < size - at ? count : size - at;
        const enum cqa_frame_state state = cqa_frame_feed(&reader, data + at, count, &frame);
        at += count;
        if (state == CQA_FRAME_REFUSED)
            break;
        if (state == CQA_FRAME_WHOLE) {
            check(&frame);
            frames++;
            cqa_frame_next(&reader);
        }
    }
    cqa_frame_finish(&reader);
    return frames;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (read_all(data + 1, size - 1, data[0]) != read_all(data + 1, size - 1, 0))
        abort();
    return 0;
}
