/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/rounds/rounds_internal.h"

struct keeping {
    struct cqa_rounds *rounds;
    int (*is_wanted)(const struct cqa_round *round);
    struct cqa_arena *arena;
    struct cqa_error *error;
    enum cqa_status status;
};

static void keep_wanted(void *context, const struct cqa_round *round)
{
    struct keeping *keeping = context;
    struct cqa_rounds *rounds = keeping->rounds;

    if (keeping->status != CQA_OK || rounds->count == CQA_ROUNDS_NEWEST ||
        !keeping->is_wanted(round))
        return;
    rounds->items[rounds->count] = *round;
    keeping->status =
        cqa_round_keep(keeping->arena, &rounds->items[rounds->count++], keeping->error);
}

enum cqa_status cqa_rounds_newest(struct cqa_scores *scores, int stage,
                                  int (*is_wanted)(const struct cqa_round *round),
                                  struct cqa_arena *arena, struct cqa_rounds *out,
                                  struct cqa_error *error)
{
    struct keeping keeping = {out, is_wanted, arena, error, CQA_OK};

    out->count = 0;
    const enum cqa_status status =
        cqa_round_list(scores, NULL, NULL, stage, keep_wanted, &keeping, error);
    return status == CQA_OK ? keeping.status : status;
}
