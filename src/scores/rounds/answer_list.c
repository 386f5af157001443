/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/answers.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void cqa_answers_finish(struct cqa_answer_list *list)
{
    free(list->items);
    *list = (struct cqa_answer_list){0};
}

enum cqa_status cqa_answers_add(struct cqa_answer_list *list, const char *asked, const char *said)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity ? list->capacity * 2 : 64;
        struct cqa_answer *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL)
            return CQA_E_NOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct cqa_answer){asked, said};
    return CQA_OK;
}

static int by_asked(const void *left, const void *right)
{
    return strcmp(((const struct cqa_answer *)left)->asked,
                  ((const struct cqa_answer *)right)->asked);
}

/* They came in order of the database's own, which is that of bytes. */
const char *cqa_answers_find(const struct cqa_answer_list *list, const char *asked)
{
    const struct cqa_answer wanted = {asked, NULL};
    const struct cqa_answer *found = list->count == 0 ? NULL
                                                      : bsearch(&wanted, list->items, list->count,
                                                                sizeof *list->items, by_asked);

    return found == NULL ? NULL : found->said;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

enum cqa_status cqa_headings_key(const char *const *headings, size_t count,
                                 char out[CQA_HEADINGS_KEY_SIZE])
{
    crypto_hash_sha256_state state;
    unsigned char digest[crypto_hash_sha256_BYTES];
    const char **sorted = calloc(count + 1, sizeof *sorted);

    if (sorted == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        sorted[i] = headings[i];
    qsort(sorted, count, sizeof *sorted, by_text);
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++)
        crypto_hash_sha256_update(&state, (const unsigned char *)sorted[i], strlen(sorted[i]) + 1);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(out, CQA_HEADINGS_KEY_SIZE, digest, sizeof digest);
    free(sorted);
    return CQA_OK;
}
