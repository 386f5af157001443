/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_PEAKS_H
#define CQA_REPORT_PEAKS_H

#include <stddef.h>
#include "base/error.h"

/* The outline of a recording: `count` equal pieces of its whole length, the lowest and highest
 * sample of each, ±1 full scale, for each channel of the file. Owned; cqa_peaks_finish frees, and
 * takes {0} too. */
struct cqa_peaks {
    float (*low)[2];
    float (*high)[2];
    size_t count;
};

/* Room for `count` pieces, all 0. */
enum cqa_status cqa_peaks_init(struct cqa_peaks *peaks, size_t count) CQA_MUST_CHECK;
void cqa_peaks_finish(struct cqa_peaks *peaks);

#endif
