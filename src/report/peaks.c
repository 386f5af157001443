/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/peaks.h"

#include <stdlib.h>

enum cqa_status cqa_peaks_init(struct cqa_peaks *peaks, size_t count)
{
    *peaks = (struct cqa_peaks){.low = calloc(count + 1, sizeof *peaks->low),
                                .high = calloc(count + 1, sizeof *peaks->high),
                                .count = count};
    if (peaks->low != NULL && peaks->high != NULL)
        return CQA_OK;
    cqa_peaks_finish(peaks);
    return CQA_E_NOMEM;
}

void cqa_peaks_finish(struct cqa_peaks *peaks)
{
    free(peaks->low);
    free(peaks->high);
    *peaks = (struct cqa_peaks){0};
}
