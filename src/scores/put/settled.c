/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scores/put/settled.h"

#include <string.h>

static const struct cqa_put_flag *find_flag(const struct cqa_put_flag *flags, size_t count,
                                            int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (flags[i].id == id)
            return &flags[i];
    return NULL;
}

static int overlap(const struct cqa_put_flag *left, const struct cqa_put_flag *right)
{
    return (left->is_whole && right->is_whole) ||
           (left->start_ms < right->end_ms && right->start_ms < left->end_ms);
}

struct both {
    const struct cqa_put_flag *before, *after;
    size_t before_count, after_count;
};

/* Nobody has said anything of the flag, and it is none of those that were there, moved. */
static int is_new(const struct cqa_put_flag *flag, const struct both *both)
{
    if (flag->is_settled || find_flag(both->before, both->before_count, flag->id) != NULL)
        return 0;
    for (size_t i = 0; i < both->before_count; i++) {
        const struct cqa_put_flag *old = &both->before[i];
        if (!old->is_settled && old->costs && strcmp(old->rule, flag->rule) == 0 &&
            overlap(old, flag) && find_flag(both->after, both->after_count, old->id) == NULL)
            return 0;
    }
    return 1;
}

/* Whether the flag, which a person settled, is still what it was: there, one, and alone. */
static int is_unsettled(const struct cqa_put_flag *flag, const struct both *both)
{
    const int stays = find_flag(both->after, both->after_count, flag->id) != NULL;

    if (!stays && flag->must_stay)
        return 1;
    for (size_t i = 0; i < both->after_count; i++) {
        const struct cqa_put_flag *other = &both->after[i];
        if (other->id == flag->id || !other->costs || strcmp(other->rule, flag->rule) != 0)
            continue;
        if (overlap(flag, other) ? !stays || is_new(other, both) : !stays && is_new(other, both))
            return 1;
    }
    return 0;
}

size_t cqa_put_unsettled(const struct cqa_put_flag *before, size_t before_count,
                         const struct cqa_put_flag *after, size_t after_count)
{
    const struct both both = {before, after, before_count, after_count};
    size_t count = 0;

    for (size_t i = 0; i < before_count; i++)
        count += before[i].is_settled && is_unsettled(&before[i], &both);
    return count;
}
