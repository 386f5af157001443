/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dual tones as keys send them (ITU-T Q.23, Q.24). */
#include "event/tone_keys.h"

#include <math.h>
#include "event/tone_cadence.h"

enum { LONGEST_MS = 3000 };

/* The key of a pair of frequencies, 0 for none (Q.23; ±2.2 % is between Q.24's "shall" and "shall
 * not"). */
char cqa_tone_key(const struct cqa_tone_run *run)
{
    static const float rows[4] = {697, 770, 852, 941};
    static const float columns[4] = {1209, 1336, 1477, 1633};
    static const char keys[4][5] = {"123A", "456B", "789C", "*0#D"};

    if (run->shape != CQA_SHAPE_PAIR || run->purity < 0.8f || cqa_tone_run_ms(run) > LONGEST_MS)
        return 0;
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++)
            if (fabsf(run->hz[0] - rows[r]) <= 0.022f * rows[r] &&
                fabsf(run->hz[1] - columns[c]) <= 0.022f * columns[c])
                return keys[r][c];
    return 0;
}

/* A key begins and ends at once; in a pure one either will do, for something else may sound right
 * beside it. */
int cqa_tone_is_key(const struct cqa_tone_run *run)
{
    const float weaker = fminf(run->rise_db, run->fall_db);
    const float stronger = fmaxf(run->rise_db, run->fall_db);

    return cqa_tone_key(run) != 0 && (run->purity >= 0.95f ? stronger : weaker) >= 6.0f;
}

/* What a single key needs more, against notes and vowels. */
int cqa_tone_is_lone_key(const struct cqa_tone_run *run)
{
    return run->last - run->first >= 3 && run->wobble <= 2.0f &&
           fminf(run->rise_db, run->fall_db) >= 8.0f && cqa_tone_is_clean(run, 0.05f);
}
