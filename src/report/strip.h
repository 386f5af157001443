#ifndef CQA_REPORT_STRIP_H
#define CQA_REPORT_STRIP_H

#include "report/pen.h"
#include "report/plot.h"

/* One stretch of a call, drawn over the whole width: time axis, a waveform a party, events,
 * deductions. */
struct cqa_strip {
    const struct cqa_result *result;
    const struct cqa_peaks *peaks;
    double x; /* of the first sample of the strip */
    double y; /* top */
    double width;
    int64_t start_ms;
    int64_t length_ms; /* that the width stands for */
    int zh;
};

double cqa_strip_height(const struct cqa_result *result);
void cqa_strip_draw(struct cqa_pen *pen, const struct cqa_strip *strip);

/* The colour of an event in pictures, 0xRRGGBB. */
uint32_t cqa_event_color(const struct cqa_event *event);
uint32_t cqa_role_color(enum cqa_role role);
extern const uint32_t cqa_deduction_color;

#endif
