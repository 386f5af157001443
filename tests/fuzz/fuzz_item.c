/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "result/item.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a recorder posts is a stranger's text: it is stored or refused, and never harms the server.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cqa_item item;
    struct cqa_error error;
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (cqa_item_read(&item, text, size, "key", &error) == CQA_OK && item.body == NULL)
        abort();
    cqa_item_finish(&item);
    free(text);
    return 0;
}
