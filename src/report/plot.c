/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "base/escape.h"
#include "base/program.h"
#include "report/facts.h"
#include "report/page.h"
#include "report/pen_cairo.h"
#include "report/strip.h"
#include "report/words.h"

enum {
    WIDTH = CQA_PAGE_WIDTH,
    MARGIN = CQA_PAGE_MARGIN,
    LABELS = 100, /* left of the lanes */
    SCORE = 210,  /* width of the panel with the score */
    STRIPS_MAX = 12,
    STRIP_GAP = 22,
    PNG_SCALE = 2 /* pixels a point */
};
static const char DOT[] = "   ·   ";
static const int64_t STRIP_MS = 150000; /* what one strip shows well */

static const uint32_t INK = CQA_COLOR_INK;
static const uint32_t PALE = CQA_COLOR_PALE;

double cqa_page_text(struct cqa_page *page, double x, double y, struct cqa_face face,
                     enum cqa_align align, const char *text)
{
    if (!page->draw)
        return cqa_pen_text_width(&page->pen, &face, text);
    return cqa_pen_text(&page->pen, x, y, &face, align, text);
}

void cqa_page_rule(struct cqa_page *page)
{
    if (page->draw)
        cqa_pen_line(&page->pen, MARGIN, page->y, WIDTH - MARGIN, page->y, CQA_COLOR_LINE, 0.75);
}

static void score_panel(struct cqa_page *page)
{
    const struct cqa_score *score = &page->result->score;
    const double x = WIDTH - MARGIN - SCORE;
    const int lost = page->result->scored && score->total < score->base;
    const uint32_t color = !page->result->scored ? PALE : lost ? cqa_deduction_color : 0x0B7A75;
    char total[32];
    char base[48];

    if (!page->draw)
        return;
    cqa_pen_round(&page->pen, (struct cqa_box){x, page->y, SCORE, 74}, 6, color, 0.09);
    if (!page->result->scored) {
        cqa_page_text(page, x + SCORE / 2.0, page->y + 43, (struct cqa_face){16, color, 1},
                      CQA_ALIGN_CENTER, cqa_word(CQA_WORD_NOT_SCORED, page->zh));
        return;
    }
    cqa_points_text(score->total, total, sizeof total);
    snprintf(base, sizeof base, " / ");
    cqa_points_text(score->base, base + 3, sizeof base - 3);
    const double width = cqa_page_text(page, x + 16, page->y + 45, (struct cqa_face){36, color, 1},
                                       CQA_ALIGN_LEFT, total);
    cqa_page_text(page, x + 18 + width, page->y + 45, (struct cqa_face){16, color, 0},
                  CQA_ALIGN_LEFT, base);
    char rubric[160];
    snprintf(rubric, sizeof rubric, "%s %s %s", cqa_word(CQA_WORD_RUBRIC, page->zh), score->rubric,
             score->version);
    cqa_page_text(page, x + 16, page->y + 64, (struct cqa_face){10.5, PALE, 0}, CQA_ALIGN_LEFT,
                  rubric);
}

static void header(struct cqa_page *page)
{
    struct cqa_buffer line = {.limit = 4096};
    char name[300];
    const double text_width = WIDTH - 2 * MARGIN - SCORE - 24;

    page->y = MARGIN;
    score_panel(page);
    cqa_escape_control(cqa_base_name(page->result->path), name, sizeof name);
    cqa_page_text(page, MARGIN, page->y + 22, (struct cqa_face){17, INK, 1}, CQA_ALIGN_LEFT, name);
    cqa_call_facts(&page->result->call, DOT, page->zh, &line);
    cqa_buffer_print(&line, "\n");
    double y = page->y + 45;
    y += cqa_pen_paragraph(&page->pen, MARGIN, y, text_width, &(struct cqa_face){12, INK, 0},
                           line.text != NULL ? line.text : "", page->draw);
    cqa_buffer_finish(&line);
    cqa_recording_facts(&page->result->recording, DOT, page->zh, &line);
    y += cqa_pen_paragraph(&page->pen, MARGIN, y, text_width, &(struct cqa_face){12, PALE, 0},
                           line.text != NULL ? line.text : "", page->draw);
    cqa_buffer_finish(&line);
    page->y = fmax(y, MARGIN + 78) + 10;
}

/* Equal strips of whole seconds: one for a short call, at most STRIPS_MAX. */
static int64_t strip_length_ms(int64_t duration_ms)
{
    int64_t count = (duration_ms + STRIP_MS - 1) / STRIP_MS;

    count = count < 1 ? 1 : count > STRIPS_MAX ? STRIPS_MAX : count;
    if (count == 1)
        return duration_ms > 1000 ? duration_ms : 1000;
    return ((duration_ms + count - 1) / count + 999) / 1000 * 1000;
}

static void strips(struct cqa_page *page)
{
    const int64_t duration_ms = page->result->recording.duration_ms;
    const int64_t length_ms = strip_length_ms(duration_ms);

    for (int64_t start_ms = 0; start_ms < duration_ms; start_ms += length_ms) {
        const struct cqa_strip strip = {.result = page->result,
                                        .stretches = page->stretches,
                                        .peaks = page->peaks,
                                        .x = MARGIN + LABELS,
                                        .y = page->y,
                                        .width = WIDTH - 2 * MARGIN - LABELS,
                                        .start_ms = start_ms,
                                        .length_ms = length_ms,
                                        .zh = page->zh};
        if (page->draw)
            cqa_strip_draw(&page->pen, &strip);
        page->y += cqa_strip_height(page->result, page->stretches) + STRIP_GAP;
    }
}

void cqa_page_heading(struct cqa_page *page, const char *text)
{
    cqa_page_rule(page);
    page->y += 22;
    cqa_page_text(page, MARGIN, page->y, (struct cqa_face){13, INK, 1}, CQA_ALIGN_LEFT, text);
    page->y += 22;
}

static void footer(struct cqa_page *page)
{
    const struct cqa_face face = {9.5, PALE, 0};
    char text[400];

    page->y += 4;
    cqa_page_rule(page);
    page->y += 17;
    snprintf(text, sizeof text, "%s   sha256 %s   %" PRIu64 " B",
             cqa_word(CQA_WORD_RECORDING, page->zh), page->result->recording.sha256,
             page->result->recording.bytes);
    cqa_page_text(page, MARGIN, page->y, face, CQA_ALIGN_LEFT, text);
    page->y += 14;
    snprintf(text, sizeof text, "%s   callqa %s   %s %s", cqa_word(CQA_WORD_ANALYZER, page->zh),
             cqa_program_version(), cqa_word(CQA_WORD_MODELS, page->zh), page->result->models);
    cqa_page_text(page, MARGIN, page->y, face, CQA_ALIGN_LEFT, text);
    page->y += MARGIN - 12;
}

static void draw_page(struct cqa_page *page)
{
    header(page);
    strips(page);
    cqa_page_legend(page);
    cqa_page_deductions(page);
    cqa_page_bounds(page);
    footer(page);
}

/* How high the page becomes: the same pass over a surface that keeps nothing. */
static double page_height(struct cqa_page *page)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cairo = cairo_create(surface);

    page->pen = cqa_pen_on_cairo(cairo);
    page->draw = 0;
    draw_page(page);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return ceil(page->y);
}

static cairo_status_t take(void *out, const unsigned char *bytes, unsigned count)
{
    return cqa_buffer_add(out, bytes, count) == CQA_OK ? CAIRO_STATUS_SUCCESS
                                                       : CAIRO_STATUS_NO_MEMORY;
}

static cairo_surface_t *create_surface(const struct cqa_plot_options *options,
                                       struct cqa_buffer *out, double height)
{
    cairo_surface_t *surface;

    if (options->svg) {
        surface = cairo_svg_surface_create_for_stream(take, out, WIDTH, height);
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
        return surface;
    }
    surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH * PNG_SCALE, (int)height * PNG_SCALE);
    cairo_surface_set_device_scale(surface, PNG_SCALE, PNG_SCALE);
    return surface;
}

static enum cqa_status check(cairo_status_t status, struct cqa_error *error)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return CQA_OK;
    if (status == CAIRO_STATUS_NO_MEMORY)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory for the picture");
    return cqa_fail(error, CQA_E_IO, "the picture cannot be drawn: %s",
                    cairo_status_to_string(status));
}

enum cqa_status cqa_plot_write(const struct cqa_result *result, const struct cqa_peaks *peaks,
                               const struct cqa_plot_options *options, struct cqa_buffer *out,
                               size_t *missing, struct cqa_error *error)
{
    struct cqa_stretches stretches;
    struct cqa_page page = {
        .result = result, .stretches = &stretches, .peaks = peaks, .zh = options->zh};

    if (cqa_stretches_find(result, &stretches) != CQA_OK)
        return cqa_fail(error, CQA_E_NOMEM, "out of memory for the picture");
    const double height = page_height(&page);
    cairo_surface_t *surface = create_surface(options, out, height);
    cairo_t *cairo = cairo_create(surface);

    page.pen = cqa_pen_on_cairo(cairo);
    page.draw = 1;
    cqa_pen_fill(&page.pen, (struct cqa_box){0, 0, WIDTH, height}, CQA_COLOR_WHITE, 1);
    draw_page(&page);
    enum cqa_status status = check(cairo_status(cairo), error);
    cairo_destroy(cairo);
    if (status == CQA_OK && !options->svg)
        status = check(cairo_surface_write_to_png_stream(surface, take, out), error);
    cairo_surface_finish(surface);
    if (status == CQA_OK)
        status = check(cairo_surface_status(surface), error);
    cairo_surface_destroy(surface);
    cqa_stretches_finish(&stretches);
    if (missing != NULL)
        *missing = page.pen.missing;
    return status;
}
