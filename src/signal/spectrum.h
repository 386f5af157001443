#ifndef CQA_SIGNAL_SPECTRUM_H
#define CQA_SIGNAL_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

/* Inside signal/: the transforms behind extract.c. Bins are 15.625 Hz; bin 256 is left out. */
enum { CQA_BINS = 256, CQA_PEAKS_MAX = 12 };

/* One channel's power spectrum, 1 for a full-scale square wave's sum over bins. */
struct cqa_spectrum {
    float power[CQA_BINS];
    float total; /* 100..3950 Hz */
};

/* Spectral peaks of the frame before, to tell notes (which stay) from speech (which moves). */
struct cqa_peak_memory {
    float loudest; /* largest total so far */
    int count;
    float bin[CQA_PEAKS_MAX]; /* ascending, interpolated */
    int age[CQA_PEAKS_MAX];   /* frames that it has stood, from 0 */
};

struct cqa_peak_facts {
    float tonality; /* share of the energy in peaks that stay */
    float steady;   /* how many of them */
    float share[2]; /* of the two strongest peaks */
    float hz[2];    /* 0: none */
};

/* Finds the peaks of `spectrum`, follows them from the last frame, and remembers them for the next.
 */
void cqa_peaks_follow(const struct cqa_spectrum *spectrum, struct cqa_peak_memory *memory,
                      struct cqa_peak_facts *facts);

#endif
