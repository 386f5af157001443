/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "report/facts.h"
#include "report/formats.h"
#include "report/stretch.h"
#include "report/timeline.h"
#include "report/width.h"
#include "report/words.h"

enum { INDENT = 2, EVENTS_SHOWN = 40, TEXT_MAX = 1024 };

/* What the parts of one text share. */
struct page {
    const struct cqa_result *result;
    const struct cqa_report_options *options;
    struct cqa_buffer *out;
    const struct cqa_stretches *stretches;
    size_t columns;
    int zh;
};

static void color(const struct page *page, const char *sgr)
{
    if (page->options->color)
        cqa_buffer_print(page->out, "\033[%sm", sgr);
}

static void heading(const struct page *page, const char *text)
{
    color(page, "1");
    cqa_buffer_print(page->out, "%*s%s", INDENT, "", text);
    color(page, "0");
    cqa_buffer_add(page->out, "\n", 1);
}

static void call_facts(const struct page *page)
{
    struct cqa_buffer line = {.limit = 4096};

    cqa_call_facts(&page->result->call, " · ", page->zh, &line);
    cqa_buffer_print(page->out, "%*s", INDENT, "");
    cqa_wrap(page->out, line.text != NULL ? line.text : "", page->columns - INDENT, INDENT);
    cqa_buffer_finish(&line);
    cqa_recording_facts(&page->result->recording, " · ", page->zh, &line);
    cqa_buffer_print(page->out, "%*s%s\n", INDENT, "", line.text != NULL ? line.text : "");
    cqa_buffer_finish(&line);
}

static void score_line(const struct page *page)
{
    const struct cqa_score *score = &page->result->score;
    char total[32];
    char base[32];

    cqa_buffer_print(page->out, "\n%*s", INDENT, "");
    if (!page->result->scored) {
        cqa_buffer_print(page->out, "%s\n", cqa_word(CQA_WORD_NOT_SCORED, page->zh));
        return;
    }
    cqa_points_text(score->total, total, sizeof total);
    cqa_points_text(score->base, base, sizeof base);
    color(page, score->total < score->base ? "1;33" : "1;32");
    cqa_buffer_print(page->out, "%s %s / %s", cqa_word(CQA_WORD_SCORE, page->zh), total, base);
    color(page, "0");
    cqa_buffer_print(page->out, "   %s %s %s", cqa_word(CQA_WORD_RUBRIC, page->zh), score->rubric,
                     score->version);
    if (score->excepted)
        cqa_buffer_print(page->out, " · %s (%s)", cqa_word(CQA_WORD_NOT_APPLIED, page->zh),
                         score->exception != NULL ? score->exception : "");
    else if (score->deduction_count == 0)
        cqa_buffer_print(page->out, " · %s", cqa_word(CQA_WORD_NO_DEDUCTION, page->zh));
    cqa_buffer_add(page->out, "\n", 1);
}

/* "0:12–0:24" */
static void span_text(int64_t start_ms, int64_t end_ms, char *out, size_t size)
{
    char start[16];
    char end[16];

    cqa_clock_text(start_ms, start, sizeof start);
    cqa_clock_text(end_ms, end, sizeof end);
    snprintf(out, size, "%s–%s", start, end);
}

static void deduction_row(const struct page *page, const struct cqa_deduction *deduction)
{
    enum { POINTS = 8, SPAN = 17, RULE = 20, BEFORE = INDENT * 2 + POINTS + SPAN + RULE };
    char points[48];
    char span[40];

    cqa_cost_text(deduction, page->zh, points, sizeof points);
    span_text(deduction->start_ms, deduction->end_ms, span, sizeof span);
    cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
    color(page, deduction->points > 0 ? "31" : "90");
    cqa_pad(page->out, points, POINTS, 0);
    color(page, "0");
    cqa_pad(page->out, span, SPAN, 0);
    cqa_pad(page->out, deduction->rule, RULE, 0);
    char text[TEXT_MAX];
    char said[TEXT_MAX];
    cqa_deduction_text(deduction, page->zh, said, sizeof said);
    cqa_escape_control(said, text, sizeof text);
    if (cqa_width(deduction->rule) >= RULE)
        cqa_buffer_print(page->out, "\n%*s", BEFORE, "");
    cqa_wrap(page->out, text, page->columns - BEFORE, BEFORE);
}

static void deductions(const struct page *page)
{
    const struct cqa_score *score = &page->result->score;

    if (!page->result->scored || score->deduction_count == 0)
        return;
    cqa_buffer_add(page->out, "\n", 1);
    heading(page, cqa_word(CQA_WORD_DEDUCTIONS, page->zh));
    for (size_t i = 0; i < score->deduction_count; i++)
        deduction_row(page, &score->deductions[i]);
}

static void event_rows(const struct page *page)
{
    const struct cqa_events *events = &page->result->events;
    size_t shown = 0;

    if (events->count == 0)
        return;
    cqa_buffer_add(page->out, "\n", 1);
    heading(page, cqa_word(CQA_WORD_EVENT_LIST, page->zh));
    for (; shown < events->count && shown < EVENTS_SHOWN; shown++) {
        const struct cqa_event *event = &events->items[shown];
        char span[40];
        char length[24];
        char name[128];
        span_text(event->start_ms, event->end_ms, span, sizeof span);
        cqa_event_label(event, page->zh, name, sizeof name);
        cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
        cqa_pad(page->out, span, 17, 0);
        cqa_length_text(event->end_ms - event->start_ms, length, sizeof length);
        cqa_buffer_print(page->out, "%8s s  ", length);
        cqa_pad(page->out, name, 40, 0);
        cqa_buffer_print(page->out, "%3.0f %%\n", (double)event->confidence * 100);
    }
    if (shown < events->count)
        cqa_buffer_print(page->out, "%*s… %zu %s\n", INDENT * 2, "", events->count - shown,
                         cqa_word(CQA_WORD_MORE_EVENTS, page->zh));
}

/* How a value of that unit is read: seconds, per cent, a number; "–" where it was not measured. */
static void value_text(double value, const char *unit, char *out, size_t size)
{
    if (isnan(value))
        snprintf(out, size, "–");
    else if (strcmp(unit, "ms") == 0)
        snprintf(out, size, "%.1f s", floor(value / 100) / 10); /* cut, as lengths are */
    else if (strcmp(unit, "ratio") == 0)
        snprintf(out, size, "%.0f %%", value * 100);
    else if (unit[0] == '\0')
        snprintf(out, size, "%.0f", value);
    else
        snprintf(out, size, "%.1f", value);
}

static void party_row(const struct page *page, enum cqa_word name, const char *unit, double agent,
                      double customer)
{
    char text[32];

    if (isnan(agent) && isnan(customer))
        return;
    cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
    cqa_pad(page->out, cqa_word(name, page->zh), 26, 0);
    value_text(agent, unit, text, sizeof text);
    cqa_pad(page->out, text, 12, 1);
    value_text(customer, unit, text, sizeof text);
    cqa_pad(page->out, text, 12, 1);
    cqa_buffer_add(page->out, "\n", 1);
}

/* The noise of the channel of `role`, NaN without one. */
static double noise_dbfs(const struct cqa_result *result, enum cqa_role role)
{
    for (int i = 0; i < result->channel_count; i++)
        if (result->channels[i].role == role)
            return result->channels[i].noise_dbfs;
    return NAN;
}

static void party_table(const struct page *page)
{
    const double *value = page->result->measures.value;
    const double share = value[CQA_MEASURE_TALK_SHARE_TALK];

    if (page->result->channel_count < 2 || page->result->channels[0].role == CQA_ROLE_UNKNOWN)
        return;
    cqa_buffer_print(page->out, "\n%*s", INDENT * 2 + 26, "");
    cqa_pad(page->out, cqa_word(CQA_WORD_AGENT, page->zh), 12, 1);
    cqa_pad(page->out, cqa_word(CQA_WORD_CUSTOMER, page->zh), 12, 1);
    cqa_buffer_add(page->out, "\n", 1);
    party_row(page, CQA_WORD_SPEECH, "ms", value[CQA_MEASURE_TALK_AGENT],
              value[CQA_MEASURE_TALK_CUSTOMER]);
    party_row(page, CQA_WORD_TALK_SHARE, "ratio", share, 1 - share);
    party_row(page, CQA_WORD_RESPONSE, "ms", value[CQA_MEASURE_RESPONSE_AGENT_MEDIAN],
              value[CQA_MEASURE_RESPONSE_CUSTOMER_MEDIAN]);
    party_row(page, CQA_WORD_MONOLOGUE, "ms", value[CQA_MEASURE_STREAK_AGENT],
              value[CQA_MEASURE_STREAK_CUSTOMER]);
    party_row(page, CQA_WORD_INTERRUPTIONS, "", value[CQA_MEASURE_INTERRUPTIONS_AGENT],
              value[CQA_MEASURE_INTERRUPTIONS_CUSTOMER]);
    party_row(page, CQA_WORD_BACKCHANNELS, "", value[CQA_MEASURE_BACKCHANNELS_AGENT],
              value[CQA_MEASURE_BACKCHANNELS_CUSTOMER]);
    party_row(page, CQA_WORD_LEVEL_DBFS, "dBFS", value[CQA_MEASURE_LEVEL_AGENT],
              value[CQA_MEASURE_LEVEL_CUSTOMER]);
    party_row(page, CQA_WORD_NOISE_DBFS, "dBFS", noise_dbfs(page->result, CQA_ROLE_AGENT),
              noise_dbfs(page->result, CQA_ROLE_CUSTOMER));
}

static void total_row(const struct page *page, const char *name, double count, double total_ms,
                      double longest_ms)
{
    char total[32];
    char longest[32];

    cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
    cqa_pad(page->out, name, 26, 0);
    value_text(total_ms, "ms", total, sizeof total);
    cqa_pad(page->out, total, 12, 1);
    if (!isnan(count) && count > 0)
        cqa_buffer_print(page->out, "%11.0f×", count);
    if (!isnan(longest_ms) && count > 1) {
        value_text(longest_ms, "ms", longest, sizeof longest);
        cqa_buffer_print(page->out, "  (%s %s)", cqa_word(CQA_WORD_LONGEST, page->zh), longest);
    }
    cqa_buffer_add(page->out, "\n", 1);
}

static void call_table(const struct page *page)
{
    const double *value = page->result->measures.value;

    cqa_buffer_add(page->out, "\n", 1);
    total_row(page, cqa_event_type_word(CQA_EVENT_SILENCE, page->zh),
              value[CQA_MEASURE_SILENCE_COUNT], value[CQA_MEASURE_SILENCE_TOTAL],
              value[CQA_MEASURE_SILENCE_LONGEST]);
    total_row(page, cqa_event_type_word(CQA_EVENT_OVERTALK, page->zh),
              value[CQA_MEASURE_OVERTALK_COUNT], value[CQA_MEASURE_OVERTALK_TOTAL], NAN);
    total_row(page, cqa_event_type_word(CQA_EVENT_HOLD, page->zh), value[CQA_MEASURE_HOLD_COUNT],
              value[CQA_MEASURE_HOLD_TOTAL], value[CQA_MEASURE_HOLD_LONGEST]);
    if (!isnan(value[CQA_MEASURE_GREETING_DELAY]))
        total_row(page, cqa_word(CQA_WORD_GREETING, page->zh), NAN,
                  value[CQA_MEASURE_GREETING_DELAY], NAN);
}

/* Where, in which state, and why. */
static void bound_row(const struct page *page, const char *where, enum cqa_stretch_kind kind,
                      const char *sentence)
{
    enum { WHERE = 17, STATE = 26, BEFORE = INDENT * 2 + WHERE + STATE };
    char text[TEXT_MAX];

    cqa_escape_control(sentence, text, sizeof text);
    cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
    cqa_pad(page->out, where, WHERE, 0);
    const char *state = cqa_text_in(cqa_stretch_looks[kind].text, page->zh);
    if (page->columns < BEFORE + 40) {
        cqa_buffer_print(page->out, "%s\n%*s", state, INDENT * 4, "");
        cqa_wrap(page->out, text, page->columns - (size_t)INDENT * 4, (size_t)INDENT * 4);
        return;
    }
    cqa_pad(page->out, state, STATE, 0);
    cqa_wrap(page->out, text, page->columns - BEFORE, BEFORE);
}

/* What the recording does not bear: of the whole call, then by time. */
static void bounds(const struct page *page)
{
    const struct cqa_measurable *measurable = &page->result->measurable;
    char text[TEXT_MAX];

    if (measurable->reason_count + page->stretches->count == 0)
        return;
    cqa_buffer_add(page->out, "\n", 1);
    heading(page, cqa_word(CQA_WORD_MEASURABLE, page->zh));
    for (size_t i = 0; i < measurable->reason_count; i++) {
        const struct cqa_reason *reason = &measurable->reasons[i];
        if (cqa_reason_has_span(measurable, reason))
            continue;
        snprintf(text, sizeof text, "%s%s%s", cqa_aspect_word(reason->what, page->zh),
                 cqa_word(CQA_WORD_COLON, page->zh), cqa_text_in(reason->text, page->zh));
        bound_row(page, cqa_word(CQA_WORD_WHOLE_CALL, page->zh),
                  cqa_reason_kind(measurable, reason), text);
    }
    for (size_t i = 0; i < page->stretches->count; i++) {
        const struct cqa_stretch *stretch = &page->stretches->items[i];
        char where[40];
        span_text(stretch->start_ms, stretch->end_ms, where, sizeof where);
        cqa_stretch_sentence(stretch, page->zh, text, sizeof text);
        bound_row(page, where, stretch->kind, text);
    }
}

void cqa_text_write(struct cqa_report *report, const struct cqa_result *result,
                    struct cqa_buffer *out)
{
    const int columns = report->options.columns;
    struct cqa_stretches stretches;
    const struct page page = {.result = result,
                              .options = &report->options,
                              .out = out,
                              .stretches = &stretches,
                              .columns = columns > 0 ? (size_t)columns : 100,
                              .zh = report->options.zh};
    char path[4096];

    out->failed |= cqa_stretches_find(result, &stretches) != CQA_OK;
    if (report->count > 0)
        cqa_buffer_add(out, "\n", 1);
    cqa_escape_control(result->path, path, sizeof path);
    color(&page, "1");
    cqa_buffer_print(out, "%s", path);
    color(&page, "0");
    cqa_buffer_add(out, "\n", 1);
    call_facts(&page);
    score_line(&page);
    cqa_buffer_add(out, "\n", 1);
    cqa_timeline(result, &stretches, &report->options, out);
    deductions(&page);
    event_rows(&page);
    party_table(&page);
    call_table(&page);
    bounds(&page);
    cqa_stretches_finish(&stretches);
}

void cqa_text_end(struct cqa_report *report, struct cqa_buffer *out)
{
    const int zh = report->options.zh;

    if (!report->options.many || report->count == 0)
        return;
    cqa_buffer_print(out, "\n%zu %s", report->count, cqa_word(CQA_WORD_CALLS, zh));
    if (report->scored_count > 0)
        cqa_buffer_print(out, " · %s %.2f · %s %zu", cqa_word(CQA_WORD_MEAN_SCORE, zh),
                         report->total_sum / (double)report->scored_count,
                         cqa_word(CQA_WORD_DEDUCTIONS, zh), report->deduction_count);
    cqa_buffer_add(out, "\n", 1);
}
