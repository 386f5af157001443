/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include "report/page.h"
#include "report/strip.h"
#include "report/words.h"

enum { LEFT = CQA_PAGE_MARGIN + 100, SWATCH = 11, ROW = 17 };

/* Moves on by a swatch and its name, to the next row where they do not fit in this one; returns
 * where the swatch stands. */
static struct cqa_box place(struct cqa_page *page, double *x, const char *name)
{
    const struct cqa_face face = {11, CQA_COLOR_INK, 0};
    const double width = 16 + cqa_page_text(page, 0, -100, face, CQA_ALIGN_LEFT, name);

    if (*x > LEFT && *x + width > CQA_PAGE_WIDTH - CQA_PAGE_MARGIN) {
        *x = LEFT;
        page->y += ROW;
    }
    const struct cqa_box box = {*x, page->y - 9, SWATCH, SWATCH};
    cqa_page_text(page, *x + 16, page->y, face, CQA_ALIGN_LEFT, name);
    *x += width + 18;
    return box;
}

static void color_entry(struct cqa_page *page, double *x, uint32_t color, const char *name)
{
    const struct cqa_box box = place(page, x, name);

    if (page->draw)
        cqa_pen_round(&page->pen, box, 2, color, 1);
}

static void parties(struct cqa_page *page, double *x)
{
    const struct cqa_result *result = page->result;

    for (int i = 0; i < result->channel_count; i++) {
        char name[96];
        if (i > 0 && result->channels[i].role == result->channels[0].role)
            continue;
        snprintf(name, sizeof name, page->zh ? "%s%s" : "%s %s",
                 cqa_role_word(result->channels[i].role, page->zh),
                 cqa_word(CQA_WORD_SPEECH, page->zh));
        color_entry(page, x, cqa_role_color(result->channels[i].role), name);
    }
}

/* The names of all events of that colour, in the order in which they occur; 0 where `first` is not
 * the first of the colour. */
static int color_names(const struct cqa_page *page, size_t first, char *out, size_t size)
{
    const struct cqa_event *events = page->result->events.items;
    const uint32_t color = cqa_event_mark(&events[first]).color;
    const char *names[CQA_EVENT_TYPE_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < first; i++)
        if (cqa_event_mark(&events[i]).color == color)
            return 0;
    out[0] = '\0';
    for (size_t i = first; i < page->result->events.count && count < CQA_EVENT_TYPE_COUNT; i++) {
        const struct cqa_event_look look = cqa_event_mark(&events[i]);
        const int own = look.color != cqa_event_looks[events[i].type].color;
        const char *name =
            cqa_text_in(own ? look.text : cqa_event_looks[events[i].type].text, page->zh);
        size_t known = 0;
        while (known < count && strcmp(names[known], name) != 0)
            known++;
        if (look.color != color || known < count)
            continue;
        names[count++] = name;
        const size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s", used > 0 ? cqa_word(CQA_WORD_AND, page->zh) : "",
                 name);
    }
    return 1;
}

static void hatches(struct cqa_page *page, double *x)
{
    for (int kind = 0; kind < CQA_STRETCH_COUNT; kind++) {
        size_t i = 0;
        while (i < page->stretches->count && (int)page->stretches->items[i].kind != kind)
            i++;
        if (i == page->stretches->count)
            continue;
        const struct cqa_box box =
            place(page, x, cqa_text_in(cqa_stretch_looks[kind].text, page->zh));
        if (page->draw) {
            cqa_pen_fill(&page->pen, box, CQA_COLOR_PAPER, 1);
            cqa_pen_hatch(&page->pen, box, cqa_stretch_hatch((enum cqa_stretch_kind)kind));
        }
    }
}

void cqa_page_legend(struct cqa_page *page)
{
    const struct cqa_result *result = page->result;
    double x = LEFT;
    char names[400];

    page->y += 2;
    cqa_page_text(page, CQA_PAGE_MARGIN, page->y, (struct cqa_face){11, CQA_COLOR_PALE, 0},
                  CQA_ALIGN_LEFT, cqa_word(CQA_WORD_LEGEND, page->zh));
    parties(page, &x);
    for (size_t i = 0; i < result->events.count; i++)
        if (color_names(page, i, names, sizeof names))
            color_entry(page, &x, cqa_event_mark(&result->events.items[i]).color, names);
    if (result->scored && result->score.deduction_count > 0)
        color_entry(page, &x, cqa_deduction_color, cqa_word(CQA_WORD_DEDUCTED, page->zh));
    hatches(page, &x);
    page->y += 22;
}
