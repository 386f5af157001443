/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CQA_REPORT_PEN_SVG_H
#define CQA_REPORT_PEN_SVG_H

#include "base/buffer.h"
#include "report/pen.h"

/*
 * What a pen writes: the elements of an SVG that stands in a page. Colours are attributes, so that
 * the page's style may exchange them by night. Boxes of one colour that follow each other become
 * one path. Widths of texts are guessed: the page chooses the font.
 */
struct cqa_svg {
    struct cqa_buffer *out; /* borrowed; `failed` tells */
    int open;               /* a path of boxes is being written */
    uint32_t color;         /* of it */
    double opacity;
};

struct cqa_pen cqa_pen_on_svg(struct cqa_svg *svg);

/* Ends what is being written. */
void cqa_svg_end(struct cqa_svg *svg);

/* The pattern that pens hatch with, once a page in <defs>. */
void cqa_svg_hatch(struct cqa_hatch look, struct cqa_buffer *out);

/* Adds `text` as HTML shows it: control characters and bytes that are not UTF-8 as \xNN, and
 * nothing that could be markup. */
void cqa_html_text(const char *text, struct cqa_buffer *out);

/* The same of a text in which control characters are escaped already. */
void cqa_html_escaped(const char *text, struct cqa_buffer *out);

#endif
