/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/escape.h"
#include "base/program.h"
#include "report/words.h"

enum { LISTED_MS = 10000 };

#define TEXT(symbol, en, zh) {en, zh},
static const struct cqa_text texts[CQA_DAY_WORD_COUNT] = {CQA_DAY_WORDS(TEXT)};
#undef TEXT

const char *cqa_day_word(enum cqa_day_word word, int zh)
{
    return cqa_text_in(texts[word], zh);
}

/* --- what is listed of a call --- */

static int by_start(const void *left, const void *right)
{
    const struct cqa_day_item *a = left;
    const struct cqa_day_item *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    if (a->end_ms != b->end_ms)
        return a->end_ms < b->end_ms ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int is_noted(const struct cqa_score *score, const struct cqa_event *event)
{
    for (size_t i = 0; i < score->deduction_count; i++)
        if (score->deductions[i].event == event->id)
            return 1;
    return 0;
}

struct cqa_day_item *cqa_day_items(const struct cqa_result *result, size_t *count)
{
    static const struct cqa_score none;
    const struct cqa_score *score = result->scored ? &result->score : &none;
    const struct cqa_events *events = &result->events;
    struct cqa_day_item *items = calloc(score->deduction_count + events->count + 1, sizeof *items);

    *count = 0;
    if (items == NULL)
        return NULL;
    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *deduction = &score->deductions[i];
        const int has_event = deduction->event > 0 && (size_t)deduction->event <= events->count;
        if (deduction->points > 0 || deduction->end_ms - deduction->start_ms > LISTED_MS)
            items[(*count)++] =
                (struct cqa_day_item){deduction->start_ms, deduction->end_ms, deduction, i + 1,
                                      has_event ? &events->items[deduction->event - 1] : NULL};
    }
    for (size_t i = 0; i < events->count; i++) {
        const struct cqa_event *event = &events->items[i];
        if (event->end_ms - event->start_ms > LISTED_MS && cqa_event_ground(event) != NULL &&
            !is_noted(score, event))
            items[(*count)++] =
                (struct cqa_day_item){event->start_ms, event->end_ms, NULL, 0, event};
    }
    qsort(items, *count, sizeof *items, by_start);
    return items;
}

/* --- sums --- */

/* The row of that rule; where there are too many, the last one. */
static struct cqa_day_rule *rule_row(struct cqa_day *day, const char *id)
{
    size_t i = 0;

    while (i < day->rule_count && strncmp(day->rules[i].id, id, sizeof day->rules[i].id - 1) != 0)
        i++;
    if (i == CQA_DAY_ROWS_MAX)
        return &day->rules[i - 1];
    if (i == day->rule_count)
        snprintf(day->rules[day->rule_count++].id, sizeof day->rules[i].id, "%s", id);
    return &day->rules[i];
}

static void add_reason(struct cqa_day *day, size_t call, const char *id, struct cqa_text text,
                       int64_t length_ms, int zh)
{
    size_t i = 0;

    while (i < day->reason_count &&
           strncmp(day->reasons[i].id, id, sizeof day->reasons[i].id - 1) != 0)
        i++;
    if (i == CQA_DAY_ROWS_MAX)
        return;
    struct cqa_day_reason *row = &day->reasons[i];
    if (i == day->reason_count) {
        day->reason_count++;
        snprintf(row->id, sizeof row->id, "%s", id);
        snprintf(row->text, sizeof row->text, "%s", cqa_text_in(text, zh));
        cqa_drop_half_character(row->text, sizeof row->text);
    }
    row->calls += row->last_call != call;
    row->last_call = call;
    row->sum_ms += length_ms;
}

static void add_score(struct cqa_day *day, const struct cqa_score *score)
{
    int charged = 0;

    for (size_t i = 0; i < score->deduction_count; i++) {
        const struct cqa_deduction *deduction = &score->deductions[i];
        struct cqa_day_rule *row = rule_row(day, deduction->rule);
        row->points += deduction->points;
        row->charged += deduction->points > 0;
        row->notes += deduction->points <= 0;
        row->not_borne += deduction->ground != NULL;
        day->points += deduction->points;
        charged |= deduction->points > 0;
    }
    day->calls_charged += (size_t)charged;
    snprintf(day->rubric, sizeof day->rubric, "%s %s", score->rubric, score->version);
}

void cqa_day_add(struct cqa_day *day, const struct cqa_result *result,
                 const struct cqa_stretches *stretches, int zh, size_t number)
{
    const struct cqa_measurable *measurable = &result->measurable;

    if (result->scored)
        add_score(day, &result->score);
    for (size_t i = 0; i < measurable->reason_count; i++) {
        const struct cqa_reason *reason = &measurable->reasons[i];
        size_t first = 0;
        while (strcmp(measurable->reasons[first].id, reason->id) != 0)
            first++;
        if (first == i && !cqa_reason_has_span(measurable, reason))
            add_reason(day, number, reason->id, reason->text, result->recording.duration_ms, zh);
    }
    for (size_t i = 0; i < stretches->count; i++)
        add_reason(day, number, stretches->items[i].reason, stretches->items[i].text,
                   stretches->items[i].end_ms - stretches->items[i].start_ms, zh);
    snprintf(day->analyzer, sizeof day->analyzer, "%s · %s",
             result->version[0] != '\0' ? result->version : cqa_program_version(), result->models);
}
