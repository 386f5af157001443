/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/pen.h"

#include <string.h>
#include "base/buffer.h"
#include "report/width.h"

void cqa_pen_fill(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity)
{
    pen->kind->fill(pen, box, color, opacity);
}

void cqa_pen_round(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                   double opacity)
{
    pen->kind->round(pen, box, radius, color, opacity);
}

void cqa_pen_line(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                  double width)
{
    pen->kind->line(pen, x1, y1, x2, y2, color, width);
}

void cqa_pen_hatch(struct cqa_pen *pen, struct cqa_box box, struct cqa_hatch hatch)
{
    pen->kind->hatch(pen, box, hatch);
}

double cqa_pen_text_width(struct cqa_pen *pen, const struct cqa_face *face, const char *text)
{
    return pen->kind->text_width(pen, face, text);
}

double cqa_pen_text(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                    enum cqa_align align, const char *text)
{
    pen->kind->text(pen, x, y, face, align, text);
    return pen->kind->text_width(pen, face, text);
}

double cqa_pen_paragraph(struct cqa_pen *pen, double x, double y, double width,
                         const struct cqa_face *face, const char *text, int draw)
{
    /* A column of text as wide as half a Chinese character, and a bit: Latin letters are no wider
     * on average. */
    const double column = face->size * 0.56;
    const double line_height = face->size * 1.45;
    struct cqa_buffer lines = {.limit = 1 << 16};
    double height = 0;

    cqa_wrap(&lines, text, (size_t)(width / column), 0);
    char *rest = NULL;
    for (char *line = lines.failed ? NULL : strtok_r(lines.text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (draw)
            cqa_pen_text(pen, x, y + height, face, CQA_ALIGN_LEFT, line);
        height += line_height;
    }
    cqa_buffer_finish(&lines);
    return height > 0 ? height : line_height;
}
