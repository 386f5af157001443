/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/schemes.h"
#include "rounds/raters.h"

enum { ROUNDS_MAX = 64 }; /* that are open at once, the newest */

struct rounds {
    int64_t ids[ROUNDS_MAX];
    size_t count;
};

static void add_round(void *context, const struct cqa_round *round)
{
    struct rounds *rounds = context;

    if (round->stage != CQA_ROUND_CLOSED && rounds->count < ROUNDS_MAX)
        rounds->ids[rounds->count++] = round->id;
}

static int is_rated(const struct cqa_scheme *scheme)
{
    for (size_t i = 0; i < scheme->indicator_count; i++)
        if (scheme->indicators[i].rated_by != CQA_RATED_BY_NONE)
            return 1;
    return 0;
}

/* A scheme that is gone, or one that nobody rates by, asks nobody. */
static enum cqa_status count_round(struct cqa_scores *scores, const struct cqa_round *round,
                                   const struct cqa_identity *who, int64_t *out,
                                   struct cqa_error *error)
{
    struct cqa_scheme *scheme = NULL;
    struct cqa_raters raters = {0};
    enum cqa_status status = cqa_schemes_load(round->scheme, &scheme, NULL);
    const int asks = status == CQA_OK && is_rated(scheme);

    cqa_scheme_destroy(scheme);
    if (!asks)
        return CQA_OK;
    status = cqa_raters_load(scores, round, &raters, error);
    if (status == CQA_OK)
        *out += (int64_t)cqa_raters_mine(&raters, who);
    cqa_raters_finish(&raters);
    return status;
}

enum cqa_status cqa_ratings_waiting(struct cqa_scores *scores, const struct cqa_identity *who,
                                    int64_t *out, struct cqa_error *error)
{
    struct rounds rounds = {.count = 0};
    struct cqa_round round;
    struct cqa_arena arena = {0};

    *out = 0;
    enum cqa_status status = cqa_round_list(scores, NULL, NULL, -1, add_round, &rounds, error);
    for (size_t i = 0; status == CQA_OK && i < rounds.count; i++) {
        status = cqa_round_read(scores, rounds.ids[i], &arena, &round, error);
        if (status == CQA_OK)
            status = count_round(scores, &round, who, out, error);
    }
    cqa_arena_finish(&arena);
    return status;
}
