/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/pen_cairo.h"

#include <cairo.h>

/* Holds Chinese and Latin; fontconfig takes the next best where it is not installed. */
static const char FAMILY[] = "Noto Sans CJK SC";

static void ink(struct cqa_pen *pen, uint32_t color, double opacity)
{
    cairo_set_source_rgba(pen->paper, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                          (color & 0xFF) / 255.0, opacity);
}

static void fill(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity)
{
    ink(pen, color, opacity);
    cairo_rectangle(pen->paper, box.x, box.y, box.width, box.height);
    cairo_fill(pen->paper);
}

static void round_box(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                      double opacity)
{
    const double quarter = 1.5707963267948966;
    const double right = box.x + box.width - radius;
    const double bottom = box.y + box.height - radius;

    cairo_new_sub_path(pen->paper);
    cairo_arc(pen->paper, right, box.y + radius, radius, -quarter, 0);
    cairo_arc(pen->paper, right, bottom, radius, 0, quarter);
    cairo_arc(pen->paper, box.x + radius, bottom, radius, quarter, 2 * quarter);
    cairo_arc(pen->paper, box.x + radius, box.y + radius, radius, 2 * quarter, 3 * quarter);
    cairo_close_path(pen->paper);
    ink(pen, color, opacity);
    cairo_fill(pen->paper);
}

static void line(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                 double width)
{
    ink(pen, color, 1);
    cairo_set_line_width(pen->paper, width);
    cairo_move_to(pen->paper, x1, y1);
    cairo_line_to(pen->paper, x2, y2);
    cairo_stroke(pen->paper);
}

static void hatch(struct cqa_pen *pen, struct cqa_box box, struct cqa_hatch look)
{
    enum { STEP = 6 };

    cairo_save(pen->paper);
    cairo_rectangle(pen->paper, box.x, box.y, box.width, box.height);
    cairo_clip(pen->paper);
    const int count = (int)((box.width + box.height) / STEP) + 1;
    for (int i = 0; i < count; i++) {
        const double x = box.x - box.height + i * STEP;
        const double top = look.leans_forward ? x + box.height : x;
        const double bottom = look.leans_forward ? x : x + box.height;
        line(pen, bottom, box.y + box.height, top, box.y, look.color, 0.8);
    }
    cairo_restore(pen->paper);
}

static void use_face(struct cqa_pen *pen, const struct cqa_face *face)
{
    cairo_select_font_face(pen->paper, FAMILY, CAIRO_FONT_SLANT_NORMAL,
                           face->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pen->paper, face->size);
    ink(pen, face->color, 1);
}

static double text_width(struct cqa_pen *pen, const struct cqa_face *face, const char *text)
{
    cairo_text_extents_t extents;

    use_face(pen, face);
    cairo_text_extents(pen->paper, text, &extents);
    return extents.x_advance;
}

/* Glyph 0 is the font's box for what it does not know. */
static void count_missing(struct cqa_pen *pen, const char *text)
{
    cairo_glyph_t *glyphs = NULL;
    int count = 0;

    if (cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(pen->paper), 0, 0, text, -1, &glyphs,
                                         &count, NULL, NULL, NULL) != CAIRO_STATUS_SUCCESS)
        return;
    for (int i = 0; i < count; i++)
        pen->missing += glyphs[i].index == 0;
    cairo_glyph_free(glyphs);
}

static void text_at(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                    enum cqa_align align, const char *text)
{
    const double width = text_width(pen, face, text);

    if (align == CQA_ALIGN_RIGHT)
        x -= width;
    else if (align == CQA_ALIGN_CENTER)
        x -= width / 2;
    count_missing(pen, text);
    cairo_move_to(pen->paper, x, y);
    cairo_show_text(pen->paper, text);
}

struct cqa_pen cqa_pen_on_cairo(void *cairo)
{
    static const struct cqa_pen_kind kind = {.fill = fill,
                                             .round = round_box,
                                             .line = line,
                                             .hatch = hatch,
                                             .text = text_at,
                                             .text_width = text_width};

    return (struct cqa_pen){.kind = &kind, .paper = cairo};
}
