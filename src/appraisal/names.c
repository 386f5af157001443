/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static uint64_t hash(const char *name)
{
    uint64_t value = 14695981039346656037U;

    for (; *name != '\0'; name++)
        value = (value ^ (unsigned char)*name) * 1099511628211U;
    return value;
}

/* The slot that holds `name`, or the free one where it belongs. */
static size_t slot_of(const struct cqa_names *names, const char *name)
{
    size_t slot = (size_t)hash(name) & (names->slot_count - 1);

    while (names->slots[slot] != 0 && strcmp(names->items[names->slots[slot] - 1], name) != 0)
        slot = (slot + 1) & (names->slot_count - 1);
    return slot;
}

static enum cqa_status grow(struct cqa_names *names)
{
    const size_t capacity = names->capacity ? names->capacity * 2 : 64;
    const char **items = realloc(names->items, capacity * sizeof *items);

    if (items == NULL)
        return CQA_E_NOMEM;
    names->items = items;
    size_t *slots = calloc(capacity * 2, sizeof *slots);
    if (slots == NULL)
        return CQA_E_NOMEM;
    free(names->slots);
    names->slots = slots;
    names->slot_count = capacity * 2;
    names->capacity = capacity;
    for (size_t i = 0; i < names->count; i++)
        names->slots[slot_of(names, names->items[i])] = i + 1;
    return CQA_OK;
}

enum cqa_status cqa_names_add(struct cqa_names *names, const char *name, size_t *index)
{
    if (names->count == names->capacity && grow(names) != CQA_OK)
        return CQA_E_NOMEM;
    const size_t slot = slot_of(names, name);
    if (names->slots[slot] == 0) {
        names->items[names->count++] = name;
        names->slots[slot] = names->count;
    }
    *index = names->slots[slot] - 1;
    return CQA_OK;
}

int cqa_names_find(const struct cqa_names *names, const char *name, size_t *index)
{
    if (names->count == 0)
        return 0;
    const size_t slot = slot_of(names, name);
    if (names->slots[slot] == 0)
        return 0;
    *index = names->slots[slot] - 1;
    return 1;
}

void cqa_names_finish(struct cqa_names *names)
{
    free(names->items);
    free(names->slots);
    *names = (struct cqa_names){0};
}
