/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "report/facts.h"
#include "report/formats.h"
#include "report/stretch.h"
#include "report/words.h"

/* Formats of other tools that put names on spans of time: RTTM, Audacity's labels, WebVTT. */

/* RTTM's fields are parted by spaces: the file's name without its ending, everything odd as '_'. */
static void rttm_file(const char *path, char *out, size_t size)
{
    const char *name = cqa_escape_bytes(cqa_base_name(path), out, size);

    if (name != out)
        snprintf(out, size, "%s", name);
    char *dot = strrchr(out, '.');
    if (dot != NULL && dot != out)
        *dot = '\0';
    for (char *at = out; *at != '\0'; at++)
        if (isspace((unsigned char)*at) || iscntrl((unsigned char)*at))
            *at = '_';
}

/* Two parties of which nobody knows whose they are stay two. */
static const char *rttm_speaker(const struct cqa_channel_result *channel)
{
    static const char *const unknown[] = {"party1", "party2"};

    return channel->role == CQA_ROLE_UNKNOWN ? unknown[channel->index > 0]
                                             : cqa_role_words[channel->role];
}

void cqa_rttm_write(const struct cqa_result *result, struct cqa_buffer *out)
{
    char file[4 * 256]; /* NAME_MAX bytes, each as \\xNN */

    rttm_file(result->path, file, sizeof file);
    for (int i = 0; i < result->channel_count; i++) {
        const struct cqa_channel_result *channel = &result->channels[i];
        for (size_t j = 0; j < channel->speech.count; j++) {
            const struct cqa_span span = channel->speech.items[j];
            cqa_buffer_print(out, "SPEAKER %s %d %.3f %.3f <NA> <NA> %s <NA> <NA>\n", file,
                             channel->index + 1, (double)span.start_ms / 1e3,
                             (double)cqa_span_length_ms(span) / 1e3, rttm_speaker(channel));
        }
    }
}

/* One line of Audacity's label track. Calls are told apart by name where there are several. */
static void audacity_line(const struct cqa_report *report, const struct cqa_result *result,
                          struct cqa_span span, const char *text, struct cqa_buffer *out)
{
    char safe[1024];
    char call[160] = "";

    cqa_escape_control(text, safe, sizeof safe);
    if (report->options.many)
        cqa_escape_control(cqa_base_name(result->path), call, sizeof call);
    cqa_buffer_print(out, "%.3f\t%.3f\t%s%s%s\n", (double)span.start_ms / 1e3,
                     (double)span.end_ms / 1e3, call, call[0] != '\0' ? ": " : "", safe);
}

static void deduction_text(const struct cqa_deduction *deduction, int zh, char *out, size_t size)
{
    char points[32];
    char text[900];

    cqa_points_text(deduction->points, points, sizeof points);
    cqa_deduction_text(deduction, zh, text, sizeof text);
    snprintf(out, size, "%s%s %s: %s", deduction->points > 0 ? "−" : "", points, deduction->rule,
             text);
}

/* "not measurable: the recorder wrote nothing here (97 %)": a label over the wave needs no list of
 * what. */
static void stretch_text(const struct cqa_stretch *stretch, int zh, char *out, size_t size)
{
    struct cqa_stretch plain = *stretch;
    char text[600];

    plain.aspects = 0;
    cqa_stretch_sentence(&plain, zh, text, sizeof text);
    snprintf(out, size, "%s%s%s", cqa_text_in(cqa_stretch_looks[stretch->kind].text, zh),
             cqa_word(CQA_WORD_COLON, zh), text);
}

void cqa_audacity_write(struct cqa_report *report, const struct cqa_result *result,
                        struct cqa_buffer *out)
{
    const int zh = report->options.zh;
    struct cqa_stretches stretches;
    char text[1024];

    for (int i = 0; i < result->channel_count; i++) {
        const struct cqa_channel_result *channel = &result->channels[i];
        for (size_t j = 0; j < channel->speech.count; j++)
            audacity_line(report, result, channel->speech.items[j],
                          cqa_role_word(channel->role, zh), out);
    }
    for (size_t i = 0; i < result->events.count; i++) {
        const struct cqa_event *event = &result->events.items[i];
        cqa_event_label(event, zh, text, sizeof text);
        audacity_line(report, result, (struct cqa_span){event->start_ms, event->end_ms}, text, out);
    }
    for (size_t i = 0; result->scored && i < result->score.deduction_count; i++) {
        const struct cqa_deduction *deduction = &result->score.deductions[i];
        deduction_text(deduction, zh, text, sizeof text);
        audacity_line(report, result, (struct cqa_span){deduction->start_ms, deduction->end_ms},
                      text, out);
    }
    out->failed |= cqa_stretches_find(result, &stretches) != CQA_OK;
    for (size_t i = 0; i < stretches.count; i++) {
        const struct cqa_stretch *stretch = &stretches.items[i];
        stretch_text(stretch, zh, text, sizeof text);
        audacity_line(report, result, (struct cqa_span){stretch->start_ms, stretch->end_ms}, text,
                      out);
    }
    cqa_stretches_finish(&stretches);
}

/* One cue: an event, the deduction that stands on it, or what bears no verdict; the others are
 * NULL. */
struct cue {
    struct cqa_span span;
    const struct cqa_event *event;
    const struct cqa_deduction *deduction;
    const struct cqa_stretch *stretch;
};

static int by_start(const void *left, const void *right)
{
    const struct cue *a = left;
    const struct cue *b = right;

    if (a->span.start_ms != b->span.start_ms)
        return a->span.start_ms < b->span.start_ms ? -1 : 1;
    if (a->span.end_ms != b->span.end_ms)
        return a->span.end_ms < b->span.end_ms ? -1 : 1;
    return (a->event == NULL) + (a->stretch != NULL) - (b->event == NULL) - (b->stretch != NULL);
}

static void vtt_time(int64_t time_ms, struct cqa_buffer *out)
{
    cqa_buffer_print(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64, time_ms / 3600000,
                     time_ms / 60000 % 60, time_ms / 1000 % 60, time_ms % 1000);
}

/* Text of a cue or note: no markup, no line breaks, and no arrow, since "-->" would end it. */
static void vtt_text(const char *text, struct cqa_buffer *out)
{
    char safe[1024];

    cqa_escape_control(text, safe, sizeof safe);
    for (const char *at = safe; *at != '\0'; at++) {
        if (*at == '<')
            cqa_buffer_print(out, "&lt;");
        else if (*at == '>')
            cqa_buffer_print(out, "&gt;");
        else if (*at == '&')
            cqa_buffer_print(out, "&amp;");
        else
            cqa_buffer_add(out, at, 1);
    }
}

static void write_cue(const struct cue *cue, int zh, struct cqa_buffer *out)
{
    char text[1024];

    cqa_buffer_print(out, "\n");
    vtt_time(cue->span.start_ms, out);
    cqa_buffer_print(out, " --> ");
    vtt_time(cue->span.end_ms, out);
    cqa_buffer_print(out, "\n");
    if (cue->event != NULL)
        cqa_event_label(cue->event, zh, text, sizeof text);
    else if (cue->stretch != NULL)
        stretch_text(cue->stretch, zh, text, sizeof text);
    else
        deduction_text(cue->deduction, zh, text, sizeof text);
    vtt_text(text, out);
    cqa_buffer_print(out, "\n");
}

/* A recording is a file of its own; several follow each other, each with its head. */
void cqa_webvtt_write(struct cqa_report *report, const struct cqa_result *result,
                      struct cqa_buffer *out)
{
    const size_t deduction_count = result->scored ? result->score.deduction_count : 0;
    struct cqa_stretches stretches;
    size_t count = 0;

    out->failed |= cqa_stretches_find(result, &stretches) != CQA_OK;
    struct cue *cues =
        calloc(result->events.count + deduction_count + stretches.count + 1, sizeof *cues);
    if (cues == NULL) {
        cqa_stretches_finish(&stretches);
        out->failed = 1;
        return;
    }
    for (size_t i = 0; i < stretches.count; i++) {
        const struct cqa_stretch *stretch = &stretches.items[i];
        cues[count++] = (struct cue){{stretch->start_ms, stretch->end_ms}, NULL, NULL, stretch};
    }
    for (size_t i = 0; i < result->events.count; i++) {
        const struct cqa_event *event = &result->events.items[i];
        cues[count++] = (struct cue){{event->start_ms, event->end_ms}, event, NULL, NULL};
    }
    for (size_t i = 0; i < deduction_count; i++) {
        const struct cqa_deduction *deduction = &result->score.deductions[i];
        cues[count++] =
            (struct cue){{deduction->start_ms, deduction->end_ms}, NULL, deduction, NULL};
    }
    qsort(cues, count, sizeof *cues, by_start);
    cqa_buffer_print(out, "%sWEBVTT\n\nNOTE ", report->count > 0 ? "\n" : "");
    vtt_text(cqa_base_name(result->path), out);
    cqa_buffer_print(out, "\n");
    for (size_t i = 0; i < count; i++)
        write_cue(&cues[i], report->options.zh, out);
    cqa_stretches_finish(&stretches);
    free(cues);
}
