/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_LEAK_H
#define CQA_SIGNAL_LEAK_H

/*
 * The path of one party's voice into the other's channel (hybrid echo, headset crosstalk),
 * estimated once over the call from stretches where one party talks alone. Source: Knapp & Carter
 * 1976 (phase transform).
 */
enum { CQA_LEAK_BANDS = 17 };

struct cqa_leak {
    int found;                          /* certainty was enough; else the rest is 0 */
    int blocks;                         /* one-second blocks that the estimate stands on */
    float delay_ms;                     /* -16..500 */
    float gain_db;                      /* over 300..3200 Hz */
    float band_gain_db[CQA_LEAK_BANDS]; /* in each band of frames.h */
    float certainty;                    /* peak of the correlation over its rms */
};

/*
 * Whether both channels hold the same sound, be it inverted, delayed by some 20 ms or filtered:
 * what one second of it has in common with the other channel's does not change from one second to
 * the next, as it would with two voices.
 */
struct cqa_sameness {
    int blocks;      /* one-second blocks, both channels loud, that the estimate stands on */
    int loud;        /* blocks in which either channel was, */
    int both;        /* and in which both were */
    float coherence; /* 0..1, mean over 300..3200 Hz; of two voices about 0.9 / sqrt(blocks) */
};

/*
 * Two channels, one mix. On simulated calls with two voices the coherence is 0.35 at most where
 * both are loud for half of the talk, and of one mix in two channels, through every codec, 0.53 at
 * least (docs/accuracy.md, "Situations").
 */
static inline int cqa_is_same_mix(const struct cqa_sameness *same)
{
    return same->blocks >= 6 && 2 * same->both >= same->loud && same->coherence >= 0.45f;
}

#endif
