/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include "report/page.h"
#include "report/words.h"

/* Columns, from the margin. */
enum { STATE = 130, SENTENCE = 310 };

static void row(struct cqa_page *page, const char *where, enum cqa_stretch_kind kind,
                const char *sentence)
{
    const struct cqa_face face = {12, CQA_COLOR_INK, 0};
    const double left = CQA_PAGE_MARGIN + SENTENCE;

    cqa_page_text(page, CQA_PAGE_MARGIN, page->y, (struct cqa_face){12, CQA_COLOR_INK, 1},
                  CQA_ALIGN_LEFT, where);
    cqa_page_text(page, CQA_PAGE_MARGIN + STATE, page->y, face, CQA_ALIGN_LEFT,
                  cqa_text_in(cqa_stretch_looks[kind].text, page->zh));
    page->y += cqa_pen_paragraph(&page->pen, left, page->y, CQA_PAGE_WIDTH - CQA_PAGE_MARGIN - left,
                                 &face, sentence, page->draw) +
               3;
}

static void nothing(struct cqa_page *page)
{
    cqa_page_rule(page);
    page->y += 22;
    cqa_page_text(page, CQA_PAGE_MARGIN, page->y, (struct cqa_face){12, CQA_COLOR_PALE, 0},
                  CQA_ALIGN_LEFT, cqa_word(CQA_WORD_ALL_MEASURABLE, page->zh));
    page->y += 16;
}

void cqa_page_bounds(struct cqa_page *page)
{
    const struct cqa_measurable *measurable = &page->result->measurable;
    char text[800];

    if (measurable->reason_count + page->stretches->count == 0) {
        nothing(page);
        return;
    }
    cqa_page_heading(page, cqa_word(CQA_WORD_MEASURABLE, page->zh));
    for (size_t i = 0; i < measurable->reason_count; i++) {
        const struct cqa_reason *reason = &measurable->reasons[i];
        if (cqa_reason_has_span(measurable, reason))
            continue;
        snprintf(text, sizeof text, "%s%s%s", cqa_aspect_word(reason->what, page->zh),
                 cqa_word(CQA_WORD_COLON, page->zh), cqa_text_in(reason->text, page->zh));
        row(page, cqa_word(CQA_WORD_WHOLE_CALL, page->zh), cqa_reason_kind(measurable, reason),
            text);
    }
    for (size_t i = 0; i < page->stretches->count; i++) {
        const struct cqa_stretch *stretch = &page->stretches->items[i];
        char start[16];
        char end[16];
        char where[48];
        cqa_clock_text(stretch->start_ms, start, sizeof start);
        cqa_clock_text(stretch->end_ms, end, sizeof end);
        snprintf(where, sizeof where, "%s – %s", start, end);
        cqa_stretch_sentence(stretch, page->zh, text, sizeof text);
        row(page, where, stretch->kind, text);
    }
    page->y += 2;
}
