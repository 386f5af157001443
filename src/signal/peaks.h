/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_SIGNAL_PEAKS_H
#define CQA_SIGNAL_PEAKS_H

#include "signal/tile.h"

/* Inside signal/: spectral peaks, and which of them stay. */
enum {
    CQA_PEAKS_MAX = 12,
    CQA_PEAKS_ROOM = 16,               /* whole registers; what is past the count means nothing */
    CQA_CANDIDATES_MAX = CQA_BINS / 2, /* no two neighbours are both peaks */
};

/* All peaks of one frame, ascending in frequency. */
struct cqa_candidates {
    int count;
    int bin[CQA_CANDIDATES_MAX];
    float energy[CQA_CANDIDATES_MAX];
    int32_t rank[CQA_CANDIDATES_MAX]; /* how many are stronger */
};

/* The strongest peaks of a frame. */
struct cqa_peak_list {
    int count;
    float bin[CQA_PEAKS_ROOM]; /* ascending, interpolated */
    float energy[CQA_PEAKS_ROOM];
    int32_t age[CQA_PEAKS_ROOM]; /* frames that it has stood, from 0 */
    int strongest[2];            /* which they are, where there are as many */
};

struct cqa_peak_facts {
    float tonality; /* share of the energy in peaks that stay */
    float steady;   /* how many of them */
    float share[2]; /* of the two strongest peaks */
    float hz[2];    /* 0: none */
};

/*
 * Keeps the strongest of `found` in `kept` and says how long each has stood, as `last`, the frame
 * before, has it. `power`: the frame's bins, CQA_LANES numbers apart.
 */
typedef void cqa_peaks_choose(struct cqa_candidates *found, const float *power,
                              const struct cqa_peak_list *last, struct cqa_peak_list *kept);

/* Spectral peaks of the frame before, to tell notes (which stay) from speech (which moves). */
struct cqa_peak_memory {
    cqa_peaks_choose *choose;
    float loudest; /* largest total so far */
    int latest;    /* which of the two is the last frame's */
    struct cqa_peak_list frame[2];
};

void cqa_peak_memory_init(struct cqa_peak_memory *memory);

/* Finds the peaks of each of the tile's frames, follows them from the one before, and remembers the
 * last frame's for the next tile. */
void cqa_peaks_follow(const struct cqa_tile_channel *channel, struct cqa_peak_memory *memory,
                      struct cqa_peak_facts facts[CQA_LANES]);

cqa_peaks_choose cqa_peaks_choose_plain;
#ifdef CQA_WIDER
cqa_peaks_choose cqa_peaks_choose_avx2;
cqa_peaks_choose cqa_peaks_choose_avx512;
#endif

#endif
