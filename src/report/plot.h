/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_PLOT_H
#define CQA_REPORT_PLOT_H

#include <stddef.h>
#include "base/buffer.h"
#include "base/error.h"
#include "report/peaks.h"
#include "result/result.h"

struct cqa_plot_options {
    int zh;  /* Chinese, else English */
    int svg; /* else PNG */
};

/*
 * Draws one call into `out`: waveforms and speech of each party, events as coloured regions,
 * deductions with their seconds and words, what could not be measured, and what says which
 * recording and which analysis this is. `peaks` may be {0}: no waveforms. `missing` (may be NULL)
 * tells how many characters had no glyph in the fonts of this machine. CQA_E_NOMEM: no memory, or
 * more than `out` takes; CQA_E_IO: cairo's reason.
 */
enum cqa_status cqa_plot_write(const struct cqa_result *result, const struct cqa_peaks *peaks,
                               const struct cqa_plot_options *options, struct cqa_buffer *out,
                               size_t *missing, struct cqa_error *error) CQA_MUST_CHECK;

#endif
