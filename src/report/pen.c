#include "report/pen.h"

#include <cairo.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "report/width.h"

/* Holds Chinese and Latin; fontconfig takes the next best where it is not installed. */
static const char FAMILY[] = "Noto Sans CJK SC";

static void ink(struct cqa_pen *pen, uint32_t color, double opacity)
{
    cairo_set_source_rgba(pen->cairo, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                          (color & 0xFF) / 255.0, opacity);
}

void cqa_pen_fill(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity)
{
    ink(pen, color, opacity);
    cairo_rectangle(pen->cairo, box.x, box.y, box.width, box.height);
    cairo_fill(pen->cairo);
}

void cqa_pen_frame(struct cqa_pen *pen, struct cqa_box box, uint32_t color)
{
    ink(pen, color, 1);
    cairo_set_line_width(pen->cairo, 0.75);
    cairo_rectangle(pen->cairo, box.x, box.y, box.width, box.height);
    cairo_stroke(pen->cairo);
}

void cqa_pen_round(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                   double opacity)
{
    const double quarter = 1.5707963267948966;
    const double right = box.x + box.width - radius;
    const double bottom = box.y + box.height - radius;

    cairo_new_sub_path(pen->cairo);
    cairo_arc(pen->cairo, right, box.y + radius, radius, -quarter, 0);
    cairo_arc(pen->cairo, right, bottom, radius, 0, quarter);
    cairo_arc(pen->cairo, box.x + radius, bottom, radius, quarter, 2 * quarter);
    cairo_arc(pen->cairo, box.x + radius, box.y + radius, radius, 2 * quarter, 3 * quarter);
    cairo_close_path(pen->cairo);
    ink(pen, color, opacity);
    cairo_fill(pen->cairo);
}

void cqa_pen_line(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                  double width)
{
    ink(pen, color, 1);
    cairo_set_line_width(pen->cairo, width);
    cairo_move_to(pen->cairo, x1, y1);
    cairo_line_to(pen->cairo, x2, y2);
    cairo_stroke(pen->cairo);
}

void cqa_pen_hatch(struct cqa_pen *pen, struct cqa_box box, uint32_t color)
{
    enum { STEP = 6 };

    cairo_save(pen->cairo);
    cairo_rectangle(pen->cairo, box.x, box.y, box.width, box.height);
    cairo_clip(pen->cairo);
    const int count = (int)((box.width + box.height) / STEP) + 1;
    for (int i = 0; i < count; i++) {
        const double x = box.x - box.height + i * STEP;
        cqa_pen_line(pen, x, box.y + box.height, x + box.height, box.y, color, 0.8);
    }
    cairo_restore(pen->cairo);
}

static void use_face(struct cqa_pen *pen, const struct cqa_face *face)
{
    cairo_select_font_face(pen->cairo, FAMILY, CAIRO_FONT_SLANT_NORMAL,
                           face->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pen->cairo, face->size);
    ink(pen, face->color, 1);
}

double cqa_pen_text_width(struct cqa_pen *pen, const struct cqa_face *face, const char *text)
{
    cairo_text_extents_t extents;

    use_face(pen, face);
    cairo_text_extents(pen->cairo, text, &extents);
    return extents.x_advance;
}

/* Glyph 0 is the font's box for what it does not know. */
static void count_missing(struct cqa_pen *pen, const char *text)
{
    cairo_glyph_t *glyphs = NULL;
    int count = 0;

    if (cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(pen->cairo), 0, 0, text, -1, &glyphs,
                                         &count, NULL, NULL, NULL) != CAIRO_STATUS_SUCCESS)
        return;
    for (int i = 0; i < count; i++)
        pen->missing += glyphs[i].index == 0;
    cairo_glyph_free(glyphs);
}

double cqa_pen_text(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                    enum cqa_align align, const char *text)
{
    const double width = cqa_pen_text_width(pen, face, text);

    if (align == CQA_ALIGN_RIGHT)
        x -= width;
    else if (align == CQA_ALIGN_CENTER)
        x -= width / 2;
    count_missing(pen, text);
    cairo_move_to(pen->cairo, x, y);
    cairo_show_text(pen->cairo, text);
    return width;
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
