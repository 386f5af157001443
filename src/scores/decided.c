/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/decided.h"

#include <stddef.h>
#include <string.h>

const char *const cqa_flag_state_words[CQA_FLAG_STATE_COUNT + 1] = {"open", "confirmed",
                                                                    "overturned", "changed", NULL};

/* Of the rule of flag `at`, where that is the first of its rule; 0 else. */
static int64_t rule_stands_c(const struct cqa_counted_flag *flags, size_t count, size_t at)
{
    int64_t sum_c = 0;

    for (size_t i = 0; i < at; i++)
        if (strcmp(flags[i].rule, flags[at].rule) == 0)
            return 0;
    for (size_t i = at; i < count; i++)
        sum_c += strcmp(flags[i].rule, flags[at].rule) == 0 ? flags[i].stands_c : 0;
    return cqa_cap_points(sum_c, flags[at].cap_c);
}

void cqa_sum_flags(const struct cqa_counted_flag *flags, size_t count, struct cqa_flag_sums *sums)
{
    for (size_t i = 0; i < count; i++) {
        sums->computed_c += flags[i].is_by_hand ? 0 : flags[i].points_c;
        sums->fails |= flags[i].fails && !flags[i].is_by_hand;
        sums->fails_still |= flags[i].fails_still;
        sums->standing_c += rule_stands_c(flags, count, i);
    }
}

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
