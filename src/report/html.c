/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/day.h"
#include "report/facts.h"
#include "report/formats.h"
#include "report/pen_svg.h"
#include "report/strip.h"
#include "report/words.h"

/*
 * The calls of the page: of each its facts and what is listed of it, with the picture of those
 * seconds. html_frame.c has what stands around them.
 */

enum { LEFT = 104, WIDTH = 960, BAR = 3, MARGIN_MS = 10000, WINDOW_MIN_MS = 30000 };
enum { PEAKS_A_SECOND = 10, PEAKS_MIN = 600, PEAKS_MAX = 400000 };

/* What the parts of one call share. */
struct page {
    const struct cqa_report *report;
    const struct cqa_result *result;
    const struct cqa_stretches *stretches;
    struct cqa_buffer *out;
    int zh;
};

enum cqa_status cqa_html_begin(struct cqa_report *report)
{
    report->day = calloc(1, sizeof *report->day);
    if (report->day == NULL)
        return CQA_E_NOMEM;
    report->day->failures.limit = CQA_DAY_FAILURES_BYTES;
    return CQA_OK;
}

size_t cqa_html_peak_count(const struct cqa_result *result)
{
    const size_t wanted = (size_t)(result->recording.duration_ms * PEAKS_A_SECOND / 1000);
    size_t count;
    struct cqa_day_item *items = cqa_day_items(result, &count);

    free(items);
    if (items == NULL || count == 0 || result->recording.duration_ms <= 0)
        return 0;
    return wanted < PEAKS_MIN ? PEAKS_MIN : wanted > PEAKS_MAX ? PEAKS_MAX : wanted;
}

static void add(const struct page *page, const char *before, const char *text, const char *after)
{
    cqa_buffer_print(page->out, "%s", before);
    cqa_html_text(text, page->out);
    cqa_buffer_print(page->out, "%s", after);
}

/* The item's seconds with some around them. */
static struct cqa_span window_of(const struct cqa_day_item *item, int64_t duration_ms)
{
    const int64_t more_ms = WINDOW_MIN_MS - (item->end_ms - item->start_ms);
    const int64_t around_ms = more_ms / 2 > MARGIN_MS ? more_ms / 2 : MARGIN_MS;
    struct cqa_span window = {item->start_ms - around_ms, item->end_ms + around_ms};

    window.start_ms = window.start_ms > 0 ? window.start_ms / 1000 * 1000 : 0;
    window.end_ms = window.end_ms < duration_ms ? window.end_ms : duration_ms;
    return window;
}

static void picture(const struct page *page, const struct cqa_day_item *item, const char *title)
{
    static const struct cqa_peaks none;
    const struct cqa_span window = window_of(item, page->result->recording.duration_ms);
    const struct cqa_peaks *peaks = page->report->peaks;
    const struct cqa_strip strip = {.result = page->result,
                                    .stretches = page->stretches,
                                    .peaks = peaks != NULL ? peaks : &none,
                                    .x = LEFT,
                                    .width = WIDTH - LEFT,
                                    .start_ms = window.start_ms,
                                    .length_ms = cqa_span_length_ms(window),
                                    .bar = BAR,
                                    .zh = page->zh};
    struct cqa_svg svg = {.out = page->out};
    struct cqa_pen pen = cqa_pen_on_svg(&svg);

    if (strip.length_ms <= 0)
        return;
    cqa_buffer_print(page->out, "<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"", WIDTH,
                     cqa_strip_height(page->result, page->stretches) + 2);
    add(page, "", title, "\">\n");
    cqa_strip_draw(&pen, &strip);
    cqa_svg_end(&svg);
    cqa_buffer_print(page->out, "</svg>\n");
}

/* How sure it is that the recording does not bear the note, 0 where that is not told. */
static float ground_confidence(const struct page *page, const struct cqa_deduction *deduction)
{
    for (size_t i = 0; i < page->stretches->count; i++) {
        const struct cqa_stretch *stretch = &page->stretches->items[i];
        if (strcmp(stretch->reason, deduction->ground) == 0 &&
            stretch->start_ms < deduction->end_ms && stretch->end_ms > deduction->start_ms)
            return stretch->confidence;
    }
    return 0;
}

/* Why it costs nothing. */
static void ground(const struct page *page, const struct cqa_day_item *item)
{
    const struct cqa_deduction *deduction = item->deduction;
    struct cqa_deduction plain = {0};
    char text[700];

    if (deduction == NULL)
        plain.ground_text = *cqa_event_ground(item->event);
    else if (deduction->ground == NULL)
        return;
    cqa_ground_text(deduction != NULL ? deduction : &plain, page->zh, text, sizeof text);
    add(page, "<p class=\"ground\">", text, "");
    const float confidence = deduction != NULL ? ground_confidence(page, deduction) : 0;
    if (confidence > 0)
        cqa_buffer_print(page->out, " (%.0f&nbsp;%%)", (double)confidence * 100);
    cqa_buffer_print(page->out, "</p>\n");
}

static void fact(const struct page *page, enum cqa_word word, const char *value)
{
    cqa_buffer_print(page->out, " · %s <bdi>", cqa_word(word, page->zh));
    add(page, "", value, "</bdi>");
}

/* Whose call, how sure, and the link to the sound. */
static void facts(const struct page *page, const struct cqa_day_item *item)
{
    const struct cqa_call *call = &page->result->call;
    char start[16];
    char end[16];
    char length[24];

    cqa_clock_text(item->start_ms, start, sizeof start);
    cqa_clock_text(item->end_ms, end, sizeof end);
    cqa_length_text(item->end_ms - item->start_ms, length, sizeof length);
    cqa_buffer_print(page->out, "<p class=\"facts\"><a href=\"");
    cqa_html_link(page->result->path, page->report->options.folder, item->start_ms, item->end_ms,
                  page->out);
    cqa_buffer_print(page->out, "\">&#9654; %s %s&thinsp;–&thinsp;%s</a> · %s&nbsp;%s",
                     cqa_day_word(CQA_DAY_LISTEN, page->zh), start, end, length,
                     cqa_word(CQA_WORD_SECONDS, page->zh));
    if (item->event != NULL)
        cqa_buffer_print(page->out, " · %s %.0f&nbsp;%%", cqa_word(CQA_WORD_CONFIDENCE, page->zh),
                         (double)item->event->confidence * 100);
    if (call->agent != NULL)
        fact(page, CQA_WORD_AGENT, call->agent);
    if (call->id != NULL)
        fact(page, CQA_WORD_CALL, call->id);
    cqa_buffer_print(page->out, "</p>\n");
}

/* Its number in the picture, what it costs, and by which rule. */
static void heading(const struct page *page, const struct cqa_day_item *item, const char *label)
{
    const struct cqa_deduction *deduction = item->deduction;
    char cost[48];

    snprintf(cost, sizeof cost, "%s", cqa_word(CQA_WORD_NOT_JUDGED, page->zh));
    if (deduction != NULL)
        cqa_cost_text(deduction, page->zh, cost, sizeof cost);
    cqa_buffer_print(page->out, "<h3>");
    if (item->number > 0)
        cqa_buffer_print(page->out, "<b class=\"number\">%zu</b> ", item->number);
    add(page, "<b class=\"cost\">", cost, "</b> ");
    add(page, "", deduction != NULL ? deduction->rule : label, "");
    if (deduction != NULL && label[0] != '\0')
        add(page, " <small>", label, "</small>");
    cqa_buffer_print(page->out, "</h3>\n");
}

static void entry(const struct page *page, const struct cqa_day_item *item)
{
    const struct cqa_deduction *deduction = item->deduction;
    char label[200] = "";

    if (item->event != NULL)
        cqa_event_label(item->event, page->zh, label, sizeof label);
    cqa_buffer_print(page->out, "<article%s>\n",
                     deduction != NULL && deduction->points > 0 ? " class=\"costs\"" : "");
    heading(page, item, label);
    if (deduction != NULL) {
        add(page, "<p>", cqa_text_in(deduction->text, page->zh), "");
        if (deduction->automatic_fail)
            add(page, " (", cqa_word(CQA_WORD_FAIL, page->zh), ")");
        cqa_buffer_print(page->out, "</p>\n");
    }
    ground(page, item);
    facts(page, item);
    picture(page, item, deduction != NULL ? cqa_text_in(deduction->text, page->zh) : label);
    cqa_buffer_print(page->out, "</article>\n");
}

static void call_head(const struct page *page)
{
    const struct cqa_score *score = &page->result->score;
    struct cqa_buffer line = {.limit = 4096};
    char total[32];
    char base[32];

    add(page, "<section>\n<h2><bdi>", cqa_base_name(page->result->path), "</bdi>");
    if (page->result->scored) {
        cqa_points_text(score->total, total, sizeof total);
        cqa_points_text(score->base, base, sizeof base);
        cqa_buffer_print(page->out, " <span class=\"score\">%s / %s</span>", total, base);
    }
    cqa_call_facts(&page->result->call, " · ", page->zh, &line);
    cqa_recording_facts(&page->result->recording, " · ", page->zh, &line);
    cqa_buffer_print(page->out, "</h2>\n<p class=\"facts\"><bdi>");
    cqa_html_escaped(line.text != NULL ? line.text : "", page->out);
    cqa_buffer_print(page->out, "</bdi></p>\n");
    cqa_buffer_finish(&line);
}

static void count_items(struct cqa_day *day, const struct cqa_day_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cqa_deduction *deduction = items[i].deduction;
        day->stretches += deduction == NULL;
        day->notes += deduction != NULL && deduction->points <= 0;
        day->not_borne += deduction != NULL && deduction->ground != NULL;
    }
}

enum cqa_status cqa_html_write(struct cqa_report *report, const struct cqa_result *result,
                               struct cqa_buffer *out)
{
    struct cqa_stretches stretches;
    const struct page page = {.report = report,
                              .result = result,
                              .stretches = &stretches,
                              .out = out,
                              .zh = report->options.zh};
    enum cqa_status status = cqa_stretches_find(result, &stretches);
    size_t count = 0;
    struct cqa_day_item *items = cqa_day_items(result, &count);

    if (items == NULL)
        status = CQA_E_NOMEM;
    if (status == CQA_OK) {
        cqa_day_add(report->day, result, &stretches, page.zh, report->count + 1);
        count_items(report->day, items, count);
        if (count > 0)
            call_head(&page);
        for (size_t i = 0; i < count; i++)
            entry(&page, &items[i]);
        if (count > 0)
            cqa_buffer_print(out, "</section>\n");
    }
    free(items);
    cqa_stretches_finish(&stretches);
    return status;
}
