/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/pen_svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "report/width.h"

void cqa_html_escaped(const char *text, struct cqa_buffer *out)
{
    for (; *text != '\0'; text++) {
        const char *name = *text == '<'    ? "&lt;"
                           : *text == '>'  ? "&gt;"
                           : *text == '&'  ? "&amp;"
                           : *text == '"'  ? "&quot;"
                           : *text == '\'' ? "&#39;"
                                           : NULL;
        cqa_buffer_add(out, name != NULL ? name : text, name != NULL ? strlen(name) : 1);
    }
}

void cqa_html_text(const char *text, struct cqa_buffer *out)
{
    const size_t size = 4 * strlen(text) + 1;
    char *safe = malloc(size);

    if (safe == NULL) {
        out->failed = 1;
        return;
    }
    cqa_escape_control(text, safe, size);
    cqa_html_escaped(safe, out);
    free(safe);
}

void cqa_svg_end(struct cqa_svg *svg)
{
    if (svg->open)
        cqa_buffer_print(svg->out, "\"/>\n");
    svg->open = 0;
}

/* A number with at most one decimal, as short as it can be. */
static void number(struct cqa_buffer *out, const char *before, double value)
{
    const long tenths = lround(value * 10);

    if (tenths % 10 == 0)
        cqa_buffer_print(out, "%s%ld", before, tenths / 10);
    else
        cqa_buffer_print(out, "%s%s%ld.%ld", before, tenths < 0 ? "-" : "", labs(tenths) / 10,
                         labs(tenths) % 10);
}

static void fill(struct cqa_pen *pen, struct cqa_box box, uint32_t color, double opacity)
{
    struct cqa_svg *svg = pen->paper;

    if (!svg->open || svg->color != color || svg->opacity != opacity) {
        cqa_svg_end(svg);
        cqa_buffer_print(svg->out, "<path fill=\"#%06x\"", (unsigned)color);
        if (opacity < 1)
            cqa_buffer_print(svg->out, " fill-opacity=\"%.2f\"", opacity);
        cqa_buffer_print(svg->out, " d=\"");
        svg->open = 1;
        svg->color = color;
        svg->opacity = opacity;
    }
    number(svg->out, "M", box.x);
    number(svg->out, " ", box.y);
    number(svg->out, "h", box.width);
    number(svg->out, "v", box.height);
    number(svg->out, "h", -box.width);
}

/* Ends what was before and begins an element that has a place and a size. */
static struct cqa_buffer *begin_rect(struct cqa_pen *pen, struct cqa_box box)
{
    struct cqa_svg *svg = pen->paper;

    cqa_svg_end(svg);
    number(svg->out, "<rect x=\"", box.x);
    number(svg->out, "\" y=\"", box.y);
    number(svg->out, "\" width=\"", box.width);
    number(svg->out, "\" height=\"", box.height);
    return svg->out;
}

static void round_box(struct cqa_pen *pen, struct cqa_box box, double radius, uint32_t color,
                      double opacity)
{
    cqa_buffer_print(begin_rect(pen, box), "\" rx=\"%g\" fill=\"#%06x\" fill-opacity=\"%g\"/>\n",
                     radius, (unsigned)color, opacity);
}

static void line(struct cqa_pen *pen, double x1, double y1, double x2, double y2, uint32_t color,
                 double width)
{
    struct cqa_svg *svg = pen->paper;

    cqa_svg_end(svg);
    number(svg->out, "<path d=\"M", x1);
    number(svg->out, " ", y1);
    number(svg->out, "L", x2);
    number(svg->out, " ", y2);
    cqa_buffer_print(svg->out, "\" stroke=\"#%06x\" stroke-width=\"%g\"/>\n", (unsigned)color,
                     width);
}

static void hatch(struct cqa_pen *pen, struct cqa_box box, struct cqa_hatch look)
{
    cqa_buffer_print(begin_rect(pen, box), "\" fill=\"url(#h%d%06x)\"/>\n", look.leans_forward,
                     (unsigned)look.color);
}

void cqa_svg_hatch(struct cqa_hatch look, struct cqa_buffer *out)
{
    cqa_buffer_print(out,
                     "<pattern id=\"h%d%06x\" width=\"6\" height=\"6\" "
                     "patternUnits=\"userSpaceOnUse\"><path d=\"%s\" stroke=\"#%06x\" "
                     "stroke-width=\"0.8\"/></pattern>\n",
                     look.leans_forward, (unsigned)look.color,
                     look.leans_forward ? "M-1 1L1 -1M0 6L6 0M5 7L7 5"
                                        : "M-1 5L1 7M0 0L6 6M5 -1L7 1",
                     (unsigned)look.color);
}

static void text_at(struct cqa_pen *pen, double x, double y, const struct cqa_face *face,
                    enum cqa_align align, const char *text)
{
    static const char *const anchors[] = {[CQA_ALIGN_LEFT] = "",
                                          [CQA_ALIGN_RIGHT] = " text-anchor=\"end\"",
                                          [CQA_ALIGN_CENTER] = " text-anchor=\"middle\""};
    struct cqa_svg *svg = pen->paper;

    cqa_svg_end(svg);
    number(svg->out, "<text x=\"", x);
    number(svg->out, "\" y=\"", y);
    cqa_buffer_print(svg->out, "\" font-size=\"%g\" fill=\"#%06x\"%s%s>", face->size,
                     (unsigned)face->color, anchors[align],
                     face->bold ? " font-weight=\"700\"" : "");
    cqa_html_text(text, svg->out);
    cqa_buffer_print(svg->out, "</text>\n");
}

/* A column is half as wide as high for Chinese, a bit more for Latin. */
static double text_width(struct cqa_pen *pen, const struct cqa_face *face, const char *text)
{
    (void)pen;
    return face->size * 0.55 * (double)cqa_width(text);
}

struct cqa_pen cqa_pen_on_svg(struct cqa_svg *svg)
{
    static const struct cqa_pen_kind kind = {.fill = fill,
                                             .round = round_box,
                                             .line = line,
                                             .hatch = hatch,
                                             .text = text_at,
                                             .text_width = text_width};

    return (struct cqa_pen){.kind = &kind, .paper = svg};
}
