/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "report/page.h"
#include "report/strip.h"
#include "report/words.h"

/* Columns, from the margin; those of numbers end there. */
enum { POINTS = 40, SPAN = 106, LENGTH = 310, SURE = 386, RULE = 416, TEXT = 574 };

static const uint32_t INK = CQA_COLOR_INK;
static const uint32_t PALE = CQA_COLOR_PALE;

/* "0:12.04": what is deducted for is given closer than anybody can hear, so that begin, end and
 * length agree. */
static void hundredths_text(int64_t time_ms, char *out, size_t size)
{
    const int64_t rounded_ms = (time_ms + 5) / 10 * 10;
    char clock[16];

    cqa_clock_text(rounded_ms, clock, sizeof clock);
    snprintf(out, size, "%s.%02d", clock, (int)(rounded_ms % 1000 / 10));
}

static void head(struct cqa_page *page)
{
    static const struct {
        int at;
        enum cqa_align align;
        enum cqa_word word;
    } columns[] = {
        {POINTS, CQA_ALIGN_LEFT, CQA_WORD_POINTS},  {SPAN, CQA_ALIGN_LEFT, CQA_WORD_FROM_TO},
        {LENGTH, CQA_ALIGN_RIGHT, CQA_WORD_LENGTH}, {SURE, CQA_ALIGN_RIGHT, CQA_WORD_CONFIDENCE},
        {RULE, CQA_ALIGN_LEFT, CQA_WORD_RULE},      {TEXT, CQA_ALIGN_LEFT, CQA_WORD_WHAT}};

    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        cqa_page_text(page, CQA_PAGE_MARGIN + columns[i].at, page->y,
                      (struct cqa_face){10, PALE, 0}, columns[i].align,
                      cqa_word(columns[i].word, page->zh));
    page->y += 20;
}

/* Number and points. */
static void put_points(struct cqa_page *page, const struct cqa_deduction *item, size_t number)
{
    const uint32_t color = item->points > 0 ? cqa_deduction_color : PALE;
    char text[32];

    if (page->draw)
        cqa_pen_round(&page->pen, (struct cqa_box){CQA_PAGE_MARGIN, page->y - 12, 24, 16}, 3, color,
                      1);
    snprintf(text, sizeof text, "%zu", number + 1);
    cqa_page_text(page, CQA_PAGE_MARGIN + 12, page->y, (struct cqa_face){10.5, CQA_COLOR_WHITE, 1},
                  CQA_ALIGN_CENTER, text);
    cqa_cost_text(item, page->zh, text, sizeof text);
    cqa_page_text(page, CQA_PAGE_MARGIN + POINTS, page->y, (struct cqa_face){12, color, 1},
                  CQA_ALIGN_LEFT, text);
}

/* Begin, end, length, and how sure the analyzer is of the event. */
static void put_times(struct cqa_page *page, const struct cqa_deduction *item)
{
    const struct cqa_face face = {12, INK, 0};
    const int64_t length_ms = (item->end_ms - item->start_ms + 5) / 10;
    char text[64];
    char start[24];
    char end[24];

    hundredths_text(item->start_ms, start, sizeof start);
    hundredths_text(item->end_ms, end, sizeof end);
    snprintf(text, sizeof text, "%s – %s", start, end);
    cqa_page_text(page, CQA_PAGE_MARGIN + SPAN, page->y, face, CQA_ALIGN_LEFT, text);
    snprintf(text, sizeof text, "%" PRId64 ".%02d %s", length_ms / 100, (int)(length_ms % 100),
             cqa_word(CQA_WORD_SECONDS, page->zh));
    cqa_page_text(page, CQA_PAGE_MARGIN + LENGTH, page->y, face, CQA_ALIGN_RIGHT, text);
    if (item->event <= 0 || (size_t)item->event > page->result->events.count)
        return;
    snprintf(text, sizeof text, "%.2f",
             (double)page->result->events.items[item->event - 1].confidence);
    cqa_page_text(page, CQA_PAGE_MARGIN + SURE, page->y, face, CQA_ALIGN_RIGHT, text);
}

static void row(struct cqa_page *page, size_t number)
{
    const struct cqa_deduction *item = &page->result->score.deductions[number];
    const struct cqa_face face = {12, INK, 0};
    char text[1100];

    put_points(page, item, number);
    put_times(page, item);
    cqa_page_text(page, CQA_PAGE_MARGIN + RULE, page->y, face, CQA_ALIGN_LEFT, item->rule);
    cqa_deduction_text(item, page->zh, text, sizeof text);
    page->y +=
        cqa_pen_paragraph(&page->pen, CQA_PAGE_MARGIN + TEXT, page->y,
                          CQA_PAGE_WIDTH - 2 * CQA_PAGE_MARGIN - TEXT, &face, text, page->draw) +
        5;
}

void cqa_page_deductions(struct cqa_page *page)
{
    const struct cqa_score *score = &page->result->score;

    if (!page->result->scored)
        return;
    cqa_page_heading(page, cqa_word(CQA_WORD_DEDUCTIONS, page->zh));
    if (score->deduction_count > 0) {
        head(page);
    } else {
        const char *text =
            cqa_word(score->excepted ? CQA_WORD_NOT_APPLIED : CQA_WORD_NO_DEDUCTION, page->zh);
        cqa_page_text(page, CQA_PAGE_MARGIN, page->y, (struct cqa_face){12, PALE, 0},
                      CQA_ALIGN_LEFT, text);
        page->y += 20;
    }
    for (size_t i = 0; i < score->deduction_count; i++)
        row(page, i);
    page->y += 4;
}
