/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_PAGE_H
#define CQA_REPORT_PAGE_H

#include "report/pen.h"
#include "report/plot.h"
#include "report/stretch.h"

/* Inside report/: the page of a plot. */
enum {
    CQA_PAGE_WIDTH = 1200, /* in points */
    CQA_PAGE_MARGIN = 36,
};

/* The page from top to bottom: each part draws (or, for `draw` 0, only measures) at `y` and moves
 * it on. */
struct cqa_page {
    struct cqa_pen pen;
    const struct cqa_result *result;
    const struct cqa_stretches *stretches;
    const struct cqa_peaks *peaks;
    int zh;
    int draw;
    double y;
};

/* Returns the text's width. */
double cqa_page_text(struct cqa_page *page, double x, double y, struct cqa_face face,
                     enum cqa_align align, const char *text);
void cqa_page_rule(struct cqa_page *page);
void cqa_page_heading(struct cqa_page *page, const char *text);

/* Parties, then each sort of event and of hatching that occurs. */
void cqa_page_legend(struct cqa_page *page);

/* What the recording does not bear: of the whole call, then by time. */
void cqa_page_bounds(struct cqa_page *page);

/* The table of deductions; nothing where the call was not scored. */
void cqa_page_deductions(struct cqa_page *page);

#endif
