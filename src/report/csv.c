/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/escape.h"
#include "report/formats.h"
#include "report/stretch.h"
#include "report/words.h"

/*
 * RFC 4180: comma, CRLF, quotes doubled. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front: names and numbers of callers come from outside. Our own numbers stay
 * numbers. Empty: not known or not measured.
 */
struct line {
    struct cqa_buffer *out;
    int cells;
};

static void add_raw(struct line *line, const char *text)
{
    if (line->cells++ > 0)
        cqa_buffer_add(line->out, ",", 1);
    cqa_buffer_add(line->out, text, strlen(text));
}

static void add_text(struct line *line, const char *text)
{
    if (text == NULL)
        text = "";
    const int formula = cqa_looks_like_formula(text);

    if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
        add_raw(line, text);
        return;
    }
    add_raw(line, formula ? "\"'" : "\"");
    for (; *text != '\0'; text++)
        cqa_buffer_add(line->out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    cqa_buffer_add(line->out, "\"", 1);
}

static void add_number(struct line *line, double value)
{
    char text[40] = "";

    if (isfinite(value))
        snprintf(text, sizeof text, "%.10g", value);
    add_raw(line, text);
}

static void add_integer(struct line *line, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    add_raw(line, text);
}

static void end_line(struct line *line)
{
    cqa_buffer_add(line->out, "\r\n", 2);
}

void cqa_csv_begin(struct cqa_buffer *out)
{
    static const char *const head[] = {
        "path",      "sha256",     "call",           "agent",     "customer", "queue",
        "direction", "started_at", "source",         "container", "encoding", "rate_hz",
        "layout",    "rubric",     "rubric_version", "base",      "total",    "deductions_count",
        "deductions"};
    struct line line = {.out = out};
    char name[64];

    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        add_raw(&line, head[i]);
    for (int i = 0; i < CQA_ASPECT_COUNT; i++) {
        snprintf(name, sizeof name, "measurable_%s", cqa_aspect_words[i]);
        add_raw(&line, name);
    }
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        add_raw(&line, cqa_measure_infos[i].name);
    for (int i = 0; i < CQA_EVENT_TYPE_COUNT; i++) {
        snprintf(name, sizeof name, "events_%s", cqa_event_type_words[i]);
        add_raw(&line, name);
    }
    for (int i = 0; i < CQA_ASPECT_COUNT; i++) {
        snprintf(name, sizeof name, "unmeasured_%s_ms", cqa_aspect_words[i]);
        add_raw(&line, name);
    }
    add_raw(&line, "conversation_start_ms");
    add_raw(&line, "conversation_end_ms");
    add_raw(&line, "not_borne_count");
    add_raw(&line, "not_borne");
    end_line(&line);
}

static void add_recording(struct line *line, const struct cqa_result *result)
{
    const struct cqa_audio_facts *recording = &result->recording;
    const struct cqa_call *call = &result->call;
    char path[4 * PATH_MAX];

    add_text(line, cqa_escape_bytes(result->path, path, sizeof path));
    add_text(line, recording->sha256);
    add_text(line, call->id);
    add_text(line, call->agent);
    add_text(line, call->customer);
    add_text(line, call->queue);
    add_text(line, call->direction);
    add_text(line, call->started_at);
    add_text(line, call->source);
    add_text(line, recording->container);
    add_text(line, recording->encoding);
    add_integer(line, recording->rate_hz);
    add_text(line, cqa_layout_words[recording->layout]);
}

/* "dead-air 0:12-0:24 2; dead-air 0:56-1:07 0 parked; …" */
static void add_deductions(struct line *line, const struct cqa_score *score)
{
    struct cqa_buffer list = {.limit = line->out->limit};

    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *deduction = &score->deductions[i];
        char start[16];
        char end[16];
        char points[32];
        cqa_clock_text(deduction->start_ms, start, sizeof start);
        cqa_clock_text(deduction->end_ms, end, sizeof end);
        cqa_points_text(deduction->points, points, sizeof points);
        cqa_buffer_print(&list, "%s%s %s-%s %s%s%s", i > 0 ? "; " : "", deduction->rule, start, end,
                         points, deduction->ground != NULL ? " " : "",
                         deduction->ground != NULL ? deduction->ground : "");
    }
    line->out->failed |= list.failed;
    add_text(line, list.text);
    cqa_buffer_finish(&list);
}

static void add_score(struct line *line, const struct cqa_result *result)
{
    const struct cqa_score *score = &result->score;

    if (!result->scored) {
        for (int i = 0; i < 6; i++)
            add_raw(line, "");
        return;
    }
    add_text(line, score->rubric);
    add_text(line, score->version);
    add_number(line, score->base);
    add_number(line, score->total);
    add_integer(line, (int64_t)score->deduction_count);
    add_deductions(line, score);
}

static int64_t count_events(const struct cqa_events *events, int type)
{
    int64_t count = 0;

    for (size_t i = 0; i < events->count; i++)
        count += (int)events->items[i].type == type;
    return count;
}

/* How much of the call is not measured in full of that aspect. */
static int64_t unmeasured_ms(const struct cqa_measurable *measurable, int aspect)
{
    int64_t reach_ms = 0;
    int64_t sum_ms = 0;

    for (size_t i = 0; i < measurable->span_count; i++) {
        const struct cqa_unmeasured *span = &measurable->spans[i];
        const int64_t from_ms = span->start_ms > reach_ms ? span->start_ms : reach_ms;
        if ((int)span->what != aspect || span->end_ms <= from_ms)
            continue;
        sum_ms += span->end_ms - from_ms;
        reach_ms = span->end_ms;
    }
    return sum_ms;
}

/* Empty in results that do not tell; [0, 0) where nobody talked with anybody. */
static void add_conversation(struct line *line, const struct cqa_conversation *talk)
{
    if (!talk->known) {
        add_raw(line, "");
        add_raw(line, "");
        return;
    }
    add_integer(line, talk->talked ? talk->start_ms : 0);
    add_integer(line, talk->talked ? talk->end_ms : 0);
}

static int64_t count_grounds(const struct cqa_score *score)
{
    int64_t count = 0;

    for (size_t i = 0; i < score->deduction_count; i++)
        count += score->deductions[i].ground != NULL;
    return count;
}

/* "0:26-0:44 not_recorded; …" */
static void add_stretches(struct line *line, const struct cqa_result *result)
{
    struct cqa_buffer list = {.limit = line->out->limit};
    struct cqa_stretches stretches;

    line->out->failed |= cqa_stretches_find(result, &stretches) != CQA_OK;
    for (size_t i = 0; i < stretches.count; i++) {
        const struct cqa_stretch *stretch = &stretches.items[i];
        char start[16];
        char end[16];
        cqa_clock_text(stretch->start_ms, start, sizeof start);
        cqa_clock_text(stretch->end_ms, end, sizeof end);
        cqa_buffer_print(&list, "%s%s-%s %s", i > 0 ? "; " : "", start, end, stretch->reason);
    }
    line->out->failed |= list.failed;
    add_text(line, list.text);
    cqa_buffer_finish(&list);
    cqa_stretches_finish(&stretches);
}

void cqa_csv_write(const struct cqa_result *result, struct cqa_buffer *out)
{
    struct line line = {.out = out};

    add_recording(&line, result);
    add_score(&line, result);
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        add_raw(&line, cqa_quality_words[result->measurable.aspect[i]]);
    for (int i = 0; i < CQA_MEASURE_COUNT; i++)
        add_number(&line, result->measures.value[i]);
    for (int i = 0; i < CQA_EVENT_TYPE_COUNT; i++)
        add_integer(&line, count_events(&result->events, i));
    for (int i = 0; i < CQA_ASPECT_COUNT; i++)
        add_integer(&line, unmeasured_ms(&result->measurable, i));
    add_conversation(&line, &result->measurable.conversation);
    add_integer(&line, count_grounds(&result->score));
    add_stretches(&line, result);
    end_line(&line);
}
