/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_PEN_H
#define CQA_REPORT_PEN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Drawing for plot.c and strip.c: shapes and short texts at places given in points from the top
 * left. What it draws on is pen_cairo.h (pictures) or pen_svg.h (pages; without cairo, which costs
 * every start of a program: docs/decisions/0004-commands-apart.md). Failures stick in what is drawn
 * on and are asked for once at the end.
 */
struct cqa_box {
    double x;
    double y;
    double width;
    double height;
};

enum cqa_align { CQA_ALIGN_LEFT, CQA_ALIGN_RIGHT, CQA_ALIGN_CENTER };

/* How a text looks. `color` is 0xRRGGBB. */
struct cqa_face {
    double size;
    uint32_t color;
    int bold;
};

/* Diagonal lines. */
struct cqa_hatch {
    uint32_t color;
    int leans_forward; /* as '/', else as '\\' */
};

/* The colours of pictures that stand for nothing. */
#define CQA_COLOR_INK 0x1F2933u
#define CQA_COLOR_PALE 0x7B8794u
#define CQA_COLOR_LINE 0xCBD2D9u
#define CQA_COLOR_GRID 0xE4E7EBu
#define CQA_COLOR_PAPER 0xF8F9FBu
#define CQA_COLOR_QUIET 0xB8C0CAu /* of a wave where nobody speaks */
#define CQA_COLOR_WHITE 0xFFFFFFu

struct cqa_pen;

/* What a pen draws with; each as the function of that name below. */
struct cqa_pen_kind {
    void (*fill)(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity);
    void (*round)(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                  double opacity);
    void (*line)(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                 double width);
    void (*hatch)(struct cqa_pen *pen, struct cqa_box box, struct cqa_hatch hatch);
    void (*text)(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                 enum cqa_align align, const char *text);
    double (*text_width)(struct cqa_pen *pen, const struct cqa_face *face, const char *text);
};

struct cqa_pen {
    const struct cqa_pen_kind *kind;
    void *paper;    /* what the kind draws on; borrowed */
    size_t missing; /* characters without a glyph */
};

void cqa_pen_fill(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity);
void cqa_pen_round(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                   double opacity);
void cqa_pen_line(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                  double width);

/* Diagonal lines within the box: what bears no verdict. */
void cqa_pen_hatch(struct cqa_pen *pen, struct cqa_box box, struct cqa_hatch hatch);

/* Writes one line with its baseline at `y`; returns its width. */
double cqa_pen_text(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                    enum cqa_align align, const char *text);
double cqa_pen_text_width(struct cqa_pen *pen, const struct cqa_face *face, const char *text);

/* Writes `text` in lines no wider than `width`; returns the height used. With `draw` 0 it only
 * measures. */
double cqa_pen_paragraph(struct cqa_pen *pen, double x, double y, double width,
                         const struct cqa_face *face, const char *text, int draw);

#endif
