/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dual tones as keys send them (ITU-T Q.23, Q.24). */
#include "event/tone_keys.h"

#include <math.h>
#include "event/tone_cadence.h"

/* The numbers that decide here: docs/detectors.md says how to read and change them. */
static const struct {
    int64_t longest_ms; /* longer pairs are no key */
    float pitch_share;  /* most between a frequency and its key's */
    float purity_share; /* least purity of a key */
    float pure_share;   /* from this purity on one edge will do, for something else may sound beside
                           it */
    float edge_db;      /* least rise and fall of a key */
    size_t lone_frames; /* least of a single key, against notes and vowels: */
    float lone_wobble_hz;   /* its frequency moves no more, */
    float lone_edge_db;     /* it rises and falls by more, */
    float lone_clean_share; /* and has no more beside it (event/tone_cadence.c) */
} limits = {
    .longest_ms = 3000,        /* by hand */
    .pitch_share = 0.022f,     /* between ITU-T Q.24's "shall" (1.5 %) and "shall not" (3.5 %) */
    .purity_share = 0.8f,      /* by hand */
    .pure_share = 0.95f,       /* by hand */
    .edge_db = 6.0f,           /* by hand */
    .lone_frames = 3,          /* by hand */
    .lone_wobble_hz = 2.0f,    /* by hand */
    .lone_edge_db = 8.0f,      /* by hand */
    .lone_clean_share = 0.05f, /* by hand */
};

/* The key of a pair of frequencies, 0 for none (Q.23; ±2.2 % is between Q.24's "shall" and "shall
 * not"). */
char cqa_tone_key(const struct cqa_tone_run *run)
{
    static const float rows[4] = {697, 770, 852, 941};
    static const float columns[4] = {1209, 1336, 1477, 1633};
    static const char keys[4][5] = {"123A", "456B", "789C", "*0#D"};

    if (run->shape != CQA_SHAPE_PAIR || run->purity < limits.purity_share ||
        cqa_tone_run_ms(run) > limits.longest_ms)
        return 0;
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++)
            if (fabsf(run->hz[0] - rows[r]) <= limits.pitch_share * rows[r] &&
                fabsf(run->hz[1] - columns[c]) <= limits.pitch_share * columns[c])
                return keys[r][c];
    return 0;
}

/* A key begins and ends at once; in a pure one either will do, for something else may sound right
 * beside it. */
int cqa_tone_is_key(const struct cqa_tone_run *run)
{
    const float weaker = fminf(run->rise_db, run->fall_db);
    const float stronger = fmaxf(run->rise_db, run->fall_db);

    return cqa_tone_key(run) != 0 &&
           (run->purity >= limits.pure_share ? stronger : weaker) >= limits.edge_db;
}

/* What a single key needs more, against notes and vowels. */
int cqa_tone_is_lone_key(const struct cqa_tone_run *run)
{
    return run->last - run->first >= limits.lone_frames && run->wobble <= limits.lone_wobble_hz &&
           fminf(run->rise_db, run->fall_db) >= limits.lone_edge_db &&
           cqa_tone_is_clean(run, limits.lone_clean_share);
}
