/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/stretch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "report/words.h"

/* Less of a call's edge says nothing to a reader. */
enum { OUTSIDE_MIN_MS = 1000 };

#define LOOK(symbol, letter, color, forward, en, zh) {letter, color, forward, {en, zh}},
const struct cqa_stretch_look cqa_stretch_looks[CQA_STRETCH_COUNT] = {CQA_STRETCHES(LOOK)};
#undef LOOK

static void add_outside(const struct cqa_conversation *talk, struct cqa_span span,
                        enum cqa_ground_reason reason, struct cqa_stretches *stretches)
{
    if (cqa_span_length_ms(span) < OUTSIDE_MIN_MS)
        return;
    stretches->items[stretches->count++] = (struct cqa_stretch){.kind = CQA_STRETCH_OUTSIDE,
                                                                .start_ms = span.start_ms,
                                                                .end_ms = span.end_ms,
                                                                .reason = cqa_ground_ids[reason],
                                                                .text = cqa_ground_texts[reason],
                                                                .confidence = talk->confidence};
}

static enum cqa_stretch_kind kind_of(enum cqa_quality state)
{
    return state == CQA_QUALITY_NOT_MEASURABLE ? CQA_STRETCH_NOT_MEASURABLE : CQA_STRETCH_DEGRADED;
}

static struct cqa_text reason_text(const struct cqa_measurable *measurable, const char *id)
{
    for (size_t i = 0; i < measurable->reason_count; i++)
        if (strcmp(measurable->reasons[i].id, id) == 0)
            return measurable->reasons[i].text;
    return (struct cqa_text){id, id};
}

static int is_same(const struct cqa_stretch *stretch, const struct cqa_unmeasured *span)
{
    return stretch->kind == kind_of(span->state) && stretch->start_ms == span->start_ms &&
           stretch->end_ms == span->end_ms && strcmp(stretch->reason, span->reason) == 0;
}

/* As an aspect of what begins at the same time, or as one of its own. */
static void add_span(const struct cqa_measurable *measurable, const struct cqa_unmeasured *span,
                     struct cqa_stretches *stretches)
{
    for (size_t i = stretches->count; i-- > 0;) {
        struct cqa_stretch *stretch = &stretches->items[i];
        if (stretch->start_ms < span->start_ms)
            break;
        if (!is_same(stretch, span))
            continue;
        stretch->aspects |= 1U << span->what;
        if (span->confidence > stretch->confidence)
            stretch->confidence = span->confidence;
        return;
    }
    stretches->items[stretches->count++] =
        (struct cqa_stretch){.kind = kind_of(span->state),
                             .start_ms = span->start_ms,
                             .end_ms = span->end_ms,
                             .aspects = 1U << span->what,
                             .reason = span->reason,
                             .text = reason_text(measurable, span->reason),
                             .confidence = span->confidence};
}

static int by_start(const void *left, const void *right)
{
    const struct cqa_stretch *a = left;
    const struct cqa_stretch *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->end_ms > b->end_ms) - (a->end_ms < b->end_ms);
}

enum cqa_status cqa_stretches_find(const struct cqa_result *result, struct cqa_stretches *stretches)
{
    const struct cqa_measurable *measurable = &result->measurable;
    const struct cqa_conversation *talk = &measurable->conversation;
    const int64_t duration_ms = result->recording.duration_ms;

    *stretches = (struct cqa_stretches){
        .items = calloc(measurable->span_count + 2, sizeof *stretches->items)};
    if (stretches->items == NULL)
        return CQA_E_NOMEM;
    for (size_t i = 0; i < measurable->span_count; i++)
        add_span(measurable, &measurable->spans[i], stretches);
    if (talk->known && !talk->talked)
        add_outside(talk, (struct cqa_span){0, duration_ms}, CQA_GROUND_NOBODY, stretches);
    if (talk->known && talk->talked) {
        add_outside(talk, (struct cqa_span){0, talk->start_ms}, CQA_GROUND_BEFORE, stretches);
        add_outside(talk, (struct cqa_span){talk->end_ms, duration_ms}, CQA_GROUND_AFTER,
                    stretches);
    }
    qsort(stretches->items, stretches->count, sizeof *stretches->items, by_start);
    return CQA_OK;
}

void cqa_stretches_finish(struct cqa_stretches *stretches)
{
    free(stretches->items);
    *stretches = (struct cqa_stretches){0};
}

int cqa_reason_has_span(const struct cqa_measurable *measurable, const struct cqa_reason *reason)
{
    for (size_t i = 0; i < measurable->span_count; i++)
        if (strcmp(measurable->spans[i].reason, reason->id) == 0)
            return 1;
    return 0;
}

enum cqa_stretch_kind cqa_reason_kind(const struct cqa_measurable *measurable,
                                      const struct cqa_reason *reason)
{
    return kind_of(measurable->aspect[reason->what]);
}

void cqa_stretch_aspects(const struct cqa_stretch *stretch, int zh, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < CQA_ASPECT_COUNT; i++) {
        if ((stretch->aspects >> i & 1) == 0 || used >= size)
            continue;
        snprintf(out + used, size - used, "%s%s", used > 0 ? cqa_word(CQA_WORD_AND, zh) : "",
                 cqa_aspect_word((enum cqa_aspect)i, zh));
        used = strlen(out);
    }
    cqa_drop_half_character(out, size);
}

void cqa_stretch_sentence(const struct cqa_stretch *stretch, int zh, char *out, size_t size)
{
    char aspects[200];
    char sure[24] = "";

    cqa_stretch_aspects(stretch, zh, aspects, sizeof aspects);
    if (stretch->confidence > 0)
        snprintf(sure, sizeof sure, " (%.0f\u00a0%%)", (double)stretch->confidence * 100);
    snprintf(out, size, "%s%s%s%s", aspects, aspects[0] != '\0' ? cqa_word(CQA_WORD_COLON, zh) : "",
             cqa_text_in(stretch->text, zh), sure);
    cqa_drop_half_character(out, size);
}
