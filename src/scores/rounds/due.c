/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/due.h"

#include <stdlib.h>

enum { ROUNDS_MAX = 64 }; /* the newest */

struct rounds {
    int64_t ids[ROUNDS_MAX];
    size_t count;
};

static void add_round(void *context, const struct cqa_round *round)
{
    struct rounds *rounds = context;

    if (round->corrected_by == 0 && rounds->count < ROUNDS_MAX)
        rounds->ids[rounds->count++] = round->id;
}

struct adding {
    struct cqa_due_list *list;
    int64_t round;
};

static void add_due(void *context, const struct cqa_disputed *row)
{
    const struct adding *adding = context;
    struct cqa_due_list *list = adding->list;

    if (!row->is_due)
        return;
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity ? list->capacity * 2 : 32;
        struct cqa_due *items = realloc(list->items, capacity * sizeof *items);
        list->no_memory |= items == NULL;
        if (items == NULL)
            return;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct cqa_due){row->objection, adding->round};
}

enum cqa_status cqa_due_read(struct cqa_scores *scores, struct cqa_due_list *out,
                             struct cqa_error *error)
{
    struct rounds rounds = {.count = 0};
    struct cqa_arena arena = {0};
    struct cqa_round round;

    *out = (struct cqa_due_list){0};
    enum cqa_status status =
        cqa_round_list(scores, NULL, NULL, CQA_ROUND_CLOSED, add_round, &rounds, error);
    for (size_t i = 0; status == CQA_OK && i < rounds.count; i++) {
        struct adding adding = {out, rounds.ids[i]};
        status = cqa_round_read(scores, rounds.ids[i], &arena, &round, error);
        if (status == CQA_OK)
            status = cqa_disputed_list(scores, &round, NULL, add_due, &adding, error);
    }
    cqa_arena_finish(&arena);
    return status == CQA_OK && out->no_memory ? cqa_fail(error, CQA_E_NOMEM, "out of memory")
                                              : status;
}

int64_t cqa_due_of(const struct cqa_due_list *list, int64_t objection)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].objection == objection)
            return list->items[i].round;
    return 0;
}

void cqa_due_finish(struct cqa_due_list *list)
{
    free(list->items);
    *list = (struct cqa_due_list){0};
}
