/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_LEVELS_H
#define CQA_SIGNAL_LEVELS_H

#include <stdint.h>

/* How often each level (half dB, signal/frames.h) occurs among some frames. */
struct cqa_levels {
    unsigned frames[256];
    unsigned total;
};

static inline void cqa_levels_add(struct cqa_levels *levels, uint8_t level)
{
    levels->frames[level]++;
    levels->total++;
}

/* One that was added. */
static inline void cqa_levels_drop(struct cqa_levels *levels, uint8_t level)
{
    levels->frames[level]--;
    levels->total--;
}

/* The level at or under which one in `parts` of the frames lies; 0 for none. */
static inline int cqa_levels_low(const struct cqa_levels *levels, unsigned parts)
{
    unsigned seen = 0;
    int level = 0;

    while (level < 255 && parts * (seen += levels->frames[level]) < levels->total)
        level++;
    return level;
}

/* The level that a `share` of the frames do not exceed, 0..1; 255 for none. */
static inline int cqa_levels_at(const struct cqa_levels *levels, float share)
{
    const unsigned wanted = (unsigned)(share * (float)levels->total);
    unsigned seen = 0;
    int level = 0;

    while (level < 255 && (seen += levels->frames[level]) <= wanted)
        level++;
    return level;
}

#endif
