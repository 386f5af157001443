/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_BASE_ARENA_H
#define CQA_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that lives and dies together: the strings and arrays of one recording, one rubric, one
 * request. {0} is empty. Not thread-safe: an arena belongs to one owner.
 */
struct cqa_arena {
    struct cqa_arena_block *first;
};

/* Zeroed memory, aligned for any type; NULL when there is none. Valid until cqa_arena_finish. */
void *cqa_arena_alloc(struct cqa_arena *arena, size_t size);

/* Copies; NULL for NULL or out of memory. */
char *cqa_arena_string(struct cqa_arena *arena, const char *text);
char *cqa_arena_bytes(struct cqa_arena *arena, const char *text, size_t length);

void cqa_arena_finish(struct cqa_arena *arena);

#endif
