/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/decided.h"

#include <stddef.h>

const char *const cqa_flag_state_words[CQA_FLAG_STATE_COUNT + 1] = {"open", "confirmed",
                                                                    "overturned", "changed", NULL};

static int64_t least(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

/* What the analyzer's total says of a floor that is not known. */
static int64_t guess_floor(const struct cqa_flag_sums *sums)
{
    const int at_floor = sums->fails || sums->limits.base_c - sums->computed_c < sums->total_c;

    return at_floor ? sums->total_c : least(0, sums->total_c);
}

int64_t cqa_decided_total(const struct cqa_flag_sums *sums)
{
    struct cqa_total_limits limits = sums->limits;

    if (!sums->has_limits) {
        limits.floor_c = guess_floor(sums);
        limits.cap_c = CQA_NO_CAP;
    }
    const int64_t ground_c = sums->total_c - cqa_total_of(&limits, sums->computed_c, sums->fails);
    const int64_t decided_c =
        least(ground_c + cqa_total_of(&limits, sums->standing_c, sums->fails_still), limits.base_c);
    return decided_c > limits.floor_c ? decided_c : limits.floor_c;
}
