#ifndef CQA_REPORT_PEN_H
#define CQA_REPORT_PEN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Drawing for plot.c and strip.c, over one cairo context: shapes and short texts at places given in
 * points from the top left. Failures stick in the context and are asked for once at the end.
 */
struct cqa_pen {
    void *cairo;    /* cairo_t; borrowed */
    size_t missing; /* characters without a glyph */
};

enum cqa_align { CQA_ALIGN_LEFT, CQA_ALIGN_RIGHT, CQA_ALIGN_CENTER };

/* How a text looks. `color` is 0xRRGGBB. */
struct cqa_face {
    double size;
    uint32_t color;
    int bold;
};

struct cqa_box {
    double x;
    double y;
    double width;
    double height;
};

void cqa_pen_fill(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity);
void cqa_pen_frame(struct cqa_pen *pen, struct cqa_box box, uint32_t color);
void cqa_pen_round(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                   double opacity);
void cqa_pen_line(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                  double width);

/* Diagonal lines within the box: what was not recorded. */
void cqa_pen_hatch(struct cqa_pen *pen, struct cqa_box box, uint32_t color);

/* Writes one line with its baseline at `y`; returns its width. */
double cqa_pen_text(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                    enum cqa_align align, const char *text);
double cqa_pen_text_width(struct cqa_pen *pen, const struct cqa_face *face, const char *text);

/* Writes `text` in lines no wider than `width`; returns the height used. With `draw` 0 it only
 * measures. */
double cqa_pen_paragraph(struct cqa_pen *pen, double x, double y, double width,
                         const struct cqa_face *face, const char *text, int draw);

#endif
