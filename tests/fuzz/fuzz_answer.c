/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "post/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a server says, or whoever is in its place: nothing counts as delivered that its own key does
 * not stand beside, and what is shown of it is one line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"k1", "k2", "a-key:with/more"};
    enum { KEYS = sizeof keys / sizeof *keys };
    struct cqa_receipt receipts[KEYS];
    char said[300];
    const char *text = (const char *)data;

    for (size_t count = 1; count <= KEYS; count += KEYS - 1) {
        for (size_t i = 0; i < KEYS; i++)
            receipts[i] = (struct cqa_receipt){.verdict = CQA_LATER};
        const int found = cqa_answer_read(text, size, keys, receipts, count);
        if (found < 0 || (size_t)found > count)
            abort();
        for (size_t i = 0; i < count; i++)
            if (receipts[i].verdict == CQA_DELIVERED &&
                memmem(data, size, keys[i], strlen(keys[i])) == NULL &&
                memchr(data, 0x5c, size) == NULL)
                abort();
    }
    cqa_answer_explain(text, size, 500, said, sizeof said);
    if (strlen(said) >= sizeof said || strpbrk(said, "\r\n") != NULL)
        abort();
    return 0;
}
