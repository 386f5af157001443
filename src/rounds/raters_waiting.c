/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "appraisal/schemes.h"
#include "rounds/raters.h"

static int is_open(const struct cqa_round *round)
{
    return round->stage != CQA_ROUND_CLOSED;
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
    struct cqa_rounds open;
    struct cqa_arena arena = {0};

    *out = 0;
    enum cqa_status status = cqa_rounds_newest(scores, -1, is_open, &arena, &open, error);
    for (size_t i = 0; status == CQA_OK && i < open.count; i++)
        status = count_round(scores, &open.items[i], who, out, error);
    cqa_arena_finish(&arena);
    return status;
}
