/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_STRIP_H
#define CQA_REPORT_STRIP_H

#include "report/peaks.h"
#include "report/pen.h"
#include "report/stretch.h"

/* A part of a call, drawn over the whole width: time axis, a waveform a party, events, deductions,
 * and hatched what bears no verdict. */
struct cqa_strip {
    const struct cqa_result *result;
    const struct cqa_stretches *stretches;
    const struct cqa_peaks *peaks;
    double x; /* of the first sample of the strip */
    double y; /* top */
    double width;
    int64_t start_ms;
    int64_t length_ms; /* that the width stands for */
    double bar;        /* least width of a bar of the wave */
    int zh;
};

double cqa_strip_height(const struct cqa_result *result, const struct cqa_stretches *stretches);
void cqa_strip_draw(struct cqa_pen *pen, const struct cqa_strip *strip);

struct cqa_hatch cqa_stretch_hatch(enum cqa_stretch_kind kind);
uint32_t cqa_role_color(enum cqa_role role);
extern const uint32_t cqa_deduction_color;

#endif
