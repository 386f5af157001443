#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "report/formats.h"
#include "report/timeline.h"
#include "report/width.h"
#include "report/words.h"

enum { INDENT = 2, EVENTS_SHOWN = 40, TEXT_MAX = 1024 };

/* What the parts of one text share. */
struct page {
    const struct cqa_result *result;
    const struct cqa_report_options *options;
    struct cqa_buffer *out;
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

/* Adds " · WORD VALUE"; names come from files, so control characters are escaped. */
static void fact(char *line, size_t size, const char *word, const char *value)
{
    const size_t used = strlen(line);
    char safe[160];

    if (value == NULL || value[0] == '\0')
        return;
    cqa_escape_control(value, safe, sizeof safe);
    snprintf(line + used, size - used, "%s%s%s%s", used > 0 ? " · " : "", word,
             word[0] != '\0' ? " " : "", safe);
}

static const char *direction_word(const char *direction, int zh)
{
    if (direction == NULL)
        return NULL;
    if (strcmp(direction, "in") == 0)
        return cqa_word(CQA_WORD_INCOMING, zh);
    if (strcmp(direction, "out") == 0)
        return cqa_word(CQA_WORD_OUTGOING, zh);
    return strcmp(direction, "internal") == 0 ? cqa_word(CQA_WORD_INTERNAL, zh) : direction;
}

static void call_facts(const struct page *page)
{
    const struct cqa_call *call = &page->result->call;
    char line[TEXT_MAX] = "";

    fact(line, sizeof line, cqa_word(CQA_WORD_AGENT, page->zh), call->agent);
    fact(line, sizeof line, cqa_word(CQA_WORD_CUSTOMER, page->zh), call->customer);
    fact(line, sizeof line, cqa_word(CQA_WORD_QUEUE, page->zh), call->queue);
    fact(line, sizeof line, "", direction_word(call->direction, page->zh));
    fact(line, sizeof line, "", call->started_at);
    fact(line, sizeof line, cqa_word(CQA_WORD_CALL, page->zh), call->id);
    cqa_buffer_print(page->out, "%*s", INDENT, "");
    cqa_wrap(page->out, line, page->columns - INDENT, INDENT);
}

static void recording_facts(const struct page *page)
{
    const struct cqa_audio_facts *recording = &page->result->recording;
    char clock[16];

    cqa_clock_text(recording->duration_ms, clock, sizeof clock);
    cqa_buffer_print(page->out, "%*s%s · %s %s · %g kHz · %s\n", INDENT, "", clock,
                     recording->container, recording->encoding, recording->rate_hz / 1000.0,
                     cqa_layout_word(recording->layout, page->zh));
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
    cqa_escape_control(cqa_text_in(deduction->text, page->zh), text, sizeof text);
    if (deduction->automatic_fail) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, " (%s)", cqa_word(CQA_WORD_FAIL, page->zh));
    }
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

    if (page->result->channel_count < 2)
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

static void total_row(const struct page *page, enum cqa_word name, double count, double total_ms,
                      double longest_ms)
{
    char total[32];
    char longest[32];

    cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
    cqa_pad(page->out, cqa_word(name, page->zh), 26, 0);
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
    total_row(page, CQA_WORD_SILENCE, value[CQA_MEASURE_SILENCE_COUNT],
              value[CQA_MEASURE_SILENCE_TOTAL], value[CQA_MEASURE_SILENCE_LONGEST]);
    total_row(page, CQA_WORD_OVERTALK, value[CQA_MEASURE_OVERTALK_COUNT],
              value[CQA_MEASURE_OVERTALK_TOTAL], NAN);
    total_row(page, CQA_WORD_HOLD, value[CQA_MEASURE_HOLD_COUNT], value[CQA_MEASURE_HOLD_TOTAL],
              value[CQA_MEASURE_HOLD_LONGEST]);
    if (!isnan(value[CQA_MEASURE_GREETING_DELAY]))
        total_row(page, CQA_WORD_GREETING, NAN, value[CQA_MEASURE_GREETING_DELAY], NAN);
}

static void reasons(const struct page *page)
{
    const struct cqa_measurable *measurable = &page->result->measurable;

    if (measurable->reason_count == 0)
        return;
    cqa_buffer_add(page->out, "\n", 1);
    heading(page, cqa_word(CQA_WORD_MEASURABLE, page->zh));
    for (size_t i = 0; i < measurable->reason_count; i++) {
        enum { WHAT = 12, STATE = 16, BEFORE = INDENT * 2 + WHAT + STATE };
        const struct cqa_reason *reason = &measurable->reasons[i];
        const int lost = measurable->aspect[reason->what] == CQA_QUALITY_NOT_MEASURABLE;
        char text[TEXT_MAX];
        cqa_buffer_print(page->out, "%*s", INDENT * 2, "");
        cqa_pad(page->out, cqa_aspect_word(reason->what, page->zh), WHAT, 0);
        cqa_pad(page->out, cqa_word(lost ? CQA_WORD_NOT_MEASURABLE : CQA_WORD_DEGRADED, page->zh),
                STATE, 0);
        cqa_escape_control(cqa_text_in(reason->text, page->zh), text, sizeof text);
        cqa_wrap(page->out, text, page->columns - BEFORE, BEFORE);
    }
}

void cqa_text_write(struct cqa_report *report, const struct cqa_result *result,
                    struct cqa_buffer *out)
{
    const int columns = report->options.columns;
    const struct page page = {result, &report->options, out, columns > 0 ? (size_t)columns : 100,
                              report->options.zh};
    char path[4096];

    if (report->count > 0)
        cqa_buffer_add(out, "\n", 1);
    cqa_escape_control(result->path, path, sizeof path);
    color(&page, "1");
    cqa_buffer_print(out, "%s", path);
    color(&page, "0");
    cqa_buffer_add(out, "\n", 1);
    call_facts(&page);
    recording_facts(&page);
    score_line(&page);
    cqa_buffer_add(out, "\n", 1);
    cqa_timeline(result, &report->options, out);
    deductions(&page);
    event_rows(&page);
    party_table(&page);
    call_table(&page);
    reasons(&page);
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
