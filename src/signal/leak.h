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

#endif
