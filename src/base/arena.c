/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16384 };

struct cqa_arena_block {
    struct cqa_arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static struct cqa_arena_block *add_block(struct cqa_arena *arena, size_t size)
{
    const size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;

    if (room > SIZE_MAX - sizeof(struct cqa_arena_block))
        return NULL;
    struct cqa_arena_block *block = calloc(1, sizeof *block + room);
    if (block == NULL)
        return NULL;
    block->size = room;
    block->next = arena->first;
    arena->first = block;
    return block;
}

void *cqa_arena_alloc(struct cqa_arena *arena, size_t size)
{
    const size_t step = alignof(max_align_t);
    struct cqa_arena_block *block = arena->first;

    if (size > SIZE_MAX - step)
        return NULL;
    size = (size + step - 1) / step * step;
    if (block == NULL || block->size - block->used < size)
        block = add_block(arena, size);
    if (block == NULL)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += size;
    return memory;
}

char *cqa_arena_bytes(struct cqa_arena *arena, const char *text, size_t length)
{
    if (text == NULL || length == SIZE_MAX)
        return NULL;
    char *copy = cqa_arena_alloc(arena, length + 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *cqa_arena_string(struct cqa_arena *arena, const char *text)
{
    return text == NULL ? NULL : cqa_arena_bytes(arena, text, strlen(text));
}

void cqa_arena_finish(struct cqa_arena *arena)
{
    while (arena->first != NULL) {
        struct cqa_arena_block *next = arena->first->next;
        free(arena->first);
        arena->first = next;
    }
}
