#ifndef CQA_SIGNAL_PEAKS_H
#define CQA_SIGNAL_PEAKS_H

#include "signal/tile.h"

/* Inside signal/: spectral peaks, and which of them stay. */
enum { CQA_PEAKS_MAX = 12 };

/* Spectral peaks of the frame before, to tell notes (which stay) from speech (which moves). */
struct cqa_peak_memory {
    float loudest; /* largest total so far */
    int latest;    /* which of the two is the last frame's */
    struct cqa_peaks {
        int count;
        float bin[CQA_PEAKS_MAX]; /* ascending, interpolated */
        float energy[CQA_PEAKS_MAX];
        int age[CQA_PEAKS_MAX]; /* frames that it has stood, from 0 */
    } frame[2];
};

struct cqa_peak_facts {
    float tonality; /* share of the energy in peaks that stay */
    float steady;   /* how many of them */
    float share[2]; /* of the two strongest peaks */
    float hz[2];    /* 0: none */
};

/* Finds the peaks of each of the tile's frames, follows them from the one before, and remembers the
 * last frame's for the next tile. */
void cqa_peaks_follow(const struct cqa_tile_channel *channel, struct cqa_peak_memory *memory,
                      struct cqa_peak_facts facts[CQA_LANES]);

#endif
