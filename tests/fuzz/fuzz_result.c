/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "result/result.h"

/* Any bytes as a result; one that is taken is written and must be read back to the very same text.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_json(const struct cqa_result *result, struct cqa_buffer *out)
{
    if (cqa_result_to_json(result, out) != CQA_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_result result;
    struct cqa_result back;
    struct cqa_error error = {0};
    struct cqa_buffer first = {.limit = 64 << 20};
    struct cqa_buffer second = {.limit = 64 << 20};

    if (cqa_result_from_json((const char *)data, size, 0, &result, &error) == CQA_OK) {
        write_json(&result, &first);
        if (cqa_result_from_json(first.text, first.length, 1, &back, &error) != CQA_OK)
            abort();
        write_json(&back, &second);
        if (strcmp(first.text, second.text) != 0)
            abort();
        cqa_result_finish(&back);
    } else if (cqa_english(&error.message)[0] == '\0') {
        abort();
    }
    cqa_result_finish(&result);
    cqa_buffer_finish(&first);
    cqa_buffer_finish(&second);
    return 0;
}
