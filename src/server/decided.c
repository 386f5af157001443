/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decided.h"

#include <stddef.h>

const char *const cqa_flag_state_words[CQA_FLAG_STATE_COUNT + 1] = {"open", "confirmed",
                                                                    "overturned", "changed", NULL};

static int64_t least(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

int64_t cqa_decided_total(const struct cqa_flag_sums *sums)
{
    const int at_floor = sums->automatic_fail || sums->base_c - sums->computed_c < sums->total_c;
    const int64_t floor_c = at_floor ? sums->total_c : least(0, sums->total_c);

    if (sums->automatic_fail_open)
        return sums->total_c;
    int64_t decided_c = at_floor ? sums->base_c - sums->standing_c
                                 : sums->total_c + sums->computed_c - sums->standing_c;
    decided_c = least(decided_c, sums->base_c);
    return decided_c > floor_c ? decided_c : floor_c;
}
