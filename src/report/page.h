#ifndef CQA_REPORT_PAGE_H
#define CQA_REPORT_PAGE_H

#include "report/pen.h"
#include "report/plot.h"

/* Inside report/: the page of a plot. */
enum {
    CQA_PAGE_WIDTH = 1200, /* in points */
    CQA_PAGE_MARGIN = 36,
};
#define CQA_PAGE_INK 0x1F2933u
#define CQA_PAGE_PALE 0x7B8794u
#define CQA_PAGE_LINE 0xCBD2D9u

/* The page from top to bottom: each part draws (or, for `draw` 0, only measures) at `y` and moves
 * it on. */
struct cqa_page {
    struct cqa_pen pen;
    const struct cqa_result *result;
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

/* The table of deductions; nothing where the call was not scored. */
void cqa_page_deductions(struct cqa_page *page);

#endif
